"""Publication is refused for words taken from the source's text; that text is held no longer than it is needed."""

import re
from array import array
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from analysis import comparing, editing, preflight
from analysis.models import Claim, ContextNote, Evidence, Source, SourceText, Story, StoryLink, Summary, WatchItem
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


def advice(story):
    found = preflight.checklist(story, editing.snapshot(story), NOW())
    return " ".join(check.text for check in found if check.kind in ("advice", "unknown"))


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


WHERE = [
    "headline", "dek", "note", "note title", "claim", "claim why", "watch", "source why", "link why", "disclosure",
    "reason",
]  # fmt: skip


@pytest.mark.parametrize("where", WHERE)
def test_a_run_is_found_wherever_it_stands(story, where):
    text = TAKEN
    match where:
        case "headline" | "dek" | "disclosure":
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
        case "source why":
            story.sources.update(why=text)
        case "link why":
            StoryLink.objects.create(story=story, earlier=making.published(), kind="follows", why=text)
    assert "10 words in a row" in stops(story, text if where == "reason" else "")


def copying(story, words):
    Summary.objects.filter(story=story).update(text=f"They chose to go {' '.join(THEIRS.split()[3 : 3 + words])} then.")
    return stops(story)


def test_the_terms_of_a_publisher_say_how_many_words_in_a_row_may_be_theirs(story):
    assert copying(story, 8) == ""
    of = story.sources.get().article.publisher
    making.terms(of, copied_words=4)
    assert "5 words in a row" in copying(story, 5) and "at most 4 may be" in copying(story, 5)
    assert copying(story, 4) == ""
    making.terms(of, copied_words=12, effective_from=making.LONG_AGO + timedelta(days=1))
    assert copying(story, 10) == copying(story, 12) == ""
    assert "13 words in a row" in copying(story, 13) and "at most 12 may be" in copying(story, 13)


def test_each_source_is_compared_by_its_own_terms(story):
    strict = making.article()
    making.terms(strict.publisher, copied_words=4)
    comparing.hold(Source.objects.create(story=story, article=strict, role="wire"), THEIRS)
    said = copying(story, 6)
    assert f"6 words in a row are those of {strict.publisher}; at most 4 may be" in said
    assert str(story.sources.first().article.publisher) not in said


def test_the_terms_of_a_publisher_say_how_large_a_share_of_our_words_may_be_theirs(story):
    words = THEIRS.split()
    taken = " and then also ".join(" ".join(words[i : i + 6]) for i in range(0, 18, 6))
    of = story.sources.get().article.publisher
    making.terms(of, copied_percent=80)
    Summary.objects.filter(story=story).update(text=taken)
    assert stops(story) == ""
    making.terms(of, copied_percent=20, effective_from=making.LONG_AGO + timedelta(days=1))
    assert "words of this page are as" in stops(story) and "at most 20 % may be" in stops(story)


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
    assert f"Not checked for words taken from: {publisher}." in advice(story)
    comparing.hold(story.sources.get(), THEIRS)
    assert "10 words in a row" in stops(story)
    assert "Not checked" not in advice(story)


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
        assert comparing.stops(content, {}, set()) == []


def test_a_process_reads_a_text_once_and_another_in_its_place_anew(story, django_assert_num_queries):
    content = editing.snapshot(story)
    first = comparing.held(content)
    with django_assert_num_queries(1) as asked:
        assert comparing.held(content) == first
    assert '"text"' not in asked[0]["sql"]
    comparing.hold(story.sources.get(), "Something else, of 17 words.")
    with django_assert_num_queries(2):
        second = comparing.held(content)
    assert comparing.stated({"17", "18"}, first.values()) == set()
    assert comparing.stated({"17", "18"}, second.values()) == {"17"}


def test_what_a_process_remembers_of_a_text_are_numbers_and_not_once_it_is_forgotten(story):
    content = editing.snapshot(story)
    (remembered,) = comparing.held(content).values()
    assert [type(part) for part in remembered] == [str, array, array, tuple]
    assert [type(part) for part in remembered.row] == [int, datetime]
    assert remembered.publisher == str(story.sources.get().article.publisher)
    assert {remembered.runs.typecode, remembered.figures.typecode} == {"q"}
    comparing.forget(story.pk)
    assert comparing.held(content) == {}


# --- quotations over the whole page -------------------------------------------------------------------------------

SLOTS = ("take", "connection", "disagreement", "why")


def quoting(story, slot, start, words, source=None):
    part = " ".join(THEIRS.split()[start : start + words]).rstrip(",.")
    note = ContextNote.objects.create(story=story, slot=slot, text=f"As they have it, “{part}”. And so it is.")
    if source:
        note.rests_on.set([source])
    return note


def over(said):
    """How many quoted words are said to be too many over the page, and of how many."""
    found = re.findall(r"Over the whole page (\d+) words between quotation marks .* allow (\d+)\. Retell", said)
    return [(int(n), int(most)) for n, most in found]


def test_quotations_that_each_may_stand_are_too_many_over_the_page(story):
    publisher = story.sources.get().article.publisher
    quoting(story, "take", 0, 10)
    assert stops(story) == ""
    quoting(story, "why", 12, 5)
    assert stops(story) == ""  # fifteen, as the house allows
    Claim.objects.create(story=story, text="It is “in a room without windows”.", standing="reported")
    said = stops(story)
    assert over(said) == [(20, 15)] and f"are those of {publisher}; its terms allow 15" in said
    making.terms(publisher, quote_words=20)
    assert stops(story) == ""


def test_what_the_source_does_not_have_so_is_no_quotation_of_it(story):
    for slot in SLOTS:
        ContextNote.objects.create(story=story, slot=slot, text="He told us: “you will all see what comes of it”.")
    assert stops(story) == ""


def test_a_note_that_rests_on_another_source_quotes_this_one_all_the_same(story):
    other = Source.objects.create(story=story, article=making.article(), role="primary")
    for n, slot in enumerate(SLOTS):
        quoting(story, slot, n * 8, 8, source=other)
    assert over(stops(story)) == [(32, 15)]


def test_what_somebody_said_to_both_is_quoted_from_the_one_that_the_note_rests_on(story):
    """Or the strictest of all who printed a sentence would decide whether it may be quoted from anyone."""
    strict = Source.objects.create(story=story, article=making.article(), role="coverage")
    making.terms(strict.article.publisher, level="short")
    comparing.hold(strict, f"Others report as well. {THEIRS}")
    quoting(story, "take", 0, 10, source=story.sources.get(role="original"))
    assert stops(story) == ""
    claim = Claim.objects.create(story=story, text="They “sell the harbour’s north quay”.", standing="reported")
    Evidence.objects.create(claim=claim, source=story.sources.get(role="original"), stance="states")
    Evidence.objects.create(claim=claim, source=strict, stance="silent")
    assert stops(story) == ""
    Evidence.objects.filter(source=strict).update(stance="states")
    assert over(stops(story)) == [(5, 0)]


def frozen(story, text):
    """A published story with a watch item that quotes; its source's text pasted again."""
    WatchItem.objects.create(
        story=story, statement=text, settled_by="It", likelihood=50, due=NOW().date() + timedelta(days=1)
    )
    editing.publish(story, None)
    comparing.hold(story.sources.get(), THEIRS)
    return story.sources.get().article.publisher


FROZEN = "Whether they do “sell the harbour’s north quay to a company” at all."  # eight words


def test_what_is_frozen_counts_beside_what_can_be_changed_and_stops_nothing_alone(story):
    frozen(story, FROZEN)
    second = WatchItem.objects.create(
        story=story, statement=FROZEN, settled_by="It", likelihood=50, due=NOW().date() + timedelta(days=1)
    )
    assert over(stops(story)) == [(16, 15)]
    second.public_since, second.topic, second.desk = NOW(), story.topic, story.desk
    second.save()
    assert stops(story) == ""  # too many, and none of them can be changed
    note = quoting(story, "take", 0, 4)
    assert over(stops(story)) == [(20, 15)]
    note.delete()
    assert stops(story) == ""


def test_what_is_frozen_and_withheld_is_not_on_the_page(story):
    publisher = frozen(story, FROZEN)
    making.terms(publisher, quote_words=5)
    quoting(story, "take", 0, 5)
    assert stops(story) == ""
