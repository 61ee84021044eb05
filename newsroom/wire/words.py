"""What a page says, without what surrounds it: so that two readings can be compared. Pure, and in linear time.

Kept are the blocks of running text: of at least LEAST words, fewer than half of them links, outside of what is by its
element no part of the text (navigation, header, footer, asides, forms, scripts). So another advertisement, a list of
other articles or the minutes since a post change nothing. It is a rule of thumb: a page that marks up everything alike,
such as comments in plain paragraphs, is taken whole, and one that is written by a script says nothing.
"""

import hashlib
import unicodedata
from collections.abc import Iterator

from lxml import etree

from newsroom.wire.signals.decoding import MAX_PAGE, text_of
from newsroom.wire.signals.page import parsed

LEAST = 8  # words of a block
TOO_FEW = 20  # words of a page
_ASIDE = {
    "aside", "button", "dialog", "figcaption", "footer", "form", "head", "header", "iframe", "nav", "noscript",
    "object", "option", "script", "select", "style", "svg", "template", "textarea",
}  # fmt: skip
_WITHIN = {
    "a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "ins", "kbd",
    "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr",
}  # fmt: skip


def digest(body: bytes, content_type: str) -> str:
    """SHA-256 of what a whole answer says; empty if it says nothing that could be read. Of what is no text (a PDF, a
    picture) that of its bytes."""
    kind = content_type.partition(";")[0].strip().lower()
    if "html" in kind or (not kind and body.lstrip()[:1] == b"<"):
        said = " ".join(blocks(body, content_type))
    elif kind.startswith("text/") or kind.endswith(("json", "xml")):
        said = " ".join(text_of(body, content_type, MAX_PAGE).split())
    else:
        return hashlib.sha256(body).hexdigest() if body else ""
    if len(said.split()) < TOO_FEW:
        return ""
    return hashlib.sha256(unicodedata.normalize("NFC", said).encode("utf-8", "replace")).hexdigest()


def blocks(body: bytes, content_type: str = "") -> Iterator[str]:
    """The blocks of running text of a page in HTML, in its order, their spaces made one."""
    root, unread = parsed(text_of(body, content_type, MAX_PAGE))
    if root is None or unread:
        return
    words: list[str] = []
    linked, links = 0, 0  # words of this block that are links; how many links are open
    skipped = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            if skipped is None and (element.tag in _ASIDE or "hidden" in element.attrib):
                skipped = element
            text = element.text
        else:
            text = element.tail
        within = element.tag in _WITHIN
        if skipped is None or skipped is element:
            if not within and words:
                if len(words) >= LEAST and 2 * linked < len(words):
                    yield " ".join(words)
                words, linked = [], 0
            if element.tag == "a":
                links += 1 if event == "start" else -1
        if event == "end" and skipped is element:
            skipped = None
        if skipped is None and text:
            more = text.split()
            words += more
            linked += len(more) if links else 0
