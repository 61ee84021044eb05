"""Where one is logged in, and the end of it."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from newsroom import tasks
from newsroom.admin.account.sessions import browser
from tests.newsroom.admin.account.people import PASSWORD, log_in

pytestmark = pytest.mark.django_db
LIST = "/admin/account/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "Version/18.0 Mobile/15E148 Safari/604.1")  # fmt: skip


def inside(client) -> bool:
    return client.get("/admin/").status_code == 200


@pytest.fixture
def two(staff):
    staff()
    here = log_in(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="192.0.2.1")[0]
    there = log_in(HTTP_USER_AGENT=PHONE, REMOTE_ADDR="2001:db8::7")[0]
    return here, there


def test_each_says_where_and_which(two):
    page = two[0].get(LIST).content.decode()
    assert "Firefox on Linux" in page and "192.0.2.1" in page
    assert "Safari on iOS" in page and "2001:db8::7" in page
    assert page.count("This one") == 1


def test_the_others_end_and_this_one_stays(two):
    here, there = two
    assert "1 other session ended." in here.post(LIST, follow=True).content.decode()
    assert inside(here) and not inside(there)
    assert there.get("/admin/").headers["Location"].startswith("/admin/login/")


def test_one_is_ended(two):
    here, there = two
    row = UserSession.objects.get(ip="2001:db8::7")
    assert here.post(f"{LIST}{row.pk}/end/").status_code == 302
    assert inside(here) and not inside(there)
    assert not UserSession.objects.filter(pk=row.pk).exists()


def test_nobody_ends_a_session_of_somebody_else(two, staff):
    staff("grace")
    stranger = log_in("grace")[0]
    for row in UserSession.objects.filter(user__username="ada"):
        assert stranger.post(f"{LIST}{row.pk}/end/").status_code == 404
    stranger.post(LIST)
    assert inside(two[0]) and inside(two[1])


def test_a_new_password_ends_the_others(two):
    here, there = two
    new = "another ferry, by day"
    answer = here.post(
        "/admin/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new}, follow=True
    )
    assert "all other sessions are ended" in answer.content.decode()
    assert inside(here) and not inside(there)
    assert UserSession.objects.get().session_key == here.session.session_key == Session.objects.get().session_key


def test_a_session_that_no_login_made_is_listed_from_its_first_request(person):
    client = person("writer")
    assert inside(client)
    assert UserSession.objects.get().user == client.user


def test_being_seen_costs_a_query_every_ten_minutes_only(two):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    two[0].get("/admin/account/")
    with CaptureQueriesContext(connection) as asked:
        two[0].get("/admin/account/")
    assert not [query for query in asked if "usersessions" in query["sql"] or "UPDATE" in query["sql"]]
    session = two[0].session
    session["seen"] -= 601
    session.save()
    before = UserSession.objects.get(ip="192.0.2.1").last_seen_at
    two[0].get("/admin/account/")
    assert UserSession.objects.get(ip="192.0.2.1").last_seen_at > before


def test_what_was_known_of_a_session_goes_with_it(two):
    two[0].post("/admin/logout/")
    assert UserSession.objects.get().ip == "2001:db8::7"
    Session.objects.all().delete()  # as when they ran out
    tasks.clear_sessions.call()
    assert not UserSession.objects.exists()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (PHONE, "Safari on iOS"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18 Safari/605", "Safari on macOS"),
        ("curl/8", "A browser that does not say which"),
        ("", "A browser that does not say which"),
    ],
)
def test_a_browser_has_a_name(agent, name):
    assert browser(agent) == name


def test_a_hostile_browser_name_is_text(staff):
    staff()
    client = log_in(HTTP_USER_AGENT="<script>alert(1)</script>" + "x" * 500)[0]
    assert "<script>alert" not in client.get(LIST).content.decode()


def test_nobody_anonymous(db):
    assert Client().get(LIST).status_code == Client().post(LIST).status_code == 302
