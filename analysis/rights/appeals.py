"""Contesting a decision: free, once, for APPEAL_DAYS, and decided by another person (DSA Article 20)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.models import Case, Decision, Message, OutgoingMail
from analysis.rights.record import RightsError, State, lock, move, post, record


def appealable(case: Case, decision: Decision | None, at: datetime) -> bool:
    """Whether the sender may contest the decision that counts for the case: once (also if that was taken back), and
    for APPEAL_DAYS (DSA Article 20: six months).

    Each sender may, also one whose request was joined to somebody else's; of one sender's, the first is contested.
    """
    return (
        decision is not None
        and case.state in (State.DECIDED, State.CLOSED)
        and not (case.joined_to_id and case.own)
        and not _on_its_appeal(case, decision)
        # What was contested before was another decision: it has been separated since.
        and (case.appealed_at is None or case.appealed_at < decision.decided_at)
        and case.erased_at is None
        and at <= contestable_until(decision)
    )


def contestable_until(decision: Decision) -> datetime:
    """The last moment at which a decision may be contested, in UTC."""
    return decision.decided_at + timedelta(days=settings.APPEAL_DAYS)


def why_not_appealable(case: Case) -> str:
    """Why the decision of a case cannot be contested, in a sentence."""
    if case.joined_to and case.own:
        return _("You had asked us the same in %(reference)s; the decision is contested there.") % {
            "reference": case.joined_to.reference
        }
    if case.state == State.APPEALED:
        return _("You have contested this decision already. Another editor is reading it.")
    decision = case.read_decision()
    if case.state == State.WITHDRAWN:
        return _("This request was taken back, so there is nothing to contest.")
    if decision is None:
        return _("There is no decision yet.")
    if _on_its_appeal(case, decision):
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
    decision = case.read_decision()
    if not appealable(case, decision, at):
        raise RightsError(why_not_appealable(case))
    theirs = {"contested": decision, "joined_to": None} if case.joined_to_id else {}
    move(case, (case.state,), State.APPEALED, appealed_at=at, closed_at=None, assigned_to=None, **theirs)
    Message.objects.create(case=case, side=Message.Side.SENDER, text=text.strip(), appeal=True, at=at)
    record(case, "appealed", at)
    post(case, OutgoingMail.Kind.APPEALED, at)


def take_appeal_back(case: Case, at: datetime) -> None:
    """Let the contested decision stand; what was held meanwhile is held no longer."""
    if case.contested_id:
        # Not joined again: meanwhile the other one may have been decided anew, of which its sender was never told.
        move(case, (State.APPEALED,), State.CLOSED, closed_at=at)
    else:
        move(case, (State.APPEALED,), State.DECIDED)
    case.holds.filter(lifted_at__isnull=True).update(lifted_at=at)
    record(case, "appeal_withdrawn", at)


def why_not_theirs(case: Case, by: User | None) -> str:
    """Why this person may not decide the case, in a sentence: an appeal against one's own decision is another's to
    decide (DSA Article 20(6)). Empty if they may."""
    decision = case.read_decision() if by and case.state == State.APPEALED else None
    if by and decision and decision.decided_by_id == by.pk:
        return _("You made the decision that is contested here. Another editor must decide the appeal.")
    return ""


def _on_its_appeal(case: Case, decision: Decision) -> bool:
    return decision.number > 1 and decision.case_id == case.pk
