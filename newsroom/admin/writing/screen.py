"""The views of the story screen: open and save. What happens while one types is in live.py."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from analysis import drafts
from analysis.merging import ROWS, Typed
from analysis.models import Story
from analysis.models.stories import StoryStatus
from newsroom.admin import log, remarks, steps
from newsroom.admin.framing import frame_of
from newsroom.admin.site import who
from newsroom.admin.writing import answers, page, saving
from newsroom.admin.writing.answers import draft_of
from newsroom.admin.writing.document import Document, Held, options
from newsroom.admin.writing.drafts import (
    ADD,
    CHANGE,
    Window,
    keep,
    name_of,
    number_in,
    opened,
    plain,
    rescue,
    sent,
    turn_of,
    window_of,
)
from newsroom.admin.writing.typed import BY_PEOPLE, REMARK


def write(stories: Any, request: HttpRequest, pk: int | None) -> HttpResponse:
    """The screen of a story, or of a new one."""
    try:
        held = saving.nothing() if pk is None else saving.held(pk)
    except Story.DoesNotExist as error:
        return _deleted(request, error)
    if pk and not stories.has_view_or_change_permission(request, held.story):
        raise PermissionDenied
    writable = stories.has_change_permission(request, held.story) if pk else stories.has_add_permission(request)
    if request.method == "POST":
        if not writable and "_discard" in request.POST and "window" not in request.POST:
            return _discarded(request, pk)
        if not writable:
            return _no_longer(stories, request, held)
        return _post(stories, request, held)
    if not writable:
        if not pk:
            raise PermissionDenied
        return answers.read_only(stories, request, held)
    return _open(stories, request, held)


def _open(stories: Any, request: HttpRequest, held: Held) -> HttpResponse:
    # Always a window of its own: that in which a restored text was typed may be open still, and goes on writing to it.
    window = opened(who(request), held.story.pk)
    if restored := draft_of(request, held, "draft"):
        typed, version, since = restored.typed, restored.based_on, ""
    else:
        typed, version = typed_at_first(stories, request, held), held.story.version
        since = name_of(typed, version) if held.story.pk else ""
    document = Document(typed, held, options())
    compared = draft_of(request, held, "compare")
    return answers.form(stories, request, document, window, version, restored=restored, compared=compared, since=since)


def typed_at_first(stories: Any, request: HttpRequest, held: Held) -> Typed:
    """What stands in the form when it is opened: what is saved; of a new story, the form and the topic asked for,
    or the frame of another."""
    if held.story.pk:
        return held.typed
    if (frame := request.GET.get("frame", "")).isascii() and frame.isdecimal():
        return frame_of(stories._story(request, int(frame[:18])))
    asked = {name: [value] for name in ("form", "topic", "language") if (value := request.GET.get(name, "")[:80])}
    return {"form": ["brief"], "language": ["en"]} | BY_PEOPLE | asked


def _post(stories: Any, request: HttpRequest, held: Held) -> HttpResponse:
    user, pk, data = who(request), held.story.pk, request.POST
    known = window_of(data.get("window", ""))
    window = known if known and (known.by, known.story) in {(user.pk, pk or 0), (user.pk, 0)} else opened(user, pk)
    typed, version = sent(request, held, window), window.version(data)
    if not data.get("complete"):
        keep(request, window, held, typed)
        messages.error(request, _("The page had not come in whole, so nothing was saved. What you typed is kept."))
        return _back(pk, window.key, request)
    if data.get("_close"):
        kept = keep(request, window, held, typed)
        if kept and kept.kept_at:
            messages.warning(request, _("Nothing was saved. What you typed is kept, and offered when you come back."))
        return HttpResponseRedirect(reverse("admin:analysis_story_changelist"))
    if any(data.get(name) for name in ("_more", "_move", "_remark", "_remark_done", "_discard")):
        return _aside(stories, request, held, window, typed, version)
    form = plain(data, "shown")[:32]
    sender = saving.Sent(window.key, turn_of(request) or 0, partial(stories.has_change_permission, request), form)
    if pk:
        chosen = {name.removeprefix("choose-"): data[name] for name in data if name.startswith("choose-")}
        choice = saving.Choice(chosen, number_in(data, "seen"))
        try:
            attempt = saving.save(pk, typed, version, choice, user, sender, options())
        except PermissionDenied:  # it was published, or scheduled, a moment ago
            return _no_longer(stories, request, saving.held(pk))
    else:
        with transaction.atomic():
            if made := saving.made_by(window.key, user):
                return write(stories, request, made)
            attempt = saving.create(typed, user, sender, options())
    if attempt.saved:
        drafts.settle(user, plain(data, "restored"))
        if pk and attempt.document.head.cleaned_data.get("remark_text"):
            _remark(stories, request, attempt.document)
        return _saved(stories, request, attempt, new=not pk)
    return answers.form(stories, request, attempt.document, window, attempt.version, attempt=attempt)


def _aside(
    stories: Any, request: HttpRequest, held: Held, window: Window, typed: Typed, version: int | None
) -> HttpResponse:
    """A button that saves nothing of the story: what was typed stays on the screen."""
    data, user = request.POST, who(request)
    document = Document(typed, held, options())
    blanks, wrong, moved = {}, {}, plain(data, "_move")
    if data.get("_more") in ROWS:
        blanks = {data["_more"]: 2}
    elif moved:
        document = Document(page.moved(document, moved), held, document.options)
    elif data.get("_remark") and held.story.pk:
        if "remark_text" in document.head.errors:
            wrong = {"remark_text": " ".join(map(str, document.head.errors["remark_text"]))}
        elif document.head.cleaned_data["remark_text"]:
            _remark(stories, request, document)
            document = Document({name: v for name, v in typed.items() if name not in REMARK}, held, document.options)
        else:
            wrong = {"remark_text": _("Write the remark.")}
    elif (done := data.get("_remark_done", "")).isascii() and done.isdecimal():
        remarks.done(stories, request, held.story, int(done[:18]))
    elif data.get("_discard") == "this":
        drafts.close(window.key, user, turn_of(request) or 0)
        drafts.settle(user, plain(data, "restored"))
        messages.success(request, _("Discarded."))
        return _back(held.story.pk, "", request)
    elif data.get("_discard"):
        _discarded(request, held.story.pk)
    keep(request, window, held, document.typed)
    return answers.form(stories, request, document, window, version or 0, blanks=blanks, wrong=wrong, moved=moved)


def _discarded(request: HttpRequest, pk: int | None) -> HttpResponse:
    """Throw away an unsaved text, as it was shown."""
    if drafts.settle(who(request), plain(request.POST, "_discard")):
        messages.success(request, _("Discarded."))
    else:
        messages.warning(request, _("It was typed on meanwhile, so nothing was discarded: look at it once more."))
    return _back(pk, "", request)


def _remark(stories: Any, request: HttpRequest, document: Document) -> None:
    """What stands in the form as a remark, made one."""
    said = document.head.cleaned_data
    remarks.add(stories, request, document.story, said["remark_field"], said["remark_text"], document.typed)


def _saved(stories: Any, request: HttpRequest, attempt: saving.Attempt, new: bool) -> HttpResponse:
    story = attempt.saved
    assert story  # noqa: S101
    if new:
        stories.log_addition(request, story, [{"added": {}}])
    else:
        stories.log_change(request, story, log.changed(attempt.changed))
    for notice in attempt.notices:
        messages.warning(request, notice)
    said = {
        StoryStatus.PUBLISHED: _("Saved. The public page is unchanged until you publish."),
        StoryStatus.SCHEDULED: _("Saved. It is still scheduled: what is saved then is what will be published."),
    }
    messages.success(request, said.get(StoryStatus(story.status), _("Saved. It is not public.")))
    if "_preview" in request.POST:
        return HttpResponseRedirect(reverse("admin:analysis_story_preview", args=[story.pk]))
    if request.POST.get("_step") in steps.STEPS:
        return HttpResponseRedirect(reverse("admin:analysis_story_step", args=[story.pk, request.POST["_step"]]))
    return HttpResponseRedirect(reverse(CHANGE, args=[story.pk]))


def _deleted(request: HttpRequest, error: Story.DoesNotExist) -> HttpResponse:
    """What was typed into a story that somebody has deleted stands on an empty screen."""
    window = window_of(request.POST.get("window", "")) if request.method == "POST" else None
    if not window or not rescue(request, window):
        raise Http404 from error
    messages.error(
        request, _("This story was deleted meanwhile. Your text stands here; saving makes a new story of it.")
    )
    return _back(None, window.key, request)


def _no_longer(stories: Any, request: HttpRequest, held: Held) -> HttpResponse:
    """Whoever typed may not save any more: it was published or withdrawn meanwhile. The text is kept."""
    window = window_of(request.POST.get("window", ""))
    if not window or not rescue(request, window):
        raise PermissionDenied
    messages.error(
        request,
        _("This story is “%(status)s” now, and you can no longer change it. Nothing was saved; your text is kept.")
        % {"status": held.story.get_status_display()},
    )
    return _back(held.story.pk, window.key, request)


def _back(pk: int | None, key: str, request: HttpRequest) -> HttpResponseRedirect:
    address = reverse(CHANGE, args=[pk]) if pk else reverse(ADD)
    there = drafts.unsaved(who(request), pk).filter(key=key).exists()
    return HttpResponseRedirect(f"{address}?{urlencode({'draft': key})}" if there else address)
