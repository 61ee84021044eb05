"""What the desk offers while one writes: earlier coverage, entities that the text names, what is known of an address.

Each is a page of its own, and to htmx only its part. Nothing here changes a story: a person takes up what is offered.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis import editing, rulebook
from analysis.addresses import MAX_LENGTH, canonical, host_of
from analysis.candidates import candidates, shared_claims
from analysis.models import Article, Citation, Entity, Source, Story
from analysis.models.stories import fold
from analysis.names import mentioned, texts_of
from analysis.owners import article_at, publisher_of
from analysis.rendition.story_values import ClaimView
from analysis.terms import Work
from newsroom.admin import why
from newsroom.admin.fields import readable
from newsroom.admin.wording import permit_in_words

USED_IN = 5  # of our stories that use an article: the newest public ones, and as many working copies
# The fields of the story screen that may name somebody.
_TEXTS = re.compile(r"headline|dek|summary_text|note_[a-z]+_(title|text)|claims-n?\d+-text|watch_items-n?\d+-statement")
_MENTIONS = re.compile(r"mentions-[-\w]+-name")


def urls(stories: Any) -> Iterator[Any]:
    """Where these are found; each also for a story that was never saved, without a number."""

    def guarded(view: Any) -> Any:
        def seen(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not stories.has_view_permission(request):
                raise PermissionDenied
            context = {**stories.admin_site.each_context(request), "opts": stories.opts} | view(request, **kwargs)
            part = "#part" if request.htmx else ""  # type: ignore[attr-defined]
            template = f"admin/analysis/story/offer_{view.__name__}.html{part}"
            return TemplateResponse(request, template, context, status=422 if context.get("error") else 200)

        return stories.admin_site.admin_view(seen)

    for view in (earlier, claims, names):
        yield path(f"offers/{view.__name__}/", guarded(view), name=f"analysis_offer_{view.__name__}")
        yield path(f"<int:pk>/offers/{view.__name__}/", guarded(view), name=f"analysis_story_offer_{view.__name__}")
    yield path("offers/source/", guarded(source), name="analysis_offer_source")


def earlier(request: HttpRequest, pk: int | None = None) -> dict[str, Any]:
    """Earlier stories: those that hold the words `q`; without any, those that have something in common with this one,
    or with a `headline` that is not saved yet."""
    story = _story(pk)
    content = editing.snapshot(story) if story else {"slug": "", "mentions": [], "earlier": []}
    headline = request.GET.get("headline") or (story.headline if story else "")
    words = request.GET.get("q", "").strip()
    return {
        "title": _("Earlier coverage"),
        "original": story,
        "q": words,
        "found": candidates(content | {"headline": headline}, timezone.now(), words=words),
    }


def claims(request: HttpRequest, pk: int | None = None) -> dict[str, Any]:
    """Public claims of other stories: those that hold the words `q`; without any, those of stories that this one draws
    on, or that rest on the same articles."""
    story = _story(pk)
    content = editing.snapshot(story) if story else {"slug": "", "sources": [], "earlier": [], "claims": []}
    words = request.GET.get("q", "").strip()
    found = shared_claims(content, words=words)
    return {
        "title": _("Claims of other stories"),
        "original": story,
        "q": words,
        "found": [(one, json.dumps(_values(one.claim))) for one in found],
    }


def _values(claim: ClaimView) -> dict[str, str]:
    """What a row of the story screen holds once it is taken up."""
    # Not why it stands so: these words rest on the sources of another story, and are on record.
    return {"text": claim.text, "standing": claim.standing, "shares": str(claim.record)}


def names(request: HttpRequest, pk: int | None = None) -> dict[str, Any]:
    """Entities that the saved text names; to a POST of the story screen's fields, those that the typed text does."""
    story = _story(pk)
    if request.method == "POST":
        sent = [(name, str(text).replace("\0", "")) for name, text in request.POST.items()]
        texts = [(name, text) for name, text in sent if _TEXTS.fullmatch(name)]
        mentions = [fold(text) for name, text in sent if _MENTIONS.fullmatch(name)]
        ids = Entity.objects.filter(folded__in=mentions).values_list("pk", "leads_to")
        known = {pk for pair in ids for pk in pair if pk}
    else:
        texts, known = (texts_of(editing.snapshot(story)) if story else []), set()
    if story:
        held = story.mentions.values_list("entity", "entity__leads_to")
        known |= {pk for pair in held for pk in pair if pk}
    return {
        "title": _("Who and what is named"),
        "original": story,
        "found": mentioned(texts, known=known),
    }


def source(request: HttpRequest) -> dict[str, Any]:
    """What is known of the address `url`: the article, whose it is, what may be said of it, which stories use it."""
    typed = request.GET.get("url", "").strip()
    context: dict[str, Any] = {"title": _("What we know of an address"), "typed": typed, "most": MAX_LENGTH}
    if not typed:
        return context
    try:
        url = readable(canonical, typed)
    except ValidationError as error:
        return context | {"error": " ".join(error.messages)}
    article = article_at(url)
    publisher = article.publisher if article else publisher_of(host_of(url))
    work = rulebook.work_of(article) if article else Work(url, publisher.pk if publisher else why.NOBODY)
    permit = rulebook.current().permit(work, timezone.now())
    return context | {
        "url": article.url if article else url,
        "article": article,
        "publisher": publisher,
        "host": host_of(url),
        "permit": permit_in_words(permit),
        "dateless": bool(permit.embargo_until and not work.published_at),
        "why": why.link_to(url),
        "stories": _using(article) if article else [],
    }


def _using(article: Article) -> list[Story]:
    """Our stories that use it: the newest public ones, and the newest working copies. Two queries."""
    public = Citation.objects.filter(article=article).order_by("-published_at", "-story_id")[:USED_IN]
    working = Source.objects.filter(article=article).order_by("-id")[:USED_IN]
    rows = [row.story for rows in (public, working) for row in rows.select_related("story")]
    return list({story.pk: story for story in rows}.values())


def _story(pk: int | None) -> Story | None:
    if pk is None:
        return None
    return get_object_or_404(Story.objects.select_related("topic", "desk", "edited_by", "summary"), pk=pk)
