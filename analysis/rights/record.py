"""What every step of a case does: move the state by compare-and-set, append to the record, put mail into the outbox.

All events of all cases make one chain of hashes. Who appends locks the chain's one row first, so that positions have no
gap and no event has two followers; an event that is changed, inserted or removed anywhere breaks the chain there, and
removing the newest ones contradicts the row. The transparency report publishes length and head: from then on not even
whoever rules the database can rewrite what came before.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet, Subquery, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from analysis.models import Case, Chain, Decision, Event, Message, OutgoingMail, Proof

State = Case.State
OPEN = (State.RECEIVED, State.CONFIRMED, State.PROVED, State.IN_REVIEW, State.APPEALED)
DECIDABLE = (State.CONFIRMED, State.PROVED, State.IN_REVIEW, State.APPEALED)


class RightsError(Exception):
    """A step that cannot be taken. The message says what and why."""


class StaleCaseError(RightsError):
    """Someone else has moved the case on since it was read."""


def move(case: Case, expected: tuple[str, ...], state: str, **fields: Any) -> None:
    """Compare-and-set of the state, and the time by which the next thing is due.

    Raises StaleCaseError, with the state that it found instead.
    """
    if not Case.objects.filter(pk=case.pk, state__in=expected).update(state=state, **fields):
        stale(case)
    case.refresh_from_db()
    case.due_at = due(case)
    Case.objects.filter(pk=case.pk).update(due_at=case.due_at)


def lock_record() -> Chain:
    """The record's one row, for this transaction alone. Steps of cases take a few milliseconds each, one by one."""
    return Chain.objects.select_for_update().get(pk=1)


def lock(case: Case, seen: str = "") -> None:
    """Read the case anew and let nobody else change it until this transaction ends. Every step begins with it.

    The one order in which steps lock, so that no two wait for each other: the record, then cases, then the rules.
    `seen`: the state in which whoever acts has seen it. Raises StaleCaseError if it is in another.
    """
    lock_record()
    Case.objects.select_for_update().get(pk=case.pk)
    case.refresh_from_db()
    if seen and seen != case.state:
        stale(case)


def stale(case: Case) -> NoReturn:
    """Raises StaleCaseError with the state that the case is in now."""
    case.refresh_from_db()
    raise StaleCaseError(
        _("This case is now “%(state)s”: someone was faster. Nothing was changed.")
        % {"state": case.get_state_display()}
    )


def due(case: Case) -> datetime | None:
    """By when we owe the sender the next thing, in UTC; None if it is not our turn.

    Counted from the sender's own act, never from ours: taking a case up late gives nobody more time.
    """
    since, hours = {
        State.CONFIRMED: (case.confirmed_at, settings.ACKNOWLEDGE_HOURS),
        State.PROVED: (case.confirmed_at, settings.ACKNOWLEDGE_HOURS),
        State.IN_REVIEW: (case.confirmed_at, settings.DECIDE_HOURS),
        State.APPEALED: (case.appealed_at, settings.APPEAL_HOURS),
    }.get(State(case.state), (None, 0))
    return since + timedelta(hours=hours) if since else None


def record(case: Case, kind: str, at: datetime, by: User | None = None, data: dict[str, Any] | None = None) -> Event:
    """Append an event to the record. Call it inside the transaction of what it tells of."""
    chain = lock_record()
    event = Event(
        case=case, position=chain.length + 1, kind=kind, data=data or {}, by=by, at=at, previous=chain.head
    )  # fmt: skip
    event.sha256 = digest(event)
    event.save()
    Chain.objects.filter(pk=1).update(length=event.position, head=event.sha256)
    return event


def digest(event: Event) -> str:
    """SHA-256 over what an event says and the hash of the one before it."""
    at = event.at.astimezone(UTC).isoformat()  # as it is read back, whatever zone it was written in
    body = [event.previous, event.position, event.case_id, event.kind, event.data, event.by_id, at]
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def seal(proof: Proof) -> str:
    """SHA-256 over a proof of control and its nonce: what the record holds of it. Once host and nonce are erased, no
    guess at the host can be tried against it."""
    at = proof.proved_at.astimezone(UTC).isoformat()
    body = [proof.nonce, proof.case_id, proof.host, proof.method, proof.wide, at]
    return hashlib.sha256(json.dumps(body).encode()).hexdigest()


def first_broken() -> str:
    """Where the record is broken first, in a sentence; empty if its events hold from the first to the last, and each
    proof of control is the one that they tell of, unless its case was erased.

    Reads every event, a thousand at a time. Events that are appended meanwhile are left for the next time.
    """
    # One statement, so that both are of one moment.
    chain = Chain.objects.annotate(last=Subquery(Event.objects.order_by("-position").values("position")[:1])).first()
    if chain is None:
        return _("The row that holds the length and the head of the record is missing.")
    previous, position = "", 0
    proved: dict[object, Event] = {}
    erased = set()
    try:
        for event in Event.objects.filter(position__lte=chain.length).order_by("position").iterator(chunk_size=1000):
            position += 1
            if event.position != position:
                return _("Event %(n)d is missing.") % {"n": position}
            if event.previous != previous:
                return _("Event %(n)d does not follow from the one before it.") % {"n": position}
            if event.at is None or event.sha256 != digest(event):
                return _("Event %(n)d was changed.") % {"n": position}
            previous = event.sha256
            if event.kind in _PROOF:
                proved[_told(event)] = event
            elif event.kind == "erased":
                erased.add(event.case_id)
    except ValueError:  # SQLite keeps anything in a column of dates; rows are read many at once
        return _("Event %(n)d, or one soon after it, cannot be read.") % {"n": position + 1}
    if position != chain.length:
        return _("Event %(n)d is missing.") % {"n": position + 1}
    if previous != chain.head:
        return _("The last event is not the one that was written last.")
    if (chain.last or 0) != chain.length:
        return _("Event %(n)d was written by nobody: the record ends before it.") % {"n": chain.length + 1}
    return _first_broken_proof(proved, erased, chain.length)


def _first_broken_proof(proved: dict[object, Event], erased: set[int], length: int) -> str:
    """`proved`: the events of the record that tell of a proof; `erased`: the ids of cases that it says were erased."""
    kept = {_shown(proof): proof.pk for proof in Proof.objects.exclude(host="")}
    # Read after the proofs: what they were written or erased with is among these, if it is not in the record yet.
    later = list(Event.objects.filter(position__gt=length, kind__in=[*_PROOF, "erased"]))
    erased |= {event.case_id for event in later if event.kind == "erased"}
    lost = [event.position for told, event in proved.items() if told not in kept and event.case_id not in erased]
    if lost:
        return _("The proof of control that event %(n)d tells of was changed or removed.") % {"n": min(lost)}
    told = proved.keys() | {_told(event) for event in later if event.kind in _PROOF}
    strange = [pk for shown, pk in kept.items() if shown not in told]
    if strange:
        return _("Of proof of control %(n)d the record tells nothing.") % {"n": min(strange)}
    return ""


_PROOF = ("proved", "noted")


def _told(event: Event) -> object:
    """Which proof an event tells of: before there were seals, events held the host."""
    return event.data.get("proof") or (event.case_id, event.data.get("host"), event.data.get("method"))


def _shown(proof: Proof) -> object:
    """The same of a proof."""
    return seal(proof) if proof.nonce else (proof.case_id, proof.host, proof.method)


def first_broken_of(case: Case) -> Event | None:
    """The first event of a case that was changed since it was written; None if none was. For the whole record:
    first_broken()."""
    return next((event for event in case.events.order_by("position") if event.sha256 != digest(event)), None)


def held_by_itself(case: Case) -> bool:
    """Whether pages of the case were held without a person's doing, once control of a site was proved (HOLD_ON_PROOF).

    Says so of an erased case too. What an editor held is not meant, before the proof or after it.
    """
    proved = case.events.filter(kind="proved").order_by("position").values("position")[:1]
    return case.events.filter(kind="held", by=None, position__gt=Subquery(proved)).exists()


def begins_with(length: int, head: str) -> bool:
    """Whether the record still begins with what was published once: its first `length` events, the last of them `head`.

    True of every record for a length of 0. Says something of a record that holds only: ask first_broken() before.
    """
    if length == 0:
        return head == ""
    return Event.objects.filter(position=length, sha256=head).exists()


def cases_of(email: str) -> QuerySet[Case]:
    """The cases filed with an e-mail address, however its letters are written. By the index case_of_email."""
    return Case.objects.alias(address=Lower("email")).filter(address=Lower(Value(email)))


def post(case: Case, kind: str, at: datetime, message: Message | None = None, decision: Decision | None = None) -> None:
    """Put a mail to the case's sender into the outbox, with the message or the decision that it tells of. Who has been
    forgotten gets none."""
    if case.email:
        OutgoingMail.objects.create(
            case=case, kind=kind, to=case.email, created_at=at, message=message, decision=decision
        )
