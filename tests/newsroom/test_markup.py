"""What machines read on a story page: never more than the page says, in schema.org's own words."""

import json

import lxml.html
import pytest
from django.test import Client

from analysis import editing
from analysis.models import Claim, ContextNote, Story, Summary
from tests import making

pytestmark = pytest.mark.django_db
BY_MODEL = "https://schema.org/TrainedAlgorithmicMediaDigitalSource"
IN_PART = "https://schema.org/CompositeWithTrainedAlgorithmicMediaDigitalSource"


def read(story: Story) -> dict[str, object]:
    page = lxml.html.fromstring(Client().get(f"/stories/{story.slug}/").content)
    (found,) = page.xpath("//script[@type='application/ld+json']/text()")
    return json.loads(found)


def story(head="person", summary="person", note="person", claims=None, watch=None) -> Story:
    """`claims`, `watch`: who made them, if there are any."""
    said = {"head": head, "claims": claims or "person", "watch": watch or "person"}
    machine = {f"{part}_model": "M-1" for part, by in said.items() if by in ("model", "both")}
    made = making.draft(**{f"{part}_made_by": by for part, by in said.items()}, **machine)
    model = "M-1" if summary in ("model", "both") else ""
    Summary.objects.filter(story=made).update(made_by=summary, model=model)
    model = "M-1" if note in ("model", "both") else ""
    ContextNote.objects.create(story=made, slot="take", text="We doubt it.", made_by=note, model=model)
    if claims is not None:
        Claim.objects.create(story=made, text="Twelve bid.", standing="reported")
        Story.objects.filter(pk=made.pk).update(claims_made_by=claims)
    if watch is not None:
        Story.objects.filter(pk=made.pk).update(watch_made_by=watch)
        making.promise(made, public=False)
    editing.publish(made, None)
    return made


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({}, None),
        ({"head": "", "note": ""}, None),
        ({"head": "model", "summary": "model", "note": "model"}, BY_MODEL),
        ({"head": "model", "summary": "model", "note": "model", "watch": "person"}, IN_PART),
        ({"head": "model", "summary": "model", "note": "model", "claims": "", "watch": "model"}, IN_PART),
        ({"head": "model", "summary": "model", "note": "model", "claims": "model", "watch": "model"}, BY_MODEL),
        ({"claims": "person", "watch": "person"}, None),
        ({"claims": "both"}, IN_PART),
        ({"watch": "model"}, IN_PART),
        ({"head": "", "summary": "model", "note": "model"}, IN_PART),
        ({"summary": "model"}, IN_PART),
        ({"note": "both"}, IN_PART),
        ({"head": "both", "summary": "both", "note": "both"}, IN_PART),
        ({"head": "model"}, IN_PART),
    ],
)
def test_what_a_model_had_a_hand_in_is_said_of_the_page(how, says):
    assert read(story(**how)).get("digitalSourceType") == says


def test_of_a_part_that_is_not_shown_nothing_is_said():
    made = story(summary="model")
    assert read(made)["digitalSourceType"] == IN_PART
    making.terms(made.sources.get().article.publisher, ai="deny")
    assert "digitalSourceType" not in read(made)


def test_of_claims_that_are_not_shown_nothing_is_said():
    made = story(claims="both", watch="both")
    assert read(made)["digitalSourceType"] == IN_PART
    making.terms(made.sources.get().article.publisher, level="link")
    assert "digitalSourceType" not in read(made)


def test_a_stake_is_no_property_of_schema_org():
    made = making.published(conflicts="We own a share.")
    assert "We own a share." not in json.dumps(read(made))
    assert "We own a share." in Client().get(f"/stories/{made.slug}/").content.decode()
