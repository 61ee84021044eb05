"""How each part was made, on the story screen: chosen beside the text, and a check falls with the words it was of."""

import random
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from analysis import editing, made, working
from analysis.models import Claim, ContextNote, Desk, Draft, Story, Summary
from analysis.models.made import MadeBy
from analysis.models.writing import Slot
from newsroom.admin.writing import saving
from newsroom.admin.writing.document import Document, options
from newsroom.admin.writing.typed import MAKING
from tests import making
from tests.newsroom.admin.screen import ADD, errors, messages, opened, row, sent_by, url

pytestmark = pytest.mark.django_db
TYPING = "/admin/analysis/story/typing/"
MAY = datetime(2026, 5, 3, 12, tzinfo=UTC)


@pytest.fixture
def standards_desk():
    return Desk.objects.create(slug="standards", name="Standards desk")


def promised(story):
    """A claim and a watch item on it, neither of them public."""
    Claim.objects.create(story=story, text="Twelve bid.", standing="reported", why="One report.")
    making.promise(story, public=False)


@pytest.fixture
def claimed(draft, standards_desk):
    """A draft whose claim and watch item a model helped with, and the standards desk checked in May."""
    promised(draft)
    says = {"made_by": "both", "model": "M-1", "checked_by": standards_desk, "checked_at": MAY}
    Story.objects.filter(pk=draft.pk).update(
        **{f"{part}_{name}": value for part in made.OF_ROWS for name, value in says.items()}
    )
    return draft


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
        **{key: how("") for key in made.OF_STORY.values()},
        "claims": [
            {"id": -1, "text": "Twelve bid.", "standing": "reported", "why": some.choice(["", "So."]), "evidence": []}
        ],
        "watch": [
            {"id": -n, "statement": f"It opens {n} times.", "due": "2099-01-01", "likelihood": 60, "settled_by": "It"}
            for n in range(1, 3)
        ],
        "summary": some.choice([None, {"text": "It said so.", **how()}]),
        "notes": [
            {"slot": slot, "title": some.choice(["", "T"]), "text": f"On {slot}.", "rests_on": [], **how("")}
            for slot in Slot.values
            if some.random() < 0.5
        ],
    }
    for part in made.OF_ROWS:
        if some.random() < 0.3:
            content |= {part: [], made.OF_STORY[part]: made.UNSAID}
    working.write(story, content, None)
    held = saving.held(story.pk)
    document = Document(held.typed, held, options())
    assert not document.mistakes and not document.unchecked
    for name in ("conflicts", *made.OF_STORY.values(), "summary", "notes"):
        assert held.content[name] == content[name] == document.content[name]


def test_a_new_story_is_by_people_until_somebody_says_otherwise(editor):
    making.topic(), making.desk()
    form = opened(editor, ADD)
    assert {form[f"{part}_made_by"] for part in MAKING} == {"person"}
    save(editor, ADD, form | {"headline": "New.", "topic": "grids", "desk": "analysis", "note_why_text": "It matters."})
    story = Story.objects.get()
    assert (story.head_made_by, story.notes.get().made_by) == ("person", "person")
    assert (story.claims_made_by, story.watch_made_by) == ("person", "person")
    assert not Draft.objects.filter(kept_at__isnull=False).exists(), "what the lists say by themselves is no text"


def test_an_untouched_screen_of_a_new_story_is_no_unsaved_text(editor):
    making.topic(), making.desk()
    editor.post(TYPING, opened(editor, ADD) | {"turn": "1"})
    assert not Draft.objects.filter(kept_at__isnull=False).exists()


def test_of_whom_nobody_has_said_it_nobody_says_it_by_saving(editor, draft):
    """Rows from before it was asked."""
    ContextNote.objects.create(story=draft, slot="take", text="We doubt it.", made_by="")
    promised(draft)
    Story.objects.filter(pk=draft.pk).update(head_made_by="", claims_made_by="", watch_made_by="")
    form = opened(editor, url(draft))
    assert (form["head_made_by"], form["note_take_made_by"], form["note_why_made_by"]) == ("", "", "person")
    assert (form["claims_made_by"], form["watch_made_by"]) == ("", "")
    save(editor, url(draft), form | {"dek": "Another."})
    draft.refresh_from_db()
    assert (draft.head_made_by, draft.notes.get().made_by, draft.claims_made_by, draft.watch_made_by) == ("",) * 4
    save(editor, url(draft), opened(editor, url(draft)) | {"note_take_made_by": "person"})
    assert draft.notes.get().made_by == "person"
    assert 'value="" selected' not in editor.get(url(draft)).content.decode().split('id="id_note_take_made_by"')[1][:90]


@pytest.mark.parametrize("part", ["head", "summary", "note_take", "claims", "watch"])
def test_a_machine_made_part_names_its_model(editor, draft, part):
    ContextNote.objects.create(story=draft, slot="take", text="We doubt it.")
    promised(draft)
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


@pytest.mark.parametrize("part", ["head", "summary", "note_take", "claims", "watch"])
def test_what_a_desk_is_named_for_was_checked_when_it_was_named(editor, draft, standards_desk, part):
    ContextNote.objects.create(story=draft, slot="take", text="We doubt it.")
    promised(draft)
    before = timezone.now()
    save(editor, url(draft), opened(editor, url(draft)) | {f"{part}_checked_by": "Standards desk"})
    content = editing.snapshot(Story.objects.get(pk=draft.pk))
    said = dict(made.parts(content))[part]
    assert said["checked_by"] == "Standards desk"
    assert before <= datetime.fromisoformat(said["checked_at"]) <= timezone.now()
    save(editor, url(draft), opened(editor, url(draft)) | {"conflicts": "We own a share."})
    assert dict(made.parts(editing.snapshot(Story.objects.get(pk=draft.pk))))[part] == said, "the day stays"


CHANGES = {  # of one part, by what is typed into its row
    "claims": ({"text": "Eleven bid."}, {"why": "Two reports."}, {"DELETE": "on", "new-text": "Eleven bid.",
                "new-standing": "reported"}, {"new-text": "They are firms.", "new-standing": "reported"}),
    "watch": ({"statement": "It closes."}, {"settled_by": "Another register"}),
}  # fmt: skip
NO_CHANGES = {
    "claims": ({"standing": "disputed"}, {"position": "7"}),
    "watch": ({"likelihood": "7"}, {"due": "2098-01-01"}),
}


def typed_into(story, part, changes):
    rows = {"claims": "claims", "watch": "watch_items"}[part]
    at = row(story, rows)
    return {
        f"{rows}-n1-{name[4:]}" if name.startswith("new-") else f"{at}-{name}": value for name, value in changes.items()
    }


def of_story(story, part):
    story = Story.objects.get(pk=story.pk)
    return tuple(getattr(story, f"{part}_{name}") for name in ("made_by", "model", "checked_by", "checked_at"))


@pytest.mark.parametrize(("part", "changes"), [(part, one) for part, some in CHANGES.items() for one in some])
def test_claims_and_watch_items_whose_words_are_changed_are_not_checked_any_more(editor, claimed, part, changes):
    name = {"claims": "What is established", "watch": "What to watch"}[part]
    form = opened(editor, url(claimed)) | typed_into(claimed, part, changes)
    live = editor.post(TYPING, form | {"turn": "1"}).content.decode()
    assert live.count("was changed after it was checked") == 1 and f"“{name}” was changed" in live
    assert f"“{name}” was changed after it was checked" in save(editor, url(claimed), form)
    assert of_story(claimed, part) == ("both", "M-1", None, None)
    (other,) = set(made.OF_ROWS) - {part}
    assert of_story(claimed, other)[2:] == (Desk.objects.get(slug="standards"), MAY), "the other part stays"
    again = opened(editor, url(claimed))
    assert again[f"{part}_checked_by"] == "" and f"{part}_checked" not in again


@pytest.mark.parametrize(("part", "changes"), [(part, one) for part, some in NO_CHANGES.items() for one in some])
def test_a_check_is_of_words_and_of_nothing_else_in_a_row(editor, claimed, part, changes):
    save(editor, url(claimed), opened(editor, url(claimed)) | typed_into(claimed, part, changes))
    assert of_story(claimed, part)[2:] == (Desk.objects.get(slug="standards"), MAY)


@pytest.mark.parametrize("part", made.OF_ROWS)
def test_they_are_checked_again_when_somebody_says_so(editor, claimed, part):
    form = opened(editor, url(claimed)) | typed_into(claimed, part, CHANGES[part][0]) | {f"{part}_checked": "on"}
    assert "was changed after it was checked" not in save(editor, url(claimed), form)
    _by, _model, desk, at = of_story(claimed, part)
    assert desk.name == "Standards desk" and at > MAY
    save(editor, url(claimed), form)  # sent twice
    assert of_story(claimed, part)[2].name == "Standards desk"


def test_a_public_watch_item_keeps_its_words_and_its_check(editor, published, standards_desk):
    item = making.promise(published)
    Story.objects.filter(pk=published.pk).update(watch_checked_by=standards_desk, watch_checked_at=MAY)
    at = f"watch_items-{item.pk}"
    save(editor, url(published), opened(editor, url(published)) | {"dek": "Another.", f"{at}-DELETE": "on"})
    assert of_story(published, "watch")[2:] == (standards_desk, MAY)


@pytest.mark.parametrize("part", made.OF_ROWS)
def test_what_is_said_of_claims_that_are_not_there_asks_for_one(editor, draft, standards_desk, part):
    form = opened(editor, url(draft)) | {f"{part}_checked_by": "Standards desk"}
    response = editor.post(url(draft), form)
    assert "Write one, or empty what is said of how they were made." in errors(response)
    page = response.content.decode()
    assert f'href="#id_{part}_made_by"' in page and page.count('<details class="made-of" open>') == 1
    assert sent_by(response)[f"{part}_checked_by"] == "Standards desk"


def test_claims_that_come_with_a_new_story_say_how_they_were_made(editor):
    making.topic(), making.desk()
    form = opened(editor, ADD) | {
        "headline": "New.", "topic": "grids", "desk": "analysis", "claims-n1-text": "Twelve bid.",
        "claims-n1-standing": "reported", "claims_made_by": "both", "claims_model": "M-1",
        "claims_checked_by": "Analysis desk",
    }  # fmt: skip
    save(editor, ADD, form)
    by, model, desk, at = of_story(Story.objects.get(), "claims")
    assert (by, model, desk.name, bool(at)) == ("both", "M-1", "Analysis desk", True)


def test_what_is_typed_of_claims_is_kept_as_a_draft_and_offered(editor, claimed):
    form = opened(editor, url(claimed)) | {"claims_model": "M-2", "turn": "1"}
    editor.post(TYPING, form)
    kept = Draft.objects.get()
    assert kept.typed["claims_model"] == ["M-2"]
    assert opened(editor, f"{url(claimed)}?draft={kept.key}")["claims_model"] == "M-2"
    compared = editor.get(f"{url(claimed)}?compare={kept.key}").content.decode()
    assert "Claims, which model" in compared


def test_what_one_says_of_all_claims_is_asked_about_if_another_changed_one(editor, person, claimed):
    other = person("editor", "the-other")
    words = typed_into(claimed, "claims", {"text": "Eleven bid."})
    form = opened(editor, url(claimed)) | {"claims_checked": "on"}
    save(other, url(claimed), opened(other, url(claimed)) | words)
    response = editor.post(url(claimed), form)
    assert response.status_code == 409
    assert {found.name for found in response.context["conflicts"]} == {"claims_checked", "claims_checked_by"}
    choices = {"choose-claims_checked": "mine", "choose-claims_checked_by": "mine"}
    save(editor, url(claimed), sent_by(response) | choices)
    assert of_story(claimed, "claims")[2].name == "Standards desk" and of_story(claimed, "claims")[3] > MAY
    assert claimed.claims.get().text == "Eleven bid."


def test_two_people_write_claims_without_a_question(editor, person, claimed):
    other = person("editor", "the-other")
    form = opened(editor, url(claimed)) | typed_into(claimed, "claims", {"why": "Mine."})
    new = {"claims-n1-text": "Theirs.", "claims-n1-standing": "reported"}
    save(other, url(claimed), opened(other, url(claimed)) | new)
    save(editor, url(claimed), form)
    assert {(c.text, c.why) for c in claimed.claims.all()} == {("Twelve bid.", "Mine."), ("Theirs.", "")}
    assert of_story(claimed, "claims") == ("both", "M-1", None, None)


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
