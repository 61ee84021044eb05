"""Links that a mail brings: a look changes nothing, since mail scanners look; pressing the button does."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from analysis import rights
from analysis.models import Case, Challenge
from newsroom import mail, tasks
from newsroom.doors import network_of
from newsroom.forms import posted
from newsroom.publishers import access, flood
from newsroom.publishers.forms import MailboxForm, NewLinkForm

ask_or_answer = require_http_methods(["GET", "HEAD", "POST"])


def opened_by_mail(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A page whose address is the key: sent without a referrer, and so posted with `Origin: null`, which Django's check
    refuses. What its form does, only the secret token in its address can do; and the browser says itself whether it was
    our page that sent it: a form of another site is shown the page again."""

    def answer(request: HttpRequest, token: str) -> HttpResponse:
        pressed = request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
        response = view(request, token, pressed)
        response["Referrer-Policy"] = "no-referrer"
        return response

    return csrf_exempt(ask_or_answer(answer))


@opened_by_mail
def link(request: HttpRequest, token: str, pressed: bool) -> HttpResponse:
    """The link to a case. Pressed, it confirms the address and opens the case in this browser."""
    reference = mail.read_token("case", token)
    if reference is None:
        return ask_for_link(request, NewLinkForm(), "expired", status=410)
    if not pressed:
        return _button(request, "case", {"reference": reference})
    found = get_object_or_404(Case, reference=reference)
    with transaction.atomic():
        if rights.confirm(found):
            tasks.deliver_mail.enqueue()
            messages.success(request, _("Your address is confirmed."))
    access.grant(request.session, reference)
    return redirect("takedown-case", reference)


@opened_by_mail
def notice(request: HttpRequest, token: str, pressed: bool) -> HttpResponse:
    """The link in the mail to a site's role addresses. Pressed, it says that the request is the site's own."""
    number = mail.read_token("notice", token)
    asked = Challenge.objects.select_related("case").filter(pk=number or 0).first()
    if asked is None or asked.case.state not in rights.OPEN:
        return render(request, "publishers/notice_over.html", {"private_address": True}, status=410)
    if (
        pressed
        and not rights.prove(asked, "mail", wide=False)
        and not asked.case.proofs.filter(host=asked.host).exists()
    ):
        # The case is over, or what was asked has run out: nothing was noted, so we must not say so.
        return ask_for_link(request, NewLinkForm(), "expired", status=410)
    return _button(request, "notice", {"host": asked.host, "done": pressed})


@opened_by_mail
def mailbox_link(request: HttpRequest, token: str, pressed: bool) -> HttpResponse:
    """The link that lets a request through where too many came from one network."""
    email = mail.read_token("mailbox", token)
    if email is None:
        return ask_for_link(request, NewLinkForm(), "expired", status=410)
    if not pressed:
        return _button(request, "mailbox", {"email": email})
    flood.trust(request.session, email)
    return redirect("takedown-check")


@ask_or_answer
def mailbox(request: HttpRequest) -> HttpResponse:
    """Too many requests came from this network: who reads the mailbox that they give gets through."""
    kept = request.session.get("takedown_draft", {}).get("answers", {}).get("contact", {})
    if request.method != "POST":
        return render(request, "publishers/mailbox.html", {"form": MailboxForm(initial=kept)}, status=429)
    form = MailboxForm(posted(request, MailboxForm()))
    if not form.is_valid():
        return render(request, "publishers/mailbox.html", {"form": form}, status=422)
    language = (get_language() or "en")[:2]
    flood.send_mailbox_link(form.cleaned_data["email"], language, network_of(request))
    return render(request, "publishers/link_sent.html", {"days": mail.LINK_AGE.days, "mailbox": True})


@ask_or_answer
def new_link(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return ask_for_link(request, NewLinkForm(), "lost")
    form = NewLinkForm(posted(request, NewLinkForm()))
    if not form.is_valid():
        return ask_for_link(request, form, "lost", status=422)
    access.send_new_link(**form.cleaned_data, network=network_of(request))
    return render(request, "publishers/link_sent.html", {"days": mail.LINK_AGE.days})


def ask_for_link(request: HttpRequest, form: NewLinkForm, why: str, status: int = 200) -> HttpResponse:
    return render(request, "publishers/new_link.html", {"form": form, "why": why}, status=status)


def _button(request: HttpRequest, what: str, context: dict[str, Any]) -> HttpResponse:
    shared = {"what": what, "private_address": True, "home": reverse("takedown")}
    return render(request, "publishers/link.html", {**shared, **context})
