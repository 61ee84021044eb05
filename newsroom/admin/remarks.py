"""What is said to the author of a story about its text, until it is done. On the story's screen, and on the first page
of those whom it is for."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analysis.merging import Typed
from analysis.models import Remark, Story
from newsroom.admin import log
from newsroom.admin.site import who
from newsroom.admin.writing.labels import about, place_of


def waiting_for(person: User) -> QuerySet[Remark]:
    """The open remarks that somebody else, or the newsroom, made to this person: on a story that they began, or to them
    by name."""
    # Asked of each open remark: joined, a database may begin with all the stories that this person ever wrote.
    mine = Exists(Story.objects.filter(pk=OuterRef("story"), created_by=person))
    return Remark.objects.filter(mine | Q(to=person), done_at__isnull=True).exclude(by=person)


def shown(request: HttpRequest, story: Story, typed: Typed) -> list[dict[str, Any]]:
    """The open remarks on a story, oldest first: each with what it is about, the place of that in the form, and whether
    this person may say that it is done."""
    return [
        {
            "remark": remark, "about": about(remark.field, typed), "at": place_of(remark.field),
            "closable": _may_close(request, story, remark),
        }
        for remark in story.remarks.filter(done_at=None).select_related("by")
    ]  # fmt: skip


@transaction.atomic
def add(stories: Any, request: HttpRequest, story: Story, field: str, text: str, typed: Typed) -> None:
    """Make a remark about a field of the form, or a saved row of it; else about the whole story. The key of a row that
    is not saved yet means another row on another screen."""
    row = field.partition("-")[2]
    known = len(field) <= 60 and (not row or row.isdecimal()) and about(field, typed)
    Remark.objects.create(story=story, field=field if known else "", text=text, by=who(request))
    stories.log_change(request, story, log.line(gettext_noop("Remark: %(text)s"), text=text))
    messages.success(request, _("Your remark was added."))


@transaction.atomic
def done(stories: Any, request: HttpRequest, story: Story, pk: int) -> None:
    """Say that a remark on a story is done. If it is already, or is not there, this changes nothing."""
    remark = story.remarks.filter(pk=pk).first()
    if remark is None:
        return
    if not _may_close(request, story, remark):
        raise PermissionDenied
    if story.remarks.filter(pk=pk, done_at=None).update(done_at=timezone.now(), done_by=who(request)):
        stories.log_change(request, story, log.line(gettext_noop("Remark done: %(text)s"), text=remark.text))
        messages.success(request, _("The remark is done."))


def done_view(stories: Any, request: HttpRequest, story: Story, pk: int) -> HttpResponse:
    """The same from the page of a story that this person may only read."""
    done(stories, request, story, pk)
    return HttpResponseRedirect(reverse("admin:analysis_story_change", args=[story.pk]))


def _may_close(request: HttpRequest, story: Story, remark: Remark) -> bool:
    """Those whom it is for, and editors."""
    person = who(request)
    return person.pk in (story.created_by_id, remark.to_id) or person.has_perm("analysis.publish_story")
