"""What a page says, without what surrounds it: what makes another text of it, and what does not."""

from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsroom.wire.words import blocks, digest

HTML = "text/html; charset=utf-8"
FIRST = "The grid operator said on Monday that the first turbines would be connected before the end of the year."
SECOND = "A spokesman for the works council said that nobody there had been told of the date before it was announced."


def page(*paragraphs: str, around: str = "", head: str = "") -> bytes:
    text = "".join(f"<p>{one}</p>" for one in paragraphs)
    return f"<!doctype html><head>{head}</head><body>{around}<article>{text}</article></body>".encode()


PLAIN = digest(page(FIRST, SECOND), HTML)


@pytest.mark.parametrize("changed", [
    page(FIRST, SECOND, head="<title>Another</title><script>var n = 5;</script><style>p { color: red }</style>"),
    page(FIRST, SECOND, around=f"<nav><p>{FIRST}</p></nav><aside><p>{SECOND} Buy it now.</p></aside>"),
    page(FIRST, SECOND, around="<header><p>Updated 4 minutes ago, and now by the whole of the desk too</p></header>"),
    page(FIRST, SECOND, around=f"<form><p>{FIRST}</p></form><iframe>{SECOND}</iframe><div hidden>{FIRST}</div>"),
    page(FIRST, SECOND, around='<ul><li><a href="/2">Ten other things that you may wish to read about this</a></ul>'),
    page(FIRST, SECOND, "4 minutes ago", "1,204 comments"),
    page(FIRST.replace("grid", "<b class=x>grid</b>"), "\n\t " + SECOND.replace(" ", "\n ") + "<!-- 17 -->"),
    page(FIRST, SECOND).replace(b"<p>", b'<p class="p-4 id-93" data-n="1">'),
    page(FIRST, SECOND).replace(b"<article>", b"<div><main>").replace(b"</article>", b"</main></div>"),
])  # fmt: skip
def test_what_surrounds_a_text_or_marks_it_up_makes_no_other_text_of_it(changed):
    assert digest(changed, HTML) == PLAIN


@pytest.mark.parametrize("changed", [
    page(FIRST.replace("Monday", "Tuesday"), SECOND), page(SECOND), page(SECOND, FIRST), page(FIRST, SECOND, SECOND),
    page(FIRST.replace("would be", "would not be"), SECOND),
])  # fmt: skip
def test_another_word_makes_another_text(changed):
    assert digest(changed, HTML) not in (PLAIN, "")


@pytest.mark.parametrize("body", [
    b"", b"<p>", page(), page("Please turn on JavaScript to see this page of ours, thank you."), b"\x00" * 900,
    b"<div>" * 3_000 + page(FIRST, SECOND), b"<p " + b"a " * 5_000 + b">" + page(FIRST, SECOND),
])  # fmt: skip
def test_a_page_of_which_no_text_could_be_read_has_no_hash(body):
    assert digest(body, HTML) == ""


def test_what_is_no_text_is_taken_as_it_is():
    assert len(digest(b"%PDF-1.7 \xff\xfe", "application/pdf")) == 64
    assert digest(b"%PDF-1.7 a", "application/pdf") != digest(b"%PDF-1.7 b", "application/pdf")
    text = f"{FIRST}\n{SECOND}".encode()
    assert digest(text, "text/plain") == digest(text.replace(b" ", b"\n  "), "text/plain") != ""


def test_a_page_without_a_type_is_read_as_what_it_looks_like():
    assert digest(page(FIRST, SECOND), "") == PLAIN


@given(
    st.binary(max_size=400), st.sampled_from([HTML, "", "text/plain", "application/pdf", "text/html; charset=utf-16"])
)
def test_whatever_the_bytes_they_have_one_hash_or_none(body, kind):
    assert digest(body, kind) == digest(body, kind)
    assert len(digest(body, kind)) in (0, 64)


words = st.lists(st.text("abcdefgh", min_size=1, max_size=6), min_size=10, max_size=30)


@given(st.lists(words, min_size=3, max_size=5), st.data())
def test_each_word_counts_and_no_space_or_inline_element(paragraphs, data):
    plain = page(*(" ".join(one) for one in paragraphs))
    dressed = page(*(" \n".join(f"<em>{word}</em>" for word in one) for one in paragraphs))
    assert digest(plain, HTML) == digest(dressed, HTML) != ""
    assert list(blocks(plain)) == [" ".join(one) for one in paragraphs]
    which = data.draw(st.integers(0, len(paragraphs) - 1))
    at = data.draw(st.integers(0, len(paragraphs[which]) - 1))
    paragraphs[which][at] += "z"
    assert digest(page(*(" ".join(one) for one in paragraphs)), HTML) != digest(plain, HTML)


@pytest.mark.parametrize("piece", [b"<ul><li>a b c d e f g h i j " * 40, b"<a href=x>w ", b"<p>", b"x ", b"<b><i>"])
def test_a_hostile_page_takes_no_longer_than_another(piece):
    body = piece * (2 * 1024 * 1024 // len(piece))
    began = monotonic()
    digest(body, HTML)
    assert monotonic() - began < 20
