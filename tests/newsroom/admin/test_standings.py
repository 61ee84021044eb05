"""Saying at the desk where a claim stands, for every story that uses it; and sharing one by its address."""

import json
from html import unescape

import pytest

from analysis import editing, establishing
from analysis.models import Claim, DeskTask, StandingChange, Story
from tests import making
from tests.newsroom.admin.screen import errors, opened, row, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(published):
    """Another public story, with a claim of its own."""
    story = making.draft(headline="The other story")
    Claim.objects.create(story=story, text="The port opens in May.", standing="reported", why="One report.")
    editing.publish(story, None)
    return Story.objects.get(pk=story.pk)


def step(story):
    return url(story, "claims", story.claims.get().pk)


def said(story, **more):
    return {"version": story.version, "was": "reported", "to": "disputed", "why": "The port denies it.", **more}


def test_a_standing_is_said_at_once_and_each_page_is_a_task(editor, client, other):
    response = editor.post(step(other), said(other))
    assert response.status_code == 302
    change = StandingChange.objects.last()
    assert (change.standing, change.by, change.desk) == ("disputed", editor.user, other.desk)
    page = client.get(other.get_absolute_url()).content.decode()
    assert "The port denies it." in page and "Its standing changed since this was written. Then: Reported." in page
    assert DeskTask.objects.get().kind == "standing"
    assert "The standing of a claim changed" in editor.get("/admin/").content.decode()
    assert "Disputed" in editor.get(url(other, "history")).content.decode()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"why": ""}, "required"),
        ({"to": ""}, "required"),
        ({"to": "true"}, "valid choice"),
        ({"to": "reported"}, "stands so already"),
        ({"to": "confirmed"}, "choose the primary source"),
        ({"was": "withdrawn"}, "Somebody was faster"),
        ({"article": "999999"}, "valid choice"),
    ],
)
def test_what_cannot_be_said_comes_back_as_it_was_typed(editor, other, more, words):
    response = editor.post(step(other), said(other, **more))
    text = unescape(response.content.decode())
    assert response.status_code == 200 and words in text
    assert more.get("why") == "" or "The port denies it." in text
    assert StandingChange.objects.filter(claim__story=other).count() == 1


def test_a_form_that_comes_too_late_says_so_and_can_be_sent_again_knowing_that(editor, other):
    establishing.move(other.claims.get(), None, "withdrawn", "The port took it back.")
    response = editor.post(step(other), said(other))
    assert "Somebody was faster" in response.content.decode()
    again = said(
        other, was=response.context["form"]["was"].value(), version=response.context["form"]["version"].value()
    )
    assert editor.post(step(other), again).status_code == 302
    assert other.claims.get().changes.last().standing == "disputed"


def test_only_who_publishes_says_where_a_public_claim_stands(writer, other):
    assert writer.get(step(other)).status_code == 403
    assert writer.post(step(other), said(other)).status_code == 403


def test_a_claim_that_is_not_public_is_left_to_its_story(editor, draft):
    Claim.objects.create(story=draft, text="The port opens in May.", standing="reported")
    response = editor.post(step(draft), said(draft), follow=True)
    assert "This claim is not public" in response.content.decode()


@pytest.mark.parametrize("typed", ["{pk}", "/claims/{pk}/", "https://desk.test/claims/{pk}/", " {pk} "])
def test_a_claim_is_shared_by_its_number_or_its_address(editor, published, other, typed):
    theirs = other.claims.get()
    new = {"claims-n1-text": "Open in May.", "claims-n1-standing": "reported",
           "claims-n1-shares": typed.format(pk=theirs.pk)}  # fmt: skip
    response = editor.post(url(published), opened(editor, url(published)) | new)
    assert response.status_code == 302
    mine = published.claims.get(shares=theirs)
    again = opened(editor, url(published))
    assert again[f"claims-{mine.pk}-shares"] == str(theirs.pk)
    assert editor.post(url(published), again).status_code == 302
    assert Claim.objects.get(pk=mine.pk).shares == theirs


@pytest.mark.parametrize("typed", ["twelve", "1.5", "/stories/x/", "0", "99999999", "-3", "1" * 40])
def test_what_is_no_claim_of_another_story_is_said_at_the_field(editor, published, typed):
    new = {"claims-n1-text": "Open in May.", "claims-n1-standing": "reported", "claims-n1-shares": typed}
    response = editor.post(url(published), opened(editor, url(published)) | new)
    assert response.status_code == 200
    assert "claim" in errors(response).lower() and "Open in May." in response.content.decode()
    assert published.claims.count() == 1


def test_claims_of_stories_on_the_same_sources_are_offered_and_those_with_the_words(editor, published, other):
    theirs = other.claims.get()
    offers = f"{url(published, 'offers', 'claims')}"
    assert "The port opens in May." not in editor.get(offers).content.decode()
    page = editor.get(offers, {"q": "port opens"}).content.decode()
    assert f"/claims/{theirs.pk}/" in page
    values = json.loads(unescape(page.split('data-values="')[1].split('"')[0]))
    assert values == {"text": theirs.text, "standing": "reported", "shares": str(theirs.pk)}
    published.sources.update(article=other.sources.get().article)
    assert "The port opens in May." in editor.get(offers).content.decode()


def test_who_has_the_story_open_is_put_together_with_a_change_of_standing(editor, published, other):
    name = row(published, "claims")
    before = opened(editor, url(published))
    establishing.move(published.claims.get(), None, "disputed", "The firm denies it.")
    response = editor.post(url(published), before | {"headline": "Another headline"})
    assert response.status_code == 302
    claim = published.claims.get()
    assert (claim.standing, Story.objects.get(pk=published.pk).headline) == ("disputed", "Another headline")
    assert opened(editor, url(published))[f"{name}-standing"] == "disputed"


def test_who_says_it_is_told_which_pages_do_not_show_the_reason(editor, other):
    """A page that does not give the credit that the words' sources ask for shows the standing alone."""
    theirs = other.claims.get()
    user = making.draft(headline="It uses the claim too")
    Claim.objects.create(story=user, text="Open in May.", standing="reported", shares=theirs)
    editing.publish(user, None)
    response = editor.post(step(other), said(other), follow=True)
    assert "without your reason" not in response.content.decode()
    making.terms(other.sources.get().article.publisher, level="full", attribution="By permission of the Wire.")
    response = editor.post(step(other), said(other, was="disputed", to="withdrawn"), follow=True)
    text = unescape(response.content.decode())
    assert "without your reason" in text and "It uses the claim too" in text.partition("without your reason")[2]
