"""What a publisher's terms come to for one article: the ladder, precedence, the strictest of several. Pure.

Rules come in, a Permit comes out. Nothing here knows a database, a clock or a language; imports nothing of ours but
analysis.addresses. DESIGN, "The ladder of terms", is the source of every rule here.

How rules combine, field by field (`level`, `max_words`, `quote_words`, `ai`, `embargo_hours`):
  1. Of two statements at the same scope on the same basis, the newer counts; of two as new, the stricter.
  2. Our own decisions (basis `house`): the most specific that speaks of the field wins.
  3. Signals, of page and site, can only make that stricter.
  4. A verified publisher's decision takes the place of 2 and 3, looser or stricter; the most specific wins.
  5. Upheld legal removals, holds, and what we granted to others make it stricter still, whatever else was said.
What is missing or cannot be read counts as the strictest value.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from analysis.addresses import host_of, is_under, page_key, parents


class Level(IntEnum):
    """How much of a work may be shown. Compare with < and min(): the lower, the stricter."""

    NONE = 0
    LINK = 1
    SHORT = 2
    FULL = 3


class Scope(IntEnum):
    """How specific a statement is."""

    HOUSE = 0
    PUBLISHER = 1
    DOMAIN = 2
    PATH = 3
    URL = 4


class Basis(IntEnum):
    """What a statement rests on. The numbers are the order of precedence."""

    HOUSE = 0
    SITE_SIGNAL = 1
    PAGE_SIGNAL = 2
    PUBLISHER = 3
    HOLD = 4
    RESTRICTION = 5  # ours, on the request of somebody who is not the publisher
    LEGAL = 6


SHORT_WORDS = 40
FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rule:
    """One statement. A field that is None says nothing about its matter. Times are aware."""

    id: int
    scope: Scope
    basis: Basis
    effective_from: datetime
    publisher: int | None = None
    value: str = ""
    revoked: bool = False
    level: Level | None = None
    max_words: int | None = None
    quote_words: int | None = None
    ai: bool | None = None
    embargo_hours: int | None = None
    attribution: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """What the rules need to know of an article. `published_at` is aware; None means that nobody knows."""

    url: str
    publisher: int
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Permit:
    """What may be shown of one article, now. `governing` maps a field to the id of the rule that decided it."""

    level: Level = Level.NONE
    max_words: int = 0
    quote_words: int = 0
    ai: bool = False
    embargo_until: datetime | None = None
    attribution: tuple[str, ...] = ()
    stated: bool = False  # the level or its words rest on more than our own decision
    legal: bool = False  # level `none` because of an upheld legal removal
    reason: str = ""
    governing: dict[str, int] = field(default_factory=dict, compare=False, hash=False)
    until: datetime = field(default=FOREVER, compare=False)  # from `now` to this moment, the same rules give the same

    @property
    def headline(self) -> bool:
        """Our headline and dek may stand."""
        return self.level >= Level.SHORT

    @property
    def summary(self) -> bool:
        return self.level >= Level.SHORT

    @property
    def listed(self) -> bool:
        """It may be listed, indexed and linked."""
        return self.level >= Level.LINK


FORBIDDEN = Permit()
_STRICTEST: dict[str, int] = {"level": 0, "max_words": 0, "quote_words": 0, "ai": 0, "embargo_hours": 10**6}
_SIGNALS = (Basis.SITE_SIGNAL, Basis.PAGE_SIGNAL)
_OVERRIDING = (Basis.HOLD, Basis.RESTRICTION, Basis.LEGAL)


def resolve(rules: Iterable[Rule], work: Work, now: datetime) -> Permit:
    """What the rules come to for a work at a moment. Any order of rules gives the same permit.

    Rules that do not apply to the work, or are not in force yet, are passed over.
    """
    concerning = [r for r in rules if applies(r, work)]
    standing = not_withdrawn([r for r in concerning if r.effective_from <= now])
    values: dict[str, int] = {}
    governing: dict[str, int] = {}
    for name in _STRICTEST:
        values[name], rule = _decide(name, standing)
        if rule:
            governing[name] = rule.id
    if values["level"] == Level.SHORT:
        values["max_words"] = min(values["max_words"], SHORT_WORDS)
        values["quote_words"] = 0
    elif values["level"] < Level.SHORT:
        values["max_words"] = values["quote_words"] = 0

    embargo_until = None
    until = min((r.effective_from for r in concerning if r.effective_from > now), default=FOREVER)
    if values["embargo_hours"]:
        # Nobody knows when it appeared: then nobody knows that the embargo has ended.
        start = work.published_at or now
        try:
            embargo_until = start + timedelta(hours=values["embargo_hours"])
        except OverflowError:  # dated at the end of time
            embargo_until = FOREVER
        if now >= embargo_until:
            embargo_until = None
        else:
            until = min(until, embargo_until if work.published_at else now)
    ruling = [r for r in standing if r.id in (governing.get("level"), governing.get("max_words"))]
    level_rule = next((r for r in standing if r.id == governing.get("level")), None)
    level = Level.NONE if embargo_until else Level(values["level"])
    return Permit(
        level=level,
        max_words=values["max_words"] if level else 0,
        quote_words=values["quote_words"] if level else 0,
        ai=bool(values["ai"]) and bool(level),
        embargo_until=embargo_until,
        attribution=tuple(sorted({r.attribution for r in newest("attribution", standing)})),
        stated=any(r.basis is not Basis.HOUSE for r in ruling),
        legal=any(r.basis is Basis.LEGAL and r.level is Level.NONE for r in newest("level", standing)),
        reason=level_rule.reason if level_rule else "",
        governing=governing,
        until=until,
    )


def strictest(permits: Sequence[Permit]) -> Permit:
    """The permit of a field that rests on several articles: per matter the strictest. Of none at all: forbidden."""
    if not permits:
        return FORBIDDEN
    embargoes = [p.embargo_until for p in permits if p.embargo_until]
    lowest = min(permits, key=lambda p: p.level)
    return Permit(
        level=lowest.level,
        max_words=min(p.max_words for p in permits),
        quote_words=min(p.quote_words for p in permits),
        ai=all(p.ai for p in permits),
        embargo_until=max(embargoes) if embargoes else None,
        attribution=tuple(sorted({words for p in permits for words in p.attribution})),
        stated=any(p.stated for p in permits),
        legal=any(p.legal for p in permits),
        reason=lowest.reason,
        governing=lowest.governing,
        until=min(p.until for p in permits),
    )


def analysis_allowed(permits: Sequence[Permit]) -> bool:
    """Whether our own writing (a note, a claim, a watch item) that rests on these articles may be shown.

    Not if it rests on one of which nothing may be shown; and beside one that allows a headline and link only, it
    must rest on something else too.
    """
    return all(p.level > Level.NONE for p in permits) and any(p.level >= Level.SHORT for p in permits)


def applies(rule: Rule, work: Work) -> bool:
    """Whether a rule's scope holds the work."""
    match rule.scope:
        case Scope.HOUSE:
            return True
        case Scope.PUBLISHER:
            return rule.publisher == work.publisher
        case Scope.DOMAIN:
            return rule.value in parents(host_of(work.url))
        case Scope.PATH:
            return is_under(work.url, rule.value)
        case Scope.URL:
            return page_key(rule.value) == page_key(work.url)


def place_of(rule: Rule) -> tuple[object, ...]:
    """Where a statement stands: a newer one at the same place supersedes it. Two holds are two cases, so never."""
    place = page_key(rule.value) if rule.scope is Scope.URL else rule.value.rstrip("/")
    return (rule.scope, rule.basis, place, rule.id if rule.basis is Basis.HOLD else None)


def not_withdrawn(rules: list[Rule]) -> list[Rule]:
    """The statements that no later one at the same place has withdrawn."""
    withdrawn = {place_of(r): (r.effective_from, r.id) for r in sorted(rules, key=_age) if r.revoked}
    return [r for r in rules if not r.revoked and _age(r) > withdrawn.get(place_of(r), _NEVER)]


def _age(rule: Rule) -> tuple[datetime, int]:
    return rule.effective_from, rule.id


_NEVER = (datetime.min.replace(tzinfo=UTC), 0)


def newest(name: str, standing: list[Rule]) -> list[Rule]:
    """The statements that speak of a field and are the newest to do so at their place; all of those equally new."""
    speaking = [r for r in standing if getattr(r, name) not in (None, "")]
    latest: dict[tuple[object, ...], datetime] = {}
    for r in speaking:
        latest[place_of(r)] = max(r.effective_from, latest.get(place_of(r), r.effective_from))
    return [r for r in speaking if r.effective_from == latest[place_of(r)]]


def _decide(name: str, standing: list[Rule]) -> tuple[int, Rule | None]:
    """A field's value and the rule that decided it."""
    speaking = newest(name, standing)
    ruling = _most_specific([r for r in speaking if r.basis is Basis.PUBLISHER])
    if not ruling:
        ruling = _most_specific([r for r in speaking if r.basis is Basis.HOUSE])
        if not ruling:  # nobody has said what the default is
            return _STRICTEST[name], None
        ruling += [r for r in speaking if r.basis in _SIGNALS]
    ruling += [r for r in speaking if r.basis in _OVERRIDING]
    rule = min(ruling, key=lambda r: (_strictness(name, r), -r.basis, -r.scope, r.id))
    return int(getattr(rule, name)), rule


def _most_specific(rules: list[Rule]) -> list[Rule]:
    """Those at the narrowest scope; of two hosts or two parts of one site, the longer name is the narrower."""
    narrowest = max(((r.scope, len(r.value.rstrip("/"))) for r in rules), default=None)
    return [r for r in rules if (r.scope, len(r.value.rstrip("/"))) == narrowest]


def _strictness(name: str, rule: Rule) -> int:
    """Lower is stricter. A longer embargo is stricter; of all else, less is."""
    value = int(getattr(rule, name))
    return -value if name == "embargo_hours" else value
