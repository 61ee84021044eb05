"""What needs an editor: published stories of which something is withheld since terms changed, which ends by itself;
or of which a claim stands otherwise since, which ends with the next publication."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis.models import DeskTask
from newsroom.admin.site import DeskAdmin


class MineFilter(admin.SimpleListFilter):
    title = gettext_lazy("Who published it")
    parameter_name = "whose"

    def lookups(self, request, model_admin):
        return [("mine", _("Published by me"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(editor=request.user) if self.value() == "mine" else queryset


@admin.register(DeskTask)
class DeskTaskAdmin(DeskAdmin):
    """Made and ended by analysis/tending.py and establishing.py; here one only sees them, and opens the story."""

    list_display = ("opens", "kind", "words_now", "since", "editor")
    list_display_links = None
    list_filter = (MineFilter, "kind")
    list_select_related = ("story", "editor")
    ordering = ("since", "id")

    @admin.display(description=gettext_lazy("story"))
    def opens(self, task: DeskTask) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:analysis_story_change", args=[task.story_id]), task.story
        )

    @admin.display(description=gettext_lazy("words"))
    def words_now(self, task: DeskTask) -> str:
        if task.kind in (DeskTask.Kind.SUMMARY_MACHINE, DeskTask.Kind.STANDING):
            return "—"
        return _("%(n)d; %(max)d allowed") % {"n": task.words, "max": task.allowed}

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission
