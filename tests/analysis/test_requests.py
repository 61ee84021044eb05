"""Who may ask for how much, and in whose name a decision then stands."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from analysis import rendition, rights
from analysis.models import Case, OutgoingMail, Terms
from analysis.rights.filing import MAX_AN_HOUR
from tests import making
from tests.analysis.cases import REMOVE, SITE, confirmed, opened, request

pytestmark = pytest.mark.django_db


def _typed(times: int) -> None:
    """Somebody types the address of a publisher who knows nothing of it."""
    for _ in range(times):
        opened(email="rights@wire.test")


def test_one_address_cannot_be_flooded_and_nobody_is_shut_out_by_it():
    _typed(MAX_AN_HOUR + 5)
    own = opened(email="Rights@wire.test")
    assert Case.objects.count() == MAX_AN_HOUR + 6, "each is recorded"
    assert OutgoingMail.objects.count() == MAX_AN_HOUR and not own.mail.exists()
    rights.send_access(own)
    assert own.mail.get().to == "Rights@wire.test" and rights.confirm(own)
    assert opened(email="other@wire.test").mail.exists()


def test_an_hour_ends_it_and_what_is_confirmed_does_not_count():
    _typed(MAX_AN_HOUR)
    later = timezone.now() + timedelta(hours=1, seconds=1)
    assert rights.open_case(request(email="rights@wire.test"), SITE, at=later).mail.exists()
    rights.confirm(Case.objects.earliest("pk"))
    assert opened(email="rights@wire.test").mail.exists()


def test_whoever_has_shown_that_they_read_the_mailbox_gets_their_mail_and_a_room_needs_none():
    root = confirmed("https://wire.test/1", email="rights@wire.test")
    _typed(MAX_AN_HOUR)
    trusted = rights.open_case(request("https://wire.test/2", email="rights@wire.test"), SITE, trusted=True)
    assert trusted.mail.get().kind == "confirm"
    filed = rights.open_case(request("https://wire.test/3", email="rights@wire.test"), SITE, room=root)
    assert filed.state == "confirmed" and filed.mail.get().kind == "confirmed"


@pytest.mark.parametrize(
    ("relation", "basis"),
    [("publisher", "publisher"), ("agent", "publisher"), ("author", "restriction"), ("subject", "restriction")],
)
def test_only_the_publisher_is_shown_as_having_decided(relation, basis):
    story = making.published()
    rights.decide(confirmed(f"/stories/{story.slug}/", relation=relation), None, replace(REMOVE, verified=True))
    assert Terms.objects.latest("pk").basis == basis
    assert rendition.story(story.slug).status == 410


def test_what_was_granted_to_others_binds_whatever_the_publisher_allows():
    of = making.publisher()
    story = making.published(making.article(of))
    rights.decide(confirmed(f"/stories/{story.slug}/", relation="subject"), None, REMOVE)
    making.terms(of, level="full")
    assert rendition.story(story.slug).status == 410


@pytest.mark.parametrize("typed", ["http://{page}", "https://{page}", "https://{page}/", "{page}"])
def test_every_spelling_of_a_page_finds_the_article(typed):
    article = making.article(making.publisher(host="spelled.test"), path="a")
    case = opened(typed.format(page="spelled.test/a"))
    assert [line.article for line in case.urls.all()] == [article]


def test_a_summary_may_not_hide_a_quotation_in_a_block():
    of = making.publisher()
    story = making.published(making.article(of), summary="> one two three four five")
    making.terms(of, level="full", quote_words=4)
    assert rendition.story(story.slug).summary is None


def test_a_dek_that_quotes_too_much_is_not_shown():
    of = making.publisher()
    story = making.published(making.article(of), dek="It said “one two three four five”.")
    assert rendition.story(story.slug).card.dek
    making.terms(of, level="full", quote_words=4)
    assert not rendition.story(story.slug).card.dek


def test_the_register_says_what_statements_come_to_field_by_field():
    of = making.publisher()
    making.terms(of, level="link")
    making.terms(of, ai="deny", effective_from=making.LONG_AGO.replace(year=2025))
    found, _listing = rendition.publisher(of.slug)
    said = [terms for terms in found.terms if terms.scope == "publisher"]
    assert [(terms.level, terms.ai) for terms in said] == [("link", "deny")]


def test_the_register_takes_the_spellings_of_a_page_for_one_and_names_it_while_it_may_be_linked():
    of = making.publisher(host="a.test")
    making.published(making.article(of, path="1"))
    making.terms(of, scope="url", value="https://a.test/1", level="full", ai="deny")
    making.terms(of, scope="url", value="http://www.a.test/1/", level="link",
                 effective_from=making.LONG_AGO.replace(year=2025))  # fmt: skip
    making.terms(of, scope="path", value="a.test/1", quote_words=9)
    making.terms(of, scope="path", value="a.test/2", quote_words=8)

    def said():
        found = [terms for terms in rendition.publisher(of.slug)[0].terms if terms.scope in ("url", "path")]
        return [(terms.value, terms.level, terms.ai, terms.quote_words) for terms in found]

    page = ("http://www.a.test/1/", "link", "deny", None)
    assert said() == [("a.test/1", "", "", 9), ("", "", "", 8), page]
    making.terms(of, scope="url", value="https://a.test/1", level="none", basis="restriction")
    assert {value for value, *_rest in said()} == {""}


def test_of_two_statements_as_new_the_register_says_the_stricter():
    of = making.publisher()
    for level, words in (("short", 20), ("full", 10)):
        making.terms(of, level=level, max_words=words)
    (said,) = [terms for terms in rendition.publisher(of.slug)[0].terms if terms.scope == "publisher"]
    assert (said.level, said.max_words) == ("short", 10)


def test_the_register_gives_the_reason_of_the_level_and_none_of_another_field():
    of = making.publisher()

    def reason():
        (said,) = [terms for terms in rendition.publisher(of.slug)[0].terms if terms.scope == "publisher"]
        return (said.level, said.max_words, said.reason)

    dates = iter(making.LONG_AGO.replace(year=year) for year in range(2021, 2026))
    making.terms(of, max_words=50, reason="Fifty do.", effective_from=next(dates))
    assert reason() == ("", 50, "Fifty do.")
    making.terms(of, quote_words=5, effective_from=next(dates))
    assert reason() == ("", 50, ""), "nobody speaks of the level, and the newest gave none"
    making.terms(of, level="full", reason="A trial.", effective_from=next(dates))
    making.terms(of, max_words=30, reason="Too long.", effective_from=next(dates))
    assert reason() == ("full", 30, "A trial.")
    making.terms(of, level="full", effective_from=next(dates))
    assert reason() == ("full", 30, "")


def test_the_register_leaves_out_what_has_no_say():
    of = making.publisher(host="a.test")
    default = {"level": "full", "max_words": 60, "quote_words": 15, "ai": "allow", "embargo_hours": 0}

    def said():
        return [(one.scope, one.basis, one.level) for one in rendition.publisher(of.slug)[0].terms]

    making.terms(of, scope="domain", value="a.test", basis="house", level="short", effective_from=making.LONG_AGO)
    assert said() == [("domain", "house", "short"), ("house", "house", "full")]
    making.terms(of, level="link")
    assert said() == [("publisher", "publisher", "link")], "of ours is left what limits nothing"
    making.terms(of, **default, effective_from=making.LONG_AGO.replace(year=2025))
    assert said() == [("publisher", "publisher", "full")]
    assert [one.level for one in rendition.publishers()[0].terms] == ["full"]


def test_a_feed_carries_the_words_we_must_show_and_the_corrections(client):
    of = making.publisher()
    making.terms(of, level="full", attribution="First in Example Wire")
    story = making.published(making.article(of))
    story.dek = "Another dek."
    story.save()
    making.editing.publish(story, None, kind="correction", reason="The dek was wrong.")
    feed = client.get("/feeds/latest.atom").content.decode()
    assert "First in Example Wire" in feed and "The dek was wrong." in feed


def test_a_cookie_that_is_no_text_is_refused(client):
    assert client.get("/takedown/", headers={"Cookie": 'session="\\000\\000"'}).status_code == 400


def test_the_cases_of_an_address_are_found_by_the_index_on_it_however_it_is_written():
    mine = opened(email="Rights@wire.test")
    opened(email="rights_@wire.test")
    found = rights.cases_of("rIGHTS@wire.test")
    assert list(found) == [mine]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # of two rows it reads both
    assert "case_of_email" in found.explain()
