"""Every route below /admin/ for every role: found by walking the resolver, so that a new one is asked on its first day.

Which role may what is told screen by screen in test_roles.py. Here: nobody comes in without an account, nothing that
nobody decided on is open, and whatever stands in an address or a form, the answer is never a 500.
"""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.faults.test_junk import JUNK

pytestmark = pytest.mark.django_db
ROLES = ["nobody", "no role", "writer", "editor", "standards", "root"]
# Who is not logged in gets here, and no further.
ENTRANCES = ("/admin/login/", "/admin/account/login/", "/admin/account/password/forgotten/",
             "/admin/account/password/new/",
             "/admin/account/logout/")  # fmt: skip
# What everyone may open who is staff; the rest asks for a permission.
OPEN = ("/admin/", "/admin/account/", "/admin/logout/", "/admin/jsi18n/", "/admin/password_change/",
        "/admin/password_change/done/", "/admin/r/", "/admin/autocomplete/")  # fmt: skip
FILL = {"app_label": "analysis", "uidb36": "1", "key": "x"}


def routes() -> list[str]:
    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
        for entry in patterns:
            route = prefix + re.sub(r"[\^$]|\\Z", "", str(entry.pattern))
            route = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route)
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, route)
            else:
                yield route

    return sorted({route for route in walk(get_resolver().url_patterns, "/") if route.startswith("/admin/")})


def filled(route: str, value: str = "1") -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: FILL.get(match[1], value), route)


@pytest.fixture
def someone(person):
    def make(role: str) -> Client:
        if role == "nobody":
            return Client()
        client = person("" if role == "root" else role if role != "no role" else "writer")
        if role == "no role":
            client.user.groups.clear()
        return client

    return make


def test_the_walk_finds_the_desk():
    found = routes()
    assert len(found) > 100
    assert {"/admin/", "/admin/account/sessions/", "/admin/analysis/story/add/", "/admin/auth/user/add/"} <= set(found)


@pytest.mark.parametrize("role", ROLES)
def test_every_route_answers_every_role(someone, role):
    client = someone(role)
    wrong = []
    for route in routes():
        if route == "/admin/logout/" or (at := filled(route)) == "/admin/account/logout/":
            continue
        answer = client.get(at)
        to = answer.headers.get("Location", "")
        if role == "nobody":
            fine = at.startswith(ENTRANCES) or answer.status_code in (404, 405) or (
                answer.status_code == 302 and to.startswith(("/admin/login/?next=", "/admin/account/"))
            )  # fmt: skip
        elif role == "no role":
            fine = at in OPEN or at.startswith("/admin/account/") or answer.status_code in (302, 403, 404, 405)
        else:
            fine = answer.status_code in (200, 302, 400, 403, 404, 405)
        if not fine or answer.status_code >= 500:
            wrong.append((at, answer.status_code, to))
    assert not wrong


def test_accounts_are_an_administrators(person):
    for role in ("writer", "editor", "standards"):
        client = person(role)
        for route in routes():
            if route.startswith(("/admin/auth/", "/admin/mfa/")):
                assert client.get(filled(route)).status_code in (302, 403, 404), (role, route)
                assert client.post(filled(route)).status_code in (302, 403, 404), (role, route)


def test_nothing_of_allauth_is_open_that_nobody_decided_on():
    for gone in ("signup", "email", "confirm-email", "social", "3rdparty", "login/code/confirm", "phone/change"):
        assert Client().get(f"/admin/account/{gone}/").status_code in (302, 404), gone
    assert not [route for route in routes() if "signup" in route or "email" in route]


@pytest.mark.parametrize("role", ["nobody", "root"])
def test_junk_in_an_account_route_is_never_a_500(someone, role):
    client = someone(role)
    for route in routes():
        if not route.startswith("/admin/account/") or "logout" in route:
            continue
        for junk in JUNK:
            quoted = re.sub("[^ -~]|[#?%/]", "x", junk)[:200]
            at = re.sub(r"<[^>]+>", quoted, route)
            assert client.get(at).status_code < 500, (at, junk)
            fields = dict.fromkeys(
                ("login", "password", "code", "credential", "next", "name", "email", "password1"), junk
            )
            fields = {name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}
            assert client.post(filled(route), fields).status_code < 500, (route, junk)


@pytest.mark.parametrize("credential", ["1", "[]", "{}", "null", '"x"', '{"id": 1}', '{"id": "a", "rawId": "a"}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {}}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "e30", "authenticatorData": "YQ",'
    ' "signature": "YQ", "userHandle": "MQ"}}'])  # fmt: skip
@pytest.mark.parametrize("at", ["login/passkey/", "passkeys/add/"])
def test_a_junk_credential_is_refused(someone, at, credential):
    client = someone("root")
    if at.startswith("login"):
        client = Client()
        client.get(f"/admin/account/{at}", headers={"Accept": "application/json"})
    else:
        client.get(f"/admin/account/{at}")
    answer = client.post(f"/admin/account/{at}", {"credential": credential, "next": "/admin/"})
    assert answer.status_code in (200, 302, 400)
    assert not at.startswith("login") or answer.headers["Location"] == "/admin/account/login/?next=%2Fadmin%2F"
