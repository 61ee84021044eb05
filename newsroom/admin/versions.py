"""All that a story has held, saved and published, in one line of time: read, compare, restore.

A key names one of them in an address: v3 is what was saved as version 3, r2 what was published as revision 2.
"""

import re
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analysis import differing, editing, working
from analysis.models import Correction, Revision, Story, Version
from analysis.rendition import Tombstone
from analysis.rendition.stories import preview
from analysis.text import TextError, count_words
from newsroom.admin import log
from newsroom.admin.site import who
from newsroom.admin.step_forms import StepForm

PER_PAGE = 50
SAVED = "saved"  # in place of a key: the newest of what was saved
KEPT = 90  # characters of an unchanged text that are shown beside a change


def urls(stories) -> list:
    def at(route: str, view, name: str):
        wrapped = stories.admin_site.admin_view(partial(view, stories))
        return path(f"<int:pk>/versions/{route}", wrapped, name=f"analysis_story_{name}")

    return [
        at("", list_view, "versions"),
        at("compare/", compare_view, "compare"),
        at("<str:key>/", version_view, "version"),
        at("<str:key>/restore/", restore_view, "restore"),
    ]


@dataclass(frozen=True)
class Kept:
    """One entry of the line of time."""

    row: Version | Revision
    note: bool = False  # it was published to put an editor's note on the page

    @property
    def key(self) -> str:
        return f"{'r' if self.published else 'v'}{self.row.number}"

    @property
    def published(self) -> bool:
        return isinstance(self.row, Revision)

    @property
    def title(self) -> str:
        named = _("Revision %(n)d") if self.published else _("Version %(n)d")
        return named % {"n": self.row.number}

    @property
    def what(self) -> str:
        if isinstance(self.row, Revision):
            return str(Correction.Kind.NOTE.label) if self.note else self.row.get_kind_display()
        return log.read(self.row.why) or (self.row.why and _(self.row.why)) or _("Saved")

    @property
    def reason(self) -> str:
        return self.row.reason if isinstance(self.row, Revision) else ""

    @property
    def intact(self) -> bool:
        """Whether it still is what its checksum was taken of."""
        return editing.digest(self.row.content) == self.row.sha256

    @property
    def restored(self) -> log.Message:
        """Why there is a version that was made of it."""
        said = gettext_noop("revision %(n)d restored") if self.published else gettext_noop("version %(n)d restored")
        return log.line(said, n=self.row.number)

    @property
    def place(self) -> tuple:
        """Its place in time. What is published is saved before."""
        return (self.row.created_at, self.published, self.row.number)


def what_waits(story: Story) -> str:
    """Where it is shown how what is saved differs from what is public; empty where nothing is public. No query."""
    if not story.current:
        return ""
    compared = urlencode({"old": Kept(story.current).key, "new": SAVED})
    return f"{reverse('admin:analysis_story_compare', args=[story.pk])}?{compared}"


def list_view(stories, request: HttpRequest, pk: int) -> HttpResponse:
    story = stories._story(request, pk)
    before = _find(story, request.GET["before"]) if request.GET.get("before") else None
    kept = _line(story, before)
    shown, more = kept[:PER_PAGE], len(kept) > PER_PAGE
    return _page(
        stories, request, story, "versions.html",
        title=_("All versions"),
        entries=[(one, _before(one, kept[n + 1 :])) for n, one in enumerate(shown)],
        older=shown[-1].key if more else "",
        # What one most likely wants to compare the newest with: the last that says something else.
        other=next((one.key for one in shown if not editing.same_text(one.row.content, shown[0].row.content)), ""),
        newest=not before,
        saved_now=next((Kept(row).key for row in story.versions.defer("content")[:1]), ""),
        public_now=Kept(story.current).key if story.current and story.status == Story.Status.PUBLISHED else "",
        may_restore=stories.has_change_permission(request, story),
    )  # fmt: skip


def _before(one: Kept, older: list[Kept]) -> Kept | None:
    """What a version changed: of one that was published, the one that was public until then."""
    published = (other for other in older if one.published and other.published)
    return next(published, older[0] if older else None)


def compare_view(stories, request: HttpRequest, pk: int) -> HttpResponse:
    story = stories._story(request, pk)
    if not (request.GET.get("old") and request.GET.get("new")):
        messages.error(request, _("Choose two versions to compare."))
        return HttpResponseRedirect(reverse("admin:analysis_story_versions", args=[pk]))
    old, new = _find(story, request.GET["old"]), _find(story, request.GET["new"])
    return _page(
        stories, request, story, "compare.html",
        title=_("%(old)s and %(new)s compared") % {"old": old.title, "new": new.title},
        old=old,
        new=new,
        differences=_shown(differing.fields(old.row.content, new.row.content)),
    )  # fmt: skip


def version_view(stories, request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One version as the public would see it now, through the same gate and the same template."""
    story = stories._story(request, pk)
    kept = _find(story, key)
    content = kept.row.content
    try:
        page = preview(story, content, editing.render(content)) if content["sources"] else None
    except TextError as error:
        messages.error(request, str(error))
        page = None
    if page is None:
        messages.warning(request, _("There is nothing to preview of %(version)s.") % {"version": kept.title})
        return HttpResponseRedirect(reverse("admin:analysis_story_versions", args=[pk]))
    shown: dict[str, Any] = {"template": "reader/story.html", "page": page}
    if isinstance(page, Tombstone):
        shown = {"template": "reader/tombstone.html", "tombstone": page}
    may_restore = stories.has_change_permission(request, story)
    context = {"preview": True, "story": story, "kept": kept, "may_restore": may_restore}
    return render(request, "admin/analysis/story/version.html", shown | context)


def restore_view(stories, request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Shows what would change; then does it, to the saved text and never to the public page."""
    story = stories._story(request, pk)
    if not stories.has_change_permission(request, story):
        raise PermissionDenied
    kept = _find(story, key)
    form = StepForm(request.POST if request.method == "POST" else None, initial={"version": story.version})
    try:
        if form.is_bound and form.is_valid():
            with transaction.atomic():
                editing.claim_version(story, form.cleaned_data["version"])
                why = log.written(kept.restored)
                _version, lost = working.restore(story, kept.row.content, who(request), why=why)
                stories.log_change(request, story, kept.restored)
            said = _("%(version)s is what is saved now. The public page is unchanged until you publish.")
            messages.success(request, said % {"version": kept.title})
            for sentence in lost:
                messages.warning(request, sentence)
            return HttpResponseRedirect(reverse("admin:analysis_story_change", args=[pk]))
    except editing.ConflictError as error:
        messages.error(request, _("%(what)s Look again at what would change.") % {"what": error})
        story = stories._story(request, pk)
        form = StepForm(initial={"version": story.version})
    try:
        after, lost = working.possible(story, kept.row.content)
    except editing.EditingError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("admin:analysis_story_versions", args=[pk]))
    return _page(
        stories, request, story, "compare.html",
        title=_("Restore %(version)s") % {"version": kept.title},
        new=kept,
        form=form,
        lost=lost,
        differences=_shown(differing.fields(editing.snapshot(story), after)),
    )  # fmt: skip


def _find(story: Story, key: str) -> Kept:
    if key == SAVED and (saved := story.versions.select_related("created_by").first()):
        return Kept(saved)
    found = re.fullmatch(r"([vr])([0-9]{1,9})", key)
    if not found:
        raise Http404
    rows: Any = story.revisions if found[1] == "r" else story.versions
    return Kept(get_object_or_404(rows.select_related("created_by"), number=int(found[2])))


def _line(story: Story, before: Kept | None) -> list[Kept]:
    """The newest entries before one, and one more than a page has. Two queries, whatever the length of the line."""
    kept = [Kept(row) for row in _older(story.versions.all(), False, before)]
    noted = Exists(Correction.objects.filter(revision=OuterRef("pk"), kind=Correction.Kind.NOTE))
    rows = story.revisions.defer("html").annotate(note=noted)
    kept += [Kept(row, row.note) for row in _older(rows, True, before)]
    return sorted(kept, key=lambda one: one.place, reverse=True)[: PER_PAGE + 1]


def _older(rows: Any, published: bool, before: Kept | None) -> Any:
    if before:
        at, before_published, number = before.place
        older = Q(created_at__lt=at)
        if published == before_published:
            older |= Q(created_at=at, number__lt=number)
        elif before_published:
            older |= Q(created_at=at)
        rows = rows.filter(older)
    return rows.select_related("created_by").order_by("-created_at", "-number")[: PER_PAGE + 1]


def _shown(differences: list[differing.Difference]) -> list[dict[str, Any]]:
    return [{"label": one.label, "path": one.path, "pieces": _folded(one.pieces)} for one in differences]


def _folded(pieces: list[differing.Piece]) -> list[dict[str, Any]]:
    """The pieces with the middle of long unchanged ones put away, cut between words."""
    shown: list[dict[str, Any]] = []
    for n, (kind, text) in enumerate(pieces):
        first = 0 if n == 0 else text.find(" ", KEPT)
        last = len(text) if n == len(pieces) - 1 else text.rfind(" ", 0, max(len(text) - KEPT, 0))
        if kind == "same" and 0 <= first < last - KEPT:
            middle = text[first:last]
            shown += [
                {"kind": "same", "text": text[:first]},
                {"kind": "fold", "text": middle, "words": count_words(middle)},
                {"kind": "same", "text": text[last:]},
            ]
        else:
            shown.append({"kind": kind, "text": text})
    return shown


def _page(stories, request: HttpRequest, story: Story, template: str, **context: Any) -> HttpResponse:
    return TemplateResponse(
        request,
        f"admin/analysis/story/{template}",
        {
            **stories.admin_site.each_context(request),
            "opts": stories.opts, "original": story, "subtitle": story.headline, **context,
        },
    )  # fmt: skip
