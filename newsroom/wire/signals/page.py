"""What a page says of itself: in headers, in meta tags, in its markup and in its JSON-LD."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree, html

from analysis.signals import Said
from analysis.terms import ANY_LENGTH
from newsroom.wire.signals import aipref, rsl, tags, tdmrep
from newsroom.wire.signals.decoding import MAX_PAGE, text_of
from newsroom.wire.signals.labels import effect, known, said
from newsroom.wire.signals.robots import AGENT

type Headers = Sequence[tuple[str, str]]

MOST = 200  # tags of one kind that are looked at
_WITH_VALUE = {"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"}
_LICENCE_LINK = re.compile(r"<([^<>]{1,1000})>([^,<]*)")


def read(body: bytes, headers: Headers = ()) -> tuple[Said, ...]:
    """What a page and the headers it came with say. `headers`: names in lower case."""
    content_type = next((value for name, value in headers if name == "content-type"), "")
    header = _by_name(headers)
    root, unread = parsed(text_of(body, content_type, MAX_PAGE))
    meta = _by_name(_meta(root))
    found = [
        *_robots(header.get("x-robots-tag", []), _agents_of_header),
        *(one for name in ("robots", AGENT) for one in _robots(meta.get(name, []), _agents_of_meta)),
        *tdmrep.of_page(meta, header),
    ]
    for name in ("Content-Usage", "Content-Signal"):
        if name.lower() in header:
            found += aipref.read(name, [aipref.Field(", ".join(header[name.lower()]))])
    found += [said("RSL", "License", url) for url in _licences(header.get("link", []), root)]
    if unread:
        found.append(said("page", unread, "", effect("page", unread, "on")))
    if root is not None:
        for script in _some(root, "script"):
            if _type(script) == rsl.MIME:  # a licence written into the page
                found += rsl.read((script.text or "").encode("utf-8", "replace"))
        # Not one within another, whose text would be gone through once more for each.
        marked = root.xpath("//*[@data-nosnippet][not(ancestor::*[@data-nosnippet])]")
        if any(element.text_content().strip() for element in marked[:MOST]):
            found.append(said("page", "data-nosnippet", "", effect("page", "data-nosnippet", "on")))
        found += _schema(root)
    return tuple(dict.fromkeys(found))


def _by_name(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value[:4_000])
    return found


def parsed(text: str) -> tuple[html.HtmlElement | None, str]:
    """The tree, if there is one, and why it is not all of the page: libxml2 stops where tags are nested too deep."""
    page = text.replace("\0", "").encode("utf-8", "replace")
    if tags.crowded(page):
        return None, "too many attributes to read"
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(page, parser=parser)
    except (etree.ParserError, ValueError):
        return None, ""
    deep = any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log)
    return root, "too deep to read" if deep else ""


def _some(root: html.HtmlElement, tag: str) -> list[html.HtmlElement]:
    return [element for element, _n in zip(root.iter(tag), range(MOST), strict=False)]


def _meta(root: html.HtmlElement | None) -> list[tuple[str, str]]:
    found = [] if root is None else _some(root, "meta")
    return [(tag.get("name", "").strip().lower(), tag.get("content", "")) for tag in found]


def _type(element: html.HtmlElement) -> str:
    return element.get("type", "").partition(";")[0].strip().lower()


# --- robots meta and X-Robots-Tag -------------------------------------------------------------------------------


def _agents_of_meta(value: str) -> str:
    return value


def _agents_of_header(value: str) -> str:
    """The directives of an X-Robots-Tag that speak to us: those with no agent before them, or with ours."""
    agent, colon, rest = value.partition(":")
    agent = agent.strip().lower()
    if not colon or "," in agent or agent in _WITH_VALUE:
        return value
    return rest if agent in (AGENT, "*") else ""


def _robots(values: list[str], to_us: Any) -> Iterator[Said]:
    for value in values:
        for directive in to_us(value).lower().split(",")[:MOST]:
            name, _colon, limit = directive.strip().partition(":")
            name = name.strip()
            if name == "max-snippet":
                yield _snippet(limit.strip())
            elif name in known("robots"):
                yield said("robots", name, "", effect("robots", name, "on"))


def _snippet(limit: str) -> Said:
    """`max-snippet`: -1 is no limit, 0 is no snippet, and so is what cannot be read."""
    n = int(limit) if re.fullmatch(r"-?[0-9]{1,9}", limit, re.A) else 0
    if n < 0 or n >= ANY_LENGTH:
        return said("robots", "max-snippet", limit)
    return said("robots", "max-snippet", limit, {"quote_chars": n} if n else effect("robots", "nosnippet", "on"))


# --- references and JSON-LD -------------------------------------------------------------------------------------


def _licences(links: list[str], root: html.HtmlElement | None) -> list[str]:
    """Addresses of RSL licences, as written."""
    found = [
        url
        for link in links
        for url, parameters in _LICENCE_LINK.findall(link)
        if rsl.MIME in parameters.lower() and re.search(r"rel\s*=\s*\"?[^\";]*\blicense\b", parameters, re.I)
    ]
    for element in [] if root is None else _some(root, "link"):
        if "license" in element.get("rel", "").lower().split() and _type(element) == rsl.MIME:
            found.append(element.get("href", "").strip())
    return [url for url in dict.fromkeys(found) if url]


def _schema(root: html.HtmlElement) -> Iterator[Said]:
    """schema.org in JSON-LD: what is behind a pay wall, and which licence is named."""
    for script in _some(root, "script"):
        if _type(script) != "application/ld+json":
            continue
        try:
            stack = [json.loads(script.text or "")]
        except (ValueError, RecursionError):
            continue
        while stack:
            node = stack.pop()
            if isinstance(node, list):
                stack += node
            elif isinstance(node, dict):
                stack += [value for value in node.values() if isinstance(value, list | dict)]
                free = node.get("isAccessibleForFree")
                if free is False or (isinstance(free, str) and free.lower().rpartition("/")[2] == "false"):
                    yield said("page", "isAccessibleForFree", "false", effect("page", "isAccessibleForFree", "false"))
                for name in ("license", "usageInfo"):
                    if isinstance(node.get(name), str):
                        yield said("schema.org", name, node[name])
