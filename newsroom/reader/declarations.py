"""What we tell machines about the use of our pages: for the whole site in files, for a story in its headers.

A story rests on others' work, so it passes on what the strictest of its sources says. A machine may read the files
alone, so they say what the strictest page could say: never less.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analysis.rendition import StoryPage

# Labels of drafts and young standards: they may change, what they stand for here does not.
USAGE = {"train": "train-ai", "use": "ai-use"}  # AIPREF, draft-ietf-aipref-vocab
RSL_USAGE = "ai-all"  # RSL 1.0

EXPIRES = timedelta(days=180)  # RFC 9116 section 2.5.5: less than a year


class OfStories(Protocol):
    """A page that rests on others' work: a story, or what is told of several."""

    @property
    def ai(self) -> bool: ...
    @property
    def snippet(self) -> int: ...


def content_usage(page: OfStories) -> str:
    """A story's `Content-Usage`: nobody's model is trained on others' work; where a source says so, none uses it."""
    return _denied("train") if page.ai else _denied("train", "use")


def robots_tag(page: OfStories) -> str:
    """A story's `X-Robots-Tag`. Where nothing of ours is said, there is nothing to show."""
    silent = isinstance(page, StoryPage) and page.linked_only
    return "nosnippet" if silent or not page.snippet else f"max-snippet:{page.snippet}"


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """RFC 9309, with the rule of draft-ietf-aipref-attach and the line of RSL 1.0."""
    return _text(
        "User-agent: *",
        f"Content-Usage: {_denied(*USAGE)}",
        "Disallow: /admin/",
        "Disallow: /takedown/cases/",
        "Disallow: /takedown/link/",
        "Disallow: /language/",
        "",
        f"License: {settings.ORIGIN}/rsl.xml",
        f"Sitemap: {settings.ORIGIN}/sitemap.xml",
    )


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """RFC 9116. It expires at a midnight, so that the file is the same all day."""
    expires = datetime.combine(timezone.now().date(), time(), UTC) + EXPIRES
    lines = [f"Contact: {settings.SECURITY_CONTACT}", f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}"]
    if settings.ORIGIN.startswith("https://"):  # the RFC takes no other address on the web
        lines += [
            f"Canonical: {settings.ORIGIN}/.well-known/security.txt",
            f"Policy: {settings.ORIGIN}/about/security/",
        ]
    lines.append("Preferred-Languages: " + ", ".join(code for code, _name in settings.LANGUAGES))
    return _text(*lines)


@require_safe
def trust(request: HttpRequest) -> HttpResponse:
    """JournalList's trust.txt."""
    return _text(
        f"contact={settings.ORIGIN}/takedown/",
        f"disclosure={settings.ORIGIN}/about/who-we-are/",
        "datatrainingallowed=no",
    )


@require_safe
def tdmrep(request: HttpRequest) -> HttpResponse:
    """TDM Reservation Protocol, W3C Community Group: reserved everywhere."""
    everywhere = {"location": "/", "tdm-reservation": 1, "tdm-policy": f"{settings.ORIGIN}/rsl.xml"}
    return JsonResponse([everywhere], safe=False)


@require_safe
def rsl(request: HttpRequest) -> HttpResponse:
    """Really Simple Licensing 1.0: no use by AI anywhere. Whoever wants another may ask."""
    return render(request, "reader/rsl.xml", {"denied": RSL_USAGE}, content_type="application/rsl+xml")


def _denied(*uses: str) -> str:
    """A dictionary of RFC 9651 that says no to these uses. Nothing is ever allowed: silence leaves it open."""
    return ", ".join(f"{USAGE[use]}=n" for use in uses)


def _text(*lines: str) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
