"""The numbers of the transparency report, counted once more by hand; and what they must never tell."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from math import ceil

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from analysis import editing, rights, transparency
from analysis.models import Case, Chain, Story
from analysis.transparency import MONTHS, Report, Row, ranked, report
from tests import making
from tests.analysis.cases import SITE, request

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
YES = rights.Ruling("granted", "remove", "Yes.")
NO = rights.Ruling("declined", "none", "No.")


def asked(days_ago: float, *urls: str, decided_after: float | None = None, ruling=NO, **fields) -> Case:
    at = NOW - timedelta(days=days_ago)
    case = rights.open_case(request(*(urls or ("https://nobody.test/1",)), **fields), SITE, at=at)
    rights.confirm(case, at=at)
    if decided_after is not None:
        rights.decide(case, None, ruling, at=at + timedelta(days=decided_after))
    return case


def counts(rows, key: str) -> dict[str, int]:
    row = next(row for row in rows if row.key == key)
    return {column: n for column, n in row.counts.items() if n}


@pytest.fixture(autouse=True)
def _anew():
    transparency._counted.cache_clear()


def test_a_report_of_nothing(django_assert_num_queries):
    with django_assert_num_queries(12):
        found = report(NOW)
    assert found.requests == 0 and found.publishers == () and found.others.total == 0
    assert [(row.key, row.total) for row in found.months][::11] == [("2025-12", 0), ("2026-11", 0)]
    assert {(one.decided, one.median, one.ninetieth) for one in found.days} == {(0, None, None)}
    assert (found.length, found.head) == (0, "")


def test_requests_are_counted_by_kind_lane_and_outcome():
    asked(1)
    asked(2, decided_after=1, ruling=YES)
    asked(2, decided_after=1, kind="copyright")
    rights.withdraw(asked(3, kind="privacy"))
    for _ in range(2):
        asked(4, "https://nobody.test/2", email="twice@wire.test")
    rights.open_case(request("https://nobody.test/3"), SITE, at=NOW)  # nobody confirmed it
    found = report(NOW)
    assert found.requests == 6
    assert counts(found.kinds, "opt_out") == {"open": 2, "granted": 1, "joined": 1}
    assert counts(found.kinds, "copyright") == {"declined": 1}
    assert counts(found.kinds, "privacy") == {"withdrawn": 1}
    assert counts(found.lanes, "preference") == {"open": 2, "granted": 1, "joined": 1}
    assert counts(found.lanes, "legal") == {"declined": 1, "withdrawn": 1}


def test_an_appeal_once_counted_stays_counted_though_its_case_is_separated_and_contested_again():
    earlier, case = asked(9), asked(8)
    rights.join(case, earlier)
    rights.decide(earlier, None, NO)
    case.refresh_from_db()

    def counted() -> tuple[dict[str, int], int, int]:
        found = report(NOW)
        outcomes = counts(found.kinds, "opt_out")
        return (
            {row.key: row.total for row in found.appeals if row.total},
            outcomes.get("joined", 0),
            outcomes.get("open", 0),
        )

    rights.appeal(case, "No.")
    assert counted() == ({"open": 1}, 1, 0)
    rights.withdraw(case)
    assert counted() == ({"withdrawn": 1}, 1, 0), "it goes by the other's decision, as before"
    rights.separate(case)
    assert counted() == ({"withdrawn": 1}, 0, 1)
    rights.decide(case, None, NO)
    rights.appeal(case, "No.")
    assert counted() == ({"withdrawn": 1, "open": 1}, 0, 0)
    rights.decide(case, None, NO)
    assert counted() == ({"withdrawn": 1, "declined": 1}, 0, 0)


def test_what_an_appeal_changed_counts_as_it_ended():
    reversed_, stands, back, waits = (asked(9, f"https://nobody.test/{n}", decided_after=1) for n in range(4))
    for case in (reversed_, stands, back, waits):
        rights.appeal(case, "No!", at=NOW - timedelta(days=5))
    rights.decide(reversed_, None, YES, at=NOW - timedelta(days=1))
    rights.decide(stands, None, NO, at=NOW - timedelta(days=1))
    rights.withdraw(back)
    found = report(NOW)
    assert {row.key: row.total for row in found.appeals} == {
        "granted": 1, "partly": 0, "declined": 1, "open": 1, "withdrawn": 1
    }  # fmt: skip
    assert counts(found.lanes, "preference") == {"granted": 1, "declined": 3}
    assert found.days[0].decided == 4 and found.days[0].median == 1, "by the first decision"


def test_months_have_no_gap_and_what_is_older_is_in_one_line():
    asked(1)
    asked(40, kind="privacy")
    asked(95)
    assert [(row.key, dict(row.counts)) for row in report(NOW).months if row.key > "2026-07"] == [
        ("2026-08", {"preference": 1, "legal": 0}), ("2026-09", {"preference": 0, "legal": 0}),
        ("2026-10", {"preference": 0, "legal": 1}), ("2026-11", {"preference": 1, "legal": 0}),
    ]  # fmt: skip
    assert len(report(NOW).months) == 12
    asked(365 * 2)
    assert [row.key for row in report(NOW).months] == [f"{2024 + n // 12}-{n % 12 + 1:02}" for n in range(10, 35)]
    asked(365 * 5)
    months = report(NOW).months
    assert [row.key for row in months[:2]] == ["before", "2023-12"] and len(months) == MONTHS + 1
    assert months[0].total == 1 and sum(row.total for row in months) == 5


def test_a_month_is_one_of_utc():
    for at in (datetime(2026, 9, 30, 23, 59, 59, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)):
        rights.confirm(rights.open_case(request("https://nobody.test/1"), SITE, at=at), at=at)
    assert [(row.key, row.total) for row in report(NOW).months][-3:] == [("2026-09", 1), ("2026-10", 1), ("2026-11", 0)]


def test_days_to_a_decision_by_lane():
    for n, days in enumerate([0, 1, 1, 2, 3, 3, 4, 8, 20]):
        asked(30, f"https://nobody.test/{n}", decided_after=days)
    asked(30, kind="copyright", decided_after=6)
    found = {one.lane: (one.decided, one.median, one.ninetieth) for one in report(NOW).days}
    assert found == {"all": (10, 3, 8), "preference": (9, 3, 20), "legal": (1, 6, 6)}


def test_publishers_are_counted_by_what_was_asked_in_their_name_and_others_together():
    wire, paper = making.publisher("Example Wire", "wire.test"), making.publisher("Example Paper", "paper.test")
    one, two = making.article(wire, path="1"), making.article(wire, path="2")
    its = making.article(paper, path="1")
    asked(5, one.url, two.url, decided_after=1, ruling=YES)  # one request, however many pages
    asked(5, one.url, relation="agent")
    asked(5, one.url, its.url)  # about work of two
    asked(5, its.url, relation="subject", kind="privacy")
    asked(5, its.url, relation="author")
    asked(5, "https://nobody.test/9")
    found = report(NOW)
    assert [(row.key, row.label, row.total) for row in found.claimed] == [
        (wire.slug, "Example Wire", 3), (paper.slug, "Example Paper", 1)
    ]  # fmt: skip
    assert counts(found.claimed, wire.slug) == {"granted": 1, "open": 2}
    assert found.publishers == ()
    assert found.others.total == 3 and found.requests == 6


def proved(case: Case, host: str, method: str = "dns", wide: bool = False) -> Case:
    rights.prove(rights.challenge(case, host, at=NOW), method, wide=wide, at=NOW)
    return case


def test_what_a_publisher_proved_to_ask_is_counted_apart_from_what_was_said_in_its_name(settings):
    wire, paper = making.publisher("Example Wire", "wire.test"), making.publisher("Example Paper", "news.paper.test")
    one, its = making.article(wire, path="1"), making.article(paper, path="1")
    asked(5, one.url)
    proved(asked(5, one.url, its.url), "wire.test")  # proved for the one, said for the other
    proved(asked(5, one.url), "wire.test", method="mail")  # reads a mailbox there
    proved(asked(5, its.url), "mallory.test")  # somebody's own site
    proved(asked(5, its.url), "paper.test")  # of that host alone
    done = proved(asked(5, its.url, relation="agent"), "paper.test", wide=True)
    proved(asked(5, its.url, relation="author"), "news.paper.test")  # asked in nobody's name

    def shown():
        found = report(NOW)
        tables = [
            [(row.label, *counts([row], row.key).items()) for row in t] for t in (found.publishers, found.claimed)
        ]
        return *tables, found.others.total

    assert shown() == (
        [("Example Paper", ("open", 1)), ("Example Wire", ("open", 1))],
        [("Example Paper", ("open", 3)), ("Example Wire", ("open", 2))], 1,
    )  # fmt: skip
    rights.decide(done, None, YES, at=NOW)
    rights.close(done, None, at=NOW)
    decided = shown()
    assert decided[0] == [("Example Paper", ("granted", 1)), ("Example Wire", ("open", 1))]
    assert rights.erase(NOW + timedelta(days=2 * settings.ERASE_DAYS)) == 1
    assert shown() == decided, "what is erased counts as before"


def test_statements_of_terms_are_counted_by_what_they_rest_on():
    wire = making.publisher("Example Wire", "wire.test")
    making.terms(wire, level="short")
    making.terms(wire, level="short", basis="site_signal")
    asked(5, making.article(wire).url, decided_after=1, ruling=rights.Ruling("granted", "remove", "Yes.", legal=True))
    found = report(NOW)
    assert counts(found.terms, "publisher") == {"otherwise": 1}
    assert counts(found.terms, "site_signal") == {"otherwise": 1}
    assert counts(found.terms, "legal") == {"request": 1}
    assert counts(found.terms, "house") == {}, "the house default is no change"


def test_the_report_names_the_record_as_it_can_be_proved_later():
    asked(1, decided_after=1)
    found = report(NOW)
    chain = Chain.objects.get()
    assert (found.length, found.head) == (chain.length, chain.head) == (3, chain.head)
    rights.open_case(request("https://nobody.test/3"), SITE)
    assert rights.begins_with(found.length, found.head)


def test_the_number_of_queries_does_not_grow(django_assert_num_queries):
    for n in range(12):
        wire = making.publisher()
        asked(40 * n, making.article(wire).url, decided_after=n)
    with django_assert_num_queries(12):
        report(NOW)
    with django_assert_num_queries(3):
        again = report(NOW + timedelta(hours=1))
    assert again.made_at == NOW + timedelta(hours=1) and again.requests == 12


def test_what_we_corrected_ourselves_is_counted_at_once_by_kind_and_of_the_last_twelve_months():
    assert [row.total for row in report(NOW).corrections] == [0, 0, 0, 0]
    story = making.published(at=NOW - timedelta(days=800))
    for days, kind in ((700, "correction"), (366, "correction"), (10, "correction"), (1, "clarification")):
        Story.objects.filter(pk=story.pk).update(dek=f"{days}")
        editing.publish(story, None, kind=kind, reason="It was wrong.", at=NOW - timedelta(days=days))
    editing.note(story, None, "A note.", at=NOW)
    found = {row.key: dict(row.counts) for row in report(NOW).corrections}
    assert found == {
        "correction": {"all": 3, "year": 1}, "clarification": {"all": 1, "year": 1},
        "update": {"all": 0, "year": 0}, "note": {"all": 1, "year": 1},
    }  # fmt: skip


def test_what_happened_a_moment_ago_is_counted():
    case = asked(3)
    assert counts(report(NOW).kinds, "opt_out") == {"open": 1}
    rights.decide(case, None, NO, at=NOW)
    assert counts(report(NOW).kinds, "opt_out") == {"declined": 1}
    making.terms(making.publisher(), level="short")
    assert counts(report(NOW).terms, "publisher") == {"otherwise": 1}
    with translation.override("fr"):
        report(NOW)
    asked(40)
    assert report(NOW).months[-2].label == "October 2026"


def test_nothing_in_a_report_can_tell_who_asked():
    word = "zqpersonzq"
    article = making.article(making.publisher("Example Wire", "wire.test"))
    case = rights.open_case(
        request(article.url, f"https://{word}.test/{word}", f"not a page {word}", f"/stories/{word}/", explanation=word,
                name=word, organisation=word, email=f"{word}@wire.test", kind="privacy", relation="subject",
                statute={"authority": word, "phone": word}), SITE, at=NOW,
    )  # fmt: skip
    rights.confirm(case, at=NOW)
    rights.write(case, word, at=NOW)
    rights.decide(case, None, rights.Ruling("granted", "remove", word), at=NOW)
    found = repr(report(NOW))
    assert word not in found and case.reference not in found
    assert "Example Wire" not in found, "a person asked: the publisher is not counted for it"


def test_kinds_are_crossed_with_no_month_and_no_publisher():
    """A count of one would tell who asked, and when."""
    found = report(NOW)
    tables = {name: getattr(found, name) for name in Report.__dataclass_fields__}
    columns = {
        name: set(row.counts) for name, rows in tables.items() if isinstance(rows, tuple)
        for row in rows if isinstance(row, Row)
    }  # fmt: skip
    kinds = set(Case.Kind.values) - {"other"}
    assert not any(names & kinds for names in columns.values())
    assert columns["months"] == set(Case.Lane.values)


SPREADS = st.lists(st.integers(0, 400), min_size=1, max_size=60)


@given(days=SPREADS, percent=st.integers(1, 100))
def test_a_percentile_is_the_value_at_its_rank(days, percent):
    assert ranked(Counter(days), percent) == sorted(days)[ceil(len(days) * percent / 100) - 1]


OUTCOMES = st.sampled_from(["open", "declined", "granted"])
CASES = st.lists(st.tuples(st.sampled_from(Case.Kind.values), st.integers(0, 1500), OUTCOMES), max_size=6)


@given(cases=CASES)
def test_every_table_adds_up_to_all_requests(cases):
    with transaction.atomic():
        for n, (kind, days, outcome) in enumerate(cases):
            ruling = YES if outcome == "granted" else NO
            asked(days, f"https://nobody.test/{n}", kind=kind, decided_after=None if outcome == "open" else 1,
                  ruling=ruling)  # fmt: skip
        found = report(NOW)
        for table in (found.kinds, found.lanes, found.months, (*found.publishers, found.others)):
            assert sum(row.total for row in table) == len(cases) == found.requests
        assert found.days[0].decided == sum(outcome != "open" for *_rest, outcome in cases)
        transaction.set_rollback(True)
