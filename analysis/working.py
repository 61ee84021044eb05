"""The working copy of a story: the one place where its rows are written, from a content.

A content is what `editing.snapshot` makes. Whoever changes a story (a form, a merge, a restored version) makes a
content and hands it to `write`, so that what is public stays frozen whoever writes. No HTTP, no forms.
"""

from collections.abc import Container, Iterable
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from analysis import editing, made, naming, rows
from analysis.freezing import keep
from analysis.models import Article, Desk, Entity, Story, Summary, Topic, Version, WatchItem
from analysis.models.made import MadeBy
from analysis.rows import Row, WorkingError

HEAD = (
    "slug", "language", "form", "headline", "dek", "topic", "desk", "edited_by", "event_on", "disclosure", "conflicts",
    *(f"{part}_{name}" for part in made.OF_STORY for name in made.MADE),
)  # fmt: skip


def write(
    story: Story, content: dict[str, Any], by: User | None, *, why: str = "", now: datetime | None = None
) -> Version:
    """Make the working copy hold exactly this content, and keep that as an immutable version. Returns the version.

    Call inside a transaction, on a story that is new or whose version was claimed (`editing.claim_version`). `by` is
    who saves, `why` says what it was if no plain save, `now` is the aware moment it counts from.

    The order of a list is the order of its rows. A row that has no "id", or one that is not this story's, is new; other
    parts of the content refer to it by whatever id it has there, so a new row that is referred to has a negative one.
    Sources are known by article, notes by slot, mentions by slug and earlier stories by id: these rows stay what they
    are wherever they stand. A new watch item may name in "replaces" the public open item that it corrects. What the
    content says of a claim's "checked_at" and "history", and of "terms", is not read: they follow from what was done.
    When a text was checked is read: a content of before says it of the words of before. A new claim may name in
    "shares" the public claim of another story that it is. An empty "slug" asks for one made of the headline.

    Whatever it says, a public watch item keeps its words, a story that was published its address. Raises WorkingError
    if it names what is not there, or leaves out a claim whose standing has moved.
    """
    now, content = now or timezone.now(), made.complete(content)
    _refuse_withdrawn(story)
    if story.version > 1 and not story.versions.exists():
        keep(story, story.version - 1, None, _("As it was before versions were kept"), now)
    desks = _desks(content)
    _write_head(story, content, desks)
    _write_summary(story, content["summary"], desks)
    sources = rows.write_sources(story, content["sources"])
    rows.write_notes(story, content["notes"], sources, desks)
    rows.write_claims(story, content["claims"], sources, now)
    rows.write_watch(story, content["watch"], by)
    rows.write_mentions(story, content["mentions"])
    rows.write_earlier(story, content["earlier"])
    return keep(story, story.version, by, why, now)


def base_of(story: Story, number: int) -> dict[str, Any] | None:
    """What the working copy held when its version was `number`; None if nothing was ever kept of it.

    A step (publish, note…) takes a number too and keeps nothing, for it changes no text: so the newest version up to
    `number` says it, and before the first one the first.
    """
    versions = story.versions.values_list("content", flat=True)
    return versions.filter(number__lte=number).first() or versions.order_by("number").first()


def restore(
    story: Story, content: dict[str, Any], by: User | None, *, why: str, now: datetime | None = None
) -> tuple[Version, list[str]]:
    """Make the working copy hold again what it held once. Returns the new version, and a sentence for each thing that
    cannot come back as it was: because it is gone from the newsroom since, or because it is on record.

    Call as `write`. The public page is untouched. Raises WorkingError if the story was withdrawn.
    """
    content, lost = possible(story, content)
    return write(story, content, by, why=why, now=now), lost


def begin(content: dict[str, Any], by: User | None, *, why: str = "", now: datetime | None = None) -> Story:
    """A new draft of `by` that holds a content, at an address made of its headline if it names none. Call inside a
    transaction. Raises WorkingError as `write`."""
    desks = _desks(content)
    story = Story(
        headline=content["headline"], topic=_topic(content), desk=rows.desk(desks, content["desk"]), created_by=by
    )
    _save_at(story, content["slug"])
    write(story, content | {"slug": story.slug}, by, why=why, now=now)
    return story


def possible(story: Story, content: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A content of before as `restore` would write it today, and a sentence for each thing that cannot come back as it
    was. Writes nothing. Raises WorkingError if the story was withdrawn."""
    _refuse_withdrawn(story)
    lost: list[str] = []
    there, content = editing.snapshot(story), made.complete(content)

    def found(rows: list[Row], known: Container[Any], key: str, sentence: str, name: str = "") -> list[Row]:
        lost.extend(sentence % {"name": row[name or key]} for row in rows if row[key] not in known)
        return [row for row in rows if row[key] in known]

    desks = dict(Desk.objects.values_list("slug", "name"))
    gone = _("The desk “%(name)s” is gone.")
    who = {
        name: next(iter(found([content[name]], desks, "slug", gone, "name")), there[name]) if content[name] else None
        for name in ("desk", "edited_by")
    }

    def checked(row: Row) -> Row:
        """A part without the desk that checked it, if that is gone."""
        if not row["checked_by"] or found([row], desks.values(), "checked_by", gone):
            return row
        return row | made.UNCHECKED

    topics = set(Topic.objects.values_list("slug", flat=True))
    topic = found([content], topics, "topic", _("The topic “%(name)s” is gone."))
    others = Story.objects.exclude(pk=story.pk).filter(slug=content["slug"]).exists()
    articles = Article.objects.filter(pk__in=[s["article"] for s in content["sources"]])
    named = Entity.objects.filter(slug__in=[m["slug"] for m in content["mentions"]]).select_related("leads_to")
    entities = {entity.slug: entity for entity in named}
    mentioned = {m["slug"] for m in there["mentions"]}
    lost += [
        _("“%(name)s” was merged into “%(other)s”, which is mentioned instead.")
        % {"name": entity.name, "other": entity.leads_to.name}
        for slug, entity in entities.items()
        if entity.leads_to and slug not in mentioned
    ]
    public = Story.objects.filter(
        pk__in=[link["story"] for link in content["earlier"]], status=Story.Status.PUBLISHED
    ).exclude(pk=story.pk)
    linked = {link["story"] for link in there["earlier"]} | set(public.values_list("pk", flat=True))
    kept = {claim["id"] for claim in content["claims"]}
    claims = {claim.pk: claim for claim in story.claims.prefetch_related("changes", "sharers")}
    standing = {pk: {"standing": claim.standing, "why": claim.why} for pk, claim in claims.items()}
    # A source that was removed and added again has another number than it had; its article is the same.
    was = {s["article"]: s["id"] for s in content["sources"]}
    sources = {s["id"]: was[s["article"]] for s in there["sources"] if s["article"] in was}
    stay = [
        claim
        | {"evidence": [e | {"source": sources[e["source"]]} for e in claim["evidence"] if e["source"] in sources]}
        for claim in there["claims"]
        if claim["id"] not in kept and (len(claims[claim["id"]].changes.all()) > 1 or claims[claim["id"]].sharers.all())
    ]
    lost += [
        _("The claim “%(claim)s” stays: its standing has moved, or other stories use it, and that is on record.")
        % {"claim": claim["text"]}
        for claim in stay
    ]
    # Where a public claim stands is no text of the story: it comes back as it stands now.
    back = [
        claim | standing[claim["id"]] if claim["id"] in standing and claims[claim["id"]].public_since else claim
        for claim in content["claims"]
    ]
    watch, public_ones = _watch(story, content["watch"], there["watch"])
    lost += [_("The watch item “%(item)s” stays: it is public.") % {"item": w["statement"]} for w in public_ones]
    today = {
        "slug": story.slug if others or story.published_at else content["slug"],
        "topic": content["topic"] if topic else there["topic"],
        **who,
        "head": checked(content["head"]),
        "summary": content["summary"] and checked(content["summary"]),
        "notes": [checked(note) for note in content["notes"]],
        "sources": found(
            content["sources"], set(articles.values_list("pk", flat=True)), "article",
            _("The article number %(name)s is gone.")
        ),
        "mentions": found(
            content["mentions"], entities, "slug", _("“%(name)s” is gone from the mentions."), "name",
        ),
        "earlier": found(
            content["earlier"], linked, "story", _("The earlier story number %(name)s is not public any more.")
        ),
        "claims": [*back, *stay],
        "watch": [*watch, *public_ones],
    }  # fmt: skip
    restored = content | today
    for part, rows_that_stay in (("claims", stay), ("watch", public_ones)):
        how, sentence = _making(part, content, there, restored, bool(rows_that_stay))
        restored[made.OF_STORY[part]] = checked(how)
        lost += [sentence] if sentence else []
    return restored, lost


def _making(part: str, content: Row, there: Row, restored: Row, some_stay: bool) -> tuple[Row, str]:
    """How the claims, or watch items, of a restored content were made; and a sentence where that cannot come back as it
    was said of those of `content`. `some_stay`: beside these there are others, of which it is said in `there`."""
    key = made.OF_STORY[part]
    if not restored[part]:
        return made.UNSAID, ""
    was = content if content[part] else there
    how, what = was[key], {"claims": _("What is established"), "watch": _("What to watch")}[part]
    if some_stay and any(how[name] != there[key][name] for name in ("made_by", "model")):
        said = _("Some of “%(part)s” stays that was made otherwise: say once more how it was made.")
        return made.UNSAID, said % {"part": what}
    if how["checked_by"] and made.words(part, was) != made.words(part, restored):
        said = _("“%(part)s” does not come back word for word, so it counts as not checked.")
        return how | made.UNCHECKED, said % {"part": what}
    return how, ""


def _watch(story: Story, rows: list[Row], there: list[Row]) -> tuple[list[Row], list[Row]]:
    """The watch items of a content of before, those that are public as they are today; and the public ones beside them
    that it does not have."""
    items = {item.pk: item for item in story.watch_items.select_related("superseded_by")}
    found = []
    for row in rows:
        item = items.get(row["id"])
        if not item or not item.public_since:
            found.append(dict(row))
        elif not item.superseded_by or not item.superseded_by.public_since:  # else its replacement stands for it
            words = {name: getattr(item, name) for name in ("statement", "likelihood", "settled_by")}
            found.append(row | words | {"due": item.due.isoformat()})
    named = {row["id"] for row in rows}
    stay = [row for row in there if items[row["id"]].public_since and row["id"] not in named]
    new = [row for row in found if row["id"] not in items]
    # A public item that was there already and is not in the content had a replacement in it, dropped since.
    replaced = [
        row for row in stay if new and row["id"] < new[0]["id"] and items[row["id"]].state == WatchItem.State.OPEN
    ]
    if len(new) == len(replaced) == 1:
        new[0]["replaces"] = replaced[0]["id"]
        stay.remove(replaced[0])
    return found, stay


def _refuse_withdrawn(story: Story) -> None:
    if story.status == Story.Status.WITHDRAWN:
        raise WorkingError(_("This story was withdrawn. It stays as it is; write a new one."))


def _write_head(story: Story, content: dict[str, Any], desks: list[Desk]) -> None:
    story.topic, story.desk = _topic(content), rows.desk(desks, content["desk"])
    story.edited_by = rows.desk(desks, content["edited_by"]) if content["edited_by"] else None
    story.event_on = date.fromisoformat(content["event_on"]) if content["event_on"] else None
    for name in ("language", "form", "headline", "dek", "disclosure", "conflicts"):
        setattr(story, name, content[name])
    for part, key in made.OF_STORY.items():
        # Of what is not there nothing is said; whoever writes it is a person until somebody says otherwise.
        there = part not in made.OF_ROWS or content[part]
        said = content[key] if there else made.UNSAID | {"made_by": MadeBy.PERSON}
        for name, value in rows.made_of(said, desks).items():
            setattr(story, f"{part}_{name}", value)
    _save_at(story, story.slug if story.published_at else content["slug"], HEAD)


def _save_at(story: Story, slug: str, fields: Iterable[str] | None = None) -> None:
    """Save a story at an address; if none is named, at one made of its headline that no other story has.

    Another story may take it between our look and our write, so that it is the write that finds out.
    """
    others = Story.objects.exclude(pk=story.pk)
    stem = slugify(story.headline)[:90].strip("-") or "story"
    story.slug = slug or naming.free_slug(others, stem)
    try:
        with transaction.atomic():
            story.save(update_fields=fields)
    except IntegrityError as error:
        if not others.filter(slug=story.slug).exists():
            raise
        if slug:
            raise WorkingError(_("Another story has the address “%(name)s”.") % {"name": slug}) from error
        story.slug = naming.unlike(stem)
        story.save(update_fields=fields)


def _topic(content: dict[str, Any]) -> Topic:
    topic = Topic.objects.filter(slug=content["topic"]).first()
    if topic is None:
        raise WorkingError(_("There is no topic “%(name)s”.") % {"name": content["topic"]})
    return topic


def _desks(content: dict[str, Any]) -> list[Desk]:
    """All that a content names."""
    slugs = [desk["slug"] for desk in (content["desk"], content["edited_by"]) if desk]
    names = {part["checked_by"] for _name, part in made.parts(made.complete(content))}
    return list(Desk.objects.filter(Q(slug__in=slugs) | Q(name__in=names - {""})))


def _write_summary(story: Story, summary: Row | None, desks: list[Desk]) -> None:
    story._state.fields_cache.pop("summary", None)
    if not summary or not summary["text"]:
        Summary.objects.filter(story=story).delete()
        return
    values = {"text": summary["text"], **rows.made_of(summary, desks)}
    Summary.objects.update_or_create(story=story, defaults=values)
