"""What is typed and not saved outlives the login, the server and the window, and never touches the story."""

import json
from datetime import timedelta
from itertools import count
from urllib.parse import unquote

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from analysis import drafts, editing
from analysis.models import Claim, Draft, Revision, SourceText, Story, Version
from newsroom.admin import log
from tests import making
from tests.newsroom.admin.screen import ADD, messages, opened, sent_by, url

pytestmark = pytest.mark.django_db
TYPING = "/admin/analysis/story/typing/"


_turns = count(1)


def typing(client, form, **typed):
    response = client.post(TYPING, form | {"turn": str(next(_turns))} | typed)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_what_is_typed_is_kept_and_touches_neither_the_story_nor_its_page(editor, published):
    before = (editing.snapshot(published), Story.objects.get(pk=published.pk).version, Version.objects.count())
    said = typing(editor, opened(editor, url(published)), headline="Half a sen", note_take_text="And half a th")
    assert "Draft kept" in said
    assert (editing.snapshot(published), Story.objects.get(pk=published.pk).version, Version.objects.count()) == before
    assert Revision.objects.filter(story=published).count() == 1
    assert "Half a sen" not in editor.get(published.get_absolute_url()).content.decode()


def test_it_is_offered_when_the_story_is_opened_again_and_comes_back_whole(editor, published):
    typed = {"headline": "Half a sen", "dek": "", "claims-n1-text": "A new claim", "mentions-n1-name": "Nobody Yet"}
    typing(editor, opened(editor, url(published)), **typed)
    page = editor.get(url(published))
    assert "You have unsaved text" in page.content.decode()
    draft = page.context["unsaved"][0]
    restored = sent_by(editor.get(url(published), {"draft": draft.key}))
    assert {name: restored.get(name) for name in typed} == typed
    compared = {both.label: (both.theirs, both.mine) for both in
                editor.get(url(published), {"compare": draft.key}).context["compared"]}  # fmt: skip
    assert compared["Headline"] == ("A public headline", "Half a sen")
    assert compared["Dek"] == ("A dek.", "")
    editor.post(url(published), restored | {"mentions-n1-kind": "person", "claims-n1-standing": "reported"})
    assert Story.objects.get(pk=published.pk).headline == "Half a sen"
    assert "You have unsaved text" not in editor.get(url(published)).content.decode(), "for now it is saved"


def test_it_can_be_discarded(editor, draft):
    typing(editor, opened(editor, url(draft)), dek="No.")
    stamp = Draft.objects.get().stamp
    response = editor.post(url(draft), opened(editor, url(draft)) | {"_discard": stamp}, follow=True)
    assert "Discarded." in messages(response)
    assert not Draft.objects.filter(kept_at__isnull=False).exists()


def test_opening_a_story_and_typing_nothing_leaves_nothing_unsaved(editor, published):
    form = opened(editor, url(published))
    typing(editor, form)
    assert "You have unsaved text" not in editor.get(url(published)).content.decode()
    typing(editor, form, dek="Typed.")
    typing(editor, form)  # and taken back again
    assert "You have unsaved text" not in editor.get(url(published)).content.decode()


def test_two_windows_of_one_person_keep_a_text_each(editor, draft):
    first, second = opened(editor, url(draft)), opened(editor, url(draft))
    typing(editor, first, dek="In the first.")
    typing(editor, second, dek="In the second.")
    typing(editor, first, dek="In the first, more.")
    kept = {d.typed["dek"][0] for d in editor.get(url(draft)).context["unsaved"]}
    assert kept == {"In the first, more.", "In the second."}


def test_restoring_what_another_window_still_types_takes_nothing_from_it(editor, draft):
    first = opened(editor, url(draft))
    typing(editor, first, dek="In the first.")
    key = Draft.objects.get().key
    second = sent_by(editor.get(url(draft), {"draft": key}))
    typing(editor, second, dek="Restored and changed.")
    typing(editor, first, dek="In the first, more.")
    assert {d.typed["dek"][0] for d in drafts.unsaved(editor.user, draft.pk)} == {
        "Restored and changed.", "In the first, more.",
    }  # fmt: skip


def test_an_expired_login_keeps_what_was_typed_and_comes_back_to_it(editor, draft):
    form = opened(editor, url(draft)) | {"dek": "Typed before it expired.", "claims-n1-text": "All of it."}
    Session.objects.all().delete()
    said = editor.post(TYPING, form)
    assert said.status_code == 401 and "What you typed is kept" in said.content.decode()
    response = editor.post(url(draft), form | {"note_take_text": "And the last words, with the button."})
    assert response.status_code == 302 and response.headers["Location"].startswith("/admin/login/?next=")
    assert "What you typed is kept" in editor.get(response.headers["Location"], follow=True).content.decode()
    back = response.headers["Location"].split("next=")[1]
    editor.force_login(editor.user)
    restored = sent_by(editor.get(unquote(back)))
    assert restored["dek"] == "Typed before it expired."
    assert restored["claims-n1-text"] == "All of it."
    assert restored["note_take_text"] == "And the last words, with the button."
    assert Story.objects.get(pk=draft.pk).dek != restored["dek"]


def test_a_new_login_in_another_window_loses_nothing_either(db, person, draft):
    """The new login has another CSRF token: the old form's is refused, its text is not."""
    known = person("editor")
    client = Client(enforce_csrf_checks=True)
    client.force_login(known.user)
    form = opened(client, url(draft)) | {"dek": "Typed under the old login.", "csrfmiddlewaretoken": "x" * 64}
    response = client.post(url(draft), form)
    assert response.status_code == 302
    assert sent_by(client.get(response.headers["Location"]))["dek"] == "Typed under the old login."
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post(url(draft), {"dek": "Forged."}).status_code in (302, 403)
    assert Draft.objects.count() == 1


def test_the_text_of_a_story_that_was_never_saved_is_offered_on_the_empty_screen(editor):
    typing(editor, opened(editor, ADD), headline="A story to be")
    page = editor.get(ADD)
    draft = page.context["unsaved"][0]
    assert sent_by(editor.get(ADD, {"draft": draft.key}))["headline"] == "A story to be"
    assert not Story.objects.exists()


def test_the_token_of_a_window_opens_no_other_door(editor, person, draft):
    """It writes to one draft of one person. It reads nothing, and another person's login does not lend it theirs."""
    form = opened(editor, url(draft)) | {"dek": "Typed."}
    nobody = Client()
    answer = nobody.post(TYPING, form)
    assert answer.status_code == 401 and "Typed." not in answer.content.decode()
    other = person("writer", "another")
    assert other.post(TYPING, form | {"dek": "Overwritten."}).status_code == 401
    assert Draft.objects.get(by=editor.user).typed["dek"] == ["Typed."]
    User.objects.filter(pk=editor.user.pk).update(is_active=False)
    nobody.post(TYPING, form | {"dek": "After I left."})
    assert Draft.objects.get(by=editor.user).typed["dek"] == ["Typed."]
    for forged in ("", "x", form["window"][:-2], "WyJhIiwxLDFd:1abc:xyz"):
        assert nobody.post(TYPING, form | {"window": forged}).status_code == 400


def test_a_draft_belongs_to_the_story_that_it_was_typed_into(editor, draft):
    other = making.draft()
    form = opened(editor, url(draft))
    typing(editor, form, dek="Mine.")
    response = editor.post(url(other), opened(editor, url(other)) | {"window": form["window"], "dek": "Other."})
    assert response.status_code == 302 and Story.objects.get(pk=other.pk).dek == "Other."
    assert drafts.unsaved(editor.user, draft.pk).get().typed["dek"] == ["Mine."]


def test_the_text_of_a_source_is_never_kept_with_what_is_typed(editor, draft):
    """It is theirs: compared, held for a while and never stored elsewhere."""
    source = draft.sources.get()
    typing(editor, opened(editor, url(draft)), **{f"sources-{source.pk}-text": "Their very words.", "dek": "Mine."})
    assert "Their very words" not in json.dumps(list(Draft.objects.values_list("typed", flat=True)))
    form = opened(editor, url(draft)) | {f"sources-{source.pk}-text": "Their very words."}
    assert editor.post(url(draft), form).status_code == 302
    assert SourceText.objects.get(source=source).text == "Their very words."
    assert "Their very words" not in json.dumps(list(Version.objects.values_list("content", flat=True)))


def test_what_can_no_longer_be_saved_is_kept_all_the_same(writer, editor):
    """An editor publishes the writer's story while the writer types."""
    story = making.draft(created_by=writer.user)
    form = opened(writer, url(story)) | {"dek": "One more thought."}
    editor.post(url(story, "do", "publish"), {"version": Story.objects.get(pk=story.pk).version})
    assert writer.post(TYPING, form).status_code == 403
    response = writer.post(url(story), form, follow=True)
    assert "your text is kept" in messages(response)
    assert "One more thought." in response.content.decode()
    assert Story.objects.get(pk=story.pk).dek != "One more thought."


def test_a_deleted_story_does_not_take_the_typed_words_along(editor, superuser, draft):
    form = opened(editor, url(draft)) | {"dek": "Still typing."}
    at = url(draft)
    draft.delete()
    assert editor.post(TYPING, form).status_code == 200
    response = editor.post(at, form, follow=True)
    assert "Still typing." in response.content.decode()


def test_rows_of_closed_windows_are_forgotten_and_texts_are_not(editor, draft):
    typing(editor, opened(editor, url(draft)))
    typing(editor, opened(editor, url(draft)), dek="Kept.")
    Draft.objects.update(seen_at=timezone.now() - timedelta(days=400))
    assert drafts.forget(timezone.now()) == 1
    assert Draft.objects.get().typed["dek"] == ["Kept."]


def test_a_window_that_made_a_story_is_known_as_long_as_it_may_send_its_form_again(editor):
    wire = making.article()
    typed = opened(editor, ADD) | {
        "headline": "Once", "topic": making.topic().slug, "desk": making.desk().slug,
        "sources-n1-url": wire.url, "sources-n1-role": "original",
    }  # fmt: skip
    assert editor.post(ADD, typed).status_code == 302
    Draft.objects.update(seen_at=timezone.now() - timedelta(days=29))
    assert drafts.forget(timezone.now()) == 0
    assert editor.post(ADD, typed).status_code == 302
    assert Story.objects.count() == 1
    assert drafts.forget(timezone.now() + drafts.OPEN) == 1


def test_a_remark_is_made_and_done_without_losing_what_is_typed(editor, draft):
    form = opened(editor, url(draft)) | {"dek": "Typed.", "remark_field": "headline", "remark_text": "Too long."}
    response = editor.post(url(draft), form | {"_remark": "1"})
    assert sent_by(response)["dek"] == "Typed."
    remark = draft.remarks.get()
    assert (remark.field, remark.text, remark.by, remark.done_at) == ("headline", "Too long.", editor.user, None)
    page = editor.get(url(draft)).content.decode()
    assert '<a href="#id_headline">Headline</a>: Too long.' in page
    editor.post(url(draft), opened(editor, url(draft)) | {"_remark_done": str(remark.pk)})
    remark.refresh_from_db()
    assert remark.done_by == editor.user
    assert "Too long." not in editor.get(url(draft)).content.decode()


def test_a_form_that_did_not_come_in_whole_takes_nothing_away(editor, published):
    """Neither from the story nor from a draft that held more."""
    whole = opened(editor, url(published))
    typing(editor, whole, note_why_text="Kept before.")
    part = {name: whole[name] for name in ("window", "version", "headline", "dek")} | {"dek": "Typed on a slow line."}
    response = editor.post(url(published), part, follow=True)
    sent = sent_by(response)
    assert (sent["dek"], sent["note_why_text"]) == ("Typed on a slow line.", "Kept before.")
    assert editor.post(url(published), sent).status_code == 302
    story = Story.objects.get(pk=published.pk)
    assert story.dek == "Typed on a slow line." and story.claims.count() == 1
    assert {note.slot for note in story.notes.all()} == {"take", "why"}


def test_what_comes_late_is_passed_over(editor, draft):
    """Two that overtake each other, and one that arrives when its text is saved, discarded, or newer."""
    form = opened(editor, url(draft))
    typing(editor, form, dek="Newer.", turn="7")
    typing(editor, form, dek="Older.", turn="6")
    assert drafts.unsaved(editor.user, draft.pk).get().typed["dek"] == ["Newer."]
    assert editor.post(url(draft), form | {"dek": "Saved.", "turn": "8"}).status_code == 302
    late = editor.post(TYPING, form | {"dek": "Saved.", "turn": "8", "brought": "1"})
    assert late.headers["X-Unsaved"] == "no"
    assert not drafts.unsaved(editor.user, draft.pk).exists()
    other = opened(editor, url(draft))
    typing(editor, other, dek="To be thrown away.", turn="3")
    editor.post(
        url(draft),
        opened(editor, url(draft)) | {"_discard": Draft.objects.get(typed__dek__0="To be thrown away.").stamp},
    )
    late = editor.post(TYPING, other | {"dek": "To be thrown away.", "turn": "3", "brought": "1"})
    assert late.headers["X-Unsaved"] == "no"


def test_discarding_another_text_leaves_this_one_on_the_screen(editor, draft):
    typing(editor, opened(editor, url(draft)), dek="Another.")
    form = opened(editor, url(draft)) | {"dek": "This one.", "_discard": Draft.objects.get().stamp}
    assert sent_by(editor.post(url(draft), form))["dek"] == "This one."
    assert [d.typed["dek"] for d in drafts.unsaved(editor.user, draft.pk)] == [["This one."]]


def test_an_address_that_was_only_pasted_is_kept(editor, draft):
    typing(editor, opened(editor, url(draft)), **{"sources-n1-url": "https://wire.test/a"})
    kept = drafts.unsaved(editor.user, draft.pk).get()
    assert kept.typed["sources-n1-url"] == ["https://wire.test/a"]
    page = editor.get(url(draft), {"compare": kept.key})
    assert "https://wire.test/a" in str(page.context["compared"])


@pytest.mark.parametrize("name", ["note_why_title", "summary_model"])
def test_what_has_no_text_to_stand_with_is_asked_about_and_not_dropped(editor, draft, name):
    form = opened(editor, url(draft)) | {"summary_text": "", name: "Typed first."}
    response = editor.post(url(draft), form)
    assert response.status_code == 200 and sent_by(response)[name] == "Typed first."


def test_a_login_that_expired_over_a_deleted_story_comes_back_to_the_text(editor, draft):
    form = opened(editor, url(draft)) | {"dek": "Still mine."}
    at = url(draft)
    draft.delete()
    Session.objects.all().delete()
    response = editor.post(at, form)
    editor.force_login(editor.user)
    assert sent_by(editor.get(unquote(response.headers["Location"].split("next=")[1])))["dek"] == "Still mine."


def three_claims(draft):
    for n, text in enumerate(("first", "second", "third")):
        Claim.objects.create(story=draft, text=text, standing="reported", position=n)
    return [f"claims-{claim.pk}" for claim in draft.claims.order_by("position")]


def in_order(response):
    return [row.typed["text"] for row in response.context["rows"]["claims"] if row.typed]


def test_a_row_is_moved_by_a_button_without_a_script_and_what_is_typed_stays(editor, draft):
    one, _two, three = three_claims(draft)
    form = opened(editor, url(draft)) | {"headline": "Half a sen"}
    moved = editor.post(url(draft), form | {"_move": f"{three}-up"})
    assert in_order(moved) == ["first", "third", "second"]
    assert sent_by(moved)["headline"] == "Half a sen"
    assert f'value="{three}-up" aria-label="Move up" title="Move up" autofocus' in moved.content.decode()
    again = editor.post(url(draft), sent_by(moved) | {"_move": f"{one}-down"})
    assert in_order(again) == ["third", "first", "second"]
    assert [claim.text for claim in draft.claims.order_by("position")] == ["first", "second", "third"], "not saved yet"
    editor.post(url(draft), sent_by(again))
    assert [claim.text for claim in draft.claims.order_by("position")] == ["third", "first", "second"]
    assert "Claim, order" in log.said(LogEntry.objects.filter(content_type__model="story").latest("pk"))


@pytest.mark.parametrize("junk", ["", "claims", "claims-0-up", "claims-n99-down", "sources-1-sideways", "x-1-up", "--"])
def test_a_move_of_nothing_moves_nothing(editor, draft, junk):
    one, _two, three = three_claims(draft)
    form = opened(editor, url(draft))
    for asked in (junk, f"{one}-up", f"{three}-down"):
        assert in_order(editor.post(url(draft), form | {"_move": asked}, follow=True)) == ["first", "second", "third"]


def test_another_order_is_text_that_is_not_saved(editor, draft):
    one, two, three = three_claims(draft)
    form = opened(editor, url(draft))
    typing(editor, form, **{f"{one}-position": "3", f"{two}-position": "1", f"{three}-position": "2"})
    key = editor.get(url(draft)).context["unsaved"][0].key
    assert in_order(editor.get(url(draft), {"draft": key})) == ["second", "third", "first"]
    compared = editor.get(url(draft), {"compare": key}).context["compared"]
    assert [(both.label, both.theirs, both.mine) for both in compared] == [
        ("Claim, order", "first\nsecond\nthird", "second\nthird\nfirst")
    ]


def test_what_saving_will_ask_for_is_said_while_one_types(editor, draft):
    assert "Before it can be saved" not in typing(editor, opened(editor, url(draft)), dek="More.")
    said = typing(editor, opened(editor, url(draft)), **{"watch_items-n1-statement": "It opens."})
    assert "Before it can be saved" in said and "#id_watch_items-n1-due" in said
