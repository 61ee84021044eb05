"""An entity's page: the stories that name it, and what they have established, promised and named beside it."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from analysis.models import Appearance, Entity, Story
from analysis.models.stories import fold
from analysis.models.writing import Standing
from analysis.prepared import Prepared
from analysis.rendition import watching
from analysis.rendition.gate import Gate
from analysis.rendition.lists import Cursor, Pointed, full_columns, full_pages, published_among, through
from analysis.rendition.story_values import NamedClaim, Ref, StoryCard, StoryPage
from analysis.rendition.values import Elsewhere, EntityRecord, EntityView, Listing

MOST_CLAIMS = 40
MOST_TOGETHER = 12
LOOKED_AT = 3  # of the newest stories of an entity: does one of them say its name in public?
_ACRONYM = 5  # letters: a short name all in capitals is no word in small ones


def around(slug: str) -> QuerySet[Entity]:
    """The entity of a slug, those that are found with it, and those that a split connects it with. A bounded number
    (analysis/entities.py), each found by an index."""
    own = Entity.objects.filter(slug=slug)
    own_key, split_from = (Subquery(own.values(name)[:1]) for name in ("pk", "split_from"))
    connected = Q(leads_to=own_key) | Q(split_from=own_key) | Q(pk=split_from)
    return Entity.objects.filter(Q(slug=slug) | connected).select_related("leads_to")


def found_with(row: Entity, rows: Iterable[Entity]) -> list[Entity]:
    """An entity, and those of some that are found with it."""
    return [row, *(other for other in rows if other.leads_to_id == row.pk)]


def appearances(entity: Any) -> QuerySet[Appearance]:
    """Of an entity by its id, or a place for one."""
    return Appearance.objects.filter(entity__pk=entity)


_NAMING = Pointed(appearances)


class _Found(NamedTuple):
    """An entity that may be shown, all that is around it, and the stories of a page."""

    gate: Gate
    row: Entity
    others: list[Entity]
    listing: Listing[StoryCard]


def mention(
    slug: str, before: Cursor | None = None
) -> tuple[EntityView, Listing[StoryCard], EntityRecord | None] | Elsewhere | None:
    """An entity and the stories that name it, or one that was merged into it, newest first; None if no page that may be
    shown does. Of one that was merged itself: where it is found, if that answers.

    The first page has the record of these stories too. Nine queries, whatever they hold and however many were merged.
    """
    rows = list(_with_newest(around(slug)))
    row = next((row for row in rows if row.slug == slug), None)
    if row and row.leads_to:
        return Elsewhere(row.leads_to.slug) if _found(row.leads_to.slug, None, before) else None
    found = _found(slug, rows, before)
    if not found:
        return None
    family = found_with(found.row, found.others)
    view = _view(found.row, [other for other in found.others if _may_be_named(found.gate, other)])
    names = _naming([name for one in family for name in (one.name, *one.aliases)])
    slugs = {one.slug for one in family}
    cards = [card.id for card in found.listing.items]
    return view, found.listing, None if before else _record(found.gate, slugs, names, cards)


def _found(slug: str, rows: list[Entity] | None, before: Cursor | None) -> _Found | None:
    """`rows`: what is around the slug, if that was read already."""
    rows = list(_with_newest(around(slug))) if rows is None else rows
    row = next((row for row in rows if row.slug == slug), None)
    if not row:
        return None
    gate = Gate(timezone.now())
    ids = [one.pk for one in found_with(row, rows)]
    newest = [pk for other in rows for pk in _newest(other)]
    listing = through(gate, _NAMING, ids, before, keep=gate.names_entities, also=newest)
    # A cursor must not open what the first page does not show.
    if not listing.items and (not before or not through(gate, _NAMING, ids, None, keep=gate.names_entities).items):
        return None
    return _Found(gate, row, [other for other in rows if other != row], listing)


def _with_newest(entities: QuerySet[Entity]) -> QuerySet[Entity]:
    """With the ids of the newest stories that name each."""
    published = Appearance.objects.filter(entity=OuterRef("pk"), story__status=Story.Status.PUBLISHED)
    stories = published.order_by("-published_at", "-story_id").values("story")
    return entities.annotate(**{f"newest_{n}": Subquery(stories[n : n + 1]) for n in range(LOOKED_AT)})


def _newest(entity: Entity) -> list[int]:
    ids = (getattr(entity, f"newest_{n}") for n in range(LOOKED_AT))
    return [pk for pk in ids if pk]


def _may_be_named(gate: Gate, entity: Entity) -> bool:
    """Whether one of the newest stories that name it says so in public. Their citations must be known."""
    return any(gate.lead(pk).listed and gate.names_entities(pk) for pk in _newest(entity))


def _view(row: Entity, others: Iterable[Entity]) -> EntityView:
    """`others`: those around it whose names may be said."""
    aliases, see_also = dict.fromkeys(row.aliases), dict[Ref, None]()
    for other in others:
        if other.leads_to_id == row.pk:
            aliases |= dict.fromkeys((other.name, *other.aliases))
        else:
            at = other.leads_to or other
            see_also[Ref(name=at.name, slug=at.slug, kind=at.kind)] = None
    aliases.pop(row.name, None)
    return EntityView(
        name=row.name,
        slug=row.slug,
        kind=row.kind,
        kind_label=str(row.get_kind_display()),
        description=row.description,
        aliases=tuple(aliases),
        site=row.site,
        wikidata=row.wikidata,
        see_also=tuple(see_also),
    )


_PAGES = Prepared(lambda ids: full_columns(published_among(ids)), ids=[int])


def _record(gate: Gate, slugs: Collection[str], names: Callable[[str], bool], stories: Sequence[int]) -> EntityRecord:
    """What these stories have established of an entity and promised, as far as their words name it."""
    order = {pk: n for n, pk in enumerate(stories)}
    pages = sorted(full_pages(gate, _PAGES(ids=stories)), key=lambda page: order[page.card.id])
    together = _together(pages, slugs)
    standings = list(Standing.values)
    claims = sorted(_claims(pages, names), key=lambda named: standings.index(named.claim.standing))
    return EntityRecord(
        claims=tuple(claims[:MOST_CLAIMS]),
        watch=tuple(item for item in watching.open_of(gate, stories) if names(item.statement)),
        together=together,
    )


_MERGED = Prepared(
    lambda slugs: Entity.objects.filter(slug__in=slugs, leads_to__isnull=False).values_list(
        "slug", "leads_to__name", "leads_to__slug", "leads_to__kind"
    ),
    slugs=[str],
)


def _together(pages: Sequence[StoryPage], slugs: Collection[str]) -> tuple[tuple[Ref, int], ...]:
    """Who is named on these pages besides these slugs, and on how many; those that are one since a merge, as one. One
    query."""
    named = {ref.slug: ref for page in pages for ref in page.mentions if ref.slug not in slugs}
    named |= {slug: Ref(name=name, slug=end, kind=kind) for slug, name, end, kind in _MERGED(slugs=list(named))}
    counts = Counter(ref for page in pages for ref in {named[m.slug]: None for m in page.mentions if m.slug in named})
    return tuple(counts.most_common(MOST_TOGETHER))


def _claims(pages: Sequence[StoryPage], names: Callable[[str], bool]) -> Iterable[NamedClaim]:
    """Those that name it, each once: of one that several stories use, as the newest of them puts it."""
    found: dict[int, NamedClaim] = {}
    for page in pages:
        for claim in page.claims:
            if names(claim.text):
                found.setdefault(claim.record, NamedClaim(claim=claim, story=page.card))
    return found.values()


def _naming(names: Sequence[str]) -> Callable[[str], bool]:
    """Whether a text has one of these names as words of its own, in whatever case; an acronym, in capitals."""
    acronyms = [name for name in names if name.isupper() and len(name) <= _ACRONYM]
    others = [fold(name) for name in names if name not in acronyms]
    exact, folded = _words(acronyms), _words(others)
    return lambda text: bool(exact.search(text) or folded.search(fold(text)))


def _words(names: Sequence[str]) -> re.Pattern[str]:
    """Matches nothing if there are no names."""
    return re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names if name.strip()) or r"(?!)")
