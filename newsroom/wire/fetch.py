"""The guarded fetcher: a page from outside, bounded in bytes, time and hops. Nothing else connects to other sites.

A URL is parsed once, its host resolved once, every address checked (newsroom/wire/reach.py), and the connection made to
a checked address, so a name that changes its mind in between changes nothing. Each redirect goes through all of it
again. Proxy variables, cookies, credentials and /etc/hosts play no part: there is no pool and no session here, only one
connection of urllib3 over a socket of ours.
"""

import http.client
import io
import os
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from time import monotonic
from typing import Any

import urllib3.exceptions
from django.conf import settings
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection
from urllib3.response import HTTPResponse

from newsroom.wire import AGENT, names
from newsroom.wire.places import FetchError, Place, place_of, redirected
from newsroom.wire.reach import may_reach

__all__ = ["FetchError", "Fetched", "fetch"]

HEADER_BYTES = 64 * 1024
MAX_ADDRESSES = 32
_REDIRECTS = (301, 302, 303, 307, 308)
_CODINGS = ("", "identity", "gzip", "x-gzip", "deflate")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server answered, whatever its status."""

    url: str  # after redirects
    status: int
    headers: tuple[tuple[str, str], ...]  # names in lower case; repeated ones kept, in their order
    body: bytes  # decompressed, at most max_bytes
    truncated: bool  # there was more
    at: datetime  # aware, UTC

    def header(self, name: str) -> tuple[str, ...]:
        """All values of one header."""
        return tuple(value for key, value in self.headers if key == name.lower())


def fetch(
    url: str,
    *,
    max_bytes: int = 512 * 1024,
    seconds: float = 10,
    accept: str = "*/*",
    redirects: int = 5,
    onward: Callable[[str], None] | None = None,
) -> Fetched:
    """GET a page. `seconds` is for everything together: names, connections, redirects, the last byte.

    With `redirects=0` none is followed: a redirect is then an answer like any other. `onward` is told where a redirect
    leads before that is asked, and may raise FetchError. Raises FetchError.
    """
    allowance = _Allowance(seconds)
    place = place_of(url)
    for hop in range(redirects + 1):
        with _told(place.url):
            answer = _get(place, allowance, max_bytes, accept)
        targets = set(answer.header("location"))
        if not redirects or answer.status not in _REDIRECTS or not targets:
            return answer
        if len(targets) > 1:
            raise FetchError(place.url, _("it redirects to two places at once"), refused=True)
        if hop < redirects:
            place = redirected(place, targets.pop())
            if onward:
                onward(place.url)
    raise FetchError(url, _("it redirects more than %(n)d times") % {"n": redirects}, refused=True)


class _SpentError(Exception):
    """A server sent more than it was allowed to before what it had to say was said."""


class _Allowance:
    """What a fetch may still cost: one that trickles meets the end of the time, one that pours that of the bytes."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds
        self.bytes = 0

    def seconds(self) -> float:
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def take(self, count: int) -> None:
        self.bytes -= count
        if self.bytes < 0:
            raise _SpentError


class _Bounded(io.RawIOBase):
    """A socket's bytes. Its timeout counts from each read anew, so each read is given only what is left."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, allowance: _Allowance) -> None:
        self._sock, self._raw, self._allowance = sock, raw, allowance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._allowance.seconds())
        count = self._raw.readinto(buffer)  # type: ignore[attr-defined]
        self._allowance.take(count or 0)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """Reads through _Bounded from the first byte of the status line on."""

    def __init__(self, allowance: _Allowance, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Bounded(sock, self.fp.detach(), allowance))  # type: ignore[attr-defined]


def _get(place: Place, allowance: _Allowance, max_bytes: int, accept: str) -> Fetched:
    """One request and its answer."""
    with _connect(place, allowance) as sock:
        connection = HTTPConnection(place.host, place.port, timeout=allowance.seconds())
        connection.sock = sock
        connection.response_class = partial(_Response, allowance)  # type: ignore[assignment]
        allowance.bytes = HEADER_BYTES
        headers = {
            "Host": place.origin,
            "User-Agent": f"{AGENT}/1.0 (+{settings.ORIGIN}/about/who-we-are/)",
            "Accept": accept,
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        connection.request("GET", place.target, headers=headers, preload_content=False)
        with closing(connection.getresponse()) as response:
            if response.status < 200:
                raise http.client.BadStatusLine(str(response.status))
            body = _body(place, response, allowance, max_bytes)
    return Fetched(
        url=place.url,
        status=response.status,
        headers=tuple((name.lower(), value) for name, value in response.headers.iteritems()),
        body=body[:max_bytes],
        truncated=len(body) > max_bytes,
        at=datetime.now(UTC),
    )


def _body(place: Place, response: HTTPResponse, allowance: _Allowance, max_bytes: int) -> bytes:
    """The body, decompressed, with one byte more than is wanted if there is more."""
    # One coding, and one that we asked for: each further layer multiplies what a few bytes unfold to.
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding not in _CODINGS:
        raise FetchError(place.url, _("it answers in an encoding that we did not ask for"), refused=True)
    allowance.bytes = 2 * max_bytes + HEADER_BYTES  # chunk sizes, trailers and empty blocks count as well
    body = bytearray()
    while len(body) <= max_bytes:
        allowance.seconds()  # unpacking takes time too
        piece = response.read(min(64 * 1024, max_bytes + 1 - len(body)))
        if not piece:
            break
        body += piece
    return bytes(body)


def _connect(place: Place, allowance: _Allowance) -> socket.socket:
    """A connection to a checked address of a place, under TLS where its scheme says so."""
    found = names.addresses(place.host, allowance.seconds())
    if not found:
        raise FetchError(place.url, _("there is no such host"))
    if len(found) > MAX_ADDRESSES or not all(map(may_reach, found)):
        raise FetchError(place.url, _("its host has an address that is not public"), refused=True)
    sock = _dial(found, place.port, allowance)
    if place.scheme == "http":
        return sock
    try:
        sock.settimeout(allowance.seconds())  # for the whole handshake: OpenSSL's calls share one deadline
        # OpenSSL's own variable for what to trust instead of this machine's store.
        return _tls(os.environ.get("SSL_CERT_FILE")).wrap_socket(sock, server_hostname=place.host)
    except BaseException:
        sock.close()
        raise


def _dial(found: Sequence[str], port: int, allowance: _Allowance) -> socket.socket:
    """The first of these addresses that answers; each is given its share of the time that is left."""
    for left, address in zip(range(len(found), 0, -1), found, strict=True):
        # Tests and demonstrations have no outside: ports of this machine stand in for it, never addresses.
        stand_in = settings.FETCH_STAND_IN.get(port)
        end = ("127.0.0.1", stand_in) if stand_in else (address, port)
        try:
            return socket.create_connection(end, timeout=allowance.seconds() / left)
        except OSError:
            if left == 1:
                raise
    raise AssertionError("no address to dial")


@cache
def _tls(trusted: str | None) -> ssl.SSLContext:
    """Checks certificates and names. Made once: reading this machine's store takes longer than many a page."""
    return ssl.create_default_context(cafile=trusted)


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Every way in which a connection fails, as a FetchError in plain words."""
    try:
        yield
    except (TimeoutError, urllib3.exceptions.TimeoutError) as error:
        raise FetchError(url, _("it did not answer in time")) from error
    except names.UnansweredError as error:
        raise FetchError(url, _("its name could not be looked up")) from error
    except _SpentError as error:
        raise FetchError(url, _("it sends more than we read"), refused=True) from error
    except ssl.SSLCertVerificationError as error:
        raise FetchError(
            url, _("its certificate is not valid for it: %(why)s") % {"why": error.verify_message}
        ) from error
    except (ssl.SSLError, urllib3.exceptions.SSLError) as error:
        raise FetchError(url, _("no secure connection to it came about")) from error
    except (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError) as error:
        raise FetchError(url, _("the connection failed, or what it sent could not be read")) from error
