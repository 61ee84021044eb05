"""The windows in which one types: what is kept of each, what it is told, and how a text goes from one to another."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from analysis import drafts, editing
from analysis.models import Draft, Remark, Story, WatchItem
from tests import making
from tests.newsroom.admin.screen import ADD, errors, messages, opened, sent_by, url

pytestmark = pytest.mark.django_db
TYPING = "/admin/analysis/story/typing/"


def beat(client, form, turn, **typed):
    """What a window sends at a pause: the answer."""
    return client.post(TYPING, form | {"turn": str(turn)} | typed)


def unsaved(client, story):
    return [draft.typed["dek"] for draft in drafts.unsaved(client.user, story and story.pk)]


def test_what_is_typed_on_in_a_restored_text_is_kept_however_old_it_was(editor, draft):
    form = opened(editor, url(draft))
    for turn in (1, 40):
        beat(editor, form, turn, dek=f"First sitting {turn}")
    Draft.objects.update(seen_at=timezone.now() - timedelta(hours=10))  # the power went off
    again = opened(editor, f"{url(draft)}?draft={Draft.objects.get().key}")
    assert again["dek"] == "First sitting 40"
    assert beat(editor, again, 1, dek="Second sitting").headers["X-Turn"] == "1"
    assert unsaved(editor, draft) == [["Second sitting"]], "and what was restored is not offered beside it"


def test_looking_at_an_unsaved_text_again_and_again_makes_no_copies(editor):
    beat(editor, opened(editor, ADD), 1, headline="One")
    for _time in range(3):
        beat(editor, opened(editor, f"{ADD}?draft={drafts.unsaved(editor.user, None)[0].key}"), 1)
    assert drafts.unsaved(editor.user, None).count() == 1


def test_a_text_that_is_typed_on_where_it_was_restored_from_stays(editor, draft):
    first = opened(editor, url(draft))
    beat(editor, first, 1, dek="To be restored.")
    second = opened(editor, f"{url(draft)}?draft={Draft.objects.get().key}")
    beat(editor, first, 2, dek="Typed on.")
    beat(editor, second, 1, dek="Typed elsewhere.")
    assert sorted(unsaved(editor, draft)) == [["Typed elsewhere."], ["Typed on."]]


def test_an_answer_says_which_turn_is_kept_so_that_a_late_one_is_not_taken_for_kept(editor, draft):
    form = opened(editor, url(draft))
    assert beat(editor, form, 7, dek="Newer.").headers["X-Turn"] == "7"
    assert beat(editor, form, 6, dek="Older.").headers["X-Turn"] == "7"
    assert editor.post(TYPING, {"window": "junk"}).headers["X-Turn"] == "none"
    assert beat(editor, form, 8, note_take_text="x" * 2_600_000).headers["X-Turn"] == "none"
    assert unsaved(editor, draft) == [["Newer."]]


def test_without_a_login_the_older_text_does_not_take_the_place_of_the_newer(editor, draft):
    form, saved = opened(editor, url(draft)), opened(editor, url(draft))
    beat(editor, form, 7, dek="Newer.")
    assert editor.post(url(draft), saved | {"turn": "5", "headline": "Saved."}).status_code == 302
    Session.objects.all().delete()
    answer = beat(editor, form, 6, dek="Older.")
    assert (answer.status_code, answer.headers["X-Turn"]) == (401, "7")
    beat(editor, saved, 4, headline="Sav")
    assert unsaved(editor, draft) == [["Newer."]]


def test_a_second_factor_that_is_asked_for_from_now_on_costs_no_word(editor, draft, settings):
    form = opened(editor, url(draft))
    settings.REQUIRE_SECOND_FACTOR = True
    assert beat(editor, form, 1, dek="Typed.").headers["X-Turn"] == "1"
    assert editor.get(url(draft))["Location"] == reverse("mfa_index")
    editor.post(url(draft), opened_before(form, dek="Sent."))
    assert unsaved(editor, draft) == [["Sent."]]
    draft.refresh_from_db()
    assert draft.dek != "Sent."


def opened_before(form, **typed):
    return form | {"turn": "2"} | typed


def test_discarding_what_is_on_the_screen_discards_it_and_what_it_was_restored_from(editor, draft):
    first = opened(editor, url(draft))
    beat(editor, first, 3, dek="To be thrown away.")
    again = opened(editor, f"{url(draft)}?draft={Draft.objects.get().key}")
    beat(editor, again, 1)
    assert "Discarded." in messages(editor.post(url(draft), again | {"turn": "2", "_discard": "this"}, follow=True))
    late = beat(editor, again, 2, dek="To be thrown away.", brought="1")  # what the browser had shelved as it left
    assert late.headers["X-Unsaved"] == "no"
    assert unsaved(editor, draft) == []


def test_what_was_typed_since_it_was_shown_is_not_discarded(editor, draft):
    other = opened(editor, url(draft))
    beat(editor, other, 1, dek="An hour ago.")
    seen = Draft.objects.get().stamp
    beat(editor, other, 2, dek="An hour of work.")
    response = editor.post(url(draft), opened(editor, url(draft)) | {"_discard": seen}, follow=True)
    assert "typed on meanwhile" in messages(response)
    assert unsaved(editor, draft) == [["An hour of work."]]


def test_a_restored_text_that_is_saved_at_the_second_try_is_not_offered_again(editor, draft):
    beat(editor, opened(editor, url(draft)), 1, dek="Restored.")
    again = opened(editor, f"{url(draft)}?draft={Draft.objects.get().key}")
    refused = editor.post(url(draft), again | {"headline": ""})
    assert "Headline" in errors(refused)
    assert editor.post(url(draft), sent_by(refused) | {"headline": "Now."}).status_code == 302
    assert unsaved(editor, draft) == []


def test_nothing_unsaved_is_made_up_for_who_typed_nothing(writer, editor):
    """Neither when the story is published under an open window, nor in what is compared of a rescued text."""
    story = making.draft(created_by=writer.user)
    WatchItem.objects.create(story=story, statement="It opens.", due="2030-01-01", likelihood=60, settled_by="Them")
    form = opened(writer, url(story))
    beat(writer, form, 1)
    editing.publish(story, editor.user)
    assert beat(writer, form, 2).status_code == 403
    assert unsaved(writer, story) == []
    beat(writer, form, 3, dek="Mine.")
    page = writer.get(url(story), {"draft": Draft.objects.get(by=writer.user).key})
    assert [both.label for both in page.context["kept_texts"]] == ["Dek"]
    stamp = page.context["unsaved"][0].stamp
    assert "Discarded." in messages(writer.post(url(story), {"_discard": stamp}, follow=True))


def test_closing_without_a_script_keeps_what_was_typed(editor, draft):
    form = opened(editor, url(draft))
    assert "kept" not in messages(editor.post(url(draft), form | {"_close": "1"}, follow=True))
    assert "is kept" in messages(editor.post(url(draft), form | {"_close": "1", "dek": "Typed."}, follow=True))
    assert unsaved(editor, draft) == [["Typed."]]


def test_a_field_emptied_in_a_form_that_did_not_come_in_whole_stays_empty(editor, published):
    whole = opened(editor, url(published))
    part = {name: whole[name] for name in ("window", "version", "headline")} | {"dek": ""}
    assert sent_by(editor.post(url(published), part, follow=True))["dek"] == ""


@pytest.mark.parametrize("button", ["_more", "_save"])
def test_a_half_written_remark_stays_whatever_is_pressed(editor, draft, button):
    form = opened(editor, url(draft)) | {"remark_text": "Is it so?", "remark_field": "dek", "headline": ""}
    again = sent_by(editor.post(url(draft), form | {button: "claims"}))
    assert (again["remark_text"], again["remark_field"]) == ("Is it so?", "dek")


def test_a_remark_is_added_by_saving_too_and_never_cut(editor, draft):
    form = opened(editor, url(draft))
    long = editor.post(url(draft), form | {"remark_text": "x" * 1001, "_remark": "1"})
    assert not Remark.objects.exists() and sent_by(long)["remark_text"] == "x" * 1001
    assert "1000" in long.context["wrong"]["remark_text"]
    assert "remark" in errors(editor.post(url(draft), form | {"remark_text": "x" * 1001})).lower()
    saved = editor.post(url(draft), form | {"remark_text": "Is it so?", "remark_field": "dek"}, follow=True)
    assert "Your remark was added." in messages(saved)
    assert Remark.objects.values_list("text", "field").get() == ("Is it so?", "dek")
    assert not sent_by(saved)["remark_text"]


def test_an_expired_login_keeps_a_half_written_remark(editor, draft):
    form = opened(editor, url(draft))
    Session.objects.all().delete()
    editor.post(url(draft), form | {"remark_text": "Is it so?"})
    assert Draft.objects.get().typed["remark_text"] == ["Is it so?"]


@pytest.mark.parametrize("likelihood", ["0", "100", "150", "-1", "9" * 30, "a"])
def test_a_likelihood_that_is_none_is_refused_at_its_field(editor, draft, likelihood):
    item = {"statement": "It opens.", "due": "2030-01-01", "likelihood": likelihood, "settled_by": "Them"}
    typed = {f"watch_items-n1-{part}": value for part, value in item.items()}
    refused = editor.post(url(draft), opened(editor, url(draft)) | typed)
    assert refused.status_code == 200 and "watch_items-n1-likelihood" in refused.context["wrong"]
    assert sent_by(refused)["watch_items-n1-statement"] == "It opens."
    assert not Story.objects.get().watch_items.exists()


def test_a_frame_that_was_only_opened_is_no_unsaved_text(editor, published):
    form = opened(editor, f"{ADD}?frame={published.pk}")
    beat(editor, form, 1)
    assert unsaved(editor, None) == []
    beat(editor, form, 2, dek="Begun.")
    assert unsaved(editor, None) == [["Begun."]]
