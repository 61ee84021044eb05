"""Why is it so: for any address the statements about it, field by field, and which of them governs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis import rulebook
from analysis.addresses import canonical, host_of
from analysis.explaining import Explanation, Finding, Reason, explain
from analysis.models import Hold, Terms
from analysis.owners import article_at, publisher_of
from analysis.terms import PRESUMED, Permit, Rule, Work
from newsroom.admin.fields import readable
from newsroom.admin.wording import FIELDS, permit_in_words, statement_in_words, value_in_words

NOBODY = 0  # no publisher has this number: rules about a publisher pass such a page by

REASONS = {
    Reason.GOVERNS: gettext_lazy("Governs."),
    Reason.TIGHTENED: gettext_lazy("Holds, but this may make it stricter, and does:"),
    Reason.LESS_STRICT: gettext_lazy("Counts, but this is as strict or stricter:"),
    Reason.LESS_SPECIFIC: gettext_lazy("Does not count: this is about a narrower place:"),
    Reason.ELSEWHERE: gettext_lazy("Does not count: it is about other parts of the site."),
    Reason.PUBLISHER: gettext_lazy("Does not count: the publisher’s decision takes its place:"),
    Reason.PRESUMED: gettext_lazy("Counts, but what holds while nobody speaks of it is stricter."),
    Reason.NO_DEFAULT: gettext_lazy("Does not count: there is no default that it could make stricter."),
    Reason.SUPERSEDED: gettext_lazy("Does not count: superseded by a newer statement at the same place:"),
    Reason.WITHDRAWN: gettext_lazy("Does not count: withdrawn by a newer statement at the same place:"),
    Reason.WITHDRAWAL: gettext_lazy("Takes back what was said before at this place, and says nothing itself."),
    Reason.NOT_YET: gettext_lazy("Not in force yet."),
}


class WhyForm(forms.Form):
    url = forms.CharField(
        label=gettext_lazy("Address of a page"),
        max_length=2000,
        widget=forms.TextInput(attrs={"class": "vTextField", "inputmode": "url"}),
    )
    at = forms.DateTimeField(
        label=gettext_lazy("At which moment, in UTC"),
        required=False,
        help_text=gettext_lazy("Empty: now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean_url(self) -> str:
        typed = self.cleaned_data["url"].strip()
        if typed.startswith(("/", f"{settings.ORIGIN}/")):
            raise ValidationError(_("This is a page of ours. Ask about a page that it rests on."))
        return readable(canonical, typed)


@dataclass(frozen=True)
class Line:
    """A statement on one field, as the desk reads it."""

    value: str
    label: str
    link: str
    reason: str
    by: str
    by_link: str
    governs: bool


def link_to(url: str) -> str:
    """Where the desk says why it may show what it shows of a page."""
    return reverse("admin:analysis_terms_why", query={"url": url})


def view(request: HttpRequest) -> HttpResponse:
    """Answers 422 for what cannot be read, and keeps it as typed."""
    terms = admin.site.get_model_admin(Terms)
    if not terms.has_view_permission(request):
        raise PermissionDenied
    form = WhyForm(request.GET if "url" in request.GET else None)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        context |= _answer(form.cleaned_data["url"], form.cleaned_data["at"] or timezone.now())
    shared = {**admin.site.each_context(request), "opts": terms.opts, "title": _("Why is it so?")}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/analysis/terms/why.html", {**shared, **context}, status=status)


def _answer(url: str, at: datetime) -> dict[str, Any]:
    article = article_at(url)
    publisher = article.publisher if article else publisher_of(host_of(url))
    work = rulebook.work_of(article) if article else Work(url, publisher.pk if publisher else NOBODY)
    found = explain(rulebook.statements(work, at), work, at)
    return {
        "url": url,
        "at": at,
        "article": article,
        "publisher": publisher,
        "host": host_of(url),
        "permit": permit_in_words(found.permit),
        "dateless": found.permit.embargo_until and not work.published_at,
        "fields": _fields(found),
    }


def _fields(found: Explanation) -> list[tuple[Any, str, list[Line]]]:
    """Of each field: its name, a note on what the permit makes of its rule or without one, and the statements."""
    # A withdrawal says nothing of any field: it is named only as what stands in another's way.
    named = (rule for findings in found.findings.values() for f in findings for rule in (f.rule, f.by))
    rules = {rule.id: rule for rule in named if rule}
    labels = names_of(rules.values())
    answer = []
    for name, findings in found.findings.items():
        lines = [_line(name, finding, labels) for finding in findings]
        answer.append((FIELDS[name], _capped(name, found.permit, rules), lines))
    return answer


def _line(name: str, found: Finding, labels: dict[int, tuple[str, str]]) -> Line:
    label, link = labels[found.rule.id]
    by, by_link = labels[found.by.id] if found.by else ("", "")
    return Line(
        value=value_in_words(name, found.rule),
        label=label,
        link=link,
        reason=str(REASONS[found.reason]),
        by=by,
        by_link=by_link,
        governs=found.reason is Reason.GOVERNS,
    )


def _capped(name: str, permit: Permit, rules: dict[int, Rule]) -> str:
    rule = rules.get(permit.governing.get(name, NOBODY))
    if rule is None and name in PRESUMED and name != "quote_chars":
        return _("While nobody says anything of it: at most %(n)d.") % {"n": getattr(permit, name)}
    if rule is None or name not in ("level", "max_words", "quote_words", "ai"):
        return ""
    if getattr(permit, name) == getattr(rule, name):
        return ""
    if permit.embargo_until:
        return _("Nothing while the embargo lasts.")
    if not permit.summary:
        return _("At this level no summary is shown.")
    return _("This level allows %(n)d.") % {"n": getattr(permit, name)}


def names_of(rules: Iterable[Rule]) -> dict[int, tuple[str, str]]:
    """What each saved rule is called, and where the desk shows it. Two queries."""
    numbers = {rule.id for rule in rules}
    found = {}
    for terms in Terms.objects.select_related("publisher", "case").filter(pk__in=[pk for pk in numbers if pk > 0]):
        found[terms.pk] = (statement_in_words(terms), reverse("admin:analysis_terms_change", args=[terms.pk]))
    for hold in Hold.objects.select_related("case").filter(pk__in=[-pk for pk in numbers if pk < 0]):
        since = {"case": hold.case, "day": date_format(hold.starts_at, "j F Y")}
        label = _("Hold of case %(case)s, from %(day)s") % since
        found[-hold.pk] = (label, reverse("admin:analysis_case_change", args=[hold.case_id]))
    return found
