"""Control of a site is proved through the pages, the worker, and the site itself; a mailbox proves next to nothing.

On a live server: real DNS, TLS and SMTP on this machine.
"""

import http.cookiejar
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

from tests.newsroom.publishers.asking import ANSWERS, hidden_of
from tests.outside import page_of

HOST = "news.example-wire.test"
WANTED = f"https://{HOST}/1"


class Browser:
    """Cookies, forms with their token, and no redirect to anywhere else."""

    def __init__(self, site):
        self.site, self.jar = site, http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path):
        return self._open(urllib.request.Request(self.site.url + path))

    def post(self, path, **data):
        data["csrfmiddlewaretoken"] = next((c.value for c in self.jar if c.name == "csrf"), "")
        body = urllib.parse.urlencode(data).encode()
        return self._open(urllib.request.Request(self.site.url + path, body, {"Origin": self.site.url}))

    def _open(self, request):
        try:
            with self.opener.open(request, timeout=30) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


def file_confirmed(site, *urls, **others):
    """A browser with a confirmed case, and its reference."""
    browser = Browser(site)
    browser.get("/takedown/request/why/")
    said = ANSWERS | {"pages": {"pages": "\n".join(urls or [WANTED])}} | others
    for name, data in said.items():
        browser.post(f"/takedown/request/{name}/", **data)
    sent = hidden_of(browser.get("/takedown/request/check/")[1])
    mails = len(site.mailbox)
    _status, page = browser.post("/takedown/request/check/", **sent)
    reference = re.search(r"CD-\w{4}-\w{4}", page)[0]
    link = linked(site.mailbox.wait(mails + 1)[-1], "link")
    assert browser.post(link)[0] == 200
    site.mailbox.wait(mails + 2)
    return browser, reference


def linked(message, kind):
    return re.search(rf"https?://[^/\s]+(/takedown/{kind}/\S+)", message.get_content())[1]


def begin_proof(browser, reference, host=HOST):
    """Chooses the host; returns the page's address and the token on it."""
    status, page = browser.post(f"/takedown/cases/{reference}/proof/", host=host)
    assert status == 200, page
    return f"/takedown/cases/{reference}/proof/{host}/", re.search(r"<code>([a-z2-7]{32})</code>", page)[1]


def answer_of(browser, path):
    """Presses the button, and reads the page until the worker has looked."""
    browser.post(path, do="check")
    deadline = time.monotonic() + 40
    while "We are looking." in (page := browser.get(path)[1]):
        assert time.monotonic() < deadline, "nobody looked"
        time.sleep(0.2)
    return page


@pytest.fixture
def site(open_site, outside, certificate):
    return open_site(**outside.environment, SSL_CERT_FILE=str(certificate[0]))


def forget_the_last_look(site):
    site.shell("from analysis.models import Challenge; Challenge.objects.update(asked_at=None)")


def test_by_dns_by_file_and_by_neither(site, outside):
    browser, reference = file_confirmed(site)
    path, token = begin_proof(browser, reference)
    page = answer_of(browser, path)
    assert "We did not find it yet" in page and f"no TXT record at _contextdesk-challenge.{HOST}" in page
    assert browser.get(f"/takedown/cases/{reference}/room/")[1].count("Which site?") == 1, "the room is closed"

    # The token of another case of the same host is nothing here.
    other, other_reference = file_confirmed(site, want={"want": "correct", "explanation": "A figure is wrong."})
    _path, other_token = begin_proof(other, other_reference)
    assert other_token != token
    outside.zone[f"_contextdesk-challenge.{HOST} TXT"] = [f'"{other_token}"']
    forget_the_last_look(site)
    assert "not the one that we asked for" in answer_of(browser, path)

    # By a file: this one host.
    del outside.zone[f"_contextdesk-challenge.{HOST} TXT"]
    outside.pages[f"https://{HOST}/.well-known/contextdesk-challenge/{token}"] = page_of(f" {token}\n".encode())
    forget_the_last_look(site)
    assert "<strong>Proved.</strong> A file on the host." in answer_of(browser, path)
    assert "Your publisher’s room" in browser.get(f"/takedown/cases/{reference}/room/")[1]

    # By DNS at the registrable domain: all below it.
    path, token = begin_proof(other, other_reference, "example-wire.test")
    outside.zone["_contextdesk-challenge.example-wire.test TXT"] = ['"v=spf1 -all"', f'"{token[:9]}" "{token[9:]}"']
    page = answer_of(other, path)
    assert "With every host below it" in page
    kept = site.shell(
        "from analysis.models import Proof\nfor p in Proof.objects.order_by('id'): print(p.host, p.method, p.wide)"
    )
    assert kept.splitlines() == [f"{HOST} file False", "example-wire.test dns True"]
    assert site.shell(
        "from analysis.models import Hold; print(list(Hold.objects.values_list('value', 'level')))"
    ) == str([(WANTED, "link")]), "the one is held, the other asks for a correction"
    assert {message["Subject"].partition(" (")[0] for message in site.mailbox} >= {"Control of your site is proved"}


def test_the_role_addresses_are_told_and_their_link_notes_it_and_no_more(site):
    browser, reference = file_confirmed(site)
    path, _token = begin_proof(browser, reference)
    mails = len(site.mailbox)
    browser.post(path, do="mail")
    browser.post(path, do="mail")
    notices = site.mailbox.wait(mails + 4)[mails:]
    assert {message["To"] for message in notices} == {
        f"{role}@example-wire.test" for role in ("abuse", "webmaster", "hostmaster", "postmaster")
    }
    assert not any(
        "Rights desk" in message.as_string() or reference not in message.get_content() for message in notices
    )
    link = linked(notices[0], "notice")

    scanner = Browser(site)
    assert scanner.get(link)[0] == 200
    count = "from analysis.models import Proof; print(Proof.objects.count())"
    assert site.shell(count) == "0", "a look changes nothing"
    assert scanner.get(link[:-4] + "xxx/")[0] == scanner.post(link[:-4] + "xxx/")[0] == 410
    key = site.shell(f"from newsroom import mail; print(mail.token('case', {reference!r}))")
    assert scanner.post(f"/takedown/notice/{key}/")[0] == 410, "the key to a case is none to a notice"
    status, page = scanner.post(link)
    assert (status, "Thank you." in page) == (200, True)
    scanner.post(link)
    assert site.shell(count) == "1"
    assert "room" not in browser.get(f"/takedown/cases/{reference}/")[1].lower().partition("step by step")[0]
    assert scanner.get(f"/takedown/cases/{reference}/")[0] == 404
    state = "from analysis.models import *; print(Case.objects.get().state, Hold.objects.count())"
    assert site.shell(state) == "confirmed 0"

    site.shell("from analysis.models import *\nfrom datetime import timedelta\n"
               "c = Challenge.objects.get(); Challenge.objects.update(expires_at=c.issued_at)\n"
               "from analysis import rights; rights.withdraw(Case.objects.get())")  # fmt: skip
    assert scanner.post(link)[0] == 410, "there is nothing to say any more"
    second, reference = file_confirmed(site)
    path, _token = begin_proof(second, reference)
    site.shell("from analysis.models import *; c = Challenge.objects.last(); c.expires_at = c.issued_at; c.save()")
    key = site.shell(
        "from newsroom.mail import token\nfrom analysis.models import Challenge\n"
        "print(token('notice', Challenge.objects.last().pk))"
    )
    assert scanner.post(f"/takedown/notice/{key}/")[0] == 410, "nothing is noted any more, and that is said"


def test_proved_in_four_processes_at_once_is_one_proof_and_one_event(live_site):
    live_site.shell(
        "from uuid import uuid4\nfrom analysis import rights\n"
        "case = rights.open_case(rights.Request(submission=uuid4(), urls=['https://wire.test/1'], want='remove',"
        " kind='opt_out', explanation='x', name='n', organisation='', relation='publisher', email='r@wire.test',"
        " language='en'), '127.0.0.1')\nrights.confirm(case)\nrights.challenge(case, 'wire.test')\n"
    )
    race = (
        "from analysis import rights\nfrom analysis.models import Challenge\n"
        "print(rights.prove(Challenge.objects.get(), 'dns', True) is not None)"
    )
    answers: list[str] = []
    provers = [threading.Thread(target=lambda: answers.append(live_site.shell(race))) for _ in range(4)]
    for prover in provers:
        prover.start()
    for prover in provers:
        prover.join(120)
    assert sorted(answers) == ["False", "False", "False", "True"]
    count = (
        "from analysis.models import *\n"
        "print(Proof.objects.count(), Event.objects.filter(kind='proved').count(),"
        " OutgoingMail.objects.filter(kind='proved').count(), Hold.objects.count())"
    )
    assert live_site.shell(count) == "1 1 1 1"
