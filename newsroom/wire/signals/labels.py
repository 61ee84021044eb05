"""Statements made of a standard's words, by the table in labels.toml."""

import tomllib
from pathlib import Path
from typing import Any

from analysis.signals import Said, clean

_EFFECTS: dict[str, dict[str, dict[str, dict[str, Any]]]] = tomllib.loads(
    Path(__file__).with_name("labels.toml").read_text()
)


def effect(table: str, label: str, value: str) -> dict[str, Any]:
    """What a value of a label does here: fields of Said; none if it binds nothing."""
    return _EFFECTS[table].get(label, {}).get(value, {})


def known(table: str) -> frozenset[str]:
    """The labels of a standard that are looked for."""
    return frozenset(_EFFECTS[table])


def said(signal: str, label: str, value: str, effects: dict[str, Any] | None = None, **more: Any) -> Said:
    """A statement with its value cut to what is kept."""
    return Said(signal=signal, label=label, value=clean(value), **(effects or {}), **more)
