"""What things are called: addresses that nobody has yet, and one entity for each name."""

import secrets
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.text import slugify

from analysis.models import Entity
from analysis.models.stories import fold

TRIED = 20  # numbers, before an address gets a random end


def free_slug(rows: QuerySet[Any], stem: str) -> str:
    """A slug that begins with `stem` and that no row has yet. One query, however many begin so."""
    tried = [stem, *(f"{stem}-{n}" for n in range(2, TRIED + 1))]
    taken = set(rows.filter(slug__in=tried).values_list("slug", flat=True))
    return next((slug for slug in tried if slug not in taken), unlike(stem))


def unlike(stem: str) -> str:
    """A slug that begins with `stem` and that nobody else makes."""
    return f"{stem}-{secrets.token_hex(4)}"


def entity(name: str, kind: str) -> Entity:
    """The entity of a name, in whatever case or spelling of its accents; made as `kind` if there is none. Of one that
    was merged, the one that it is found with."""
    stem = slugify(name)[:100] or kind
    try:
        return _found_or_made(name, kind, free_slug(Entity.objects.all(), stem))
    except IntegrityError:  # somebody else took the slug between our look and our write
        return _found_or_made(name, kind, unlike(stem))


@transaction.atomic
def _found_or_made(name: str, kind: str, slug: str) -> Entity:
    made = {"name": name, "kind": kind, "slug": slug}
    found = Entity.objects.select_related("leads_to").get_or_create(folded=fold(name), defaults=made)[0]
    return found.leads_to or found
