"""Merging and splitting open no way around the gate: neither a name nor an address tells of a page nobody may see."""

import pytest

from analysis import editing, entities
from analysis.models import Entity, Mention
from tests import making
from tests.leaks.crawl import crawl

pytestmark = pytest.mark.django_db
NAMED = ("mention", "alias", "entity_description")


@pytest.fixture
def planted():
    return making.planted("leak", making.publisher("Example Wire", "example-wire.test"))


@pytest.fixture
def other() -> Entity:
    """Named by a page that everybody may see."""
    entity = Entity.objects.create(name="Open Office", slug="open-office")
    story = making.draft()
    Mention.objects.create(story=story, entity=entity)
    editing.publish(story, None)
    return entity


def where(planted, *names: str) -> set[str]:
    words = [planted.words[name] for name in names]
    return {visit.url for visit in crawl() if any(word in visit.text for word in words)}


def hide(planted) -> None:
    making.terms(planted.original.publisher, level="none")


def test_what_was_merged_says_its_name_only_while_a_page_does(planted, other):
    entity = Entity.objects.get(slug="entity-leak")
    entities.merge(entity, other, None, "zqprivatezq")
    assert "/mentions/open-office/" in where(planted, *NAMED)
    hide(planted)
    assert where(planted, *NAMED) == set()
    assert not [visit.url for visit in crawl() if "zqprivatezq" in visit.text]


def test_an_address_leads_nowhere_where_its_end_would_not_answer(planted, client):
    entity, last = Entity.objects.get(slug="entity-leak"), Entity.objects.create(name="Last", slug="last")
    entities.merge(entity, last, None, "One.")
    for path in ("/mentions/entity-leak/", "/feeds/mentions/entity-leak.atom"):
        assert client.get(path).status_code in (301, 302)
    hide(planted)
    for path in ("/mentions/entity-leak/", "/feeds/mentions/entity-leak.atom", "/mentions/last/"):
        answer = client.get(path)
        assert answer.status_code == 404 and "Location" not in answer.headers
    assert not [v.url for v in crawl() if "/mentions/last/" in v.text.replace(v.url, "") or ">Last<" in v.text]


def test_see_also_says_a_name_only_while_a_page_does(planted, other):
    Entity.objects.filter(slug="entity-leak").update(split_from=other)
    assert "/mentions/open-office/" in where(planted, "mention")
    hide(planted)
    assert where(planted, *NAMED) == set()


def test_the_new_one_of_a_split_is_nowhere_before_a_page_names_it(other):
    entities.split(other, Entity(name="Zq Working Zq", description="zqworkingzq"), None, "zqprivatezq")
    words = ("Zq Working Zq", "zqworkingzq", "zqprivatezq")
    assert not [visit.url for visit in crawl() if any(word in visit.text for word in words)]
