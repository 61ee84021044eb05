"""A claim's own page: where it stands, since when and on what, and every story that uses it, each through the gate."""

from collections.abc import Sequence

from django.utils import timezone

from analysis.models import Claim, Story
from analysis.models.stories import Role
from analysis.models.writing import Stance
from analysis.prepared import Prepared
from analysis.rendition.gate import Gate
from analysis.rendition.lists import PAGE, full_columns, full_pages, published_among
from analysis.rendition.story_values import EvidenceView, NamedClaim, StandingView, Tombstone
from analysis.rendition.values import ClaimRecord
from analysis.standings import record_of, uses

_USES = Prepared(
    lambda record: (
        Claim.objects.filter(uses(record), public_since__isnull=False, story__status=Story.Status.PUBLISHED)
        .order_by("left_out", "-public_since", "-pk")  # what is left out in a working copy may be public still
        .values_list("story_id", "shares_id")
    ),
    record=int,
)
_PAGES = Prepared(lambda ids: full_columns(published_among(ids)), ids=[int])


def claim(pk: int) -> ClaimRecord | Tombstone | None:
    """The claim with this id, or the one whose standing it shares, as the newest thirty stories that use it put it.

    A Tombstone if no page has it any more; None if there is none, or no page may show it. Six queries, whatever they
    hold.
    """
    found = Claim.objects.filter(pk=pk, public_since__isnull=False).values_list("pk", "shares").first()
    if not found:
        return None
    record = found[1] or found[0]
    gate = Gate(timezone.now())
    stories = [story for story, _shares in _USES(record=record, most=PAGE)]
    rows = _PAGES(ids=stories)
    if not any(record_of(raw) == record for values in rows for raw in values[-2]["claims"]):
        return Tombstone(legal=False)
    pages = sorted(full_pages(gate, rows), key=lambda page: (page.card.published_at, page.card.id), reverse=True)
    named = [NamedClaim(claim=one, story=page.card) for page in pages for one in page.claims if one.record == record]
    if not named:
        return None
    pages_of = {page.card.id: page for page in pages}
    first = next((one for one in named if one.claim.id == record), named[0])
    return ClaimRecord(
        claim=first.claim,
        language=first.story.language,
        uses=tuple(named),
        history=_history(named),
        said=tuple(_said(named)),
        attribution=tuple(
            dict.fromkeys(words for page in pages for source in page.sources for words in source.attribution)
        ),
        ai=all(pages_of[one.story.id].ai for one in named),
        snippet=min(pages_of[one.story.id].snippet for one in named),
    )


def _history(named: Sequence[NamedClaim]) -> tuple[StandingView, ...]:
    """Where it stood, with the words as the first of the pages that may show them does: this one gives all credits."""
    return tuple(
        next((said for said in same if said.why), same[0])
        for same in zip(*(one.claim.history for one in named), strict=True)
    )


def _said(named: Sequence[NamedClaim]) -> list[EvidenceView]:
    """What each source says, once: of one that two stories read differently, what the newer one says. First who states
    it, and of these the primary documents."""
    found: dict[str, EvidenceView] = {}
    for one in named:
        for cell in one.claim.evidence:
            if cell.stance != "silent":
                found.setdefault(cell.source.url, cell)
    order = list(Stance.values)
    return sorted(found.values(), key=lambda cell: (order.index(cell.stance), cell.source.role != Role.PRIMARY))
