"""Search for the public. The engine proposes, the gate disposes: a story is a hit only if every word of the query
stands in what the reader may see of it today. So neither a hit nor a count tells of a forbidden text."""

import re

from analysis.models import Story
from analysis.rendition.lists import BATCHES, PAGE, Cursor
from analysis.rendition.pages import pages_of
from analysis.rendition.values import Hit, Listing
from analysis.search import candidates, query_tokens, tokens

_BEFORE, _AFTER, _NEAR = 60, 120, 40
_WORD = re.compile(r"[^\W_]+")


def search(query: str, before: Cursor | None = None) -> Listing[Hit]:
    """Stories that hold every word of the query (the last may be unfinished), newest first, up to thirty a page.

    There is a next page only if a story that may be shown stands on it: a cursor tells of nothing hidden.
    """
    words = query_tokens(query)
    hits: list[Hit] = []
    for _batch in range(BATCHES):
        found = candidates(words, PAGE + 1, (before.at, before.id) if before else None)
        pages = pages_of(found)
        for pk in found:
            page = pages.get(pk)
            if not page:
                continue
            text = page.text
            if _matches(text, words):
                if len(hits) == PAGE:
                    last = hits[-1].card
                    return Listing(items=tuple(hits), after=str(Cursor(last.published_at, last.id)))
                hits.append(Hit(card=page.card, snippet=snippet(text, words)))
        if len(found) <= PAGE:
            break
        before = _place(found[-1])
    return Listing(items=tuple(hits))


def _place(story_id: int) -> Cursor:
    """Where a story stands in the order of the results."""
    at = Story.objects.values_list("published_at", flat=True).get(pk=story_id)
    assert at is not None  # noqa: S101  a published story has its date, says a constraint
    return Cursor(at, story_id)


def _matches(text: str, words: list[str]) -> bool:
    held = set(tokens(text))
    *whole, last = words
    return all(word in held for word in whole) and any(word.startswith(last) for word in held)


def snippet(text: str, words: list[str]) -> tuple[tuple[str, bool], ...]:
    """The place under the headline where the query is first met, in pieces; True marks the words that matched."""
    body = text.split("\n", 1)[-1]
    first = next((word for word in _WORD.finditer(body) if _is_match(word[0], words)), None)
    if not first:  # only the headline holds it, or accents in another spelling
        return ((body.split("\n")[0], False),)
    start = max(first.start() - _BEFORE, 0)
    end = min(first.end() + _AFTER, len(body))
    # To the nearest space, if there is one near.
    start = body.rfind(" ", max(start - _NEAR, 0), start) + 1 or start
    space = body.find(" ", end, end + _NEAR)
    end = space if space != -1 else min(end + _NEAR, len(body))
    pieces: list[tuple[str, bool]] = []
    at = start
    for word in _WORD.finditer(body, first.start(), end):
        if _is_match(word[0], words):
            pieces += [(body[at : word.start()], False), (word[0], True)]
            at = word.end()
    pieces.append((body[at:end], False))
    if start:
        pieces.insert(0, ("… ", False))
    if end < len(body):
        pieces.append((" …", False))
    return tuple(piece for piece in pieces if piece[0])


def _is_match(word: str, words: list[str]) -> bool:
    held = tokens(word)
    return any(t in words or t.startswith(words[-1]) for t in held)
