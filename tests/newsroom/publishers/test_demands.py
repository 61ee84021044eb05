"""A legal demand that lacks something is filed, asked for the rest, and completed later; a wish is never asked."""

import pytest
from django.core import mail as sent_mail

from analysis import rights
from analysis.models import Case
from newsroom import mail
from tests.newsroom.publishers.asking import file, file_and_confirm

pytestmark = pytest.mark.django_db
COPYRIGHT = {"why": {"kind": "copyright"}}


def page(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_the_law_is_asked_for_and_may_stay_empty(client):
    client.post("/takedown/request/why/", COPYRIGHT["why"])
    case = file_and_confirm(client, **COPYRIGHT, law={})
    assert case.lane == "legal" and case.signature == ""
    mail.deliver()
    assert (
        "we still need the following" in sent_mail.outbox[-1].body and "- postal address" in sent_mail.outbox[-1].body
    )
    assert "The law asks for more" in page(client, f"/takedown/cases/{case.reference}/")


def test_what_is_missing_is_added_later_and_asked_no_more(client):
    case = file_and_confirm(client, **COPYRIGHT, law={"work": "The report", "good_faith": "on"})
    at = f"/takedown/cases/{case.reference}/"
    form = page(client, at + "complete/")
    assert 'name="signature"' in form and 'name="accurate"' in form
    assert 'name="work"' not in form and 'name="good_faith"' not in form, "what was said is not asked again"
    added = {
        "signature": "R. Desk",
        "accurate": "on",
        "phone": "+1 555 0100",
        "work": "Another",
        "email": "else@wire.test",
    }
    response = client.post(at + "complete/", added)
    assert response.status_code == 302
    case.refresh_from_db()
    assert (case.signature, case.accurate, case.work, case.email) == (
        "R. Desk", True, "The report", "rights@wire.example.test")  # fmt: skip
    assert "The law asks for more" not in page(client, at)


def test_a_word_too_long_is_refused_and_kept(client):
    case = file_and_confirm(client, **COPYRIGHT, law={})
    response = client.post(f"/takedown/cases/{case.reference}/complete/", {"signature": "x" * 201})
    assert response.status_code == 422 and "x" * 201 in response.content.decode()
    case.refresh_from_db()
    assert case.signature == ""


def test_a_case_that_is_over_is_not_completed(client):
    case = file_and_confirm(client, **COPYRIGHT, law={})
    client.post(f"/takedown/cases/{case.reference}/withdraw/")
    response = client.post(f"/takedown/cases/{case.reference}/complete/", {"signature": "R. Desk"})
    assert response.status_code == 422 and "someone was faster" in response.content.decode()


@pytest.mark.parametrize("kind", Case.PREFERENCES)
def test_a_wish_is_asked_nothing_that_the_law_wants(client, kind):
    client.post("/takedown/request/why/", {"kind": kind})
    assert client.get("/takedown/request/law/").status_code == 404
    assert client.post("/takedown/request/law/", {"work": "x"}).status_code == 404
    case = file(client, why={"kind": kind})
    assert (case.lane, case.work) == ("preference", "")
    check = client.get(f"/takedown/cases/{case.reference}/").content.decode()
    assert "The law asks for more" not in check


def test_what_was_said_of_the_law_does_not_stay_with_a_wish(client):
    """One may begin as a demand and think better of it."""
    client.post("/takedown/request/why/", COPYRIGHT["why"])
    client.post("/takedown/request/law/", {"work": "The report", "signature": "R. Desk"})
    case = file(client)
    assert (case.lane, case.work, case.signature) == ("preference", "", "")


def test_an_empty_page_of_what_is_missing_is_not_thanked_for(client):
    case = file_and_confirm(client, **COPYRIGHT, law={})
    response = client.post(f"/takedown/cases/{case.reference}/complete/", {"work": ""})
    assert response.status_code == 422 and "Nothing was added yet" in response.content.decode()


def test_what_is_taken_back_can_neither_be_proved_nor_contested(client):
    case = file_and_confirm(client, **COPYRIGHT, law={})
    rights.withdraw(case)
    for place, words in (("proof/", "while a case is open"), ("appeal/", "taken back, so there is nothing to contest")):
        response = client.get(f"/takedown/cases/{case.reference}/{place}")
        assert response.status_code == 409 and words in response.content.decode()
