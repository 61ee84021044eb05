"""What an answer tells of a source: is its page there, where does its address lead, is it shown to everybody, what is
its text, and is there an archived copy. Nothing here asks; newsroom/wire/reading.py does."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit, urlunsplit

from django.utils.translation import gettext as _

from analysis.addresses import MAX_LENGTH, AddressError, canonical, copies
from analysis.asking import Answer
from analysis.models.readings import Outcome
from analysis.signals import Said
from newsroom.wire.fetch import Fetched
from newsroom.wire.places import FetchError, place_of, redirected
from newsroom.wire.words import digest

GONE = (404, 410)
WALLS = (401, 402, 403, 451)
_REL = re.compile(r"rel\s*=\s*\"?[^\";=]*\b(?:original|memento)\b", re.I)


class Refusal(str):
    """Why a page was not asked for: a robots.txt asks us not to."""

    __slots__ = ()


def answer_of(url: str, got: Fetched | str, said: Sequence[Said] = ()) -> Answer:
    """What came of asking for a canonical URL: the answer, or why there is none. `said`: what the page says of itself
    (newsroom/wire/signals/page.py)."""
    if isinstance(got, str):
        outcome = Outcome.REFUSED if isinstance(got, Refusal) else Outcome.FAILED
        return Answer(at=datetime.now(UTC), outcome=outcome, why=got)
    found = Answer(at=got.at, outcome=Outcome.ANSWERED, status=got.status, final_url=_elsewhere(url, got.url))
    if got.status in GONE:
        return replace(found, outcome=Outcome.GONE)
    if got.status in WALLS:
        return replace(found, outcome=Outcome.WALLED)
    if not 200 <= got.status < 300:
        why = _("The server answered %(status)d.") % {"status": got.status}
        return replace(found, outcome=Outcome.FAILED, why=why)
    if any(one.label == "isAccessibleForFree" for one in said):
        found = replace(found, outcome=Outcome.WALLED)
    text = "" if got.truncated else digest(got.body, "".join(got.header("content-type")[:1]))
    return replace(found, sha256=text, copies=_may_be_copied(said))


def _elsewhere(url: str, final: str) -> str:
    """Where a URL has led, less its query, which may hold somebody's session; empty if that is the same page."""
    try:
        there = canonical(final)
    except AddressError:  # as long as no article of ours may be
        there = final
    if there == url or there in copies(url) or url in copies(there):
        return ""
    parts = urlsplit(there)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))[:MAX_LENGTH]


def _may_be_copied(said: Sequence[Said]) -> bool:
    return not any(one.signal == "robots" and one.label in ("noarchive", "nocache") for one in said)


def memento(timegate: str, got: Fetched | str) -> str:
    """The archived copy that a TimeGate leads to; empty if it names none, or no address that one may be led to.

    RFC 7089: it redirects (section 4.1) or answers with the copy itself, whose address is in Content-Location (4.1.2,
    4.2), and says what it is: it varies by accept-datetime, and links to the original.
    """
    if isinstance(got, str):
        return ""
    varies = "accept-datetime" in ",".join(got.header("vary")).lower()
    if not varies and not any(_REL.search(link[:4_000]) for link in got.header("link")):
        return ""
    named = set(got.header("location" if 300 <= got.status < 400 else "content-location"))
    if not 200 <= got.status < 400 or len(named) != 1:
        return ""
    try:
        there = redirected(place_of(timegate), named.pop()).url
    except FetchError:
        return ""
    return there if len(there) <= MAX_LENGTH else ""
