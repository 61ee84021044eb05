"""A reader points at what is wrong on a page, follows what becomes of it, and may take it back. The forms of this door.

They stand here, without session and token: what a form may do rests on no cookie, so another site could send it in a
reader's name and win nothing but a report, which anybody can send; whoever takes one back must know its reference. The
browser says whether our own page sent it, which keeps others from filing in the name of their visitors' networks; a key
in the form keeps one report from becoming two.
"""

import re
import unicodedata
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from analysis import direction, rendition, reporting
from analysis.addresses import MAX_LENGTH, AddressError, canonical
from analysis.rendition.reports import OTHER
from newsroom import tasks
from newsroom.doors import network_of
from newsroom.forms import TOO_LONG, Step, email_field, posted
from newsroom.reader import declarations
from newsroom.reader.views import gone

_REFERENCE = re.compile(r"ER(-[2-9A-HJKMNP-Z]{4}){3}")
_NOT_FROM_HERE = _("Your browser did not say that this page sent the form. Send it once more.")
_NO_LETTERS = ("Cc", "Cn", "Co", "Cs")  # categories of characters that stand in nobody's name


class PartSelect(forms.Select):
    """Each part in its own words, which have their own language."""

    languages: dict[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if language := self.languages.get(str(value)):
            option["attrs"]["lang"] = language
        return option


def _text(label: Any, most: int, rows: int = 1, **kwargs: Any) -> forms.CharField:
    errors = {"max_length": TOO_LONG, "required": _("Say what is wrong.")}
    widget = forms.Textarea(attrs={"rows": rows}) if rows > 1 else forms.TextInput
    return forms.CharField(label=label, max_length=most, widget=widget, error_messages=errors, **kwargs)


class ReportForm(Step):
    part = forms.ChoiceField(
        label=_("Which part of the page?"),
        widget=PartSelect,
        error_messages={
            "required": _("Choose a part of the page. “Something else” is one of them."),
            "invalid_choice": _("This part is not on the page any more. Choose another."),
        },
    )
    quoted = _text(
        _("The words that are wrong"), 1000, 3, required=False, help_text=_("Copy them from the page, if it is words.")
    )
    wrong = _text(_("What is wrong with it?"), 4000, 6, help_text=_("And what is right, if you know."))
    url = _text(
        _("An address that shows it"), MAX_LENGTH, required=False, help_text=_("A page that an editor can open.")
    )
    email = email_field(
        label=_("E-mail address"), required=False, help_text=_("We write to you what became of it, and nothing else.")
    )
    name = _text(_("Your name"), 80, required=False)
    thank = forms.BooleanField(
        label=_("Thank me by this name in the correction"),
        required=False,
        help_text=_("Your name becomes public only if you tick this, and only if the page is corrected."),
    )

    def __init__(self, page: rendition.StoryPage, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        passages = list(rendition.passages(page))
        offered = [
            (label, [(one.place, Truncator(one.text).chars(90)) for one in some])
            for label, some in groupby(passages, key=lambda passage: passage.label)
        ]
        field: Any = self.fields["part"]
        field.choices = [("", _("Choose one")), *offered, (OTHER, _("Something else"))]
        field.widget.languages = {one.place: one.language for one in passages}
        self.fields["url"].widget.attrs |= {"inputmode": "url", "autocapitalize": "off", "spellcheck": "false"}
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def clean_url(self) -> str:
        typed: str = self.cleaned_data["url"]
        if not typed:
            return ""
        try:
            url = canonical(typed)
        except AddressError as error:
            why = _("This cannot be read as a web address: %(why)s.")
            raise ValidationError(why, params={"why": gettext(str(error))}) from error
        fragment = urlsplit(typed).fragment  # it may point at the very words
        return f"{url}#{fragment}" if fragment and len(url) + len(fragment) < MAX_LENGTH else url

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if any(unicodedata.category(letter) in _NO_LETTERS for letter in name):
            raise ValidationError(_("This holds characters that cannot be shown."))
        if wrong := direction.stops({"name": name}):
            raise ValidationError(wrong)
        return name

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("thank") and not said.get("name") and "name" not in self.errors:
            self.add_error("name", _("Write the name by which we should thank you."))
        return said

    @property
    def typed(self) -> reporting.Typed:
        """What was typed, once it is valid."""
        said = self.cleaned_data
        words = {name: said[name].replace("\r\n", "\n") for name in ("quoted", "wrong")}
        return reporting.Typed(**{**said, **words})


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """The form, about what a story shows to the public now; `?part=` names a passage."""
    page = rendition.story(slug)
    if not isinstance(page, rendition.StoryPage):
        return gone(request, page)
    if request.method != "POST":
        return _form(request, page, ReportForm(page, initial={"part": request.GET.get("part", "")}))
    form = ReportForm(page, posted(request, ReportForm(page)))
    status = 422
    if form.is_valid():
        try:
            if not _sent_from_here(request):
                raise _NotFromHereError
            with transaction.atomic():
                reference = reporting.receive(
                    page.card.id, _number(request, page), form.typed, _key(request), (get_language() or "en")[:2],
                    network_of(request),
                )  # fmt: skip
                tasks.deliver_mail.enqueue()
            return redirect("report", reference)
        except _NotFromHereError:
            form.add_error(None, _NOT_FROM_HERE)
            status = 403
        except reporting.TooManyError as error:
            more = _("%(what)s What you typed is below: send it again in an hour, or ask by the request form.")
            form.add_error(None, more % {"what": error})
            status = 429
    return _form(request, page, form, status)


@require_safe
def follow(request: HttpRequest, reference: str) -> HttpResponse:
    """What became of a report, for whoever has its reference. None of the words that were typed stand here: anybody can
    send anybody the address."""
    response = _hidden(render(request, "reader/report.html", {"report": _found(reference), "private_address": True}))
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, reference: str) -> HttpResponse:
    """Asks once more, and then takes an open report back, or erases what was typed into one that is decided. `was`: as
    what it was seen; of a decision since, the reader is told first."""
    found, wrong, status = _found(reference), "", 200
    if request.method == "POST":
        try:
            if not _sent_from_here(request):
                raise _NotFromHereError
            if request.POST.get("was") == "open":
                reporting.take_back(found.reference)
            else:
                reporting.erase_now(found.reference)
            return redirect("report", found.reference)
        except _NotFromHereError:
            wrong, status = str(_NOT_FROM_HERE), 403
        except reporting.DecidedError as error:
            found, wrong, status = _found(reference), str(error), 409
    if found.erased_at:
        return redirect("report", found.reference)
    context = {"report": found, "wrong": wrong, "private_address": True}
    response = _hidden(render(request, "reader/report_erase.html", context, status=status))
    response["Referrer-Policy"] = "same-origin"  # by “no-referrer” a browser would send its form with “Origin: null”
    return response


class _NotFromHereError(Exception):
    """Another site sent the form, or the browser does not say."""


def _found(reference: str) -> rendition.ReportView:
    found = rendition.report(reference.upper()) if _REFERENCE.fullmatch(reference.upper()) else None
    if found is None:
        raise Http404
    return found


def _hidden(response: HttpResponse) -> HttpResponse:
    """A page that its reader alone has the address of."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, noarchive, nofollow"
    return response


def _form(request: HttpRequest, page: rendition.StoryPage, form: ReportForm, status: int = 200) -> HttpResponse:
    key = _key(request) if request.method == "POST" else uuid4()
    number = _number(request, page)
    context = {"page": page, "form": form, "key": key, "number": number}
    response = render(request, "reader/report_form.html", context, status=status)
    response["Cache-Control"] = "no-store"  # each form has a key of its own
    response["Content-Usage"] = declarations.content_usage(page)
    response["X-Robots-Tag"] = f"noindex, noarchive, {declarations.robots_tag(page)}"
    if status == 429:
        response["Retry-After"] = "3600"
    return response


def _sent_from_here(request: HttpRequest) -> bool:
    """Whether our page sent this form, as the browser tells. What is no browser says nothing, and has nobody's visitors
    to speak for."""
    site = request.headers.get("Sec-Fetch-Site")
    return site == "same-origin" if site else request.headers.get("Origin", settings.ORIGIN) == settings.ORIGIN


def _key(request: HttpRequest) -> UUID:
    """The name of the form that was sent; a new one where there is none that can be read."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()


def _number(request: HttpRequest, page: rendition.StoryPage) -> int:
    """Which version its reader had read when the form was opened."""
    typed = request.POST.get("number", "")
    seen = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    return seen if 0 < seen <= page.number else page.number
