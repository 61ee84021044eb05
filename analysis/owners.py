"""Whose a host is, and which article an address leads to."""

from analysis.addresses import parents, spellings
from analysis.models import Article, Domain, Publisher


def publisher_of(host: str) -> Publisher | None:
    """The publisher that a host belongs to: by its own domain, or by the nearest one above it. One query."""
    known = Domain.objects.filter(host__in=parents(host)).select_related("publisher")
    nearest = max(known, key=lambda domain: len(domain.host), default=None)
    return nearest.publisher if nearest else None


def article_at(url: str) -> Article | None:
    """The article that we know at a canonical URL, in whatever spelling of it we know it. One query.

    Of several, which only two people at the same instant could make, the one that was first.
    """
    known = Article.objects.filter(url__in=spellings(url)).select_related("publisher").order_by("pk")
    return min(known, key=lambda article: article.url != url, default=None)


def publishers_of(host: str, below: bool) -> list[Publisher]:
    """The publisher that a host belongs to, and if `below` those that the hosts below it belong to. Two queries."""
    own = publisher_of(host)
    found = {own.pk: own} if own else {}
    if below:
        under = Domain.objects.filter(host__endswith=f".{host}").select_related("publisher")[:50]
        found |= {domain.publisher.pk: domain.publisher for domain in under}
    return list(found.values())
