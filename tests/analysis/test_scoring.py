"""Which state of a watch item a reader sees."""

from datetime import UTC, date, datetime

import pytest

from analysis.scoring import state_of

DUE = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (datetime(2026, 4, 30, tzinfo=UTC), "open"),
        (datetime(2026, 5, 1, 23, 59, 59, tzinfo=UTC), "open"),
        (datetime(2026, 5, 2, 0, 0, tzinfo=UTC), "due"),
        (datetime(2027, 1, 1, tzinfo=UTC), "due"),
    ],
)
def test_an_open_item_is_due_from_the_day_after_its_date(now, state):
    assert state_of("open", DUE, now) == state


@pytest.mark.parametrize("state", ["yes", "no", "ambiguous", "annulled"])
def test_a_judged_item_stays_as_it_was_judged(state):
    assert state_of(state, DUE, datetime(2026, 5, 2, tzinfo=UTC)) == state
