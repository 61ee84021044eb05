"""A URL as the fetcher takes it: read once, strictly, and what is wrong with it said in plain words. No network."""

from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from django.utils.translation import gettext as _

from analysis import addresses

MAX_URL = 4000
PORTS = {"http": 80, "https": 443}


class FetchError(Exception):
    """Why a URL could not be read, in plain words.

    `refused`: we do not go there, or not on like this, and asking again changes nothing. Other failures may pass.
    """

    def __init__(self, url: str, why: str, *, refused: bool = False) -> None:
        super().__init__(f"{url[:200]}: {why}")
        self.url, self.why, self.refused = url, why, refused


@dataclass(frozen=True, slots=True)
class Place:
    """A URL, read once: nothing after this looks at its text again."""

    scheme: str
    host: str  # ASCII
    port: int
    target: str  # path and query

    @property
    def origin(self) -> str:
        return self.host if self.port == PORTS[self.scheme] else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.origin}{self.target}"


def place_of(url: str, named: str = "") -> Place:
    """Reads a URL. `named`: what to call it in an error. Raises FetchError."""
    named = named or url
    # urlsplit() drops tabs and line ends without a word, and other programs read a backslash as a slash.
    if len(url) > MAX_URL or any(c <= " " or c in "\x7f\\" for c in url):
        raise FetchError(named, _("it is too long, or holds spaces or control characters"), refused=True)
    try:
        parts = urlsplit(url)
        port = parts.port
        target = _escaped(parts.path or "/") + (f"?{_escaped(parts.query, '?')}" if parts.query else "")
        host = addresses.host(parts.hostname or "")
    except addresses.AddressError as error:
        raise FetchError(named, _(str(error)), refused=True) from error
    except ValueError as error:
        raise FetchError(named, _("it is not formed like a web address"), refused=True) from error
    if parts.scheme not in PORTS:
        raise FetchError(named, _("it does not begin with https:// or http://"), refused=True)
    if parts.username is not None or parts.password is not None:
        raise FetchError(named, _("it holds a user name or password"), refused=True)
    if port is None:
        port = PORTS[parts.scheme]
    if port not in PORTS.values():
        raise FetchError(named, _("it names port %(port)d; we ask on 80 and 443 only") % {"port": port}, refused=True)
    return Place(parts.scheme, host, port, target)


def _escaped(text: str, more: str = "") -> str:
    return quote(text, safe="/%:@!$&'()*+,;=~-._" + more, errors="surrogateescape")


def redirected(place: Place, location: str) -> Place:
    """Where a redirect leads. Raises FetchError. http.client reads a header as Latin-1; what servers mean is UTF-8."""
    meant = location.encode("latin-1", "replace").decode("utf-8", "surrogateescape")
    try:
        there = place_of(urljoin(place.url, meant), place.url)
    except ValueError as error:
        raise FetchError(place.url, _("it redirects to what is no web address"), refused=True) from error
    # What was asked for under TLS must not be answered by whoever sits on the line: terms and proofs rest on it.
    if place.scheme == "https" and there.scheme == "http":
        raise FetchError(place.url, _("it redirects from https to http"), refused=True)
    return there
