"""An entity's page: the stories that name it, and what they have established, promised and named beside it."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from django.utils import timezone

from analysis.models import Appearance, Entity
from analysis.models.stories import fold
from analysis.models.writing import Standing
from analysis.prepared import Prepared
from analysis.rendition import watching
from analysis.rendition.gate import Gate
from analysis.rendition.lists import Cursor, full_columns, full_pages, published_among, through
from analysis.rendition.story_values import NamedClaim, StoryCard, StoryPage
from analysis.rendition.values import EntityRecord, EntityView, Listing

MOST_CLAIMS = 40
MOST_TOGETHER = 12
_ACRONYM = 5  # letters: a short name all in capitals is no word in small ones


def mention(
    slug: str, before: Cursor | None = None
) -> tuple[EntityView, Listing[StoryCard], EntityRecord | None] | None:
    """An entity and the stories that name it, newest first; None if no page that may be shown does.

    The first page has the record of these stories too. Nine queries, whatever they hold.
    """
    row = Entity.objects.filter(slug=slug).first()
    if not row:
        return None
    gate = Gate(timezone.now())
    appearances = Appearance.objects.filter(entity=row)
    listing = through(gate, appearances, before, keep=gate.names_entities)
    # A cursor must not open what the first page does not show.
    if not listing.items and (not before or not through(gate, appearances, None, keep=gate.names_entities).items):
        return None
    view = EntityView(
        name=row.name,
        slug=row.slug,
        kind=row.kind,
        kind_label=str(row.get_kind_display()),
        description=row.description,
        aliases=tuple(row.aliases),
        site=row.site,
        wikidata=row.wikidata,
    )
    names = _naming([row.name, *row.aliases])
    return view, listing, None if before else _record(gate, slug, names, [card.id for card in listing.items])


_PAGES = Prepared(lambda ids: full_columns(published_among(ids)), ids=[int])


def _record(gate: Gate, slug: str, names: Callable[[str], bool], stories: Sequence[int]) -> EntityRecord:
    """What these stories have established of an entity and promised, as far as their words name it."""
    order = {pk: n for n, pk in enumerate(stories)}
    pages = sorted(full_pages(gate, _PAGES(ids=stories)), key=lambda page: order[page.card.id])
    together = Counter(ref for page in pages for ref in page.mentions if ref.slug != slug)
    standings = list(Standing.values)
    claims = sorted(_claims(pages, names), key=lambda named: standings.index(named.claim.standing))
    return EntityRecord(
        claims=tuple(claims[:MOST_CLAIMS]),
        watch=tuple(item for item in watching.open_of(gate, stories) if names(item.statement)),
        together=tuple(together.most_common(MOST_TOGETHER)),
    )


def _claims(pages: Sequence[StoryPage], names: Callable[[str], bool]) -> Iterator[NamedClaim]:
    for page in pages:
        yield from (NamedClaim(claim=claim, story=page.card) for claim in page.claims if names(claim.text))


def _naming(names: Sequence[str]) -> Callable[[str], bool]:
    """Whether a text has one of these names as words of its own, in whatever case; an acronym, in capitals."""
    acronyms = [name for name in names if name.isupper() and len(name) <= _ACRONYM]
    others = [fold(name) for name in names if name not in acronyms]
    exact, folded = _words(acronyms), _words(others)
    return lambda text: bool(exact.search(text) or folded.search(fold(text)))


def _words(names: Sequence[str]) -> re.Pattern[str]:
    """Matches nothing if there are no names."""
    return re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names if name.strip()) or r"(?!)")
