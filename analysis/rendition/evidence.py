"""The evidence: what a publisher's sites and pages say to machines, where and when we read it, what it does here.

A page of theirs is named only where a published page of ours may link it; what an article under work says is nobody's
business yet.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from analysis import evidence
from analysis.addresses import AddressError, canonical, spellings
from analysis.models import Citation, Publisher, SignalSource
from analysis.models.publishers import Level
from analysis.models.stories import StoryStatus
from analysis.rendition.gate import Gate
from analysis.rendition.rows import works
from analysis.rendition.values import SaidView, SignalView

MOST_PAGES = 50
MOST_SITES = 100


def linkable(publisher: Publisher, gate: Gate, urls: Iterable[str] = ()) -> list[str]:
    """Addresses of a publisher's works that a page of ours may link: among the newest, and among the pages `urls`.

    `urls` are canonical; every spelling of them counts. Three queries.
    """
    cited = Citation.objects.filter(publisher=publisher, story__status=StoryStatus.PUBLISHED)
    newest = cited.order_by("-id").values_list("article_id", flat=True)[:MOST_PAGES]
    ways = {way for url in urls for way in spellings(url)}
    named = cited.filter(article__url__in=ways).order_by().values_list("article_id", flat=True).distinct()
    return [work.url for work in works({*newest, *named}).values() if gate.permit(work).listed]


def signals(publisher: Publisher, linked: Iterable[str]) -> tuple[SignalView, ...]:
    """What was read of a publisher's, sites before pages. `linked`: its pages that may be named. Four queries."""
    of = SignalSource.objects.filter(publisher=publisher)
    sites = of.exclude(about__contains="://").order_by("about", "id")[:MOST_SITES]  # by host, as they were first read
    named = [*linked, *_home(publisher)]
    pages = of.filter(about__in=named).order_by("-read_at", "kind")[: 2 * MOST_PAGES]
    return tuple(view(found) for rows in (sites, pages) for found in evidence.latest(rows))


def _home(publisher: Publisher) -> list[str]:
    """The home page as it is read: an address that cannot be kept is never read."""
    try:
        return [canonical(publisher.homepage)]
    except AddressError:
        return []


def view(found: evidence.Evidence) -> SignalView:
    """One address as a value, for the public page and for the desk."""
    source, answer = found.source, found.standing or found.newest
    return SignalView(
        kind=source.kind,
        kind_label=str(source.get_kind_display()),
        url=source.url,
        about=source.about.rstrip("/") if source.of_site else source.about,
        of_site=source.of_site,
        read_at=source.read_at,
        since=answer.read_at,
        status=answer.status,
        sha256=answer.sha256,
        error=found.newest.error,
        said=tuple(_said(answer.said)),
    )


def _said(stored: list[dict[str, Any]]) -> Iterator[SaidView]:
    for one in stored:
        level = one.get("level", "")
        yield SaidView(
            signal=one["signal"],
            label=one["label"],
            value=one.get("value", ""),
            line=one.get("line"),
            level=level,
            level_label=str(Level(level).label) if level else "",
            ai=one.get("ai", ""),
            quote_chars=one.get("quote_chars"),
            until=datetime.fromisoformat(one["until"]) if "until" in one else None,
            parts=one.get("places", 0),
        )
