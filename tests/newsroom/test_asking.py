"""Who has the server of a source asked, how often, and what the page and the desk say of its answers."""

import re
from datetime import timedelta

import pytest
from django.conf import settings as house
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone

from analysis import asking, editing, scheduling
from analysis.models import Article, PageReading, Source, Story
from analysis.models.readings import Outcome
from newsroom import tasks
from newsroom.settings import _timegate, env
from tests import making
from tests.newsroom.admin.screen import ADD, opened, url
from tests.newsroom.test_signals_shown import asked, desk
from tests.outside import Outside, page_of

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def article() -> Article:
    return making.article(making.publisher("Example Wire", "example-wire.test"), path="press/1")


def said(article: Article, minutes_ago: float = 0, **fields) -> None:
    at = timezone.now() - minutes_ago * MINUTE
    answer = {"at": at, "outcome": Outcome.ANSWERED, "status": 200, "sha256": "a" * 64, **fields}
    asking.record(article.pk, asking.Answer(**answer), "later")


# --- who asks -----------------------------------------------------------------------------------------------------


def test_a_round_has_the_sources_of_what_was_published_asked(article):
    making.published(article)
    assert tasks.ask_sources.func() == 1
    assert asked() == [("read_page", [article.pk, "published"])]
    assert "newsroom.tasks.ask_sources" in {
        schedule["task"] for schedule in house.TASKS["default"]["OPTIONS"]["SCHEDULES"].values()
    }


def test_what_was_published_at_its_time_is_asked_as_well(article):
    story, by = making.draft(article), User.objects.create_user("root", is_superuser=True)
    scheduling.schedule(story, by, timezone.now() + MINUTE)
    Story.objects.filter(pk=story.pk).update(publish_at=timezone.now())
    scheduling.publish_due(timezone.now())
    assert tasks.ask_sources.func() == 1


def test_asked_for_many_times_a_page_is_asked_once_and_so_is_its_robots_txt(outside: Outside, article):
    making.published(article)
    outside.pages[article.url] = page_of(b"<p>x", Content_Type="text/html")
    for _ in range(4):  # a worker that lags behind the rounds
        tasks.ask_sources.func()
    assert len(asked()) == 4
    for _name, args in asked():
        tasks.read_page.func(*args)
    assert [seen.url for seen in outside.seen].count(article.url) == 1
    assert PageReading.objects.get().occasion == "published"
    assert tasks.ask_sources.func() == 0


def test_a_source_that_is_added_is_asked_also_if_we_know_the_article_already(article):
    client, story = desk("editor"), making.draft()
    form = opened(client, url(story))
    added = {"sources-n1-url": article.url, "sources-n1-role": "coverage"}
    assert client.post(url(story), form | added).status_code == 302
    assert story.sources.filter(article=article).exists()
    assert asked() == [("read_page", [article.pk, "added"])]
    assert client.post(url(story), opened(client, url(story)) | {"dek": "Another."}).status_code == 302
    assert len(asked()) == 1, "what is there already is not added"


def test_a_source_that_was_asked_lately_is_not_asked_for_being_added(article):
    said(article, minutes_ago=60)
    client = desk("editor")
    source = {"sources-n1-url": article.url, "sources-n1-role": "original"}
    form = {"headline": "H", "topic": making.topic().slug, "desk": making.desk().slug, "language": "en"}
    assert client.post(ADD, opened(client, ADD) | form | source).status_code == 302
    assert asked() == []


def test_a_story_that_cannot_be_saved_has_nobody_asked(article):
    client = desk("editor")
    source = {"sources-n1-url": article.url, "sources-n1-role": "original"}
    assert client.post(ADD, opened(client, ADD) | {"headline": ""} | source).status_code != 302
    assert asked() == [] and not Source.objects.exists()


# --- what is said -------------------------------------------------------------------------------------------------


def page(story: Story, language: str = "en") -> str:
    found = Client(headers={"Accept-Language": language}).get(f"/stories/{story.slug}/").content.decode()
    return " ".join(found.partition('id="sources"')[2].partition("</section>")[0].split())


def test_a_page_whose_sources_were_never_asked_says_so_once(article):
    story = making.draft(article)
    for n in range(7):
        Source.objects.create(story=story, article=making.article(), role="coverage", position=n + 1)
    editing.publish(story, None)
    assert page(story).count("asked") == 1
    assert "No server was asked yet, so whether the pages are still there is not known." in page(story)
    said(article)
    assert "The servers of 7 were not asked yet" in page(story) and page(story).count("asked") == 1
    for source in story.sources.all():
        said(source.article)
    assert "asked" not in page(story)


def test_the_hash_and_the_archived_copy_stand_beside_the_source(article):
    story = making.published(article)
    said(article, sha256="c0ffee" * 10 + "dead", memento="https://archive.test/1")
    found = page(story)
    assert "<code>" + "c0ffee" * 10 + "dead</code>" in found and "SHA-256" in found
    assert '<a href="https://archive.test/1" rel="external nofollow">An archived copy</a>' in found
    said(article, sha256="", outcome=Outcome.GONE, status=404)
    assert "SHA-256" not in page(story) and "The page is gone: its address answered 404" in page(story)


def test_what_is_wrong_and_what_is_unknown_is_told_in_words_beside_the_mark(article):
    story = making.published(article)
    said(article, final_url="https://buyer.test/secret")
    assert re.search(r"Wrong:</span> Its address now leads to another site, buyer\.test", page(story))
    said(article, outcome=Outcome.REFUSED, status=None, sha256="")
    assert re.search(r"Not checked:</span> Its robots\.txt asks us not to read the page", page(story))
    assert "secret" not in page(story)


def test_the_desk_sees_every_answer_and_who_read_the_article(article):
    client = desk("editor")
    said(article, minutes_ago=5, outcome=Outcome.FAILED, status=None, sha256="", why="<it> did not answer")
    said(article, final_url="https://buyer.test/1")
    found = client.get(f"/admin/analysis/article/{article.pk}/change/").content.decode()
    assert "&lt;it&gt; did not answer" in found and "https://buyer.test/1" in found and "read by" in found.lower()
    assert client.get("/admin/analysis/article/add/").status_code == 200


# --- the setting --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", ["", "https://archive.example/timegate/", "http://archive.example/?url="])
def test_an_archive_is_named_by_the_address_of_its_timegate(raw):
    assert _timegate(raw) == raw


@pytest.mark.parametrize("raw", ["archive.example", "ftp://archive.example/", "https://", "https://a.example:x/",
                                 "https://a.example/ x", "https://a.example/#x", "javascript:alert(1)"])  # fmt: skip
def test_what_is_no_address_stops_the_start(raw):
    with pytest.raises(ValueError):
        _timegate(raw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARCHIVE", raw)
        with pytest.raises(ImproperlyConfigured, match="ARCHIVE"):
            env("ARCHIVE", "", _timegate, "an address")
