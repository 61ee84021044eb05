"""The outbox, sent: each unsent row of OutgoingMail becomes one mail, in the language of its case or report.

The row is written with the step it speaks of (analysis/rights.py). A row is claimed before it is sent and marked after;
a sender that dies between leaves a claim that runs out, and the mail goes out again under the same Message-ID.
No word that a stranger typed goes into a mail: anyone may enter anyone's address. What the newsroom wrote goes into the
body alone, never into a header.
"""

import logging
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from analysis import rights
from analysis.models import OutgoingMail
from analysis.rights import statute

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
LINK_AGE = timedelta(days=7)
MAX_ATTEMPTS = 50  # after that a person has to look: the case page in the admin shows the error
_FAILURES_IN_A_ROW = 3  # then the server is away, not the addresses wrong
_SALT = "newsroom.takedown."


def token(kind: str, what: str | int) -> str:
    """A key to one thing, good for LINK_AGE: a "case" (reference), a "notice" (challenge), a "mailbox" (address)."""
    return signing.dumps(what, salt=_SALT + kind)


def read_token(kind: str, typed: str) -> Any:
    """What a token of this kind opens; None if it is forged, of another kind, or has run out."""
    try:
        return signing.loads(typed, salt=_SALT + kind, max_age=LINK_AGE)
    except signing.BadSignature:
        return None


def deliver() -> tuple[int, int]:
    """Send what is unsent. Returns how many were sent and how many still wait (failed, or claimed by another sender).

    Safe to run in several processes at once: of two that want a row, one gets it.
    """
    waiting = OutgoingMail.objects.filter(sent_at__isnull=True, attempts__lt=MAX_ATTEMPTS)
    rows = OutgoingMail.objects.select_related(
        "case__joined_to", "message", "decision__case", "decision__statement", "report"
    )
    sent = failed = 0
    mailer = mailers.default
    # Those that never failed first, so that one bad address holds nobody up.
    for pk in list(waiting.order_by("attempts", "id").values_list("pk", flat=True)):
        row = rows.filter(pk=pk).first() if _claim(pk) else None
        if row is None:  # another sender has it, or it was erased with its case or report
            continue
        if _send(row, mailer):
            sent, failed = sent + 1, 0
        elif (failed := failed + 1) == _FAILURES_IN_A_ROW:
            break
    return sent, waiting.count()


def _claim(pk: int) -> bool:
    now = timezone.now()
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - LEASE)
    return bool(
        OutgoingMail.objects.filter(free, pk=pk, sent_at__isnull=True).update(
            claimed_at=now, attempts=F("attempts") + 1
        )
    )


def _send(row: OutgoingMail, mailer: BaseEmailBackend) -> bool:
    try:
        mailer.send_messages([message(row)])
    except Exception as error:
        # Whatever went wrong with one mail is kept on its row, and the next mail must go out. A server's answer may
        # name the recipient: the row is erased with its case, a log is not.
        logger.warning("Mail %s (%s) was not sent: %s. Its row says why.", row.pk, row.kind, type(error).__name__)
        OutgoingMail.objects.filter(pk=row.pk).update(claimed_at=None, error=f"{type(error).__name__}: {error}"[:500])
        return False
    OutgoingMail.objects.filter(pk=row.pk).update(sent_at=timezone.now(), error="")
    return True


def message(row: OutgoingMail) -> EmailMessage:
    """The mail of a row, in the language of its case or report."""
    of = row.case or row.report
    with translation.override(of.language if of else row.about):
        context = {
            "case": row.case,
            "reference": of.reference if of else "",
            "days": LINK_AGE.days,
            "SITE_NAME": settings.SITE_NAME,
            **_said(row),
        }
        subject = str(row.get_kind_display())
        if row.kind == OutgoingMail.Kind.CONFIRMED and row.case and row.case.joined_to_id:
            subject = _("Your request is joined to another one")
        if of:
            subject += f" ({of.reference})"
        # Template tags leave empty lines behind.
        body = re.sub(r"\n{3,}", "\n\n", render_to_string(f"email/{row.kind}.txt", context)).strip() + "\n"
    about = of.reference if of else "mailbox"
    return EmailMessage(
        subject=subject,
        body=body,
        to=[row.to],
        headers={
            "Message-ID": f"<{about}.{row.pk}@{urlsplit(settings.ORIGIN).hostname}>",
            "Auto-Submitted": "auto-generated",
        },
    )


def password_link(user: User, language: str) -> EmailMessage:
    """The mail with which a person sets a new password. Its link is good once, for PASSWORD_RESET_TIMEOUT seconds."""
    key = [user_pk_to_url_str(user), default_token_generator.make_token(user)]
    with translation.override(language):
        context = {
            "name": user.get_username(),
            "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
            "link": settings.ORIGIN + reverse("account_reset_password_from_key", args=key),
            "SITE_NAME": settings.SITE_NAME,
        }
        body = re.sub(r"\n{3,}", "\n\n", render_to_string("email/password.txt", context)).strip() + "\n"
        subject = _("Set a new password")
    return EmailMessage(subject=subject, body=body, to=[user.email], headers={"Auto-Submitted": "auto-generated"})


def _said(row: OutgoingMail) -> dict[str, Any]:
    """What a mail says besides who it is to, and the key that it brings."""
    case = row.case
    if row.report:
        return {"report": row.report, "link": _link("report", row.report.reference)}
    if case is None:
        return {"link": _link("takedown-mailbox-link", token("mailbox", row.to))}
    if row.kind == OutgoingMail.Kind.NOTIFY:
        asked = case.challenges.filter(host=row.about).first()
        key = token("notice", asked.pk) if asked else ""
        return {
            "host": row.about,
            "start": settings.ORIGIN + reverse("takedown"),
            "link": _link("takedown-notice", key) if key else "",
        }
    # Joined by the desk to somebody else's: which, and which pages that is about, is theirs.
    own = case.may_read(row.decision) if row.decision else case.own
    return {
        "decision": row.decision,
        "text": row.message.text if row.message else "",
        "own": own,
        "terms": row.decision.made[:20] if row.decision and own else (),
        "missing": statute.asked_for(case),
        "hours": {"acknowledge": settings.ACKNOWLEDGE_HOURS, "decide": settings.DECIDE_HOURS},
        "appeal_days": settings.APPEAL_DAYS if rights.appealable(case, row.decision, timezone.now()) else 0,
        "link": _link("takedown-link", token("case", case.reference)),
    }


def _link(name: str, key: str) -> str:
    return settings.ORIGIN + reverse(name, args=[key])
