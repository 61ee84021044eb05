"""A published story that no longer fits the terms has a task, as long as that is so, whoever changed the terms."""

from datetime import timedelta

import pytest
from django.utils import timezone

from analysis import drawing, editing, rights, tending
from analysis.models import ContextNote, DeskTask, Recheck, Story, Summary
from newsroom.tasks import tend_stories
from tests import making
from tests.analysis.cases import opened

pytestmark = pytest.mark.django_db
NOW = timezone.now
TWELVE = "One two three four five six seven eight nine ten eleven twelve."


def tended(now=None) -> dict[tuple[int, str], tuple[int, int]]:
    for _ in range(50):
        if not tending.step(now or NOW()):
            break
    return {(task.story_id, task.kind): (task.words, task.allowed) for task in DeskTask.objects.all()}


@pytest.fixture
def wire():
    made = making.publisher("Example Wire", "example-wire.test")
    Recheck.objects.all().delete()
    return made


@pytest.fixture
def story(wire):
    return making.published(making.article(wire), summary=TWELVE)


def test_terms_that_a_summary_is_too_long_for_make_a_task_and_looser_ones_end_it(story, wire):
    making.terms(wire, max_words=10, effective_from=NOW())
    assert tended() == {(story.pk, "summary_words"): (12, 10)}
    making.terms(wire, max_words=8, effective_from=NOW())
    assert tended() == {(story.pk, "summary_words"): (12, 8)}
    making.terms(wire, max_words=12, effective_from=NOW())
    assert tended() == {} and not Recheck.objects.exists()


def test_publishing_a_shorter_summary_ends_it(story, wire):
    making.terms(wire, max_words=10)
    assert tended()
    Summary.objects.filter(story=story).update(text="Short.")
    editing.publish(Story.objects.get(pk=story.pk), None)
    assert not DeskTask.objects.exists()


def test_withdrawing_the_story_ends_it(story, wire):
    making.terms(wire, max_words=10)
    assert tended()
    editing.withdraw(story, "Because.")
    assert not DeskTask.objects.exists()


KINDS = [
    ({"quote_words": 3}, {"summary_quotes": (4, 3), "quotes": (5, 3)}),
    ({"ai": "deny"}, {"summary_machine": (0, 0)}),
    ({"level": "link"}, {}),  # nothing that an editor writes would be shown
    ({"level": "none"}, {}),
    ({"max_words": 60}, {}),
]


@pytest.mark.parametrize(("fields", "needs"), KINDS, ids=lambda x: str(x))
def test_a_task_says_what_an_editor_can_do_something_about(wire, fields, needs):
    story = making.draft(making.article(wire), summary="It said “one two three four”.")
    Summary.objects.filter(story=story).update(made_by="model", model="M")
    ContextNote.objects.create(story=story, slot="take", text="So “one two three four five”.")
    editing.publish(Story.objects.get(pk=story.pk), None)
    making.terms(wire, **fields)
    assert tended() == {(story.pk, kind): need for kind, need in needs.items()}


def test_the_task_is_for_who_published_it(wire, django_user_model):
    editor = django_user_model.objects.create_user("editor")
    story = making.draft(making.article(wire), summary=TWELVE)
    editing.publish(story, editor)
    making.terms(wire, max_words=10)
    tended()
    assert DeskTask.objects.get().editor == editor


def test_a_hold_makes_one_and_its_end_takes_it_away(wire):
    story = making.published(making.article(wire), summary="word " * 41)
    case = opened(story.sources.get().article.url)
    rights.hold(case, None, "short")
    assert tended() == {(story.pk, "summary_words"): (41, 40)}
    rights.withdraw(case)
    assert tended() == {}


def test_terms_of_tomorrow_make_none_today(story, wire):
    making.terms(wire, max_words=10, effective_from=NOW() + timedelta(days=1))
    assert tended() == {}
    assert tended(NOW() + timedelta(days=1, minutes=1)) == {(story.pk, "summary_words"): (12, 10)}


def test_what_does_not_fit_behind_an_embargo_is_known_before_it_ends(wire):
    story = making.published(making.article(wire, published_at=NOW()), summary=TWELVE)
    making.terms(wire, embargo_hours=5, max_words=10)
    assert tended() == {(story.pk, "summary_words"): (12, 10)}


def test_a_change_of_the_house_default_looks_at_every_story(story):
    other = making.published(summary=TWELVE)
    making.terms(None, scope="house", basis="house", max_words=11, effective_from=NOW())
    assert set(tended()) == {(story.pk, "summary_words"), (other.pk, "summary_words")}


def test_a_decision_writes_one_row_whatever_the_archive(wire):
    for _ in range(5):
        making.published(making.article(wire), summary=TWELVE)
    making.terms(wire, max_words=10)
    assert Recheck.objects.count() == 1 and not DeskTask.objects.exists()


def test_it_goes_on_where_it_stopped(wire, monkeypatch):
    stories = [making.published(making.article(wire), summary=TWELVE) for _ in range(7)]
    making.published(making.article(wire, path="press/1"), summary=TWELVE)
    monkeypatch.setattr(tending, "CHECKED", 2)
    monkeypatch.setattr(tending, "LOOKED", 3)
    monkeypatch.setattr(drawing, "BATCH", 2)
    making.terms(wire, max_words=10)
    assert tending.step(NOW()) and DeskTask.objects.count() == 2
    monkeypatch.setattr(tending, "check", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tending.step(NOW())
    monkeypatch.undo()
    assert Recheck.objects.get().after_story is not None
    assert len(tended()) == len(stories) + 1


def test_the_task_does_all_steps_and_runs_by_itself(story, wire, settings):
    making.terms(wire, max_words=10)
    tend_stories.call()
    assert DeskTask.objects.count() == 1
    schedules = settings.TASKS["default"]["OPTIONS"]["SCHEDULES"].values()
    assert "newsroom.tasks.tend_stories" in {schedule["task"] for schedule in schedules}


def test_the_desk_lists_them_for_editors(story, wire, client, django_user_model):
    from django.contrib.auth.models import Group

    making.terms(wire, max_words=10)
    tended()
    for role, status in (("writer", 403), ("editor", 200), ("standards", 200)):
        user = django_user_model.objects.create_user(role, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        answer = client.get("/admin/analysis/desktask/")
        assert answer.status_code == status
        assert ("/admin/analysis/desktask/" in client.get("/admin/").content.decode()) == (status == 200)
    page = answer.content.decode()
    assert story.headline in page and "12; 10 allowed" in page and f"/admin/analysis/story/{story.pk}/change/" in page
    assert story.headline not in client.get("/admin/analysis/desktask/?whose=mine").content.decode()
