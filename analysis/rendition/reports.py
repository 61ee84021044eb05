"""Errors that readers report, as far as the public may see them: what of a page can be pointed at, and what became of a
report. Of what was typed into one, nothing comes back from here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.models import ErrorReport
from analysis.models.reports import ReportState
from analysis.rendition import parts
from analysis.rendition.gate import Gate
from analysis.rendition.pages import cards
from analysis.rendition.story_values import StoryCard, StoryPage

OTHER = "other"  # than any of the passages


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A part of a story's page. `place` is its name where versions are compared, and in an address of the form."""

    place: str
    label: str
    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """What became of a report. `story` is None where it may not be listed; then nothing is said about it either."""

    reference: str
    state: str
    state_label: str
    received_at: datetime
    decided_at: datetime | None
    answer: str
    language: str  # of the answer
    story: StoryCard | None
    number: int | None  # of the version that puts it right
    mailed: bool  # there is an address to write to
    unnamed_at: datetime | None  # name and e-mail address were erased, having waited too long
    erased_at: datetime | None  # so was all that was typed, with the answer


def passages(page: StoryPage) -> Iterator[Passage]:
    """What a page shows, in its order: headline, dek, summary, notes, claims, watch items, sources."""

    def ours(place: str, label: str, text: str) -> Passage:
        return Passage(place=place, label=label, text=text, language=page.card.language)

    yield ours("headline", _("Headline"), page.headline)
    if page.card.dek:
        yield ours("dek", _("Under the headline"), page.card.dek)
    if page.summary:
        yield ours("summary", _("The news"), page.summary.text)
    for note in page.notes:
        yield ours(f"notes.{note.slot}", note.label, f"{note.title} {note.text}".strip())
    for claim in page.claims:
        yield ours(f"claims.{claim.id}", _("What is established"), claim.text)
    for item in page.watch:
        yield ours(f"watch.{item.id}", _("What to watch"), item.statement)
    for source in page.sources:
        yield Passage(
            place=f"sources.{source.id}",
            label=_("Coverage drawn on"),
            text=f"{source.title} ({source.publisher.name})",
            language=source.language,
        )


def report(reference: str) -> ReportView | None:
    """What became of the report with this reference; None if there is none. Four queries.

    Our answer is our own words on the story: it passes the gate like those of a correction.
    """
    found = ErrorReport.objects.filter(reference=reference).select_related("revision").first()
    if found is None:
        return None
    gate = Gate(timezone.now())
    card = cards(gate, [found.story_id]).get(found.story_id)
    told = card is not None and card.ours and gate.may_say(found.story_id, found.answer)
    return ReportView(
        reference=found.reference,
        state=found.state,
        state_label=parts.label(ReportState, found.state),
        received_at=found.received_at,
        decided_at=found.decided_at,
        answer=found.answer if told else "",
        language=found.language,
        story=card,
        number=found.revision.number if found.revision and card else None,
        mailed=bool(found.email),
        unnamed_at=found.unnamed_at,
        erased_at=found.erased_at,
    )
