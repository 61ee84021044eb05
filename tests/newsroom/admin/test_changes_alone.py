"""A browser sends only what was changed since a text that the server has; it is kept whole nevertheless."""

import random
import re
from dataclasses import replace

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from analysis import drafts, editing
from analysis.models import Desk, Draft, WatchItem
from newsroom.admin.writing.drafts import OutOfStep, held_of, sent, window_of
from tests import making
from tests.newsroom.admin.screen import ADD, opened, row, sent_by, since, url

pytestmark = pytest.mark.django_db
TYPING = "/admin/analysis/story/typing/"
ALWAYS = ("window", "shown", "version", "frame", "restored")


class Browser:
    """One window, as static/js/desk.js has it: the form, its turn, and what the server is known to have of it."""

    def __init__(self, client, at):
        self.client, self.turn = client, 0
        page = client.get(at)
        self.form = sent_by(page)
        self.saved = self.known = (name, self.form) if (name := since(page)) else None

    def type(self, **typed):
        """A field taken away is typed as None."""
        self.form = {name: value for name, value in (self.form | typed).items() if value is not None}

    def send(self, answered=True, **typed):
        """What is sent at a pause: the answer. Not `answered`: the browser never gets it."""
        self.type(**typed)
        self.turn += 1
        form = dict(self.form)
        body = form | {"turn": self.turn}
        if self.known:
            text, was = self.known
            changed = {name: form.get(name, "") for name in was.keys() | form.keys() if was.get(name) != form.get(name)}
            body = {name: form[name] for name in ALWAYS if name in form} | changed
            body |= {"turn": self.turn, "since": text}
        answer = self.client.post(TYPING, body)
        if not answered:
            return answer
        newest, kept = answer.headers["X-Turn"], answer.headers.get("X-Since")
        if answer.status_code != 204 and newest == str(self.turn):
            self.known = (kept, form) if kept else self.saved
            return answer
        self.known = None
        if later := newest.isdecimal() and int(newest) > self.turn:
            self.turn = int(newest)
        return self.send() if answer.status_code == 204 or later else answer

    def leave_behind(self):
        """What another tab brings to the server of it: the form as it stands, with the turn that comes next."""
        return dict(self.form) | {"turn": self.turn + 1, "brought": "1"}

    @property
    def window(self):
        return window_of(self.form["window"])

    @property
    def kept(self):
        return Draft.objects.get(key=self.window.key).typed

    def whole(self):
        """What would be kept of the form if it came whole, from a window that sends it once."""
        other = replace(self.window, key=f"{self.window.key}-whole")
        self.client.post(TYPING, self.form | {"window": other.token, "turn": "1"})
        draft = Draft.objects.get(key=other.key)
        draft.delete()
        return draft.typed


FIELDS = ("headline", "dek", "note_take_text", "claims-n1-text", "claims-n2-text", "mentions-n1-name", "event_on")
WORDS = (None, "", "one", "two  ", "l’été\r\nfr", "  ", "🦊 fox")


@pytest.mark.parametrize("seed", range(8))
def test_what_is_kept_is_what_a_whole_form_would_leave(editor, published, seed):
    """Whatever is typed and taken back, and whichever requests and answers get lost on the way."""
    chance = random.Random(seed)
    source, claim = row(published, "sources").partition("-")[2], row(published, "claims")
    fields = (*FIELDS, f"{claim}-why", f"{claim}-stance_{source}", "note_take_rests_on", f"{claim}-DELETE")
    browser = Browser(editor, url(published))
    for _pause in range(25):
        typed = {name: chance.choice(WORDS) for name in chance.sample(fields, chance.randint(1, 3))}
        if "note_take_rests_on" in typed:
            typed["note_take_rests_on"] = chance.choice([None, [source], [source, source]])
        match chance.random():
            case lost if lost < 0.2:
                browser.type(**typed)
                browser.turn += 1
            case brought if brought < 0.3:
                left = browser.leave_behind()
                browser.type(**typed)
                editor.post(TYPING, left)
            case unanswered if unanswered < 0.5:
                browser.send(answered=False, **typed)
            case _:
                browser.send(**typed)
                assert browser.kept == browser.whole()
    browser.send()
    assert browser.kept == browser.whole()


def test_a_pause_sends_what_was_changed_and_no_more(editor, published):
    browser = Browser(editor, url(published))
    assert browser.known, "of the first as well"
    new = {value for name, value in browser.form.items() if re.match(r"[a-z_]+-n\d", name)}
    assert new == {""}, "of new rows nothing stands in the form that is not on the server"
    browser.send(headline="Typed.")
    browser.send(dek="And more.")
    assert browser.kept["headline"] == ["Typed."]
    assert browser.kept["dek"] == ["And more."]
    browser.send(headline=None)
    assert "headline" not in browser.kept, "what was emptied stays empty"


def test_where_nothing_is_unsaved_any_more_the_next_builds_on_what_was_saved(editor, published):
    browser = Browser(editor, url(published))
    was = browser.form["dek"]
    browser.send(dek="Typed.")
    browser.send(dek=was)
    assert browser.kept == {} and browser.known == browser.saved
    browser.send(**{"mentions-n1-name": "Again.", "claims-n1-text": "And again."})
    assert browser.kept == browser.whole()


def test_what_was_saved_meanwhile_is_not_taken_for_what_was_opened(editor, published):
    """Of the version that the window was opened with, and not of the newest."""
    browser = Browser(editor, url(published))
    was, before = browser.form["headline"], browser.known[0]
    other = opened(editor, url(published)) | {"headline": "Of another window."}
    assert editor.post(url(published), other).status_code == 302
    browser.send(dek="Of this one.")
    assert browser.kept["headline"] == [was] and browser.kept == browser.whole()
    assert Browser(editor, url(published)).known[0] != before


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_was_renamed_without_a_new_version_is_not_taken_for_what_was_opened(editor, published, when):
    """What was saved says “Fact desk” for ever; the form says what the desk is called when it is opened."""
    Desk.objects.create(name="Fact desk", slug="facts")
    form = opened(editor, url(published))
    assert editor.post(url(published), form | {"desk": "facts", "summary_checked_by": "Fact desk"}).status_code == 302
    browser = Browser(editor, url(published)) if when == "after" else None
    Desk.objects.filter(slug="facts").update(name="Desk of facts", slug="desk-of-facts")
    browser = browser or Browser(editor, url(published))
    published.refresh_from_db()
    editing.claim_version(published, published.version)  # as any step does
    browser.send(headline="Typed.")
    assert browser.kept == browser.whole() and browser.kept["desk"] == [browser.form["desk"]]


def test_a_form_that_was_saved_and_comes_back_is_not_changed_since_it_was_opened(editor, published):
    """After “back” a browser loads the page as it had come: what it was opened with is older than what it became."""
    browser = Browser(editor, url(published))
    assert editor.post(url(published), browser.form | {"headline": "Saved.", "turn": "1"}).status_code == 302
    browser.turn = 2
    browser.send(headline="Saved.", dek="Typed after it came back.")
    assert browser.kept["headline"] == ["Saved."] and browser.kept == browser.whole()


def test_a_restored_text_and_a_new_story_have_no_text_on_the_server_to_build_on(editor, published):
    browser = Browser(editor, url(published))
    browser.send(dek="Typed.")
    assert Browser(editor, f"{url(published)}?draft={browser.window.key}").known is None
    new = Browser(editor, ADD)
    assert new.known is None
    part = {"window": new.form["window"], "version": "1", "dek": "Alone.", "turn": "1"}
    assert editor.post(TYPING, part | {"since": browser.saved[0]}).status_code == 204
    story = making.draft()
    gone = Browser(editor, url(story))
    story.delete()
    assert gone.send(dek="Typed into what is gone.").status_code == 200
    assert gone.kept == gone.whole()


def test_changes_of_a_text_that_is_not_kept_change_nothing_and_are_asked_for_whole(editor, published):
    browser = Browser(editor, url(published))
    browser.send(dek="Typed.")
    for text in ("junk", f"{browser.window.key} 2026-01-01T00:00:00+00:00", browser.known[0] + "0"):
        part = {name: browser.form[name] for name in ("window", "version")} | {"headline": "Alone.", "turn": "6"}
        answer = editor.post(TYPING, part | {"since": text})
        assert (answer.status_code, answer.content, answer.headers["X-Turn"]) == (204, b"", "1")
        assert "X-Since" not in answer.headers
    assert browser.kept["dek"] == ["Typed."] and browser.kept["headline"] != ["Alone."]
    Draft.objects.all().delete()
    answer = editor.post(TYPING, part | {"since": browser.known[0]})
    assert (answer.status_code, answer.headers["X-Turn"]) == (204, "none")


def test_what_another_tab_brought_meanwhile_is_not_taken_for_what_stands_here(editor, published):
    """It has the turn that this window sends next."""
    browser = Browser(editor, url(published))
    browser.send(dek="One.")
    browser.type(dek="One. Two.")
    assert editor.post(TYPING, browser.leave_behind()).headers["X-Turn"] == str(browser.turn + 1)
    browser.send(dek="One. Two. Three.")
    assert browser.kept["dek"] == ["One. Two. Three."]
    browser.send(headline="And another field.")
    assert browser.kept == browser.whole()


def test_what_is_brought_late_gives_way_to_the_text_of_its_turn(editor, published):
    browser = Browser(editor, url(published))
    browser.send(dek="One.")
    late = browser.leave_behind()
    browser.send(dek="One. Two.")
    assert editor.post(TYPING, late).headers["X-Unsaved"] == "yes"
    assert browser.kept["dek"] == ["One. Two."]
    browser.send(headline="And another field.")
    assert browser.kept == browser.whole()


def test_changes_that_come_when_the_login_is_over_are_kept_with_the_rest(editor, published):
    browser = Browser(editor, url(published))
    browser.send(dek="Typed before.")
    Session.objects.all().delete()
    assert browser.send(headline="And after.").status_code == 401
    assert browser.kept["dek"] == ["Typed before."] and browser.kept["headline"] == ["And after."]
    part = {name: browser.form[name] for name in ("window", "version")} | {"headline": "No.", "turn": "9"}
    assert editor.post(TYPING, part | {"since": "of another text"}).status_code == 204, "no more than with a login"
    assert browser.kept["headline"] == ["And after."]


def test_a_stamp_names_one_text_whoever_was_faster(editor, published):
    """The row was read, then another request wrote: what is written now has not the stamp of what it replaces."""
    browser = Browser(editor, url(published))
    browser.send(dek="One.")
    read, text = browser.window.kept, browser.kept
    drafts.keep(read.key, read.by_id, published.pk, read.based_on, {"dek": ["Two."]}, timezone.now(), 2)
    other = browser.window.kept.stamp
    kept = drafts.keep(read.key, read.by_id, published.pk, read.based_on, text, timezone.now(), 3, read)
    assert browser.kept == text and kept.stamp == browser.window.kept.stamp
    assert browser.window.kept.stamp not in (other, browser.known[0])


def test_a_form_that_is_saved_does_not_say_since_when_it_was_changed(editor, published):
    """Only what is sent while one types may come in part: of a save, that would be half a story."""
    form = opened(editor, url(published)) | {"since": "of another text", "dek": "Saved whole."}
    assert editor.post(url(published), form).status_code == 302
    published.refresh_from_db()
    assert published.dek == "Saved whole."


def test_a_watch_item_that_was_published_meanwhile_keeps_the_words_typed_into_it(editor, writer):
    story = making.draft(created_by=editor.user)
    item = WatchItem.objects.create(story=story, statement="It opens.", due="2030-01-01", likelihood=60, settled_by="X")
    browser = Browser(editor, url(story))
    browser.send(**{f"watch_items-{item.pk}-statement": "It opens twice."})
    editing.publish(story, writer.user)
    browser.send(dek="Typed on.")
    assert browser.kept[f"watch_items-{item.pk}-statement"] == ["It opens twice."]


def test_what_was_changed_is_laid_over_what_it_was_changed_from_or_refused(rf, editor, published):
    """Whatever another request writes meanwhile: a text and its stamp are read at once."""
    browser = Browser(editor, url(published))
    browser.send(dek="Typed.")
    window, part, text = browser.window, rf.post(TYPING, {"headline": "Changed."}), browser.known[0]
    held = held_of(window)
    assert window.kept.stamp == text
    Draft.objects.update(turn=2, typed={"dek": ["Of another turn."]}, kept_at=timezone.now())
    assert sent(part, held, window, text)["dek"] == ["Typed."]
    with pytest.raises(OutOfStep):
        sent(part, held, browser.window, text)
