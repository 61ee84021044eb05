"""What is done to a story beside writing it: review, publish, note, withdraw, judge a watch item.

Each is a small page that says what will happen, asks what must be known, and then calls analysis/editing.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from analysis import (
    editing,
    establishing,
    judging,
    local_time,
    preflight,
    rendition,
    reporting,
    scheduling,
    standings,
)
from analysis.models import Article, Claim, Story, WatchItem
from analysis.text import TextError
from newsroom import tasks
from newsroom.admin import log, reports, versions
from newsroom.admin.site import who
from newsroom.admin.step_forms import (
    ClosingForm,
    NoteForm,
    ResolveForm,
    ReviseForm,
    ScheduleForm,
    StandingForm,
    StepForm,
    TakeBackForm,
    WithdrawForm,
)
from newsroom.admin.unsent import typed
from newsroom.admin.writing import page, saving

Status = Story.Status


@dataclass(frozen=True)
class Step:
    name: str
    title: Any
    says: Any  # what will happen
    done: Any
    run: Callable[[Story, Any, dict[str, Any]], str | None]  # what it returns is said beside `done`
    from_status: tuple[str, ...]
    form: type[StepForm] = StepForm
    permission: str = ""  # without one: whoever may change the story
    checks: bool = False  # shows what stops publication
    noted: bool = False  # publishes a note on a text that stays as it is

    @property
    def with_save(self) -> bool:
        """Whether the story screen offers it beside Save: what one does with a text that was just written."""
        return self.checks or self.name == "review"

    def allowed(self, stories, request: HttpRequest, story: Story) -> bool:
        if self.permission:
            return request.user.has_perm(self.permission)
        return stories.has_change_permission(request, story)


def _first(story: Story, by, data) -> None:
    editing.publish(story, by)


def _again(story: Story, by, data) -> None:
    thanks = reporting.thanks(data["thanked"])
    revision = editing.publish(story, by, kind=data["kind"], reason=data["reason"], thanks=thanks)
    reporting.accept(data["closed"], by, revision)


def _note(story: Story, by, data) -> None:
    note = editing.note(story, by, data["text"], thanks=reporting.thanks(data["thanked"]))
    assert note.revision  # noqa: S101  that which the note was published with
    reporting.accept(data["closed"], by, note.revision)


def _withdraw(story: Story, by, data) -> None:
    editing.withdraw(story, data["reason"])


def _schedule(story: Story, by, data) -> str:
    scheduling.schedule(story, by, data["at"])
    return _("It is published on %(at)s.") % {"at": local_time.in_words(data["at"], settings.NEWSROOM_TIME_ZONE)}


def _unschedule(story: Story, by, data) -> None:
    scheduling.unschedule(story)


def _move(to: str) -> Callable[[Story, Any, dict[str, Any]], None]:
    def move(story: Story, by, data) -> None:
        Story.objects.filter(pk=story.pk, status__in=[Status.DRAFT, Status.REVIEW]).update(status=to)

    return move


STEPS = {
    "review": Step(
        "review", gettext_lazy("Send to review"), gettext_lazy("An editor will see it among the stories in review."),
        gettext_lazy("It is in review now."), _move(Status.REVIEW), (Status.DRAFT,),
    ),
    "draft": Step(
        "draft", gettext_lazy("Back to draft"), gettext_lazy("It leaves the list of stories in review."),
        gettext_lazy("It is a draft again."), _move(Status.DRAFT), (Status.REVIEW,),
    ),
    "publish": Step(
        "publish", gettext_lazy("Publish"),
        gettext_lazy("The public sees it from now on, and its address is fixed."),
        gettext_lazy("Published. The public sees it now."), _first, tuple(scheduling.SCHEDULABLE),
        permission="analysis.publish_story", checks=True,
    ),
    "schedule": Step(
        "schedule", gettext_lazy("Schedule"),
        gettext_lazy(
            "It is published by itself at the time you choose, in your name. What counts is the text as it is "
            "saved at that time: who saves it until then changes what is published. Everything is checked again "
            "then; what stops it sends it back to review."
        ),
        gettext_lazy("Scheduled. The text as it is saved at that time is published; saving it keeps it scheduled."),
        _schedule, tuple(scheduling.SCHEDULABLE), form=ScheduleForm, permission="analysis.publish_story", checks=True,
    ),
    "unschedule": Step(
        "unschedule", gettext_lazy("Do not publish as scheduled"),
        gettext_lazy("It goes back to review, and is published when somebody says so."),
        gettext_lazy("It is in review now, and no longer scheduled."), _unschedule, (Status.SCHEDULED,),
        permission="analysis.publish_story",
    ),
    "revise": Step(
        "revise", gettext_lazy("Publish the changes"),
        gettext_lazy("The public page is replaced by the text saved here; the one before it stays in its history."),
        gettext_lazy("Published. The public sees the new text now."), _again, (Status.PUBLISHED,),
        form=ReviseForm, permission="analysis.publish_story", checks=True,
    ),
    "note": Step(
        "note", gettext_lazy("Add an editor’s note"),
        gettext_lazy("A dated public statement on the page. The text itself does not change."),
        gettext_lazy("The note is on the page now."), _note, (Status.PUBLISHED,),
        form=NoteForm, permission="analysis.publish_story", noted=True,
    ),
    "withdraw": Step(
        "withdraw", gettext_lazy("Withdraw"),
        gettext_lazy("It leaves every page, feed and search at once, and does not come back. Its address says so."),
        gettext_lazy("Withdrawn. Its address now shows that it was withdrawn, and nothing else."), _withdraw,
        (Status.PUBLISHED,), form=WithdrawForm, permission="analysis.withdraw_story",
    ),
}  # fmt: skip


def fits(step: Step, story: Story) -> bool:
    """Whether the step can be taken from where the story is."""
    return story.status in step.from_status


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

    said = [str(step.done)]

    def run(data: dict[str, Any]) -> None:
        editing.claim_version(story, data["version"])
        if more := step.run(story, request.user, data):
            said.insert(0, more)
        stories.log_change(request, story, log.line(step.title))
        for report in data.get("closed", ()):
            stories.log_change(request, report, reports.accepted(report))
            tasks.deliver_mail.enqueue()

    now = timezone.now()
    # Scheduling looks at what an embargo does not stop: it may end before.
    at = scheduling.earliest(story, now) if step.name == "schedule" else now
    initial = {"version": story.version, "at": story.publish_at or (at if at > now else None)}
    form = step.form(typed(request), initial=initial)
    if isinstance(form, ClosingForm):
        may = request.user.has_perm(reports.DECIDE)
        form.offer(reporting.waiting(story) if may else [], request.GET.get("report", ""))
    if request.method == "POST" and _done(form, story, run):
        messages.success(request, " ".join(said))
        return back
    context: dict[str, Any] = {"title": step.title, "step": step.name}
    cannot = ""
    if step.with_save:  # it takes what is saved
        context["unsaved"] = next(iter(page.unsaved(saving.held(story.pk), who(request), "")), None)
    if step.checks or step.noted:
        content = editing.snapshot(story)
        cannot = editing.hindrance(story, content, step.noted)
        if bool(cannot) == step.noted:  # the saved text and the public one differ
            context["differs"] = versions.what_waits(story)
    if step.checks and not cannot:
        checks = preflight.checklist(story, content, at)
        context |= {
            "checks": checks,
            "advice": [check for check in checks if check.kind == "advice"],
            "unread": preflight.unread(story, content, at),
        }
        if any(check.kind == "stop" for check in checks):
            cannot = _("It cannot be published as it stands.")
    # What would be typed now is asked once nothing is in the way; what was typed already is kept.
    asks = form.is_bound or not cannot
    context |= {"says": step.says if asks else cannot, "asks": asks}
    return _page(stories, request, story, form, context)


def read(stories, request: HttpRequest, story: Story, article: Article) -> HttpResponse:
    """Record that the person has read a source. They say so themselves: that a page was opened would prove nothing."""
    if not stories.has_change_permission(request, story):
        raise PermissionDenied
    unread = Article.objects.filter(pk=article.pk, retrieved_at__isnull=True)
    if unread.update(retrieved_at=timezone.now(), retrieved_by=who(request)):
        stories.log_change(request, story, log.line(gettext_noop("Read: %(title)s"), title=article.title))
        messages.success(request, _("Noted: you have read “%(title)s”.") % {"title": article.title})
    if (step := request.POST.get("step")) in STEPS:
        return HttpResponseRedirect(reverse("admin:analysis_story_step", args=[story.pk, step]))
    return HttpResponseRedirect(reverse("admin:analysis_story_change", args=[story.pk]))


def resolve(stories, request: HttpRequest, story: Story, item: WatchItem) -> HttpResponse:
    """Judge a watch item; or, if it is judged, take the judgment back."""
    if not request.user.has_perm("analysis.resolve_watchitem"):
        raise PermissionDenied
    by, sent = who(request), typed(request)
    # What was sent says what it wants, though somebody was faster: then it is refused, and nothing typed is lost.
    takes_back = "why" in sent if sent else item.state != WatchItem.State.OPEN

    def run(data: dict[str, Any]) -> None:
        editing.claim_version(story, data["version"])
        if takes_back:
            judging.take_back(item, by, data["why"])
            stories.log_change(request, story, log.taken_back(item))
        else:
            judging.judge(item, by, data["state"], data["outcome"], data["url"])
            stories.log_change(request, story, log.judged(item, data["state"]))

    form = (TakeBackForm if takes_back else ResolveForm)(sent, initial={"version": story.version})
    if request.method == "POST" and _done(form, story, run):
        messages.success(request, _("Recorded. Every page that shows this item says so now."))
        return HttpResponseRedirect(reverse("admin:analysis_story_change", args=[story.pk]))
    barred = judging.barred(item, by, judging.judges())
    context = {
        "title": _("Take the judgment back") if takes_back else _("Say how it turned out"),
        "says": _("“%(item)s” By %(due)s, at %(n)d %%. Settled by: %(by)s") % {
            "item": item.statement, "due": date_format(item.due), "n": item.likelihood, "by": item.settled_by,
        },
        "judgments": item.judgments.all(),
        "barred": barred,
        "asks": form.is_bound or not barred,
    }  # fmt: skip
    return _page(stories, request, story, form, context)


def stand(stories, request: HttpRequest, story: Story, claim: Claim) -> HttpResponse:
    """Say where a public claim stands, at once and for every story that uses it."""
    if not request.user.has_perm("analysis.publish_story"):
        raise PermissionDenied
    claim.story = story
    now = standings.on_record([claim.record]).get(claim.record)
    if not now:
        messages.error(request, _("This claim is not public. Say on its story where it stands."))
        return HttpResponseRedirect(reverse("admin:analysis_story_change", args=[story.pk]))

    def run(data: dict[str, Any]) -> None:
        change = establishing.move(claim, who(request), data["to"], data["why"], data["article"], expected=data["was"])
        stories.log_change(request, story, log.stood(claim, change.standing))

    initial = {"version": story.version, "was": now.standing}
    form = StandingForm(typed(request), initial=initial, speaking=standings.speaking(claim))
    if request.method == "POST" and _done(form, story, run):
        messages.success(request, _("On record. Every page that uses this claim shows it now."))
        if without := _without_words(claim):
            messages.warning(request, without)
        return HttpResponseRedirect(reverse("admin:analysis_story_change", args=[story.pk]))
    if form.is_bound and form.data.get("was") != now.standing:  # then it is said again, or not, knowing that
        _mended(form, was=now.standing)
    others = standings.public_of(story.pk).get(claim.pk, (0, 0))[1]
    says = _("“%(claim)s” stands as “%(standing)s”.") % {"claim": claim.text, "standing": now.get_standing_display()}
    if others:
        says += " " + ngettext(
            "%(n)d other story uses it: it shows the new standing at once, and its editor gets a task.",
            "%(n)d other stories use it: they show the new standing at once, and each one’s editor gets a task.",
            others,
        ) % {"n": others}
    context = {"title": _("Say where it stands"), "says": says, "asks": True}
    return _page(stories, request, story, form, context)


def _without_words(claim: Claim) -> str:
    """Where a claim's new standing stands without the reason that was just given; empty if nowhere."""
    found = rendition.claim(claim.record)
    uses = found.uses if isinstance(found, rendition.ClaimRecord) else ()
    titles = [use.story.headline for use in uses if not use.claim.history[-1].why]
    if not titles:
        return ""
    return _(
        "Some pages show it without your reason, because they do not give the credits that the sources of this story "
        "ask for, or because terms forbid it: %(titles)s."
    ) % {"titles": "; ".join(titles)}


def _done(form: StepForm, story: Story, run: Callable[[dict[str, Any]], None]) -> bool:
    """Run a step with what the form holds; what cannot be done is said on the form, and nothing has changed."""
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            run(form.cleaned_data)
    except editing.NotReadyError as error:
        form.add_error(None, error.stops)
    except editing.ConflictError as error:
        _mended(form, version=str(Story.objects.values_list("version", flat=True).get(pk=story.pk)))
        form.add_error(None, _("%(what)s Look at the preview again before you go on.") % {"what": error})
    except (editing.EditingError, TextError) as error:
        form.add_error(None, str(error))
    return form.is_valid()


def _mended(form: StepForm, **fields: str) -> None:
    """What a form holds beside what was typed, as it is by now: so that sending it again says it knowing that."""
    data = QueryDict(mutable=True)
    data.update(form.data)
    for name, value in fields.items():
        data[name] = value
    form.data = data


def _page(stories, request: HttpRequest, story: Story, form: StepForm, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(
        request,
        "admin/analysis/story/step.html",
        {
            **stories.admin_site.each_context(request),
            "opts": stories.opts, "original": story, "subtitle": story.headline, "form": form, **context,
        },
    )  # fmt: skip
