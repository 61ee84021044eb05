"""The ladder as a calculation: rules in, permit out. Every law of DESIGN section 3 over generated sets of rules."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.terms import (
    ANY_LENGTH,
    SHORT_WORDS,
    Basis,
    Level,
    Permit,
    Rule,
    Scope,
    Work,
    applies,
    resolve,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
URL = "https://news.a.test/press/eu/1"
WORK = Work(URL, 1, NOW - timedelta(hours=30))
FIELDS = ("level", "max_words", "quote_words", "quote_chars", "copied_words", "copied_percent", "ai", "embargo_hours",
    "attribution")  # fmt: skip
SIGNALS = (Basis.SITE_SIGNAL, Basis.PAGE_SIGNAL)
OVERRIDING = (Basis.HOLD, Basis.LEGAL)

PLACES = [
    (Scope.HOUSE, None, ""),
    (Scope.PUBLISHER, 1, ""),
    (Scope.PUBLISHER, 2, ""),
    *((Scope.DOMAIN, 1, host) for host in ("a.test", "news.a.test", "b.test")),
    *((Scope.PATH, 1, f"news.a.test{path}") for path in ("/", "/press", "/press/eu/", "/other", "/pre")),
    *((Scope.URL, 1, url) for url in (URL, URL + "0")),
]
_ids = count(1)


def maybe(values):
    return st.none() | values


@st.composite
def one_rule(draw, bases=tuple(Basis)):
    scope, publisher, value = draw(st.sampled_from(PLACES))
    return Rule(
        id=next(_ids),
        scope=scope,
        # The database keeps the house scope for our own decisions.
        basis=Basis.HOUSE if scope is Scope.HOUSE else draw(st.sampled_from(bases)),
        effective_from=NOW + timedelta(hours=draw(st.sampled_from([-72, -48, -24, -1, 0, 1]))),
        publisher=publisher,
        value=value,
        revoked=draw(st.sampled_from([False] * 5 + [True])),
        signal=draw(st.sampled_from(["", "", "TDMRep", "RSL"])),
        source=draw(st.sampled_from([None, None, 1, 2])),
        places=draw(st.sampled_from([(), (), (("/press/eu/", True),), (("/press/*1$", False), ("/", True))])),
        level=draw(maybe(st.sampled_from(list(Level)))),
        max_words=draw(maybe(st.integers(0, 80))),
        quote_words=draw(maybe(st.integers(0, 20))),
        quote_chars=draw(maybe(st.integers(0, 200))),
        copied_words=draw(maybe(st.integers(3, 20))),
        copied_percent=draw(maybe(st.integers(0, 100))),
        ai=draw(maybe(st.booleans())),
        embargo_hours=draw(maybe(st.sampled_from([0, 24, 30, 31, 48]))),
        attribution=draw(st.sampled_from(["", "Example Wire", "© A"])),
    )


rules = st.lists(one_rule(), max_size=8)
HOUSE = Rule(0, Scope.HOUSE, Basis.HOUSE, NOW - timedelta(days=99), level=Level.FULL, max_words=60,
    quote_words=15, ai=True, embargo_hours=0)  # fmt: skip
with_default = rules.map(lambda some: [HOUSE, *some])
either = rules | with_default


def no_looser(a: Permit, b: Permit) -> bool:
    """Whether `a` shows nothing that `b` does not show, now or later."""
    until_a, until_b = (p.embargo_until or datetime.min.replace(tzinfo=UTC) for p in (a, b))
    return (
        a.level <= b.level
        and a.max_words <= b.max_words
        and a.quote_words <= b.quote_words
        and a.quote_chars <= b.quote_chars
        and a.copied_words <= b.copied_words
        and a.copied_percent <= b.copied_percent
        and a.ai <= b.ai
        and until_a >= until_b
    )


def said(scope=Scope.PUBLISHER, basis=Basis.PUBLISHER, value="", **fields) -> Rule:
    number = next(_ids)
    fields = {"effective_from": NOW - timedelta(days=1), "publisher": None if scope is Scope.HOUSE else 1, **fields}
    return Rule(number, scope, basis, value=value, **fields)


# --- laws -------------------------------------------------------------------------------------------------------


@given(either, st.randoms())
def test_the_order_of_rules_never_matters(some, random):
    shuffled = random.sample(some, len(some))
    one, other = resolve(some, WORK, NOW), resolve(shuffled, WORK, NOW)
    assert one == other
    assert one.governing == other.governing


@given(either, one_rule(), st.booleans())
def test_one_more_rule_at_least_as_strict_never_loosens(some, extra, dated):
    work = WORK if dated else replace(WORK, published_at=None)
    before = resolve(some, work, NOW)
    hours = 0
    if before.embargo_until:
        hours = math.ceil((before.embargo_until - (work.published_at or NOW)) / timedelta(hours=1))
    strict = replace(
        extra,
        revoked=False,
        level=None if extra.level is None else min(extra.level, before.level),
        max_words=None if extra.max_words is None else min(extra.max_words, before.max_words),
        quote_words=None if extra.quote_words is None else min(extra.quote_words, before.quote_words),
        quote_chars=None if extra.quote_chars is None else min(extra.quote_chars, before.quote_chars),
        copied_words=None if extra.copied_words is None else min(extra.copied_words, before.copied_words),
        copied_percent=None if extra.copied_percent is None else min(extra.copied_percent, before.copied_percent),
        ai=None if extra.ai is None else extra.ai and before.ai,
        embargo_hours=None if extra.embargo_hours is None else max(extra.embargo_hours, hours),
    )
    assert no_looser(resolve([*some, strict], work, NOW), before)


@given(either)
def test_rules_about_something_else_do_not_count(some):
    assert resolve(some, WORK, NOW) == resolve([r for r in some if applies(r, WORK)], WORK, NOW)


@given(either)
def test_rules_of_the_future_do_not_count(some):
    assert resolve(some, WORK, NOW) == resolve([r for r in some if r.effective_from <= NOW], WORK, NOW)


@given(either)
def test_signals_never_make_looser_than_the_house(some):
    assert no_looser(resolve(some, WORK, NOW), resolve([r for r in some if r.basis not in SIGNALS], WORK, NOW))


@given(either)
def test_legal_removals_and_holds_never_loosen_at_any_scope(some):
    assert no_looser(resolve(some, WORK, NOW), resolve([r for r in some if r.basis not in OVERRIDING], WORK, NOW))


@given(either, one_rule(OVERRIDING))
def test_what_a_legal_removal_or_hold_says_is_never_exceeded(some, rule):
    assume(rule.basis in OVERRIDING and applies(rule, WORK))
    rule = replace(rule, revoked=False, effective_from=NOW, level=Level.LINK, places=())
    assert resolve([*some, rule], WORK, NOW).level <= Level.LINK


@given(either, one_rule(), one_rule())
def test_a_superseded_statement_does_not_count_in_the_fields_that_the_newer_speaks_of(some, old, new):
    assume(old.basis is not Basis.HOLD and not old.revoked)
    old = replace(old, effective_from=NOW - timedelta(hours=50))
    values = {name: getattr(new, name) for name in FIELDS if getattr(old, name) not in (None, "")}
    assume(all(value not in (None, "") for value in values.values()))
    newer = replace(old, id=next(_ids), effective_from=NOW - timedelta(hours=49), **values)
    assert resolve([*some, old, newer], WORK, NOW) == resolve([*some, newer], WORK, NOW)


@given(either, one_rule())
def test_a_revocation_takes_away_all_that_was_said_before_at_its_place(some, rule):
    assume(rule.basis is not Basis.HOLD)
    end = replace(rule, revoked=True, effective_from=NOW, id=10**9)

    def place(r: Rule) -> tuple[object, ...]:
        return r.scope, r.basis, r.value, r.publisher, r.signal, r.source

    rest = [r for r in some if place(r) != place(rule)]
    assert resolve([*some, end], WORK, NOW) == resolve(rest, WORK, NOW)


@given(rules)
def test_without_a_house_default_or_a_publishers_word_nothing_may_be_shown(some):
    speechless = [r for r in some if r.level is None or r.basis not in (Basis.HOUSE, Basis.PUBLISHER)]
    assert resolve(speechless, WORK, NOW).level is Level.NONE


@given(either, st.integers(-80, 80), st.integers(0, 80 * 60), st.booleans())
def test_a_permit_holds_until_the_moment_it_names(some, hours, minutes, dated):
    work = WORK if dated else replace(WORK, published_at=None)
    now = NOW + timedelta(hours=hours)
    permit, later = resolve(some, work, now), now + timedelta(minutes=minutes)
    assume(later < permit.until)
    assert resolve(some, work, later) == permit
    assert resolve(some, work, later).governing == permit.governing


@given(either)
def test_the_level_caps_words_and_quotes(some):
    permit = resolve(some, WORK, NOW)
    if permit.level is Level.SHORT:
        assert permit.max_words <= SHORT_WORDS
    if permit.level <= Level.SHORT:
        assert permit.quote_words == permit.quote_chars == 0
    if permit.level < Level.SHORT:
        assert permit.max_words == 0


# --- single rungs -----------------------------------------------------------------------------------------------

NARROWING = [
    said(Scope.HOUSE, Basis.HOUSE),
    said(Scope.PUBLISHER),
    said(Scope.DOMAIN, value="a.test"),
    said(Scope.DOMAIN, value="news.a.test"),
    said(Scope.PATH, value="news.a.test/press"),
    said(Scope.PATH, value="news.a.test/press/eu"),
    said(Scope.URL, value=URL),
]


@pytest.mark.parametrize("basis", [Basis.HOUSE, Basis.PUBLISHER])
@pytest.mark.parametrize("looser_is_narrower", [True, False])
@pytest.mark.parametrize("i", range(len(NARROWING) - 1))
def test_within_a_basis_the_most_specific_scope_wins(basis, looser_is_narrower, i):
    wide, narrow = (Level.LINK, Level.FULL) if looser_is_narrower else (Level.FULL, Level.LINK)
    at = [replace(rule, basis=Basis.HOUSE if rule.scope is Scope.HOUSE else basis) for rule in NARROWING[i : i + 2]]
    # The older is the narrower: age does not count between scopes.
    pair = [replace(at[0], level=wide, effective_from=NOW, embargo_hours=0), replace(at[1], level=narrow)]
    assert resolve(pair, WORK, NOW).level is narrow


@pytest.mark.parametrize("level", list(Level))
def test_a_publishers_decision_can_be_looser_and_stricter_than_house_and_signals(level):
    signal = said(basis=Basis.SITE_SIGNAL, level=Level.LINK)
    assert resolve([HOUSE, signal, said(level=level)], WORK, NOW).level is level


def test_a_publisher_who_says_nothing_of_a_field_leaves_it_to_house_and_signals():
    signal = said(basis=Basis.PAGE_SIGNAL, scope=Scope.URL, value=URL, ai=False)
    permit = resolve([HOUSE, signal, said(max_words=100)], WORK, NOW)
    assert (permit.max_words, permit.ai, permit.level) == (100, False, Level.FULL)


def test_of_two_equally_new_statements_at_one_place_the_stricter_counts():
    pair = [said(level=Level.FULL), said(level=Level.SHORT)]
    assert resolve([HOUSE, *pair], WORK, NOW).level is Level.SHORT


def test_two_holds_at_one_place_are_two_cases_and_both_count():
    strict = said(Scope.URL, Basis.HOLD, URL, level=Level.LINK, effective_from=NOW - timedelta(days=2))
    later = said(Scope.URL, Basis.HOLD, URL, level=Level.FULL)
    assert resolve([HOUSE, strict, later], WORK, NOW).level is Level.LINK


def test_nothing_said_at_all_is_forbidden():
    permit = resolve([], WORK, NOW)
    assert (permit.level, permit.max_words, permit.quote_words, permit.ai) == (Level.NONE, 0, 0, False)


@pytest.mark.parametrize(("words", "allowed"), [(100, 40), (40, 40), (12, 12), (0, 0)])
def test_short_is_at_most_forty_words_and_no_quotes(words, allowed):
    permit = resolve([HOUSE, said(level=Level.SHORT, max_words=words, quote_words=9)], WORK, NOW)
    assert (permit.max_words, permit.quote_words) == (allowed, 0)


def test_an_embargo_ends_by_itself_at_its_minute():
    some = [HOUSE, said(embargo_hours=48)]
    end = WORK.published_at + timedelta(hours=48)
    just_before = resolve(some, WORK, end - timedelta(microseconds=1))
    assert (just_before.level, just_before.embargo_until, just_before.ai) == (Level.NONE, end, False)
    assert (resolve(some, WORK, end).level, resolve(some, WORK, end).embargo_until) == (Level.FULL, None)


@pytest.mark.parametrize("years", [0, 1, 50])
def test_a_work_of_unknown_date_stays_under_its_embargo(years):
    now = NOW + timedelta(days=365 * years)
    permit = resolve([HOUSE, said(embargo_hours=1)], replace(WORK, published_at=None), now)
    assert permit.level is Level.NONE
    assert permit.embargo_until > now


def test_an_unknown_date_does_not_matter_without_an_embargo():
    assert resolve([HOUSE], replace(WORK, published_at=None), NOW).level is Level.FULL


@pytest.mark.parametrize("scope", [Scope.PUBLISHER, Scope.URL])
@pytest.mark.parametrize(("level", "legal"), [(Level.NONE, True), (Level.LINK, False)])
def test_legal_is_said_only_where_law_forbids_all(scope, level, legal):
    rule = said(scope, Basis.LEGAL, URL if scope is Scope.URL else "", level=level)
    assert resolve([HOUSE, said(Scope.URL, value=URL, level=Level.FULL), rule], WORK, NOW).legal is legal


def test_a_permit_says_whether_its_limit_was_stated_by_someone_else():
    assert not resolve([HOUSE], WORK, NOW).stated
    assert not resolve([HOUSE, said(basis=Basis.HOUSE, max_words=30)], WORK, NOW).stated
    assert resolve([HOUSE, said(max_words=30)], WORK, NOW).stated


def test_a_permit_names_the_rule_that_decided_each_field():
    words, quotes = said(max_words=30), said(Scope.URL, value=URL, quote_words=3)
    governing = resolve([HOUSE, words, quotes], WORK, NOW).governing
    assert governing == {"level": 0, "max_words": words.id, "quote_words": quotes.id, "ai": 0, "embargo_hours": 0}


def test_words_that_must_be_shown_add_up_over_scopes_and_the_newer_replaces_the_older():
    old = said(attribution="Old", effective_from=NOW - timedelta(days=3))
    some = [HOUSE, old, said(attribution="Example Wire"), said(Scope.URL, value=URL, attribution="© A")]
    assert resolve(some, WORK, NOW).attribution == ("Example Wire", "© A")


# --- signals ----------------------------------------------------------------------------------------------------


def signal(name="robots.txt Disallow", scope=Scope.PATH, value="news.a.test/", **fields) -> Rule:
    basis = Basis.PAGE_SIGNAL if scope is Scope.URL else Basis.SITE_SIGNAL
    return said(scope, basis, value, signal=name, source=1, **fields)


@pytest.mark.parametrize(
    ("places", "level"),
    [
        ((), Level.LINK),
        ((("/press/", True),), Level.LINK),
        ((("/press/eu/", False), ("/press/", True)), Level.FULL),
        ((("/press/", True), ("/press/eu/", False)), Level.LINK),
        ((("/other/", True),), Level.FULL),
    ],
)
def test_a_statement_for_a_part_of_a_site_counts_where_its_first_pattern_that_matches_says_so(places, level):
    assert resolve([HOUSE, signal(level=Level.LINK, places=places)], WORK, NOW).level is level


def test_a_statement_takes_an_older_ones_place_where_it_is_not_about_the_work_too():
    old = signal(level=Level.LINK, places=(("/press/", True),), effective_from=NOW - timedelta(days=3))
    assert resolve([HOUSE, old, signal(level=Level.LINK, places=(("/other/", True),))], WORK, NOW).level is Level.FULL


@pytest.mark.parametrize("other", [{"name": "RSL"}, {"source": 2}])
def test_two_signals_or_two_files_never_supersede_each_other(other):
    fields = {"name": "robots.txt Disallow", **other}
    newer = replace(signal(fields.pop("name"), level=Level.FULL, effective_from=NOW), **fields)
    assert resolve([HOUSE, signal(level=Level.LINK), newer], WORK, NOW).level is Level.LINK


@pytest.mark.parametrize(("site", "page", "ai"), [(False, True, True), (True, False, False), (None, False, False)])
def test_of_one_signal_the_page_counts_before_the_site(site, page, ai):
    some = [HOUSE, signal("TDMRep", ai=site), signal("TDMRep", Scope.URL, URL, ai=page)]
    assert resolve(some, WORK, NOW).ai is ai
    assert resolve([replace(HOUSE, ai=False), *some[1:]], WORK, NOW).ai is False


def test_a_page_says_nothing_for_another_signal_of_its_site():
    some = [HOUSE, signal("RSL", ai=False), signal("TDMRep", Scope.URL, URL, ai=True)]
    assert resolve(some, WORK, NOW).ai is False


def test_characters_are_limited_only_where_somebody_limits_them():
    assert resolve([HOUSE], WORK, NOW).quote_chars == ANY_LENGTH
    permit = resolve([HOUSE, signal("max-snippet", Scope.URL, URL, quote_chars=120)], WORK, NOW)
    assert (permit.quote_chars, permit.quote_words) == (120, 15)


# --- what may stand as the source has it ------------------------------------------------------------------------


def copied(*some: Rule) -> tuple[int, int]:
    permit = resolve(some, WORK, NOW)
    return permit.copied_words, permit.copied_percent


OURS = (Scope.HOUSE, Basis.HOUSE)


@pytest.mark.parametrize(
    ("some", "words", "percent"),
    [
        ([], 8, 30),
        ([said(copied_words=4)], 4, 30),
        ([said(copied_words=12, copied_percent=50)], 12, 50),
        ([said(*OURS, copied_words=6, copied_percent=20)], 6, 20),
        ([said(*OURS, copied_words=6), said(copied_words=12)], 12, 30),
        # A signal, a hold or a removal makes stricter what is presumed, and never looser.
        ([said(basis=Basis.RESTRICTION, copied_words=5, copied_percent=10)], 5, 10),
        ([said(basis=Basis.RESTRICTION, copied_words=12, copied_percent=50)], 8, 30),
        ([said(basis=Basis.SITE_SIGNAL, copied_words=12), said(basis=Basis.LEGAL, copied_words=20)], 8, 30),
        ([said(copied_words=12), said(basis=Basis.RESTRICTION, copied_words=10)], 10, 30),
        ([said(copied_words=12), said(basis=Basis.LEGAL, copied_words=20)], 12, 30),
    ],
)
def test_the_publisher_sets_what_may_be_copied_and_our_default_holds_while_nobody_does(some, words, percent):
    assert copied(*some) == copied(HOUSE, *some) == (words, percent)


def test_what_is_presumed_is_decided_by_no_rule():
    permit = resolve([HOUSE, said(basis=Basis.RESTRICTION, copied_words=12)], WORK, NOW)
    assert "copied_words" not in permit.governing


@pytest.mark.parametrize("level", list(Level))
def test_what_may_be_copied_is_the_same_at_every_level_and_under_an_embargo(level):
    """Beside a source of which nothing may be shown, a page can stand on others."""
    assert copied(HOUSE, said(level=level, copied_words=5)) == (5, 30)
    assert copied(HOUSE, said(embargo_hours=48, copied_words=5)) == (5, 30)


def test_two_rows_make_a_statement_that_ends_at_a_moment():
    end = NOW + timedelta(hours=3)
    some = [HOUSE, begun := signal("embargoedUntil", Scope.URL, URL, level=Level.NONE)]
    some.append(replace(begun, id=10**9, revoked=True, effective_from=end))
    assert resolve(some, WORK, NOW).level is Level.NONE
    assert resolve(some, WORK, NOW).until == end
    assert resolve(some, WORK, end).level is Level.FULL
