"""What publishers' machine-readable signals said, kept as evidence, and the terms that follow from it.

The wire reads (newsroom/wire/signals/) and hands over what was said; here it is written down. A reading that says what
the one before it said moves one moment and nothing else, so that evidence does not grow by a row each day. Terms that
follow are dated rows like all others; what is gone is withdrawn by a row, and nothing is overwritten.

What cannot be read:
  - A read that failed (no answer, or a server error) changes no terms: what was last said stands, as RFC 9309
    section 2.4 lets a copy of robots.txt stand while the file is unreachable.
  - Where nothing is known yet, a failed read counts as the reading says: a robots.txt that answers with a server error
    refuses all (2.3.1.4), a licence that cannot be had permits nothing. The error may be taken for absence after 30
    days (the same section); we do not, because nobody has said so.
  - No answer at all may be our own network's fault and is nobody's word: nothing is fetched from the host meanwhile
    (newsroom/wire/reading.py), and the terms stay as they are.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from analysis.models import Publisher, SignalReading, SignalSource, Terms
from analysis.models.publishers import AI, Basis, Level, Scope
from analysis.models.signals import SignalKind
from analysis.patterns import Places

MOST_SAID = 60  # statements kept of one reading
LONGEST_VALUE = 300
_LEVELS = (Level.NONE, Level.LINK, Level.SHORT, Level.FULL)  # strictest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One statement of a signal, as read, and what it does here. One without effect is shown, and binds nothing.

    `until`: `level` holds to this aware moment. `places` are the parts of the site that it is about; empty: all of it.
    """

    signal: str  # by the name of its standard: robots.txt, TDMRep
    label: str
    value: str = ""
    line: int | None = None  # in the file, from 1
    level: str = ""
    ai: str = ""
    quote_chars: int | None = None
    until: datetime | None = None
    places: Places = ()

    @property
    def binds(self) -> bool:
        return bool(self.level or self.ai == AI.DENY or self.quote_chars is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one address said at one moment.

    `about`: `host/` for a whole host, the canonical URL for one page. `error`: why it could not be read; then `said`
    is what counts as long as nothing else is known.
    """

    kind: SignalKind
    url: str
    about: str
    at: datetime
    status: int | None = None
    said: tuple[Said, ...] = ()
    sha256: str = ""
    error: str = ""


@transaction.atomic
def record(publisher: Publisher, readings: Sequence[Reading]) -> int:
    """Write down what was read of a publisher's, and the terms that follow. Returns how many said something new.

    A robots.txt or a page comes with the licences that it refers to: one that is missing is referred to no longer.
    """
    new = sum(_record(publisher, reading) for reading in readings)
    for reading in readings:
        if reading.kind in (SignalKind.ROBOTS, SignalKind.PAGE) and not reading.error:
            known = SignalSource.objects.filter(kind=SignalKind.LICENCE, about=reading.about)
            for source in known.exclude(digest__in=[_digest(r) for r in readings]):
                if in_force(source, reading.at):
                    SignalReading.objects.create(source=source, read_at=reading.at)
                    _state(source, {}, reading.at)
                    new += 1
    return new


def _digest(reading: Reading) -> str:
    return hashlib.sha256("\n".join((reading.kind, reading.about, reading.url)).encode()).hexdigest()


def _record(publisher: Publisher, reading: Reading) -> bool:
    source, _created = SignalSource.objects.select_for_update().get_or_create(
        digest=_digest(reading),
        defaults={
            "publisher": publisher,
            "kind": reading.kind,
            "url": reading.url,
            "about": reading.about,
            "read_at": reading.at,
        },
    )
    if reading.at < source.read_at:
        return False  # a slower worker, with older news
    source.publisher, source.read_at = publisher, reading.at
    if not reading.error:
        source.confirmed_at = reading.at
    source.save(update_fields=["publisher", "read_at", "confirmed_at"])

    kept = bounded(reading.said)
    said = [_stored(one) for one in kept]
    last = source.readings.first()
    if last and (last.status, last.said, last.error) == (reading.status, said, reading.error):
        return False
    SignalReading.objects.create(
        source=source, read_at=reading.at, status=reading.status, said=said, sha256=reading.sha256, error=reading.error
    )
    if not reading.error or not source.confirmed_at:
        _state(source, statements(kept), reading.at)
    return True


def bounded(said: Sequence[Said]) -> tuple[Said, ...]:
    """As many statements as are kept: the strictest level first, then what else binds, then what is only shown."""
    kept = sorted(said, key=lambda one: (_LEVELS.index(one.level) if one.level else len(_LEVELS), not one.binds))
    return tuple(replace(one, value=clean(one.value), label=clean(one.label, 60)) for one in kept[:MOST_SAID])


def clean(text: str, most: int = LONGEST_VALUE) -> str:
    """A stranger's text as a database can keep it: cut, without NUL and without half of a surrogate pair."""
    return text[:most].encode("utf-8", "replace").decode().replace("\0", "")


def statements(said: Iterable[Said]) -> dict[str, dict[str, Any]]:
    """The terms that follow from one reading, by the name under which each supersedes an earlier one.

    Of two statements under one name the stricter counts, field by field; about different parts, about all.
    """
    found: dict[str, dict[str, Any]] = {}
    for one in said:
        if not (one.binds or one.ai):
            continue
        name = f"{one.signal} {one.label}"[:60]
        if one.until:  # its end is a row of its own: a new moment must not be ended by the row of an older one
            name += f" {one.until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        fields = {
            "level": one.level,
            "ai": one.ai,
            "quote_chars": one.quote_chars,
            "until": one.until,
            "places": [list(place) for place in one.places],
        }
        found[name] = _stricter(found[name], fields) if name in found else fields
    return found


def _stricter(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    chars = [c for c in (a["quote_chars"], b["quote_chars"]) if c is not None]
    return {
        "level": min(filter(None, (a["level"], b["level"])), key=_LEVELS.index, default=""),
        "ai": max(a["ai"], b["ai"]),  # "" < "allow" < "deny"
        "quote_chars": min(chars, default=None),
        "until": a["until"],
        "places": a["places"] if a["places"] == b["places"] else [],
    }


def _state(source: SignalSource, said: dict[str, dict[str, Any]], at: datetime) -> None:
    """Make the terms that rest on a source say this, from now on."""
    place = {
        "scope": Scope.PATH if source.of_site else Scope.URL,
        "basis": Basis.SITE_SIGNAL if source.of_site else Basis.PAGE_SIGNAL,
        "value": source.about,
        "source": source,
        "publisher": source.publisher,
    }
    known = in_force(source, at)
    for name in {*known, *said}:
        old, new = known.get(name), said.get(name)
        if old and new and all(getattr(old, field) == value for field, value in new.items() if field != "until"):
            continue
        if old:
            Terms.objects.create(**place, signal=name, revoked=True, effective_from=at)
        if new and not (new["until"] and new["until"] <= at):
            fields = {field: value for field, value in new.items() if field != "until"}
            Terms.objects.create(**place, signal=name, effective_from=at, **fields)
            if new["until"]:
                Terms.objects.create(**place, signal=name, revoked=True, effective_from=new["until"])


def in_force(source: SignalSource, at: datetime) -> dict[str, Terms]:
    """The statements that rest on a source at an aware moment, by name. One query."""
    found: dict[str, Terms] = {}
    for row in source.terms.filter(effective_from__lte=at).order_by("effective_from", "id"):
        if row.revoked:
            found.pop(row.signal, None)
        else:
            found[row.signal] = row
    return found


def _stored(one: Said) -> dict[str, Any]:
    """A statement as JSON, without what it does not say."""
    stored = {name: value for name, value in asdict(one).items() if value not in ("", None, ())}
    if one.until:
        stored["until"] = one.until.astimezone(UTC).isoformat()
    if one.places:
        stored["places"] = len(one.places)  # the patterns themselves stand in the terms
    return stored
