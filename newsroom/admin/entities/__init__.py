"""What is done to an entity besides describing it: merge it into another, take that back, split it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import path

from analysis.entities import MOST
from analysis.models import Entity, EntityChange
from newsroom.admin import unsent
from newsroom.admin.entities.merging import merge, take_back
from newsroom.admin.entities.splitting import split

CHANGES = 20  # of the record, beside the form


def urls(entities: Any) -> list[Any]:
    def at(route: str, view: Callable[..., HttpResponse], name: str) -> Any:
        wrapped = unsent.keeping(entities.admin_site, partial(view, entities))
        return path(f"<int:pk>/{route}/", wrapped, name=f"analysis_entity_{name}")

    return [
        at("merge", merge, "merge"),
        at("take-back", take_back, "take_back"),
        at("split", split, "split"),
    ]


def beside(request: HttpRequest, entity: Entity) -> dict[str, Any]:
    """What the form of an entity shows beside it: what may be done to it, and what became of it."""
    may = request.user.has_perm("analysis.merge_entity")
    record = EntityChange.objects.filter(Q(entity=entity) | Q(other=entity))
    return {
        "may_merge": may and not entity.merged_into_id,
        "may_take_back": may and entity.merged_into_id,
        "may_split": may and not entity.merged_into_id and request.user.has_perm("analysis.publish_story"),
        "gathered": entity.gathered.all()[:MOST],
        "split_off": entity.split_off.all()[:MOST],
        "record": record.select_related("entity", "other", "by")[:CHANGES],
    }
