"""What people have typed and not saved: one row for each open window, theirs alone. It never touches the story."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Greatest

from analysis.merging import Typed
from analysis.models import Draft, Story
from analysis.models.desk import HERE
from analysis.prepared import PreparedModels

OPEN = timedelta(days=30)  # for so long after it was opened a window may send something
FORMS = 20  # of one window, of which it is remembered what they were saved as: the last ones


_KEPT = PreparedModels(lambda key, by: Draft.objects.filter(key=key, by__pk=by), key=str, by=int)


def of_window(key: str, by: int) -> Draft | None:
    """What is kept of the window `key` of a person; None if nothing ever was. One query."""
    return next(iter(_KEPT(key=key, by=by)), None)


def keep(
    key: str,
    by: int,
    story: int | None,
    based_on: int,
    typed: Typed,
    now: datetime,
    turn: int | None,
    kept: Draft | None = None,
    late: bool = False,
) -> Draft | None:
    """Keep what was typed in one window, in place of what was kept of it before; {} where nothing is left unsaved.

    `key` names the window, `by` is the id of its person. A window counts what it sends: of two that overtake each
    other, and of one that arrives after its text was saved or thrown away, the older `turn` is passed over, and the
    draft then has a later one. Without a turn it counts. `kept` is the window's row, where it was read just now; what
    comes `late`, from where the window had left it, gives way to its own text of the same turn.
    Returns None, and keeps nothing, where the window is somebody else's or of another story.
    """
    values = {"based_on": based_on, "typed": typed, "kept_at": now if typed else None, "seen_at": now}
    fresh = {"by_id": by, "story_id": story, "turn": turn or 0}
    draft, made = (kept, False) if kept else _begun(key, **fresh, **values)
    if draft.by_id != by or (draft.story_id and story and draft.story_id != story):
        return None
    if made:
        return draft
    rows = Draft.objects.filter(pk=draft.pk)
    in_turn = rows if turn is None else rows.filter(turn__lt=turn) if late else rows.filter(turn__lte=turn)
    same = typed == draft.typed and based_on == draft.based_on
    if same:  # it is kept since then, if it still is: a stamp names one text
        del values["kept_at"]
        in_turn = in_turn.filter(kept_at=draft.kept_at)
    values |= {"turn": turn} if turn else {}
    if in_turn.update(**values):
        for name, value in values.items():
            setattr(draft, name, value)
    elif same and kept:  # another request was faster than the row that was read
        return keep(key, by, story, based_on, typed, now, turn, late=late)
    else:
        rows.update(seen_at=now)
        draft.refresh_from_db()
    return draft


def _begun(key: str, **values: Any) -> tuple[Draft, bool]:
    """The row of a window that had none a moment ago, and whether it is new."""
    try:
        with transaction.atomic():
            return Draft.objects.create(key=key, **values), True
    except IntegrityError:  # another request of the window was faster
        return Draft.objects.get(key=key), False


def unsaved(by: User, story: int | None) -> QuerySet[Draft]:
    """What somebody has typed into a story and not saved, newest first; of none: into stories never saved."""
    return Draft.objects.filter(by=by, story=story, kept_at__isnull=False).order_by("-kept_at")


_OTHERS = PreparedModels(
    lambda story, by, since: (
        Draft.objects.filter(story__pk=story, seen_at__gte=since)
        .exclude(by__pk=by)
        .select_related("by")
        .only("story", "kept_at", "seen_at", "by__username")
        .order_by("-seen_at")
    ),
    story=int,
    by=int,
    since=datetime,
)


def others(story: int, by: User, now: datetime) -> list[Draft]:
    """The windows in which others than `by` have a story open now, the last twenty; without what they type there."""
    found: list[Draft] = _OTHERS(story=story, by=by.pk, since=now - HERE, most=20)
    return found


def close(key: str, by: User, turn: int) -> None:
    """Whatever was typed in this window up to its `turn` is unsaved no more: it is thrown away.

    The row stays: what was on its way meanwhile comes too late.
    """
    _close(key, by, turn, {})


def saved(key: str, by: User, turn: int, story: Story, form: str, version: int | None, made: Mapping[str, str]) -> None:
    """The same of a window of which a `form` was saved in a story; it may be sent again.

    It then is the form of `version`, None where it was put together with what others had saved; and its rows that were
    new have the keys that `made` gives them ("claims-n1": "12").
    """
    saves: dict[str, Any] = Draft.objects.filter(key=key, by=by).values_list("saves", flat=True).first() or {}
    before = saves.pop(form, {"version": None, "made": {}})
    saves[form] = {"version": version or before["version"], "made": {**before["made"], **made}}
    _close(key, by, turn, {"story": story, "saves": dict(list(saves.items())[-FORMS:])})


def _close(key: str, by: User, turn: int, more: dict[str, Any]) -> None:
    values = {"typed": {}, "kept_at": None, **more}
    if not Draft.objects.filter(key=key, by=by).update(**values, turn=Greatest(F("turn"), Value(turn + 1))):
        Draft.objects.get_or_create(key=key, defaults={"by": by, "turn": turn + 1, **more})


def settle(by: User, stamped: str) -> bool:
    """What a draft held when it had this stamp stands elsewhere, or is thrown away: it is unsaved no more.

    Returns False, and does nothing, if the draft holds something else by now.
    """
    if not stamped:
        return False
    for draft in Draft.objects.filter(by=by, key=stamped.partition(" ")[0], kept_at__isnull=False):
        if draft.stamp == stamped:
            rows = Draft.objects.filter(pk=draft.pk, kept_at=draft.kept_at)
            return bool(rows.update(typed={}, kept_at=None, turn=F("turn") + 1))
    return False


def forget(now: datetime) -> int:
    """Delete the rows of windows that are closed and hold nothing. Returns how many.

    One that was saved stays as long as it may send its form again: else that could make a second story.
    """
    closed = Q(saves={}, seen_at__lt=now - timedelta(days=2)) | Q(seen_at__lt=now - OPEN)
    return Draft.objects.filter(closed, kept_at__isnull=True).delete()[0]
