"""What the scorecard costs: with a thousand promises that were judged, and with a hundred thousand.

Prints; asserts nothing. Run by tests/bench.py for each engine, over an empty database that DATABASE_URL names.
"""

import time
from datetime import timedelta
from random import Random

import django
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

django.setup()

from django.conf import settings  # noqa: E402  settings first

from analysis import scorecard, tallying  # noqa: E402
from analysis.models import Desk, Judgment, Story, Topic, WatchItem  # noqa: E402
from tests import making  # noqa: E402

FEW, MANY, AHEAD, ROUNDS = 1_000, 100_000, 2_000, 7
STATES = ["yes"] * 9 + ["no"] * 9 + ["ambiguous", "open"]


def write(story: Story, first: int, last: int) -> None:
    """Public items with the numbers from `first` to `last`, on ten topics and five desks; the first ones are ahead."""
    random, now = Random(first), timezone.now()
    topics = [Topic.objects.get_or_create(slug=f"t{n}", defaults={"name": f"Topic {n}"})[0] for n in range(10)]
    desks = [Desk.objects.get_or_create(slug=f"d{n}", defaults={"name": f"Desk {n}"})[0] for n in range(5)]
    for start in range(first, last, 10_000):
        with transaction.atomic():
            made = [
                WatchItem(
                    story=story, statement=f"Item {n}.", settled_by="A register", likelihood=5 * random.randint(1, 19),
                    due=now.date() + timedelta(days=1 + n % 300 if n < AHEAD else -1 - n % 3_000), public_since=now,
                    topic=topics[n % 10], desk=desks[n % 5], state="open" if n < AHEAD else random.choice(STATES),
                )
                for n in range(start, min(start + 10_000, last))
            ]  # fmt: skip
            WatchItem.objects.bulk_create(made)
            Judgment.objects.bulk_create(
                Judgment(item=item, state=item.state, why="So it was.", url=making.REGISTER)
                for item in made
                if item.state != "open"
            )
            tallying.opened(made)


def anew() -> dict[tallying.Key, int]:
    """The same counted from the items, by the database."""
    from django.db.models import Count

    today = timezone.now().date()
    rows = WatchItem.objects.filter(public_since__isnull=False, due__lt=today).values_list(*tallying.Key._fields)
    return {tallying.Key(*key): n for *key, n in rows.annotate(n=Count("pk")).order_by()}


def least(act) -> float:
    """Milliseconds, the least of some rounds: what else the machine does only adds."""
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        act()
        times.append(1000 * (time.perf_counter() - began))
    return min(times)


def main() -> None:
    call_command("migrate", verbosity=0)
    settings.ALLOWED_HOSTS.append("testserver")
    client, story, found = Client(), making.published(), {}
    asked = {
        "scorecard, its numbers": lambda: scorecard.scorecard(timezone.now()),
        "  counted anew": anew,
        "/scorecard/": lambda: client.get("/scorecard/"),
        "/scorecard.csv": lambda: client.get("/scorecard.csv"),
        "/watch/": lambda: client.get("/watch/"),
    }
    written = 0
    for n in (FEW + AHEAD, MANY + AHEAD):
        write(story, written, n)
        written = n
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        found[n] = {name: least(act) for name, act in asked.items()}
        past = {key: n for key, n in tallying.counted(timezone.now().date()).past.items() if n}
        print(f"  {n - AHEAD} past their day: the summary says what counting anew does: {past == anew()}")
    few, many = found.values()
    print(f"\nWhat was promised, on {connection.vendor}: ms{'':>8}{FEW:>12}{MANY:>12}{'ratio':>8}")
    for name in asked:
        print(f"  {name:<32}{few[name]:>16.1f}{many[name]:>12.1f}{many[name] / few[name]:>8.2f}")


if __name__ == "__main__":
    main()
