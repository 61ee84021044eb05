"""What people have typed and not saved: one row for each open window, theirs alone. It never touches the story."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Greatest

from analysis.merging import Typed
from analysis.models import Draft, Story

HERE = timedelta(seconds=90)  # whoever gave a sign of life within it has the story open


class Kept(NamedTuple):
    """A draft after its window has sent something; `late` if it holds something newer, or was saved since."""

    draft: Draft
    late: bool = False


def keep(
    key: str, by: int, story: int | None, based_on: int, typed: Typed, now: datetime, turn: int | None = None
) -> Kept | None:
    """Keep what was typed in one window, in place of what was kept of it before; {} where nothing is left unsaved.

    `key` names the window, `by` is the id of its person. A window counts what it sends: of two that overtake each
    other, and of one that arrives after its text was saved, the older `turn` is passed over. Without one it counts.
    Returns None, and keeps nothing, where the window is somebody else's or of another story.
    """
    values = {"based_on": based_on, "typed": typed, "kept_at": now if typed else None, "seen_at": now}
    fresh = {"by_id": by, "story_id": story, "turn": turn or 0}
    draft, made = Draft.objects.get_or_create(key=key, defaults=fresh | values)
    if draft.by_id != by or (draft.story_id and story and draft.story_id != story):
        return None
    if made:
        return Kept(draft)
    rows = Draft.objects.filter(pk=draft.pk)
    if typed == draft.typed and based_on == draft.based_on:
        del values["kept_at"]  # it is kept since then
    if turn is None:
        rows.update(**values)
    elif not rows.filter(turn__lt=turn).update(turn=turn, **values):
        rows.update(seen_at=now)
        return Kept(draft, late=True)
    for name, value in values.items():
        setattr(draft, name, value)
    return Kept(draft)


def unsaved(by: User, story: int | None) -> QuerySet[Draft]:
    """What somebody has typed into a story and not saved, newest first; of none: into stories never saved."""
    return Draft.objects.filter(by=by, story=story, kept_at__isnull=False).order_by("-kept_at")


def windows(story: int, by: User, now: datetime) -> QuerySet[Draft]:
    """The open windows of a story, of everybody, and what `by` has not saved of it. One query."""
    mine = Q(by=by, kept_at__isnull=False)
    return (
        Draft.objects.filter(mine | Q(seen_at__gte=now - HERE), story=story).select_related("by").order_by("-seen_at")
    )


def done(key: str, by: User, story: Story, turn: int = 0) -> None:
    """What was typed in this window up to its `turn` is saved. The row stays: the same form sent twice finds its story,
    and what was on its way meanwhile comes too late."""
    rows = Draft.objects.filter(key=key, by=by)
    rows.update(story=story, typed={}, kept_at=None, turn=Greatest(F("turn"), Value(turn)))


def stamp(draft: Draft) -> str:
    """A name for what a draft holds now: once that is saved elsewhere, settle() takes it from the draft."""
    return f"{draft.key} {draft.kept_at.isoformat() if draft.kept_at else ''}"


def settle(by: User, stamped: str) -> None:
    """What a draft held when it was stamped is saved by another window: it is unsaved no more, if it is still that."""
    for draft in Draft.objects.filter(by=by, key=stamped.partition(" ")[0], kept_at__isnull=False):
        if stamp(draft) == stamped:
            Draft.objects.filter(pk=draft.pk, kept_at=draft.kept_at).update(typed={}, kept_at=None)


def discard(key: str, by: User) -> bool:
    """Throw away what `by` typed in a window. Returns whether there was something.

    The row stays: what the window sent before and arrives later is thrown away too.
    """
    return bool(Draft.objects.filter(key=key, by=by, kept_at__isnull=False).update(typed={}, kept_at=None))


def forget(now: datetime) -> int:
    """Delete the rows of windows that are closed and hold nothing. Returns how many."""
    return Draft.objects.filter(kept_at__isnull=True, seen_at__lt=now - timedelta(days=2)).delete()[0]
