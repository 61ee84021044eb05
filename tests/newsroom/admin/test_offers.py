"""What is offered while one writes: whole pages without a script, parts to htmx, and nothing that changes a story."""

import lxml.html
import pytest
from django.utils import timezone

from analysis import editing
from analysis.models import Entity, Mention, Source, StoryLink
from tests import making
from tests.newsroom.admin.screen import opened, url

pytestmark = pytest.mark.django_db
OFFERS = "/admin/analysis/story/offers/"
PART = {"HTTP_HX_REQUEST": "true"}


def of(story, name):
    return f"/admin/analysis/story/{story.pk}/offers/{name}/"


def text(response):
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def addresses(story):
    return [of(story, "earlier"), of(story, "names"), *(f"{OFFERS}{name}/" for name in ("earlier", "names", "source"))]


def test_each_is_a_page_and_to_htmx_its_part(editor, draft):
    for at in addresses(draft):
        assert "<html" in text(editor.get(at))
        assert "<html" not in text(editor.get(at, **PART))


@pytest.mark.parametrize("role", ["writer", "editor", "standards", ""])
def test_whoever_may_see_stories_may_ask(person, draft, role):
    client = person(role)
    for at in addresses(draft):
        assert client.get(at).status_code == 200


def test_nobody_else_may(client, person, draft):
    nobody = person("writer")
    nobody.user.groups.clear()
    for at in addresses(draft):
        assert nobody.get(at).status_code == 403
        assert client.get(at).status_code == 302


def test_a_story_that_is_not_there(editor):
    assert editor.get("/admin/analysis/story/999/offers/names/").status_code == 404


def test_nothing_is_changed_by_asking(editor, published):
    before = editing.digest(editing.snapshot(published))
    for at in addresses(published):
        editor.get(at, {"q": "public", "url": "https://new.test/1"})
        editor.post(at, {"headline": "Other", "mentions-0-name": "Nobody"})
    published.refresh_from_db()
    assert editing.digest(editing.snapshot(published)) == before and published.version == 1


# --- earlier coverage -------------------------------------------------------------------------------------------------


def test_earlier_coverage_with_its_reason(editor):
    nvidia = Entity.objects.create(name="Nvidia", slug="nvidia")
    for headline in ("Public of before", "Of now"):
        story = making.draft(headline=headline)
        Mention.objects.create(story=story, entity=nvidia)
        if headline != "Of now":
            editing.publish(story, None)
            earlier = story
    page = text(editor.get(of(story, "earlier"), **PART))
    assert "Public of before" in page and "names Nvidia too" in page
    assert f'data-value="{earlier.slug}"' in page
    assert "Public of before" in text(editor.get(f"{OFFERS}earlier/", {"q": "before"}, **PART))
    assert "Public of before" not in text(editor.get(of(story, "earlier"), {"q": "elsewhere"}, **PART))
    StoryLink.objects.create(story=story, earlier=earlier, kind="follows", why="It began there.")
    assert "Public of before" not in text(editor.get(of(story, "earlier"), **PART))


def test_a_headline_that_was_not_saved_yet_counts(editor):
    making.published(headline="The turbines of Halmouth")
    page = text(editor.get(f"{OFFERS}earlier/", {"headline": "Halmouth buys turbines"}, **PART))
    assert "shares the words “halmouth” and “turbines”" in page


# --- names ------------------------------------------------------------------------------------------------------------


def test_names_in_the_saved_text_and_in_the_typed_one(editor):
    for name in ("Nvidia", "Halmouth", "Elsewhere"):
        Entity.objects.create(name=name, slug=name.lower())
    story = making.draft(headline="Nvidia pays")
    assert 'data-value="Nvidia"' in text(editor.get(of(story, "names"), **PART))
    typed = {
        "headline": "Nobody", "note_take_text": "As *Halmouth* said.", "claims-3-text": "Elsewhere grows.",
        "mentions-0-name": "ELSEWHERE", "slug": "nvidia",
    }  # fmt: skip
    page = text(editor.post(of(story, "names"), typed, **PART))
    assert 'data-value="Halmouth"' in page
    assert "Nvidia" not in page and "Elsewhere" not in page
    Mention.objects.create(story=story, entity=Entity.objects.get(name="Halmouth"))
    assert "Halmouth" not in text(editor.post(of(story, "names"), typed, **PART))


def test_what_no_database_can_hold_is_passed_over(editor):
    Entity.objects.create(name="Nvidia", slug="nvidia")
    page = text(editor.post(f"{OFFERS}names/", {"headline": "0\x000 Nvidia", "mentions-0-name": "\x00"}, **PART))
    assert 'data-value="Nvidia"' in page


def test_names_in_what_was_typed_are_found_without_a_script_too(editor):
    Entity.objects.create(name="Nvidia", slug="nvidia")
    story = making.draft()
    page = lxml.html.fromstring(text(editor.get(url(story))))
    (button,) = page.xpath("//form[@id='story_form']//button[@formaction and @hx-post]")
    found = text(editor.post(button.get("formaction"), opened(editor, url(story)) | {"dek": "Nvidia did."}))
    assert 'data-value="Nvidia"' in found and "<html" in found


def test_hostile_names_are_shown_as_words(editor):
    Entity.objects.create(name="<img src=x> Ltd", slug="x")
    page = text(editor.post(f"{OFFERS}names/", {"headline": "The img src=x> Ltd <script>alert(1)</script>"}, **PART))
    assert "<img" not in page and "<script" not in page


# --- sources ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pasted",
    ["https://wire.test/story/1", "http://www.wire.test/story/1/?utm_source=x&fbclid=y#part", "m.wire.test/story/1",
     "https://mobile.wire.test/story/1/", "https://amp.wire.test/story/1", "https://wire.test/story/1/amp/",
     "https://wire.test/amp/story/1", "https://wire.test/story/1?amp=1", "https://wire.test/story/1.amp",
     "https://www.google.com/amp/s/www.wire.test/story/1/amp",
     "https://wire-test.cdn.ampproject.org/c/s/wire.test/story/1"],
)  # fmt: skip
def test_a_known_article_is_found_under_any_of_its_spellings(editor, pasted):
    wire = making.publisher("Example Wire", "wire.test")
    known = making.article(wire, title="Their words", path="story/1")
    making.terms(wire, level="short")
    page = text(editor.get(f"{OFFERS}source/", {"url": pasted}, **PART))
    assert "Their words" in page and "Example Wire" in page and known.url in page
    assert "Short summary, up to 40 words, no quotations" in page
    assert "No story of ours uses it." in page


def test_it_says_which_stories_use_it_already(editor):
    known = making.article()
    making.published(known, headline="Public use")
    Source.objects.create(story=making.draft(headline="Drafted use"), article=known, role="background")
    page = text(editor.get(f"{OFFERS}source/", {"url": known.url}, **PART))
    assert page.count("Public use") == 1 and page.count("Drafted use") == 1


def test_of_an_unknown_article_whose_it_is_and_what_its_terms_would_be(editor):
    wire = making.publisher("Example Wire", "wire.test")
    making.terms(wire, level="link")
    page = text(editor.get(f"{OFFERS}source/", {"url": "https://news.wire.test/new"}, **PART))
    assert "We do not know this article yet." in page and "Example Wire" in page
    assert "What its terms would be: <strong>Headline and link only." in " ".join(page.split())
    page = text(editor.get(f"{OFFERS}source/", {"url": "https://nobody.test/new"}, **PART))
    assert "We do not know whose nobody.test is." in page and "Summary, up to 60 words" in page


def test_an_embargo_without_a_date_is_explained(editor):
    wire = making.publisher("Example Wire", "wire.test")
    making.terms(wire, level="full", embargo_hours=5)
    page = text(editor.get(f"{OFFERS}source/", {"url": "https://wire.test/new"}, **PART))
    assert "the embargo does not end by itself" in page
    assert str(timezone.now().year) in page


@pytest.mark.parametrize("junk", ["not an address", "ftp://a.test/", "https://user@a.test/", "https://[", "a" * 5000])
def test_what_is_no_address_is_said_and_kept(editor, junk):
    response = editor.get(f"{OFFERS}source/", {"url": junk})
    assert response.status_code == 422
    assert "This cannot be read as a web address" in response.content.decode()
