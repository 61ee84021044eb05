"""Two people on one story: nobody's words are lost, nobody overwrites unseen, and nobody is asked without need."""

import pytest

from analysis.models import Claim, Draft, Source, StandingChange, Story
from tests import making
from tests.newsroom.admin.screen import errors, messages, opened, row, sent_by, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(person):
    return person("editor", "the-other")


def both(editor, other, story, mine, theirs):
    """Both open the story, the other saves first. Returns the answer to the second save."""
    my_form, their_form = opened(editor, url(story)), opened(other, url(story))
    assert other.post(url(story), their_form | theirs).status_code == 302
    return editor.post(url(story), my_form | mine, follow=True)


def test_a_stale_save_is_refused_with_both_texts_on_the_screen(editor, other, published):
    claim = row(published, "claims")
    response = both(
        editor, other, published,
        {"note_take_text": "What I typed.", f"{claim}-text": "My claim."},
        {"note_take_text": "What they saved.", f"{claim}-text": "Their claim."},
    )  # fmt: skip
    assert response.status_code == 409
    assert "Someone else changed the same" in errors(response)
    assert sent_by(response)["note_take_text"] == "What I typed."
    assert sent_by(response)[f"{claim}-text"] == "My claim."
    shown = {found.label: (found.theirs, found.mine) for found in response.context["conflicts"]}
    assert shown["Our take"] == ("What they saved.", "What I typed.")
    assert ("Their claim.", "My claim.") in shown.values()
    assert published.notes.get().text == "What they saved."


@pytest.mark.parametrize(("choice", "stands"), [("mine", "What I typed."), ("theirs", "What they saved.")])
def test_each_field_in_conflict_is_chosen_by_itself(editor, other, published, choice, stands):
    response = both(
        editor, other, published,
        {"note_take_text": "What I typed.", "dek": "My dek."},
        {"note_take_text": "What they saved.", "dek": "Their dek."},
    )  # fmt: skip
    again = sent_by(response)
    half = editor.post(url(published), again | {"choose-note_take_text": choice})
    assert half.status_code == 409, "the other field is still a question"
    assert {found.name: found.chosen for found in half.context["conflicts"]} == {"note_take_text": choice, "dek": ""}
    done = sent_by(half) | {"choose-dek": "mine"}
    assert editor.post(url(published), done).status_code == 302
    assert published.notes.get().text == stands
    assert Story.objects.get(pk=published.pk).dek == "My dek."


def test_who_changed_different_things_is_not_bothered(editor, other, published):
    claim, source = row(published, "claims"), published.sources.get().pk
    response = both(
        editor, other, published,
        {"dek": "My dek.", f"{claim}-stance_{source}": "attributes", "note_why_text": "It matters."},
        {"headline": "Their headline", f"{claim}-standing": "disputed", "note_take_text": "Their take."},
    )  # fmt: skip
    assert "Both are in it now" in messages(response) and "the-other" in messages(response)
    story = Story.objects.get(pk=published.pk)
    assert (story.dek, story.headline) == ("My dek.", "Their headline")
    assert (story.claims.get().evidence.get().stance, story.claims.get().standing) == ("attributes", "disputed")
    assert {note.slot: note.text for note in story.notes.all()} == {"take": "Their take.", "why": "It matters."}


def test_what_both_changed_alike_is_no_question(editor, other, published):
    response = both(editor, other, published, {"dek": "The same."}, {"dek": "The same."})
    assert response.status_code == 200 and Story.objects.get(pk=published.pk).dek == "The same."


def test_rows_that_both_added_are_all_there(editor, other, published):
    mine = {"claims-n1-text": "Mine.", "claims-n1-standing": "reported"}
    theirs = {"claims-n1-text": "Theirs.", "claims-n1-standing": "disputed"}
    both(editor, other, published, mine, theirs)
    assert {claim.text for claim in published.claims.all()} == {"Twelve firms bid.", "Mine.", "Theirs."}


def test_a_row_that_they_removed_and_i_changed_is_there_again(editor, other, published):
    Claim.objects.create(story=published, text="Two withdrew.", standing="reported", position=1)
    claim = row(published, "claims", 1)
    response = both(editor, other, published, {f"{claim}-text": "Three withdrew."}, {f"{claim}-DELETE": "on"})
    assert "which you changed: it is there again" in messages(response)
    assert {claim.text for claim in published.claims.all()} == {"Twelve firms bid.", "Three withdrew."}


def test_a_row_that_i_removed_and_they_changed_is_still_there(editor, other, published):
    Claim.objects.create(story=published, text="Two withdrew.", standing="reported", position=1)
    claim = row(published, "claims", 1)
    response = both(editor, other, published, {f"{claim}-DELETE": "on"}, {f"{claim}-text": "Three withdrew."})
    assert "it is still there" in messages(response)
    assert {claim.text for claim in published.claims.all()} == {"Twelve firms bid.", "Three withdrew."}


def test_a_public_item_that_they_replaced_is_not_said_to_be_there_again(editor, other, published):
    item = published.watch_items.get()
    new = {"statement": "Two are named.", "due": "2031-01-31", "likelihood": "60", "settled_by": "A register",
           "replaces": str(item.pk)}  # fmt: skip
    theirs = {f"watch_items-n1-{part}": value for part, value in new.items()}
    response = both(editor, other, published, {"dek": "Mine."}, theirs)
    assert response.status_code == 200 and "there again" not in messages(response)
    assert [item.statement for item in published.watch_items.filter(superseded_by=None)] == ["Two are named."]


def test_who_saved_in_another_window_is_not_somebody_else(editor, draft):
    here, there = opened(editor, url(draft)), opened(editor, url(draft))
    assert editor.post(url(draft), there | {"dek": "One.", "headline": "Another"}).status_code == 302
    response = editor.post(url(draft), here | {"dek": "Two."})
    assert response.status_code == 409
    said = response.content.decode()
    assert "You saved this in another window" in said and "You saved in another window: Headline." in said
    assert "Someone else" not in said and "theirs" not in errors(response).lower()


def test_only_one_of_two_savers_wins(editor, other, draft):
    forms = [opened(client, url(draft)) | {"headline": client.user.username} for client in (editor, other)]
    statuses = [client.post(url(draft), form).status_code for client, form in zip((editor, other), forms, strict=True)]
    assert statuses == [302, 409]
    assert Story.objects.get(pk=draft.pk).headline == "editor"


def test_a_publication_in_between_leaves_the_public_page_as_it_was_published(editor, other, draft):
    mine = opened(editor, url(draft)) | {"headline": "Typed before it was published"}
    other.post(url(draft, "do", "publish"), {"version": Story.objects.get(pk=draft.pk).version})
    response = editor.post(url(draft), mine, follow=True)
    assert "unchanged until you publish" in messages(response)
    story = Story.objects.get(pk=draft.pk)
    assert (story.headline, story.current.headline) == ("Typed before it was published", draft.headline)


def test_a_watch_item_published_meanwhile_keeps_its_words_and_mine_become_a_new_one(editor, other, draft):
    typed = {
        "watch_items-n1-statement": "It opens.", "watch_items-n1-due": "2031-01-31",
        "watch_items-n1-likelihood": "60", "watch_items-n1-settled_by": "A register",
    }  # fmt: skip
    editor.post(url(draft), opened(editor, url(draft)) | typed)
    item = draft.watch_items.get()
    mine = opened(editor, url(draft)) | {f"watch_items-{item.pk}-statement": "It opens in full."}
    other.post(url(draft, "do", "publish"), {"version": Story.objects.get(pk=draft.pk).version})
    response = editor.post(url(draft), mine)
    assert "is public now and can no longer be changed" in response.content.decode()
    again = sent_by(response)
    assert again["watch_items-n1-statement"] == "It opens in full."
    assert again["watch_items-n1-replaces"] == str(item.pk)
    assert editor.post(url(draft), again).status_code == 302
    item.refresh_from_db()
    assert (item.statement, item.superseded_by.statement) == ("It opens.", "It opens in full.")


@pytest.mark.parametrize("version", ["", "abc", "999999999999999999999", "-1", None])
def test_a_save_that_does_not_say_what_it_was_based_on_asks_about_everything(editor, draft, version):
    data = opened(editor, url(draft)) | {"headline": "Blind", "version": version}
    if version is None:
        del data["version"]
    response = editor.post(url(draft), data)
    assert response.status_code == 409
    assert "headline" in [found.name for found in response.context["conflicts"]]
    assert Story.objects.get(pk=draft.pk).headline != "Blind"


def test_who_else_has_it_open_is_said_and_locks_nobody_out(editor, other, draft):
    other.post("/admin/analysis/story/typing/", opened(other, url(draft)))
    page = editor.post("/admin/analysis/story/typing/", opened(editor, url(draft))).content.decode()
    assert "the-other has this story open too" in page
    assert editor.post(url(draft), opened(editor, url(draft)) | {"dek": "Mine."}).status_code == 302


def test_while_one_types_what_the_other_saved_is_said(editor, other, draft):
    mine = opened(editor, url(draft))
    other.post(url(draft), opened(other, url(draft)) | {"headline": "Theirs"})
    say = editor.post("/admin/analysis/story/typing/", mine | {"dek": "Mine.", "turn": "1"}).content.decode()
    assert "You changed different things" in say
    say = editor.post("/admin/analysis/story/typing/", mine | {"headline": "Mine", "turn": "2"}).content.decode()
    assert "You both changed: Headline." in say


def test_nobody_reads_or_discards_the_unsaved_text_of_another(editor, other, draft):
    other.post("/admin/analysis/story/typing/", opened(other, url(draft)) | {"dek": "A private thought."})
    theirs = Draft.objects.get(by=other.user)
    for query in ("draft", "compare"):
        assert "A private thought." not in editor.get(url(draft), {query: theirs.key}).content.decode()
    editor.post(url(draft), opened(editor, url(draft)) | {"_discard": theirs.key})
    assert Draft.objects.filter(pk=theirs.pk, kept_at__isnull=False).exists()


def test_a_source_that_somebody_speaks_of_is_not_gone_with_what_they_said(editor, other, published):
    source, claim = published.sources.get().pk, row(published, "claims")
    response = both(
        editor, other, published,
        {f"{claim}-stance_{source}": "disputes"}, {f"sources-{source}-DELETE": "on"},
    )  # fmt: skip
    assert "it is there again" in response.content.decode()
    again = {f"choose-{found.name}": "mine" for found in response.context["conflicts"]}
    assert editor.post(url(published), sent_by(response) | again).status_code == 302
    assert published.claims.get().evidence.get().stance == "disputes"


@pytest.mark.parametrize("judgment", ["standing", "why", "stance"])
def test_a_judgment_is_not_put_on_words_that_its_author_never_saw(editor, other, published, judgment):
    claim, source = row(published, "claims"), published.sources.get().pk
    judged = {"standing": "confirmed", "why": "The register says so.", "stance": "attributes"}[judgment]
    name = f"{claim}-stance_{source}" if judgment == "stance" else f"{claim}-{judgment}"
    response = both(editor, other, published, {name: judged}, {f"{claim}-text": "Nobody bid at all."})
    assert response.status_code == 409
    assert {found.name for found in response.context["conflicts"]} == {f"{claim}-text", name}


def test_the_reason_of_another_is_not_recorded_as_mine(editor, other, published):
    claim = row(published, "claims")
    response = both(
        editor, other, published, {f"{claim}-standing": "disputed"}, {f"{claim}-why": "Two reports, on the record."}
    )  # fmt: skip
    assert response.status_code == 409
    assert StandingChange.objects.get().standing == "reported"


def test_a_text_does_not_rest_on_what_was_chosen_for_another(editor, other, published):
    second = Source.objects.create(story=published, article=making.article(), role="coverage", position=1)
    response = both(
        editor, other, published,
        {"note_take_rests_on": [str(second.pk)]}, {"note_take_text": "Only what the first one says."},
    )  # fmt: skip
    assert {found.name for found in response.context["conflicts"]} == {"note_take_text", "note_take_rests_on"}


def test_who_checked_a_summary_checked_those_words(editor, other, published):
    response = both(
        editor, other, published,
        {"summary_checked_by": published.desk.name}, {"summary_text": "Other words, that nobody checked."},
    )  # fmt: skip
    assert {found.name for found in response.context["conflicts"]} == {"summary_text", "summary_checked_by"}


def test_a_mention_whose_address_looks_like_a_new_row_is_nobody_else(editor, draft):
    from analysis.models import Entity, Mention

    Mention.objects.create(story=draft, entity=Entity.objects.create(name="N1", slug="n1"))
    Entity.objects.create(name="Foo Corp", slug="foo-corp")
    editor.post(url(draft), opened(editor, url(draft)) | {"mentions-n1-name": "Foo Corp"})
    assert {m.entity.name for m in draft.mentions.all()} == {"N1", "Foo Corp"}


def test_who_may_only_add_does_not_save_into_what_is_scheduled(writer, editor):
    """A form that made its story is sent again when the story is out of its writer's hands."""
    from datetime import timedelta

    from django.utils import timezone

    from analysis import scheduling
    from tests import making
    from tests.newsroom.admin.screen import ADD

    wire = making.article()
    typed = opened(writer, ADD) | {
        "headline": "Mine", "topic": making.topic().slug, "desk": making.desk().slug, "disclosure": "By me.",
        "sources-n1-url": wire.url, "sources-n1-role": "original",
    }  # fmt: skip
    assert writer.post(ADD, typed).status_code == 302
    story = Story.objects.get(created_by=writer.user)
    scheduling.schedule(story, editor.user, timezone.now() + timedelta(hours=1))
    smuggled = typed | {"note_take_text": "Smuggled.", "claims-n1-text": "Smuggled.", "claims-n1-standing": "reported"}
    response = writer.post(ADD, smuggled, follow=True)
    assert "your text is kept" in messages(response)
    assert not story.notes.exists() and not story.claims.exists()


def test_whether_somebody_may_save_is_asked_of_the_story_as_it_is_then(writer, draft):
    """A moment ago it was a draft: what was read before the lock is not what counts."""
    from django.core.exceptions import PermissionDenied

    from newsroom.admin.writing import saving
    from newsroom.admin.writing.document import options

    sender = saving.Sent("window", 1, lambda row: row.status == "draft")
    typed = {"headline": ["Mine"]}
    Story.objects.filter(pk=draft.pk).update(status="review")
    with pytest.raises(PermissionDenied):
        saving.save(draft.pk, typed, draft.version, saving.Choice({}, None), writer.user, sender, options())


def test_deleting_a_story_says_first_whose_unsaved_text_is_in_it(superuser, editor, other, draft):
    for client, dek in ((editor, "Half an hour of work"), (other, "")):
        client.post("/admin/analysis/story/typing/", opened(client, url(draft)) | {"turn": "1", "dek": dek})
    Draft.objects.filter(by=other.user).update(kept_at=None)
    said = "There is unsaved text to this story, typed by editor. It is not deleted"
    assert said in superuser.get(url(draft, "delete")).content.decode()
    Draft.objects.update(kept_at=None)
    assert "unsaved text" not in superuser.get(url(draft, "delete")).content.decode()
