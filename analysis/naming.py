"""What things are called: addresses that nobody has yet, and one entity for each name."""

import secrets
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.text import slugify

from analysis.models import Entity
from analysis.models.stories import fold


def free_slug(rows: QuerySet[Any], stem: str) -> str:
    """A slug that begins with `stem` and that no row has yet."""
    taken = set(rows.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(s for n in range(1, len(taken) + 2) if (s := stem if n == 1 else f"{stem}-{n}") not in taken)


def entity(name: str, kind: str) -> Entity:
    """The entity of a name, in whatever case or spelling of its accents; made as `kind` if there is none."""
    stem = slugify(name)[:100] or kind
    try:
        return _found_or_made(name, kind, free_slug(Entity.objects.all(), stem))
    except IntegrityError:  # somebody else took the slug between our look and our write
        return _found_or_made(name, kind, f"{stem}-{secrets.token_hex(4)}")


@transaction.atomic
def _found_or_made(name: str, kind: str, slug: str) -> Entity:
    made = {"name": name, "kind": kind, "slug": slug}
    return Entity.objects.get_or_create(folded=fold(name), defaults=made)[0]
