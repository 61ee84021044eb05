"""The desk's cases: who needs me, one step at a time, and nothing that is ours alone reaches the sender."""

import html
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail as sent_mail
from django.utils import timezone, translation

from analysis import rights
from analysis.models import Case
from newsroom import mail
from newsroom.admin.case_steps import STEPS
from newsroom.admin.replies import REPLIES
from tests import making
from tests.analysis.cases import confirmed, opened

pytestmark = pytest.mark.django_db
DECLINED = rights.Ruling("declined", "none", "It is a fair summary.")
DECIDE = {"outcome": "declined", "action": "none", "scope": "url", "reason": "No."}


@pytest.fixture
def second(person):
    return person("standards", "second")


def page(client, case: Case, step: str = "change") -> str:
    return client.get(f"/admin/analysis/case/{case.pk}/{step}/").content.decode()


def act(client, case: Case, step: str, state: str = "", **data: str):
    """Presses a step's button on a page that was opened when the case was in that state."""
    state = state or Case.objects.get(pk=case.pk).state
    return client.post(f"/admin/analysis/case/{case.pk}/{step}/", {"state": state, **data})


def as_its_sender(client, case: Case) -> str:
    """The case's page in the browser of whoever has confirmed it."""
    session = client.session
    session["takedown_access"] = [case.reference]
    session.save()
    response = client.get(f"/takedown/cases/{case.reference}/")
    assert response.status_code == 200
    return response.content.decode()


def listed(client, whose: str = "me") -> list[str]:
    return re.findall(r"CD-\w{4}-\w{4}(?=</a>)", client.get(f"/admin/analysis/case/?whose={whose}").content.decode())


# --- who may do what ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [step.name for step in STEPS])
@pytest.mark.parametrize("role", ["writer", "editor"])
def test_only_standards_take_a_step(person, role, step):
    case = confirmed("https://wire.test/1")
    client = person(role)
    events = case.events.count()
    for response in (
        client.get(f"/admin/analysis/case/{case.pk}/{step}/"),
        act(client, case, step, text="x", level="none"),
    ):
        assert response.status_code == 403
    assert case.events.count() == events and not case.messages.exists()


def test_nobody_at_all_gets_in(client):
    case = confirmed("https://wire.test/1")
    for step in [s.name for s in STEPS] + ["change"]:
        assert "/login/" in client.get(f"/admin/analysis/case/{case.pk}/{step}/")["Location"]


# --- two at once ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [step.name for step in STEPS])
def test_a_page_opened_before_an_appeal_does_nothing_after_it(standards, second, step):
    case = confirmed("https://wire.test/1")
    rights.decide(case, standards.user, DECLINED)
    rights.appeal(case, "Look again.")
    before = (case.events.count(), case.messages.count())
    data = {
        **DECIDE,
        "number": "1",
        "text": "x",
        "level": "none",
        "to": str(second.user.pk),
        "earlier": confirmed("https://a.test/").reference,
    }
    for seen in ("confirmed", "in_review", "decided"):
        response = act(second, case, step, state=seen, **data)
        assert response.status_code == 422 and "someone was faster" in response.content.decode()
    assert (case.events.count(), case.messages.count()) == before
    assert Case.objects.get(pk=case.pk).state == "appealed"


def test_the_page_remembers_the_state_in_which_it_was_opened(standards, second):
    case = confirmed("https://wire.test/1")
    assert 'name="state" value="confirmed"' in page(standards, case, "decide")
    rights.decide(case, second.user, DECLINED)
    refused = act(standards, case, "decide", "confirmed", **DECIDE | {"reason": "My long reason."}).content.decode()
    assert "My long reason." in refused and 'name="state" value="confirmed"' in refused
    assert case.decisions.count() == 1


def test_a_statement_of_reasons_is_about_the_decision_that_it_was_drafted_from(standards, second):
    case = confirmed("https://wire.test/1")
    rights.decide(case, standards.user, DECLINED)
    number = re.search(r'name="number" value="(\d)"', page(standards, case, "reasons"))[1]
    rights.appeal(case, "Look again.")
    rights.decide(case, second.user, DECLINED)
    response = act(standards, case, "reasons", "decided", text="About the first.", number=number)
    assert response.status_code == 422 and "decided anew" in response.content.decode()
    assert not hasattr(case.decisions.last(), "statement")


# --- whose turn it is -----------------------------------------------------------------------------------------------


def test_my_list_holds_what_waits_and_is_mine_or_nobodys_and_no_appeal_against_me(standards, second):
    mine, theirs, free, contested, over, unread = (confirmed(f"https://wire.test/{n}") for n in range(6))
    nobodys = opened("https://wire.test/9")
    rights.take_up(mine, standards.user)
    rights.assign(theirs, standards.user, second.user)
    rights.decide(contested, standards.user, DECLINED)
    rights.appeal(contested, "No.")
    for case in (over, unread):
        rights.decide(case, second.user, DECLINED)
    rights.write(unread, "What does that mean?")
    assert set(listed(standards)) == {mine.reference, free.reference, unread.reference}
    assert set(listed(second)) == {theirs.reference, free.reference, contested.reference, unread.reference}
    assert listed(standards, "mine") == [mine.reference]
    assert nobodys.reference not in listed(second), "nobody decides before the address is confirmed"
    rights.answer(unread, second.user, "It means no.")
    assert unread.reference not in listed(standards)


def test_a_case_is_given_only_to_those_who_may_decide(standards, second, person):
    writer = person("writer")
    gone = User.objects.create_user("gone", is_staff=True, is_superuser=True, is_active=False)
    case = confirmed("https://wire.test/1")
    for to in (writer.user, gone):
        assert act(standards, case, "assign", to=str(to.pk)).status_code == 422
    assert act(standards, case, "assign", to=str(second.user.pk)).status_code == 302
    assert Case.objects.get(pk=case.pk).assigned_to == second.user


def test_the_appeal_is_not_given_to_whoever_decided(standards, second):
    case = confirmed("https://wire.test/1")
    rights.decide(case, standards.user, DECLINED)
    rights.appeal(case, "No.")
    for step, data in (("take-up", {}), ("decide", DECIDE)):
        assert "contested here" in act(standards, case, step, **data).content.decode()
    assert standards.get(f"/admin/analysis/case/{case.pk}/decide/").status_code == 302
    choices = page(second, case, "assign")
    assert f'value="{second.user.pk}"' in choices and f'value="{standards.user.pk}"' not in choices
    told = act(second, case, "assign", to=str(standards.user.pk)).content.decode()
    assert "nobody who made the decision" in told and "You made" not in told


def test_the_first_page_counts_what_needs_me_and_what_is_late(standards, second, person):
    for n in range(3):
        confirmed(f"https://wire.test/{n}")
    late, theirs, early = Case.objects.order_by("pk")
    Case.objects.filter(pk__in=[late.pk, theirs.pk]).update(due_at=timezone.now() - timedelta(hours=1))
    rights.assign(theirs, standards.user, second.user)
    home = standards.get("/admin/").content.decode()
    assert '<a href="/admin/analysis/case/?whose=me">2 cases need you</a>' in home
    assert 'href="/admin/analysis/case/?whose=me&amp;waits=late">1 is late</a>' in home
    assert set(listed(standards)) == {late.reference, early.reference}
    assert listed(standards, "me&waits=late") == [late.reference]
    for case in (late, early):
        rights.decide(case, standards.user, DECLINED)
    assert "No case needs you." in standards.get("/admin/").content.decode()
    for role in ("writer", "editor"):
        assert "waiting" not in person(role).get("/admin/").content.decode()


# --- what is said to whom -------------------------------------------------------------------------------------------


def test_a_note_reaches_nobody_outside(standards, client):
    case = confirmed("https://wire.test/1")
    assert act(standards, case, "note", text="They threaten us; ask the lawyer.").status_code == 302
    assert act(standards, case, "answer", text="Thank you.").status_code == 302
    rights.decide(case, standards.user, DECLINED)
    mail.deliver()
    seen = as_its_sender(client, case)
    assert "Thank you." in seen and "lawyer" not in seen
    assert not any("lawyer" in message.body for message in sent_mail.outbox)
    assert "They threaten us; ask the lawyer." in page(standards, case)


@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_speaks_the_language_of_the_case(standards, name):
    for language in ("en", "fr"):
        case = confirmed("https://wire.test/1", kind="copyright", language=language)
        response = standards.get(
            f"/admin/analysis/case/{case.pk}/answer/", {"reply": name}, headers={"accept-language": "en"}
        )
        text = re.search(r"<textarea[^>]*>(.*?)</textarea>", response.content.decode(), re.DOTALL)[1]
        with translation.override(language):
            assert html.unescape(text).strip() == REPLIES[name][1](case)


def test_a_statement_of_reasons_is_drafted_of_its_own_decision_sent_once_and_read(standards, second, client):
    pages = [making.article().url for _ in range(2)]
    case = confirmed(*pages, kind="copyright")
    rights.decide(case, standards.user, rights.Ruling("granted", "remove", "It is yours."))
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", page(standards, case, "reasons"), re.DOTALL)[1]
    for word in ("What was decided", "Where and for how long", "Facts and circumstances", "Automated means", "Ground",
                 "What you can do", *pages, "It is yours."):  # fmt: skip
        assert word in text
    assert act(standards, case, "reasons", text="As it was.", number="1").status_code == 302
    assert act(standards, case, "reasons", text="Again.", number="1").status_code == 422
    mail.deliver()
    assert "As it was." in sent_mail.outbox[-1].body
    rights.appeal(case, "Not the first.")
    kept = case.terms.get(value=pages[0])
    rights.decide(case, second.user, rights.Ruling("partly", "restore", "Right.", restore=(kept.pk,)))
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", page(second, case, "reasons"), re.DOTALL)[1]
    assert pages[1] not in text and "Nothing" not in text.partition("Where and for how long")[0]


def test_the_mail_of_the_second_decision_tells_what_that_one_did(standards, second):
    pages = [making.article().url for _ in range(2)]
    case = confirmed(*pages)
    rights.decide(case, standards.user, rights.Ruling("granted", "remove", "It is yours."))
    rights.appeal(case, "Not the first.")
    rights.decide(
        case, second.user, rights.Ruling("partly", "restore", "Right.", restore=(case.terms.get(value=pages[0]).pk,))
    )
    mail.deliver()
    body = sent_mail.outbox[-1].body
    assert "Nothing is published" not in body and "what was decided before holds no longer" in body


def test_who_is_joined_to_somebody_elses_case_learns_nothing_of_theirs(standards, client):
    theirs = confirmed("https://wire.test/secret-page", "https://wire.test/1", email="else@wire.test")
    case = confirmed("https://wire.test/1", email="me@wire.test")
    assert act(standards, case, "join", earlier=theirs.reference).status_code == 302
    rights.decide(theirs, standards.user, rights.Ruling("granted", "remove", "It is theirs."))
    rights.give_reasons(theirs, standards.user, f"Statement on {theirs.reference}.")
    mail.deliver()
    to_me = [message.body for message in sent_mail.outbox if message.to == ["me@wire.test"]]
    assert len(to_me) == 4  # confirm, confirmed, joined, decided
    for text in (*to_me, as_its_sender(client, case)):
        assert theirs.reference not in text and "secret-page" not in text
    assert "The outcome: Granted" in to_me[-1]
