"""How much is word for word the source's: found exactly, whatever the punctuation, in time linear in the words."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import overlap
from analysis.overlap import Passage, line_up, matches, read, words_of
from analysis.text import count_words, quotations

LIMITS = {"in_a_row": 8, "percent": 30}


def compare(ours, source, **limits):
    return overlap.compare(line_up(ours, quoted=False), read(source), **{**LIMITS, **limits})


def quoted(ours, source):
    return overlap.quoted(line_up(ours, quoted=True), read(source))


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


@given(few, few)
def test_the_runs_that_count_are_those_of_the_definition(ours, theirs):
    slow = slow_matches(ours, theirs)
    found = compare([Passage("x", " ".join(ours))], " ".join(theirs), in_a_row=3)
    assert found.taken == len({end - n for end, most in enumerate(slow) if most >= 4 for n in range(most)})
    whole = [n for n, after in zip(slow, [*slow[1:], 0], strict=False) if n >= 4 and after != n + 1]
    assert [run.words for run in found.runs] == sorted(whole, reverse=True)


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


def test_a_long_source_that_shares_nothing_is_no_more_work_than_a_short_one():
    ours = line_up([Passage("x", SOURCE)], quoted=False)

    def work(n):
        theirs = read(" ".join(map(str, range(n))))
        return lines_run(lambda: overlap.compare(ours, theirs, **LIMITS))

    assert work(20_000) == work(10)


SOURCE = (
    "The council voted on Tuesday to sell the harbour’s north quay to a company that nobody in the town had heard of."
)


def in_a_row(ours, source=SOURCE):
    runs = compare([Passage("x", ours)], source).runs
    return max((run.words for run in runs), default=0)


@pytest.mark.parametrize("limit", [3, 8, 12, 21])
def test_a_run_is_pointed_out_if_it_is_longer_than_may_be(limit):
    words = SOURCE.split()
    ours = [Passage("x", f"We say: {' '.join(words[:n])} and more") for n in (limit, limit + 1)]
    runs = [[run.words for run in compare([one], SOURCE, in_a_row=limit).runs] for one in ours]
    assert runs == [[], [limit + 1]]


def test_nine_words_in_a_row_are_pointed_out_and_eight_are_not():
    eight, nine = " ".join(SOURCE.split()[:8]), " ".join(SOURCE.split()[:9])
    assert (in_a_row(f"We say: {eight} and more"), in_a_row(f"We say: {nine} and more")) == (0, 9)


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
    assert compare([Passage("x", ours, ((0, len(ours)),))], SOURCE) == overlap.Overlap((), 0, 0, False)


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


@pytest.mark.parametrize(("percent", "too_much"), [(0, True), (79, True), (80, False), (100, False)])
def test_a_share_is_too_large_if_it_is_larger_than_may_be(percent, too_much):
    ours = " ".join([*SOURCE.split()[:16], "and", "so", "it", "went"])
    found = compare([Passage("x", ours)], SOURCE, percent=percent)
    assert (found.taken, found.words, found.too_much) == (16, 20, too_much)


def test_a_few_names_in_a_short_text_are_no_share():
    name = " ".join(SOURCE.split()[:15])
    found = compare([Passage("x", name)], SOURCE, percent=0)
    assert found.taken == 15 and not found.too_much


# --- between quotation marks --------------------------------------------------------------------------------------


def passage(text):
    return Passage("x", text, tuple(quotations(text)))


def test_the_words_of_a_quotation_are_those_that_stand_so_in_the_source():
    words = SOURCE.split()
    text = f"They said: “{' '.join(words[:5])}”, and “then did what {' '.join(words[8:12])}”."
    found = quoted([passage("Ours."), passage(text), passage(text)], SOURCE)
    assert found == {(n, k) for n in (1, 2) for k in (3, 4, 5, 6, 7, 12, 13, 14, 15)}


def test_words_outside_quotation_marks_or_of_another_source_are_no_quotation_of_it():
    assert quoted([passage(SOURCE)], SOURCE) == set()
    assert quoted([passage("It said “something altogether different and new”.")], SOURCE) == set()


def test_no_quoted_run_goes_on_beyond_its_quotation_marks():
    words = SOURCE.split()
    text = f"“{' '.join(words[:3])} quite other words” and “wholly different words {' '.join(words[3:6])}”"
    assert quoted([passage(text)], SOURCE) == set()


vocabulary = st.sampled_from(
    ["we", "will", "never", "sell", "l’eau", "north-west", "quay,", "(and)", "2024–25", "so/so"]
)


@given(
    st.lists(vocabulary, min_size=4, max_size=12), st.lists(vocabulary, max_size=6), st.sampled_from(["“%s”", "«%s»"])
)
def test_a_quotation_taken_whole_counts_as_many_words_as_an_editor_counts(words, more, marks):
    """And so never more over the page than its terms let it have by itself."""
    text = marks % " ".join(words)
    assert len(quoted([passage(f"So {text} then")], " ".join([*more, *words, *more]))) == count_words(text)


@given(st.lists(vocabulary, max_size=12), st.lists(vocabulary, max_size=30))
def test_no_quotation_counts_more_words_than_it_has(words, source):
    text = f"So “{' '.join(words)}” then"
    assert len(quoted([passage(text)], " ".join(source))) <= count_words(text) - 2


def test_finding_quotations_is_linear_as_well():
    def work(n):
        text = f"“{' '.join(fibonacci(n))}”"
        return lines_run(lambda: quoted([passage(text)], text))

    assert work(1600) < 2.5 * work(800)


def test_many_quotations_and_many_runs_cost_no_more_than_their_words():
    def quotations_of(n):
        return lines_run(lambda: quoted([passage(" and ".join(["“it will never be sold”"] * n))], SOURCE))

    def runs_of(n):
        nine = " ".join(SOURCE.split()[:9])
        return lines_run(lambda: compare([Passage("x", f" {'ours ' * 3}".join([nine] * n))], SOURCE))

    assert quotations_of(400) < 2.5 * quotations_of(200)
    assert runs_of(400) < 2.5 * runs_of(200)


def test_a_source_of_too_many_words_is_refused():
    for look in (compare, quoted):
        with pytest.raises(ValueError, match="200001 words; at most 200000"):
            look([], "w " * 200_001)
