"""robots.txt: whose groups count, what is refused where, and the lines that others added."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from analysis.patterns import MOST, named
from newsroom.wire.signals import robots

SITE = "https://a.test"
OURS = "User-agent: ContextDeskBot\n"


def said(text: str | bytes, label: str = "Disallow"):
    body = text.encode() if isinstance(text, str) else text
    return next((one for one in robots.read(body) if one.label == label), None)


def refused(text: str, path: str) -> bool:
    return not robots.may_fetch(text.encode(), SITE + path)


def test_a_refusal_is_a_link_without_machines():
    one = said("User-agent: *\nDisallow: /\n")
    assert (one.level, one.ai, one.value, one.line) == ("link", "deny", "Disallow: /", 2)


def test_a_group_for_two_agents_counts_for_both():
    text = "User-agent: other\nUser-agent: contextdeskbot\nDisallow: /\nAllow: /press/\n"
    assert refused(text, "/a") and not refused(text, "/press/1")


def test_an_end_mark_binds_the_query_too():
    text = "User-agent: *\nDisallow: /*.pdf$\n"
    assert refused(text, "/a.pdf") and not refused(text, "/a.pdf?x")


def test_groups_of_one_agent_merge():
    text = OURS + "Disallow: /a\n\nUser-agent: x\nDisallow: /\n\n" + OURS.upper() + "Disallow: /b\n"
    assert refused(text, "/a") and refused(text, "/b") and not refused(text, "/c")


def test_everyones_group_counts_only_where_none_is_ours():
    assert refused("User-agent: *\nDisallow: /\n", "/a")
    assert not refused("User-agent: *\nDisallow: /\n" + OURS, "/a")
    assert not refused("User-agent: *\nDisallow: /\n" + OURS + "Disallow:\n", "/a")


@pytest.mark.parametrize("order", [("Allow", "Disallow"), ("Disallow", "Allow")])
def test_a_tie_allows(order):
    assert not refused("User-agent: *\n" + "".join(f"{verb}: /a\n" for verb in order), "/a")


def test_a_block_addressed_to_others_is_shown_and_binds_nothing():
    found = robots.read(b"User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n")
    assert [(one.label, one.value, one.binds) for one in found] == [("Disallow for others", "ccbot, gptbot", False)]


def test_an_agents_version_is_not_its_name():
    assert refused("User-agent: ContextDeskBot/1.0 (+https://desk.test)\nDisallow: /\n", "/")
    assert not refused("User-agent: ContextDeskBotter\nDisallow: /\n", "/")


@pytest.mark.parametrize("text", [
    b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /\r\n", b"User-agent:*\rDisallow:/",
    "User-agent: *\nDisallow: /\n".encode("utf-16"),
    b"\xe9t\xe9\nuser-AGENT : * # all\n disallow : / # of it\n",
])  # fmt: skip
def test_line_ends_marks_encodings_and_spaces_do_not_matter(text):
    assert said(text).level == "link"


def test_what_names_more_parts_than_are_kept_is_about_all_of_the_site():
    text = "User-agent: *\n" + "".join(f"Allow: /{n}\n" for n in range(MOST)) + "Disallow: /private\n"
    assert said(text).places == () and refused(text, "/1")


def test_a_page_of_html_in_its_place_says_nothing():
    assert robots.read(b"<!doctype html><title>Not found</title><p>disallow: see here") == ()


def test_preferences_are_read_beside_the_rules():
    text = OURS + "Content-Usage: ai-use=n\nContent-Usage: /press/ ai-use=y\nDisallow:\n"
    one = said(text, "ai-use")
    assert (one.ai, one.value, one.line) == ("deny", "n, /press/ y", 2)
    assert named(SITE + "/a", one.places) and not named(SITE + "/press/1", one.places)


def test_of_two_preferences_for_one_path_the_stricter_counts():
    for pair in ("ai-use=n\nContent-Usage: ai-use=y", "/ ai-use=y\nContent-Usage: / ai-use=n"):
        one = said(f"User-agent: *\nContent-Usage: {pair}\n", "ai-use")
        assert one.ai == "deny" and named(SITE + "/a", one.places)


def test_preferences_of_another_agents_group_are_not_ours():
    assert said("User-agent: x\nContent-Usage: ai-use=n\nUser-agent: *\nAllow: /\n", "ai-use") is None


def test_preferences_before_any_group_are_everyones():
    assert said("Content-Signal: ai-input=no\nUser-agent: x\nDisallow:\n", "ai-input").ai == "deny"


def test_content_signals_are_read():
    found = robots.read(b"User-Agent: *\nContent-Signal: search=yes, AI-Input=No, ai-train=no\nAllow: /\n")
    assert {one.label: one.ai for one in found if one.signal == "Content-Signal"} == {
        "search": "", "ai-input": "deny", "ai-train": "",
    }  # fmt: skip


def test_licences_are_found_wherever_they_stand():
    text = b"License: https://a.test/1.xml\nUser-agent: x\nDisallow: /\nLicense: https://a.test/2.xml\n"
    assert [one.value for one in robots.read(text) if one.label == "License"] == [
        "https://a.test/1.xml", "https://a.test/2.xml",
    ]  # fmt: skip


class Counted(frozenset):
    """A set that counts how many of its members were gone through."""

    gone = 0

    def __iter__(self):
        for one in super().__iter__():
            Counted.gone += 1
            yield one


def members_gone_through(monkeypatch, n: int) -> int:
    monkeypatch.setattr(robots, "frozenset", Counted, raising=False)
    Counted.gone = 0
    agents = "".join(f"User-agent: x{'abcdefghij'[i % 10] * (i + 1)}\n" for i in range(n))
    assert len(said(agents + "Disallow: /\n" * n, "Disallow for others").value) > 0
    return Counted.gone


def test_a_group_of_many_agents_and_many_refusals_is_gone_through_once(monkeypatch):
    assert 0 < members_gone_through(monkeypatch, 80) <= 2 * members_gone_through(monkeypatch, 40)


paths = st.lists(st.sampled_from(["/", "/a", "/b", "*", "$", "/a/", "?x"]), min_size=1, max_size=4).map("".join)
lines = st.one_of(
    st.sampled_from(["ContextDeskBot", "*", "other"]).map("User-agent: {}".format),
    st.tuples(st.sampled_from(["Allow", "Disallow"]), paths.map(lambda p: "/" + p)).map(": ".join),
    st.sampled_from(["", "# note", "Sitemap: /s.xml"]),
)


@given(st.lists(lines, max_size=12), st.sampled_from(["/", "/a", "/a/b", "/b?x", "/aa", "/a/a/"]))
def test_a_well_kept_reader_of_robots_txt_says_the_same(some, path):
    text = "User-agent: *\n" + "\n".join(some)
    assert robots.may_fetch(text.encode(), SITE + path) is Protego.parse(text).can_fetch(SITE + path, "ContextDeskBot")
