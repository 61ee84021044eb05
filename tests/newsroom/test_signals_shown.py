"""The evidence on the public page and at the desk; who may ask for a reading, and when one is asked for by itself."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django_ox.models import OxTask

from analysis import signals
from analysis.models import Article, Publisher
from analysis.models.signals import SignalKind
from analysis.signals import Reading, Said
from newsroom import tasks
from tests import making
from tests.newsroom.admin.screen import ADD, opened

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 5, 8, 30, tzinfo=UTC)
OTHERS = Said(signal="robots.txt", label="Disallow for others", value="gptbot", line=3)
USE = Said(signal="Content-Usage", label="ai-use", value="n", line=7, ai="deny", places=(("/a", True),))


@pytest.fixture
def publisher() -> Publisher:
    return making.publisher("Example Wire", "a.test")


def record(of: Publisher, *said: Said, kind=SignalKind.ROBOTS, about: str = "a.test/", days: int = 0, **fields) -> None:
    url = about if "://" in about else f"https://{about}robots.txt"
    reading = Reading(kind=kind, url=url, about=about, at=AT + timedelta(days=days), said=said, **fields)
    signals.record(of, [reading])


def public(of: Publisher, language: str = "en") -> str:
    page = Client(headers={"Accept-Language": language}).get(f"/publishers/{of.slug}/").content.decode()
    return " ".join(page.split())


def desk(role: str) -> Client:
    user = User.objects.create_user(role, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def asked() -> list[tuple[str, list[int]]]:
    return [(task.task_path.rpartition(".")[2], task.args) for task in OxTask.objects.order_by("enqueued_at", "id")]


def test_a_page_without_evidence_has_no_heading_for_it(publisher):
    assert "say to machines" not in public(publisher)


def test_what_was_read_is_shown_with_place_time_and_effect(publisher):
    for day in (0, 4):
        record(publisher, OTHERS, USE, days=day, status=200)
    page = public(publisher)
    assert 'href="https://a.test/robots.txt"' in page
    assert "Read 9 Mar 2026, 08:30 UTC; the same since 5 Mar 2026." in re.sub("</?time[^>]*>", "", page)
    for words in ("Disallow for others", "gptbot", "line 3", "Shown, binds nothing.", "ai-use", "line 7"):
        assert words in page
    assert "No summary made with a language model. <span" in page and "only the parts of the site that it names" in page


@pytest.mark.parametrize("home", ["https://a.test", "https://A.test/"])
def test_what_the_home_page_says_is_shown_however_its_address_is_written(publisher, home):
    Publisher.objects.filter(pk=publisher.pk).update(homepage=home)
    record(publisher, USE, kind=SignalKind.PAGE, about="https://a.test/")
    assert "ai-use" in public(publisher).partition("say to machines")[2]


def test_a_file_that_is_not_there_and_one_that_could_not_be_read_are_told_apart(publisher):
    record(publisher, status=404)
    assert "There is no such file." in public(publisher)
    record(publisher, days=1, status=503, error="zqdetailszq")
    page = public(publisher)
    assert "Could not be read the last time." in page and "What was known before stands." in page
    assert "zqdetailszq" not in page
    assert "zqdetailszq" in desk("writer").get(f"/admin/analysis/publisher/{publisher.pk}/signals/").content.decode()


def test_signals_of_one_site_that_come_to_the_same_are_one_line_of_its_terms(publisher):
    record(publisher, Said(signal="RSL", label="payment", ai="deny"), Said(signal="TDMRep", label="1", ai="deny"))
    terms = public(publisher).partition("say to machines")[0]
    assert terms.count("No summary made with a language model.") == 1
    assert "RSL payment, TDMRep 1" in terms or "TDMRep 1, RSL payment" in terms


def test_what_strangers_wrote_is_printed_as_text(publisher):
    record(publisher, Said(signal="trust.txt", label="<b>x", value='"><script>alert(1)</script>'))
    assert "<script>alert" not in public(publisher) and "<b>x" not in public(publisher)


@pytest.mark.parametrize(("role", "status"), [("writer", 403), ("editor", 302), ("standards", 302)])
def test_who_may_change_a_publisher_may_ask_for_a_reading(publisher, role, status):
    client, at = desk(role), f"/admin/analysis/publisher/{publisher.pk}/signals/"
    assert ("Read its signals now" in client.get(at).content.decode()) is (status == 302)
    assert client.post(at).status_code == status
    assert asked() == ([("read_signals", [publisher.pk])] if status == 302 else [])


def test_the_desk_is_told_which_hosts_belong_together(publisher):
    record(publisher, Said(signal="trust.txt", label="control", value="https://b.test/"), kind=SignalKind.TRUST)
    at = f"/admin/analysis/publisher/{publisher.pk}/signals/"
    assert "Only one side says so." in desk("editor").get(at).content.decode()
    assert (
        f"/admin/analysis/publisher/{publisher.pk}/signals/"
        in Client.get(desk("standards"), f"/admin/analysis/publisher/{publisher.pk}/change/").content.decode()
    )
    other = making.publisher(host="b.test")
    record(
        other, Said(signal="trust.txt", label="controlledby", value="a.test"), kind=SignalKind.TRUST, about="b.test/"
    )
    assert "Both sides say that they belong together." in desk("writer").get(at).content.decode()


def test_an_article_that_is_added_is_read_once(publisher):
    client = desk("editor")
    form = {"url": "https://a.test/1", "title": "T", "publisher": publisher.pk, "language": "en"}
    assert client.post("/admin/analysis/article/add/", form).status_code == 302
    article = Article.objects.get()
    assert asked() == [("read_page", [article.pk, "added"])]
    assert client.post(f"/admin/analysis/article/{article.pk}/change/", form | {"title": "U"}).status_code == 302
    assert len(asked()) == 1


def test_an_article_that_a_story_brings_along_is_read_too(publisher):
    client = desk("editor")
    source = {"sources-n1-url": "https://a.test/2", "sources-n1-title": "T", "sources-n1-role": "original"}
    form = {"headline": "H", "topic": making.topic().slug, "desk": making.desk().slug, "language": "en"}
    assert client.post(ADD, opened(client, ADD) | form | source).status_code == 302
    assert asked() == [("read_page", [Article.objects.get().pk, "added"])]


def test_a_round_asks_for_those_that_waited_longest(publisher):
    waits = making.publisher(host="b.test")
    article = making.article(publisher)
    record(publisher, about=article.url, kind=SignalKind.PAGE)
    record(publisher)
    tasks.read_all_signals.call()
    assert asked() == [("read_signals", [waits.pk]), ("read_signals", [publisher.pk]), ("read_page", [article.pk])]
