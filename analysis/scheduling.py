"""Publishing at a time that was chosen before: never twice, never skipped, and checked again when the time has come.

The story itself holds the time, so nothing is lost with a worker or a queue: whoever looks next finds what is due.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from analysis import editing, local_time, preflight, rulebook
from analysis.models import Remark, Story
from analysis.text import TextError

AHEAD = timedelta(days=366)
BATCH = 100  # stories that one call settles
AGAIN = timedelta(hours=1)  # so soon one that an embargo holds is looked at again: its sources may be others by then
SCHEDULABLE = (Story.Status.DRAFT, Story.Status.REVIEW, Story.Status.SCHEDULED)

log = logging.getLogger(__name__)


@transaction.atomic
def schedule(story: Story, by: User, at: datetime, now: datetime | None = None) -> None:
    """Have a story published at an aware moment, in the name of `by` and as it is saved by then; or change the moment.

    What would stop it at that moment stops it now: raises NotReadyError, and EditingError for a time that is past, more
    than a year ahead, or within the embargo of its sources. Nothing has changed then.
    """
    now = now or timezone.now()
    story = _locked().get(pk=story.pk)
    if story.status not in SCHEDULABLE:
        raise editing.EditingError(_("Only a story that was never published can be scheduled."))
    chosen = {"at": _said(at)}
    if at <= now:
        raise editing.EditingError(_("%(at)s is past. Choose a later time, or publish it now.") % chosen)
    if at > now + AHEAD:
        raise editing.EditingError(_("%(at)s is more than a year ahead. Choose an earlier time.") % chosen)
    if stops := preflight.stops(story, editing.snapshot(story), at):
        if end := _embargoed_until(story, at):
            said = _("The sources are under embargo until %(end)s; you chose %(at)s. Choose a time after the embargo.")
            raise editing.EditingError(said % {**chosen, "end": _said(end)})
        raise editing.NotReadyError(stops)
    story.status, story.publish_at, story.scheduled_by = Story.Status.SCHEDULED, at, by
    story.look_again_at = None
    story.save(update_fields=["status", "publish_at", "scheduled_by", "look_again_at"])


def unschedule(story: Story) -> None:
    """Take a scheduled story back to review. Raises EditingError if it is not scheduled (any more)."""
    if not _back(story):
        raise editing.EditingError(_("This story is not scheduled, or it was published meanwhile."))


def publish_due(now: datetime) -> int:
    """Publish what is due at an aware moment; what cannot be goes back to review, with a remark that says why.

    Each story is a transaction of its own that looks again under a lock, so of several callers one does it, and what
    one that died left undone is done by the next. What only an embargo still holds stays scheduled, and is looked at
    again when it ends, when rules change, or after AGAIN. Settles at most BATCH stories and returns how many; zero if
    none is left. One that fails in a way nobody foresaw holds up no other, is raised at the end, and left for the next
    call.
    """
    rules = rulebook.current().token
    due = Story.objects.filter(status=Story.Status.SCHEDULED, publish_at__lte=now)
    due = due.filter(Q(look_again_at=None) | Q(look_again_at__lte=now) | ~Q(looked_under=rules))
    settled, failed = 0, []
    for pk in list(due.order_by("publish_at", "pk").values_list("pk", flat=True)):
        if settled == BATCH:
            break
        try:
            settled += _settle(pk, now, rules)
        except Exception as error:
            log.exception("Story %d could not be published as scheduled.", pk)
            failed.append(error)
    if failed:
        raise ExceptionGroup("Scheduled stories could not be published.", failed)
    return settled


def earliest(story: Story, now: datetime) -> datetime:
    """The first aware moment at which no embargo of its sources holds a story: the end of the one in force, or `now`.

    Of one of which nobody knows when it began, the end moves on with `now`.
    """
    return _embargo_end(editing.snapshot(story), now)


@transaction.atomic
def _settle(pk: int, now: datetime, rules: str) -> bool:
    """Publish one story or send it back; False if it waits, or if somebody else was faster. `rules`: their version."""
    story = _locked().filter(pk=pk, status=Story.Status.SCHEDULED, publish_at__lte=now).first()
    if story is None:
        return False
    by, at = story.scheduled_by, story.publish_at
    assert by and at  # noqa: S101  a scheduled story has both, says a constraint
    with translation.override(story.language):  # what a remark says is read by the people who wrote it
        if not by.has_perm("analysis.publish_story"):
            stops = [_("Who scheduled it may not publish any more.")]
        else:
            try:
                with transaction.atomic():
                    editing.publish(story, by, at=now)
            except editing.NotReadyError as error:
                if end := _embargoed_until(story, now):
                    story.look_again_at, story.looked_under = min(end, now + AGAIN), rules
                    story.save(update_fields=["look_again_at", "looked_under"])
                    return False
                stops = error.stops
            except (editing.EditingError, TextError) as error:
                stops = [str(error)]
            else:
                return True
        said = _("It was to be published on %(at)s, and was not.") % {"at": _said(at)}
        _back(story)
        text = Truncator(" ".join([said, *stops])).chars(1000)  # as long as a remark may be
        Remark.objects.create(story=story, text=text, to=by, at=now)
    return True


def _locked() -> QuerySet[Story]:
    related = ("topic", "desk", "edited_by", "current", "scheduled_by")
    return Story.objects.select_for_update(of=("self",)).select_related(*related)


def _back(story: Story) -> bool:
    scheduled = Story.objects.filter(pk=story.pk, status=Story.Status.SCHEDULED)
    return bool(scheduled.update(status=Story.Status.REVIEW, publish_at=None, scheduled_by=None))


def _embargoed_until(story: Story, at: datetime) -> datetime | None:
    """When the embargo of its sources ends, if it is all that stops a story at a moment. It hides what else would."""
    content = editing.snapshot(story)
    end = _embargo_end(content, at)
    return end if end > at and not preflight.stops(story, content, end) else None


def _embargo_end(content: dict[str, Any], at: datetime) -> datetime:
    return preflight.lead_permit(content, preflight.permits_of(content, at)).embargo_until or at


def _said(moment: datetime) -> str:
    return local_time.in_words(moment, settings.NEWSROOM_TIME_ZONE)
