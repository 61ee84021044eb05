"""Preview links at the desk: whoever may change a story makes, sees and ends them."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from analysis import sharing
from analysis.editing import EditingError
from newsroom.admin import log
from newsroom.admin.site import who
from newsroom.templatetags.dates import newsroom_short


class ShareForm(forms.Form):
    days = forms.TypedChoiceField(
        label=gettext_lazy("For how long"),
        coerce=int,
        initial=3,
        widget=forms.RadioSelect,
        choices=lambda: [(n, ngettext("%(n)d day", "%(n)d days", n) % {"n": n}) for n in sharing.DAYS],
    )


def urls(stories) -> list[URLPattern]:
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        return _links(stories, request, pk)

    return [path("<int:pk>/previews/", stories.admin_site.admin_view(view), name="analysis_story_previews")]


def _links(stories, request: HttpRequest, pk: int) -> HttpResponse:
    """The live links of a story. A new one is shown in the answer that makes it, and never again."""
    story = stories._story(request, pk)
    if not stories.has_change_permission(request, story):
        raise PermissionDenied
    if "end" in request.POST:
        number = request.POST["end"]
        link = get_object_or_404(story.preview_links, pk=int(number) if number.isdecimal() and len(number) < 19 else 0)
        sharing.end(link)
        stories.log_change(request, story, log.line(gettext_noop("Preview link ended")))
        messages.success(request, _("Ended. It shows nothing any more."))
        return HttpResponseRedirect(reverse("admin:analysis_story_previews", args=[story.pk]))
    form, made, token = ShareForm(request.POST or None), None, ""
    if form.is_valid():
        try:
            made, token = sharing.make(story, who(request), form.cleaned_data["days"])
        except EditingError as error:
            form.add_error(None, str(error))
        else:
            until = newsroom_short(made.expires_at)
            stories.log_change(request, story, log.line(gettext_noop("Preview link made, until %(when)s"), when=until))
    context = {
        **stories.admin_site.each_context(request),
        "opts": stories.opts,
        "original": story,
        "title": _("Preview links"),
        "subtitle": story.headline,
        "form": form,
        "made": made,
        "path": reverse("preview", args=[token]) if token else "",
        "links": sharing.live(story, timezone.now())[:100],
    }
    return TemplateResponse(request, "admin/analysis/story/previews.html", context)
