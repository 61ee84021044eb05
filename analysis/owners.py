"""Whose a host is, and which article an address leads to."""

from collections.abc import Collection
from itertools import batched

from analysis.addresses import copies, parents, spellings
from analysis.models import Article, Domain, Publisher
from analysis.prepared import Prepared


def publisher_of(host: str) -> Publisher | None:
    """The publisher that a host belongs to: by its own domain, or by the nearest one above it. One query."""
    return owners_of([host])[host]


def owners_of(hosts: Collection[str]) -> dict[str, Publisher | None]:
    """For each host, the publisher that it belongs to. One query for every 10,000 names of the hosts and above them."""
    above = {host: parents(host) for host in hosts}
    names = list(dict.fromkeys(name for each in above.values() for name in each))
    known: dict[str, Publisher] = {}
    # In batches: a host may have 120 names above it, and a database takes only so many parameters.
    for some in batched(names, 10_000):
        known |= {d.host: d.publisher for d in Domain.objects.filter(host__in=some).select_related("publisher")}
    return {host: next((known[name] for name in each if name in known), None) for host, each in above.items()}


_DOMAINS = Prepared(
    lambda hosts: Domain.objects.filter(host__in=hosts).values_list("host", "publisher_id", "publisher__name"),
    hosts=[str],
)


def names_of(hosts: Collection[str]) -> dict[str, tuple[int, str]]:
    """For each host that belongs to a publisher, its id and name: `owners_of` for what every story page asks.

    One query; none of no hosts."""
    above = {host: parents(host) for host in hosts}
    names = dict.fromkeys(name for each in above.values() for name in each)
    known = {host: (pk, name) for host, pk, name in _DOMAINS(hosts=list(names))}
    found = {host: next((known[name] for name in each if name in known), None) for host, each in above.items()}
    return {host: owner for host, owner in found.items() if owner}


def article_at(url: str) -> Article | None:
    """The article that we know at a canonical URL, in whatever spelling of it or of its copies for telephones we know
    it. One query.

    Of several the one at this URL, then one in a spelling of it, then the one that was first.
    """
    known = list(Article.objects.filter(url__in=copies(url)).select_related("publisher").order_by("pk"))
    own = set(spellings(url))
    return min(known, key=lambda article: (article.url != url, article.url not in own), default=None)


def publishers_of(host: str, below: bool) -> list[Publisher]:
    """The publisher that a host belongs to, and if `below` those that the hosts below it belong to. Two queries."""
    own = publisher_of(host)
    found = {own.pk: own} if own else {}
    if below:
        under = Domain.objects.filter(host__endswith=f".{host}").select_related("publisher")[:50]
        found |= {domain.publisher.pk: domain.publisher for domain in under}
    return list(found.values())
