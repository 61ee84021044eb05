"""The pages that a case names, with what the public sees of them now. The gate decides: whoever files a request may
name any address, so a case page must tell no more than the public pages do."""

from dataclasses import dataclass

from analysis.models import Case, CaseURL
from analysis.rendition.pages import asked_about
from analysis.rendition.story_values import StoryCard

MAX_STORIES = 300  # in all, so that a widely used page does not make the list endless


@dataclass(frozen=True, slots=True)
class Line:
    typed: str
    disguised: str
    unreadable: bool
    repeated: bool
    ours: bool  # an address on this site
    stories: tuple[StoryCard, ...]


def what_we_show(case: Case) -> list[Line]:
    """Each line of the request as typed, with our pages that it names or that draw on it."""
    rows = list(case.urls.all())
    articles = [row.article_id for row in rows if row.article_id]
    named, drawing = asked_about((row.story_id for row in rows if row.story_id), articles, MAX_STORIES)
    return [
        Line(
            typed=row.typed,
            disguised=row.disguised,
            unreadable=row.match == CaseURL.Match.UNREADABLE,
            repeated=row.match == CaseURL.Match.REPEATED,
            ours=row.url.startswith("/"),
            stories=tuple(drawing.get(row.article_id or 0, [named[row.story_id]] if row.story_id in named else [])),
        )
        for row in rows
    ]
