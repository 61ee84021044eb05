"""A request that goes on with another one: its sender sees what holds for both, and nothing that is the other's."""

import re

import pytest
from django.contrib.auth.models import User
from django.core import mail as sent_mail

from analysis import rights
from analysis.models import Case
from newsroom import mail
from newsroom.admin.waiting import needing
from tests.analysis.cases import REMOVE, confirmed

pytestmark = pytest.mark.django_db
SECRET = rights.Ruling("declined", "none", "Words to the other sender zqsecretzq.")


@pytest.fixture
def other(story):
    """Somebody else's request about the same page."""
    return confirmed(story.sources.get().article.url, "https://wire.example.test/secret-zqsecretzq")


@pytest.fixture
def joined(client, confirmed_case, other) -> Case:
    case = confirmed_case(client)
    rights.join(case, other)
    return case


def page(client, case: Case, path: str = "") -> str:
    response = client.get(f"/takedown/cases/{case.reference}/{path}")
    assert response.status_code == 200
    return response.content.decode()


def test_a_sender_contests_what_was_decided_on_somebody_elses_request(client, joined, other):
    first, second = (User.objects.create_user(name) for name in ("first", "second"))
    rights.decide(other, first, SECRET)
    shown = page(client, joined)
    assert "Declined" in shown and "Contest it until" in shown
    answer = client.post(f"/takedown/cases/{joined.reference}/appeal/", {"text": "Look again."})
    assert answer.status_code == 302
    again = page(client, joined)
    assert "You have contested it" in again and "Declined" in again and "joined to none" in again
    assert joined not in needing(Case.objects.all(), first) and joined in needing(Case.objects.all(), second)
    rights.decide(Case.objects.get(pk=joined.pk), second, REMOVE)
    after = page(client, joined)
    assert "Decision on your appeal: Granted" in after and REMOVE.reason in after and "Decided anew" in after
    for words in (shown, again, after):
        assert other.reference not in words and "zqsecretzq" not in words
    mail.deliver()
    for letter in sent_mail.outbox:
        if letter.to == [joined.email]:
            assert other.reference not in letter.body and "zqsecretzq" not in letter.body
    assert "another editor has decided on your appeal" in sent_mail.outbox[-1].body


def test_of_ones_own_two_requests_the_first_is_contested_and_a_link_leads_there(client, confirmed_case, file_case):
    first = confirmed_case(client)
    again = file_case(client)
    rights.confirm(again)
    rights.decide(first, None, SECRET)
    session = client.session
    session["takedown_access"] = [again.reference]  # a browser that came by the link to the second one
    session.save()
    shown = page(client, again)
    assert "Contest it until" not in shown
    link = re.search(r'<a href="([^"]+)">' + first.reference, shown)[1]
    assert "Contest it until" in client.get(link).content.decode()
    refused = client.get(f"/takedown/cases/{again.reference}/appeal/")
    assert refused.status_code == 409 and first.reference in refused.content.decode()


def test_the_page_of_somebody_elses_request_stays_shut(client, joined, other):
    assert client.get(f"/takedown/cases/{other.reference}/").status_code == 404


def test_the_desk_separates_what_was_joined_and_let_its_appeal_go_and_not_what_was_decided_on_it(
    decider, joined, other
):
    first, second = (User.objects.create_user(name) for name in ("first", "second"))
    at = f"/admin/analysis/case/{joined.pk}/"

    def offered() -> bool:
        return "../separate/" in decider.get(f"{at}change/").content.decode()

    rights.decide(other, first, SECRET)
    joined.refresh_from_db()
    rights.appeal(joined, "Look again.")
    assert not offered()
    rights.withdraw(joined)
    assert offered()
    assert decider.post(f"{at}separate/", {"state": "closed"}).status_code == 302
    joined.refresh_from_db()
    rights.decide(joined, first, SECRET)
    rights.appeal(joined, "Look again.")
    rights.decide(joined, second, SECRET)
    rights.close(joined, None)
    assert not offered()


def test_the_desk_separates_what_it_joined_and_the_sender_is_told(client, decider, joined, other):
    at = f"/admin/analysis/case/{joined.pk}/"
    assert "Separate from the other case" in decider.get(f"{at}change/").content.decode()
    assert decider.get(f"{at}separate/").status_code == 200
    joined.refresh_from_db()
    assert joined.joined_to == other, "to look at the page changes nothing"
    assert decider.post(f"{at}separate/", {"state": "closed"}).status_code == 302
    mail.deliver()
    letter = sent_mail.outbox[-1]
    assert letter.to == [joined.email] and "goes on by itself again" in letter.body
    assert other.reference not in letter.body
    shown = page(client, joined)
    assert "In review" in shown and "due by" in shown and "We have another request" not in shown
    assert "Separate from the other case" not in decider.get(f"{at}change/").content.decode()
    again = decider.post(f"{at}separate/", {"state": "confirmed"})
    assert again.status_code == 422 and "joined to no other" in again.content.decode()
