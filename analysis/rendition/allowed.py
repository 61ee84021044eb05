"""What permits come to for words of ours: whether they may be said, quote so much, be shown by others. No rows read.

The strictest of all that the words rest on counts (analysis/terms.py). What is not allowed is withheld whole.
"""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Any

from analysis.quoting import fits
from analysis.terms import Level, Permit, analysis_allowed, strictest
from analysis.text import count_quoted_words, count_words


class Withheld(Enum):
    """Why a summary may not be shown."""

    LEVEL = auto()
    WORDS = auto()
    QUOTES = auto()
    MACHINE = auto()


def summary_withheld(raw: dict[str, Any], lead: Permit) -> Withheld | None:
    """Why a frozen summary may not be shown whole; None if it may. It is never cut."""
    if not lead.summary:
        return Withheld.LEVEL
    if count_words(raw["text"]) > lead.max_words:
        return Withheld.WORDS
    if not fits(lead, raw["text"], blocks=True):
        return Withheld.QUOTES
    if raw["made_by"] != "person" and not lead.ai:
        return Withheld.MACHINE
    return None


def may_say(rests_on: Sequence[Permit], *texts: str) -> bool:
    """Whether our own words that rest on these articles may be shown, and quote no more than their terms allow."""
    return analysis_allowed(rests_on) and quotes_fit(rests_on, *texts)


def quotes_fit(rests_on: Sequence[Permit], *texts: str) -> bool:
    """Whether words that rest on these articles quote no more than the terms of all of them allow."""
    quoting = [text for text in texts if count_quoted_words(text)]
    if not quoting:  # most texts; then the strictest of thirty permits need not be sought
        return True
    permit = strictest(rests_on)
    return all(fits(permit, text) for text in quoting)


def awaited(leads: Sequence[Permit]) -> bool:
    """Whether what rests on these articles is not there yet: nothing but an embargo forbids it."""
    shut = [permit for permit in leads if not permit.listed]
    return bool(shut) and all(permit.embargo_until for permit in shut)


def snippet(rests_on: Sequence[Permit]) -> int:
    """How many characters of a page others may show, so that they show no more words than its sources allow us.

    A word takes two characters with the space beside it, so 2n - 1 of them never hold more than n words, nor parts of
    more. Of a source that allows a link only, the page has the title and no other word: the title is marked as not to
    be shown (data-nosnippet), and the rest of the page is not measured by it.
    """
    words = [permit.max_words for permit in rests_on if permit.level != Level.LINK]
    return max(2 * min(words, default=0) - 1, 0)
