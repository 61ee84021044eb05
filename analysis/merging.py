"""Two people's changes of one story, put together. Pure.

What a story screen holds is a set of named fields, some of them in rows ("claims-12-text": the text of the claim with
the id 12; a row that is new has a key that begins with "n"). Both people began with the same `base`. What only one of
them changed is taken from that one; what both changed alike is taken once; what they changed differently is a conflict
that a person decides. Nothing that anybody typed is dropped without a word, and nobody's judgment ends up on words that
they never saw.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from analysis.made import OF_ROWS, WORDS

type Typed = dict[str, list[str]]  # what a form holds: the values of each field, by its name

ROWS = ("sources", "claims", "watch_items", "earlier", "mentions")
ROWS_OF = {"claims": "claims", "watch": "watch_items"}  # of the parts that are made of rows (analysis/made.py)
KEYED_BY_ID = ("sources", "claims", "watch_items")  # the others are named by what they point to
# By kind of row, note, summary: its text, and what else comes of one mind. Where both hold the same text, that alone is
# taken together: nobody gives the reason for another's standing. Where they do not, all that is said of the text.
TOGETHER: dict[str, tuple[str, frozenset[str]]] = {
    "claims": ("text", frozenset({"standing", "why"})),
    "watch_items": ("statement", frozenset({"due", "likelihood"})),
    "earlier": ("earlier", frozenset({"kind", "verdict", "why"})),
    "note": ("text", frozenset({"made_by", "model"})),
    "summary": ("text", frozenset({"made_by", "model"})),
    "head": ("", frozenset({"made_by", "model"})),  # its two texts are two people's as a rule
    **{f"all {part}": ("", frozenset({"made_by", "model"})) for part in OF_ROWS},
}
# Who made a part and who checked it is said of all its words (analysis/made.py).
_OF_WORDS = frozenset({"made_by", "model", "checked_by", "checked"})
_CHECK = frozenset({"checked_by", "checked"})  # that it was checked as it stands, and by whom
_OF_TEXT = re.compile(r"((note)_[a-z]+|(summary|head))_(.+)")
_OF_ALL = re.compile(rf"({'|'.join(OF_ROWS)})_({'|'.join(sorted(_OF_WORDS))})")
LONGEST_FIELD = 200  # characters of its name; none is longer, and what a browser sends is not remembered without end
ORDER = "position"  # two people may both move rows: no conflict, the later save wins


@dataclass(frozen=True)
class Conflict:
    """A field that both changed, each in another way; or one did, and it goes together with what the other did."""

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
    return _row_of(name) if len(name) <= LONGEST_FIELD else None


@lru_cache(maxsize=8192)  # a form of a thousand fields has the same names at every pause in typing
def _row_of(name: str) -> tuple[str, str, str] | None:
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
    was = rows(base)
    gone = {key for kind, key in was.keys() - rows(theirs).keys() if kind == "sources"}
    theirs = _still_said_of(gone, base, theirs)
    now = rows(theirs)
    mine = renamed(mine, _added_alike(was, now, rows(mine)))
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
            silent = not any(plain(values) for part, values in typed[row].items() if part != ORDER)
            if (silent or same(typed[row], was[row])) and not (kind == "sources" and key in needed_by_me):
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
            parts = dict.fromkeys([*typed[row], *now[row], *was.get(row, {})])
            _fields(merged, kind, {part: f"{kind}-{key}-{part}" for part in parts}, base, theirs, mine)
    for kind, names in _of_the_head([*mine, *theirs, *base]):
        _fields(merged, kind, names, base, theirs, mine)
    keys = {old[8:]: new[8:] for old, new in merged.again.items() if old.startswith("sources-")}
    typed_now = _keys_of_sources(merged.typed, dict.fromkeys(gone, "") | keys)
    merged.typed = {name: values for name, values in typed_now.items() if values}
    return merged


def _of_the_head(names: Iterable[str]) -> Iterable[tuple[str, dict[str, str]]]:
    """The fields that are in no row, those of one note, the summary, the head, all claims or all watch items together:
    their kind, and names by part."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for name in names:
        if not row_of(name):
            of = _OF_TEXT.fullmatch(name)
            alone = ("head", "head", name) if name in WORDS["head"] else (name, "", name)
            if every := _OF_ALL.fullmatch(name):
                alone = (every[1], f"all {every[1]}", every[2])
            whose, kind, part = (of[1], of[2] or of[3], of[4]) if of else alone
            found.setdefault(whose, (kind, {}))[1][part] = name
    return found.values()


def _fields(merged: Merged, kind: str, names: dict[str, str], base: Typed, theirs: Typed, mine: Typed) -> None:
    """The fields of one row, one note, the summary: each from whoever changed it; those that go together from one."""

    def alike(part: str, one: Typed, other: Typed) -> bool:
        return plain(one.get(names[part], [])) == plain(other.get(names[part], []))

    differ = [part for part in names if part != ORDER and not alike(part, theirs, mine)]
    text, one = TOGETHER.get(kind, ("", frozenset()))
    together = set(differ) if text in differ else one & set(differ)
    words = frozenset(WORDS.get(kind, ()))
    if words.intersection(differ) and _OF_WORDS.intersection(differ):
        together |= (words | _OF_WORDS).intersection(differ)
    if set(differ) >= _CHECK:
        together |= _CHECK
    i_left = {part for part in differ if alike(part, base, mine)}
    they_left = {part for part in differ if alike(part, base, theirs)}
    asked = set(differ) - i_left - they_left
    if together & asked or (together & i_left and together & they_left):
        asked |= together
    if kind.startswith("all ") and differ:
        they_said = any(plain(theirs.get(names[part], [])) for part in set(differ) - they_left)
        i_said = any(plain(mine.get(names[part], [])) for part in set(differ) - i_left)
        if _of_other_words(kind.removeprefix("all "), they_said, i_said, base, theirs, mine):
            asked = set(differ)
    for part, name in names.items():
        if part in asked:
            merged.conflicts.append(Conflict(name, base.get(name, []), theirs.get(name, []), mine.get(name, [])))
        elif part in i_left:
            merged.theirs.append(name)
        of_them = part in i_left - asked or (part == ORDER and alike(part, base, mine))
        merged.typed[name] = (theirs if of_them else mine).get(name, [])


def _of_other_words(part: str, they_said: bool, i_said: bool, base: Typed, theirs: Typed, mine: Typed) -> bool:
    """Whether one of us says how all claims, or watch items, were made or who checked them, and the other has changed
    their words: so that nobody has said it of what both come to."""

    def words(form: Typed) -> list[list[list[str]]]:
        there = ([plain(row.get(name, [])) for name in WORDS[part]] for (kind, _key), row in rows(form).items()
                 if kind == ROWS_OF[part])  # fmt: skip
        return sorted(row for row in there if any(row))

    was, now, typed = words(base), words(theirs), words(mine)
    return now != typed and ((i_said and now != was) or (they_said and typed != was))


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


def renamed(typed: Typed, keys: Mapping[tuple[str, str], str]) -> Typed:
    """A form with other keys of its rows, by kind and key; also where a claim or a note speaks of a source."""
    if not keys:
        return typed
    found: Typed = {}
    for name, values in typed.items():
        row = row_of(name)
        found[f"{row[0]}-{keys[row[:2]]}-{row[2]}" if row and row[:2] in keys else name] = values
    return _keys_of_sources(found, {key: new for (kind, key), new in keys.items() if kind == "sources"})


def _still_said_of(gone: set[str], base: Typed, theirs: Typed) -> Typed:
    """Their form as if it still spoke of the sources that they removed: what they said of these went along, and is no
    change of a claim or a note."""
    there, found = rows(theirs), dict(theirs)
    for name, values in base.items():
        row = row_of(name)
        if row and row[2].startswith("stance_") and row[2][7:] in gone and row[:2] in there:
            found[name] = values
        elif name.endswith("_rests_on") and theirs.get(name.replace("_rests_on", "_text")):
            found[name] = [*theirs.get(name, []), *(key for key in values if key in gone)]
    return found


def _keys_of_sources(typed: Typed, keys: dict[str, str]) -> Typed:
    """A source that has another key now has it as well where a claim or a note speaks of it; one that has none is not
    spoken of."""
    if not keys:
        return typed
    found: Typed = {}
    for name, values in typed.items():
        stem, stance, key = name.rpartition("-stance_")
        if stance and key in keys:
            if keys[key]:
                found[f"{stem}-stance_{keys[key]}"] = values
        elif name.endswith("_rests_on"):
            found[name] = [key for value in values if (key := keys.get(value, value))]
        else:
            found[name] = values
    return found
