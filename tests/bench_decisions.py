"""What terms cost: resolved for a page of 30 stories, and decided for a publisher with ten articles and with 100,000.

Prints; asserts nothing. Run by tests/bench.py for each engine, over an empty database that DATABASE_URL names.
"""

import statistics
import time
from collections.abc import Callable

import django
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

django.setup()

from analysis import rights, rulebook  # noqa: E402  settings first
from analysis.models import Article, Citation, Publisher, Story, Terms  # noqa: E402
from analysis.terms import Work  # noqa: E402
from tests import making  # noqa: E402
from tests.analysis.cases import confirmed, link_only  # noqa: E402

MANY, FEW, STORIES, STATEMENTS, ROUNDS = 100_000, 10, 30, 50_000, 25


def writer(n: int) -> Publisher:
    """A publisher with n articles, ten of them cited by each of our stories."""
    of = making.publisher()
    host, topic, desk = of.domains.get().host, making.topic(), making.desk()
    articles = Article.objects.bulk_create(
        (Article(url=f"https://{host}/{i}", title="T", publisher=of, published_at=making.LONG_AGO) for i in range(n)),
        batch_size=5_000,
    )
    stories = Story.objects.bulk_create(
        Story(slug=f"{of.slug}-{i}", headline="H", topic=topic, desk=desk) for i in range(-(-n // 10))
    )
    cited = (
        Citation(story=stories[i // 10], article=article, publisher=of, role="background", in_summary=False,
                 position=i % 10, published_at=making.LONG_AGO)
        for i, article in enumerate(articles)
    )  # fmt: skip
    Citation.objects.bulk_create(cited, batch_size=5_000)
    return of


def page() -> list[Work]:
    """What 30 stories rest on, among publishers who have all said something."""
    works = [rulebook.work_of(making.article()) for _story in range(STORIES)]
    owners = [work.publisher for work in works]
    Terms.objects.bulk_create(
        Terms(scope="url", publisher_id=owners[i % STORIES], value=f"https://wire-{i % STORIES}.test/old/{i}",
              basis="publisher", level="short", effective_from=making.LONG_AGO)
        for i in range(STATEMENTS)
    )  # fmt: skip
    for owner in owners:
        making.terms(Publisher.objects.get(pk=owner), level="short", max_words=30)
    return works


def milliseconds(run: Callable[[], object], rounds: int = 200) -> float:
    times = []
    for _round in range(rounds):
        began = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def resolving(works: list[Work]) -> None:
    def resolve() -> None:
        book, now = rulebook.current(), timezone.now()
        for work in works:
            book.permit(work, now)

    def anew() -> None:
        rulebook.current()._permits.clear()
        resolve()

    resolve()
    with CaptureQueriesContext(connection) as captured:
        resolve()
    print(f"  terms of {STORIES} stories: {len(captured)} query, {milliseconds(resolve):.2f} ms; "
          f"{milliseconds(anew):.2f} ms when each is worked out anew")  # fmt: skip


def deciding() -> None:
    sizes = {n: writer(n) for n in (FEW, MANY)}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    times: dict[int, list[float]] = {FEW: [], MANY: []}
    first: list[float] = []
    for _round in range(ROUNDS):
        for n, of in sizes.items():  # by turns, so that whatever else this machine does strikes both
            case = confirmed(Article.objects.filter(publisher=of).latest("id").url)
            times[n].append(milliseconds(lambda case=case: rights.decide(case, None, link_only("publisher")), rounds=1))
            first.append(milliseconds(rulebook.current, rounds=1))
    few, many = (statistics.median(times[n]) for n in (FEW, MANY))
    for n, took in ((FEW, few), (MANY, many)):
        print(f"  a decision on a publisher with {n:,} articles: {took:.2f} ms")
    print(f"  the one takes {many / few:.2f} times as long as the other; the first request after it takes up "
          f"what was added to {Terms.objects.count():,} statements: {statistics.median(first):.1f} ms")  # fmt: skip


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    resolving(page())
    deciding()
