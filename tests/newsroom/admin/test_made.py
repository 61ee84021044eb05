"""How each part was made, on the story screen: chosen beside the text, and a check falls with the words it was of."""

import random
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from analysis import editing, made, working
from analysis.models import ContextNote, Desk, Draft, Story, Summary
from analysis.models.made import MadeBy
from analysis.models.writing import Slot
from newsroom.admin.writing import saving
from newsroom.admin.writing.document import Document, options
from tests import making
from tests.newsroom.admin.screen import ADD, errors, messages, opened, sent_by, url

pytestmark = pytest.mark.django_db
TYPING = "/admin/analysis/story/typing/"
MAY = datetime(2026, 5, 3, 12, tzinfo=UTC)


@pytest.fixture
def standards_desk():
    return Desk.objects.create(slug="standards", name="Standards desk")


@pytest.fixture
def noted(draft, standards_desk):
    """A draft whose note a model helped with, and the standards desk checked in May."""
    ContextNote.objects.create(
        story=draft, slot="take", title="T", text="We doubt it.", made_by="both", model="M-1",
        checked_by=standards_desk, checked_at=MAY,
    )  # fmt: skip
    return draft


def save(client, at, form):
    response = client.post(at, form, follow=True)
    assert response.redirect_chain, errors(response)
    return messages(response)


def said(note):
    return note.made_by, note.model, note.checked_by and note.checked_by.name, note.checked_at


@pytest.mark.parametrize("seed", range(10))
def test_any_content_comes_through_the_form_as_it_is(seed, standards_desk):
    """Rows, content, typed values and content again; and the rows that are written of it say the same."""
    some = random.Random(seed)

    def how(*by):
        by, checker = some.choice([*by, *MadeBy.values]), some.choice(["", "Standards desk", "Analysis desk"])
        return {"made_by": by, "model": "M" if by in made.BY_MACHINE else "", "checked_by": checker,
                "checked_at": MAY.isoformat() if checker and some.random() < 0.7 else ""}  # fmt: skip

    story = making.draft()
    content = editing.snapshot(story) | {
        "conflicts": some.choice(["", "We own a share.", "Line one.\nLine two, l’été."]),
        "head": how(""),
        "summary": some.choice([None, {"text": "It said so.", **how()}]),
        "notes": [
            {"slot": slot, "title": some.choice(["", "T"]), "text": f"On {slot}.", "rests_on": [], **how("")}
            for slot in Slot.values
            if some.random() < 0.5
        ],
    }
    working.write(story, content, None)
    held = saving.held(story.pk)
    document = Document(held.typed, held, options())
    assert not document.mistakes and not document.unchecked
    for name in ("conflicts", "head", "summary", "notes"):
        assert held.content[name] == content[name] == document.content[name]


def test_a_new_story_is_by_people_until_somebody_says_otherwise(editor):
    making.topic(), making.desk()
    form = opened(editor, ADD)
    assert {form[f"{part}_made_by"] for part in ("head", "summary", *(f"note_{slot}" for slot in Slot))} == {"person"}
    save(editor, ADD, form | {"headline": "New.", "topic": "grids", "desk": "analysis", "note_why_text": "It matters."})
    story = Story.objects.get()
    assert (story.head_made_by, story.notes.get().made_by) == ("person", "person")
    assert not Draft.objects.filter(kept_at__isnull=False).exists(), "what the lists say by themselves is no text"


def test_an_untouched_screen_of_a_new_story_is_no_unsaved_text(editor):
    making.topic(), making.desk()
    editor.post(TYPING, opened(editor, ADD) | {"turn": "1"})
    assert not Draft.objects.filter(kept_at__isnull=False).exists()


def test_of_whom_nobody_has_said_it_nobody_says_it_by_saving(editor, draft):
    """Rows from before it was asked."""
    ContextNote.objects.create(story=draft, slot="take", text="We doubt it.", made_by="")
    Story.objects.filter(pk=draft.pk).update(head_made_by="")
    form = opened(editor, url(draft))
    assert (form["head_made_by"], form["note_take_made_by"], form["note_why_made_by"]) == ("", "", "person")
    save(editor, url(draft), form | {"dek": "Another."})
    draft.refresh_from_db()
    assert (draft.head_made_by, draft.notes.get().made_by) == ("", "")
    save(editor, url(draft), opened(editor, url(draft)) | {"note_take_made_by": "person"})
    assert draft.notes.get().made_by == "person"
    assert 'value="" selected' not in editor.get(url(draft)).content.decode().split('id="id_note_take_made_by"')[1][:90]


@pytest.mark.parametrize("part", ["head", "summary", "note_take"])
def test_a_machine_made_part_names_its_model(editor, draft, part):
    ContextNote.objects.create(story=draft, slot="take", text="We doubt it.")
    form = opened(editor, url(draft)) | {f"{part}_made_by": "both", f"{part}_model": " "}
    response = editor.post(url(draft), form)
    assert response.status_code == 200 and "Name the language model" in errors(response)
    page = response.content.decode()
    assert f'href="#id_{part}_model"' in page and f'aria-describedby="wrong_{part}_model"' in page
    assert part == "summary" or page.count('<details class="made-of" open>') == 1, "it can be seen"
    assert sent_by(response)[f"{part}_made_by"] == "both"


def test_who_checked_a_note_that_is_not_there_is_asked_for_the_note(editor, draft, standards_desk):
    form = opened(editor, url(draft)) | {"note_why_checked_by": "Standards desk"}
    response = editor.post(url(draft), form)
    assert "Write the note, or empty its title and what is said of it." in errors(response)


@pytest.mark.parametrize("part", ["head", "summary", "note_take"])
def test_what_a_desk_is_named_for_was_checked_when_it_was_named(editor, draft, standards_desk, part):
    ContextNote.objects.create(story=draft, slot="take", text="We doubt it.")
    before = timezone.now()
    save(editor, url(draft), opened(editor, url(draft)) | {f"{part}_checked_by": "Standards desk"})
    content = editing.snapshot(Story.objects.get(pk=draft.pk))
    row = dict(made.parts(content))[part]
    assert row["checked_by"] == "Standards desk"
    assert before <= datetime.fromisoformat(row["checked_at"]) <= timezone.now()
    save(editor, url(draft), opened(editor, url(draft)) | {"conflicts": "We own a share."})
    assert dict(made.parts(editing.snapshot(Story.objects.get(pk=draft.pk))))[part] == row, "the day stays"


@pytest.mark.parametrize("words", [{"note_take_text": "We doubt it much."}, {"note_take_title": "Another"}])
def test_a_text_that_is_changed_is_not_checked_any_more_and_the_screen_says_so(editor, noted, words):
    form = opened(editor, url(noted))
    live = editor.post(TYPING, form | words | {"turn": "1"}).content.decode()
    assert "“Our take” was changed after it was checked" in live
    assert "“Our take” was changed after it was checked" in save(editor, url(noted), form | words)
    assert said(noted.notes.get()) == ("both", "M-1", None, None)
    again = opened(editor, url(noted))
    assert again["note_take_checked_by"] == "" and "note_take_checked" not in again


def test_a_text_is_checked_again_when_somebody_says_so(editor, noted):
    form = opened(editor, url(noted)) | {"note_take_text": "We doubt it much.", "note_take_checked": "on"}
    assert "was changed after it was checked" not in editor.post(TYPING, form | {"turn": "1"}).content.decode()
    assert "was changed after it was checked" not in save(editor, url(noted), form)
    note = noted.notes.get()
    assert note.checked_by.name == "Standards desk" and note.checked_at > MAY
    assert "note_take_checked" not in opened(editor, url(noted)), "that is said once"


def test_a_changed_dek_takes_the_check_of_the_head_away(editor, draft, standards_desk):
    Story.objects.filter(pk=draft.pk).update(head_checked_by=standards_desk, head_checked_at=MAY)
    said = save(editor, url(draft), opened(editor, url(draft)) | {"dek": "Another."})
    draft.refresh_from_db()
    assert "“Headline” was changed" in said and (draft.head_checked_by, draft.head_checked_at) == (None, None)


def test_a_form_that_is_sent_twice_checks_nothing(editor, noted):
    """The second time its list names the desk still, and what is saved does not: that is no new word of anybody's."""
    form = opened(editor, url(noted)) | {"note_take_text": "We doubt it much."}
    for _time in range(2):
        save(editor, url(noted), form)
        assert said(noted.notes.get()) == ("both", "M-1", None, None)


def test_what_two_people_say_of_one_text_is_asked_about(editor, person, noted):
    other = person("editor", "the-other")
    for mine, theirs in (
        ({"note_take_checked": "on"}, {"note_take_text": "Other words."}),
        ({"note_take_checked_by": "Analysis desk"}, {"note_take_title": "Another title"}),
        ({"head_made_by": "model", "head_model": "M"}, {"dek": "Another dek."}),
    ):
        form = opened(editor, url(noted)) | mine
        save(other, url(noted), opened(other, url(noted)) | theirs)
        response = editor.post(url(noted), form)
        asked = {found.name for found in response.context["conflicts"]}
        assert response.status_code == 409 and asked >= {*mine, *theirs}


def test_a_headline_and_a_dek_are_two_peoples_still(editor, person, draft):
    other = person("editor", "the-other")
    form = opened(editor, url(draft)) | {"headline": "Mine."}
    save(other, url(draft), opened(other, url(draft)) | {"dek": "Theirs."})
    save(editor, url(draft), form)
    draft.refresh_from_db()
    assert (draft.headline, draft.dek) == ("Mine.", "Theirs.")


def test_the_frame_of_a_story_takes_no_maker_over(writer, noted):
    form = opened(writer, f"{ADD}?frame={noted.pk}")
    assert (form["note_take_made_by"], form["note_take_model"], form["note_take_checked_by"]) == ("person", "", "")
    assert form["conflicts"] == ""


def test_the_stake_is_kept_as_a_draft_offered_and_shown_beside_the_form(editor, draft):
    form = opened(editor, url(draft)) | {"conflicts": "We own a share.", "turn": "1"}
    live = editor.post(TYPING, form).content.decode()
    assert "Our stake in it" in live and "We own a share." in live
    assert Draft.objects.get().typed["conflicts"] == ["We own a share."]


def test_the_summary_says_who_wrote_it(editor, draft):
    form = opened(editor, url(draft)) | {"summary_made_by": ""}
    assert "Say who or what wrote the summary." in errors(editor.post(url(draft), form))
    assert Summary.objects.get(story=draft).made_by == "person"
