"""The task that looks for a token: after the mail, and once for each time that it is asked for."""

import pytest

from analysis import rights
from analysis.models import Challenge, Event, Proof
from newsroom import tasks
from tests.analysis.cases import confirmed
from tests.outside import Outside, page_of

pytestmark = pytest.mark.django_db
HOST = "example-wire.test"


def asked_for() -> tuple[Challenge, str]:
    asked = rights.challenge(confirmed(f"https://{HOST}/a"), HOST)
    assert rights.ask(asked)
    return asked, f"https://{HOST}/.well-known/contextdesk-challenge/{rights.token_of(asked)}"


def test_mail_goes_before_a_look():
    assert tasks.check_proof.priority < tasks.deliver_mail.priority


def test_a_look_that_is_run_twice_leaves_what_the_first_found(outside: Outside):
    asked, url = asked_for()
    outside.pages[url] = page_of(rights.token_of(asked).encode())
    tasks.check_proof.func(asked.pk)
    seen, events = len(outside.seen), Event.objects.count()
    del outside.pages[url]
    tasks.check_proof.func(asked.pk)
    rights.not_proved(asked, "a run that began before the other ended")
    asked.refresh_from_db()
    assert (Proof.objects.count(), Event.objects.count(), len(outside.seen), asked.found) == (1, events, seen, "")


def test_after_a_look_that_failed_another_may_be_asked_for(outside: Outside):
    asked, url = asked_for()
    tasks.check_proof.func(asked.pk)
    asked.refresh_from_db()
    assert "404" in asked.found and not Proof.objects.exists()
    Challenge.objects.filter(pk=asked.pk).update(checked_at=None, found="")
    outside.pages[url] = page_of(rights.token_of(asked).encode())
    tasks.check_proof.func(asked.pk)
    assert Proof.objects.get().method == "file"
