"""What is done apart from a request, in `manage.py ox_worker`. Enqueue in the transaction that gives the reason."""

from django.core.management import call_command
from django.tasks import task
from django.utils import timezone

from analysis import comparing, tending
from newsroom import mail

STEPS = 200  # of some hundred stories each: so long may one run be


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
def tend_stories() -> None:
    """Find the published stories that need an editor since rules changed; the rest of a long list in another run."""
    for _step in range(STEPS):
        if not tending.step(timezone.now()):
            return
    tend_stories.enqueue()


@task
def forget_source_texts() -> int:
    """Delete the texts of articles that were held long enough. Returns how many."""
    return comparing.forget_old(timezone.now())


@task
def clear_sessions() -> None:
    """Delete sessions that are over, and finished tasks of last month."""
    call_command("clearsessions")
    call_command("ox_prune", older_than="30d", verbosity=0)
