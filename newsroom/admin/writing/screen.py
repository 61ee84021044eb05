"""The views of the story screen: open and save. What happens while one types is in live.py."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis import drafts, editing, outlines
from analysis.merging import ROWS, Typed
from analysis.models import Draft, Remark, Story
from analysis.models.stories import StoryStatus
from analysis.models.writing import Stance
from newsroom.admin import steps
from newsroom.admin.fields import counter
from newsroom.admin.site import who
from newsroom.admin.writing import page, saving
from newsroom.admin.writing.document import Document, Held, options
from newsroom.admin.writing.drafts import ADD, CHANGE, Window, based_on, keep, laid_over, opened, turn_of, window_of
from newsroom.admin.writing.live import unsaved
from newsroom.admin.writing.typed import about, keepable, place_of, typed_in

# --- open and save ------------------------------------------------------------------------------------------------


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
        if not writable:
            return _no_longer(stories, request, held)
        return _post(stories, request, held)
    if not writable:
        if not pk:
            raise PermissionDenied
        return _read_only(stories, request, held)
    return _open(stories, request, held)


def _open(stories: Any, request: HttpRequest, held: Held) -> HttpResponse:
    user, pk = who(request), held.story.pk
    restored = _draft(request, held, "draft")
    if restored:
        # The window that it was typed in may be open still, and goes on writing to it: then this one begins another.
        alive = restored.seen_at >= timezone.now() - drafts.HERE
        window = opened(user, pk, "" if alive else restored.key)
        typed, version = restored.typed, restored.based_on
    else:
        window = opened(user, pk)
        typed, version = typed_at_first(request, held), held.story.version
    document = Document(typed, held, options())
    compared = _draft(request, held, "compare")
    return _page(stories, request, document, window, version, restored=restored, compared=compared)


def plain(data: QueryDict, name: str) -> str:
    """What was sent under a name, without NULs, which PostgreSQL keeps nowhere."""
    return data.get(name, "").replace("\0", "")


def typed_at_first(request: HttpRequest, held: Held) -> Typed:
    """What stands in the form when it is opened: what is saved; of a new story, the form and the topic asked for."""
    if held.story.pk:
        return page.saved_typed(held)
    asked = {name: [value] for name in ("form", "topic", "language") if (value := request.GET.get(name, "")[:80])}
    return {"form": ["brief"], "language": ["en"]} | asked


def _draft(request: HttpRequest, held: Held, name: str) -> Draft | None:
    key = request.GET.get(name, "")[:32]
    return drafts.unsaved(who(request), held.story.pk).filter(key=key).first() if key else None


def _post(stories: Any, request: HttpRequest, held: Held) -> HttpResponse:
    user, pk, data = who(request), held.story.pk, request.POST
    sent = window_of(data.get("window", ""))
    window = sent if sent and (sent.by, sent.story) in {(user.pk, pk or 0), (user.pk, 0)} else opened(user, pk)
    typed, version = saving.whole(typed_in(data), held), based_on(request)
    if not data.get("complete"):
        typed = laid_over(typed, window.key, user.pk, pk, version)
        drafts.keep(window.key, user.pk, pk, version or 0, keepable(typed), timezone.now())
        messages.error(request, _("The page had not come in whole, so nothing was saved. What you typed is kept."))
        return _back(pk, window.key, request)
    if any(data.get(name) for name in ("_more", "_remark", "_remark_done", "_discard")):
        return _aside(stories, request, held, window, typed, version)
    sender = saving.Sent(window.key, turn_of(request), lambda row: stories.has_change_permission(request, row))
    if pk:
        chosen = {name.removeprefix("choose-"): data[name] for name in data if name.startswith("choose-")}
        choice = saving.Choice(chosen, based_on(request, "seen"))
        try:
            attempt = saving.save(pk, typed, version, choice, user, sender, options())
        except PermissionDenied:  # it was published, or scheduled, a moment ago
            return _no_longer(stories, request, held)
    else:
        with transaction.atomic():
            if made := saving.made_by(window.key, user):
                return write(stories, request, made)
            attempt = saving.create(typed, user, sender, options())
    if attempt.saved:
        drafts.settle(user, plain(data, "restored"))
        return _saved(stories, request, attempt, new=not pk)
    return _page(stories, request, attempt.document, window, attempt.version, attempt=attempt)


def _aside(
    stories: Any, request: HttpRequest, held: Held, window: Window, typed: Typed, version: int | None
) -> HttpResponse:
    """A button that saves nothing of the story: what was typed stays on the screen."""
    data, user = request.POST, who(request)
    document = Document(typed, held, options())
    blanks, wrong = {}, {}
    if data.get("_more") in ROWS:
        blanks = {data["_more"]: 2}
    elif data.get("_remark") and held.story.pk:
        text = plain(data, "remark_text").strip()[:1000]
        if text:
            field = plain(data, "remark_field")
            known = len(field) <= 60 and about(field, typed)
            Remark.objects.create(story=held.story, field=field if known else "", text=text, by=user)
        else:
            wrong = {"remark_text": _("Write the remark.")}
    elif (done := data.get("_remark_done", "")).isascii() and done.isdecimal():
        open_ones = Remark.objects.filter(story=held.story, pk=done[:18], done_at=None)
        open_ones.update(done_at=timezone.now(), done_by=user)
    elif discarded := plain(data, "_discard")[:32]:
        drafts.discard(discarded, user)
        messages.success(request, _("Discarded."))
        if discarded in (window.key, plain(data, "restored").partition(" ")[0]):
            return _back(held.story.pk, "", request)
    drafts.keep(window.key, user.pk, held.story.pk, version or 0, unsaved(document, version), timezone.now())
    return _page(stories, request, document, window, version or 0, blanks=blanks, wrong=wrong)


def _saved(stories: Any, request: HttpRequest, attempt: saving.Attempt, new: bool) -> HttpResponse:
    story = attempt.saved
    assert story  # noqa: S101
    if new:
        stories.log_addition(request, story, [{"added": {}}])
    else:
        stories.log_change(request, story, [{"changed": {"fields": attempt.changed}}] if attempt.changed else [])
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
    if not window or not keep(request, window):
        raise Http404 from error
    messages.error(
        request, _("This story was deleted meanwhile. Your text stands here; saving makes a new story of it.")
    )
    return _back(None, window.key, request)


def _no_longer(stories: Any, request: HttpRequest, held: Held) -> HttpResponse:
    """Whoever typed may not save any more: it was published or withdrawn meanwhile. The text is kept."""
    window = window_of(request.POST.get("window", ""))
    if not window or not keep(request, window):
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


# --- the page -----------------------------------------------------------------------------------------------------


def _page(
    stories: Any,
    request: HttpRequest,
    document: Document,
    window: Window,
    version: int | None,
    *,
    attempt: saving.Attempt | None = None,
    restored: Draft | None = None,
    compared: Draft | None = None,
    blanks: dict[str, int] | None = None,
    wrong: dict[str, str] | None = None,
) -> HttpResponse:
    held, typed = document.held, document.typed
    story = held.story
    mistakes = document.mistakes if attempt and not attempt.conflicts else []
    rows = page.rows(document, mistakes, blanks or {})
    for row in rows["earlier"]:
        row.title = (
            next((str(k.earlier) for k in story.earlier.all() if str(k.earlier_id) == row.key), "") if story.pk else ""
        )
    sources, claims = ([r for r in rows[kind] if r.typed and not r.gone] for kind in ("sources", "claims"))
    head = {name: values[-1] for name, values in typed.items() if "-" not in name and values}
    permit = page.lead(rows["sources"])
    says = outlines.guidance(page.form_of(document))
    notes = page.notes(document, mistakes, says, sources)
    context = {
        **stories.admin_site.each_context(request),
        "title": str(story) if story.pk else _("New story"), "opts": stories.opts,
        "original": story if story.pk else None, "writable": True, "window": window, "version": version,
        "head": head, "rows": rows, "options": document.options, "choices": page.CHOICES,
        "wrong": {m.name: m.words for m in mistakes} | (wrong or {}), "mistakes": mistakes,
        "problem": attempt.problem if attempt else "", "notices": attempt.notices if attempt else [],
        "conflicts": page.conflicts(attempt, typed, page.saved_typed(document.held)) if attempt else [],
        "seen": story.version, "turn": turn_of(request),
        "asked_again": bool(attempt and request.POST.get("seen")),
        "notes": notes, "says": says, "targets": page.targets(rows, notes),
        "counters": {
            "summary_text": counter(
                "summary_text", head.get("summary_text", ""), permit.max_words if permit else None
            ),
            "disclosure": counter("disclosure", head.get("disclosure", "")),
        },
        "grid": page.grid(claims, sources, typed), "grid_sources": sources,
        "stances": [(str(s), s.label, page.MARKS[s]) for s in Stance],
        "replaceable": [(str(w.pk), w.statement) for w in held.watch.values() if w.state == "open"],
        "restored": restored, "restored_stamp": drafts.stamp(restored) if restored else "",
        "may_delete": bool(story.pk) and stories.has_delete_permission(request, story),
        **_beside(stories, request, document, window),
    }  # fmt: skip
    if compared:
        context["unsaved"] = [compared]
        context["compared"] = page.differences(compared.typed, page.saved_typed(document.held))
    status = 409 if attempt and attempt.conflicts else 200
    return TemplateResponse(request, "admin/analysis/story/change_form.html", context, status=status)


def _beside(stories: Any, request: HttpRequest, document: Document, window: Window) -> dict[str, Any]:
    """What stands in the rail of the page: of what is typed."""
    held = document.held
    story = held.story
    offered = steps.offered(stories, request, story) if story.pk else []
    beside: dict[str, Any] = {"steps": offered, "tools": _tools(story, offered, True)}
    if story.pk:
        others, unsaved = page.windows(held, who(request), window.key)
        remarks = [
            {"remark": remark, "about": about(remark.field, document.typed), "at": place_of(remark.field)}
            for remark in story.remarks.filter(done_at=None).select_related("by")
        ]
        beside |= {
            "others": others, "unsaved": unsaved, "remarks": remarks,
            "unpublished": bool(story.current and not editing.same_text(story.current.content, held.content)),
        }  # fmt: skip
    else:
        beside["unsaved"] = [d for d in drafts.unsaved(who(request), None)[:10] if d.key != window.key]
    return beside


def _tools(story: Story, offered: list[Any], writable: bool) -> list[tuple[str, Any]]:
    found = [(reverse("admin:analysis_story_step", args=[story.pk, step.name]), step.title) for step in offered]
    if story.pk:
        if writable:
            found.append((reverse("admin:analysis_story_previews", args=[story.pk]), _("Preview links")))
        found.append((reverse("admin:analysis_story_versions", args=[story.pk]), _("All versions")))
        found.append((reverse("admin:analysis_story_history", args=[story.pk]), _("Who did what")))
        found.append((reverse("admin:analysis_story_frame", args=[story.pk]), _("Write a new story in this frame")))
        if story.status == StoryStatus.PUBLISHED:
            found.append((story.get_absolute_url(), _("View on site")))
    return found


def _read_only(stories: Any, request: HttpRequest, held: Held) -> HttpResponse:
    """Who may not change it sees where it stands, and what it says in the preview."""
    story = held.story
    offered = steps.offered(stories, request, story)
    context = {
        **stories.admin_site.each_context(request),
        "title": str(story), "opts": stories.opts, "original": story, "writable": False,
        "tools": _tools(story, offered, False), "steps": offered,
        "why_not": _("A withdrawn story stays as it was.")
        if story.status == StoryStatus.WITHDRAWN
        else _("You can read this story, and not change it."),
        "unpublished": bool(story.current and not editing.same_text(story.current.content, held.content)),
    }  # fmt: skip
    kept = _draft(request, held, "draft")
    if kept:
        context["kept_texts"] = page.differences(kept.typed, page.saved_typed(held))
    return TemplateResponse(request, "admin/analysis/story/change_form.html", context)
