"""Who sees a case: whoever followed the link in the mail; before that, the browser that filed it; nobody else."""

from datetime import timedelta

import pytest
from django.core import mail as sent_mail
from django.test import Client
from django.utils import timezone

from analysis import rights
from analysis.models import Case, Hold, OutgoingMail
from newsroom import mail
from newsroom.publishers import access
from tests.analysis.locks import record_comes_first
from tests.newsroom.publishers.asking import ANSWERS, newest_link

pytestmark = pytest.mark.django_db


def path(case: Case) -> str:
    return f"/takedown/cases/{case.reference}/"


def test_the_browser_that_filed_it_sees_its_words_and_where_it_stands(client, story, file_case):
    case = file_case(client)
    page = client.get(path(case)).content.decode()
    assert ANSWERS["want"]["explanation"] in page and "Your address is not confirmed yet" in page
    assert story.headline not in page  # what we found is for whoever has shown that the address is theirs


def test_a_stranger_sees_the_same_for_a_case_and_for_none(client, file_case):
    case = file_case(client)
    stranger = Client()
    there, nowhere = stranger.get(path(case)), stranger.get("/takedown/cases/CD-2222-2222/")
    assert there.status_code == nowhere.status_code == 404
    same = [r.content.decode().split("<h1")[1].replace(case.reference, "CD-2222-2222") for r in (there, nowhere)]
    tokens = [page.split('csrfmiddlewaretoken" value="')[1].split('"')[0] for page in same]
    assert same[0].replace(tokens[0], "") == same[1].replace(tokens[1], "")


@pytest.mark.parametrize("way", ["", "withdraw/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_access_to_one_case_is_no_access_to_another(client, confirmed_case, way, method):
    other = confirmed_case(Client(), contact={"email": "other@wire.example.test", "language": "en"})
    confirmed_case(client)
    assert getattr(client, method)(path(other) + way).status_code in (404, 405)
    other.refresh_from_db()
    assert other.state == Case.State.CONFIRMED


def test_once_confirmed_elsewhere_the_browser_that_filed_it_is_shut_out(client, file_case):
    case = file_case(client)
    owner = Client()
    owner.post(newest_link())
    assert owner.get(path(case)).status_code == 200
    assert client.get(path(case)).status_code == 404


def test_looking_at_the_link_changes_nothing_and_the_button_confirms(client, file_case):
    case = file_case(client)
    link, owner = newest_link(), Client()
    for _i in range(3):
        response = owner.get(link)
    assert response.status_code == 200
    assert (response["Referrer-Policy"], response["Cache-Control"]) == ("no-referrer", "no-store")
    case.refresh_from_db()
    assert case.state == Case.State.RECEIVED and owner.get(path(case)).status_code == 404
    assert owner.post(link)["Location"] == path(case)
    case.refresh_from_db()
    assert case.state == Case.State.CONFIRMED and owner.get(path(case)).status_code == 200


def test_the_button_works_with_the_real_check_of_forms_and_not_from_another_site(client, file_case):
    case = file_case(client)
    link = newest_link()
    strict = Client(enforce_csrf_checks=True)
    strict.post(link, headers={"Origin": "null", "Sec-Fetch-Site": "cross-site"})
    case.refresh_from_db()
    assert case.state == Case.State.RECEIVED
    assert strict.post(link, headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"}).status_code == 302


def test_pressing_twice_confirms_once(client, file_case):
    case = file_case(client)
    link = newest_link()
    assert [client.post(link).status_code for _i in range(2)] == [302, 302]
    assert list(case.events.values_list("kind", flat=True)) == ["received", "confirmed"]


def test_the_session_gets_a_new_name_with_its_new_right(client, file_case):
    file_case(client)
    before = client.session.session_key
    client.post(newest_link())
    assert client.session.session_key != before


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_forged_or_expired_link_offers_a_new_one(client, file_case, monkeypatch, method):
    case = file_case(client)
    link = newest_link()
    stranger = Client()
    forged = getattr(stranger, method)(link[:-3] + "xx/")
    monkeypatch.setattr(mail, "LINK_AGE", timedelta(seconds=-1))
    expired = getattr(stranger, method)(link)
    for response in (forged, expired):
        assert response.status_code == 410
        assert "This link no longer works" in response.content.decode()
        assert 'action="/takedown/link/"' in response.content.decode()
    assert stranger.get(path(case)).status_code == 404


def test_a_token_of_one_case_never_opens_another(client, file_case, confirmed_case):
    mine, theirs = file_case(client), confirmed_case(Client())
    client.post(f"/takedown/link/{mail.token('case', mine.reference)}/")
    assert client.get(path(mine)).status_code == 200
    assert client.get(path(theirs)).status_code == 404


@pytest.mark.parametrize("right", [True, False])
def test_asking_for_a_new_link_answers_the_same_whether_or_not_it_matches(client, file_case, right):
    case = file_case(client)
    email = case.email.upper() if right else "other@wire.example.test"
    response = Client().post("/takedown/link/", {"reference": case.reference.lower(), "email": email})
    assert response.status_code == 200
    assert "If the reference and the address belong together" in response.content.decode()
    assert case.mail.filter(kind="access").count() == right


def test_at_most_three_links_an_hour_and_more_the_next_hour(client, file_case):
    case = file_case(client)
    asked = {"reference": case.reference, "email": case.email}
    for _i in range(5):
        assert client.post("/takedown/link/", asked).status_code == 200
    assert case.mail.filter(kind="access").count() == 3
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(hours=2))
    client.post("/takedown/link/", asked)
    assert case.mail.filter(kind="access").count() == 4


def test_a_new_link_opens_the_case(client, confirmed_case):
    case = confirmed_case(client)
    other = Client()
    other.post("/takedown/link/", {"reference": case.reference, "email": case.email})
    other.post(newest_link())
    assert sent_mail.outbox[-1].to == [case.email]
    assert other.get(path(case)).status_code == 200


def test_the_case_page_shows_what_we_show_of_each_page(client, story, confirmed_case):
    case = confirmed_case(client, pages={"pages": "https://wire.example.test/1\nhttps://nobody.test/\nnonsense here"})
    page = client.get(path(case)).content.decode()
    assert story.headline in page
    assert "No page of ours draws on it." in page and "Cannot be read as a web address" in page
    assert "You confirmed your address." in page


def test_the_case_page_tells_no_more_than_the_public_pages(client, story, confirmed_case):
    case = confirmed_case(client)
    rights.hold(case, None, "none")
    assert story.headline not in client.get(path(case)).content.decode()


def test_taking_it_back_asks_first_then_ends_holds(client, story, confirmed_case):
    case = confirmed_case(client)
    rights.hold(case, None, "link")
    assert client.get(path(case) + "withdraw/").status_code == 200
    case.refresh_from_db()
    assert case.state == Case.State.CONFIRMED
    assert client.post(path(case) + "withdraw/")["Location"] == path(case)
    case.refresh_from_db()
    assert case.state == Case.State.WITHDRAWN
    assert not Hold.objects.filter(lifted_at__isnull=True).exists()
    assert client.post(path(case) + "withdraw/").status_code == 409


@pytest.mark.parametrize("way", ["/takedown/", "/takedown/request/pages/", "/takedown/link/"])
def test_every_page_of_this_door_is_private_and_strict(client, way):
    response = client.get(way)
    assert response["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    page = response.content.decode()
    assert " style=" not in page and "<style" not in page and "<script" not in page


def test_a_new_link_takes_its_locks_in_the_order_of_every_step(client, story, file_case):
    case = file_case(client)
    assert record_comes_first(lambda: access.send_new_link(case.reference, case.email, "192.0.2.1"))
    assert case.mail.filter(kind="access").count() == 1
