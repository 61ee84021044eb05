"""The private page of a case: how far it is said to be, and what it costs to say so."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analysis import rights
from analysis.models import Case
from tests.analysis.cases import REMOVE, confirmed

pytestmark = pytest.mark.django_db
DECLINED = rights.Ruling("declined", "none", "No.")


@pytest.fixture
def editors(db) -> list[User]:
    return [User.objects.create_user(name) for name in ("first", "second")]


@pytest.fixture
def pair(story) -> tuple[Case, Case]:
    """Two requests of two senders about one page."""
    url = story.sources.get().article.url
    return confirmed(url), confirmed(url)


def stages(client, case: Case) -> tuple[list[str], str, bool]:
    """The labels of the stages that were reached, that of now, and whether a clock runs."""
    page = opened(client, case)
    shown = re.search(r'<ol class="progress".*?</ol>', page, re.DOTALL)[0]
    done = re.findall(r"progress__step--done[^>]*><strong>([^<]+)", shown)
    return done, re.search(r'aria-current="step"><strong>([^<]+)', shown)[1], "due" in shown


def opened(client, case: Case) -> str:
    session = client.session
    session["takedown_access"] = [case.reference]
    session.save()
    return client.get(f"/takedown/cases/{case.reference}/").content.decode()


def test_a_case_that_was_taken_up_and_joined_begins_anew_when_it_is_separated(client, pair, editors):
    earlier, case = pair
    rights.take_up(case, editors[0])
    rights.join(case, earlier)
    assert case.assigned_to is None, "nobody has it by itself"
    rights.decide(earlier, editors[0], DECLINED)
    rights.separate(case)
    assert case.state == "confirmed" and case.due_at
    assert stages(client, case) == (["Received", "Confirmed"], "Confirmed", True)


def test_an_appeal_after_one_that_was_taken_back_is_shown_as_waiting(client, pair, editors):
    earlier, case = pair
    rights.join(case, earlier)
    rights.decide(earlier, editors[0], DECLINED)
    case.refresh_from_db()
    before = ["Received", "Confirmed", "In review", "Decided"]
    rights.appeal(case, "No.")
    assert stages(client, case) == ([*before, "Contested"], "Contested", True)
    rights.withdraw(case)
    assert stages(client, case) == ([*before, "Contested", "Appeal taken back"], "Appeal taken back", False)
    rights.separate(case)
    rights.decide(case, editors[0], DECLINED)
    assert stages(client, case) == (before, "Decided", False)
    rights.appeal(case, "No.")
    assert stages(client, case) == ([*before, "Contested"], "Contested", True)


def test_what_an_editor_takes_up_on_appeal_alone_was_reviewed_when_it_was_decided(client, pair, editors):
    case = pair[0]
    rights.decide(case, editors[0], DECLINED)
    before = opened(client, case)
    rights.appeal(case, "No.")
    rights.take_up(case, editors[1], timezone.now() + timedelta(days=2))
    reviewed = re.compile(r"<strong>In review</strong> <span>([^<]*)")
    assert reviewed.search(opened(client, case))[1] == reviewed.search(before)[1]


def test_an_appeal_that_was_taken_back_leaves_the_words_to_the_other_sender_with_them(client, pair, editors):
    earlier, case = pair
    rights.join(case, earlier)
    rights.decide(earlier, editors[0], rights.Ruling("declined", "none", "Words zqsecretzq."))
    case.refresh_from_db()
    rights.appeal(case, "No.")
    rights.withdraw(case)
    page = opened(client, case)
    assert "Declined" in page and "joined to none" in page and "Contest the decision" not in page
    assert "zqsecretzq" not in page and earlier.reference not in page


@pytest.mark.parametrize("way", ["decided", "joined", "contested"])
def test_nothing_is_asked_twice(client, pair, editors, way):
    earlier, case = pair
    if way != "decided":
        rights.join(case, earlier)
    rights.decide(earlier, editors[0], REMOVE)
    shown = earlier if way == "decided" else case
    if way == "contested":
        case.refresh_from_db()
        rights.appeal(case, "No.")
    opened(client, shown)
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/takedown/cases/{shown.reference}/")
    asked = Counter(query["sql"] for query in captured)
    assert [sql for sql, n in asked.items() if n > 1] == []
    assert asked.total() <= 25
