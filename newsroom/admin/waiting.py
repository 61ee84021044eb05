"""Whose turn it is: the cases that wait for an editor, in their list's filters and counted on the desk's first page."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis.models import Case
from analysis.rights import DECIDABLE, promised

MOST_COUNTED = 1_000
WAITS = Q(state__in=DECIDABLE) | Q(unanswered=True)  # the next word is ours


def needing(cases: QuerySet[Case], user: Any) -> QuerySet[Case]:
    """The cases in which the next word is ours, and which this person may take: theirs or nobody's, and no appeal
    against their own decision. What is due first comes first."""
    mine = Q(assigned_to=user) | Q(assigned_to__isnull=True)
    own = Q(state=Case.State.APPEALED) & (Q(decisions__decided_by=user) | Q(contested__decided_by=user))
    return cases.filter(WAITS, mine).exclude(own).order_by(F("due_at").asc(nulls_last=True), "opened_at", "id")


def following(case: Case, user: Any) -> Case | None:
    """The next case that needs this person after one, as the list has them; after the last, the first. Two queries."""
    last = datetime.max.replace(tzinfo=UTC)
    waiting = needing(Case.objects.exclude(pk=case.pk), user).values_list("due_at", "opened_at", "pk")[:MOST_COUNTED]
    places = [(due or last, opened, pk) for due, opened, pk in waiting]
    here = (case.due_at or last, case.opened_at, case.pk)
    found = next((place for place in places if place > here), places[0] if places else None)
    return Case.objects.get(pk=found[2]) if found else None


class MineFilter(admin.SimpleListFilter):
    title = gettext_lazy("Whose turn")
    parameter_name = "whose"

    def lookups(self, request, model_admin):
        return [("me", _("Needs me")), ("mine", _("Mine")), ("nobody", _("Nobody’s yet"))]

    def queryset(self, request, queryset):
        return {
            "me": lambda: needing(queryset, request.user),
            "mine": lambda: queryset.filter(assigned_to=request.user),
            "nobody": lambda: queryset.filter(assigned_to__isnull=True),
        }.get(self.value() or "", lambda: queryset)()


class WaitingFilter(admin.SimpleListFilter):
    title = gettext_lazy("What it waits for")
    parameter_name = "waits"

    def lookups(self, request, model_admin):
        return [
            ("all", _("All that wait")),
            ("yes", _("To be decided")),
            ("late", _("Late")),
            ("answer", _("To be answered")),
            ("correct", _("To be corrected as promised")),
        ]

    def queryset(self, request, queryset):
        return {
            "all": lambda: queryset.filter(WAITS),
            "yes": lambda: queryset.filter(state__in=DECIDABLE),
            "late": lambda: queryset.filter(due_at__lt=timezone.now()),
            "answer": lambda: queryset.filter(unanswered=True),
            "correct": lambda: queryset.filter(pk__in=promised(timezone.now()).order_by().values("case")),
        }.get(self.value() or "", lambda: queryset)()


def counted(user: Any) -> tuple[int, int]:
    """How many cases need this person, and how many of them are late; MOST_COUNTED at most. One query."""
    due = needing(Case.objects.all(), user).values_list("due_at", flat=True)[:MOST_COUNTED]
    now = timezone.now()
    return len(due), sum(at is not None and at < now for at in due)
