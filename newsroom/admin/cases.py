"""Cases at the desk: who waits for us, what they asked, and the steps that an editor of standards may take.

No field is changed by hand. Each step is a page of its own that calls analysis/rights.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
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
from analysis.rights import DECIDABLE, OPEN, Ruling, statute
from newsroom import receipt, tasks
from newsroom.admin.foresight import Foresight
from newsroom.admin.replies import REPLIES
from newsroom.admin.rulings import (
    AnswerForm,
    AssignForm,
    DecideForm,
    HoldForm,
    JoinForm,
    ReasonsForm,
    StepForm,
    WordsForm,
)
from newsroom.admin.site import DeskAdmin

State = Case.State
_SPEAKABLE = tuple(state for state in State if state != State.RECEIVED)


@dataclass(frozen=True)
class Step:
    """`key`: pressed with the browser's modifier, it opens the step."""

    name: str
    key: str
    title: Any
    says: Any  # what will happen
    done: Any
    run: Callable[[Case, Any, dict[str, Any]], object]
    from_states: tuple[str, ...]
    form: type[StepForm] = StepForm


STEPS = (
    Step(
        "take-up", "t", gettext_lazy("Take up"),
        gettext_lazy("It is yours from now on, and its sender sees that someone reads it."),
        gettext_lazy("It is yours now."), lambda case, by, data: rights.take_up(case, by),
        (State.CONFIRMED, State.PROVED, State.APPEALED),
    ),
    Step(
        "decide", "d", gettext_lazy("Decide"),
        gettext_lazy(
            "Takes effect from the next request on, ends every hold of this case, and sends the reason to its sender. "
            "It cannot be undone, only followed by another decision."
        ),
        gettext_lazy("Decided. The public pages obey from now on, and the mail is on its way."),
        lambda case, by, data: rights.decide(case, by, Ruling(**data)), DECIDABLE, DecideForm,
    ),
    Step(
        "hold", "h", gettext_lazy("Hold back"),
        gettext_lazy("Until the case is over, less is shown of the pages that it names, from the next request on."),
        gettext_lazy("Held back. The public sees less from now on."),
        lambda case, by, data: rights.hold(case, by, data["level"]), OPEN, HoldForm,
    ),
    Step(
        "answer", "a", gettext_lazy("Write to the sender"),
        gettext_lazy("The message goes out by mail and stands on the page of the case. It can be answered there."),
        gettext_lazy("The message is on its way."),
        lambda case, by, data: rights.answer(case, by, data["text"]), _SPEAKABLE, AnswerForm,
    ),
    Step(
        "note", "n", gettext_lazy("Internal note"),
        gettext_lazy("Seen by the newsroom alone."),
        gettext_lazy("Noted."), lambda case, by, data: rights.note(case, by, data["text"]), tuple(State), WordsForm,
    ),
    Step(
        "assign", "g", gettext_lazy("Give to an editor"),
        gettext_lazy("It is on that editor’s list from now on."),
        gettext_lazy("It is theirs now."), lambda case, by, data: rights.assign(case, by, data["to"]), DECIDABLE,
        AssignForm,
    ),
    Step(
        "join", "j", gettext_lazy("Join to another case"),
        gettext_lazy("For two requests about the same thing: one decision holds for both."),
        gettext_lazy("Joined."), lambda case, by, data: rights.join(case, data["earlier"], by=by),
        (State.CONFIRMED, State.PROVED, State.IN_REVIEW), JoinForm,
    ),
    Step(
        "separate", "s", gettext_lazy("Separate from the other case"),
        gettext_lazy(
            "It goes on by itself and is decided by itself; its sender is told. What was decided or is held for the "
            "other case stays as it is."
        ),
        gettext_lazy("Separated. It goes on by itself."), lambda case, by, data: rights.separate(case, by),
        (State.CLOSED,),
    ),
    Step(
        "reasons", "r", gettext_lazy("Statement of reasons"),
        gettext_lazy("Drafted from the decision. Read it, change what does not fit; it goes out by mail and stays."),
        gettext_lazy("The statement of reasons is on its way."),
        lambda case, by, data: rights.give_reasons(case, by, data["text"]), (State.DECIDED, State.CLOSED), ReasonsForm,
    ),
    Step(
        "close", "c", gettext_lazy("Close the case"),
        gettext_lazy("Nothing more is to be done. The decision stays in force, and can still be contested."),
        gettext_lazy("Closed."), lambda case, by, data: rights.close(case, by), (State.DECIDED,),
    ),
)  # fmt: skip


def needing(cases: QuerySet[Case], user: Any) -> QuerySet[Case]:
    """The cases in which the next word is ours, and which this person may take: theirs or nobody's, and no appeal
    against their own decision. What is due first comes first."""
    waits = Q(state__in=DECIDABLE) | Q(unanswered=True)
    mine = Q(assigned_to=user) | Q(assigned_to__isnull=True)
    own = Q(state=State.APPEALED) & (Q(decisions__decided_by=user) | Q(contested__decided_by=user))
    return cases.filter(waits, mine).exclude(own).order_by(F("due_at").asc(nulls_last=True), "opened_at", "id")


class MineFilter(admin.SimpleListFilter):
    title = gettext_lazy("whose")
    parameter_name = "whose"

    def lookups(self, request, model_admin):
        return [("me", _("Needs me")), ("mine", _("Mine")), ("nobody", _("Nobody’s yet"))]

    def queryset(self, request, queryset):
        return {
            "me": lambda: needing(queryset, request.user),
            "mine": lambda: queryset.filter(assigned_to=request.user),
            "nobody": lambda: queryset.filter(assigned_to__isnull=True),
        }.get(self.value() or "", lambda: queryset)()


class WaitingFilter(admin.SimpleListFilter):
    title = gettext_lazy("waits for us")
    parameter_name = "waits"

    def lookups(self, request, model_admin):
        return [("yes", _("To be decided")), ("late", _("Late")), ("answer", _("To be answered"))]

    def queryset(self, request, queryset):
        return {
            "yes": lambda: queryset.filter(state__in=DECIDABLE),
            "late": lambda: queryset.filter(due_at__lt=timezone.now()),
            "answer": lambda: queryset.filter(unanswered=True),
        }.get(self.value() or "", lambda: queryset)()


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
        steps = [step for step in STEPS if may and case.state in step.from_states]
        decision = case.decision
        if not decision or decision.case_id != case.pk or hasattr(decision, "statement"):
            steps = [step for step in steps if step.name != "reasons"]
        if not case.joined_to_id:
            steps = [step for step in steps if step.name != "separate"]
        # An appeal is another person's to decide: what would be refused is not offered.
        own = rights.made_what_is_contested(case, request.user)
        context = {
            "steps": [step for step in steps if not (own and step.name in ("take-up", "decide"))],
            "own_decision": own,
            "decisions": case.decided,
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
            "next": needing(Case.objects.exclude(pk=case.pk), request.user).first() if may else None,
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
        form = step.form(request.POST if request.method == "POST" else None, case, request.GET.dict())
        if form.is_bound:
            try:
                with transaction.atomic():
                    # A case may have been decided and contested while the page was open. Its row is locked before any
                    # other, as everywhere.
                    rights.lock(case, seen=request.POST.get("state", ""))
                    if form.is_valid():
                        step.run(case, request.user, form.cleaned_data)
                        self._enqueue(case, step)
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
            "state": request.POST.get("state", case.state),
            "covered": rights.matched_articles(case) if step.name in ("hold", "decide") else None,
            "replies": REPLIES.items() if step.name == "answer" else (),
        }
        if isinstance(form, Foresight) and form.effects:
            context |= {"effects": form.effects, "seen": form.seen}
        return self._page(request, case, "step", context)

    def _enqueue(self, case: Case, step: Step) -> None:
        tasks.deliver_mail.enqueue()
        tasks.tend_stories.enqueue()
        if step.name == "decide":
            tasks.check_decision.enqueue(case.decisions.latest("number").pk)

    def _page(self, request: HttpRequest, case: Case, name: str, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "original": case, "subtitle": str(case)}
        status = 422 if getattr(context.get("form"), "errors", None) else 200
        return TemplateResponse(request, f"admin/analysis/case/{name}.html", {**shared, **context}, status=status)
