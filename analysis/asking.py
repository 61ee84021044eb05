"""When the server of a source is asked, what is kept of its answers, and what they come to for a page of ours.

A page is asked when it is added to a story, within minutes after a story that rests on it was published (for the first
time or again), a day and a week later, and with the weekly reading of its signals (analysis/evidence.py). Who is due
after a publication follows from the stories themselves, so that no way of publishing can forget to ask. Each asking
makes a row, but for the weekly one: that is kept only if it says something else than the last, or a month has passed.
So an article that stands still has fewer than twenty rows after its first year, and thirteen more with each that
follows; one that never stands still, one a week.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from analysis.addresses import host_of
from analysis.models import Article, Citation, PageReading, Story
from analysis.models.readings import Occasion, Outcome
from analysis.models.stories import StoryStatus
from analysis.posts import EPOCH
from analysis.prepared import Prepared
from analysis.provenance import Asked

DAY = timedelta(days=1)
MONTH = timedelta(days=27)  # of weekly readings the fourth is kept, whatever minute it comes at
PAUSE = timedelta(minutes=10)  # between two that are asked for by the same reason
AFTER = ((timedelta(), Occasion.PUBLISHED), (DAY, Occasion.LATER), (timedelta(days=7), Occasion.LATER))
PER_HOST = 5  # pages of one host in a round: nobody's server is to feel that we publish
LOOKED = 500
LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of asking one page, at one aware moment."""

    at: datetime
    outcome: Outcome
    status: int | None = None
    final_url: str = ""  # where it leads, if to another page; without query
    sha256: str = ""  # of what it says; empty if that could not be read
    memento: str = ""  # an archived copy
    copies: bool = True  # the page does not ask that none be shown
    why: str = ""  # it could not be asked


def record(article: int, answer: Answer, occasion: Occasion | None = None) -> bool:
    """Keep what came of asking an article's page. Returns whether a row was written. Two queries.

    Without an `occasion` it was asked for something else, and only news is kept, and one row a month. An archived copy
    that was known stays known, unless the page is not shown to everybody or asks that no copy be shown.
    """
    last = latest(article)
    kept = last.memento if last and answer.copies and answer.outcome != Outcome.WALLED else ""
    memento = answer.memento or kept
    if occasion is None and last and answer.at < last.asked_at + MONTH:
        said = (answer.outcome, answer.status, answer.final_url, answer.sha256, memento)
        if said == (last.outcome, last.status, last.final_url, last.sha256, last.memento):
            return False
    PageReading.objects.create(
        article_id=article,
        asked_at=answer.at,
        occasion=occasion or Occasion.LATER,
        outcome=answer.outcome,
        status=answer.status,
        final_url=answer.final_url[:LONGEST],
        sha256=answer.sha256,
        memento=memento,
        why=answer.why[:300],
    )
    return True


def latest(article: int) -> PageReading | None:
    """What was kept last of an article's page. One query."""
    return PageReading.objects.filter(article=article).order_by("-id").first()


def not_asked_since(articles: Collection[int], since: datetime) -> list[int]:
    """Those of these articles whose pages were not asked since an aware moment. One query."""
    asked = PageReading.objects.filter(article__in=articles, asked_at__gte=since).values_list("article_id", flat=True)
    done = set(asked)
    return [pk for pk in articles if pk not in done]


def due(now: datetime, most: int) -> list[tuple[int, Occasion]]:
    """Articles whose pages are to be asked because a story that rests on them was published, and on which occasion.

    Newest stories first, at most `most`, and few of one host; the others are due again at the next call, until they
    were asked. Three queries, bounded by what was published in three days of the last eight.
    """
    found: dict[int, Occasion] = {}
    hosts: Counter[str] = Counter()
    for after, occasion in AFTER:
        for article, url in _waiting(now, after):
            host = host_of(url)
            if article not in found and hosts[host] < PER_HOST and len(found) < most:
                found[article] = occasion
                hosts[host] += 1
    return list(found.items())


def _waiting(now: datetime, after: timedelta) -> QuerySet[Citation, tuple[int, str]]:
    """Articles, with their addresses, of the stories that were published in the day before `after` ago, and were not
    asked since; at a later look, not within a day."""
    since: Any = now - DAY if after else OuterRef("story__current__created_at")
    asked = PageReading.objects.filter(article=OuterRef("article"), asked_at__gte=since)
    cited = Citation.objects.filter(
        ~Exists(asked),
        story__status=StoryStatus.PUBLISHED,
        story__updated_at__gt=now - after - DAY,  # never before its revision, and found by an index
        story__current__created_at__gt=now - after - DAY,
        story__current__created_at__lte=now - after,
    )
    return cited.order_by("-story__updated_at", "position").values_list("article_id", "article__url")[:LOOKED]


# --- what the answers come to -----------------------------------------------------------------------------------------


def _of(ids: Any, since: Any) -> QuerySet[PageReading, Any]:
    """Of each article its newest reading, and the first one with a text since a moment, and since we read it."""
    of = PageReading.objects.filter(article=OuterRef("pk"))
    read = (
        of.exclude(sha256="")
        .filter(asked_at__gte=since)
        .filter(asked_at__gte=Coalesce(OuterRef("retrieved_at"), since))
    )
    articles = Article.objects.filter(pk__in=ids).order_by()
    newest = articles.values(reading=Subquery(of.order_by("-id").values("pk")[:1]))
    first = articles.values(reading=Subquery(read.order_by("id").values("pk")[:1]))
    return (
        PageReading.objects.filter(pk__in=newest.union(first, all=True))
        .order_by("id")
        .values_list("article_id", "asked_at", "outcome", "status", "final_url", "sha256", "memento")
    )


_OF = Prepared(_of, ids=[int], since=datetime)


def asked(articles: Collection[int], since: datetime) -> dict[int, Asked]:
    """What is known of the pages of these articles by asking; an article that was never asked is missing. `since` is
    the aware moment from which on a text that changes has changed. One query; none of no articles."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    for article, *values in _OF(ids=list(articles), since=since):
        found.setdefault(article, []).append(tuple(values))
    return {article: _asked(rows) for article, rows in found.items()}


def asked_for(story: Story, articles: Collection[int]) -> dict[int, Asked]:
    """The same for the working copy of a story: texts are compared from its last publication on; if there was none,
    from when somebody here read them. New articles have negative ids. One query at most."""
    return asked([pk for pk in articles if pk > 0], story.current.created_at if story.current else EPOCH)


def urls_of(found: Mapping[int, Asked]) -> list[str]:
    """The addresses that these answers lead to: whose those sites are matters."""
    return [url for one in found.values() for url in (one.final_url, one.memento) if url]


def _asked(rows: Sequence[tuple[Any, ...]]) -> Asked:
    """`rows`: the newest, and before it the one that it is compared with, if that is another."""
    at, outcome, status, final_url, sha256, memento = rows[-1]
    first_at, *_first, first_sha256, _memento = rows[0]
    changed = bool(first_sha256 and sha256) and first_sha256 != sha256
    return Asked(
        at=at,
        outcome=outcome,
        status=status,
        final_url=final_url,
        sha256=sha256,
        memento=memento,
        unlike=first_at if changed else None,
    )
