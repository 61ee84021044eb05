"""One entity for each name, also when two people name it at once."""

import pytest

from analysis import naming
from analysis.models import Entity, Story
from tests import making

pytestmark = pytest.mark.django_db


def test_an_address_that_is_taken_gets_the_next_number():
    for expected in ("halmouth", "halmouth-2", "halmouth-3"):
        assert naming.free_slug(Story.objects.all(), "halmouth") == expected
        making.draft(slug=expected)


def test_of_an_address_that_very_many_have_one_is_found_by_one_look(django_assert_num_queries):
    for _ in range(naming.TRIED + 2):
        with django_assert_num_queries(1):
            slug = naming.free_slug(Story.objects.all(), "halmouth")
        making.draft(slug=slug)
    assert len(slug) == len("halmouth-") + 8, "a number would not have been found"


def test_a_name_is_made_once_and_found_in_any_spelling():
    first = naming.entity("Port Salvan", "place")
    assert naming.entity("PORT SALVAN", "person") == first == Entity.objects.get()
    assert (first.slug, first.kind) == ("port-salvan", "place")


def test_an_address_that_somebody_took_meanwhile_is_given_up(monkeypatch):
    """What is free when one looks may be taken when one writes."""
    first = naming.entity("Port Salvan", "place")
    monkeypatch.setattr(naming, "free_slug", lambda rows, stem: stem)
    other = naming.entity("Port-Salvan!", "place")
    assert other != first and other.slug.startswith("port-salvan-")
