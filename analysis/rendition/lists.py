"""How lists are fetched: bounded, and paged by keyset, so that no page costs more as the archive grows.

What the gate refuses is left out; a list may therefore run a little short, never long.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Manager, Q, QuerySet, Value
from django.db.models.functions import Concat

from analysis.models import Revision, Story
from analysis.prepared import Prepared
from analysis.rendition.gate import Gate
from analysis.rendition.page import page_of
from analysis.rendition.rows import CHANGED, Changed, Row, columns, judgments, row_of
from analysis.rendition.story_values import RevisionView, StoryCard, StoryPage
from analysis.rendition.values import Listing
from analysis.terms import FOREVER

PAGE = 30
BATCHES = 4  # how often a list asks for more when the gate refused some; then it ends early, with a cursor
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CursorError(ValueError):
    """A cursor that this site did not make."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page of a list begins: after this moment and id. Written as microseconds-id."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """None for an empty text. Raises CursorError."""
        if not text:
            return None
        try:
            micros, pk = text.split("-")
            if not (micros.isascii() and micros.isdigit() and pk.isascii() and pk.isdigit()):
                raise CursorError(text)
            number = int(pk)
            if number >= 2**63:
                raise CursorError(text)
            return cls(_EPOCH + timedelta(microseconds=int(micros)), number)
        except (ValueError, OverflowError) as error:
            raise CursorError(text) from error


_LAST = Cursor(FOREVER, 2**63 - 1)  # before it stands everything


def published() -> QuerySet[Story]:
    return Story.objects.filter(status=Story.Status.PUBLISHED).order_by("-published_at", "-id")


def published_among(ids: Any) -> QuerySet[Story]:
    """Of some stories, by id, those that are published; in no order.

    Asked for the status as it stands, SQLite reads every published story by its index, and not the few.
    """
    return Story.objects.alias(state=Concat("status", Value(""))).filter(pk__in=ids, state=Story.Status.PUBLISHED)


def before_that(at: Any, pk: Any, key: str = "pk") -> Q:
    """What stands after a moment and id in a list, newest first. The bound on the date is what an index can use."""
    return Q(published_at__lte=at) & (Q(published_at__lt=at) | Q(**{f"{key}__lt": pk}))


class Newest:
    """Published stories, all or some, newest first: read from a cursor on."""

    def __init__(self, some: Callable[..., QuerySet[Story]], **places: type) -> None:
        self._read = Prepared(
            lambda at, pk, **given: columns(some(**given).filter(before_that(at, pk))), at=datetime, pk=int, **places
        )

    def read(self, before: Cursor | None, most: int, **given: int | datetime) -> list[Row]:
        begin = before or _LAST
        return [row_of(values) for values in self._read(at=begin.at, pk=begin.id, most=most, **given)]


EVERYTHING = Newest(published)
SINCE = Newest(lambda since: published().filter(published_at__gte=since), since=datetime)
ON_TOPIC = Newest(lambda topic: published().filter(public_topic=topic), topic=int)


def river(
    gate: Gate,
    stories: Newest,
    before: Cursor | None,
    also: Sequence[int] = (),
    size: int = PAGE,
    **given: int | datetime,
) -> Listing[StoryCard]:
    """Cards of the newest stories before a cursor. `also`: stories whose citations the caller will ask for."""
    cards: list[StoryCard] = []
    for batch in range(BATCHES):
        found = stories.read(before, size + 1, **given)
        gate.learn([*(row.id for row in found), *(also if batch == 0 else ())])
        seen = 0
        for row in found[:size]:
            seen += 1
            before = Cursor(row.published_at, row.id)
            if card := gate.card(row):
                cards.append(card)
            if len(cards) == size:
                break
        if seen == len(found):
            return Listing(items=tuple(cards))
        if len(cards) == size:
            break
    return Listing(items=tuple(cards), after=str(before))


def newest_of(pointers: Sequence[QuerySet[Any]], most: int, at: Any = None, pk: Any = None) -> QuerySet[Any]:
    """The narrow rows (citations, appearances) that point to published stories before a moment and id, newest first.

    `pointers`: those of each publisher or entity by itself, of which the newest `most` are there, as its index gives
    them. Asked for all of them at once, a database reads everything that they ever had, and sorts it.
    """
    ordered = [
        (some.filter(before_that(at, pk, "story_id")) if at else some)
        .filter(story__status=Story.Status.PUBLISHED)
        .order_by("-published_at", "-story_id")[:most]
        for some in pointers
    ]
    if len(ordered) == 1:
        return ordered[0]
    rows: Manager[Any] = ordered[0].model._default_manager
    # Each within another query: SQLite takes no limit in a part of a union.
    first, *others = (rows.filter(pk__in=some.values("pk")).order_by().values("pk") for some in ordered)
    return rows.filter(pk__in=first.union(*others, all=True)).order_by("-published_at", "-story_id")


class Pointed:
    """Published stories that the narrow rows of some owners, by id, point to, newest first: read from a cursor on.

    A story may come several times, in neighbouring rows, if one owner's rows say so.
    """

    def __init__(self, rows_of: Callable[[Any], QuerySet[Any]]) -> None:
        def read(owners: Any, at: Any, pk: Any) -> QuerySet[Any, Any]:
            found = columns(newest_of([rows_of(owner) for owner in owners], 2 * PAGE, at, pk), prefix="story__")
            return found.distinct() if len(owners) > 1 else found

        self._read = Prepared(read, owners=[int], at=datetime, pk=int)

    def read(self, owners: Sequence[int], before: Cursor | None) -> list[Row]:
        """Two pages of them. One query."""
        begin = before or _LAST
        return [row_of(v) for v in self._read(owners=owners, at=begin.at, pk=begin.id, most=2 * PAGE)]


def through(
    gate: Gate,
    pointed: Pointed,
    owners: Sequence[int],
    before: Cursor | None,
    keep: Callable[[int], bool],
    also: Sequence[int] = (),
) -> Listing[StoryCard]:
    """Cards of the stories that the narrow rows of some owners point to, newest first, each once.

    `also`: stories whose citations the caller will ask for.
    """
    cards: dict[int, StoryCard] = {}
    for batch in range(BATCHES):
        found = pointed.read(owners, before)
        gate.learn([*(row.id for row in found), *(also if batch == 0 else ())])
        for row in found:
            if len(cards) == PAGE and row.id not in cards:
                return Listing(items=tuple(cards.values()), after=str(before))
            before = Cursor(row.published_at, row.id)
            if row.id not in cards and keep(row.id) and (card := gate.card(row)):
                cards[row.id] = card
        if len(found) < PAGE * 2:
            return Listing(items=tuple(cards.values()))
    return Listing(items=tuple(cards.values()), after=str(before))


def full_columns(stories: QuerySet[Story]) -> QuerySet[Any, Any]:
    """What `full_pages` reads of stories."""
    return columns(stories, "current__created_at", "current__number", "current__content", "current__html")


def full_pages(gate: Gate, found: Sequence[tuple[Any, ...]], judged: bool = False) -> Iterator[StoryPage]:
    """The pages of stories read by `full_columns`; those that may not be shown are left out. Two queries; a third if
    their forecasts are to say how they were `judged`, without the links that judgments have."""
    gate.learn([*(values[0] for values in found), *gate.hear(values[-2] for values in found)])
    said = judgments(item["id"] for values in found for item in values[-2]["watch"]) if judged else {}
    for values in found:
        row, (number, content, html) = row_of(values), values[-3:]
        named = {cited.work.id: cited.work for cited in gate.known[row.id]}
        page = page_of(gate, row, content, html, named, said, number)
        if isinstance(page, StoryPage):
            yield page


def with_corrections(gate: Gate, pages: Sequence[StoryPage]) -> list[StoryPage]:
    """The pages with the corrections announced on them; one query."""
    announced: dict[int, list[RevisionView]] = {}
    revisions = Revision.objects.filter(story__in=[p.card.id for p in pages], correction__isnull=False)
    told = {p.card.id: p.card.ours for p in pages}
    for pk, *values in revisions.order_by("-number").values_list("story_id", *CHANGED):
        announced.setdefault(pk, []).append(gate.revision(pk, Changed(*values), told[pk]))
    return [replace(p, history=tuple(announced.get(p.card.id, ()))) for p in pages]


# Not “published”, of which there is an index: SQLite would read all stories by it, and look for corrections of each.
# What is neither published nor withdrawn has no card.
_CORRECTED = Prepared(
    lambda: columns(
        Revision.objects.filter(correction__isnull=False)
        .exclude(story__status=Story.Status.WITHDRAWN)
        .order_by("-correction__at", "-correction__pk"),
        *CHANGED,
        prefix="story__",
    )
)


def latest_corrections(most: int) -> list[tuple[Row, Changed]]:
    return [(row_of(values), Changed(*values[-len(CHANGED) :])) for values in _CORRECTED(most=most)]


def correction_views(gate: Gate, found: Sequence[tuple[Row, Changed]]) -> Iterator[RevisionView]:
    for row, changed in found:
        card = gate.card(row)
        if card and card.ours and gate.may_say(row.id, changed.correction_text or ""):
            yield gate.revision(row.id, changed, told=True, card=card)
