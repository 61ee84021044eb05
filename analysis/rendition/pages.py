"""The public's questions, each answered with renditions. Every function makes one Gate and asks it about all it shows.

Lists are bounded and paged by keyset, so that no page costs more as the archive grows. What the gate refuses is left
out; a list may therefore run a little short, never long.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from analysis.addresses import page_of
from analysis.models import (
    Appearance,
    Citation,
    Domain,
    Entity,
    Page,
    PublishedLink,
    Publisher,
    Revision,
    Story,
    Terms,
    Topic,
    WatchItem,
)
from analysis.models.watch import NOT_REPLACED
from analysis.rendition.gate import Gate
from analysis.rendition.rows import CHANGED, Changed, Cited, Row, row_of, rows, works
from analysis.rendition.values import (
    EntityView,
    Home,
    LinkView,
    Listing,
    PageView,
    PublisherView,
    Ref,
    RevisionView,
    StoryCard,
    StoryPage,
    TermsView,
    Tombstone,
    TopicView,
    WatchView,
)
from analysis.text import to_html

PAGE = 30
BATCHES = 4  # how often a list asks for more when the gate refused some; then it ends early, with a cursor


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


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def home(before: Cursor | None = None) -> Home:
    """The latest stories; on the first page also the watch items due next and the latest corrections.

    Five queries, whatever they hold.
    """
    gate = Gate(timezone.now())
    if before:
        return Home(river=_river(gate, _published(), before))
    due = _open_watch_items(gate.now, 20)
    corrected = _corrections(16)
    river = _river(gate, _published(), None, also=[row.id for row, _item in [*due, *corrected]])
    return Home(
        river=river,
        watch=tuple(_watch_views(gate, due))[:5],
        corrections=tuple(_correction_views(gate, corrected))[:4],
    )


def story(slug: str) -> StoryPage | Tombstone | None:
    """A story's page, its Tombstone, or None where there never was one (or it is under embargo). Seven queries."""
    gate = Gate(timezone.now())
    found = _find(slug)
    if not isinstance(found, _Found):
        return found
    pk = found.row.id
    links = _links(pk)
    gate.learn({pk, *(link.other.id for link in links)})
    works = {cited.work.id: cited.work for cited in gate.known[pk]}
    watch = WatchItem.objects.in_bulk([w["id"] for w in found.content["watch"]])
    page = gate.page(found.row, found.content, found.html, works, watch, found.number)
    if not isinstance(page, StoryPage):
        return page
    return _with_company(gate, page, links, _history(pk))


def history(slug: str, number: int | None = None) -> StoryPage | Tombstone | None:
    """An earlier version of a story (the current one without a number), through the same gate as today's text.

    Text that is forbidden now is forbidden in history. None if there is no such version.
    """
    gate = Gate(timezone.now())
    found = _find(slug)
    if not isinstance(found, _Found):
        return found
    if number is not None and number != found.number:
        version = Revision.objects.filter(story=found.row.id, number=number).values_list("number", "content", "html")
        values = version.first()
        if values is None:
            return None
        found = _Found(found.row, *values)
    gate.learn([found.row.id])
    works_named = works(s["article"] for s in found.content["sources"])
    page = gate.page(found.row, found.content, found.html, works_named, number=found.number)
    if not isinstance(page, StoryPage):
        return page
    return _with_company(gate, page, [], _history(found.row.id))


def preview(story: Story, content: dict[str, Any], html: dict[str, Any]) -> StoryPage | Tombstone | None:
    """What the public would see of this content now: the same gate, the same values."""
    gate = Gate(timezone.now())
    at = story.published_at or gate.now
    row = Row(story.pk, story.slug, story.language, "published", at, story.updated_at or at, story.topic.name,
              story.topic.slug, content["headline"], content["dek"])  # fmt: skip
    named = works(s["article"] for s in content["sources"])
    page = gate.page(row, content, html, named, WatchItem.objects.in_bulk([w["id"] for w in content["watch"]]))
    if not isinstance(page, StoryPage):
        return page
    earlier = {link["story"]: link for link in content["earlier"]}
    links = [
        _Link(row_of(values), False, link["kind"], link["verdict"], link["why"])
        for values in rows(Story.objects.filter(pk__in=earlier, current__isnull=False))
        if (link := earlier[values[0]])
    ]
    gate.known[row.id] = [
        Cited(named[s["article"]], s["role"], s["in_summary"]) for s in content["sources"] if s["article"] in named
    ]
    gate.learn(link.other.id for link in links)
    return _with_company(gate, page, links, [])


def topics() -> tuple[TopicView, ...]:
    return tuple(TopicView(name=t.name, slug=t.slug, description=t.description) for t in Topic.objects.all()[:200])


def topic(slug: str, before: Cursor | None = None) -> tuple[TopicView, Listing[StoryCard]] | None:
    row = Topic.objects.filter(slug=slug).first()
    if not row:
        return None
    river = _river(Gate(timezone.now()), _published().filter(topic=row), before)
    return TopicView(name=row.name, slug=row.slug, description=row.description), river


def mention(slug: str, before: Cursor | None = None) -> tuple[EntityView, Listing[StoryCard]] | None:
    """An entity and the stories that name it; None if no page that may be shown does."""
    row = Entity.objects.filter(slug=slug).first()
    if not row:
        return None
    gate = Gate(timezone.now())
    listing = _through(gate, Appearance.objects.filter(entity=row), before, keep=gate.names_entities)
    if not listing.items and not before:
        return None
    view = EntityView(
        name=row.name,
        slug=row.slug,
        kind=row.kind,
        kind_label=str(row.get_kind_display()),
        description=row.description,
        aliases=tuple(row.aliases),
        site=row.site,
    )
    return view, listing


def publishers() -> tuple[PublisherView, ...]:
    """The register: everyone whose work we draw on or have been asked about, and under which level."""
    found = Publisher.objects.order_by("name")[:500]
    statements = _statements([row.pk for row in found])
    return tuple(_publisher(row, (), statements.get(row.pk, [])) for row in found)


def publisher(slug: str, before: Cursor | None = None) -> tuple[PublisherView, Listing[StoryCard]] | None:
    """A publisher, the terms in force for its work, and the pages of ours that draw on it."""
    row = Publisher.objects.filter(slug=slug).first()
    if not row:
        return None
    gate = Gate(timezone.now())
    domains = tuple(Domain.objects.filter(publisher=row).values_list("host", flat=True)[:50])
    view = _publisher(row, domains, _statements([row.pk]).get(row.pk, []))

    def links_them(story_id: int) -> bool:
        """A page may stand while its link to this publisher may not."""
        theirs = [cited.work for cited in gate.known[story_id] if cited.work.publisher_id == row.pk]
        return any(gate.permit(work).listed for work in theirs)

    listing = _through(gate, Citation.objects.filter(publisher=row), before, keep=links_them)
    return view, listing


def watch() -> tuple[WatchView, ...]:
    """Open watch items, by date; at most 200."""
    gate = Gate(timezone.now())
    items = _open_watch_items(gate.now, 200)
    gate.learn(row.id for row, _item in items)
    return tuple(_watch_views(gate, items))


def corrections() -> tuple[RevisionView, ...]:
    """The latest corrections of every kind; at most 100."""
    gate = Gate(timezone.now())
    found = _corrections(100)
    gate.learn(row.id for row, _changed in found)
    return tuple(_correction_views(gate, found))


def feed(kind: str = "", slug: str = "") -> tuple[str, tuple[StoryPage, ...]] | None:
    """The newest thirty stories with their text, of everything, a topic, an entity or a publisher, and its name."""
    gate = Gate(timezone.now())
    stories = _published()
    title = ""
    if kind == "topics":
        owner: Any = Topic.objects.filter(slug=slug).first()
        stories = stories.filter(topic=owner)
    elif kind == "mentions":
        owner = Entity.objects.filter(slug=slug).first()
        stories = stories.filter(appearances__entity=owner)
    elif kind == "publishers":
        owner = Publisher.objects.filter(slug=slug).first()
        stories = stories.filter(pk__in=Citation.objects.filter(publisher=owner).values("story"))
    else:
        owner = None
    if kind and not owner:
        return None
    title = owner.name if owner else ""
    pages = list(_pages(gate, stories[:PAGE]))
    if kind == "mentions":
        pages = [p for p in pages if any(m.slug == slug for m in p.mentions)]
        if not pages:
            return None
    elif kind == "publishers":
        pages = [p for p in pages if any(s.publisher.slug == slug for s in p.sources)]
    return title, tuple(pages)


def sitemap(before: Cursor | None = None, size: int = 5_000) -> Listing[StoryCard]:
    """Every story that may be indexed, newest first."""
    return _river(Gate(timezone.now()), _published(), before, size=size)


def removed() -> tuple[tuple[str, datetime], ...]:
    """Addresses that went in the last 30 days, so that search engines come and see: path and moment; at most 1,000."""
    gate = Gate(timezone.now())
    since = gate.now - timedelta(days=30)
    withdrawn = Story.objects.filter(status=Story.Status.WITHDRAWN, withdrawn_at__gte=since).order_by("-withdrawn_at")
    gone = {s.get_absolute_url(): s.withdrawn_at for s in withdrawn[:1000] if s.withdrawn_at}
    forbidding = Terms.objects.filter(level="none", publisher__isnull=False, effective_from__range=(since, gate.now))
    for terms in forbidding.order_by("-effective_from")[:100]:
        found = [row_of(v) for v in rows(_published().filter(pk__in=_about(terms).values("story"))[:1000])]
        gate.learn(row.id for row in found)
        for row in found:
            if not gate.card(row):
                gone.setdefault(f"/stories/{row.slug}/", terms.effective_from)
    return tuple(sorted(gone.items(), key=lambda item: item[1], reverse=True)[:1000])


def _about(terms: Terms) -> QuerySet[Citation]:
    """The citations that a statement may concern; the gate says which it does."""
    if terms.scope == "url":
        return Citation.objects.filter(publisher=terms.publisher, article__url__endswith=page_of(terms.value))
    return Citation.objects.filter(publisher=terms.publisher)


def about(slug: str, language: str) -> PageView | None:
    """A standing page in a language, else in English."""
    rows = list(Page.objects.all()[:100])
    best = {(p.slug, p.language): p for p in rows}
    row = best.get((slug, language)) or best.get((slug, "en"))
    if not row:
        return None
    slugs = dict.fromkeys(p.slug for p in rows)
    siblings = [best.get((s, language)) or best.get((s, "en")) for s in slugs]
    return PageView(
        slug=row.slug,
        title=row.title,
        html=to_html(row.body),
        language=row.language,
        updated_at=row.updated_at,
        siblings=tuple(Ref(name=p.title, slug=p.slug) for p in siblings if p),
    )


def cards(story_ids: Iterable[int]) -> dict[int, StoryCard]:
    """Stories that may be listed, by id. Three queries."""
    gate = Gate(timezone.now())
    found = [row_of(values) for values in rows(_published().filter(pk__in=list(story_ids)))]
    gate.learn(row.id for row in found)
    return {row.id: card for row in found if (card := gate.card(row))}


def pages_of(ids: Sequence[int]) -> dict[int, StoryPage]:
    """Full renditions of some published stories by id, for search. Three queries."""
    gate = Gate(timezone.now())
    return {page.card.id: page for page in _pages(gate, _published().filter(pk__in=ids))}


# --- how they are fetched -----------------------------------------------------------------------------------------


class _Found(NamedTuple):
    """A story that is public, with the content of its current revision."""

    row: Row
    number: int
    content: dict[str, Any]
    html: dict[str, Any]


class _Link(NamedTuple):
    """Another story of ours. `ahead`: it came later and leans on this one."""

    other: Row
    ahead: bool
    kind: str
    verdict: str
    why: str


def _find(slug: str) -> _Found | Tombstone | None:
    found = rows(
        Story.objects.filter(slug=slug, current__isnull=False), "current__number", "current__content", "current__html"
    )
    if not found:
        return None
    values = found[0]
    row = row_of(values)
    return Tombstone(legal=False) if row.status == Story.Status.WITHDRAWN else _Found(row, *values[-3:])


def _links(pk: int) -> list[_Link]:
    """Earlier and later stories that this one leans on, or that lean on it. Two queries."""
    own = ("kind", "verdict", "why", "story_id")
    earlier = rows(PublishedLink.objects.filter(story=pk), *own, prefix="earlier__")
    later = rows(PublishedLink.objects.filter(earlier=pk), *own, prefix="story__")
    return [_Link(row_of(v), False, *v[-4:-1]) for v in earlier] + [_Link(row_of(v), True, *v[-4:-1]) for v in later]


def _with_company(gate: Gate, page: StoryPage, links: Sequence[_Link], changes: Sequence[Changed]) -> StoryPage:
    """The page with its neighbours: earlier and later coverage of ours, and its history."""
    told = gate.may_analyse(page.card.id)
    views: dict[bool, list[LinkView]] = {False: [], True: []}
    for link in sorted(links, key=lambda link: link.other.published_at):
        if view := gate.link(link.other, told, link.ahead, link.kind, link.verdict, link.why):
            views[link.ahead].append(view)
    return replace(
        page,
        earlier=tuple(views[False]),
        later=tuple(views[True]),
        history=tuple(gate.revision(change, told and page.card.ours) for change in changes),
    )


def _history(pk: int) -> list[Changed]:
    changes = Revision.objects.filter(story=pk).order_by("-number").values_list(*CHANGED)
    return [Changed(*values) for values in changes[:100]]


def _published() -> QuerySet[Story]:
    return Story.objects.filter(status=Story.Status.PUBLISHED).order_by("-published_at", "-id")


def _river(
    gate: Gate, stories: QuerySet[Story], before: Cursor | None, also: Sequence[int] = (), size: int = PAGE
) -> Listing[StoryCard]:
    """Cards of the newest stories before a cursor. `also`: stories whose citations the caller will ask for."""
    cards: list[StoryCard] = []
    for batch in range(BATCHES):
        page = stories
        if before:
            page = stories.filter(Q(published_at__lt=before.at) | Q(published_at=before.at, pk__lt=before.id))
        found = [row_of(values) for values in rows(page[: size + 1])]
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


def _through(
    gate: Gate, pointers: QuerySet[Any], before: Cursor | None, keep: Callable[[int], bool]
) -> Listing[StoryCard]:
    """Cards of the stories that some narrow rows (citations, appearances) point to, newest first.

    A story may be pointed to several times, by neighbouring rows; it is listed once.
    """
    pointers = pointers.filter(story__status=Story.Status.PUBLISHED).order_by("-published_at", "-story_id")
    cards: dict[int, StoryCard] = {}
    for _batch in range(BATCHES):
        page = pointers
        if before:
            page = pointers.filter(Q(published_at__lt=before.at) | Q(published_at=before.at, story_id__lt=before.id))
        found = [row_of(values) for values in rows(page[: PAGE * 2], prefix="story__")]
        gate.learn(row.id for row in found)
        for row in found:
            if len(cards) == PAGE and row.id not in cards:
                return Listing(items=tuple(cards.values()), after=str(before))
            before = Cursor(row.published_at, row.id)
            if row.id not in cards and keep(row.id) and (card := gate.card(row)):
                cards[row.id] = card
        if len(found) < PAGE * 2:
            return Listing(items=tuple(cards.values()))
    return Listing(items=tuple(cards.values()), after=str(before))


def _pages(gate: Gate, stories: QuerySet[Story]) -> Iterator[StoryPage]:
    found = rows(stories, "current__number", "current__content", "current__html")
    gate.learn(values[0] for values in found)
    for values in found:
        row, (number, content, html) = row_of(values), values[-3:]
        named = {cited.work.id: cited.work for cited in gate.known[row.id]}
        page = gate.page(row, content, html, named, number=number)
        if isinstance(page, StoryPage):
            yield page


def _open_watch_items(now: datetime, most: int) -> list[tuple[Row, WatchItem]]:
    """Public watch items that nobody has judged, by date; those more than 60 days over are on their stories only."""
    items = WatchItem.objects.filter(
        NOT_REPLACED, state="open", public_since__isnull=False, story__status="published",
        due__gte=now.date() - timedelta(days=60),
    )  # fmt: skip
    own = ("pk", "statement", "due", "likelihood", "settled_by")
    found = rows(items.order_by("due", "pk")[:most], *own, prefix="story__")
    return [(row_of(values), WatchItem(**dict(zip(own, values[-5:], strict=True)))) for values in found]


def _watch_views(gate: Gate, items: Sequence[tuple[Row, WatchItem]]) -> Iterator[WatchView]:
    for row, item in items:
        card = gate.card(row)
        if card and gate.may_analyse(row.id):
            frozen = {
                "id": item.pk,
                "statement": item.statement,
                "due": item.due.isoformat(),
                "likelihood": item.likelihood,
                "settled_by": item.settled_by,
            }
            yield gate.watch_item(frozen, item, card)


def _corrections(most: int) -> list[tuple[Row, Changed]]:
    revisions = Revision.objects.filter(correction__isnull=False, story__status=Story.Status.PUBLISHED)
    newest = revisions.order_by("-correction__at", "-correction__pk")[:most]
    return [(row_of(values), Changed(*values[-7:])) for values in rows(newest, *CHANGED, prefix="story__")]


def _correction_views(gate: Gate, found: Sequence[tuple[Row, Changed]]) -> Iterator[RevisionView]:
    for row, changed in found:
        card = gate.card(row)
        if card and card.ours and gate.may_analyse(row.id):
            yield gate.revision(changed, told=True, card=card)


def _statements(publisher_ids: Sequence[int]) -> dict[int | None, list[Terms]]:
    """Each publisher's statements in force, the newest per scope, value and basis, by publisher; one query."""
    found: dict[int | None, dict[tuple[str, str, str], Terms]] = {}
    rows = Terms.objects.filter(
        Q(publisher__in=publisher_ids) | Q(scope="house"), effective_from__lte=timezone.now()
    ).order_by("effective_from", "id")
    for row in rows:
        found.setdefault(row.publisher_id, {})[row.scope, row.value, row.basis] = row
    house = list(found.get(None, {}).values())
    return {pk: [row for row in found.get(pk, {}).values() if not row.revoked] + house for pk in publisher_ids}


def _publisher(row: Publisher, domains: tuple[str, ...], statements: Sequence[Terms]) -> PublisherView:
    return PublisherView(
        name=row.name,
        slug=row.slug,
        homepage=row.homepage,
        about=row.about,
        language=row.language,
        domains=domains,
        terms=tuple(_terms(t) for t in statements),
        stated=any(t.basis != "house" for t in statements),
    )


def _terms(row: Terms) -> TermsView:
    hidden = row.level == "none" and row.scope in ("path", "url")
    return TermsView(
        scope=row.scope,
        scope_label=str(row.get_scope_display()),
        value="" if hidden else row.value,
        basis=row.basis,
        basis_label=str(row.get_basis_display()),
        level=row.level,
        level_label=str(row.get_level_display()) if row.level else "",
        max_words=row.max_words,
        quote_words=row.quote_words,
        ai=row.ai,
        embargo_hours=row.embargo_hours,
        attribution=row.attribution,
        reason=row.reason,
        since=row.effective_from,
    )
