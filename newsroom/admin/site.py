"""What all screens of the desk share."""

from collections.abc import Iterator
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import BaseForm, ModelForm
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext_lazy as _

from newsroom.admin import unsent

admin.site.site_header = settings.SITE_NAME
admin.site.site_title = settings.SITE_NAME
admin.site.index_title = _("The desk")
admin.site.enable_nav_sidebar = False
# Asked for at account/login/, which comes back to `next`.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# Deletion in bulk asks no question of the rows, and answers a junk id with a 500.
admin.site.disable_action("delete_selected")


def who(request: HttpRequest) -> User:
    """Who is at the desk. Every view here stands behind the login."""
    assert isinstance(request.user, User)  # noqa: S101  for the type checker: nobody anonymous comes this far
    return request.user


class FewPages(Paginator):
    """Counts up to a bound only: an exact count reads the whole table. What is older is found by search or filter."""

    LIMIT = 2_000
    object_list: QuerySet

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[: self.LIMIT].count()


class ShownAgain:
    """A form that is shown as it was typed, and saved by nobody."""

    def is_valid(self) -> bool:
        return False


class DeskAdmin(admin.ModelAdmin):
    """A list that costs the same in a large archive; `fixed` fields can be written once, when the row is made."""

    actions = None
    paginator = FewPages
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    show_facets = admin.ShowFacets.NEVER  # they count the whole table, once for each choice
    fixed: tuple[str, ...] = ()
    keeps_words = True  # what is typed into its form survives the login (unsent.py)

    def changelist_view(self, request: HttpRequest, extra_context=None):
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        return (*super().get_readonly_fields(request, obj), *(self.fixed if obj else ()))

    def changeform_view(self, request: HttpRequest, object_id=None, form_url="", extra_context=None):
        unsent.forget(request)
        if request.method == "GET" and self._may_write(request, object_id) and (data := unsent.typed(request)):
            # As a form that was sent and is not valid: so Django shows it, with its lines, and saves nothing.
            request.FILES  # noqa: B018  asked now: the first time it is, it empties POST
            shown: Any = request
            shown.method, shown.POST, shown.shown_again = "POST", data, True
            return self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _may_write(self, request: HttpRequest, object_id) -> bool:
        if object_id is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request)

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        return type("ShownAgain", (ShownAgain, form), {}) if getattr(request, "shown_again", False) else form

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["mistakes"] = [
            *_mistakes(context["adminform"].form),
            *(
                mistake
                for inline in context["inline_admin_formsets"]
                for n, form in enumerate(inline.formset.forms, start=1)
                if not (form.is_bound and inline.formset.can_delete and inline.formset._should_delete_form(form))
                for mistake in _mistakes(form, f"{capfirst(inline.opts.verbose_name)} {n}, ")
            ),
        ]
        return super().render_change_form(request, context, add, change, form_url, obj)


def _mistakes(form: BaseForm, before: str = "") -> Iterator[tuple[str, str, str]]:
    """The id of each field that is wrong, what it is called, and what is wrong with it."""
    for name, errors in form.errors.items() if form.is_bound else ():
        if name in form.fields and not form[name].is_hidden:
            field = form[name]
            at = field.id_for_label or f"{field.auto_id}_0"  # of radio buttons, the first
            yield at, f"{before}{field.label}" if before else capfirst(str(field.label)), " ".join(map(str, errors))


class NamedForm(ModelForm):
    """A row whose address is made of its name when none is given. Works without the admin's script."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False

    def clean(self):
        data = super().clean() or self.cleaned_data
        if "slug" in self.fields and not data.get("slug") and data.get("name"):
            field = self._meta.model._meta.get_field("slug")
            data["slug"] = slugify(data["name"])[: field.max_length]
            if not data["slug"]:
                raise ValidationError({"slug": _("Write an address: none can be made of this name.")})
        return data
