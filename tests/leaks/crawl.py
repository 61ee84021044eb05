"""Every public address in every representation, found by walking the URL resolver.

A route is filled with every value that its parameters could mean here, so that a route added tomorrow is visited
tomorrow. A parameter with a name unknown to CANDIDATES fails the crawl: say there what to fill in.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from analysis.models import Case, Claim, Domain, Entity, ErrorReport, Page, Publisher, Story, Topic

REPRESENTATIONS: tuple[dict[str, str], ...] = (
    {},
    {"HTTP_HX_REQUEST": "true"},
    {"HTTP_ACCEPT_LANGUAGE": "fr"},
)
CURSOR = "?before=1-1"  # before everything there is: it must not open what the first page does not show
_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


@dataclass(frozen=True)
class Visit:
    url: str
    representation: str
    status: int
    text: str
    etag: str


def candidates() -> dict[str, list[str]]:
    """What a parameter of each name may be filled with: all slugs there are, so that no route is missed."""
    slugs = [
        *Story.objects.values_list("slug", flat=True),
        *Topic.objects.values_list("slug", flat=True),
        *Entity.objects.values_list("slug", flat=True),
        *Publisher.objects.values_list("slug", flat=True),
        *Page.objects.values_list("slug", flat=True),
    ]
    days = Story.objects.exclude(published_at=None).values_list("published_at", flat=True)
    return {
        "slug": slugs,
        "pk": [str(pk) for pk in Claim.objects.values_list("pk", flat=True)],
        "kind": ["topics", "mentions", "publishers"],
        "number": ["1", "2"],
        "code": ["fr"],
        "year": sorted({str(at.year) for at in days}),
        "month": sorted({f"{at.month:02}" for at in days}),
        "name": ["why", "pages", "want", "who", "law", "contact", "check"],
        "reference": [
            "CD-2222-2222",
            *Case.objects.values_list("reference", flat=True),
            *ErrorReport.objects.values_list("reference", flat=True),
        ],
        "token": ["abc:def:ghi", *(f"preview-of-{slug}" for slug in slugs)],  # see tests/making.py::share
        "host": ["stranger-wire.test", *Domain.objects.values_list("host", flat=True)],
    }


def routes() -> Iterator[str]:
    """Every route of the site as written, the desk's own left out: it stands behind a login (tested elsewhere)."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
        for entry in patterns:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                if not route.startswith("/admin/"):
                    yield from walk(entry.url_patterns, route)
            elif not route.startswith("/admin/"):
                yield route

    yield from walk(get_resolver().url_patterns, "/")


def urls(below: str = "/") -> Iterator[str]:
    known = candidates()
    for route in routes():
        if not route.startswith(below):
            continue
        names = [name for _converter, name in _PARAMETER.findall(route)]
        missing = set(names) - set(known)
        assert not missing, f"{route}: tests/leaks/crawl.py does not know what to fill in for {missing}"
        for values in product(*(known[name] for name in names)):
            filled = iter(values)
            yield _PARAMETER.sub(lambda _match, filled=filled: next(filled), route)


def unfolded(body: str) -> str:
    """A calendar's lines as they were before RFC 5545 section 3.1 folded them; whatever else it is, as it is."""
    return body.replace("\r\n ", "") if body.startswith("BEGIN:VCALENDAR") else body


def visit(url: str, headers: dict[str, str], etag: str = "", session: str = "") -> Visit:
    sent = {**headers, "HTTP_IF_NONE_MATCH": etag} if etag else headers
    client = Client()
    if session:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    response = client.get(url, **sent)  # type: ignore[arg-type]
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    spoken = "\n".join(f"{k}: {v}" for k, v in response.headers.items()) + "\n" + unfolded(body.decode())
    return Visit(url, str(headers), response.status_code, spoken, response.headers.get("ETag", ""))


def crawl(seen: dict[tuple[str, str], Visit] | None = None) -> Iterator[Visit]:
    """Visit everything; with what was `seen` earlier, as a browser that still holds the old page and its ETag.

    An address that is not there (404) is asked for once, and not again later: nothing here brings a page into being.
    """
    for url in urls():
        for headers in REPRESENTATIONS:
            old = (seen or {}).get((url, str(headers)))
            if seen is not None and (old is None or old.status == 404):
                break
            found = visit(url, headers, old.etag if old else "")
            yield found
            if found.status == 404:
                break
        if seen is not None and (url, "{}") in seen and seen[url, "{}"].status != 404:
            yield visit(url + CURSOR, {})


def crawl_as(session: str) -> Iterator[Visit]:
    """Visit the publishers' door with the key of a session, in which some case may be seen."""
    for url in urls("/takedown/"):
        yield visit(url, {}, session=session)


def searches(words: list[str]) -> Iterator[Visit]:
    """Search for each word, as a page and as htmx asks."""
    for word in words:
        for headers in REPRESENTATIONS[:2]:
            yield visit(f"/search/?q={word}", headers)
