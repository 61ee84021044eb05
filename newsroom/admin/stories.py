"""The story screen: form, checklist, preview, and who may do what with a story."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis import editing, preflight
from analysis.models import Story
from analysis.models.writing import Slot
from analysis.rendition import Tombstone
from analysis.rendition.stories import preview
from analysis.text import TextError
from newsroom.admin import steps
from newsroom.admin.claims import ClaimInline
from newsroom.admin.conflicts import theirs
from newsroom.admin.fields import offers
from newsroom.admin.forms import SUMMARY, StoryForm, sources_of
from newsroom.admin.rows import LinkInline, MentionInline
from newsroom.admin.site import DeskAdmin, who
from newsroom.admin.sources import SourceInline
from newsroom.admin.watching import WatchInline, replaceable
from newsroom.admin.wording import lead_of, permit_in_words, rule_in_words

HEAD = ["headline", "dek", ("topic", "desk", "edited_by"), ("language", "form", "event_on"), "slug"]


@admin.register(Story)
class StoryAdmin(DeskAdmin):
    form = StoryForm
    inlines = [SourceInline, ClaimInline, WatchInline, LinkInline, MentionInline]
    list_display = ["headline", "status", "published_at", "topic", "desk"]
    list_filter = ["status", "topic", "desk"]
    list_select_related = ["topic", "desk"]
    search_fields = ["headline"]
    search_help_text = gettext_lazy("Words of the headline")
    ordering = ["-id"]  # the primary key: an order by date over all states would read the whole table

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
        return obj.status != Story.Status.PUBLISHED and obj.created_by_id == request.user.pk

    def has_delete_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        """Nobody deletes what was ever public."""
        if obj is not None and (obj.published_at or not self.has_change_permission(request, obj)):
            return False
        return super().has_delete_permission(request, obj)

    # --- the screen -----------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("topic", "desk", "edited_by", "summary")

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        if obj and not self.has_change_permission(request, obj):
            return super().get_form(request, obj, change, **kwargs | {"form": ModelForm})
        # The fields of summary and notes are not the model's, so the fieldsets do not say what the model's are.
        return super().get_form(request, obj, change, **kwargs | {"fields": StoryForm.Meta.fields})

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and hasattr(field.widget, "can_change_related"):  # one may add a topic in passing, not rename one
            widget = field.widget
            widget.can_change_related = widget.can_view_related = widget.can_delete_related = False
        return field

    def get_fieldsets(self, request: HttpRequest, obj: Story | None = None):
        if obj and not self.has_change_permission(request, obj):
            return [(None, {"fields": [*HEAD, "disclosure"]})]
        filled = set(obj.notes.values_list("slot", flat=True)) if obj else {Slot.TAKE}
        filled |= {slot for slot in Slot if request.POST.get(f"note_{slot}_text")}
        rests_on = bool(obj and sources_of(obj))
        notes = [
            (
                slot.label,
                {
                    "fields": [f"note_{slot}_title", f"note_{slot}_text"] + [f"note_{slot}_rests_on"] * rests_on,
                    "classes": ["note"] if slot in filled else ["note", "collapse"],
                },
            )
            for slot in Slot
        ]
        return [
            (None, {"fields": [*HEAD, "version"]}),
            (_("The news"), {"fields": [SUMMARY[0], SUMMARY[1:]]}),
            *notes,
            (_("How this was made"), {"fields": ["disclosure"]}),
        ]

    def get_inline_instances(self, request: HttpRequest, obj: Story | None = None):
        if obj and obj.pk and not self.has_change_permission(request, obj):
            return []  # who only looks has the preview
        return super().get_inline_instances(request, obj)

    def get_formset_kwargs(self, request: HttpRequest, obj, inline, prefix):
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if isinstance(inline, ClaimInline):
            kwargs["form_kwargs"] = {"sources": sources_of(obj)}
        if isinstance(inline, WatchInline):
            kwargs["form_kwargs"] = {"replaceable": replaceable(obj)}
        return kwargs

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        form = context["adminform"].form
        context["offers"] = offers()
        context["show_save_and_continue"] = context["show_save_and_add_another"] = False
        if obj and obj.pk:
            context["desk"] = desk = self._desk(request, obj)
            if "summary_text" in form.fields and desk.get("lead"):
                form.fields["summary_text"].widget.limit = desk["lead"].max_words
            if form.is_bound and getattr(form, "conflict", False):
                context["theirs"] = theirs(form, [f.formset for f in context["inline_admin_formsets"]])
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _desk(self, request: HttpRequest, obj: Story) -> dict:
        """What stands beside the form: the terms, the checklist, what can be done next. Of the saved text."""
        story = Story.objects.select_related("topic", "desk", "edited_by", "summary", "current").get(pk=obj.pk)
        now = timezone.now()
        content = editing.snapshot(story)
        lead = lead_of(content, now)
        return {
            "story": story,
            "lead": lead,
            "permit": permit_in_words(lead) if lead else "",
            "rule": rule_in_words(lead) if lead else "",
            "stops": preflight.stops(story, content, now),
            "advice": preflight.advice(content),
            "unpublished": bool(story.current and story.current.sha256 != editing.digest(content)),
            "steps": steps.offered(self, request, story),
            "revisions": list(story.revisions.select_related("created_by").defer("content", "html")[:10]),
        }

    def get_view_on_site_url(self, obj: Story | None = None) -> str | None:
        return obj.get_absolute_url() if obj and obj.status == Story.Status.PUBLISHED else None

    # --- saving ---------------------------------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Story, form: StoryForm, change: bool) -> None:
        if change:
            editing.claim_version(obj, form.cleaned_data["version"])
            # Only what the form holds: status and current revision are not the form's to write.
            obj.save(update_fields=[name for name in StoryForm.Meta.fields if name in form.fields])
        else:
            obj.created_by = who(request)
            obj.save()
        form.save_writing()

    def save_formset(self, request: HttpRequest, form, formset, change: bool) -> None:
        formset.by = request.user
        formset.save()

    def response_add(self, request: HttpRequest, obj: Story, post_url_continue=None) -> HttpResponse:
        return self._saved(request, obj)

    def response_change(self, request: HttpRequest, obj: Story) -> HttpResponse:
        return self._saved(request, obj)

    def _saved(self, request: HttpRequest, story: Story) -> HttpResponse:
        public = story.status == Story.Status.PUBLISHED
        said = _("Saved. The public page is unchanged until you publish.") if public else _("Saved. It is not public.")
        messages.success(request, said)
        if "_preview" in request.POST:
            return HttpResponseRedirect(reverse("admin:analysis_story_preview", args=[story.pk]))
        if request.POST.get("_step") in steps.STEPS:
            return HttpResponseRedirect(reverse("admin:analysis_story_step", args=[story.pk, request.POST["_step"]]))
        return HttpResponseRedirect(reverse("admin:analysis_story_change", args=[story.pk]))

    # --- preview and steps ----------------------------------------------------------------------------------------

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/preview/", view(self.preview_view), name="analysis_story_preview"),
            path("<int:pk>/do/<slug:name>/", view(self.step_view), name="analysis_story_step"),
            path("<int:pk>/watch/<int:item>/", view(self.resolve_view), name="analysis_story_resolve"),
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
        stops = [] if story.status == Story.Status.WITHDRAWN else preflight.stops(story, content, timezone.now())
        if isinstance(page, Tombstone):
            shown = {"template": "reader/tombstone.html", "tombstone": page, "stops": stops}
        else:
            shown = {"template": "reader/story.html", "page": page, "stops": stops}
        return render(request, "admin/analysis/story/preview.html", shown | {"preview": True, "story": story})

    def step_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        if name not in steps.STEPS:
            raise Http404
        return steps.take(self, request, self._story(request, pk), steps.STEPS[name])

    def resolve_view(self, request: HttpRequest, pk: int, item: int) -> HttpResponse:
        story = self._story(request, pk)
        return steps.resolve(self, request, story, get_object_or_404(story.watch_items, pk=item))
