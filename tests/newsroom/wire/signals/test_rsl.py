"""RSL 1.0: what a licence prohibits and asks, of which pages, and licences that are bombs."""

import pytest

from analysis.patterns import named
from newsroom.wire.signals import rsl

SITE = "https://a.test"


def licence(inside: str, url: str = "/", more: str = "") -> bytes:
    content = f'<content url="{url}"><license>{inside}</license></content>'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rsl xmlns="https://rslstandard.org/rsl">{content}{more}</rsl>'.encode()
    )


def effect(body: bytes) -> tuple[str, str]:
    found = rsl.read(body, host="a.test")
    return max((one.level for one in found), default=""), max((one.ai for one in found), default="")


@pytest.mark.parametrize(
    ("inside", "level", "ai"),
    [
        ('<prohibits type="usage">ai-input</prohibits>', "", "deny"),
        ('<prohibits type="usage">search, ai-all</prohibits>', "", "deny"),
        ('<prohibits type="usage">all</prohibits>', "link", "deny"),
        ('<prohibits type="usage">ai-train search</prohibits>', "", ""),
        ('<prohibits type="geo">all</prohibits>', "", ""),
        ('<payment type="purchase"/>', "", "deny"), ('<payment type="subscription"/>', "", "deny"),
        ('<payment type="new-kind"/>', "", "deny"), ("<payment/>", "", "deny"),
        ('<payment type="free"/>', "", ""), ('<payment type="Attribution"/>', "", ""),
        ('<permits type="usage">ai-all</permits>', "", ""), ('<permits type="usage">search</permits>', "", "deny"),
        ("", "", ""),
    ],
)  # fmt: skip
def test_what_a_licence_does_here(inside, level, ai):
    assert effect(licence(inside)) == (level, ai)


@pytest.mark.parametrize(("url", "path", "about"), [
    ("/", "/a", True), ("/img/*", "/a", False), ("/img/*", "/img/1", True), ("https://a.test/img/", "/img/1", True),
    ("https://a.test", "/a", True), ("https://b.test/", "/a", False), ("", "/a", True), ("http://[", "/a", True),
    ("*.jpg$", "/x.jpg", True),
])  # fmt: skip
def test_a_licence_is_about_the_pages_that_it_names(url, path, about):
    found = rsl.read(licence('<prohibits type="usage">ai-all</prohibits>', url), host="a.test")
    assert any(one.ai == "deny" and named(SITE + path, one.places) for one in found) is about


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html><p>Not found", b"<rsl", b"\0" * 9, b"<rsl>" + b"<content>" * 5_000, b"{}",
        b'<!DOCTYPE rsl [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><rsl><content url="&b;"/></rsl>',
        b'<!DOCTYPE rsl SYSTEM "https://b.test/x.dtd"><rsl/>',
        '<!DOCTYPE rsl [<!ENTITY a "aaaa">]><rsl>&a;</rsl>'.encode("utf-16"),
    ],
)  # fmt: skip
def test_a_licence_that_cannot_be_read_permits_machines_nothing(body):
    assert effect(body) == ("", "deny")
