"""The story screen as an answer: the form with everything beside it, or the story to be read."""

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from analysis import drafts, editing, outlines, standings
from analysis.made import OF_STORY
from analysis.merging import row_of
from analysis.models import Draft, Story
from analysis.models.stories import StoryStatus
from analysis.models.writing import Stance, Standing
from newsroom.admin import remarks, reports, steps, versions
from newsroom.admin.fields import counter
from newsroom.admin.site import who
from newsroom.admin.writing import comparing, drawing, page, saving
from newsroom.admin.writing.document import Document, Held, options
from newsroom.admin.writing.drafts import ADD, Window, plain, turn_of
from newsroom.admin.writing.live import preview_html


def draft_of(request: HttpRequest, held: Held, name: str) -> Draft | None:
    """The unsaved text that an address names, if it is this person's."""
    key = request.GET.get(name, "")[:32]
    return drafts.unsaved(who(request), held.story.pk).filter(key=key).first() if key else None


def form(
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
    moved: str = "",
    since: str = "",
) -> HttpResponse:
    """The form with what is typed, and everything beside it; 409 where somebody must choose between two texts.

    `since` is the name_of() what was saved, where nothing else stands in the form.
    """
    held, typed = document.held, document.typed
    story = held.story
    mistakes = document.mistakes if attempt and not attempt.conflicts else []
    rows = page.rows(document, mistakes, blanks or {})
    if asked := row_of(moved):
        for row in rows.get(asked[0], []):
            row.moved = asked[2] if row.key == asked[1] else ""
    for row in rows["earlier"]:
        row.title = next((str(link.earlier) for link in held.earlier if str(link.earlier_id) == row.key), "")
    public = standings.public_of(story.pk) if story.current else {}
    for row in rows["claims"]:
        row.public = public.get(int(row.key)) if row.saved else None
    sources, claims = ([r for r in rows[kind] if r.typed and not r.gone] for kind in ("sources", "claims"))
    head = {name: values[-1] for name, values in typed.items() if "-" not in name and values}
    permit = page.lead(rows["sources"])
    says = outlines.guidance(page.form_of(document))
    notes = page.notes(document, mistakes, says, sources)
    context = {
        **stories.admin_site.each_context(request),
        "title": str(story) if story.pk else _("New story"), "opts": stories.opts,
        "original": story if story.pk else None, "writable": True, "window": window, "version": version, "since": since,
        "head": head, "rows": rows, "options": document.options, "choices": page.CHOICES,
        "wrong": {m.name: m.words for m in mistakes} | (wrong or {}), "mistakes": mistakes,
        "problem": attempt.problem if attempt else "", "notices": attempt.notices if attempt else [],
        "conflicts": comparing.conflicts(attempt, typed, document.held.typed) if attempt else [],
        "shown": secrets.token_urlsafe(6),  # this form's name: another one of the same window has another
        "seen": story.version, "turn": turn_of(request), "alone": bool(attempt and attempt.alone),
        "asked_again": bool(attempt and request.POST.get("seen")),
        "made": {part: page.made_row(document, mistakes, part) for part in (*OF_STORY, "summary")},
        "notes": notes, "says": says, "targets": page.targets(rows, notes),
        "counters": {
            "summary_text": counter(
                "summary_text", head.get("summary_text", ""), permit.max_words if permit else None
            ),
            **{name: counter(name, head.get(name, "")) for name in ("disclosure", "conflicts")},
        },
        "grid": drawing.grid(claims, sources, typed), "grid_sources": sources,
        "stances": [(str(s), s.label, drawing.MARKS[s]) for s in Stance],
        "replaceable": [(str(w.pk), w.statement) for w in held.watch.values() if w.state == "open"],
        "frame": "" if story.pk else plain(request.POST if request.method == "POST" else request.GET, "frame")[:9],
        "restored": restored, "restored_stamp": restored.stamp if restored else plain(request.POST, "restored"),
        "may_delete": bool(story.pk) and stories.has_delete_permission(request, story),
        **_beside(stories, request, document, window),
    }  # fmt: skip
    if compared:
        context["unsaved"] = [compared]
        context["compared"] = comparing.differences(compared.typed, document.held.typed)
    status = 409 if attempt and attempt.conflicts else 200
    return TemplateResponse(request, "admin/analysis/story/change_form.html", context, status=status)


def _beside(stories: Any, request: HttpRequest, document: Document, window: Window) -> dict[str, Any]:
    """What stands in the rail of the page: of what is typed."""
    held = document.held
    story = held.story
    offered = steps.offered(stories, request, story) if story.pk else []
    beside: dict[str, Any] = {
        "steps": offered,
        # What takes the text as it is saved is offered beside Save alone: else what was just typed would not go along.
        "tools": _tools(story, [step for step in offered if not step.with_save], True),
        "unsaved": page.unsaved(held, who(request), window.key),
    }  # fmt: skip
    if story.pk:
        beside |= {
            "remarks": remarks.shown(request, story, document.typed),
            "reports": reports.on_screen(request, story),
            "unpublished": bool(story.current and not editing.same_text(story.current.content, held.content)),
        }  # fmt: skip
        if beside["unpublished"]:
            beside["differs"] = versions.what_waits(story)
            beside["moved"] = _moved(story, held.content)
    return beside


def _moved(story: Story, content: dict[str, Any]) -> list[tuple[str, str]]:
    """The claims that stand otherwise than on the public page, and where they do: a text may lean on them."""
    assert story.current  # noqa: S101  something of it is public
    written = {claim["id"]: claim["standing"] for claim in story.current.content["claims"]}
    found = [claim for claim in content["claims"] if written.get(claim["id"], claim["standing"]) != claim["standing"]]
    return [(claim["text"], str(Standing(claim["standing"]).label)) for claim in found]


def _tools(story: Story, offered: list[Any], writable: bool) -> list[tuple[str, Any]]:
    found = [(reverse("admin:analysis_story_step", args=[story.pk, step.name]), step.title) for step in offered]
    if story.pk:
        if writable:
            found.append((reverse("admin:analysis_story_previews", args=[story.pk]), _("Preview links")))
        found.append((reverse("admin:analysis_story_versions", args=[story.pk]), _("All versions")))
        found.append((reverse("admin:analysis_story_history", args=[story.pk]), _("Who did what")))
        found.append((f"{reverse(ADD)}?frame={story.pk}", _("Write a new story in this frame")))
        if story.status == StoryStatus.PUBLISHED:
            found.append((story.get_absolute_url(), _("View on site")))
    return found


def read_only(stories: Any, request: HttpRequest, held: Held) -> HttpResponse:
    """Who may not change it sees where it stands, and what it says."""
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
        "preview_html": preview_html(Document(held.typed, held, options()), request),
        "remarks": remarks.shown(request, story, held.typed),
        "reports": reports.on_screen(request, story),
    }  # fmt: skip
    context["unsaved"] = page.unsaved(held, who(request), "")
    if kept := draft_of(request, held, "draft"):
        context["kept_texts"] = comparing.differences(kept.typed, held.typed)
    return TemplateResponse(request, "admin/analysis/story/change_form.html", context)
