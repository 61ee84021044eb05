"""Who guesses a reference learns nothing: somebody's case answers as one that does not exist, byte for byte."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analysis import rights
from tests.newsroom.publishers.asking import file_and_confirm

pytestmark = pytest.mark.django_db
PLACES = ["", "withdraw/", "complete/", "write/", "appeal/", "proof/", "proof/wire.example.test/", "room/"]


def ask(client: Client, path: str, method: str):
    client.cookies.pop("csrf", None)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = getattr(client, method)(path)
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", response.content.decode())
    headers = {
        name: value for name, value in response.items() if name.lower() not in ("set-cookie", "etag")
    }  # of the token too
    return response.status_code, text, headers, len(queries)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("who", ["nobody", "owner of another"])
def test_a_case_of_somebody_elses_answers_as_none(story, who, place, method):
    theirs = file_and_confirm(Client())
    rights.prove(rights.challenge(theirs, "wire.example.test"), "dns", wide=False)
    client = Client()
    if who != "nobody":
        file_and_confirm(client, contact={"email": "me@wire.example.test", "language": "en"})
    unknown = "CD-2345-6789"
    first = ask(client, f"/takedown/cases/{theirs.reference}/{place}", method)
    second = ask(client, f"/takedown/cases/{unknown}/{place}", method)
    if place == "" and method == "post":
        assert first[0] == second[0] == 405
    else:
        assert first[0] == second[0] == 404
    masked = first[1].replace(theirs.reference, unknown)
    csp = re.compile(r"nonce-[^' ]+")
    assert masked == second[1]
    assert {k: csp.sub("", v) for k, v in first[2].items()} == {k: csp.sub("", v) for k, v in second[2].items()}
    assert first[3] == second[3], "the same number of queries"


def test_the_acknowledgement_of_another_browser_is_the_same_redirect(story):
    theirs = file_and_confirm(Client())
    for reference in (theirs.reference, "CD-2345-6789"):
        response = Client().get(f"/takedown/sent/{reference}/")
        assert (response.status_code, response["Location"]) == (302, f"/takedown/cases/{reference}/")


@pytest.mark.parametrize(
    "path",
    ["cases/%00/", "cases/CD-%00/room/", "cases/{mine}/proof/%00/", "cases/{mine}/proof/" + "a" * 3000 + "/",
     "sent/%00/",      "cases/{mine}/proof/..%2f/", "cases/%ed%a0%80/", "notice/%00/", "mailbox/%00/", "link/%00/"],
)  # fmt: skip
def test_junk_in_the_address_is_not_there_for_whoever_has_a_case_either(story, path):
    client = Client(raise_request_exception=False)
    mine = file_and_confirm(client)
    for method in (client.get, client.post):
        assert method("/takedown/" + path.replace("{mine}", mine.reference)).status_code in (302, 400, 404, 405, 410)


@pytest.mark.parametrize("do", ["", "check", "renew", "mail", "\x00", "x" * 3000])
def test_any_word_on_the_button_of_a_proof_is_answered(story, do):
    client = Client(raise_request_exception=False)
    mine = file_and_confirm(client)
    rights.challenge(mine, "wire.example.test")
    assert client.post(f"/takedown/cases/{mine.reference}/proof/wire.example.test/", {"do": do}).status_code == 302
