"""Two people's changes are put together, and nothing that anybody typed is dropped without a word."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.made import WORDS as WORDS_OF
from analysis.merging import ROWS_OF, TOGETHER, merge, plain, row_of, rows, same

WORDS = st.sampled_from(["", "one", "two", "three  ", "l’été\r\n", "🦊"])
ALONE = ("disclosure", "conflicts")
TITLES = ("headline", "dek", "head_made_by", "head_model", "head_checked_by", "head_checked")
NOTE = ("note_take_text", "note_take_title", "note_take_rests_on", "note_take_made_by", "note_take_checked_by")
SUMMARY = ("summary_text", "summary_made_by", "summary_model", "summary_checked_by")
OF_ALL = {
    "claims": ("claims_made_by", "claims_model", "claims_checked_by", "claims_checked"),
    "watch": ("watch_made_by", "watch_model", "watch_checked_by", "watch_checked"),
}
HEAD = ALONE + TITLES + NOTE + SUMMARY + OF_ALL["claims"] + OF_ALL["watch"]
PARTS = {
    "sources": ("url", "why"),
    "claims": ("text", "standing", "why", "stance_1", "stance_2"),
    "watch_items": ("statement", "due", "likelihood", "settled_by"),
    "mentions": ("name",),
}


@st.composite
def forms(draw, base=None, new=("1", "2", "3")):
    """A form; of a `base`, one that somebody made of it: fields changed, rows removed and added."""
    typed = {}
    for name in HEAD:
        typed[name] = draw(st.just(base[name]) | st.lists(WORDS, max_size=2)) if base else [draw(WORDS)]
    there = rows(base) if base else {}
    for (kind, key), parts in there.items():
        if draw(st.booleans()):
            for part, values in parts.items():
                typed[f"{kind}-{key}-{part}"] = draw(st.just(values) | st.builds(lambda w: [w], WORDS))
    for kind, parts in PARTS.items():
        for key in draw(st.sets(st.sampled_from(new))):
            for part in parts:
                typed[f"{kind}-{key}-{part}"] = [draw(WORDS)]
    return typed


@st.composite
def changes(draw):
    base = draw(forms())
    theirs, mine = draw(forms(base, new=("101", "102"))), draw(forms(base, new=("n1", "n2")))
    return base, no_stance_of_what_is_gone(base, theirs), no_stance_of_what_is_gone(base, mine)


def no_stance_of_what_is_gone(base, typed):
    gone = {key for kind, key in rows(base).keys() - rows(typed).keys() if kind == "sources"}
    return {name: values for name, values in typed.items() if name.rpartition("-stance_")[2] not in gone}


def said(typed):
    """Every value of a form but those of references to rows, which may be called otherwise."""
    return {v for n, values in typed.items() if not n.endswith("rests_on") for v in plain(values)}


def as_there(typed):
    """A form as it stands there when it was saved: what is empty is not there."""
    return {name: plain(values) for name, values in typed.items() if plain(values)}


@given(changes())
def test_what_only_one_of_them_changed_is_taken_from_that_one(case):
    base, theirs, mine = case
    mine_alone, theirs_alone = merge(base, base, mine), merge(base, theirs, base)
    assert not mine_alone.conflicts and not theirs_alone.conflicts
    assert as_there(mine_alone.typed) == as_there(mine)
    assert as_there(theirs_alone.typed) == as_there(theirs)


@given(changes())
def test_a_conflict_is_a_field_that_both_changed_or_that_goes_together_with_one(case):
    base, theirs, mine = case
    conflicts = {conflict.name: conflict for conflict in merge(base, theirs, mine).conflicts}
    for conflict in conflicts.values():
        assert plain(conflict.theirs) != plain(conflict.mine)
    for name in HEAD:
        three = {tuple(plain(form.get(name, []))) for form in (base, theirs, mine)}
        assert len(three) < 3 or name in conflicts
        assert len(three) == 3 or name not in conflicts or name not in ALONE


def pairs():
    """Fields that speak of one another, of each thing that both may have: names by two."""
    of = {"note_take_": ("note", NOTE), "summary_": ("summary", SUMMARY)}
    for kind in ("claims", "watch_items"):
        for key in "123":
            of[f"{kind}-{key}-"] = (kind, tuple(f"{kind}-{key}-{part}" for part in PARTS[kind]))
    yield from ((word, name) for word in TITLES[:2] for name in TITLES[2:])
    yield ("head_made_by", "head_model")
    yield from (names[:2] for names in OF_ALL.values())
    for stem, (kind, names) in of.items():
        text, one = TOGETHER[kind]
        words = [stem + word for word in WORDS_OF.get(kind, ())]
        yield from ((word, name) for word in words for name in names if name.endswith(("_by", "_model")))
        yield from ((stem + text, name) for name in names if name != stem + text)
        yield from ((stem + first, stem + second) for first in one for second in one if first < second)


@settings(max_examples=300)
@given(changes())
def test_what_is_said_of_a_text_was_said_by_somebody_of_that_text(case):
    """Or it is a question; a reason, likewise, belongs to the standing that it was given for."""
    base, theirs, mine = case
    merged = merge(base, theirs, mine)
    asked = {conflict.name for conflict in merged.conflicts}
    for pair in pairs():
        row = row_of(pair[0])
        if row and not all(row[:2] in rows(form) for form in (theirs, mine, merged.typed)):
            continue  # it comes from one of them as it is
        if pair[1].rpartition("-stance_")[1] and not all(
            ("sources", pair[1][-1]) in rows(form) for form in (theirs, mine)
        ):
            continue  # what was said of a source goes with it
        both = [tuple(plain(form.get(name, [])) for name in pair) for form in (merged.typed, theirs, mine)]
        assert both[0] in both[1:] or any(name in asked for name in pair)
        if any(name in asked for name in pair):
            assert all(name in asked or plain(theirs.get(name, [])) == plain(mine.get(name, [])) for name in pair)


def all_words(form, part):
    found = ([plain(row.get(word, [])) for word in WORDS_OF[part]] for (kind, _key), row in rows(form).items()
             if kind == ROWS_OF[part])  # fmt: skip
    return sorted(words for words in found if any(words))


@settings(max_examples=300)
@given(changes())
def test_what_is_said_of_all_claims_was_said_by_somebody_of_all_these_claims(case):
    """Or it is a question, or somebody took back what was said."""
    base, theirs, mine = case
    merged = merge(base, theirs, mine)
    asked = {conflict.name for conflict in merged.conflicts}
    for part, names in OF_ALL.items():
        words = [all_words(form, part) for form in (base, theirs, mine)]
        for name in names:
            was, they, i, now = (plain(form.get(name, [])) for form in (base, theirs, mine, merged.typed))
            if name in asked or not now or now == was:
                continue
            assert now in (they, i)
            # Whoever said it either had the words that the other has, or the other changed none.
            who, other = (1, 2) if now == they else (2, 1)
            assert they == i or words[1] == words[2] or words[other] == words[0], (part, name, who)


@settings(max_examples=300)
@given(changes())
def test_nothing_that_anybody_wrote_is_lost(case):
    """What I wrote stands in the result. What they wrote stands there, or beside mine as a question."""
    base, theirs, mine = case
    merged = merge(base, theirs, mine)
    new = {n: v for n, v in mine.items() if plain(v) != plain(base.get(n, []))}
    assert said(new) <= said(merged.typed)
    new = {n: v for n, v in theirs.items() if plain(v) != plain(base.get(n, []))}
    asked = {value for conflict in merged.conflicts for value in plain(conflict.theirs)}
    assert said(new) <= said(merged.typed) | asked


@given(changes())
def test_a_form_sent_twice_adds_nothing(case):
    """The first time it was saved as it stands; the second time everything in it is there already."""
    base, _theirs, mine = case
    saved, n = {}, 100
    names = {}
    for name, values in mine.items():
        row = row_of(name)
        if row and row[1].startswith("n"):
            if row[:2] not in names:
                names[row[:2]] = str(n := n + 1)
            name = f"{row[0]}-{names[row[:2]]}-{row[2]}"
        saved[name] = values
    known_by = {"sources": "url", "claims": "text", "watch_items": "statement", "mentions": "name"}
    told = {(k, key): plain(parts.get(known_by[k], [])) for (k, key), parts in rows(mine).items()}
    if any(not words for (_k, key), words in told.items() if key.startswith("n")):
        return  # a row without its main words is no row that could be saved
    merged = merge(base, saved, mine)
    assert len(rows(merged.typed)) <= len(rows(saved))


def test_a_source_that_has_another_key_now_has_it_wherever_it_is_named():
    base = {"sources-1-url": ["u"], "sources-1-why": ["w"], "claims-5-text": ["c"], "claims-5-stance_1": ["states"]}
    theirs = {name: value for name, value in base.items() if not name.startswith("sources")}
    mine = base | {"sources-1-why": ["changed"], "note_take_rests_on": ["1"]}
    merged = merge(base, theirs, mine)
    assert merged.again == {"sources-1": "sources-n1"}
    assert merged.typed["sources-n1-why"] == ["changed"]
    assert merged.typed["note_take_rests_on"] == ["n1"]
    assert merged.typed["claims-5-stance_n1"] == ["states"]


def test_a_source_that_they_removed_is_no_question_about_what_was_said_of_it():
    base = {
        "sources-1-url": ["u"], "sources-2-url": ["v"], "note_take_text": ["t"], "note_take_rests_on": ["1", "2"],
        "claims-5-text": ["c"], "claims-5-stance_1": ["states"], "claims-5-stance_2": ["states"],
    }  # fmt: skip
    theirs = base | {"note_take_rests_on": ["2"]}
    del theirs["sources-1-url"], theirs["claims-5-stance_1"]
    merged = merge(base, theirs, base | {"claims-5-text": ["another"], "note_take_text": ["another"]})
    assert not merged.conflicts and merged.theirs == ["sources-1"]
    assert merged.typed == theirs | {"claims-5-text": ["another"], "note_take_text": ["another"]}

    merged = merge(base, theirs, base | {"sources-1-why": ["It matters."]})
    assert merged.typed["claims-5-stance_n1"] == ["states"], "it is there again, and what was said of it too"
    assert merged.typed["note_take_rests_on"] == ["n1", "2"]


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        ("claims-1-stance_1", "claims-1-stance_2"),
        ("claims-1-stance_1", "claims-1-why"),
        ("note_take_title", "note_take_rests_on"),
        ("note_take_checked_by", "note_take_rests_on"),
        ("note_take_checked_by", "note_take_made_by"),
        ("headline", "dek"),
        ("head_checked_by", "head_model"),
        ("note_take_text", "note_why_text"),
        ("claims-1-standing", "claims_checked_by"),
        ("claims-1-text", "watch_checked_by"),
        ("claims_checked_by", "claims_model"),
        ("watch_items-1-likelihood", "watch_checked_by"),
        ("summary_checked_by", "summary_model"),
        ("watch_items-1-settled_by", "watch_items-1-likelihood"),
        ("sources-1-role", "sources-1-in_summary"),
    ],
)
def test_who_said_different_things_of_one_text_is_not_bothered(theirs, mine):
    base = {"claims-1-text": ["c"], "note_take_text": ["t"], "summary_text": ["s"], "watch_items-1-statement": ["w"],
            "sources-1-url": ["u"]}  # fmt: skip
    merged = merge(base, base | {theirs: ["new"]}, base | {mine: ["new"]})
    assert not merged.conflicts and merged.typed == base | {theirs: ["new"], mine: ["new"]}


@pytest.mark.parametrize("words", [
    {"claims-1-text": ["other"]}, {"claims-1-why": ["other"]}, {"claims-2-text": ["new"]}, {"claims-1-DELETE": ["on"]},
])  # fmt: skip
@pytest.mark.parametrize("said", [{"claims_checked": ["on"]}, {"claims_made_by": ["both"], "claims_model": ["M"]}])
def test_who_says_it_of_all_claims_while_another_changes_their_words_is_asked(words, said):
    base = {"claims-1-text": ["c"], "claims_made_by": ["person"], "claims_checked_by": ["Standards desk"]}
    for theirs, mine in ((said, words), (words, said)):
        merged = merge(base, base | theirs, base | mine)
        assert {conflict.name for conflict in merged.conflicts} == {*said}


@pytest.mark.parametrize("part", ["head", "summary", "note_take", "claims"])
def test_whom_one_says_it_was_checked_by_again_is_not_dropped_for_another_who_took_it_back(part):
    base = {f"{part}_checked_by": ["Standards desk"]}
    merged = merge(base, {}, base | {f"{part}_checked": ["on"]})
    assert {conflict.name for conflict in merged.conflicts} == {f"{part}_checked", f"{part}_checked_by"}


def test_that_claims_count_as_unchecked_since_they_changed_them_is_no_question():
    base = {"claims-1-text": ["c"], "claims-2-text": ["d"], "claims_checked_by": ["Standards desk"]}
    theirs = {"claims-1-text": ["other"], "claims-2-text": ["d"]}
    merged = merge(base, theirs, base | {"claims-2-text": ["another"]})
    assert not merged.conflicts and merged.typed == theirs | {"claims-2-text": ["another"]}


def test_both_moving_rows_is_no_question():
    base = {"claims-1-text": ["a"], "claims-1-position": ["1"]}
    merged = merge(base, base | {"claims-1-position": ["2"]}, base | {"claims-1-position": ["3"]})
    assert not merged.conflicts and merged.typed["claims-1-position"] == ["3"]


def test_line_ends_and_white_space_are_no_change():
    assert same({"text": ["a\r\nb "]}, {"text": ["a\nb"]})
    base = {"dek": ["a\nb"]}
    merged = merge(base, {"dek": ["other"]}, {"dek": ["a\r\nb\n"]})
    assert not merged.conflicts and merged.typed["dek"] == ["other"]


def test_a_name_longer_than_any_field_has_is_no_row_and_is_not_remembered():
    assert row_of("mentions-." + "x" * 120 + "-name")
    assert row_of("claims-1-" + "x" * 1_000) is None
