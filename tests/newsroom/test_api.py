"""The API says what the pages say, in the shape that it describes, and never more."""

import json
import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import jsonschema
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analysis import editing, establishing, judging
from analysis.models import Claim, Correction, Revision, Story
from newsroom import demonstration
from newsroom.reader.api import DESCRIPTION
from newsroom.reader.urls import urlpatterns
from tests import making

pytestmark = pytest.mark.django_db

ORIGIN = "http://127.0.0.1:8000"
PROBLEM = {"$ref": "#/components/schemas/Problem"}
OF_A_STORY = ("", "versions/", "timeline/")
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


def asked(client: Client, url: str) -> Any:
    """What an address of ours answers, as it stands in another answer."""
    assert url.startswith(f"{ORIGIN}/")
    return client.get(url.removeprefix(ORIGIN))


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


def changed(story: Story, kind: str, **said: str) -> None:
    """Published again, with another dek."""
    Story.objects.filter(pk=story.pk).update(dek=f"{story.dek} {kind}")
    editing.publish(story, None, kind=kind, **said)


def test_every_answer_is_as_it_is_described_over_the_whole_demonstration(client):
    demonstration.load()
    listed, address = [], "/api/v1/stories/"
    while address:
        page = described(client.get(address))
        listed += page["stories"]
        address = page["next"] and page["next"].removeprefix(ORIGIN)
    assert len(listed) > 30 and len({card["url"] for card in listed}) == len(listed)
    claims, kinds = set(), set()
    for card in listed:
        found = described(asked(client, card["api"]))
        assert described(asked(client, found["versions"]))["versions"][-1]["kind"] == "first"
        kinds |= {moment["kind"] for moment in described(asked(client, found["timeline"]))["moments"]}
        claims |= {claim["url"] for claim in found["claims"]}
    assert kinds == {"story", "claim", "forecast", "correction"}
    for url in claims:
        described(client.get("/api/v1" + url.removeprefix(ORIGIN)))
    assert described(client.get("/api/v1/corrections/"))["corrections"]
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


def test_each_part_says_how_it_was_made(client, story):
    checked = {"claims_checked_by": making.desk(), "claims_checked_at": making.LONG_AGO}
    Story.objects.filter(pk=story.pk).update(claims_made_by="both", claims_model="M-1", watch_made_by="", **checked)
    editing.publish(story, None)
    found = described(client.get(f"/api/v1{story.get_absolute_url()}"))
    assert found["headline_made"]["by"] == found["summary"]["made"]["by"] == "person"
    assert found["claims_made"] == {
        "by": "both", "model": "M-1", "checked_by": "Analysis desk", "checked_at": making.LONG_AGO.isoformat(),
    }  # fmt: skip
    assert found["watch_made"] is None and found["watch"], "of which nobody said it"
    making.terms(story.sources.get().article.publisher, level="link")
    found = described(client.get(f"/api/v1{story.get_absolute_url()}"))
    assert (found["claims_made"], found["watch_made"], found["headline_made"]) == (None, None, None)


def test_what_terms_withhold_is_null_and_what_they_remove_is_gone(client, story):
    changed(story, "correction", reason="It was eleven.", thanks="Ada")
    establishing.move(story.claims.get(), None, "disputed", "The register lists eleven.")
    address = f"/api/v1{story.get_absolute_url()}"
    publisher = story.sources.get().article.publisher
    making.terms(publisher, level="link")
    found = described(client.get(address))
    assert (found["summary"], found["claims"], found["headline_is_ours"]) == (None, [], False)
    versions = described(asked(client, found["versions"]))["versions"]
    assert [(v["number"], v["kind"], v["text"], v["thanks"]) for v in versions] == [
        (2, "correction", None, []), (1, "first", None, [])
    ]  # fmt: skip
    assert [m["kind"] for m in described(asked(client, found["timeline"]))["moments"]] == ["story"]
    assert described(client.get("/api/v1/corrections/"))["corrections"] == []
    making.terms(publisher, level="none")
    assert {client.get(address + part).status_code for part in OF_A_STORY} == {410}
    making.terms(publisher, level="none", basis="legal")
    for part in OF_A_STORY:
        answer = client.get(address + part)
        assert (answer.status_code, described(answer)) == (451, problem(answer))
        assert 'rel="blocked-by"' in answer["Link"] and answer["Cache-Control"] == "no-store"


def test_a_withdrawn_story_is_gone_with_its_past(client, story):
    changed(story, "correction", reason="It was eleven.")
    editing.withdraw(story, "We were wrong.")
    for part in OF_A_STORY:
        answer = client.get(f"/api/v1{story.get_absolute_url()}{part}")
        assert (answer.status_code, described(answer)) == (410, problem(answer))
    assert described(client.get("/api/v1/corrections/"))["corrections"] == []


def test_the_versions_of_a_story_are_those_of_its_history(client, story):
    changed(story, "edit")
    changed(story, "correction", reason="It was eleven.", thanks="Ada\nBo")
    said = described(client.get(f"/api/v1{story.get_absolute_url()}versions/"))
    assert said["story"]["headline"] == "Who bids"
    told = [(v["number"], v["kind"], v["text"], v["thanks"], v["announced"]) for v in said["versions"]]
    assert told == [
        (3, "correction", "It was eleven.", ["Ada", "Bo"], True),
        (2, "edit", None, [], False),
        (1, "first", None, [], False),
    ]
    assert [bool(version["changes"]) for version in said["versions"]] == [True, True, False]
    for version in said["versions"]:
        assert asked(client, version["url"]).status_code == 200
        assert not version["changes"] or asked(client, version["changes"]).status_code == 200


def test_the_corrections_are_those_of_the_list(client, story):
    other = making.published(headline="Who else")
    for one in (story, other):
        changed(one, "clarification", reason=f"Of {one.headline}.", thanks="Ada")
    newest, older = described(client.get("/api/v1/corrections/"))["corrections"]
    assert (newest["kind"], newest["text"], newest["thanks"]) == ("clarification", "Of Who else.", ["Ada"])
    assert (older["story"]["headline"], older["version"]) == ("Who bids", 2)
    assert asked(client, older["url"]).status_code == asked(client, older["changes"]).status_code == 200


def test_a_judgment_taken_back_is_among_the_corrections(client, story):
    item = story.watch_items.get()
    judging.judge(item, None, "yes", "It did.", making.REGISTER)
    judging.take_back(item, None, "It did not.")
    changed(story, "correction", reason="It was eleven.")
    newest, older = described(client.get("/api/v1/corrections/"))["corrections"]
    assert (newest["kind"], newest["version"], newest["forecast"]) == ("correction", 2, None)
    assert (older["kind"], older["version"], older["changes"]) == ("taken_back", None, None)
    assert (older["text"], older["forecast"]) == ("It did not.", "It opens.")
    assert older["url"] == f"{ORIGIN}{story.get_absolute_url()}#watch-{item.pk}"
    making.terms(story.sources.get().article.publisher, level="link")
    assert described(client.get("/api/v1/corrections/"))["corrections"] == []


def test_no_list_is_longer_than_a_hundred(client, story):
    first = story.current
    said = {field.attname: getattr(first, field.attname) for field in Revision._meta.fields if field.attname != "id"}
    many = [Revision(**said | {"number": n, "kind": "correction"}) for n in range(2, 107)]
    for revision in Revision.objects.bulk_create(many):
        Correction.objects.create(story=story, revision=revision, kind="correction", text=f"No. {revision.number}.")
    for address, name in ((f"{story.get_absolute_url()}versions/", "versions"), ("/corrections/", "corrections")):
        found = described(client.get(f"/api/v1{address}"))[name]
        assert [line["text"] for line in found] == [f"No. {n}." for n in range(106, 6, -1)]


def test_the_timeline_is_that_of_the_matter(client, story):
    url = f"{ORIGIN}{story.get_absolute_url()}"
    establishing.move(story.claims.get(), None, "disputed", "The register lists eleven.")
    item = story.watch_items.get()
    judging.judge(item, None, "yes", "It did.", making.REGISTER)
    editing.publish(story, None, kind="update", reason="It opened.")
    answer = client.get(f"/api/v1{story.get_absolute_url()}timeline/")
    found = described(answer)
    assert (found["stories"], found["story"]["url"]) == (1, url)
    assert [(m["kind"], m["code"], m["text"], m["why"], m["url"]) for m in found["moments"]] == [
        ("story", story.form, None, None, url),
        ("claim", "disputed", "Twelve firms bid.", "The register lists eleven.",
         f"{ORIGIN}/claims/{story.claims.get().pk}/"),
        ("forecast", "yes", "It opens.", "It did.", f"{url}#watch-{item.pk}"),
        ("correction", "update", "It opened.", None, f"{url}history/"),
    ]  # fmt: skip
    assert [m["why_language"] for m in found["moments"]] == [None, "en", "en", None]


def test_no_answer_depends_on_the_language_of_who_asks(client, story):
    changed(story, "correction", reason="It was eleven.")
    own = story.get_absolute_url()
    for address in (
        own,
        f"{own}versions/",
        f"{own}timeline/",
        "/corrections/",
        "/stories/nowhere/",
        "/stories/?before=x",
    ):
        answers = {client.get(f"/api/v1{address}", HTTP_ACCEPT_LANGUAGE=said).content for said in ("en", "fr")}
        assert len(answers) == 1, address


def test_an_answer_asks_the_database_as_much_as_its_page(client, story):
    own = story.get_absolute_url()
    client.get(own)
    for page, address in ((f"{own}history/", f"{own}versions/"), (f"{own}timeline/",) * 2, ("/corrections/",) * 2):
        with CaptureQueriesContext(connection) as queries:
            client.get(page)
        with CaptureQueriesContext(connection) as ours:
            client.get(f"/api/v1{address}")
        assert len(ours) == len(queries) < 16, address


@pytest.mark.parametrize("address", ["stories/nowhere/", "stories/nowhere/versions/", "stories/nowhere/timeline/",
                                     "claims/999/"])  # fmt: skip
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
    for address in ("/stories/", "/corrections/", *(story.get_absolute_url() + part for part in OF_A_STORY)):
        answer = getattr(Client(enforce_csrf_checks=True), method)(f"/api/v1{address}")
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
        assert described(answer) == problem(answer)


def test_any_site_may_read_it(client, story):
    for part in OF_A_STORY:
        answer = client.get(f"/api/v1{story.get_absolute_url()}{part}")
        assert answer["Access-Control-Allow-Origin"] == "*" and "Content-Usage" in answer
        assert not answer.cookies
    head = client.head(f"/api/v1{story.get_absolute_url()}")
    assert (head.status_code, head.content) == (200, b"")
