"""Patterns of robots.txt: what they match, in every spelling, in bounded steps."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.patterns import LONGEST, MOST, kept, longest_first, named

HOST = "https://a.test"


def matches(pattern: str, target: str) -> bool:
    return named(HOST + target, kept([(pattern, True)]))


@pytest.mark.parametrize(
    ("pattern", "target", "found"),
    [
        ("/", "/anything?x", True),
        ("/fish", "/fish.html", True), ("/fish", "/Fish", False), ("/fish", "/x/fish", False),
        ("/fish*", "/fishheads/yummy", True), ("/fish/", "/fish", False),
        ("/*.pdf$", "/a.pdf", True), ("/*.pdf$", "/a.pdf?x", False), ("/*.pdf", "/a.pdf?x", True),
        ("/*.pdf$", "/a.pdf/b.pdf", True), ("/a$", "/a", True), ("/a$", "/ab", False), ("/*$", "/", True),
        ("/*a*a$", "/a", False), ("/*a*a$", "/aa", True), ("/a*b*c", "/a-c-b", False), ("*", "/x", True),
        ("/*?", "/a?b", True), ("/*?", "/a", False),
        ("/caf%C3%A9", "/caf%c3%a9", True), ("/café", "/caf%C3%A9", True), ("/%70ress", "/press", True),
        ("/a%2Fb", "/a/b", False), ("/a%2fb", "/a%2Fb", True), ("/file-with-a-%2A.html", "/file-with-a-*.html", True),
        ("/a%24", "/a$", True), ("/a$b", "/a$b", True), ("/%", "/%25", True),
    ],
)  # fmt: skip
def test_a_pattern_matches_as_robots_do(pattern, target, found):
    assert matches(pattern, target) is found


@given(st.text("ab*$", max_size=12), st.text("ab", max_size=20))
def test_a_pattern_matches_what_its_regular_expression_matches(pattern, target):
    body, end = (pattern[:-1], r"\Z") if pattern.endswith("$") else (pattern, "")
    expression = "".join(".*" if c == "*" else re.escape(c) for c in "/" + body) + end
    assert matches("/" + pattern, "/" + target) is bool(re.match(expression, "/" + target, re.S))


def test_the_longest_pattern_counts_whatever_stands_first():
    press = longest_first([("/", True), ("/press/", False), ("/press/private", True)], ties=False)
    assert [named(HOST + path, press) for path in ("/a", "/press/1", "/press/private/1")] == [True, False, True]


@pytest.mark.parametrize("ties", [True, False])
def test_of_two_patterns_as_long_as_each_other_the_one_that_is_asked_for_counts(ties):
    for pair in ([("/a", True), ("/a", False)], [("/a", False), ("/a", True)], [("/a*", True), ("/*a", False)]):
        assert named(HOST + "/a", longest_first(pair, ties=ties)) is ties


def test_no_pattern_names_everything_and_none_that_matches_names_nothing():
    assert named(HOST + "/a", ())
    assert not named(HOST + "/a", kept([("/b", True)]))


@pytest.mark.parametrize("places", [[("/" * (LONGEST + 1), True)], [(f"/{n}", True) for n in range(MOST + 1)]])
def test_more_than_can_be_kept_is_said_aloud(places):
    with pytest.raises(ValueError, match="patterns"):
        kept(places)


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_pattern_and_no_target_is_an_error(pattern, target):
    assert isinstance(matches(pattern, "/" + target.replace("[", "").replace("]", "")), bool)


def test_a_pattern_that_would_choke_a_regular_expression_ends():
    assert not matches("/" + "*a" * 249 + "b", "/" + "a" * 2000)
