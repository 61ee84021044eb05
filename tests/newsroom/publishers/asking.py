"""Asking as a browser does: the answers to every question, and the mail that comes of it."""

import re

from django.core import mail as sent_mail
from django.test import Client

from analysis.models import Case
from newsroom import mail
from newsroom.publishers.questions import STEPS

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
        if name == "pages" and response.status_code == 422:  # lines that lead nowhere: meant as they are
            response = client.post(f"/takedown/request/{name}/", data)
        assert response.status_code == 302, response.content.decode()


def file(client: Client, **others: dict[str, str]) -> Case:
    """Answers every question and sends the request."""
    answer_all(client, **others)
    response = client.post("/takedown/request/check/", {"submission": submission_of(client)})
    assert response.status_code == 302, response.content.decode()
    return Case.objects.get(reference=response["Location"].rstrip("/").split("/")[-1])


def file_and_confirm(client: Client, **others: dict[str, str]) -> Case:
    """Files a request and follows the link in the mail, in the same browser."""
    case = file(client, **others)
    client.post(newest_link())
    case.refresh_from_db()
    assert case.state == Case.State.CONFIRMED
    return case


def submission_of(client: Client) -> str:
    page = client.get("/takedown/request/check/").content.decode()
    return re.search(r'name="submission" value="([^"]+)"', page)[1]


def newest_link() -> str:
    """Sends what waits, and returns the path of the link in the newest mail."""
    mail.deliver()
    return re.search(r"https?://[^/]+(/takedown/link/\S+)", sent_mail.outbox[-1].body)[1]
