"""Personal data of cases that are over, erased after a set time. What happened stays; who asked does not.

Regulation (EU) 2016/679 (GDPR) Article 5(1)(e): kept no longer than necessary.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from analysis.models import Case, Challenge, Decision, Message, OutgoingMail, Proof, Statement
from analysis.rights.lines import matched_articles
from analysis.rights.record import OPEN, StaleCaseError, State, lock, move, record

NEVER_CONFIRMED = timedelta(days=30)
BATCH = 200
_EMPTY = {"explanation": "", "name": "", "organisation": "", "email": "", "work": "", "authority": "", "signature": "",
          "postal_address": "", "phone": ""}  # fmt: skip


def close_what_is_over(at: datetime) -> int:
    """Close what was decided and can no longer be contested; let lapse what was never confirmed. Returns how many."""
    contestable = at - timedelta(days=settings.APPEAL_DAYS)
    over = Case.objects.filter(
        Q(state=State.DECIDED, decided_at__lt=contestable) | Q(state=State.RECEIVED, opened_at__lt=at - NEVER_CONFIRMED)
    )
    return _each(over.order_by("pk")[:BATCH], _close, at)


def erase(at: datetime) -> int:
    """Erase the personal data of cases that have been over for ERASE_DAYS. Returns how many; at most BATCH at once.

    A case that somebody may still contest is not over. Kept: kind, lane, states, times, decisions without their words,
    terms, events; the works that we draw on and it was about, and whether control of their hosts was proved. Of other
    hosts that it was proved, not which. /about/privacy/ says the same.
    """
    due = Case.objects.filter(closed_at__lt=at - timedelta(days=settings.ERASE_DAYS), erased_at__isnull=True)
    due = due.filter(state__in=[State.CLOSED, State.WITHDRAWN])
    # It may have been closed at once, or be joined to one that is not over.
    since = at - timedelta(days=settings.APPEAL_DAYS)
    contestable = Q(decided_at__gte=since) | Q(joined_to__decided_at__gte=since) | Q(joined_to__state__in=OPEN)
    return _each(due.exclude(contestable).order_by("closed_at")[:BATCH], _erase, at)


def erase_stray_mail(at: datetime) -> int:
    """Delete mail that belongs to no case, nor to a reported error, once its link is long over. Returns how many."""
    stray = OutgoingMail.objects.filter(case__isnull=True, report__isnull=True)
    return stray.filter(created_at__lt=at - NEVER_CONFIRMED).delete()[0]


def _each(cases: Iterable[Case], step: Callable[[Case, datetime], None], at: datetime) -> int:
    """Take a step with each case, and pass by those that somebody has moved on meanwhile. Returns how many it took."""
    done = 0
    for case in cases:
        try:
            with transaction.atomic():
                step(case, at)
        except StaleCaseError:
            continue
        done += 1
    return done


def _close(case: Case, at: datetime) -> None:
    lock(case, seen=case.state)
    lapsed = case.state == State.RECEIVED
    move(case, (case.state,), State.WITHDRAWN if lapsed else State.CLOSED, closed_at=at)
    case.holds.filter(lifted_at__isnull=True).update(lifted_at=at)
    record(case, "lapsed" if lapsed else "closed", at)


def _erase(case: Case, at: datetime) -> None:
    lock(case)
    move(case, (State.CLOSED, State.WITHDRAWN), case.state, erased_at=at, unanswered=False, **_EMPTY)
    # An address may hold a person's name; what terms rest on stays in the terms. Holds have been lifted.
    case.holds.all().delete()
    case.urls.update(typed="")
    case.urls.filter(article__isnull=True, story__isnull=True).update(url="")
    OutgoingMail.objects.filter(case=case).delete()
    Message.objects.filter(case=case).delete()
    Challenge.objects.filter(case=case).delete()
    # The append-only manager refuses every change; the triggers allow these.
    named = [article.url for article in matched_articles(case)]
    needless = [proof.pk for proof in case.proofs.all() if not any(map(proof.covers_url, named))]
    models.QuerySet(Proof).filter(pk__in=needless).update(host="", nonce="")
    models.QuerySet(Decision).filter(case=case).update(reason="")
    models.QuerySet(Statement).filter(decision__case=case).update(text="")
    record(case, "erased", at)
