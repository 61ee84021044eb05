"""How much of a text is word for word another's: runs of common words, and the share that they cover. Pure.

Terms let us quote a number of words between quotation marks. What stands outside them is given out as our own; the
terms say what it may take as well: so many words in a row, and such a share of ours.
"""

import re
import unicodedata
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

MAX_WORDS = 200_000  # of a source text; a long book
# Four words in a row that two texts share are seldom chance; three often are.
COUNTED_RUN = 4
# As many words as our default lets one quote: below it, a few names make a large share of a short text. Terms do not
# change it, so wherever their share is said, this is said too.
SHARE_FROM = 15
_CONTEXT = 6  # words shown on either side of a run
_NEAR = 200  # characters in which they are looked for

_WORD = re.compile(r"[^\s‐-―/−-]+")  # “well-known” and “well known” are the same two words
# French joins a shortened word to the next: “l’accord” and “cet accord” share a word.
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’ʼ＇](?=\w)", re.I)
_NO_WORD = ""  # stands for a place that no run may cross: no word is empty


class Word(NamedTuple):
    folded: str
    start: int  # in the text, in characters
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of ours: what it is called, what it says, and the parts that are quotations, as start and end."""

    name: str
    text: str
    quotations: tuple[tuple[int, int], ...] = ()


class Place(NamedTuple):
    """A word of ours: the number of its passage, and its own there, counted between spaces from 1."""

    number: int
    nth: int
    passage: Passage
    word: Word


@dataclass(frozen=True, slots=True)
class Run:
    """Words of ours in a row that stand so in the source, with our words around them."""

    name: str
    words: int
    before: str
    text: str
    after: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """`runs` are longer than they may be, longest first. `taken` of our `words` stand in runs that count, and if that
    is a larger share than may be, it is `too_much`."""

    runs: tuple[Run, ...]
    taken: int
    words: int
    too_much: bool


def words_of(text: str) -> Iterator[Word]:
    """The words of a text, each without what differs between two ways to write it: case, accents' form, punctuation."""
    for match in _WORD.finditer(text):
        bare = _ELISION.sub("", match[0].lstrip("\"'“”‘’«»„([*_"))
        folded = "".join(c for c in unicodedata.normalize("NFKC", bare).casefold() if c.isalnum() or _is_mark(c))
        if folded:
            yield Word(unicodedata.normalize("NFC", folded), *match.span())


def read(source: str) -> list[str]:
    """The words of a source to compare with. Raises ValueError for more than MAX_WORDS."""
    theirs = [word.folded for word in words_of(source)]
    if len(theirs) > MAX_WORDS:
        raise ValueError(f"the source has {len(theirs)} words; at most {MAX_WORDS} can be compared")
    return theirs


def line_up(ours: Sequence[Passage], *, quoted: bool) -> list[Place | None]:
    """The words of all passages that stand between quotation marks, or outside; None where no run may cross."""
    places: list[Place | None] = []
    for number, passage in enumerate(ours):
        begins = [match.start() for match in re.finditer(r"\S+", passage.text)]
        quotations, at = sorted(passage.quotations), 0
        for word in words_of(passage.text):
            while at < len(quotations) and quotations[at][1] <= word.start:
                at += 1
            # The opening mark is part of its first word: that one begins before the quotation.
            inside = at < len(quotations) and quotations[at][0] < word.end
            nth = bisect(begins, word.start)
            places.append(Place(number, nth, passage, word) if inside is quoted else None)
        places.append(None)
    return places


def compare(ours: Sequence[Place | None], theirs: Sequence[str], *, in_a_row: int, percent: int) -> Overlap:
    """What passages of ours take word for word from a source, over all of them together.

    `ours`: their words outside quotation marks, lined up; `theirs`: the words of the source, as read. `in_a_row`: how
    many words may be a run; `percent`: how much of our words may stand in runs that count. Linear in the words of both.
    """
    reach = _reach(ours, theirs)
    taken = sum(_counted(reach))
    words = sum(place is not None for place in ours)
    ends = [i for i, n in enumerate(reach) if n and (i + 1 == len(reach) or reach[i + 1] != n + 1)]
    runs = [_run(ours, i, reach[i]) for i in ends if reach[i] > in_a_row]
    runs.sort(key=lambda run: -run.words)
    return Overlap(tuple(runs), taken, words, taken > SHARE_FROM and 100 * taken > percent * words)


def quoted(ours: Sequence[Place | None], theirs: Sequence[str]) -> set[tuple[int, int]]:
    """The words between quotation marks, lined up, that stand so in a source, in runs that count. Linear.

    A quotation always has room for such a run: fewer words between quotation marks are a term (analysis.text). Each
    word is given as the number of its passage and its own number there, as an editor counts, between spaces, for terms
    count quotations so.
    """
    counted = _counted(_reach(ours, theirs))
    return {(place.number, place.nth) for place, counts in zip(ours, counted, strict=True) if place and counts}


def matches(ours: Sequence[str], theirs: Sequence[str]) -> list[int]:
    """For each word of ours, how many in a row that end with it stand so somewhere in theirs.

    A suffix automaton of ours reads theirs once (Blumer et al. 1985); then each state knows the longest of its strings
    that it met. Time and memory grow with the number of words, whatever repeats.
    """
    following: list[dict[str, int]] = [{}]
    longest, link = [0], [-1]
    states: list[int] = []  # of each prefix of ours
    last = 0
    for word in ours:
        new = len(longest)
        following.append({})
        longest.append(longest[last] + 1)
        link.append(0)
        at = last
        while at >= 0 and word not in following[at]:
            following[at][word] = new
            at = link[at]
        if at >= 0:
            after = following[at][word]
            if longest[after] == longest[at] + 1:
                link[new] = after
            else:
                twin = len(longest)
                following.append(dict(following[after]))
                longest.append(longest[at] + 1)
                link.append(link[after])
                while at >= 0 and following[at].get(word) == after:
                    following[at][word] = twin
                    at = link[at]
                link[new] = link[after] = twin
        last = new
        states.append(new)

    met = [0] * len(longest)
    at = length = 0
    for word in theirs:
        while at and word not in following[at]:
            at = link[at]
            length = longest[at]
        if word in following[at]:
            at, length = following[at][word], length + 1
            met[at] = max(met[at], length)
    by_length = sorted(range(1, len(longest)), key=longest.__getitem__)
    for state in reversed(by_length):  # whoever met a string met its ends
        if met[state]:
            met[link[state]] = longest[link[state]]
    for state in by_length:
        met[state] = met[state] or met[link[state]]
    return [met[state] for state in states]


def _reach(ours: Sequence[Place | None], theirs: Sequence[str]) -> list[int]:
    return matches([place.word.folded if place else _NO_WORD for place in ours], theirs)


def _counted(reach: Sequence[int]) -> list[bool]:
    """Of each word, whether it stands in a run that counts."""
    found, left = [], 0
    for n in reversed(reach):
        left = max(left - 1, n if n >= COUNTED_RUN else 0)
        found.append(left > 0)
    return found[::-1]


def _run(places: Sequence[Place | None], last: int, words: int) -> Run:
    taken = [place for place in places[last - words + 1 : last + 1] if place]
    passage, first, final = taken[0].passage, taken[0].word, taken[-1].word
    text, since = passage.text, max(0, first.start - _NEAR)
    before = [since + word.start for word in words_of(text[since : first.start])][-_CONTEXT:]
    after = [word.end for word in words_of(text[final.end : final.end + _NEAR])][:_CONTEXT]
    return Run(
        name=passage.name,
        words=words,
        before=text[before[0] : first.start] if before else "",
        text=text[first.start : final.end],
        after=text[final.end : final.end + after[-1]] if after else "",
    )


def _is_mark(c: str) -> bool:
    return unicodedata.category(c).startswith("M")
