"""To restore is to end exactly what was chosen: every other statement goes on as if the ended ones had never been."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import rights
from analysis.models import Article, Case, Domain, Terms
from analysis.rights import RightsError, Ruling
from analysis.rulebook import current, work_of
from tests import making
from tests.analysis.cases import REMOVE, confirmed, link_only

pytestmark = pytest.mark.django_db
YESTERDAY = timezone.now() - timedelta(days=1)
PAGES = ("wire.test/press/1", "wire.test/press/2", "news.wire.test/1")


def restore(*statements: Terms) -> Ruling:
    return Ruling("granted", "restore", "Seen anew.", restore=tuple(t.pk for t in statements))


def level(article: Article, at=None) -> str:
    return current().permit(work_of(article), at or timezone.now()).level.name.lower()


# --- anything said before, one case in between, everything it made ended --------------------------------------------

SAID = st.fixed_dictionaries(
    {},
    optional={
        "level": st.sampled_from(["full", "short", "link", "none"]),
        "max_words": st.integers(0, 400),
        "copied_words": st.integers(3, 400),
        "copied_percent": st.integers(0, 100),
        "ai": st.sampled_from(["allow", "deny"]),
        "embargo_hours": st.sampled_from([1, 24 * 365]),
        "attribution": st.sampled_from(["From the Wire", "By the Wire"]),
    },
).filter(bool)
# Few places, so that statements meet. The second is the first page, written otherwise.
PLACES = st.sampled_from([
    ("url", "https://wire.test/press/1"), ("url", "http://www.wire.test/press/1/"), ("path", "wire.test/press"),
    ("publisher", ""),
])  # fmt: skip
STATEMENT = st.tuples(
    PLACES, st.sampled_from(["publisher", "publisher", "restriction", "legal"]), SAID, st.integers(0, 3)
)
RULING = st.tuples(
    PLACES,
    st.one_of(st.just({"action": "remove"}), SAID.map(lambda said: {"action": "terms", "level": "", **said})),
    st.sampled_from([{}, {"legal": True}, {"verified": True}]),
)


def rule(case: Case, ruling) -> None:
    (scope, value), what, how = ruling
    rights.decide(case, None, Ruling("granted", reason="Yes.", scope=scope, value=value, **what, **how))


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(STATEMENT, max_size=5), earlier=st.lists(RULING, max_size=2), ruling=RULING, by_appeal=st.booleans()
)
def test_what_one_case_made_is_ended_and_all_is_as_it_was(db, before, earlier, ruling, by_appeal):
    with transaction.atomic():
        wire = making.publisher("Wire", "wire.test")
        articles = [
            Article.objects.create(url=f"https://{at}", title="T", publisher=wire, published_at=YESTERDAY)
            for at in PAGES
        ]
        for (scope, value), basis, said, days in before:
            making.terms(wire, scope=scope, value=value, basis=basis,
                         effective_from=making.LONG_AGO + timedelta(days=days), **said)  # fmt: skip
        for one in earlier:
            rule(confirmed(*[a.url for a in articles]), one)

        def permits():
            now = timezone.now()
            return [current().permit(work_of(article), now) for article in articles]

        was = permits()
        case = confirmed(*[a.url for a in articles])
        rule(case, ruling)
        made = list(case.terms.all())
        if by_appeal:
            rights.appeal(case, "No.")
        else:
            case = confirmed(*[a.url for a in articles])
        rights.decide(case, None, restore(*made))
        assert permits() == was
        transaction.set_rollback(True)


# --- one by one -----------------------------------------------------------------------------------------------------


@pytest.fixture
def page():
    return making.article(making.publisher(host="wire.test"), path="1")


def test_the_newer_of_two_earlier_statements_counts_again_and_not_the_stricter(page):
    making.terms(page.publisher, level="link", effective_from=making.LONG_AGO)
    making.terms(page.publisher, level="full", effective_from=making.LONG_AGO + timedelta(days=1))
    case = confirmed(page.url)
    rights.decide(case, None, Ruling("granted", "remove", "Yes.", scope="publisher", verified=True))
    assert level(page) == "none"
    rights.appeal(case, "We meant another.")
    rights.decide(case, None, restore(case.terms.get()))
    assert level(page) == "full"


def test_a_later_decision_at_the_same_place_outlives_the_end_of_an_earlier_one(page):
    first, second = confirmed(page.url), confirmed(page.url)
    rights.decide(first, None, link_only(verified=True))
    rights.decide(second, None, link_only(level="short", verified=True))
    rights.appeal(first, "Please end it.")
    rights.decide(first, None, restore(first.terms.get()))
    assert level(page) == "short"


def test_two_that_are_ended_together_do_not_bring_each_other_back(page):
    first, second = confirmed(page.url), confirmed(page.url)
    rights.decide(first, None, link_only(verified=True))
    rights.decide(second, None, link_only(level="none", verified=True))
    both = [first.terms.get(), second.terms.get()]
    for order in (both, both[::-1]):
        with transaction.atomic():
            last = confirmed(page.url)
            rights.decide(last, None, restore(*order))
            assert level(page) == "full"
            transaction.set_rollback(True)


def test_what_comes_into_force_later_still_does_so(page):
    tomorrow = timezone.now() + timedelta(days=1)
    making.terms(page.publisher, level="link", effective_from=tomorrow)
    case = confirmed(page.url)
    rights.decide(case, None, Ruling("granted", "remove", "Yes.", scope="publisher", verified=True))
    rights.appeal(case, "No.")
    rights.decide(case, None, restore(case.terms.get()))
    assert level(page) == "full"
    assert level(page, tomorrow + timedelta(hours=1)) == "link"


def test_a_page_that_we_did_not_cover_then_is_restored_now_that_we_do():
    case = confirmed("http://www.later.test/1/")
    rights.decide(case, None, REMOVE)
    page = making.article(making.publisher(host="later.test"), path="1")
    assert level(page) == "none"
    another = confirmed(page.url)
    rights.decide(another, None, restore(case.terms.get()))
    assert level(page) == "full"


def test_a_part_of_a_site_that_we_did_not_cover_then_is_restored_too():
    case = confirmed("https://later.test/press/1")
    rights.decide(case, None, link_only("path", "later.test/press"))
    another = confirmed("https://later.test/press/2")
    assert rights.liftable(another) == [case.terms.get()]
    assert rights.liftable(confirmed("https://later.test/else")) == []


@pytest.mark.parametrize(
    ("scope", "value", "may"),
    [("domain", "wire.test", True), ("path", "wire.test/press", True), ("publisher", "", True),
     ("url", "https://wire.test/press/1", True), ("url", "https://wire.test/press/2", False),
     ("path", "wire.test/other", False), ("domain", "other.test", False)],
)  # fmt: skip
def test_a_case_may_end_only_what_another_made_for_its_own_pages(scope, value, may):
    wire = making.publisher("Wire", "wire.test")
    pages = [making.article(wire, path=path) for path in ("press/1", "press/2", "other/1")]
    Domain.objects.create(publisher=wire, host="other.test")
    other = confirmed(*[page.url for page in pages], "https://other.test/1")
    rights.decide(other, None, link_only(scope, value))
    theirs = other.terms.get()
    case = confirmed(pages[0].url)
    assert (theirs in rights.liftable(case)) is may
    if not may:
        with pytest.raises(RightsError, match="Choose again"):
            rights.decide(case, None, restore(theirs))
        assert case.terms.count() == 0


def test_what_was_ended_cannot_be_ended_again(page):
    case = confirmed(page.url)
    rights.decide(case, None, REMOVE)
    old = case.terms.get()
    rights.appeal(case, "No.")
    rights.decide(case, None, restore(old))
    again = confirmed(page.url)
    assert old not in rights.liftable(again)
    with pytest.raises(RightsError):
        rights.decide(again, None, restore(old))


def test_one_publishers_withdrawal_says_nothing_of_another(page):
    other = making.article(making.publisher(host="other.test"))
    for at in (page, other):
        rights.decide(confirmed(at.url), None, Ruling("granted", "remove", "Yes.", scope="publisher"))
    (mine,) = rights.liftable(confirmed(page.url))
    rights.decide(confirmed(page.url), None, restore(mine))
    assert (level(page), level(other)) == ("full", "none")
    assert len(rights.liftable(confirmed(page.url, other.url))) == 1


def test_what_somebody_else_was_granted_stays_theirs(page):
    """Said again, it is no part of the decision that ended something beside it, nor told to whoever asked for that."""
    theirs, mine = confirmed(page.url, kind="privacy", relation="subject"), confirmed(page.url, relation="author")
    rights.decide(theirs, None, REMOVE)
    rights.decide(mine, None, REMOVE)
    rights.appeal(mine, "No.")
    decision = rights.decide(mine, None, restore(mine.terms.get()))
    assert level(page) == "none"
    assert [t.revoked for t in decision.made] == [True]
    assert {t.case for t in Terms.objects.filter(reason="Privacy, right to be forgotten")} == {theirs}
