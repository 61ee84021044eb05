"""How much of a text is word for word another's: runs of common words, and the share that they cover. Pure.

Terms let us quote a number of words between quotation marks. What stands outside them is given out as our own; the
terms say what it may take as well: so many words in a row, and such a share of ours.
"""

import re
import unicodedata
from array import array
from bisect import bisect
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

MAX_WORDS = 200_000  # of a source text; a long book
# Four words in a row that two texts share are seldom chance; three often are. So texts are compared by their runs of
# four, each known by its hash: of what a publisher wrote, no word need be remembered.
COUNTED_RUN = 4
# As many words as our default lets one quote: below it, a few names make a large share of a short text. Terms do not
# change it, so wherever their share is said, this is said too.
SHARE_FROM = 15
_CONTEXT = 6  # words shown on either side of a run
_NEAR = 200  # characters in which they are looked for

_WORD = re.compile(r"[^\s‐-―/−-]+")  # “well-known” and “well known” are the same two words
# French joins a shortened word to the next: “l’accord” and “cet accord” share a word.
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’ʼ＇](?=\w)", re.I)


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


class Lines(NamedTuple):
    """Our words in their order, and the runs of COUNTED_RUN words among them: hashes, by the place of the last word."""

    places: Sequence[Place | None]
    runs: Mapping[int, int]


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
        word = match[0]
        if word.isascii() and word.isalpha():
            yield Word(word.lower(), *match.span())
            continue
        bare = _ELISION.sub("", word.lstrip("\"'“”‘’«»„([*_"))
        folded = "".join(c for c in unicodedata.normalize("NFKC", bare).casefold() if c.isalnum() or _is_mark(c))
        if folded:
            yield Word(unicodedata.normalize("NFC", folded), *match.span())


def read(source: str) -> array[int]:
    """The runs of COUNTED_RUN words of a source, one that begins at each word but the last ones, to compare with.

    They are hashes with a key that each process has of its own. Raises ValueError for more than MAX_WORDS.
    """
    theirs = [word.folded for word in words_of(source)]
    if len(theirs) > MAX_WORDS:
        raise ValueError(f"the source has {len(theirs)} words; at most {MAX_WORDS} can be compared")
    return array("q", map(hash, _runs(theirs)))


def line_up(ours: Sequence[Passage], *, quoted: bool) -> Lines:
    """The words of all passages that stand between quotation marks, or outside; None where no run may cross."""
    places: list[Place | None] = []
    for number, passage in enumerate(ours):
        if quoted and not passage.quotations:
            continue
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
    words = [place and place.word.folded for place in places]
    return Lines(places, {last: hash(run) for last, run in enumerate(_runs(words), COUNTED_RUN - 1) if None not in run})


def _runs(words: Sequence[str | None]) -> Iterator[tuple[str | None, ...]]:
    return zip(*(words[n:] for n in range(COUNTED_RUN)), strict=False)


def compare(ours: Lines, theirs: Sequence[int], *, in_a_row: int, percent: int) -> Overlap:
    """What passages of ours take word for word from a source, over all of them together.

    `ours`: their words outside quotation marks, lined up; `theirs`: the source, as read. `in_a_row`: how many words may
    be a run, of those that count; `percent`: how much of our words may stand in them. Linear in the words of both.
    """
    reach = _reach(ours, theirs)
    taken = sum(_counted(reach))
    words = sum(place is not None for place in ours.places)
    ends = [i for i, n in enumerate(reach) if n and (i + 1 == len(reach) or reach[i + 1] != n + 1)]
    runs = [_run(ours.places, i, reach[i]) for i in ends if reach[i] > in_a_row]
    runs.sort(key=lambda run: -run.words)
    return Overlap(tuple(runs), taken, words, taken > SHARE_FROM and 100 * taken > percent * words)


def quoted(ours: Lines, theirs: Sequence[int]) -> set[tuple[int, int]]:
    """The words between quotation marks, lined up, that stand so in a source, in runs that count. Linear.

    A quotation always has room for such a run: fewer words between quotation marks are a term (analysis.text). Each
    word is given as the number of its passage and its own number there, as an editor counts, between spaces, for terms
    count quotations so.
    """
    counted = _counted(_reach(ours, theirs))
    return {(place.number, place.nth) for place, counts in zip(ours.places, counted, strict=True) if place and counts}


def matches(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> list[int]:
    """For each word of ours, whatever stands for it, how many in a row that end with it stand so somewhere in theirs.

    A suffix automaton of ours reads theirs once (Blumer et al. 1985); then each state knows the longest of its strings
    that it met. Time and memory grow with the number of words, whatever repeats.
    """
    following: list[dict[Hashable, int]] = [{}]
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


def _reach(ours: Lines, theirs: Sequence[int]) -> list[int]:
    """For each place of ours, how many words in a row that end there stand so in theirs; 0 if too few to count."""
    reach = [0] * len(ours.places)
    if ours.runs and (common := set(ours.runs.values()).intersection(theirs)):
        mine = _islands((last, run) for last, run in ours.runs.items() if run in common)
        other = _islands((first, run) for first, run in enumerate(theirs) if run in common)
        found = matches([run for _last, run in mine], [run for _first, run in other])
        for (last, _run), n in zip(mine, found, strict=True):
            if n:
                reach[last] = n + COUNTED_RUN - 1
    return reach


def _islands(runs: Iterable[tuple[int, int]]) -> list[tuple[int, Hashable]]:
    """Runs by their places, with something that equals nothing where one does not follow on the other."""
    found: list[tuple[int, Hashable]] = []
    before = -1
    for at, run in runs:
        if at != before + 1:
            found.append((at, object()))
        found.append((at, run))
        before = at
    return found


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
