"""The private pages of a case: the link in the mail, the case, taking the request back."""

import re
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from analysis import rights
from analysis.models import Case
from newsroom import mail, tasks
from newsroom.publishers import access
from newsroom.publishers.forms import NewLinkForm
from newsroom.publishers.lines import what_we_show
from newsroom.publishers.typed import posted

OPEN = (Case.State.RECEIVED, Case.State.CONFIRMED, Case.State.IN_REVIEW)
_REFERENCE = re.compile(r"CD-[2-9A-Z]{4}-[2-9A-Z]{4}")


# A page that is sent without a referrer posts with `Origin: null`, which Django's check refuses. What this form does,
# only the secret token in its address can do; and the browser says itself whether it was our page that sent it.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing, since mail scanners look; pressing the button confirms the address."""
    reference = mail.read_link_token(token)
    if reference is None:
        return _ask_for_link(request, NewLinkForm(), "expired", status=410)
    response: HttpResponse
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin":
        found = get_object_or_404(Case, reference=reference)
        with transaction.atomic():
            if rights.confirm(found):
                tasks.deliver_mail.enqueue()
        access.grant(request.session, reference)
        response = redirect("takedown-case", reference)
    else:
        response = render(request, "publishers/link.html", {"reference": reference, "private_address": True})
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def new_link(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _ask_for_link(request, NewLinkForm(), "lost")
    form = NewLinkForm(posted(request, NewLinkForm))
    if not form.is_valid():
        return _ask_for_link(request, form, "lost", status=422)
    access.send_new_link(**form.cleaned_data)
    return render(request, "publishers/link_sent.html", {"days": mail.LINK_AGE.days})


@require_safe
def case(request: HttpRequest, reference: str) -> HttpResponse:
    seen = access.see(request.session, reference)
    return _case_page(request, seen) if seen else _not_seen(request, reference)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    seen = access.see(request.session, reference)
    if not seen or not seen.confirmed:
        return _not_seen(request, reference)
    if request.method != "POST":
        return render(request, "publishers/withdraw.html", {"case": seen.case, "open": seen.case.state in OPEN})
    try:
        rights.withdraw(seen.case)
    except rights.RightsError as error:
        return _case_page(request, seen, str(error), status=409)
    return redirect("takedown-case", reference)


def _case_page(request: HttpRequest, seen: access.Seen, error: str = "", status: int = 200) -> HttpResponse:
    case = seen.case
    events = list(case.events.order_by("number"))
    context = {
        "case": case,
        "confirmed": seen.confirmed,
        "open": case.state in OPEN,
        "error": error,
        "lines": what_we_show(case),
        "decision": getattr(case, "decision", None),
        "terms": case.terms.select_related("publisher").order_by("id"),
        "progress": _progress(case, {event.kind: event.at for event in events}),
        "history": [{"at": event.at, "words": event.words} for event in events],
    }
    return render(request, "publishers/case.html", context, status=status)


def _progress(case: Case, at: dict[str, Any]) -> list[dict[str, Any]]:
    """The four stages, each with the time at which it was reached."""
    if case.state == Case.State.WITHDRAWN:
        return [
            {"label": _("Received"), "at": case.opened_at, "done": True},
            {"label": _("Taken back"), "at": at.get("withdrawn"), "done": True, "now": True},
        ]
    stages: list[dict[str, Any]] = [
        {"label": _("Received"), "at": case.opened_at, "done": True},
        {"label": _("Confirmed"), "at": case.confirmed_at, "note": _("when you open the link in our mail")},
        {"label": _("In review"), "at": at.get("in_review"), "note": _("within one working day")},
        {"label": _("Decided"), "at": case.decided_at, "note": _("within three working days")},
    ]
    reached = max(i for i, stage in enumerate(stages) if stage["at"])
    for i, stage in enumerate(stages):
        stage["done"] = i <= reached
        stage["now"] = i == reached
        if stage["done"] and not stage["at"]:  # decided without having been taken up apart
            stage["at"] = case.decided_at
    return stages


def _not_seen(request: HttpRequest, reference: str) -> HttpResponse:
    """The same page for someone else's case and for none at all."""
    named = reference.upper() if _REFERENCE.fullmatch(reference.upper()) else ""
    return _ask_for_link(request, NewLinkForm(initial={"reference": named}), "unseen", status=404)


def _ask_for_link(request: HttpRequest, form: NewLinkForm, why: str, status: int = 200) -> HttpResponse:
    return render(request, "publishers/new_link.html", {"form": form, "why": why}, status=status)
