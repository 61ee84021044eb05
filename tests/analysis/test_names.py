"""Entities are found in a text by any of their names, as a reader would, and never in the middle of a word."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis import editing
from analysis.models import Entity, EntityName, Mention
from analysis.models.stories import spelled
from analysis.names import CHUNK, MOST_WORDS, mentioned, texts_of
from analysis.text import MAX_LENGTH
from tests import making

pytestmark = pytest.mark.django_db


def entity(name, *aliases):
    return Entity.objects.create(name=name, slug=f"e-{Entity.objects.count()}", aliases=list(aliases))


def found(text, **more):
    return [(one.entity.name, one.spelling) for one in mentioned([("note", text)], **more)]


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("Nvidia sells chips.", "Nvidia"),
        ("What NVIDIA sells.", "NVIDIA"),
        ("Nvidia’s chips", "Nvidia"),
        ("Nvidia's chips", "Nvidia"),
        ("les puces d’Nvidia", "Nvidia"),
        ("a **Nvidia** note", "Nvidia"),
        ("non-Nvidia chips", "Nvidia"),
        ("[Nvidia](https://a.test/)", "Nvidia"),
        ("(Nvidia)", "Nvidia"),
    ],
)
def test_a_name_is_found_between_word_boundaries(text, spelling):
    entity("Nvidia")
    assert found(text) == [("Nvidia", spelling)]


@pytest.mark.parametrize(
    "text",
    [
        "Nvidiana",
        "XNvidia",
        "a link [here](https://nvidia.test/)",
        "https://a.test/nvidia",
        "[here](/nvidia)",
        "[here](https://a.test/chips_(nvidia))",
    ],
)
def test_it_is_not_found_in_the_middle_of_a_word_nor_in_an_address(text):
    entity("Nvidia")
    assert found(text) == []


def test_elision_and_accents_do_not_hide_a_name():
    entity("Agence du réseau")
    # The second has its accent as a character of its own.
    assert found("L’agence du réseau décide.") == [("Agence du réseau", "agence du réseau")]
    assert found("l'Agence du re\u0301seau") == [("Agence du réseau", "Agence du réseau")]


def test_the_longest_name_wins_and_the_short_one_is_found_elsewhere():
    entity("Halmouth")
    entity("Port of Halmouth")
    assert found("The Port of Halmouth grows.") == [("Port of Halmouth", "Port of Halmouth")]
    assert [name for name, _as in found("The Port of Halmouth is in Halmouth.")] == ["Port of Halmouth", "Halmouth"]


def test_an_alias_leads_to_its_entity_and_says_how_it_was_spelled():
    entity("Grid Operators’ Union", "GOU", "the Union")
    assert found("As the Union’s paper says") == [("Grid Operators’ Union", "the Union")]


def test_two_entities_of_one_alias_are_both_offered():
    entity("Halmouth Port", "HP")
    entity("Halmouth Power", "HP")
    assert [name for name, _as in found("HP said no.")] == ["Halmouth Port", "Halmouth Power"]


def test_a_short_name_in_capitals_is_no_word_in_small_letters():
    entity("World Grid Office", "US")
    assert found("They told us so.") == []
    assert found("The US said so.") == [("World Grid Office", "US")]


def test_what_is_mentioned_already_is_left_out_and_still_hides_the_shorter_name():
    entity("Halmouth")
    port = entity("Port of Halmouth")
    assert found("The Port of Halmouth grows.", known={port.pk}) == []


def test_it_says_where_the_name_stands():
    entity("Nvidia")
    (one,) = mentioned([("headline", "Nothing"), ("dek", "Before\nWhy Nvidia pays")])
    assert (one.where, one.before, one.after) == ("dek", "Why ", " pays")


def test_a_story_is_searched_in_all_that_we_wrote():
    ours = entity("Nvidia")
    story = making.draft(headline="Nvidia pays", dek="")
    Mention.objects.create(story=story, entity=entity("Halmouth"))
    assert [one.entity for one in mentioned(texts_of(editing.snapshot(story)))] == [ours]


def test_names_are_kept_up_to_date():
    one = entity("Nvidia", "NVDA")
    one.name, one.aliases = "Nvidia Corporation", ["Nvidia"]
    one.save()
    assert set(one.names.values_list("folded", flat=True)) == {"nvidia corporation", "nvidia"}
    assert found("NVDA") == []
    one.delete()
    assert not EntityName.objects.exists()


def test_a_long_text_is_looked_up_in_few_questions(django_assert_max_num_queries):
    entity("Nvidia")
    half = " ".join(f"word{n}" for n in range(MOST_WORDS // 2))
    texts = [("dek", half), ("note", half.removesuffix(f" word{MOST_WORDS // 2 - 1}") + " Nvidia")]
    with django_assert_max_num_queries(MOST_WORDS * 8 // CHUNK + 2):
        assert [one.spelling for one in mentioned(texts)] == ["Nvidia"]
    assert mentioned([("headline", "more"), *texts]) == []  # beyond the bound: nothing, and no error


def test_no_more_of_a_text_is_looked_at_than_a_note_may_hold():
    entity("Nvidia")
    assert found(" " * (MAX_LENGTH - 6) + "Nvidia") == [("Nvidia", "Nvidia")]
    assert found(" " * MAX_LENGTH + "Nvidia") == []


@given(st.text(max_size=300))
@example("0\x000")
def test_any_text_is_read(text):
    for one in mentioned([("note", text)]):
        assert one.spelling


@given(st.text(max_size=120))
def test_a_name_is_spelled_in_one_way(name):
    assert spelled(spelled(name)) == spelled(name)
