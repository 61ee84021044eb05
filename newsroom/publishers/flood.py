"""One network must not flood the newsroom, and one that is flooded by somebody else must not be shut out.

Beyond a number of requests an hour from one network address, a request needs proof that its sender reads the mail it
gives: a link, opened and confirmed. Those links are counted for themselves: by mailbox, and for each network by domain,
so that no network uses up what another may have sent.
"""

from datetime import timedelta

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from analysis import limits
from analysis.models import OutgoingMail
from analysis.owners import publisher_of
from newsroom import tasks
from newsroom.doors import network_of

HOUR = timedelta(hours=1)
REQUESTS = 10  # an hour from one network address, before each needs a mailbox
LINKS = 3  # an hour to one mailbox
LINKS_TO_A_DOMAIN = 30  # an hour from one network to all mailboxes of one domain
LINKS_FROM_A_NETWORK = 60  # an hour, to domains of no publisher that we know: whoever floods makes up new ones
_MAILBOXES = "takedown_mailboxes"
_KEPT = 10


def may_file(request: HttpRequest, email: str) -> bool:
    """Whether a request may be filed from here now; counts it if so."""
    return trusted(request.session, email) or limits.spend("file", network_of(request), REQUESTS, HOUR, timezone.now())


def send_mailbox_link(email: str, language: str, network: str) -> None:
    """Mail a link that opens this door, if that mailbox did not get too many, nor its domain or all from that network.

    Never says which. A network that is used up still reaches the publishers that we know.
    """
    now = timezone.now()
    domain = email.rpartition("@")[2].lower()
    with transaction.atomic():
        if (
            (publisher_of(domain) or limits.spend("links", network, LINKS_FROM_A_NETWORK, HOUR, now))
            and limits.spend("mailbox", email.lower(), LINKS, HOUR, now)
            and limits.spend("domain", f"{network} {domain}", LINKS_TO_A_DOMAIN, HOUR, now)
        ):
            OutgoingMail.objects.create(case=None, kind=OutgoingMail.Kind.MAILBOX, to=email, about=language)
            tasks.deliver_mail.enqueue()


def trust(session: SessionBase, email: str) -> None:
    """Remember that this browser's person reads that mailbox."""
    held = [kept for kept in session.get(_MAILBOXES, []) if kept != email.lower()]
    session[_MAILBOXES] = [*held, email.lower()][-_KEPT:]
    session.cycle_key()


def trusted(session: SessionBase, email: str) -> bool:
    """Whether this browser's person has shown that they read that mailbox."""
    return email.lower() in session.get(_MAILBOXES, [])
