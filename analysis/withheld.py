"""Runs of words: how a text that is withheld is known again in what a page says. Pure.

A leak is rarely a whole text: a snippet, a description, a cut headline. So texts are compared by every run of RUN words
in them, whatever stands between the words: case, punctuation, markup, escapes of HTML, XML and JSON. A text of fewer
words is one run, and one of fewer than FEWEST is not looked for: three words stand on many pages by right.
"""

import html
import re
from collections.abc import Iterable, Iterator

RUN = 8
FEWEST = 4
# An address that spells a headline is one word.
_WORD = re.compile(r"\w+(?:-\w+)*")
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([\"\\/bfnrt]))")
_INLINE = re.compile(r"<sup\b[^>]*>.*?</sup>|</?(?:a|b|code|em|i|mark|span|strong)\b[^>]*>", re.S)
_TAG = re.compile(r"<[^>]*>")


def runs(texts: Iterable[str]) -> frozenset[str]:
    """Every run of words in plain texts that is long enough to be somebody's words."""
    found: set[str] = set()
    for text in texts:
        words = _WORD.findall(text.casefold())
        if len(words) >= FEWEST:
            found.update(_windows(words, min(RUN, len(words))))
    return frozenset(found)


def occurring(wanted: Iterable[str], texts: Iterable[str]) -> frozenset[str]:
    """Those of some runs that occur in plain texts."""
    by_length: dict[int, set[str]] = {}
    for run in wanted:
        by_length.setdefault(run.count(" ") + 1, set()).add(run)
    found: set[str] = set()
    for text in texts:
        words = _WORD.findall(text.casefold())
        for length, these in by_length.items():
            found.update(these.intersection(_windows(words, length)))
    return frozenset(found)


def readings(body: str) -> tuple[str, str]:
    """What a response says, as plain text: once with the insides of its tags, where descriptions stand; once without.

    `body` is HTML, XML with HTML in it, or JSON.
    """
    said = html.unescape(html.unescape(body))
    said = _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else " ", said)
    return said, _TAG.sub(" ", _INLINE.sub("", said))


def _windows(words: list[str], length: int) -> Iterator[str]:
    return (" ".join(words[i : i + length]) for i in range(len(words) - length + 1))
