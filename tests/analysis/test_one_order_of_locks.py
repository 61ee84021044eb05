"""Every step of a case takes the record's row before it writes anything, so that no two steps wait for each other."""

from collections.abc import Callable
from datetime import timedelta
from inspect import isfunction
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from analysis import rights
from analysis.models import Case, Challenge
from tests import making
from tests.analysis.cases import REMOVE, confirmed, opened, request
from tests.analysis.locks import record_comes_first, said, takes

pytestmark = pytest.mark.django_db
HOST = "example-wire.test"


def _with_editor(url: str) -> tuple[Case, User]:
    return confirmed(url), User.objects.create_user("standards")


def _decided(url: str) -> Case:
    case = confirmed(url)
    rights.decide(case, None, REMOVE)
    return case


def _challenged(url: str) -> Challenge:
    return rights.challenge(confirmed(url), HOST)


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


def _appealed(url: str) -> Case:
    case = _decided(url)
    rights.appeal(case, "No.")
    return case


def _joined_and_appealed(url: str) -> Case:
    case = _joined_and_decided(url)
    case.refresh_from_db()
    rights.appeal(case, "No.")
    return case


def _closed(url: str) -> Case:
    case = _decided(url)
    rights.close(case, None)
    return case


def _held(url: str) -> Case:
    case = confirmed(url)
    rights.hold(case, None, "link")
    return case


def _ending(url: str) -> tuple[Case, rights.Ruling]:
    first, second = _decided(url), _appealed(url)
    theirs = tuple(terms.pk for terms in rights.liftable(second) if terms.case == first)
    return second, rights.Ruling("granted", "restore", "It may be shown.", restore=theirs)


LATER = timedelta(days=10_000)
# Of each step that analysis.rights exports, every way: what must be there before, and the step.
STEPS: dict[str, dict[str, tuple[Callable[[str], Any], Callable[[Any], object]]]] = {
    "open_case": {"": (request, lambda asked: rights.open_case(asked, "desk.test"))},
    "confirm": {"": (opened, rights.confirm)},
    "complete": {
        "": (lambda url: confirmed(url, kind="copyright"), lambda case: rights.complete(case, {"work": "The report"}))
    },
    "challenge": {"": (confirmed, lambda case: rights.challenge(case, HOST))},
    "prove": {"": (_challenged, lambda asked: rights.prove(asked, "dns", wide=True))},
    "notify": {"": (_challenged, lambda asked: rights.notify(asked, (f"postmaster@{HOST}",)))},
    "take_up": {
        "": (confirmed, lambda case: rights.take_up(case, None)),
        "an appeal": (_appealed, lambda case: rights.take_up(case, None)),
    },
    "assign": {"": (_with_editor, lambda there: rights.assign(there[0], there[1], there[1]))},
    "hold": {"": (confirmed, lambda case: rights.hold(case, None, "link"))},
    "lift": {"": (_held, lambda case: rights.lift(case, None))},
    "decide": {
        "ending what another case made": (_ending, lambda there: rights.decide(there[0], None, there[1])),
        "": (confirmed, lambda case: rights.decide(case, None, REMOVE)),
        "an appeal": (_appealed, lambda case: rights.decide(case, None, REMOVE)),
        "with one joined": (lambda url: _joined(url).joined_to, lambda case: rights.decide(case, None, REMOVE)),
    },
    "join": {"": (_two, lambda cases: rights.join(cases[1], cases[0]))},
    "separate": {"": (_joined, rights.separate)},
    "withdraw": {
        "": (confirmed, rights.withdraw),
        "with one joined": (lambda url: _joined(url).joined_to, rights.withdraw),
        "an appeal": (_appealed, rights.withdraw),
        "an appeal, joined before": (_joined_and_appealed, rights.withdraw),
    },
    "write": {"": (confirmed, lambda case: rights.write(case, "A word."))},
    "answer": {"": (confirmed, lambda case: rights.answer(case, None, "A word."))},
    "note": {"": (confirmed, lambda case: rights.note(case, None, "A word."))},
    "appeal": {
        "": (_decided, lambda case: rights.appeal(case, "No.")),
        "joined": (_joined_and_decided, lambda case: rights.appeal(case, "No.")),
    },
    "give_reasons": {"": (_decided, lambda case: rights.give_reasons(case, None, "Because."))},
    "close": {"": (_decided, lambda case: rights.close(case, None))},
    "close_what_is_over": {
        "decided": (_decided, lambda _case: rights.close_what_is_over(timezone.now() + LATER)),
        "never confirmed": (opened, lambda _case: rights.close_what_is_over(timezone.now() + LATER)),
    },
    "erase": {"": (_closed, lambda _case: rights.erase(timezone.now() + LATER))},
    "lock": {"": (confirmed, rights.lock)},
}
# They write rows of their own alone, which no step that holds the record waits for while they wait for it.
ALONE: dict[str, tuple[Callable[[str], Any], Callable[[Any], object]]] = {
    "ask": (_challenged, rights.ask),
    "not_proved": (_challenged, lambda asked: rights.not_proved(asked, "Nothing there.")),
    "send_access": (confirmed, rights.send_access),
    "erase_stray_mail": (confirmed, lambda _case: rights.erase_stray_mail(timezone.now() + LATER)),
}
ONLY_READ = {
    "appealable", "begins_with", "cases_of", "check", "concerned", "contestable_until", "drafted", "drafted_holds",
    "first_broken", "first_broken_of", "goes_with", "held_by_itself", "hosts_to_prove", "liftable", "matched_articles",
    "named_pages", "promised", "read_line", "strong_proofs", "token_of", "why_not_appealable", "why_not_theirs",
}  # fmt: skip


def test_every_function_that_the_rights_export_is_a_step_or_named_as_none():
    exported = {name for name in rights.__all__ if isfunction(getattr(rights, name))}
    assert exported == STEPS.keys() | ALONE.keys() | ONLY_READ


@pytest.mark.parametrize(("name", "way"), [(name, way) for name, ways in STEPS.items() for way in ways])
def test_the_record_is_locked_before_anything_is_written(name, way):
    before, step = STEPS[name][way]
    there = before(making.article(making.publisher(host=HOST)).url)
    assert record_comes_first(lambda: step(there))


@pytest.mark.parametrize("name", ALONE)
def test_what_takes_no_lock_of_the_record_takes_none_of_a_case(name):
    before, step = ALONE[name]
    there = before(making.article(making.publisher(host=HOST)).url)
    taken = [sql for sql in said(lambda: step(there)) if takes(sql)]
    assert not any("analysis_chain" in sql or "FOR UPDATE" in sql for sql in taken)
    assert not any(sql.startswith(('UPDATE "analysis_case"', 'DELETE FROM "analysis_case"')) for sql in taken)
