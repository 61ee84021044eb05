"""What the desk's lists and first page cost: with a thousand stories, and with many.

Prints; asserts nothing. Run by tests/bench.py for each engine, over an empty database that DATABASE_URL names.
"""

import sys
import time
from datetime import timedelta

import django
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

django.setup()

from django.conf import settings  # noqa: E402  settings first
from django.contrib.auth.models import User  # noqa: E402

from analysis.models import Revision, SearchEntry, Story, Topic  # noqa: E402
from tests import making  # noqa: E402

FEW, MANY, ROUNDS = 1_000, 200_000, 9
LIST = "/admin/analysis/story/"
PAGES = {
    "first page of the desk": "/admin/",
    "list of stories": LIST,
    "  published": f"{LIST}?status=published",
    "  not public yet": f"{LIST}?status=open",
    "  in review": f"{LIST}?status=review",
    "  mine": f"{LIST}?whose=mine",
    "  of a topic": f"{LIST}?topic__id__exact={{topic}}",
    "  published, of a topic": f"{LIST}?status=published&topic__id__exact={{topic}}",
    "  search, a word of all": f"{LIST}?q=headline",
    "  search, one of many": f"{LIST}?q=word77",
    "  search, a rare word": f"{LIST}?q=zebra",
    "public search, all have it": "/search/?q=headline",
    "  one of many": "/search/?q=word77",
    "  a rare word": "/search/?q=zebra",
}


def write(first: int, last: int, by: User) -> None:
    """Stories with the numbers from `first` to `last`; nine of ten are public, and share one revision."""
    topics = [making.topic(), Topic.objects.get_or_create(slug="rare", defaults={"name": "Rare"})[0]]
    desk, revision = making.desk(), Revision.objects.order_by("pk").first() or _revision()
    for start in range(first, last, 10_000):
        with transaction.atomic():
            some = range(start, min(start + 10_000, last))
            made = Story.objects.bulk_create(_story(n, topics, desk, revision, by) for n in some)
            _index([(story.pk, _words(n)) for n, story in zip(some, made, strict=True) if story.current_id])


def _words(n: int) -> str:
    """What a published story is found by: words of all, words of its own, and one that very few have."""
    text = " ".join(f"word{(n * k) % 5_000}" for k in range(1, 120))
    return f"headline number {n} {text}{' zebra' if n % 50_000 == 7 else ''}"


def _index(rows: list[tuple[int, str]]) -> None:
    """As analysis.search.remember, many at once."""
    if connection.vendor == "postgresql":
        SearchEntry.objects.bulk_create(SearchEntry(story_id=pk, words=words) for pk, words in rows)
        return
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO analysis_search (rowid, words) VALUES (%s, %s)", rows)


def _revision() -> Revision:
    return making.published(headline="The first headline").revisions.get()


def _story(n: int, topics: list, desk, revision: Revision, by: User) -> Story:
    public = n % 10 != 0
    at = making.LONG_AGO + timedelta(minutes=n)
    return Story(
        slug=f"bench-{n}", headline=f"Headline number {n}", topic=topics[n % 1000 == 0], desk=desk, created_by=by,
        status="published" if public else "review" if n % 1000 == 10 else "draft",
        current=revision if public else None, published_at=at if public else None, updated_at=at if public else None,
    )  # fmt: skip


def measure(client: Client) -> dict[str, tuple[float, int]]:
    """Milliseconds, the least of some rounds, and number of queries of each page.

    The least, because the two sizes cannot be measured by turns: what else the machine does would look like growth.
    """
    found = {}
    for name, address in PAGES.items():
        at = address.format(topic=making.topic().pk)
        assert client.get(at).status_code == 200, at
        with CaptureQueriesContext(connection) as captured:
            client.get(at)
        queries = len(captured)  # counted now: each request empties the log
        times = []
        for _round in range(ROUNDS):
            began = time.perf_counter()
            client.get(at)
            times.append(1000 * (time.perf_counter() - began))
        found[name] = min(times), queries
    return found


def main(many: int) -> None:
    call_command("migrate", verbosity=0)
    settings.ALLOWED_HOSTS.append("testserver")
    editor = User.objects.create_superuser("bench")
    client = Client()
    client.force_login(editor)
    sizes = {}
    written = 1
    for n in (FEW, many):
        write(written, n, editor)
        written = n
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        sizes[n] = measure(client)
    few, much = sizes.values()
    for name in PAGES:
        print(f"  {name:<28}{few[name][0]:>8.1f} ms with {FEW:,} stories, {much[name][0]:>8.1f} ms with {many:,}: "
              f"{much[name][0] / few[name][0]:>5.2f} times; {much[name][1]} queries")  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MANY)
