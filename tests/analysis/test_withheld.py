"""A text that is withheld is known again, whatever stands between its words, and nothing else is taken for it."""

import json

import pytest
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from analysis.withheld import FEWEST, RUN, occurring, readings, runs

SAID = "The authority sold its four cranes in March, “quietly”, and told nobody for a month."


def says(body: str, text: str = SAID) -> bool:
    return bool(occurring(runs([text]), readings(body)))


@pytest.mark.parametrize(
    "body",
    [
        f"<p>{SAID}</p>",
        f"<p>{escape(SAID)}</p>",
        "<p>The <em>authority</em> sold its <a href='/x'>four cranes</a> in March, <strong>“quietly”</strong>, and</p>",
        "<p>the authority  sold\n its four cranes in<sup id='fnref-1'><a href='#fn-1'>1</a></sup> march, quietly</p>",
        f"<p><mark>The</mark> authority <mark>sold</mark> its four cranes in March, “qu…</p> {SAID[30:]}",
        f'<meta name="description" content="{escape(SAID[:60])}">',
        f"<content type='html'>{escape('<p>' + SAID.replace('sold', '<em>sold</em>') + '</p>')}</content>",
        json.dumps({"abstract": SAID}),
        json.dumps({"abstract": SAID}, ensure_ascii=False),
        json.dumps({"abstract": f"<p>{SAID}</p>"}).replace("<", "\\u003C").replace(">", "\\u003E"),
        SAID.upper(),
        f"First. {SAID[20:]}",
    ],
)
def test_a_text_is_known_again(body):
    assert says(body)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<p>The authority sold its four cranes.</p><p>Nobody was told, in March, for a month.</p>",
        '<a href="/stories/the-authority-sold-its-four-cranes-in-march/">A page</a>',
        "<p>Month a for nobody told and, quietly, March in cranes four its sold authority the.</p>",
    ],
)
def test_another_text_is_not_taken_for_it(body):
    assert not says(body)


def test_a_short_text_is_looked_for_as_a_whole_and_one_of_three_words_is_not():
    assert says("<h1>Cranes sold in March</h1>", "Cranes sold in March")
    assert not says("<h1>Cranes sold in April</h1>", "Cranes sold in March")
    assert not runs(["Cranes in March"])


WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=5), min_size=FEWEST, max_size=30)


@given(words=WORDS, before=st.text(max_size=30), after=st.text(max_size=30), data=st.data())
def test_any_run_of_any_text_is_found_in_any_page(words, before, after, data):
    length = min(RUN, len(words))
    start = data.draw(st.integers(0, len(words) - length))
    part = words[start : start + length]
    between = data.draw(st.sampled_from([" ", "\n", ", ", " — ", "</p><p>", "&nbsp;", "…"]))
    page = f"{escape(before)}<p> {between.join(part)} </p>{escape(after)}"
    assert says(page, " ".join(words))


@given(body=st.text(max_size=300))
def test_no_page_whatever_it_holds_makes_it_fail(body):
    says(body)
