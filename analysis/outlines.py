"""What a story of each form is made of: which slots stand open when one begins, which parts are expected, and a
sentence of guidance for each part. An outline suggests: every form can hold every part, and none is demanded here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from analysis.models.stories import StoryForm
from analysis.models.writing import Slot


class Part(StrEnum):
    """The parts of a story that are no notes, by their names in a content (analysis/editing.py)."""

    SUMMARY = "summary"
    SOURCES = "sources"
    CLAIMS = "claims"
    WATCH = "watch"
    EARLIER = "earlier"


# A lazy sentence is no str to the type checker.
_EVERYWHERE: dict[str, Any] = {
    Part.SUMMARY: _(
        "Say what the original reported, in your own words and within its terms; keep your view out of it."
    ),
    Part.SOURCES: _("Name the original first, then whatever else you draw on, each with the reason why it is there."),
    Part.CLAIMS: _("Write one statement that can be checked in each claim, and record what each source says of it."),
    Part.WATCH: _(
        "Name something that will have happened or not by a day, how likely you think it is, and who will tell."
    ),
    Part.EARLIER: _("Link what we wrote before, and say whether it held."),
    Slot.TAKE: _("Say what you make of it, and from what; a reader must be able to tell it from the news."),
    Slot.DISAGREEMENT: _("Put the strongest case against your take, as those who hold it would put it."),
    Slot.CONNECTION: _("Say what this adds to what we wrote before, or takes from it."),
    Slot.WHY: _("Say who will notice, when, and in what."),
    Slot.UNCERTAINTY: _("Say what nobody has shown yet, and what would show it."),
    Slot.SYNTHESIS: _("Say what the sources come to when they are read together, and where they part."),
    Slot.FRAMING: _("Say what the wire made its story of, what we make ours of, and why."),
}


@dataclass(frozen=True)
class Outline:
    slots: tuple[Slot, ...]  # open when a story begins, in the order of the page
    # Beside the original and its summary, which every story has, and earlier coverage, asked for where there is some.
    expected: tuple[Part, ...]
    says: Mapping[str, Any] = field(default_factory=dict)  # guidance that differs from what holds everywhere


OUTLINES = {
    StoryForm.BRIEF: Outline(
        (Slot.TAKE,),
        (Part.WATCH,),
        {
            Slot.TAKE: _("A paragraph or two: the one thing that the report does not say and you can."),
            Part.WATCH: _("One item is enough: what will show within weeks whether your take was right."),
        },
    ),
    StoryForm.ANALYSIS: Outline(
        (Slot.TAKE, Slot.DISAGREEMENT, Slot.WHY),
        (Part.CLAIMS, Part.WATCH),
        {Slot.TAKE: _("Build the argument in titled paragraphs, each resting on a source or on a step just made.")},
    ),
    StoryForm.VERIFICATION: Outline(
        (Slot.WHY, Slot.UNCERTAINTY, Slot.SYNTHESIS),
        (Part.CLAIMS, Part.WATCH),
        {
            Part.SOURCES: _("Look for the primary document of each claim: only that confirms one."),
            Part.CLAIMS: _("Take the report apart by its statements; a standing that you cannot prove is “reported”."),
            Slot.SYNTHESIS: _("Say in a paragraph what is left when only what is established counts."),
        },
    ),
    StoryForm.EXPLAINER: Outline(
        (Slot.CONNECTION, Slot.WHY),
        (),
        {
            Slot.CONNECTION: _("Tell how it came to this, for a reader who missed all of it, under headings."),
            Part.EARLIER: _("Link the pieces that a reader should go to next, oldest first."),
        },
    ),
    StoryForm.SYNTHESIS: Outline(
        (Slot.UNCERTAINTY, Slot.SYNTHESIS, Slot.FRAMING),
        (Part.CLAIMS, Part.WATCH),
        {
            Part.SOURCES: _("Check the day of every source: one that is older than the event cannot report it."),
            Part.CLAIMS: _("Record where the sources differ, on figures above all; that is what the grid is for."),
        },
    ),
}  # fmt: skip


def slots_of(form: str) -> tuple[Slot, ...]:
    """The slots that stand open in a new story of this form, in the order of the page. Raises ValueError for a form
    that there is not."""
    return OUTLINES[StoryForm(form)].slots


def expected_of(form: str) -> tuple[Part, ...]:
    """The parts of which pre-flight says that a story of this form lacks them. Raises as `slots_of`."""
    return OUTLINES[StoryForm(form)].expected


def guidance(form: str) -> dict[str, str]:
    """A sentence for each part and each slot of a story of this form, in the language of the moment, by its name in a
    content. Raises as `slots_of`."""
    return {part: str(sentence) for part, sentence in {**_EVERYWHERE, **OUTLINES[StoryForm(form)].says}.items()}
