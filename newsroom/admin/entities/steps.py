"""What the steps of an entity share: whom they are about, the question why, and their page."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis.models import Entity


class WhyForm(forms.Form):
    seen = forms.IntegerField(widget=forms.HiddenInput)  # with which other entity: what was shown is what is done
    why = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept here, not shown on any page."),
    )


def entity_of(entities: Any, request: HttpRequest, pk: int, *more: str) -> Entity:
    if not request.user.has_perms(["analysis.merge_entity", *more]):  # type: ignore[union-attr]
        raise PermissionDenied
    return get_object_or_404(Entity.objects.select_related("merged_into"), pk=pk)


def back_to(entity: Entity) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:analysis_entity_change", args=[entity.pk]))


def page(
    entities: Any, request: HttpRequest, entity: Entity, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    shown = {**entities.admin_site.each_context(request), "opts": entities.opts, "original": entity, **context}
    return TemplateResponse(request, f"admin/analysis/entity/{template}.html", shown, status=status)


def merged(entity: Entity) -> str:
    """Why nothing can be done to an entity that was merged."""
    named = {"name": entity, "other": entity.merged_into}
    return _("“%(name)s” was merged into “%(other)s”. Take that back first.") % named
