"""“Back” in the browser after saving: the form of before speaks of rows that are there since, and makes none twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from analysis import drafts
from analysis.models import Draft, Story
from tests import making
from tests.newsroom.admin.screen import ADD, errors, opened, sent_by, url

pytestmark = pytest.mark.django_db
TYPING = "/admin/analysis/story/typing/"
CLAIM = {"claims-n1-text": "Twelve firms bid.", "claims-n1-standing": "reported", "claims-n1-why": "One report."}
ITEM = {
    "watch_items-n1-statement": "It opens.", "watch_items-n1-due": "2031-01-01", "watch_items-n1-likelihood": "60",
    "watch_items-n1-settled_by": "A register",
}  # fmt: skip


def claims(story):
    return list(story.claims.values_list("text", flat=True))


def save(client, at, form):
    response = client.post(at, form)
    assert response.status_code == 302, errors(response)
    return response


def test_a_new_claim_that_is_edited_after_going_back_stands_once(editor, draft):
    form = opened(editor, url(draft)) | CLAIM | ITEM
    save(editor, url(draft), form)
    claim, item = draft.claims.get(), draft.watch_items.get()
    edited = form | {"claims-n1-text": "Thirteen firms bid.", "watch_items-n1-likelihood": "70"}
    save(editor, url(draft), edited)
    assert claims(draft) == ["Thirteen firms bid."] and draft.claims.get().pk == claim.pk
    assert draft.watch_items.get().likelihood == 70 and draft.watch_items.get().pk == item.pk


def test_going_back_again_and_again_makes_no_row_twice(editor, draft):
    form = opened(editor, url(draft)) | CLAIM
    save(editor, url(draft), form)
    second = form | {"claims-n2-text": "A second.", "claims-n2-standing": "reported"}
    save(editor, url(draft), second)
    save(editor, url(draft), second | {"claims-n1-text": "First, edited.", "claims-n2-text": "Second, edited."})
    assert claims(draft) == ["First, edited.", "Second, edited."]


def test_a_stance_on_a_source_that_was_new_as_well_goes_along(editor, draft):
    source = making.article()
    form = opened(editor, url(draft)) | CLAIM
    form |= {"sources-n1-url": source.url, "sources-n1-role": "coverage", "claims-n1-stance_n1": "states"}
    save(editor, url(draft), form)
    save(editor, url(draft), form | {"claims-n1-text": "Edited.", "claims-n1-stance_n1": "disputes"})
    assert claims(draft) == ["Edited."]
    said = draft.claims.get().evidence.get()
    assert (said.stance, said.source.article) == ("disputes", source)


def test_a_row_that_is_emptied_after_going_back_is_asked_about_and_one_removed_is_gone(editor, draft):
    form = opened(editor, url(draft)) | CLAIM
    save(editor, url(draft), form)
    assert editor.post(url(draft), form | {"claims-n1-text": ""}).status_code == 200
    assert claims(draft) == ["Twelve firms bid."]
    save(editor, url(draft), form | {"claims-n1-DELETE": "on"})
    assert claims(draft) == []


def test_what_others_saved_meanwhile_stays(editor, person, draft):
    form = opened(editor, url(draft)) | CLAIM
    save(editor, url(draft), form)
    other = person("editor", "other")
    save(other, url(draft), opened(other, url(draft)) | {"dek": "Theirs."})
    save(editor, url(draft), form | {"claims-n1-text": "Edited."})
    draft.refresh_from_db()
    assert claims(draft) == ["Edited."] and draft.dek == "Theirs."


def test_a_form_that_was_put_together_with_others_is_no_version_when_it_comes_again(editor, person, draft):
    """It holds less than what was saved of it: sent again, it must not take that away."""
    form = opened(editor, url(draft)) | {"headline": "Mine."} | CLAIM
    other = person("editor", "other")
    theirs = {"dek": "Theirs.", "claims-n1-text": "Their claim.", "claims-n1-standing": "reported"}
    save(other, url(draft), opened(other, url(draft)) | theirs)
    for _time in range(2):
        save(editor, url(draft), form)
        draft.refresh_from_db()
        assert (draft.headline, draft.dek) == ("Mine.", "Theirs.")
        assert sorted(claims(draft)) == ["Their claim.", "Twelve firms bid."]


def test_what_was_chosen_in_a_conflict_is_asked_again_and_not_overturned(editor, person, draft):
    form = opened(editor, url(draft)) | {"dek": "Mine."}
    other = person("editor", "other")
    save(other, url(draft), opened(other, url(draft)) | {"dek": "Theirs."})
    asked = sent_by(editor.post(url(draft), form)) | {"choose-dek": "theirs"}
    save(editor, url(draft), asked)
    assert editor.post(url(draft), asked).status_code == 409
    draft.refresh_from_db()
    assert draft.dek == "Theirs."


def test_a_form_of_before_it_was_mended_takes_away_nothing_that_was_typed_into_the_mended_one(editor, draft):
    first = opened(editor, url(draft)) | CLAIM | {"headline": ""}
    second = sent_by(editor.post(url(draft), first))
    more = {"headline": "A headline", "dek": "A dek.", "claims-n2-text": "A second.", "claims-n2-standing": "reported"}
    save(editor, url(draft), second | more)
    again = editor.post(url(draft), first | {"headline": "Mended here."})
    draft.refresh_from_db()
    assert again.status_code == 409 and draft.dek == "A dek." and claims(draft) == ["Twelve firms bid.", "A second."]


@pytest.mark.parametrize("button", [{"headline": ""}, {"_more": "claims"}])
def test_a_new_row_never_stands_in_the_place_of_one_that_was_made(editor, draft, button):
    form = opened(editor, url(draft)) | CLAIM
    save(editor, url(draft), form)
    again = sent_by(editor.post(url(draft), form | button))
    new = next(name.removesuffix("-text") for name in again if name.startswith("claims-n") and name.endswith("-text"))
    second = {f"{new}-text": "A second claim.", f"{new}-standing": "reported", "headline": "A headline"}
    save(editor, url(draft), again | second)
    assert claims(draft) == ["Twelve firms bid.", "A second claim."]


def test_a_public_item_whose_replacement_is_taken_away_stands_again(editor, published):
    item = published.watch_items.get()
    form = opened(editor, url(published))
    new = ITEM | {"watch_items-n1-replaces": str(item.pk)}
    save(editor, url(published), form | new)
    replacement = published.watch_items.exclude(pk=item.pk).get()
    save(editor, url(published), opened(editor, url(published)) | {f"watch_items-{replacement.pk}-DELETE": "on"})
    assert published.watch_items.get().pk == item.pk


def test_a_story_that_was_made_is_gone_on_with(editor):
    making.topic(), making.desk()
    form = opened(editor, ADD) | {"headline": "New.", "topic": "grids", "desk": "analysis"} | CLAIM
    save(editor, ADD, form)
    save(editor, ADD, form | {"claims-n1-text": "Edited.", "headline": "New, edited."})
    story = Story.objects.get()
    assert (story.headline, claims(story)) == ("New, edited.", ["Edited."])


def test_what_is_typed_after_going_back_is_kept_and_restored_as_an_edit_of_what_is_there(editor, draft):
    form = opened(editor, url(draft)) | CLAIM
    save(editor, url(draft), form | {"turn": "1"})
    typed = form | {"turn": "3", "claims-n1-text": "Typed after going back."}
    answer = editor.post(TYPING, typed)
    part = {name: form[name] for name in ("window", "version")}
    part |= {"shown": form["shown"], "since": answer.headers["X-Since"]}
    editor.post(TYPING, part | {"claims-n1-why": "A better reason.", "turn": "4"})
    key = Draft.objects.get(kept_at__isnull=False).key
    again = opened(editor, f"{url(draft)}?draft={key}")
    claim = draft.claims.get()
    assert again[f"claims-{claim.pk}-text"] == "Typed after going back."
    assert again[f"claims-{claim.pk}-why"] == "A better reason."
    save(editor, url(draft), again)
    assert claims(draft) == ["Typed after going back."]


def test_going_back_and_typing_nothing_leaves_nothing_unsaved(editor, draft):
    form = opened(editor, url(draft)) | CLAIM
    save(editor, url(draft), form | {"turn": "1"})
    editor.post(TYPING, form | {"turn": "3"})
    assert not drafts.unsaved(editor.user, draft.pk).exists()


def test_a_saved_window_is_known_as_long_as_it_may_send_its_form_again(editor, draft):
    save(editor, url(draft), opened(editor, url(draft)) | CLAIM)
    drafts.forget(timezone.now() + timedelta(days=29))
    assert Draft.objects.exclude(saves={}).count() == 1
    drafts.forget(timezone.now() + timedelta(days=31))
    assert not Draft.objects.exists()
