"""The ladder told a second time, straight from DESIGN section 3 and as slowly as it likes, and compared with resolve().

What analysis/terms.py does by filtering, this does by telling a story: statement after statement, in the order of time,
each place keeps what was said there last.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.terms import FOREVER, Basis, Level, Rule, Scope, Work, resolve
from tests.analysis.test_terms import HOUSE, no_looser

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
URL = "https://news.a.test/press/eu/1"
FIELDS = ("level", "max_words", "quote_words", "copied_words", "copied_percent", "ai", "embargo_hours")
PRESUMED = {"copied_words": 8, "copied_percent": 30}  # while neither the publisher nor we say anything else
SIGNALS = (Basis.SITE_SIGNAL, Basis.PAGE_SIGNAL)
RESTRICTING = (Basis.HOLD, Basis.RESTRICTION, Basis.LEGAL)
PLACES = [
    (Scope.PUBLISHER, 1, ""),
    (Scope.PUBLISHER, 2, ""),
    *((Scope.DOMAIN, 1, host) for host in ("a.test", "news.a.test", "b.test")),
    # Of a site that nobody owned when it was said.
    (Scope.DOMAIN, None, "a.test"),
    *((Scope.PATH, 1, f"news.a.test{path}") for path in ("", "/press", "/press/eu", "/other", "/pre", "/press/eu/1")),
    *((Scope.URL, 1, url) for url in (URL, URL.replace("https://", "http://www.") + "/", URL + "0")),
]
_ids = count(1)


@st.composite
def statements(draw, bases=tuple(Basis)):
    scope, publisher, value = draw(st.sampled_from(PLACES))
    said = {
        "level": st.sampled_from(list(Level)), "max_words": st.integers(0, 80), "quote_words": st.integers(0, 20),
        "copied_words": st.integers(3, 20), "copied_percent": st.integers(0, 100),
        "ai": st.booleans(), "embargo_hours": st.sampled_from([0, 24, 30, 31, 48]),
    }  # fmt: skip
    return Rule(
        id=next(_ids), scope=scope, basis=draw(st.sampled_from(bases)), publisher=publisher, value=value,
        effective_from=NOW + timedelta(hours=draw(st.sampled_from([-72, -48, -24, -1, 0, 1, 30]))),
        revoked=draw(st.sampled_from([False, False, False, True])),
        **{name: draw(st.none() | values) for name, values in said.items()},
    )  # fmt: skip


said = st.lists(statements(), max_size=10).flatmap(lambda some: st.sampled_from([some, [HOUSE, *some]]))
works = st.builds(
    Work, url=st.just(URL), publisher=st.just(1), published_at=st.sampled_from([None, NOW - timedelta(hours=30), NOW])
)
moments = st.sampled_from([NOW + timedelta(hours=n) for n in (-73, -30, 0, 1, 17, 18, 48, 100)])


# --- the second telling -------------------------------------------------------------------------------------------


@dataclass
class Told:
    """What stands at one place: field by field the value and since when."""

    rule: Rule  # any of the place: they share scope, basis and what they are about
    says: dict[str, tuple[datetime, int]]


def bare(url: str) -> str:
    return url.split("://")[1].removeprefix("www.").rstrip("/")


def is_about(rule: Rule, work: Work) -> bool:
    host, path = urlsplit(work.url).hostname or "", urlsplit(work.url).path
    if rule.scope == Scope.PUBLISHER:
        return rule.publisher == work.publisher
    if rule.scope == Scope.DOMAIN:
        return host == rule.value or host.endswith("." + rule.value)
    if rule.scope == Scope.PATH:
        segments, prefix = (host + path).split("/"), rule.value.split("/")
        return segments[: len(prefix)] == prefix
    return rule.scope == Scope.HOUSE or bare(rule.value) == bare(work.url)


def stricter(name: str, values: list[int]) -> int:
    return max(values) if name == "embargo_hours" else min(values)


def told(rules: list[Rule], work: Work, now: datetime) -> list[Told]:
    """Statement after statement: each place keeps what was said there last; of two as new the stricter."""
    places: dict[object, Told] = {}
    for rule in sorted(rules, key=lambda rule: (rule.effective_from, rule.id)):
        if rule.effective_from > now or not is_about(rule, work):
            continue
        about = bare(rule.value) if rule.scope == Scope.URL else rule.value
        key = (rule.basis, rule.id) if rule.basis == Basis.HOLD else (rule.basis, rule.scope, about)
        place = places.setdefault(key, Told(rule, {}))
        if rule.revoked:
            place.says.clear()
            continue
        for name in FIELDS:
            value = getattr(rule, name)
            if value is not None:
                since, before = place.says.get(name, (rule.effective_from, int(value)))
                same = [before, int(value)] if since == rule.effective_from else [int(value)]
                place.says[name] = (rule.effective_from, stricter(name, same))
    return list(places.values())


def narrowest(places: list[Told]) -> list[Told]:
    """House default < publisher < domain < path prefix < single URL. The most specific wins."""

    def size(place: Told) -> tuple[int, int]:
        value = bare(place.rule.value) if place.rule.scope == Scope.URL else place.rule.value
        return place.rule.scope, len(value)

    return [place for place in places if size(place) == max(map(size, places))]


def worked_out(name: str, places: list[Told]) -> int:
    speaking = [place for place in places if name in place.says]
    by = {basis: [place for place in speaking if place.rule.basis == basis] for basis in Basis}
    if by[Basis.PUBLISHER]:  # verified: stricter or looser than the house and its signals
        binding = narrowest(by[Basis.PUBLISHER])
    elif by[Basis.HOUSE]:  # a signal can only make it stricter
        binding = narrowest(by[Basis.HOUSE]) + by[Basis.SITE_SIGNAL] + by[Basis.PAGE_SIGNAL]
    elif name in PRESUMED:
        says = [place.says[name][1] for place in speaking]
        return min([PRESUMED[name], *says])
    else:  # unknown terms give the stricter reading
        return 10**6 if name == "embargo_hours" else 0
    binding += by[Basis.HOLD] + by[Basis.RESTRICTION] + by[Basis.LEGAL]
    return stricter(name, [place.says[name][1] for place in binding])


def retold(rules: list[Rule], work: Work, now: datetime) -> tuple[object, ...]:
    """(level, words, quoted words, copied words, copied share, machines, embargo) as DESIGN section 3 has them."""
    places = told(rules, work, now)
    level, words, quotes, run, share, ai, hours = (worked_out(name, places) for name in FIELDS)
    if level == Level.SHORT:
        words, quotes = min(words, 40), 0
    if level < Level.SHORT:
        words = quotes = 0
    embargo = None
    if hours:
        embargo = (work.published_at or now) + timedelta(hours=hours)
        embargo = embargo if now < embargo else None
    if embargo or level == Level.NONE:
        return (Level.NONE, 0, 0, run, share, False, embargo)
    return (Level(level), words, quotes, run, share, bool(ai), embargo)


@given(said, works, moments)
def test_two_ways_of_telling_the_ladder_agree(rules, work, now):
    permit = resolve(rules, work, now)
    found = (permit.level, permit.max_words, permit.quote_words, permit.copied_words, permit.copied_percent, permit.ai,
             permit.embargo_until)  # fmt: skip
    assert found == retold(rules, work, now)


# --- laws ---------------------------------------------------------------------------------------------------------


@given(said, statements(bases=(*SIGNALS, *RESTRICTING)), works, moments)
def test_a_signal_a_hold_a_restriction_or_a_legal_removal_at_a_new_place_never_loosens_at_any_time(
    rules, extra, work, now
):
    """At a place where something stands, a newer word may be looser: it takes the older one's place."""
    elsewhere = [rule for rule in rules if rule.basis is not extra.basis]
    extra = replace(extra, revoked=False)
    assert no_looser(resolve([*elsewhere, extra], work, now), resolve(elsewhere, work, now))


@given(said, st.sampled_from(list(Level)), works)
def test_a_publishers_newest_word_about_a_page_holds_whatever_house_and_signals_say(rules, level, work):
    word = Rule(next(_ids), Scope.URL, Basis.PUBLISHER, NOW + timedelta(minutes=1), 1, URL, level=level, max_words=77,
                quote_words=0, ai=True, embargo_hours=0)  # fmt: skip
    permit = resolve([*(r for r in rules if r.basis not in RESTRICTING), word], work, NOW + timedelta(minutes=2))
    assert permit.level is level
    assert permit.max_words == {Level.FULL: 77, Level.SHORT: 40}.get(level, 0)
    assert permit.governing["level"] == word.id


@given(said, works, moments)
def test_a_permit_ends_exactly_when_the_next_word_or_the_end_of_an_embargo_comes(rules, work, now):
    permit = resolve(rules, work, now)
    coming = [rule.effective_from for rule in rules if is_about(rule, work) and rule.effective_from > now]
    if permit.embargo_until:
        # Of an unknown date the end moves on with the clock: then the permit is good for this moment alone.
        coming.append(permit.embargo_until if work.published_at else now)
    assert permit.until == min(coming, default=FOREVER)


@given(said, works)
def test_an_embargo_ends_by_itself_in_just_the_state_that_it_hid(rules, work):
    permit = resolve(rules, work, NOW)
    if permit.embargo_until and work.published_at and permit.until == permit.embargo_until:
        without = [replace(rule, embargo_hours=None if rule.embargo_hours is None else 0) for rule in rules]
        assert resolve(rules, work, permit.until) == resolve(without, work, permit.until)


@pytest.mark.parametrize("basis", RESTRICTING)
def test_no_word_of_a_publishers_loosens_what_restricts(basis):
    work = Work(URL, 1, NOW - timedelta(days=9))
    restriction = Rule(1, Scope.PUBLISHER, basis, NOW - timedelta(days=1), 1, level=Level.LINK)
    word = Rule(2, Scope.URL, Basis.PUBLISHER, NOW, 1, URL, level=Level.FULL, max_words=99)
    assert resolve([HOUSE, restriction, word], work, NOW).level is Level.LINK
