"""What the story screen costs: of an ordinary story, and of one with thirty sources and forty claims.

Prints; asserts nothing. Run by tests/bench.py for each engine, over an empty database that DATABASE_URL names.
"""

import gzip
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
from tests.newsroom.admin.screen import sent_by  # noqa: E402

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


def measure(what: str, ask: Callable[[], HttpResponse]) -> float:
    took, worked = [], []
    for _ in range(ROUNDS):
        begun, cpu = time.perf_counter(), time.process_time()
        ask()
        took.append((time.perf_counter() - begun) * 1000)
        worked.append((time.process_time() - cpu) * 1000)
    with CaptureQueriesContext(connection) as queries:
        answer = ask()
    size, packed = len(answer.content), len(gzip.compress(answer.content))
    ms = statistics.median(took)
    cpu = statistics.median(worked)  # of this process: what else the machine does is not in it, nor is PostgreSQL
    print(f"{what:<44}{ms:>8.1f} ms{cpu:>8.1f} ms cpu{len(queries):>5} queries{size:>10,} bytes{packed:>8,} gzipped")
    return ms


def main() -> None:
    call_command("migrate", verbosity=0)
    settings.ALLOWED_HOSTS.append("testserver")
    user = User.objects.create(username="bench", is_staff=True)
    user.groups.add(Group.objects.get(name="editor"))
    client = Client()
    client.force_login(user)
    print(f"the story screen on {connection.vendor}")
    ms: dict[str, list[float]] = {"open": [], "typing": []}
    for sources, claims in ((3, 4), (30, 40)):
        at = f"/admin/analysis/story/{story(sources, claims).pk}/change/"
        form = sent_by(client.get(at))

        def typing(form: dict = form) -> HttpResponse:
            body = urlencode(form | {"dek": str(time.time())}, doseq=True)
            return client.post(TYPING, body, content_type="application/x-www-form-urlencoded")

        size = f"{sources} sources, {claims} claims"
        ms["open"].append(measure(f"open, {size}", lambda at=at: client.get(at)))
        ms["typing"].append(measure(f"kept, checked, previewed, {size}", typing))
    for what, (ordinary, large) in ms.items():
        print(f"  {what}: the large one takes {large / ordinary:.1f} times the ordinary one's")


if __name__ == "__main__":
    main()
