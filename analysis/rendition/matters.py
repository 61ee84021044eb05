"""A matter in time: the stories that lead to one another, how their claims moved, how their forecasts turned out, and
what was corrected. Everything comes from pages as the public may read them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from analysis.models import PublishedLink, Story
from analysis.rendition.gate import Gate
from analysis.rendition.lists import PAGE, full_columns, published_among, with_corrections
from analysis.rendition.page import page_of
from analysis.rendition.rows import judgments, row_of
from analysis.rendition.story_values import Moment, StoryPage, Tombstone
from analysis.rendition.values import Matter
from analysis.rendition.watching import links_of, replaced, with_promised

STEPS = 6  # links from one story to the next that are followed
PROPOSED = 200  # stories that are found so, of which the newest PAGE are read


def matter(slug: str) -> Matter | Tombstone | None:
    """The matter that a story belongs to: it, and what leads to it or from it in at most six steps; oldest first.

    A Tombstone or None as for the story itself. At most sixteen queries, whatever they hold; the newest thirty stories.
    """
    found = Story.objects.filter(slug=slug, current__isnull=False).values_list("pk", "status").first()
    if not found:
        return None
    if found[1] == Story.Status.WITHDRAWN:
        return Tombstone(legal=False)
    gate = Gate(timezone.now())
    pages, own = _pages(gate, found[0], _linked(found[0]))
    if not isinstance(own, StoryPage):
        return own
    moments = sorted(_moments(with_corrections(gate, pages)), key=lambda moment: moment.at)
    return Matter(
        story=own.card,
        moments=tuple(moments),
        stories=len(pages),
        ai=all(page.ai for page in pages),
        snippet=min(page.snippet for page in pages),
    )


def _linked(story: int) -> set[int]:
    """The stories that links lead to, whichever way they point; there may be circles. A query for each step."""
    known, last = {story}, {story}
    for _step in range(STEPS):
        pairs = PublishedLink.objects.filter(Q(story__in=last) | Q(earlier__in=last)).values_list("story", "earlier")
        last = {pk for pair in pairs[: 2 * PROPOSED] for pk in pair} - known
        known |= last
        if not last or len(known) >= PROPOSED:
            break
    return known


def _pages(gate: Gate, story: int, stories: set[int]) -> tuple[list[StoryPage], StoryPage | Tombstone | None]:
    """The newest of these stories that may be shown, oldest first; and the page of the one they are asked for."""
    newest = published_among(stories - {story}).order_by("-published_at", "-pk")[: PAGE - 1]
    found = [*full_columns(published_among([story])), *full_columns(newest)]
    gate.learn([*(values[0] for values in found), *gate.hear(values[-2] for values in found)])
    promised = replaced([values[0] for values in found])
    older = (old["id"] for some in promised.values() for old, _new in some)
    judged = judgments([*(item["id"] for values in found for item in values[-2]["watch"]), *older])
    links = links_of(judged)
    pages: list[StoryPage] = []
    own: StoryPage | Tombstone | None = None
    for values in found:
        row, (number, content, html) = row_of(values), values[-3:]
        works = {cited.work.id: cited.work for cited in gate.known[row.id]}
        page = page_of(gate, row, content, html, works, judged, number, links=links)
        if row.id == story:
            own = page
        if isinstance(page, StoryPage):
            pages.append(with_promised(gate, page, promised[row.id], judged, links))
    return sorted(pages, key=lambda page: page.card.published_at), own


def _moments(pages: Sequence[StoryPage]) -> Iterator[Moment]:
    claims: dict[tuple[str, datetime], Moment] = {}  # a claim that several stories use moved once
    for page in pages:
        at = Moment(kind="story", at=page.card.published_at, story=page.card, label=page.form_label, code=page.form)
        yield at
        for moment in page.moments:
            if moment.kind != "claim":
                yield moment
            elif (moment.url, moment.at) not in claims or moment.through == page.card.id:
                claims[moment.url, moment.at] = moment
        for item in page.watch:
            if item.state == "due":
                ended = datetime.combine(item.due, time(), UTC) + timedelta(days=1)
                yield replace(
                    at, kind="forecast", at=ended, label="", code="due", text=item.statement,
                    url=f"{page.card.url}#watch-{item.id}",
                )  # fmt: skip
        for line in page.corrections:
            if line.text:
                yield replace(at, kind="correction", at=line.at, label=line.label, code=line.kind, text=line.text,
                              url=f"{page.card.url}history/")  # fmt: skip
    yield from claims.values()
