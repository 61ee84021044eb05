"""IPTC ninjs: whether an item may be published, and from when."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from analysis.signals import Said
from newsroom.wire.signals.decoding import text_of
from newsroom.wire.signals.labels import effect, said

# 3.x, and the names that 1.x and 2.x had
_STATUS = ("pubStatus", "pubstatus")
_EMBARGO = ("embargoedUntil", "embargoed")
_KNOWN = ("usable", "withheld", "canceled")
_LAST_ON_EARTH = timezone(timedelta(hours=-12))


def read(body: bytes, content_type: str = "") -> tuple[Said, ...]:
    """What an item says of its publication. An unknown status, and a moment that cannot be read, withhold it."""
    try:
        item = json.loads(text_of(body, content_type))
    except (ValueError, RecursionError):
        return ()
    if not isinstance(item, dict):
        return ()
    found = []
    for name in _STATUS:
        if name in item:
            status = _word(item[name])
            value = status if status in _KNOWN else "withheld"
            found.append(said("ninjs", "pubStatus", status, effect("ninjs", "pubStatus", value)))
    for name in _EMBARGO:
        if item.get(name) is not None:
            text = _word(item[name])
            found.append(said("ninjs", "embargoedUntil", text, {"level": "none"}, until=_moment(text)))
    return tuple(found)


def _word(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _moment(text: str) -> datetime | None:
    """An RFC 3339 moment; one without a zone is when the last place on Earth reaches it."""
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=_LAST_ON_EARTH)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
