"""Publishing at a chosen time: never twice, never skipped, never what must not be published."""

from datetime import timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import editing, scheduling
from analysis.editing import EditingError, NotReadyError
from analysis.models import Article, ContextNote, Remark, Revision, Story, Summary, WatchItem
from newsroom import tasks
from tests import making

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(second=0, microsecond=0)
HOUR = timedelta(hours=1)


@pytest.fixture
def editor() -> User:
    user = User.objects.create_user("editor", is_staff=True)
    user.groups.add(Group.objects.get(name="editor"))
    return user


@pytest.fixture
def story(editor) -> Story:
    made = making.draft(headline="In an hour")
    scheduling.schedule(made, editor, NOW + HOUR, NOW)
    return made


def now(story: Story) -> Story:
    return Story.objects.get(pk=story.pk)


def test_a_scheduled_story_is_published_at_its_time_in_the_name_of_who_scheduled_it(story, editor):
    assert now(story).status == "scheduled"
    assert scheduling.publish_due(NOW + HOUR - timedelta(microseconds=1)) == 0
    assert not Revision.objects.exists()
    assert scheduling.publish_due(NOW + HOUR) == 1
    done = now(story)
    assert (done.status, done.published_at, done.publish_at, done.scheduled_by) == (
        "published", NOW + HOUR, None, None,
    )  # fmt: skip
    revision = Revision.objects.get()
    assert (revision.kind, revision.created_by, revision.created_at) == ("first", editor, NOW + HOUR)


def test_what_was_missed_is_caught_up_once_and_dated_as_it_was_done(story):
    late = NOW + 3 * HOUR
    assert scheduling.publish_due(late) == 1
    assert scheduling.publish_due(late + HOUR) == 0
    assert now(story).published_at == late
    assert Revision.objects.count() == 1


def test_the_task_publishes_all_that_is_due_however_many(editor, monkeypatch):
    monkeypatch.setattr(scheduling, "BATCH", 2)
    stories = [making.draft() for _n in range(5)]
    for n, one in enumerate(stories):
        scheduling.schedule(one, editor, NOW + (n + 1) * timedelta(minutes=1), NOW)
    Story.objects.update(publish_at=NOW - HOUR)
    assert tasks.publish_scheduled.func() == 5
    assert {now(one).status for one in stories} == {"published"}


def test_the_text_of_the_moment_is_published(story):
    Story.objects.filter(pk=story.pk).update(headline="As saved later", version=2)
    scheduling.publish_due(NOW + HOUR)
    assert Revision.objects.get().headline == "As saved later"


def test_publishing_as_scheduled_is_no_save_of_the_text(story):
    scheduling.publish_due(NOW + HOUR)
    assert now(story).version == story.version


@pytest.mark.parametrize(("at", "says"), [
    (timedelta(), "is past"), (-HOUR, "is past"), (timedelta(days=366, minutes=1), "more than a year ahead"),
])  # fmt: skip
def test_a_time_that_is_past_or_far_is_refused_and_named(editor, settings, at, says):
    settings.NEWSROOM_TIME_ZONE = ZoneInfo("Europe/Paris")
    story = making.draft()
    with pytest.raises(EditingError, match=says) as error:
        scheduling.schedule(story, editor, NOW + at, NOW)
    assert f"{(NOW + at).astimezone(ZoneInfo('Europe/Paris')):%H:%M} (UTC+" in str(error.value)
    assert now(story).status == "draft"


def test_a_year_ahead_is_not_too_far(editor):
    scheduling.schedule(making.draft(), editor, NOW + timedelta(days=366), NOW)


def test_the_time_can_be_changed_and_taken_back(story, editor):
    scheduling.schedule(story, editor, NOW + 2 * HOUR, NOW)
    assert scheduling.publish_due(NOW + HOUR) == 0
    scheduling.unschedule(story)
    taken = now(story)
    assert (taken.status, taken.publish_at, taken.scheduled_by) == ("review", None, None)
    assert scheduling.publish_due(NOW + 3 * HOUR) == 0
    with pytest.raises(EditingError, match="not scheduled"):
        scheduling.unschedule(story)


def test_what_was_public_cannot_be_scheduled(editor):
    with pytest.raises(EditingError, match="never published"):
        scheduling.schedule(making.published(), editor, NOW + HOUR, NOW)


def test_a_scheduled_story_can_be_published_at_once(story, editor):
    editing.publish(story, editor)
    assert scheduling.publish_due(NOW + 2 * HOUR) == 0
    assert (now(story).publish_at, Revision.objects.count()) == (None, 1)


def test_what_would_stop_it_then_stops_the_scheduling(editor):
    story = making.draft()
    Summary.objects.filter(story=story).update(text="word " * 61)
    WatchItem.objects.create(story=story, statement="It rains.", settled_by="The sky", likelihood=40, due=NOW.date())
    with pytest.raises(NotReadyError) as error:
        scheduling.schedule(story, editor, NOW + timedelta(days=2), NOW)
    assert any("has 61 words" in stop for stop in error.value.stops)
    assert any("due today or before" in stop for stop in error.value.stops), "before the day of publication"
    assert now(story).status == "draft"


def test_what_stops_it_when_its_time_has_come_sends_it_back_with_a_remark(story, editor, settings):
    settings.NEWSROOM_TIME_ZONE = ZoneInfo("America/New_York")
    Summary.objects.filter(story=story).update(text="word " * 61)
    assert scheduling.publish_due(NOW + HOUR) == 1
    back = now(story)
    assert (back.status, back.publish_at, back.scheduled_by) == ("review", None, None)
    remark = Remark.objects.get()
    assert (remark.story, remark.by, remark.to) == (story, None, editor), "the newsroom says it, and nobody in person"
    assert (remark.at, remark.done_at) == (NOW + HOUR, None)
    assert "has 61 words; the terms of its sources allow 60." in remark.text
    assert f"{(NOW + HOUR).astimezone(ZoneInfo('America/New_York')):%H:%M} (UTC−" in remark.text
    assert scheduling.publish_due(NOW + 2 * HOUR) == 0
    assert not Revision.objects.exists()


def test_however_much_stops_it_the_remark_holds_what_fits(story):
    for n in range(9):
        WatchItem.objects.create(
            story=story, position=n, statement=f"{n}" * 290, settled_by=" ", likelihood=5, due=NOW.date()
        )
    scheduling.publish_due(NOW + HOUR)
    assert len(Remark.objects.get().text) == 1000


def test_a_text_that_cannot_be_rendered_sends_it_back(story):
    ContextNote.objects.create(story=story, slot="take", text="> " * 13 + "deep")
    scheduling.publish_due(NOW + HOUR)
    assert "nested more than 12 deep" in Remark.objects.get().text


@pytest.mark.parametrize("lost", ["left", "moved"])
def test_nobody_publishes_who_may_not_any_more(story, editor, lost):
    if lost == "left":
        User.objects.filter(pk=editor.pk).update(is_active=False)
    else:
        editor.groups.set([Group.objects.get(name="writer")])
    scheduling.publish_due(NOW + HOUR)
    assert now(story).status == "review"
    assert "may not publish any more" in Remark.objects.get().text


def test_one_that_fails_holds_up_no_other(editor, monkeypatch):
    stories = [making.draft(headline=f"No. {n}") for n in range(3)]
    for one in stories:
        scheduling.schedule(one, editor, NOW + HOUR, NOW)
    # It has a revision that nobody foresaw.
    Revision.objects.create(story=stories[1], number=1, kind="first", headline="x", content={}, html={}, sha256="")
    with pytest.raises(ExceptionGroup) as error:
        scheduling.publish_due(NOW + HOUR)
    assert [type(one) for one in error.value.exceptions] == [IntegrityError]
    assert [now(one).status for one in stories] == ["published", "scheduled", "published"]


# --- embargoes ----------------------------------------------------------------------------------------------------


@pytest.fixture
def wire():
    return making.publisher("Example Wire", "example-wire.test")


def embargoed(wire, hours: int = 24) -> Story:
    """Of an article that appeared an hour ago."""
    making.terms(wire, embargo_hours=hours)
    return making.draft(making.article(wire, published_at=NOW - HOUR))


def test_a_time_within_the_embargo_is_refused_with_both_times(wire, editor):
    story = embargoed(wire)
    with pytest.raises(EditingError) as error:
        scheduling.schedule(story, editor, NOW + 5 * HOUR, NOW)
    for moment in (NOW + 23 * HOUR, NOW + 5 * HOUR):
        assert f"{moment:%H:%M} (UTC)" in str(error.value)
    scheduling.schedule(story, editor, NOW + 23 * HOUR, NOW)
    assert scheduling.publish_due(NOW + 23 * HOUR) == 1


def test_an_embargo_that_came_later_only_delays(wire, editor):
    story = making.draft(making.article(wire, published_at=NOW - HOUR))
    scheduling.schedule(story, editor, NOW + HOUR, NOW)
    making.terms(wire, embargo_hours=24)
    for hours in (1, 12, 22.99):
        assert scheduling.publish_due(NOW + hours * HOUR) == 0
        assert (now(story).status, now(story).publish_at) == ("scheduled", NOW + HOUR)
    assert scheduling.publish_due(NOW + 23 * HOUR) == 1
    assert now(story).published_at == NOW + 23 * HOUR
    assert not Remark.objects.exists()


def test_an_embargo_that_is_lifted_delays_no_longer(wire, editor):
    story = making.draft(making.article(wire, published_at=NOW - HOUR))
    scheduling.schedule(story, editor, NOW + HOUR, NOW)
    making.terms(wire, embargo_hours=24)
    assert scheduling.publish_due(NOW + HOUR) == 0
    making.terms(wire, embargo_hours=0, effective_from=NOW)
    assert scheduling.publish_due(NOW + HOUR + timedelta(minutes=1)) == 1


def test_those_that_wait_for_an_embargo_hold_up_no_other(wire, editor, monkeypatch):
    monkeypatch.setattr(scheduling, "BATCH", 2)
    waiting = [making.draft(making.article(wire, published_at=NOW - HOUR)) for _n in range(3)]
    for one in waiting:
        scheduling.schedule(one, editor, NOW + HOUR, NOW)
    making.terms(wire, embargo_hours=24)
    other = making.draft()
    scheduling.schedule(other, editor, NOW + 2 * HOUR, NOW)
    assert scheduling.publish_due(NOW + 2 * HOUR) == 1
    assert now(other).status == "published"


def waits(wire, editor, n: int = 1) -> list[Story]:
    """Stories whose time has come, and that an embargo of 24 hours holds, all of them looked at once."""
    waiting = [making.draft(making.article(wire, published_at=NOW - HOUR)) for _n in range(n)]
    for one in waiting:
        scheduling.schedule(one, editor, NOW + HOUR, NOW)
    making.terms(wire, embargo_hours=24)
    assert scheduling.publish_due(NOW + HOUR) == 0
    return waiting


@pytest.mark.parametrize("n", [1, 4])
def test_those_that_wait_for_an_embargo_are_not_asked_about_every_minute(wire, editor, n, django_assert_num_queries):
    waits(wire, editor, n)
    with django_assert_num_queries(2):  # the version of the rules, and what is due
        assert scheduling.publish_due(NOW + HOUR + timedelta(minutes=1)) == 0


def test_what_else_ends_an_embargo_is_seen_within_the_hour(wire, editor):
    (story,) = waits(wire, editor)
    Article.objects.filter(publisher=wire).update(published_at=NOW - 24 * HOUR)
    assert scheduling.publish_due(NOW + HOUR + scheduling.AGAIN) == 1
    assert now(story).status == "published"


def test_a_new_time_counts_though_an_embargo_held_the_one_before(wire, editor):
    (story,) = waits(wire, editor)
    Article.objects.filter(publisher=wire).update(published_at=NOW - 24 * HOUR)
    scheduling.schedule(story, editor, NOW + HOUR + timedelta(minutes=2), NOW + HOUR)
    assert scheduling.publish_due(NOW + HOUR + timedelta(minutes=2)) == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hours=st.integers(0, 4), lifted=st.integers(61, 300), looks=st.lists(st.integers(1, 90), min_size=1, max_size=8))
def test_it_is_out_once_and_from_the_first_look_at_which_it_may_be(wire, editor, hours, lifted, looks):
    """Due in 60 minutes, under an embargo of so many hours, which is lifted after so many minutes."""
    with transaction.atomic():
        story = making.draft(making.article(wire, published_at=NOW))
        scheduling.schedule(story, editor, NOW + HOUR, NOW)
        making.terms(wire, embargo_hours=hours)
        first = None
        for minutes in accumulate(looks):
            if minutes >= lifted:
                making.terms(wire, embargo_hours=0, effective_from=NOW)
            at = NOW + timedelta(minutes=minutes)
            if minutes >= 60 and minutes >= min(hours * 60, lifted):
                first = first or at
            scheduling.publish_due(at)
            assert now(story).published_at == first
        assert story.revisions.count() == (1 if first else 0)
        transaction.set_rollback(True)


def test_an_embargo_hides_nothing_that_would_stop_it_afterwards(wire, editor):
    story = making.draft(making.article(wire, published_at=NOW - HOUR), summary="word " * 50)
    scheduling.schedule(story, editor, NOW + HOUR, NOW)
    making.terms(wire, embargo_hours=24, max_words=40)
    assert scheduling.publish_due(NOW + HOUR) == 1
    assert now(story).status == "review"
    assert "under embargo until" in Remark.objects.get().text


def test_an_embargo_of_which_nobody_knows_the_beginning_does_not_delay_for_ever(wire, editor):
    story = making.draft(making.article(wire, published_at=None))
    scheduling.schedule(story, editor, NOW + HOUR, NOW)
    making.terms(wire, embargo_hours=24)
    with pytest.raises(NotReadyError, match="nobody knows since when"):
        scheduling.schedule(making.draft(making.article(wire, published_at=None)), editor, NOW + HOUR, NOW)
    assert scheduling.publish_due(NOW + HOUR) == 1
    assert now(story).status == "review"
    assert "nobody knows since when" in Remark.objects.get().text


def test_the_earliest_time_is_the_end_of_the_embargo(wire):
    assert scheduling.earliest(embargoed(wire), NOW) == NOW + 23 * HOUR
    assert scheduling.earliest(making.draft(), NOW) == NOW
