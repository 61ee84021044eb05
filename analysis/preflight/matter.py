"""What we wrote before on the same matter, and what is still open there. The matter is what is mentioned, or linked."""

from collections.abc import Iterator

from django.db.models import OuterRef, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analysis.models import Appearance, Entity, Story, WatchItem
from analysis.models.watch import NOT_REPLACED
from analysis.preflight.checks import Check, Material, advise, fine, unknown

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
        yield unknown(
            _("Nobody knows what we wrote of this before: nothing is mentioned, and nothing linked."), "mentions"
        )
    yield from _open(material, linked | found.keys())


def _newest(own: str, slugs: list[str], linked: set[int]) -> dict[int, str]:
    """Of each entity the newest story of ours that names it and is not linked: its id and public headline."""
    published = Appearance.objects.filter(entity=OuterRef("pk"), story__status=Story.Status.PUBLISHED)
    others = published.exclude(story__slug=own).exclude(story__in=linked).order_by("-published_at", "-story")
    entities = Entity.objects.filter(slug__in=slugs).annotate(
        story=Subquery(others.values("story")[:1]), headline=Subquery(others.values("story__current__headline")[:1])
    )
    rows = entities.filter(story__isnull=False).order_by("-story").values_list("story", "headline")
    return dict(rows)


def _open(material: Material, stories: set[int]) -> Iterator[Check]:
    if not stories:
        return
    own = material.content["slug"]
    items = WatchItem.objects.filter(
        NOT_REPLACED,
        story__in=stories,
        story__status=Story.Status.PUBLISHED,
        public_since__isnull=False,
        state=WatchItem.State.OPEN,
    ).exclude(story__slug=own)
    for item in items.select_related("story").order_by("due", "id")[:ITEMS]:
        said = {"item": item.statement, "story": item.story.headline, "day": date_format(item.due)}
        if item.due < material.now.date():
            yield advise(_("“%(item)s” of “%(story)s” was due on %(day)s: say how it turned out.") % said, "earlier")
        else:
            yield advise(_("“%(item)s” of “%(story)s” is open until %(day)s: does this settle it?") % said, "earlier")
