"""trust.txt, ninjs, and what holds of every reader: no bytes are an error, and what it says fits what is kept."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.signals import LONGEST_VALUE, Said, statements
from newsroom.wire.signals import ninjs, page, robots, rsl, tdmrep, trusttxt


def test_a_trust_txt_is_shown_and_binds_nothing():
    text = b"# x\ncontact=https://a.test/c # here\nControl = https://b.test/\ndatatrainingallowed=no\nmember=https://c.test\n"
    found = trusttxt.read(text)
    assert [(one.label, one.value, one.line) for one in found] == [
        ("contact", "https://a.test/c", 2), ("control", "https://b.test/", 3), ("datatrainingallowed", "no", 4),
    ]  # fmt: skip
    assert not statements(found)


@pytest.mark.parametrize(
    ("item", "level", "until"),
    [
        ('{"pubStatus": "usable"}', "", None), ('{"pubStatus": "withheld"}', "none", None),
        ('{"pubStatus": "canceled"}', "none", None), ('{"pubStatus": "cancelled"}', "none", None),
        ('{"pubStatus": 7}', "none", None), ('{"pubstatus": "withheld"}', "none", None),
        ('{"embargoedUntil": "2030-01-01T12:00:00+02:00"}', "none", datetime(2030, 1, 1, 10, tzinfo=UTC)),
        ('{"embargoedUntil": "2030-01-01T12:00:00Z"}', "none", datetime(2030, 1, 1, 12, tzinfo=UTC)),
        ('{"embargoedUntil": "2030-01-01T12:00:00"}', "none", datetime(2030, 1, 2, tzinfo=UTC)),
        ('{"embargoedUntil": "tomorrow"}', "none", None), ('{"embargoedUntil": null}', "", None),
        ('{"embargoedUntil": "0001-01-01T00:00:00+10:00"}', "none", None), ("[]", "", None), ("{", "", None),
    ],
)  # fmt: skip
def test_what_an_item_says_of_its_publication(item, level, until):
    found = ninjs.read(item.encode())
    assert ("".join(one.level for one in found), next((one.until for one in found), None)) == (level, until)


READERS = {
    "robots": robots.read, "tdmrep": tdmrep.read, "trust": trusttxt.read, "ninjs": ninjs.read,
    "rsl": lambda body, kind: rsl.read(body, kind, "a.test"),
    "page": lambda body, kind: page.read(body, [("content-type", kind), *_headers(body)]),
}  # fmt: skip


def _headers(body: bytes) -> list[tuple[str, str]]:
    names = ("x-robots-tag", "content-usage", "content-signal", "tdm-reservation", "link")
    return [(name, body.decode("latin-1")) for name in names]


PIECES = [
    b"User-agent: *\n", b"Disallow: /", b"\n", b"\xff", b"\0", b"Content-Usage: ", b"ai-use=n", b", ", b"/p ",
    b"License: x",
    b'[{"location":"/", "tdm-reservation":1}', b"]", b'"', b"<rsl>", b"<content url='", b"<!DOCTYPE a>", b"</",
    b"control=", b"=",
    b"<meta name=robots content='max-snippet:", b"9" * 400, b"<p data-nosnippet>", b'{"pubStatus":',
    b"<script type=application/ld+json>",
    b"\xef\xbb\xbf", b"\xff\xfe", b"charset=punycode", b"\xed\xa0\x80", b"<?xml encoding='utf-16'?>",
    b"googlebot: ", b"<x>; rel=license",
]  # fmt: skip


@pytest.mark.parametrize("name", READERS)
@given(st.binary(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join), st.text(max_size=40))
def test_no_bytes_are_an_error(name, body, content_type):
    for one in READERS[name](body, content_type):
        assert isinstance(one, Said) and len(one.value) <= LONGEST_VALUE


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("piece", PIECES, ids=str)
def test_half_a_megabyte_of_one_piece_is_no_error(name, piece):
    assert isinstance(READERS[name](piece * (512 * 1024 // len(piece)), "text/html"), tuple)
