"""The API never says more than the page that it stands for: each word of it stands there too, whatever terms allow."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from newsroom.reader.api import DESCRIPTION
from tests import making, reports
from tests.leaks.crawl import urls, visit
from tests.leaks.test_nothing_forbidden_is_shown import EVERYTHING, SCENARIOS, Scenario
from tests.making import Planted

pytestmark = pytest.mark.django_db

CARD = frozenset(DESCRIPTION["components"]["schemas"]["Card"]["properties"])
KINDS = {(s.allowed, s.beside, s.status, s.summary is None): s for s in SCENARIOS}  # of what may be read afterwards
PLACES = {"/stories/": "/"}  # the others stand where their page does, but for the history's other name


def page_for(address: str) -> str:
    path = address.removeprefix("/api/v1")
    return PLACES.get(path, path.replace("/versions/", "/history/"))


def plant(beside: bool, summary: dict[str, str] | None) -> Planted:
    of, other = making.publisher("Example Wire", "example-wire.test"), making.publisher("Stranger Wire", "other.test")
    made = making.planted("leak", of, making.article(other) if beside else None, **(summary or {}))
    return reports.planted(made)


def said(answer: Any, page: str) -> Iterator[tuple[str, str]]:
    """Each value of an answer, with the page on which it must stand: the line of a story in a list is that story's."""
    if isinstance(answer, dict):
        if "api" in answer:
            yield urlsplit(answer["url"]).path, json.dumps({k: v for k, v in answer.items() if k in CARD})
            answer = {k: v for k, v in answer.items() if k not in CARD}
        for value in answer.values():
            yield from said(value, page)
    elif isinstance(answer, list):
        for value in answer:
            yield from said(value, page)
    else:
        yield page, str(answer)


@pytest.mark.parametrize("scenario", KINDS.values(), ids=lambda s: s.name)
def test_what_the_api_says_stands_on_the_page_that_it_stands_for(scenario: Scenario) -> None:
    planted = plant(scenario.beside, scenario.summary)
    scenario.change(planted)
    pages: dict[str, str] = {}
    met: dict[str, set[str]] = {}
    for address in urls("/api/v1/"):
        if address in ("/api/v1/", "/api/v1/openapi.json"):
            continue
        answer, page = visit(address, {}), visit(page_for(address), {})
        assert answer.status == page.status, f"{address} answers {answer.status}, its page {page.status}"
        head, _line, body = answer.text.partition("\n{")
        assert not [word for word in planted.words.values() if word in head]
        for at, text in said(json.loads("{" + body) if body else {}, page.url):
            if at not in pages:
                pages[at] = visit(at, {}).text
            words = {name for name, word in planted.words.items() if word in text}
            more = {name for name in words if planted.words[name] not in pages[at]}
            assert not more, f"{address} says {more}, and {at} does not"
            met.setdefault(address.rstrip("/").rpartition("/")[2], set()).update(words)
    if scenario.allowed == EVERYTHING:  # it can see
        assert {"correction", "thanks"} <= met["versions"] & met["corrections"]
        assert "taken_back" in met["corrections"]
        assert {"claim", "standing_moved", "settled", "outcome", "taken_back", "correction"} <= met["timeline"]
