"""The list of stories: opens in the same time however many there are, is searched, filtered, and changed in bulk."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis import local_time, search
from analysis.models import Story
from newsroom.admin import bulk, due, glance, offers, remarks, unsent
from newsroom.admin.site import DeskAdmin, who

NEWEST = 5_000  # stories whose headlines are searched; the words of published ones have an index
FOUND = 200


class StatusFilter(admin.SimpleListFilter):
    title = gettext_lazy("Status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("Not public yet")), *Story.Status.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        wanted = glance.NOT_PUBLIC if self.value() == "open" else [self.value()]
        if self.value() is None:
            return queryset
        if request.GET.get("q"):  # SQLite would read every story of a status, by its index, and not the few found
            return queryset.alias(state=Concat("status", Value(""))).filter(state__in=wanted)
        return queryset.filter(status__in=wanted)


class WhoseFilter(admin.SimpleListFilter):
    title = gettext_lazy("Whose")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("mine", _("Begun by me")), ("remarks", _("With remarks to me"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        match self.value():
            case "mine":
                return queryset.filter(created_by=request.user)
            case "remarks":
                return queryset.filter(pk__in=remarks.waiting_for(who(request)).values("story"))
        return queryset


def titled(title: Any) -> type[admin.RelatedFieldListFilter]:
    """A filter by a related row, under a title of its own."""

    class Titled(admin.RelatedFieldListFilter):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.title = title

    return Titled


class StoryList(DeskAdmin):
    list_display = ["chosen", "headline", "state", "topic", "desk", "begun_by"]
    list_display_links = ["headline"]
    list_filter = [
        StatusFilter,
        WhoseFilter,
        ("topic", titled(gettext_lazy("Topic"))),
        ("desk", titled(gettext_lazy("Desk"))),
    ]
    search_fields = ["headline"]
    search_help_text = gettext_lazy(
        "Searches all words of published stories, and the headlines of the newest 5,000 of all."
    )
    sortable_by = ()  # an order by any column would read the whole table

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Newest first, as an index has them: of one state or of those that are not public, else by primary key."""
        status = request.GET.get("status")
        if status == Story.Status.SCHEDULED:
            return ("publish_at", "id")
        if request.GET.keys() & {"whose", "topic__id__exact", "desk__id__exact"}:
            return ("-id",)
        if status == "open":
            return ("status", "-published_at", "-id")
        return ("-published_at", "-id") if status in Story.Status.values else ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Story]:
        return super().get_queryset(request).select_related("topic", "desk", "created_by")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """The newest stories that hold every word; the numbers first, so that no filter makes it read more."""
        words = search.query_tokens(search_term)
        if not search_term.strip():
            return queryset, False
        if not words:
            return queryset.none(), False
        # From which on they are the newest. As a subquery, PostgreSQL would hash it and read the whole table beside it.
        oldest = Story.objects.order_by("-pk").values_list("pk", flat=True)[NEWEST - 1 : NEWEST]
        named = Q(pk__gte=next(iter(oldest), 0))
        for word in words:
            named &= Q(headline__icontains=word)
        in_headline = Story.objects.filter(named).order_by("-pk").values_list("pk", flat=True)[:FOUND]
        return queryset.filter(pk__in={*in_headline, *search.newest(words, FOUND)}), False

    @admin.display(description=gettext_lazy("status"))
    def state(self, story: Story) -> str:
        status = story.get_status_display()
        if story.status == Story.Status.SCHEDULED and story.publish_at:
            at = local_time.short(story.publish_at, settings.NEWSROOM_TIME_ZONE)
            if story.publish_at < timezone.now():
                return format_html('{} <strong class="late">{}</strong>', status, _("late: %(when)s") % {"when": at})
            return _("%(status)s, %(when)s") % {"status": status, "when": at}
        if story.status == Story.Status.PUBLISHED and story.published_at:
            return _("%(status)s, %(when)s") % {"status": status, "when": date_format(story.published_at, _("j M Y"))}
        return status

    @admin.display(description=gettext_lazy("begun by"), empty_value="—")
    def begun_by(self, story: Story) -> str | None:
        return str(story.created_by) if story.created_by else None

    # --- what is done to several ----------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("chosen"))
    def chosen(self, story: Story) -> str:
        return format_html(
            '<input type="checkbox" name="story" value="{}" aria-label="{}">',
            story.pk,
            _("Choose “%(story)s”") % {"story": story},
        )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        # Not as actions of the admin: those trust the numbers that a browser sends, and change rows nobody has seen.
        if request.method == "POST" and self.has_view_permission(request):
            return bulk.choose(self, request)
        return super().changelist_view(request, {"changes": bulk.offered(request), **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        keeping = partial(unsent.keeping, self.admin_site)
        return [
            path("due/", keeping(due.view), name="analysis_watch_due"),
            path("glance/<slug:name>/", view(glance.page), name="analysis_glance"),
            path("bulk/<slug:name>/", keeping(self.bulk_view), name="analysis_story_bulk"),
            *offers.urls(self),
            *super().get_urls(),
        ]

    def bulk_view(self, request: HttpRequest, name: str) -> HttpResponse:
        return bulk.confirm(self, request, name)
