"""Whose signals are to be read next, and what the ones that were read say now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery

from analysis.addresses import AddressError, canonical, host_of
from analysis.models import Article, Publisher, SignalReading, SignalSource
from analysis.models.signals import UNANSWERED, SignalKind
from analysis.owners import publisher_of

MOST_HOSTS = 20  # of one publisher, read in one go
AGAIN = timedelta(hours=20)  # a site is read daily, whatever minute the round begins at
PAGE_AGAIN = timedelta(days=7)
LATELY = PAGE_AGAIN + timedelta(days=1)  # a page is asked weekly
LOOKED = 300
INVERSE = {"control": "controlledby", "controlledby": "control"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """An address that was read, its newest answer, and the one whose statements stand."""

    source: SignalSource
    newest: SignalReading
    standing: SignalReading | None  # the last that could be read; None if none could


@dataclass(frozen=True, slots=True)
class Joined:
    """A host that trust.txt joins to a publisher. `both`: each side says so of the other."""

    host: str
    both: bool
    owner: Publisher | None


def hosts_of(publisher: Publisher) -> list[str]:
    """The hosts whose signals concern a publisher: its domains, its home page's, those of its newest articles."""
    urls = [publisher.homepage, *publisher.articles.order_by("-id").values_list("url", flat=True)[:200]]
    hosts = dict.fromkeys(publisher.domains.values_list("host", flat=True)[:MOST_HOSTS])
    hosts |= dict.fromkeys(host_of(url) for url in urls)
    found = (host for host in hosts if host and publisher_of(host) in (publisher, None))
    return [host for host, _n in zip(found, range(MOST_HOSTS), strict=False)]


def publishers_due(now: datetime, most: int) -> list[int]:
    """Ids of publishers whose sites were not read for a day, those that waited longest first. One query."""
    read = Max("signal_sources__read_at", filter=Q(signal_sources__kind=SignalKind.ROBOTS))
    waiting = Publisher.objects.annotate(read=read).filter(Q(read=None) | Q(read__lt=now - AGAIN))
    return list(waiting.order_by(F("read").asc(nulls_first=True), "pk").values_list("pk", flat=True)[:most])


def articles_due(now: datetime, most: int) -> list[int]:
    """Ids of articles whose pages were not read for a week, those that waited longest first. Two queries."""
    pages = SignalSource.objects.filter(kind=SignalKind.PAGE, read_at__lt=now - PAGE_AGAIN).order_by("read_at")
    urls = list(pages.values_list("about", flat=True)[:most])
    return list(Article.objects.filter(url__in=urls).values_list("pk", flat=True))


def latest(sources: QuerySet[SignalSource]) -> Iterator[Evidence]:
    """What these addresses say now. Two queries."""
    answers = SignalReading.objects.filter(source=OuterRef("pk")).order_by("-id").values("pk")
    rows = list(sources.annotate(newest=Subquery(answers[:1]), standing=Subquery(answers.filter(error="")[:1])))
    readings = SignalReading.objects.in_bulk({pk for row in rows for pk in (row.newest, row.standing) if pk})
    for row in rows:
        if row.newest:
            yield Evidence(row, readings[row.newest], readings.get(row.standing))


def changed(now: datetime, most: int) -> Sequence[SignalReading]:
    """Readings of the eight days before `now`, an aware moment, that said something else than was last read there.

    Newest first, among the newest LOOKED readings. One query.
    """
    before = SignalReading.objects.filter(source=OuterRef("source"), pk__lt=OuterRef("pk"), error="").order_by("-id")
    rows = SignalReading.objects.annotate(before=Subquery(before.values("said")[:1])).select_related(
        "source__publisher"
    )
    newest = [row for row in rows.order_by("-id")[:LOOKED] if not row.error and row.read_at > now - LATELY]
    return [row for row in newest if row.before is not None and row.before != row.said][:most]


def unanswered(now: datetime, most: int) -> list[SignalSource]:
    """Addresses that could not be read when last asked, in the eight days before `now`, an aware moment; latest first.

    Each has `error`: why. One query.
    """
    why = SignalReading.objects.filter(source=OuterRef("pk")).order_by("-id").values("error")
    failed = SignalSource.objects.filter(UNANSWERED, read_at__gt=now - LATELY).select_related("publisher")
    return list(failed.annotate(error=Subquery(why[:1])).order_by("-read_at", "pk")[:most])


def joined(publisher: Publisher) -> list[Joined]:
    """Hosts that belong together by trust.txt, and are not this publisher's yet. For the desk to decide on."""
    ours = set(publisher.domains.values_list("host", flat=True))
    own = publisher.signal_sources.filter(about__in=[f"{www}{host}/" for host in ours for www in ("", "www.")])
    claims = {(host, label) for host, label in _claims(own) if host not in ours}
    theirs = SignalSource.objects.filter(about__in=[f"{host}/" for host, _label in claims])
    stated = {
        (host_of(f"https://{evidence.source.about}"), label)
        for evidence in latest(theirs.filter(kind=SignalKind.TRUST))
        for host, label in _said(evidence)
        if host in ours
    }
    return [Joined(host, (host, INVERSE[label]) in stated, publisher_of(host)) for host, label in sorted(claims)]


def _claims(sources: QuerySet[SignalSource]) -> Iterator[tuple[str, str]]:
    for evidence in latest(sources.filter(kind=SignalKind.TRUST)):
        yield from _said(evidence)


def _said(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """The hosts that a trust.txt names, and as what."""
    for one in evidence.standing.said if evidence.standing else []:
        if one["label"] in INVERSE:
            try:
                yield host_of(canonical(one.get("value", ""))).removeprefix("www."), one["label"]
            except AddressError:
                continue
