"""The scorecard counts what was promised: from a summary that always says what counting anew would."""

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import editing, judging, scorecard, tallying
from analysis.models import Desk, Story, Topic, WatchItem, WatchTally
from tests import making

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()


def at(day) -> datetime:
    return datetime.combine(day, time(12), UTC)


def promise(days: int, state: str = "open", likelihood: int = 60, story: Story | None = None) -> WatchItem:
    """Due so many days from today, and judged."""
    item = making.promise(story or making.draft(), due=TODAY + timedelta(days=days), likelihood=likelihood)
    if state != "open":
        judging.judge(item, None, state, "So it was.", making.REGISTER)
    return item


def total(day=TODAY) -> scorecard.Outcomes:
    return scorecard.scorecard(at(day)).total


def test_every_state_is_counted_where_it_belongs():
    for days, state, likelihood in [
        (-1, "yes", 60), (-1, "no", 60), (-1, "no", 40), (-9, "yes", 50), (-1, "ambiguous", 60), (-1, "annulled", 60),
        (-1, "open", 60), (-2, "open", 60), (0, "open", 60), (3, "yes", 60), (3, "annulled", 60),
    ]:  # fmt: skip
        promise(days, state, likelihood)
    found = total()
    assert (found.right, found.wrong, found.even) == (2, 1, 1)
    assert (found.ambiguous, found.annulled, found.overdue, found.ahead) == (1, 1, 2, 3)
    assert (found.scored, found.void, found.past, found.score.n) == (4, 2, 8, 4)


def test_what_came_true_early_counts_from_the_day_after_its_date_and_not_before():
    promise(3, "yes", 90)
    assert total().score is None and total().ahead == 1
    assert total(TODAY + timedelta(days=3)).ahead == 1
    later = total(TODAY + timedelta(days=4))
    assert (later.right, later.ahead) == (1, 0)


def test_what_is_taken_back_is_overdue_again():
    item = promise(-1, "yes")
    judging.take_back(item, None, "It was another.")
    assert (total().right, total().overdue) == (0, 1)


def test_what_was_replaced_or_withdrawn_counts_all_the_same():
    story = making.published()
    old = promise(-1, "open", 90, story)
    new = promise(30, "open", 10, story)
    WatchItem.objects.filter(pk=old.pk).update(superseded_by=new)
    judging.judge(old, None, "no", "It did not.", making.REGISTER)
    editing.withdraw(story, "Wrong.")
    assert (total().wrong, total().ahead) == (1, 1)


def test_a_draft_promises_nothing():
    making.promise(making.draft(), public=False, due=TODAY - timedelta(days=1))
    assert total().past == total().ahead == 0


def test_it_stays_under_the_topic_and_the_desk_under_which_it_was_made():
    story = making.draft()
    making.promise(story, public=False)
    editing.publish(story, None)
    story.refresh_from_db()
    story.topic = Topic.objects.create(name="Ports", slug="ports")
    story.desk = Desk.objects.create(name="Markets", slug="markets")
    story.save()
    editing.publish(story, None)
    card = scorecard.scorecard(at(TODAY))
    assert [(g.slug, g.outcomes.ahead) for g in card.topics] == [("grids", 1)]
    assert [(g.slug, g.outcomes.ahead) for g in card.desks] == [("analysis", 1)]


def test_a_score_of_four_says_nothing_and_one_of_five_does():
    for n in range(5):
        assert not total().telling
        promise(-1, "yes" if n else "no")
    assert total().telling


# --- the summary ------------------------------------------------------------------------------------------------------


def from_scratch(day) -> tallying.Counts:
    past, ahead = Counter(), Counter()
    for item in WatchItem.objects.filter(public_since__isnull=False):
        key = tallying.Key(item.topic_id, item.desk_id, item.likelihood, item.state)
        (past if item.due < day else ahead)[key] += 1
    return tallying.Counts(past, ahead)


def kept(day) -> tallying.Counts:
    past, ahead = tallying.counted(day)
    return tallying.Counts(Counter({k: n for k, n in past.items() if n}), Counter(ahead))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["promise", "publish", "judge", "take back", "replace"]),
        st.integers(0, 30),  # which item
        st.sampled_from(["yes", "no", "ambiguous", "annulled"]),
        st.integers(-20, 20),  # due in so many days
        st.integers(1, 99),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_summary_says_at_every_moment_what_counting_anew_would(steps):
    with transaction.atomic():
        for _step in history(steps):
            for day in (TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=10), TODAY + timedelta(days=60)):
                assert kept(day) == from_scratch(day)
        counted = sum(WatchTally.objects.values_list("n", flat=True))
        assert counted == WatchItem.objects.exclude(public_since=None).count()
        transaction.set_rollback(True)


def history(steps):
    """Do it step by step, as the desk would; what it refuses is not done."""
    stories = [making.draft(topic=Topic.objects.get_or_create(slug=s, name=s)[0]) for s in ("ports", "archives")]
    items: list[WatchItem] = []
    for what, which, state, days, likelihood in steps:
        story = stories[which % 2]
        item = items[which % len(items)] if items else None
        with suppress(editing.EditingError):
            if what == "promise":
                items.append(
                    making.promise(story, due=TODAY + timedelta(days=days), likelihood=likelihood, public=False)
                )
            elif what == "publish":
                Story.objects.filter(pk=story.pk).update(dek=f"{which} {likelihood}")
                editing.publish(story, None, at=at(TODAY - timedelta(days=30)))
            elif item and what == "judge":
                judging.judge(item, None, state, "So it was.", making.REGISTER)
            elif item and what == "take back":
                item.refresh_from_db()
                judging.take_back(item, None, "It was not.")
            elif item and not item.superseded_by_id:
                item.superseded_by = making.promise(item.story, due=TODAY)
                item.save(update_fields=["superseded_by"])
        yield


def test_the_cost_does_not_grow_with_what_was_judged(django_assert_num_queries):
    for n in range(30):
        promise(-1 - n, "yes", 1 + n)
    with django_assert_num_queries(3):
        card = scorecard.scorecard(at(TODAY))
    assert card.total.scored == 30
    with django_assert_num_queries(3):
        lines = list(scorecard.lines(at(TODAY)))
    assert sum(line.n for line in lines) == 30


def test_from_the_lines_every_other_figure_can_be_computed():
    for n in range(40):
        promise(n - 30, ["yes", "no" if n < 30 else "yes", "annulled", "open"][n % 4], 5 * (1 + n % 19))
    lines = list(scorecard.lines(at(TODAY)))
    scored = [(line.likelihood / 100, line.state == "yes", line.n) for line in lines if line.state in ("yes", "no")]
    n = sum(count for *_rest, count in scored)
    found = total()
    assert found.score.brier == pytest.approx(sum(c * (p - o) ** 2 for p, o, c in scored) / n)
    assert found.overdue == sum(line.n for line in lines if line.state == "due")
    assert found.ahead == sum(line.n for line in lines if line.state == "open")
    assert found.annulled == sum(line.n for line in lines if line.state == "annulled")
    assert 0 < found.early < found.ahead


def test_what_was_judged_early_is_said_to_wait():
    promise(3, "yes")
    promise(3)
    assert (total().ahead, total().early) == (2, 1)


def test_a_summary_that_somebody_changed_by_hand_is_found_and_mended():
    for n in range(4):
        promise(-1, "yes", 10 * (1 + n))
    call_command("verify_scorecard", stdout=StringIO())
    WatchTally.objects.filter(likelihood=20).update(n=5)
    WatchTally.objects.filter(likelihood=30, state="yes").delete()
    with pytest.raises(CommandError, match="3 rows of the summary are wrong"):
        call_command("verify_scorecard")
    out = StringIO()
    call_command("verify_scorecard", "--mend", stdout=out)
    call_command("verify_scorecard", stdout=out)
    assert out.getvalue().split("\n")[:2] == ["3 rows mended.", "The scorecard counts every forecast."]
    assert kept(TODAY) == from_scratch(TODAY)
