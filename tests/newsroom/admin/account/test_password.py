"""A forgotten password: the link comes by mail, opens once, and nobody learns who has an account."""

import re

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django_ox.models import OxTask

from newsroom import tasks
from tests.newsroom.admin.account.conftest import PASSWORD
from tests.newsroom.admin.account.people import log_in

pytestmark = pytest.mark.django_db
FORGOTTEN = "/admin/account/password/forgotten/"
NEW = "another ferry, by day"


def asked() -> list[list]:
    return [task.args for task in OxTask.objects.filter(task_path="newsroom.tasks.send_password_links").order_by("pk")]


def link(language: str = "en") -> str:
    tasks.send_password_links.call(*asked()[-1])
    return re.search(r"https?://[^/]+(/admin/account/password/new/\S+)", mail.outbox[-1].body)[1]


def test_the_link_sets_a_new_password_once_and_ends_all_sessions(staff):
    staff()
    inside, _answer = log_in()
    client = Client()
    assert client.post(FORGOTTEN, {"email": "ADA@desk.example"}).status_code == 302
    at = link()
    assert mail.outbox[0].to == ["ada@desk.example"] and "“ada”" in mail.outbox[0].body
    form = client.get(at, follow=True)
    assert at not in form.request["PATH_INFO"]  # the key is out of the address
    answer = client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW}, follow=True)
    assert "Log in with the new password" in answer.content.decode()
    assert inside.get("/admin/").status_code == 302 and not UserSession.objects.exists()
    assert log_in(password=PASSWORD)[1].status_code == 200
    assert log_in(password=NEW)[1].status_code == 302
    again = Client().get(at, follow=True).content.decode()
    assert "has been used already" in again


def test_the_answer_is_the_same_and_no_task_holds_a_strangers_address(staff):
    staff()
    staff("gone", is_active=False)
    staff("reader", is_staff=False)
    staff("keys").set_unusable_password()
    pages = {
        Client().post(FORGOTTEN, {"email": f"{name}@desk.example"}, follow=True).content.decode()
        for name in ("ada", "nobody", "gone", "reader")
    }
    assert len({re.sub(r'value="\w{64}"', "", page) for page in pages}) == 1
    assert sorted(len(args[0]) for args in asked()) == [0, 0, 0, 1]
    for args in asked():
        tasks.send_password_links.call(*args)
    assert [message.to for message in mail.outbox] == [["ada@desk.example"]]


def test_three_links_an_hour_go_to_one_address(staff):
    staff()
    for n in range(5):
        Client(REMOTE_ADDR=f"192.0.2.{n}").post(FORGOTTEN, {"email": "ada@desk.example"})
    assert len(asked()) == 3


def test_asking_too_often_is_said_with_when_to_try_again(staff):
    client = Client()
    for n in range(21):
        answer = client.post(FORGOTTEN, {"email": f"{n}@desk.example"})
    assert answer.status_code == 429 and answer.headers["Retry-After"] == "60"
    assert "Wait a minute" in answer.content.decode()


@pytest.mark.parametrize("key", ["x-y", "1-set-password", "zzzzzzzzzzzzzzzzzzzzzzz-1", "1-abc-def", "é-1"])
def test_a_false_link_opens_nothing(staff, key):
    staff()
    answer = Client().get(f"/admin/account/password/new/{key}/", follow=True)
    assert answer.status_code in (200, 404)
    assert b'name="password1"' not in answer.content


def test_a_person_without_a_password_sets_one(person):
    client = person("writer")
    assert client.get("/admin/account/password/", follow=True).request["PATH_INFO"] == "/admin/account/password/set/"
    assert client.post("/admin/account/password/set/", {"password1": NEW, "password2": NEW}).status_code == 302
    assert client.get("/admin/").status_code == 200
