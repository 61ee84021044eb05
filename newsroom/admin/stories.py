"""The stories at the desk: their list, who may do what, and where their screens are."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from analysis import editing, preflight
from analysis.models import Source, Story
from analysis.rendition import Tombstone
from analysis.rendition.stories import preview
from analysis.text import TextError
from newsroom.admin import previews, remarks, steps, unsent, versions
from newsroom.admin.story_list import StoryList
from newsroom.admin.wording import lead_of, permit_in_words
from newsroom.admin.writing import drafts, live, screen
from newsroom.admin.writing.live import preflight_of


def rescuing(site: admin.AdminSite, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view behind the desk's login that keeps what was typed when the login was over before the form was sent."""
    inner = site.admin_view(view)

    def outer(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.method == "POST" and not site.has_permission(request) and (answer := drafts.rescued(request)):
            return answer
        return inner(request, *args, **kwargs)

    return outer


@admin.register(Story)
class StoryAdmin(StoryList):
    # --- who may --------------------------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        """A withdrawn story stays as it is. Who cannot publish changes only their own, until it is published."""
        if not super().has_change_permission(request, obj):
            return False
        if obj is None or not obj.pk:
            return True
        if obj.status == Story.Status.WITHDRAWN:
            return False
        if request.user.has_perm("analysis.publish_story"):
            return True
        # What is saved of a scheduled one is published, so that is a publisher's to save.
        return obj.status in (Story.Status.DRAFT, Story.Status.REVIEW) and obj.created_by_id == request.user.pk

    def has_delete_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        """Nobody deletes what was ever public."""
        if obj is not None and (obj.published_at or not self.has_change_permission(request, obj)):
            return False
        return super().has_delete_permission(request, obj)

    def render_delete_form(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        """Says beforehand whose unsaved text loses its story."""
        unsaved = context["object"].drafts.filter(kept_at__isnull=False)
        typing = unsaved.order_by("by__username").values_list("by__username", flat=True).distinct()
        return super().render_delete_form(request, context | {"typing": list(typing)})

    # --- the screen -----------------------------------------------------------------------------------------------

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context=None) -> HttpResponse:
        return screen.write(self, request, None)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context=None) -> HttpResponse:
        if not object_id.isascii() or not object_id.isdecimal() or len(object_id) > 18:
            raise Http404
        return screen.write(self, request, int(object_id))

    def get_view_on_site_url(self, obj: Story | None = None) -> str | None:
        return obj.get_absolute_url() if obj and obj.status == Story.Status.PUBLISHED else None

    # --- preview and steps ----------------------------------------------------------------------------------------

    def get_urls(self):
        view = self.admin_site.admin_view
        kept = partial(rescuing, self.admin_site)
        keeping = partial(unsent.keeping, self.admin_site)
        return [
            path("add/", kept(self.add_view), name="analysis_story_add"),
            path("<path:object_id>/change/", kept(self.change_view), name="analysis_story_change"),
            # The window's signed token stands in for Django's: a login that came back has another one.
            path("typing/", csrf_exempt(partial(live.typing, stories=self)), name="analysis_story_keep"),
            path("lists/", view(partial(live.lists, stories=self)), name="analysis_story_lists"),
            path("<int:pk>/preview/", view(self.preview_view), name="analysis_story_preview"),
            path("<int:pk>/do/<slug:name>/", keeping(self.step_view), name="analysis_story_step"),
            path("<int:pk>/read/<int:article>/", view(require_POST(self.read_view)), name="analysis_story_read"),
            path(
                "<int:pk>/remarks/<int:remark>/done/",
                view(require_POST(self.remark_done_view)),
                name="analysis_story_remark_done",
            ),
            path("<int:pk>/claims/<int:claim>/", keeping(self.standing_view), name="analysis_story_standing"),
            path("<int:pk>/watch/<int:item>/", keeping(self.resolve_view), name="analysis_story_resolve"),
            *versions.urls(self),
            *previews.urls(self),
            *super().get_urls(),
        ]

    def _story(self, request: HttpRequest, pk: int) -> Story:
        story = get_object_or_404(Story.objects.select_related("topic", "desk", "edited_by", "current"), pk=pk)
        if not self.has_view_or_change_permission(request, story):
            raise PermissionDenied
        return story

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The saved text as the public would see it now, through the same gate and the same template."""
        story = self._story(request, pk)
        content = editing.snapshot(story)
        try:
            page = preview(story, content, editing.render(content)) if content["sources"] else None
        except TextError as error:
            messages.error(request, str(error))
            page = None
        if page is None:
            lead = lead_of(content, timezone.now())
            why = _("There is nothing to preview yet: name the original reporting among the sources.")
            messages.warning(request, permit_in_words(lead) if lead else why)
            return HttpResponseRedirect(reverse("admin:analysis_story_change", args=[pk]))
        # A withdrawn story is a tombstone to the public; the desk may still read what it said.
        withdrawn = story.status == Story.Status.WITHDRAWN
        shown: dict[str, Any] = {
            "preview": True,
            "story": story,
            "steps": [step for step in steps.offered(self, request, story) if step.with_save],
            **({} if withdrawn else preflight_of(preflight.checklist(story, content, timezone.now()))),
        }
        if isinstance(page, Tombstone):
            shown |= {"template": "reader/tombstone.html", "tombstone": page}
        else:
            shown |= {"template": "reader/story.html", "page": page}
        return render(request, "admin/analysis/story/preview.html", shown)

    def step_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        if name not in steps.STEPS:
            raise Http404
        return steps.take(self, request, self._story(request, pk), steps.STEPS[name])

    def read_view(self, request: HttpRequest, pk: int, article: int) -> HttpResponse:
        source = get_object_or_404(Source.objects.select_related("article"), story=pk, article=article)
        return steps.read(self, request, self._story(request, pk), source.article)

    def remark_done_view(self, request: HttpRequest, pk: int, remark: int) -> HttpResponse:
        return remarks.done_view(self, request, self._story(request, pk), remark)

    def standing_view(self, request: HttpRequest, pk: int, claim: int) -> HttpResponse:
        story = self._story(request, pk)
        return steps.stand(self, request, story, get_object_or_404(story.claims.filter(left_out=False), pk=claim))

    def resolve_view(self, request: HttpRequest, pk: int, item: int) -> HttpResponse:
        story = self._story(request, pk)
        return steps.resolve(self, request, story, get_object_or_404(story.watch_items, pk=item))
