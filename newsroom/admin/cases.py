"""Cases at the desk: who waits for us, what they asked, and the steps that an editor of standards may take.

No field is changed by hand. Each step is a page of its own that calls analysis/rights.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis import rights
from analysis.models import Case
from analysis.rights import Ruling
from newsroom import tasks
from newsroom.admin.rulings import DecideForm, HoldForm
from newsroom.admin.site import DeskAdmin

State = Case.State


@dataclass(frozen=True)
class Step:
    name: str
    title: Any
    says: Any  # what will happen
    done: Any
    run: Callable[[Case, Any, dict[str, Any]], object]
    from_states: tuple[str, ...]
    form: type[forms.Form] = forms.Form


STEPS = (
    Step(
        "take-up", gettext_lazy("Take up"),
        gettext_lazy("It is yours from now on, and its sender sees that someone reads it."),
        gettext_lazy("It is yours now."), lambda case, by, data: rights.take_up(case, by), (State.CONFIRMED,),
    ),
    Step(
        "hold", gettext_lazy("Hold back"),
        gettext_lazy("Until the case is over, less is shown of the pages that it names, from the next request on."),
        gettext_lazy("Held back. The public sees less from now on."),
        lambda case, by, data: rights.hold(case, by, data["level"]),
        (State.RECEIVED, State.CONFIRMED, State.IN_REVIEW), HoldForm,
    ),
    Step(
        "decide", gettext_lazy("Decide"),
        gettext_lazy(
            "Takes effect from the next request on, ends every hold of this case, and sends the reason to its sender. "
            "It cannot be undone, only followed by another decision."
        ),
        gettext_lazy("Decided. The public pages obey from now on, and the mail is on its way."),
        lambda case, by, data: rights.decide(case, by, Ruling(**data)), (State.CONFIRMED, State.IN_REVIEW), DecideForm,
    ),
    Step(
        "close", gettext_lazy("Close the case"),
        gettext_lazy("Nothing more is to be done. The decision stays in force."),
        gettext_lazy("Closed."), lambda case, by, data: rights.close(case, by), (State.DECIDED,),
    ),
)  # fmt: skip


class MineFilter(admin.SimpleListFilter):
    title = gettext_lazy("whose")
    parameter_name = "whose"

    def lookups(self, request, model_admin):
        return [("mine", _("Mine")), ("nobody", _("Nobody’s yet"))]

    def queryset(self, request, queryset):
        return {
            "mine": lambda: queryset.filter(assigned_to=request.user),
            "nobody": lambda: queryset.filter(assigned_to__isnull=True),
        }.get(self.value() or "", lambda: queryset)()


class WaitingFilter(admin.SimpleListFilter):
    title = gettext_lazy("waits for us")
    parameter_name = "waits"

    def lookups(self, request, model_admin):
        return [("yes", _("Confirmed or in review"))]

    def queryset(self, request, queryset):
        return queryset.filter(state__in=[State.CONFIRMED, State.IN_REVIEW]) if self.value() == "yes" else queryset


@admin.register(Case)
class CaseAdmin(DeskAdmin):
    list_display = ("reference", "state", "age", "lane", "want", "kind", "sender", "assigned_to")
    list_filter = (WaitingFilter, MineFilter, "state", "lane", "kind")
    list_select_related = ("assigned_to",)
    search_fields = ("reference", "name", "organisation", "email")
    ordering = ("opened_at", "id")

    class Media:
        css = {"all": ["css/cases.css"]}

    @admin.display(description=gettext_lazy("waiting"), ordering="opened_at")
    def age(self, case: Case) -> str:
        return timesince(case.opened_at, depth=1)

    @admin.display(description=gettext_lazy("from"))
    def sender(self, case: Case) -> str:
        return case.organisation or case.name

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def get_urls(self):
        steps = [
            path(
                f"<int:pk>/{step.name}/",
                self.admin_site.admin_view(self.take),
                {"step": step},
                name=f"analysis_case_{step.name}",
            )
            for step in STEPS
        ]
        return steps + super().get_urls()

    def change_view(self, request, object_id, form_url="", extra_context=None):
        case = self.get_object(request, object_id)
        if not self.has_view_permission(request, case):
            raise PermissionDenied
        if case is None:
            raise Http404
        may = request.user.has_perm("analysis.decide_case")
        context = {
            "steps": [step for step in STEPS if may and case.state in step.from_states],
            "decision": getattr(case, "decision", None),
            "terms": case.terms.select_related("publisher").order_by("id"),
            "holds": case.holds.order_by("id"),
            "lines": case.urls.select_related("article__publisher", "story"),
            "events": case.events.select_related("by").order_by("number"),
            "broken": rights.first_broken_event(case),
            "mail": case.mail.all(),
        }
        return self._page(request, case, "change_form", {"title": _("Case"), **context})

    def take(self, request: HttpRequest, pk: int, step: Step) -> HttpResponse:
        if not (self.has_view_permission(request) and request.user.has_perm("analysis.decide_case")):
            raise PermissionDenied
        case = Case.objects.filter(pk=pk).first()
        if case is None:
            raise Http404
        back = HttpResponseRedirect(reverse("admin:analysis_case_change", args=[case.pk]))
        if request.method != "POST" and case.state not in step.from_states:
            messages.error(request, _("This case is “%s”, so that cannot be done.") % case.get_state_display())
            return back
        form = step.form(request.POST if request.method == "POST" else None, initial={"legal": case.lane == "legal"})
        if form.is_bound and form.is_valid():
            try:
                with transaction.atomic():
                    step.run(case, request.user, form.cleaned_data)
                    tasks.deliver_mail.enqueue()
                messages.success(request, str(step.done))
                return back
            except rights.RightsError as error:
                form.add_error(None, str(error))
            except ValidationError as error:
                form.add_error(None, error.messages)
            # What the failed step did to the object in memory was rolled back in the database.
            case = Case.objects.get(pk=pk)
        context = {
            "title": step.title,
            "says": step.says,
            "form": form,
            "covered": rights.matched_articles(case) if step.form is not forms.Form else [],
        }
        return self._page(request, case, "step", context)

    def _page(self, request: HttpRequest, case: Case, name: str, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "original": case, "subtitle": str(case)}
        status = 422 if getattr(context.get("form"), "errors", None) else 200
        return TemplateResponse(request, f"admin/analysis/case/{name}.html", {**shared, **context}, status=status)
