"""Reading a publisher's signals: which addresses are asked, in which order, and what a failure counts as.

robots.txt comes first and is obeyed: what it refuses to us is not fetched, be it a page, a licence or another file of
signals, and while it cannot be reached it refuses all (RFC 9309 section 2.3.1.4). What a failure means for the terms
stands in analysis/signals.py.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from analysis import asking, evidence, signals
from analysis.addresses import AddressError, canonical, host_of
from analysis.models import Article, Publisher, SignalSource
from analysis.models.readings import Occasion, Outcome
from analysis.models.signals import SignalKind
from analysis.signals import Reading, Said
from newsroom.wire import pages
from newsroom.wire.fetch import Fetched, FetchError, fetch
from newsroom.wire.signals import decoding, ninjs, page, robots, rsl, tdmrep, trusttxt

SECONDS = 10  # for one address, with all that it redirects to
MOST_LICENCES = 3  # that one file or page refers to
MOST_JOINED = 10  # hosts that a trust.txt names, asked for their side


def read_publisher(publisher: Publisher) -> int:
    """Read what a publisher's hosts and its home page say, and record it. Returns how many said something new."""
    visit = _Visit()
    new = sum(signals.record(publisher, list(_of_host(host, visit))) for host in evidence.hosts_of(publisher))
    with suppress(AddressError):  # a home page that nobody can open says nothing
        new += signals.record(publisher, list(_of_page(canonical(publisher.homepage), visit)))
    for joined in evidence.joined(publisher)[:MOST_JOINED]:  # the other side of what its trust.txt says
        new += signals.record(joined.owner or publisher, [_of_file(SignalKind.TRUST, joined.host, visit)])
    return new


def read_page(article: Article, occasion: Occasion | None = None) -> int:
    """Read what an article's page says, and record it; of a host never read before, what that says first. The same
    answer tells whether the page is there and what it says to people (newsroom/wire/pages.py): that is kept too.

    Returns how many said something new.
    """
    visit, new, host = _Visit(), 0, host_of(article.url)
    if not SignalSource.objects.filter(kind=SignalKind.ROBOTS, about=f"{host}/").exists():
        new = signals.record(article.publisher, list(_of_host(host, visit)))
    found = list(_of_page(article.url, visit))
    new += signals.record(article.publisher, found)
    answer = pages.answer_of(article.url, visit.answers[article.url], found[0].said)
    if _in_public(occasion) and answer.outcome == Outcome.ANSWERED and answer.copies:
        answer = replace(answer, memento=_archived(article, visit))
    asking.record(article.pk, answer, occasion)
    return new


def _in_public(occasion: Occasion | None) -> bool:
    """Whether a story that rests on the page is public: what is under work is no archive's business."""
    return occasion in (Occasion.PUBLISHED, Occasion.LATER)


def _archived(article: Article, visit: "_Visit") -> str:
    """The address of an archived copy, if we are to ask for one and know of none."""
    last = asking.latest(article.pk)
    if not settings.ARCHIVE or (last and last.memento):
        return ""
    timegate = settings.ARCHIVE + article.url
    return pages.memento(timegate, visit.once(timegate))


class _Visit:
    """One round of questions, in which each robots.txt is asked for once."""

    def __init__(self) -> None:
        self._robots: dict[str, Fetched | str] = {}
        self.answers: dict[str, Fetched | str] = {}  # of pages, by the URL that was asked for

    def ask(self, kind: SignalKind, url: str) -> Fetched | str:
        """The answer, or why there is none."""
        if kind is SignalKind.ROBOTS:
            return self.robots(url)
        got = self._refused(url) or self._get(
            url, max_bytes=decoding.MAX_PAGE if kind is SignalKind.PAGE else decoding.MAX_BYTES, onward=self._onward
        )
        if kind is SignalKind.PAGE:
            self.answers[url] = got
        return got

    def once(self, url: str) -> Fetched | str:
        """The answer of this very address, be it a redirect, or why there is none."""
        return self._refused(url) or self._get(url, max_bytes=decoding.MAX_BYTES, redirects=0)

    def robots(self, url: str) -> Fetched | str:
        address = urljoin(url, "/robots.txt")
        if address not in self._robots:
            self._robots[address] = self._get(address, max_bytes=decoding.MAX_BYTES)
        return self._robots[address]

    def _refused(self, url: str) -> str:
        """Why an address must not be asked for; empty if it may."""
        robots_txt = self.robots(url)
        if isinstance(robots_txt, str) or _failed(SignalKind.ROBOTS, robots_txt):
            return _("The robots.txt of its host cannot be reached.")
        if robots_txt.status < 300 and not robots.may_fetch(robots_txt.body, url, _type(robots_txt)):
            return pages.Refusal(_("Its robots.txt refuses it to us."))
        return ""

    def _onward(self, url: str) -> None:
        """A redirect leads to this address, which has a robots.txt of its own."""
        if refused := self._refused(url):
            raise _RefusedError(url, refused)

    def _get(self, url: str, **how: Any) -> Fetched | str:
        try:
            return fetch(url, seconds=SECONDS, **how)
        except _RefusedError as error:
            return error.words
        except FetchError as error:
            return str(error)


class _RefusedError(FetchError):
    """What a redirect leads to must not be asked for. `words` say why."""

    def __init__(self, url: str, words: str) -> None:
        super().__init__(url, words, refused=True)
        self.words = words


_PATHS = {
    SignalKind.ROBOTS: "/robots.txt",
    SignalKind.TDMREP: "/.well-known/tdmrep.json",
    SignalKind.TRUST: "/trust.txt",
}


def _of_host(host: str, visit: _Visit) -> Iterator[Reading]:
    for kind in _PATHS:
        reading = _of_file(kind, host, visit)
        yield reading
        yield from _licences(reading, visit)


def _of_file(kind: SignalKind, host: str, visit: _Visit) -> Reading:
    return _reading(kind, f"https://{host}{_PATHS[kind]}", f"{host}/", visit)


def _of_page(url: str, visit: _Visit) -> Iterator[Reading]:
    reading = _reading(SignalKind.PAGE, url, url, visit)
    yield reading
    yield from _licences(reading, visit)


def _licences(referring: Reading, visit: _Visit) -> Iterator[Reading]:
    """The licences that a file or page refers to, unless it could not be read itself."""
    named = [one.value for one in referring.said if (one.signal, one.label) == ("RSL", "License")]
    urls = list(dict.fromkeys(_joined(referring.url, reference) for reference in named))[:MOST_LICENCES]
    for url in urls:
        yield _reading(SignalKind.LICENCE, url, referring.about, visit)


def _joined(base: str, reference: str) -> str:
    try:
        url = urljoin(base, reference)
        urlsplit(url).port  # noqa: B018  raises what urljoin() lets pass
    except ValueError:
        return base
    return url


# --- one address ------------------------------------------------------------------------------------------------

_READERS: dict[SignalKind, Callable[[Fetched, str], tuple[Said, ...]]] = {
    SignalKind.ROBOTS: lambda got, host: robots.read(got.body, _type(got)),
    SignalKind.TDMREP: lambda got, host: tdmrep.read(got.body, _type(got)),
    SignalKind.TRUST: lambda got, host: trusttxt.read(got.body, _type(got)),
    SignalKind.LICENCE: lambda got, host: rsl.read(got.body, _type(got), host),
    SignalKind.PAGE: lambda got, host: _page(got),
}


def _reading(kind: SignalKind, url: str, about: str, visit: _Visit) -> Reading:
    """What one address says now."""
    got = visit.ask(kind, url)
    otherwise = rsl.unreadable() if kind is SignalKind.LICENCE else ()
    if isinstance(got, str):
        return Reading(kind=kind, url=url, about=about, at=datetime.now(UTC), said=otherwise, error=got[:300])
    if _failed(kind, got):
        otherwise = robots.unreachable() if kind is SignalKind.ROBOTS else otherwise
        why = _("The server answered %(status)d.") % {"status": got.status}
        return Reading(kind=kind, url=url, about=about, at=got.at, status=got.status, said=otherwise, error=why)
    host = host_of(about if "://" in about else f"https://{about}")
    said = _READERS[kind](got, host) if got.status < 300 else ()
    digest = hashlib.sha256(got.body).hexdigest()
    return Reading(kind=kind, url=url, about=about, at=got.at, status=got.status, said=said, sha256=digest)


def _failed(kind: SignalKind, got: Fetched) -> bool:
    """Whether an answer tells nothing.

    Of a robots.txt every 4xx tells that there is none (RFC 9309 section 2.3.1.3), but for 429, which says: later. Of
    another file only 404 and 410 do; a page or a licence that is not shown to us says nothing else than before.
    """
    if kind is SignalKind.ROBOTS:
        return not (200 <= got.status < 300 or 400 <= got.status < 500) or got.status == 429
    absent = (404, 410) if kind in (SignalKind.TDMREP, SignalKind.TRUST) else ()
    return not 200 <= got.status < 300 and got.status not in absent


def _page(got: Fetched) -> tuple[Said, ...]:
    said = page.read(got.body, got.headers)
    return (*said, *ninjs.read(got.body, _type(got))) if "json" in _type(got).lower() else said


def _type(got: Fetched) -> str:
    return next((value for name, value in got.headers if name == "content-type"), "")
