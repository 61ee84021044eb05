"""From a working copy to a public page: what is frozen, what is counted, who wins."""

import hashlib
import json
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from analysis import editing, rendition
from analysis.editing import ConflictError, EditingError, NotReadyError, claim_version
from analysis.models import Citation, ContextNote, Correction, Revision, Source, Story, Summary, Topic, WatchItem
from analysis.models.publication import Appearance
from tests import making

pytestmark = pytest.mark.django_db


def change(story: Story, **fields: object) -> Story:
    Story.objects.filter(pk=story.pk).update(**fields)
    return story


def refused(story: Story, **how: object) -> str:
    before = (Revision.objects.count(), Correction.objects.count(), Story.objects.get(pk=story.pk).current_id)
    with pytest.raises(NotReadyError) as error:
        editing.publish(story, None, **how)
    assert before == (Revision.objects.count(), Correction.objects.count(), Story.objects.get(pk=story.pk).current_id)
    return " ".join(error.value.stops)


def test_publishing_freezes_what_the_public_sees():
    story = making.planted("frozen", making.publisher()).story
    before = rendition.story(story.slug)
    change(story, headline="Changed", dek="Changed", disclosure="Changed", event_on=date(2020, 1, 1), form="explainer")
    story.notes.update(title="Changed", text="Changed")
    Summary.objects.filter(story=story).update(text="Changed")
    story.claims.update(text="Changed", standing="withdrawn", why="Changed")
    story.sources.update(why="Changed", in_summary=False, role="coverage")
    story.earlier.update(why="Changed", verdict="held")
    story.mentions.all().delete()
    Source.objects.create(story=story, article=making.article(), role="original")
    assert rendition.story(story.slug) == before
    assert rendition.history(story.slug, 1).headline == before.headline


def test_changing_a_working_copy_changes_no_list_and_no_search():
    story = making.published(headline="Turbines")
    before = rendition.home(), rendition.topic("grids"), rendition.feed()
    change(story, headline="Reactors")
    assert (rendition.home(), rendition.topic("grids"), rendition.feed()) == before
    assert [hit.card.slug for hit in rendition.search("turbines").items] == [story.slug]
    assert rendition.search("reactors").items == ()


def test_revisions_are_numbered_and_say_what_kind_of_change_they_were():
    story = making.published()
    for kind, reason in (("edit", ""), ("update", ""), ("update", "More is known."), ("clarification", "Not all."),
                         ("correction", "It was ten.")):  # fmt: skip
        change(story, dek=f"{kind} {reason}")
        editing.publish(story, None, kind=kind, reason=f" {reason} ")
    rows = Revision.objects.filter(story=story).order_by("number").values_list("number", "kind", "reason")
    assert list(rows) == [
        (1, "first", ""), (2, "edit", ""), (3, "update", ""), (4, "update", "More is known."),
        (5, "clarification", "Not all."), (6, "correction", "It was ten."),
    ]  # fmt: skip
    announced = Correction.objects.filter(story=story).order_by("id").values_list("kind", "text", "revision__number")
    assert list(announced) == [("update", "More is known.", 4), ("clarification", "Not all.", 5),
    ("correction", "It was ten.", 6)]  # fmt: skip
    assert [(r.number, r.correction) for r in rendition.story(story.slug).history] == [
        (6, True), (5, True), (4, True), (3, False), (2, False), (1, False),
    ]  # fmt: skip


def test_a_story_keeps_the_day_it_was_first_published():
    at = making.LONG_AGO
    story = making.published(at=at)
    editing.publish(change(story, dek="New."), None, at=at + timedelta(days=2))
    story.refresh_from_db()
    assert (story.published_at, story.updated_at) == (at, at + timedelta(days=2))
    assert set(Citation.objects.values_list("published_at", flat=True)) == {at}


def test_the_hash_is_that_of_the_frozen_content_and_of_nothing_else():
    story = making.planted("hash", making.publisher(), making.article()).story
    for revision in story.revisions.all():
        assert revision.sha256 == editing.digest(revision.content)
        canonical = json.dumps(revision.content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert revision.sha256 == hashlib.sha256(canonical.encode()).hexdigest()


def test_the_hash_does_not_depend_on_the_order_of_keys_but_on_every_value():
    one = {"a": 1, "é": ["x", {"b": None}]}
    assert editing.digest(one) == editing.digest({"é": ["x", {"b": None}], "a": 1})
    assert editing.digest(one) != editing.digest({"a": 1, "é": ["x", {"b": 0}]})


def test_a_frozen_content_is_the_snapshot_read_back():
    story = making.planted("same", making.publisher()).story
    editing.publish(story, None)
    story.refresh_from_db()
    frozen = dict(story.current.content)
    assert frozen.pop("terms")
    assert editing.snapshot(Story.objects.get(pk=story.pk)) == frozen


@pytest.mark.parametrize("how", [{}, {"kind": "update", "reason": "More."}, {"kind": "correction", "reason": "Ten."}])
def test_publishing_again_with_nothing_changed_is_refused_whatever_reason_is_given(how):
    """History would show a change that was none."""
    assert "there is nothing to publish" in refused(making.published(), **how)


def test_a_change_in_any_part_is_a_change():
    story = making.planted("part", making.publisher()).story
    for alter in (
        lambda: change(story, headline="New"), lambda: story.notes.filter(slot="why").update(text="New"),
        lambda: story.claims.update(why="New"), lambda: story.sources.update(why="New"),
        lambda: Summary.objects.filter(story=story).update(text="New"), lambda: story.mentions.all().delete(),
        lambda: story.earlier.update(verdict="held"),
        lambda: change(story, topic=Topic.objects.create(name="N", slug="n")),
    ):  # fmt: skip
        alter()
        editing.publish(story, None)
        assert "there is nothing to publish" in refused(story)


@pytest.mark.parametrize("kind", ["correction", "clarification"])
@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_correction_needs_a_sentence(kind, reason):
    story = change(making.published(), dek="New.")
    assert "Say in a sentence" in refused(story, kind=kind, reason=reason)


def test_the_first_publication_is_no_correction_of_anything():
    story = making.draft()
    revision = editing.publish(story, None, kind="correction", reason="x")
    assert (revision.kind, revision.reason) == ("first", "")
    assert not Correction.objects.exists()


@pytest.mark.parametrize("kind", list(Revision.Kind))
@pytest.mark.parametrize("reason", ["", " \n", "The port answered."])
@pytest.mark.parametrize("first", [True, False])
def test_nobody_is_thanked_where_nothing_is_announced(kind, reason, first):
    """Whoever is named stands in a correction, or the publication is refused."""
    story = making.draft() if first else change(making.published(), dek="Changed")
    try:
        editing.publish(story, None, kind=kind, reason=reason, thanks="Ann Reader")
    except NotReadyError as error:
        assert not Correction.objects.exists() and Revision.objects.count() == (not first)
        said = " ".join(error.stops)
        assert (str(editing.UNANNOUNCED) in said) == (first or not editing.announces(kind, reason))
    else:
        assert Correction.objects.get().thanks == "Ann Reader"
        assert editing.announces(kind, reason) and not first


def test_an_editors_note_is_dated_and_changes_no_text():
    story = making.published()
    before = story.current.sha256
    note = editing.note(story, None, "The report has been taken offline.")
    story.refresh_from_db()
    assert (note.kind, note.at, note.revision.number) == ("note", story.current.created_at, 2)
    assert story.current.sha256 == before
    (shown,) = rendition.story(story.slug).corrections
    assert (shown.kind, shown.text) == ("note", "The report has been taken offline.")


def test_a_note_takes_no_saved_change_along():
    story = change(making.published(), dek="Saved, and not public.")
    with pytest.raises(NotReadyError, match="Publish them first, then add the note"):
        editing.note(story, None, "Hello.")
    assert not Correction.objects.exists() and story.revisions.count() == 1


def test_a_note_that_cannot_be_published_leaves_nothing():
    story = making.draft(disclosure="")
    with pytest.raises(NotReadyError):
        editing.note(story, None, "Hello.")
    assert not Correction.objects.exists() and not Revision.objects.exists()


def test_a_withdrawn_story_is_gone_everywhere_and_stays_gone():
    story = making.published(headline="Turbines")
    editing.withdraw(story, " The source retracted it. ")
    story.refresh_from_db()
    assert (story.status, story.withdrawn_reason) == ("withdrawn", "The source retracted it.")
    assert rendition.story(story.slug).status == 410
    assert rendition.home().river.items == rendition.search("turbines").items == rendition.sitemap().items == ()
    assert "stays withdrawn" in refused(change(story, dek="New."))
    with pytest.raises(EditingError, match="Only a published story"):
        editing.withdraw(story, "Again.")


def test_a_withdrawal_needs_a_reason_and_something_public():
    with pytest.raises(EditingError, match="Say why"):
        editing.withdraw(making.published(), "  ")
    with pytest.raises(EditingError, match="Only a published story"):
        editing.withdraw(making.draft(), "Wrong.")


def test_of_two_savers_the_second_is_told():
    story = making.draft()
    mine, theirs = Story.objects.get(pk=story.pk), Story.objects.get(pk=story.pk)
    claim_version(mine, 1)
    assert mine.version == 2
    with pytest.raises(ConflictError, match="Someone else saved"):
        claim_version(theirs, 1)
    story.refresh_from_db()
    assert (story.version, theirs.version) == (2, 1)
    claim_version(theirs, 2)


def test_publishing_is_no_save_of_the_working_copy():
    story = making.draft()
    editing.publish(story, None)
    claim_version(story, 1)


def test_what_lists_read_is_rewritten_whole():
    planted = making.planted("lists", making.publisher(), making.article())
    story = planted.story
    story.sources.filter(role="primary").delete()
    story.mentions.all().delete()
    story.earlier.all().delete()
    editing.publish(story, None)
    assert list(Citation.objects.filter(story=story).values_list("article", "role", "in_summary")) == [
        (planted.original.pk, "original", True)
    ]
    assert not Appearance.objects.filter(story=story).exists()
    assert rendition.story(story.slug).earlier == ()


# --- watch items --------------------------------------------------------------------------------------------------


@pytest.fixture
def item() -> WatchItem:
    story = making.draft()
    made = WatchItem.objects.create(story=story, statement="It opens.", settled_by="Register", likelihood=70,
    due=date(2099, 1, 1))  # fmt: skip
    editing.publish(story, None, at=making.LONG_AGO)
    made.refresh_from_db()
    return made


def test_a_watch_item_is_public_from_its_first_publication_on(item):
    assert item.public_since == making.LONG_AGO
    editing.publish(change(item.story, dek="New."), None)
    item.refresh_from_db()
    assert item.public_since == making.LONG_AGO


@pytest.mark.parametrize("change", [
    {"statement": "It closes."}, {"likelihood": 1}, {"settled_by": "Nobody"}, {"due": date(2098, 1, 1)},
    {"public_since": making.LONG_AGO + timedelta(days=1)}, {"public_since": None, "topic": None, "desk": None},
])  # fmt: skip
def test_what_a_public_watch_item_says_is_frozen_for_whoever_writes_to_the_database(item, change):
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        WatchItem.objects.filter(pk=item.pk).update(**change)
    (shown,) = rendition.story(item.story.slug).watch
    assert (shown.statement, shown.likelihood, shown.settled_by) == ("It opens.", 70, "Register")


# --- all or nothing -------------------------------------------------------------------------------------------------


def test_a_publication_that_fails_at_its_end_leaves_nothing():
    story = making.draft(headline="Turbines")
    ContextNote.objects.create(story=story, slot="take", text="A take.")
    with pytest.raises(IntegrityError), transaction.atomic():
        editing.publish(story, None)
        Revision.objects.create(story=story, number=1, kind="first", headline="x", content={}, html={}, sha256="")
    story.refresh_from_db()
    assert (story.status, story.current_id, story.revisions.count()) == ("draft", None, 0)
    assert rendition.search("turbines").items == ()


# --- the terms in force -------------------------------------------------------------------------------------------


def test_a_revision_holds_the_terms_in_force_at_its_moment():
    of = making.publisher()
    said = making.terms(of, max_words=33, quote_words=7, ai="deny", attribution="From the wire", embargo_hours=2)
    story = making.published(making.article(of))
    (source,) = story.sources.all()
    assert story.current.content["terms"] == {
        str(source.pk): {
            "level": "full", "max_words": 33, "quote_words": 7, "quote_chars": 10**6, "copied_words": 8,
            "copied_percent": 30, "ai": False, "attribution": ["From the wire"], "embargo_until": None,
            "rules": story.current.content["terms"][str(source.pk)]["rules"],
        }
    }  # fmt: skip
    assert story.current.content["terms"][str(source.pk)]["rules"]["max_words"] == said.pk


def test_terms_of_a_source_under_embargo_are_frozen_with_its_end():
    of, now = making.publisher(), timezone.now()
    making.terms(of, embargo_hours=2)
    story = making.draft(making.article(of, published_at=now))
    (terms,) = editing.frozen(editing.snapshot(story), now)["terms"].values()
    assert (terms["level"], terms["embargo_until"]) == ("none", (now + timedelta(hours=2)).isoformat())


def test_new_terms_alone_are_no_change_of_the_text():
    story = making.published()
    content = editing.snapshot(story)
    making.terms(story.sources.get().article.publisher, max_words=20)
    changed = editing.frozen(content, timezone.now())
    assert changed["terms"] != story.current.content["terms"]
    assert editing.same_text(changed, story.current.content) and editing.same_text(content, changed)
    assert editing.digest(changed) != story.current.sha256
    assert "there is nothing to publish" in refused(story)


def test_a_revision_from_before_terms_were_frozen_is_compared_all_the_same():
    story = making.draft()
    content = editing.snapshot(story)
    old = Revision.objects.create(
        story=story, number=1, kind="first", headline=story.headline, content=content, html=editing.render(content),
        sha256=editing.digest(content),
    )  # fmt: skip
    change(story, current=old, status="published", published_at=timezone.now())
    assert "there is nothing to publish" in refused(story)
    editing.publish(change(story, dek="New."), None)
    assert rendition.history(story.slug, 1)
