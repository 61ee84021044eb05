"""A publisher's room: every page of ours that draws on their work, the terms of each, their cases, and a way to ask."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from analysis import rights
from analysis.models import Case
from analysis.owners import publishers_of
from analysis.rendition.lists import Cursor, CursorError
from analysis.rendition.room import drawn_on
from newsroom.publishers.cases import of_the_sender
from newsroom.publishers.draft import Draft

PAGE = 100


@of_the_sender
def room(request: HttpRequest, case: Case) -> HttpResponse:
    """Open to the sender of a case that holds a proof of control, for as long as that proof is worth something."""
    root = case.filed_from or case
    proofs = rights.strong_proofs(root, timezone.now()) or rights.strong_proofs(case, timezone.now())
    if not proofs:
        return redirect("takedown-proofs", case.reference)
    owners = list({owner.pk: owner for proof in proofs for owner in publishers_of(proof.host, proof.wide)}.values())
    if request.method == "POST":
        pages = [page[:2000] for page in request.POST.getlist("page")[: rights.MAX_URLS] if page.strip()]
        if pages:
            # This case, not the root: a browser that came by a link to this one may open this one only.
            Draft(request.session).begin_in_room(case, "\n".join(pages))
            return redirect("takedown-step", "why")
    try:
        before = Cursor.parse(request.GET.get("before", ""))
    except CursorError as error:
        raise BadRequest(str(error)) from error
    cases = [root, *root.filed.order_by("-opened_at")[:200]]
    page = drawn_on([owner.pk for owner in owners], [one.pk for one in cases], before, PAGE)
    lines = [(line, any(proof.covers_url(line.url) for proof in proofs)) for line in page.items]
    context = {
        "case": case,
        "proofs": proofs,
        "owners": owners,
        # What is not shown is told to whoever controls the host, not to everyone who controls one of the publisher's.
        "lines": [(line, proved) for line, proved in lines if line.story or proved],
        "after": page.after,
        "cases": cases,
        "none_ticked": request.method == "POST",
    }
    return render(request, "publishers/room.html", context, status=422 if request.method == "POST" else 200)
