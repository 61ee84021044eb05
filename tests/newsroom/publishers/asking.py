"""Asking as a browser does: the answers to every question, and the mail that comes of it."""

import re
from typing import Any

from django.core import mail as sent_mail
from django.test import Client

from analysis.models import Case
from newsroom import mail
from newsroom.publishers.questions import STEPS

CHECK = "/takedown/request/check/"
ANSWERS = {
    "why": {"kind": "opt_out"},
    "pages": {"pages": "https://wire.example.test/1"},
    "want": {"want": "remove", "explanation": "We want to be read whole."},
    "who": {"name": "Rights desk", "organisation": "The Wire", "relation": "publisher"},
    "contact": {"email": "rights@wire.example.test", "language": "en"},
}


def answer_all(client: Client, **others: dict[str, str]) -> None:
    """Answers every question in order: answer_all(client, who={...}) with another answer here and there."""
    said = ANSWERS | others
    for name in [name for name in STEPS if name in said]:
        data = said[name]
        response = client.post(f"/takedown/request/{name}/", data)
        if "again" in response["Location"]:  # lines that lead nowhere: meant as they are
            response = client.post(f"/takedown/request/{name}/", data)
        assert response.status_code == 302, response.content.decode()


def file(client: Client, **others: dict[str, str]) -> Case:
    """Answers every question and sends the request."""
    answer_all(client, **others)
    response = client.post(CHECK, shown(client))
    assert response.status_code == 302, response.content.decode()
    return Case.objects.get(reference=response["Location"].rstrip("/").split("/")[-1])


def file_and_confirm(client: Client, **others: dict[str, str]) -> Case:
    """Files a request and follows the link in the mail, in the same browser."""
    case = file(client, **others)
    client.post(newest_link())
    case.refresh_from_db()
    assert case.state == Case.State.CONFIRMED
    return case


def asked_again(client: Client, name: str, data: dict[str, Any]) -> str:
    """Gives an answer that is not taken. Returns the page on which the question is asked again."""
    response = client.post(f"/takedown/request/{name}/", data)
    assert response.status_code == 302 and response["Location"] == f"/takedown/request/{name}/?again=1"
    return client.get(response["Location"]).content.decode()


def shown(client: Client) -> dict[str, str]:
    """What the button of the check page sends."""
    return hidden_of(client.get(CHECK).content.decode())


def hidden_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(submission|shown)" value="([^"]+)"', page))


def newest_link() -> str:
    """Sends what waits, and returns the path of the link in the newest mail."""
    mail.deliver()
    return re.search(r"https?://[^/]+(/takedown/link/\S+)", sent_mail.outbox[-1].body)[1]
