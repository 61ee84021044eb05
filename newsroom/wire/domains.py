"""Proof that somebody controls a host: a text in its DNS, or a file that it serves. Network only: no models here.

A proof shows control of a name, at this moment, to whoever was given the token; that the token belongs to this case and
this host is the caller's to see to (it is bound to both, so a wildcard record proves nothing for another case).
"""

import re
import secrets
from dataclasses import dataclass
from functools import cache
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from publicsuffixlist import PublicSuffixList

from analysis import addresses
from newsroom.wire import names
from newsroom.wire.fetch import FetchError, fetch

LABEL = "_contextdesk-challenge"
PATH = "/.well-known/contextdesk-challenge/"
ROLES = ("abuse", "webmaster", "hostmaster", "postmaster")  # RFC 2142
SECONDS = 10
_LATER = {408, 425, 429}  # of the 4xx, those that say: ask again
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")

Method = Literal["dns", "file"]


class ProofError(Exception):
    """Why control is not proved, in the language in force: what we looked for, where, and what we found.

    `passing`: nothing could be seen at all, so that asking again may tell.
    """

    def __init__(self, words: str, *, passing: bool = False) -> None:
        super().__init__(words)
        self.passing = passing


@dataclass(frozen=True, slots=True)
class Scope:
    """What a proof is for: one host, and with `subdomains` all hosts below it too."""

    host: str
    subdomains: bool


def proved_by_dns(host: str, token: str) -> Literal[True]:
    """True if a TXT record at `_contextdesk-challenge.<host>` is the token. Raises ProofError if not, AddressError.

    The strings of a record are joined (RFC 7208 section 3.3), space around it is not looked at, and one record that
    fits suffices. The name may be an alias (CNAME) of one elsewhere.
    """
    name = f"{LABEL}.{_host(host, token)}"
    try:
        found = names.texts(name, SECONDS)
    except names.UnansweredError as error:
        raise ProofError(_("The DNS gave no answer about %(name)s.") % {"name": name}, passing=True) from error
    if token.encode() in (value.strip() for value in found):
        return True
    if not found:
        raise ProofError(_("There is no TXT record at %(name)s.") % {"name": name})
    shown = ", ".join(_shown(value) for value in found[:3])
    words = ngettext(
        "There is %(n)d TXT record at %(name)s, but not the one that we asked for. It says: %(shown)s",
        "There are %(n)d TXT records at %(name)s, but not the one that we asked for. They begin: %(shown)s",
        len(found),
    )
    raise ProofError(words % {"n": len(found), "name": name, "shown": shown})


def proved_by_file(host: str, token: str) -> Literal[True]:
    """True if `https://<host>/.well-known/contextdesk-challenge/<token>` is the token and no more. Raises as the above.

    The host itself must serve it, under TLS: no redirect is followed, since one that leads elsewhere (an open redirect
    is enough) would prove the control of another. And it must not serve any name that is asked for in that place, or a
    page that repeats its own address would prove everybody's control.
    """
    place = f"https://{_host(host, token)}{PATH}"
    if _file(place, token) != token.encode():
        raise ProofError(_("The file at %(url)s does not hold the token, and nothing but it.") % {"url": place + token})
    other = secrets.token_urlsafe(24)
    try:
        repeats = _file(place, other) == other.encode()
    except ProofError as error:
        if error.passing:  # a host that repeats and limits how often may be asked is no proof
            words = _("Whether %(host)s serves any file that is asked for at %(place)s could not be seen: %(why)s")
            raise ProofError(words % {"host": host, "place": PATH, "why": error}, passing=True) from error
        return True
    if repeats:
        raise ProofError(_("%(host)s serves any file that is asked for at %(place)s.") % {"host": host, "place": PATH})
    return True


def scope_of_proof(host: str, method: Method) -> Scope:
    """What control of a host proves. Raises ProofError for a public suffix such as co.uk, AddressError.

    DNS at a registrable domain proves all that is below; anything else the host alone. A name under a private suffix
    (foo.github.io) is one host among others' there, and so is the suffix itself: its owner does not speak for them.
    """
    host = addresses.host(host)
    registry, everybody = _suffixes()
    registered = registry.privatesuffix(host)
    if registered is None:
        raise ProofError(_("%(host)s is not one party’s to prove: others register names below it.") % {"host": host})
    return Scope(host, method == "dns" and host == registered == everybody.privatesuffix(host))


def role_addresses(host: str) -> tuple[str, ...]:
    """The addresses that RFC 2142 gives to those who run the host's registrable domain. They prove little: notify only.

    Raises ProofError for a public suffix, AddressError.
    """
    host = scope_of_proof(host, "file").host
    registry, everybody = _suffixes()
    domain = everybody.privatesuffix(host) or registry.privatesuffix(host)
    return tuple(f"{role}@{domain}" for role in ROLES)


def _host(host: str, token: str) -> str:
    """A host that may be proved, in ASCII. A token that we cannot have given out is the caller's mistake."""
    if not _TOKEN.fullmatch(token):
        raise ValueError(f"{token!r} is no token of ours")
    host = scope_of_proof(host, "file").host
    if len(host) + len(LABEL) + 1 > 253:
        raise ProofError(_("The name of %(host)s is too long for a record below it.") % {"host": host})
    return host


def _file(place: str, name: str) -> bytes:
    """What a host serves as a file of this name, without the space around it. Raises ProofError."""
    url = place + name
    try:
        answer = fetch(url, max_bytes=1024, seconds=SECONDS, accept="text/plain, */*;q=0.1", redirects=0)
    except FetchError as error:
        words = _("We could not read %(url)s: %(why)s.") % {"url": url, "why": error.why}
        raise ProofError(words, passing=not error.refused) from error
    if location := next(iter(answer.header("location")), ""):
        words = _("%(url)s redirects to %(target)s. The host itself must serve the file.")
        raise ProofError(words % {"url": url, "target": _shown(location.encode("latin-1", "replace"))})
    if answer.status != 200:
        words = _("%(url)s answers with status %(status)d, not 200.") % {"url": url, "status": answer.status}
        raise ProofError(words, passing=answer.status >= 500 or answer.status in _LATER)
    return b"" if answer.truncated else answer.body.strip()


def _shown(value: bytes) -> str:
    """A stranger's words, short and harmless enough to stand in a sentence of ours."""
    text = "".join(c if c.isprintable() else "�" for c in value[:240].decode("utf-8", "replace"))
    return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”"


@cache
def _suffixes() -> tuple[PublicSuffixList, PublicSuffixList]:
    """The suffixes of registries alone, and those with the ones that companies run, such as github.io."""
    return PublicSuffixList(only_icann=True), PublicSuffixList()
