"""Watch items across stories: what is open, and how the old ones turned out. By day, bounded, paged by keyset."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.addresses import host_of, spellings
from analysis.models import Article, Judgment, WatchItem
from analysis.models.watch import NOT_REPLACED
from analysis.owners import names_of
from analysis.prepared import Prepared
from analysis.provenance import Owners
from analysis.rendition.gate import Gate, Links
from analysis.rendition.lists import CursorError
from analysis.rendition.rows import Judged, Row, columns, judgments, row_of
from analysis.rendition.story_values import Moment, StoryPage, WatchView
from analysis.rendition.values import Listing
from analysis.terms import Work

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
        if not (pk.isascii() and pk.isdigit() and len(pk) <= 19 and int(pk) < 2**63):
            raise CursorError(text)
        try:
            return cls(date.fromisoformat(day), int(pk))
        except ValueError as error:
            raise CursorError(text) from error


class _Found(NamedTuple):
    """A public watch item as it was frozen, and its story."""

    row: Row
    frozen: dict[str, Any]
    newer: int | None  # the public one that stands in its place


type Promised = tuple[dict[str, Any], int]  # a public item as it was frozen, and the newer one in its place

_FROZEN = ("pk", "statement", "due", "likelihood", "settled_by", "superseded_by", "superseded_by__public_since")


def _columns(items: QuerySet[WatchItem]) -> QuerySet[Any, Any]:
    # Not “published”, of which there is an index: SQLite would read all stories by it, and sort the items of each.
    public = items.filter(public_since__isnull=False).exclude(story__status="withdrawn")
    return columns(public, *_FROZEN, prefix="story__")


def _found(values: tuple[Any, ...]) -> _Found:
    *frozen, newer, public_since = values[-len(_FROZEN) :]
    return _Found(row_of(values), _frozen(*frozen), newer if public_since else None)


def _frozen(pk: int, statement: str, due: date, likelihood: int, settled_by: str) -> dict[str, Any]:
    """A watch item as a content has it."""
    return {
        "id": pk, "statement": statement, "due": due.isoformat(), "likelihood": likelihood, "settled_by": settled_by,
    }  # fmt: skip


_NEXT = Prepared(
    lambda since: _columns(WatchItem.objects.filter(NOT_REPLACED, state="open", due__gte=since)).order_by("due", "pk"),
    since=date,
)


def due_next(since: date, most: int) -> list[_Found]:
    """What is open and due from a day on, without what a newer one has replaced; soonest first. One query."""
    return [_found(values) for values in _NEXT(since=since, most=most)]


def views(gate: Gate, items: Sequence[_Found], judged: bool = False) -> Iterator[WatchView]:
    """Those that may be shown. The citations of their stories must be known. `judged`: with what was said of them, in
    three queries."""
    said = judgments(item.frozen["id"] for item in items) if judged else {}
    links = links_of(said)
    for row, frozen, newer in items:
        card = gate.card(row)
        if card and (view := gate.watch_item(frozen, said.get(frozen["id"], ()), row.id, links)):
            yield replace(view, story=card, replaced_by=newer)


_ARTICLES = Prepared(
    lambda urls: Article.objects.filter(url__in=urls).values_list("url", "publisher_id", "published_at"), urls=[str]
)


def links_of(judged: Mapping[int, Sequence[Judged]], owners: Owners | None = None) -> Links:
    """What the rules need to know of the pages that these judgments lead to, by address: the articles that we know
    there, else whose the site is. Two queries, one with the `owners` of all sites; none of nothing."""
    urls = {said.url for some in judged.values() for said in some if said.url}
    ways = {way: url for url in urls for way in spellings(url)}
    known = {ways[url]: Work(url, publisher, at) for url, publisher, at in _ARTICLES(urls=list(ways))}
    sites = names_of({host_of(url) for url in urls}) if owners is None else owners
    return {url: known.get(url) or Work(url, sites.get(host_of(url), (0, ""))[0]) for url in urls}


def sites_of(judged: Mapping[int, Sequence[Judged]], *urls: str) -> Owners:
    """Whose the sites are that these judgments, and these addresses, lead to. One query, none of nothing."""
    judging = (said.url for some in judged.values() for said in some if said.url)
    return names_of({host_of(url) for url in (*urls, *judging)})


# Not “published”, as above.
_TAKEN_BACK = Prepared(
    lambda: columns(
        Judgment.objects.filter(state="open").exclude(item__story__status="withdrawn").order_by("-at", "-pk"),
        *(f"item__{name}" for name in _FROZEN[:5]),
        *Judged._fields,
        prefix="item__story__",
    )
)


def latest_taken_back(most: int) -> list[tuple[Row, dict[str, Any], Judged]]:
    """The latest judgments that were taken back, with the watch item of each. One query."""
    said = len(Judged._fields)
    return [
        (row_of(values), _frozen(*values[-said - 5 : -said]), Judged(*values[-said:]))
        for values in _TAKEN_BACK(most=most)
    ]


def taken_back_views(gate: Gate, found: Sequence[tuple[Row, dict[str, Any], Judged]]) -> Iterator[Moment]:
    """Those whose words may be shown, as the corrections that they are. The citations must be known."""
    for row, item, said in found:
        card = gate.card(row)
        view = card and card.ours and gate.watch_item(item, [said], row.id, {})
        if card and view and (why := view.judgments[0].why):
            yield Moment(
                kind="forecast", at=said.at, story=card, label=_("Judgment taken back"), code=said.state,
                text=view.statement, url=f"{card.url}#watch-{view.id}", why=why,
            )  # fmt: skip


_REPLACED = Prepared(
    lambda stories: (
        WatchItem.objects.filter(story__pk__in=stories, superseded_by__public_since__isnull=False)
        .order_by("position", "pk")
        .values_list("story_id", *_FROZEN[:-1])
    ),
    stories=[int],
)


def replaced(stories: Collection[int]) -> dict[int, list[Promised]]:
    """The public items of these stories in whose place newer ones stand, by the story's id. One query."""
    found: dict[int, list[Promised]] = {pk: [] for pk in stories}
    for story, *frozen, newer in _REPLACED(stories=list(stories)):
        found[story].append((_frozen(*frozen), newer))
    return found


def with_promised(
    gate: Gate,
    page: StoryPage,
    promised: Sequence[Promised],
    judged: Mapping[int, Sequence[Judged]],
    linked: Links,
) -> StoryPage:
    """The page with the watch items in whose place newer ones stand, after these: they were promised."""
    if not promised:
        return page
    shown = {
        old["id"]: (view, newer)
        for old, newer in promised
        if (view := gate.watch_item(old, judged.get(old["id"], ()), page.card.id, linked))
    }
    there = {item.id for item in page.watch} | shown.keys()
    older = {newer: pk for pk, (_view, newer) in shown.items()}
    views = [*((item, None) for item in page.watch), *shown.values()]
    return replace(
        page,
        watch=tuple(
            replace(view, replaces=older.get(view.id), replaced_by=newer if newer in there else None)
            for view, newer in views
        ),
    )


def open_of(gate: Gate, stories: Sequence[int]) -> Iterator[WatchView]:
    """What is open in these stories, by date, without what a newer one has replaced. Their citations must be known. One
    query."""
    items = WatchItem.objects.filter(NOT_REPLACED, state="open", story__in=stories).order_by("due", "pk")
    yield from views(gate, [_found(values) for values in _columns(items)[:PAGE]])


def watch(after: DayCursor | None = None) -> Listing[WatchView]:
    """Every watch item that is open, those overdue first, or whose date is still ahead; by date.

    Also those that a newer one has replaced, for they were promised. Fifty to a page; seven queries.
    """
    items = WatchItem.objects.order_by("due", "pk")
    if after:
        items = items.filter(Q(due__gte=after.day) & (Q(due__gt=after.day) | Q(pk__gt=after.id)))
    # Asked for either at once, a database walks the archive from its oldest day on.
    early = items.exclude(state="open").filter(due__gte=timezone.now().date())
    found = _some(items.filter(state="open")) + _some(early)
    return _page(sorted(found, key=lambda item: (item.frozen["due"], item.frozen["id"])))


def past(before: DayCursor | None = None) -> Listing[WatchView]:
    """Every watch item whose date is past, newest first, with what became of it. Fifty to a page; six queries."""
    items = WatchItem.objects.filter(due__lt=timezone.now().date()).order_by("-due", "-pk")
    if before:
        items = items.filter(Q(due__lte=before.day) & (Q(due__lt=before.day) | Q(pk__lt=before.id)))
    return _page(_some(items))


def calendar() -> tuple[WatchView, ...]:
    """The open watch items from a month ago on, by date; at most five hundred."""
    gate = Gate(timezone.now())
    items = due_next(gate.now.date() - timedelta(days=30), MOST)
    gate.learn(item.row.id for item in items)
    return tuple(views(gate, items))


def _some(items: QuerySet[WatchItem]) -> list[_Found]:
    """As many as stand on a page, and one that tells whether there is another."""
    return [_found(values) for values in _columns(items)[: PAGE + 1]]


def _page(found: Sequence[_Found]) -> Listing[WatchView]:
    """What the gate refuses is left out: a page may run a little short, never long."""
    gate = Gate(timezone.now())
    gate.learn(item.row.id for item in found[:PAGE])
    shown = tuple(views(gate, found[:PAGE], judged=True))
    after = None
    if len(found) > PAGE:
        last = found[PAGE - 1].frozen
        after = str(DayCursor(date.fromisoformat(last["due"]), last["id"]))
    return Listing(items=shown, after=after)
