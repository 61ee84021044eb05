"""Whose a host is."""

from collections.abc import Collection
from itertools import batched

from analysis.addresses import parents
from analysis.models import Domain, Publisher


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
