"""What a publisher's room lists: each page of ours that draws on a work of theirs, and what its terms come to."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from analysis.models import Citation
from analysis.models.publishers import Level
from analysis.models.stories import StoryStatus
from analysis.rendition.gate import Gate
from analysis.rendition.lists import Cursor, before_that
from analysis.rendition.rows import columns, row_of
from analysis.rendition.values import Listing, StoryCard


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomLine:
    """A work of theirs and a page of ours. `story` is None when nothing may be shown: then only their own address is
    named."""

    url: str
    story: StoryCard | None
    level: str
    level_label: str
    max_words: int
    quote_words: int
    ai: bool
    reason: str


def drawn_on(publisher_ids: Sequence[int], before: Cursor | None, size: int) -> Listing[RoomLine]:
    """The works of these publishers that published stories rest on, newest story first. Three queries.

    What a reader cannot find for another reason than these publishers' own terms is left out: an embargo, a withdrawal,
    somebody else's wish.
    """
    gate = Gate(timezone.now())
    pointers = Citation.objects.filter(publisher__in=publisher_ids, story__status=StoryStatus.PUBLISHED)
    if before:
        pointers = pointers.filter(before_that(before.at, before.id))
    found = list(columns(pointers.order_by("-published_at", "-id")[: size + 1], "article_id", "id", prefix="story__"))
    gate.learn(values[0] for values in found)
    lines = []
    for values in found[:size]:
        row, article = row_of(values), values[-2]
        work = next((c.work for c in gate.known[row.id] if c.work.id == article), None)
        if work is None:
            continue
        permit = gate.permit(work)
        card = gate.card(row) if permit.listed else None
        if card or not (permit.listed or permit.embargo_until):
            level = Level[permit.level.name]
            lines.append(
                RoomLine(url=work.url, story=card, level=level, level_label=str(level.label), reason=permit.reason,
                         max_words=permit.max_words, quote_words=permit.quote_words, ai=permit.ai)
            )  # fmt: skip
    after = None
    if len(found) > size:
        last = found[size - 1]
        after = str(Cursor(row_of(last).published_at, last[-1]))
    return Listing(items=tuple(lines), after=after)
