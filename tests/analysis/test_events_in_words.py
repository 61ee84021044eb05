"""Every event says in words what happened, to the newsroom and to the sender, and to the sender nothing of others."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from analysis import rights
from analysis.models import Event
from analysis.models.record import EVENT_WORDS
from analysis.rights.record import record
from tests import making
from tests.analysis.cases import REMOVE, confirmed, opened

pytestmark = pytest.mark.django_db
CHECKED = {"number": 2, "checked": 12, "failed": 1, "unasked": 2, "more": True}  # as newsroom/receipt.py writes it


@pytest.fixture
def everything(settings) -> list[Event]:
    """The events of cases that, together, went every way there is."""
    page = making.article(making.publisher(host="example-wire.test")).url
    first, second = (User.objects.create_user(name, is_staff=True) for name in ("first", "second"))
    case, other = confirmed(page, kind="copyright"), confirmed(page)
    rights.complete(case, {"work": "The report"})
    asked = rights.challenge(case, "example-wire.test")
    rights.notify(asked, ("postmaster@example-wire.test",))
    rights.prove(asked, "mail", wide=False)
    rights.prove(asked, "dns", wide=True)
    rights.join(other, case)
    rights.separate(other)
    rights.join(other, case)
    third = confirmed(page)
    rights.hold(third, first, "link")
    rights.lift(third, first)
    rights.withdraw(third)
    rights.take_up(case, first)
    rights.assign(case, first, second)
    rights.write(case, "A word.")
    rights.answer(case, first, "A word.")
    rights.decide(case, first, REMOVE)
    rights.give_reasons(case, first, "Because.")
    rights.appeal(case, "No.")
    rights.decide(case, second, REMOVE)
    record(case, "checked", timezone.now(), data=CHECKED)
    rights.appeal(other, "No.")
    restored = tuple(terms.pk for terms in rights.liftable(other))
    rights.decide(other, first, rights.Ruling("granted", "restore", "Back.", restore=restored))
    fourth = confirmed(page)
    rights.decide(fourth, first, REMOVE)
    rights.appeal(fourth, "No.")
    rights.withdraw(fourth)
    rights.close(case, None)
    opened(page)
    rights.close_what_is_over(timezone.now() + timedelta(days=31))
    rights.erase(timezone.now() + timedelta(days=settings.ERASE_DAYS + settings.APPEAL_DAYS))
    return list(Event.objects.all())


def test_every_kind_of_event_has_its_sentences_and_no_key_of_ours_is_in_them(everything):
    assert {event.kind for event in everything} == EVENT_WORDS.keys()
    for event in everything:
        for words in (event.words, event.words_for_sender):
            assert words.endswith(".") and "%" not in words and "  " not in words, event.kind
        for said in event.details + event.details_for_sender:
            assert said and not any(said.startswith(f"{key}:") for key in event.data), said


def test_no_event_says_the_host_nor_the_hash_of_a_proof(everything):
    for event in everything:
        said = " ".join([event.words, event.words_for_sender, *event.details, *event.details_for_sender])
        assert "example-wire" not in said and event.data.get("proof", "no hash") not in said
    proved = next(event for event in everything if event.kind == "proved")
    assert (proved.words, proved.details) == ("Control of the site proved.", ["A record in the domain’s DNS"])


def test_the_sender_is_spoken_to_and_reads_no_reference_of_another_case(everything):
    wrote = next(event for event in everything if event.kind == "wrote")
    assert (wrote.words, wrote.words_for_sender) == ("The sender wrote to us.", "You wrote to us.")
    joined = next(event for event in everything if event.kind == "joined")
    assert joined.details == [f"to {joined.data['to']}"] and joined.details_for_sender == []


def test_what_nobody_has_allowed_says_nothing_to_a_sender(everything):
    event = everything[0]
    event.data = {"urls": 1, "beside": "CD-2222-2222"}
    assert event.details == ["1 page named", "beside: CD-2222-2222"] and event.details_for_sender == ["1 page named"]


def test_what_a_decision_and_its_receipt_came_to_is_said(everything):
    second = next(event for event in everything if event.kind == "decided" and event.data["number"] == 2)
    assert second.details == ["on the appeal", "Granted", "Remove", "1 new statement of terms"]
    checked = next(event for event in everything if event.kind == "checked")
    assert checked.details == ["on the appeal", "12 addresses asked", "1 disobeys", "2 could not be asked",
                               "it touched more than could be asked"]  # fmt: skip
    completed = next(event for event in everything if event.kind == "completed")
    assert completed.details == ["4 things are still missing"]
