"""What is done apart from a request, in `manage.py ox_worker`. Enqueue in the transaction that gives the reason."""

from collections.abc import Callable
from datetime import datetime

from django.core.management import call_command
from django.tasks import task
from django.utils import timezone

from analysis import limits, rights
from analysis.models import Decision
from newsroom import mail, receipt


class MailWaitsError(Exception):
    """Some mail could not be sent. Raised so that the worker tries again later."""


@task
def deliver_mail() -> int:
    """Send every unsent mail. Returns how many were sent."""
    sent, waiting = mail.deliver()
    if waiting:
        raise MailWaitsError(f"{waiting} unsent")
    return sent


@task
def deliver_waiting_mail() -> int:
    """Send what is still unsent; what cannot go now waits for the next round."""
    return mail.deliver()[0]


@task
def clear_sessions() -> None:
    """Delete sessions that are over, and finished tasks of last month."""
    call_command("clearsessions")
    call_command("ox_prune", older_than="30d", verbosity=0)


@task
def close_cases() -> int:
    """Close what can no longer be contested, and let lapse what was never confirmed. Returns how many."""
    return _all(rights.close_what_is_over)


@task
def erase_cases() -> int:
    """Erase the personal data of cases that are long over, and mail that belongs to none. Returns how many cases."""
    rights.erase_stray_mail(timezone.now())
    return _all(rights.erase)


@task
def forget_attempts() -> int:
    """Delete what was kept of how often somebody did something. Returns how many rows."""
    return limits.forget(timezone.now())


@task
def check_decision(decision_id: int) -> None:
    """Ask the public pages whether they obey a decision. Enqueue it in the transaction that decides."""
    receipt.ask(Decision.objects.select_related("case").get(pk=decision_id))


@task
def check_again() -> int:
    """Ask anew what disobeyed or was silent. Returns of how many decisions."""
    return receipt.ask_again()


def _all(step: Callable[[datetime], int]) -> int:
    """Take a step that does some at once until none is left."""
    done = 0
    while some := step(timezone.now()):
        done += some
    return done
