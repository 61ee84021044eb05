"""From a working copy to a public page: freeze, publish, revise, correct, withdraw.

Every function that changes what the public sees does so in one transaction. Publishing reads the working copy, freezes
it into an immutable Revision and rewrites what lists and search read.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis import comparing, preflight, search
from analysis.models import (
    Appearance,
    Article,
    Citation,
    Correction,
    Desk,
    Mention,
    PublishedLink,
    Revision,
    Source,
    Story,
    StoryLink,
    WatchItem,
)
from analysis.models.watch import NOT_REPLACED
from analysis.models.writing import Slot
from analysis.text import to_html, to_plain

EXPLAINED = (Revision.Kind.CLARIFICATION, Revision.Kind.CORRECTION)  # changes that need a public sentence
EXPLAIN = gettext_lazy("Say in a sentence what was wrong and what is right.")


class EditingError(Exception):
    """Something an editor asked for cannot be done. The message says what and why."""


class NotReadyError(EditingError):
    """Pre-flight found hard stops; `stops` lists them in words."""

    def __init__(self, stops: list[str]) -> None:
        super().__init__(" ".join(stops))
        self.stops = stops


class ConflictError(EditingError):
    """The working copy was changed by someone else since it was read."""


def claim_version(story: Story, based_on: int) -> None:
    """Take the next version of a working copy, if it is still the one the editor saw. Call inside a transaction.

    Compare-and-set: of two savers with the same `based_on` one wins; the other gets ConflictError.
    """
    updated = Story.objects.filter(pk=story.pk, version=based_on).update(version=F("version") + 1)
    if not updated:
        raise ConflictError(_("Someone else saved this story since you opened it."))
    story.version = based_on + 1


def snapshot(story: Story) -> dict[str, Any]:
    """The editorial content of a working copy as plain JSON values: what a revision keeps, and a preview shows."""
    summary = getattr(story, "summary", None)
    sources = list(story.sources.select_related("article").order_by("position", "id"))
    order = list(Slot.values)
    notes = sorted(story.notes.prefetch_related("rests_on"), key=lambda n: order.index(n.slot))
    claims = story.claims.prefetch_related("evidence", "changes")
    return {
        "v": 1,
        "slug": story.slug,
        "language": story.language,
        "form": story.form,
        "headline": story.headline,
        "dek": story.dek,
        "topic": story.topic.slug,
        "desk": _desk(story.desk),
        "edited_by": _desk(story.edited_by) if story.edited_by else None,
        "event_on": story.event_on.isoformat() if story.event_on else None,
        "disclosure": story.disclosure,
        "sources": [
            {"id": s.pk, "article": s.article_id, "role": s.role, "in_summary": s.in_summary, "why": s.why}
            for s in sources
        ],
        "summary": summary
        and {
            "text": summary.text,
            "made_by": summary.made_by,
            "model": summary.model,
            "checked_by": summary.checked_by.name if summary.checked_by else "",
        },
        "notes": [
            {"slot": n.slot, "title": n.title, "text": n.text, "rests_on": sorted(s.pk for s in n.rests_on.all())}
            for n in notes
        ],
        "claims": [
            {
                "id": c.pk,
                "text": c.text,
                "standing": c.standing,
                "why": c.why,
                "checked_at": c.checked_at.isoformat(),
                "evidence": sorted(
                    ({"source": e.source_id, "stance": e.stance} for e in c.evidence.all()), key=lambda e: e["source"]
                ),
                "history": [
                    {"standing": h.standing, "why": h.why, "at": h.at.isoformat()}
                    for h in sorted(c.changes.all(), key=lambda h: (h.at, h.pk))
                ],
            }
            for c in claims
        ],
        "watch": [
            {
                "id": w.pk,
                "statement": w.statement,
                "due": w.due.isoformat(),
                "likelihood": w.likelihood,
                "settled_by": w.settled_by,
            }
            for w in story.watch_items.filter(superseded_by__isnull=True)
        ],
        "mentions": [
            {"name": m.entity.name, "slug": m.entity.slug, "kind": m.entity.kind}
            for m in story.mentions.select_related("entity")
        ],
        "earlier": [
            {"story": link.earlier_id, "kind": link.kind, "verdict": link.verdict, "why": link.why}
            for link in story.earlier.all()
        ],
    }


def render(content: dict[str, Any]) -> dict[str, Any]:
    """The Markdown of a snapshot as sanitised HTML, by field. Raises analysis.text.TextError."""
    summary = content["summary"]
    return {
        "summary": to_html(summary["text"], "summary") if summary else "",
        "notes": {note["slot"]: to_html(note["text"], note["slot"]) for note in content["notes"]},
    }


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of canonical JSON: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


@transaction.atomic
def publish(
    story: Story,
    by: User | None,
    *,
    kind: str = Revision.Kind.EDIT,
    reason: str = "",
    at: datetime | None = None,
    now: datetime | None = None,
) -> Revision:
    """Make the working copy public, for the first time or again.

    `kind` and the public `reason` are for changes to a page that is public already: an edit (a silent typo), an
    update, a clarification or a correction; the last two, and an update with a reason, are announced on the page.
    `at` is the aware moment it counts from (now, unless history is being written down).
    Raises NotReadyError, with nothing changed, if pre-flight finds a hard stop or nothing has changed.
    """
    at = at or timezone.now()
    story = (
        Story.objects.select_for_update(of=("self",))
        .select_related("topic", "desk", "edited_by", "current")
        .get(pk=story.pk)
    )
    first = story.current is None
    content = snapshot(story)
    stops = preflight.stops(story, content, now or at, reason)
    if not first and kind in EXPLAINED and not reason.strip():
        stops.append(str(EXPLAIN))
    if story.status == Story.Status.WITHDRAWN:
        stops.append(_("This story was withdrawn. It stays withdrawn; write a new one."))
    sha256 = digest(content)
    if story.current and story.current.sha256 == sha256 and not reason.strip():
        stops.append(_("Nothing has changed since it was last published."))
    if stops:
        raise NotReadyError(stops)

    revision = Revision.objects.create(
        story=story,
        number=(story.current.number if story.current else 0) + 1,
        kind=Revision.Kind.FIRST if first else kind,
        reason="" if first else reason.strip(),
        headline=story.headline,
        dek=story.dek,
        content=content,
        html=render(content),
        sha256=sha256,
        created_by=by,
        created_at=at,
    )
    if not first and (kind in EXPLAINED or (kind == Revision.Kind.UPDATE and reason.strip())):
        Correction.objects.create(story=story, revision=revision, kind=kind, text=reason.strip(), at=at)
    story.status = Story.Status.PUBLISHED
    story.published_at = story.published_at or at
    story.updated_at = at
    story.current = revision
    story.public_language, story.public_topic = story.language, story.topic
    story.save(update_fields=["status", "published_at", "updated_at", "current", "public_language", "public_topic"])
    story.watch_items.filter(public_since__isnull=True).update(public_since=at)
    _list(story, revision, story.published_at)
    comparing.forget(story.pk)
    story.tasks.all().delete()  # pre-flight stops what would need one
    return revision


@transaction.atomic
def note(story: Story, by: User | None, text: str, at: datetime | None = None) -> Correction:
    """Add an editor's note: a dated public statement, with no change to the text. Returns it."""
    revision = publish(story, by, kind=Revision.Kind.EDIT, reason=text, at=at)
    return Correction.objects.create(
        story_id=story.pk, revision=revision, kind=Correction.Kind.NOTE, text=text, at=revision.created_at
    )


@transaction.atomic
def withdraw(story: Story, reason: str, at: datetime | None = None) -> None:
    """Take a published story off every page. Its address answers 410 from the next request on.

    Raises EditingError if it is not public or no reason is given.
    """
    if not reason.strip():
        raise EditingError(_("Say why it is withdrawn. The reason is kept here, not shown on the page."))
    changed = Story.objects.filter(pk=story.pk, status=Story.Status.PUBLISHED).update(
        status=Story.Status.WITHDRAWN, withdrawn_at=at or timezone.now(), withdrawn_reason=reason.strip()
    )
    if not changed:
        raise EditingError(_("Only a published story can be withdrawn."))
    search.forget(story.pk)
    comparing.forget(story.pk)
    story.tasks.all().delete()


@transaction.atomic
def resolve(
    item: WatchItem, by: User | None, state: str, outcome: str, url: str = "", at: datetime | None = None
) -> None:
    """Say how a watch item turned out.

    Raises EditingError if it is not public, or judged already, or if the words quote more than terms allow.
    """
    if state not in WatchItem.State.values or state == WatchItem.State.OPEN:
        raise EditingError(_("Choose how it turned out."))
    if not outcome.strip():
        raise EditingError(_("Say how it turned out and what shows it."))
    current = Revision.objects.filter(story=item.story_id).first()
    if current:
        permits = preflight.permits_of(current.content, at or timezone.now())
        if sentence := preflight.over_quoted(outcome, list(permits.values())):
            raise EditingError(sentence)
    changed = WatchItem.objects.filter(
        NOT_REPLACED, pk=item.pk, state=WatchItem.State.OPEN, public_since__isnull=False
    ).update(state=state, outcome=outcome.strip(), outcome_url=url, resolved_at=at or timezone.now(), resolved_by=by)
    if not changed:
        raise EditingError(_("This watch item is not public, or someone has judged it already."))


def _list(story: Story, revision: Revision, since: datetime) -> None:
    """Rewrite what lists and search read of a story: what it rests on, whom it names, its words."""
    Citation.objects.filter(story=story).delete()
    Citation.objects.bulk_create(
        Citation(
            story=story,
            article_id=source.article_id,
            publisher_id=source.article.publisher_id,
            role=source.role,
            in_summary=source.in_summary,
            position=position,
            published_at=since,
        )
        for position, source in enumerate(Source.objects.filter(story=story).select_related("article"))
    )
    Appearance.objects.filter(story=story).delete()
    Appearance.objects.bulk_create(
        Appearance(story=story, entity_id=mention.entity_id, published_at=since)
        for mention in Mention.objects.filter(story=story)
    )
    PublishedLink.objects.filter(story=story).delete()
    PublishedLink.objects.bulk_create(
        PublishedLink(story=story, earlier_id=k.earlier_id, kind=k.kind, verdict=k.verdict, why=k.why)
        for k in StoryLink.objects.filter(story=story)
    )
    search.remember(story.pk, words_of(revision.content, revision.html))


def words_of(content: dict[str, Any], html: dict[str, Any]) -> str:
    """Every word of a frozen story, for the search index: candidates only, the gate decides what may match."""
    articles = Article.objects.filter(pk__in=[s["article"] for s in content["sources"]]).select_related("publisher")
    parts = [content["headline"], content["dek"], content["disclosure"], to_plain(html["summary"])]
    parts += [part for n in content["notes"] for part in (n["title"], to_plain(html["notes"][n["slot"]]))]
    parts += [part for c in content["claims"] for part in (c["text"], c["why"])]
    parts += [part for w in content["watch"] for part in (w["statement"], w["settled_by"])]
    parts += [m["name"] for m in content["mentions"]]
    parts += [s["why"] for s in content["sources"]]
    parts += [part for a in articles for part in (a.title, a.publisher.name)]
    return " \n".join(parts)


def _desk(desk: Desk) -> dict[str, str]:
    return {"name": desk.name, "slug": desk.slug}
