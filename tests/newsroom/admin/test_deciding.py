"""The form of a decision: what would be ignored is refused, and effects are those of a ruling that can be made."""

import re

import pytest

from analysis import rights
from analysis.models import Case
from tests import making
from tests.analysis.cases import confirmed
from tests.newsroom.admin.test_cases import DECIDE, DECLINED, act

pytestmark = pytest.mark.django_db
LINK = {"outcome": "granted", "action": "terms", "scope": "url", "level": "link", "reason": "As you asked."}


def seen(page: str) -> str:
    return re.search(r'name="seen" value="(\w+)"', page)[1]


@pytest.fixture
def story(db):
    return making.published(making.article(making.publisher("Example Wire", "example-wire.test")))


@pytest.fixture
def case(story) -> Case:
    return confirmed(f"/stories/{story.slug}/")


def test_a_place_typed_beside_the_whole_publisher_is_refused(standards, case):
    for action in ("terms", "remove"):
        typed = {"scope": "publisher", "action": action, "value": "x.test"}
        response = act(standards, case, "decide", **LINK | typed)
        assert "empty this field" in str(response.context["form"].errors["value"])
        assert "effects" not in response.context and 'value="x.test"' in response.content.decode()


def test_a_ruling_that_cannot_stand_shows_no_effects(standards, case):
    for wrong in (
        {"outcome": "declined"},
        {"action": "none"},
        {"level": ""},
        {"reason": ""},
        {"value": "not a url"},
        {"scope": "domain", "value": "unknown.test"},
    ):
        response = act(standards, case, "decide", **LINK | wrong)
        assert response.status_code == 422 and "effects" not in response.context, wrong
        assert "press “Decide” again" not in response.content.decode(), wrong


def test_what_they_may_not_decide_is_not_foreseen(standards, case):
    rights.decide(case, standards.user, DECLINED)
    rights.appeal(case, "Look again.")
    response = act(standards, case, "decide", **LINK)
    page = response.content.decode()
    assert "contested here" in page and "effects" not in response.context and "press “Decide” again" not in page
    stale = act(standards, case, "decide", "confirmed", **LINK).content.decode()
    assert "someone was faster" in stale and "press “Decide” again" not in stale


def test_it_says_what_differs_from_now_and_from_before_the_hold(standards, case):
    rights.hold(case, None, "link")
    page = act(standards, case, "decide", **LINK).content.decode()
    assert "Nothing is decided yet." in page and "press “Decide” again" in page
    assert "This changes no story" in page and "1 story, compared with before the hold" in page
    assert "Loses its summary" in page
    rights.hold(case, None, "none")
    page = act(standards, case, "decide", **LINK).content.decode()
    assert "Comes back" in page and "1 story, compared with before the hold" in page


def test_a_declined_request_ends_the_hold_and_leaves_all_as_it_was_before(standards, case):
    rights.hold(case, None, "none")
    page = act(standards, case, "decide", **DECIDE).content.decode()
    assert "Comes back" in page and "Nothing, compared with before the hold" in page


def test_another_cases_hold_is_named_as_what_stands_in_the_way(standards, case, story):
    other = confirmed(f"/stories/{story.slug}/")
    rights.hold(other, None, "none")
    ruling = LINK | {"level": "full", "verified": "on"}
    page = act(standards, case, "decide", **ruling).content.decode()
    assert "What would be overruled" in page and f"Hold of case {other.reference}" in page
    assert act(standards, case, "decide", **ruling, seen=seen(page)).status_code == 302, "who has seen it may decide so"


def test_a_legal_demand_that_is_declined_is_not_upheld(standards):
    case = confirmed("https://wire.test/1", kind="privacy")
    Case.objects.filter(pk=case.pk).update(good_faith=True)  # nothing is missing
    form = standards.get(f"/admin/analysis/case/{case.pk}/decide/").context["form"]
    assert form["legal"].value() is True
    looked = act(standards, case, "decide", **DECIDE, legal="on").content.decode()
    assert act(standards, case, "decide", **DECIDE, legal="on", seen=seen(looked)).status_code == 302
    assert case.decisions.get().legal is False


def test_a_decision_that_changes_nothing_is_looked_at_first_as_well(standards):
    case = confirmed("https://wire.test/1")
    granted = DECIDE | {"outcome": "granted", "action": "correct"}
    looked = act(standards, case, "decide", **granted).content.decode()
    assert "Nothing is decided yet." in looked and "This changes no story" in looked and not case.decisions.exists()
    assert act(standards, case, "decide", **granted, seen=seen(looked)).status_code == 302
