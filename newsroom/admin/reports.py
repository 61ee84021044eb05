"""Errors that readers reported, at the desk: their list, each with the words it is about, and what can be done.

What puts one right is published by the story's own steps (newsroom/admin/steps.py), which close it. Strangers' words
are shown as they were typed, and lead nowhere by themselves.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from analysis import rendition, reporting
from analysis.models import Correction, ErrorReport, Story
from analysis.rendition.reports import OTHER
from newsroom import tasks
from newsroom.admin import log, unsent
from newsroom.admin.site import DeskAdmin, who
from newsroom.admin.writing.labels import label, place_of

DECIDE = "analysis.decide_errorreport"
_FIELDS = {"headline": "headline", "dek": "dek", "summary": "summary_text"}
_ROWS = {"claims": "claims", "watch": "watch_items", "sources": "sources"}


def field_of(place: str) -> str:
    """The field or row of the story form that a part of the page is written in; empty for something else."""
    kind, _dot, key = place.partition(".")
    if kind == "notes":
        return f"note_{key}_text"
    return f"{_ROWS[kind]}-{key}" if kind in _ROWS else _FIELDS.get(kind, "")


def part_of(place: str) -> str:
    """What a part of the page is called."""
    field = field_of(place)
    return label(field) if field and place != OTHER else _("Something else")


def on_screen(request: HttpRequest, story: Story) -> list[dict[str, Any]]:
    """The open reports on a story, for those who may see them: one query, none of what was never public."""
    if not story.current_id or not who(request).has_perm("analysis.view_errorreport"):
        return []
    return [{"report": report, "part": part_of(report.part)} for report in reporting.waiting(story)]


class DeclineForm(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("Why nothing is changed, as the reader will read it"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Say to the reader why nothing is changed.")},
    )

    def __init__(self, report: ErrorReport, *args: Any) -> None:
        super().__init__(*args)
        help_text = _("In %(language)s. It stands on the page of the report, and goes by mail to who gave an address.")
        self.fields["answer"].help_text = help_text % {"language": report.get_language_display()}

    def run(self, report: ErrorReport, by: Any) -> Any:
        reporting.decline(report, by, self.cleaned_data["answer"])
        return log.line(gettext_noop("Turned down"))


class AlreadyForm(forms.Form):
    correction = forms.TypedChoiceField(
        label=gettext_lazy("Which correction puts it right?"), coerce=int, widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a correction.")},
    )  # fmt: skip

    def __init__(self, report: ErrorReport, *args: Any) -> None:
        super().__init__(*args)
        self.made: dict[int, Correction] = {made.pk: made for made in reporting.corrections(report.story)}
        field: Any = self.fields["correction"]
        field.choices = [(pk, f"{made.at:%Y-%m-%d} · {made.text}") for pk, made in self.made.items()]

    def run(self, report: ErrorReport, by: Any) -> Any:
        revision = self.made[self.cleaned_data["correction"]].revision
        assert revision  # noqa: S101  reporting.corrections asks for those that have one
        reporting.accept([report], by, revision)
        return accepted(report)


def accepted(report: ErrorReport) -> Any:
    """The line of the log for a report that a version puts right."""
    number = report.revision.number if report.revision else 0
    return log.line(gettext_noop("Accepted: put right by version %(number)d"), number=number)


STEPS: dict[str, tuple[Any, Any, Any, type[DeclineForm | AlreadyForm]]] = {
    "decline": (
        gettext_lazy("Decline"), gettext_lazy("The report is closed, and the page stays as it is."),
        gettext_lazy("Declined. The reader is told."), DeclineForm,
    ),
    "already": (
        gettext_lazy("Put right already"),
        gettext_lazy(
            "The report is closed with a correction that is public already. That is not changed: nobody is thanked in "
            "it by name who was not when it was published."
        ),
        gettext_lazy("Closed. The reader is told what was changed."), AlreadyForm,
    ),
}  # fmt: skip


@admin.register(ErrorReport)
class ErrorReportAdmin(DeskAdmin):
    list_display = ("reference", "state", "about", "said", "received_at", "decided_by")
    list_filter = ("state", "thank", ("story__topic", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("story", "decided_by")
    search_fields = ("reference", "story__headline", "name", "email")
    ordering = ("-received_at", "-id")

    class Media:
        css = {"all": ["css/cases.css"]}

    @admin.display(description=gettext_lazy("about"))
    def about(self, report: ErrorReport) -> str:
        return format_html("{} <span class='quiet'>{}</span>", report.story, part_of(report.part))

    @admin.display(description=gettext_lazy("what is wrong"))
    def said(self, report: ErrorReport) -> str:
        return Truncator(report.wrong).chars(100) or "—"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def get_urls(self) -> list[Any]:
        steps = [
            path(f"<int:pk>/{name}/", unsent.keeping(self.admin_site, self.take), {"name": name},
                 name=f"analysis_errorreport_{name}")
            for name in STEPS
        ]  # fmt: skip
        return steps + super().get_urls()

    def change_view(self, request, object_id, form_url="", extra_context=None):
        report = self.get_object(request, object_id)
        if not self.has_view_permission(request, report):
            raise PermissionDenied
        if report is None:
            raise Http404
        story = report.story
        public = story.status == Story.Status.PUBLISHED
        open_ = report.state == ErrorReport.State.OPEN
        may = open_ and who(request).has_perm(DECIDE)
        field = field_of(report.part)
        context = {
            "title": _("Reported error"),
            "report": report,
            "part": part_of(report.part),
            "was": _passage(rendition.history(story.slug, report.number), report.part),
            "now": _passage(rendition.story(story.slug), report.part) if public else None,
            "write": f"{reverse('admin:analysis_story_change', args=[story.pk])}#{place_of(field) if field else ''}",
            "publishing": may and public and who(request).has_perm("analysis.publish_story"),
            "may": may,
            "already": may and bool(reporting.corrections(story)),
            "mail": report.mail.all(),
        }
        return self._page(request, report, "change_form", context)

    def take(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        if not (self.has_view_permission(request) and who(request).has_perm(DECIDE)):
            raise PermissionDenied
        report = get_object_or_404(ErrorReport.objects.select_related("story"), pk=pk)
        title, says, done, form_class = STEPS[name]
        back = HttpResponseRedirect(reverse("admin:analysis_errorreport_change", args=[pk]))
        if request.method != "POST" and report.state != ErrorReport.State.OPEN:
            messages.error(
                request,
                _("This report is “%(state)s”: nothing is left to decide.") % {"state": report.get_state_display()},
            )
            return back
        form = form_class(report, unsent.typed(request))
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    self.log_change(request, report, form.run(report, who(request)))
                    tasks.deliver_mail.enqueue()
                messages.success(request, str(done))
                return back
            except reporting.ReportError as error:
                form.add_error(None, str(error))
        return self._page(request, report, "step", {"title": title, "says": says, "form": form})

    def _page(self, request: HttpRequest, report: ErrorReport, name: str, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "original": report}
        wrong = getattr(context.get("form"), "errors", None) and request.method == "POST"
        return TemplateResponse(
            request, f"admin/analysis/errorreport/{name}.html", {**shared, **context}, status=422 if wrong else 200
        )


def _passage(page: Any, place: str) -> rendition.Passage | None:
    """The part of a page that was pointed at, as far as the public may read it today."""
    passages = rendition.passages(page) if isinstance(page, rendition.StoryPage) else ()
    return next((passage for passage in passages if passage.place == place), None)
