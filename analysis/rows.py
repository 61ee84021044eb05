"""The rows of a working copy, kind by kind: sources, notes, claims, watch items, mentions, earlier coverage.

Each function makes the rows of a story hold what a content says, in few statements, and holds what must hold for every
writer. Called by analysis/working.py alone, in its order: notes and claims refer to sources.
"""

from collections.abc import Hashable, Iterable
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Model
from django.utils.translation import gettext as _

from analysis import standings
from analysis.errors import EditingError
from analysis.models import (
    Article,
    Claim,
    ContextNote,
    Desk,
    Entity,
    Evidence,
    Mention,
    Source,
    Story,
    StoryLink,
    WatchItem,
)

type Row = dict[str, Any]
MOST_SHARERS = 100  # stories that share one claim: each gets a version and a task when its standing changes

type Wanted = tuple[Hashable, Row]  # by which key a row is known, and what it is to hold


class WorkingError(EditingError):
    """A content that no working copy can hold. The message names what is wrong in it."""


def write_sources(story: Story, rows: list[Row]) -> dict[int, int]:
    """Returns the id of each row in the database by its id in the content."""
    there = {source.article_id: source for source in story.sources.all()}
    articles = [row["article"] for row in rows]
    if new := set(articles) - there.keys():
        found = set(Article.objects.filter(pk__in=new).values_list("pk", flat=True))
        for unknown in new - found:
            raise WorkingError(_("There is no article number %(id)s.") % {"id": unknown})
    _once(articles, _("An article is among the sources twice."))
    wanted = [
        (
            row["article"],
            {
                "article_id": row["article"],
                **_only(row, "role", "in_summary", "why"),
                "copied_from": row.get("copied_from", ""),
                "position": n,
            },
        )
        for n, row in enumerate(rows)
    ]
    written = _sync(story, Source, there, wanted)
    return {row["id"]: source.pk for row, source in zip(rows, written, strict=True) if row.get("id")}


def desk(desks: Iterable[Desk], named: dict[str, str]) -> Desk:
    """One of these by its address; of who checked a text, whom a content keeps by name only, by its name."""
    key = "slug" if "slug" in named else "name"
    for one in desks:
        if getattr(one, key) == named[key]:
            return one
    raise WorkingError(_("There is no desk “%(name)s”.") % {"name": named["name"]})


def made_of(row: Row, desks: Iterable[Desk]) -> Row:
    """How a part of a complete content was made (analysis/made.py), as the fields of a row."""
    by = desk(desks, {"name": row["checked_by"]}) if row["checked_by"] else None
    at = datetime.fromisoformat(row["checked_at"]) if by and row["checked_at"] else None
    return {**_only(row, "made_by", "model"), "checked_by_id": by and by.pk, "checked_at": at}


def write_notes(story: Story, rows: list[Row], sources: dict[int, int], desks: Iterable[Desk]) -> None:
    rows = [row for row in rows if row["text"]]
    _once([row["slot"] for row in rows], _("Two notes stand in one slot."))
    there = {note.slot: note for note in story.notes.all()}
    wanted_notes = [(row["slot"], _only(row, "slot", "title", "text") | made_of(row, desks)) for row in rows]
    notes = _sync(story, ContextNote, there, wanted_notes)
    pairs = ContextNote.rests_on.through
    wanted = {
        (note.pk, sources[source]): None
        for note, row in zip(notes, rows, strict=True)
        for source in row["rests_on"]
        if source in sources  # else removed in the same save
    }
    _pair(pairs, pairs.objects.filter(contextnote__story=story), ("contextnote_id", "source_id"), wanted)


def write_claims(story: Story, rows: list[Row], sources: dict[int, int], now: datetime) -> None:
    """Where a public claim stands is a proposal until it is published (analysis/establishing.py). One that
    was public, and is left out, keeps its row, for its address stays."""
    held = {claim.pk: claim for claim in story.claims.prefetch_related("evidence", "changes", "sharers")}
    fresh = [row for key, row in zip(_known(rows, held), rows, strict=True) if key is None and row.get("shares")]
    shared = _shared(story, [row["shares"] for row in fresh])
    # A claim of another story that was left out, now or before, and is taken up again, is the one that was there.
    named = {row.get("id") for row in rows}
    free = {claim.shares_id: pk for pk, claim in held.items() if claim.shares_id and pk not in named}
    rows = [row | {"id": free.get(shared.get(row.get("shares") or 0, 0), row.get("id"))} for row in rows]
    keys = _known(rows, held)
    gone = [claim for claim in held.values() if claim.pk not in keys and not claim.left_out]
    for claim in gone:
        if len(claim.changes.all()) > 1 or claim.sharers.all():
            raise WorkingError(
                _(
                    "The claim “%(claim)s” cannot be removed: its standing has moved, or other stories use it, and "
                    "that stays on record. Mark it as withdrawn instead."
                )
                % {"claim": claim.text}
            )
    story.claims.filter(pk__in=[claim.pk for claim in gone if claim.public_since]).update(left_out=True)
    there = {pk: claim for pk, claim in held.items() if pk in keys or not (claim.left_out or claim.public_since)}
    joined = [shared[row["shares"]] for key, row in zip(keys, rows, strict=True) if key is None and row.get("shares")]
    used = {claim.record for claim in there.values() if claim.pk in keys}
    _once([*joined, *used.intersection(joined)], _("This story has this claim already."))
    stands = standings.on_record(joined)
    wanted: list[Wanted] = []
    stances = [{sources[e["source"]]: e["stance"] for e in row["evidence"] if e["source"] in sources} for row in rows]
    for n, (key, row, stance) in enumerate(zip(keys, rows, stances, strict=True)):
        values = _only(row, "text", "standing", "why")
        checked_at = now
        if old := there.get(key):
            said = {e.source_id: e.stance for e in old.evidence.all()}
            if stance == said and all(getattr(old, name) == value for name, value in values.items()):
                checked_at = old.checked_at
        elif row.get("shares"):
            record = shared[row["shares"]]
            values["shares_id"] = record
            checked_at = stands[record].at  # nobody looked at it anew
            if values["standing"] != stands[record].standing:  # it moved since it was offered: who shares it, follows
                values |= {"standing": stands[record].standing, "why": ""}
        wanted.append((key, {**values, "checked_at": checked_at, "position": n, "left_out": False}))
    claims = _sync(story, Claim, there, wanted)
    evidence = {
        (claim.pk, source): said
        for claim, stance in zip(claims, stances, strict=True)
        for source, said in stance.items()
    }
    spoken = [e for claim in there.values() for e in claim.evidence.all()]
    _pair(Evidence, spoken, ("claim_id", "source_id"), evidence, "stance")


def _shared(story: Story, ids: list[int]) -> dict[int, int]:
    """The claims of other stories that are to be shared, each with the one under which it stands, locked until the
    transaction ends: where it stands does not change meanwhile."""
    if not ids:
        return {}
    public = Claim.objects.filter(pk__in=ids, public_since__isnull=False).exclude(story=story)
    found = {claim.pk: claim.record for claim in public}
    if unknown := set(ids) - found.keys():
        raise WorkingError(_("There is no public claim number %(id)s in another story.") % {"id": min(unknown)})
    list(Claim.objects.select_for_update().filter(pk__in=found.values()).order_by("pk"))
    used = Claim.objects.filter(shares__in=found.values()).values_list("shares").annotate(n=Count("pk"))
    for record, n in used:
        if n >= MOST_SHARERS:
            raise WorkingError(_("Claim number %(id)s stands in as many stories as one can.") % {"id": record})
    return found


def write_watch(story: Story, rows: list[Row], by: User | None) -> None:
    """Public items keep their words and stay, those that the content leaves out after the others. `by` is an author of
    what is new or says something else now."""
    items = {item.pk: item for item in story.watch_items.all()}
    keys = _known(rows, items)
    named = set(keys)
    wanted: list[Wanted] = []
    written: list[int] = []  # places of those that `by` wrote or changed
    for key, row in zip(keys, rows, strict=True):
        item = items.get(key)
        if item and item.public_since:
            wanted.append((key, {}))
        else:
            said = _only(row, "statement", "likelihood", "settled_by") | {"due": date.fromisoformat(row["due"])}
            if not item or any(getattr(item, name) != value for name, value in said.items()):
                written.append(len(wanted))
            wanted.append((key, said))
    # What is replaced stands in no content: it waits, or is history.
    there = {pk: item for pk, item in items.items() if pk in named or not item.superseded_by_id}
    wanted += [(pk, {}) for pk, item in there.items() if pk not in named and item.public_since]
    gone = there.keys() - {key for key, _values in wanted}
    if gone:
        story.watch_items.filter(superseded_by__in=gone).update(superseded_by=None)
    held = _sync(story, WatchItem, there, [(key, {**row, "position": n}) for n, (key, row) in enumerate(wanted)])
    if by and written:
        authors = WatchItem.authors.through
        authors.objects.bulk_create([authors(watchitem=held[n], user=by) for n in written], ignore_conflicts=True)
    replaceable = story.watch_items.filter(
        public_since__isnull=False, superseded_by__isnull=True, state=WatchItem.State.OPEN
    )
    for key, row, item in zip(keys, rows, held, strict=False):
        replaced = row.get("replaces")
        if key is None and replaced and not replaceable.filter(pk=replaced).update(superseded_by=item):
            old = items.get(replaced)
            raise WorkingError(
                _("“%(item)s” cannot be replaced: only what is public and open, and not replaced yet, can be.")
                % {"item": old or replaced}
            )


def write_mentions(story: Story, rows: list[Row]) -> None:
    """An entity that was merged stays where it is mentioned. Where it is not, what it was merged into is."""
    slugs = [row["slug"] for row in rows]
    _once(slugs, _("An entity is mentioned twice."))
    found = Entity.objects.filter(slug__in=slugs).values_list("slug", "pk", "leads_to")
    entities = {slug: (pk, end) for slug, pk, end in found}
    for row in rows:
        if row["slug"] not in entities:
            raise WorkingError(_("We know nobody and nothing named “%(name)s”.") % {"name": row["name"]})
    there = {mention.entity_id: mention for mention in story.mentions.all()}
    ids = dict.fromkeys(pk if pk in there else end or pk for pk, end in map(entities.__getitem__, slugs))
    _sync(story, Mention, there, [(pk, {"entity_id": pk, "position": n}) for n, pk in enumerate(ids)])


def write_earlier(story: Story, rows: list[Row]) -> None:
    there = {link.earlier_id: link for link in story.earlier.all()}
    ids = [row["story"] for row in rows]
    _once(ids, _("An earlier story is linked twice."))
    # A link that is there stays, though the earlier story was withdrawn since.
    if new := set(ids) - there.keys():
        public = Story.objects.filter(pk__in=new - {story.pk}, status=Story.Status.PUBLISHED)
        for pk in new - set(public.values_list("pk", flat=True)):
            named = Story.objects.filter(pk=pk).first() or pk
            raise WorkingError(_("“%(name)s” is no published story, so it is no earlier coverage.") % {"name": named})
        # What came later links back to this one: so links never lead in a circle.
        if story.published_at and (later := public.filter(published_at__gte=story.published_at).first()):
            said = _("“%(name)s” was published after this story, so it is no earlier coverage. Link it from there.")
            raise WorkingError(said % {"name": later})
    wanted = [
        (row["story"], {"earlier_id": row["story"], **_only(row, "kind", "verdict", "why"), "position": n})
        for n, row in enumerate(rows)
    ]
    _sync(story, StoryLink, there, wanted)


def _sync[M: Model](story: Story, model: type[M], there: dict[Any, M], wanted: Iterable[Wanted]) -> list[M]:
    """Make the rows of a story what is wanted: change what differs, add what is new, delete the rest. In that order."""
    there = dict(there)
    rows, changed, new = [], [], []
    fields: set[str] = set()
    for key, values in wanted:
        row = there.pop(key, None)
        if row is None:
            new.append(row := model(story=story, **values))
        elif differing := {name for name, value in values.items() if getattr(row, name) != value}:
            for name in differing:
                setattr(row, name, values[name])
            fields |= differing
            changed.append(row)
        rows.append(row)
    objects = model._default_manager
    if there:
        objects.filter(pk__in=[row.pk for row in there.values()]).delete()
    if changed:
        objects.bulk_update(changed, fields)
    objects.bulk_create(new)
    return rows


def _pair(
    model: type[Model], there: Iterable[Any], names: tuple[str, str], wanted: dict[tuple[int, int], Any], says: str = ""
) -> None:
    """Make rows that join two others be those wanted, each with what it says. At most one delete and one insert."""
    held = {(getattr(row, names[0]), getattr(row, names[1])): row for row in there}
    same = {key for key, row in held.items() if key in wanted and (not says or getattr(row, says) == wanted[key])}
    if gone := [row.pk for key, row in held.items() if key not in same]:
        model._default_manager.filter(pk__in=gone).delete()
    model._default_manager.bulk_create(
        model(**dict(zip(names, key, strict=True)), **({says: value} if says else {}))
        for key, value in wanted.items()
        if key not in same
    )


def _known(rows: list[Row], there: dict[int, Any]) -> list[Any]:
    """The id of each row that the story has; None for a new one, and for an id that comes a second time."""
    left = set(there)
    keys = []
    for row in rows:
        keys.append(row.get("id") if row.get("id") in left else None)
        left.discard(keys[-1])
    return keys


def _once(keys: list[Any], sentence: str) -> None:
    if len(set(keys)) < len(keys):
        raise WorkingError(sentence)


def _only(row: Row, *names: str) -> Row:
    return {name: row[name] for name in names}
