"""How much is word for word the source's: found exactly, whatever the punctuation, in time linear in the words."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import overlap
from analysis.overlap import MOST_IN_A_ROW, Passage, compare, matches, words_of

few = st.lists(st.sampled_from("abc"), max_size=30)


def slow_matches(ours, theirs):
    """The same by the definition: try every length at every place."""
    pieces = {tuple(theirs[i:j]) for i in range(len(theirs)) for j in range(i + 1, len(theirs) + 1)}
    return [
        max((n for n in range(1, end + 1) if tuple(ours[end - n : end]) in pieces), default=0)
        for end in range(1, len(ours) + 1)
    ]


@given(few, few)
def test_it_finds_what_the_definition_says(ours, theirs):
    assert matches(ours, theirs) == slow_matches(ours, theirs)


def lines_run(call) -> int:
    """How many lines of the module a call runs: a measure of work that no clock and no busy machine changes."""
    count = 0

    def line(frame, event, _arg):
        nonlocal count
        count += event == "line"
        return line

    def enter(frame, _event, _arg):
        return line if frame.f_code.co_filename == overlap.__file__ else None

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def fibonacci(n):
    a, b = ["a"], ["a", "b"]
    while len(b) < n:
        a, b = b, [*b, *a]
    return b[:n]


HOSTILE = {
    "one word": lambda n: ["a"] * n,
    "two words by turns": lambda n: ["a", "b"] * (n // 2),
    "a long run and another": lambda n: ["a"] * (n // 2) + ["b"] * (n // 2),
    "fibonacci": fibonacci,
    "all different": lambda n: [str(i) for i in range(n)],
    "a different word after each repeat": lambda n: [w for i in range(n // 2) for w in ("a", str(i))],
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=list(HOSTILE))
@pytest.mark.parametrize("other", HOSTILE.values(), ids=list(HOSTILE))
def test_twice_the_words_is_about_twice_the_work(make, other):
    def work(n):
        return lines_run(lambda: matches(make(n), other(n)))

    assert work(1600) < 2.5 * work(800)


def test_a_whole_comparison_is_linear_as_well():
    def work(n):
        text = " ".join(fibonacci(n))
        return lines_run(lambda: compare([Passage("summary", text)], text))

    assert work(1600) < 2.5 * work(800)


SOURCE = (
    "The council voted on Tuesday to sell the harbour’s north quay to a company that nobody in the town had heard of."
)


def in_a_row(ours, source=SOURCE):
    runs = compare([Passage("x", ours)], source).runs
    return max((run.words for run in runs), default=0)


def test_nine_words_in_a_row_are_pointed_out_and_eight_are_not():
    eight, nine = " ".join(SOURCE.split()[:8]), " ".join(SOURCE.split()[:9])
    assert (in_a_row(f"We say: {eight} and more"), in_a_row(f"We say: {nine} and more")) == (0, 9)
    assert MOST_IN_A_ROW == 8


@pytest.mark.parametrize(
    "ours",
    [
        SOURCE.upper(),
        SOURCE.replace(" ", "\u00a0 \n"),
        SOURCE.replace("’", "'"),
        SOURCE.replace(" to ", ", to — "),
        f"**{SOURCE}**".replace("north", "_north_"),
        SOURCE.replace("harbour", "har\u00adbour"),
    ],
)
def test_another_way_to_write_it_is_the_same_words(ours):
    assert in_a_row(ours) == len(SOURCE.split())


def folded(text):
    return [word.folded for word in words_of(text)]


def test_words_are_the_same_however_they_are_written():
    assert folded("L’ACCORD, qu'il « jusqu’alors »") == ["accord", "il", "alors"]
    assert folded("aujourd’hui don't O'Brien") == ["aujourdhui", "dont", "obrien"]
    assert folded("well-known 2024–25 and/or") == ["well", "known", "2024", "25", "and", "or"]
    assert folded("e\u0301te\u0301 ﬁn ①") == ["été", "fin", "1"]
    assert folded(" – … * # 👍 ") == []


@given(st.text())
def test_any_text_is_read(text):
    for word in words_of(text):
        assert word.folded and text[word.start : word.end].strip()
    assert compare([Passage("x", text)], text).taken <= compare([Passage("x", text)], text).words


def test_the_run_is_shown_with_our_words_around_it():
    taken = " ".join(SOURCE.split()[3:14])
    ours = f"One two three four five six seven, {taken} eight nine."
    (run,) = compare([Passage("take", ours)], SOURCE).runs
    assert (run.name, run.words, run.text) == ("take", 11, taken)
    assert (run.before, run.after) == ("two three four five six seven, ", " eight nine.")


def test_a_quotation_is_no_run_and_ends_one():
    words = SOURCE.split()
    ours = " ".join(words)
    quoted = (len(" ".join(words[:6])) + 1, len(" ".join(words[:12])))
    assert compare([Passage("x", ours, (quoted,))], SOURCE).runs[0].text == " ".join(words[12:])[:-1] + "."
    assert compare([Passage("x", ours, ((0, len(ours)),))], SOURCE) == overlap.Overlap((), 0, 0)


def test_no_run_goes_from_one_text_into_the_next():
    words = SOURCE.split()
    found = compare([Passage("a", " ".join(words[:8])), Passage("b", " ".join(words[8:16]))], SOURCE)
    assert not found.runs and found.taken == 16


def test_the_share_counts_over_all_texts_and_leaves_short_runs_out():
    own = "an altogether other sentence of ours stands here between them"
    words = SOURCE.split()
    pieces = [" ".join(words[i : i + 5]) for i in range(0, 20, 5)]
    found = compare([Passage(str(i), f"{piece} {own}") for i, piece in enumerate(pieces)], SOURCE)
    assert (found.taken, found.words, found.too_much) == (20, 60, True)
    more = compare([*[Passage("x", f"{piece} {own}") for piece in pieces], Passage("y", own)], SOURCE)
    assert (more.taken, more.words, more.too_much) == (20, 70, False)
    threes = compare([Passage("x", f"{' '.join(words[i : i + 3])} yet ours") for i in range(0, 20, 3)], SOURCE)
    assert threes.taken == 0


def test_a_few_names_in_a_short_text_are_no_share():
    name = " ".join(SOURCE.split()[:7])
    found = compare([Passage("x", name)], SOURCE)
    assert found.taken == 7 and not found.too_much


def test_a_source_of_too_many_words_is_refused():
    with pytest.raises(ValueError, match="200001 words; at most 200000"):
        compare([], "w " * 200_001)
