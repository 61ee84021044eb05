"""What two texts and two contents have in common is found, whatever they are; nothing is lost and no word is cut."""

import copy
import random
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis import differing, editing, made, working
from analysis.differing import Piece, words
from analysis.models import Claim, ContextNote, Entity, Evidence, Mention, Story, StoryLink
from tests import making

some_text = (
    st.text(st.sampled_from("ab é’'«»\u00a0\u202f\u0301\u200d\ufe0f\U0001f469\U0001f3fd\n .,1#"), max_size=60)
    | st.text()
)


def joined(pieces, *kinds):
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


# --- words --------------------------------------------------------------------------------------------------------


@given(some_text, some_text)
@example("", "")
@example("a b", "")
def test_the_pieces_make_both_texts_again(old, new):
    for compare in (words, differing.lines):
        pieces = compare(old, new)
        assert joined(pieces, "same", "gone") == old
        assert joined(pieces, "same", "new") == new
        assert all(piece.text for piece in pieces)
        assert all(one.kind != other.kind for one, other in pairwise(pieces))


@given(some_text)
def test_no_piece_begins_with_what_belongs_to_the_character_before(text):
    tokens = differing.tokens(text)
    assert "".join(tokens) == text
    assert not [t for t in tokens[1:] if unicodedata.combining(t[0]) or t[0] in "\u200d\ufe0f\U0001f3fd"]


@pytest.mark.parametrize(
    "whole",
    [
        "l’été",
        "aujourd'hui",
        "«\u00a0",
        "\u202f?",
        "1\u202f000\u202f000",
        "3,5",
        "e\u0301te\u0301",
        "👩🏽\u200d🚀",
        "🇫🇷",
        "Straße",
    ],
)
def test_what_belongs_together_is_one_token(whole):
    assert whole in differing.tokens(f"Voici {whole} la fin")


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        (
            "Twelve firms bid.",
            "Thirteen firms bid.",
            [("gone", "Twelve"), ("new", "Thirteen"), ("same", " firms bid.")],
        ),
        ("une date", "l’été date", [("gone", "une"), ("new", "l’été"), ("same", " date")]),
        ("so late", "late", [("gone", "so "), ("same", "late")]),
        ("1\u202f000 t", "1\u202f200 t", [("gone", "1\u202f000"), ("new", "1\u202f200"), ("same", " t")]),
        ("A b c d", "A x y d", [("same", "A "), ("gone", "b c"), ("new", "x y"), ("same", " d")]),
        ("The same", "The same", [("same", "The same")]),
        ("", "New", [("new", "New")]),
    ],
)
def test_a_change_is_read_in_whole_words_old_before_new(old, new, pieces):
    assert words(old, new) == [Piece(*piece) for piece in pieces]


def test_texts_too_long_to_compare_by_word_are_compared_by_line_first():
    def text(of):
        some = random.Random(1)
        return "".join(f"{some.choice(of)}," for _ in range(6_000))

    old, new = (f"{text(of)}\nThis line stays.\nOne {text(of)}\n" for of in ("ab", "cd"))
    assert len(differing.tokens(old)) * len(differing.tokens(new)) > differing.MOST
    pieces = words(old, new)
    assert (joined(pieces, "same", "gone"), joined(pieces, "same", "new")) == (old, new)
    assert "\nThis line stays.\nOne " in joined(pieces, "same")


@pytest.mark.parametrize("of", ["ab", "a,", "a\n", "a,:;" * 3_000 + "\n", "a\nb\nc\nd\n"])
def test_hostile_texts_are_bounded_by_the_work_not_by_luck(monkeypatch, of):
    """No comparison is ever asked that would take more than MOST steps."""
    asked = []
    compare = differing.Indel.opcodes
    monkeypatch.setattr(differing, "Indel", type("Counted", (), {
        "opcodes": staticmethod(lambda a, b: asked.append(len(a) * len(b)) or compare(a, b))
    }))  # fmt: skip
    some = random.Random(2)
    old, new = ("".join(some.choice(of) for _ in range(40_000)) for _ in range(2))
    pieces = words(old, new)
    assert (joined(pieces, "same", "gone"), joined(pieces, "same", "new")) == (old, new)
    assert max(asked, default=0) <= differing.MOST and sum(asked) <= 4 * differing.MOST


# --- fields -------------------------------------------------------------------------------------------------------


@pytest.fixture
def content(db):
    """A content with something in every field."""
    story = making.planted("d", making.publisher("Wire"), beside=making.article(making.publisher("Gazette"))).story
    found = editing.snapshot(Story.objects.get(pk=story.pk))
    for row in found["notes"]:
        row["rests_on"] = [found["sources"][0]["id"]]
    return found


def told(old, new):
    return {d.path: (d.label, d.old, d.new) for d in differing.fields(old, new)}


def test_a_content_does_not_differ_from_itself(content):
    assert differing.fields(content, copy.deepcopy(content)) == []


def test_every_field_of_a_content_that_changes_is_told(content):
    """Each value is changed alone, so that a field which is added to the content cannot be left out here."""
    seen = set()
    unread = {"id", "at", "v", "kind of mention", "article"}

    def walk(value, path):
        if isinstance(value, dict):
            for name, inner in value.items():
                if path[:1] == ("claims",) and name == "checked_at":
                    continue
                if name not in unread and path[-1:] != ("history",) and not ("mentions" in path and name != "name"):
                    yield from walk(inner, (*path, name))
        elif isinstance(value, list) and path[-1] not in ("history", "rests_on"):
            for n, inner in enumerate(value):
                yield from walk(inner, (*path, n))
        elif path[-2:] not in (("desk", "slug"), ("edited_by", "slug")) and path[-1] not in (
            "source",
            "slot",
            "history",
        ):
            yield path

    desk = content["desk"]
    content |= {"edited_by": desk, "event_on": "2024-05-06"}
    for path in walk(content, ()):
        changed = copy.deepcopy(content)
        inner = changed
        for step in path[:-1]:
            inner = inner[step]
        held = inner[path[-1]]
        inner[path[-1]] = (
            not held if isinstance(held, bool) else [] if isinstance(held, list)
            else held + 1 if isinstance(held, int)
            else "2031-01-02" if path[-1] in ("due", "event_on")
            else "2031-01-02T03:04:05+00:00" if path[-1] == "checked_at" else f"{held}, another"
        )  # fmt: skip
        assert differing.fields(content, changed), path
        seen.add(path[0])
    assert seen == {
        "slug", "language", "form", "headline", "dek", "topic", "desk", "edited_by", "event_on", "disclosure",
        "sources", "summary", "notes", "claims", "watch", "mentions", "earlier", "conflicts", "head",
        "claims_made", "watch_made",
    }  # fmt: skip


def test_fields_are_told_in_words(content):
    new = copy.deepcopy(content)
    new |= {"language": "fr", "form": "synthesis"}
    new["summary"] |= {"made_by": "both", "model": "M"}
    new["claims"][0] |= {"standing": "withdrawn"}
    new["claims"][0]["evidence"][0]["stance"] = "silent"
    new["sources"][0] |= {"role": "wire", "in_summary": False}
    new["notes"][0]["rests_on"] = []
    claim, source = content["claims"][0], content["sources"][0]
    said = told(content, new)
    assert said["language"] == ("Language", "English", "Français")
    assert said["form"] == ("Form", "Brief", "Synthesis")
    assert said["summary.made_by"] == ("Summary, Written by", "A person", "A person with a language model")
    assert said[f"claims.{claim['id']}.standing"][1:] == ("Disputed", "Withdrawn")
    label, before, after = said[f"claims.{claim['id']}.evidence.{source['id']}"]
    assert label.endswith("Wire: Theirs zqdtheirtitlezq") and (before, after) == ("States it", "Silent")
    assert said[f"sources.{source['id']}.role"][1:] == ("Original reporting", "Wire")
    assert said[f"sources.{source['id']}.in_summary"][1:] == ("yes", "no")
    assert said["notes.take.rests_on"][1:] == ("Wire: Theirs zqdtheirtitlezq\n", "all the story’s sources")
    assert len(said) == 9


def test_rows_that_come_go_and_change_places_are_told_once(content):
    new = copy.deepcopy(content)
    new["sources"].reverse()
    new["claims"] = [row | {"id": -1, "text": "Another.", "evidence": []} for row in new["claims"]]
    new["notes"] = new["notes"][1:]
    paths = {path: (old, new) for path, (_label, old, new) in told(content, new).items()}
    claim = content["claims"][0]
    assert paths["claims.-1"][1].startswith("Claim: Another.\nStanding: Disputed")
    assert claim["text"] in paths[f"claims.{claim['id']}"][0]
    assert paths["notes.take.text"] == (content["notes"][0]["text"], "")
    assert sorted(paths["sources.order"][0].splitlines()) == sorted(paths["sources.order"][1].splitlines())
    assert set(paths) == {
        "sources.order", "claims.-1", f"claims.{claim['id']}",
        "notes.take.title", "notes.take.text", "notes.take.rests_on", *(f"notes.take.{name}" for name in made.MADE),
    }  # fmt: skip


def test_rows_that_were_deleted_and_restored_are_the_same_rows(db):
    story = making.draft()
    source = story.sources.get()
    claim = Claim.objects.create(story=story, text="Two bid.", standing="reported")
    Evidence.objects.create(claim=claim, source=source, stance="states")
    note = ContextNote.objects.create(story=story, slot="take", text="A take.")
    note.rests_on.add(source)
    making.promise(story, public=False)
    Mention.objects.create(story=story, entity=Entity.objects.create(name="E", slug="e"))
    StoryLink.objects.create(story=story, earlier=making.published(), kind="follows", why="w")
    before = editing.snapshot(Story.objects.get(pk=story.pk))
    nothing = {name: [] for name in ("sources", "claims", "watch", "earlier", "mentions", "notes")}
    working.write(Story.objects.get(pk=story.pk), before | nothing, None)
    again = Story.objects.get(pk=story.pk)
    editing.claim_version(again, again.version)
    after = working.write(again, before, None).content
    assert after["claims"][0]["id"] != before["claims"][0]["id"]
    assert differing.fields(before, after) == []


def test_two_claims_of_one_text_are_two(content):
    twice = copy.deepcopy(content)
    twice["claims"] = [content["claims"][0] | {"id": 10**6}, content["claims"][0] | {"id": 10**6 + 1}]
    assert len(differing.fields(content, twice)) == 1


def test_the_terms_are_compared_where_both_have_them(content):
    pk = str(content["sources"][0]["id"])
    terms = {"level": "full", "max_words": 60, "ai": True, "attribution": ["W"], "embargo_until": None}
    old, new = content | {"terms": {pk: terms}}, content | {"terms": {pk: terms | {"level": "short", "max_words": 40}}}
    said = told(old, new)
    assert set(said) == {f"terms.{pk}.level", f"terms.{pk}.max_words"}
    assert said[f"terms.{pk}.max_words"][1:] == ("60", "40")
    assert told(content, new) == {}
    again = copy.deepcopy(new)  # the source was removed and added again since
    again["sources"][0]["id"], again["terms"] = 10**6, {str(10**6): again["terms"][pk]}
    again["claims"][0]["evidence"][0]["source"] = 10**6
    assert f"terms.{10**6}.level" in told(old, again) and not [
        path for path in told(old, again) if pk in path.split(".")
    ]
    until = told(old, content | {"terms": {pk: terms | {"embargo_until": "2031-01-02T03:04:00+00:00"}}})
    assert until[f"terms.{pk}.embargo_until"][2] == "2 January 2031, 03:04 UTC"


def test_names_cost_three_queries(content, django_assert_num_queries):
    with django_assert_num_queries(3):
        differing.fields(content, content | {"headline": "Another"})
