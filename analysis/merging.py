"""Two people's changes of one story, put together. Pure.

What a story screen holds is a set of named fields, some of them in rows ("claims-12-text": the text of the claim with
the id 12; a row that is new has a key that begins with "n"). Both people began with the same `base`. What only one of
them changed is taken from that one; what both changed alike is taken once; what they changed differently is a conflict
that a person decides. Nothing that anybody typed is dropped without a word.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

type Typed = dict[str, list[str]]  # what a form holds: the values of each field, by its name

ROWS = ("sources", "claims", "watch_items", "earlier", "mentions")
KEYED_BY_ID = ("sources", "claims", "watch_items")  # the others are named by what they point to
TOGETHER = {"claims": ("text", "standing"), "watch_items": ("statement", "due", "likelihood")}
ORDER = "position"  # two people may both move rows: no conflict, the later save wins


@dataclass(frozen=True)
class Conflict:
    """A field that both changed, each in another way."""

    name: str
    base: list[str]
    theirs: list[str]
    mine: list[str]


@dataclass
class Merged:
    """`typed` holds mine where there is a conflict."""

    typed: Typed
    conflicts: list[Conflict] = field(default_factory=list)
    theirs: list[str] = field(default_factory=list)  # names of fields taken from them
    kept: list[str] = field(default_factory=list)  # rows that I removed and they changed: "claims-12", they stay
    again: dict[str, str] = field(default_factory=dict)  # rows that they removed and I changed: old name, new name


def row_of(name: str) -> tuple[str, str, str] | None:
    """Kind, key and field of a name that belongs to a row; None of any other."""
    kind, _, rest = name.partition("-")
    if kind not in ROWS:
        return None
    key, _, part = rest.rpartition("-")
    return (kind, key, part) if key and part else None


def rows(typed: Mapping[str, list[str]]) -> dict[tuple[str, str], Typed]:
    """The rows that are there, by kind and key, each with its own fields; one that is marked to go is not there."""
    found: dict[tuple[str, str], Typed] = {}
    for name, values in typed.items():
        if row := row_of(name):
            found.setdefault(row[:2], {})[row[2]] = values
    return {name: parts for name, parts in found.items() if not any(parts.get("DELETE", []))}


def plain(values: Iterable[str]) -> list[str]:
    """Values as they are compared: one kind of line end, no white space around, nothing empty, in one order."""
    return sorted(text for value in values if (text := value.replace("\r\n", "\n").replace("\r", "\n").strip()))


def same(one: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> bool:
    """Whether two rows, or two forms, hold the same; their order does not count."""
    return all(plain(one.get(n, [])) == plain(other.get(n, [])) for n in (one.keys() | other.keys()) - {ORDER})


def merge(base: Typed, theirs: Typed, mine: Typed) -> Merged:
    """What the story holds if both changes of `base` are made."""
    was, now, typed = rows(base), rows(theirs), rows(mine)
    renamed = _added_alike(was, now, typed)
    mine = _renamed(mine, renamed)
    typed = rows(mine)
    merged = Merged({})
    free = max((int(key[1:]) for _, key in typed if key[:1] == "n" and key[1:].isdecimal()), default=0)

    needed_by_me, needed_by_them = _spoken_of(base, mine), _spoken_of(base, theirs)
    for row in dict.fromkeys([*typed, *now]):
        kind, key = row
        if row not in was and not (row in typed and row in now):  # new, from one of us
            _put(merged, row, typed.get(row) or now[row])
            if row not in typed:
                merged.theirs.append(f"{kind}-{key}")
        elif row not in typed:  # I removed it
            if not same(now[row], was[row]) or (kind == "sources" and key in needed_by_them):
                _put(merged, row, now[row])
                merged.kept.append(f"{kind}-{key}")
        elif row not in now:  # they removed it
            if same(typed[row], was[row]) and not (kind == "sources" and key in needed_by_me):
                merged.theirs.append(f"{kind}-{key}")
                continue
            again = row
            if kind in KEYED_BY_ID:
                free += 1
                again = (kind, f"n{free}")
                merged.again[f"{kind}-{key}"] = f"{kind}-{again[1]}"
            else:
                merged.again[f"{kind}-{key}"] = f"{kind}-{key}"
            _put(merged, again, typed[row])
        else:
            for part in dict.fromkeys([*typed[row], *now[row], *was.get(row, {})]):
                _field(merged, f"{kind}-{key}-{part}", base, theirs, mine)
            _together(merged, kind, key, base, theirs, mine)
    for name in dict.fromkeys([*mine, *theirs, *base]):
        if not row_of(name):
            _field(merged, name, base, theirs, mine)
    sources = {
        old.partition("-")[2]: new.partition("-")[2] for old, new in merged.again.items() if old[:8] == "sources-"
    }
    merged.typed = {name: values for name, values in _keys_of_sources(merged.typed, sources).items() if values}
    return merged


def _field(merged: Merged, name: str, base: Typed, theirs: Typed, mine: Typed) -> None:
    was, now, typed = base.get(name, []), theirs.get(name, []), mine.get(name, [])
    if plain(typed) == plain(was) and plain(now) != plain(was):
        merged.typed[name] = now
        if not name.endswith(f"-{ORDER}"):
            merged.theirs.append(name)
        return
    merged.typed[name] = typed
    if plain(now) not in (plain(was), plain(typed)) and not name.endswith(f"-{ORDER}"):
        merged.conflicts.append(Conflict(name, was, now, typed))


def _together(merged: Merged, kind: str, key: str, base: Typed, theirs: Typed, mine: Typed) -> None:
    """Fields that judge one another are not put together of two minds: a standing is one of the text it was given."""
    names = [f"{kind}-{key}-{part}" for part in TOGETHER.get(kind, ())]

    def changed(form: Typed) -> set[str]:
        return {name for name in names if plain(form.get(name, [])) != plain(base.get(name, []))}

    mixed = changed(mine) and changed(theirs) and changed(mine) != changed(theirs)
    known = {conflict.name for conflict in merged.conflicts}
    for name in names if mixed else ():
        was, now, typed = base.get(name, []), theirs.get(name, []), mine.get(name, [])
        if name not in known and plain(now) != plain(typed):
            merged.typed[name] = typed
            merged.theirs = [other for other in merged.theirs if other != name]
            merged.conflicts.append(Conflict(name, was, now, typed))


def _spoken_of(base: Typed, form: Typed) -> set[str]:
    """The keys of sources that a form says something new of: a stance, or that a note rests on them."""
    found = set()
    for name, values in form.items():
        _stem, stance, key = name.rpartition("-stance_")
        if stance and plain(values) and plain(values) != plain(base.get(name, [])):
            found.add(key)
        elif name.endswith("_rests_on"):
            found |= set(plain(values)) - set(plain(base.get(name, [])))
    return found


def _put(merged: Merged, row: tuple[str, str], parts: Typed) -> None:
    merged.typed.update({f"{row[0]}-{row[1]}-{part}": values for part, values in parts.items()})


def _added_alike(
    was: dict[tuple[str, str], Typed], now: dict[tuple[str, str], Typed], typed: dict[tuple[str, str], Typed]
) -> dict[tuple[str, str], str]:
    """Rows that I added and that stand there already just so, by the key they have there: a form sent twice."""
    theirs = {row: parts for row, parts in now.items() if row not in was and row not in typed}
    found: dict[tuple[str, str], str] = {}
    taken: set[tuple[str, str]] = set()
    for row, parts in typed.items():
        if row in was or not row[1].startswith("n"):
            continue
        for other, there in theirs.items():
            if other[0] == row[0] and other not in taken and _says_the_same(row[0], parts, there):
                found[row] = other[1]
                taken.add(other)
                break
    return found


_SAYS = {  # what a row is known by
    "sources": ("url",),
    "claims": ("text",),
    "watch_items": ("statement", "due"),
    "earlier": ("earlier",),
    "mentions": ("name",),
}


def _says_the_same(kind: str, one: Typed, other: Typed) -> bool:
    known_by = [(plain(one.get(part, [])), plain(other.get(part, []))) for part in _SAYS[kind]]
    return any(a for a, _ in known_by) and all(a == b for a, b in known_by)


def _renamed(typed: Typed, keys: dict[tuple[str, str], str]) -> Typed:
    if not keys:
        return typed
    found: Typed = {}
    for name, values in typed.items():
        row = row_of(name)
        found[f"{row[0]}-{keys[row[:2]]}-{row[2]}" if row and row[:2] in keys else name] = values
    return _keys_of_sources(found, {key: new for (kind, key), new in keys.items() if kind == "sources"})


def _keys_of_sources(typed: Typed, keys: dict[str, str]) -> Typed:
    """A source that has another key now has it as well where a claim or a note speaks of it."""
    if not keys:
        return typed
    found: Typed = {}
    for name, values in typed.items():
        stem, stance, key = name.rpartition("-stance_")
        if stance and key in keys:
            found[f"{stem}-stance_{keys[key]}"] = values
        elif name.endswith("_rests_on"):
            found[name] = [keys.get(value, value) for value in values]
        else:
            found[name] = values
    return found
