"""The TDM Reservation Protocol (W3C Community Group): a file for the site, headers and meta tags for a page."""

import json
from typing import Any

from analysis.patterns import kept
from analysis.signals import Said
from newsroom.wire.signals.decoding import text_of
from newsroom.wire.signals.labels import effect, said

SIGNAL, LABEL = "TDMRep", "tdm-reservation"


def read(body: bytes, content_type: str = "") -> tuple[Said, ...]:
    """What a /.well-known/tdmrep.json says. Its entries are asked in order; one without a readable 0 or 1 is none.

    A file that begins as JSON and cannot be read as such reserves everything; a page of HTML in its stead says nothing.
    """
    text = text_of(body, content_type).strip()
    if not text.startswith(("[", "{")):
        return ()
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        return (said(SIGNAL, LABEL, "", effect(SIGNAL, LABEL, "1")),)
    found = [entry for entry in _list(entries) if isinstance(entry, dict) and isinstance(entry.get("location"), str)]
    valued = [(_rooted(e["location"]), v) for e in found if (v := _value(e.get(LABEL)))]
    if not valued:
        return ()
    try:
        places = kept((location, v == "1") for location, v in valued)
    except ValueError:
        places = ()
    value = ", ".join(f"{location} {v}" for location, v in valued)
    reserved = any(v == "1" for _location, v in valued)
    effects = effect(SIGNAL, LABEL, "1") if reserved else {}
    policies = dict.fromkeys(p for e in found if isinstance(p := e.get("tdm-policy"), str))
    return (
        said(SIGNAL, LABEL, value, effects, places=places if reserved else ()),
        *(said(SIGNAL, "tdm-policy", policy) for policy in policies),
    )


def of_page(meta: dict[str, list[str]], header: dict[str, list[str]]) -> tuple[Said, ...]:
    """What meta tags and headers say of one page; a tag counts before a header, and absence of either says nothing."""
    value = _strictest(meta.get(LABEL, [])) or _strictest(header.get(LABEL, []))
    found = [said(SIGNAL, LABEL, value, effect(SIGNAL, LABEL, value))] if value else []
    policies = meta.get("tdm-policy") or header.get("tdm-policy") or []
    return (*found, *(said(SIGNAL, "tdm-policy", policy) for policy in policies[:3]))


def _strictest(values: list[str]) -> str:
    return max((v for value in values if (v := _value(value))), default="")


def _value(value: Any) -> str:
    """`0` or `1`; empty for anything else. A 1 in quotation marks is one."""
    if type(value) is int and value in (0, 1):
        return str(value)
    return value.strip() if isinstance(value, str) and value.strip() in ("0", "1") else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _rooted(pattern: str) -> str:
    return pattern if pattern.startswith(("/", "*")) else f"/{pattern}"
