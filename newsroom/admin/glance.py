"""The newsroom at a glance: what waits for whoever is signed in, section by section, on the desk's first page.

Each section asks one question, answered by an index, and reads no more than MOST rows whatever the archive holds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis import evidence, rights
from analysis.models import Case, DeskTask, Draft, ErrorReport, SignalSource, Story
from newsroom.admin import due, remarks
from newsroom.admin.site import who
from newsroom.admin.waiting import needing
from newsroom.templatetags.dates import newsroom_short

SHOWN = 5  # on the first page
MOST = 100  # counted, and listed on a page of their own
NOT_PUBLIC = (Story.Status.DRAFT, Story.Status.REVIEW, Story.Status.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    url: str
    detail: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """What is found under one heading: all lines up to MOST, and whether there are more."""

    title: str
    link: str
    lines: list[Line]
    more: bool

    @property
    def first(self) -> list[Line]:
        return self.lines[:SHOWN]

    @property
    def count(self) -> str:
        return f"{len(self.lines)}+" if self.more else str(len(self.lines))


@dataclass(frozen=True)
class _Question:
    title: Any
    permission: str
    ask: Callable[[User, datetime], Iterator[Line]]
    path: str = ""  # the list that shows all of it; without one, a page of the section's own


def sections(user: User) -> list[Section]:
    """What this person may see, in the order of the page, empty sections too. One query each."""
    now = timezone.now()
    return [_section(name, user, now) for name, question in _QUESTIONS.items() if user.has_perm(question.permission)]


def page(request: HttpRequest, name: str) -> HttpResponse:
    """One section whole, for what no list of the desk shows."""
    if name not in _QUESTIONS:
        raise Http404
    if not who(request).has_perm(_QUESTIONS[name].permission):
        raise PermissionDenied
    section = _section(name, who(request), timezone.now())
    context = {**admin.site.each_context(request), "title": section.title, "section": section, "most": MOST}
    return TemplateResponse(request, "admin/glance_page.html", context)


def _section(name: str, user: User, now: datetime) -> Section:
    question = _QUESTIONS[name]
    lines = list(islice(question.ask(user, now), MOST + 1))
    view, _mark, query = question.path.partition("?")
    link = reverse(view) + (query and f"?{query}") if view else reverse("admin:analysis_glance", args=[name])
    return Section(str(question.title), link, lines[:MOST], len(lines) > MOST)


def _story(pk: int | None) -> str:
    return reverse("admin:analysis_story_change", args=[pk]) if pk else reverse("admin:analysis_story_add")


def _day(day: date | datetime) -> str:
    return date_format(day, _("j M Y"))


# --- stories ----------------------------------------------------------------------------------------------------------


def _mine(user: User, now: datetime) -> Iterator[Line]:
    mine = Story.objects.filter(created_by=user, status__in=NOT_PUBLIC).order_by("-id")
    for pk, headline, status in _read(mine, "pk", "headline", "status"):
        yield Line(headline, _story(pk), str(Story.Status(status).label))


def _unsaved(user: User, now: datetime) -> Iterator[Line]:
    kept = Draft.objects.filter(by=user, kept_at__isnull=False).order_by("-kept_at")
    for pk, headline, typed, at in _read(kept, "story_id", "story__headline", "typed__headline", "kept_at"):
        yield Line(
            "".join(typed or [])[:200] or headline or _("A new story"),
            _story(pk),
            _("typed %(when)s") % {"when": newsroom_short(at)},
        )


def _remarks(user: User, now: datetime) -> Iterator[Line]:
    to_me = remarks.waiting_for(user).order_by("-at", "-pk")
    for pk, headline, text in _read(to_me, "story_id", "story__headline", "text"):
        yield Line(text, _story(pk) + "#remarks", headline)


def _review(user: User, now: datetime) -> Iterator[Line]:
    waiting = Story.objects.filter(status=Story.Status.REVIEW).order_by("published_at", "id")  # as the index has them
    for pk, headline, desk in _read(waiting, "pk", "headline", "desk__name"):
        yield Line(headline, _story(pk), desk)


def _scheduled(user: User, now: datetime) -> Iterator[Line]:
    planned = Story.objects.filter(status=Story.Status.SCHEDULED).order_by("publish_at", "id")
    for pk, headline, at in _read(planned, "pk", "headline", "publish_at"):
        when = newsroom_short(at)
        late = at < now
        yield Line(headline, _story(pk), _("late: %(when)s") % {"when": when} if late else when, late)


def _reports(user: User, now: datetime) -> Iterator[Line]:
    waiting = ErrorReport.objects.filter(state=ErrorReport.State.OPEN).order_by("received_at", "id")
    for pk, wrong, headline, at in _read(waiting, "pk", "wrong", "story__headline", "received_at"):
        at_desk = reverse("admin:analysis_errorreport_change", args=[pk])
        yield Line(Truncator(wrong).chars(100), at_desk, f"{headline} · {newsroom_short(at)}")


def _needs_editor(user: User, now: datetime) -> Iterator[Line]:
    tasks = DeskTask.objects.order_by("since", "id")
    for pk, headline, kind in _read(tasks, "story_id", "story__headline", "kind"):
        yield Line(headline, _story(pk), str(DeskTask.Kind(kind).label))


def _watch_items(late: bool, user: User, now: datetime) -> Iterator[Line]:
    today = now.date()
    items = due.between(None, today) if late else due.between(today + timedelta(days=1), today + timedelta(days=7))
    for pk, statement, day, story in _read(items, "pk", "statement", "due", "story_id"):
        yield Line(statement, reverse("admin:analysis_story_resolve", args=[story, pk]), _day(day), day < today)


def _latest(user: User, now: datetime) -> Iterator[Line]:
    """What this person changed last, each thing once; logins and accounts have a page of their own."""
    ours = ContentType.objects.get_for_models(*apps.get_app_config("analysis").get_models()).values()
    done = LogEntry.objects.filter(user=user, content_type__in=ours).exclude(action_flag=DELETION)
    seen = set()
    for entry in done.select_related("content_type").order_by("-pk")[: MOST + 1]:
        if (url := entry.get_admin_url()) and url not in seen:
            seen.add(url)
            kind = capfirst(str(entry.content_type and entry.content_type.name))
            yield Line(entry.object_repr, url, f"{kind} · {newsroom_short(entry.action_time)}")


# --- cases and sources ------------------------------------------------------------------------------------------------


def _cases(user: User, now: datetime) -> Iterator[Line]:
    for case in needing(Case.objects.all(), user)[: MOST + 1]:
        late = case.due_at is not None and case.due_at < now
        when = newsroom_short(case.due_at) or (_("to be answered") if case.unanswered else "")
        detail = f"{case.get_want_display()} · {when}" if when else case.get_want_display()
        yield Line(case.reference, reverse("admin:analysis_case_change", args=[case.pk]), detail, late)


def _promised(user: User, now: datetime) -> Iterator[Line]:
    for decision in rights.promised(now)[: MOST + 1]:
        day = _("promised on %(day)s") % {"day": _day(decision.decided_at)}
        yield Line(str(decision.case), reverse("admin:analysis_case_change", args=[decision.case_id]), day)


def _changed(user: User, now: datetime) -> Iterator[Line]:
    for reading in evidence.changed(now, MOST + 1):
        what = _("%(what)s says something else since %(when)s") % {
            "what": reading.source.get_kind_display(), "when": newsroom_short(reading.read_at),
        }  # fmt: skip
        yield _of_source(reading.source, what)


def _unanswered(user: User, now: datetime) -> Iterator[Line]:
    for source in evidence.unanswered(now, MOST + 1):
        why = getattr(source, "error", "") or _("no answer")
        yield _of_source(source, _("%(what)s: %(why)s") % {"what": source.get_kind_display(), "why": why})


def _of_source(source: SignalSource, detail: str) -> Line:
    signals = reverse("admin:analysis_publisher_signals", args=[source.publisher_id])
    return Line(source.about.rstrip("/") if source.of_site else source.about, signals, detail)


def _read(rows: QuerySet[Any], *names: str) -> Iterator[tuple[Any, ...]]:
    yield from rows.values_list(*names)[: MOST + 1]


_VIEW, _PUBLISH, _CASES = "analysis.view_story", "analysis.publish_story", "analysis.view_case"
_STORIES, _DUE = "admin:analysis_story_changelist", "admin:analysis_watch_due"
_QUESTIONS = {
    "unsaved": _Question(gettext_lazy("My unsaved texts"), _VIEW, _unsaved),
    "mine": _Question(gettext_lazy("Mine, not public yet"), _VIEW, _mine, f"{_STORIES}?whose=mine&status=open"),
    "remarks": _Question(gettext_lazy("Remarks to me"), _VIEW, _remarks, f"{_STORIES}?whose=remarks"),
    "cases": _Question(gettext_lazy("Cases that need me"), _CASES, _cases, "admin:analysis_case_changelist?whose=me"),
    "promised": _Question(
        gettext_lazy("Corrections promised"), _CASES, _promised, "admin:analysis_case_changelist?waits=correct"
    ),
    "reports": _Question(
        gettext_lazy("Errors reported by readers"), "analysis.view_errorreport", _reports,
        "admin:analysis_errorreport_changelist?state__exact=open",
    ),
    "review": _Question(gettext_lazy("Needs review"), _PUBLISH, _review, f"{_STORIES}?status=review"),
    "editor": _Question(
        gettext_lazy("Needs an editor"), "analysis.view_desktask", _needs_editor,
        "admin:analysis_desktask_changelist",
    ),
    "scheduled": _Question(gettext_lazy("Scheduled"), _VIEW, _scheduled, f"{_STORIES}?status=scheduled"),
    "due": _Question(
        gettext_lazy("Watch items due"), "analysis.resolve_watchitem", partial(_watch_items, True), _DUE
    ),
    "soon": _Question(
        gettext_lazy("Watch items due within 7 days"), "analysis.resolve_watchitem", partial(_watch_items, False),
        _DUE,
    ),
    "latest": _Question(gettext_lazy("My latest changes"), _VIEW, _latest, "account_audit"),
    "changed": _Question(gettext_lazy("Sources that changed"), "analysis.change_publisher", _changed),
    "unanswered": _Question(
        gettext_lazy("Sources that cannot be read"), "analysis.change_publisher", _unanswered
    ),
}  # fmt: skip
