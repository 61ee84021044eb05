"""Contesting a decision: free, once, for APPEAL_DAYS, and decided by another person (DSA Article 20)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.models import Case, Message, OutgoingMail
from analysis.rights.record import RightsError, State, lock, move, post, record


def appealable(case: Case, at: datetime) -> bool:
    """Whether the sender may contest the decision now: once (also if that was taken back), and for APPEAL_DAYS (DSA
    Article 20: six months).

    Each sender may, also one whose request was joined to somebody else's; of one sender's, the first is contested.
    """
    until = contestable_until(case)
    return (
        case.state in (State.DECIDED, State.CLOSED)
        and not (case.joined_to_id and case.own)
        and case.appealed_at is None
        and case.erased_at is None
        and until is not None
        and at <= until
    )


def contestable_until(case: Case) -> datetime | None:
    """The last moment at which the decision that counts may be contested, in UTC; None while there is no decision."""
    decision = case.decision
    return decision.decided_at + timedelta(days=settings.APPEAL_DAYS) if decision else None


def why_not_appealable(case: Case) -> str:
    """Why the decision of a case cannot be contested, in a sentence."""
    if case.joined_to and case.own:
        return _("You had asked us the same in %(reference)s; the decision is contested there.") % {
            "reference": case.joined_to.reference
        }
    if case.state == State.APPEALED:
        return _("You have contested this decision already. Another editor is reading it.")
    decision = case.decision
    if decision is None:
        return _("There is no decision yet.")
    if decision.number > 1 and decision.case_id == case.pk:
        return _("This decision was made on your appeal; it cannot be contested a second time.")
    return _("This decision cannot be contested any more.")


@transaction.atomic
def appeal(case: Case, text: str, at: datetime | None = None) -> None:
    """Contest the decision. It stays in force until another person has decided anew. Raises RightsError.

    A case that was joined to somebody else's goes its own way from there: what is decided anew is about its pages, and
    what the other sender contests is no longer its fate.
    """
    at = at or timezone.now()
    lock(case)
    if not appealable(case, at):
        raise RightsError(why_not_appealable(case))
    theirs = {"contested": case.decision, "joined_to": None} if case.joined_to_id else {}
    move(case, (case.state,), State.APPEALED, appealed_at=at, closed_at=None, assigned_to=None, **theirs)
    Message.objects.create(case=case, side=Message.Side.SENDER, text=text.strip(), appeal=True, at=at)
    record(case, "appealed", at)
    post(case, OutgoingMail.Kind.APPEALED, at)


def take_appeal_back(case: Case, at: datetime) -> None:
    """Let the contested decision stand, as it stood before; what was held meanwhile is held no longer."""
    if case.contested:
        move(case, (State.APPEALED,), State.CLOSED, joined_to=case.contested.case, contested=None, closed_at=at)
    else:
        move(case, (State.APPEALED,), State.DECIDED)
    case.holds.filter(lifted_at__isnull=True).update(lifted_at=at)
    record(case, "appeal_withdrawn", at)


def made_what_is_contested(case: Case, by: User | None) -> bool:
    """Whether an appeal is against this person's own decision: then another one decides (DSA Article 20(6))."""
    decision = case.decision
    return case.state == State.APPEALED and by is not None and decision is not None and decision.decided_by_id == by.pk
