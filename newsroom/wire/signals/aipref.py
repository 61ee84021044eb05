"""Preferences about use by machines: AIPREF's Content-Usage, and Content-Signal.

Content-Usage is a dictionary of structured fields (RFC 9651) in a header, or in robots.txt, there with a path before it
if it is about a part of the site. Its labels are a draft's (labels.toml).
"""

from collections.abc import Iterable
from typing import NamedTuple

import http_sf

from analysis.patterns import longest_first
from analysis.signals import Said
from newsroom.wire.signals.labels import effect, said

LONGEST = 4_000  # characters of one field
_RESTRICTING = {"n", "no"}


type _Entry = tuple[str, str, int | None]  # path, token, line


class Field(NamedTuple):
    """A field as it stands in a file or header: its value, its line, and the part of the site that it is about."""

    value: str
    line: int | None = None
    path: str = ""


def usage(value: str) -> dict[str, str]:
    """Label to `y` or `n` of a Content-Usage field; of a repeated label the last counts. Any other value is unknown.

    A field that does not parse says nothing.
    """
    try:
        found = http_sf.parse(value[:LONGEST].encode("ascii"), tltype="dictionary")
    except (ValueError, RecursionError):
        return {}
    items = {label: item[0] for label, item in found.items()}  # type: ignore[union-attr, index]
    return {
        label: str(token) for label, token in items.items() if isinstance(token, http_sf.Token) and token in ("y", "n")
    }


def content_signal(value: str) -> dict[str, str]:
    """Label to value of a Content-Signal field."""
    pairs = (pair.partition("=") for pair in value[:LONGEST].lower().split(","))
    return {label.strip(): token.strip() for label, sign, token in pairs if sign}


_READ = {"Content-Usage": usage, "Content-Signal": content_signal}


def read(signal: str, fields: Iterable[Field]) -> tuple[Said, ...]:
    """What all fields of one signal say together, label by label: the longest path counts, of two the stricter."""
    by_label: dict[str, list[_Entry]] = {}
    for field in fields:
        for label, token in _READ[signal](field.value).items():
            by_label.setdefault(label, []).append((field.path, token, field.line))
    return tuple(_statement(signal, label, entries) for label, entries in by_label.items())


def _statement(signal: str, label: str, entries: list[_Entry]) -> Said:
    value = ", ".join(f"{path} {token}".strip() for path, token, _line in entries)
    restricting = [token for _path, token, _line in entries if token in _RESTRICTING]
    effects = effect(signal, label, restricting[0]) if restricting else {}
    places = [(path or "/", bool(effect(signal, label, token))) for path, token, _line in entries]
    try:
        named = longest_first(places, ties=True) if any(path for path, _token, _line in entries) else ()
    except ValueError:
        named = ()
    return said(signal, label, value, effects, line=entries[0][2], places=named if effects else ())
