"""The rules in force, held in the process and guarded by one version row.

A request reads the version row once (one query, constant in the archive) and resolves everything it shows from memory.
Whoever writes terms or holds gives the row a new token by trigger, in the same transaction; so the first request that
starts after that commit reads the new rules, in every process, with nothing to invalidate.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from analysis.addresses import host_of, page_key, parents
from analysis.models import Article, Hold, RuleVersion, Terms
from analysis.patterns import Places
from analysis.prepared import Prepared
from analysis.terms import FORBIDDEN, FOREVER, Basis, Level, Permit, Rule, Scope, Work, resolve

MOST_PERMITS = 50_000  # held at once: some 30 MB
_UNKNOWN = (FOREVER, FORBIDDEN)


@dataclass
class RuleBook:
    """All rules, found by what they are about."""

    token: str
    house: list[Rule] = field(default_factory=list)
    by_publisher: dict[int | None, list[Rule]] = field(default_factory=lambda: defaultdict(list))
    by_host: dict[str, list[Rule]] = field(default_factory=lambda: defaultdict(list))  # domains, and parts of sites
    by_url: dict[str, list[Rule]] = field(default_factory=lambda: defaultdict(list))
    # What the rules came to, from a moment on and as long as time alone changes nothing; gone with the book.
    _permits: dict[Work, tuple[datetime, Permit]] = field(default_factory=dict)

    def add(self, rule: Rule) -> None:
        match rule.scope:
            case Scope.HOUSE:
                self.house.append(rule)
            case Scope.PUBLISHER:
                self.by_publisher[rule.publisher].append(rule)
            case Scope.DOMAIN:
                self.by_host[rule.value].append(rule)
            case Scope.PATH:
                self.by_host[rule.value.partition("/")[0]].append(rule)
            case Scope.URL:
                self.by_url[page_key(rule.value)].append(rule)

    def with_rules(self, rules: Iterable[Rule], without: Container[int] = ()) -> "RuleBook":
        """Another book that holds these as well, and none with the ids `without`. Made apart from this one, and never
        the current one."""

        def kept[K](index: dict[K, list[Rule]]) -> dict[K, list[Rule]]:
            return {key: [rule for rule in known if rule.id not in without] for key, known in index.items()}

        other = RuleBook(self.token, [rule for rule in self.house if rule.id not in without])
        other.by_publisher.update(kept(self.by_publisher))
        other.by_host.update(kept(self.by_host))
        other.by_url.update(kept(self.by_url))
        for rule in rules:
            other.add(rule)
        return other

    def rules_for(self, work: Work) -> Iterator[Rule]:
        """The few rules that can concern a work; analysis.terms has the last word on which do."""
        yield from self.house
        yield from self.by_publisher.get(work.publisher, ())
        for name in parents(host_of(work.url)):
            yield from self.by_host.get(name, ())
        yield from self.by_url.get(page_key(work.url), ())

    def permit(self, work: Work, now: datetime) -> Permit:
        """What may be shown of an article at an aware moment."""
        since, permit = self._permits.get(work, _UNKNOWN)
        if not since <= now < permit.until:
            permit = resolve(self.rules_for(work), work, now)
            if len(self._permits) >= MOST_PERMITS:
                self._permits.clear()
            self._permits[work] = (now, permit)
        return permit


_held = RuleBook(token="")
_TOKEN = Prepared(lambda: RuleVersion.objects.filter(pk=1).values_list("token"))


def current() -> RuleBook:
    """The rules as committed now. One query; a few more, once, after someone changed a rule."""
    global _held  # noqa: PLW0603  one immutable-by-convention object, swapped whole: safe between threads
    ((token,),) = _TOKEN()
    book = _held
    if book.token != token:
        # The token was read first: rules written since then are either in this load already or change it again.
        book = RuleBook(token)
        # Holds before terms: a decision that commits in between lifts the one and makes the other.
        for hold in Hold.objects.filter(lifted_at__isnull=True):
            book.add(from_hold(hold))
        for row in Terms.objects.order_by("id"):
            book.add(from_terms(row))
        _held = book
    return book


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


def from_hold(hold: Hold) -> Rule:
    # Negative ids: a hold must not be taken for the terms with its number.
    return Rule(
        id=-hold.pk,
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
