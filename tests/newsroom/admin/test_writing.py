"""An editor makes a story on one screen, and what stands on the screen is what is saved."""

from datetime import timedelta

import pytest
from django.utils import timezone

from analysis.models import Article, Claim, Domain, Entity, Story, WatchItem
from tests import making
from tests.newsroom.admin.screen import ADD, errors, messages, opened, sent_by, url

pytestmark = pytest.mark.django_db


def new_story(client, **fields):
    data = opened(client, ADD)
    return data | {"headline": "L’été à Halmouth", "topic": making.topic().pk, "desk": making.desk().pk} | fields


def source(n=0, **fields):
    return {f"sources-{n}-{name}": value for name, value in {"role": "original", "in_summary": "on", **fields}.items()}


def test_one_screen_makes_a_story_with_its_article(editor):
    wire = making.publisher(host="wire.test")
    data = new_story(
        editor,
        **source(url="HTTPS://Wire.test/a?utm_source=x#top", title="Their headline"),
        summary_text="It *said* so.",
        note_take_text="We think so.",
        disclosure="By people.",
    )
    response = editor.post(ADD, data, follow=True)
    story = Story.objects.get()
    assert story.slug == "lete-a-halmouth"
    assert story.created_by == editor.user
    article = story.sources.get().article
    assert (article.url, article.title, article.publisher) == ("https://wire.test/a", "Their headline", wire)
    assert story.summary.text == "It *said* so."
    assert story.notes.get().text == "We think so."
    assert "not public" in messages(response)


def test_a_known_article_is_found_under_any_spelling_and_keeps_its_headline(editor):
    known = making.article(making.publisher(host="wire.test"), path="a", title="As it was")
    editor.post(ADD, new_story(editor, **source(url="wire.test/a?fbclid=1", title="Another")))
    assert Story.objects.get().sources.get().article == known
    assert Article.objects.get().title == "As it was"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"url": "not a url", "title": "T"}, "cannot be read as a web address"),
        ({"url": "javascript://wire.test/a", "title": "T"}, "cannot be read as a web address"),
        ({"url": "https://stranger.test/a", "title": "T"}, "whose host stranger.test is"),
        ({"url": "https://wire.test/a", "title": ""}, "Write their headline"),
        ({"url": "https://wire.test/a", "title": "T", "publisher": "Nobody"}, "no publisher named “Nobody”"),
    ],
)
def test_a_source_that_cannot_be_taken_is_explained_and_nothing_is_made(editor, typed, says):
    making.publisher(host="wire.test")
    response = editor.post(ADD, new_story(editor, **source(**typed), note_take_text="Long thought."))
    assert response.status_code == 200
    assert says in errors(response)
    assert sent_by(response)["note_take_text"] == "Long thought."
    assert sent_by(response)["sources-0-url"] == typed["url"]
    assert not Story.objects.exists() and not Article.objects.exists()


def test_a_publisher_can_be_chosen_by_name_for_a_host_nobody_knows(editor):
    chosen = making.publisher("The Ardoise Post")
    editor.post(ADD, new_story(editor, **source(url="https://new.test/a", title="T", publisher="the ardoise post")))
    assert Article.objects.get().publisher == chosen


def test_one_article_is_a_source_once(editor):
    making.publisher(host="wire.test")
    one, two = source(url="https://wire.test/a", title="T"), source(1, url="wire.test/a#b", title="T")
    response = editor.post(ADD, new_story(editor, **one, **two, **{"sources-TOTAL_FORMS": "2"}))
    assert "among the story’s sources already" in errors(response)


def test_two_headlines_alike_get_two_addresses(editor):
    making.draft(slug="lete-a-halmouth")
    editor.post(ADD, new_story(editor))
    assert Story.objects.latest("pk").slug == "lete-a-halmouth-2"


def test_the_address_is_fixed_by_publication(editor, published):
    slug = published.slug
    editor.post(url(published), opened(editor, url(published)) | {"slug": "elsewhere", "headline": "Another"})
    published.refresh_from_db()
    assert (published.slug, published.headline) == (slug, "Another")


def test_an_emptied_note_is_removed_and_an_untouched_one_stays(editor, published):
    data = opened(editor, url(published)) | {"note_why_text": "It matters."}
    editor.post(url(published), data)
    editor.post(url(published), opened(editor, url(published)) | {"note_take_text": "", "summary_text": ""})
    assert [note.slot for note in published.notes.all()] == ["why"]
    assert not hasattr(Story.objects.get(pk=published.pk), "summary")


def test_a_note_rests_on_the_sources_chosen(editor, draft):
    source = draft.sources.get()
    data = opened(editor, url(draft)) | {"note_take_text": "A take.", "note_take_rests_on": [str(source.pk)]}
    editor.post(url(draft), data)
    assert list(draft.notes.get().rests_on.all()) == [source]


def test_a_machine_made_summary_names_its_model(editor, draft):
    response = editor.post(url(draft), opened(editor, url(draft)) | {"summary_made_by": "model"})
    assert "Name the language model" in errors(response)


def test_saving_does_not_touch_the_public_page(editor, published):
    data = opened(editor, url(published)) | {"headline": "A new headline", "note_take_text": "A new take."}
    response = editor.post(url(published), data, follow=True)
    assert "unchanged until you publish" in messages(response)
    assert b"differs from what is saved here" in response.content
    page = editor.get(published.get_absolute_url()).content.decode()
    assert "A public headline" in page and "A new headline" not in page and "A new take" not in page


def test_a_stance_is_saved_for_each_source_and_can_be_taken_back(editor, published):
    claim, stance = published.claims.get(), f"claims-0-stance_{published.sources.get().pk}"
    editor.post(url(published), opened(editor, url(published)) | {stance: "disputes"})
    assert claim.evidence.get().stance == "disputes"
    editor.post(url(published), opened(editor, url(published)) | {stance: ""})
    assert not claim.evidence.exists()


def test_a_source_removed_together_with_a_changed_stance_on_it_is_removed(editor, published):
    stance = f"claims-0-stance_{published.sources.get().pk}"
    data = opened(editor, url(published)) | {stance: "disputes", "sources-0-DELETE": "on"}
    assert editor.post(url(published), data).status_code == 302
    assert not published.sources.exists()


def test_a_change_of_standing_is_dated_with_who_and_why(editor, published):
    claim = published.claims.get()
    data = opened(editor, url(published)) | {"claims-0-standing": "disputed", "claims-0-why": "The firm denies it."}
    editor.post(url(published), data)
    before, after = claim.changes.all()
    assert (before.standing, before.why) == ("reported", "One report.")
    assert (after.standing, after.why, after.by) == ("disputed", "The firm denies it.", editor.user)


def test_a_claim_whose_standing_has_moved_is_not_deleted(editor, published):
    claim = published.claims.get()
    editor.post(url(published), opened(editor, url(published)) | {"claims-0-standing": "disputed"})
    response = editor.post(url(published), opened(editor, url(published)) | {"claims-0-DELETE": "on"})
    assert response.status_code == 200
    assert Claim.objects.filter(pk=claim.pk).exists()


def test_a_new_row_goes_last(editor, published):
    data = opened(editor, url(published)) | {"claims-1-text": "Another.", "claims-1-standing": "reported"}
    editor.post(url(published), data)
    assert [claim.text for claim in published.claims.all()] == ["Twelve firms bid.", "Another."]


def test_a_public_watch_item_takes_nothing_from_the_browser(editor, published):
    forged = {"watch_items-0-statement": "Something easier.", "watch_items-0-DELETE": "on"}
    editor.post(url(published), opened(editor, url(published)) | forged)
    assert published.watch_items.get().statement == "The winner is named."


def test_a_corrected_watch_item_gives_way_only_when_the_new_one_is_public(editor, published):
    old = published.watch_items.get()
    row = {
        "statement": "Two winners are named.", "due": timezone.localdate() + timedelta(days=40), "likelihood": "60",
        "settled_by": "A register", "replaces": old.pk,
    }  # fmt: skip
    data = opened(editor, url(published)) | {f"watch_items-1-{name}": value for name, value in row.items()}
    editor.post(url(published), data)
    old.refresh_from_db()
    assert old.superseded_by == WatchItem.objects.get(statement="Two winners are named.")
    assert "The winner is named." in editor.get("/watch/").content.decode()
    form = {"version": Story.objects.get(pk=published.pk).version, "kind": "correction", "reason": "There are two."}
    editor.post(url(published, "do", "revise"), form)
    watch = editor.get("/watch/").content.decode()
    assert "Two winners are named." in watch and "The winner is named." not in watch


def test_mentions_and_earlier_stories_are_chosen_by_name_and_address(editor, draft, published):
    Entity.objects.create(name="Port Salvan", slug="port-salvan")
    data = opened(editor, url(draft)) | {
        "mentions-0-entity": "port salvan",
        "earlier-0-earlier": f"https://desk.example/stories/{published.slug}/",
        "earlier-0-kind": "follows",
        "earlier-0-why": "It began there.",
    }
    assert editor.post(url(draft), data).status_code == 302
    assert draft.mentions.get().entity.name == "Port Salvan"
    assert draft.earlier.get().earlier == published


@pytest.mark.parametrize("address", ["no-such", "the-draft", "\x00", "//"])
def test_only_published_stories_are_earlier_coverage(editor, draft, address):
    making.draft(slug="the-draft")
    typed = {"earlier-0-earlier": address, "earlier-0-kind": "follows", "earlier-0-why": "W"}
    response = editor.post(url(draft), opened(editor, url(draft)) | typed)
    assert response.status_code == 200
    assert not draft.earlier.exists()


def test_the_summary_is_counted_against_the_terms_of_its_sources(editor):
    wire = making.publisher("Wire")
    making.terms(wire, level="short")
    story = making.draft(making.article(wire), summary="One two three, four.")
    page = editor.get(url(story)).content.decode()
    assert "4</output> of the 40 words that these terms allow" in page
    assert "Short summary, up to 40 words" in page
    assert "The publisher Wire" in page


def test_a_domain_guess_prefers_the_nearest_host(editor):
    making.publisher(host="big.test")
    near = making.publisher(host="local.big.test")
    assert Domain.objects.count() == 2
    editor.post(ADD, new_story(editor, **source(url="https://www.local.big.test/a", title="T")))
    assert Article.objects.get().publisher == near
