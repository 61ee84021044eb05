"""Reading a publisher's signals from a server: what is asked, in which order, and what a failure counts as."""

import dns.rcode
import pytest
from django.utils import timezone

from analysis import rulebook
from analysis.models import Article, SignalReading, SignalSource, Terms
from analysis.terms import Level
from newsroom.wire import reading
from tests import making
from tests.outside import Outside, page_of

pytestmark = pytest.mark.django_db


class Web:
    """The outside world, as these tests speak of it."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    def has(self, url: str, body: str = "", status: int = 200, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.outside.pages[url] = page_of(body.encode(), status, **named)

    def lose(self, host: str) -> None:
        """No name server knows the host for now."""
        self.outside.zone[f"{host} A"] = dns.rcode.SERVFAIL

    @property
    def asked(self) -> list[str]:
        return [seen.url for seen in self.outside.seen]


@pytest.fixture
def web(outside: Outside) -> Web:
    return Web(outside)


@pytest.fixture
def article() -> Article:
    return making.article(making.publisher(host="example-wire.test"), path="press/1")


def permit(article: Article):
    return rulebook.current().permit(rulebook.work_of(article), timezone.now())


ROBOTS, TDMREP, TRUST = (
    f"https://example-wire.test/{path}" for path in ("robots.txt", ".well-known/tdmrep.json", "trust.txt")
)
DENIES = '<rsl><content url="/"><license><prohibits type="usage">ai-all</prohibits></license></content></rsl>'


def test_a_publisher_is_read_file_by_file_and_each_answer_is_kept(web, article):
    web.has(ROBOTS, "User-agent: *\nDisallow: /private\nLicense: /l.xml\n")
    web.has("https://example-wire.test/l.xml", DENIES)
    web.has("https://example-wire.test/", '<meta name="robots" content="noarchive">')
    web.has(TRUST, "datatrainingallowed=no\n")
    assert reading.read_publisher(article.publisher) == 5
    assert web.asked == [ROBOTS, "https://example-wire.test/l.xml", TDMREP, TRUST, "https://example-wire.test/"]
    found = permit(article)
    assert (found.level, found.ai) == (Level.FULL, False)
    assert permit(making.article(article.publisher, path="private/1")).level is Level.LINK
    read = {(s.kind, s.readings.get().status, len(s.readings.get().sha256)) for s in SignalSource.objects.all()}
    assert read == {
        ("robots", 200, 64),
        ("licence", 200, 64),
        ("tdmrep", 404, 64),
        ("trust", 200, 64),
        ("page", 200, 64),
    }


def test_a_second_round_without_news_writes_nothing(web, article):
    web.has(ROBOTS, "User-agent: *\nDisallow: /\n")
    reading.read_publisher(article.publisher)
    before = (SignalReading.objects.count(), Terms.objects.count())
    assert reading.read_publisher(article.publisher) == 0
    assert (SignalReading.objects.count(), Terms.objects.count()) == before


def test_what_robots_txt_refuses_is_not_asked_for(web, article):
    web.has(ROBOTS, "User-agent: ContextDeskBot\nDisallow: /\nAllow: /.well-known/\n")
    reading.read_publisher(article.publisher)
    reading.read_page(article)
    assert set(web.asked) == {ROBOTS, TDMREP}
    assert permit(article).level is Level.LINK
    errors = set(SignalReading.objects.exclude(error="").values_list("source__kind", "error"))
    assert errors == {(kind, "Its robots.txt refuses it to us.") for kind in ("trust", "page")}


@pytest.mark.parametrize("failure", ["down", 500, 503, 429])
def test_while_robots_txt_cannot_be_reached_nothing_else_is_asked_for(web, article, failure):
    if failure == "down":
        web.lose("example-wire.test")
    else:
        web.has(ROBOTS, "User-agent: *\nDisallow:\n", status=failure)
    reading.read_page(article)
    assert set(web.asked) <= {ROBOTS}
    # An error is the server's answer; silence may be our own network's.
    assert permit(article).level is (Level.FULL if failure == "down" else Level.LINK)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_robots_txt_that_is_not_there_allows(web, article, status):
    web.has(ROBOTS, "User-agent: *\nDisallow: /\n", status=status)
    web.has(article.url, "<p>x")
    reading.read_page(article)
    assert article.url in web.asked
    assert permit(article).level is Level.FULL


def test_an_outage_takes_nothing_back_and_adds_nothing(web, article):
    web.has(ROBOTS, "User-agent: *\nDisallow: /private\n")
    web.has(article.url, '<meta name="robots" content="noai">')
    reading.read_page(article)
    before = Terms.objects.count()
    web.lose("example-wire.test")
    reading.read_publisher(article.publisher)
    reading.read_page(article)
    assert Terms.objects.count() == before and not permit(article).ai
    assert "could not be looked up" in SignalReading.objects.filter(source__kind="robots").first().error


@pytest.mark.parametrize("status", [403, 404, 429, 500])
def test_a_page_that_is_not_shown_to_us_has_not_taken_back_what_it_said(web, article, status):
    web.has(article.url, '<meta name="robots" content="noai">')
    reading.read_page(article)
    web.has(article.url, status=status)
    reading.read_page(article)
    assert not permit(article).ai
    web.has(article.url, "<p>free")
    reading.read_page(article)
    assert permit(article).ai


def test_a_page_speaks_by_its_headers_and_by_the_licence_it_refers_to(web, article):
    link = '<https://licences.test/l.xml>; rel="license"; type="application/rsl+xml"'
    web.has(article.url, "<p>x", link=link, x_robots_tag="max-snippet:80")
    web.has("https://licences.test/l.xml", DENIES)
    reading.read_page(article)
    assert (permit(article).quote_chars, permit(article).ai) == (80, False)
    assert permit(making.article(article.publisher)).ai


@pytest.mark.parametrize(
    "reference", ["https://licences.test/l.xml", "http://[", "//", "https://example-wire.test:x/", "\x00", "x" * 9_000]
)
def test_a_licence_that_cannot_be_read_permits_machines_nothing(web, article, reference):
    web.lose("licences.test")
    web.has(ROBOTS, f"User-agent: *\nLicense: {reference}\n")
    reading.read_page(article)
    assert not permit(article).ai


def test_an_embargoed_item_is_held_back(web, article):
    web.has(article.url, '{"pubStatus": "withheld"}', content_type="application/json")
    reading.read_page(article)
    assert permit(article).level is Level.NONE


def test_both_sides_of_a_trust_txt_are_asked(web, article):
    web.has(TRUST, "control=https://other-wire.test/\n")
    web.has("https://other-wire.test/trust.txt", "controlledby=https://example-wire.test/\n")
    reading.read_publisher(article.publisher)
    (found,) = reading.evidence.joined(article.publisher)
    assert (found.host, found.both, found.owner) == ("other-wire.test", True, None)
