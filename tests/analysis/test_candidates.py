"""Earlier coverage is offered for what it has in common with a story, and only as far as the public may read it."""

import pytest
from django.utils import timezone

from analysis import editing
from analysis.candidates import candidates
from analysis.models import Entity, Mention, StoryLink
from tests import making

pytestmark = pytest.mark.django_db


def entity(name):
    return Entity.objects.get_or_create(name=name, defaults={"slug": name.lower().replace(" ", "-")})[0]


def naming(story, *names):
    for name in names:
        Mention.objects.create(story=story, entity=entity(name))
    return story


def earlier(headline, *names, **fields):
    story = naming(making.draft(headline=headline, **fields), *names)
    editing.publish(story, None)
    story.refresh_from_db()
    return story


def offered(story, **more):
    return candidates(editing.snapshot(story), timezone.now(), **more)


def headlines(story, **more):
    return [one.card.headline for one in offered(story, **more)]


def test_stories_that_name_the_same_are_offered_and_say_so():
    earlier("One", "Nvidia", "Halmouth")
    earlier("Two", "Nvidia")
    earlier("Nothing in common", "Elsewhere")
    story = naming(making.draft(headline="New"), "Nvidia", "Halmouth")
    assert headlines(story) == ["One", "Two"]  # the one with more in common first
    assert [one.why for one in offered(story)] == ["names Nvidia and Halmouth too", "names Nvidia too"]


def test_stories_that_share_two_words_of_the_headline_are_offered_and_say_which():
    earlier("The turbines of Halmouth")
    earlier("Turbines elsewhere")
    story = making.draft(headline="Halmouth buys turbines")
    (one,) = offered(story)
    assert one.why == "shares the words “halmouth” and “turbines”"
    assert any(marked for _piece, marked in one.snippet) or one.snippet


def test_typed_words_are_searched():
    earlier("Turbines at sea")
    earlier("Turbines on land", "Nvidia")
    story = naming(making.draft(headline="New"), "Nvidia")
    assert headlines(story, words="turbines sea") == ["Turbines at sea"]
    assert headlines(story, words="turbines") == ["Turbines on land", "Turbines at sea"]
    assert headlines(story, words="§§") == []


def test_neither_itself_nor_what_is_linked_nor_what_is_not_public_is_offered():
    linked = earlier("Linked turbines at Halmouth", "Nvidia")
    itself = earlier("Turbines at Halmouth", "Nvidia")
    naming(making.draft(headline="Drafted turbines at Halmouth"), "Nvidia")
    gone = earlier("Withdrawn turbines at Halmouth", "Nvidia")
    editing.withdraw(gone, "Wrong.")
    StoryLink.objects.create(story=itself, earlier=linked, kind="follows", why="It began there.")
    assert headlines(itself) == []
    assert headlines(itself, words="turbines") == []


def test_what_terms_forbid_is_neither_shown_nor_a_reason():
    theirs = making.publisher()
    earlier("Turbines at Halmouth", "Nvidia", original=making.article(theirs, title="Their words"))
    story = naming(making.draft(headline="Turbines at Halmouth"), "Nvidia")
    assert len(offered(story)) == 1
    making.terms(theirs, level="link")
    assert offered(story) == []  # neither its headline nor whom it names may be said
    making.terms(theirs, level="none", effective_from=timezone.now())
    assert offered(story, words="turbines") == []


def test_it_asks_few_questions(django_assert_max_num_queries):
    names = [f"Name {n}" for n in range(12)]
    for n in range(5):
        earlier(f"Turbines transformers substations interconnectors electricity {n}", *names)
    story = naming(making.draft(headline="Turbines transformers substations interconnectors electricity"), *names)
    content = editing.snapshot(story)
    with django_assert_max_num_queries(20):
        assert len(candidates(content, timezone.now())) == 5
