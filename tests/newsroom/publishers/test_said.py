"""What somebody has done is said once, on the page that it leads to, without JavaScript."""

import pytest
from django.test import Client

from analysis import rights
from analysis.models import Case
from tests.analysis.cases import REMOVE, confirmed
from tests.newsroom.publishers.asking import file, newest_link

pytestmark = pytest.mark.django_db


def said(client: Client, path: str, data: dict[str, str] | None = None) -> str:
    """Posts, and returns the words of the status line on the page that follows; which must be gone on the next look."""
    response = client.post(path, data or {}, follow=True)
    assert response.status_code == 200 and len(response.redirect_chain) == 1
    at = response.redirect_chain[0][0]
    words = _status(response.content.decode())
    assert _status(client.get(at).content.decode()) == ""
    return words


def _status(page: str) -> str:
    return page.partition('role="status">')[2].partition("</p>")[0]


@pytest.fixture
def case(client, story, confirmed_case) -> Case:
    made = confirmed_case(client)
    client.get(f"/takedown/cases/{made.reference}/")  # says that the address is confirmed
    return made


def test_that_the_address_is_confirmed(client, story):
    file(client)
    link = newest_link()
    assert said(client, link) == "Your address is confirmed."
    assert said(client, link) == "", "it was before"


@pytest.mark.parametrize(
    ("step", "data", "words"),
    [("write", {"text": "A word."}, "We have your message."), ("withdraw", {}, "Your request is taken back.")],
)
def test_that_a_message_was_sent_or_the_request_taken_back(client, case, step, data, words):
    assert said(client, f"/takedown/cases/{case.reference}/{step}/", data).startswith(words)


def test_that_a_decision_was_contested_and_the_appeal_taken_back(client, case):
    rights.decide(case, None, REMOVE)
    at = f"/takedown/cases/{case.reference}/"
    assert said(client, at + "appeal/", {"text": "No."}).startswith("We have your appeal.")
    assert said(client, at + "withdraw/") == "Your appeal is taken back."


def test_that_what_was_missing_was_added_and_then_that_nothing_is(client):
    client.post("/takedown/request/why/", {"kind": "defamation"})
    case = file(client, why={"kind": "defamation"}, law={})
    client.post(newest_link())
    at = f"/takedown/cases/{case.reference}/"
    client.get(at)
    assert said(client, at + "complete/", {"good_faith": "on"}).startswith("Thank you.")
    for method in (client.get, client.post):
        page = method(at + "complete/", follow=True)
        assert page.redirect_chain[0][0] == at and "Nothing is missing" in _status(page.content.decode())


def test_a_request_that_was_joined_is_told_when_the_other_is_taken_back(client, case):
    other = confirmed("https://wire.example.test/1")
    rights.join(other, case)
    client.post(f"/takedown/cases/{case.reference}/withdraw/")
    newest_link()
    assert other.mail.get(kind="separated").sent_at is not None


def test_until_when_a_decision_can_be_contested_and_that_less_is_shown_is_said(client, case, settings):
    rights.hold(case, None, "link")
    at = f"/takedown/cases/{case.reference}/"
    assert "less is shown of the pages that you name, wherever we draw on them" in client.get(at).content.decode()
    decision = rights.decide(case, None, REMOVE)
    until = rights.contestable_until(case)
    assert (until - decision.decided_at).days == settings.APPEAL_DAYS
    assert f"Contest it until {until:%-d %B %Y, %H:%M} UTC" in client.get(at).content.decode()
