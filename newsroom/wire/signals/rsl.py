"""Really Simple Licensing 1.0: a licence in XML, to which robots.txt, a header or a page refers."""

import re
from urllib.parse import urlsplit

from lxml import etree

from analysis.patterns import kept
from analysis.signals import Said
from newsroom.wire.signals.decoding import text_of
from newsroom.wire.signals.labels import effect, known, said

SIGNAL = "RSL"
MIME = "application/rsl+xml"
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")
_OURS = frozenset({"all", "ai-all", "ai-input"})  # a list of permitted usages without any of these permits us none


def read(body: bytes, content_type: str = "", host: str = "") -> tuple[Said, ...]:
    """What a licence says of the pages of `host`. One that cannot be read permits nothing to machines.

    A DOCTYPE is not read: lxml expands entities in attributes whatever it is told.
    """
    text = _DECLARATION.sub("", text_of(body, content_type))
    if "<!" in text.replace("<!--", "").replace("<![CDATA[", ""):
        return unreadable()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
                             remove_comments=True, remove_pis=True)  # fmt: skip
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return unreadable()
    if etree.QName(root).localname != "rsl":
        return unreadable()
    found: dict[tuple[str, str], list[str]] = {}
    if any(len(words) for words in root.iter("{*}permits", "{*}prohibits")):
        return unreadable()  # the standard puts nothing but words into them
    for content in root.findall("{*}content") or [root]:
        path = _path(content.get("url", ""), host)
        if path is None:
            continue  # about another host
        for statement in _terms(content):
            found.setdefault(statement, []).append(path)
    return tuple(_statement(label, value, paths) for (label, value), paths in found.items())


def unreadable() -> tuple[Said, ...]:
    """What a licence that is referred to and cannot be read counts as."""
    return (said(SIGNAL, "prohibits", "ai-all", effect("RSL prohibits", "ai-all", "on")),)


def _path(url: str, host: str) -> str | None:
    """The pattern of a <content>; empty for all of the host, None for something on another host."""
    try:
        parts = urlsplit(url.strip())
        if parts.hostname and parts.hostname.lower() != host.lower():
            return None
    except ValueError:
        return ""
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return path if path.startswith(("/", "*")) or not path else f"/{path}"


def _terms(content: etree._Element) -> list[tuple[str, str]]:
    """Label and value of everything that a <content>'s licences say."""
    found: list[tuple[str, str]] = []
    for element in content.iter("{*}permits", "{*}prohibits", "{*}payment"):  # once, however licences are nested
        if next(element.iterancestors("{*}license"), None) is None:
            continue
        verb = etree.QName(element).localname
        if verb == "payment":
            found.append((verb, element.get("type", "").strip().lower()[:40] or "other"))
        elif element.get("type", "usage").strip().lower() == "usage":
            found += [(verb, usage) for usage in _words(element)]
    permitted = {usage for verb, usage in found if verb == "permits"}
    if permitted and not permitted & _OURS:
        found.append(("prohibits", "ai-input"))
    return list(dict.fromkeys(found))


def _words(element: etree._Element) -> list[str]:
    return re.split(r"[\s,]+", (element.text or "").strip().lower()[:2_000])[:40]


def _statement(label: str, value: str, paths: list[str]) -> Said:
    effects = {}
    if label == "prohibits":
        effects = effect("RSL prohibits", value, "on")
    elif label == "payment" and (value == "other" or value not in known("RSL payment")):
        effects = effect("RSL payment", "other", "on")
    try:
        places = () if not effects or "" in paths or "/" in paths else kept((path, True) for path in paths)
    except ValueError:
        places = ()
    return said(SIGNAL, f"{label} {value}" if effects else label, value, effects, places=places)
