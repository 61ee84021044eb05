"""Two entities that are one, and one that is two: merging, taking a merge back, splitting.

A merge moves nothing. What was merged keeps its row, its names, its address and the stories that name it; who asks for
it is led on, and its stories and names are found with another. So taking it back brings back exactly what was there.
A split changes stories, each by itself and in public view: what was published is published again.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.text import Truncator, slugify
from django.utils.translation import gettext as _

from analysis import editing, naming, working
from analysis.models import Entity, EntityChange, Remark, Story
from analysis.models.stories import fold
from analysis.text import TextError

MOST = 50  # entities that are found with one, and that are split from one
TAKEN_OVER = ("description", "site", "wikidata")  # what the other may lack
_REMARK = Remark._meta.get_field("text").max_length or 0


class EntityError(editing.EditingError):
    """What was asked of an entity cannot be done. The message says what and why."""


@dataclass(frozen=True, slots=True)
class Family:
    """An entity by the end of its merges, with all that are found there: their ids and their slugs."""

    end: int
    ids: frozenset[int]
    slugs: frozenset[str]


def families(slugs: Iterable[str]) -> dict[str, Family]:
    """The family of each of these slugs, as far as there is such an entity. One query."""
    here = ("slug", "pk", "gathered__pk", "gathered__slug")
    there = ("leads_to", "leads_to__slug", "leads_to__gathered__pk", "leads_to__gathered__slug")
    found: dict[str, tuple[int, set[tuple[int, str]]]] = {}
    rows = Entity.objects.filter(slug__in=list(slugs)).order_by().values_list(*here, *there)
    for slug, pk, with_it, its_slug, end, end_slug, beside, beside_slug in rows:
        _end, members = found.setdefault(slug, (end or pk, {(pk, slug)}))
        members |= {one for one in ((with_it, its_slug), (end, end_slug), (beside, beside_slug)) if one[0]}
    return {
        slug: Family(end, frozenset(pk for pk, _slug in members), frozenset(name for _pk, name in members))
        for slug, (end, members) in found.items()
    }


# --- merging ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def merge(
    entity: Entity, into: Entity, by: User | None, why: str, *, take: Collection[str] = (), now: datetime | None = None
) -> Entity:
    """From now on an entity is found with another one; returns that: the end of the merges of `into`.

    `why` is kept, and not shown. `take`: which of TAKEN_OVER the other one, where it has none, takes over. `now` is the
    aware moment it counts from. Raises EntityError, with nothing changed, if they are one already, if somebody else was
    faster, or if more than MOST would be found with one.
    """
    why = _explained(why)
    end = Entity.objects.values_list("leads_to", flat=True).get(pk=into.pk) or into.pk
    rows = _locked(entity.pk, end)
    entity, into = rows[entity.pk], rows[end]
    if entity == into:
        raise EntityError(_("“%(name)s” and what you chose are one already.") % {"name": entity})
    _refuse_merged(entity)
    _refuse_merged(into)
    if Entity.objects.filter(leads_to__in=[entity, into]).count() >= MOST:
        raise EntityError(_("More than %(n)d entities would be found with “%(name)s”.") % {"n": MOST, "name": into})
    took = {
        name: getattr(entity, name) for name in TAKEN_OVER if name in take and getattr(entity, name)
        and Entity.objects.filter(pk=into.pk, **{name: ""}).update(**{name: getattr(entity, name)})
    }  # fmt: skip
    if not Entity.objects.filter(pk=entity.pk, merged_into=None).update(merged_into=into, leads_to=into):
        raise _faster(entity)
    Entity.objects.filter(leads_to=entity).update(leads_to=into)
    _record(entity, EntityChange.Kind.MERGED, into, by, why, now, took)
    return into


@transaction.atomic
def take_back(entity: Entity, into: Entity, by: User | None, why: str, *, now: datetime | None = None) -> None:
    """An entity is not found with `into` any more, into which somebody merged it: it stands for itself again, with
    those that were merged into it. What the other took over then, and has still, it gives back.

    Raises EntityError, with nothing changed, if it is not merged into that one (any more).
    """
    why = _explained(why)
    end = Entity.objects.values_list("leads_to", flat=True).get(pk=entity.pk)
    rows = _locked(entity.pk, into.pk, *([end] if end else []))
    entity = rows[entity.pk]
    if entity.merged_into_id != into.pk:
        raise EntityError(_("“%(name)s” is not merged into “%(other)s” any more.") % {"name": entity, "other": into})
    if entity.leads_to_id != end:  # then another row than that end had to be locked
        raise _faster(entity)
    Entity.objects.filter(pk=entity.pk).update(merged_into=None, leads_to=None)
    Entity.objects.filter(pk__in=below(entity.pk)).update(leads_to=entity)
    merged = entity.changes.filter(kind=EntityChange.Kind.MERGED, other=into).first()
    for name, value in (merged.took if merged else {}).items():
        Entity.objects.filter(pk=into.pk, **{name: value}).update(**{name: ""})
    _record(entity, EntityChange.Kind.TAKEN_BACK, into, by, why, now)


def below(pk: int) -> set[int]:
    """What was merged into an entity, and into that, and so on."""
    found: set[int] = set()
    level = {pk}
    while level := set(Entity.objects.filter(merged_into__in=level).values_list("pk", flat=True)):
        found |= level
    return found


# --- splitting --------------------------------------------------------------------------------------------------------


@transaction.atomic
def split(
    entity: Entity, new: Entity, by: User | None, why: str, *, aliases: Sequence[str] = (), now: datetime | None = None
) -> Entity:
    """Make the entity that another one turned out to be as well: `new` is not saved yet. Those of the other's `aliases`
    that are named here go along. Its stories are told apart by `move`. Returns it.

    Raises EntityError, with nothing changed, if there is one of its name, or if the other one is merged.
    """
    why = _explained(why)
    entity = _locked(entity.pk)[entity.pk]
    _refuse_merged(entity)
    if entity.split_off.count() >= MOST:
        raise EntityError(_("More than %(n)d entities would be split from “%(name)s”.") % {"n": MOST, "name": entity})
    new.aliases = [name for name in entity.aliases if name in aliases]
    new.split_from = entity
    stem = slugify(new.name)[:100] or new.kind
    new.slug = naming.free_slug(Entity.objects.all(), stem)
    try:
        with transaction.atomic():
            new.save()
    except IntegrityError as error:
        if Entity.objects.filter(folded=fold(new.name)).exists():
            raise EntityError(_("There is “%(name)s” already.") % {"name": new.name}) from error
        new.slug = naming.unlike(stem)
        new.save()
    if new.aliases:
        entity.aliases = [name for name in entity.aliases if name not in new.aliases]
        entity.save(update_fields=["aliases"])
    _record(new, EntityChange.Kind.SPLIT, entity, by, why, now)
    return new


class Moved(StrEnum):
    """What became of a story that is to name another entity."""

    PUBLISHED = "published"  # its page says so now
    SAVED = "saved"  # it is not public; its working copy says so
    WAITS = "waits"  # its working copy says so, its page not yet: a remark says why


@transaction.atomic
def move(
    story: Story, of: Entity, to: Entity, by: User, *, version: int, why: str, now: datetime | None = None
) -> Moved:
    """Have a story name `to` where it names `of`, or one that is found with it. What was public, and has no saved
    changes that wait, is published again as a minor edit of `by`; where that cannot be, a remark says what is left.

    `version` is the one that `by` has seen, `why` is kept with the one that is saved. Raises EditingError, with nothing
    changed, if somebody saved it meanwhile, if it was withdrawn, or if it names neither.
    """
    now = now or timezone.now()
    editing.claim_version(story, version)
    related = ("topic", "desk", "edited_by", "summary", "current")
    story = Story.objects.select_related(*related).get(pk=story.pk)
    content = editing.snapshot(story)
    family = families([of.slug]).get(of.slug)
    theirs = family.slugs if family else frozenset()
    mentions = content["mentions"]
    named = next((m for m in mentions if m["slug"] in theirs), None)
    if named is None:
        raise EntityError(_("It does not mention “%(name)s” as it is saved.") % {"name": of})
    row = {"name": to.name, "slug": to.slug, "kind": to.kind}
    if any(m["slug"] == to.slug for m in mentions):
        kept = [m for m in mentions if m["slug"] not in theirs]
    else:
        kept = [row if m is named else m for m in mentions if m is named or m["slug"] not in theirs]
    waiting = story.current is not None and editing.differs(story, content)
    working.write(story, content | {"mentions": kept}, by, why=why, now=now)
    if story.status != Story.Status.PUBLISHED:
        return Moved.SAVED
    with translation.override(story.language):  # a remark is read by the people who wrote the story
        left = _("There are saved changes that are not public yet. Look at them, and publish them.") if waiting else ""
        if not left:
            try:
                with transaction.atomic():
                    editing.publish(story, by, at=now)
            except editing.NotReadyError as error:
                left = " ".join(error.stops)
            except (editing.EditingError, TextError) as error:
                left = str(error)
        if not left:
            return Moved.PUBLISHED
        said = _("It names “%(new)s” now, and no longer “%(old)s”. That is saved, and not public yet.")
        text = said % {"new": to.name, "old": named["name"]}
        Remark.objects.create(story=story, text=Truncator(f"{text} {left}").chars(_REMARK), to=by, at=now)
    return Moved.WAITS


# --- what they share --------------------------------------------------------------------------------------------------


def _locked(*ids: int) -> dict[int, Entity]:
    """These entities as they are, until the transaction ends nobody else's. Always in the same order."""
    return {row.pk: row for row in Entity.objects.select_for_update().filter(pk__in=ids).order_by("pk")}


def _refuse_merged(entity: Entity) -> None:
    if entity.merged_into:
        named = {"name": entity.name, "other": entity.merged_into.name}
        raise EntityError(_("“%(name)s” was merged into “%(other)s”. Take that back first.") % named)


def _faster(entity: Entity) -> EntityError:
    return EntityError(_("Somebody else changed “%(name)s” at the same moment. Look again.") % {"name": entity.name})


def _explained(why: str) -> str:
    if not why.strip():
        raise EntityError(_("Say why."))
    return why.strip()


def _record(
    entity: Entity, kind: str, other: Entity, by: User | None, why: str, now: datetime | None, took: Any = None
) -> None:
    said = {"kind": kind, "other": other, "by": by, "why": why, "took": took or {}, "at": now or timezone.now()}
    EntityChange.objects.create(entity=entity, **said)
