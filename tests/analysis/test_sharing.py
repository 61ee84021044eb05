"""A preview link shows a story to whoever has its token: for so many days, until it is ended, and never the token."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from analysis import editing, sharing
from analysis.models import PreviewLink, Story
from analysis.rendition import StoryPage, Tombstone
from newsroom.tasks import forget_preview_links
from tests import making

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def by():
    return User.objects.create_user("writer")


@pytest.mark.parametrize("days", sharing.DAYS)
def test_a_link_holds_to_its_last_moment_and_no_longer(by, days):
    story = making.draft()
    link, token = sharing.make(story, by, days, NOW)
    until = NOW + timedelta(days=days)
    assert (link.expires_at, link.made_by, link.made_at) == (until, by, NOW)
    assert sharing.story_of(token, until - timedelta(microseconds=1)) == story
    assert sharing.story_of(token, until) is sharing.shown(token, until) is None


def test_the_token_is_long_and_is_not_kept(by):
    tokens = {sharing.make(making.draft(), by, 1)[1] for _ in range(5)}
    assert len(tokens) == 5 and all(len(token) >= 32 for token in tokens)
    kept = str(list(PreviewLink.objects.values_list()))
    assert not [token for token in tokens if token in kept]
    assert sharing.story_of(PreviewLink.objects.first().token_sha256, NOW) is None


@pytest.mark.parametrize("token", ["", "abc", "\x00", "é" * 500, "\ud800"], ids=ascii)
def test_what_was_never_a_token_opens_nothing(by, token):
    sharing.make(making.draft(), by, 1)
    assert sharing.story_of(token.encode("utf-8", "replace").decode(), NOW) is None


@pytest.mark.parametrize("days", [0, -1, 2, 365])
def test_no_link_holds_for_another_time(by, days):
    with pytest.raises(ValueError, match=str(days)):
        sharing.make(making.draft(), by, days)


def test_one_link_is_ended_and_the_other_opens_still(by):
    story = making.draft()
    (first, one), (second, two) = sharing.make(story, by, 3), sharing.make(story, by, 7)
    now = timezone.now()
    assert list(sharing.live(story, now)) == [second, first]
    sharing.end(first, now)
    sharing.end(first, now + timedelta(hours=1))
    assert PreviewLink.objects.get(pk=first.pk).ended_at == now
    assert sharing.story_of(one, now) is None and sharing.story_of(two, now) == story
    assert list(sharing.live(story, now)) == [second]


def test_a_withdrawn_or_deleted_story_is_shown_to_nobody(by):
    story, other = making.published(), making.draft()
    (_first, one), (_second, two) = sharing.make(story, by, 3), sharing.make(other, by, 3)
    editing.withdraw(story, "They withdrew it.")
    other.delete()
    now = timezone.now()
    assert sharing.shown(one, now) is sharing.shown(two, now) is None
    with pytest.raises(editing.EditingError):
        sharing.make(Story.objects.get(pk=story.pk), by, 3)


def test_it_shows_the_saved_text_through_the_gate(by):
    of = making.publisher()
    story = making.published(making.article(of), headline="As published")
    _link, token = sharing.make(story, by, 3)
    Story.objects.filter(pk=story.pk).update(headline="As saved")
    page = sharing.shown(token, timezone.now()).page
    assert isinstance(page, StoryPage) and page.headline == "As saved" and page.summary
    making.terms(of, level="link")
    page = sharing.shown(token, timezone.now()).page
    assert isinstance(page, StoryPage) and page.headline == "Their headline" and not page.summary
    making.terms(of, level="none")
    assert isinstance(sharing.shown(token, timezone.now()).page, Tombstone)


def test_what_cannot_be_shown_yet_is_no_page_and_not_gone(by):
    of = making.publisher()
    embargoed = making.draft(making.article(of, published_at=timezone.now()))
    making.terms(of, embargo_hours=6)
    empty, unreadable = making.draft(), making.draft(summary="> " * 13 + "deep")
    empty.sources.all().delete()
    for story in (embargoed, empty, unreadable):
        link, token = sharing.make(story, by, 3)
        assert sharing.shown(token, timezone.now()) == sharing.Shared(None, link.expires_at)


def test_links_that_are_over_are_forgotten_daily(by):
    story = making.draft()
    ended, _ = sharing.make(story, by, 30)
    sharing.end(ended)
    sharing.make(story, by, 1, timezone.now() - timedelta(days=1))
    live, _ = sharing.make(story, by, 1)
    assert forget_preview_links.call() == 2
    assert list(PreviewLink.objects.all()) == [live]
    schedules = settings.TASKS["default"]["OPTIONS"]["SCHEDULES"].values()
    daily = {one["task"] for one in schedules if one.get("cron", "").endswith("* * *")}
    assert "newsroom.tasks.forget_preview_links" in daily
