"""From a working copy to a public page: freeze, publish, revise, correct, withdraw.

Every function that changes what the public sees does so in one transaction. Publishing reads the working copy, freezes
it into an immutable Revision and rewrites what lists and search read.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis import comparing, establishing, made, preflight, search, standings, tallying
from analysis.errors import ConflictError, EditingError, NotReadyError
from analysis.freezing import digest, frozen, render, same_text, snapshot, words_of
from analysis.models import (
    Appearance,
    Citation,
    Claim,
    Correction,
    Mention,
    PublishedLink,
    Revision,
    Source,
    Story,
    StoryLink,
    WatchItem,
)
from analysis.standings import record_of

__all__ = [
    "EXPLAIN", "EXPLAINED", "UNANNOUNCED", "ConflictError", "EditingError", "NotReadyError", "announces",
    "claim_version", "differs", "digest", "frozen", "hindrance", "note", "publish", "render", "same_text", "snapshot",
    "withdraw",
]  # fmt: skip
EXPLAINED = (Revision.Kind.CLARIFICATION, Revision.Kind.CORRECTION)  # changes that need a public sentence
EXPLAIN = gettext_lazy("Say in a sentence what was wrong and what is right.")
UNANNOUNCED = gettext_lazy(
    "Nothing is announced of a minor edit, or of an update without a sentence, so nobody is thanked in it. Untick the "
    "names, choose another kind of change, or write the sentence of the update."
)


def announces(kind: str, reason: str) -> bool:
    """Whether the page says of a change of this kind that there was one, and thanks who reported it. `reason`: the
    public sentence."""
    return kind in EXPLAINED or (kind == Revision.Kind.UPDATE and bool(reason.strip()))


def claim_version(story: Story, based_on: int) -> None:
    """Take the next version of a working copy, if it is still the one the editor saw. Call inside a transaction.

    Compare-and-set: of two savers with the same `based_on` one wins; the other gets ConflictError.
    """
    updated = Story.objects.filter(pk=story.pk, version=based_on).update(version=F("version") + 1)
    if not updated:
        raise ConflictError(_("Someone else saved this story since you opened it."))
    story.version = based_on + 1


def hindrance(story: Story, content: dict[str, Any], noted: bool = False) -> str:
    """What is in the way of publishing a content, by what it changes of the public page; empty if nothing is.

    One that changes nothing would stand in the history as a change. Where the page is only to be `noted`, one that
    changes something would go out unannounced.
    """
    if not story.current:
        return ""
    if noted and not differs(story, content):
        return ""
    if not noted and not same_text(story.current.content, content):
        return ""
    if noted:
        return _("There are saved changes that are not public yet. Publish them first, then add the note.")
    return _(
        "The public page says what is saved here: there is nothing to publish. To tell readers something without "
        "changing the text, add an editor’s note."
    )


def differs(story: Story, content: dict[str, Any]) -> bool:
    """Whether a published story's content says something else than its page. That a claim stands where it does on
    record by now is nothing else: the page says so already. One query at most."""
    assert story.current  # noqa: S101  it is published
    was = story.current.content
    if same_text(was, content):
        return False
    known = standings.on_record({record_of(claim) for claim in content["claims"] if record_of(claim) > 0})
    follows = {
        claim["id"]
        for claim in content["claims"]
        if (said := known.get(record_of(claim)))
        and claim["standing"] == said.standing
        and claim["why"] in ("", said.why)
    }
    unsaid = dict.fromkeys(("standing", "why", "checked_at", "history"))

    def words(some: dict[str, Any]) -> dict[str, Any]:
        claims = [c | unsaid if c["id"] in follows else c for c in some["claims"]]
        # Nobody has checked the words that they follow with: that does not make it another text.
        how = made.complete(some)["claims_made"] | (made.UNCHECKED if follows else {})
        return some | {"claims": claims, "claims_made": how}

    return not same_text(words(was), words(content))


@transaction.atomic
def publish(
    story: Story,
    by: User | None,
    *,
    kind: str = Revision.Kind.EDIT,
    reason: str = "",
    at: datetime | None = None,
    now: datetime | None = None,
    thanks: str = "",
) -> Revision:
    """Make the working copy public, for the first time or again.

    `kind` and the public `reason` are for changes to a page that is public already: an edit (a silent typo), an
    update, a clarification or a correction; what `announces` says is announced on the page.
    `at` is the aware moment it counts from (now, unless history is being written down). `thanks`: names of readers to
    be thanked in what is announced (analysis/reporting.py).
    Raises NotReadyError, with nothing changed, if pre-flight finds a hard stop, nothing has changed, or an edit would
    let a claim stand otherwise than readers were told.
    """
    return _publish(story, by, kind, reason, at, now, thanks)


def _publish(
    story: Story,
    by: User | None,
    kind: str,
    reason: str,
    at: datetime | None,
    now: datetime | None,
    thanks: str = "",
    noted: bool = False,
) -> Revision:
    """`noted`: what is published is a note on a text that stays as it is."""
    at = at or timezone.now()
    story = (
        Story.objects.select_for_update(of=("self",))
        .select_related("topic", "desk", "edited_by", "current")
        .get(pk=story.pk)
    )
    first = story.current is None
    announced = not first and announces(kind, reason)
    moved = establishing.publish(story, by, at)
    content = frozen(snapshot(story), now or at)
    stops = preflight.stops(story, content, now or at, reason)
    if not first and kind in EXPLAINED and not reason.strip():
        stops.append(str(EXPLAIN))
    if not noted and kind == Revision.Kind.EDIT:
        stops += _retold(story, content, moved)
    if thanks and not announced:
        stops.append(str(UNANNOUNCED))
    if story.status == Story.Status.WITHDRAWN:
        stops.append(_("This story was withdrawn. It stays withdrawn; write a new one."))
    if sentence := hindrance(story, content, noted):
        stops.append(sentence)
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
        sha256=digest(content),
        created_by=by,
        created_at=at,
    )
    if announced:
        Correction.objects.create(story=story, revision=revision, kind=kind, text=reason.strip(), thanks=thanks, at=at)
    story.status = Story.Status.PUBLISHED
    story.published_at = story.published_at or at
    story.updated_at = at
    story.current = revision
    story.publish_at = story.scheduled_by = None
    story.public_language, story.public_topic = story.language, story.topic
    story.save(
        update_fields=[
            "status", "published_at", "updated_at", "current", "publish_at", "scheduled_by", "public_language",
            "public_topic",
        ]
    )  # fmt: skip
    _promise(story, at)
    _list(story, revision, story.published_at)
    comparing.forget(story.pk)
    story.tasks.all().delete()  # pre-flight stops what would need one
    return revision


def _retold(story: Story, content: dict[str, Any], moved: Sequence[Claim]) -> list[str]:
    """What a content says otherwise than readers were told of where claims stand: that is no minor edit. One query if
    claims of the page are left out, else none."""
    if not story.current:
        return []
    sentence = _("Not a minor edit: readers were told that “%(claim)s” stands otherwise. Choose what it is.")
    said = [sentence % {"claim": Truncator(claim.text).chars(120)} for claim in moved]
    there = {claim["id"] for claim in content["claims"]}
    gone = {record_of(raw): raw["text"] for raw in story.current.content["claims"] if raw["id"] not in there}
    sentence = _("Not a minor edit: the standing of “%(claim)s”, which is left out, has moved. Choose what it is.")
    since = standings.moved(gone, story.published_at) if gone else ()
    return said + [sentence % {"claim": Truncator(gone[pk]).chars(120)} for pk in since]


@transaction.atomic
def note(story: Story, by: User | None, text: str, at: datetime | None = None, thanks: str = "") -> Correction:
    """Add an editor's note: a dated public statement, with no change to the text. Returns it. `thanks` as above.

    Raises NotReadyError, with nothing changed, if pre-flight finds a hard stop or saved changes are not public yet.
    """
    revision = _publish(story, by, Revision.Kind.EDIT, text, at, None, noted=True)
    return Correction.objects.create(
        story_id=story.pk,
        revision=revision,
        kind=Correction.Kind.NOTE,
        text=text,
        thanks=thanks,
        at=revision.created_at,
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


def _promise(story: Story, at: datetime) -> None:
    """Its new watch items are public from now on, filed where the story is; from now on they count."""
    items = list(story.watch_items.filter(public_since__isnull=True))
    for item in items:
        item.public_since, item.topic, item.desk = at, story.topic, story.desk
    WatchItem.objects.bulk_update(items, ["public_since", "topic", "desk"])
    tallying.opened(items)


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
