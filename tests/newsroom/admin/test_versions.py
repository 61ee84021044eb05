"""Every state that a story was in can be read, compared and brought back, by who may, and nothing public moves."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils import timezone

from analysis import editing, establishing, working
from analysis.models import ContextNote, Draft, Entity, Mention, Revision, Story, Version
from analysis.models.writing import Slot
from newsroom.admin.versions import Kept
from tests import making
from tests.newsroom.admin.screen import ADD, messages, opened, sent_by, url

pytestmark = pytest.mark.django_db


def save(story: Story, by=None, **fields) -> Version:
    """A save from the story screen, as far as it matters here."""
    story = Story.objects.get(pk=story.pk)
    with transaction.atomic():
        editing.claim_version(story, story.version)
        return working.write(story, editing.snapshot(story) | fields, by)


def keys(response) -> list[str]:
    return [one.key for one, _before in response.context["entries"]]


def restore(client, story, key, **fields):
    version = Story.objects.values_list("version", flat=True).get(pk=story.pk)
    return client.post(url(story, "versions", key, "restore"), {"version": version, **fields}, follow=True)


def told(response) -> dict[str, str]:
    """What a page of differences says, as plain text with [-gone-] and {+new+}."""
    marks = {"gone": "[-{}-]", "new": "{{+{}+}}"}
    return {
        one["path"]: "".join(marks.get(piece["kind"], "{}").format(piece["text"]) for piece in one["pieces"])
        for one in response.context["differences"]
    }


# --- the list -----------------------------------------------------------------------------------------------------


def test_saved_and_published_stand_in_one_line_of_time(editor, draft):
    save(draft, editor.user, headline="One")
    editing.publish(Story.objects.get(pk=draft.pk), editor.user)
    save(draft, editor.user, headline="Two")
    response = editor.get(url(draft, "versions"))
    assert keys(response) == ["v3", "r1", "v2", "v1"]
    page = response.content.decode()
    assert page.count("Public now") == page.count("Saved now") == 1
    assert Version.objects.get(number=3).sha256 in page
    assert "First published" in page and "As it was before versions were kept" in page


def test_a_withdrawn_revision_is_not_public_now(editor, published):
    editing.withdraw(published, "Wrong.")
    assert "Public now" not in editor.get(url(published, "versions")).content.decode()


@pytest.mark.parametrize("step", [timedelta(0), timedelta(minutes=1)])
def test_a_long_line_is_paged_and_every_entry_is_on_one_page_once(editor, draft, step):
    """Also where all of it happened at the same instant."""
    at, content = timezone.now(), editing.snapshot(draft)
    common = {"story": draft, "content": content, "sha256": "x"}
    for n in range(1, 61):
        Version.objects.create(number=n, created_at=at + n * step, **common)
        Revision.objects.create(number=n, created_at=at + n * step, kind="edit", headline="H", html={}, **common)
    found, older = [], ""
    while older is not None:
        response = editor.get(url(draft, "versions") + older)
        found += keys(response)
        older = f"?before={response.context['older']}" if response.context["older"] else None
    numbers = range(60, 0, -1)
    at_once = [f"r{n}" for n in numbers] + [f"v{n}" for n in numbers]
    assert found == (at_once if not step else [key for n in numbers for key in (f"r{n}", f"v{n}")])


def test_the_list_costs_the_same_however_long_it_is(editor, draft, django_assert_max_num_queries):
    for n in range(20):
        save(draft, editor.user, headline=f"Headline {n}")
    editor.get(url(draft, "versions"))  # what a login asks at first is asked
    with django_assert_max_num_queries(9):
        editor.get(url(draft, "versions"))


def test_a_stored_version_that_was_tampered_with_is_pointed_out(editor, draft):
    save(draft, headline="One")
    assert "Does not match" not in editor.get(url(draft, "versions")).content.decode()
    content = editing.snapshot(draft) | {"headline": "Never written"}
    Version.objects.bulk_create([Version(story=draft, number=99, content=content, sha256=editing.digest({}))])
    page = editor.get(url(draft, "versions")).content.decode()
    assert page.count("Does not match what is stored") == 1


def test_a_story_without_versions_says_so(editor, draft):
    assert "No version is kept yet" in editor.get(url(draft, "versions")).content.decode()


@pytest.mark.parametrize("key", ["v99", "x1", "v", "r0x", "v99999999999999999999", "v١"])
def test_a_key_that_names_nothing_is_not_found(editor, draft, key):
    save(draft, headline="One")
    for at in (
        f"versions/{key}/",
        f"versions/{key}/restore/",
        f"versions/compare/?old={key}&new=v1",
        f"versions/?before={key}",
    ):
        assert editor.get(f"/admin/analysis/story/{draft.pk}/{at}").status_code == 404


def test_a_version_of_another_story_is_not_found(editor, draft, published):
    save(draft, headline="One")
    assert editor.get(url(published, "versions", "v1")).status_code == 404


# --- reading and comparing ----------------------------------------------------------------------------------------


def test_a_version_is_read_through_the_public_template_and_the_gate(editor, draft):
    save(
        draft, headline="As it was", summary={"text": "Their word.", "made_by": "person", "model": "", "checked_by": ""}
    )
    save(draft, headline="As it is")
    at = url(draft, "versions", "v2")
    page = editor.get(at).content.decode()
    assert "As it was" in page and "Their word." in page and "As it is" not in page
    making.terms(draft.sources.get().article.publisher, level="none")
    assert "Their word." not in editor.get(at).content.decode()


def test_two_versions_are_compared_field_by_field_and_word_by_word(editor, draft):
    save(draft, headline="Twelve firms bid", dek="The same.")
    save(
        draft,
        headline="Thirteen firms bid",
        notes=[{"slot": "why", "title": "", "text": "It matters.", "rests_on": []}],
    )
    response = editor.get(url(draft, "versions", "compare"), {"old": "v2", "new": "v3"})
    said = told(response)
    assert said["headline"] == "[-Twelve-]{+Thirteen+} firms bid"
    assert said["notes.why.text"] == "{+It matters.+}"
    assert "dek" not in said
    page = response.content.decode()
    assert "<del>" in page and "removed:" in page and "<ins>" in page and "added:" in page
    back = told(editor.get(url(draft, "versions", "compare"), {"old": "v3", "new": "v2"}))
    assert back["headline"] == "[-Thirteen-]{+Twelve+} firms bid"


def test_what_was_saved_is_compared_with_what_was_published(editor, published):
    save(published, headline="A saved headline")
    said = told(editor.get(url(published, "versions", "compare"), {"old": "r1", "new": "v2"}))
    assert said == {"headline": "A [-public-]{+saved+} headline"}
    same = editor.get(url(published, "versions", "compare"), {"old": "r1", "new": "v1"})
    assert "Nothing differs." in same.content.decode()


def test_the_unchanged_middle_of_a_long_text_is_folded_and_none_of_it_is_lost(editor, draft):
    text = " ".join(f"word{n}" for n in range(300))
    note = {"slot": "take", "title": "", "rests_on": []}
    save(draft, notes=[note | {"text": f"Old {text} end"}])
    save(draft, notes=[note | {"text": f"New {text} fin"}])
    response = editor.get(url(draft, "versions", "compare"), {"old": "v2", "new": "v3"})
    pieces = response.context["differences"][0]["pieces"]
    assert [piece["kind"] for piece in pieces] == ["gone", "new", "same", "fold", "same", "gone", "new"]
    assert "".join(piece["text"] for piece in pieces if piece["kind"] != "new") == f"Old {text} end"
    assert pieces[3]["words"] > 250 and f"{pieces[3]['words']} words unchanged" in response.content.decode()


def test_what_looks_like_markup_stays_text(editor, draft):
    save(draft, headline="<script>alert(1)</script>")
    page = editor.get(url(draft, "versions", "compare"), {"old": "v1", "new": "v2"}).content.decode()
    assert "<script>alert" not in page and "script" in page


def test_who_chooses_nothing_is_told_so(editor, draft):
    save(draft, headline="One")
    assert "Choose two versions" in messages(editor.get(url(draft, "versions", "compare"), follow=True))


# --- restoring ----------------------------------------------------------------------------------------------------


def test_restoring_after_a_bad_edit_makes_a_new_version_and_leaves_the_public_page(editor, published):
    first = save(published, dek="As it should be.").content
    save(published, headline="A bad edit", notes=[], claims=[], sources=[], dek="")
    response = restore(editor, published, "v2")
    assert "unchanged until you publish" in messages(response)
    story = Story.objects.get(pk=published.pk)
    assert story.headline == "A public headline" and story.notes.get().text == "Our take as it was."
    newest = story.versions.first()
    assert (newest.number, Kept(newest).what, newest.created_by) == (4, "version 2 restored", editor.user)
    assert story.versions.get(number=2).content == first and story.versions.count() == 4
    assert story.current.number == 1 and "A public headline" in editor.get(story.get_absolute_url()).content.decode()


def test_a_note_is_called_a_note_in_the_line_of_time(editor, published):
    editing.note(published, editor.user, "We were offered a visit.")
    assert [one.what for one, _before in editor.get(url(published, "versions")).context["entries"]][:1] == [
        "Editor’s note"
    ]


def test_a_published_revision_is_restored_too(editor, published):
    save(published, headline="A bad edit")
    restore(editor, published, "r1")
    assert Story.objects.get(pk=published.pk).headline == "A public headline"
    assert Kept(published.versions.first()).what == "revision 1 restored"


def test_the_second_look_shows_what_will_be_and_does_nothing(editor, published):
    """Also what cannot come back, or go: a public watch item, a claim whose standing has moved."""
    save(published, headline="With neither", notes=[])
    establishing.move(published.claims.get(), None, "disputed", "The firm denies it.")
    save(published, headline="Moved")
    empty = editing.snapshot(Story.objects.get(pk=published.pk)) | {
        "watch": [],
        "claims": [],
        "headline": "From before",
    }
    Version.objects.create(story=published, number=0, content=empty, sha256=editing.digest(empty))
    before = Story.objects.get(pk=published.pk)
    response = editor.get(url(published, "versions", "v0", "restore"))
    assert told(response) == {"headline": "[-Moved-]{+From before+}"}
    assert "stays: its standing has moved" in response.content.decode()
    after = Story.objects.get(pk=published.pk)
    assert (after.version, after.headline, after.versions.count()) == (before.version, "Moved", 5)
    restore(editor, published, "v0")
    assert published.claims.count() == published.watch_items.count() == 1


def test_a_stale_restore_is_refused_and_shown_anew(editor, draft):
    save(draft, headline="One")
    save(draft, headline="Two")
    stale = Story.objects.get(pk=draft.pk).version
    save(draft, headline="Somebody else’s")
    response = restore(editor, draft, "v2", version=stale)
    assert "Someone else saved this story" in messages(response)
    assert told(response) == {"headline": "[-Somebody else’s-]{+One+}"}
    assert Story.objects.get(pk=draft.pk).headline == "Somebody else’s"
    again = response.context["form"].initial["version"]
    restore(editor, draft, "v2", version=again)
    assert Story.objects.get(pk=draft.pk).headline == "One"


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_restore_that_does_not_say_what_it_saw_does_nothing(editor, draft, version):
    save(draft, headline="One")
    save(draft, headline="Two")
    assert restore(editor, draft, "v2", version=version).status_code == 200
    assert Story.objects.get(pk=draft.pk).headline == "Two"


def test_a_withdrawn_story_is_read_and_not_restored(editor, published):
    save(published, headline="Saved")
    editing.withdraw(published, "Wrong.")
    assert "Restore" not in editor.get(url(published, "versions")).content.decode()
    assert editor.get(url(published, "versions", "v1")).status_code == 200
    assert editor.get(url(published, "versions", "compare"), {"old": "v1", "new": "v2"}).status_code == 200
    assert editor.get(url(published, "versions", "v1", "restore")).status_code == 403
    assert restore(editor, published, "v1").status_code == 403
    assert Story.objects.get(pk=published.pk).headline == "Saved"


def test_who_may_only_look_does_not_restore(writer, published):
    save(published, headline="Saved")
    page = writer.get(url(published, "versions"))
    assert page.status_code == 200 and "Restore" not in page.content.decode()
    assert restore(writer, published, "v1").status_code == 403


def test_strangers_see_none_of_it(client, person, draft):
    save(draft, headline="One")
    nobody = person("writer")
    nobody.user.groups.clear()
    for at in ("versions", "versions/v1", "versions/compare", "versions/v1/restore"):
        assert client.get(url(draft, at)).headers["Location"].startswith("/admin/login/")
        assert nobody.get(url(draft, at)).status_code == 403


# --- a new story in the frame of another --------------------------------------------------------------------------


def framed(story: Story) -> str:
    return f"{ADD}?frame={story.pk}"


def test_a_frame_opens_a_new_story_with_the_filing_and_the_slots_and_nothing_that_was_said(writer):
    planted = making.planted("f", making.publisher())
    ContextNote.objects.filter(story=planted.story).exclude(slot="take").update(title="")
    ContextNote.objects.filter(story=planted.story, slot="take").update(title="The week in numbers")
    ContextNote.objects.filter(story=planted.story, slot="framing").delete()
    count = Story.objects.count()
    response = writer.get(framed(planted.story))
    typed = sent_by(response)
    said = {name for name, word in planted.words.items() if word in str(typed)}
    assert said <= {"mention", "desk", "topic"}
    assert (typed["topic"], typed["desk"]) == (planted.story.topic.slug, planted.story.desk.slug)
    assert {note.slot for note in response.context["notes"] if note.open} == set(Slot.values) - {"framing"}
    assert [note.title for note in response.context["notes"] if note.title] == ["The week in numbers"]
    assert Story.objects.count() == count and not Draft.objects.exists(), "nothing is made before its editor saves"


def test_a_story_in_a_frame_is_a_draft_of_who_saved_it_and_follows_the_other(writer, published):
    Mention.objects.create(story=published, entity=Entity.objects.create(name="Port Salvan", slug="port-salvan"))
    wire = making.article()
    typed = opened(writer, framed(published)) | {
        "headline": "The week after", "earlier-n1-why": "It says what came of it.",
        "sources-n1-url": wire.url, "sources-n1-role": "original",
    }  # fmt: skip
    assert writer.post(ADD, typed).status_code == 302
    story = Story.objects.latest("pk")
    assert (story.headline, story.status, story.created_by) == ("The week after", "draft", writer.user)
    assert (story.earlier.get().earlier, story.mentions.get().entity.name) == (published, "Port Salvan")


def test_the_frame_of_a_draft_does_not_follow_it(editor, draft):
    assert "earlier-n1-kind" not in {n for n, value in opened(editor, framed(draft)).items() if value == "follows"}


def test_who_may_not_add_a_story_gets_no_frame(person, published):
    looker = person("writer")
    looker.user.groups.clear()
    looker.user.user_permissions.add(Permission.objects.get(codename="view_story"))
    assert looker.get(url(published, "versions")).status_code == 200
    assert looker.get(framed(published)).status_code == 403


def test_who_may_not_read_a_story_gets_no_frame_of_it(person, published):
    blind = person("writer")
    blind.user.groups.clear()
    blind.user.user_permissions.add(Permission.objects.get(codename="add_story"))
    assert blind.get(ADD).status_code == 200
    assert blind.get(framed(published)).status_code == 403


@pytest.mark.parametrize("frame", ["0", "x", "²", "9" * 40])
def test_no_story_has_no_frame(editor, frame):
    assert editor.get(ADD, {"frame": frame}).status_code in (200, 404)


def test_the_story_screen_leads_to_both(editor, published):
    page = editor.get(url(published)).content.decode()
    assert url(published, "versions") in page and framed(published) in page
