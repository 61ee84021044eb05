"""Cases at the desk: their list, each with what was asked, and a page for every step of newsroom/admin/case_steps.py.

No field is changed by hand.
"""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis import rights
from analysis.models import Case
from analysis.rights import OPEN, statute
from newsroom import receipt, tasks
from newsroom.admin import unsent
from newsroom.admin.case_steps import NOT_THEIR_OWN, STEPS, Step
from newsroom.admin.foresight import Foresight
from newsroom.admin.replies import offered
from newsroom.admin.site import DeskAdmin, who
from newsroom.admin.waiting import MineFilter, WaitingFilter, following


@admin.register(Case)
class CaseAdmin(DeskAdmin):
    list_display = ("reference", "state", "clock", "lane", "want", "kind", "sender", "assigned_to")
    list_filter = (MineFilter, WaitingFilter, "state", "lane", "kind")
    list_select_related = ("assigned_to",)
    search_fields = ("reference", "name", "organisation", "email")
    ordering = (F("due_at").asc(nulls_last=True), "opened_at", "id")

    class Media:
        css = {"all": ["css/cases.css"]}

    @admin.display(description=gettext_lazy("due"), ordering="due_at")
    def clock(self, case: Case) -> str:
        now = timezone.now()
        if case.due_at is None:
            return _("answer") if case.unanswered else "—"
        if case.due_at < now:
            return format_html(
                '<strong class="late">{}</strong>', _("late by %s") % timesince(case.due_at, now, depth=1)
            )
        return _("in %s") % timesince(now, case.due_at, depth=1)

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
                unsent.keeping(self.admin_site, self.take),
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
        steps = [step for step in STEPS if may and case.state in step.from_states]
        decisions = case.read_decisions()
        decision = decisions[-1] if decisions else None
        if not decision or decision.case_id != case.pk or hasattr(decision, "statement"):
            steps = [step for step in steps if step.name != "reasons"]
        if not case.holds.filter(lifted_at__isnull=True).exists():
            steps = [step for step in steps if step.name != "lift"]
        if not rights.goes_with(case, decision):
            steps = [step for step in steps if step.name != "separate"]
        why_not = rights.why_not_theirs(case, who(request))
        context = {
            "steps": [step for step in steps if not (why_not and step.name in NOT_THEIR_OWN)],
            "why_not": why_not,
            "decisions": decisions,
            "holds": case.holds.select_related("publisher").order_by("id")[:200],
            "lines": case.urls.select_related("article__publisher", "story"),
            "events": case.events.select_related("by").order_by("position"),
            "broken": rights.first_broken_of(case),
            "mail": case.mail.all(),
            "receipt": receipt.of_case(case),
            "talk": case.messages.select_related("by"),
            "proofs": case.proofs.all(),
            "missing": statute.asked_for(case),
            "joined": case.joined.all(),
            "related": self._related(case),
            "next": following(case, who(request)) if may else None,
            "now": timezone.now(),
        }
        return self._page(request, case, "change_form", {"title": _("Case"), **context})

    def _related(self, case: Case) -> QuerySet[Case]:
        """Other open cases that name one of the same pages: two of a kind are joined."""
        named = case.urls.exclude(url="").values("url")
        return Case.objects.filter(urls__url__in=named, state__in=OPEN).exclude(pk=case.pk).distinct()[:10]

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
        if request.method != "POST" and (why_not := self._why_not(request, case, step)):
            messages.error(request, why_not)
            return back
        data = unsent.typed(request)
        form = step.form(data, case, request.GET.dict())
        foresight = form if isinstance(form, Foresight) else None
        if request.method != "POST":
            form.is_valid()  # of what was typed before the login, it finds out what that would change
        else:
            try:
                with transaction.atomic():
                    # A case may have been decided and contested while the page was open. Its row is locked before any
                    # other, as everywhere.
                    rights.lock(case, seen=request.POST.get("state", ""))
                    if why_not := self._why_not(request, case, step):
                        raise rights.RightsError(why_not)
                    if form.is_valid():
                        step.run(case, request.user, form.cleaned_data)
                        self._enqueue(case, step)
                        messages.success(request, str(step.done))
                        return back
            except (rights.RightsError, ValidationError) as error:
                foresight = None  # what cannot be decided changes nothing, and is not to be looked at
                form.errors.pop(NON_FIELD_ERRORS, None)
                form.add_error(None, error.messages if isinstance(error, ValidationError) else str(error))
            # What the failed step did to the object in memory was rolled back in the database.
            case = Case.objects.get(pk=pk)
        context = {
            "title": step.title,
            "says": step.says,
            "button": step.button or step.title,
            "form": form,
            "state": data.get("state", case.state) if data else case.state,
            "named": rights.named_pages(case) if step.name in ("hold", "decide") else None,
            "replies": offered(case).items() if step.name == "answer" else (),
        }
        if foresight:
            context |= foresight.shown
        return self._page(request, case, "step", context)

    def _why_not(self, request: HttpRequest, case: Case, step: Step) -> str:
        return rights.why_not_theirs(case, who(request)) if step.name in NOT_THEIR_OWN else ""

    def _enqueue(self, case: Case, step: Step) -> None:
        tasks.deliver_mail.enqueue()
        tasks.tend_stories.enqueue()
        if step.name == "decide":
            tasks.check_decision.enqueue(case.decisions.latest("number").pk)

    def _page(self, request: HttpRequest, case: Case, name: str, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "original": case, "subtitle": str(case)}
        wrong = getattr(context.get("form"), "errors", None)
        status = 422 if wrong and request.method == "POST" else 200
        return TemplateResponse(request, f"admin/analysis/case/{name}.html", {**shared, **context}, status=status)
