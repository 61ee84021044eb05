"""Corrections that a decision promised and that no page announces yet."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from analysis.models import CaseURL, Decision
from analysis.models.decisions import DecisionAction
from analysis.models.publication import CorrectionKind
from analysis.models.stories import StoryStatus

LOOKED_BACK = timedelta(days=365)
_KINDS = (CorrectionKind.CORRECTION, CorrectionKind.CLARIFICATION)


def promised(now: datetime) -> QuerySet[Decision]:
    """Decisions to correct a text, oldest first, after which no story that the case is about was corrected.

    Of the year before `now`, an aware moment. A decision on an appeal takes the place of the first; a case of which no
    story is public any more asks for no correction.
    """
    lines = CaseURL.objects.filter(case=OuterRef("case"))

    def about(story: str, **more: Any) -> Exists:
        return Exists(lines.filter(**{f"{story}__{name}": value for name, value in more.items()}))

    later = Decision.objects.filter(case=OuterRef("case"), number__gt=OuterRef("number"))
    corrected = {"corrections__at__gte": OuterRef("decided_at"), "corrections__kind__in": _KINDS}
    theirs, ours = "article__citations__story", "story"
    return (
        # One that is declined changes nothing, so its action is another.
        Decision.objects.filter(action=DecisionAction.CORRECT, decided_at__gt=now - LOOKED_BACK)
        .filter(~Exists(later))
        .filter(about(ours, status=StoryStatus.PUBLISHED) | about(theirs, status=StoryStatus.PUBLISHED))
        .filter(~about(ours, **corrected), ~about(theirs, **corrected))
        .select_related("case")
        .order_by("decided_at", "pk")
    )
