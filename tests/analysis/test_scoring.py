"""The scores: the vectors of the literature, laws that hold for any record, and two other programs' arithmetic."""

from datetime import UTC, date, datetime
from math import exp, isclose

import numpy as np
import pytest
import scoringrules
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from analysis import scoring
from analysis.scoring import state_of

DUE = date(2026, 5, 1)
# Ten forecasts: .1 came out 0,0,1; .4: 0,1; .8: 1,1,0,1; 1: 1.
TEN = {10: (1, 2), 40: (1, 1), 80: (3, 1), 100: (1, 0)}
tallies = st.dictionaries(st.integers(0, 100), st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=100)


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


# --- vectors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("happened", "brier", "log"), [(True, 0.09, 0.3567), (False, 0.49, 1.2040)])
def test_one_forecast_at_seventy_percent(happened, brier, log):
    assert scoring.brier(70, happened) == pytest.approx(brier)
    assert scoring.log_score(70, happened) == pytest.approx(log, abs=5e-5)


@pytest.mark.parametrize("percent", [0, 100])
def test_certainty_that_fails_costs_no_more_than_one_percent_would(percent):
    assert exp(-scoring.log_score(percent, percent == 0)) == pytest.approx(0.01)


def test_ten_forecasts_and_what_they_come_to():
    score = scoring.score(TEN)
    assert (score.n, score.happened) == (10, 6)
    assert score.brier == pytest.approx(0.211)
    assert score.reliability == pytest.approx(0.019333, abs=5e-7)
    assert score.resolution == pytest.approx(0.048333, abs=5e-7)
    assert score.uncertainty == pytest.approx(0.24)
    assert score.over_even == pytest.approx(1 - 0.211 / 0.25)
    assert score.over_base_rate == pytest.approx(1 - 0.211 / 0.24)
    assert scoring.sides(TEN) == (2 + 1 + 3 + 1, 1 + 1 + 1, 0)


def test_three_of_four():
    assert scoring.wilson(3, 4) == pytest.approx((0.3006, 0.9544), abs=5e-5)


def test_of_nothing_there_is_no_score_and_of_one_kind_no_base_to_beat():
    assert scoring.score({}) is None and scoring.score({70: (0, 0)}) is None
    assert scoring.score({70: (3, 0)}).over_base_rate is None
    assert scoring.sides({50: (2, 3)}) == (0, 0, 5), "who says fifty takes no side"


# --- laws -----------------------------------------------------------------------------------------------------------


@given(tallies)
def test_the_parts_make_up_the_score(tally):
    if score := scoring.score(tally):
        assert isclose(score.brier, score.reliability - score.resolution + score.uncertainty, abs_tol=1e-9)
        assert 0 <= score.brier <= 1 and min(score.reliability, score.resolution) >= 0
        right, wrong, even = scoring.sides(tally)
        assert right + wrong + even == score.n


@given(tallies)
def test_every_forecast_is_in_one_of_ten_bins(tally):
    bins = scoring.calibration(tally)
    assert [one.low for one in bins] == list(range(0, 100, 10)) and bins[-1].high == 100
    assert sum(one.n for one in bins) == sum(yes + no for yes, no in tally.values())
    assert sum(one.happened for one in bins) == sum(yes for yes, _no in tally.values())
    for one in bins:
        assert one.low <= 100 * one.said + 1e-9 and 100 * one.said <= one.high + 1e-9
        low, high = one.interval
        assert 0 <= low <= high <= 1 and (not one.n or low - 1e-9 <= one.share <= high + 1e-9)
        assert one.drawn == (one.n >= 5)


# --- another's arithmetic -------------------------------------------------------------------------------------------


@given(tallies)
def test_scoringrules_and_numpy_find_the_same(tally):
    said = np.concatenate([np.full(yes + no, p / 100) for p, (yes, no) in tally.items()] or [np.empty(0)])
    came = np.concatenate([[1] * yes + [0] * no for yes, no in tally.values()] or [np.empty(0)])
    score = scoring.score(tally)
    if score is None:
        assert not said.size
        return
    assert score.brier == pytest.approx(scoringrules.brier_score(came, said).mean())
    assert score.log == pytest.approx(scoringrules.log_score(came, said.clip(0.01, 0.99)).mean())
    assert score.uncertainty == pytest.approx(came.var())
    levels = [(p, came[said == p].mean(), (said == p).mean()) for p in np.unique(said)]
    assert score.reliability == pytest.approx(sum(w * (p - o) ** 2 for p, o, w in levels))
    assert score.resolution == pytest.approx(sum(w * (o - came.mean()) ** 2 for _p, o, w in levels))


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_scipy_finds_the_same_interval(counts):
    hits, n = counts
    interval = binomtest(hits, n).proportion_ci(0.95, method="wilson")
    assert scoring.wilson(hits, n) == pytest.approx((interval.low, interval.high), abs=1e-9)
