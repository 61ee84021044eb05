"""In: with a name and a password, not by guessing, and back to where one was going."""

import logging

import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.test import Client

from tests.newsroom.admin.account.people import LOGIN, PASSWORD, log_in

pytestmark = pytest.mark.django_db
SLOW_DOWN = "There were too many failed attempts. Try again in five minutes."
WRONG = "This name and this password do not belong together."


def fail(client, name, times):
    return [log_in(name, f"wrong {n}", client)[1].content.decode() for n in range(times)]


@pytest.mark.parametrize("there", ["/admin/analysis/story/?q=night+ferry&status__exact=draft", "/admin/account/done/"])
def test_an_expired_session_comes_back_to_the_same_page(staff, there):
    staff()
    client = Client()
    form = client.get(there, follow=True)
    assert form.request["PATH_INFO"] == LOGIN
    at = f"{LOGIN}?{form.request['QUERY_STRING']}"
    fields = {"login": "ada", "password": PASSWORD, "next": form.context["redirect_field_value"]}
    assert client.post(at, fields).headers["Location"] == there


@pytest.mark.parametrize(
    "there",
    ["https://evil.test/", "//evil.test", "\\\\evil.test", "javascript:alert(1)", "https:evil.test", "/\\evil.test"],
)
def test_nobody_is_led_elsewhere(staff, there):
    staff()
    client = Client()
    for at in (LOGIN, "/admin/login/"):
        assert "evil.test" not in client.get(at, {"next": there}).headers.get("Location", "").partition("?")[0]
    response = client.post(LOGIN, {"login": "ada", "password": PASSWORD, "next": there})
    assert response.headers["Location"] == "/admin/"
    assert client.get(LOGIN, {"next": there}).headers["Location"] == "/admin/"  # who is in already


def test_the_same_is_said_whether_or_not_there_is_an_account(staff):
    staff()
    staff("gone", is_active=False)
    staff("reader", is_staff=False)
    said = [log_in(name, password)[1].content.decode() for name, password in
            [("ada", "wrong"), ("nobody", "wrong"), ("gone", PASSWORD), ("reader", PASSWORD)]]  # fmt: skip
    assert all(WRONG in page for page in said)
    assert not LogEntry.objects.filter(change_message="Logged in.").exists()


def test_a_name_is_guessed_at_five_times_whoever_has_it(staff):
    staff()
    for name in ("ada", "nobody"):
        pages = [fail(Client(REMOTE_ADDR=f"192.0.2.{n}"), name, 1)[0] for n in range(7)]
        assert [SLOW_DOWN in page for page in pages] == [False] * 5 + [True] * 2
    # Then the right password is not tried either.
    assert SLOW_DOWN in log_in()[1].content.decode()


def test_a_network_guesses_at_twenty_names(staff):
    pages = [fail(Client(REMOTE_ADDR=f"2001:db8::{n:x}"), f"name-{n}", 1)[0] for n in range(1, 23)]
    assert [SLOW_DOWN in page for page in pages] == [False] * 20 + [True] * 2
    assert SLOW_DOWN not in fail(Client(REMOTE_ADDR="192.0.2.7"), "other", 1)[0]


def test_strangers_do_not_lock_out_a_browser_that_was_in(staff):
    staff()
    client, _answer = log_in()
    client.post("/admin/logout/")
    for n in range(6):
        fail(Client(REMOTE_ADDR=f"192.0.2.{n}"), "ada", 1)
    assert SLOW_DOWN in log_in(REMOTE_ADDR="192.0.2.99")[1].content.decode()
    assert log_in(client=client)[1].status_code == 302


def test_a_known_browser_is_known_for_its_own_account_only(staff):
    staff()
    staff("grace")
    client, _answer = log_in("grace")
    client.post("/admin/logout/")
    fail(Client(REMOTE_ADDR="192.0.2.1"), "ada", 6)
    assert SLOW_DOWN in log_in("ada", client=client)[1].content.decode()
    fail(client, "grace", 6)  # and it guesses no more often than others
    assert SLOW_DOWN in log_in("grace", client=client)[1].content.decode()
    assert log_in("grace")[1].status_code == 302


@pytest.mark.parametrize("forged", ["", "x", "a:b:c", "WyJhZGEiLCJ4Il0:1vxxxx:abc"])
def test_a_forged_token_is_no_token(staff, forged):
    staff()
    fail(Client(REMOTE_ADDR="192.0.2.1"), "ada", 5)
    client = Client()
    client.cookies["known_browser"] = forged
    assert SLOW_DOWN in log_in(client=client)[1].content.decode()


def test_what_is_counted_is_counted_for_all_processes(settings):
    assert settings.CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"
    fail(Client(), "ada", 1)
    assert not hasattr(cache, "_cache")  # not in this process


def test_a_failed_login_is_logged_without_what_was_typed(staff, caplog):
    staff()
    with caplog.at_level(logging.WARNING, "newsroom.admin.audit"):
        fail(Client(REMOTE_ADDR="192.0.2.9"), "ada", 1)
        fail(Client(REMOTE_ADDR="192.0.2.9"), "my secret typed into the wrong field", 1)
    assert "'ada' from 192.0.2.9" in caplog.text and "an unknown name" in caplog.text
    assert "secret" not in caplog.text and "wrong 0" not in caplog.text


def test_who_leaves_the_staff_is_out_at_once(staff):
    user = staff()
    client, _answer = log_in()
    assert client.get("/admin/").status_code == 200
    user.is_staff = False
    user.save()
    assert client.get("/admin/").status_code == 302


def test_public_pages_know_nothing_of_a_login(staff, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    staff()
    client, _answer = log_in()
    Client().get("/")
    with CaptureQueriesContext(connection) as stranger:
        Client().get("/")
    with django_assert_num_queries(len(stranger)):
        response = client.get("/")
    assert not response.cookies and not hasattr(response.wsgi_request, "allauth")


@pytest.mark.parametrize(
    "hops", ["", "junk", "192.0.2.1", "192.0.2.1:80", "[2001:db8::1]:80, 10.0.0.1", "fe80::1%eth0", ","]
)
@pytest.mark.parametrize("proxies", [0, 1, 3])
def test_whatever_a_proxy_writes_one_can_log_in(staff, settings, hops, proxies):
    settings.PROXIES = proxies
    staff()
    client, answer = log_in(HTTP_X_FORWARDED_FOR=hops)
    assert answer.status_code == 302 and client.get("/admin/account/sessions/").status_code == 200
