"""The private pages of a case: what happens to it, and what its sender can do."""

import re
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from analysis import rights
from analysis.models import Case, Decision, Event, Message
from analysis.rights import statute
from newsroom import receipt, tasks
from newsroom.forms import Step, posted
from newsroom.publishers import access
from newsroom.publishers.forms import AppealForm, MessageForm, NewLinkForm
from newsroom.publishers.lines import what_we_show
from newsroom.publishers.links import ask_for_link
from newsroom.publishers.questions import LawForm

_REFERENCE = re.compile(r"CD-[2-9A-Z]{4}-[2-9A-Z]{4}")
_PRIVATE_EVENTS = ("assigned",)


@require_safe
def case(request: HttpRequest, reference: str) -> HttpResponse:
    seen = access.see(request.session, reference)
    return case_page(request, seen) if seen else not_seen(request, reference)


def of_the_sender(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A page for whoever has confirmed that the case is theirs; what rights refuses is said on the case's page.

    What a form does and the tasks that follow from it are one transaction.
    """

    def answer(request: HttpRequest, reference: str, **more: Any) -> HttpResponse:
        seen = access.see(request.session, reference)
        if not seen or not seen.confirmed:
            return not_seen(request, reference)
        try:
            with transaction.atomic() if request.method == "POST" else nullcontext():
                return view(request, seen.case, **more)
        except rights.RightsError as error:
            seen.case.refresh_from_db()
            return case_page(request, seen, str(error), status=409)

    return require_http_methods(["GET", "HEAD", "POST"])(answer)


@of_the_sender
def withdraw(request: HttpRequest, case: Case) -> HttpResponse:
    if request.method != "POST":
        return render(request, "publishers/withdraw.html", {"case": case, "open": case.state in rights.OPEN})
    contested = case.state == Case.State.APPEALED
    rights.withdraw(case)
    tasks.deliver_mail.enqueue()  # to those whose requests were joined to it
    tasks.tend_stories.enqueue()
    messages.success(request, _("Your appeal is taken back.") if contested else _("Your request is taken back."))
    return redirect("takedown-case", case.reference)


@of_the_sender
def complete(request: HttpRequest, case: Case) -> HttpResponse:
    """What the law wants and the demand lacks."""
    missing = statute.missing(case)
    if not missing:
        messages.info(request, _("Nothing is missing that the law wants of your demand."))
        return redirect("takedown-case", case.reference)
    return _say(request, case, LawForm(only=missing), lambda said: rights.complete(case, said),
                _("Thank you. What you added stands with your request."))  # fmt: skip


@of_the_sender
def write(request: HttpRequest, case: Case) -> HttpResponse:
    return _say(request, case, MessageForm(), lambda said: rights.write(case, said["text"]),
                _("We have your message. It stands below, and an editor will read it."))  # fmt: skip


@of_the_sender
def appeal(request: HttpRequest, case: Case) -> HttpResponse:
    if not rights.appealable(case, case.read_decision(), timezone.now()):
        raise rights.RightsError(rights.why_not_appealable(case))
    return _say(request, case, AppealForm(), lambda said: rights.appeal(case, said["text"]),
                _("We have your appeal. Another editor will read the case anew."))  # fmt: skip


def case_page(request: HttpRequest, seen: access.Seen, error: str = "", status: int = 200) -> HttpResponse:
    case = seen.case
    now = timezone.now()
    events = list(case.events.order_by("position"))
    decisions = case.read_decisions()
    decision = decisions[-1] if decisions else None
    context = {
        "case": case,
        "own": case.own,
        "confirmed": seen.confirmed,
        "mailed": case.mail.exists(),
        "open": case.state in rights.OPEN,
        "error": error,
        "lines": what_we_show(case),
        "decisions": [(one, case.may_read(one)) for one in reversed(decisions)],
        "progress": _progress(case, decisions, events),
        "history": [event for event in events if event.kind not in _PRIVATE_EVENTS],
        "receipt": receipt.of_case(case) if seen.confirmed and case.own else None,
        "talk": case.messages.exclude(side=Message.Side.NOTE),
        "missing": statute.asked_for(case),
        "proofs": case.proofs.exclude(host=""),
        "held": case.holds.filter(lifted_at__isnull=True).exists(),
        "room": seen.confirmed and rights.strong_proofs(case, now),
        "appealable": rights.appealable(case, decision, now),
        "contestable_until": decision and rights.contestable_until(decision),
        "now": now,
    }
    return render(request, "publishers/case.html", context, status=status)


def not_seen(request: HttpRequest, reference: str) -> HttpResponse:
    """The same page for someone else's case and for none at all."""
    named = reference.upper() if _REFERENCE.fullmatch(reference.upper()) else ""
    return ask_for_link(request, NewLinkForm(initial={"reference": named}), "unseen", status=404)


def _say(
    request: HttpRequest, case: Case, form: Step, step: Callable[[dict[str, Any]], object], done: Any
) -> HttpResponse:
    """A page with one form that belongs to a case. What was typed stays when it cannot be taken."""
    status = 200
    if request.method == "POST":
        form.data, form.is_bound = posted(request, form), True
        if form.is_valid():
            try:
                step(form.cleaned_data)
            except rights.RightsError as error:
                form.add_error(None, str(error))
            else:
                tasks.deliver_mail.enqueue()
                messages.success(request, done)
                return redirect("takedown-case", case.reference)
        status = 422
    return render(request, "publishers/say.html", {"case": case, "form": form}, status=status)


def _progress(case: Case, decisions: list[Decision], events: list[Event]) -> list[dict[str, Any]]:
    """The stages, each with the time at which it was reached, or by which it is due."""
    separated = max((i for i, event in enumerate(events) if event.kind == "separated"), default=-1)
    since = events[separated + 1 :]  # it began anew
    at = {event.kind: event.at for event in since}  # the last of each kind
    decided = decisions[0].decided_at if decisions else None
    # On the appeal it is taken up once more.
    reviewed = next((e.at for e in since if e.kind == "in_review" and not (decided and e.at > decided)), None)
    if case.state == Case.State.WITHDRAWN or case.joined_to:
        last = {"label": _("Taken back"), "at": at.get("withdrawn") or at.get("lapsed")}
        if case.joined_to:
            last = {"label": _("Joined"), "at": at.get("joined")}
        return [{"label": _("Received"), "at": case.opened_at, "done": True}, {**last, "done": True, "now": True}]
    due = {"due": case.due_at}
    stages: list[dict[str, Any]] = [
        {"label": _("Received"), "at": case.opened_at},
        {"label": _("Confirmed"), "at": case.confirmed_at, "note": _("when you open the link in our mail")},
        {"label": _("In review"), "at": reviewed, **(due if not reviewed else {})},
        {"label": _("Decided"), "at": decided, **(due if case.state == Case.State.IN_REVIEW else {})},
    ]
    if case.proved_at:
        stages.insert(2, {"label": _("Control proved"), "at": case.proved_at})
    if appealed := at.get("appealed"):
        taken_back = at.get("appeal_withdrawn")
        stages.append({"label": _("Contested"), "at": appealed})
        if taken_back and taken_back > appealed:
            stages.append({"label": _("Appeal taken back"), "at": taken_back})
        else:
            again = decisions[-1].decided_at
            stages.append({"label": _("Decided anew"), "at": again if again > appealed else None, **due})
    reached = max(i for i, stage in enumerate(stages) if stage["at"])
    for i, stage in enumerate(stages):
        stage["done"] = i <= reached
        stage["now"] = i == reached
        if stage["done"] and not stage["at"]:  # decided without having been taken up apart
            stage["at"] = decided
    return stages
