"""A decision may be contested once, for as long as the law wants, and another person decides (DSA Article 20)."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from analysis import rights
from analysis.models import Case, OutgoingMail
from analysis.rights import RightsError, Ruling, StaleCaseError
from tests import making
from tests.analysis.cases import REMOVE, confirmed

pytestmark = pytest.mark.django_db
DECLINED = Ruling("declined", "none", "It is a fair summary.")


@pytest.fixture
def first():
    return User.objects.create_user("first", is_staff=True)


@pytest.fixture
def second():
    return User.objects.create_user("second", is_staff=True)


@pytest.fixture
def decided(first):
    case = confirmed(making.article().url)
    rights.decide(case, first, DECLINED)
    return case


def test_a_decision_is_contested_once(decided, second):
    rights.appeal(decided, "Look again.")
    with pytest.raises(RightsError, match="contested this decision already"):
        rights.appeal(decided, "And again.")
    rights.decide(decided, second, DECLINED)
    assert not rights.appealable(decided, timezone.now())
    with pytest.raises(RightsError, match="on your appeal"):
        rights.appeal(decided, "And again.")
    assert decided.messages.filter(appeal=True).count() == 1


def test_a_row_that_was_read_before_does_not_allow_a_second_appeal(decided, second):
    stale = Case.objects.get(pk=decided.pk)
    assert rights.appealable(stale, timezone.now())
    rights.appeal(decided, "Look again.")
    rights.decide(decided, second, DECLINED)
    with pytest.raises(RightsError, match="on your appeal"):
        rights.appeal(stale, "Me too.")


def test_it_may_be_contested_to_the_last_moment_of_the_last_day(decided, settings):
    end = decided.decision.decided_at + timedelta(days=settings.APPEAL_DAYS)
    assert rights.appealable(decided, end)
    assert not rights.appealable(decided, end + timedelta(microseconds=1))
    with pytest.raises(RightsError):
        rights.appeal(decided, "Late.", end + timedelta(seconds=1))


def test_it_may_be_contested_after_the_case_was_closed(decided):
    rights.close(decided, None)
    rights.appeal(decided, "Look again.")
    assert (decided.state, decided.closed_at) == ("appealed", None)


@pytest.mark.parametrize("what", ["received", "undecided", "withdrawn", "joined", "erased"])
def test_what_was_not_decided_or_is_gone_is_not_contested(what, first):
    url = making.article().url
    case = confirmed(url) if what != "received" else rights.open_case(_request(url), "desk.test")
    if what == "withdrawn":
        rights.withdraw(case)
    if what == "joined":
        earlier = confirmed(url)
        rights.join(case, earlier)
        rights.decide(earlier, first, DECLINED)
    if what == "erased":
        rights.decide(case, first, DECLINED)
        rights.close(case, None)
        Case.objects.filter(pk=case.pk).update(erased_at=timezone.now())
    case = Case.objects.get(pk=case.pk)
    with pytest.raises(RightsError):
        rights.appeal(case, "Look again.")
    assert not OutgoingMail.objects.filter(kind="appealed").exists()


def _request(url):
    from tests.analysis.cases import request

    return request(url)


def test_whoever_decided_can_neither_take_up_nor_be_given_nor_decide_the_appeal(decided, first, second):
    stale = Case.objects.get(pk=decided.pk)
    rights.appeal(decided, "Look again.")
    for case in (decided, stale):
        with pytest.raises(RightsError, match="contested here"):
            rights.take_up(case, first)
        with pytest.raises(RightsError, match="contested here"):
            rights.assign(case, second, first)
        with pytest.raises(RightsError, match="contested here"):
            rights.decide(case, first, REMOVE)
    rights.take_up(decided, second)
    assert decided.state == "appealed" and decided.assigned_to == second
    assert rights.decide(decided, second, REMOVE).number == 2


def test_a_row_that_was_read_before_the_appeal_does_not_turn_it_back_into_a_first_review(first, second):
    case = confirmed(making.article().url)
    stale = Case.objects.get(pk=case.pk)
    rights.decide(case, first, DECLINED)
    rights.appeal(case, "Look again.")
    rights.take_up(stale, second)
    case.refresh_from_db()
    assert case.state == "appealed"


def test_the_decision_stands_until_it_is_decided_anew(first, second):
    story = making.published()
    case = confirmed(story.sources.get().article.url)
    rights.decide(case, first, REMOVE)
    rights.appeal(case, "Less would do.")
    assert case.terms.filter(level="none").exists() and case.assigned_to is None


def test_an_appeal_taken_back_leaves_the_decision_and_is_the_only_one(decided):
    rights.appeal(decided, "Look again.")
    rights.withdraw(decided)
    assert (decided.state, decided.due_at) == ("decided", None)
    with pytest.raises(RightsError, match="cannot be contested"):
        rights.appeal(decided, "No, do look.")
    with pytest.raises(StaleCaseError):
        rights.withdraw(decided)


def test_each_decision_knows_the_terms_that_it_made(first, second):
    pages = [making.article().url for _ in range(2)]
    case = confirmed(*pages)
    one = rights.decide(case, first, REMOVE)
    rights.appeal(case, "Not the first page.")
    wrong = case.terms.get(value=pages[0])
    two = rights.decide(case, second, Ruling("partly", "restore", "You are right.", restore=(wrong.pk,)))
    assert [t.value for t in one.made] == pages
    assert [(t.value, t.revoked) for t in two.made] == [(pages[0], True)]
