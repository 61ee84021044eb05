"""What a publisher's terms come to for one article: the ladder, precedence, the strictest of several. Pure.

Rules come in, a Permit comes out. Nothing here knows a database, a clock or a language; imports nothing of ours but
analysis.addresses and analysis.patterns. DESIGN, "The ladder of terms", is the source of every rule here.

How rules combine, field by field (`level`, `max_words`, `quote_words`, `quote_chars`, `copied_words`,
`copied_percent`, `ai`, `embargo_hours`):
  1. Of two statements at the same place (scope, basis, and for a signal its name and where it was read), the newer
     counts; of two as new, the stricter.
  2. Our own decisions (basis `house`): the most specific that speaks of the field wins.
  3. Signals, of page and site, can only make that stricter. Of one signal the most specific that speaks of the field
     counts, what the page says before what the site says; of different signals the strictest.
  4. A verified publisher's decision takes the place of 2 and 3, looser or stricter; the most specific wins.
  5. Upheld legal removals, holds, and what we granted to others make it stricter still, whatever else was said.
What is missing or cannot be read counts as the strictest value; but a field in PRESUMED, which permits nothing by
itself, is what DECIDED says while neither 2 nor 4 speaks of it, and 3 and 5 can make that stricter. `quote_chars`
narrows `quote_words`. `copied_words` and `copied_percent` limit what stands outside quotation marks as the source has
it; they hold at every level, for a page can stand on other sources beside one of which nothing may be shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from analysis.addresses import host_of, is_under, page_key, parents
from analysis.patterns import Places, named


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
ANY_LENGTH = 10**6  # characters in quotations, where nobody limits them
# A name with its office, or the title of a law, is some eight words that nobody can put otherwise.
COPIED_WORDS = 8
COPIED_PERCENT = 30  # beyond that it is their text with changes, however short the runs are
FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rule:
    """One statement. A field that is None says nothing about its matter. Times are aware.

    `places` narrows the scope to the parts of a site that these patterns name. `signal` and `source` tell apart what
    several signals, or several files, say of one place.
    """

    id: int
    scope: Scope
    basis: Basis
    effective_from: datetime
    publisher: int | None = None
    value: str = ""
    revoked: bool = False
    signal: str = ""
    source: int | None = None
    places: Places = ()
    level: Level | None = None
    max_words: int | None = None
    quote_words: int | None = None
    quote_chars: int | None = None
    copied_words: int | None = None
    copied_percent: int | None = None
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
    quote_chars: int = 0
    copied_words: int = 0  # the longest run outside quotation marks that may stand as the source has it
    copied_percent: int = 0  # the largest share of our words that may
    ai: bool = False
    embargo_until: datetime | None = None
    attribution: tuple[str, ...] = ()
    stated: bool = False  # level and words are what the publisher or its site said; nobody else restricts them
    restricted: bool = False  # a hold, a legal removal or somebody else's request decides level or words
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
# The fields that one rule decides each, and what they are while nobody speaks of them. `attribution` is no such field:
# words add up.
DECIDED: dict[str, int] = {
    "level": 0, "max_words": 0, "quote_words": 0, "quote_chars": ANY_LENGTH, "copied_words": COPIED_WORDS,
    "copied_percent": COPIED_PERCENT, "ai": 0, "embargo_hours": 10**6,
}  # fmt: skip
PRESUMED = frozenset({"quote_chars", "copied_words", "copied_percent"})  # not the strictest while nobody speaks
HOLDING = (Basis.PUBLISHER, Basis.HOUSE)  # what a field is; all else only makes that stricter
SIGNALS = (Basis.SITE_SIGNAL, Basis.PAGE_SIGNAL)
_OVERRIDING = (Basis.HOLD, Basis.RESTRICTION, Basis.LEGAL)


def resolve(rules: Iterable[Rule], work: Work, now: datetime) -> Permit:
    """What the rules come to for a work at a moment. Any order of rules gives the same permit.

    Rules that do not apply to the work, or are not in force yet, are passed over.
    """
    concerning = [r for r in rules if applies(r, work)]
    standing = not_withdrawn([r for r in concerning if r.effective_from <= now])
    speaking = {name: about(work, newest(name, standing)) for name in (*DECIDED, "attribution")}
    values: dict[str, int] = {}
    governing: dict[str, int] = {}
    for name in DECIDED:
        values[name], rule = decide(name, speaking[name])
        if rule:
            governing[name] = rule.id
    if values["level"] == Level.SHORT:
        values["max_words"] = min(values["max_words"], SHORT_WORDS)
        values["quote_words"] = values["quote_chars"] = 0
    elif values["level"] < Level.SHORT:
        values["max_words"] = values["quote_words"] = values["quote_chars"] = 0

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
    restricted = any(r.basis in _OVERRIDING for r in ruling)
    level_rule = next((r for r in standing if r.id == governing.get("level")), None)
    level = Level.NONE if embargo_until else Level(values["level"])
    return Permit(
        level=level,
        max_words=values["max_words"] if level else 0,
        quote_words=values["quote_words"] if level else 0,
        quote_chars=values["quote_chars"] if level else 0,
        copied_words=values["copied_words"],
        copied_percent=values["copied_percent"],
        ai=bool(values["ai"]) and bool(level),
        embargo_until=embargo_until,
        attribution=tuple(sorted({r.attribution for r in speaking["attribution"]})),
        stated=any(r.basis is not Basis.HOUSE for r in ruling) and not restricted,
        restricted=restricted,
        legal=any(r.basis is Basis.LEGAL and r.level is Level.NONE for r in speaking["level"]),
        reason=level_rule.reason if level_rule else "",
        governing=governing,
        until=until,
    )


def strictest(permits: Sequence[Permit]) -> Permit:
    """The permit of a field that rests on several articles: per matter the strictest. Of none at all: forbidden.

    Any order of permits gives the same. The reason is one given for the lowest level: of several the first by alphabet.
    """
    if not permits:
        return FORBIDDEN
    if len(permits) == 1:
        return permits[0]
    embargoes = [p.embargo_until for p in permits if p.embargo_until]
    lowest = min(permits, key=lambda p: (p.level, not p.reason, p.reason, tuple(p.governing.items())))
    return Permit(
        level=lowest.level,
        max_words=min(p.max_words for p in permits),
        quote_words=min(p.quote_words for p in permits),
        quote_chars=min(p.quote_chars for p in permits),
        copied_words=min(p.copied_words for p in permits),
        copied_percent=min(p.copied_percent for p in permits),
        ai=all(p.ai for p in permits),
        embargo_until=max(embargoes) if embargoes else None,
        attribution=tuple(sorted({words for p in permits for words in p.attribution})),
        stated=any(p.stated for p in permits) and not any(p.restricted for p in permits),
        restricted=any(p.restricted for p in permits),
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
    """Whether a rule's scope holds the work. Which parts of a site it is about is not asked here."""
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
    hold = rule.id if rule.basis is Basis.HOLD else None
    return (rule.scope, rule.basis, _where(rule), rule.signal, rule.source, hold)


def _where(rule: Rule) -> str:
    """What a statement is about, in the one spelling that all spellings of it share."""
    return page_key(rule.value) if rule.scope is Scope.URL else rule.value.rstrip("/")


def not_withdrawn(rules: list[Rule]) -> list[Rule]:
    """The statements that no later one at the same place has withdrawn."""
    withdrawn = {place_of(r): _age(r) for r in sorted((r for r in rules if r.revoked), key=_age)}
    if not withdrawn:
        return rules
    return [r for r in rules if not r.revoked and _age(r) > withdrawn.get(place_of(r), _NEVER)]


def _age(rule: Rule) -> tuple[datetime, int]:
    return rule.effective_from, rule.id


_NEVER = (datetime.min.replace(tzinfo=UTC), 0)


def speaks(rule: Rule, name: str) -> bool:
    """Whether a statement says anything of a field."""
    return getattr(rule, name) not in (None, "")


def newest(name: str, standing: list[Rule]) -> list[Rule]:
    """The statements that speak of a field and are the newest to do so at their place; all of those equally new."""
    speaking = [r for r in standing if speaks(r, name)]
    if len(speaking) < 2:
        return speaking
    placed = [(place_of(r), r) for r in speaking]
    latest: dict[tuple[object, ...], datetime] = {}
    for place, r in placed:
        latest[place] = max(r.effective_from, latest.get(place, r.effective_from))
    return [r for place, r in placed if r.effective_from == latest[place]]


def about(work: Work, statements: list[Rule]) -> list[Rule]:
    """Of the newest statements those whose parts of a site hold the work.

    Asked last: a statement takes an older one's place where it is not about the work, too.
    """
    return [r for r in statements if named(work.url, r.places)]


def counting(name: str, speaking: list[Rule]) -> list[Rule]:
    """Of the newest statements on a field those that count: the strictest of them decides it.

    None counts if nobody has said what the default is, unless it is presumed.
    """
    found = _most_specific([r for r in speaking if r.basis is Basis.PUBLISHER])
    if not found:
        found = _most_specific([r for r in speaking if r.basis is Basis.HOUSE])
        if not found and name not in PRESUMED:
            return []
        found += _signals(speaking)
    return found + [r for r in speaking if r.basis in _OVERRIDING]


def decide(name: str, speaking: list[Rule]) -> tuple[int, Rule | None]:
    """A field's value and the rule that decided it, of those that speak of it."""
    count = counting(name, speaking)
    if not count:
        return DECIDED[name], None
    rule = min(count, key=lambda r: (strictness(name, r), -r.basis, -r.scope, r.id))
    value = int(getattr(rule, name))
    if value > DECIDED[name] and not any(r.basis in HOLDING for r in count):
        return DECIDED[name], None  # presumed, and what counts could only make that stricter
    return value, rule


def _signals(speaking: list[Rule]) -> list[Rule]:
    """Of each signal the most specific: what a page says takes the place of what its site says by the same signal."""
    by_signal: dict[str | int, list[Rule]] = {}
    for r in speaking:
        if r.basis in SIGNALS:
            by_signal.setdefault(r.signal or r.id, []).append(r)
    return [r for rules in by_signal.values() for r in _most_specific(rules)]


def _most_specific(rules: list[Rule]) -> list[Rule]:
    """Those at the narrowest scope; of two hosts or two parts of one site, the longer name is the narrower."""
    if len(rules) < 2:
        return rules
    narrowest = max((r.scope, len(_where(r))) for r in rules)
    return [r for r in rules if (r.scope, len(_where(r))) == narrowest]


def strictness(name: str, rule: Rule) -> int:
    """Orders statements that speak of a field in DECIDED: lower is stricter. A longer embargo; of all else, less."""
    value = int(getattr(rule, name))
    return -value if name == "embargo_hours" else value
