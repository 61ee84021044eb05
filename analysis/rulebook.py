"""The rules in force, held in the process and guarded by one version row.

A request reads the version row once (one query, constant in the archive) and resolves everything it shows from memory.
Whoever writes terms or holds gives the row a new token by trigger, in the same transaction; so the first request that
starts after that commit reads the new rules, in every process, with nothing to invalidate.

Statements of terms are only ever added, and their ids are in the order of their commits (migration 0010 sees to it). So
a book whose token is among the row's earlier ones lacks the statements above its last one and nothing else: a change
costs what was changed, however many statements there are.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from analysis.addresses import host_of, page_key, parents, sections
from analysis.models import Article, Hold, RuleVersion, Terms
from analysis.patterns import Places
from analysis.prepared import Prepared
from analysis.terms import FORBIDDEN, FOREVER, Basis, Level, Permit, Rule, Scope, Work, resolve

MOST_PERMITS = 50_000  # held at once: some 30 MB
_UNKNOWN = (FOREVER, FORBIDDEN)

type _Place = tuple[Scope, int | str | None]
type Index = dict[_Place, tuple[Rule, ...]]


def indexed(rules: Iterable[Rule], known: Index | None = None) -> Index:
    """Rules by what they are about, after those `known`, which stay as they are."""
    known, added = known or {}, defaultdict[_Place, list[Rule]](list)
    for rule in rules:
        added[_place(rule)].append(rule)
    return known | {place: (*known.get(place, ()), *some) for place, some in added.items()}


def _place(rule: Rule) -> _Place:
    match rule.scope:
        case Scope.HOUSE:
            return Scope.HOUSE, None
        case Scope.PUBLISHER:
            return Scope.PUBLISHER, rule.publisher
        case Scope.DOMAIN:
            return Scope.DOMAIN, rule.value
        case Scope.PATH:
            return Scope.PATH, rule.value.rstrip("/")
        case Scope.URL:
            return Scope.URL, page_key(rule.value)


@dataclass(frozen=True)
class RuleBook:
    """All rules, found by what they are about. `last` is the newest of the saved statements, by its id."""

    token: str = ""
    statements: Index = field(default_factory=dict)
    holds: Index = field(default_factory=dict)
    last: int = 0
    # What the rules came to, from a moment on and as long as time alone changes nothing; gone with the book.
    _permits: dict[Work, tuple[datetime, Permit]] = field(default_factory=dict, compare=False)

    def with_rules(self, rules: Iterable[Rule], lifted: Container[int] = ()) -> "RuleBook":
        """A book that holds these statements as well, and no hold whose rule has one of the ids `lifted`. Never the
        current one."""
        holds = {place: tuple(r for r in held if r.id not in lifted) for place, held in self.holds.items()}
        return RuleBook(self.token, indexed(rules, self.statements), holds, self.last)

    def rules_for(self, work: Work) -> Iterator[Rule]:
        """The few rules that can concern a work; analysis.terms has the last word on which do."""
        yield from self._at((Scope.HOUSE, None))
        yield from self._at((Scope.PUBLISHER, work.publisher))
        for name in parents(host_of(work.url)):
            yield from self._at((Scope.DOMAIN, name))
        for part in sections(work.url):
            yield from self._at((Scope.PATH, part))
        yield from self._at((Scope.URL, page_key(work.url)))

    def _at(self, place: _Place) -> Iterator[Rule]:
        yield from self.statements.get(place, ())
        yield from self.holds.get(place, ())

    def permit(self, work: Work, now: datetime) -> Permit:
        """What may be shown of an article at an aware moment."""
        since, permit = self._permits.get(work, _UNKNOWN)
        if not since <= now < permit.until:
            permit = resolve(self.rules_for(work), work, now)
            if len(self._permits) >= MOST_PERMITS:
                self._permits.clear()
            self._permits[work] = (now, permit)
        return permit


_held = RuleBook()
_VERSION = Prepared(lambda: RuleVersion.objects.filter(pk=1).values_list("token", "earlier"))


def current() -> RuleBook:
    """The rules as committed now. One query; two more, once, after someone changed a rule."""
    global _held  # noqa: PLW0603  one frozen object, swapped whole: safe between threads
    ((token, earlier),) = _VERSION()
    book = _held
    if book.token != token:
        # A token of a transaction that failed is in no row: what was read under it is read again.
        book = _held = read(token, book if book.token in earlier.split() else RuleBook())
    return book


def read(token: str, since: RuleBook) -> RuleBook:
    """The rules from the database, but for the statements that an earlier book has. The version was read before: rules
    written since then are in this book already, or change the version again. Two queries."""
    # Holds before terms: a decision that commits in between lifts the one and makes the other.
    holds = indexed(map(from_hold, Hold.objects.filter(lifted_at__isnull=True)))
    added = [from_terms(row) for row in Terms.objects.filter(pk__gt=since.last).order_by("pk")]
    return RuleBook(token, indexed(added, since.statements), holds, added[-1].id if added else since.last)


def statements(work: Work, at: datetime) -> list[Rule]:
    """Every statement that can concern a work, with the holds that were in force at `at` and were lifted since."""
    lifted = Hold.objects.filter(starts_at__lte=at, lifted_at__gt=at)
    return [*current().rules_for(work), *map(from_hold, lifted)]


def work_of(article: Article) -> Work:
    return Work(article.url, article.publisher_id, article.published_at)


def from_terms(row: Terms, number: int = 0) -> Rule:
    """A row as a rule; `number` is its id while it is not saved. A word that cannot be read counts as the strictest."""
    return Rule(
        id=row.pk or number,
        scope=_SCOPES[row.scope],
        basis=_BASES[row.basis],
        effective_from=row.effective_from,
        publisher=row.publisher_id,
        value=row.value,
        revoked=row.revoked,
        signal=row.signal,
        source=row.source_id,
        places=_places(row.places),
        level=_LEVELS.get(row.level, Level.NONE) if row.level else None,
        max_words=row.max_words,
        quote_words=row.quote_words,
        quote_chars=row.quote_chars,
        copied_words=row.copied_words,
        copied_percent=row.copied_percent,
        ai=(row.ai == "allow") if row.ai else None,
        embargo_hours=row.embargo_hours,
        attribution=row.attribution,
        reason=row.reason,
    )


def _places(stored: object) -> Places:
    """The parts of a site that a row names. What cannot be read names all of it."""
    try:
        places = tuple((pattern, said) for pattern, said in stored)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        return ()
    return places if all(type(p) is str and type(said) is bool for p, said in places) else ()


def from_hold(hold: Hold, number: int = 0) -> Rule:
    """A hold as a rule; `number` stands for its own while it is not saved."""
    # Negative ids: a hold must not be taken for the terms with its number.
    return Rule(
        id=-(hold.pk or number),
        scope=_SCOPES[hold.scope],
        basis=Basis.HOLD,
        effective_from=hold.starts_at,
        publisher=hold.publisher_id,
        value=hold.value,
        level=_LEVELS.get(hold.level, Level.NONE),
    )


_SCOPES = {scope.name.lower(): scope for scope in Scope}
_BASES = {basis.name.lower(): basis for basis in Basis}
_LEVELS = {level.name.lower(): level for level in Level}
