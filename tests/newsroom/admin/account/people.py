"""People with a password, and the browsers they use. The guards are the real ones: the limits count in the database."""

import re

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from tests.newsroom.admin.account.conftest import PASSWORD

LOGIN = "/admin/account/login/"
APP = "/admin/account/app/"


def log_in(name: str = "ada", password: str = PASSWORD, client: Client | None = None, at: str = LOGIN, **more):
    """The client and the answer to the login form."""
    client = client or Client(**more)
    return client, client.post(at, {"login": name, "password": password})


def codes(secret: str) -> list[str]:
    """The codes that an app would show: a moment ago, now, and next."""
    return [format_hotp_value(hotp_value(secret, counter)) for counter in yield_hotp_counters_from_time()]


def confirmed(client: Client, at: str):
    """The page at an address, after the password was asked for once more."""
    response = client.get(at, follow=True)
    if response.request["PATH_INFO"] == "/admin/account/confirm/":
        response = client.post(f"/admin/account/confirm/?next={at}", {"password": PASSWORD}, follow=True)
    return response


def set_up_app(client: Client) -> tuple[str, list[str]]:
    """Sets up an authenticator app; returns its secret and the recovery codes that came with it."""
    page = confirmed(client, APP).content.decode()
    secret = re.search(r'account-key">([A-Z2-7]+)<', page)[1]
    shown = client.post(APP, {"code": codes(secret)[0]}, follow=True).content.decode()
    recovery = re.findall(r"<li><code>(\d{8})</code>", shown)
    assert len(recovery) == 10
    return secret, recovery
