"""The guarded fetcher, against servers that do as they should and servers that do not."""

import gzip
import itertools
import json
import os
import socket
import subprocess
import sys
import threading
import zlib

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from newsroom.wire import AGENT
from newsroom.wire.fetch import HEADER_BYTES, Fetched, FetchError, fetch
from tests.outside import PUBLIC, Outside, certificate, page_of, pour, trickle
from tests.sites import ROOT, environment, free_port

HOME = "http://example-wire.test/"
SECURE = "https://example-wire.test/"


def refusal(url: str, **options) -> str:
    with pytest.raises(FetchError) as caught:
        fetch(url, **options)
    assert caught.value.refused, caught.value
    return caught.value.why


def failure(url: str, **options) -> str:
    with pytest.raises(FetchError) as caught:
        fetch(url, **options)
    assert not caught.value.refused, caught.value
    return caught.value.why


# --- what it brings back ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("home", [HOME, SECURE])
def test_it_brings_a_page_and_says_who_asks(outside: Outside, home):
    outside.pages[home + "a%20b?q=%C3%A9"] = b"HTTP/1.1 200 OK\r\nX-A: 1\r\nLink: <a>\r\nLink: <b>\r\n\r\nwords"
    answer = fetch(home + "a%20b?q=é#part", accept="text/html")
    assert (answer.url, answer.status, answer.body, answer.truncated) == (home + "a%20b?q=%C3%A9", 200, b"words", False)
    assert answer.header("LINK") == ("<a>", "<b>") and answer.header("x-a") == ("1",) and answer.header("none") == ()
    assert answer.at.utcoffset() is not None
    sent = outside.seen[0].headers
    assert sent["host"] == "example-wire.test" and sent["accept"] == "text/html"
    assert sent["user-agent"].startswith(AGENT + "/") and "(+http://127.0.0.1:8000/about/" in sent["user-agent"]
    assert not {"cookie", "authorization", "referer"} & sent.keys()


@pytest.mark.parametrize("status", [204, 304, 404, 410, 451, 500, 503])
def test_every_status_is_an_answer(outside: Outside, status):
    outside.pages[HOME] = page_of(status=status)
    assert fetch(HOME).status == status


def test_a_name_in_another_script_is_asked_for_in_ascii(outside: Outside):
    outside.pages["http://xn--bcher-kva.test/"] = page_of(b"ok")
    assert fetch("http://BÜCHER.test./").url == "http://xn--bcher-kva.test/"


@pytest.mark.parametrize(
    ("coding", "pack"), [("gzip", gzip.compress), ("GZip", gzip.compress), ("deflate", zlib.compress)]
)
def test_it_unpacks(outside: Outside, coding, pack):
    outside.pages[HOME] = page_of(pack(b"words " * 1000), Content_Encoding=coding)
    assert fetch(HOME).body == b"words " * 1000


def test_it_keeps_as_much_as_was_asked_for(outside: Outside):
    outside.pages[HOME] = page_of(b"x" * 1001)
    assert (fetch(HOME, max_bytes=1000).body, fetch(HOME, max_bytes=1000).truncated) == (b"x" * 1000, True)
    assert (fetch(HOME, max_bytes=1001).body, fetch(HOME, max_bytes=1001).truncated) == (b"x" * 1001, False)


# --- where it does not go ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://2130706433/", "http://127.1/", "http://0x7f.1/", "http://0177.0.0.1/",
        "http://①②⑦.⓪.⓪.①/", "http://[::1]/", "http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/", "http://localhost/",
        "http://169.254.169.254/latest/meta-data/", "http://example-wire.test@127.0.0.1/", "http://127.0.0.1%2f.a.test/",
        "http://0/", "http://0x7f000001/", "http://017700000001/", "http://127.0.0.1./", "http://a.test.0x1/",
        "ftp://example-wire.test/", "file:///etc/passwd", "gopher://example-wire.test/", "//example-wire.test/", "a",
        "", "http://", "http:///", "http://example-wire.test:22/", "http://example-wire.test:8080/", "http://a.test:0/",
        "http://a.test:x/", "http://a.test:99999/", "http://user@example-wire.test/", "http://:pw@example-wire.test/",
        "http://@example-wire.test/", "http://example-wire.test\\@other-wire.test/",
        "http://example-wire.test/\r\nX: y", "http://exa\tmple-wire.test/", "http://example-wire.test/ x",
        "http://a..test/", "http://-a.test/",
        "http://[::1", "http://" + "a" * 70 + ".test/", "http://example-wire.test/" + "a" * 5000, "http://a.test/\ud800",
        "http://\ud800.test/",
    ],
)  # fmt: skip
def test_it_refuses_urls_that_are_not_of_a_public_web_page(outside: Outside, url):
    assert refusal(url)
    assert not outside.seen and not outside.dns.asked


@pytest.mark.parametrize(
    ("four", "six"),
    [
        (["127.0.0.1"], []), (["169.254.169.254"], []), (["168.63.129.16"], []), (["192.0.0.8"], []), (["0.0.0.0"], []),
        (["100.100.100.200"], []), ([], ["::1"]), ([], ["64:ff9b::a9fe:a9fe"]), ([], ["2002:7f00:1::"]),
        ([], ["::ffff:127.0.0.1"]), ([], ["::127.0.0.1"]), ([], ["fec0::1"]), ([], ["5f00::1"]), ([], ["ff02::1"]),
        ([PUBLIC, "10.0.0.1"], []), ([PUBLIC], ["fd00::1"]), (["127.0.0.1", PUBLIC], ["2606:4700::1"]),
    ],
)  # fmt: skip
def test_one_address_that_is_not_public_is_enough(outside: Outside, four, six):
    outside.zone |= {"example-wire.test A": four, "example-wire.test AAAA": six}
    outside.pages[HOME] = page_of(b"secret")
    assert "not public" in refusal(HOME)
    assert not outside.seen


def test_an_alias_of_a_private_name_is_no_way_in(outside: Outside):
    outside.zone |= {"example-wire.test CNAME": ["db.internal.test."], "db.internal.test A": ["10.0.0.1"]}
    assert "not public" in refusal(HOME)


def test_it_asks_for_a_name_once_and_goes_where_it_was_told(outside: Outside):
    changes_its_mind = itertools.chain([[PUBLIC]], itertools.repeat(["127.0.0.1"]))
    honest = outside.zone.answer

    def rebind(query):
        outside.zone["example-wire.test A"] = next(changes_its_mind)
        try:
            return honest(query)
        finally:
            outside.zone["example-wire.test A"] = rebind

    outside.zone["example-wire.test A"] = rebind
    outside.pages[HOME] = page_of(b"public")
    assert fetch(HOME).body == b"public"
    assert [kind for _name, kind, _over in outside.dns.asked].count("A") == 1
    assert "not public" in refusal(HOME)  # the next fetch asks anew


def test_proxies_of_the_environment_play_no_part(outside: Outside, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
        monkeypatch.setenv(name.upper(), os.environ[name])
    outside.pages |= {HOME: page_of(b"plain"), SECURE: page_of(b"secure")}
    assert (fetch(HOME).body, fetch(SECURE).body) == (b"plain", b"secure")


# --- redirects --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_it_follows_redirects(outside: Outside, status):
    outside.pages[HOME] = page_of(status=status, Location=SECURE + "deep/er")
    outside.pages[SECURE + "deep/er"] = page_of(status=status, Location="../caf\xc3\xa9?a=\xe9")  # UTF-8, then Latin-1
    outside.pages[SECURE + "caf%C3%A9?a=%E9"] = page_of(b"there")
    answer = fetch(HOME)
    assert (answer.body, answer.url) == (b"there", SECURE + "caf%C3%A9?a=%E9")


def test_without_redirects_one_is_an_answer(outside: Outside):
    outside.pages[HOME] = page_of(status=302, Location="http://127.0.0.1/")
    assert fetch(HOME, redirects=0).status == 302


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1/", "http://2130706433/", "http://[::1]/", "http://[::1", "//169.254.169.254/", "http://localhost:80/",
     "http://private-wire.test/", "http://other-wire.test:22/", "http://user:pw@other-wire.test/", "file:///etc/passwd",
     "gopher://other-wire.test/", "javascript:1", "http://①②⑦.⓪.⓪.①/".encode().decode("latin-1"), "http:// /"],
)  # fmt: skip
def test_a_redirect_is_no_way_in(outside: Outside, target):
    outside.zone["private-wire.test A"] = ["10.0.0.1"]
    outside.pages[HOME] = page_of(status=302, Location=target)
    assert refusal(HOME)
    assert len(outside.seen) == 1


def test_a_redirect_does_not_give_up_tls(outside: Outside):
    outside.pages |= {SECURE: page_of(status=301, Location=HOME), HOME: page_of(b"anybody's words")}
    assert "from https to http" in refusal(SECURE)


def test_a_redirect_that_points_two_ways_is_followed_nowhere(outside: Outside):
    outside.pages[HOME] = b"HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\n\r\n"
    assert "two places" in refusal(HOME)


def test_redirects_end(outside: Outside):
    outside.pages[HOME] = page_of(status=302, Location="/")
    assert "more than 5 times" in refusal(HOME)
    assert len(outside.seen) == 6
    outside.pages |= {f"{HOME}{n}": page_of(status=302, Location=f"/{n + 1}") for n in range(5)}
    outside.pages[HOME + "5"] = page_of(b"the fifth hop")
    assert fetch(HOME + "0").body == b"the fifth hop"


# --- servers that waste time or memory --------------------------------------------------------------------------


@pytest.mark.parametrize("home", [HOME, SECURE])
@pytest.mark.parametrize(
    "page",
    [
        trickle(b""),
        trickle(b"HTTP/1.1 200 OK\r\nX-Slow: "),
        trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n"),
        trickle(b"HTTP/1.1 200 OK\r\n\r\n"),
        trickle(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        trickle(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: x\r\n"),
        trickle(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)  # fmt: skip
def test_a_trickle_ends_with_the_time_that_is_given(outside: Outside, home, page):
    outside.pages[home] = page
    assert "in time" in failure(home, seconds=0.4)


def test_a_server_that_never_speaks_tls_ends_with_the_time_that_is_given(outside: Outside, settings):
    settings.FETCH_STAND_IN = {443: outside.ports[80]}  # waits for a request in clear, as we wait for its hello
    assert "in time" in failure(SECURE, seconds=0.4)


def test_redirects_share_the_time(outside: Outside):
    slow = trickle(b"", b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", drops=1, pause=0.2)
    outside.pages[HOME] = lambda sock: (trickle(b"", b"", drops=1, pause=0.2)(sock), slow(sock))
    assert "in time" in failure(HOME, seconds=0.4)


def test_a_dns_that_is_silent_ends_with_the_time_that_is_given(outside: Outside):
    outside.zone["example-wire.test AAAA"] = lambda query: None
    assert "looked up" in failure(HOME, seconds=0.4)


def test_a_body_without_an_end_is_cut(outside: Outside):
    endless = itertools.repeat(b"x" * 65536, 4000)
    outside.pages[HOME] = pour(b"HTTP/1.1 200 OK\r\n\r\n", endless)
    answer = fetch(HOME, max_bytes=100_000)
    assert answer.truncated and answer.body == b"x" * 100_000
    assert next(endless, None) is not None  # what we did not want was not waited for


def test_a_gzip_bomb_is_cut(outside: Outside):
    outside.pages[HOME] = page_of(gzip.compress(bytes(100_000_000)), Content_Encoding="gzip")
    answer = fetch(HOME, max_bytes=100_000)
    assert answer.truncated and answer.body == bytes(100_000)


def test_many_gzip_members_are_cut(outside: Outside):
    outside.pages[HOME] = page_of(gzip.compress(b"x" * 1000) * 1000, Content_Encoding="gzip")
    assert fetch(HOME, max_bytes=10_500).body == b"x" * 10_500


@pytest.mark.parametrize(
    "codings", [["gzip, gzip"], ["gzip", "gzip"], ["br"], ["gzip, deflate"], ["identity, gzip"], ["zstd"], ["made-up"]]
)
def test_an_encoding_in_layers_or_unasked_for_is_refused(outside: Outside, codings):
    head = "".join(f"Content-Encoding: {coding}\r\n" for coding in codings).encode()
    outside.pages[HOME] = b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + gzip.compress(gzip.compress(bytes(1_000_000)))
    assert "encoding" in refusal(HOME)


def test_nothing_without_end_that_unpacks_to_nothing_is_refused(outside: Outside):
    empty_blocks = pour(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n" + zlib.compress(b"")[:2],
        itertools.repeat(b"\x00\x00\x00\xff\xff" * 1000, 4000),
    )
    outside.pages[HOME] = empty_blocks
    assert "more than we read" in refusal(HOME, max_bytes=100_000)


@pytest.mark.parametrize(
    "lines",
    [
        itertools.repeat(b"X: " + b"y" * 1000 + b"\r\n", 4000),
        itertools.repeat(b"y" * 65536, 4000),
        [b"\r\n", *[b"HTTP/1.1 100 Continue\r\n\r\n"] * 100_000],
    ],
    ids=["many", "long", "provisional"],
)
def test_headers_without_an_end_are_refused(outside: Outside, lines):
    status = b"100 Continue" if isinstance(lines, list) else b"200 OK"
    outside.pages[HOME] = pour(b"HTTP/1.1 " + status + b"\r\n", iter(lines))
    with pytest.raises(FetchError):
        fetch(HOME)


def test_a_hundred_headers_of_some_length_are_still_too_much(outside: Outside):
    head = b"".join(b"X-%d: " % n + b"y" * (HEADER_BYTES // 50) + b"\r\n" for n in range(60))
    outside.pages[HOME] = b"HTTP/1.1 200 OK\r\n" + head + b"\r\nbody"
    assert "more than we read" in refusal(HOME)


# --- servers that speak nonsense --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 99999 OK\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\n\r\n", b"<html>",
     b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nxx",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
     b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nxx"],
)  # fmt: skip
def test_nonsense_is_a_failure_in_plain_words(outside: Outside, page):
    outside.pages[HOME] = page
    assert "could not be read" in failure(HOME)


@pytest.mark.usefixtures("outside")
@hypothesis(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=30),
            st.sampled_from(
                [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 302 \r\n", b"\r\n", b"\r\n\r\n", b"Location: ",
                 b"Content-Length: -1", b"Transfer-Encoding: chunked\r\n",
                 b"Content-Encoding: gzip\r\n", b"Content-Encoding: deflate\r\n",
                 b" ", b"f\r\n", b"//", b"http://", b":", b"-5\r\n", b"\x1f\x8b\x08", b"1e9",
                 b"Content-Length: ", b"0\r\n\r\n"]
            ),
        ),
        max_size=12,
    )
)  # fmt: skip
@example([b"HTTP/1.1 200 OK\r\n", b"Content-Encoding: gzip\r\n", b"\r\n", b"\x1f\x8b\x08"])
def test_whatever_a_server_sends_comes_back_as_an_answer_or_as_a_fetch_error(outside, pieces):
    outside.pages[HOME] = b"".join(pieces)
    try:
        answer = fetch(HOME, max_bytes=1000)
    except FetchError as error:
        assert error.why
    else:
        assert isinstance(answer, Fetched) and len(answer.body) <= 1000


def test_nobody_at_home_is_a_passing_failure(outside: Outside, settings):
    settings.FETCH_STAND_IN = {80: free_port(), 443: free_port()}
    assert "connection failed" in failure(HOME)
    outside.zone["gone-wire.test A"] = []
    assert "no such host" in failure("http://gone-wire.test/")


# --- TLS --------------------------------------------------------------------------------------------------------


def test_a_certificate_of_another_name_is_refused(outside: Outside):
    outside.pages["https://bank.test/"] = page_of(b"not the bank")
    assert "certificate" in failure("https://bank.test/")
    assert not outside.seen


def test_a_certificate_that_nobody_vouches_for_is_refused(outside: Outside, monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate(tmp_path, "example-wire.test")[0]))
    outside.pages[SECURE] = page_of(b"somebody")
    assert "certificate" in failure(SECURE)


@pytest.mark.usefixtures("outside")
def test_a_server_without_tls_is_a_passing_failure(settings):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.FETCH_STAND_IN = {443: listener.getsockname()[1]}

        def speak_in_clear() -> None:
            with listener.accept()[0] as caller:
                caller.sendall(b"HTTP/1.1 400 Speak up\r\n\r\n")
                caller.recv(4096)

        speaker = threading.Thread(target=speak_in_clear)
        speaker.start()
        assert "secure connection" in failure(SECURE)
        speaker.join(20)


# --- the stand-in of tests --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin", ["https://desk.example", "http://desk.example", "https://127.0.0.1", "http://localhost.desk.example"]
)
def test_a_stand_in_for_the_outside_is_refused_where_others_come(origin):
    env = environment("sqlite://:memory:", ORIGIN=origin, FETCH_STAND_IN="8080,8443")
    done = subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode != 0 and "FETCH_STAND_IN" in done.stderr.splitlines()[-1]


def test_an_error_fits_on_a_line():
    with pytest.raises(FetchError) as caught:
        fetch("http://a.test/" + "a" * 100_000)
    assert len(str(caught.value)) < 400
    assert json.dumps(str(caught.value))
