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
from django.views.decorators.http import require_safe

from analysis import rendition
from analysis import scorecard as record
from analysis.rendition import ClaimRecord, StoryPage
from analysis.rendition.story_values import ClaimView, MadeView, SourceView, StandingView, StoryCard, WatchView
from newsroom.reader import declarations
from newsroom.reader.lists import cursor, day_cursor

DESCRIPTION = json.loads((Path(__file__).parent / "openapi.json").read_text())

type Json = dict[str, Any]


def answer(view: Callable[..., Json | HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer with what a view returns. Any site may read it: it is public, and knows nobody."""

    @require_safe
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with override("en"):  # what is said of a source is in words: in the same, whoever asks
            try:
                found = view(request, *args, **kwargs)
            except Http404:
                found = _problem(404, "Not found")
        response = found if isinstance(found, HttpResponse) else _json(found)
        response["Access-Control-Allow-Origin"] = "*"
        response["X-Robots-Tag"] = "noindex"
        return response

    return answered


@answer
def openapi(request: HttpRequest) -> Json:
    return DESCRIPTION | {"servers": [{"url": f"{settings.ORIGIN}/api/v1"}]}


@answer
def stories(request: HttpRequest) -> Json:
    """The newest stories that may be listed."""
    found = rendition.home(cursor(request)).river
    return {"stories": [_card(card) for card in found.items], "next": _next(request, "before", found.after)}


@answer
def story(request: HttpRequest, slug: str) -> Json | HttpResponse:
    page = rendition.story(slug)
    if not isinstance(page, StoryPage):
        return _gone(page)
    response = _json(_page(page))
    response["Content-Usage"] = declarations.content_usage(page)
    return response


@answer
def claim(request: HttpRequest, pk: int) -> Json | HttpResponse:
    found = rendition.claim(pk)
    if not isinstance(found, ClaimRecord):
        return _gone(found)
    if found.claim.record != pk:
        return HttpResponsePermanentRedirect(f"/api/v1{found.claim.url}")
    response = _json(_record(found))
    response["Content-Usage"] = declarations.content_usage(found)
    return response


@answer
def watch(request: HttpRequest) -> Json:
    """What is open, by its day."""
    found = rendition.watch(day_cursor(request, "after"))
    items = [_watch(item) | {"story": _card(item.story)} for item in found.items if item.story]
    return {"items": items, "next": _next(request, "after", found.after)}


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


# --- values -------------------------------------------------------------------------------------------------------


def _card(card: StoryCard) -> Json:
    return {
        "url": settings.ORIGIN + card.url,
        "api": f"{settings.ORIGIN}/api/v1{card.url}",
        "headline": card.headline,
        "headline_is_ours": card.ours,
        "dek": card.dek,
        "language": card.language,
        "topic": card.topic.slug,
        "published_at": card.published_at.isoformat(),
        "updated_at": card.updated_at.isoformat(),
        "publishers": list(card.publishers),
    }


def _page(page: StoryPage) -> Json:
    summary = page.summary
    return _card(page.card) | {
        "version": page.number,
        "form": page.form,
        "by": page.desk.name,
        "edited_by": page.edited_by.name if page.edited_by else None,
        "originals": [source.url for source in page.originals],
        "headline_made": _made(page.head),
        "summary": summary and {
            "text": summary.text, "html": summary.html, "words": summary.words, "words_allowed": summary.limit,
            "made": _made(summary.made),
        },
        "notes": [
            {"slot": note.slot, "title": note.title, "text": note.text, "html": note.html, "made": _made(note.made)}
            for note in page.notes
        ],
        "claims": [_claim(one) for one in page.claims],
        "claims_made": _made(page.claims_made),
        "watch": [_watch(item) for item in page.watch],
        "watch_made": _made(page.watch_made),
        "sources": [_source(source) for source in page.sources],
        "mentions": [{"name": ref.name, "url": f"{settings.ORIGIN}/mentions/{ref.slug}/"} for ref in page.mentions],
        "how_this_was_made": page.disclosure,
        "conflicts": page.conflicts,
        "earlier": [_card(link.story) | {"kind": link.kind, "verdict": link.verdict or None} for link in page.earlier],
        "later": [_card(link.story) | {"kind": link.kind, "verdict": link.verdict or None} for link in page.later],
        "corrections": [
            {"kind": line.kind, "text": line.text, "at": line.at.isoformat(), "thanks": list(line.thanks)}
            for line in page.corrections if line.text
        ],
    }  # fmt: skip


def _made(made: MadeView | None) -> Json | None:
    """None of what is not shown, or of which nobody has said it."""
    if not made or not made.said:
        return None
    return {
        "by": made.made_by or None,
        "model": made.model or None,
        "checked_by": made.checked_by or None,
        "checked_at": made.checked_at.isoformat() if made.checked_at else None,
    }


def _claim(one: ClaimView) -> Json:
    return {
        "url": settings.ORIGIN + one.url,
        "text": one.text,
        "standing": one.standing,
        "why": one.why,
        "standing_changed_since_written": bool(one.written),
        "checked_at": one.checked_at.isoformat(),
        "outlets": one.witnesses.outlets,
        "independent_sources": one.witnesses.independent,
        "evidence": [{"source": cell.source.url, "stance": cell.stance} for cell in one.evidence],
        "history": [_standing(said) for said in one.history],
    }


def _record(found: ClaimRecord) -> Json:
    return _claim(found.claim) | {
        "language": found.language,
        "outlets": found.witnesses.outlets,
        "independent_sources": found.witnesses.independent,
        "evidence": [{"source": cell.source.url, "stance": cell.stance} for cell in found.said],
        "stories": [_card(use.story) | {"text": use.claim.text} for use in found.uses],
    }


def _standing(said: StandingView) -> Json:
    return {
        "standing": said.standing,
        "why": said.why,
        "at": said.at.isoformat(),
        "by": said.desk or None,
        "on": said.work.url if said.work else None,
    }


def _watch(item: WatchView) -> Json:
    return {
        "id": item.id,
        "statement": item.statement,
        "due": item.due.isoformat(),
        "likelihood": item.likelihood,
        "settled_by": item.settled_by,
        "state": item.state,
        "replaced_by": item.replaced_by,
        "judgments": [
            {"state": said.state, "why": said.why, "url": said.url or None, "at": said.at.isoformat()}
            for said in item.judgments
        ],
    }


def _source(source: SourceView) -> Json:
    return {
        "url": source.url,
        "title": source.title,
        "publisher": source.publisher.name,
        "language": source.language,
        "published_at": source.published_at.isoformat() if source.published_at else None,
        "role": source.role,
        "why": source.why,
        "copied_from": source.copied_from or None,
        "attribution": list(source.attribution),
        "checks": [{"mark": check.mark, "words": check.words} for check in source.checks],
    }


def _json(data: Json) -> HttpResponse:
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False})


def _next(request: HttpRequest, name: str, after: str | None) -> str | None:
    return f"{settings.ORIGIN}{request.path}?{name}={after}" if after else None


def _problem(status: int, title: str) -> HttpResponse:
    return JsonResponse({"title": title, "status": status}, status=status, content_type="application/problem+json")


def _gone(tombstone: rendition.Tombstone | None) -> HttpResponse:
    """As the page: 404 where nothing was; 410, or 451 with a link to who took it down (RFC 7725: this site)."""
    if tombstone is None:
        raise Http404
    response = _problem(tombstone.status, "Unavailable for legal reasons" if tombstone.legal else "Gone")
    response["Cache-Control"] = "no-store"
    if tombstone.legal:
        response["Link"] = f'<{settings.ORIGIN}/>; rel="blocked-by"'
    return response
