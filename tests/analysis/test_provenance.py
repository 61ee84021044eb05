"""What our own record says of a source: its dates, whose site it is on, whether somebody read it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone, translation

from analysis import editing, preflight, rendition
from analysis.models import Article, Domain, Source, Story
from analysis.provenance import Facts, checks_of
from tests import making

X = "https://x.com/desk/status/1912826545673998460"
TODAY = date(2026, 4, 21)
ORDINARY = Facts(
    url="https://wire.test/1", role="original", publisher="Wire", owner="Wire", own=True,
    published_at=datetime(2026, 4, 20, 8, tzinfo=UTC), retrieved_at=datetime(2026, 4, 20, 9, tzinfo=UTC),
    event_on=date(2026, 4, 20), story_on=TODAY,
)  # fmt: skip
POST = replace(ORDINARY, url=X, role="social", published_at=None)


def said(facts: Facts, today: date = TODAY) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"warning": [], "unknown": [], "fine": []}
    for check in checks_of(facts, today):
        found[check.mark].append(check.words)
    return found


def test_of_an_ordinary_source_all_is_well_and_that_is_said():
    assert said(ORDINARY) == {
        "warning": [],
        "unknown": [],
        "fine": ["On a site of Wire.", "Read by somebody of our newsroom on 20 April 2026."],
    }


def test_a_post_from_before_the_event_is_a_warning_with_the_number_of_days():
    (warning,) = said(POST)["warning"]
    assert (
        warning == "Posted 17 April 2025, 11:12 UTC, by its own id. That is 368 days before the event it is cited for."
    )


def test_without_a_day_of_the_event_the_story_is_what_it_is_compared_with():
    (warning,) = said(replace(POST, event_on=None, story_on=date(2026, 4, 20)))["warning"]
    assert warning == "Posted 17 April 2025, 11:12 UTC, by its own id. That is 368 days before this story."


@pytest.mark.parametrize(("event", "warns"), [
    (date(2025, 4, 16), False), (date(2025, 4, 17), False), (date(2025, 5, 17), False), (date(2025, 5, 18), True),
])  # fmt: skip
def test_more_than_thirty_days_is_too_old(event, warns):
    found = said(replace(POST, event_on=event))
    assert bool(found["warning"]) is warns
    assert any("Posted 17 April 2025, 11:12 UTC" in words for words in found["warning"] + found["fine"])


@pytest.mark.parametrize(("role", "days", "warns"), [
    ("original", 30, False), ("original", 31, True), ("coverage", 31, True), ("wire", 31, True),
    ("primary", 400, False), ("background", 400, False), ("original", -1, False),
])  # fmt: skip
def test_reporting_older_than_the_event_is_pointed_out_and_a_document_is_not(role, days, warns):
    old = replace(ORDINARY, role=role, published_at=datetime(2026, 4, 20, 8, tzinfo=UTC) - timedelta(days=days))
    assert said(old)["warning"] == (["Published 31 days before the event it is cited for."] if warns else [])


def test_an_event_that_is_still_to_come_makes_no_report_old():
    assert not said(replace(ORDINARY, event_on=date(2026, 12, 1)))["warning"]


def test_a_post_whose_id_tells_nothing_is_old_by_the_date_on_record():
    old = replace(ORDINARY, url="https://t.me/desk/5", role="wire", published_at=datetime(2020, 4, 20, tzinfo=UTC))
    assert said(old)["warning"] == ["Published 2191 days before the event it is cited for."]


def test_an_old_post_that_is_cited_as_background_is_no_mistake():
    assert said(replace(POST, role="background"))["warning"] == []


def test_where_not_the_platform_says_when_it_is_a_hint_and_no_warning():
    found = said(replace(POST, url="https://bsky.app/profile/d.test/post/3lbd2ebt3wk2r"))
    assert not found["warning"]
    assert found["unknown"][0] == (
        "Posted 19 November 2024, 18:19 UTC, by an id that its author’s own program chose. "
        "That is 517 days before the event it is cited for."
    )


def test_a_page_on_its_publishers_own_site_is_no_post_though_its_address_looks_like_one():
    own = replace(ORDINARY, url="https://wire.test/@desk/103270115826048975")
    assert said(own)["fine"] == ["On a site of Wire.", "Read by somebody of our newsroom on 20 April 2026."]
    assert "Mastodon" in str(said(replace(own, own=False, owner=None)))


@pytest.mark.parametrize(("days", "warns"), [(0, False), (1, False), (2, True), (4000, True)])
def test_a_date_that_is_still_to_come_is_no_date(days, warns):
    at = datetime(2026, 4, 21, 23, tzinfo=UTC) + timedelta(days=days)
    assert bool(said(replace(ORDINARY, published_at=at))["warning"]) is warns


def test_an_id_of_a_time_that_is_still_to_come_is_no_real_one():
    far = f"https://x.com/a/status/{2**62}"
    (warning,) = said(replace(POST, url=far))["warning"]
    assert "still to come: the id is no real one" in warning


def test_a_date_that_the_id_of_a_post_contradicts_is_pointed_out():
    found = said(replace(POST, event_on=date(2025, 4, 17), published_at=datetime(2025, 5, 1, tzinfo=UTC)))
    assert found["warning"] == ["It is dated 1 May 2025, which its own id contradicts."]
    agreeing = replace(POST, event_on=date(2025, 4, 17), published_at=datetime(2025, 4, 17, tzinfo=UTC))
    assert not said(agreeing)["warning"]


def test_what_could_not_be_checked_says_so_and_is_no_warning():
    found = said(replace(POST, url="https://t.me/desk/5"))
    assert not found["warning"]
    assert found["unknown"] == [
        "Its address holds no time, so when it was posted could not be checked.",
        "On t.me anybody can post under any name: whose account it is was not checked.",
    ]


@pytest.mark.parametrize(("change", "mark", "words"), [
    ({"published_at": None}, "unknown", "It says no date, or we found none."),
    ({"retrieved_at": None}, "unknown", "Nobody here says to have read it."),
    ({"owner": None, "own": False}, "unknown", "Whose site it is on is not on our record."),
    ({"owner": "Other", "own": False}, "warning", "It is on a site of Other, not of Wire."),
    ({"url": "https://bsky.app/profile/d.test/post/3lbd2ebt3wk2r", "event_on": date(2024, 11, 19)},
     "unknown", "Posted 19 November 2024, 18:19 UTC, by an id that its author’s own program chose."),
    ({"url": "https://social.test/@desk/103270115826048975", "event_on": date(2019, 12, 8), "own": False},
     "unknown",
     "Posted 8 December 2019, 03:48 UTC, by its own id, if its server is the Mastodon server it looks like."),
])  # fmt: skip
def test_each_finding_has_its_words_and_its_mark(change, mark, words):
    assert words in said(replace(ORDINARY, **change))[mark]


def test_the_words_are_in_the_readers_language():
    with translation.override("fr"):
        assert "17 avril 2025" in said(POST)["warning"][0]


# --- on the page and in the checklist ---------------------------------------------------------------------------------


@pytest.fixture
def story(db) -> Story:
    story = making.draft(making.article(published_at=timezone.now()), event_on=date(2026, 4, 20))
    x = making.publisher(name="X", host="x.com")
    post = Article.objects.create(url=X, title="A post", publisher=x)
    Source.objects.create(story=story, article=post, role="social", position=1)
    return story


def test_the_page_says_it_beside_the_source_and_the_checklist_before(story):
    said = [check.text for check in preflight.checklist(story, editing.snapshot(story), timezone.now())]
    assert sum("368 days before the event" in text and "“A post”" in text for text in said) == 1
    editing.publish(story, None)
    page = rendition.story(story.slug)
    assert [source.mark for source in page.sources] == ["fine", "warning"] and page.checked["warning"] == 1
    assert "368 days" in page.sources[1].checks[0].words
    assert "368 days" in rendition.history(story.slug, 1).sources[1].checks[0].words


def test_a_site_that_changes_hands_is_seen_from_the_next_request_on(story):
    editing.publish(story, None)
    other = making.publisher(name="Buyer")
    host = story.sources.first().article.publisher.domains.get().host
    Domain.objects.filter(host=host).update(publisher=other)
    assert "It is on a site of Buyer" in rendition.story(story.slug).sources[0].checks[0].words


def test_a_host_below_that_of_a_publisher_is_its_site_too(db):
    of = making.publisher(host="wire.test")
    article = Article.objects.create(url="https://news.wire.test/1", title="T", publisher=of,
                                     published_at=making.LONG_AGO, retrieved_at=making.LONG_AGO)  # fmt: skip
    page = rendition.story(making.published(article).slug)
    assert page.sources[0].mark == "fine"


def test_checks_cost_no_query_for_each_source(story, django_assert_num_queries):
    editing.publish(story, None)
    rendition.story(story.slug)
    with django_assert_num_queries(9):
        rendition.story(story.slug)
    for n in range(12):
        Source.objects.create(story=story, article=making.article(), role="coverage", position=2 + n)
    Story.objects.filter(pk=story.pk).update(dek="Another.")
    editing.publish(story, None)
    with django_assert_num_queries(9):
        assert len(rendition.story(story.slug).sources) == 14


def test_lists_and_feeds_do_not_pay_for_what_they_do_not_show(story, django_assert_num_queries):
    editing.publish(story, None)
    assert rendition.feed()[1][0].sources[1].checks == ()
