"""The API says what the pages say, in the shape that it describes, and never more."""

import json
import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import jsonschema
import pytest
from django.test import Client

from analysis import editing, establishing
from analysis.models import Claim, Story
from newsroom import demonstration
from newsroom.reader.api import DESCRIPTION
from newsroom.reader.urls import urlpatterns
from tests import making

pytestmark = pytest.mark.django_db

PROBLEM = {"$ref": "#/components/schemas/Problem"}
FORMATS = jsonschema.FormatChecker(formats=())
FORMATS.checks("date", raises=ValueError)(lambda said: said is None or bool(date.fromisoformat(said)))
FORMATS.checks("date-time", raises=ValueError)(lambda said: said is None or datetime.fromisoformat(said).tzinfo == UTC)
FORMATS.checks("uri", raises=ValueError)(lambda said: said is None or urlsplit(said).scheme in ("http", "https"))


def fits(answer: Any, schema: dict[str, Any]) -> Any:
    """The answer, if a schema of the description holds: with every field, and no other."""
    found = json.loads(answer.content)
    whole = {**schema, "components": DESCRIPTION["components"]}
    jsonschema.Draft202012Validator(whole, format_checker=FORMATS).validate(found)
    return found


def described(answer: Any) -> Any:
    """The answer, if it is what the description says of its address and its status."""
    path = answer.wsgi_request.path.removeprefix("/api/v1")
    (said,) = (
        at["get"]["responses"][str(answer.status_code)]
        for template, at in DESCRIPTION["paths"].items()
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path)
    )
    if "$ref" in said:
        said = DESCRIPTION["components"]["responses"][said["$ref"].rpartition("/")[2]]
    assert not said.get("headers", {}).keys() - answer.headers.keys()
    ((kind, content),) = said["content"].items()
    assert answer["Content-Type"] == kind
    return fits(answer, content["schema"])


def problem(answer: Any) -> dict[str, Any]:
    """What is wrong, if that is said as everywhere in the API."""
    assert answer["Content-Type"] == "application/problem+json" and answer["Access-Control-Allow-Origin"] == "*"
    found = fits(answer, PROBLEM)
    assert found["status"] == answer.status_code
    return found


@pytest.fixture
def story():
    made = making.draft(headline="Who bids")
    Claim.objects.create(story=made, text="Twelve firms bid.", standing="reported", why="One report.")
    making.promise(made, public=False)
    editing.publish(made, None)
    return Story.objects.get(pk=made.pk)


def test_every_answer_is_as_it_is_described_over_the_whole_demonstration(client):
    demonstration.load()
    listed, address = [], "/api/v1/stories/"
    while address:
        page = described(client.get(address))
        listed += page["stories"]
        address = page["next"] and page["next"].removeprefix("http://127.0.0.1:8000")
    assert len(listed) > 30 and len({card["url"] for card in listed}) == len(listed)
    claims = set()
    for card in listed:
        found = described(client.get(card["api"].removeprefix("http://127.0.0.1:8000")))
        claims |= {claim["url"] for claim in found["claims"]}
    for url in claims:
        described(client.get("/api/v1" + url.removeprefix("http://127.0.0.1:8000")))
    described(client.get("/api/v1/watch/"))
    assert described(client.get("/api/v1/scorecard/"))["score"]["items"] > 300


def test_the_description_names_every_route_and_only_those(client):
    routes = {str(one.pattern).removeprefix("api/v1") for one in urlpatterns if str(one.pattern).startswith("api/v1/")}
    plain = {r.replace("<slug:slug>", "{slug}").replace("<int:pk>", "{id}") for r in routes} - {"/", "/openapi.json"}
    answer = json.loads(client.get("/api/v1/openapi.json").content)
    assert set(answer["paths"]) == plain and answer["openapi"] == "3.1.0"
    assert answer["servers"] == [{"url": "http://127.0.0.1:8000/api/v1"}]
    for schema in answer["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_a_claim_that_moves_says_so_at_once_on_every_answer(client, story):
    claim = story.claims.get()
    establishing.move(claim, None, "disputed", "The register lists eleven.")
    for address in (f"/api/v1{story.get_absolute_url()}", f"/api/v1/claims/{claim.pk}/"):
        found = json.loads(client.get(address).content)
        one = found["claims"][0] if "claims" in found else found
        assert one["standing"] == "disputed" and one["standing_changed_since_written"] is True
        assert [said["standing"] for said in one["history"]] == ["reported", "disputed"]


def test_what_terms_withhold_is_null_and_what_they_remove_is_gone(client, story):
    address = f"/api/v1{story.get_absolute_url()}"
    publisher = story.sources.get().article.publisher
    making.terms(publisher, level="link")
    found = described(client.get(address))
    assert (found["summary"], found["claims"], found["headline_is_ours"]) == (None, [], False)
    making.terms(publisher, level="none", basis="legal")
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (451, "application/problem+json")
    assert 'rel="blocked-by"' in answer["Link"] and answer["Cache-Control"] == "no-store"
    described(answer)


@pytest.mark.parametrize("address", ["stories/nowhere/", "claims/999/"])
def test_what_is_not_there_is_said_in_one_shape(client, address):
    answer = client.get(f"/api/v1/{address}")
    assert (answer.status_code, described(answer)) == (404, problem(answer))


@pytest.mark.parametrize(
    "address", ["nowhere/", "nowhere", "stories/a/b/c/", "stories/é/", "stories/%ff/", "claims/x/", "a%0Ab/", "/"]
)
def test_an_address_that_is_none_leads_to_the_description(client, address):
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 404
    assert "/api/v1/openapi.json" in problem(answer)["detail"]


def test_a_slash_that_is_left_out_is_no_mistake(client):
    answer = client.get("/api/v1/stories")
    assert (answer.status_code, answer["Location"]) == (301, "/api/v1/stories/")


JUNK = [
    "x",
    "1",
    "1-",
    "-1-1",
    "1-1-1",
    "1-99999999999999999999",
    "9" * 5000,
    "2026-02-30-1",
    "١-١",
    "\u202e",
    "a\r\nb",
]


@pytest.mark.parametrize("address", ["stories/?before=", "watch/?after="])
@pytest.mark.parametrize("junk", JUNK)
def test_a_cursor_that_is_none_is_answered_by_what_to_do(client, address, junk):
    answer = client.get(f"/api/v1/{address}{quote(junk)}")
    assert answer.status_code == 400
    assert described(answer) == problem(answer)
    found = problem(answer)["detail"]
    assert found.startswith(f"“{junk[:100]}” is no cursor.") and "Leave it out" in found and "`next`" in found


def test_a_page_for_people_answers_such_a_cursor_as_before(client):
    for address in ("/?before=x", "/watch/?after=x"):
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize("address", ["stories/%00/", "stories/?before=%00", "stories/?before=%ff", "?%ff"])
def test_bytes_that_are_no_text_are_answered_in_the_same_shape(client, address):
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 400
    assert problem(answer)["detail"] == "This address cannot be read."


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_no_one_may_write(story, method):
    for address in ("/stories/", story.get_absolute_url()):
        answer = getattr(Client(enforce_csrf_checks=True), method)(f"/api/v1{address}")
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
        assert described(answer) == problem(answer)


def test_any_site_may_read_it(client, story):
    answer = client.get(f"/api/v1{story.get_absolute_url()}")
    assert answer["Access-Control-Allow-Origin"] == "*" and "Content-Usage" in answer
    assert not answer.cookies
    head = client.head(f"/api/v1{story.get_absolute_url()}")
    assert (head.status_code, head.content) == (200, b"")
