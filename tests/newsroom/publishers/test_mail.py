"""The outbox: each mail goes out once, in the language of its case, and a failure is remembered and tried again."""

from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from django.core import mail as sent_mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django_ox.models import OxTask

from analysis import rights
from analysis.models import OutgoingMail
from analysis.rights import Ruling
from newsroom import mail, tasks
from newsroom.tasks import MailWaitsError
from tests.analysis.cases import REMOVE, confirmed
from tests.sites import Mailbox, free_port

pytestmark = pytest.mark.django_db


def test_the_request_and_its_mail_and_the_task_are_written_together(client, file_case):
    case = file_case(client)
    assert case.mail.get().kind == "confirm"
    assert OxTask.objects.count() == 1
    assert not sent_mail.outbox


def test_a_mail_goes_out_once(client, file_case):
    file_case(client)
    assert mail.deliver() == (1, 0)
    assert mail.deliver() == (0, 0)
    assert len(sent_mail.outbox) == 1


def test_its_headers_say_that_a_program_wrote_it_and_name_the_row(client, file_case):
    case = file_case(client)
    row = case.mail.get()
    first, again = (mail.message(row).message() for _i in range(2))
    assert first["Message-ID"] == again["Message-ID"] == f"<{case.reference}.{row.pk}@127.0.0.1>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Reply-To"] is None
    assert case.reference in first["Subject"]


def test_no_word_of_the_sender_goes_into_a_mail(client, file_case):
    bait = "Win-a-prize-at-evil.test"
    file_case(
        client,
        pages={"pages": f"https://{bait}/"},
        who={"name": bait, "organisation": bait, "relation": "other"},
        why={"kind": "other", "explanation": bait},
    )
    mail.deliver()
    assert bait.lower() not in sent_mail.outbox[-1].message().as_string().lower()


def test_what_was_decided_for_both_is_told_to_nobody_who_is_separated_before_it_goes_out(story):
    url = story.sources.get().article.url
    earlier, case, claimed = confirmed(url), confirmed(url), confirmed(url)
    rights.join(case, earlier)
    rights.join(claimed, earlier)
    rights.decide(earlier, None, Ruling("declined", "none", "No."))
    OutgoingMail.objects.filter(case=claimed, kind="decided").update(claimed_at=timezone.now())  # a sender has it
    for one in (case, claimed):
        one.refresh_from_db()
        rights.separate(one)
    assert not case.mail.filter(kind="decided").exists()
    assert "The outcome: Declined." in mail.message(claimed.mail.get(kind="decided")).body


def test_a_mail_tells_of_the_decision_that_it_was_written_for(story):
    case = confirmed(story.sources.get().article.url)
    rights.decide(case, None, Ruling("declined", "none", "The first reason."))
    rights.give_reasons(case, None, "The first statement.")
    rights.appeal(case, "No.")
    rights.decide(case, None, REMOVE)
    decided, reasons, _appealed, anew = [mail.message(row).body for row in case.mail.order_by("pk")][2:]
    assert "The outcome: Declined." in decided and "The first reason." in decided and "If you disagree" not in decided
    assert "The first statement." in reasons
    assert "on your appeal" in anew and REMOVE.reason in anew


def test_the_sender_reads_the_decision_the_reason_and_what_changed(client, story, confirmed_case):
    case = confirmed_case(client)
    rights.decide(case, None, Ruling("granted", "terms", "You decide <that>.", level="link"))
    mail.deliver()
    body = sent_mail.outbox[-1].body
    assert "Granted" in body and "You decide <that>." in body
    assert "https://wire.example.test/1" in body and "/takedown/link/" in body
    assert "If you disagree" in body


OF_REPORTS = ("reported", "answered")  # tests/newsroom/test_reporting.py


@pytest.mark.parametrize("kind", [kind for kind in OutgoingMail.Kind.values if kind not in OF_REPORTS])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_kind_has_a_link_and_leaves_no_gap(client, confirmed_case, kind, language):
    case = confirmed_case(client, contact={"email": "a@wire.example.test", "language": language})
    rights.decide(case, None, Ruling("declined", "none", "No."))
    rights.challenge(other := confirmed_case(Client(), contact={"email": "b@wire.example.test", "language": language}),
                     "wire.example.test")  # fmt: skip
    of = {"notify": other, "mailbox": None}.get(kind, case)
    about = {"notify": "wire.example.test", "mailbox": language}.get(kind, "")
    row = OutgoingMail.objects.create(case=of, kind=kind, to=case.email, about=about)
    body = mail.message(row).body
    assert f"/takedown/{kind if kind in ('notify', 'mailbox') else 'link'}/".replace("notify", "notice") in body
    assert of is None or of.reference in body
    assert "\n\n\n" not in body and body == body.strip() + "\n"
    assert "&" not in body and "{" not in body


def test_who_was_joined_to_a_strangers_case_reads_no_word_meant_for_the_stranger(story):
    url = story.sources.get().article.url
    theirs, mine = confirmed(url), confirmed(url)
    rights.join(mine, theirs)
    rights.decide(theirs, None, Ruling("granted", "remove", "Dear somebody else, a private word."))
    body = mail.message(mine.mail.get(kind="decided")).body
    assert "private word" not in body and theirs.reference not in body and "contest it" in body
    assert "private word" in mail.message(theirs.mail.get(kind="decided")).body


def test_a_failure_is_kept_on_the_row_and_the_task_asks_to_be_run_again(client, file_case, monkeypatch):
    case = file_case(client)
    monkeypatch.setattr(mail, "message", lambda row: (_ for _ in ()).throw(OSError("no route")))
    with pytest.raises(MailWaitsError):
        tasks.deliver_mail.func()
    row = case.mail.get()
    assert (row.attempts, row.sent_at, row.error) == (1, None, "OSError: no route")
    with pytest.raises(CommandError):
        call_command("deliver_mail")
    monkeypatch.undo()
    assert tasks.deliver_mail.func() == 1
    row.refresh_from_db()
    assert row.sent_at and not row.error and row.attempts == 3


class Refusing(Mailbox):
    """A mail server that knows nobody, and says whom."""

    async def handle_RCPT(self, server, session, envelope, address, options):
        return f"550 <{address}> is unknown here"


def test_a_log_does_not_say_to_whom_a_mail_could_not_go(client, file_case, settings, caplog):
    row = file_case(client).mail.get()
    server = Controller(Refusing(), hostname="127.0.0.1", port=free_port())
    server.start()
    settings.MAILERS = {"default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": {"host": "127.0.0.1", "port": server.port},
    }}  # fmt: skip
    try:
        assert mail.deliver() == (0, 1)
    finally:
        server.stop()
    row.refresh_from_db()
    assert row.to in row.error, "whoever looks after the case sees why"
    (said,) = [record.getMessage() for record in caplog.records if record.name == "newsroom.mail"]
    assert f"Mail {row.pk} " in said and "SMTPRecipientsRefused" in said and row.to not in said


def test_one_bad_address_holds_nobody_up(client, file_case, monkeypatch):
    bad, good = file_case(client).mail.get(), file_case(client).mail.get()
    real = mail.message

    def message(row):
        if row.pk == bad.pk:
            raise ValueError("no such address")
        return real(row)

    monkeypatch.setattr(mail, "message", message)
    assert mail.deliver() == (1, 1)
    good.refresh_from_db()
    assert good.sent_at


def test_a_claimed_row_is_left_alone_until_its_lease_ends(client, file_case):
    row = file_case(client).mail.get()
    OutgoingMail.objects.update(claimed_at=timezone.now())
    assert mail.deliver() == (0, 1)
    OutgoingMail.objects.update(claimed_at=timezone.now() - mail.LEASE - timedelta(seconds=1))
    assert mail.deliver() == (1, 0)
    assert row.pk
