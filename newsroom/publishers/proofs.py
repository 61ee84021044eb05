"""Showing that a site is yours: which, how, and whether we found it. The look at the network is a task's."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis import rights
from analysis.models import Case, Challenge
from newsroom import tasks
from newsroom.forms import posted
from newsroom.publishers.cases import of_the_sender
from newsroom.publishers.forms import HostForm


@of_the_sender
def choose(request: HttpRequest, case: Case) -> HttpResponse:
    """Which site? Those that the case names, and the domain above each of them, which proves them all."""
    if case.state not in rights.OPEN:
        raise rights.RightsError(_("Control can be proved while a case is open and its sender’s address is confirmed."))
    form, status = HostForm(), 200
    if request.method == "POST":
        form = HostForm(posted(request, HostForm()))
        if form.is_valid():
            try:
                asked = rights.challenge(case, form.cleaned_data["host"])
            except rights.RightsError as error:
                form.add_error("host", str(error))
            else:
                return redirect("takedown-proof", case.reference, asked.host)
        status = 422
    context = {"case": case, "form": form, "hosts": rights.hosts_to_prove(case), "proofs": case.proofs.all()}
    return render(request, "publishers/proofs.html", context, status=status)


@of_the_sender
def proof(request: HttpRequest, case: Case, host: str) -> HttpResponse:
    """What to publish where, and what we found when we looked."""
    asked = Challenge.objects.select_related("case").filter(case=case, host=host).first()
    if asked is None:
        raise Http404
    if request.method == "POST":
        what = request.POST.get("do")
        if what == "renew":
            rights.challenge(case, host)
        elif what == "mail":
            tasks.notify_site.enqueue(asked.pk)
        elif rights.ask(asked):
            tasks.check_proof.enqueue(asked.pk)
        return redirect("takedown-proof", case.reference, host)
    now = timezone.now()
    proofs = [one for one in case.proofs.all() if one.covers(host)]
    proved = any(not one.weak for one in proofs)
    context = {
        "case": case,
        "asked": asked,
        "token": rights.token_of(asked),
        "over": asked.expires_at <= now,
        "proofs": proofs,
        "proved": proved,
        "looking": asked.asked_at is not None and asked.checked_at is None and case.state in rights.OPEN and not proved,
        "open": case.state in rights.OPEN,
    }
    return render(request, "publishers/proof.html", context)
