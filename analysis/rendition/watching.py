"""Watch items across stories: what is open, and how the old ones turned out. By day, bounded, paged by keyset."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from analysis.models import WatchItem
from analysis.models.watch import NOT_REPLACED
from analysis.prepared import Prepared
from analysis.rendition.gate import Gate
from analysis.rendition.lists import CursorError
from analysis.rendition.rows import Row, columns, judgments, row_of
from analysis.rendition.story_values import WatchView
from analysis.rendition.values import Listing

PAGE = 50
MOST = 500  # in a calendar


@dataclass(frozen=True, slots=True)
class DayCursor:
    """Where the next page of a list by day begins: after this day and id. Written as 2026-11-30-id."""

    day: date
    id: int

    def __str__(self) -> str:
        return f"{self.day}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> "DayCursor | None":
        """None for an empty text. Raises CursorError."""
        if not text:
            return None
        day, _dash, pk = text.rpartition("-")
        if not (pk.isascii() and pk.isdigit() and int(pk[:20]) < 2**63):
            raise CursorError(text)
        try:
            return cls(date.fromisoformat(day), int(pk))
        except ValueError as error:
            raise CursorError(text) from error


class _Found(NamedTuple):
    """A public watch item as it was frozen, and its story."""

    row: Row
    frozen: dict[str, Any]
    replaced: bool  # by another that is public itself


_FROZEN = ("pk", "statement", "due", "likelihood", "settled_by", "superseded_by__public_since")


def _columns(items: QuerySet[WatchItem]) -> QuerySet[Any, Any]:
    # Not “published”, of which there is an index: SQLite would read all stories by it, and sort the items of each.
    public = items.filter(public_since__isnull=False).exclude(story__status="withdrawn")
    return columns(public, *_FROZEN, prefix="story__")


def _found(values: tuple[Any, ...]) -> _Found:
    pk, statement, due, likelihood, settled_by, replaced = values[-len(_FROZEN) :]
    frozen = {"id": pk, "statement": statement, "due": due.isoformat(), "likelihood": likelihood,
              "settled_by": settled_by}  # fmt: skip
    return _Found(row_of(values), frozen, replaced is not None)


_NEXT = Prepared(
    lambda since: _columns(WatchItem.objects.filter(NOT_REPLACED, state="open", due__gte=since)).order_by("due", "pk"),
    since=date,
)


def due_next(since: date, most: int) -> list[_Found]:
    """What is open and due from a day on, without what a newer one has replaced; soonest first. One query."""
    return [_found(values) for values in _NEXT(since=since, most=most)]


def views(gate: Gate, items: Sequence[_Found], judged: bool = False) -> Iterator[WatchView]:
    """Those that may be shown. The citations of their stories must be known. `judged`: with what was said of them, in
    one query."""
    said = judgments(item.frozen["id"] for item in items) if judged else {}
    for row, frozen, replaced in items:
        card = gate.card(row)
        if card and (view := gate.watch_item(frozen, said.get(frozen["id"], ()), card)):
            yield replace(view, replaced=replaced)


def watch(after: DayCursor | None = None) -> Listing[WatchView]:
    """Every open watch item, those overdue first, by date; also those that a newer one has replaced, for they were
    promised. Fifty to a page; four queries."""
    items = WatchItem.objects.filter(state="open").order_by("due", "pk")
    if after:
        items = items.filter(Q(due__gte=after.day) & (Q(due__gt=after.day) | Q(pk__gt=after.id)))
    return _page(items)


def past(before: DayCursor | None = None) -> Listing[WatchView]:
    """Every watch item whose date is past, newest first, with what became of it. Fifty to a page; four queries."""
    items = WatchItem.objects.filter(due__lt=timezone.now().date()).order_by("-due", "-pk")
    if before:
        items = items.filter(Q(due__lte=before.day) & (Q(due__lt=before.day) | Q(pk__lt=before.id)))
    return _page(items)


def calendar() -> tuple[WatchView, ...]:
    """The open watch items from a month ago on, by date; at most five hundred."""
    gate = Gate(timezone.now())
    items = due_next(gate.now.date() - timedelta(days=30), MOST)
    gate.learn(item.row.id for item in items)
    return tuple(views(gate, items))


def _page(items: QuerySet[WatchItem]) -> Listing[WatchView]:
    """What the gate refuses is left out: a page may run a little short, never long."""
    gate = Gate(timezone.now())
    found = [_found(values) for values in _columns(items)[: PAGE + 1]]
    gate.learn(item.row.id for item in found)
    shown = tuple(views(gate, found[:PAGE], judged=True))
    after = None
    if len(found) > PAGE:
        last = found[PAGE - 1].frozen
        after = str(DayCursor(date.fromisoformat(last["due"]), last["id"]))
    return Listing(items=shown, after=after)
