"""While one types: keep it as a draft of one's own, and say what stands beside the form."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from analysis import drafts, editing, preflight, rulebook
from analysis.models import Draft, Story, Topic, Version
from analysis.models.stories import Role
from analysis.rendition import Tombstone
from analysis.rendition.stories import preview
from analysis.rulebook import RuleBook
from analysis.text import TextError
from newsroom.admin.fields import counter, offers
from newsroom.admin.site import who
from newsroom.admin.writing import page, saving
from newsroom.admin.writing.document import Document, options
from newsroom.admin.writing.drafts import (
    OutOfStep,
    held_of,
    keep,
    place,
    plain,
    rescue,
    sent,
    turn_of,
    window_of,
)
from newsroom.admin.writing.labels import label
from newsroom.templatetags.dates import newsroom_short

NEEDS = 8  # shown of what is to be mended before it can be saved


@require_POST
def typing(request: HttpRequest, stories: Any) -> HttpResponse:
    """Keep what is typed as a draft of one's own, and answer with what stands beside the form.

    Works without a session as well: whoever was logged out while typing keeps the text and is told. Every answer says
    in X-Turn which turn of the window is the newest that is kept, or "none": a browser that reads there what it sent
    knows that its text is safe, and one that finds no such header was answered by somebody else. X-Since names the text
    that is kept: the next request may name it, and hold only what was changed since (drafts.sent). Where nothing is
    unsaved, it may do the same with the name that the page came with. Where that text is not here any more, the answer
    is 204, nothing is kept, and the form has to come whole.
    """
    try:
        window = window_of(request.POST.get("window", ""))
    except RequestDataTooBig:
        return _alone(request, _("This is too much text to be kept. Take some out, or save what you have."), 413)
    if not window:
        return _alone(request, _("This page is too old. Copy your text, and open the story again."), 400)
    since = plain(request.POST, "since")
    try:
        if not stories.admin_site.has_permission(request) or request.user.pk != window.by:
            return _logged_out(request, rescue(request, window, since))
        held = held_of(window)
        document = Document(sent(request, held, window, since), held, options())
    except OutOfStep as error:
        return HttpResponse(status=204, headers={"X-Turn": str(error.kept.turn) if error.kept else "none"})
    kept = keep(request, window, held, document.typed)
    if kept is None:
        return _alone(request, _("This page belongs to another story. Copy your text, and open it again."), 409)
    may = stories.has_change_permission(request, held.story) if held.story.pk else stories.has_add_permission(request)
    if not may:
        words = _("This story is “%(status)s” now, and you can no longer change it. Your text is kept.")
        status = held.story.get_status_display() if held.story.pk else _("New story")
        return _alone(request, words % {"status": status}, 403, kept=kept)
    if request.POST.get("brought"):  # text that a browser held while nobody answered: is it still unsaved?
        return _turn(request, HttpResponse(headers={"X-Unsaved": "yes" if kept.kept_at else "no"}), kept)
    if kept.kept_at and kept.turn == turn_of(request):  # what was restored stands in this window now
        drafts.settle(who(request), plain(request.POST, "restored"))
    book = rulebook.current()  # once: checklist, preview and counters speak of the same terms
    permit = page.lead_of(document, book)
    version = window.version(request.POST)
    context = {
        **_checks(document, book),
        "needs": document.mistakes[:NEEDS],
        "kept_at": kept.kept_at, "meanwhile": _meanwhile(document, version),
        "preview_html": preview_html(document, request, book),
        "counters_now": [
            counter(
                "summary_text",
                document.typed.get("summary_text", [""])[-1],
                permit.max_words if permit else None,
                swap=True,
            )
        ],
    }  # fmt: skip
    if held.story.pk:
        context["others"] = page.others(held, who(request))
    return _turn(request, render(request, "admin/analysis/story/live.html", context), kept)


def _turn(request: HttpRequest, response: HttpResponse, kept: Draft | None) -> HttpResponse:
    response["X-Turn"] = str(kept.turn) if kept else "none"
    if kept and kept.kept_at and kept.turn == turn_of(request):  # what is kept is this form, whole
        response["X-Since"] = kept.stamp
    return response


def _checks(document: Document, book: RuleBook) -> dict[str, Any]:
    """The checklist of what is typed."""
    story, content, now = document.story, document.content, timezone.now()
    public = {item.pk for item in document.held.watch.values()}
    checks = preflight.checklist(
        story, content, now, book=book, articles=document.articles, public=public, owners=document.owners,
        asked=document.asked,
    )  # fmt: skip
    checks += [
        preflight.Check("advice", saving.unchecked_words(part), f"{part}_checked_by") for part in document.unchecked
    ]
    # Of what is typed in part it is said above what to mend, and not beside it that there is none.
    begun = {mistake.name.split("-")[0] for mistake in document.mistakes}
    return preflight_of([check for check in checks if check.kind != "advice" or check.field not in begun])


def preflight_of(checks: list[preflight.Check]) -> dict[str, Any]:
    """A checklist as its template has it."""
    return {"checks": checks, "advice": [check for check in checks if check.kind == "advice"]}


def _meanwhile(document: Document, version: int | None) -> list[str]:
    """What others saved since this window was opened, and whether it touches what is typed here."""
    held = document.held
    if not held.story.pk or version is None or version == held.story.version:
        return []
    newest = Version.objects.filter(story=held.story, number__gt=version).select_related("created_by").first()
    if newest is None:
        return [_("This story is “%(status)s” now.") % {"status": held.story.get_status_display()}]
    said = {"who": newest.created_by or _("Somebody"), "at": newsroom_short(newest.created_at)}
    merged = saving.together(held, document.typed, version)
    if not merged.conflicts:
        return [_("%(who)s saved this story: %(at)s. You changed different things: saving puts both together.") % said]
    what = ", ".join(label(conflict.name, document.typed) for conflict in merged.conflicts)
    return [
        _("%(who)s saved this story: %(at)s. You both changed: %(what)s. Saving will ask.") % (said | {"what": what})
    ]


def preview_html(document: Document, request: HttpRequest, book: RuleBook | None = None) -> str:
    """The public page of what is typed, through the gate and the public template; a sentence where there is none."""
    content = document.content
    if not any(s["role"] == Role.ORIGINAL or s["in_summary"] for s in content["sources"]):
        why = _("There is nothing to preview yet: name the original reporting among the sources.")
        return render_to_string("admin/analysis/story/no_preview.html", {"why": why}, request)
    names = dict(document.options["topics"])
    story = document.story
    shown = Story(
        pk=story.pk or 0, slug=content["slug"] or story.slug or "new", language=content["language"],
        published_at=story.published_at, updated_at=story.updated_at,
        topic=Topic(slug=content["topic"], name=names.get(content["topic"], "")),
    )  # fmt: skip
    for mention in content["mentions"]:
        mention["slug"] = mention["slug"] or "new"
    try:
        found = preview(
            shown,
            content,
            editing.render(content),
            book=book,
            articles=document.articles,
            public=[item.pk for item in document.held.watch.values()],
            owners=document.owners,
            asked=document.asked,
        )
    except TextError as error:
        return render_to_string("admin/analysis/story/no_preview.html", {"why": str(error)}, request)
    if found is None or isinstance(found, Tombstone):
        return render_to_string("admin/analysis/story/no_preview.html", {"why": ""}, request)
    return render_to_string("admin/analysis/story/previewed.html", {"page": found, "preview": True}, request)


def _logged_out(request: HttpRequest, kept: Draft | None) -> HttpResponse:
    if kept is None:
        words = _("Somebody else is logged in at this browser. Nothing was kept: copy your text.")
        return _alone(request, words, 401)
    words = _("You were logged out. What you typed is kept; log in to go on with it.")
    return _alone(request, words, 401, redirect_to_login(place(kept), reverse("admin:login")).url, kept)


def _alone(request: HttpRequest, words: str, status: int, again: str = "", kept: Draft | None = None) -> HttpResponse:
    context = {"words": words, "again": again}
    return _turn(request, render(request, "admin/analysis/story/alone.html", context, status=status), kept)


def lists(request: HttpRequest, stories: Any) -> HttpResponse:
    """What a browser may complete names from."""
    if not stories.has_view_permission(request):
        raise PermissionDenied
    return render(request, "admin/analysis/story/lists.html", {"offers": offers()})
