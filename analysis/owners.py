"""Whose a host is."""

from analysis.addresses import parents
from analysis.models import Domain, Publisher


def publisher_of(host: str) -> Publisher | None:
    """The publisher that a host belongs to: by its own domain, or by the nearest one above it. One query."""
    known = Domain.objects.filter(host__in=parents(host)).select_related("publisher")
    nearest = max(known, key=lambda domain: len(domain.host), default=None)
    return nearest.publisher if nearest else None
