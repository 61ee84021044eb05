"""Before terms are saved the desk shows what they would change; what was shown is what is saved."""

import re

import pytest
from django.utils import timezone

from analysis import effects
from analysis.models import Terms
from tests import making

pytestmark = pytest.mark.django_db
ADD = "/admin/analysis/terms/add/"


@pytest.fixture
def wire():
    return making.publisher("Example Wire", "example-wire.test")


def typed(wire, **fields):
    return {
        "scope": "publisher", "publisher": wire.pk, "basis": "publisher", "level": "none",
        "effective_from_0": "2026-01-01", "effective_from_1": "00:00:00", "reason": "They asked.",
    } | fields  # fmt: skip


def seen(response) -> str:
    return re.search(r'name="seen" value="(\w+)"', response.content.decode())[1]


def made(wire):
    return Terms.objects.filter(publisher=wire)


def test_the_first_post_shows_the_effects_and_keeps_what_was_typed(standards, wire):
    story = making.published(making.article(wire))
    response = standards.post(ADD, typed(wire))
    page = response.content.decode()
    assert response.status_code == 200 and not made(wire).exists()
    assert "This changes 1 story" in page and "1 published story draws on it." in page and "Disappears" in page
    assert story.headline in page and "Please correct" not in page
    assert 'value="2026-01-01"' in page and 'value="They asked."' in page
    assert standards.post(ADD, typed(wire, seen=seen(response))).status_code == 302
    assert made(wire).get().level == "none"


def test_other_words_are_shown_again(standards, wire):
    making.published(making.article(wire))
    first = seen(standards.post(ADD, typed(wire)))
    response = standards.post(ADD, typed(wire, level="link", seen=first))
    assert response.status_code == 200 and not made(wire).exists()
    assert standards.post(ADD, typed(wire, level="link", seen=seen(response))).status_code == 302


def test_rules_that_moved_on_are_shown_again(standards, wire):
    first = seen(standards.post(ADD, typed(wire)))
    making.terms(making.publisher(), level="link")
    response = standards.post(ADD, typed(wire, seen=first))
    assert response.status_code == 200 and not made(wire).exists()
    assert standards.post(ADD, typed(wire, seen=seen(response))).status_code == 302


def test_a_story_published_meanwhile_is_shown_first(standards, wire):
    first = seen(standards.post(ADD, typed(wire)))
    making.published(making.article(wire))
    assert "This changes 1 story" in standards.post(ADD, typed(wire, seen=first)).content.decode()
    assert not made(wire).exists()


@pytest.mark.parametrize("forged", ["", "x", "0" * 64])
def test_what_was_not_shown_is_not_saved(standards, wire, forged):
    assert standards.post(ADD, typed(wire, seen=forged)).status_code == 200
    assert not made(wire).exists()


def test_what_is_wrong_with_the_form_is_said_first(standards, wire):
    response = standards.post(ADD, typed(wire, scope="url", value="not a url"))
    assert "effects" not in response.context and response.context["adminform"].form.errors["value"]


def test_a_large_publisher_is_told_to_be_large(standards, wire, monkeypatch):
    monkeypatch.setattr(effects, "COUNTED", 3)
    monkeypatch.setattr(effects, "CHECKED", 2)
    for _ in range(4):
        making.published(making.article(wire))
    page = standards.post(ADD, typed(wire)).content.decode()
    assert "At least 3 published stories draw on it;" in page and "Only the newest 2 were looked at" in page


def test_terms_of_tomorrow_say_of_when_they_speak(standards, wire):
    response = standards.post(ADD, typed(wire, effective_from_0="2099-01-01"))
    assert "Looked at as of 1 January 2099, 00:00 UTC" in response.content.decode()
    assert response.context["effects"].at > timezone.now()


def test_terms_that_are_overruled_say_by_which_statement(standards, wire):
    article = making.article(wire)
    making.published(article)
    standing = making.terms(wire, scope="url", value=article.url, level="short")
    response = standards.post(ADD, typed(wire, level="link"))
    page = response.content.decode()
    assert "What would be overruled" in page and "this is about a narrower place:" in page
    assert f'<a href="/admin/analysis/terms/{standing.pk}/change/">{article.url}: short summary' in page
    assert "overruled" not in standards.post(ADD, typed(wire, level="link", basis="legal")).content.decode()
    assert standards.post(ADD, typed(wire, level="link", seen=seen(response))).status_code == 302
