"""What a version changed, word by word: only of words that may be read today, and of no absence that terms made."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import editing, rendition
from analysis.models import Claim, ContextNote, Evidence, Story
from analysis.rendition import Tombstone, VersionChanges
from analysis.rendition.changes import NEAR, _pieces
from tests import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    story = making.draft(headline="Twelve firms bid", summary="Twelve firms bid for the quay.")
    note = ContextNote.objects.create(story=story, slot="take", text="A long take. It opens in May.")
    note.rests_on.add(story.sources.get())
    claim = Claim.objects.create(story=story, text="Twelve firms bid.", standing="reported")
    Evidence.objects.create(claim=claim, source=story.sources.get(), stance="attributes")
    editing.publish(story, None)
    return story


def changed(story: Story, number: int = 2) -> dict[str, str]:
    found = rendition.changes(story.slug, number)
    assert isinstance(found, VersionChanges)
    marks = {"gone": "[-{}-]", "new": "[+{}+]", "same": "{}"}
    return {f.label: "".join(marks[p.kind].format(p.text) for p in f.pieces) for f in found.fields}


def again(story: Story, **fields: object) -> None:
    Story.objects.filter(pk=story.pk).update(**fields)
    editing.publish(Story.objects.get(pk=story.pk), None, kind="correction", reason="We miscounted.")


def test_the_words_that_changed_and_none_that_did_not(story):
    story.summary.text = "Thirteen firms bid for the quay."
    story.summary.save()
    story.claims.update(standing="disputed", why="The port says thirteen.")
    again(story, headline="Thirteen firms bid")
    assert changed(story) == {
        "Headline": "[-Twelve-][+Thirteen+] firms bid",
        "The news": "[-Twelve-][+Thirteen+] firms bid for the quay.",
        "Claim": changed(story)["Claim"],
    }
    assert "[-Reported-]" in changed(story)["Claim"] and "The port says thirteen." in changed(story)["Claim"]
    assert rendition.changes(story.slug, 2).said.text == "We miscounted."


def test_a_part_that_came_or_went_is_new_or_gone(story):
    story.notes.all().delete()
    ContextNote.objects.create(story=story, slot="why", text="It matters.")
    again(story)
    assert changed(story) == {"Why it matters": "[+It matters.+]", "Our take": "[-A long take. It opens in May.-]"}


def test_before_the_first_version_and_after_the_last_there_is_nothing(story):
    assert [rendition.changes(story.slug, n) for n in (0, 1, 2, 99)] == [None] * 4
    assert rendition.changes("nowhere", 2) is None


def test_what_terms_withhold_is_left_out_and_is_no_change(story):
    summary = story.summary
    summary.text = "Thirteen firms bid for the quay and the crane."
    summary.save()
    again(story, headline="Thirteen firms bid")
    making.terms(story.sources.get().article.publisher, level="short", max_words=7)
    found = rendition.changes(story.slug, 2)
    assert found.withheld and "The news" not in changed(story), "seven words may stand, nine may not"
    making.terms(story.sources.get().article.publisher, level="none")
    assert isinstance(rendition.changes(story.slug, 2), Tombstone)


def test_of_a_withdrawn_story_nothing_is_told(story):
    again(story, dek="Another.")
    editing.withdraw(story, "Wrong.")
    assert isinstance(rendition.changes(story.slug, 2), Tombstone)


def test_it_costs_two_pages_of_history_whatever_changed(story, django_assert_max_num_queries):
    for n in range(12):
        Claim.objects.create(story=story, text=f"Claim {n}.", standing="reported", position=n)
    again(story, dek="Another.")
    with django_assert_max_num_queries(15):
        assert len(rendition.changes(story.slug, 2).fields) == 13


@pytest.mark.django_db(False)
@given(st.text(max_size=600), st.text(max_size=600))
def test_the_pieces_hold_what_is_gone_and_what_is_new_and_little_else(old, new):
    pieces = list(_pieces(old, new))
    assert bool(pieces) == (old != new)
    for piece in pieces:
        assert piece.text in (old if piece.kind == "gone" else new) or " … " in piece.text
        assert piece.kind != "same" or len(piece.text) <= 2 * NEAR + 3
    assert replace(pieces[0], text="x").text == "x" if pieces else True
