"""What the story screen costs: of an ordinary story, and of one with thirty sources and forty claims.

Prints; asserts nothing. Run by tests/bench.py for each engine, over an empty database that DATABASE_URL names. Each
figure stands beside a loop of additions in the same process, for machines differ, and one machine from hour to hour.
"""

import gzip
import itertools
import statistics
import time
from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode

import django
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

django.setup()

from django.conf import settings  # noqa: E402  settings first
from django.contrib.auth.models import Group, User  # noqa: E402

from analysis.models import Claim, ContextNote, Evidence, Source, Story, WatchItem  # noqa: E402
from tests import making  # noqa: E402
from tests.newsroom.admin.screen import sent_by, since  # noqa: E402

ROUNDS = 15
TYPING = "/admin/analysis/story/typing/"


def story(sources: int, claims: int) -> Story:
    wire = making.publisher()
    made = making.draft(making.article(wire), summary="It said so. " * 10)
    for n in range(1, sources):
        Source.objects.create(story=made, article=making.article(wire), role="coverage", why="It has more.", position=n)
    rows = list(made.sources.all())
    for slot in ("take", "disagreement", "why"):
        note = ContextNote.objects.create(story=made, slot=slot, title="A title", text="A *note* of some words. " * 40)
        note.rests_on.set(rows[:2])
    for n in range(claims):
        claim = Claim.objects.create(story=made, text=f"Claim number {n}.", standing="reported", why="W.", position=n)
        said = (("states", "attributes", "disputes", "silent")[(n + i) % 4] for i in range(sources))
        Evidence.objects.bulk_create(
            Evidence(claim=claim, source=row, stance=stance) for row, stance in zip(rows, said, strict=True)
        )
    for n in range(3):
        WatchItem.objects.create(
            story=made, statement=f"Item {n}.", due=date(2031, 1, 1), likelihood=60, settled_by="A register", position=n
        )
    return made


def additions() -> float:
    """Milliseconds of CPU that a million additions take now: what the other figures are to be read by."""
    began, total = time.process_time(), 0
    for n in range(1_000_000):
        total += n
    return 1000 * (time.process_time() - began)


def measure[Asked](what: str, prepared: Callable[[], Asked], ask: Callable[[Asked], HttpResponse]) -> float:
    """Prints what one request costs, without what prepares it; returns it as a multiple of the loop."""
    took, worked, loops = [], [], []
    for _ in range(ROUNDS):
        loops.append(additions())
        asked = prepared()
        begun, cpu = time.perf_counter(), time.process_time()
        ask(asked)
        took.append((time.perf_counter() - begun) * 1000)
        worked.append((time.process_time() - cpu) * 1000)
    asked = prepared()
    with CaptureQueriesContext(connection) as queries:
        answer = ask(asked)
    size, packed = len(answer.content), len(gzip.compress(answer.content))
    ms, loop = statistics.median(took), statistics.median(loops)
    cpu = statistics.median(worked)  # of this process: what else the machine does is not in it, nor is PostgreSQL
    print(
        f"{what:<50}{ms:>7.1f} ms{cpu:>7.1f} ms cpu{ms / loop:>6.2f} loops of {loop:.0f} ms"
        f"{len(queries):>4} queries{size:>9,} bytes{packed:>7,} gzipped"
    )
    return ms / loop


def costs(client: Client, sources: int, claims: int) -> dict[str, float]:
    """Prints what each request of one window costs; returns it in loops."""
    at = f"/admin/analysis/story/{story(sources, claims).pk}/change/"
    form, turns, kept = sent_by(client.get(at)), itertools.count(1), {}

    def send(body: str) -> HttpResponse:
        answer = client.post(TYPING, body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 200, "it was wanted whole"
        kept["since"] = answer.headers["X-Since"]
        return answer

    def typed(form: dict, **more: object) -> str:
        return urlencode(form | {"dek": str(time.time()), "turn": next(turns), **more}, doseq=True)

    def changed(form: dict, since: str) -> str:
        """As static/js/desk.js sends it: what was changed since a text that the server has."""
        return typed({name: form[name] for name in ("window", "shown", "version")}, since=since)

    def first() -> str:
        page = client.get(at)
        return changed(sent_by(page), since(page))

    size = f"{sources} sources, {claims} claims"
    return {
        "open": measure(f"open, {size}", lambda: at, client.get),
        "first": measure(f"typed, first in a window, {size}", first, send),
        "whole": measure(f"typed, sent whole, {size}", lambda: typed(form), send),
        "typing": measure(f"typed, what was changed, {size}", lambda: changed(form, kept["since"]), send),
    }


def main() -> None:
    call_command("migrate", verbosity=0)
    settings.ALLOWED_HOSTS.append("testserver")
    user = User.objects.create(username="bench", is_staff=True)
    user.groups.add(Group.objects.get(name="editor"))
    client = Client()
    client.force_login(user)
    print(f"the story screen on {connection.vendor}")
    ordinary, large = (costs(client, *size) for size in ((3, 4), (30, 40)))
    for what in ordinary:
        print(f"  {what}: the large one takes {large[what] / ordinary[what]:.1f} times the ordinary one's")


if __name__ == "__main__":
    main()
