"""The watch items whose day has come: all on one screen, each judged with what happened and where that can be seen."""

from datetime import date, timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analysis import editing, judging
from analysis.models import Judgment, Story, WatchItem
from newsroom.admin import log
from newsroom.admin.bulk import numbers
from newsroom.admin.site import who
from newsroom.admin.step_forms import ResolveForm
from newsroom.admin.unsent import typed

PAGE = 20
AHEAD = timedelta(days=30)


def between(since: date | None, until: date) -> QuerySet[WatchItem]:
    """The public items that nobody has judged and that are due in these days, both included; oldest first.

    Also those of withdrawn stories, and those that a newer one has replaced: they were promised, and count."""
    items = WatchItem.objects.filter(state=WatchItem.State.OPEN, public_since__isnull=False, due__lte=until)
    return (items.filter(due__gte=since) if since else items).order_by("due", "pk")


class DueForm(ResolveForm):
    """What became of one item. Left empty, it says nothing and asks nothing."""

    version = None  # type: ignore[assignment]  # a public item's words are frozen: what was seen is what is judged

    def __init__(self, data: Any, item: WatchItem, barred: str = "") -> None:
        super().__init__(data, prefix=f"item{item.pk}", empty_permitted=True, use_required_attribute=False)
        state: Any = self.fields["state"]
        state.choices = [("", gettext_lazy("Nothing yet")), *state.choices]
        self.item = item
        self.barred = barred


def view(request: HttpRequest) -> HttpResponse:
    """Show a page of them; or judge those that were filled in, each by itself. Answers 422 if some were refused: those
    come back as they were typed."""
    stories = admin.site.get_model_admin(Story)
    if not (stories.has_view_permission(request) and request.user.has_perm("analysis.resolve_watchitem")):
        raise PermissionDenied
    today = timezone.now().date()
    refused: list[DueForm] = []
    if data := typed(request):
        named = WatchItem.objects.filter(pk__in=numbers(data.getlist("item"))[:PAGE])
        items = named.select_related("story", "superseded_by")
        refused = [form for item in items if (form := DueForm(data, item)).has_changed()]
    if request.method == "POST":
        filled = refused
        refused = [form for form in filled if not _judged(request, form)]
        if not filled:
            messages.warning(request, _("Nothing was said of any item, so nothing was recorded."))
        if n := len(filled) - len(refused):
            said = ngettext("%(n)d item is judged.", "%(n)d items are judged.", n)
            messages.success(request, said % {"n": n})
        if not refused:
            return HttpResponseRedirect(request.get_full_path())
    after = request.GET.get("after", "")
    room = PAGE - len(refused)  # a page asks about no more than is read of what it sends
    waiting = between(None, today + AHEAD).exclude(pk__in=[form.item.pk for form in refused])
    rows = list(_from(waiting, after).select_related("story", "superseded_by").prefetch_related("authors")[: room + 1])
    judges = judging.judges()
    fresh = [DueForm(None, item, judging.barred(item, who(request), judges)) for item in rows[:room]]
    context = {
        **admin.site.each_context(request),
        "opts": stories.opts,
        "title": _("Watch items due"),
        "refused": refused,
        "due": [form for form in fresh if form.item.due <= today],
        "ahead": [form for form in fresh if form.item.due > today],
        "days": AHEAD.days,
        "judged": _judged_lately(),
        "next": f"{fresh[-1].item.due}_{fresh[-1].item.pk}" if fresh and len(rows) > room else "",
        "first": reverse("admin:analysis_watch_due") if after else "",
    }
    status = 422 if refused and request.method == "POST" else 200
    return TemplateResponse(request, "admin/analysis/story/due.html", context, status=status)


def _judged_lately() -> QuerySet[Judgment]:
    """The newest judgments: from here each leads to where it can be taken back."""
    return Judgment.objects.select_related("item").order_by("-pk")[:PAGE]


def _from(items: QuerySet[WatchItem], after: str) -> QuerySet[WatchItem]:
    """The items after the last one of a page; all of them if that place cannot be read."""
    day, _mark, pk = after.partition("_")
    try:
        last, number = date.fromisoformat(day), numbers([pk])[0]
    except (ValueError, IndexError):
        return items
    return items.filter(Q(due__gt=last) | Q(due=last, pk__gt=number))


def _judged(request: HttpRequest, form: DueForm) -> bool:
    if not form.is_valid():
        return False
    data = form.cleaned_data
    try:
        with transaction.atomic():
            judging.judge(form.item, who(request), data["state"], data["outcome"], data["url"])
            stories = admin.site.get_model_admin(Story)
            stories.log_change(request, form.item.story, log.judged(form.item, data["state"]))
    except editing.EditingError as error:
        form.add_error(None, str(error))
    return form.is_valid()
