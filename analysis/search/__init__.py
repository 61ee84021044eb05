"""Search: one interface, two engines. An engine only proposes stories; the gate decides what may be shown and match.

The index is a list of candidates: it may still hold words that terms forbid since yesterday. So a proposal counts only
if every word of the query stands in what the reader may see (analysis/rendition), compared with the same `tokens`.
"""

import re
import unicodedata
from datetime import datetime
from types import ModuleType

from django.db import connection

from analysis.search import postgresql, sqlite

MAX_QUERY = 200
MAX_TOKENS = 12
_WORD = re.compile(r"[^\W_]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def tokens(text: str) -> list[str]:
    """Words as both engines see them: case folded, accents taken off, split at anything but letters and digits."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall(_NOT_ASCII.sub(lambda c: "" if unicodedata.combining(c[0]) else c[0], folded))


def query_tokens(query: str) -> list[str]:
    """The words of a reader's query, without repeats, at most twelve."""
    return list(dict.fromkeys(tokens(query[:MAX_QUERY])))[:MAX_TOKENS]


def candidates(words: list[str], limit: int, before: tuple[datetime, int] | None = None) -> list[int]:
    """Ids of published stories whose index holds every word (the last may be unfinished), newest first."""
    found: list[int] = _engine().candidates(words, limit, before) if words else []
    return found


def newest(words: list[str], limit: int) -> list[int]:
    """As `candidates`, but in the order in which the stories were begun: the same cost for a rare word and for one that
    every story holds. For the desk, which reads no further than `limit`."""
    found: list[int] = _engine().newest(words, limit) if words else []
    return found


def remember(story_id: int, text: str) -> None:
    """Put a story's words into the index, in place of what was there."""
    _engine().remember(story_id, " ".join(tokens(text)))


def forget(story_id: int) -> None:
    _engine().forget(story_id)


def _engine() -> ModuleType:
    return sqlite if connection.vendor == "sqlite" else postgresql
