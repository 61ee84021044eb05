"""Two requests about the same pages: one decision holds for both, until they are separated."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.models import Case, Decision, Hold, OutgoingMail
from analysis.rights.lines import pages_of
from analysis.rights.proving import strong_proofs
from analysis.rights.record import OPEN, RightsError, State, cases_of, lock, move, post, record

_JOINABLE = tuple(state for state in OPEN if state not in (State.RECEIVED, State.APPEALED))


def asked_already(case: Case) -> Case | None:
    """An open case of the same sender's that asks the same of every page that this one names."""
    pages = pages_of(case)
    others = cases_of(case.email).filter(want=case.want, kind=case.kind, state__in=_JOINABLE, pk__lt=case.pk)
    return next((other for other in others.order_by("pk")[:20] if pages and pages <= pages_of(other)), None)


@transaction.atomic
def join(case: Case, earlier: Case, by: User | None = None, at: datetime | None = None) -> None:
    """Let a case share the fate of an earlier one: its decision is theirs both. Its sender is told.

    What was held for it is held for the earlier one from now on, and what was joined to it goes along. Raises
    RightsError if it cannot be joined there: the two must name a page in common.
    """
    at = at or timezone.now()
    lock(earlier)
    lock(case)
    if earlier.pk == case.pk:
        raise RightsError(_("A case cannot be joined to itself."))
    if earlier.joined_to_id or earlier.state not in _JOINABLE:
        raise RightsError(_("%(reference)s cannot be joined to: it is not confirmed, over, or joined itself.")
                          % {"reference": earlier.reference})  # fmt: skip
    if not pages_of(case) & pages_of(earlier):
        raise RightsError(_("The two cases name no page in common, so one decision cannot hold for both."))
    move(case, _JOINABLE, State.CLOSED, joined_to=earlier, closed_at=at, assigned_to=None)
    _hand_over_holds(case, earlier, at)
    for one in (case, *case.joined.all()):
        move(one, (State.CLOSED,), State.CLOSED, joined_to=earlier)
        record(one, "joined", at, by=by, data={"to": earlier.reference})
        post(one, OutgoingMail.Kind.CONFIRMED, at)


def goes_with(case: Case, decision: Decision | None) -> Case | None:
    """The case whose fate a case shares, given the decision that counts for it; None if it goes by itself.

    That is the one it is joined to; the same still, if its sender contested that one's decision, until it has its own.
    """
    return case.joined_to or (decision.case if decision and decision.case_id != case.pk else None)


@transaction.atomic
def separate(case: Case, by: User | None = None, at: datetime | None = None) -> None:
    """Let a joined case go on by itself, to be decided by itself; its clock runs from the confirmation. Its sender is
    told.

    Terms and holds of the other case stay as they are. Raises RightsError if it goes with no other one (goes_with), or
    one of the two was erased.
    """
    at = at or timezone.now()
    lock(case)
    earlier = goes_with(case, case.read_decision())
    if earlier is None:
        raise RightsError(_("This case is joined to no other one."))
    if case.erased_at or earlier.erased_at:
        raise RightsError(_("The personal data of one of the two was erased: they cannot be separated any more."))
    proved = bool(strong_proofs(case, at))
    # Nobody need be told what was decided for both and did not go out yet: it is to be decided for this one.
    case.mail.filter(kind=OutgoingMail.Kind.DECIDED, sent_at__isnull=True, claimed_at__isnull=True).delete()
    move(case, (State.CLOSED,), State.PROVED if proved else State.CONFIRMED,
         joined_to=None, contested=None, closed_at=None, assigned_to=None)  # fmt: skip
    pages = _hand_back_holds(case, earlier, at)
    record(case, "separated", at, by=by, data={"pages": pages} if pages else {})
    post(case, OutgoingMail.Kind.SEPARATED, at)


def _hand_over_holds(case: Case, to: Case, at: datetime) -> None:
    """Let what is held for a case be held for another one instead, at least as strictly."""
    active = case.holds.filter(lifted_at__isnull=True)
    Hold.objects.bulk_create(_like(hold, to, at) for hold in active)
    active.update(lifted_at=at)


def _hand_back_holds(case: Case, earlier: Case, at: datetime) -> int:
    """Hold again for a case what was handed over when it was joined, and as strictly as it is held now for the other
    one, whose holds stay. Returns how many pages."""
    handed = case.holds.filter(lifted_at=_joined_at(case))
    since = earlier.holds.filter(lifted_at__isnull=True, value__in=handed.values("value"))
    found = {(hold.value, hold.level): hold for hold in (*handed, *since)}
    Hold.objects.bulk_create(_like(hold, case, at) for hold in found.values())
    return len({value for value, _level in found})


def _joined_at(case: Case) -> datetime | None:
    """When a joined case was joined; what it was joined to may have been joined further since."""
    at = None
    for event in case.events.filter(kind__in=("joined", "separated")).order_by("-position"):
        if event.kind == "separated":
            break
        at = event.at
    return at


def _like(hold: Hold, case: Case, at: datetime) -> Hold:
    return Hold(case=case, scope=hold.scope, value=hold.value, publisher_id=hold.publisher_id, level=hold.level,
                starts_at=at)  # fmt: skip
