"""What is done apart from a request, in `manage.py ox_worker`. Enqueue in the transaction that gives the reason."""

from django.core.management import call_command
from django.tasks import task
from django.utils import timezone

from analysis import evidence
from analysis.models import Article, Publisher
from newsroom import mail
from newsroom.wire import reading

SITES_A_ROUND = 50
PAGES_A_ROUND = 200


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


@task(priority=-10)  # mail goes first
def read_signals(publisher: int) -> int:
    """Read what a publisher's sites say to machines. Returns how many addresses said something new."""
    from newsroom.wire.fetch import fetch  # type: ignore[import-not-found, unused-ignore]

    return reading.read_publisher(Publisher.objects.get(pk=publisher), fetch)


@task(priority=-10)
def read_page(article: int) -> int:
    """Read what an article's page says to machines. Returns how many addresses said something new."""
    from newsroom.wire.fetch import fetch  # type: ignore[import-not-found, unused-ignore]

    return reading.read_page(Article.objects.select_related("publisher").get(pk=article), fetch)


@task
def read_all_signals() -> None:
    """Ask for a reading of those that waited longest, each as a task of its own: one slow server delays nobody else."""
    now = timezone.now()
    for publisher in evidence.publishers_due(now, SITES_A_ROUND):
        read_signals.enqueue(publisher)
    for article in evidence.articles_due(now, PAGES_A_ROUND):
        read_page.enqueue(article)
