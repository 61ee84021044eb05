"""How the parts of a page were made, from their frozen content: as values, and in sentences for a reader.

Of a part that is not shown nothing is said, and nothing of one of which nobody has said how it was made.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from analysis.made import BY_MACHINE
from analysis.rendition.story_values import MadeView, NoteView, SummaryView

MANY = 2  # notes; of more the page says “all notes”, if they were made alike


def view(raw: dict[str, Any]) -> MadeView:
    """How a part was made; `raw` is the part as it was frozen, perhaps before this was asked."""
    at = raw.get("checked_at")
    return MadeView(
        made_by=raw.get("made_by", ""),
        model=raw.get("model", "") if raw.get("made_by") in BY_MACHINE else "",
        checked_by=raw.get("checked_by", ""),
        checked_at=datetime.fromisoformat(at) if at else None,
    )


type Named = tuple[str, str, MadeView]  # a part of the page: its place, what a reader calls it, how it was made


def parts(head: MadeView | None, summary: SummaryView | None, notes: Iterable[NoteView]) -> Iterator[Named]:
    """The parts of a page that may say how they were made, as far as they are shown."""
    if head:
        yield "headline", _("Headline"), head
    if summary:
        yield "summary", _("The news"), summary.made
    yield from ((f"notes.{note.slot}", note.label, note.made) for note in notes)


def sentences(named: Sequence[Named], more: bool) -> tuple[str, ...]:
    """What the page says, in the language of now: a sentence for all that was made alike. `more`: the page has other
    texts of ours than these, so that none of the sentences may seem to speak of everything."""
    alike: dict[tuple[object, ...], list[Named]] = {}
    for part in named:
        made = part[2]
        if made.said:
            alike.setdefault((made.made_by, made.model, made.checked_by, _day(made)), []).append(part)
    groups = list(alike.values())
    if len(groups) == 1 and len(groups[0]) == len(named) and not more:
        return (_("%(what)s.") % {"what": capfirst(_words(groups[0][0][2]))},)
    notes = {place for place, _name, _made in named if place.startswith("notes.")}
    return tuple(sentence(_names(group, notes), group[0][2]) for group in groups)


def sentence(names: str, made: MadeView) -> str:
    """How some parts were made, by what a reader calls them."""
    return _("%(parts)s: %(what)s.") % {"parts": names, "what": _words(made)}


def _names(group: Sequence[Named], notes: set[str]) -> str:
    all_notes = len(notes) > MANY and notes <= {place for place, _name, _made in group}
    names = [name for place, name, _made in group if not (all_notes and place in notes)]
    return ", ".join([*names, _("All notes")] if all_notes else names)


def _words(made: MadeView) -> str:
    if made.made_by == "person":
        written = _("written by people")
    elif made.made_by == "both":
        written = _("written by people with a language model (%(model)s)") % {"model": made.model}
    elif made.made_by == "model":
        written = _("written by a language model (%(model)s)") % {"model": made.model}
    else:
        written = ""
    if made.checked_by and made.checked_at:
        checked = _("checked by the %(desk)s on %(day)s") % {"desk": made.checked_by, "day": _day(made)}
    elif made.checked_by:
        checked = _("checked by the %(desk)s") % {"desk": made.checked_by}
    else:
        checked = ""
    if not (written and checked):
        return written or checked
    return _("%(written)s; %(checked)s") % {"written": written, "checked": checked}


def _day(made: MadeView) -> str:
    return date_format(made.checked_at.astimezone(UTC), "j F Y") if made.checked_at else ""
