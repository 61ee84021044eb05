"""Two requests about the same thing go on as one; 500 lines, and each page in any spelling once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from analysis import rights
from analysis.models import Case, OutgoingMail
from analysis.rights import RightsError, Ruling
from tests import making
from tests.analysis.cases import REMOVE, confirmed, opened

pytestmark = pytest.mark.django_db
ME = {"email": "rights@wire.test"}
A, B = "https://wire.test/a", "https://wire.test/b"
DECLINED = Ruling("declined", "none", "No.")


def test_the_same_sender_asking_the_same_again_is_joined_to_the_first():
    first = confirmed(A, B, **ME)
    again = confirmed("http://www.wire.test/b/", **ME)
    assert again.joined_to == first and again.state == "closed"
    assert again.mail.last().kind == "confirmed" and again.events.last().kind == "joined"
    rights.decide(first, None, DECLINED)
    assert sorted(OutgoingMail.objects.filter(kind="decided").values_list("case__reference", flat=True)) == sorted(
        [first.reference, again.reference]
    )
    assert again.read_decision() == first.read_decision()


@pytest.mark.parametrize(
    ("urls", "other"),
    [((A, B, "https://wire.test/c"), ME), ((A,), ME | {"want": "reduce"}), ((A,), ME | {"kind": "copyright"}),
     ((A,), {"email": "else@wire.test"}), (("no address",), ME)],
)  # fmt: skip
def test_what_asks_for_more_or_else_or_comes_from_another_goes_its_own_way(urls, other):
    confirmed(A, B, **ME)
    assert confirmed(*urls, **other).joined_to is None


@pytest.mark.parametrize("over", ["withdrawn", "decided", "appealed", "received"])
def test_nothing_is_joined_to_a_case_that_is_over_or_contested_or_nobodys_yet(over):
    first = opened(A, **ME) if over == "received" else confirmed(A, **ME)
    if over == "withdrawn":
        rights.withdraw(first)
    if over in ("decided", "appealed"):
        rights.decide(first, None, DECLINED)
    if over == "appealed":
        rights.appeal(first, "No.")
    assert confirmed(A, **ME).joined_to is None


def test_a_case_read_before_it_was_decided_is_not_joined_to():
    first, second = confirmed(A), confirmed(A)
    stale = Case.objects.get(pk=first.pk)
    rights.decide(first, None, DECLINED)
    with pytest.raises(RightsError, match="cannot be joined to"):
        rights.join(second, stale)
    second.refresh_from_db()
    assert second.state == "confirmed", "or its sender would never hear of a decision"


def test_a_case_is_joined_neither_to_itself_nor_to_a_joined_one():
    first, second, third = confirmed(A), confirmed(A), confirmed(A)
    rights.join(second, first)
    for case, to in ((third, second), (third, third)):
        with pytest.raises(RightsError, match="cannot be joined to"):
            rights.join(case, to)


def test_a_page_in_any_spelling_is_one_page():
    ways = [f"{scheme}{www}wire.test/a{end}" for scheme in ("https://", "http://", "") for www in ("", "www.")
            for end in ("", "/", "#part", "?utm_source=mail")]  # fmt: skip
    case = confirmed(*ways)
    assert [line.match for line in case.urls.all()] == ["unmatched"] + ["repeated"] * (len(ways) - 1)
    rights.hold(case, None, "link")
    assert case.holds.count() == 1
    rights.decide(case, None, Ruling("granted", "remove", "Yes."))
    assert case.terms.count() == 1


def test_500_pages_are_looked_up_held_and_decided_in_a_bounded_number_of_queries(django_assert_max_num_queries):
    wire = making.publisher(host="wire.test")
    for n in range(250):
        making.article(wire, path=str(n))
    with django_assert_max_num_queries(60):
        case = confirmed(*[f"https://wire.test/{n}" for n in range(500)])
    assert case.urls.filter(match="matched").count() == 250
    with django_assert_max_num_queries(60):
        rights.hold(case, None, "link")
    assert case.holds.count() == 500
    rights.decide(case, None, Ruling("granted", "remove", "Yes."))
    assert case.terms.filter(publisher=wire).count() == 500, "known by its host, though only half of it is covered"


def test_a_demand_that_lacks_something_is_filed_asked_for_and_completed_later():
    case = confirmed(A, kind="copyright")
    assert case.lane == "legal" and set(rights.statute.missing(case)) == {
        "work", "signature", "good_faith", "accurate", "postal_address"}  # fmt: skip
    rights.complete(case, {"work": "The report", "good_faith": True, "phone": "+1 555 0100"})
    assert set(rights.statute.missing(case)) == {"signature", "accurate"}, "a telephone does for an address"
    rights.complete(case, {"work": "Another report", "signature": "R. Desk", "accurate": True})
    assert rights.statute.missing(case) == () and case.work == "The report", "what was said before stays"
    assert [e.data for e in case.events.filter(kind="completed")] == [{"still_missing": 2}, {"still_missing": 0}]


def test_completing_does_not_undo_what_the_newsroom_did_meanwhile():
    case = confirmed(A, kind="copyright")
    stale = Case.objects.get(pk=case.pk)
    rights.take_up(case, None)
    rights.complete(stale, {"work": "The report"})
    case.refresh_from_db()
    assert (case.state, case.work) == ("in_review", "The report")


@pytest.mark.parametrize("kind", Case.PREFERENCES)
def test_a_wish_is_never_asked_for_what_the_law_wants(kind):
    case = confirmed(A, kind=kind)
    assert rights.statute.wanted(kind) == () == rights.statute.missing(case)
    with pytest.raises(rights.RightsError, match="Nothing was added"):
        rights.complete(case, {"work": "The report"})
    assert case.work == "" and not case.events.filter(kind="completed").exists()


# --- what a join may not do -------------------------------------------------------------------------------------------


def test_a_joined_request_goes_on_when_the_other_is_taken_back():
    page = making.article()
    earlier, later = confirmed(page.url), confirmed(page.url)
    rights.join(later, earlier)
    rights.withdraw(earlier)
    later.refresh_from_db()
    assert (later.state, later.joined_to, later.closed_at) == ("confirmed", None, None)
    assert later.due_at and later.events.last().kind == "separated"


def test_what_was_held_for_a_joined_one_is_held_for_it_again_when_the_other_is_taken_back():
    page = making.article()
    earlier, later = confirmed(page.url), confirmed(page.url)
    rights.hold(later, None, "link")
    rights.join(later, earlier)
    rights.withdraw(earlier)
    assert held(earlier) == [] and held(later) == [(page.url, "link")]


def test_what_was_held_for_the_joined_one_stays_held():
    page = making.article()
    earlier, later = confirmed(page.url), confirmed(page.url)
    rights.hold(later, None, "none")
    rights.join(later, earlier)
    assert not later.holds.filter(lifted_at__isnull=True).exists()
    assert earlier.holds.get(lifted_at__isnull=True).level == "none"


def test_only_what_shares_a_page_and_is_confirmed_is_joined():
    page = making.article()
    case = confirmed(page.url)
    for other, why in ((confirmed("https://else.test/1"), "no page in common"), (opened(page.url), "not confirmed"),
                       (case, "itself")):  # fmt: skip
        with pytest.raises(RightsError, match=why):
            rights.join(case, other)


# --- what separates them ----------------------------------------------------------------------------------------------


def held(case: Case) -> list[tuple[str, str]]:
    return sorted(case.holds.filter(lifted_at__isnull=True).values_list("value", "level"))


@pytest.mark.parametrize("decided", [False, True])
def test_a_case_that_was_joined_wrongly_goes_on_by_itself(decided):
    page = making.article()
    earlier, later = confirmed(page.url), confirmed(page.url)
    rights.join(later, earlier)
    if decided:
        rights.decide(earlier, None, DECLINED)
    rights.separate(later)
    assert (later.state, later.joined_to, later.closed_at, later.read_decision()) == ("confirmed", None, None, None)
    assert later.due_at == later.confirmed_at + timedelta(hours=24), "counted from the sender's own act"
    assert [event.kind for event in later.events.all()][-2:] == ["joined", "separated"]
    assert later.mail.last().kind == "separated"
    rights.decide(later, None, REMOVE)
    assert later.read_decision().number == 1 and (earlier.read_decision() is not None) == decided


def test_separated_it_is_proved_if_a_proof_holds_and_its_hold_returns():
    page = making.article(making.publisher(host="wire.test"))
    earlier, later = confirmed(page.url), confirmed(page.url)
    proof = rights.prove(rights.challenge(later, "wire.test"), "dns", wide=True)
    rights.join(later, earlier)
    rights.hold(earlier, None, "none")  # an editor, for both
    rights.separate(later)
    assert later.state == "proved" and later.events.last().data == {"pages": 1}
    assert held(earlier) == [(page.url, "none")], "the other one loses nothing"
    assert held(later) == [(page.url, "link"), (page.url, "none")], "never weaker than before"
    rights.decide(earlier, None, DECLINED)
    rights.join(later, other := confirmed(page.url))
    rights.separate(later, at=proof.proved_at + timedelta(days=366))
    assert later.state == "confirmed" and other.state == "confirmed", "sites change hands"


def test_what_was_handed_over_returns_though_it_was_joined_further_or_an_appeal_was_taken_back():
    page = making.article()
    cases = [confirmed(page.url) for _n in range(3)]
    later, middle, earlier = cases
    rights.hold(later, None, "link")
    rights.join(later, middle)
    rights.join(middle, earlier)
    rights.decide(earlier, None, DECLINED)
    later.refresh_from_db()
    rights.appeal(later, "No.")
    rights.hold(later, None, "none")
    rights.withdraw(later)
    assert [held(case) for case in cases] == [[], [], []], "the decision stands"
    rights.separate(later)
    assert [held(case) for case in cases] == [[(page.url, "link")], [], []]
    decision = rights.decide(later, None, DECLINED)
    assert decision.number == 1 and rights.appealable(later, decision, timezone.now())


def test_what_was_held_for_the_other_one_alone_does_not_come_along():
    page = making.article()
    earlier, later = confirmed(page.url), confirmed(page.url)
    rights.hold(earlier, None, "link")
    rights.join(later, earlier)
    rights.separate(later)
    assert held(later) == [] and held(earlier) == [(page.url, "link")]


def test_what_is_not_joined_or_was_erased_is_not_separated():
    page = making.article()
    earlier, later = confirmed(page.url), confirmed(page.url)
    with pytest.raises(RightsError, match="joined to no other"):
        rights.separate(later)
    rights.join(later, earlier)
    for erased in (earlier, later):
        Case.objects.filter(pk=erased.pk).update(erased_at=timezone.now())
        with pytest.raises(RightsError, match="erased"):
            rights.separate(Case.objects.get(pk=later.pk))
        Case.objects.filter(pk=erased.pk).update(erased_at=None)


def test_what_was_joined_to_a_case_goes_along_when_that_is_joined():
    page = making.article()
    first, second, third = confirmed(page.url), confirmed(page.url), confirmed(page.url)
    rights.join(third, second)
    rights.join(second, first)
    third.refresh_from_db()
    assert third.joined_to == first, "or its sender would never hear of a decision"
    rights.decide(first, None, DECLINED)
    assert OutgoingMail.objects.filter(kind="decided").count() == 3
