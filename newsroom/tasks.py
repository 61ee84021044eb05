"""What is done apart from a request, in `manage.py ox_worker`. Enqueue in the transaction that gives the reason."""

from django.tasks import task

from newsroom import mail


class MailWaitsError(Exception):
    """Some mail could not be sent. Raised so that the worker tries again later."""


@task
def deliver_mail() -> int:
    """Send every unsent mail. Returns how many were sent."""
    sent, waiting = mail.deliver()
    if waiting:
        raise MailWaitsError(f"{waiting} unsent")
    return sent
