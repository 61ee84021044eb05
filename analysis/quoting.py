"""Whether a text quotes no more than a permit allows: in words, and where a page limits its snippets, in characters."""

from analysis.terms import Permit
from analysis.text import (
    count_block_quoted_characters,
    count_block_quoted_words,
    count_quoted_characters,
    count_quoted_words,
)


def fits(permit: Permit, text: str, *, blocks: bool = False) -> bool:
    """Whether the quotations of a text fit. `blocks`: its block quotations are theirs too, as in a summary."""
    return excess(permit, text, blocks=blocks) is None


def excess(permit: Permit, text: str, *, blocks: bool = False) -> tuple[int, int] | None:
    """What a text quotes and what it may, in words; in characters if only those are too many. None if it fits."""
    words = quoted_words(text, blocks=blocks)
    if words > permit.quote_words:
        return words, permit.quote_words
    chars = too_many_characters(permit, text, blocks=blocks)
    return (chars, permit.quote_chars) if chars else None


def quoted_words(text: str, *, blocks: bool = False) -> int:
    return count_quoted_words(text) + (count_block_quoted_words(text) if blocks else 0)


def too_many_characters(permit: Permit, text: str, *, blocks: bool = False) -> int:
    """How many characters the quotations of a text have, if that is more than the permit allows; otherwise 0."""
    chars = count_quoted_characters(text) + (count_block_quoted_characters(text) if blocks else 0)
    return chars if chars > permit.quote_chars else 0
