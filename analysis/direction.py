"""Invisible characters that turn the direction of writing: which of them a text may hold that others will read.

Marks and isolates belong to Arabic and Hebrew and stay, byte for byte. An override (U+202D, U+202E) belongs to none: it
shows letters in another order than they were written in, so that a headline can say what nobody wrote. An isolate or
embedding that is never closed does the same to what stands after the text in its line. (Unicode Standard Annex 9,
section 2; Unicode Technical Report 36, section 2.)
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

_OVERRIDES = "\u202d\u202e"
_OPENED_AND_CLOSED = (("\u2066\u2067\u2068", "\u2069"), ("\u202a\u202b", "\u202c"))
_ANY = re.compile("[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


def stops(content: dict[str, Any]) -> list[str]:
    """A sentence for each text of a snapshot that must not be published as it is. See analysis/editing.py."""
    # Evidence names sources and stances, and holds no text: in a long story it is most of what there is. What is on
    # record of a claim was looked at when it was said, and cannot be typed anew.
    told = {**content, "claims": [{**claim, "evidence": [], "history": []} for claim in content.get("claims", [])]}
    if not _ANY.search(json.dumps(told, ensure_ascii=False)):  # nearly always; asked at every pause in typing
        return []
    return [fault % {"text": text.translate(_INVISIBLE)[:80]} for text in _texts(told) if (fault := _fault(text))]


def _fault(text: str) -> str:
    if any(c in text for c in _OVERRIDES):
        return _("“%(text)s” holds an invisible character that shows letters in another order. Type it anew.")
    # The direction ends with the paragraph, whatever is open.
    for line in text.splitlines():
        for opening, closing in _OPENED_AND_CLOSED:
            if sum(map(line.count, opening)) > line.count(closing):
                return _("“%(text)s” turns the direction of writing and never back. Type it anew.")
    return ""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
