"""What we wrote before on the same matter, and what is still open there. The matter is what is mentioned, or linked."""

from collections.abc import Iterator
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analysis.models import Appearance, Entity, Story, WatchItem
from analysis.models.watch import NOT_REPLACED
from analysis.preflight.checks import Check, Material, advise, fine, unknown
from analysis.prepared import Prepared

NAMED = 3  # earlier stories, of those that are not linked
ITEMS = 5  # open watch items, the first that are due


def checks(material: Material) -> Iterator[Check]:
    """Whether earlier coverage is linked where there is some, and which forecasts of ours it may settle. Two queries,
    bounded by the number of mentions, whatever was published on them; none if nothing is mentioned or linked."""
    content = material.content
    linked = {link["story"] for link in content["earlier"]}
    slugs = [mention["slug"] for mention in content["mentions"]]
    found = _newest(content["slug"], slugs, linked) if slugs else {}
    if linked:
        yield fine(_("Linked to earlier coverage."), "earlier")
    elif found:
        named = ", ".join(_("“%(words)s”") % {"words": headline} for headline in list(found.values())[:NAMED])
        said = _("No earlier coverage of ours is linked, and it mentions what we wrote of before: %(stories)s.")
        yield advise(said % {"stories": named}, "earlier")
    elif not slugs:
        yield unknown(_("Not looked for what we wrote before: nothing is mentioned, and nothing linked."), "mentions")
    yield from _open(material, linked | found.keys())


def _newest_of(own: Any, slugs: Any, linked: Any) -> QuerySet[Entity, Any]:
    named = Entity.objects.filter(slug__in=slugs).order_by()
    # And whatever is found with them since a merge.
    paths = ("leads_to", "gathered", "leads_to__gathered")
    beside = named.values("pk").union(*(named.filter(**{f"{path}__isnull": False}).values(path) for path in paths))
    published = Appearance.objects.filter(entity=OuterRef("pk"), story__status=Story.Status.PUBLISHED)
    others = published.exclude(story__slug=own).exclude(story__pk__in=linked).order_by("-published_at", "-story")
    entities = Entity.objects.filter(pk__in=beside).annotate(
        story=Subquery(others.values("story")[:1]), headline=Subquery(others.values("story__current__headline")[:1])
    )
    return entities.filter(story__isnull=False).order_by("-story").values_list("story", "headline")


def _open_of(own: Any, stories: Any) -> QuerySet[WatchItem, Any]:
    items = WatchItem.objects.filter(
        NOT_REPLACED,
        story__pk__in=stories,
        story__status=Story.Status.PUBLISHED,
        public_since__isnull=False,
        state=WatchItem.State.OPEN,
    ).exclude(story__slug=own)
    return items.order_by("due", "id").values_list("statement", "due", "story__headline")[:ITEMS]


# Asked at every pause in typing.
_NEWEST = Prepared(_newest_of, own=str, slugs=[str], linked=[int])
_OPEN = Prepared(_open_of, own=str, stories=[int])


def _newest(own: str, slugs: list[str], linked: set[int]) -> dict[int, str]:
    """Of each entity the newest story of ours that names it and is not linked: its id and public headline."""
    return dict(_NEWEST(own=own, slugs=slugs, linked=list(linked) or [0]))  # no story has the id 0


def _open(material: Material, stories: set[int]) -> Iterator[Check]:
    for statement, due, headline in _OPEN(own=material.content["slug"], stories=list(stories)):
        said = {"item": statement, "story": headline, "day": date_format(due)}
        if due < material.now.date():
            yield advise(_("“%(item)s” of “%(story)s” was due on %(day)s: say how it turned out.") % said, "earlier")
        else:
            yield advise(_("“%(item)s” of “%(story)s” is open until %(day)s: does this settle it?") % said, "earlier")
