"""When the server of a source is asked, what is kept of its answers, and what they come to for a page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from analysis import asking, editing
from analysis.asking import Answer
from analysis.models import Article, PageReading, Source, Story
from analysis.models.readings import Occasion, Outcome
from analysis.posts import EPOCH
from tests import making

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 3, 9, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
COPY = "https://archive.test/1"


def answer(at: datetime = AT, sha256: str = "a", **fields) -> Answer:
    return Answer(**{"at": at, "outcome": Outcome.ANSWERED, "status": 200, "sha256": sha256, **fields})


@pytest.fixture
def article() -> Article:
    return making.article()


# --- what is kept -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("occasion", Occasion)
def test_what_was_asked_for_is_kept_though_it_says_the_same(article, occasion):
    assert [asking.record(article.pk, answer(AT + n * DAY), occasion) for n in range(3)] == [True] * 3
    assert set(PageReading.objects.values_list("occasion", flat=True)) == {occasion}


def test_a_weekly_reading_is_kept_if_it_says_something_else_and_once_a_month(article):
    weeks = [asking.record(article.pk, answer(AT + n * timedelta(days=7))) for n in range(53)]
    assert weeks == [n % 4 == 0 for n in range(53)]
    later = AT + timedelta(days=365)
    for n, other in enumerate((
        {"sha256": "b"}, {"sha256": "b", "final_url": COPY}, {"sha256": "", "status": 410, "outcome": Outcome.GONE},
        {"sha256": "", "status": None, "outcome": Outcome.FAILED}, {"memento": COPY},
    )):  # fmt: skip
        assert asking.record(article.pk, answer(later + n * DAY, **other)), other
        assert not asking.record(article.pk, answer(later + n * DAY, **other)), other


@pytest.mark.parametrize(("then", "kept"), [
    ({}, COPY), ({"outcome": Outcome.GONE, "status": 404}, COPY), ({"outcome": Outcome.FAILED}, COPY),
    ({"memento": f"{COPY}0"}, f"{COPY}0"), ({"outcome": Outcome.WALLED, "status": 402}, ""), ({"copies": False}, ""),
])  # fmt: skip
def test_a_copy_that_is_known_stays_known_while_one_may_be_shown(article, then, kept):
    asking.record(article.pk, answer(memento=COPY), Occasion.PUBLISHED)
    asking.record(article.pk, answer(AT + DAY, **then), Occasion.LATER)
    assert asking.latest(article.pk).memento == kept


@pytest.mark.parametrize("wrong", [
    {"occasion": "x"}, {"outcome": "x"}, {"final_url": "javascript:1"}, {"memento": "data:x"}, {"status": None},
    {"status": None, "outcome": "failed", "sha256": "a"},
])  # fmt: skip
def test_the_database_refuses_what_no_answer_is(article, wrong):
    right = {"article": article, "asked_at": AT, "occasion": "added", "outcome": "answered", "status": 200}
    PageReading.objects.create(**right)
    with pytest.raises(DatabaseError), transaction.atomic():
        PageReading.objects.create(**{**right, **wrong})


# --- when it is asked ---------------------------------------------------------------------------------------------


@pytest.fixture
def story(article) -> Story:
    return making.published(article)


def after(story: Story, **passed: float) -> datetime:
    return story.updated_at + timedelta(**passed)


def test_whoever_publishes_the_sources_are_due_at_once_a_day_and_a_week_later_and_never_in_between(story, article):
    """Asked every six hours for ten days, each time what is due is asked."""
    asked = []
    for n in range(40):
        now = after(story, hours=6 * n)
        for pk, occasion in asking.due(now, 50):
            assert pk == article.pk
            asked.append((6 * n, occasion))
            asking.record(pk, answer(now), occasion)
    assert asked == [(0, "published"), (30, "later"), (168, "later")]  # a day after the last one, not sooner


def test_what_was_asked_before_the_publication_is_asked_after_it(story, article):
    asking.record(article.pk, answer(after(story, minutes=-1)), Occasion.ADDED)
    assert asking.due(after(story, minutes=1), 9) == [(article.pk, "published")]
    asking.record(article.pk, answer(after(story, minutes=2)), Occasion.ADDED)
    assert asking.due(after(story, minutes=3), 9) == []


def test_publishing_again_asks_again(story, article):
    asking.record(article.pk, answer(timezone.now()), Occasion.PUBLISHED)
    assert asking.due(timezone.now(), 9) == []
    Story.objects.filter(pk=story.pk).update(dek="Another.")
    editing.publish(story, None)
    assert asking.due(timezone.now(), 9) == [(article.pk, "published")]


def test_history_that_is_written_down_asks_nobody(article):
    making.published(article, at=timezone.now() - timedelta(days=30))
    assert asking.due(timezone.now(), 9) == []


def test_neither_a_draft_nor_a_withdrawn_story_asks(article):
    making.draft(article)
    editing.withdraw(making.published(making.article()), "Why.")
    assert asking.due(timezone.now() + MINUTE, 9) == []


def test_a_round_is_bounded_and_asks_few_pages_of_one_host_and_the_others_in_the_next(article):
    wire, other = making.publisher(host="wire.test"), making.publisher(host="other.test")
    story = making.draft(making.article(wire))
    for n in range(12):
        Source.objects.create(story=story, article=making.article(wire), role="coverage", position=n + 1)
    Source.objects.create(story=story, article=making.article(other), role="coverage", position=20)
    editing.publish(story, None)
    rounds = []
    while found := asking.due(timezone.now(), 9):
        rounds.append(len(found))
        for pk, occasion in found:
            asking.record(pk, answer(timezone.now()), occasion)
    assert rounds == [6, 5, 3]
    assert len(asking.due(timezone.now() + DAY, 4)) == 4


def test_what_is_due_costs_three_queries_and_walks_no_archive(story, django_assert_num_queries):
    with django_assert_num_queries(3):
        asking.due(after(story, minutes=1), 9)
    plan = asking._waiting(after(story, minutes=1), timedelta()).explain()
    if connection.vendor == "sqlite":
        assert "story_published_lately" in plan and "SCAN" not in plan.replace("SCAN CONSTANT", ""), plan


def test_who_was_not_asked_since(article):
    other = making.article()
    asking.record(article.pk, answer(), Occasion.ADDED)
    assert asking.not_asked_since([article.pk, other.pk], AT) == [other.pk]
    assert asking.not_asked_since([article.pk, other.pk], AT + MINUTE) == [article.pk, other.pk]


# --- what the answers come to -------------------------------------------------------------------------------------


def test_the_newest_answer_counts_and_an_article_that_was_never_asked_is_missing(article):
    other = making.article()
    asking.record(article.pk, answer(), Occasion.ADDED)
    asking.record(article.pk, answer(AT + DAY, outcome=Outcome.GONE, status=410, sha256=""), Occasion.LATER)
    found = asking.asked([article.pk, other.pk], EPOCH)
    assert found.keys() == {article.pk}
    assert (found[article.pk].at, found[article.pk].outcome, found[article.pk].unlike) == (AT + DAY, "gone", None)
    assert asking.asked([], EPOCH) == {}


@pytest.mark.parametrize(("texts", "since", "unlike"), [
    ("aa", 0, None), ("ab", 0, 0), ("ab", 1, None), ("aba", 0, None), ("abb", 0, 0), ("abb", 1, None), ("abc", 1, 1),
    ("-ab", 0, 1), ("-a", 0, None), ("a-", 0, None), ("a-b", 0, 0), ("ab-", 0, None), ("ab", 5, None),
])  # fmt: skip
def test_a_text_has_changed_if_it_is_not_what_it_was_first_since_that_moment(article, texts, since, unlike):
    """A letter for each day's text; a dash for a day on which none could be read."""
    for n, text in enumerate(texts):
        asking.record(article.pk, answer(AT + n * DAY, text.strip("-")), Occasion.LATER)
    found = asking.asked([article.pk], AT + since * DAY)[article.pk]
    assert found.unlike == (None if unlike is None else AT + unlike * DAY)


def test_before_we_read_it_a_text_may_change_as_it_likes(article):
    for n, text in enumerate("abb"):
        asking.record(article.pk, answer(AT + n * DAY, text), Occasion.LATER)
    assert asking.asked([article.pk], EPOCH)[article.pk].unlike == AT
    Article.objects.filter(pk=article.pk).update(retrieved_at=AT + MINUTE)
    assert asking.asked([article.pk], EPOCH)[article.pk].unlike is None


def test_of_a_working_copy_texts_are_compared_from_the_last_publication_on(article):
    story = making.draft(article)
    asking.record(article.pk, answer(AT, "a"), Occasion.ADDED)
    asking.record(article.pk, answer(AT + DAY, "b"), Occasion.LATER)
    assert asking.asked_for(story, [article.pk, -1])[article.pk].unlike == AT
    editing.publish(story, None)
    story.refresh_from_db()
    assert asking.asked_for(story, [article.pk])[article.pk].unlike is None


@hypothesis(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["a", "b", ""]), st.booleans()), min_size=1, max_size=12), st.integers(0, 12))
def test_one_query_finds_what_a_walk_through_all_readings_does(readings, since):
    article, other = making.article(retrieved_at=None), making.article(retrieved_at=None)
    for n, (text, mine) in enumerate(readings):
        asking.record((article if mine else other).pk, answer(AT + n * DAY, text), Occasion.LATER)
    found = asking.asked([article.pk, other.pk], AT + since * DAY)
    for one, whose in ((article, True), (other, False)):
        rows = [(AT + n * DAY, text) for n, (text, mine) in enumerate(readings) if mine == whose]
        assert (one.pk in found) == bool(rows)
        if rows:
            first = next(((at, text) for at, text in rows if text and at >= AT + since * DAY), None)
            changed = first and rows[-1][1] and rows[-1][1] != first[1]
            assert (found[one.pk].at, found[one.pk].sha256) == rows[-1]
            assert found[one.pk].unlike == (first[0] if changed else None)


def test_of_thirty_articles_with_many_readings_it_is_one_query_by_the_index(django_assert_num_queries):
    articles = [making.article() for _ in range(30)]
    PageReading.objects.bulk_create(
        PageReading(article=one, asked_at=AT + n * DAY, occasion="later", outcome="answered", status=200)
        for n in range(40)
        for one in articles
    )
    pks = [one.pk for one in articles]
    with django_assert_num_queries(1):
        assert len(asking.asked(pks, EPOCH)) == 30
    plan = asking._of(pks, EPOCH).explain()
    if connection.vendor == "sqlite":
        assert "latest_page_reading" in plan and "SCAN analysis_pagereading" not in plan, plan
