"""A request, one question a page: ask, check, send. No account, no JavaScript; the answers wait in the session."""

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from analysis import rights
from analysis.addresses import MAX_LENGTH
from analysis.models import Case
from newsroom import tasks
from newsroom.publishers import draft as drafts
from newsroom.publishers.draft import Draft
from newsroom.publishers.forms import STEPS, PagesForm
from newsroom.publishers.typed import lines, posted, site_host

ask_or_answer = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    return render(request, "publishers/start.html", {"url": _pasted(request), "begun": Draft(request.session).answers})


@ask_or_answer
def step(request: HttpRequest, name: str) -> HttpResponse:
    if name not in STEPS:
        raise Http404
    draft = Draft(request.session)
    change = "change" in request.GET
    status = 200
    if request.method == "POST":
        # Kept before it is judged: a wrong answer is still somebody's words.
        before, typed = draft.answers.get(name), posted(request, STEPS[name])
        draft.keep(name, typed)
        form = draft.form(name)
        # A line that leads nowhere is pointed out once; sent again as it is, it is meant.
        doubtful = isinstance(form, PagesForm) and typed != before and form.doubtful
        if form.is_valid() and not doubtful:
            following = [] if change else list(STEPS)[list(STEPS).index(name) + 1 :]
            return redirect("takedown-step", following[0]) if following else redirect("takedown-check")
        status = 422
    else:
        if missing := draft.missing(before=name):
            return _ask(draft, missing)
        again = "again" in request.GET and name in draft.answers
        form = draft.form(name) if again else draft.blank(name, _prefill(request, draft))
    order = list(STEPS)
    number = order.index(name) + 1
    context = {
        "form": form,
        "name": name,
        "number": number,
        "count": len(order),
        "previous": order[number - 2] if number > 1 else "",
        "change": change,
        "doubtful": form.is_bound and isinstance(form, PagesForm) and form.doubtful,
    }
    return render(request, "publishers/step.html", context, status=status)


@ask_or_answer
def check(request: HttpRequest) -> HttpResponse:
    draft = Draft(request.session)
    if request.method == "POST" and (reference := drafts.sent_as(request.session, request.POST.get("submission", ""))):
        return redirect("takedown-sent", reference)
    if missing := draft.missing():
        return _ask(draft, missing)
    if request.method == "POST" and request.POST.get("submission") == draft.submission:
        try:
            with transaction.atomic():
                case = rights.open_case(draft.request(), site_host())
                tasks.deliver_mail.enqueue()
        except rights.RightsError as error:
            return _check_page(request, draft, str(error), 429)
        draft.finish(case.reference)
        return redirect("takedown-sent", case.reference)
    return _check_page(request, draft)


def _ask(draft: Draft, name: str) -> HttpResponse:
    """Back to a question that has no good answer yet; if one was given, with what is wrong with it."""
    return redirect(reverse("takedown-step", args=[name], query={"again": 1} if name in draft.answers else None))


def _check_page(request: HttpRequest, draft: Draft, error: str = "", status: int = 200) -> HttpResponse:
    forms = {name: draft.form(name) for name in STEPS}
    for form in forms.values():
        form.is_valid()
    return render(request, "publishers/check.html", {"forms": forms, "draft": draft, "error": error}, status=status)


@require_safe
def sent(request: HttpRequest, reference: str) -> HttpResponse:
    """The acknowledgement, for the browser that filed the case."""
    if not drafts.filed(request.session, reference):
        return redirect("takedown-case", reference)
    case = get_object_or_404(Case, reference=reference)
    return render(request, "publishers/sent.html", {"case": case})


def _pasted(request: HttpRequest) -> str:
    """The page that a link to this door is about."""
    return request.GET.get("url", "")[:MAX_LENGTH].strip()


def _prefill(request: HttpRequest, draft: Draft) -> dict[str, str]:
    url = _pasted(request)
    if url and "pages" in draft.answers:
        # A request was begun before: the page joins it, and what was typed stays.
        kept = draft.answers["pages"]["pages"]
        if url not in [line for _number, line in lines(kept)]:
            draft.answers["pages"] = {"pages": f"{kept.rstrip()}\n{url}"}
    return {"pages": url, "language": (get_language() or "en")[:2]}
