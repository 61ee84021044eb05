"""What was typed beside what is saved: whether it differs, and where, in words."""

from typing import NamedTuple

from analysis import differing
from analysis.merging import ORDER, Typed, plain
from newsroom.admin.writing.labels import label, shown, titles
from newsroom.admin.writing.saving import Attempt
from newsroom.admin.writing.typed import by_itself, reordered


class Both(NamedTuple):
    """A field that two people changed, or that a draft has otherwise than the story."""

    name: str
    label: str
    theirs: str
    mine: str
    pieces: list[differing.Piece]
    chosen: str = ""


def conflicts(attempt: Attempt, *held: Typed) -> list[Both]:
    """The fields that two people changed, with what was chosen already."""
    return [
        _both(c.name, c.theirs, c.mine, *held)._replace(chosen=attempt.chosen.get(c.name, ""))
        for c in attempt.conflicts
    ]


def differences(typed: Typed, saved: Typed) -> list[Both]:
    """Where what was typed differs from what is saved."""
    names = [name for name in dict.fromkeys([*saved, *typed]) if not by_itself(name)]
    return [
        _both(name, saved.get(name, []), typed.get(name, []), typed, saved)
        for name in names
        if plain(saved.get(name, [])) != plain(typed.get(name, []))
    ] + [
        Both(kind, label(f"{kind}-{ORDER}"), *texts, differing.words(*texts))
        for kind in reordered(saved, typed)
        if (texts := ("\n".join(titles(kind, saved)), "\n".join(titles(kind, typed))))
    ]


def _both(name: str, theirs: list[str], mine: list[str], *held: Typed) -> Both:
    old, new = shown(name, theirs, *held), shown(name, mine, *held)
    return Both(name, label(name, *held), old, new, differing.words(old, new))


def differ(one: Typed, other: Typed) -> bool:
    return any(
        one.get(name) != other.get(name)
        and plain(one.get(name, [])) != plain(other.get(name, []))
        and not by_itself(name)
        for name in one.keys() | other.keys()
    ) or bool(reordered(one, other))
