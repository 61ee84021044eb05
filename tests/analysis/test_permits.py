"""The permit of a field that rests on several articles, and what our own writing needs."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.terms import FORBIDDEN, Level, Permit, analysis_allowed, strictest
from tests.analysis.test_terms import no_looser

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

permits = st.builds(
    Permit,
    level=st.sampled_from(list(Level)),
    max_words=st.integers(0, 80),
    quote_words=st.integers(0, 20),
    quote_chars=st.integers(0, 200),
    copied_words=st.integers(0, 20),
    copied_percent=st.integers(0, 100),
    ai=st.booleans(),
    embargo_until=st.sampled_from([None, NOW, NOW + timedelta(hours=1)]),
    attribution=st.sampled_from([(), ("A",), ("A", "B")]),
    stated=st.booleans(),
    restricted=st.booleans(),
    legal=st.booleans(),
    reason=st.sampled_from(["", "They asked.", "The law."]),
    governing=st.sampled_from([{}, {"level": 1}, {"level": 2, "ai": 1}]),
).filter(lambda permit: not (permit.stated and permit.restricted))


def matters(p: Permit):
    limits = (p.max_words, p.quote_words, p.quote_chars, p.copied_words, p.copied_percent)
    said = (p.embargo_until, p.attribution, p.stated, p.restricted, p.legal, p.reason)
    return p.level, limits, p.ai, *said


@given(st.lists(permits, min_size=1), st.randoms())
def test_strictest_does_not_depend_on_the_order(some, random):
    one, other = strictest(some), strictest(random.sample(some, len(some)))
    assert (matters(one), one.governing) == (matters(other), other.governing)


def test_of_two_that_tie_the_rule_named_is_the_same_in_any_order():
    one, other = Permit(governing={"level": 1}), Permit(governing={"level": 2})
    assert strictest([one, other]).governing == strictest([other, one]).governing == {"level": 1}


@given(st.lists(permits, min_size=1), st.lists(permits, min_size=1))
def test_strictest_can_be_taken_in_steps(some, more):
    assert matters(strictest([strictest(some), strictest(more)])) == matters(strictest([*some, *more]))


@given(permits)
def test_strictest_of_one_or_of_one_twice_is_that_one(permit):
    assert strictest([permit]) == permit
    assert strictest([permit, permit]) == permit


@given(st.lists(permits, min_size=1))
def test_strictest_is_no_looser_than_any(some):
    assert all(no_looser(strictest(some), permit) for permit in some)


@given(st.lists(permits, min_size=1))
def test_the_reason_is_one_for_the_lowest_level_if_there_is_any(some):
    lowest = [p for p in some if p.level == strictest(some).level]
    assert strictest(some).reason in {p.reason for p in lowest}
    assert bool(strictest(some).reason) is any(p.reason for p in lowest)


def test_strictest_of_none_is_forbidden():
    assert strictest([]) == FORBIDDEN
    assert not FORBIDDEN.listed


F, S, L, N = (Permit(level=level) for level in (Level.FULL, Level.SHORT, Level.LINK, Level.NONE))


@pytest.mark.parametrize(
    ("on", "allowed"),
    [
        ([], False), ([F], True), ([S], True), ([L], False), ([N], False), ([L, L], False), ([F, L], True),
        ([L, S], True), ([F, N], False), ([L, N], False), ([F, S, L], True), ([F, S, L, N], False),
    ],
)  # fmt: skip
def test_our_own_writing_needs_more_than_a_link_and_nothing_forbidden(on, allowed):
    assert analysis_allowed(on) is allowed


@pytest.mark.parametrize(("level", "headline", "summary", "listed"), [
    (Level.FULL, True, True, True), (Level.SHORT, True, True, True), (Level.LINK, False, False, True),
    (Level.NONE, False, False, False),
])  # fmt: skip
def test_what_each_rung_allows(level, headline, summary, listed):
    permit = Permit(level=level)
    assert (permit.headline, permit.summary, permit.listed) == (headline, summary, listed)
