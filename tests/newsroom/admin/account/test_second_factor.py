"""Authenticator app, recovery codes, and the house that asks for one."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.newsroom.admin.account.people import APP, LOGIN, PASSWORD, codes, confirmed, log_in, set_up_app

pytestmark = pytest.mark.django_db
CODE = "/admin/account/login/code/"
THERE = "/admin/analysis/story/?q=ferry&page=2"


@pytest.fixture
def with_app(staff):
    """An account with an app: its secret and its recovery codes."""
    staff()
    return set_up_app(log_in()[0])


def half_way(**more):
    """A client of whom the password was right."""
    client = Client(**more)
    answer = client.post(f"{LOGIN}?next=x", {"login": "ada", "password": PASSWORD, "next": THERE})
    assert answer.headers["Location"] == CODE
    return client


def test_the_code_is_asked_for_and_leads_to_where_one_was_going(with_app):
    client = half_way()
    assert client.get("/admin/").status_code == 302
    assert client.post(CODE, {"code": "12345"}).status_code == 200
    answer = client.post(CODE, {"code": codes(with_app[0])[1]})
    assert answer.headers["Location"] == THERE
    assert client.get("/admin/").status_code == 200


def test_a_code_is_good_once(with_app):
    code = codes(with_app[0])[1]
    assert half_way().post(CODE, {"code": code}).status_code == 302
    assert half_way().post(CODE, {"code": code}).status_code == 200


def test_a_used_code_is_remembered_for_as_long_as_it_would_be_good(with_app):
    half_way().post(CODE, {"code": codes(with_app[0])[2]})
    with connection.cursor() as cursor:
        cursor.execute("SELECT expires FROM shared_cache WHERE cache_key LIKE %s", ["%totp.used%"])
        [(expires,)] = cursor.fetchall()
    if isinstance(expires, str):  # SQLite
        expires = datetime.fromisoformat(expires)
    left = expires.replace(tzinfo=expires.tzinfo or UTC) - timezone.now()
    assert left > timedelta(seconds=60)


def test_a_recovery_code_is_good_once(with_app):
    code = with_app[1][3]
    assert half_way().post(CODE, {"code": code}).headers["Location"] == THERE
    assert half_way().post(CODE, {"code": code}).status_code == 200
    assert half_way().post(CODE, {"code": with_app[1][4]}).status_code == 302
    assert LogEntry.objects.filter(change_message="Logged in with a recovery code.").count() == 2


def test_codes_are_guessed_at_five_times(with_app):
    for n in range(6):
        page = half_way(REMOTE_ADDR=f"192.0.2.{n}").post(CODE, {"code": "000000"}).content.decode()
    assert "Try again in five minutes" in page
    assert half_way().post(CODE, {"code": codes(with_app[0])[1]}).status_code == 200


def test_one_can_start_again_as_somebody_else(with_app):
    client = half_way()
    assert client.post("/admin/account/logout/", {"next": LOGIN}).headers["Location"] == LOGIN
    assert client.get(LOGIN).status_code == 200


@pytest.mark.parametrize("at", ["/admin/account/app/remove/", "/admin/account/codes/new/", "/admin/account/codes/",
                                "/admin/account/passkeys/add/"])  # fmt: skip
def test_the_password_is_asked_for_before_a_factor_is_touched(with_app, at):
    client = half_way()
    client.post(CODE, {"code": codes(with_app[0])[1]})
    answer = client.get(at, follow=True)
    assert answer.request["PATH_INFO"] == "/admin/account/confirm/"


def test_the_picture_is_served_to_who_sets_it_up_and_to_nobody_else(staff):
    staff()
    client, _answer = log_in()
    at = "/admin/account/app/code.svg"
    assert client.get(at).status_code == Client().get(at).status_code == 404
    page = confirmed(client, APP).content.decode()
    assert "data:" not in page and f'src="{at}"' in page
    picture = client.get(at)
    assert picture.headers["Content-Type"] == "image/svg+xml" and b"<svg" in picture.content
    assert picture.headers["Cache-Control"] == "no-store"


def test_the_app_is_removed_with_its_codes(with_app):
    client = half_way()
    client.post(CODE, {"code": codes(with_app[0])[1]})
    confirmed(client, "/admin/account/app/remove/")
    assert client.post("/admin/account/app/remove/").status_code == 302
    assert not Authenticator.objects.exists()
    assert log_in()[1].headers["Location"] == "/admin/"


def test_the_house_may_ask_for_a_second_factor(staff, settings):
    staff()
    settings.REQUIRE_SECOND_FACTOR = True
    client, _answer = log_in()
    for at in ("/admin/", "/admin/analysis/story/add/"):
        assert client.get(at).headers["Location"] == "/admin/account/"
    assert client.post("/admin/analysis/story/add/").headers["Location"] == "/admin/account/"
    assert "only to people with a second factor" in client.get("/admin/account/").content.decode()
    set_up_app(client)
    assert client.get("/admin/").status_code == 200
    Authenticator.objects.filter(type="totp").delete()
    assert client.get("/admin/").status_code == 302  # recovery codes alone are none
    Authenticator.objects.all().delete()
    set_up_app(client)
    assert "only to people with a second factor" not in client.get("/admin/account/").content.decode()


def test_an_administrator_takes_away_a_lost_factor_and_sees_no_secret(with_app, person):
    administrator = person()
    row = Authenticator.objects.get(type="totp")
    at = f"/admin/mfa/authenticator/{row.pk}/"
    assert with_app[0] not in administrator.get(f"{at}change/").content.decode()
    assert administrator.post(f"{at}change/", {"data": "{}"}).status_code == 403
    assert administrator.post(f"{at}delete/", {"post": "yes"}).status_code == 302
    assert not Authenticator.objects.exists()
    assert person("editor").get("/admin/mfa/authenticator/").status_code == 403


def test_a_passkey_is_named_after_its_browser_unless_one_says_otherwise(staff):
    staff()
    client, _answer = log_in(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0")
    assert 'value="Firefox on Linux"' in confirmed(client, "/admin/account/passkeys/add/").content.decode()
