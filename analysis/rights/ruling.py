"""What a decision makes of the terms: new statements, or the end of earlier ones."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _

from analysis.addresses import AddressError, canonical, host, host_of, page_key, parents, path_prefix, spellings
from analysis.models import Case, Decision, Publisher, Terms
from analysis.models.cases import CaseKind
from analysis.models.publishers import Basis, Level, Scope
from analysis.owners import owners_of, publisher_of
from analysis.rights.lines import matched_articles, unmatched_urls
from analysis.rights.record import RightsError

Place = tuple[str, str, str, int | None]
MOST_LIFTABLE = 1000  # above MAX_URLS: an appeal about every page of a case is decided at once
_STATED = ("level", "max_words", "quote_words", "ai", "embargo_hours", "attribution")


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a decision does. `scope`, `value` and `level` are used by the actions `remove` and `terms`.

    `scope` "url" with an empty value means: every outside page of the case. `verified`: whoever decides has checked in
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
    ai: str = ""
    embargo_hours: int | None = None
    attribution: str = ""
    verified: bool = False
    restore: tuple[int, ...] = ()


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


def make_terms(case: Case, by: User | None, ruling: Ruling, at: datetime) -> list[Terms]:
    """The statements that a ruling comes to, saved. Raises RightsError if they cannot be placed."""
    made = drafted(case, by, ruling, at)
    made[0].validate_constraints()  # asks the database; the others differ in the place alone
    for terms in made:
        terms.clean_fields(exclude=["publisher", "case", "decided_by"])  # rows that we have just read
    return Terms.objects.bulk_create(made)


def drafted(case: Case, by: User | None, ruling: Ruling, at: datetime) -> list[Terms]:
    """The statements that a ruling would come to, not saved. Raises RightsError."""
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
    proofs = [proof for proof in case.proofs.all() if not proof.weak]
    return [
        Terms(
            scope=scope,
            publisher=publisher,
            value=value,
            basis=_basis(case, ruling, any(proof.covers(name) for proof in proofs) if name else bool(proofs)),
            **common,
        )
        for scope, publisher, value, name in _places(case, ruling)
    ]


def liftable(case: Case) -> list[Terms]:
    """The statements of terms that cases made and that stand for a page of this case: what it may restore.

    At most MOST_LIFTABLE, newest first. Four queries.
    """
    articles = matched_articles(case)
    urls = {way for url in [*(a.url for a in articles), *unmatched_urls(case)] for way in spellings(url)}
    wider = Q(publisher__in={a.publisher_id for a in articles}) & ~Q(scope=Scope.URL)
    made = Terms.objects.filter(Q(case=case) | Q(value__in=urls) | wider, case__isnull=False)
    found = list(made.select_related("case", "publisher").order_by("-id")[:MOST_LIFTABLE])
    ended: dict[Place, int] = {}
    for terms in found:
        if terms.revoked:
            ended.setdefault(_place(terms), terms.pk)
    return [t for t in found if not t.revoked and t.pk > ended.get(_place(t), 0)]


def restore(case: Case, by: User | None, ids: Sequence[int], at: datetime) -> list[Terms]:
    """End statements that cases made, and say again what stood at their place before. Returns the new statements.

    Raises RightsError for one that this case may not lift.
    """
    may = {t.pk: t for t in liftable(case)}
    if not may.keys() >= set(ids):
        raise RightsError(_("One of the statements chosen is none that this case may end. Choose again."))
    chosen = {_place(may[pk]): may[pk] for pk in ids}
    common: dict[str, Any] = {"case": case, "decided_by": by, "effective_from": at}
    ends, again = [], []
    standing = _standing_at(chosen.values(), at)
    for place, old in chosen.items():
        where = {"scope": old.scope, "publisher": old.publisher, "value": old.value, "basis": old.basis}
        ends.append(Terms(revoked=True, **where, **common))
        rest = [t for t in standing[place] if t.pk not in ids]
        again += [Terms(reason=t.reason, **said, **where, **common) for t, said in _newest(rest)]
    # Of what begins at one moment the later row counts: first all ends, then what follows them.
    return Terms.objects.bulk_create(ends) + Terms.objects.bulk_create(again)


def _standing_at(places: Collection[Terms], at: datetime) -> dict[Place, list[Terms]]:
    """By place, the statements there that are in force and that none has ended. One query.

    What begins later than `at` is none of them: the end of what is in force does not reach it.
    """
    values = {way for t in places for way in (spellings(t.value) if t.scope == Scope.URL else (t.value, t.value + "/"))}
    owners = {t.publisher_id for t in places if t.scope == Scope.PUBLISHER}
    there = Q(scope=Scope.PUBLISHER, publisher__in=owners) | Q(value__in=values - {"", "/"})
    found: dict[Place, list[Terms]] = defaultdict(list)
    for terms in Terms.objects.filter(there, effective_from__lte=at).order_by("effective_from", "pk"):
        if terms.revoked:
            found[_place(terms)].clear()
        else:
            found[_place(terms)].append(terms)
    return found


def _newest(standing: Sequence[Terms]) -> list[tuple[Terms, dict[str, Any]]]:
    """Of the statements at one place those that count, each with the fields in which nothing newer speaks.

    Said again at one moment they would all be as new, and of two as new the stricter counts (analysis/terms.py).
    """
    said = {t.pk: {name: value for name in _STATED if (value := getattr(t, name)) not in (None, "")} for t in standing}
    newest = {name: t.effective_from for t in standing for name in said[t.pk]}
    kept = [(t, {n: value for n, value in said[t.pk].items() if newest[n] == t.effective_from}) for t in standing]
    return [(terms, fields) for terms, fields in kept if fields]


def _place(terms: Terms) -> Place:
    """Where a statement stands, as analysis/terms.py sees it: a newer one there supersedes it, in any spelling."""
    value = page_key(terms.value) if terms.scope == Scope.URL else terms.value.rstrip("/")
    return (terms.scope, terms.basis, value, terms.publisher_id if terms.scope == Scope.PUBLISHER else None)


def _basis(case: Case, ruling: Ruling, proved: bool) -> str:
    """Only a publisher, or who acts for it, speaks for it, and only when we know that it is them: the register shows
    whose words they are, and they can loosen what the house allows."""
    theirs = case.relation in (Case.Relation.PUBLISHER, Case.Relation.AGENT)
    if ruling.legal:
        return Basis.LEGAL
    return Basis.PUBLISHER if theirs and (proved or ruling.verified) else Basis.RESTRICTION


def _places(case: Case, ruling: Ruling) -> list[tuple[str, Publisher | None, str, str]]:
    """What the new terms are about: (scope, publisher, value, host); the host is empty for a whole publisher."""
    articles = matched_articles(case)
    if ruling.scope == Scope.URL and not ruling.value.strip():
        places: list[tuple[str, Publisher | None, str, str]] = [
            (str(Scope.URL), a.publisher, a.url, host_of(a.url)) for a in articles
        ]
        others = unmatched_urls(case)
        places += [(str(Scope.URL), owner, url, host_of(url)) for url, owner in _owners(others)]
        if not places:
            raise RightsError(_("No line names an outside page. Write the URL that the terms are about."))
        return places
    if ruling.scope == Scope.PUBLISHER:
        publishers = list({a.publisher_id: a.publisher for a in articles}.values())
        if len(publishers) != 1:
            raise RightsError(_("The pages named are not all of one publisher we know. Choose a narrower scope."))
        return [(Scope.PUBLISHER, publishers[0], "", "")]
    try:
        value = {Scope.URL: canonical, Scope.DOMAIN: host, Scope.PATH: path_prefix}[Scope(ruling.scope)](ruling.value)
    except AddressError as error:
        said = {"value": ruling.value, "why": _(str(error))}
        raise RightsError(_("“%(value)s” cannot be read: %(why)s.") % said) from error
    name = host_of(value) if ruling.scope == Scope.URL else value.partition("/")[0]
    # A site that we do not cover yet has no publisher here: the terms bind the day that we do. But a name that neither
    # we nor the case know is a slip of the hand.
    owner = publisher_of(name)
    if not owner and not any(name in parents(host_of(url)) for url in unmatched_urls(case)):
        raise RightsError(
            _("“%(host)s” belongs to no publisher we know, and the case names no page of it.") % {"host": name}
        )
    return [(str(ruling.scope), owner, value, name)]


def _owners(urls: list[str]) -> list[tuple[str, Publisher | None]]:
    owners = owners_of({host_of(url) for url in urls})
    return [(url, owners[host_of(url)]) for url in urls]
