"""A request, one question a page: ask, check, send. No account, no JavaScript; the answers wait in the session."""

from django.conf import settings
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
from newsroom.forms import posted
from newsroom.publishers import access, flood, uploads
from newsroom.publishers import draft as drafts
from newsroom.publishers.draft import Draft
from newsroom.publishers.questions import STEPS, PagesForm
from newsroom.publishers.typed import lines, site_host

FILE_PROBLEM = "file_problem"  # beside the answer to "pages": what the page says of the file once it is shown again

ask_or_answer = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    draft = Draft(request.session)
    context = {"url": _pasted(request), "begun": draft.answers, "questions": len(STEPS) - 1, "hours": hours()}
    return render(request, "publishers/start.html", context)


@ask_or_answer
def step(request: HttpRequest, name: str) -> HttpResponse:
    draft = Draft(request.session)
    if name not in STEPS or name not in (order := draft.order):
        raise Http404
    change = "change" in request.GET
    if request.method == "POST":
        # Kept before it is judged: a wrong answer is still somebody's words.
        before, typed = draft.answers.get(name), posted(request, draft.blank(name, {}))
        if name == "pages":
            _take_file(request, typed)
        draft.keep(name, typed)
        order = draft.order
        form = draft.form(name)
        # A line that leads nowhere is pointed out once; sent again as it is, it is meant.
        doubtful = isinstance(form, PagesForm) and typed != before and form.doubtful
        if not form.is_valid() or doubtful or typed.get(FILE_PROBLEM):
            # By a redirect: the answer to a POST is in no history, and the browser's Back would lead to an error.
            return _ask(draft, name, change)
        following = [] if change else order[order.index(name) + 1 :]
        return redirect("takedown-step", following[0]) if following else redirect("takedown-check")
    _take_pasted(request, draft)
    again = "again" in request.GET and name in draft.answers
    if not again and (missing := draft.missing(before=name)):
        return _ask(draft, missing)
    if again:
        form = draft.form(name)
        if problem := draft.answers[name].get(FILE_PROBLEM):
            form.add_error("file", problem)
    else:
        form = draft.blank(name, {"language": (get_language() or "en")[:2]})
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
    return render(request, "publishers/step.html", context)


@ask_or_answer
def check(request: HttpRequest) -> HttpResponse:
    draft = Draft(request.session)
    if request.method == "POST" and (reference := drafts.sent_as(request.session, request.POST.get("submission", ""))):
        return redirect("takedown-sent", reference)
    if missing := draft.missing():
        return _ask(draft, missing)
    if request.method == "POST":
        if request.POST.get("shown") != draft.digest:
            return _check_page(request, draft, changed=True)
        asked = draft.request()
        room = access.see(request.session, draft.room) if draft.room else None
        if room and not (room.confirmed and asked.email.lower() == room.case.email.lower()):
            room = None  # another address must be confirmed like any other
        if not room and not flood.may_file(request, asked.email):
            return redirect("takedown-mailbox")
        with transaction.atomic():
            case = rights.open_case(
                asked,
                site_host(),
                room=room.case if room else None,
                trusted=flood.trusted(request.session, asked.email),
            )
            tasks.deliver_mail.enqueue()
        draft.finish(case.reference)
        return redirect("takedown-sent", case.reference)
    return _check_page(request, draft)


def hours() -> dict[str, int]:
    """What we promise, in hours."""
    return {"acknowledge": settings.ACKNOWLEDGE_HOURS, "decide": settings.DECIDE_HOURS}


def _ask(draft: Draft, name: str, change: bool = False) -> HttpResponse:
    """Back to a question that has no good answer yet; if one was given, with what is wrong with it."""
    query = ({"change": 1} if change else {}) | ({"again": 1} if name in draft.answers else {})
    return redirect(reverse("takedown-step", args=[name], query=query or None))


def _check_page(request: HttpRequest, draft: Draft, changed: bool = False) -> HttpResponse:
    forms = {name: draft.form(name) for name in draft.order}
    for form in forms.values():
        form.is_valid()
    context = {"forms": forms, "draft": draft, "changed": changed, "last": draft.order[-1]}
    return render(request, "publishers/check.html", context, status=409 if changed else 200)


@require_safe
def sent(request: HttpRequest, reference: str) -> HttpResponse:
    """The acknowledgement, for the browser that filed the case."""
    if not drafts.filed(request.session, reference):
        return redirect("takedown-case", reference)
    case = get_object_or_404(Case, reference=reference)
    return render(request, "publishers/sent.html", {"case": case, "hours": hours(), "mailed": case.mail.exists()})


def _pasted(request: HttpRequest) -> str:
    """The page that a link to this door is about."""
    return request.GET.get("url", "")[:MAX_LENGTH].strip()


def _take_pasted(request: HttpRequest, draft: Draft) -> None:
    """Put the page that one comes from among the pages asked about; what was typed before stays."""
    url = _pasted(request)
    kept = draft.answers.get("pages", {}).get("pages", "")
    if url and url not in [line for _number, line in lines(kept)]:
        draft.keep("pages", {"pages": f"{kept.rstrip()}\n{url}".lstrip("\n")})


def _take_file(request: HttpRequest, typed: dict[str, str]) -> None:
    """Write the lines of an uploaded file below those that were typed; or what is wrong with it beside them."""
    try:
        found = uploads.addresses(request)
        if found and len(lines(typed["pages"])) + len(found) > rights.MAX_URLS:
            raise uploads.UploadError(uploads.too_many(len(found)))
    except uploads.UploadError as error:
        typed[FILE_PROBLEM] = str(error)
        return
    if found:
        typed["pages"] = "\n".join([*filter(None, [typed["pages"].rstrip()]), *found])
