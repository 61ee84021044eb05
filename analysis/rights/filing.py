"""What a case's sender does: file, confirm, complete, write, take back. Contesting is in appeals.py."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis import limits, references
from analysis.models import Case, CaseURL, Message, OutgoingMail
from analysis.rights import statute
from analysis.rights.appeals import take_appeal_back
from analysis.rights.joining import asked_already, join, separate
from analysis.rights.lines import MAX_URLS, look_up
from analysis.rights.proving import inherit
from analysis.rights.record import OPEN, RightsError, State, cases_of, lock, lock_record, move, post, record

HOUR = timedelta(hours=1)
MAX_AN_HOUR = 10  # unconfirmed requests with one e-mail address, before we write to it only when asked to
MAX_TRUSTED_AN_HOUR = 100  # confirmation mails to a mailbox, for requests from whoever has shown that they read it
MAX_MESSAGES_A_DAY = 20


@dataclass(frozen=True, slots=True)
class Request:
    """What a publisher typed, checked for form by the door it came in by. `statute`: fields of statute.FIELDS."""

    submission: UUID
    urls: Sequence[str]
    want: str
    kind: str
    explanation: str
    name: str
    organisation: str
    relation: str
    email: str
    language: str
    statute: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def open_case(
    request: Request, site: str, at: datetime | None = None, room: Case | None = None, trusted: bool = False
) -> Case:
    """Record a request, exactly once: the same submission again returns the case it made.

    `site` is our own host, so that pages of ours are recognised among the URLs. `room`: a confirmed case of the same
    address, from whose room it is filed, in a browser that may open that one: address and proofs are known. `trusted`:
    whoever files it has shown in this browser that they read that mailbox.

    Sends the confirmation mail; not to an address with which MAX_AN_HOUR requests within the hour are unconfirmed. Who
    is trusted is counted apart, and gets up to MAX_TRUSTED_AN_HOUR. Anyone can type anyone's address: its owner must
    neither be flooded from here nor be shut out. So the request is recorded all the same, and its page says how to ask
    for the link (send_access).
    """
    at = at or timezone.now()
    lock_record()
    case, created = Case.objects.get_or_create(
        submission=request.submission,
        defaults={
            "reference": references.new("CD", 2),
            "lane": Case.Lane.PREFERENCE if request.kind in Case.PREFERENCES else Case.Lane.LEGAL,
            "want": request.want,
            "kind": request.kind,
            "explanation": request.explanation,
            "name": request.name,
            "organisation": request.organisation,
            "relation": request.relation,
            "email": request.email,
            "language": request.language,
            "opened_at": at,
            "filed_from": (room.filed_from or room) if room else None,
            **{name: value for name, value in request.statute.items() if name in statute.FIELDS},
        },
    )
    if not created:
        return case
    CaseURL.objects.bulk_create(look_up(case, request.urls[:MAX_URLS], site))
    record(case, "received", at, data={"lane": case.lane, "want": case.want, "kind": case.kind,
                                       "urls": len(request.urls)})  # fmt: skip
    if room:
        confirm(case, at)
        case.refresh_from_db()
    elif (
        limits.spend("trusted", case.email.lower(), MAX_TRUSTED_AN_HOUR, HOUR, at)
        if trusted
        else _unconfirmed(case, at) < MAX_AN_HOUR
    ):
        post(case, OutgoingMail.Kind.CONFIRM, at)
    return case


@transaction.atomic
def confirm(case: Case, at: datetime | None = None) -> bool:
    """The sender has shown that the address is theirs. False if that was so before: a second click does nothing.

    A request for what the same sender asks already, about no other page, is joined to the earlier one.
    """
    at = at or timezone.now()
    lock(case)
    if case.state != State.RECEIVED:
        return False
    move(case, (State.RECEIVED,), State.CONFIRMED, confirmed_at=at)
    earlier = asked_already(case)
    record(case, "confirmed", at)
    inherit(case, at)
    # Joined to a case in which nothing is proved, it would lose the hold that its own proof brings.
    if earlier and (earlier.proofs.exists() or not case.proofs.exists()):
        join(case, earlier, at=at)
    else:
        post(case, OutgoingMail.Kind.CONFIRMED, at)
    return True


@transaction.atomic
def complete(case: Case, said: dict[str, Any], at: datetime | None = None) -> None:
    """Add what the law wants and the demand lacked. What was said before stays. Raises RightsError if nothing is
    added, or the case is over."""
    lock(case)
    lacking = statute.missing(case)
    added = {name: value for name, value in said.items() if value and (name in lacking or name == "phone")}
    if not added:
        raise RightsError(_("Nothing was added yet: fill in at least one of these."))
    move(case, OPEN, case.state, **added)
    record(case, "completed", at or timezone.now(), data={"still_missing": len(statute.missing(case))})


@transaction.atomic
def write(case: Case, text: str, at: datetime | None = None) -> Message:
    """A word of the sender's. Raises RightsError if there were too many within a day, or nobody would read it."""
    at = at or timezone.now()
    lock(case)
    if case.erased_at or not case.confirmed_at:
        raise RightsError(_("Confirm your address first: then we can talk."))
    since = at - timedelta(days=1)
    if case.messages.filter(side=Message.Side.SENDER, at__gt=since).count() >= MAX_MESSAGES_A_DAY:
        raise RightsError(_("You have written %(n)d messages within a day. Write again tomorrow.")
                          % {"n": MAX_MESSAGES_A_DAY})  # fmt: skip
    message = Message.objects.create(case=case, side=Message.Side.SENDER, text=text.strip(), at=at)
    Case.objects.filter(pk=case.pk).update(unanswered=True)
    record(case, "wrote", at)
    return message


@transaction.atomic
def withdraw(case: Case, at: datetime | None = None) -> None:
    """The sender takes the request, or the appeal, back; holds end. Raises StaleCaseError if it is decided already.

    What was joined to it goes on by itself: its sender has taken nothing back.
    """
    at = at or timezone.now()
    lock(case)
    if case.state == State.APPEALED:
        take_appeal_back(case, at)
        return
    move(case, tuple(state for state in OPEN if state != State.APPEALED), State.WITHDRAWN, closed_at=at)
    for joined in case.joined.filter(erased_at__isnull=True):
        separate(joined, at=at)
    case.holds.filter(lifted_at__isnull=True).update(lifted_at=at)
    record(case, "withdrawn", at)


@transaction.atomic
def send_access(case: Case, at: datetime | None = None) -> None:
    """Send the sender a new link to the case page."""
    post(case, OutgoingMail.Kind.ACCESS, at or timezone.now())


def _unconfirmed(case: Case, at: datetime) -> int:
    """How many other requests with the same address were filed within the hour and are not confirmed."""
    lately = cases_of(case.email).filter(opened_at__range=(at - HOUR, at))
    return lately.filter(confirmed_at__isnull=True).exclude(pk=case.pk).count()
