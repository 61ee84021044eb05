"""Publication is refused for words taken from the source's text; that text is held no longer than it is needed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from analysis import comparing, editing, preflight
from analysis.models import Claim, ContextNote, SourceText, Story, Summary, WatchItem
from tests import making

pytestmark = pytest.mark.django_db
NOW = timezone.now
THEIRS = (
    "The council voted on Tuesday to sell the harbour’s north quay to a company that nobody in the town had heard of, "
    "and did so after midnight in a room without windows or reporters."
)
TAKEN = "sell the harbour’s north quay to a company that nobody"  # ten words


@pytest.fixture
def story():
    made = making.draft()
    comparing.hold(made.sources.get(), THEIRS)
    return made


def stops(story, reason=""):
    story = Story.objects.get(pk=story.pk)  # as the next request reads it
    found = preflight.stops(story, editing.snapshot(story), NOW(), reason)
    assert all(sentence.endswith(".") for sentence in found)
    return " ".join(found)


def test_a_text_in_our_own_words_is_published(story):
    assert stops(story) == ""
    editing.publish(story, None)


def test_a_long_run_stops_publication_and_is_shown_in_its_place(story):
    Summary.objects.filter(story=story).update(text=f"They chose then {TAKEN} knew.")
    said = stops(story)
    assert "Summary: 10 words in a row are those of" in said and "at most 8 may be" in said
    assert f"They chose then [{TAKEN}] knew" in said
    with pytest.raises(editing.NotReadyError):
        editing.publish(Story.objects.get(pk=story.pk), None)
    assert SourceText.objects.exists()  # nothing was published, so it is needed still


@pytest.mark.parametrize("where", ["headline", "dek", "note", "note title", "claim", "claim why", "watch", "reason"])
def test_a_run_is_found_wherever_it_stands(story, where):
    text = TAKEN
    match where:
        case "headline" | "dek":
            Story.objects.filter(pk=story.pk).update(**{where: text})
        case "note":
            ContextNote.objects.create(story=story, slot="take", text=text)
        case "note title":
            ContextNote.objects.create(story=story, slot="take", title=text, text="Ours.")
        case "claim":
            Claim.objects.create(story=story, text=text, standing="reported")
        case "claim why":
            Claim.objects.create(story=story, text="It is so.", why=text, standing="reported")
        case "watch":
            WatchItem.objects.create(
                story=story, statement=text, settled_by="It", likelihood=50, due=NOW().date() + timedelta(days=1)
            )
    assert "10 words in a row" in stops(story, text if where == "reason" else "")


def test_what_stands_between_quotation_marks_is_for_the_terms_to_allow(story):
    Summary.objects.filter(story=story).update(text=f"They chose to “{TAKEN}” knew.")
    assert stops(story) == ""
    making.terms(story.sources.get().article.publisher, quote_words=5)
    assert "quotes 10 words" in stops(story) and "in a row" not in stops(story)


def test_quotation_marks_around_a_few_words_hide_no_run(story):
    words = TAKEN.split()
    hidden = f"{' '.join(words[:4])} “{' '.join(words[4:7])}” {' '.join(words[7:])}"
    Summary.objects.filter(story=story).update(text=hidden)
    assert "10 words in a row" in stops(story)


def test_a_link_between_two_words_hides_no_run(story):
    hidden = TAKEN.replace("north quay", "[north quay](https://a.test/x)")
    ContextNote.objects.create(story=story, slot="take", text=hidden)
    assert "10 words in a row" in stops(story)


def test_many_short_runs_are_too_large_a_share_even_beside_a_long_take(story):
    words = THEIRS.split()
    pieces = [" ".join(words[i : i + 6]) for i in range(0, 30, 6)]
    Summary.objects.filter(story=story).update(text=" and then also ".join(pieces))
    assert "30 of the 4" in stops(story) and "words of this page" in stops(story)
    ContextNote.objects.create(story=story, slot="take", text="Ours alone and nobody else’s. " * 30)
    assert "words of the summary are as" in stops(story) and "in a row" not in stops(story)


def test_publishing_and_withdrawing_forget_the_text(story):
    other = making.draft()
    comparing.hold(other.sources.get(), THEIRS)
    editing.publish(story, None)
    assert [held.source.story for held in SourceText.objects.all()] == [other]
    comparing.hold(story.sources.get(), THEIRS)
    editing.withdraw(story, "Because.")
    assert SourceText.objects.count() == 1


def test_a_text_is_forgotten_after_thirty_days(story):
    held = SourceText.objects.get()
    assert comparing.forget_old(held.held_until - timedelta(seconds=1)) == 0
    assert comparing.forget_old(held.held_until) == 1
    assert not SourceText.objects.exists()


def test_a_correction_is_checked_when_the_text_is_pasted_again_and_says_so_when_it_is_not(story):
    editing.publish(story, None)
    publisher = story.sources.get().article.publisher
    Summary.objects.filter(story=story).update(text=TAKEN)
    assert stops(story) == ""
    assert f"Not checked for words taken from: {publisher}." in " ".join(preflight.advice(editing.snapshot(story)))
    comparing.hold(story.sources.get(), THEIRS)
    assert "10 words in a row" in stops(story)
    assert "Not checked" not in " ".join(preflight.advice(editing.snapshot(story)))


def test_a_watch_item_that_is_public_cannot_stop_a_correction(story):
    SourceText.objects.all().delete()
    WatchItem.objects.create(
        story=story, statement=TAKEN, settled_by="It", likelihood=50, due=NOW().date() + timedelta(days=1)
    )
    editing.publish(story, None)
    comparing.hold(story.sources.get(), THEIRS)
    assert stops(story) == ""


def test_without_a_text_nothing_is_read_but_one_query(django_assert_max_num_queries):
    content = editing.snapshot(making.draft())
    with django_assert_max_num_queries(1):
        assert comparing.stops(content, set()) == []
