"""What a version changed, word by word: only of words that may be read today, and of no absence that terms made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import editing, rendition
from analysis.models import Claim, ContextNote, Desk, Evidence, Story
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


def test_an_absence_that_terms_made_is_no_change(story):
    """Why a source is there may not quote so much any more; that it said something simpler before is no news."""
    source = story.sources.get()
    source.why = "It says “one two three four”."
    source.save()
    again(story)
    assert changed(story)["Why it is there"] == "[+It says “one two three four”.+]"
    source.why = "It says so."
    source.save()
    again(story)
    making.terms(source.article.publisher, quote_words=3)
    for number in (2, 3):
        assert rendition.changes(story.slug, number).withheld and "Why it is there" not in changed(story, number)


def test_two_summaries_side_by_side_are_not_more_words_than_one_may_have(story):
    story.summary.text = "The crane goes to whoever pays most."
    story.summary.save()
    again(story)
    assert "The news" in changed(story)
    making.terms(story.sources.get().article.publisher, max_words=7)
    assert rendition.changes(story.slug, 2).withheld and "The news" not in changed(story)


def test_it_passes_on_what_the_sources_of_both_versions_ask(story, client):
    strict = making.article()
    making.terms(strict.publisher, ai="deny", max_words=20, attribution="Courtesy of B")
    was = making.draft(strict, summary="Few words.")
    editing.publish(was, None)
    was.sources.update(article=making.article())
    again(was)
    response = client.get(f"/stories/{was.slug}/history/2/changes/")
    assert response["Content-Usage"] == "train-ai=n, ai-use=n" and "max-snippet:39" in response["X-Robots-Tag"]
    assert "Courtesy of B" in response.content.decode()
    assert "Courtesy of B" not in client.get(f"/stories/{was.slug}/history/2/").content.decode()


def test_who_signs_it_is_a_change_too(story):
    again(story, edited_by=Desk.objects.create(name="Standards desk", slug="standards"))
    assert changed(story) == {"Filed": "Brief. Analysis desk[+, Standards desk+]"}


def test_of_a_withdrawn_story_nothing_is_told(story):
    again(story, dek="Another.")
    editing.withdraw(story, "Wrong.")
    assert isinstance(rendition.changes(story.slug, 2), Tombstone)


def test_it_costs_two_pages_of_history_whatever_changed(story, django_assert_max_num_queries):
    for n in range(12):
        Claim.objects.create(story=story, text=f"Claim {n}.", standing="reported", position=n)
    again(story, dek="Another.")
    with django_assert_max_num_queries(18):
        assert len(rendition.changes(story.slug, 2).fields) == 13


WORDS = st.lists(st.sampled_from(["port", "quay", "twelve", "May", "—", "12,5", "l’été"]), max_size=120).map(" ".join)


@given(WORDS, WORDS, WORDS)
def test_the_pieces_put_together_are_both_texts_but_for_what_is_folded(head, gone, new):
    old, now = f"{head} {gone} {head}", f"{head} {new} {head}"
    pieces = list(_pieces(old, now))
    assert bool(pieces) == (old != now)
    for text, other in ((old, "new"), (now, "gone")):
        parts = "".join(piece.text for piece in pieces if piece.kind != other).split(" … ")
        at = 0
        for part in parts if pieces else ():
            assert part in text[at:], "in their order"
            at = text.index(part, at) + len(part)
    assert all(len(piece.text) <= 2 * NEAR + 3 for piece in pieces if piece.kind == "same")


def test_of_much_that_stayed_a_little_is_shown_and_the_space_beside_a_change_stays():
    long = "word " * 100
    first, gone, new, last = _pieces(f"{long}twelve {long}", f"{long}thirteen {long}")
    assert (gone.text, new.text) == ("twelve", "thirteen")
    assert first.text.startswith(" … word ") and first.text.endswith("word ")
    assert last.text.startswith(" word ") and last.text.endswith("word … ")
    assert NEAR - 10 < len(first.text) <= NEAR + 3
