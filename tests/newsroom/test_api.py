"""The API says what the pages say, in the shape that it describes, and never more."""

import json
from typing import Any

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


def fits(answer: Any, name: str) -> Any:
    """The answer, if it is what the description calls `name`: with every field, and no other."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": DESCRIPTION["components"]}
    found = json.loads(answer.content)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(found)
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
        page = fits(client.get(address), "Stories")
        listed += page["stories"]
        address = page["next"] and page["next"].removeprefix("http://127.0.0.1:8000")
    assert len(listed) > 30 and len({card["url"] for card in listed}) == len(listed)
    claims = set()
    for card in listed:
        found = fits(client.get(card["api"].removeprefix("http://127.0.0.1:8000")), "Story")
        claims |= {claim["url"] for claim in found["claims"]}
    for url in claims:
        fits(client.get("/api/v1" + url.removeprefix("http://127.0.0.1:8000")), "ClaimRecord")
    fits(client.get("/api/v1/watch/"), "Watch")
    assert fits(client.get("/api/v1/scorecard/"), "Scorecard")["score"]["items"] > 300


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


def test_each_part_says_how_it_was_made(client, story):
    checked = {"claims_checked_by": making.desk(), "claims_checked_at": making.LONG_AGO}
    Story.objects.filter(pk=story.pk).update(claims_made_by="both", claims_model="M-1", watch_made_by="", **checked)
    editing.publish(story, None)
    found = fits(client.get(f"/api/v1{story.get_absolute_url()}"), "Story")
    assert found["headline_made"]["by"] == found["summary"]["made"]["by"] == "person"
    assert found["claims_made"] == {
        "by": "both", "model": "M-1", "checked_by": "Analysis desk", "checked_at": making.LONG_AGO.isoformat(),
    }  # fmt: skip
    assert found["watch_made"] is None and found["watch"], "of which nobody said it"
    making.terms(story.sources.get().article.publisher, level="link")
    found = fits(client.get(f"/api/v1{story.get_absolute_url()}"), "Story")
    assert (found["claims_made"], found["watch_made"], found["headline_made"]) == (None, None, None)


def test_what_terms_withhold_is_null_and_what_they_remove_is_gone(client, story):
    address = f"/api/v1{story.get_absolute_url()}"
    publisher = story.sources.get().article.publisher
    making.terms(publisher, level="link")
    found = fits(client.get(address), "Story")
    assert (found["summary"], found["claims"], found["headline_is_ours"]) == (None, [], False)
    making.terms(publisher, level="none", basis="legal")
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (451, "application/problem+json")
    assert 'rel="blocked-by"' in answer["Link"] and answer["Cache-Control"] == "no-store"
    fits(answer, "Problem")


@pytest.mark.parametrize("address", ["stories/nowhere/", "claims/999/", "stories/?before=x", "watch/?after=x"])
def test_what_is_not_there_is_said_in_one_shape(client, address):
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 404
    assert fits(answer, "Problem")["status"] == 404


def test_any_site_may_read_it_and_no_one_may_write(client, story):
    answer = client.get(f"/api/v1{story.get_absolute_url()}")
    assert answer["Access-Control-Allow-Origin"] == "*" and "Content-Usage" in answer
    assert not answer.cookies
    assert Client().post(f"/api/v1{story.get_absolute_url()}").status_code == 405
