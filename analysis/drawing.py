"""Which published stories rest on what some rules are about: found newest first, in steps of bounded work."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from heapq import merge
from itertools import groupby

from django.db.models import Q, QuerySet

from analysis.addresses import parents, spellings
from analysis.models import Article, Citation, Domain, Story
from analysis.terms import Rule, Scope, Work, applies

type Place = tuple[datetime, int]  # when a story was first published, and its id: its place in the order
type _Look = tuple[datetime, int, bool]

BATCH = 1_000


def stories_under(rules: Sequence[Rule], before: Place | None = None) -> Iterator[tuple[Place, bool]]:
    """Each story that one of the rules may concern, newest first, and whether it does; those after `before` only.

    Reads as it is read from: whoever has seen enough stops. A publisher's stories are found by index, whatever the
    size of the archive; terms for a domain or a part of a site look through the stories of whose hosts these are.
    """
    if any(rule.scope is Scope.HOUSE for rule in rules):
        streams = [_all(before)]
    else:
        wide = [rule for rule in rules if rule.scope is not Scope.URL]
        streams = [_of_publisher(pk, wide, before) for pk in sorted(_owners(wide))]
        streams.append(_of_pages([rule for rule in rules if rule.scope is Scope.URL], before))
    for place, looks in groupby(merge(*streams, reverse=True), key=lambda look: look[:2]):
        yield place, any(concerns for _at, _story, concerns in looks)


def _owners(rules: Sequence[Rule]) -> set[int]:
    """The publishers that rules name, and those whose hosts they are about."""
    named = {rule.publisher for rule in rules if rule.publisher}
    hosts = Q()
    for rule in rules:
        if rule.scope in (Scope.DOMAIN, Scope.PATH):
            host = rule.value.partition("/")[0]
            hosts |= Q(host__in=parents(host))
            if rule.scope is Scope.DOMAIN:
                hosts |= Q(host__endswith=f".{host}")
    return named | (set(Domain.objects.filter(hosts).values_list("publisher", flat=True)) if hosts else set())


def _of_publisher(publisher: int, rules: Sequence[Rule], before: Place | None) -> Iterator[_Look]:
    cited = Citation.objects.filter(publisher=publisher, story__status=Story.Status.PUBLISHED)
    return _looks(cited, rules, before)


def _of_pages(rules: Sequence[Rule], before: Place | None) -> Iterator[_Look]:
    pages = [url for rule in rules for url in spellings(rule.value)]
    articles: list[int] = []
    for start in range(0, len(pages), BATCH):
        articles += Article.objects.filter(url__in=pages[start : start + BATCH]).values_list("pk", flat=True)
    if articles:
        cited = Citation.objects.filter(article__in=articles, story__status=Story.Status.PUBLISHED)
        yield from _looks(cited, rules, before)


def _looks(cited: QuerySet[Citation], rules: Sequence[Rule], before: Place | None) -> Iterator[_Look]:
    # By the column: "-story" alone would order as stories are ordered among themselves.
    rows = cited.order_by("-published_at", "-story_id").values_list(
        "published_at", "story_id", "article__url", "article__publisher_id"
    )
    last, again = before, False
    while True:
        batch = list((rows.filter(_after(last, "story_id", again)) if last else rows)[:BATCH])
        for at, story, url, publisher in batch:
            yield at, story, any(applies(rule, Work(url, publisher)) for rule in rules)
        if len(batch) < BATCH:
            return
        # The story in which a batch ends may have more sources: begin with it again, unless it filled the batch.
        last = batch[-1][0], batch[-1][1]
        again = batch[0][1] != batch[-1][1]


def _all(before: Place | None) -> Iterator[_Look]:
    rows = Story.objects.filter(status=Story.Status.PUBLISHED).order_by("-published_at", "-id")
    last = before
    while True:
        batch = list((rows.filter(_after(last, "id")) if last else rows).values_list("published_at", "id")[:BATCH])
        for at, story in batch:
            assert at is not None  # noqa: S101  a published story has its date, says a constraint
            yield at, story, True
            last = at, story
        if len(batch) < BATCH:
            return


def _after(place: Place, story: str, itself: bool = False) -> Q:
    at, pk = place
    return Q(published_at__lt=at) | Q(published_at=at, **{f"{story}__lte" if itself else f"{story}__lt": pk})
