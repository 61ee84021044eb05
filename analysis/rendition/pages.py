"""The public's questions, each answered with renditions. Every function makes one Gate and asks it about all it shows.

Lists are bounded and paged by keyset, so that no page costs more as the archive grows. What the gate refuses is left
out; a list may therefore run a little short, never long.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from analysis.models import (
    Appearance,
    Article,
    Citation,
    Domain,
    Entity,
    Page,
    PublishedLink,
    Publisher,
    Revision,
    Story,
    StoryLink,
    Terms,
    Topic,
    WatchItem,
)
from analysis.rendition.gate import Gate
from analysis.rendition.values import (
    EntityView,
    Home,
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
    due = list(_open_watch_items(gate.now)[: 5 * BATCHES])
    corrected = list(_corrections()[: 5 * BATCHES])
    river = _river(gate, _published(), None, also=[w.story for w in due] + [r.story for r in corrected])
    return Home(
        river=river,
        watch=tuple(_watch_views(gate, due))[:5],
        corrections=tuple(_correction_views(gate, corrected))[:4],
    )


def story(slug: str) -> StoryPage | Tombstone | None:
    """A story's page, its Tombstone, or None where there never was one (or it is under embargo). Six queries."""
    gate = Gate(timezone.now())
    found = _find(slug)
    if not isinstance(found, Story):
        return found
    links = list(
        PublishedLink.objects.filter(Q(story=found) | Q(earlier=found))
        .select_related("story__topic", "story__current", "earlier__topic", "earlier__current")
        .defer("story__current__content", "story__current__html", "earlier__current__content", "earlier__current__html")
    )
    citations = gate.citations({found.pk, *(pk for link in links for pk in (link.story_id, link.earlier_id))})
    articles = {c.article_id: c.article for c in citations[found.pk]}
    revision: Revision = found.current  # type: ignore[assignment]  # a published story has one, says a constraint
    watch = WatchItem.objects.in_bulk([w["id"] for w in revision.content["watch"]])
    page = gate.page(found, revision.content, revision.html, articles, watch, revision.number)
    if not isinstance(page, StoryPage):
        return page
    return gate.with_company(page, found, links, _history(found), citations)


def history(slug: str, number: int | None = None) -> StoryPage | Tombstone | None:
    """An earlier version of a story (the current one without a number), through the same gate as today's text.

    Text that is forbidden now is forbidden in history. None if there is no such version.
    """
    gate = Gate(timezone.now())
    found = _find(slug)
    if not isinstance(found, Story):
        return found
    revision = found.current if number is None else found.revisions.filter(number=number).first()
    if revision is None:
        return None
    wanted = [s["article"] for s in revision.content["sources"]]
    articles = Article.objects.select_related("publisher").in_bulk(wanted)
    page = gate.page(found, revision.content, revision.html, articles, number=revision.number)
    if not isinstance(page, StoryPage):
        return page
    return gate.with_company(page, found, [], _history(found), gate.citations([found.pk]))


def preview(story: Story, content: dict[str, Any], html: dict[str, Any]) -> StoryPage | Tombstone | None:
    """What the public would see of this content now: the same gate, the same values."""
    gate = Gate(timezone.now())
    articles = Article.objects.select_related("publisher").in_bulk([s["article"] for s in content["sources"]])
    page = gate.page(story, content, html, articles, WatchItem.objects.in_bulk([w["id"] for w in content["watch"]]))
    if not isinstance(page, StoryPage):
        return page
    links = [
        PublishedLink(story=story, earlier=link.earlier, kind=link.kind, verdict=link.verdict, why=link.why)
        for link in StoryLink.objects.filter(story=story)
        .select_related("earlier__topic", "earlier__current")
        .defer("earlier__current__content", "earlier__current__html")
    ]
    citations = gate.citations([link.earlier_id for link in links])
    citations[story.pk] = [Citation(article=a, story=story, role="original", in_summary=True) for a in articles.values()]
    return gate.with_company(page, story, links, [], citations)


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
    rows = Publisher.objects.order_by("name")[:500]
    statements = _statements([row.pk for row in rows])
    return tuple(_publisher(row, (), statements.get(row.pk, [])) for row in rows)


def publisher(slug: str, before: Cursor | None = None) -> tuple[PublisherView, Listing[StoryCard]] | None:
    """A publisher, the terms in force for its work, and the pages of ours that draw on it."""
    row = Publisher.objects.filter(slug=slug).first()
    if not row:
        return None
    gate = Gate(timezone.now())
    domains = tuple(Domain.objects.filter(publisher=row).values_list("host", flat=True)[:50])
    view = _publisher(row, domains, _statements([row.pk]).get(row.pk, []))
    # The citation itself must be allowed as well: a page may stand while its link to this publisher may not.
    listing = _through(gate, Citation.objects.filter(publisher=row).select_related("article"), before,
                       keep=lambda c, _: gate.permit(c.article).listed)  # fmt: skip
    return view, listing


def watch() -> tuple[WatchView, ...]:
    """Open watch items, by date; at most 200."""
    gate = Gate(timezone.now())
    items = list(_open_watch_items(gate.now)[:200])
    _give_citations(gate, [w.story for w in items])
    return tuple(_watch_views(gate, items))


def corrections() -> tuple[RevisionView, ...]:
    """The latest corrections of every kind; at most 100."""
    gate = Gate(timezone.now())
    rows = list(_corrections()[:100])
    _give_citations(gate, [r.story for r in rows])
    return tuple(_correction_views(gate, rows))


def feed(kind: str = "", slug: str = "") -> tuple[str, tuple[StoryPage, ...]] | None:
    """The newest thirty stories with their text, of everything, a topic, an entity or a publisher, and its name."""
    gate = Gate(timezone.now())
    stories = _published(content=True)
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
    rows = Story.objects.filter(status=Story.Status.WITHDRAWN, withdrawn_at__gte=since).order_by("-withdrawn_at")
    gone = {row.get_absolute_url(): row.withdrawn_at for row in rows[:1000] if row.withdrawn_at}
    forbidding = Terms.objects.filter(level="none", publisher__isnull=False, effective_from__range=(since, gate.now))
    for terms in forbidding.order_by("-effective_from")[:100]:
        stories = list(_published().filter(pk__in=_about(terms).values("story"))[:1000])
        _give_citations(gate, stories)
        for row in stories:
            if not gate.card(row, gate.known[row.pk]):
                gone.setdefault(row.get_absolute_url(), terms.effective_from)
    return tuple(sorted(gone.items(), key=lambda item: item[1], reverse=True)[:1000])


def _about(terms: Terms) -> QuerySet[Citation]:
    """The citations that a statement may concern; the gate says which it does."""
    if terms.scope == "url":
        return Citation.objects.filter(article__url=terms.value)
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


def pages_of(ids: Sequence[int]) -> dict[int, StoryPage]:
    """Full renditions of some published stories by id, for search. Three queries."""
    gate = Gate(timezone.now())
    return {page.card.id: page for page in _pages(gate, _published(content=True).filter(pk__in=ids))}


# --- how they are fetched -----------------------------------------------------------------------------------------


def _find(slug: str) -> Story | Tombstone | None:
    found = Story.objects.filter(slug=slug).select_related("topic", "current").first()
    if not found or found.current is None:
        return None
    return Tombstone(legal=False) if found.status == Story.Status.WITHDRAWN else found


def _history(found: Story) -> list[Revision]:
    return list(found.revisions.select_related("correction").defer("content", "html")[:100])


def _published(*, content: bool = False) -> QuerySet[Story]:
    stories = Story.objects.filter(status=Story.Status.PUBLISHED).select_related("topic", "current")
    stories = stories.order_by("-published_at", "-id")
    return stories if content else stories.defer("current__content", "current__html", "disclosure")


def _river(
    gate: Gate, stories: QuerySet[Story], before: Cursor | None, also: Sequence[Story] = (), size: int = PAGE
) -> Listing[StoryCard]:
    """Cards of the newest stories before a cursor. `also`: stories whose citations the caller will ask for."""
    cards: list[StoryCard] = []
    for batch in range(BATCHES):
        page = stories
        if before:
            page = stories.filter(Q(published_at__lt=before.at) | Q(published_at=before.at, pk__lt=before.id))
        rows = list(page[: size + 1])
        _give_citations(gate, [*rows, *(also if batch == 0 else ())])
        seen = 0
        for row in rows[:size]:
            seen += 1
            before = Cursor(row.published_at or gate.now, row.pk)
            if card := gate.card(row, gate.known[row.pk]):
                cards.append(card)
            if len(cards) == size:
                break
        if seen == len(rows):
            return Listing(items=tuple(cards))
        if len(cards) == size:
            break
    return Listing(items=tuple(cards), after=str(before))


def _through(
    gate: Gate, rows: QuerySet[Any], before: Cursor | None, keep: Callable[[Any, Sequence[Citation]], bool]
) -> Listing[StoryCard]:
    """Cards of the stories that some narrow rows (citations, appearances) point to, newest first."""
    rows = rows.filter(story__status=Story.Status.PUBLISHED).select_related(
        *(["article"] if rows.model is Citation else []), "story__topic", "story__current"
    )
    rows = rows.defer("story__current__content", "story__current__html").order_by("-published_at", "-story_id")
    cards: dict[int, StoryCard] = {}
    for _batch in range(BATCHES):
        page = rows
        if before:
            page = rows.filter(Q(published_at__lt=before.at) | Q(published_at=before.at, story_id__lt=before.id))
        found = list(page[: PAGE * 2])
        _give_citations(gate, [row.story for row in found])
        for row in found:
            if len(cards) == PAGE and row.story_id not in cards:
                return Listing(items=tuple(cards.values()), after=str(before))
            before = Cursor(row.published_at, row.story_id)
            citations = gate.known[row.story_id]
            if keep(row, citations) and (card := gate.card(row.story, citations)):
                cards.setdefault(row.story_id, card)
        if len(found) < PAGE * 2:
            return Listing(items=tuple(cards.values()))
    return Listing(items=tuple(cards.values()), after=str(before))


def _give_citations(gate: Gate, stories: Sequence[Story]) -> None:
    """Read the citations of these stories, those not known yet, in one query."""
    missing = {story.pk for story in stories} - gate.known.keys()
    if missing:
        gate.known.update(gate.citations(missing))


def _pages(gate: Gate, stories: QuerySet[Story]) -> Iterator[StoryPage]:
    rows = list(stories)
    citations = gate.citations([row.pk for row in rows])
    for row in rows:
        revision = row.current
        assert revision is not None  # noqa: S101  a published story has one, says a database constraint
        articles = {c.article_id: c.article for c in citations[row.pk]}
        page = gate.page(row, revision.content, revision.html, articles, number=revision.number)
        if isinstance(page, StoryPage):
            yield page


def _open_watch_items(now: datetime) -> QuerySet[WatchItem]:
    return (
        WatchItem.objects.filter(
            state="open", public_since__isnull=False, superseded_by__isnull=True, story__status="published"
        )
        .filter(due__gte=now.date() - timedelta(days=60))
        .select_related("story__topic", "story__current")
        .defer("story__current__html", "story__current__content")
        .order_by("due", "id")
    )


def _watch_views(gate: Gate, items: Sequence[WatchItem]) -> Iterator[WatchView]:
    for item in items:
        citations = gate.known[item.story_id]
        card = gate.card(item.story, citations)
        if card and gate.may_analyse(citations):
            frozen = {
                "id": item.pk,
                "statement": item.statement,
                "due": item.due.isoformat(),
                "likelihood": item.likelihood,
                "settled_by": item.settled_by,
            }
            yield gate.watch_item(frozen, item, card)


def _corrections() -> QuerySet[Revision]:
    return (
        Revision.objects.filter(correction__isnull=False, story__status=Story.Status.PUBLISHED)
        .select_related("correction", "story__topic", "story__current")
        .defer("content", "html", "story__current__content", "story__current__html")
        .order_by("-correction__at", "-correction__id")
    )


def _correction_views(gate: Gate, rows: Sequence[Revision]) -> Iterator[RevisionView]:
    for row in rows:
        citations = gate.known[row.story_id]
        card = gate.card(row.story, citations)
        if card and card.ours and gate.may_analyse(citations):
            yield gate.revision(row, told=True, card=card)


def _statements(publisher_ids: Sequence[int]) -> dict[int | None, list[Terms]]:
    """Each publisher's statements in force, the newest per scope, value and basis, by publisher; one query."""
    found: dict[int | None, dict[tuple[str, str, str], Terms]] = {}
    rows = Terms.objects.filter(
        Q(publisher__in=publisher_ids) | Q(scope="house"), effective_from__lte=timezone.now()
    ).order_by("effective_from", "id")
    for row in rows:
        found.setdefault(row.publisher_id, {})[row.scope, row.value, row.basis] = row
    house = list(found.get(None, {}).values())
    return {
        pk: house + [row for row in found.get(pk, {}).values() if not row.revoked] for pk in publisher_ids
    }


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
