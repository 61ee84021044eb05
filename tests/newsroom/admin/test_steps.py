"""Publish, publish again, note, withdraw, judge: each changes what the public sees, at once and only so."""

import pytest

from analysis import editing
from analysis.models import Correction, Revision, Story, Summary
from tests import making
from tests.newsroom.admin.screen import messages, opened, url

pytestmark = pytest.mark.django_db


def version(story):
    return Story.objects.get(pk=story.pk).version


def take(client, story, name, **data):
    return client.post(url(story, "do", name), {"version": version(story)} | data, follow=True)


def test_publishing_makes_a_revision_and_a_page(editor, draft):
    assert editor.get(draft.get_absolute_url()).status_code == 404
    response = take(editor, draft, "publish")
    assert "The public sees it now" in messages(response)
    revision = draft.revisions.get()
    assert (revision.number, revision.kind, revision.created_by) == (1, "first", editor.user)
    assert draft.headline in editor.get(draft.get_absolute_url()).content.decode()


def test_a_story_in_review_can_be_published(editor, draft):
    take(editor, draft, "review")
    take(editor, draft, "publish")
    assert Story.objects.get(pk=draft.pk).status == "published"


def test_save_and_publish_saves_first_and_then_asks(editor, draft):
    data = opened(editor, url(draft)) | {"headline": "Sharper", "_step": "publish"}
    response = editor.post(url(draft), data)
    assert response.headers["Location"] == url(draft, "do", "publish")
    assert Story.objects.get(pk=draft.pk).headline == "Sharper"


def test_what_stops_publication_is_listed_and_stops_it(editor, draft):
    Summary.objects.filter(story=draft).update(text="word " * 61)
    assert "The summary has 61 words" in editor.get(url(draft)).content.decode()
    assert 'value="Publish"' not in editor.get(url(draft, "do", "publish")).content.decode()
    response = take(editor, draft, "publish")
    assert "The summary has 61 words" in response.content.decode()
    assert not draft.revisions.exists()


def test_a_change_asks_what_kind_it_is(editor, published):
    published.notes.update(text="Changed.")
    response = take(editor, published, "revise", kind="")
    assert "This field is required" in response.content.decode()
    assert published.revisions.count() == 1


@pytest.mark.parametrize("kind", ["correction", "clarification"])
def test_a_correction_needs_its_sentence_and_shows_it(editor, published, kind):
    published.notes.update(text="Changed.")
    response = take(editor, published, "revise", kind=kind)
    assert "Say in a sentence" in response.content.decode()
    assert published.revisions.count() == 1
    take(editor, published, "revise", kind=kind, reason="It was eleven firms.")
    assert Correction.objects.get().text == "It was eleven firms."
    assert "It was eleven firms." in editor.get(published.get_absolute_url()).content.decode()


def test_a_minor_edit_is_announced_to_nobody(editor, published):
    published.notes.update(text="Changed.")
    take(editor, published, "revise", kind="edit")
    assert published.revisions.count() == 2
    assert not Correction.objects.exists()


def test_publishing_again_without_a_change_says_so(editor, published):
    response = take(editor, published, "revise", kind="edit")
    assert "Nothing has changed" in response.content.decode()


def test_a_note_is_shown_and_the_text_stays(editor, published):
    take(editor, published, "note", text="We were offered a visit.")
    page = editor.get(published.get_absolute_url()).content.decode()
    assert "We were offered a visit." in page and "Our take as it was." in page


def test_a_note_does_not_carry_unpublished_edits_out_with_it(editor, published):
    published.notes.update(text="Not for the public yet.")
    response = take(editor, published, "note", text="A note.")
    assert "not public yet" in response.content.decode() and "A note." in response.content.decode()
    assert "Not for the public yet." not in editor.get(published.get_absolute_url()).content.decode()


def test_withdrawing_needs_a_reason_and_leaves_a_tombstone(editor, published):
    assert take(editor, published, "withdraw", reason="  ").status_code == 200
    assert editor.get(published.get_absolute_url()).status_code == 200
    take(editor, published, "withdraw", reason="It was about another firm.")
    assert editor.get(published.get_absolute_url()).status_code == 410
    assert Story.objects.get(pk=published.pk).withdrawn_reason == "It was about another firm."


def test_a_withdrawn_story_can_be_read_and_no_longer_changed(superuser, published):
    editing.withdraw(published, "Wrong firm.")
    assert superuser.get(url(published)).status_code == 200
    assert superuser.post(url(published), {"headline": "Back"}).status_code == 403
    response = superuser.post(url(published, "do", "revise"), {}, follow=True)
    assert "cannot be done" in messages(response)


def test_a_watch_item_is_judged_once(editor, published):
    item = published.watch_items.get()
    at = url(published, "watch", item.pk)
    assert "The winner is named." in editor.get(at).content.decode()
    data = {
        "version": version(published),
        "state": "yes",
        "outcome": "The register names it.",
        "url": "https://r.test/",
    }
    editor.post(at, data)
    item.refresh_from_db()
    assert (item.state, item.outcome, item.resolved_by) == ("yes", "The register names it.", editor.user)
    response = editor.post(at, data | {"version": version(published), "state": "no"})
    assert "judged it already" in response.content.decode()


def test_the_watch_item_of_another_story_is_not_found(editor, published):
    other = making.published()
    assert editor.get(url(other, "watch", published.watch_items.get().pk)).status_code == 404


def test_who_has_not_seen_the_latest_save_does_not_publish_it(editor, draft):
    seen = version(draft)
    editor.post(url(draft), opened(editor, url(draft)) | {"headline": "Changed meanwhile"})
    response = editor.post(url(draft, "do", "publish"), {"version": seen})
    assert "Someone else saved this story" in response.content.decode()
    assert not Revision.objects.exists()


def test_the_preview_is_what_publication_shows(editor, draft):
    draft.notes.create(slot="take", text="A **bold** take.")
    before = editor.get(url(draft, "preview")).content.decode()
    assert "A <strong>bold</strong> take." in before and draft.headline in before
    take(editor, draft, "publish")
    assert "A <strong>bold</strong> take." in editor.get(draft.get_absolute_url()).content.decode()


def test_the_preview_shows_no_more_than_the_terms_allow(editor):
    wire = making.publisher()
    story = making.draft(making.article(wire), headline="Forbidden words", summary="Forbidden too.")
    making.terms(wire, level="none")
    page = editor.get(url(story, "preview")).content.decode()
    assert "Forbidden" not in page


def test_a_preview_of_nothing_says_what_is_missing(editor, draft):
    draft.sources.all().delete()
    response = editor.get(url(draft, "preview"), follow=True)
    assert "name the original reporting" in messages(response)


def test_what_a_correction_lacks_is_said_beside_its_sentence(editor, published):
    published.notes.update(text="Changed.")
    form = take(editor, published, "revise", kind="correction").context["form"]
    assert form.errors["reason"] == ["Say in a sentence what was wrong and what is right."]
    assert not form.non_field_errors()


def test_a_withdrawn_story_is_shown_as_over(editor, published):
    assert url(published, "preview") in editor.get(url(published)).content.decode()
    editing.withdraw(published, "Its report was withdrawn.")
    page = editor.get(url(published)).content.decode()
    assert "Its report was withdrawn." in page and "Before you publish" not in page
    assert "Read what it said" in page and "Preview as the public sees it" not in page
    said = editor.get(url(published, "preview")).content.decode()
    assert published.headline in said and "The public sees only that it was withdrawn." in said
