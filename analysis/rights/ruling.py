"""What a decision makes of the terms: new statements, or the end of earlier ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from analysis.addresses import AddressError, canonical, host, host_of, page_key, parents, path_prefix
from analysis.models import Case, Decision, Publisher, Terms
from analysis.models.cases import CaseKind
from analysis.models.publishers import Basis, Level, Scope
from analysis.owners import publisher_of
from analysis.rights.lines import matched_articles, unmatched_urls
from analysis.rights.record import RightsError

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
    for terms in made:
        terms.full_clean(exclude=["decided_by", "case"])
        terms.save()
    return made


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

    At most 200, newest first.
    """
    articles = matched_articles(case)
    ours = Terms.objects.filter(case=case)
    theirs = Terms.objects.filter(case__isnull=False, publisher__in={a.publisher_id for a in articles})
    urls = {page_key(a.url) for a in articles} | {page_key(url) for url in unmatched_urls(case)}
    found = {t.pk: t for t in [*ours.order_by("-id")[:200], *theirs.order_by("-id")[:1000]]}
    standing = [t for t in found.values() if t.case_id == case.pk or t.scope != Scope.URL or page_key(t.value) in urls]
    ended = {_place(t): t.pk for t in sorted(found.values(), key=lambda t: t.pk) if t.revoked}
    alive = [t for t in standing if not t.revoked and t.pk > ended.get(_place(t), 0)]
    return sorted(alive, key=lambda t: -t.pk)[:200]


def restore(case: Case, by: User | None, ids: Sequence[int], at: datetime) -> list[Terms]:
    """End statements that cases made, and say again what stood at their place before. Returns the new statements.

    Raises RightsError for one that this case may not lift.
    """
    may = {t.pk: t for t in liftable(case)}
    made = []
    for pk in ids:
        if pk not in may:
            raise RightsError(_("One of the statements chosen is none that this case may end. Choose again."))
        old = may[pk]
        place: dict[str, Any] = {"scope": old.scope, "publisher": old.publisher, "value": old.value, "basis": old.basis}
        common = {**place, "case": case, "decided_by": by, "effective_from": at}
        made.append(Terms.objects.create(revoked=True, **common))
        # Oldest first, so that of two that spoke of one field the newer is said last.
        for before in _before(old, place):
            said = {name: getattr(before, name) for name in _STATED}
            made.append(Terms.objects.create(reason=before.reason, **said, **common))
    return made


def _before(old: Terms, place: dict[str, Any]) -> list[Terms]:
    """What stood at the place of a statement when it was made, oldest first."""
    earlier = list(Terms.objects.filter(**place, pk__lt=old.pk).order_by("effective_from", "pk"))
    last_end = max((i for i, t in enumerate(earlier) if t.revoked), default=-1)
    return earlier[last_end + 1 :]


def _place(terms: Terms) -> tuple[Any, ...]:
    return (terms.scope, terms.publisher_id, terms.value, terms.basis)


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
    owners = {name: publisher_of(name) for name in {host_of(url) for url in urls}}
    return [(url, owners[host_of(url)]) for url in urls]
