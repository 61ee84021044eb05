"""The scorecard: how our watch items turned out, as a page with its chart, and as CSV."""

import csv
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analysis import rendition
from analysis import scorecard as record
from analysis.scoring import FEWEST, Bin, brier, log_score
from newsroom.reader.lists import day_cursor, listed

SIDE = 500  # of the chart, in its own units; whole numbers, for a French page writes others with a comma


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    card = record.scorecard(timezone.now())
    context = {
        "section": "scorecard",
        "card": card,
        "even": brier(50, True),
        "even_log": log_score(50, True),
        "fewest": FEWEST,
        "chart": _chart(card.bins),
        "past": rendition.past(day_cursor(request, "before")),
    }
    return listed(request, "reader/scorecard.html", context, "past")


@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """One number a line (RFC 4180), under names that no language changes."""
    response = HttpResponse(content_type="text/csv; charset=utf-8; header=present")
    response["Content-Disposition"] = 'attachment; filename="scorecard.csv"'
    writer = csv.writer(response)
    writer.writerow(["topic", "desk", "likelihood", "state", "items"])
    writer.writerows((x.topic, x.desk, x.likelihood, x.state, x.n) for x in record.lines(timezone.now()))
    return response


def _chart(bins: tuple[Bin, ...]) -> dict[str, Any]:
    """What the forecasts of a bin said, from left to right, and how many came true, from below; each with its interval.
    Bins too thin to tell are left out."""
    points = [
        {
            "x": round(SIDE * one.said),
            "y": SIDE - round(SIDE * one.share),
            "top": SIDE - round(SIDE * one.interval[1]),
            "bottom": SIDE - round(SIDE * one.interval[0]),
        }
        for one in bins
        if one.drawn
    ]
    says = _("For ten ranges of likelihood, what share came true. On the diagonal both are the same. Drawn: %(n)d.")
    return {"points": points, "says": says % {"n": len(points)}}
