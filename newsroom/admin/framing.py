"""A new story in the frame of one that is there: its filing, its form, its slots."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis import editing, working
from newsroom.admin.site import who


class FrameForm(forms.Form):
    headline = forms.CharField(
        label=gettext_lazy("Headline of the new story"),
        max_length=140,
        widget=forms.TextInput(attrs={"class": "vTextField headline-field"}),
    )


def frame_view(stories, request: HttpRequest, pk: int) -> HttpResponse:
    story = stories._story(request, pk)
    if not stories.has_add_permission(request):
        raise PermissionDenied
    form = FrameForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        why = _("in the frame of “%(story)s”") % {"story": story}
        try:
            with transaction.atomic():
                new = working.begin(working.frame(story) | form.cleaned_data, who(request), why=why)
                stories.log_addition(request, new, why)
        except editing.EditingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("A new draft, yours. Nothing of the text was taken over."))
            return HttpResponseRedirect(reverse("admin:analysis_story_change", args=[new.pk]))
    says = _(
        "A new draft of yours, with its topic, desk, language, form and mentions. Nothing that was said is taken over. "
        "If this story is public, the new one follows it; say why."
    )
    return TemplateResponse(
        request,
        "admin/analysis/story/step.html",
        {
            **stories.admin_site.each_context(request),
            "opts": stories.opts, "original": story, "subtitle": story.headline, "form": form,
            "title": _("Write a new story in this frame"), "says": says,
        },
    )  # fmt: skip
