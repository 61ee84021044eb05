"""The pages that a case names, with what the public sees of them now. The gate decides: whoever files a request may
name any address, so a case page must tell no more than the public pages do."""

from dataclasses import dataclass

from analysis.models import Case, CaseURL, Citation
from analysis.rendition.pages import cards
from analysis.rendition.values import StoryCard

MAX_STORIES = 300  # in all, so that a widely used page does not make the list endless


@dataclass(frozen=True, slots=True)
class Line:
    typed: str
    unreadable: bool
    ours: bool  # an address on this site
    stories: tuple[StoryCard, ...]


def what_we_show(case: Case) -> list[Line]:
    """Each line of the request as typed, with our pages that it names or that draw on it. Five queries."""
    rows = list(case.urls.all())
    named = [row.article_id for row in rows if row.article_id]
    drawing: dict[int, list[int]] = {}
    newest = Citation.objects.filter(article__in=named).order_by("-published_at").values_list("article_id", "story_id")
    for article, story in newest[:MAX_STORIES]:
        drawing.setdefault(article, []).append(story)
    wanted = {row.story_id for row in rows if row.story_id} | {pk for ids in drawing.values() for pk in ids}
    found = cards(wanted)
    return [
        Line(
            typed=row.typed,
            unreadable=row.match == CaseURL.Match.UNREADABLE,
            ours=row.url.startswith("/"),
            stories=tuple(
                found[pk] for pk in ([row.story_id] if row.story_id else drawing.get(row.article_id or 0, []))
                if pk in found
            ),
        )
        for row in rows
    ]  # fmt: skip
