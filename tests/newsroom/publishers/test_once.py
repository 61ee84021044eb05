"""A request that is sent twice makes one case, and both senders land on the same page."""

import threading
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import pytest
from django.test import Client

from analysis.models import Case, OutgoingMail
from tests.newsroom.publishers.asking import ANSWERS, CHECK, hidden_of, shown


@pytest.mark.django_db
def test_a_double_click_makes_one_case_and_one_mail(client, answer):
    answer(client)
    sent = shown(client)
    first, second = (client.post(CHECK, sent) for _i in range(2))
    assert first["Location"] == second["Location"]
    assert Case.objects.count() == OutgoingMail.objects.count() == 1


@pytest.mark.django_db
def test_a_second_browser_window_with_the_state_of_before_makes_no_second_case(client, answer):
    answer(client)
    sent = shown(client)
    before = dict(client.session.items())
    first = client.post(CHECK, sent)
    session = client.session
    for key, value in before.items():  # as another process had read it before the first one wrote
        session[key] = value
    session.pop("takedown_sent", None)
    session.save()
    assert client.post(CHECK, sent)["Location"] == first["Location"]
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_after_sending_a_new_request_starts_empty_and_makes_its_own_case(client, file_case):
    first = file_case(client)
    assert "Rights desk" not in client.get("/takedown/request/pages/").content.decode()
    assert client.get(CHECK)["Location"] == "/takedown/request/why/"
    assert file_case(client).pk != first.pk


@pytest.mark.django_db
def test_a_submission_of_another_browser_sends_nothing(client, answer):
    other = Client()
    answer(other)
    answer(client)
    client.post(CHECK, shown(other))
    assert not Case.objects.exists()


def test_twelve_at_once_in_two_processes_make_one_case_and_one_mail(live_site):
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def post(path: str, data: dict[str, str]) -> str:
        form = {**data, "csrfmiddlewaretoken": next(c.value for c in jar if c.name == "csrf")}
        cookies = "; ".join(f"{c.name}={c.value}" for c in jar)
        request = urllib.request.Request(
            live_site.url + path, urllib.parse.urlencode(form).encode(), {"Cookie": cookies, "Origin": live_site.url}
        )
        with urllib.request.build_opener().open(request) as response:
            for header in response.headers.get_all("Set-Cookie") or []:
                assert header
            return str(response.url)

    browser.open(live_site.url + "/takedown/request/pages/").close()
    for name, data in ANSWERS.items():
        data = {**data, "csrfmiddlewaretoken": next(c.value for c in jar if c.name == "csrf")}
        browser.open(live_site.url + f"/takedown/request/{name}/", urllib.parse.urlencode(data).encode()).close()
    with browser.open(live_site.url + CHECK) as response:
        sent = hidden_of(response.read().decode())

    landed: list[str] = []
    clicks = [threading.Thread(target=lambda: landed.append(post(CHECK, sent))) for _i in range(12)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert len(landed) == 12 and len(set(landed)) == 1
    assert live_site.shell("from analysis.models import Case; print(Case.objects.count())") == "1"
    (letter,) = live_site.mailbox.wait(1)
    assert letter["To"] == ANSWERS["contact"]["email"]
    assert letter["Auto-Submitted"] == "auto-generated" and letter["Reply-To"] is None
