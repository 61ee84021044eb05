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
    assert not rights.appealable(decided, decided.read_decision(), timezone.now())
    with pytest.raises(RightsError, match="on your appeal"):
        rights.appeal(decided, "And again.")
    assert decided.messages.filter(appeal=True).count() == 1


def test_a_row_that_was_read_before_does_not_allow_a_second_appeal(decided, second):
    stale = Case.objects.get(pk=decided.pk)
    assert rights.appealable(stale, stale.read_decision(), timezone.now())
    rights.appeal(decided, "Look again.")
    rights.decide(decided, second, DECLINED)
    with pytest.raises(RightsError, match="on your appeal"):
        rights.appeal(stale, "Me too.")


def test_it_may_be_contested_to_the_last_moment_of_the_last_day(decided, settings):
    end = decided.read_decision().decided_at + timedelta(days=settings.APPEAL_DAYS)
    assert rights.appealable(decided, decided.read_decision(), end)
    assert not rights.appealable(decided, decided.read_decision(), end + timedelta(microseconds=1))
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
        again = confirmed(url, email=case.email)
        rights.decide(case, first, DECLINED)
        case = again
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


# --- joined to somebody else's ----------------------------------------------------------------------------------------


@pytest.fixture
def joined(first):
    """The case of somebody whose request went on with another sender's, decided."""
    url = making.article().url
    earlier, case = confirmed(url), confirmed(url, "https://wire.test/mine")
    rights.join(case, earlier)
    rights.decide(earlier, first, DECLINED)
    case.refresh_from_db()
    return case


def test_each_sender_may_contest_a_decision_that_holds_for_both(joined, first, second):
    earlier = joined.joined_to
    rights.appeal(joined, "Look again.")
    assert (joined.state, joined.joined_to, joined.read_decision()) == ("appealed", None, earlier.read_decision())
    assert not joined.may_read(earlier.read_decision()), "what was written to the other is not theirs"
    with pytest.raises(RightsError, match="contested here"):
        rights.decide(joined, first, REMOVE)
    decision = rights.decide(joined, second, REMOVE)
    assert decision.number == 2 and joined.read_decision() == decision and joined.may_read(decision)
    assert {t.value for t in decision.made} == {line.url for line in joined.urls.all()}, "it acts on the pages of this"
    assert (
        earlier.read_decision().number == 1 and OutgoingMail.objects.filter(kind="decided", case=earlier).count() == 1
    )
    with pytest.raises(RightsError, match="on your appeal"):
        rights.appeal(joined, "And again.")


def test_what_the_other_sender_contests_is_no_longer_the_fate_of_who_contested(joined, second):
    earlier = joined.joined_to
    rights.appeal(joined, "Look again.")
    rights.appeal(earlier, "Me too.")
    rights.decide(earlier, second, REMOVE)
    joined.refresh_from_db()
    assert (joined.state, joined.read_decision().number) == ("appealed", 1)
    assert OutgoingMail.objects.filter(kind="decided", case=joined).count() == 1


def test_what_the_other_senders_appeal_came_to_may_be_contested_by_who_did_not_appeal(joined, first, second):
    rights.appeal(joined.joined_to, "Look again.")
    rights.decide(joined.joined_to, second, DECLINED)
    joined.refresh_from_db()
    rights.appeal(joined, "And for me.")
    with pytest.raises(RightsError, match="contested here"):
        rights.take_up(joined, second)
    rights.take_up(joined, first)


def test_an_appeal_of_a_joined_one_that_is_taken_back_leaves_it_the_decision_that_its_sender_knows(joined, second):
    earlier = joined.joined_to
    decision = earlier.read_decision()
    rights.appeal(joined, "Look again.")
    rights.appeal(earlier, "Me too.")
    rights.decide(earlier, second, REMOVE)
    rights.withdraw(joined)
    assert (joined.state, joined.joined_to, joined.read_decisions()) == ("closed", None, [decision])
    assert not joined.may_read(decision)
    assert [mail.decision for mail in joined.mail.filter(kind="decided")] == [decision]
    with pytest.raises(RightsError, match="cannot be contested"):
        rights.appeal(joined, "No, do look.")


def test_a_decision_of_its_own_after_a_separation_is_contested_once_more_and_not_twice(joined, first, second):
    rights.appeal(joined, "Look again.")
    rights.take_up(joined, second)
    rights.withdraw(joined)
    rights.separate(joined)
    assert (joined.read_decisions(), joined.contested, joined.assigned_to) == ([], None, None)
    own = rights.decide(joined, first, DECLINED)
    assert (own.number, joined.read_decision()) == (1, own)
    rights.appeal(joined, "This one too.")
    anew = rights.decide(joined, second, REMOVE)
    assert (anew.number, joined.read_decisions()) == (2, [own, anew])
    with pytest.raises(RightsError, match="on your appeal"):
        rights.appeal(joined, "And again.")
    rights.close(joined, None)
    with pytest.raises(RightsError, match="joined to no other"):
        rights.separate(joined)


def test_an_appeal_that_was_taken_back_is_over_and_its_sender_is_forgotten_in_time(joined, settings):
    at = timezone.now()
    rights.appeal(joined, "Look again.", at)
    rights.withdraw(joined, at)
    assert rights.erase(at + timedelta(days=settings.ERASE_DAYS)) == 0
    assert rights.erase(at + timedelta(days=settings.ERASE_DAYS, seconds=1)) == 1


def test_a_joined_case_may_be_contested_as_long_as_its_decision_and_is_not_erased_before(joined, settings):
    end = joined.read_decision().decided_at + timedelta(days=settings.APPEAL_DAYS)
    Case.objects.filter(pk=joined.pk).update(closed_at=end - timedelta(days=settings.ERASE_DAYS + 1))
    assert rights.erase(end) == 0 and rights.appealable(joined, joined.read_decision(), end)
    assert rights.erase(end + timedelta(seconds=1)) == 1
