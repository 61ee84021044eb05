"""Proof of control by DNS and by file, against servers that are honest, clumsy or hostile."""

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from analysis.addresses import AddressError
from newsroom.wire.domains import ProofError, Scope, proved_by_dns, proved_by_file, role_addresses, scope_of_proof
from tests.dns import txt
from tests.outside import Outside, page_of, pour, trickle

HOST = "example-wire.test"
RECORD = f"_contextdesk-challenge.{HOST} TXT"
TOKEN = "4fQ3-k0n_Vx9sTq2ZbL8aR"
FILE = f"https://{HOST}/.well-known/contextdesk-challenge/{TOKEN}"


def said(prove, host: str = HOST, *, passing: bool = False) -> str:
    with pytest.raises(ProofError) as caught:
        prove(host, TOKEN)
    assert caught.value.passing is passing, caught.value
    assert len(str(caught.value)) < 700 and str(caught.value).isprintable()
    return str(caught.value)


@pytest.fixture
def patient(monkeypatch):
    """Less patience than with the world: what hangs in a test hangs on purpose."""
    monkeypatch.setattr("newsroom.wire.domains.SECONDS", 0.5)


# --- DNS --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "records",
    [
        [txt(TOKEN.encode())],
        [f'"{TOKEN[:5]}" "{TOKEN[5:]}"'],
        [txt(b" " + TOKEN.encode() + b"\n")],
        ['"v=spf1 -all"', txt(TOKEN.encode()), '"other"'],
        [txt(b"x" * 1500), txt(TOKEN.encode())],  # does not fit into a datagram: asked for again over TCP
        [*(f'"{n}"' for n in range(3000)), txt(TOKEN.encode())],
        [txt(bytes(range(256))), txt(TOKEN.encode())],
    ],
    ids=["plain", "in strings", "with space", "among others", "over TCP", "among thousands", "beside bytes"],
)
def test_the_token_in_the_dns_proves(outside: Outside, records):
    outside.zone[RECORD] = records
    assert proved_by_dns(HOST, TOKEN)


def test_a_name_in_another_script_is_proved_in_ascii(outside: Outside):
    outside.zone["_contextdesk-challenge.xn--bcher-kva.test TXT"] = [txt(TOKEN.encode())]
    assert proved_by_dns("Bücher.test", TOKEN)


def test_an_answer_over_tcp_is_asked_for_where_it_was_cut(outside: Outside):
    outside.zone[RECORD] = [txt(b"x" * 1500), txt(TOKEN.encode())]
    assert proved_by_dns(HOST, TOKEN)
    assert [over for *_question, over in outside.dns.asked] == ["udp", "tcp"]


def test_the_name_may_be_an_alias(outside: Outside):
    outside.zone[RECORD.replace("TXT", "CNAME")] = ["a.other-wire.test."]
    outside.zone |= {"a.other-wire.test CNAME": ["b.other-wire.test."], "b.other-wire.test TXT": [txt(TOKEN.encode())]}
    assert proved_by_dns(HOST, TOKEN)


def test_aliases_in_a_circle_prove_nothing(outside: Outside):
    outside.zone[RECORD.replace("TXT", "CNAME")] = ["a.other-wire.test."]
    outside.zone |= {
        "a.other-wire.test CNAME": ["b.other-wire.test."],
        "b.other-wire.test CNAME": ["a.other-wire.test."],
    }
    assert "no answer" in said(proved_by_dns, passing=True)


def test_no_record_is_said_to_be_missing(outside: Outside):
    outside.zone[RECORD.replace("TXT", "A")] = ["1.2.3.4"]
    assert said(proved_by_dns) == f"There is no TXT record at _contextdesk-challenge.{HOST}."
    outside.zone[RECORD] = dns.rcode.NXDOMAIN
    assert "There is no TXT record" in said(proved_by_dns)


@pytest.mark.parametrize(
    "value",
    [TOKEN[:-1], TOKEN + "x", TOKEN.lower(), f"contextdesk={TOKEN}", f"{TOKEN} {TOKEN}", f'"{TOKEN}"', ""],
)
def test_a_record_that_is_not_the_token_proves_nothing(outside: Outside, value):
    outside.zone[RECORD] = [txt(value.encode())]
    assert "not the one that we asked for" in said(proved_by_dns)


def test_a_record_of_the_host_itself_or_of_one_above_proves_nothing(outside: Outside):
    outside.zone |= {f"{HOST} TXT": [txt(TOKEN.encode())], RECORD: [txt(TOKEN.encode())]}
    said(proved_by_dns, f"www.{HOST}")


def test_a_wildcard_proves_the_hosts_below_it_and_no_other(outside: Outside):
    outside.zone[f"*.{HOST} TXT"] = [txt(TOKEN.encode())]
    assert proved_by_dns(HOST, TOKEN)
    said(proved_by_dns, "other-wire.test")
    with pytest.raises(ProofError):
        proved_by_dns(HOST, TOKEN[::-1])  # of another case: the wildcard holds the token of one


def test_what_was_found_is_told_short_and_clean(outside: Outside):
    outside.zone[RECORD] = [
        txt(b"\x1b[31m<script>\x00\xff\xe2\x80\xae" + b"x" * 60_000),
        *(f'"{n}"' for n in range(200)),
    ]
    words = said(proved_by_dns)
    assert "There are 201 TXT records" in words and "\x1b" not in words and "\u202e" not in words
    outside.zone[RECORD] = ['"one"']
    assert "There is 1 TXT record" in said(proved_by_dns) and "“one”" in said(proved_by_dns)


@pytest.mark.parametrize("code", [dns.rcode.SERVFAIL, dns.rcode.REFUSED])
def test_a_server_that_fails_may_answer_another_time(outside: Outside, patient, code):
    outside.zone[RECORD] = code
    assert "no answer" in said(proved_by_dns, passing=True)


def truncated_everywhere(query: dns.message.Message) -> bytes:
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.TC
    return answer.to_wire()


def with_another_id(query: dns.message.Message) -> bytes:
    answer = dns.message.make_response(query)
    answer.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", txt(TOKEN.encode())))
    answer.id ^= 1
    return answer.to_wire()


def to_another_question(query: dns.message.Message) -> bytes:
    answer = dns.message.make_response(query)
    answer.question = [dns.rrset.from_text("other-wire.test.", 0, "IN", "TXT")]
    answer.answer.append(dns.rrset.from_text("other-wire.test.", 60, "IN", "TXT", txt(TOKEN.encode())))
    return answer.to_wire()


def with_records_of_another_name(query: dns.message.Message) -> bytes:
    answer = dns.message.make_response(query)
    answer.answer.append(dns.rrset.from_text("other-wire.test.", 60, "IN", "TXT", txt(TOKEN.encode())))
    return answer.to_wire()


@pytest.mark.parametrize(
    "hostile",
    [truncated_everywhere, with_another_id, to_another_question, lambda query: None, lambda query: b"junk",
     lambda query: query.to_wire()[:2] + b"\xff" * 400, lambda query: query.to_wire()],
    ids=["truncated", "another id", "another question", "silent", "junk", "broken", "echo"],
)  # fmt: skip
def test_an_answer_that_is_none_proves_nothing_and_ends(outside: Outside, patient, hostile):
    outside.zone[RECORD] = hostile
    assert "no answer" in said(proved_by_dns, passing=True)


def test_records_of_another_name_prove_nothing(outside: Outside):
    outside.zone[RECORD] = with_records_of_another_name
    assert "no TXT record" in said(proved_by_dns)


# --- files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [TOKEN, f"{TOKEN}\n", f"\r\n  {TOKEN} \t\r\n"])
def test_the_token_in_a_file_proves(outside: Outside, body):
    outside.pages[FILE] = page_of(body.encode())
    assert proved_by_file(HOST, TOKEN)


@pytest.mark.parametrize(
    "body", [TOKEN[:-1], TOKEN * 2, f"<p>{TOKEN}</p>", f"\ufeff{TOKEN}", "", TOKEN.upper(), TOKEN + " " * 5000]
)
def test_a_file_that_holds_anything_else_proves_nothing(outside: Outside, body):
    outside.pages[FILE] = page_of(body.encode())
    assert "nothing but it" in said(proved_by_file)


@pytest.mark.parametrize("status", [201, 203, 206, 403, 404, 410])
def test_another_status_is_named(outside: Outside, status):
    outside.pages[FILE] = page_of(TOKEN.encode(), status=status)
    assert f"status {status}, not 200" in said(proved_by_file)


def test_a_server_in_trouble_may_answer_another_time(outside: Outside):
    outside.pages[FILE] = page_of(TOKEN.encode(), status=503)
    assert "status 503" in said(proved_by_file, passing=True)


@pytest.mark.parametrize(
    "target", ["https://other-wire.test/token", f"https://www.{HOST}/token", "/token", "https://\x1b[31m" + "x" * 3000]
)
def test_a_redirect_proves_nothing(outside: Outside, target):
    outside.pages[FILE] = page_of(TOKEN.encode(), status=302, Location=target)
    outside.pages |= {url: page_of(TOKEN.encode()) for url in (target, f"https://{HOST}/token")}
    assert "The host itself must serve the file." in said(proved_by_file)
    assert len(outside.seen) == 1


def test_plain_http_proves_nothing(outside: Outside, settings):
    outside.pages[FILE.replace("https", "http")] = page_of(TOKEN.encode())
    said(proved_by_file)
    assert all(seen.url.startswith("https://") for seen in outside.seen)


def test_a_server_that_repeats_whatever_it_is_asked_for_proves_nothing(outside: Outside, monkeypatch):
    monkeypatch.setattr("newsroom.wire.domains.secrets.token_urlsafe", lambda n: "another-name-in-that-place")
    for name in (TOKEN, "another-name-in-that-place"):
        outside.pages[FILE.replace(TOKEN, name)] = page_of(name.encode())
    assert "serves any file" in said(proved_by_file)


def cut_off(sock) -> None:
    """Hang up without a word."""


@pytest.mark.parametrize(
    "control",
    [page_of(status=503), cut_off, trickle(b"HTTP/1.1 200 OK\r\n\r\n")],
    ids=["in trouble", "hangs up", "trickles"],
)
def test_where_it_cannot_be_seen_whether_a_server_repeats_nothing_is_proved_yet(
    outside: Outside, patient, monkeypatch, control
):
    monkeypatch.setattr("newsroom.wire.domains.secrets.token_urlsafe", lambda n: "another-name-in-that-place")
    outside.pages[FILE] = page_of(TOKEN.encode())
    outside.pages[FILE.replace(TOKEN, "another-name-in-that-place")] = control
    assert "could not be seen" in said(proved_by_file, passing=True)


def test_a_server_that_lets_us_ask_once_alone_proves_nothing_yet(outside: Outside, monkeypatch):
    monkeypatch.setattr("newsroom.wire.domains.secrets.token_urlsafe", lambda n: "another-name-in-that-place")
    outside.pages[FILE] = page_of(TOKEN.encode())
    outside.pages[FILE.replace(TOKEN, "another-name-in-that-place")] = page_of(status=429)
    assert "could not be seen" in said(proved_by_file, passing=True)


@pytest.mark.parametrize("control", [page_of(b"Not here"), page_of(status=404), page_of(status=302, Location="/")])
def test_a_server_that_holds_nothing_else_there_proves(outside: Outside, monkeypatch, control):
    monkeypatch.setattr("newsroom.wire.domains.secrets.token_urlsafe", lambda n: "another-name-in-that-place")
    outside.pages[FILE] = page_of(TOKEN.encode())
    outside.pages[FILE.replace(TOKEN, "another-name-in-that-place")] = control
    assert proved_by_file(HOST, TOKEN)


def test_a_host_of_private_addresses_proves_nothing(outside: Outside):
    outside.zone[f"{HOST} A"] = ["127.0.0.1"]
    outside.pages[FILE] = page_of(TOKEN.encode())
    assert "not public" in said(proved_by_file)
    assert not outside.seen


def test_a_certificate_of_another_host_proves_nothing(outside: Outside):
    outside.pages[FILE.replace(HOST, "bank.test")] = page_of(TOKEN.encode())
    assert "certificate" in said(proved_by_file, "bank.test", passing=True)


def test_a_file_that_trickles_proves_nothing_and_ends(outside: Outside, patient):
    outside.pages[FILE] = trickle(b"HTTP/1.1 200 OK\r\n\r\n")
    assert "in time" in said(proved_by_file, passing=True)


def test_a_file_without_an_end_proves_nothing_and_ends(outside: Outside):
    outside.pages[FILE] = pour(b"HTTP/1.1 200 OK\r\n\r\n", iter([TOKEN.encode(), *[b" " * 65536] * 400]))
    assert "nothing but it" in said(proved_by_file)


# --- what a proof is for ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "method", "scope"),
    [
        ("example-wire.test", "dns", Scope("example-wire.test", True)),
        ("Example-Wire.TEST.", "dns", Scope("example-wire.test", True)),
        ("example-wire.test", "file", Scope("example-wire.test", False)),
        ("www.example-wire.test", "dns", Scope("www.example-wire.test", False)),
        ("wire.co.uk", "dns", Scope("wire.co.uk", True)),
        ("news.wire.co.uk", "dns", Scope("news.wire.co.uk", False)),
        ("foo.github.io", "dns", Scope("foo.github.io", False)),
        ("foo.github.io", "file", Scope("foo.github.io", False)),
        ("a.foo.github.io", "dns", Scope("a.foo.github.io", False)),
        ("github.io", "dns", Scope("github.io", False)),
        ("wire.city.kawasaki.jp", "dns", Scope("wire.city.kawasaki.jp", False)),
        ("city.kawasaki.jp", "dns", Scope("city.kawasaki.jp", True)),  # an exception to *.kawasaki.jp
        ("bücher.test", "dns", Scope("xn--bcher-kva.test", True)),
    ],
)
def test_a_proof_is_for_one_host_unless_dns_proves_the_registrable_domain(host, method, scope):
    assert scope_of_proof(host, method) == scope


@pytest.mark.parametrize("host", ["co.uk", "com.au", "a.kawasaki.jp", "CO.UK."])
@pytest.mark.parametrize("ask", [lambda host: scope_of_proof(host, "dns"), lambda host: scope_of_proof(host, "file"),
                                 role_addresses, lambda host: proved_by_dns(host, TOKEN),
                                 lambda host: proved_by_file(host, TOKEN)])  # fmt: skip
def test_a_public_suffix_is_nobodys(host, ask):
    with pytest.raises(ProofError, match="not one party’s"):
        ask(host)


@pytest.mark.parametrize("host", ["uk", "127.0.0.1", "localhost", "", "a b.test", "-a.test", "exa mple.test", "[::1]"])
def test_what_is_no_host_is_refused(host):
    for ask in (lambda: scope_of_proof(host, "dns"), lambda: role_addresses(host), lambda: proved_by_dns(host, TOKEN)):
        with pytest.raises(AddressError):
            ask()


def test_the_longest_names_are_refused_in_words():
    with pytest.raises(ProofError, match="too long"):
        proved_by_dns(".".join(["a" * 60] * 4), TOKEN)


@pytest.mark.parametrize("token", ["", "short", "a" * 200, "../../../etc/passwd", "token with space in it", "ü" * 20])
def test_a_token_that_was_never_given_out_is_a_mistake(token):
    for prove in (proved_by_dns, proved_by_file):
        with pytest.raises(ValueError, match="no token of ours"):
            prove(HOST, token)


@pytest.mark.parametrize(
    ("host", "domain"),
    [("www.example-wire.test", "example-wire.test"), ("news.wire.co.uk", "wire.co.uk"),
     ("a.foo.github.io", "foo.github.io"), ("github.io", "github.io")],
)  # fmt: skip
def test_mail_goes_to_the_roles_of_the_registrable_domain(host, domain):
    assert role_addresses(host) == tuple(
        f"{role}@{domain}" for role in ("abuse", "webmaster", "hostmaster", "postmaster")
    )


def test_a_live_site_proves_over_the_same_stand_ins(outside: Outside, open_site, certificate):
    outside.zone[RECORD] = [txt(TOKEN.encode())]
    outside.pages[FILE] = page_of(TOKEN.encode())
    site = open_site(workers=1, **outside.environment, SSL_CERT_FILE=str(certificate[0]))
    for prove in ("proved_by_dns", "proved_by_file"):
        code = f"from newsroom.wire.domains import {prove}; print({prove}({HOST!r}, {TOKEN!r}))"
        assert site.shell(code) == "True"
