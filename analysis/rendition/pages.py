"""The public's questions, each answered with renditions. Each makes one Gate and asks it about all that it shows."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from analysis.addresses import page_key, spellings
from analysis.models import (
    Citation,
    Page,
    Publisher,
    Story,
    Terms,
    Topic,
)
from analysis.prepared import Prepared
from analysis.rendition.entities import appearances, around, found_with
from analysis.rendition.gate import Gate
from analysis.rendition.lists import (
    EVERYTHING,
    ON_TOPIC,
    PAGE,
    SINCE,
    Cursor,
    correction_views,
    full_columns,
    full_pages,
    latest_corrections,
    newest_of,
    published,
    published_among,
    river,
    with_corrections,
)
from analysis.rendition.rows import columns, row_of
from analysis.rendition.story_values import Moment, Ref, RevisionView, StoryCard, StoryPage
from analysis.rendition.values import Elsewhere, Home, Listing, PageView, TopicView
from analysis.rendition.watching import due_next, latest_taken_back, taken_back_views, views
from analysis.text import to_html


def home(before: Cursor | None = None) -> Home:
    """The latest stories; on the first page also the watch items due next and the latest corrections.

    Five queries, whatever they hold.
    """
    gate = Gate(timezone.now())
    if before:
        return Home(river=river(gate, EVERYTHING, before))
    due = due_next(gate.now.date(), 20)
    corrected = latest_corrections(16)
    latest = river(
        gate, EVERYTHING, None, also=[*(item.row.id for item in due), *(row.id for row, _changed in corrected)]
    )
    return Home(
        river=latest,
        watch=tuple(views(gate, due))[:5],
        corrections=tuple(correction_views(gate, corrected))[:4],
    )


def topics() -> tuple[TopicView, ...]:
    return tuple(TopicView(name=t.name, slug=t.slug, description=t.description) for t in Topic.objects.all()[:200])


def topic(slug: str, before: Cursor | None = None) -> tuple[TopicView, Listing[StoryCard]] | None:
    row = Topic.objects.filter(slug=slug).first()
    if not row:
        return None
    found = river(Gate(timezone.now()), ON_TOPIC, before, topic=row.pk)
    return TopicView(name=row.name, slug=row.slug, description=row.description), found


def corrections() -> tuple[RevisionView | Moment, ...]:
    """The latest corrections of every kind, and the latest judgments that were taken back; at most 100. Three
    queries."""
    gate = Gate(timezone.now())
    found, undone = latest_corrections(100), latest_taken_back(100)
    gate.learn([*(row.id for row, _changed in found), *(row.id for row, _item, _said in undone)])
    lines: list[RevisionView | Moment] = [*correction_views(gate, found), *taken_back_views(gate, undone)]
    return tuple(sorted(lines, key=lambda line: line.at, reverse=True)[:100])


_FEED_OF = Prepared(
    lambda entities: full_columns(
        published_among(newest_of([appearances(one) for one in entities], PAGE).values("story")).order_by(
            "-published_at", "-id"
        )
    ),
    entities=[int],
)


def feed(kind: str = "", slug: str = "") -> tuple[str, tuple[StoryPage, ...]] | Elsewhere | None:
    """The newest thirty stories with their text, of everything, a topic, an entity or a publisher, and its name. Of an
    entity that was merged: where it is found, if that answers."""
    gate = Gate(timezone.now())
    stories = published()
    title = ""
    if kind == "topics":
        owner: Any = Topic.objects.filter(slug=slug).first()
        stories = stories.filter(public_topic=owner)
    elif kind == "mentions":
        rows = list(around(slug))
        owner = next((row for row in rows if row.slug == slug), None)
        if owner and owner.leads_to:
            return Elsewhere(owner.leads_to.slug) if feed(kind, owner.leads_to.slug) else None
        family = found_with(owner, rows) if owner else []
    elif kind == "publishers":
        owner = Publisher.objects.filter(slug=slug).first()
        stories = stories.filter(pk__in=Citation.objects.filter(publisher=owner).values("story"))
    else:
        owner = None
    if kind and not owner:
        return None
    title = owner.name if owner else ""
    if kind == "mentions":
        found = _FEED_OF(entities=[one.pk for one in family], most=PAGE)
    else:
        found = list(full_columns(stories[:PAGE]))
    pages = list(full_pages(gate, found, judged=True))
    if kind == "mentions":
        slugs = {one.slug for one in family}
        pages = [p for p in pages if any(m.slug in slugs for m in p.mentions)]
        if not pages:
            return None
    elif kind == "publishers":
        pages = [p for p in pages if any(s.publisher.slug == slug for s in p.sources)]
    return title, tuple(with_corrections(gate, pages))


def sitemap(before: Cursor | None = None, size: int = 5_000) -> Listing[StoryCard]:
    """The newest stories that may be indexed."""
    return river(Gate(timezone.now()), EVERYTHING, before, size=size)


def months() -> tuple[date, ...]:
    """The first day of each month (UTC) from the oldest story that may be listed until now: no month tells whether
    something stands in it. Three queries."""
    gate = Gate(timezone.now())
    oldest = [row_of(values) for values in columns(published().reverse()[:500])]
    gate.learn(row.id for row in oldest)
    listed = [row.published_at for row in oldest if gate.card(row)] or [row.published_at for row in oldest[-1:]]
    if not listed:
        return ()
    numbers = range(listed[0].year * 12 + listed[0].month - 1, gate.now.year * 12 + gate.now.month)
    return tuple(date(n // 12, n % 12 + 1, 1) for n in numbers)


def published_in(month: date, most: int = 50_000) -> tuple[StoryCard, ...] | None:
    """The stories of a month (UTC, by its first day) that may be listed, newest first; None if it is none of months().

    `most` is what one sitemap may hold (sitemaps.org).
    """
    if month not in months():
        return None
    gate = Gate(timezone.now())
    begins = datetime(month.year, month.month, 1, tzinfo=UTC)
    ends = datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=UTC)
    before: Cursor | None = Cursor(ends, 0)
    found: list[StoryCard] = []
    while before and len(found) < most:
        part = river(gate, SINCE, before, size=2_000, since=begins)
        found += part.items
        before = Cursor.parse(part.after or "")
    return tuple(found[:most])


def removed() -> tuple[tuple[str, datetime], ...]:
    """Addresses that went in the last 30 days, so that search engines come and see: path and moment; at most 1,000."""
    gate = Gate(timezone.now())
    since = gate.now - timedelta(days=30)
    withdrawn = Story.objects.filter(status=Story.Status.WITHDRAWN, withdrawn_at__gte=since).order_by("-withdrawn_at")
    gone = {s.get_absolute_url(): s.withdrawn_at for s in withdrawn[:1000] if s.withdrawn_at}
    recent = Terms.objects.filter(level="none", effective_from__range=(since, gate.now)).exclude(scope="house")
    newest = recent.order_by("-effective_from")[:1000].values_list("scope", "value", "publisher_id", "effective_from")
    pages_named: dict[str, datetime] = {}
    owners: dict[int | None, datetime] = {}
    for scope, value, owner, at in newest:
        if scope == "url":
            pages_named.setdefault(page_key(value), at)
        else:
            owners.setdefault(owner, at)
    urls = [url for page in pages_named for url in spellings(f"https://{page}")]
    concerned = Citation.objects.filter(Q(article__url__in=urls) | Q(publisher__in=list(owners)))
    candidates = published_among(concerned.values("story")).order_by("-published_at", "-id")[:1000]
    found = [row_of(values) for values in columns(candidates)]
    gate.learn(row.id for row in found)
    for row in found:
        if not gate.card(row):
            works = [cited.work for cited in gate.known[row.id]]
            said = [pages_named.get(page_key(work.url)) or owners.get(work.publisher_id) for work in works]
            gone.setdefault(f"/stories/{row.slug}/", max(filter(None, said), default=gate.now))
    return tuple(sorted(gone.items(), key=lambda item: item[1], reverse=True)[:1000])


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


def asked_about(
    story_ids: Iterable[int], article_ids: Sequence[int], most: int
) -> tuple[dict[int, StoryCard], dict[int, list[StoryCard]]]:
    """What a request may be about, as far as it may be listed: these stories, by id; and the stories that say they draw
    on these articles, by article, newest first, at most `most` in all. Five queries."""
    gate = Gate(timezone.now())
    return cards(gate, story_ids), _drawing_on(gate, article_ids, most)


def cards(gate: Gate, story_ids: Iterable[int]) -> dict[int, StoryCard]:
    """Those of some stories that may be listed, by id. Two queries."""
    found = [row_of(values) for values in columns(published_among(list(story_ids)))]
    gate.learn(row.id for row in found)
    return {row.id: card for row in found if (card := gate.card(row))}


def _drawing_on(gate: Gate, article_ids: Sequence[int], most: int) -> dict[int, list[StoryCard]]:
    pointers = Citation.objects.filter(article__in=article_ids, story__status=Story.Status.PUBLISHED)
    found = list(columns(pointers.order_by("-published_at")[:most], "article_id", prefix="story__"))
    gate.learn(values[0] for values in found)
    drawing: dict[int, list[StoryCard]] = {}
    for values in found:
        row, article = row_of(values), values[-1]
        shown = any(c.work.id == article and gate.permit(c.work).listed for c in gate.known[row.id])
        if shown and (card := gate.card(row)):
            drawing.setdefault(article, []).append(card)
    return drawing


def answering(slugs: Iterable[str]) -> set[str]:
    """Those slugs under which the public finds a story, or the tombstone of one. Three queries."""
    gate = Gate(timezone.now())
    stories = Story.objects.filter(slug__in=list(slugs), current__isnull=False)
    found = [row_of(values) for values in columns(stories)]
    gate.learn(row.id for row in found)
    return {row.slug for row in found if row.status == Story.Status.WITHDRAWN or not gate.awaited(row.id)}


_PAGES = Prepared(lambda ids: full_columns(published_among(ids)), ids=[int])


def pages_of(ids: Sequence[int]) -> dict[int, StoryPage]:
    """Full renditions of some published stories by id, for search. Three queries."""
    gate = Gate(timezone.now())
    return {page.card.id: page for page in full_pages(gate, _PAGES(ids=ids))}
