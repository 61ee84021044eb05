"""Pages and licences made to keep a parser busy: what is not read is taken at its strictest, and work stays linear."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsroom.wire.signals import page, rsl, tags

NAMES = " ".join(f"a{n}" for n in range(tags.MOST + 1))
HIDDEN = [
    '<!-- <p a="-->',
    '<script><!--<script></script><p a="</script>',
    "<p b='>\"",
    '<title><p a="</title>',
    "</p><a<",
]


@pytest.mark.parametrize("before", ["", *HIDDEN])
@pytest.mark.parametrize("between", [" ", ' b=">" ', " c='><p d=\"' "])
def test_a_page_with_a_crowded_tag_is_taken_at_its_strictest(before, between):
    body = f"{before}<p {NAMES.replace(' ', between)}>"
    (one,) = page.read(body.encode())
    assert (one.label, one.level, one.ai, one.quote_chars) == ("too many attributes to read", "link", "deny", 0)


@pytest.mark.parametrize(
    "tag",
    [f'<img src="data:image/png;base64,{"QUJD" * 50_000}">', f"<div data-page='{'{\"a\": 1}, ' * 20_000}'>",
     "<p " + " ".join(f"a{n}" for n in range(tags.MOST - 1)) + ">", "<p class=a>" * 2_000, "a < b " * 9_000],
)  # fmt: skip
def test_a_long_tag_of_few_attributes_is_read_and_so_is_what_follows(tag):
    assert [one.label for one in page.read(f'{tag}<meta name="robots" content="noai">'.encode())] == ["noai"]


VALUES = ["", "=v ", '="v"', '=">"', "='<p'", "= 'a b'", '="a=\'"', "=/ "]


@given(
    st.sampled_from(["", *HIDDEN]),
    st.lists(st.tuples(st.sampled_from([" ", "\n", "/", " / ", "\t\f"]), st.sampled_from(VALUES)),
             min_size=tags.MOST + 1, max_size=tags.MOST + 3),
    st.booleans(),
)  # fmt: skip
def test_however_attributes_are_written_too_many_are_seen(before, attributes, tight):
    tag = ""
    for n, (between, value) in enumerate(attributes):
        tag += f"{'' if tight and tag[-1:] in tuple('"\'') else between}a{n}{value}"
    assert tags.crowded(f"{before}<p{' ' * (not tag.startswith((' ', '/')))}{tag}>".encode())


def test_a_page_of_more_long_tags_than_are_worth_a_look_is_not_read():
    long = f"<p {'abcdefg ' * 100}>".encode()
    few = tags.MOST_LOOKS // 110
    assert not tags.crowded(long * few)
    assert tags.crowded(long * 2 * few)
    assert not tags.crowded(b"<p class=\"a b\" id='c' hidden>" * 2 * tags.MOST_LOOKS)


def test_words_marked_within_words_marked_are_gone_through_once():
    def nested(depth: int) -> list[str]:
        inner = "<b data-nosnippet>" * depth + "<i></i>" * 100
        return [one.label for one in page.read(f"<p>{inner}{'</b>' * depth}<b data-nosnippet>x</b></p>".encode())]

    assert nested(1) == nested(150) == ["data-nosnippet"]
    assert page.read(b"<b data-nosnippet> <i data-nosnippet></i></b>") == ()
    assert [one.label for one in page.read(b"<b data-nosnippet> <i data-nosnippet>x</i></b>")] == ["data-nosnippet"]


def lines_run(module, call) -> int:
    """How many lines of a module a call runs: a measure of work that no clock and no busy machine changes."""
    count = 0

    def line(frame, event, _arg):
        nonlocal count
        count += event == "line"
        return line

    before = sys.gettrace()
    sys.settrace(lambda frame, _event, _arg: line if frame.f_code.co_filename == module.__file__ else None)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def test_common_tags_cost_no_look():
    one = '<a href="https://a.test/1?b=c" class=x data-y=\'{"z": 1}\' hidden>x</a><br/>'
    assert lines_run(tags, lambda: tags.crowded(one.encode() * 500)) == lines_run(tags, lambda: tags.crowded(b""))


@pytest.mark.parametrize("one", ["<a", "<a'>", '<a b=c">', "<a b='\"", "<p a b c d ' e f>", "<a/x=y/ "])
def test_twice_the_tags_are_twice_the_work(one):
    small, large = (lines_run(tags, lambda n=n: tags.crowded((one * n).encode())) for n in (300, 600))
    assert large <= 2.1 * small


def test_licences_within_licences_are_gone_through_once():
    def nested(depth: int) -> bytes:
        words = '<prohibits type="usage">ai-all</prohibits>' * 50
        return f"<rsl><content>{'<license>' * depth}{words}{'</license>' * depth}</content></rsl>".encode()

    assert [one.ai for one in rsl.read(nested(60))] == ["deny"]
    assert lines_run(rsl, lambda: rsl.read(nested(60))) == lines_run(rsl, lambda: rsl.read(nested(1)))


def test_a_licence_with_more_than_words_in_its_words_permits_nothing():
    body = "<rsl><content><license><permits>all<b>x</b></permits></license></content></rsl>"
    assert [one.ai for one in rsl.read(body.encode())] == ["deny"]
    split = "<rsl><content><license><prohibits>ai-<!-- -->all</prohibits></license></content></rsl>"
    assert [one.label for one in rsl.read(split.encode())] == ["prohibits ai-all"]
