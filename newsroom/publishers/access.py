"""Who may see a case: whoever has shown, by a link in a mail, that the sender's address is theirs.

The link is swapped for an entry in the session, so that no key stays in an address bar.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.utils import timezone

from analysis import limits, rights
from analysis.models import Case, OutgoingMail
from newsroom import tasks
from newsroom.publishers import draft

_ACCESS = "takedown_access"
_KEPT = 50
LINKS_AN_HOUR = 3
LINKS_TO_A_STRANGER = 10  # an hour from one network to an address for cases that it has not confirmed


@dataclass(frozen=True, slots=True)
class Seen:
    """A case as this browser may see it. Not `confirmed`: only what it typed itself, and the state."""

    case: Case
    confirmed: bool


def grant(session: SessionBase, reference: str) -> None:
    held = [kept for kept in session.get(_ACCESS, []) if kept != reference]
    session[_ACCESS] = [*held, reference][-_KEPT:]
    session.cycle_key()


def see(session: SessionBase, reference: str) -> Seen | None:
    """None for a case that this browser may not see, exactly as for one that does not exist.

    Whoever may open a case may open those filed from its room, and the one of the same sender that it was joined to.
    """
    granted = session.get(_ACCESS, [])
    if not granted and not draft.filed(session, reference):
        return None
    # In the one query: a case that is there must not be told from one that is not by what it costs to look.
    joined = Case.objects.alias(lower=Lower("email")).filter(
        joined_to=OuterRef("pk"), reference__in=granted, lower=Lower(OuterRef("email"))
    )
    case = (
        Case.objects.select_related("filed_from", "joined_to", "assigned_to", "contested__case", "contested__statement")
        .annotate(leads_here=Exists(joined.exclude(email="")))
        .filter(reference=reference)
        .first()
    )
    if case is None:
        return None
    confirmed = (
        reference in granted
        or (case.filed_from is not None and case.filed_from.reference in granted)
        or case.leads_here
    )
    # Once the owner of the address has confirmed, the browser that filed it has no more right than any other.
    if not confirmed and not (case.state == Case.State.RECEIVED and draft.filed(session, reference)):
        return None
    return Seen(case, confirmed)


@transaction.atomic
def send_new_link(reference: str, email: str, network: str) -> None:
    """Mail a new link, if reference and address belong together and not too many were sent. Never says which.

    An address that did not confirm the case may be somebody else's: `network` is counted, whatever it has filed.
    """
    case = rights.cases_of(email).filter(reference=reference.upper()).first()
    if not case:
        return
    rights.lock(case)  # of two that ask at once, the second counts what the first was sent
    now = timezone.now()
    lately = case.mail.filter(kind=OutgoingMail.Kind.ACCESS, created_at__gt=now - timedelta(hours=1))
    if lately.count() < LINKS_AN_HOUR and (
        case.confirmed_at
        or limits.spend("access", f"{network} {email.lower()}", LINKS_TO_A_STRANGER, timedelta(hours=1), now)
    ):
        rights.send_access(case)
        tasks.deliver_mail.enqueue()
