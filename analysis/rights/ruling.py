"""What a decision makes of the terms: new statements, or the end of earlier ones."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _

from analysis.addresses import AddressError, canonical, host, host_of, parents, path_prefix, spellings
from analysis.models import Case, Decision, Proof, Publisher, Terms
from analysis.models.cases import CaseKind
from analysis.models.publishers import Basis, Level, Scope
from analysis.owners import publisher_of
from analysis.rights.lines import matched_articles, named_pages, unmatched_urls
from analysis.rights.record import RightsError
from analysis.rulebook import from_terms, work_of
from analysis.terms import Work, applies, newest, not_withdrawn, place_of

MOST_LIFTABLE = 1000  # above MAX_URLS: an appeal about every page of a case is decided at once
_STATED = (
    "level", "max_words", "quote_words", "quote_chars", "copied_words", "copied_percent", "ai", "embargo_hours",
    "attribution",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a decision does. `scope`, `value` and `level` are used by the actions `remove` and `terms`.

    `scope` "url" with an empty value means: every outside page of the case; with `of`, the id of a publisher, theirs
    alone. `verified`: whoever decides has checked in
    another way than by proof of control that the sender speaks for the publisher. `restore`: ids of statements of terms
    that hold no longer.
    """

    outcome: str
    action: str
    reason: str
    scope: str = Scope.URL
    value: str = ""
    level: str = Level.NONE
    legal: bool = False
    max_words: int | None = None
    quote_words: int | None = None
    quote_chars: int | None = None
    copied_words: int | None = None
    copied_percent: int | None = None
    ai: str = ""
    embargo_hours: int | None = None
    attribution: str = ""
    verified: bool = False
    restore: tuple[int, ...] = ()
    of: int | None = None


def check(ruling: Ruling) -> None:
    """Raises RightsError for a ruling that says nothing, or two things."""
    if not ruling.reason.strip():
        raise RightsError(_("Give the publisher a reason."))
    changes = ruling.action != Decision.Action.NONE
    if changes == (ruling.outcome == Decision.Outcome.DECLINED):
        raise RightsError(
            _("A declined request changes nothing; one that is granted, wholly or in part, must change something.")
        )
    if (ruling.action == Decision.Action.RESTORE) != bool(ruling.restore):
        raise RightsError(_("To restore, choose which earlier statements of terms hold no longer."))


def concerned(case: Case) -> list[Publisher]:
    """The publishers of the outside pages of a case, by name. Four queries."""
    return sorted({owner for owner in named_pages(case).values() if owner}, key=str)


def make_terms(case: Case, by: User | None, ruling: Ruling, at: datetime) -> list[Terms]:
    """The statements that a ruling comes to, saved. Raises RightsError if they cannot be placed."""
    made = drafted(case, by, ruling, at)
    if made:
        made[0].validate_constraints()  # asks the database; the others differ in the place alone
    for terms in made:
        terms.clean_fields(exclude=["publisher", "case", "decided_by"])  # rows that we have just read
    return Terms.objects.bulk_create(made)


def drafted(case: Case, by: User | None, ruling: Ruling, at: datetime) -> list[Terms]:
    """The statements that a ruling comes to, not saved. Raises RightsError if they cannot be placed."""
    match ruling.action:
        case Decision.Action.RESTORE:
            return _restored(case, by, ruling.restore, at)
        case Decision.Action.REMOVE | Decision.Action.TERMS:
            return _new(case, by, ruling, at)
    return []


def _new(case: Case, by: User | None, ruling: Ruling, at: datetime) -> list[Terms]:
    remove = ruling.action == Decision.Action.REMOVE
    common: dict[str, Any] = {
        "level": Level.NONE if remove else ruling.level,
        "reason": str(CaseKind(case.kind).label),
        "effective_from": at,
        "case": case,
        "decided_by": by,
    }
    if not remove:
        common |= {name: getattr(ruling, name) for name in _STATED if name != "level"}
    proofs = [proof for proof in case.proofs.all() if proof.holds(at)]
    return [
        Terms(
            scope=scope,
            publisher=publisher,
            value=value,
            basis=_basis(case, ruling, _proved(proofs, scope, publisher, name)),
            **common,
        )
        for scope, publisher, value, name in _places(case, ruling)
    ]


def _proved(proofs: list[Proof], scope: str, publisher: Publisher | None, name: str) -> bool:
    """Whether control is proved of all that the terms are about: of the page's host; of a domain with all below it; of
    every domain of a publisher."""
    if scope in (Scope.URL, Scope.PATH):
        return any(proof.covers(name) for proof in proofs)
    hosts = [domain.host for domain in publisher.domains.all()] if publisher and scope == Scope.PUBLISHER else [name]
    return all(any(proof.wide and proof.covers(host) for proof in proofs) for host in hosts)


def liftable(case: Case) -> list[Terms]:
    """The statements of terms that cases made and that stand for a page of this case: what it may restore.

    At most MOST_LIFTABLE, newest first. Four queries.
    """
    works = [work_of(article) for article in matched_articles(case)]
    works += [Work(url, publisher=0) for url in unmatched_urls(case)]
    names = {name for work in works for name in (*spellings(work.url), *parents(host_of(work.url)))}
    # What other cases made for other pages of the same publisher must not crowd out what this one made.
    theirs = Q(publisher__in={work.publisher for work in works}) | Q(publisher=None)
    about = Q(value__in=names) | theirs & Q(scope__in=[Scope.PATH, Scope.PUBLISHER])
    made = Terms.objects.filter(Q(case=case) | Q(case__isnull=False) & about)
    found = list(made.select_related("case", "publisher").order_by("-id")[:MOST_LIFTABLE])
    stand = {
        rule.id for rows in _by_place(_beside(found)).values() for rule in not_withdrawn([from_terms(t) for t in rows])
    }

    def concerns(terms: Terms) -> bool:
        rule = from_terms(terms)
        return terms.case_id == case.pk or any(applies(rule, work) for work in works)

    return [terms for terms in found if terms.pk in stand and concerns(terms)]


def _restored(case: Case, by: User | None, ids: Sequence[int], at: datetime) -> list[Terms]:
    """The statements that end exactly these, which cases made.

    A statement of terms is never changed, and a withdrawal ends all that stands at its place (analysis/terms.py); so
    what else stood there, before or after the one that ends, is said again. Raises RightsError for a statement that
    this case may not end.
    """
    may = {t.pk: t for t in liftable(case)}
    if not set(ids) <= may.keys():
        raise RightsError(_("One of the statements chosen is none that this case may end. Choose again."))
    standing = _by_place(_beside([may[pk] for pk in ids]))
    ends, again = [], []
    for place, old in {_place(may[pk]): may[pk] for pk in ids}.items():
        there = {"scope": old.scope, "publisher": old.publisher, "value": old.value, "basis": old.basis}
        ends.append(Terms(revoked=True, case=case, decided_by=by, effective_from=at, **there))
        again += [Terms(effective_from=at, **said, **there) for said in _left(standing[place], set(ids), at)]
    # Of what begins at one moment the later row counts: first all ends, then what follows them.
    return ends + again


def _left(rows: Sequence[Terms], ended: set[int], at: datetime) -> list[dict[str, Any]]:
    """What the statements of one place still say without some of them, as fields of new statements.

    Said again they are all equally new, and of two as new the stricter counts: so only what is newest is said again.
    What is not yet in force outlives the withdrawal by itself.
    """
    stand = not_withdrawn([from_terms(t) for t in rows if t.effective_from <= at])
    speaking = {name: {r.id for r in newest(name, [r for r in stand if r.id not in ended])} for name in _STATED}
    said = [(t, {name: getattr(t, name) for name in _STATED if t.pk in speaking[name]}) for t in rows]
    # Whose it was it stays: what somebody else was granted is no part of this decision.
    whose = {t.pk: {"case_id": t.case_id, "decided_by_id": t.decided_by_id, "reason": t.reason} for t, _fields in said}
    return [{**whose[t.pk], **fields} for t, fields in said if fields]


def _beside(statements: Sequence[Terms]) -> list[Terms]:
    """Every statement ever made at the places of these, oldest first; perhaps more. One query."""
    values = {value for t in statements for value in (spellings(t.value) if t.scope == Scope.URL else [t.value])}
    owners = {t.publisher_id for t in statements if t.scope == Scope.PUBLISHER}
    rows = Terms.objects.filter(Q(scope=Scope.PUBLISHER, publisher__in=owners) | Q(value__in=values - {""}))
    return list(rows.select_related("publisher").order_by("effective_from", "pk"))


def _by_place(statements: Sequence[Terms]) -> dict[tuple[Any, ...], list[Terms]]:
    found: dict[tuple[Any, ...], list[Terms]] = defaultdict(list)
    for terms in statements:
        found[_place(terms)].append(terms)
    return found


def _place(terms: Terms) -> tuple[Any, ...]:
    """Where a statement stands. Of rules that concern one work, those of another publisher are none."""
    return (place_of(from_terms(terms)), terms.publisher_id if terms.scope == Scope.PUBLISHER else None)


def _basis(case: Case, ruling: Ruling, proved: bool) -> str:
    """Only a publisher, or who acts for it, speaks for it, and only when we know that it is them: the register shows
    whose words they are, and they can loosen what the house allows."""
    theirs = case.relation in (Case.Relation.PUBLISHER, Case.Relation.AGENT)
    if ruling.legal:
        return Basis.LEGAL
    return Basis.PUBLISHER if theirs and (proved or ruling.verified) else Basis.RESTRICTION


def _places(case: Case, ruling: Ruling) -> list[tuple[str, Publisher | None, str, str]]:
    """What the new terms are about: (scope, publisher, value, host); the host is empty for a whole publisher."""
    pages = named_pages(case, ruling.of)
    if ruling.scope == Scope.URL and not ruling.value.strip():
        if not pages:
            raise RightsError(_("No line names an outside page. Write the URL that the terms are about."))
        return [(str(Scope.URL), owner, url, host_of(url)) for url, owner in pages.items()]
    if ruling.scope == Scope.PUBLISHER:
        covered = {article.url for article in matched_articles(case)}
        owners = {owner for url, owner in pages.items() if url in covered}
        if len(owners) != 1:
            raise RightsError(
                _("The pages named are not all of one publisher we know. Choose whose it is, or a narrower scope.")
            )
        return [(Scope.PUBLISHER, owners.pop(), "", "")]
    try:
        value = {Scope.URL: canonical, Scope.DOMAIN: host, Scope.PATH: path_prefix}[Scope(ruling.scope)](ruling.value)
    except AddressError as error:
        said = {"value": ruling.value, "why": _(str(error))}
        raise RightsError(_("“%(value)s” cannot be read: %(why)s.") % said) from error
    name = host_of(value) if ruling.scope == Scope.URL else value.partition("/")[0]
    # A site that we do not cover yet has no publisher here: the terms bind the day that we do. But a name that the case
    # has nothing to do with is a slip of the hand, and may be another publisher's.
    owner = publisher_of(name)
    if not _concerned(case, name, owner):
        if owner:
            raise RightsError(
                _("%(host)s belongs to %(publisher)s, and the case names no page of theirs.")
                % {"host": name, "publisher": owner}
            )
        raise RightsError(
            _("“%(host)s” belongs to no publisher we know, and the case names no page of it.") % {"host": name}
        )
    return [(str(ruling.scope), owner, value, name)]


def _concerned(case: Case, name: str, owner: Publisher | None) -> bool:
    """Whether a case has to do with a host: it names a page there, or another one of its owner's, or proves control."""
    return any(
        name in parents(host_of(url)) or (owner is not None and known == owner)
        for url, known in named_pages(case).items()
    ) or any(proof.covers(name) for proof in case.proofs.all())
