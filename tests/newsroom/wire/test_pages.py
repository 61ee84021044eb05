"""What an answer tells of a source, from servers that do as they should and servers that do not."""

import gzip
import itertools

import dns.rcode
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.models import Article, PageReading, SignalReading
from analysis.models.readings import Occasion
from newsroom.wire import pages, reading
from newsroom.wire.fetch import Fetched
from newsroom.wire.signals.decoding import MAX_PAGE
from tests import making
from tests.newsroom.wire.test_words import FIRST, SECOND, page
from tests.outside import Outside, page_of, pour, trickle

pytestmark = pytest.mark.django_db
HERE = "https://example-wire.test"
THERE = "https://other-wire.test"
ROBOTS = f"{HERE}/robots.txt"
GATE = f"{THERE}/timegate/"
COPY = f"{THERE}/web/20260503/{HERE}/press/1"
TEXT = page(FIRST, SECOND)
PAID = '{"@type": "NewsArticle", "isAccessibleForFree": false}'


@pytest.fixture
def article() -> Article:
    return making.article(making.publisher(host="example-wire.test"), path="press/1")


@pytest.fixture
def ask(outside: Outside, article: Article):
    """Has the article's address answer something, asks it, and returns what was kept."""

    def asked(answer=None, occasion: Occasion | None = Occasion.ADDED, **elsewhere: object) -> PageReading:
        if answer is not None:
            outside.pages[article.url] = answer
        reading.read_page(article, occasion)
        return PageReading.objects.first()

    return asked


def html(body: bytes, status: int = 200, **headers: str) -> bytes:
    return page_of(body, status, **{"Content_Type": "text/html; charset=utf-8", **headers})


def away(target: str, status: int = 301) -> bytes:
    return page_of(status=status, Location=target)


def seen(outside: Outside) -> list[str]:
    return [one.url for one in outside.seen]


# --- what the outcome is ------------------------------------------------------------------------------------------


def test_a_page_that_is_there_is_kept_with_its_hash_and_the_moment(ask, article):
    found = ask(html(TEXT))
    assert (found.article, found.occasion, found.outcome, found.status) == (article, "added", "answered", 200)
    assert len(found.sha256) == 64 and (found.final_url, found.memento, found.why) == ("", "", "")
    assert found.asked_at.utcoffset() is not None


@pytest.mark.parametrize(("status", "outcome"), [
    (404, "gone"), (410, "gone"), (401, "walled"), (402, "walled"), (403, "walled"), (451, "walled"),
    (429, "failed"), (500, "failed"), (503, "failed"), (304, "failed"), (400, "failed"),
])  # fmt: skip
def test_a_status_says_what_came_of_it(ask, status, outcome):
    found = ask(html(TEXT, status))
    assert (found.outcome, found.status, found.sha256) == (outcome, status, "")


@pytest.mark.parametrize("markup", [
    PAID, '{"@graph": [{"isAccessibleForFree": "http://schema.org/False"}]}',
])  # fmt: skip
def test_a_page_that_says_it_is_not_free_is_behind_a_wall(ask, markup):
    found = ask(html(page(FIRST, SECOND, head=f'<script type="application/ld+json">{markup}</script>')))
    assert (found.outcome, found.status, len(found.sha256)) == ("walled", 200, 64)


@pytest.mark.parametrize(("target", "kept"), [
    (f"{THERE}/taken/over?session=zq#top", f"{THERE}/taken/over"),
    (f"{HERE}/", f"{HERE}/"),
    ("/press/2?from=1", f"{HERE}/press/2"),
    ("https://www.example-wire.test/news/press-1", "https://www.example-wire.test/news/press-1"),
])  # fmt: skip
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_where_an_address_leads_is_kept_without_its_query(ask, outside, target, kept, status):
    outside.pages |= {url: html(TEXT) for url in (target.partition("#")[0], f"{HERE}/press/2?from=1")}
    found = ask(away(target, status))
    assert (found.outcome, found.status, found.final_url, len(found.sha256)) == ("answered", 200, kept, 64)


@pytest.mark.parametrize("spelling", [
    "https://www.example-wire.test/press/1", f"{HERE}/press/1/", f"{HERE}/press/1/amp", "https://m.example-wire.test/press/1",
    f"{HERE}/press/1?utm_source=feed",
])  # fmt: skip
def test_another_spelling_of_the_page_or_its_copy_for_telephones_is_the_page(ask, outside, spelling):
    outside.pages[spelling] = html(TEXT)
    assert ask(away(spelling)).final_url == ""


def test_an_address_that_leads_to_a_page_that_is_gone_says_both(ask, outside):
    found = ask(away(f"{THERE}/taken/over"))
    assert (found.outcome, found.status, found.final_url) == ("gone", 404, f"{THERE}/taken/over")


def test_what_robots_txt_refuses_is_not_asked_for(ask, outside, article):
    outside.pages[ROBOTS] = page_of(b"User-agent: *\nDisallow: /press\n")
    found = ask(html(TEXT))
    assert (found.outcome, found.status, found.sha256) == ("refused", None, "")
    assert article.url not in seen(outside)


def test_a_redirect_does_not_lead_past_the_robots_txt_of_another_site(ask, outside):
    outside.pages |= {f"{THERE}/robots.txt": page_of(b"User-agent: *\nDisallow: /\n"), f"{THERE}/1": html(TEXT)}
    assert ask(away(f"{THERE}/1")).outcome == "refused"
    assert f"{THERE}/1" not in seen(outside)
    assert SignalReading.objects.get(source__kind="page").error == "Its robots.txt refuses it to us."


def test_a_redirect_does_not_lead_past_the_robots_txt_of_the_same_site(ask, outside):
    outside.pages |= {ROBOTS: page_of(b"User-agent: *\nDisallow: /private\n"), f"{HERE}/private": html(TEXT)}
    assert ask(away("/private")).outcome == "refused"
    assert f"{HERE}/private" not in seen(outside)


@pytest.mark.parametrize("robots_txt", [page_of(b"", 503), page_of(b"", 429), b"HTTP/1.1 nonsense\r\n\r\n"])
def test_while_a_robots_txt_cannot_be_reached_the_page_could_not_be_asked(ask, outside, article, robots_txt):
    outside.pages[ROBOTS] = robots_txt
    found = ask(html(TEXT))
    assert (found.outcome, found.status) == ("failed", None) and "robots.txt" in found.why
    assert article.url not in seen(outside)


@pytest.mark.parametrize("answer", [
    b"", b"\x00\xff\xfe junk", b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nx", away(f"{HERE}/press/1"),
    away("http://127.0.0.1/"), away("http://[::1]/"), away("javascript:alert(1)"), away("http://example-wire.test/x"),
    away("https://user:secret@other-wire.test/"),
])  # fmt: skip
def test_nonsense_loops_and_ways_inside_could_not_be_asked_and_say_why(ask, answer):
    found = ask(answer)
    assert (found.outcome, found.status, found.sha256, found.final_url) == ("failed", None, "", "")
    assert 0 < len(found.why) <= 300


def test_a_host_with_a_private_address_is_not_asked(ask, outside):
    outside.zone["example-wire.test A"] = ["10.0.0.1"]
    assert ask(html(TEXT)).outcome == "failed" and seen(outside) == []


def test_a_host_that_nobody_knows_could_not_be_asked(ask, outside):
    outside.zone["example-wire.test A"] = dns.rcode.SERVFAIL
    assert ask(html(TEXT)).outcome == "failed"


def test_a_slow_server_could_not_be_asked_in_time(ask, monkeypatch):
    monkeypatch.setattr(reading, "SECONDS", 0.5)
    assert ask(trickle(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")).outcome == "failed"


def test_of_a_page_that_is_larger_than_we_read_there_is_no_hash(ask):
    found = ask(pour(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", itertools.repeat(b"<p>x " * 9_999, 60)))
    assert (found.outcome, found.status, found.sha256) == ("answered", 200, "")
    packed = gzip.compress(b"a" * (MAX_PAGE + 1))
    assert ask(page_of(packed, Content_Encoding="gzip", Content_Type="text/html")).sha256 == ""


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00junk", b"<" * 10_000, b"\x00" * 5_000, b"<p " + b"a " * 9_000])
def test_whatever_a_page_holds_its_answer_is_kept(ask, body):
    assert ask(html(body)).outcome == "answered"


# --- whether it changed -------------------------------------------------------------------------------------------


def test_other_markup_makes_no_news_and_another_text_does(ask):
    ask(html(TEXT))
    first = PageReading.objects.get()
    ask(html(page(FIRST, SECOND, around="<aside>Another advertisement</aside>")), None)
    assert PageReading.objects.get() == first
    changed = ask(html(page(FIRST, SECOND.replace("nobody", "everybody"))), None)
    assert changed.sha256 != first.sha256 and changed.occasion == "later"


def test_a_page_is_asked_once_for_its_signals_and_for_this(ask, outside, article):
    ask(html(TEXT, X_Robots_Tag="noai"))
    assert seen(outside).count(article.url) == 1
    assert SignalReading.objects.filter(source__kind="page", status=200).count() == 1


# --- an archived copy ---------------------------------------------------------------------------------------------


@pytest.fixture
def archive(outside: Outside, settings, article):
    """Has the archive answer something about the article."""
    settings.ARCHIVE = GATE

    def answers(answer: bytes) -> None:
        outside.pages[GATE + article.url] = answer

    return answers


def found_at(location: str, status: int = 302, **headers: str) -> bytes:
    return page_of(status=status, **{"Location": location, "Vary": "accept-datetime", **headers})


@pytest.mark.parametrize("answer", [
    found_at(COPY), found_at(COPY, 307), found_at(f"/web/20260503/{HERE}/press/1"),
    page_of(TEXT, Content_Location=COPY, Vary="Accept-Datetime"),
    page_of(status=302, Location=COPY, Link=f'<{HERE}/press/1>; rel="original", <{COPY}>; rel="memento"'),
])  # fmt: skip
def test_an_archived_copy_is_the_one_that_the_timegate_leads_to(ask, archive, answer):
    archive(answer)
    assert ask(html(TEXT), Occasion.PUBLISHED).memento == COPY


@pytest.mark.parametrize("answer", [
    found_at("javascript:alert(1)"), found_at("data:text/html,x"), found_at("//["), found_at("https://10.0.0.1/x"),
    found_at("https://user:secret@other-wire.test/x"), found_at(f"{THERE}/" + "x" * 3_000), found_at("https://localhost/"),
    found_at(f"{THERE}:8080/x"), page_of(status=302, Location=COPY), page_of(status=404, Vary="accept-datetime"),
    page_of(status=200, Vary="accept-datetime"), page_of(status=500), b"\x00junk", away(COPY, 302),
    page_of(status=302, Location=COPY, Vary="accept-datetime").replace(b"Vary", b"Location: https://other-wire.test/2\r\nVary"),
    page_of(b"x", status=204, Content_Location="ftp://other-wire.test/", Vary="accept-datetime"),
])  # fmt: skip
def test_what_a_hostile_or_a_poor_archive_says_is_not_kept(ask, archive, answer):
    archive(answer)
    found = ask(html(TEXT), Occasion.PUBLISHED)
    assert (found.outcome, found.memento) == ("answered", "")


def test_without_the_setting_no_archive_is_asked(ask, outside, settings):
    assert settings.ARCHIVE == ""
    ask(html(TEXT), Occasion.PUBLISHED)
    assert not [url for url in seen(outside) if url.startswith(THERE)]


def test_what_is_under_work_is_no_archives_business(ask, outside, archive):
    archive(found_at(COPY))
    for occasion in (Occasion.ADDED, None):
        ask(html(TEXT), occasion)
    assert not [url for url in seen(outside) if url.startswith(THERE)]


def test_the_robots_txt_of_an_archive_is_obeyed(ask, outside, archive):
    archive(found_at(COPY))
    outside.pages[f"{THERE}/robots.txt"] = page_of(b"User-agent: *\nDisallow: /timegate\n")
    assert ask(html(TEXT), Occasion.PUBLISHED).memento == ""
    assert f"{GATE}{HERE}/press/1" not in seen(outside)


def test_a_copy_that_is_known_is_not_asked_for_again_and_stays_when_the_page_is_gone(ask, outside, archive):
    archive(found_at(COPY))
    ask(html(TEXT), Occasion.PUBLISHED)
    ask(html(TEXT), Occasion.LATER)
    assert seen(outside).count(f"{GATE}{HERE}/press/1") == 1
    assert ask(page_of(status=410), None).memento == COPY


@pytest.mark.parametrize("answer", [
    html(TEXT, X_Robots_Tag="noarchive"), html(page(FIRST, SECOND, head='<meta name="robots" content="noarchive">')),
    html(TEXT, 402), html(page(FIRST, SECOND, head=f"<script type='application/ld+json'>{PAID}</script>")),
])  # fmt: skip
def test_no_copy_is_sought_or_kept_of_a_page_that_asks_for_none_or_is_behind_a_wall(ask, outside, archive, answer):
    archive(found_at(COPY))
    assert ask(answer, Occasion.PUBLISHED).memento == ""
    assert f"{GATE}{HERE}/press/1" not in seen(outside)
    assert ask(html(TEXT), Occasion.LATER).memento == COPY
    assert ask(answer, None).memento == ""


# --- pure ---------------------------------------------------------------------------------------------------------

texts = st.text(max_size=60)


@given(
    url=st.sampled_from([f"{HERE}/press/1", "http://example-wire.test/", f"{HERE}/a?b=c"]),
    final=st.one_of(texts, texts.map(lambda path: f"{THERE}/{path}"), texts.map(lambda path: f"{HERE}/{path}")),
    status=st.integers(200, 599),
    body=st.binary(max_size=100),
    header=texts,
)
def test_whatever_is_answered_there_is_one_outcome_that_the_record_takes(url, final, status, body, header):
    got = Fetched(final, status, (("content-type", header), ("vary", header), ("location", header)), body, False,
                  making.LONG_AGO)  # fmt: skip
    answer = pages.answer_of(url, got)
    assert answer.status == status and bool(answer.why) == (answer.outcome == "failed")
    assert "?" not in answer.final_url and len(answer.final_url) <= 2_000
    copy = pages.memento(GATE + url, got)
    assert copy == "" or copy.startswith(("https://", "http://"))
