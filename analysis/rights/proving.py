"""Proof that the sender of a case controls a host. What is asked of the network is in newsroom/wire/domains.py.

Sources: RFC 8555 section 8 for the shape of the challenges; RULES, "Proof of domain control", for what they are worth.
"""

import base64
import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis import limits
from analysis.addresses import AddressError, canonical, host_of, registrable
from analysis.addresses import host as readable_host
from analysis.models import Case, Challenge, OutgoingMail, Proof
from analysis.models.cases import CaseWant
from analysis.rights.lines import matched_articles, unmatched_urls
from analysis.rights.record import OPEN, RightsError, State, lock, move, post, record, seal
from analysis.rights.review import hold

TOKEN_AGE = timedelta(days=7)
MAX_HOSTS = 20  # offered on a case's page
MAX_NOTICES_A_DAY = 3  # to one role address, from all cases
MAX_LOOKS_A_DAY = 60
MAX_CHALLENGES = 30  # of one case: each may cost somebody a look-up


def hosts_of(case: Case) -> list[str]:
    """The outside hosts that a case is about, as it names them, each once; at most MAX_HOSTS."""
    named = [article.url for article in matched_articles(case)] + unmatched_urls(case)
    return list(dict.fromkeys(host_of(url) for url in named))[:MAX_HOSTS]


def hosts_to_prove(case: Case) -> list[str]:
    """What a case offers to prove: the registrable domain of each site, which proves all below it, and the hosts."""
    hosts = hosts_of(case)
    return list(dict.fromkeys([*(filter(None, map(registrable, hosts))), *hosts]))


@transaction.atomic
def challenge(case: Case, typed: str, at: datetime | None = None) -> Challenge:
    """The challenge of a case for a host; a new token if the last one has run out.

    Raises RightsError if the host cannot be read, the case is over, or its address is not confirmed.
    """
    at = at or timezone.now()
    lock(case)
    if case.state not in OPEN or case.confirmed_at is None:
        raise RightsError(_("Control can be proved while a case is open and its sender’s address is confirmed."))
    try:
        # People paste addresses: what is asked for is the host in one.
        host = host_of(canonical(typed)) if "/" in typed else readable_host(typed.strip())
    except AddressError as error:
        raise RightsError(_("“%(value)s” cannot be read: %(why)s.") % {"value": typed, "why": _(str(error))}) from error
    if not registrable(host):
        raise RightsError(_("“%(value)s” is nobody’s to prove: others register names below it.") % {"value": host})
    found = case.challenges.filter(host=host).first()
    if not found and case.challenges.count() >= MAX_CHALLENGES:
        raise RightsError(_("This case has asked to prove %(n)d hosts already.") % {"n": MAX_CHALLENGES})
    if found and found.expires_at > at:
        return found
    fresh = {"nonce": secrets.token_hex(32), "issued_at": at, "expires_at": at + TOKEN_AGE,
             "asked_at": None, "checked_at": None, "found": ""}  # fmt: skip
    made, _created = Challenge.objects.update_or_create(case=case, host=host, defaults=fresh)
    record(case, "challenged", at)
    return made


def token_of(asked: Challenge) -> str:
    """The token that the sender publishes: 160 bits in base32, good for this case and this host alone.

    Nothing stored is enough to make it: it needs the installation's secret.
    """
    said = f"{asked.case.reference}\n{asked.host}\n{asked.nonce}".encode()
    key = sha256(b"analysis.rights.proving" + settings.SECRET_KEY.encode()).digest()
    return base64.b32encode(hmac.digest(key, said, "sha256")[:20]).decode().lower()


@transaction.atomic
def ask(asked: Challenge, at: datetime | None = None) -> bool:
    """Note that the sender wants it checked now. False if a check is under way, or was within ten seconds, or if this
    case asked too often today: each look may cost another server a request, and us half a minute."""
    at = at or timezone.now()
    pause = timedelta(seconds=10) if asked.checked_at else timedelta(minutes=2)  # a worker may have died over it
    lately = asked.asked_at is not None and at - asked.asked_at < pause
    if lately or asked.expires_at <= at:
        return False
    if not limits.spend("proof", asked.case.reference, MAX_LOOKS_A_DAY, timedelta(days=1), at):
        return False
    Challenge.objects.filter(pk=asked.pk).update(asked_at=at, checked_at=None, found="")
    return True


def not_proved(asked: Challenge, why: str, at: datetime | None = None) -> None:
    """Keep why a check failed, for the sender to read: in the case's language, and harmless.

    Not if one that was asked for at the same time ended already.
    """
    Challenge.objects.filter(pk=asked.pk, checked_at__isnull=True).update(
        checked_at=at or timezone.now(), found=why[:500]
    )


@transaction.atomic
def notify(asked: Challenge, addresses: tuple[str, ...], at: datetime | None = None) -> None:
    """Write to the host's role addresses, once for each case and host, and to none of them more than MAX_NOTICES_A_DAY
    times within a day: anybody may name any site. Raises RightsError when it was done before."""
    at = at or timezone.now()
    lock(asked.case)
    if not Challenge.objects.filter(pk=asked.pk, mailed_at__isnull=True).update(mailed_at=at):
        raise RightsError(_("We have written to this site’s role addresses already."))
    OutgoingMail.objects.bulk_create(
        OutgoingMail(case=asked.case, kind=OutgoingMail.Kind.NOTIFY, to=to, about=asked.host, created_at=at)
        for to in addresses
        if OutgoingMail.objects.filter(
            to=to, kind=OutgoingMail.Kind.NOTIFY, created_at__gt=at - timedelta(days=1)
        ).count()
        < MAX_NOTICES_A_DAY
    )
    record(asked.case, "notified", at)


@transaction.atomic
def prove(asked: Challenge, method: str, wide: bool, at: datetime | None = None) -> Proof | None:
    """Keep that control of the host was shown. None if it was kept before, the case is over, or the token had run out.

    `wide`: everything below the host is proved with it. With the newsroom's setting HOLD_ON_PROOF, the pages of the
    case on what is proved are held at once, if its sender wants them removed or reduced.
    """
    at = at or timezone.now()
    case = asked.case
    lock(case)
    if case.state not in OPEN or asked.expires_at <= at or case.proofs.filter(host=asked.host, method=method).exists():
        return None
    Challenge.objects.filter(pk=asked.pk).update(checked_at=at, found="")
    proof = _keep(case, Proof(case=case, host=asked.host, method=method, wide=wide, proved_at=at), at)
    if not proof.weak:
        post(case, OutgoingMail.Kind.PROVED, at)
    return proof


def inherit(case: Case, at: datetime) -> None:
    """Let a case that was filed from the room of another have the proofs of that one, if they are about its pages."""
    if case.filed_from is None:
        return
    hosts = hosts_of(case)
    for proof in strong_proofs(case.filed_from, at):
        if any(proof.covers(host) for host in hosts):
            _keep(case, Proof(case=case, host=proof.host, method=proof.method, wide=proof.wide,
                              proved_at=proof.proved_at), at)  # fmt: skip


def strong_proofs(case: Case, at: datetime) -> list[Proof]:
    """What opens the publisher's room of a case: proofs that are worth something and not too old."""
    return [proof for proof in case.proofs.all() if proof.holds(at)]


def _keep(case: Case, proof: Proof, at: datetime) -> Proof:
    proof.nonce = secrets.token_hex(32)
    proof.save()
    # Of a role mailbox nobody must read in the history that control was proved.
    record(case, "noted" if proof.weak else "proved", at, data={"proof": seal(proof), "method": proof.method})
    if proof.weak:
        return proof
    onward = State.PROVED if case.state == State.CONFIRMED else State(case.state)
    move(case, (case.state,), onward, proved_at=case.proved_at or at)
    if settings.HOLD_ON_PROOF and case.want in (CaseWant.REMOVE, CaseWant.REDUCE) and case.state != State.APPEALED:
        # What is held already stays as it is: an editor may have held it more strictly.
        held = set(case.holds.filter(lifted_at__isnull=True).values_list("value", flat=True))
        hold(case, None, settings.HOLD_ON_PROOF, at, only=lambda url: proof.covers_url(url) and url not in held,
             quiet=True)  # fmt: skip
    return proof
