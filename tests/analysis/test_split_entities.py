"""An entity that turned out to be two: its stories are told apart one by one, and none changes unseen."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from analysis import editing, entities, rendition, scheduling
from analysis.entities import EntityError, Moved
from analysis.models import Entity, EntityChange, Mention, Remark, Story
from tests import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    return User.objects.create_user("editor", is_superuser=True)


@pytest.fixture
def halm() -> Entity:
    return Entity.objects.create(name="Halm", slug="halm", aliases=["Halm Ltd", "The port"])


def naming(entity: Entity, *others: Entity, public: bool = True, **fields) -> Story:
    story = making.draft(**fields)
    for n, one in enumerate((entity, *others)):
        Mention.objects.create(story=story, entity=one, position=n)
    if public:
        editing.publish(story, None)
    story.refresh_from_db()
    return story


def split(halm: Entity, name: str = "Halmouth", **fields) -> Entity:
    return entities.split(halm, Entity(name=name, kind="place"), None, "They are two.", **fields)


def move(story: Story, of: Entity, to: Entity, by: User, version: int | None = None) -> Moved:
    return entities.move(story, of, to, by, version=version or story.version, why="split")


def named(story: Story) -> list[str]:
    return [m["slug"] for m in editing.snapshot(story)["mentions"]]


def shown(slug: str) -> list[str]:
    found = rendition.mention(slug)
    return [card.slug for card in found[1].items] if found else []


def test_the_new_one_takes_its_names_along_and_each_page_leads_to_the_other(halm, editor):
    kept, gone = naming(halm), naming(halm)
    new = split(halm, aliases=["The port", "Not one of its"])
    halm.refresh_from_db()
    assert (halm.aliases, new.aliases, new.slug, new.kind) == (["Halm Ltd"], ["The port"], "halmouth", "place")
    assert rendition.mention("halm")[0].see_also == (), "its page is not there yet, so nothing leads to it"
    assert move(gone, halm, new, editor) == Moved.PUBLISHED
    assert (shown("halm"), shown("halmouth")) == ([kept.slug], [gone.slug])
    assert [ref.slug for ref in rendition.mention("halm")[0].see_also] == ["halmouth"]
    assert [ref.slug for ref in rendition.mention("halmouth")[0].see_also] == ["halm"]
    assert EntityChange.objects.get().other == halm


def test_what_is_public_changes_by_a_revision_in_the_name_of_the_editor(halm, editor):
    other = Entity.objects.create(name="Other", slug="other")
    story = naming(halm, other)
    new = split(halm)
    assert move(story, halm, new, editor) == Moved.PUBLISHED
    story.refresh_from_db()
    assert (story.current.number, story.current.kind, story.current.created_by) == (2, "edit", editor)
    assert [ref.name for ref in rendition.story(story.slug).mentions] == ["Halmouth", "Other"]
    assert [ref.name for ref in rendition.history(story.slug, 1).mentions] == ["Halm", "Other"]
    assert story.versions.first().created_by == editor and not Remark.objects.exists()


def test_a_story_that_names_both_by_now_names_the_new_one_once(halm, editor):
    new = split(halm)
    story = naming(halm, new)
    move(story, halm, new, editor)
    assert named(story) == ["halmouth"]


def test_what_names_one_that_was_merged_into_it_is_told_apart_too(halm, editor):
    older = Entity.objects.create(name="Old Halm", slug="old-halm")
    story = naming(older, halm)
    entities.merge(older, halm, None, "One.")
    move(story, halm, split(halm), editor)
    assert named(story) == ["halmouth"]


def test_changes_that_wait_are_not_published_along(halm, editor):
    story = naming(halm, headline="As it was")
    Story.objects.filter(pk=story.pk).update(headline="Not to be public yet")
    assert move(story, halm, split(halm), editor) == Moved.WAITS
    story.refresh_from_db()
    assert (named(story), story.current.number) == (["halmouth"], 1)
    assert rendition.story(story.slug).headline == "As it was" and shown("halm") == [story.slug]
    remark = Remark.objects.get()
    assert remark.to == editor and remark.text.startswith(
        "It names “Halmouth” now, and no longer “Halm”. That is saved"
    )


def test_what_pre_flight_stops_is_saved_and_the_remark_says_what_it_is_in_the_language_of_the_story(halm, editor):
    story = naming(halm, language="fr")
    making.terms(story.sources.get().article.publisher, level="none")
    assert move(story, halm, split(halm), editor) == Moved.WAITS
    story.refresh_from_db()
    assert (named(story), story.current.number) == (["halmouth"], 1)
    assert len(Remark.objects.get().text) > 80


@pytest.mark.parametrize("status", ["draft", "review", "scheduled"])
def test_what_is_not_public_is_saved_and_nothing_else(halm, editor, status):
    story = naming(halm, public=False)
    if status == "scheduled":
        scheduling.schedule(story, editor, timezone.now() + timezone.timedelta(hours=1))
    else:
        Story.objects.filter(pk=story.pk).update(status=status)
    assert move(story, halm, split(halm), editor) == Moved.SAVED
    story.refresh_from_db()
    assert (named(story), story.status, story.current) == (["halmouth"], status, None)


def test_what_cannot_be_changed_is_left_as_it_is(halm, editor):
    new = split(halm)
    gone, saved, other = naming(halm), naming(halm), naming(new)
    editing.withdraw(gone, "Wrong.")
    editing.claim_version(saved, saved.version)
    for story, version, says in ((gone, 1, "withdrawn"), (saved, 1, "Someone else saved"), (other, 1, "not mention")):
        with pytest.raises(editing.EditingError, match=says):
            move(story, halm, new, editor, version)
    assert named(gone) == named(saved) == ["halm"]
    assert [s.versions.count() for s in (gone, saved, other)] == [0, 0, 0]


def test_a_name_that_is_there_or_an_entity_that_is_merged_is_refused(halm):
    Entity.objects.create(name="Port", slug="port")
    with pytest.raises(EntityError, match="There is “PORT” already"):
        split(halm, "PORT")
    with pytest.raises(EntityError, match="Say why"):
        entities.split(halm, Entity(name="New"), None, "")
    entities.merge(halm, Entity.objects.get(slug="port"), None, "One.")
    with pytest.raises(EntityError, match="Take that back first"):
        split(halm)
    assert Entity.objects.count() == 2


def test_the_way_to_the_other_is_not_shown_where_nobody_may_see_it(halm, editor):
    naming(halm)
    hidden = naming(halm)
    move(hidden, halm, split(halm), editor)
    making.terms(hidden.sources.get().article.publisher, level="none")
    assert rendition.mention("halm")[0].see_also == ()


def test_what_was_split_off_and_merged_elsewhere_is_found_there(halm, editor):
    naming(halm)
    story, new = naming(halm), split(halm)
    move(story, halm, new, editor)
    entities.merge(new, Entity.objects.create(name="Port", slug="port"), None, "One.")
    assert [ref.slug for ref in rendition.mention("halm")[0].see_also] == ["port"]
    entities.take_back(new, Entity.objects.get(slug="port"), None, "Two.")
    entities.merge(new, halm, None, "One after all.")
    assert rendition.mention("halm")[0].see_also == ()
