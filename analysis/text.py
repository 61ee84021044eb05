"""Markdown in, sanitised HTML out; and how words are counted. The only importer of markdown and bleach.

Three walls, for bleach gets no more releases: raw HTML is never parsed as HTML (Python-Markdown's HTML handlers are
taken out, so `<` arrives escaped), bleach keeps a small allowlist, and a strict CSP stands behind both.
"""

import html
import re
from functools import lru_cache

import bleach
import markdown
from django.utils.translation import gettext as _

MAX_LENGTH = 40_000
# Python-Markdown took 5 s on "[a" * 5000 and raised RecursionError on "* " * 5000: bound what it is given.
MAX_OPEN_BRACKETS = 60  # open at once, before one is closed
MAX_NESTING = 12
MAX_LINKS = 300
# It copies what is left of a text at each heading or item: 4 s for 10,000 of them. And from a backtick, a star or a
# single quotation mark that is never closed it, or `_QUOTES`, reads to the end of the paragraph: 8 s for 13,333.
MAX_LINES = 4_000
MAX_MARKS = 1_000  # in one paragraph

_TAGS = {"p", "em", "strong", "a", "ul", "ol", "li", "blockquote", "code", "br", "sup", "hr", "h2", "h3"}
# One that is never closed quotes to the end of its paragraph.
_QUOTES = re.compile(r"„([^“”]*)(?:[“”]|\Z)|“([^“”]*)(?:”|\Z)|«([^«»]*)(?:»|\Z)|\"([^\"]*)\"|‘(.*?)’(?!\w)", re.S)
_CLOSES_SINGLE = re.compile(r"’(?!\w)")
_QUOTE_MARK = re.compile(r"[„“«\"‘&]")  # & may begin one, written as an entity
_BLOCK_QUOTE = re.compile(r"^ {0,3}>.*$", re.M)
_LINK_TARGET = re.compile(r"\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_FOOTNOTES = re.compile(r'<hr>\n<ol>(?=\n<li id="fn-)')  # an author's own rule before a list has no such id
TERM_WORDS = 3  # up to three words in quotation marks name a term; more of them quote


def _of_a_link(_tag: str, name: str, value: str) -> bool:
    return name in ("href", "title", "id") or (name == "class" and value in ("footnote-ref", "footnote-backref"))


_ATTRIBUTES = {"a": _of_a_link, "sup": ["id"], "li": ["id"]}


class TextError(ValueError):
    """A text that cannot be rendered in bounded time. The message says what to change."""


def check(text: str) -> None:
    """Raises TextError for a text that is too long or nested too deep to render in time."""
    if len(text) > MAX_LENGTH:
        raise TextError(
            _("This text has %(n)d characters; at most %(max)d can be kept.") % {"n": len(text), "max": MAX_LENGTH}
        )
    if len(text.splitlines()) > MAX_LINES:
        raise TextError(_("More than %(max)d lines. Split the text.") % {"max": MAX_LINES})
    depth = 0
    for bracket in re.findall(r"[\[\]]", text):
        depth = max(depth + (1 if bracket == "[" else -1), 0)
        if depth > MAX_OPEN_BRACKETS:
            raise TextError(_("Too many square brackets are open at once. Close or remove some “[”."))
    if text.count("](") + text.count("[^") > MAX_LINKS:
        raise TextError(_("More than %(max)d links and footnotes. Split the text.") % {"max": MAX_LINKS})
    for line in text.splitlines():
        marks = re.match(r"(?:\s|>|[*+-]\s|\d{1,9}[.)]\s)*", line)
        if marks and (len(re.findall(r"[>*+-]|\d+[.)]", marks[0])) > MAX_NESTING or len(marks[0]) > MAX_NESTING * 8):
            raise TextError(_("Lists or quotations are nested more than %(max)d deep.") % {"max": MAX_NESTING})
    if any(len(re.findall(r"\*+|_+|`+|‘", block)) > MAX_MARKS for block in re.split(r"\n\s*\n", text)):
        raise TextError(_("One paragraph has too many “*”, “_”, “`” or “‘”."))


def to_html(text: str, anchor: str = "") -> str:
    """Sanitised HTML of a Markdown text. `anchor` keeps the footnotes of several texts on one page apart.

    Raises TextError; the result is safe to print as it is.
    """
    clean = _clean(text)
    clean = re.sub(r'(id="|href="#)(fn|fnref\d*):', rf"\1\2-{anchor}-" if anchor else r"\1\2-", clean)
    clean = re.sub(r'<a (?=href="https?:)', '<a rel="external" ', clean)
    return _FOOTNOTES.sub('<ol class="notes">', clean, count=1)


@lru_cache(maxsize=256)  # the desk renders a story at every pause in typing, and all but one of its texts are as before
def _clean(text: str) -> str:
    check(text)
    parser = markdown.Markdown(extensions=["footnotes", "sane_lists"], output_format="html")
    parser.preprocessors.deregister("html_block")
    parser.inlinePatterns.deregister("html")
    try:
        raw = parser.convert(text)
    except RecursionError as error:
        raise TextError(_("This text is nested too deep.")) from error
    return str(bleach.clean(raw, tags=_TAGS, attributes=_ATTRIBUTES, protocols={"http", "https", "mailto"}, strip=True))


def to_plain(rendered: str) -> str:
    """The words of rendered HTML on one line, for descriptions, feeds and search."""
    without_notes = rendered.split('<ol class="notes">', 1)[0]
    stripped = re.sub(r"<sup[^>]*>.*?</sup>|</?(?:em|strong|a|code)\b[^>]*>", "", without_notes)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", stripped)).split())


@lru_cache(maxsize=2048)
def count_words(text: str) -> int:
    """Words as an editor counts them: between spaces, with a letter or digit in them. Link targets do not count.

    So “l’État”, “aujourd’hui”, “peut-être”, “e-mail” and a bare address are one word each, as word processors have it;
    “12 000 €” is two, whatever its spaces, for a limit is better kept too strictly. static/js/words.js does the same.
    """
    return sum(any(c.isalnum() for c in word) for word in _LINK_TARGET.sub("]", text).split())


def quotations(plain: str) -> list[tuple[int, int]]:
    """Where a text quotes: start and end of each part between quotation marks; up to three words in one pair are a
    term, not a quotation. `plain` holds no entities: unescape it first.
    """
    if not _QUOTE_MARK.search(plain):
        return []
    found = []
    at = 0
    for part in re.split(r"(\n\s*\n)", plain):
        closed = max((match.end() for match in _CLOSES_SINGLE.finditer(part)), default=0)
        readable = part[:closed] + part[closed:].replace("‘", "'")  # or each would be read to the end
        spans = (match.span(match.lastindex or 0) for match in _QUOTES.finditer(readable))
        found += [(at + start, at + end) for start, end in spans if count_words(part[start:end]) > TERM_WORDS]
        at += len(part)
    return found


@lru_cache(maxsize=2048)
def _quoted(text: str) -> tuple[str, ...]:
    plain = html.unescape(text)
    return tuple(plain[start:end] for start, end in quotations(plain))


def count_quoted_words(text: str) -> int:
    """Words inside quotation marks, terms left out."""
    return sum(map(count_words, _quoted(text)))


def count_quoted_characters(text: str) -> int:
    """Characters of the same quotations, their spaces counted."""
    return sum(map(len, _quoted(text)))


def as_read(text: str) -> str:
    """A Markdown text without what a reader does not see as words: link targets, entities."""
    return html.unescape(_LINK_TARGET.sub("]", text))


def count_block_quoted_words(text: str) -> int:
    """Words in Markdown block quotations. In a note of ours they set off our own words; in a summary, theirs."""
    return sum(map(count_words, _block_quotations(text)))


def count_block_quoted_characters(text: str) -> int:
    """Characters of the same, their spaces counted."""
    return sum(map(len, _block_quotations(text)))


def _block_quotations(text: str) -> list[str]:
    return [line.lstrip(" >") for line in _BLOCK_QUOTE.findall(text)]
