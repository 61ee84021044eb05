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


def parts(
    head: MadeView | None,
    summary: SummaryView | None,
    notes: Iterable[NoteView],
    claims: MadeView | None,
    watch: MadeView | None,
) -> Iterator[Named]:
    """The parts of a page that say how they were made, as far as they are shown: of its own words, all."""
    if head:
        yield "headline", _("Headline"), head
    if summary:
        yield "summary", _("The news"), summary.made
    yield from ((f"notes.{note.slot}", note.label, note.made) for note in notes)
    if claims:
        yield "claims", _("What is established"), claims
    if watch:
        yield "watch", _("What to watch"), watch


def sentences(named: Sequence[Named]) -> tuple[str, ...]:
    """What the page says, in the language of now: a sentence for all that the same hands wrote."""
    alike: dict[tuple[str, str], list[Named]] = {}
    for part in named:
        if part[2].said:
            alike.setdefault((part[2].made_by, part[2].model), []).append(part)
    notes = {place for place, _name, _made in named if place.startswith("notes.")}
    everything = len(alike) == 1 and len(named) == sum(map(len, alike.values()))
    return tuple(_sentence(group, notes, named_anyway=not everything) for group in alike.values())


def sentence(name: str, made: MadeView) -> str:
    """How one part was made, by what a reader calls it."""
    return _sentence([("", name, made)], set(), named_anyway=True)


def _sentence(group: Sequence[Named], notes: set[str], named_anyway: bool) -> str:
    """How parts that the same hands wrote were made, and who checked which of them."""
    checks: dict[str, list[Named]] = {}
    for part in group:
        if words := _checked(part[2]):
            checks.setdefault(words, []).append(part)
    what = _written(group[0][2])
    for words, parts in checks.items():
        of = words if len(parts) == len(group) else f"{words} ({_names(parts, notes)})"
        what = _("%(written)s; %(checked)s") % {"written": what, "checked": of} if what else of
    if named_anyway:
        return _("%(parts)s: %(what)s.") % {"parts": _names(group, notes), "what": what}
    return f"{capfirst(what)}."


def _names(group: Sequence[Named], notes: set[str]) -> str:
    all_notes = len(notes) > MANY and notes <= {place for place, _name, _made in group}
    return ", ".join(dict.fromkeys(_("All notes") if all_notes and p in notes else name for p, name, _made in group))


def _written(made: MadeView) -> str:
    if made.made_by == "person":
        return _("written by people")
    if made.made_by == "both":
        return _("written by people with a language model (%(model)s)") % {"model": made.model}
    if made.made_by == "model":
        return _("written by a language model (%(model)s)") % {"model": made.model}
    return ""


def _checked(made: MadeView) -> str:
    if made.checked_by and made.checked_at:
        day = date_format(made.checked_at.astimezone(UTC), "j F Y")
        return _("checked by the %(desk)s on %(day)s") % {"desk": made.checked_by, "day": day}
    return _("checked by the %(desk)s") % {"desk": made.checked_by} if made.checked_by else ""
