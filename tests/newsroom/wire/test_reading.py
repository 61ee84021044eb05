"""Reading a publisher's signals from a server: what is asked, in which order, and what a failure counts as."""

import http.client
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from analysis import rulebook
from analysis.models import Article, SignalReading, SignalSource, Terms
from analysis.terms import Level
from newsroom.wire import reading
from tests import making

pytestmark = pytest.mark.django_db


class UnreachableError(Exception):
    refused = False


@dataclass
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    at: datetime


@dataclass
class Web:
    """Every other server in the world, on one port of this machine. `pages`: status, headers and body by URL."""

    port: int
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    down: set[str] = field(default_factory=set)

    def has(self, url: str, body: str = "", status: int = 200, **headers: str) -> None:
        self.pages[url] = (status, {name.replace("_", "-"): value for name, value in headers.items()}, body.encode())

    def fetch(self, url: str, *, max_bytes: int = 0) -> Answer:
        host = urlsplit(url).hostname
        if host in self.down:
            raise UnreachableError(f"{url}: it did not answer in time")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", url)
        got = connection.getresponse()
        headers = tuple((name.lower(), value) for name, value in got.getheaders())
        answer = Answer(got.status, headers, got.read(max_bytes), datetime.now(UTC))
        connection.close()
        return answer


@pytest.fixture
def web() -> Iterator[Web]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            status, headers, body = found.pages.get(self.path, (404, {}, b"<p>Not found"))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        found = Web(server.server_address[1])
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield found
        server.shutdown()


@pytest.fixture
def article() -> Article:
    return making.article(making.publisher(host="a.test"), path="press/1")


def permit(article: Article):
    return rulebook.current().permit(rulebook.work_of(article), timezone.now())


ROBOTS, TDMREP, TRUST = (f"https://a.test/{path}" for path in ("robots.txt", ".well-known/tdmrep.json", "trust.txt"))
DENIES = '<rsl><content url="/"><license><prohibits type="usage">ai-all</prohibits></license></content></rsl>'


def test_a_publisher_is_read_file_by_file_and_each_answer_is_kept(web, article):
    web.has(ROBOTS, "User-agent: *\nDisallow: /private\nLicense: /l.xml\n")
    web.has("https://a.test/l.xml", DENIES)
    web.has("https://a.test/", '<meta name="robots" content="noarchive">')
    web.has(TRUST, "datatrainingallowed=no\n")
    assert reading.read_publisher(article.publisher, web.fetch) == 5
    assert web.asked == [ROBOTS, "https://a.test/l.xml", TDMREP, TRUST, "https://a.test/"]
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
    reading.read_publisher(article.publisher, web.fetch)
    before = (SignalReading.objects.count(), Terms.objects.count())
    assert reading.read_publisher(article.publisher, web.fetch) == 0
    assert (SignalReading.objects.count(), Terms.objects.count()) == before


def test_what_robots_txt_refuses_is_not_asked_for(web, article):
    web.has(ROBOTS, "User-agent: ContextDeskBot\nDisallow: /\nAllow: /.well-known/\n")
    reading.read_publisher(article.publisher, web.fetch)
    reading.read_page(article, web.fetch)
    assert set(web.asked) == {ROBOTS, TDMREP}
    assert permit(article).level is Level.LINK
    errors = set(SignalReading.objects.exclude(error="").values_list("source__kind", "error"))
    assert errors == {(kind, "Its robots.txt refuses it to us.") for kind in ("trust", "page")}


@pytest.mark.parametrize("failure", ["down", 500, 503, 429])
def test_while_robots_txt_cannot_be_reached_nothing_else_is_asked_for(web, article, failure):
    if failure == "down":
        web.down.add("a.test")
    else:
        web.has(ROBOTS, "User-agent: *\nDisallow:\n", status=failure)
    reading.read_page(article, web.fetch)
    assert set(web.asked) <= {ROBOTS}
    # An error is the server's answer; silence may be our own network's.
    assert permit(article).level is (Level.FULL if failure == "down" else Level.LINK)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_robots_txt_that_is_not_there_allows(web, article, status):
    web.has(ROBOTS, "User-agent: *\nDisallow: /\n", status=status)
    web.has(article.url, "<p>x")
    reading.read_page(article, web.fetch)
    assert article.url in web.asked
    assert permit(article).level is Level.FULL


def test_an_outage_takes_nothing_back_and_adds_nothing(web, article):
    web.has(ROBOTS, "User-agent: *\nDisallow: /private\n")
    web.has(article.url, '<meta name="robots" content="noai">')
    reading.read_page(article, web.fetch)
    before = Terms.objects.count()
    web.down.add("a.test")
    reading.read_publisher(article.publisher, web.fetch)
    reading.read_page(article, web.fetch)
    assert Terms.objects.count() == before and not permit(article).ai
    assert "did not answer" in SignalReading.objects.filter(source__kind="robots").first().error


@pytest.mark.parametrize("status", [403, 404, 429, 500])
def test_a_page_that_is_not_shown_to_us_has_not_taken_back_what_it_said(web, article, status):
    web.has(article.url, '<meta name="robots" content="noai">')
    reading.read_page(article, web.fetch)
    web.has(article.url, status=status)
    reading.read_page(article, web.fetch)
    assert not permit(article).ai
    web.has(article.url, "<p>free")
    reading.read_page(article, web.fetch)
    assert permit(article).ai


def test_a_page_speaks_by_its_headers_and_by_the_licence_it_refers_to(web, article):
    link = '<https://licences.test/l.xml>; rel="license"; type="application/rsl+xml"'
    web.has(article.url, "<p>x", link=link, x_robots_tag="max-snippet:80")
    web.has("https://licences.test/l.xml", DENIES)
    reading.read_page(article, web.fetch)
    assert (permit(article).quote_chars, permit(article).ai) == (80, False)
    assert permit(making.article(article.publisher)).ai


@pytest.mark.parametrize(
    "reference", ["https://licences.test/l.xml", "http://[", "//", "https://a.test:x/", "\x00", "x" * 9_000]
)
def test_a_licence_that_cannot_be_read_permits_machines_nothing(web, article, reference):
    web.down.add("licences.test")
    web.has(ROBOTS, f"User-agent: *\nLicense: {reference}\n")
    reading.read_page(article, web.fetch)
    assert not permit(article).ai


def test_an_embargoed_item_is_held_back(web, article):
    web.has(article.url, '{"pubStatus": "withheld"}', content_type="application/json")
    reading.read_page(article, web.fetch)
    assert permit(article).level is Level.NONE


def test_both_sides_of_a_trust_txt_are_asked(web, article):
    web.has(TRUST, "control=https://b.test/\n")
    web.has("https://b.test/trust.txt", "controlledby=https://a.test/\n")
    reading.read_publisher(article.publisher, web.fetch)
    (found,) = reading.evidence.joined(article.publisher)
    assert (found.host, found.both, found.owner) == ("b.test", True, None)


def test_an_error_of_our_own_is_no_answer(article):
    def broken(url: str, *, max_bytes: int = 0) -> Answer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        reading.read_publisher(article.publisher, broken)
