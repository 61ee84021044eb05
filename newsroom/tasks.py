"""What is done apart from a request, in `manage.py ox_worker`. Enqueue in the transaction that gives the reason."""

import contextlib
from collections.abc import Callable
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import transaction
from django.tasks import task
from django.utils import timezone, translation

from analysis import asking, comparing, drafts, evidence, limits, reporting, rights, scheduling, sharing, tending
from analysis.models import Article, Challenge, Decision, Publisher
from analysis.models.readings import Occasion
from newsroom import mail, receipt
from newsroom.wire import domains, reading

STEPS = 200  # of some hundred stories each: so long may one run be
SITES_A_ROUND = 50
PAGES_A_ROUND = 200


class MailWaitsError(Exception):
    """Some mail could not be sent. Raised so that the worker tries again later."""


@task
def publish_scheduled() -> int:
    """Publish every story whose time has come, however long nobody looked. Returns how many, sent back ones too."""
    return _all(scheduling.publish_due)


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
def send_password_links(people: list[int], language: str) -> None:
    """Mail each of these the link that sets a new password, in this language. None is a round that does nothing."""
    for user in User.objects.filter(pk__in=people):
        mail.password_link(user, language).send()


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
    """Delete sessions that are over with what is known of them, and finished tasks of last month."""
    call_command("clearsessions")
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    call_command("ox_prune", older_than="30d", verbosity=0)


@task(priority=-10)  # a hostile host may keep it busy for half a minute
def check_proof(challenge_id: int) -> None:
    """Look whether the sender of a case has published the token, and keep what was found, in the case's language.

    A worker that died may run it twice: what was looked at since it was asked for is not looked at again.
    """
    asked = Challenge.objects.select_related("case").get(pk=challenge_id)
    if asked.checked_at is not None:
        return
    token = rights.token_of(asked)
    failed = []
    with translation.override(asked.case.language):
        for method, prove in _PROOFS.items():
            try:
                prove(asked.host, token)
            except domains.ProofError as error:
                failed.append(str(error))
            else:
                with transaction.atomic():
                    rights.prove(asked, method, wide=domains.scope_of_proof(asked.host, method).subdomains)
                    deliver_mail.enqueue()
                return
    rights.not_proved(asked, " ".join(failed))


@task
def notify_site(challenge_id: int) -> None:
    """Write to a site's role addresses that somebody asks us about it."""
    asked = Challenge.objects.select_related("case").get(pk=challenge_id)
    with contextlib.suppress(rights.RightsError), transaction.atomic():  # it refuses what was done before
        rights.notify(asked, domains.role_addresses(asked.host))
        deliver_mail.enqueue()


_PROOFS: dict[domains.Method, Callable[[str, str], bool]] = {
    "dns": domains.proved_by_dns,
    "file": domains.proved_by_file,
}


@task(priority=-10)  # mail goes first
def read_signals(publisher: int) -> int:
    """Read what a publisher's sites say to machines. Returns how many addresses said something new."""
    return reading.read_publisher(Publisher.objects.get(pk=publisher))


@task(priority=-10)
def read_page(article: int, occasion: str = "") -> int:
    """Read what an article's page says to machines and to people. Returns how many addresses said something new.

    `occasion`: why it is asked, if not for its signals' sake. Asked for twice for one reason it is asked once.
    """
    if occasion and not asking.not_asked_since([article], timezone.now() - asking.PAUSE):
        return 0
    read = Article.objects.select_related("publisher").get(pk=article)
    return reading.read_page(read, Occasion(occasion) if occasion else None)


@task
def ask_sources() -> int:
    """Have the pages asked that newly published stories rest on, each as a task of its own. Returns how many."""
    found = asking.due(timezone.now(), PAGES_A_ROUND)
    for article, occasion in found:
        read_page.enqueue(article, occasion)
    return len(found)


@task
def read_all_signals() -> None:
    """Ask for a reading of those that waited longest, each as a task of its own: one slow server delays nobody else."""
    now = timezone.now()
    for publisher in evidence.publishers_due(now, SITES_A_ROUND):
        read_signals.enqueue(publisher)
    for article in evidence.articles_due(now, PAGES_A_ROUND):
        read_page.enqueue(article)


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
def erase_reports() -> int:
    """Erase what readers typed into reports of errors that were decided long ago, and whose those are that have been
    open for long. Returns of how many."""
    return _all(reporting.erase) + _all(reporting.unname)


@task
def forget_windows() -> int:
    """Delete what is kept of story screens that are closed and hold no text. Returns how many rows."""
    return drafts.forget(timezone.now())


@task
def forget_attempts() -> int:
    """Delete what was kept of how often somebody did something. Returns how many rows."""
    return limits.forget(timezone.now())


@task
def forget_preview_links() -> int:
    """Delete the preview links that are over. Returns how many."""
    return sharing.forget(timezone.now())


@task
def check_decision(decision_id: int) -> None:
    """Ask the public pages whether they obey a decision. Enqueue it in the transaction that decides."""
    receipt.ask(Decision.objects.select_related("case").get(pk=decision_id))


@task
def check_again() -> int:
    """Ask anew what disobeyed or was silent, and what nobody has asked yet. Returns of how many decisions."""
    return receipt.ask_again()


def _all(step: Callable[[datetime], int]) -> int:
    """Take a step that does some at once until none is left."""
    done = 0
    while some := step(timezone.now()):
        done += some
    return done
