"""Every form has an outline that a screen can rely on."""

import pytest

from analysis import outlines
from analysis.models.stories import StoryForm
from analysis.models.writing import Slot

FORMS = pytest.mark.parametrize("form", StoryForm.values)


@FORMS
def test_a_form_opens_slots_in_the_order_of_the_page(form):
    slots = outlines.slots_of(form)
    order = list(Slot)
    assert slots and list(slots) == sorted(set(slots), key=order.index)


@FORMS
def test_every_part_and_slot_has_one_sentence_of_guidance(form):
    said = outlines.guidance(form)
    assert set(said) == {*Slot.values, *(part.value for part in outlines.Part)}
    assert all(sentence.endswith(".") and len(sentence) <= 140 for sentence in said.values())


def test_no_two_forms_are_alike():
    kinds = {(outlines.slots_of(form), outlines.expected_of(form)) for form in StoryForm.values}
    assert len(kinds) == len(StoryForm.values)


def test_what_is_checkable_is_expected_where_the_form_is_about_it():
    assert outlines.Part.CLAIMS in outlines.expected_of("verification")
    assert outlines.Part.CLAIMS not in outlines.expected_of("brief")


def test_an_unknown_form_is_named():
    with pytest.raises(ValueError, match="ballad"):
        outlines.slots_of("ballad")
