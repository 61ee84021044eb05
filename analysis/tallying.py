"""How many public watch items are in which state: kept with every change, so that reading costs what it did before.

A tally knows no days. What is past its date is what the tally holds less what is still ahead, and that is counted anew
each time: it is as much as a newsroom has promised and not yet reached, never the archive.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, F, QuerySet, Value

from analysis.models import WatchItem, WatchTally


class Key(NamedTuple):
    """What items are counted by."""

    topic: int
    desk: int
    likelihood: int  # percent
    state: str  # as stored: open, yes, no, ambiguous, annulled


class Counts(NamedTuple):
    past: dict[Key, int]  # their date is over
    ahead: dict[Key, int]  # it is not: they count for nothing yet, judged or not


def opened(items: Iterable[WatchItem]) -> None:
    """Count items that have just become public. Call in the transaction that makes them so."""
    _add(Counter(_key(item, item.state) for item in items))


def moved(item: WatchItem, to: str) -> None:
    """Count a public item in another state than it has. Call in the transaction that changes it."""
    _add(Counter({_key(item, item.state): -1, _key(item, to): 1}))


def counted(today: date) -> Counts:
    """All public items by key, on a day (UTC): an item is past from the day after its date. One query: two could see
    different moments."""
    by = Key._fields
    tallies = WatchTally.objects.filter(n__gt=0).values_list(*by, "n", Value(False))
    ahead = _public().filter(due__gte=today).values_list(*by).annotate(count=Count("pk"), ahead=Value(True))
    counts = Counts(Counter(), Counter())
    for *key, n, is_ahead in tallies.union(ahead.order_by(), all=True):
        counts.past[Key(*key)] += -n if is_ahead else n
        if is_ahead:
            counts.ahead[Key(*key)] = n
    return counts


def differing() -> dict[Key, tuple[int, int]]:
    """Where the tally says something else than counting every item does: by key, what it says and what is so. Nothing,
    unless somebody wrote to the tables by hand. Reads the whole archive."""
    by = Key._fields
    kept = {Key(*key): n for *key, n in WatchTally.objects.values_list(*by, "n")}
    so = {Key(*key): n for *key, n in _public().values_list(*by).annotate(n=Count("pk")).order_by()}
    return {key: (kept.get(key, 0), so.get(key, 0)) for key in {*kept, *so} if kept.get(key, 0) != so.get(key, 0)}


@transaction.atomic
def mend() -> int:
    """Make the tally say what is so. Returns how many rows were wrong."""
    found = differing()
    _add(Counter({key: so - kept for key, (kept, so) in found.items()}))
    return len(found)


def _public() -> QuerySet[WatchItem]:
    return WatchItem.objects.filter(public_since__isnull=False)


def _key(item: WatchItem, state: str) -> Key:
    assert item.topic_id and item.desk_id  # noqa: S101  a public item is filed, says a constraint
    return Key(item.topic_id, item.desk_id, item.likelihood, state)


def _add(changes: Counter[Key]) -> None:
    """In the order of the keys, so that two who change the same rows never wait for each other."""
    for key, n in sorted(changes.items()):
        where = {"topic_id": key.topic, "desk_id": key.desk, "likelihood": key.likelihood, "state": key.state}
        rows = WatchTally.objects.filter(**where)
        if not rows.update(n=F("n") + n):
            WatchTally.objects.bulk_create([WatchTally(**where)], ignore_conflicts=True)  # someone may be faster
            rows.update(n=F("n") + n)
