"""Whatever is typed, a mail's headers are ours: to whom, from whom, about what. Delivered over real SMTP."""

import re

import pytest
from aiosmtpd.controller import Controller
from django.core import mail as sent_mail
from django.test import Client

from analysis import rights
from analysis.models import OutgoingMail
from newsroom import mail
from tests.newsroom.publishers.asking import ANSWERS, answer_all, asked_again, file_and_confirm
from tests.sites import Mailbox, free_port

pytestmark = pytest.mark.django_db
EVIL = "x\r\nBcc: everyone@evil.test\r\nSubject: Won\r\n\r\n<b>Body</b>"
TRICKS = [
    EVIL,
    EVIL.replace("\r\n", "\n"),
    EVIL.replace("\r\n", "\r"),
    "x\u2028Bcc: a@evil.test",
    "x\x0bBcc: a@evil.test",
    "\x85Bcc: a@evil.test",
    ".\r\n.\r\nMAIL FROM:<a@evil.test>",
    "=?utf-8?b?QmNjOiBhQGV2aWwudGVzdA==?=",
    "x%0d%0aBcc:a@evil.test",
]
HEADERS = {"from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type",
           "content-transfer-encoding"}  # fmt: skip


@pytest.fixture
def smtp(settings):
    """A mail server that keeps what it is given, and to whom it was told to bring it."""
    box = Envelopes()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.MAILERS = {"default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": {"host": "127.0.0.1", "port": server.port},
    }}  # fmt: skip
    yield box
    server.stop()


class Envelopes(Mailbox):
    def __init__(self):
        super().__init__()
        self.recipients = []

    async def handle_DATA(self, server, session, envelope):
        self.recipients.append(envelope.rcpt_tos)
        return await super().handle_DATA(server, session, envelope)


def test_no_word_reaches_a_header(smtp):
    """Every field of a request, a message, a decision and a statement of reasons, with every trick there is."""
    for number, trick in enumerate(TRICKS):
        case = rights.open_case(
            rights.Request(submission=f"00000000-0000-4000-8000-{number:012}", urls=[trick, "https://wire.test/1"],
                           want="remove", kind="copyright", explanation=trick, name=trick, organisation=trick,
                           relation="publisher", email=f"r{number}@wire.test", language="fr" if number % 2 else "en",
                           statute={"work": trick, "authority": trick, "signature": trick}),
            "desk.test",
        )  # fmt: skip
        rights.confirm(case)
        rights.notify(rights.challenge(case, f"h{number}.test"), (f"abuse@h{number}.test",))
        rights.write(case, trick)
        rights.answer(case, None, trick)
        ruling = rights.Ruling("granted", "terms", trick, level="link", attribution=trick.replace("\x00", "")[:200])
        rights.decide(case, None, ruling)
        rights.give_reasons(case, None, trick)
        rights.appeal(case, trick)
        sent, waiting = mail.deliver()
        assert (sent, waiting) == (7, 0)
    kinds = dict(OutgoingMail.Kind.choices)
    assert len(smtp) == 7 * len(TRICKS)
    for message, recipients in zip(smtp, smtp.recipients, strict=True):
        assert {name.lower() for name in message.keys()} == HEADERS and len(message.keys()) == len(HEADERS)  # noqa: SIM118
        assert recipients == [message["To"]] and re.fullmatch(r"(r|abuse@h)\d+(@wire)?\.test", message["To"])
        assert re.search(r" \(CD-\w{4}-\w{4}\)$", message["Subject"]) and "\n" not in message["Subject"]
        assert message.get_content_type() == "text/plain" and not message.is_multipart()
    assert {m["Subject"].partition(" (")[0] for m in smtp} >= {str(kinds["decided"]), str(kinds["message"])}


@pytest.mark.parametrize("trick", [t for t in TRICKS if not t.startswith(("=?", "x%"))])
@pytest.mark.parametrize("end", ["{0}@wire.test", "rights@{0}", "rights@wire.test{0}"])
def test_an_address_that_is_more_than_one_is_refused(client, trick, end):
    answer_all(client)
    asked_again(client, "contact", {"email": end.format(trick), "language": "en"})
    for path, more in (("mailbox/", {}), ("link/", {"reference": "CD-2345-6789"})):
        assert client.post(f"/takedown/{path}", {"email": end.format(trick), **more}).status_code == 422
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("field", ["name", "organisation"])
@pytest.mark.parametrize("trick", TRICKS)
def test_what_is_typed_of_oneself_goes_into_no_mail(field, trick):
    client = Client()
    file_and_confirm(client, who=ANSWERS["who"] | {field: trick[:200]})
    for message in sent_mail.outbox:
        assert "evil.test" not in message.message().as_string()


def test_a_host_is_mailed_as_the_dns_has_it(client):
    case = file_and_confirm(client)
    for trick in TRICKS:
        with pytest.raises(rights.RightsError):
            rights.challenge(case, f"wire.test{trick}")
