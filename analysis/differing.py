"""What differs between two texts, word by word, and between two contents of a story, field by field. For reading."""

import re
import string
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from django.utils.translation import gettext as _
from rapidfuzz.distance import Indel

from analysis.reading import Part, aligned, names_of, parts_of

type Kind = Literal["same", "gone", "new"]

# Comparing takes time and memory that go with the product of the lengths: with this one 50 MB and a tenth of a second.
# Two notes of 40,000 characters of prose stay under it; what does not is compared by lines first.
MOST = 400_000_000

_MARK = string.punctuation + "¡§«»¿¶·…“”„‟‘’‚‛–—―‐‑•†‡‰′″‹›、。「」『』（）！？：；，"
_HARD = "\u00a0\u202f"  # spaces that hold on to what stands beside them
_WORD = rf"[^\s{re.escape(_MARK)}]+"
_TOKEN = re.compile(
    rf"{_WORD}(?:(?:['’]|(?<=\d)[.,{_HARD}](?=\d)){_WORD})*"  # l’été, 1 000, 3.5
    rf"|«[{_HARD}]|[{_HARD}][:;!?»%]|.",
    re.DOTALL,
)


class Piece(NamedTuple):
    """A part of two texts: in both of them, in the old one only, or in the new one only."""

    kind: Kind
    text: str


class Difference(NamedTuple):
    """A field that two contents hold differently. What is not there is an empty text."""

    path: str  # "headline", "notes.take.text", "claims.17.evidence.5"; "claims.17" if it is in one of them only
    label: str  # what a person calls it, translated
    old: str
    new: str
    pieces: list[Piece]


def words(old: str, new: str) -> list[Piece]:
    """The pieces of two texts in reading order, what is gone before what is new.

    Those that are "same" or "gone" make the old text, those that are "same" or "new" the new one. No word is cut, nor a
    number, an emoji, a letter from its accent, or French punctuation from its space.
    """
    return _tidy(_compared(tokens(old), tokens(new), _lines))


def lines(old: str, new: str) -> list[Piece]:
    """The same by whole lines: for lists."""
    return _tidy(_compared(_lines(old), _lines(new)))


def tokens(text: str) -> list[str]:
    """What a text is compared by: words, numbers, marks, spaces. Joined, they are the text."""
    found: list[str] = []
    for token in _TOKEN.findall(text):
        if found and _leans(token[0]):
            found[-1] += token
        else:
            found.append(token)
    return found


def fields(old: dict[str, Any], new: dict[str, Any]) -> list[Difference]:
    """What differs between two contents of one story, in the order of the page. Three queries, for names.

    Sources are known by their article, other rows by id, or by equal text: a row that was deleted and restored has
    another id. A claim's date of checking and its history are left out; they follow from the rest.
    """
    names = names_of(old, new)
    before, after = parts_of(aligned(old, new), names), parts_of(new, names)
    # What a source allowed is worth reading where it changed under both, not where a source came or went.
    both = before["terms"].keys() & after["terms"].keys()
    for parts in (before, after):
        parts["terms"] = {path: part for path, part in parts["terms"].items() if path in both}
    return [difference for section in after for difference in _differing(section, before[section], after[section])]


def _differing(section: str, old: dict[str, Part], new: dict[str, Part]) -> Iterator[Difference]:
    for path in [*new, *(path for path in old if path not in new)]:
        there, here = old.get(path), new.get(path)
        part = here or there
        if part and part.row and not (there and here):
            label = _("%(row)s, removed") if there else _("%(row)s, added")
            yield _difference(path, label % {"row": part.title}, _whole(there), _whole(here))
            continue
        before, after = (there.fields if there else {}), (here.fields if here else {})
        for name in [*after, *(name for name in before if name not in after)]:
            label, text = after.get(name, ("", ""))
            was_label, was = before.get(name, ("", ""))
            if text != was:
                title = part.title if part else ""
                yield _difference(f"{path}.{name}" if path else name, _label(title, label or was_label), was, text)
    both_old, both_new = [p for p in old if p in new], [p for p in new if p in old]
    if both_old != both_new:
        was, now = ("".join(f"{new[path].title}\n" for path in paths) for paths in (both_old, both_new))
        yield Difference(f"{section}.order", _("Order"), was, now, lines(was, now))


def _difference(path: str, label: str, old: str, new: str) -> Difference:
    return Difference(path, label, old, new, words(old, new))


def _label(title: str, field: str) -> str:
    return _("%(row)s, %(field)s") % {"row": title, "field": field} if title and field else title or field


def _whole(part: Part | None) -> str:
    if not part:
        return ""
    said = [_("%(label)s: %(text)s") % {"label": label, "text": text} for label, text in part.fields.values() if text]
    return "\n".join(said)


def _compared(old: list[str], new: list[str], coarser: Callable[[str], list[str]] | None = None) -> list[Piece]:
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    before, old, after = old[:start], old[start : len(old) - end], old[len(old) - end :]
    new = new[start : len(new) - end]
    return [Piece("same", "".join(before)), *_middle(old, new, coarser), Piece("same", "".join(after))]


def _common(old: list[str], new: list[str]) -> int:
    """How many they have in common at their beginning."""
    return next(
        (n for n, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )


def _middle(old: list[str], new: list[str], coarser: Callable[[str], list[str]] | None) -> list[Piece]:
    if len(old) * len(new) <= MOST:
        return [
            Piece("new", "".join(new[op.dest_start : op.dest_end]))
            if op.tag == "insert"
            else Piece("same" if op.tag == "equal" else "gone", "".join(old[op.src_start : op.src_end]))
            for op in Indel.opcodes(old, new)
        ]
    if coarser is None:
        return [Piece("gone", "".join(old)), Piece("new", "".join(new))]
    found: list[Piece] = []
    for piece in _tidy(_compared(coarser("".join(old)), coarser("".join(new)))):
        if piece.kind == "new" and found and found[-1].kind == "gone":
            found += _compared(tokens(found.pop().text), tokens(piece.text))
        else:
            found.append(piece)
    return found


def _tidy(pieces: list[Piece]) -> list[Piece]:
    """Of each run of changes one piece that is gone and one that is new. Blanks between two changes belong to them."""
    found: list[Piece] = []
    gone = new = ""
    pieces = [piece for piece in pieces if piece.text]
    for n, (kind, text) in enumerate(pieces):
        if kind == "gone":
            gone += text
        elif kind == "new":
            new += text
        elif gone and new and text.isspace() and "\n" not in text and n + 1 < len(pieces):
            gone, new = gone + text, new + text
        else:
            found += _run(gone, new)
            gone = new = ""
            found.append(Piece("same", text))
    return found + _run(gone, new)


def _run(gone: str, new: str) -> list[Piece]:
    pieces: list[Piece] = [Piece("gone", gone), Piece("new", new)]
    return [piece for piece in pieces if piece.text]


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _leans(char: str) -> bool:
    """Whether a character is part of the one before it: an accent, a joiner, the tone of a skin."""
    return unicodedata.category(char)[0] == "M" or char in "\u200c\u200d" or "\U0001f3fb" <= char <= "\U0001f3ff"
