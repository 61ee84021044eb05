"""A decision's receipt, from the real server over HTTP: obeyed, disobeyed by a cache in front, not answered, mended."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests import sites
from tests.newsroom.telling import SENTENCES, SLUG

TELL = """
from tests.newsroom import telling
telling.story()
"""
DECIDE = """
from analysis.models import Story
from tests.newsroom import telling
decision = telling.decided(Story.objects.get(slug=telling.SLUG))
"""
ENQUEUE = """
from newsroom import tasks
tasks.check_decision.enqueue(decision.pk)
"""
ASK = "from newsroom import receipt; receipt.ask_again()"
LOOK = """
import json
from analysis import receipts
from analysis.models import Check, Event
for check in Check.objects.order_by("id"):
    print(check.obeyed, check.attempts, check.url, check.found)
print(*(json.dumps(event.data, sort_keys=True) for event in Event.objects.filter(kind="checked")))
print([alarm.lines for alarm in receipts.failed_checks()])
"""
PAGE = f"/stories/{SLUG}/"


class Cache(ThreadingHTTPServer):
    """Stands in front of a site. What it has `kept` it says again, whatever the site behind would say now."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.behind = 0
        self.kept: dict[str, bytes] = {}

    def ask(self, path: str) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.behind, timeout=20)
        connection.request("GET", path, headers={"Host": f"127.0.0.1:{self.behind}"})
        response = connection.getresponse()
        answer = response.status, response.getheaders(), response.read()
        connection.close()
        return answer


class Handler(BaseHTTPRequestHandler):
    server: Cache

    def do_GET(self) -> None:
        if self.path in self.server.kept:
            status, headers, body = 200, [("Content-Type", "text/html"), ("Age", "90")], self.server.kept[self.path]
        else:
            status, headers, body = self.server.ask(self.path)
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "connection", "content-length", "server", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def served(cache: Cache) -> Iterator[None]:
    thread = threading.Thread(target=cache.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield
    finally:
        cache.shutdown()
        thread.join(10)
        cache.server_close()


@pytest.fixture
def cached(open_site: Callable[..., sites.Site]) -> Iterator[tuple[sites.Site, Cache]]:
    """A site whose readers come through a cache."""
    cache = Cache()
    with served(cache):
        site = open_site(ORIGIN=cache.url)
        cache.behind = site.port
        yield site, cache


def look(site: sites.Site) -> tuple[dict[str, tuple[str, str, str]], str, str]:
    """Each line of the receipt by address: obeyed, attempts, found; the events; the alarms."""
    *lines, events, alarms = site.shell(LOOK).splitlines()
    split = [line.split(" ", 3) for line in lines]
    origin = site.env["ORIGIN"]
    return {url.removeprefix(origin): (obeyed, tries, found) for obeyed, tries, url, found in split}, events, alarms


def asked(site: sites.Site) -> None:
    """Ask as the worker's task does, in a process of its own."""
    site.shell("from newsroom import receipt; from analysis.models import *; receipt.ask(Decision.objects.get())")


def test_the_worker_asks_every_surface_and_all_obey(live_site):
    live_site.shell(TELL)
    live_site.shell(DECIDE + ENQUEUE)
    for _ in range(100):
        lines, events, alarms = look(live_site)
        if "checked" in events:
            break
    assert len(lines) > 15
    assert {obeyed for obeyed, *_rest in lines.values()} == {"True"}
    assert lines[PAGE] == ("True", "1", "410")
    assert events == f'{{"checked": {len(lines)}, "failed": 0, "number": 1, "unasked": 0}}' and alarms == "[]"
    assert live_site.run("verify_events")


def test_a_decision_made_in_the_shell_gets_its_receipt_too(live_site):
    live_site.shell(TELL)
    live_site.shell(DECIDE)
    assert look(live_site)[1:] == ("", "[]")
    for _round in range(2):
        live_site.shell(f"from newsroom import receipt; receipt.ASKING *= 0; {ASK}")
        lines, events, _alarms = look(live_site)
        assert len(lines) > 15 and events.count('"checked"') == 1
    assert lines[PAGE] == ("True", "1", "410"), "asked once, what obeys is not asked again"


def test_a_cache_that_shows_the_old_page_is_found_and_rings_until_it_is_emptied(cached):
    site, cache = cached
    site.shell(TELL)
    stale = {path: cache.ask(path)[2] for path in (PAGE, "/", "/feeds/latest.atom")}
    site.shell(DECIDE)
    cache.kept = stale
    asked(site)
    lines, events, alarms = look(site)
    failed = {path: found for path, (obeyed, _tries, found) in lines.items() if obeyed == "False"}
    assert set(failed) == {*stale, f"{PAGE}#json-ld"}
    assert failed[PAGE] == "200; not what it must answer; says what is withheld; a cache may keep it"
    assert "still lists the page" in failed["/"] and "still lists the page" in failed["/feeds/latest.atom"]
    assert lines[f"{PAGE}?asked"] == ("True", "1", "410"), "the server itself obeys, and the receipt shows it"
    assert '"failed": 4' in events and alarms == "[4]"

    cache.kept = {}
    site.shell(ASK)
    lines, events, alarms = look(site)
    assert {obeyed for obeyed, *_rest in lines.values()} == {"True"} and alarms == "[]"
    assert lines[PAGE] == ("True", "2", "410") and lines["/watch/"][1] == "1", "only what failed is asked again"
    assert events.count('"failed"') == 2


def test_nobodys_words_are_kept_or_logged(cached):
    site, cache = cached
    site.shell(TELL)
    cache.kept = {PAGE: cache.ask(PAGE)[2]}
    site.shell(DECIDE + ENQUEUE)
    for _ in range(100):
        if "is not obeyed" in site.log():
            break
        look(site)
    assert f"is not obeyed: {cache.url}{PAGE}" in site.log()
    said = site.log() + str(look(site))
    assert not [words for words in SENTENCES if words in said]


def test_a_server_that_is_down_is_not_taken_to_obey_and_is_asked_again(cached):
    site, cache = cached
    site.shell(TELL)
    site.shell(DECIDE)
    nobody, cache.behind = sites.free_port(), cache.behind
    env = dict(site.env)
    site.env["ORIGIN"] = f"http://127.0.0.1:{nobody}"
    asked(site)
    lines, events, alarms = look(site)
    assert set(lines.values()) == {("None", "1", "no answer")}
    assert f'"unasked": {len(lines)}' in events and alarms == "[]"
    for _ in range(2):
        site.shell(ASK)
    assert look(site)[2] == f"[{len(lines)}]", "silent three times: an alarm"

    site.env.update(env)
    site.shell(ASK)
    lines, _events, alarms = look(site)
    assert {obeyed for obeyed, *_rest in lines.values()} == {"True"} and alarms == "[]"


def test_an_answer_without_end_is_no_answer(cached):
    site, cache = cached
    site.shell(TELL)
    site.shell(DECIDE)
    cache.kept = {"/watch/": b"x" * 3_000_000}
    site.shell(
        "from newsroom import receipt; from analysis.models import *; receipt.MAX_BYTES = 1_000_000\n"
        "receipt.ask(Decision.objects.get())"
    )
    lines, _events, _alarms = look(site)
    assert lines["/watch/"] == ("None", "1", "no answer")
    assert lines["/corrections/"][0] == "True"
