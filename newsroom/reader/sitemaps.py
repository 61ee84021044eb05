"""What crawlers are told: which pages there are, and which are gone and should be forgotten."""

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analysis import rendition

NEWS_DAYS = 2  # a news sitemap holds the last two days, and at most 1,000 entries


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return _xml(request, "index", {"months": rendition.months()})


@require_safe
def stories(request: HttpRequest) -> HttpResponse:
    """What is new, for who comes often."""
    return _xml(request, "stories", {"cards": rendition.sitemap().items})


@require_safe
def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Everything of a month, so that no request grows with the archive."""
    cards = rendition.published_in(date(year, month, 1))
    if cards is None:
        raise Http404
    return _xml(request, "stories", {"cards": cards})


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    since = timezone.now() - timedelta(days=NEWS_DAYS)
    cards = [card for card in rendition.sitemap(size=1_000).items if card.published_at >= since]
    return _xml(request, "news", {"cards": cards})


@require_safe
def removed(request: HttpRequest) -> HttpResponse:
    return _xml(request, "removed", {"removed": rendition.removed()})


def _xml(request: HttpRequest, name: str, context: dict[str, object]) -> HttpResponse:
    return render(request, f"reader/sitemaps/{name}.xml", context, content_type="application/xml; charset=utf-8")
