"""Two people on one story: nobody's words are lost, and nobody overwrites unseen."""

import pytest

from analysis.models import Story
from tests.newsroom.admin.screen import errors, opened, sent_by, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(person):
    return person("editor", "the-other")


def test_a_stale_save_is_refused_with_both_texts_on_the_screen(editor, other, published):
    mine = opened(editor, url(published)) | {"note_take_text": "What I typed.", "claims-0-text": "My claim."}
    theirs = opened(other, url(published)) | {"note_take_text": "What they saved.", "claims-0-text": "Their claim."}
    other.post(url(published), theirs)
    response = editor.post(url(published), mine)
    assert response.status_code == 200
    assert "Someone else saved this story" in errors(response)
    assert sent_by(response)["note_take_text"] == "What I typed."
    assert sent_by(response)["claims-0-text"] == "My claim."
    shown = dict(response.context["theirs"])
    assert "What they saved." in shown.values() and "Their claim." in shown.values()
    assert published.notes.get().text == "What they saved."


def test_who_has_seen_the_other_text_may_save_over_it(editor, other, published):
    mine = opened(editor, url(published)) | {"note_take_text": "What I typed."}
    other.post(url(published), opened(other, url(published)) | {"note_take_text": "What they saved."})
    again = sent_by(editor.post(url(published), mine))
    assert editor.post(url(published), again).status_code == 302
    assert published.notes.get().text == "What I typed."


def test_rows_that_the_other_added_and_removed_are_named(editor, other, published):
    mine = opened(editor, url(published)) | {"claims-0-text": "My claim."}
    added = {"claims-0-DELETE": "on", "claims-1-text": "A new claim of theirs.", "claims-1-standing": "reported"}
    other.post(url(published), opened(other, url(published)) | added)
    response = editor.post(url(published), mine)
    assert "A new claim of theirs." in dict(response.context["theirs"]).values()
    assert sent_by(response)["claims-0-text"] == "My claim."
    assert "Someone else removed this row" in errors(response)


def test_only_one_of_two_savers_wins(editor, other, draft):
    forms = [opened(client, url(draft)) | {"headline": client.user.username} for client in (editor, other)]
    statuses = [client.post(url(draft), form).status_code for client, form in zip((editor, other), forms, strict=True)]
    assert statuses == [302, 200]
    assert Story.objects.get(pk=draft.pk).headline == "editor"


def test_a_publication_in_between_is_a_save_that_must_be_seen(editor, other, draft):
    mine = opened(editor, url(draft)) | {"headline": "Typed before it was published"}
    other.post(url(draft, "do", "publish"), {"version": Story.objects.get(pk=draft.pk).version})
    response = editor.post(url(draft), mine)
    assert sent_by(response)["headline"] == "Typed before it was published"
    assert Story.objects.get(pk=draft.pk).status == "published"


@pytest.mark.parametrize("version", ["", "abc", "999999999999999999999", "-1", None])
def test_a_save_without_a_version_is_refused(editor, draft, version):
    data = opened(editor, url(draft)) | {"headline": "Blind", "version": version}
    if version is None:
        del data["version"]
    assert editor.post(url(draft), data).status_code == 200
    assert Story.objects.get(pk=draft.pk).headline != "Blind"
