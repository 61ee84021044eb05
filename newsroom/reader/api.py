"""The read-only API: what the pages say, as JSON. Everything in it is a rendition, so it never says more than a page.

Values are codes and texts as they were written; no language changes them. `openapi.json` beside this file describes it
(OpenAPI 3.1), and a test holds every answer to it. Mistakes are problem details (RFC 9457).
"""

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.utils import timezone
from django.utils.translation import override

from analysis import rendition
from analysis import scorecard as record
from analysis.rendition import ClaimRecord, Cursor, CursorError, DayCursor, Matter, StoryPage
from newsroom import problems
from newsroom.reader import declarations
from newsroom.reader.api_values import Json, card_of, correction_of, moment_of, page_of, record_of, version_of, watch_of

DESCRIPTION = json.loads((Path(__file__).parent / "openapi.json").read_text())
SAFE = ("GET", "HEAD")


def answer(view: Callable[..., Json | HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer with what a view returns, or with what was wrong."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in SAFE:
            return _not_allowed()
        with override("en"):  # what is said of a source is in words: in the same, whoever asks
            try:
                found = view(request, *args, **kwargs)
            except Http404:
                found = problems.not_found()
            except CursorError as error:
                what = f"“{str(error)[:100]}” is no cursor."
                found = problems.bad_request(f"{what} Leave it out to begin anew, or use the `next` of an answer.")
        return problems.readable(found if isinstance(found, HttpResponse) else _json(found))

    return answered


@answer
def openapi(request: HttpRequest) -> Json:
    return DESCRIPTION | {"servers": [{"url": f"{settings.ORIGIN}/api/v1"}]}


@answer
def stories(request: HttpRequest) -> Json:
    """The newest stories that may be listed."""
    found = rendition.home(Cursor.parse(request.GET.get("before", ""))).river
    return {"stories": [card_of(card) for card in found.items], "next": _next(request, "before", found.after)}


@answer
def story(request: HttpRequest, slug: str) -> Json | HttpResponse:
    page = rendition.story(slug)
    if not isinstance(page, StoryPage):
        return _gone(page)
    return _resting(page_of(page), page)


@answer
def versions(request: HttpRequest, slug: str) -> Json | HttpResponse:
    """The public history of a story, newest first."""
    page = rendition.history(slug)
    if not isinstance(page, StoryPage):
        return _gone(page)
    told = {"story": card_of(page.card), "versions": [version_of(line, page.card) for line in page.history]}
    return _resting(told, page)


@answer
def timeline(request: HttpRequest, slug: str) -> Json | HttpResponse:
    """The matter that a story belongs to, oldest first."""
    matter = rendition.matter(slug)
    if not isinstance(matter, Matter):
        return _gone(matter)
    moments = [moment_of(moment) for moment in matter.moments]
    return _resting({"story": card_of(matter.story), "stories": matter.stories, "moments": moments}, matter)


@answer
def claim(request: HttpRequest, pk: int) -> Json | HttpResponse:
    found = rendition.claim(pk)
    if not isinstance(found, ClaimRecord):
        return _gone(found)
    if found.claim.record != pk:
        return HttpResponsePermanentRedirect(f"/api/v1{found.claim.url}")
    return _resting(record_of(found), found)


@answer
def watch(request: HttpRequest) -> Json:
    """What is open, by its day."""
    found = rendition.watch(DayCursor.parse(request.GET.get("after", "")))
    items = [watch_of(item) | {"story": card_of(item.story)} for item in found.items if item.story]
    return {"items": items, "next": _next(request, "after", found.after)}


@answer
def corrections(request: HttpRequest) -> Json:
    """The latest corrections of every kind, judgments taken back among them, newest first."""
    found = rendition.corrections()
    return {"corrections": [correction_of(line, line.story) for line in found if line.story]}


@answer
def scorecard(request: HttpRequest) -> Json:
    """Every number of the scorecard: how many items of a topic, a desk and a likelihood are in which state."""
    now = timezone.now()
    lines = [{"topic": x.topic, "desk": x.desk, "likelihood": x.likelihood, "state": x.state, "items": x.n}
             for x in record.lines(now)]  # fmt: skip
    card = record.scorecard(now)
    score = card.total.score
    return {
        "day": card.day.isoformat(),
        "score": score and {
            "brier": score.brier, "log": score.log, "reliability": score.reliability, "resolution": score.resolution,
            "uncertainty": score.uncertainty, "base_rate": score.base_rate, "items": card.total.scored,
        },
        "lines": lines,
    }  # fmt: skip


def _json(data: Json) -> HttpResponse:
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False})


def _resting(data: Json, on: declarations.OfStories) -> HttpResponse:
    """With what the sources of what it tells let machines do with it."""
    response = _json(data)
    response["Content-Usage"] = declarations.content_usage(on)
    return response


def _next(request: HttpRequest, name: str, after: str | None) -> str | None:
    return f"{settings.ORIGIN}{request.path}?{name}={after}" if after else None


def _not_allowed() -> HttpResponse:
    response = problems.problem(405, "Method not allowed", "Nothing can be changed here. Ask with GET or HEAD.")
    response["Allow"] = ", ".join(SAFE)
    return response


def _gone(tombstone: rendition.Tombstone | None) -> HttpResponse:
    """As the page: 404 where nothing was; 410, or 451 with a link to who took it down (RFC 7725: this site)."""
    if tombstone is None:
        raise Http404
    response = problems.problem(tombstone.status, "Unavailable for legal reasons" if tombstone.legal else "Gone")
    response["Cache-Control"] = "no-store"
    if tombstone.legal:
        response["Link"] = f'<{settings.ORIGIN}/>; rel="blocked-by"'
    return response
