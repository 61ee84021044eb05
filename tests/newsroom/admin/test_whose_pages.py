"""A case may name pages of several publishers: a step acts on those that are chosen, and on nobody's by accident."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from analysis import rights
from analysis.models import Case, Event, Terms
from analysis.terms import Level
from newsroom.admin.waiting import following
from tests import making
from tests.analysis.cases import REMOVE, confirmed, link_only
from tests.analysis.test_rulebook import level_of
from tests.newsroom.admin.test_cases import act
from tests.newsroom.admin.test_deciding import LINK, seen

pytestmark = pytest.mark.django_db


@pytest.fixture
def articles(db):
    return [making.article(making.publisher(name, f"{name.lower()}.test")) for name in ("Ledger", "Round")]


@pytest.fixture
def case(articles) -> Case:
    return confirmed(*(article.url for article in articles), "https://www.ledger.test/uncovered")


def test_it_is_asked_only_where_there_are_several(standards, case, articles):
    one = confirmed(articles[0].url)
    for step in ("hold", "decide"):
        asked, unasked = (standards.get(f"/admin/analysis/case/{c.pk}/{step}/").context["form"] for c in (case, one))
        assert "of" in asked.fields and "of" not in unasked.fields


def test_a_hold_is_on_the_pages_of_whom_was_chosen_and_can_be_lifted(standards, case, articles):
    ledger, ward = articles
    typed = {"level": "none", "of": str(ledger.publisher_id)}
    looked = act(standards, case, "hold", **typed).content.decode()
    assert "Nothing is held back yet." in looked and "This changes no story" in looked and not case.holds.exists()
    act(standards, case, "hold", **typed, seen=seen(looked))
    assert set(case.holds.values_list("value", flat=True)) == {ledger.url, "https://www.ledger.test/uncovered"}
    assert (level_of(ledger), level_of(ward)) == (Level.NONE, Level.FULL)
    page = standards.get(f"/admin/analysis/case/{case.pk}/change/").content.decode()
    assert "../lift/" in page
    looked = act(standards, case, "lift").content.decode()
    assert "Nothing is lifted yet." in looked and level_of(ledger) is Level.NONE
    act(standards, case, "lift", seen=seen(looked))
    assert level_of(ledger) is Level.FULL and case.events.latest("position").kind == "lifted"
    case.refresh_from_db()
    assert case.state == "confirmed"
    assert "../lift/" not in standards.get(f"/admin/analysis/case/{case.pk}/change/").content.decode()


def test_where_there_is_nothing_to_hold_or_lift_that_is_said_at_once(standards):
    case = confirmed("no address at all")
    assert "None of the lines names a page" in act(standards, case, "hold", level="none").content.decode()
    assert "Nothing is held for this case." in act(standards, case, "lift").content.decode()


def test_nothing_can_be_lifted_twice_nor_once_the_case_is_over(case):
    with pytest.raises(rights.RightsError, match="Nothing is held"):
        rights.lift(case, None)
    rights.hold(case, None, "none")
    rights.decide(case, None, REMOVE)
    with pytest.raises(rights.StaleCaseError):
        rights.lift(case, None)


@pytest.mark.parametrize("scope", ["url", "publisher"])
def test_a_decision_is_on_the_pages_of_whom_was_chosen(standards, case, articles, scope):
    ledger, ward = articles
    typed = LINK | {"scope": scope, "of": str(ledger.publisher_id)}
    page = act(standards, case, "decide", **typed).content.decode()
    assert "Ledger" in page
    assert act(standards, case, "decide", **typed, seen=seen(page)).status_code == 302
    assert (level_of(ledger), level_of(ward)) == (Level.LINK, Level.FULL)


@pytest.mark.parametrize(
    ("scope", "value"), [("domain", "other.test"), ("path", "other.test/press"), ("url", "https://other.test/1")]
)
def test_a_place_of_a_publisher_with_whom_the_case_has_nothing_to_do_is_refused(case, scope, value):
    making.publisher("Other", "other.test")
    with pytest.raises(rights.RightsError, match="belongs to Other, and the case names no page of theirs"):
        rights.decide(case, None, link_only(scope, value))
    rights.prove(rights.challenge(case, "other.test"), "dns", wide=True)
    rights.decide(case, None, link_only(scope, value))


def test_another_host_of_a_publisher_whose_page_is_named_may_be_decided(case, articles):
    articles[0].publisher.domains.create(host="ledger-two.test")
    rights.decide(case, None, link_only("domain", "ledger-two.test"))


def test_a_demand_that_lacks_what_the_law_wants_is_not_upheld_as_one(standards, articles):
    demand = confirmed(articles[0].url, kind="copyright")
    response = act(standards, demand, "decide", **LINK, legal="on")
    assert "law wants more" in str(response.context["form"].errors["legal"])
    page = act(standards, demand, "decide", **LINK).content.decode()
    assert act(standards, demand, "decide", **LINK, seen=seen(page)).status_code == 302


def test_whose_decision_is_ended_by_another_case_is_told_and_the_editor_before(standards, articles):
    first, second = (confirmed(articles[0].url, language=language) for language in ("fr", "en"))
    rights.decide(first, None, REMOVE)
    rights.decide(second, None, REMOVE)
    (theirs,) = Terms.objects.filter(case=first)
    rights.appeal(second, "It may be shown.")
    typed = {"outcome": "granted", "action": "restore", "restore": str(theirs.pk), "scope": "url", "reason": "Yes."}
    page = act(standards, second, "decide", **typed).content.decode()
    assert f"another request, {first.reference}" in page
    assert act(standards, second, "decide", **typed, seen=seen(page)).status_code == 302
    assert first.events.latest("position").kind == "ended"
    told = first.messages.get()
    assert told.text.startswith("Une décision") and articles[0].url in told.text
    assert first.mail.filter(message=told).exists()
    assert Event.objects.filter(kind="ended").count() == 1


def test_the_next_case_is_the_one_after_in_the_list_and_after_the_last_the_first(articles):
    cases = [confirmed(articles[0].url, kind="other", want=want) for want in ("remove", "reduce", "correct")]
    now = timezone.now()
    for n, case in enumerate(cases):
        Case.objects.filter(pk=case.pk).update(due_at=now + timedelta(hours=n))
        case.refresh_from_db()
    me = User.objects.create_user("me", is_staff=True)
    assert [following(case, me) for case in cases] == [cases[1], cases[2], cases[0]]
    Case.objects.filter(pk__in=[case.pk for case in cases[1:]]).update(state="closed")
    assert following(cases[0], me) is None
