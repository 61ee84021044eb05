"""What is done to a story beside writing it: review, publish, note, withdraw, judge a watch item.

Each is a small page that says what will happen, asks what must be known, and then calls analysis/editing.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis import editing, preflight
from analysis.models import Story, WatchItem
from analysis.models.publication import RevisionKind
from analysis.models.watch import WatchItemState
from analysis.text import TextError
from newsroom.admin.site import who

Status = Story.Status


class StepForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)  # what the person has seen is what is acted on


class ReviseForm(StepForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("What kind of change is it?"),
        widget=forms.RadioSelect,
        choices=[
            (RevisionKind.EDIT, gettext_lazy("Minor edit: a typo, nothing that a reader was told wrongly")),
            (RevisionKind.UPDATE, gettext_lazy("Update: something new has happened")),
            (RevisionKind.CLARIFICATION, gettext_lazy("Clarification: what we wrote could be misread")),
            (RevisionKind.CORRECTION, gettext_lazy("Correction: what we wrote was wrong")),
        ],
    )
    reason = forms.CharField(
        label=gettext_lazy("The sentence that readers see"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What was wrong, and what is right. Needed for a correction and a clarification."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kind") in editing.EXPLAINED and not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", editing.EXPLAIN)
        return data


class NoteForm(StepForm):
    text = forms.CharField(
        label=gettext_lazy("The note, as readers see it"), max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )


class WithdrawForm(StepForm):
    reason = forms.CharField(
        label=gettext_lazy("Why it is withdrawn"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept here, not shown on the page."),
    )


class ResolveForm(StepForm):
    state = forms.ChoiceField(
        label=gettext_lazy("How did it turn out?"),
        widget=forms.RadioSelect,
        choices=[choice for choice in WatchItemState.choices if choice[0] != WatchItemState.OPEN],
    )
    outcome = forms.CharField(
        label=gettext_lazy("What happened, and what shows it"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    url = forms.URLField(label=gettext_lazy("Where that can be seen"), max_length=500, required=False)


@dataclass(frozen=True)
class Step:
    name: str
    title: Any
    says: Any  # what will happen
    done: Any
    run: Callable[[Story, Any, dict[str, Any]], object]
    from_status: str
    form: type[StepForm] = StepForm
    permission: str = ""  # without one: whoever may change the story
    checks: bool = False  # shows what stops publication

    def allowed(self, stories, request: HttpRequest, story: Story) -> bool:
        if self.permission:
            return request.user.has_perm(self.permission)
        return stories.has_change_permission(request, story)


def _first(story: Story, by, data) -> None:
    editing.publish(story, by)


def _again(story: Story, by, data) -> None:
    editing.publish(story, by, kind=data["kind"], reason=data["reason"])


def _note(story: Story, by, data) -> None:
    # A note publishes too: edits that wait in the working copy would go out with it, unannounced.
    if story.current and editing.digest(editing.snapshot(story)) != story.current.sha256:
        raise editing.EditingError(
            _("There are saved changes that are not public yet. Publish them first, then add the note.")
        )
    editing.note(story, by, data["text"])


def _withdraw(story: Story, by, data) -> None:
    editing.withdraw(story, data["reason"])


def _move(to: str) -> Callable[[Story, Any, dict[str, Any]], object]:
    return lambda story, by, data: Story.objects.filter(pk=story.pk, status__in=[Status.DRAFT, Status.REVIEW]).update(
        status=to
    )


STEPS = {
    "review": Step(
        "review", gettext_lazy("Send to review"), gettext_lazy("An editor will see it among the stories in review."),
        gettext_lazy("It is in review now."), _move(Status.REVIEW), Status.DRAFT,
    ),
    "draft": Step(
        "draft", gettext_lazy("Back to draft"), gettext_lazy("It leaves the list of stories in review."),
        gettext_lazy("It is a draft again."), _move(Status.DRAFT), Status.REVIEW,
    ),
    "publish": Step(
        "publish", gettext_lazy("Publish"),
        gettext_lazy("The public sees it from now on, and its address is fixed."),
        gettext_lazy("Published. The public sees it now."), _first, Status.DRAFT,
        permission="analysis.publish_story", checks=True,
    ),
    "revise": Step(
        "revise", gettext_lazy("Publish the changes"),
        gettext_lazy("The public page is replaced by the text saved here; the version of before stays in its history."),
        gettext_lazy("Published. The public sees the new text now."), _again, Status.PUBLISHED,
        form=ReviseForm, permission="analysis.publish_story", checks=True,
    ),
    "note": Step(
        "note", gettext_lazy("Add an editor’s note"),
        gettext_lazy("A dated public statement on the page. The text itself does not change."),
        gettext_lazy("The note is on the page now."), _note, Status.PUBLISHED,
        form=NoteForm, permission="analysis.publish_story",
    ),
    "withdraw": Step(
        "withdraw", gettext_lazy("Withdraw"),
        gettext_lazy("It leaves every page, feed and search at once, and does not come back. Its address says so."),
        gettext_lazy("Withdrawn. Its address now shows that it was withdrawn, and nothing else."), _withdraw,
        Status.PUBLISHED, form=WithdrawForm, permission="analysis.withdraw_story",
    ),
}  # fmt: skip


def fits(step: Step, story: Story) -> bool:
    """Whether the step can be taken from where the story is."""
    return story.status == step.from_status or (step.name == "publish" and story.status == Status.REVIEW)


def offered(stories, request: HttpRequest, story: Story) -> list[Step]:
    return [step for step in STEPS.values() if fits(step, story) and step.allowed(stories, request, story)]


def take(stories, request: HttpRequest, story: Story, step: Step) -> HttpResponse:
    if not step.allowed(stories, request, story):
        raise PermissionDenied
    back = HttpResponseRedirect(reverse("admin:analysis_story_change", args=[story.pk]))
    if not fits(step, story):
        messages.error(
            request, _("This story is “%(status)s”, so that cannot be done.") % {"status": story.get_status_display()}
        )
        return back

    def run(data: dict[str, Any]) -> None:
        editing.claim_version(story, data["version"])
        step.run(story, request.user, data)
        stories.log_change(request, story, str(step.title))

    form = step.form(request.POST if request.method == "POST" else None, initial={"version": story.version})
    if _done(form, story, run):
        messages.success(request, str(step.done))
        return back
    context: dict[str, Any] = {"title": step.title, "says": step.says}
    if step.checks:
        content = editing.snapshot(story)
        context |= {"stops": preflight.stops(story, content, timezone.now()), "advice": preflight.advice(content)}
    return _page(stories, request, story, form, context)


def resolve(stories, request: HttpRequest, story: Story, item: WatchItem) -> HttpResponse:
    if not request.user.has_perm("analysis.resolve_watchitem"):
        raise PermissionDenied

    def run(data: dict[str, Any]) -> None:
        editing.claim_version(story, data["version"])
        editing.resolve(item, who(request), data["state"], data["outcome"], data["url"])
        stories.log_change(request, story, f"{item}: {data['state']}")

    form = ResolveForm(request.POST if request.method == "POST" else None, initial={"version": story.version})
    if _done(form, story, run):
        messages.success(request, _("Recorded. Every page that shows this item says so now."))
        return HttpResponseRedirect(reverse("admin:analysis_story_change", args=[story.pk]))
    says = _("“%(item)s” By %(due)s, at %(n)d %%. Settled by: %(by)s") % {
        "item": item.statement, "due": date_format(item.due), "n": item.likelihood, "by": item.settled_by,
    }  # fmt: skip
    return _page(stories, request, story, form, {"title": _("Say how it turned out"), "says": says})


def _done(form: StepForm, story: Story, run: Callable[[dict[str, Any]], None]) -> bool:
    """Run a step with what the form holds; what cannot be done is said on the form, and nothing has changed."""
    if not form.is_bound or not form.is_valid():
        return False
    try:
        with transaction.atomic():
            run(form.cleaned_data)
    except editing.NotReadyError as error:
        form.add_error(None, error.stops)
    except editing.ConflictError as error:
        data = QueryDict(mutable=True)
        data.update(form.data)
        data["version"] = str(Story.objects.values_list("version", flat=True).get(pk=story.pk))
        form.data = data
        form.add_error(None, _("%(what)s Look at the preview again before you go on.") % {"what": error})
    except (editing.EditingError, TextError) as error:
        form.add_error(None, str(error))
    return form.is_valid()


def _page(stories, request: HttpRequest, story: Story, form: StepForm, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(
        request,
        "admin/analysis/story/step.html",
        {
            **stories.admin_site.each_context(request),
            "opts": stories.opts, "original": story, "subtitle": story.headline, "form": form, **context,
        },
    )  # fmt: skip
