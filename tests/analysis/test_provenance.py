"""What our own record says of a source, its dates, whose site it is on, whether somebody read it; and its server."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone, translation
from django.utils.formats import date_format
from hypothesis import given
from hypothesis import strategies as st

from analysis import editing, preflight, rendition
from analysis.models import Article, Claim, Domain, Evidence, PageReading, Source, Story
from analysis.models.readings import Outcome
from analysis.provenance import Asked, Facts, checks_of, facts_of
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


# --- what its server answered -----------------------------------------------------------------------------------------

ASKED = Asked(at=datetime(2026, 5, 9, 8, tzinfo=UTC), outcome="answered", status=200, sha256="b")


def answered(facts: Facts = ORDINARY, **fields) -> dict[str, list[str]]:
    """What is said beside what is said of a source that was never asked."""
    found, before = said(replace(facts, asked=replace(ASKED, **fields))), said(facts)
    return {mark: [words for words in some if words not in before[mark]] for mark, some in found.items()}


@pytest.mark.parametrize(("fields", "mark", "words"), [
    ({}, "fine", "Its address answered as expected on 9 May 2026."),
    ({"outcome": "gone", "status": 410}, "warning", "The page is gone: its address answered 410 on 9 May 2026."),
    ({"outcome": "walled", "status": 401}, "unknown",
     "The page asks for a login, so it could not be checked (answer 401 on 9 May 2026)."),
    ({"outcome": "walled", "status": 402}, "unknown",
     "The page is behind a pay wall, so it could not be checked (answer 402 on 9 May 2026)."),
    ({"outcome": "walled", "status": 403}, "unknown",
     "Its server does not show us the page, so it could not be checked (answer 403 on 9 May 2026)."),
    ({"outcome": "walled", "status": 451}, "unknown",
     "Its server may not show us the page by law (answer 451 on 9 May 2026)."),
    ({"outcome": "walled"}, "unknown",
     "The page says that it is not free to read, so we may not have seen all of it (9 May 2026)."),
    ({"outcome": "refused", "status": None}, "unknown",
     "Its robots.txt asks us not to read the page, so we did not (9 May 2026)."),
    ({"outcome": "failed", "status": 503}, "unknown",
     "Its server answered 503 on 9 May 2026, so the page could not be checked."),
    ({"outcome": "failed", "status": None}, "unknown", "Its server could not be reached on 9 May 2026."),
    ({"final_url": "https://buyer.test/secret/1"}, "warning",
     "Its address now leads to another site, buyer.test (checked on 9 May 2026)."),
    ({"final_url": "https://www.wire.test/"}, "warning",
     "Its address now leads to the front page of www.wire.test (checked on 9 May 2026)."),
    ({"final_url": "https://news.wire.test/2"}, "unknown",
     "Its address leads to another page on news.wire.test; whether that says the same was not checked (9 May 2026)."),
])  # fmt: skip
def test_each_answer_has_its_words_its_mark_and_its_day(fields, mark, words):
    assert answered(**fields) == {"warning": [], "unknown": [], "fine": []} | {mark: [words]}


def test_a_text_that_changed_is_a_warning_and_says_since_when():
    found = answered(unlike=datetime(2026, 5, 3, tzinfo=UTC))
    assert found["warning"] == [
        "Its text has changed since 3 May 2026 (checked on 9 May 2026): it may no longer say what stands here."
    ]
    assert found["fine"] == ["Its address answered as expected on 9 May 2026."]


def test_of_an_address_that_leads_elsewhere_it_is_not_said_as_well_that_its_text_is_another():
    found = answered(final_url="https://buyer.test/", unlike=datetime(2026, 5, 3, tzinfo=UTC))
    assert [words for words in found["warning"] if "text" in words] == [] and len(found["warning"]) == 1


def test_another_site_of_its_publisher_is_no_other_site():
    work = SimpleNamespace(url="https://wire.test/1", publisher_id=7, publisher_name="Wire", published_at=None,
                           retrieved_at=None)  # fmt: skip
    leads = replace(ASKED, final_url="https://wire.example/1")
    for owner, warns in ((7, False), (8, True)):
        sites = {"wire.test": (7, "Wire"), "wire.example": (owner, "Whoever")}
        found = said(facts_of(work, "original", sites, None, TODAY, leads))
        assert any("another site" in words for words in found["warning"]) is warns


@pytest.mark.parametrize(("role", "own", "words"), [
    ("primary", True, "A primary document, on a site of Wire."), ("original", True, "On a site of Wire."),
])  # fmt: skip
def test_a_primary_document_on_its_own_site_is_called_one(role, own, words):
    assert words in said(replace(ORDINARY, role=role, own=own))["fine"]


@pytest.mark.parametrize(("stances", "told"), [
    ((), False), (("attributes",), True), (("attributes", "silent"), True), (("attributes", "states"), False),
    (("silent",), False), (("disputes", "attributes"), False), (("states",), False),
])  # fmt: skip
def test_a_source_that_only_passes_on_what_others_say_is_a_report_of_a_report(stances, told):
    words = "It reports what others say: it states none of the claims here itself."
    assert (words in said(replace(ORDINARY, stances=frozenset(stances)))["fine"]) is told


hosts = st.sampled_from(["wire.test", "www.wire.test", "buyer.test", "a.co.uk", "localhost"])
answers = st.builds(
    Asked,
    at=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    outcome=st.sampled_from(Outcome.values),
    status=st.none() | st.integers(100, 599),
    final_url=st.just("") | st.builds("https://{}/{}".format, hosts, st.sampled_from(["", "zqpathzq", "zqpathzq/2"])),
    sha256=st.sampled_from(["", "zqhashzq"]),
    memento=st.sampled_from(["", "https://archive.test/zqpathzq"]),
    unlike=st.none() | st.just(datetime(2020, 1, 1, tzinfo=UTC)),
).filter(lambda asked: asked.status or asked.outcome in ("refused", "failed"))  # as the database has it


@given(answers, st.sampled_from(["en", "fr"]))
def test_whatever_was_answered_something_dated_is_said_and_no_address_told(asked, language):
    with translation.override(language):
        found = checks_of(replace(ORDINARY, asked=asked), TODAY)
        day = date_format(asked.at, "j F Y")
    new = [check for check in found if day in check.words]
    assert new and not [check for check in found if "zq" in check.words or "://" in check.words]
    order = [check.mark for check in found]
    assert order == sorted(order, key=["warning", "unknown", "fine"].index)
    if asked.outcome in ("refused", "failed", "walled"):
        assert "unknown" in {check.mark for check in new}, "what could not be checked says so"


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


def read(article: Article, **fields) -> PageReading:
    return PageReading.objects.create(
        **{"article": article, "asked_at": timezone.now(), "occasion": "later", "outcome": "answered", "status": 200}
        | fields
    )


def test_what_a_server_answered_stands_on_the_page_and_before_that_in_the_checklist(story):
    original = story.sources.first().article
    read(original, outcome="gone", status=404)
    read(story.sources.last().article, final_url="https://buyer.test/x?zq")
    told = " ".join(check.text for check in preflight.checklist(story, editing.snapshot(story), timezone.now()))
    assert "The page is gone: its address answered 404" in told and "another site, buyer.test" in told
    assert not preflight.stops(story, editing.snapshot(story), timezone.now()), "advice, no stop"
    editing.publish(story, None)
    page = rendition.story(story.slug)
    assert "The page is gone" in page.sources[0].checks[0].words and page.checked["warning"] == 2
    assert page.sources[1].asked_at and page.unasked == 0
    assert "The page is gone" in rendition.history(story.slug, 1).sources[0].checks[0].words


def test_a_text_that_changed_before_we_published_is_for_the_desk_and_afterwards_for_the_reader(story):
    original = story.sources.first().article
    for text in "ab":
        read(original, sha256=text)
    advice = " ".join(check.text for check in preflight.checklist(story, editing.snapshot(story), timezone.now()))
    assert "Its text has changed since" in advice
    editing.publish(story, None)

    def told() -> bool:
        return "Its text has changed" in str(rendition.story(story.slug).sources[0].checks)

    assert not told()
    read(original, sha256="b")
    assert not told()
    read(original, sha256="c")
    assert told()
    Story.objects.filter(pk=story.pk).update(dek="We looked again.")
    editing.publish(story, None, kind="update", reason="We read it again.")
    assert not told()


def test_a_publisher_that_moves_to_another_site_of_its_own_is_not_accused(story):
    original = story.sources.first().article
    read(original, final_url="https://moved.test/1")
    editing.publish(story, None)
    assert "another site" in str(rendition.story(story.slug).sources[0].checks)
    Domain.objects.create(publisher=original.publisher, host="moved.test")
    assert "another site" not in str(rendition.story(story.slug).sources[0].checks)


def test_an_archived_copy_is_linked_only_where_the_source_and_the_copy_may_be(story):
    original, copy = story.sources.first().article, "https://archive.test/2026/1"
    read(original, memento=copy)
    editing.publish(story, None)
    assert rendition.story(story.slug).sources[0].copy == copy
    making.terms(original.publisher, scope="url", value=original.url, level="link")
    assert rendition.story(story.slug).sources[0].copy == copy
    making.terms(None, scope="url", value=copy, level="none", basis="restriction")
    assert rendition.story(story.slug).sources[0].copy == ""


def test_what_a_source_says_of_claims_that_may_not_be_shown_is_not_told(story):
    source = story.sources.first()
    claim = Claim.objects.create(story=story, text="It opens.", standing="reported")
    Evidence.objects.create(claim=claim, source=source, stance="attributes")
    editing.publish(story, None)
    words = "It reports what others say"
    assert words in str(rendition.story(story.slug).sources[0].checks)
    making.terms(source.article.publisher, level="link")
    page = rendition.story(story.slug)
    assert page.claims == () and words not in str(page.sources[0].checks)
