"""Every step of a case takes the record's row before it writes anything, so that no two steps wait for each other."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis import rights
from analysis.models import Case, Challenge
from tests import making
from tests.analysis.cases import REMOVE, confirmed, opened, request

pytestmark = pytest.mark.django_db


def _decided(url: str) -> Case:
    case = confirmed(url)
    rights.decide(case, None, REMOVE)
    return case


def _challenged(url: str) -> Challenge:
    return rights.challenge(confirmed(url), "example-wire.test")


def _two(url: str) -> tuple[Case, Case]:
    return confirmed(url), confirmed(url)


def _joined(url: str) -> Case:
    case = confirmed(url)
    rights.join(case, confirmed(url))
    return case


def _joined_and_decided(url: str) -> Case:
    case = _joined(url)
    rights.decide(case.joined_to, None, REMOVE)
    return case


# What must be there before, and the step.
STEPS: dict[str, tuple[Callable[[str], Any], Callable[[Any], object]]] = {
    "open": (request, lambda asked: rights.open_case(asked, "desk.test")),
    "confirm": (opened, rights.confirm),
    "challenge": (confirmed, lambda case: rights.challenge(case, "example-wire.test")),
    "prove": (_challenged, lambda asked: rights.prove(asked, "dns", wide=True)),
    "take up": (confirmed, lambda case: rights.take_up(case, None)),
    "hold": (confirmed, lambda case: rights.hold(case, None, "link")),
    "decide": (confirmed, lambda case: rights.decide(case, None, REMOVE)),
    "join": (_two, lambda cases: rights.join(cases[1], cases[0])),
    "separate": (_joined, rights.separate),
    "withdraw": (confirmed, rights.withdraw),
    "withdraw, with one joined": (lambda url: _joined(url).joined_to, rights.withdraw),
    "write": (confirmed, lambda case: rights.write(case, "A word.")),
    "answer": (confirmed, lambda case: rights.answer(case, None, "A word.")),
    "appeal": (_decided, lambda case: rights.appeal(case, "No.")),
    "appeal, joined": (_joined_and_decided, lambda case: rights.appeal(case, "No.")),
    "reasons": (_decided, lambda case: rights.give_reasons(case, None, "Because.")),
    "close": (_decided, lambda case: rights.close(case, None)),
}


@pytest.mark.parametrize("name", STEPS)
def test_the_record_is_locked_before_anything_is_written(name):
    before, step = STEPS[name]
    there = before(making.article(making.publisher(host="example-wire.test")).url)
    with CaptureQueriesContext(connection) as captured:
        step(there)
    said = [query["sql"] for query in captured]
    locked = next(i for i, sql in enumerate(said) if sql.startswith("SELECT") and "analysis_chain" in sql)
    others = [i for i, sql in enumerate(said) if sql.startswith(("UPDATE", "INSERT", "DELETE")) or "FOR UPDATE" in sql]
    assert locked <= min(others)
