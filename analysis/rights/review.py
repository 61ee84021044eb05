"""What the newsroom does with a case: take up, assign, hold, answer, decide, give reasons, close."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from analysis.models import Case, Decision, Hold, Message, OutgoingMail, Statement, Terms
from analysis.models.publishers import Scope
from analysis.rights.appeals import why_not_theirs
from analysis.rights.lines import named_pages
from analysis.rights.record import DECIDABLE, OPEN, RightsError, StaleCaseError, State, lock, move, post, record, stale
from analysis.rights.ruling import Ruling, check, make_terms

ENDED_NAMED = 20  # pages named at most to whose request is overtaken


@transaction.atomic
def take_up(case: Case, by: User | None, at: datetime | None = None) -> None:
    """An editor of standards takes the case. Raises StaleCaseError; RightsError for one's own decision's appeal."""
    lock(case)
    _not_their_own(case, by)
    onward = case.state if case.state == State.APPEALED else State.IN_REVIEW
    move(case, (State.CONFIRMED, State.PROVED, State.APPEALED), onward, assigned_to=by)
    record(case, "in_review", at or timezone.now(), by=by)


@transaction.atomic
def assign(case: Case, by: User, to: User, at: datetime | None = None) -> None:
    """Give a case to another editor. Raises RightsError if it is over, or is the appeal against their own decision."""
    lock(case)
    _not_their_own(case, to)
    move(case, DECIDABLE, case.state, assigned_to=to)
    record(case, "assigned", at or timezone.now(), by=by)


@transaction.atomic
def hold(
    case: Case,
    by: User | None,
    level: str,
    at: datetime | None = None,
    only: Callable[[str], bool] = lambda url: True,
    of: int | None = None,
    quiet: bool = False,
) -> list[Hold]:
    """Restrict the outside pages that a case names while it is open. Acts on the next request; the decision lifts it.

    Pages that we do not cover are held as well, should we begin to. `only` chooses among their URLs, `of`, the
    id of a publisher, theirs alone. Raises StaleCaseError if the case is over, and RightsError if there is nothing to
    hold, unless it shall be `quiet`.
    """
    at = at or timezone.now()
    lock(case)
    if case.state not in OPEN:
        raise StaleCaseError(_("This case is over; nothing can be held for it."))
    holds, replaced = drafted_holds(case, level, at, only, of)
    if not holds:
        if quiet:
            return []
        raise RightsError(_("None of the lines names a page that could be held back."))
    Hold.objects.filter(pk__in=[one.pk for one in replaced]).update(lifted_at=at)
    Hold.objects.bulk_create(holds)
    record(case, "held", at, by=by, data={"level": level, "pages": len(holds)})
    return holds


def drafted_holds(
    case: Case, level: str, at: datetime, only: Callable[[str], bool] = lambda url: True, of: int | None = None
) -> tuple[list[Hold], list[Hold]]:
    """The holds that `hold` would make, not saved, and those of the case whose place they would take."""
    chosen = {url: owner for url, owner in named_pages(case, of).items() if only(url)}
    holds = [Hold(case=case, scope=Scope.URL, value=url, publisher=owner, level=level, starts_at=at)
             for url, owner in chosen.items()]  # fmt: skip
    return holds, list(case.holds.filter(lifted_at__isnull=True, value__in=chosen))


@transaction.atomic
def lift(case: Case, by: User | None, at: datetime | None = None) -> None:
    """End every hold of a case that goes on: from the next request on the terms alone decide. Raises StaleCaseError if
    it is over, RightsError if nothing is held for it."""
    at = at or timezone.now()
    lock(case)
    if case.state not in OPEN:
        raise StaleCaseError(_("This case is over; nothing is held for it."))
    if not case.holds.filter(lifted_at__isnull=True).update(lifted_at=at):
        raise RightsError(_("Nothing is held for this case."))
    record(case, "lifted", at, by=by)


@transaction.atomic
def decide(case: Case, by: User | None, ruling: Ruling, at: datetime | None = None) -> Decision:
    """Decide a case or the appeal against its decision: decision, terms, end of holds, event and mail commit together.

    Raises RightsError for a ruling that cannot stand, and for a second decision by the person who made the first (DSA
    Article 20(6)); StaleCaseError if someone decided first.
    """
    at = at or timezone.now()
    check(ruling)
    lock(case)
    _not_their_own(case, by)
    appealed = case.state == State.APPEALED
    if case.state not in DECIDABLE:
        stale(case)
    move(case, (case.state,), State.DECIDED, decided_at=at)
    decision = Decision.objects.create(
        case=case, number=2 if appealed else 1, outcome=ruling.outcome, action=ruling.action, legal=ruling.legal,
        reason=ruling.reason.strip(), decided_by=by, decided_at=at,
    )  # fmt: skip
    made = make_terms(case, by, ruling, at)
    case.holds.filter(lifted_at__isnull=True).update(lifted_at=at)
    _tell_whose_end(case, by, ruling, at)
    record(case, "decided", at, by=by, data={"number": decision.number, "outcome": ruling.outcome,
                                             "action": ruling.action, "terms": [t.pk for t in made]})  # fmt: skip
    for one in (case, *case.joined.all()):
        post(one, OutgoingMail.Kind.DECIDED, at, decision=decision)
    return decision


@transaction.atomic
def answer(case: Case, by: User | None, text: str, at: datetime | None = None) -> Message:
    """Write to the sender. Raises RightsError if nobody would get it."""
    at = at or timezone.now()
    _not_erased(case)
    if not case.email or not case.confirmed_at:
        raise RightsError(_("The sender’s address is not confirmed, or was erased: nobody would get this."))
    message = Message.objects.create(case=case, side=Message.Side.DESK, text=text.strip(), by=by, at=at)
    Case.objects.filter(pk=case.pk).update(unanswered=False)
    record(case, "answered", at, by=by)
    post(case, OutgoingMail.Kind.MESSAGE, at, message=message)
    return message


@transaction.atomic
def note(case: Case, by: User | None, text: str, at: datetime | None = None) -> Message:
    """A word for the newsroom alone. Raises RightsError once the case is erased."""
    _not_erased(case)
    return Message.objects.create(case=case, side=Message.Side.NOTE, text=text.strip(), by=by, at=at or timezone.now())


@transaction.atomic
def give_reasons(case: Case, by: User | None, text: str, at: datetime | None = None) -> Statement:
    """Send the statement of reasons for the decision that counts. Raises RightsError if none is to be sent."""
    at = at or timezone.now()
    _not_erased(case)
    decision = case.decisions.order_by("number").last()
    if not decision or hasattr(decision, "statement"):
        raise RightsError(_("There is no decision whose reasons are still to be sent."))
    statement = Statement.objects.create(decision=decision, text=text.strip(), sent_by=by, sent_at=at)
    record(case, "reasons", at, by=by)
    post(case, OutgoingMail.Kind.REASONS, at, decision=decision)
    return statement


@transaction.atomic
def close(case: Case, by: User | None, at: datetime | None = None) -> None:
    """Nothing more is to be done. Raises StaleCaseError unless it was decided."""
    at = at or timezone.now()
    lock(case)
    move(case, (State.DECIDED,), State.CLOSED, closed_at=at)
    record(case, "closed", at, by=by)


def _not_erased(case: Case) -> None:
    lock(case)
    if case.erased_at:
        raise RightsError(_("The personal data of this case was erased: nothing is written to it any more."))


def _not_their_own(case: Case, by: User | None) -> None:
    if why := why_not_theirs(case, by):
        raise RightsError(why)


def _tell_whose_end(case: Case, by: User | None, ruling: Ruling, at: datetime) -> None:
    """Tell the senders of other cases that what was decided on theirs is restored: it may be what they asked for."""
    ended: dict[Case, list[str]] = {}
    for terms in Terms.objects.filter(pk__in=ruling.restore).exclude(case=case).select_related("case", "publisher"):
        if terms.case:
            ended.setdefault(terms.case, []).append(terms.value or str(terms.publisher))
    for other, places in ended.items():
        record(other, "ended", at, by=by)
        if other.erased_at:
            continue
        with translation.override(other.language):
            text = _("A later decision about the same pages ended what we had decided on your request, for:")
        text = "\n".join([text, *(f"- {place}" for place in places[:ENDED_NAMED])])
        message = Message.objects.create(case=other, side=Message.Side.DESK, text=text, by=by, at=at)
        post(other, OutgoingMail.Kind.MESSAGE, at, message)
