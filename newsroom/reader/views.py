"""The readers' pages: get, ask analysis.rendition, render. No model is known here (import-linter holds it)."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from analysis import rendition, sharing
from newsroom.reader import declarations, markup
from newsroom.reader.lists import cursor, day_cursor, listed


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    found = rendition.home(cursor(request))
    return listed(request, "reader/home.html", {"section": "latest", "home": found, "river": found.river})


@require_safe
def story(request: HttpRequest, slug: str) -> HttpResponse:
    page = rendition.story(slug)
    if not isinstance(page, rendition.StoryPage):
        return gone(request, page)
    return _of_story(request, "reader/story.html", page, jsonld=markup.jsonld(page))


@require_safe
def history(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    page = rendition.history(slug, number)
    if not isinstance(page, rendition.StoryPage):
        return gone(request, page)
    response = _of_story(request, "reader/history.html" if number is None else "reader/version.html", page)
    response["X-Robots-Tag"] = f"noindex, noarchive, {response['X-Robots-Tag']}"
    return response


@require_safe
def changes(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What a version of a story changed, word by word."""
    found = rendition.changes(slug, number)
    if not isinstance(found, rendition.VersionChanges):
        return gone(request, found)
    response = _of_story(request, "reader/changes.html", found.page, changes=found)
    response["X-Robots-Tag"] = f"noindex, noarchive, {response['X-Robots-Tag']}"
    return response


@require_safe
def timeline(request: HttpRequest, slug: str) -> HttpResponse:
    """The matter that a story belongs to, on one line in time."""
    found = rendition.matter(slug)
    if not isinstance(found, rendition.Matter):
        return gone(request, found)
    return _resting(render(request, "reader/matter.html", {"matter": found}), found)


@require_safe
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """A claim by itself. Each story that shares one knows it by a number of its own: these lead to the one address."""
    found = rendition.claim(pk)
    if not isinstance(found, rendition.ClaimRecord):
        return gone(request, found)
    if found.claim.record != pk:
        return HttpResponsePermanentRedirect(found.claim.url)
    return _resting(render(request, "reader/claim.html", {"found": found}), found)


@require_safe
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """A story that is not public, for whoever has the link. What terms forbid stays hidden here too."""
    shared = sharing.shown(token, timezone.now())
    private = {"private_address": True, "preview": True}  # no page leads on to this address
    if not shared:
        response = render(request, "reader/preview_over.html", private, status=404)
    elif isinstance(shared.page, rendition.Tombstone):
        response = gone(request, shared.page, **private)
    else:
        template = "reader/preview.html" if shared.page else "reader/preview_unready.html"
        response = render(request, template, {"page": shared.page, "until": shared.until, **private})
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, noarchive, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    return render(request, "reader/topics.html", {"section": "topics", "topics": rendition.topics()})


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    found, river = _found(rendition.topic(slug, cursor(request)))
    return listed(request, "reader/topic.html", {"section": "topics", "topic": found, "river": river})


@require_safe
def mention(request: HttpRequest, slug: str) -> HttpResponse:
    answer = rendition.mention(slug, cursor(request))
    if isinstance(answer, rendition.Elsewhere):
        # For good as far as a search engine asks; no browser keeps it unasked (`no-cache`), so a merge can be undone.
        query = request.GET.urlencode()
        return HttpResponsePermanentRedirect(f"/mentions/{answer.slug}/" + (f"?{query}" if query else ""))
    found, river, record = _found(answer)
    return listed(request, "reader/mention.html", {"entity": found, "river": river, "record": record})


@require_safe
def publishers(request: HttpRequest) -> HttpResponse:
    return render(request, "reader/publishers.html", {"section": "publishers", "publishers": rendition.publishers()})


@require_safe
def publisher(request: HttpRequest, slug: str) -> HttpResponse:
    found, river = _found(rendition.publisher(slug, cursor(request)))
    return listed(request, "reader/publisher.html", {"section": "publishers", "publisher": found, "river": river})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    query = " ".join(request.GET.get("q", "").split())[:200]
    found = rendition.search(query, cursor(request)) if query else None
    response = listed(request, "reader/search.html", {"section": "search", "query": query, "found": found}, "results")
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def watch(request: HttpRequest) -> HttpResponse:
    found = rendition.watch(day_cursor(request, "after"))
    return listed(request, "reader/watch.html", {"section": "scorecard", "items": found}, "items")


@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    return render(request, "reader/corrections.html", {"corrections": rendition.corrections()})


@require_safe
def about(request: HttpRequest, slug: str) -> HttpResponse:
    page = _found(rendition.about(slug, (get_language() or "en")[:2]))
    return render(request, "reader/about.html", {"section": "about", "page": page})


@require_safe
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the reader's language in a cookie and go back to the page."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    target = request.GET.get("next", "/")
    if not target.startswith("/") or not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    response = HttpResponseRedirect(target)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=timedelta(days=365),
        samesite="Lax",
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
    )
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The process answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ready\n", content_type="text/plain")


def _found[T](answer: T | None) -> T:
    if answer is None:
        raise Http404
    return answer


def _of_story(request: HttpRequest, template: str, page: rendition.StoryPage, **context: Any) -> HttpResponse:
    """A page of a story, with what its sources let machines do with it."""
    response = render(request, template, {"page": page, **context})
    return _resting(response, page)


def _resting(response: HttpResponse, on: declarations.OfStories) -> HttpResponse:
    """With what the sources of what it tells let machines do with it."""
    response["Content-Usage"] = declarations.content_usage(on)
    response["X-Robots-Tag"] = declarations.robots_tag(on)
    return response


def gone(request: HttpRequest, tombstone: rendition.Tombstone | None, **context: Any) -> HttpResponse:
    """404 where nothing was; 410, or 451 with a link to who took it down (RFC 7725: the implementer, this site)."""
    tombstone = _found(tombstone)
    response = render(request, "reader/tombstone.html", {"tombstone": tombstone, **context}, status=tombstone.status)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, noarchive"
    if tombstone.legal:
        response["Link"] = f'<{settings.ORIGIN}/>; rel="blocked-by"'
    return response
