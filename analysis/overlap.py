"""How much of a text is word for word another's: runs of common words, and the share that they cover. Pure.

Terms let us quote a number of words between quotation marks; the gate counts those. What stands outside quotation marks
is given out as our own, and here are the limits of what it may take.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

MAX_WORDS = 200_000  # of a source text; a long book
# A name with its office, or the title of a law, is some eight words that nobody can put otherwise.
MOST_IN_A_ROW = 8
# Four words in a row that two texts share are seldom chance; three often are.
COUNTED_RUN = 4
MOST_SHARE = 0.30  # of our words; beyond that it is their text with changes, however short the runs are
# As many words as our default lets one quote: below it, a few names make a large share of a short text.
SHARE_FROM = 15
_CONTEXT = 6  # words shown on either side of a run

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
    """`runs` are longer than they may be, longest first. `taken` of our `words` stand in runs that count."""

    runs: tuple[Run, ...]
    taken: int
    words: int

    @property
    def too_much(self) -> bool:
        """The share is beyond what may be."""
        return self.taken > SHARE_FROM and self.taken > MOST_SHARE * self.words


def words_of(text: str) -> Iterator[Word]:
    """The words of a text, each without what differs between two ways to write it: case, accents' form, punctuation."""
    for match in _WORD.finditer(text):
        bare = _ELISION.sub("", match[0].lstrip("\"'“”‘’«»„([*_"))
        folded = "".join(c for c in unicodedata.normalize("NFKC", bare).casefold() if c.isalnum() or _is_mark(c))
        if folded:
            yield Word(unicodedata.normalize("NFC", folded), *match.span())


def compare(ours: Sequence[Passage], source: str) -> Overlap:
    """What our passages take word for word from a source, over all of them together; quotations are left out.

    Linear in the words of both. Raises ValueError for a source of more than MAX_WORDS words.
    """
    theirs = [word.folded for word in words_of(source)]
    if len(theirs) > MAX_WORDS:
        raise ValueError(f"the source has {len(theirs)} words; at most {MAX_WORDS} can be compared")
    folded: list[str] = []
    where: list[tuple[Passage, Word] | None] = []
    for passage in ours:
        for word in words_of(passage.text):
            quoted = any(start <= word.start < end for start, end in passage.quotations)
            folded.append(_NO_WORD if quoted else word.folded)
            where.append(None if quoted else (passage, word))
        folded.append(_NO_WORD)
        where.append(None)
    reach = matches(folded, theirs)
    ends = [i for i, n in enumerate(reach) if n and (i + 1 == len(reach) or reach[i + 1] != n + 1)]
    taken, covered = 0, -1
    for i in ends:
        if reach[i] >= COUNTED_RUN:
            taken += i - max(covered, i - reach[i])
            covered = i
    runs = [_run(where, i, reach[i]) for i in ends if reach[i] > MOST_IN_A_ROW]
    runs.sort(key=lambda run: -run.words)
    return Overlap(tuple(runs), taken, sum(place is not None for place in where))


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


def _run(where: Sequence[tuple[Passage, Word] | None], last: int, words: int) -> Run:
    places = [place for place in where[last - words + 1 : last + 1] if place]
    (passage, first), (_passage, final) = places[0], places[-1]
    text = passage.text
    before = [word.start for word in words_of(text[: first.start])][-_CONTEXT:]
    after = [word.end for word in words_of(text[final.end :])][:_CONTEXT]
    return Run(
        name=passage.name,
        words=words,
        before=text[before[0] : first.start] if before else "",
        text=text[first.start : final.end],
        after=text[final.end : final.end + after[-1]] if after else "",
    )


def _is_mark(c: str) -> bool:
    return unicodedata.category(c).startswith("M")
