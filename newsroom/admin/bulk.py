"""The same change to several stories: what it will do to each is shown first, and each is changed by itself.

A row carries the version that was seen; one that somebody saved meanwhile is left as it is, and named.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from analysis import editing, working
from analysis.models import Story, Topic
from newsroom.admin import log, steps
from newsroom.admin.site import who
from newsroom.admin.step_forms import WithdrawForm
from newsroom.admin.unsent import typed

MOST = 100
LARGEST = 2**63 - 1


class TopicForm(forms.Form):
    topic = forms.ModelChoiceField(Topic.objects.all(), label=gettext_lazy("The new topic"))


class ReasonForm(WithdrawForm):
    version = None  # type: ignore[assignment]  # each row has its own


@dataclass(frozen=True)
class Change:
    """One thing that can be done to several stories. `why_not` says in words why it cannot be done to one of them."""

    title: Any
    says: Any
    permission: str  # without it nobody is offered it; whether a story may be changed is asked of each
    form: type[forms.Form]
    why_not: Callable[[Any, HttpRequest, Story], str]
    run: Callable[[Story, Any, dict[str, Any]], log.Message]  # what the story's log says of it


def _not_to_be_changed(stories: Any, request: HttpRequest, story: Story) -> str:
    if story.status == Story.Status.WITHDRAWN:
        return _("It is withdrawn, and stays as it is.")
    return "" if stories.has_change_permission(request, story) else _("You may not change it.")


def _step(name: str, form: type[forms.Form]) -> Change:
    step = steps.STEPS[name]

    def why_not(stories: Any, request: HttpRequest, story: Story) -> str:
        if not steps.fits(step, story):
            return _("It is “%(status)s”.") % {"status": story.get_status_display()}
        return "" if step.allowed(stories, request, story) else _("You may not do this to it.")

    def run(story: Story, by: Any, data: dict[str, Any]) -> log.Message:
        step.run(story, by, data)
        return log.line(step.title)

    return Change(step.title, step.says, step.permission or "analysis.change_story", form, why_not, run)


def _file_under(story: Story, by: Any, data: dict[str, Any]) -> log.Message:
    if story.topic_id == data["topic"].pk:
        raise editing.EditingError(_("It is filed under “%(topic)s” already.") % {"topic": data["topic"]})
    said = log.line(gettext_noop("Topic: %(topic)s"), topic=data["topic"])
    working.write(story, editing.snapshot(story) | {"topic": data["topic"].slug}, by, why=log.written(said))
    return said


CHANGES = {
    "topic": Change(
        gettext_lazy("Change the topic"),
        gettext_lazy(
            "It changes the working copies. A public page stays under its topic until its story is published again."
        ),
        "analysis.change_story", TopicForm, _not_to_be_changed, _file_under,
    ),
    "review": _step("review", forms.Form),
    "withdraw": _step("withdraw", ReasonForm),
}  # fmt: skip


def offered(request: HttpRequest) -> dict[str, Change]:
    return {name: change for name, change in CHANGES.items() if request.user.has_perm(change.permission)}


def numbers(typed: Iterable[str]) -> list[int]:
    """The row numbers among what a browser sent, each once; junk is passed over."""
    found = (int(text) for text in typed if text.isascii() and text.isdigit() and len(text) < 20)
    return list(dict.fromkeys(n for n in found if n <= LARGEST))


def versions_of(typed: Iterable[str]) -> dict[int, int]:
    """The version of each story that a person has seen, as “number-version” in what a browser sent; junk is passed
    over."""
    seen: dict[int, int] = {}
    for row in typed:
        pk, _mark, version = row.partition("-")
        if (number := numbers([pk])) and (based_on := numbers([version])):
            seen[number[0]] = based_on[0]
    return seen


def choose(stories: Any, request: HttpRequest) -> HttpResponse:
    """From the list to the page that shows what will be changed."""
    chosen = numbers(request.POST.getlist("story"))
    back = HttpResponseRedirect(request.get_full_path())
    if not chosen or len(chosen) > MOST:
        messages.warning(request, _("Choose from 1 to %(n)d stories.") % {"n": MOST})
        return back
    name = request.POST.get("change", "")
    if name not in CHANGES:
        messages.warning(request, _("Choose what is to be done."))
        return back
    return _page(stories, request, _allowed(request, name), CHANGES[name].form(), dict.fromkeys(chosen))


def confirm(stories: Any, request: HttpRequest, name: str) -> HttpResponse:
    """Change each story that was shown, if it is still as it was shown; then say which were left, and why."""
    change = CHANGES[_allowed(request, name)]
    data = typed(request)
    seen = versions_of(data.getlist("story")) if data else {}
    back = HttpResponseRedirect(reverse("admin:analysis_story_changelist"))
    if not seen or len(seen) > MOST:
        return back
    form = change.form(data)
    if request.method != "POST" or not form.is_valid():
        return _page(stories, request, name, form, seen)
    done, left = 0, []
    for story in _stories(seen):
        try:
            _change(stories, request, change, story, seen[story.pk], form.cleaned_data)
            done += 1
        except editing.EditingError as error:
            left.append(_("“%(story)s” was left as it is. %(why)s") % {"story": story, "why": error})
    if done:
        said = ngettext("%(what)s: done to %(n)d story.", "%(what)s: done to %(n)d stories.", done)
        messages.success(request, said % {"what": change.title, "n": done})
    for line in left:
        messages.warning(request, line)
    return back


@transaction.atomic
def _change(
    stories: Any, request: HttpRequest, change: Change, story: Story, version: int | None, data: dict[str, Any]
) -> None:
    """Raises EditingError, with nothing changed, if it may not be done, or not any more."""
    editing.claim_version(story, version or 0)
    # Read again, now that the row is ours: some steps change a story without taking a version.
    story = Story.objects.select_related("topic", "current").get(pk=story.pk)
    if why_not := change.why_not(stories, request, story):
        raise editing.EditingError(why_not)
    stories.log_change(request, story, change.run(story, who(request), data))


def _allowed(request: HttpRequest, name: str) -> str:
    if name not in CHANGES:
        raise Http404
    if name not in offered(request):
        raise PermissionDenied
    return name


def _stories(numbers: Iterable[int]) -> Sequence[Story]:
    return list(Story.objects.filter(pk__in=list(numbers)).select_related("topic", "current").order_by("-id"))


def _page(
    stories: Any, request: HttpRequest, name: str, form: forms.Form, seen: Mapping[int, int | None]
) -> HttpResponse:
    """`seen`: the version of each story that a person has seen; None: it is shown now."""
    change = CHANGES[name]
    shown = [(story, change.why_not(stories, request, story)) for story in _stories(seen)]
    context = {
        **stories.admin_site.each_context(request),
        "opts": stories.opts,
        "title": change.title,
        "says": change.says,
        "name": name,
        "form": form,
        "rows": [(story, seen[story.pk] or story.version) for story, why in shown if not why],
        "left": [(story, why) for story, why in shown if why],
    }
    status = 422 if form.errors and request.method == "POST" else 200
    return TemplateResponse(request, "admin/analysis/story/bulk.html", context, status=status)
