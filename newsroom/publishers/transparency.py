"""The transparency report: as a page with charts, as CSV and as JSON. For everybody; it carries no session."""

import csv
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analysis import transparency
from analysis.models.cases import CaseLane
from analysis.transparency import OUTCOMES, Report, Row

TABLES = ("kinds", "lanes", "months", "terms", "appeals", "publishers", "claimed", "corrections")
_HEIGHT, _STEP = 150, 20  # of the chart of months, in its own units


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    report = transparency.report(timezone.now())
    outcomes, occasions = list(OUTCOMES.values()), [_("On a request"), _("Otherwise")]
    context = {
        "report": report,
        "outcomes": outcomes,
        "kinds": _bars([row for row in report.kinds if row.total], outcomes),
        "lanes": _bars(report.lanes, outcomes),
        "terms": _bars([row for row in report.terms if row.total], occasions),
        "occasions": occasions,
        "appeals": _bars(report.appeals),
        "publishers": _bars(report.publishers, outcomes),
        "claimed": _bars(report.claimed, outcomes),
        "others": report.others,
        "all_days": report.days[0],
        "chart": _columns(report.months),
    }
    return render(request, "publishers/transparency.html", context)


@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """One number a line (RFC 4180): table, row, its label, column, value."""
    response = HttpResponse(content_type="text/csv; charset=utf-8; header=present")
    response["Content-Disposition"] = 'attachment; filename="transparency.csv"'
    writer = csv.writer(response)  # CRLF, and quotation marks where a field needs them
    writer.writerow(["table", "row", "label", "column", "value"])
    for line in _lines(transparency.report(timezone.now())):
        writer.writerow([_harmless(field) for field in line])
    return response


@require_safe
def as_json(request: HttpRequest) -> HttpResponse:
    report = transparency.report(timezone.now())
    data: dict[str, Any] = {
        "documentation": f"{settings.ORIGIN}{reverse('transparency')}#data",
        "made_at": report.made_at.isoformat(),
        "requests": report.requests,
        **{table: {row.key: row.counts for row in getattr(report, table)} for table in TABLES},
        "appeals": {row.key: row.total for row in report.appeals},
        "others": report.others.counts,
        "days": {
            one.lane: {"decided": one.decided, "median": one.median, "ninetieth": one.ninetieth} for one in report.days
        },
        "record": {"length": report.length, "head": report.head},
    }
    return JsonResponse(data, json_dumps_params={"indent": 1, "ensure_ascii": False})


def _lines(report: Report) -> Iterator[tuple[str, str, str, str, object]]:
    yield ("report", "all", "", "made_at", report.made_at.isoformat())
    yield ("report", "all", "", "requests", report.requests)
    for table in TABLES:
        for row in getattr(report, table):
            for column, n in row.counts.items():
                yield (table, row.key, row.label, column, n)
    for column, n in report.others.counts.items():
        yield ("publishers", "", report.others.label, column, n)
    for one in report.days:
        yield ("days", one.lane, one.label, "decided", one.decided)
        if one.decided:
            yield ("days", one.lane, one.label, "median", one.median)
            yield ("days", one.lane, one.label, "ninetieth", one.ninetieth)
    yield ("record", "all", "", "length", report.length)
    yield ("record", "all", "", "head", report.head)


def _harmless(field: object) -> object:
    """A field that no spreadsheet takes for a formula."""
    return f"'{field}" if isinstance(field, str) and field.startswith(("=", "+", "-", "@", "\t", "\r")) else field


def _bars(rows: Sequence[Row], headings: Sequence[object] | None = None) -> list[dict[str, Any]]:
    """Each row with the length of its bar, of 100. Whole numbers: a French page writes others with a comma.

    `headings` name its columns, one for each, or ValueError: no number leaves the report without a word. None for rows
    of one column, which the total says already.
    """
    most = max((row.total for row in rows), default=0) or 1
    return [
        {
            "row": row,
            "cells": [] if headings is None else list(zip(headings, row.counts.values(), strict=True)),
            "length": round(100 * row.total / most),
        }
        for row in rows
    ]


def _columns(months: Sequence[Row]) -> dict[str, Any]:
    """The chart of months: columns of two parts, from the ground up."""
    most = max((row.total for row in months), default=0) or 1
    columns = []
    for n, row in enumerate(months):
        legal, preference = (round(_HEIGHT * row.counts[lane] / most) for lane in (CaseLane.LEGAL, CaseLane.PREFERENCE))
        columns.append(
            {"x": n * _STEP + 3, "legal": legal, "legal_y": _HEIGHT - legal,
             "preference": preference, "preference_y": _HEIGHT - legal - preference}
        )  # fmt: skip
    return {
        "columns": columns,
        "most": most,
        "first": months[0].label,
        "last": months[-1].label,
        "width": len(months) * _STEP,
        "height": _HEIGHT,
        "says": _("Requests by month, from %(first)s to %(last)s; at most %(most)d in one of them.")
        % {"first": months[0].label, "last": months[-1].label, "most": most},
    }
