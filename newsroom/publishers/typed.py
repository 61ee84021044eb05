"""What was typed, before it is an answer: plain text, its lines, and whether a line leads anywhere."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis.addresses import AddressError
from analysis.rendition.pages import answering
from analysis.rights import read_line

# The words of analysis.addresses, which knows no language; named here so that they get into the catalogue.
_REASONS = (
    _("it holds spaces or invisible characters"),
    _("it is not formed like a web address"),
    _("it does not begin with https:// or http://"),
    _("it holds a user name or password"),
    _("its host is not a readable name"),
    _("it has no host such as example-wire.test"),
    _("it is longer than 2000 characters"),
)
_MAILBOX = re.compile(r"(mailto:\s*)?[^\s/@]+@[^\s/@]+", re.IGNORECASE)


def lines(text: str) -> list[tuple[int, str]]:
    """The lines that hold something, each with its number, without the spaces around it."""
    split = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [(number, line.strip()) for number, line in enumerate(split, start=1) if line.strip()]


def site_host() -> str:
    """Our own host: a line with it is a page of ours."""
    return urlsplit(settings.ORIGIN).hostname or ""


def doubtful(numbered: list[tuple[int, str]]) -> list[tuple[int, str, str]]:
    """Number, line and reason of each line that leads nowhere, in the reader's language.

    It is no web address, or on this site neither a kind of page that there is nor a story that a reader would find.
    """
    reasons: dict[int, str] = {}
    slugs: dict[int, str] = {}
    missing = gettext("there is no such page on this site")
    for number, line in numbered:
        if _MAILBOX.fullmatch(line):
            reasons[number] = gettext("an e-mail address is no page")
            continue
        try:
            url = read_line(line, site_host())
        except AddressError as error:
            reasons[number] = gettext(str(error))
            continue
        if url.startswith("/"):
            route = _route(url) or _route(f"{url}/")
            if not route:
                reasons[number] = missing
            elif url.startswith("/stories/"):
                slugs[number] = route.kwargs["slug"]
    known = answering(slugs.values()) if slugs else set()
    reasons |= {number: missing for number, slug in slugs.items() if slug not in known}
    return [(number, line, reasons[number]) for number, line in numbered if number in reasons]


def _route(path: str) -> ResolverMatch | None:
    try:
        return resolve(path)
    except Resolver404:
        return None
