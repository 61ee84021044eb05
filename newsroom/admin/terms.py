"""Statements of terms typed by hand: whose they are, what they say, and what they would change if they were saved."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import path
from django.utils.translation import gettext_lazy as _

from analysis.addresses import canonical, host, host_of, path_prefix
from analysis.explaining import FIELDS
from analysis.models import Publisher, Terms
from analysis.models.publishers import Basis, Scope
from analysis.owners import article_at, publisher_of
from newsroom import tasks
from newsroom.admin import why
from newsroom.admin.fields import readable
from newsroom.admin.foresight import ForesightForm
from newsroom.admin.site import DeskAdmin, who
from newsroom.admin.wording import statement_in_words

_READ = {Scope.DOMAIN: host, Scope.PATH: path_prefix, Scope.URL: canonical}


class TermsForm(ForesightForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "basis" in self.fields:  # signals are read from sites, never typed
            signals = (Basis.PAGE_SIGNAL, Basis.SITE_SIGNAL)
            choices = [choice for choice in Basis.choices if choice[0] not in signals]
            self.fields["basis"].choices = [("", "—"), *choices]  # type: ignore[attr-defined]

    def clean(self):
        data = super().clean() or self.cleaned_data
        self._place(data)
        if data.get("scope") == Scope.HOUSE and (data.get("publisher") or data.get("value")):
            self.add_error("scope", _("The house default is about everyone: empty the publisher and what it names."))
        elif data.get("scope") == Scope.HOUSE and data.get("basis") != Basis.HOUSE:
            self.add_error("basis", _("The house default rests on our own decision: choose that."))
        elif data.get("scope") == Scope.PUBLISHER and data.get("value"):
            self.add_error(
                "value", _("“The publisher” is all of their work: empty this field, or choose what it names.")
            )
        # No constraint in the database: statements of before, which nobody may change or delete, may say nothing.
        says = any(data.get(name) not in (None, "") or name in self.errors for name in FIELDS)
        if data.get("revoked") and says:
            self.add_error(
                "revoked", _("A withdrawal says nothing itself: empty the fields above, or do not tick this.")
            )
        elif not data.get("revoked") and not says:
            self.add_error(
                "level", _("These terms say nothing yet: fill in one of these fields, or tick that they withdraw.")
            )
        return data

    def _place(self, data: dict[str, Any]) -> None:
        """Reads what the terms are about, and whose it is. Of a site that nobody here owns they are kept all the same,
        without a publisher, and bind the day that we cover it."""
        read = _READ.get(data.get("scope", ""))
        if not read or not data.get("value"):
            return
        try:
            value = data["value"] = readable(read, data["value"])
        except ValidationError as error:
            self.add_error("value", error)
            return
        name = host_of(value) or value.partition("/")[0]
        owner, chosen = _owner(data["scope"], value, name), data.get("publisher")
        if not chosen:
            data["publisher"] = owner
        elif owner is None:
            self.add_error(
                "publisher",
                _("%(host)s belongs to no publisher here. Choose none: the terms bind once we cover it. Or give "
                  "%(publisher)s this domain first.") % {"host": name, "publisher": chosen},
            )  # fmt: skip
        elif owner != chosen:
            self.add_error(
                "publisher",
                _("%(host)s belongs to %(publisher)s. Choose it, or leave this empty.")
                % {"host": name, "publisher": owner},
            )


def _owner(scope: str, value: str, name: str) -> Publisher | None:
    """Of a page that we know, the publisher it is known under, whoever has its host: that one's terms it obeys."""
    known = article_at(value) if scope == Scope.URL else None
    return known.publisher if known else publisher_of(name)


@admin.register(Terms)
class TermsAdmin(DeskAdmin):
    """A statement is added, never changed: a newer one at the same place takes its place."""

    form = TermsForm
    fieldsets = [
        (_("About whose work"), {"fields": [("scope", "publisher"), "value", "basis", "effective_from"]}),
        (
            _("What they allow"),
            {
                "fields": [
                    "level",
                    ("max_words", "quote_words", "quote_chars"),
                    ("copied_words", "copied_percent"),
                    ("ai", "embargo_hours"),
                    "attribution",
                ],
                "description": _(
                    "A field left empty says nothing: what was said before, or more broadly, still holds."
                ),
            },
        ),
        (_("Why"), {"fields": ["reason", "note", "revoked"]}),
    ]
    list_display = ["statement", "publisher", "effective_from", "decided_by"]
    list_filter = ["level", "basis", "scope"]
    list_select_related = ["publisher", "case", "decided_by"]
    search_fields = ["publisher__name", "value"]
    ordering = ["-id"]

    @admin.display(description=_("statement"))
    def statement(self, terms: Terms) -> str:
        return statement_in_words(terms)

    def get_urls(self):
        return [path("why/", self.admin_site.admin_view(why.view), name="analysis_terms_why"), *super().get_urls()]

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        form = context["adminform"].form
        if add and form.is_bound and form.effects:  # all that is wrong is that nobody has seen them
            context |= {**form.shown, "errors": None}
        if obj:
            context["subtitle"] = statement_in_words(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Terms, form, change: bool) -> None:
        obj.decided_by = who(request)
        super().save_model(request, obj, form, change)
        tasks.tend_stories.enqueue()
