"""Preview links: a story as it is saved, for somebody without an account, for a while.

The token is in the address alone; what is kept is its SHA-256, by which the link is looked up. It holds 192 bits of
chance, so a hash without salt cannot be reversed, and a lookup by hash leaves no comparison that could be timed.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis import editing
from analysis.models import PreviewLink, Story
from analysis.rendition import StoryPage, Tombstone
from analysis.rendition.stories import preview
from analysis.text import TextError

DAYS = (1, 3, 7, 30)  # for how long a link may hold


@dataclass(frozen=True, slots=True)
class Shared:
    """What a link shows, and until when. No page: nothing can be shown yet."""

    page: StoryPage | Tombstone | None
    until: datetime


def make(story: Story, by: User, days: int, now: datetime | None = None) -> tuple[PreviewLink, str]:
    """A new link to a story that holds for so many days, and its token, which is told this once.

    Raises ValueError for a number of days that is not in DAYS, EditingError for a story that was withdrawn.
    """
    if days not in DAYS:
        raise ValueError(f"{days} days; a link may hold for one of {DAYS}")
    if story.status == Story.Status.WITHDRAWN:
        raise editing.EditingError(_("This story was withdrawn, and is shown to nobody."))
    now = now or timezone.now()
    token = secrets.token_urlsafe(24)
    until = now + timedelta(days=days)
    link = PreviewLink.objects.create(
        story=story, token_sha256=hash_of(token), made_by=by, made_at=now, expires_at=until
    )
    return link, token


def end(link: PreviewLink, now: datetime | None = None) -> None:
    """From the next request on the link shows nothing. Ending it again changes nothing."""
    PreviewLink.objects.filter(pk=link.pk, ended_at=None).update(ended_at=now or timezone.now())


def live(story: Story, now: datetime) -> QuerySet[PreviewLink]:
    """The links to a story that still open, newest first, with who made them."""
    return story.preview_links.filter(ended_at=None, expires_at__gt=now).select_related("made_by")


def story_of(token: str, now: datetime) -> Story | None:
    """The story that a token shows; None if it is unknown, expired or ended, or the story was withdrawn."""
    link = _find(token, now)
    return link.story if link else None


def shown(token: str, now: datetime) -> Shared | None:
    """The saved text of a story as the public would see it now, through the same gate; None as in `story_of`."""
    link = _find(token, now)
    if not link:
        return None
    content = editing.snapshot(link.story)
    try:
        page = preview(link.story, content, editing.render(content)) if content["sources"] else None
    except TextError:  # saved before a rule that it breaks
        page = None
    return Shared(page, link.expires_at)


def forget(now: datetime) -> int:
    """Delete the links that are over. Returns how many."""
    over = Q(expires_at__lte=now) | Q(ended_at__isnull=False)
    return PreviewLink.objects.filter(over).delete()[0]


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _find(token: str, now: datetime) -> PreviewLink | None:
    links = PreviewLink.objects.filter(ended_at=None, expires_at__gt=now).exclude(story__status=Story.Status.WITHDRAWN)
    with_story = links.select_related("story__topic", "story__desk", "story__edited_by", "story__summary")
    return with_story.filter(token_sha256=hash_of(token)).first()
