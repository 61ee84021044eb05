"""An editor makes a story on one screen, and what stands on the screen is what is saved."""

import re
from datetime import timedelta

import lxml.html
import pytest
from django.utils import timezone

from analysis import establishing, judging
from analysis.addresses import canonical, host_of
from analysis.models import Article, Claim, Domain, Entity, Mention, Story, WatchItem
from tests import making
from tests.newsroom.admin.screen import ADD, errors, messages, opened, row, sent_by, url

pytestmark = pytest.mark.django_db


def new_story(client, **fields):
    data = opened(client, ADD)
    return data | {"headline": "L’été à Halmouth", "topic": making.topic().slug, "desk": making.desk().slug} | fields


def source(n=1, **fields):
    return {f"sources-n{n}-{name}": value for name, value in {"role": "original", "in_summary": "on", **fields}.items()}


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
    assert sent_by(response)["sources-n1-url"] == typed["url"]
    assert not Story.objects.exists() and not Article.objects.exists()


def test_a_publisher_can_be_chosen_by_name_for_a_host_nobody_knows(editor):
    chosen = making.publisher("The Ardoise Post")
    editor.post(ADD, new_story(editor, **source(url="https://new.test/a", title="T", publisher="the ardoise post")))
    assert Article.objects.get().publisher == chosen


@pytest.mark.parametrize("host", ["strict.test", "www.strict.test", "STRICT.test:8443"])
def test_a_host_with_an_owner_is_not_put_under_another_name(editor, host):
    strict = making.publisher("Strict", host="strict.test")
    making.publisher("Loose")
    typed = {"url": f"https://{host}/a", "title": "T"}
    response = editor.post(ADD, new_story(editor, **source(**typed, publisher="Loose")))
    assert response.status_code == 200
    assert f"{host_of(canonical(typed['url']))} belongs to Strict. Choose it, or move the domain" in errors(response)
    assert not Article.objects.exists()
    editor.post(ADD, new_story(editor, **source(**typed, publisher="strict")))
    assert Article.objects.get().publisher == strict


def test_the_nearest_owner_of_a_host_counts(editor):
    making.publisher("Big", host="big.test")
    making.publisher("Local", host="local.big.test")
    typed = source(url="https://www.local.big.test/a", title="T", publisher="Big")
    assert "www.local.big.test belongs to Local." in errors(editor.post(ADD, new_story(editor, **typed)))
    assert not Article.objects.exists()


def test_an_article_is_not_put_under_another_name_than_its_hosts(editor):
    strict, loose = making.publisher("Strict", host="strict.test"), making.publisher("Loose")
    add = "/admin/analysis/article/add/"
    data = {"url": "https://strict.test/a", "title": "T", "publisher": loose.pk, "language": "en"}
    assert "strict.test belongs to Strict." in str(editor.post(add, data).context["adminform"].form.errors)
    assert editor.post(add, data | {"publisher": strict.pk}).status_code == 302
    article = Article.objects.get()
    change = f"/admin/analysis/article/{article.pk}/change/"
    response = editor.post(change, data)
    assert response.status_code == 200 and "strict.test belongs to Strict." in response.content.decode()
    assert Article.objects.get().publisher == strict
    elsewhere = data | {"url": "https://nobodys.test/a"}
    assert editor.post(add, elsewhere).status_code == 302
    assert Article.objects.get(url=elsewhere["url"]).publisher == loose


def test_a_cited_article_whose_domain_has_moved_can_still_be_dated(editor):
    article = making.article(making.publisher(host="moved.test"))
    making.published(article)
    Domain.objects.update(publisher=making.publisher("New owner"))
    at = f"/admin/analysis/article/{article.pk}/change/"
    assert editor.post(at, {"title": "Dated", "language": "en"}).status_code == 302
    assert Article.objects.get().title == "Dated"


def test_one_article_is_a_source_once(editor):
    making.publisher(host="wire.test")
    one, two = source(url="https://wire.test/a", title="T"), source(2, url="wire.test/a#b", title="T")
    response = editor.post(ADD, new_story(editor, **one, **two))
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
    claim, stance = published.claims.get(), f"{row(published, 'claims')}-stance_{published.sources.get().pk}"
    editor.post(url(published), opened(editor, url(published)) | {stance: "disputes"})
    assert claim.evidence.get().stance == "disputes"
    editor.post(url(published), opened(editor, url(published)) | {stance: ""})
    assert not claim.evidence.exists()


def test_a_source_removed_together_with_a_changed_stance_on_it_is_removed(editor, published):
    stance = f"{row(published, 'claims')}-stance_{published.sources.get().pk}"
    data = opened(editor, url(published)) | {stance: "disputes", f"{row(published, 'sources')}-DELETE": "on"}
    assert editor.post(url(published), data).status_code == 302
    assert not published.sources.exists()


def test_a_change_of_standing_is_dated_with_who_and_why(editor, published):
    claim, name = published.claims.get(), row(published, "claims")
    data = opened(editor, url(published)) | {f"{name}-standing": "disputed", f"{name}-why": "The firm denies it."}
    editor.post(url(published), data)
    assert claim.changes.count() == 1  # proposed
    version = Story.objects.get(pk=published.pk).version
    editor.post(url(published, "do", "revise"), {"version": version, "kind": "update", "reason": "The firm spoke."})
    before, after = claim.changes.all()
    assert (before.standing, before.why) == ("reported", "One report.")
    assert (after.standing, after.why, after.by) == ("disputed", "The firm denies it.", editor.user)


def test_a_claim_whose_standing_has_moved_is_not_deleted(editor, published):
    claim, name = published.claims.get(), row(published, "claims")
    establishing.move(claim, None, "disputed", "The firm denies it.")
    response = editor.post(url(published), opened(editor, url(published)) | {f"{name}-DELETE": "on"})
    assert response.status_code == 200
    assert "its standing has moved" in errors(response)
    assert Claim.objects.filter(pk=claim.pk).exists()


def test_a_drafts_changes_of_standing_leave_no_record_and_the_draft_can_go(editor, draft):
    claim = Claim.objects.create(story=draft, text="Twelve firms bid.", standing="reported", why="One report.")
    kept = Claim.objects.create(story=draft, text="Two withdrew.", standing="reported", position=1)
    moved = {f"{row(draft, 'claims', n)}-standing": "disputed" for n in (0, 1)}
    assert editor.post(url(draft), opened(editor, url(draft)) | moved).status_code == 302
    assert list(draft.claims.values_list("standing", flat=True)) == ["disputed", "disputed"]
    assert not claim.changes.exists() and not kept.changes.exists()
    assert (
        editor.post(url(draft), opened(editor, url(draft)) | {f"{row(draft, 'claims')}-DELETE": "on"}).status_code
        == 302
    )
    assert draft.claims.get() == kept
    assert editor.post(url(draft, "delete"), {"post": "yes"}).status_code == 302
    assert not Story.objects.filter(pk=draft.pk).exists()


def test_the_first_publication_shows_no_move_from_before_it(editor, draft):
    Claim.objects.create(story=draft, text="Twelve firms bid.", standing="reported")
    editor.post(url(draft), opened(editor, url(draft)) | {f"{row(draft, 'claims')}-standing": "disputed"})
    editor.post(url(draft, "do", "publish"), {"version": Story.objects.get(pk=draft.pk).version})
    assert Story.objects.get(pk=draft.pk).current.content["claims"][0]["history"] == []
    establishing.move(draft.claims.get(), None, "withdrawn", "It was another tender.")
    assert [change.standing for change in draft.claims.get().changes.all()] == ["disputed", "withdrawn"]


def test_a_new_row_goes_last(editor, published):
    data = opened(editor, url(published)) | {"claims-n1-text": "Another.", "claims-n1-standing": "reported"}
    editor.post(url(published), data)
    assert [claim.text for claim in published.claims.all()] == ["Twelve firms bid.", "Another."]


def test_a_public_watch_item_takes_nothing_from_the_browser(editor, published):
    name = row(published, "watch_items")
    forged = {f"{name}-statement": "Something easier.", f"{name}-DELETE": "on"}
    response = editor.post(url(published), opened(editor, url(published)) | forged)
    assert published.watch_items.get().statement == "The winner is named."
    assert sent_by(response)["watch_items-n1-statement"] == "Something easier.", "and what was typed is not lost"


def test_a_corrected_watch_item_gives_way_only_when_the_new_one_is_public(editor, published):
    old = published.watch_items.get()
    row = {
        "statement": "Two winners are named.", "due": timezone.localdate() + timedelta(days=40), "likelihood": "60",
        "settled_by": "A register", "replaces": old.pk,
    }  # fmt: skip
    data = opened(editor, url(published)) | {f"watch_items-n1-{name}": value for name, value in row.items()}
    editor.post(url(published), data)
    old.refresh_from_db()
    assert old.superseded_by == WatchItem.objects.get(statement="Two winners are named.")
    assert "The winner is named." in editor.get("/watch/").content.decode()
    form = {"version": Story.objects.get(pk=published.pk).version, "kind": "correction", "reason": "There are two."}
    editor.post(url(published, "do", "revise"), form)
    watch = editor.get("/watch/").content.decode()
    assert "Two winners are named." in watch
    assert "A newer one stands in its place" in watch and "The winner is named." in watch, "it was promised"
    page = editor.get(published.get_absolute_url()).content.decode()
    assert page.index("Two winners are named.") < page.index("The winner is named.") < page.index("A newer one stands")


def test_a_replacement_that_is_not_public_can_be_removed_and_the_old_item_stands_again(editor, published):
    old = published.watch_items.get()
    new = WatchItem.objects.create(
        story=published, statement="Two winners are named.", due=old.due, likelihood=60, settled_by="It", position=1
    )
    WatchItem.objects.filter(pk=old.pk).update(superseded_by=new)
    removed = opened(editor, url(published)) | {f"watch_items-{new.pk}-DELETE": "on"}
    # Refused for another reason: nothing is let go yet.
    assert editor.post(url(published), removed | {"headline": ""}).status_code == 200
    assert WatchItem.objects.get(pk=old.pk).superseded_by == new
    assert editor.post(url(published), removed).status_code == 302
    assert published.watch_items.get() == old
    assert published.watch_items.get().superseded_by is None
    # It can be corrected anew, in the same words.
    page = opened(editor, url(published))
    row = {"statement": new.statement, "due": new.due, "likelihood": 60, "settled_by": "It", "replaces": old.pk}
    editor.post(url(published), page | {f"watch_items-n1-{name}": value for name, value in row.items()})
    old.refresh_from_db()
    assert old.superseded_by.statement == new.statement


def test_a_public_replacement_is_not_removed(editor, published):
    old = published.watch_items.get()
    new = making.promise(published, "Two.", position=1)
    WatchItem.objects.filter(pk=old.pk).update(superseded_by=new)
    editor.post(url(published), opened(editor, url(published)) | {f"watch_items-{new.pk}-DELETE": "on"})
    assert WatchItem.objects.get(pk=old.pk).superseded_by == new


def test_mentions_and_earlier_stories_are_chosen_by_name_and_address(editor, draft, published):
    Entity.objects.create(name="Port Salvan", slug="port-salvan")
    data = opened(editor, url(draft)) | {
        "mentions-n1-name": "port salvan",
        "earlier-n1-earlier": f"https://desk.example/stories/{published.slug}/",
        "earlier-n1-kind": "follows",
        "earlier-n1-why": "It began there.",
    }
    assert editor.post(url(draft), data).status_code == 302
    assert draft.mentions.get().entity.name == "Port Salvan"
    assert draft.earlier.get().earlier == published


def test_a_mention_may_be_new(editor, draft):
    typed = {"mentions-n1-name": "Société d’Énergie", "mentions-n2-name": "商汤"}
    response = editor.post(url(draft), opened(editor, url(draft)) | typed)
    assert "“Société d’Énergie” is new here: say what it is, or correct the name." in errors(response)
    assert typed["mentions-n2-name"] in response.content.decode()
    kinds = {"mentions-n1-kind": "organisation", "mentions-n2-kind": "product"}
    assert not Entity.objects.exists()
    assert editor.post(url(draft), opened(editor, url(draft)) | typed | kinds).status_code == 302
    made = [(m.entity.name, m.entity.kind, m.entity.slug) for m in draft.mentions.all()]
    assert made == [("Société d’Énergie", "organisation", "societe-denergie"), ("商汤", "product", "product")]


def test_a_known_mention_stays_what_it_is_whatever_kind_is_chosen(editor, draft):
    Entity.objects.create(name="Port Salvan", slug="port-salvan", kind="place")
    typed = {"mentions-n1-name": "PORT salvan", "mentions-n1-kind": "person"}
    assert editor.post(url(draft), opened(editor, url(draft)) | typed).status_code == 302
    assert Entity.objects.get().kind == "place"


def test_a_writer_may_name_somebody_new(writer):
    story = making.draft(created_by=writer.user)
    typed = {"mentions-n1-name": "Newly Founded", "mentions-n1-kind": "organisation"}
    assert writer.post(url(story), opened(writer, url(story)) | typed).status_code == 302
    assert story.mentions.get().entity == Entity.objects.get(name="Newly Founded")


@pytest.mark.parametrize(
    ("known", "typed"),
    [("Énergie", "énergie"), ("Énergie", "E\u0301NERGIE"), ("Straße", "STRASSE"), ("Ⅳ Fund", "IV fund")],
)
def test_a_name_is_known_in_any_case_and_however_its_accents_are_typed(editor, draft, known, typed):
    entity = Entity.objects.create(name=known, slug="known")
    data = opened(editor, url(draft)) | {"mentions-n1-name": typed, "mentions-n1-kind": "person"}
    assert editor.post(url(draft), data).status_code == 302
    assert draft.mentions.get().entity == entity == Entity.objects.get()


@pytest.mark.parametrize("typed", ["…", "🦊", "--", "Evil\u202e Corp", "\u200b"])
def test_a_name_that_cannot_be_read_is_refused(editor, draft, typed):
    data = opened(editor, url(draft)) | {"mentions-n1-name": typed, "mentions-n1-kind": "person"}
    response = editor.post(url(draft), data)
    assert "Write a name of letters or digits, without invisible characters." in errors(response)
    assert not Entity.objects.exists()


def test_mentions_may_change_places(editor, draft):
    for slug in ("one", "two", "three"):
        Mention.objects.create(
            story=draft, entity=Entity.objects.create(name=slug.title(), slug=slug), position=len(slug)
        )
    places = {"mentions-.two-position": "1", "mentions-.one-position": "2", "mentions-.three-position": "3"}
    assert editor.post(url(draft), opened(editor, url(draft)) | places).status_code == 302
    assert [m.entity.name for m in draft.mentions.all()] == ["Two", "One", "Three"]
    moved = {"mentions-.three-position": "0", "mentions-.two-DELETE": "on"}
    assert editor.post(url(draft), opened(editor, url(draft)) | moved).status_code == 302
    assert [m.entity.name for m in draft.mentions.all()] == ["Three", "One"]


def test_two_addresses_that_differ_in_case_are_two_articles(editor):
    making.publisher(host="tube.test")
    data = new_story(
        editor,
        **source(1, url="https://tube.test/watch?v=aBc", title="One"),
        **source(2, url="https://tube.test/watch?v=abC", title="Two"),
    )
    assert editor.post(ADD, data).status_code == 302
    assert Article.objects.count() == 2


def test_nothing_is_mentioned_twice(editor, draft):
    typed = {f"mentions-n{n}-{name}": value for n, word in enumerate(("New One", "new one"), 1)
             for name, value in (("name", word), ("kind", "person"))}  # fmt: skip
    response = editor.post(url(draft), opened(editor, url(draft)) | typed)
    assert "This entity is mentioned already." in errors(response)
    assert not Entity.objects.exists()


def test_an_earlier_story_is_found_by_its_headline(editor, draft, published):
    typed = {"earlier-n1-earlier": published.headline.upper(), "earlier-n1-kind": "follows", "earlier-n1-why": "W"}
    assert editor.post(url(draft), opened(editor, url(draft)) | typed).status_code == 302
    assert draft.earlier.get().earlier == published


@pytest.mark.parametrize("address", ["no-such", "the-draft", "\x00", "//"])
def test_only_published_stories_are_earlier_coverage(editor, draft, address):
    making.draft(slug="the-draft")
    typed = {"earlier-n1-earlier": address, "earlier-n1-kind": "follows", "earlier-n1-why": "W"}
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


def test_a_domain_guess_prefers_the_nearest_host(editor):
    making.publisher(host="big.test")
    near = making.publisher(host="local.big.test")
    assert Domain.objects.count() == 2
    editor.post(ADD, new_story(editor, **source(url="https://www.local.big.test/a", title="T")))
    assert Article.objects.get().publisher == near


def test_what_is_wrong_is_listed_at_the_top_and_leads_to_its_field(editor, draft):
    typed = {"headline": "", "claims-n1-text": "A claim.", "claims-n1-standing": "", "mentions-n2-name": "Nobody known"}
    page = editor.post(url(draft), opened(editor, url(draft)) | typed).content.decode()
    found = dict(re.findall(r'<li><a href="#([^"]+)">([^<]*)</a>', page))
    assert found["id_headline"] == "Headline"
    assert found["id_claims-n1-standing"] == "Claim “A claim.”, standing"
    assert found["id_mentions-n2-kind"].startswith("Mention “Nobody known”, ")
    for target in found:
        assert f'id="{target}"' in page
    assert "mistakes" not in editor.get(url(draft)).content.decode()


def test_a_row_that_is_to_go_is_no_mistake(editor, published):
    name = row(published, "claims")
    response = editor.post(
        url(published), opened(editor, url(published)) | {"headline": "", f"{name}-text": "", f"{name}-DELETE": "on"}
    )
    assert [mistake.name for mistake in response.context["mistakes"]] == ["headline"]


def test_a_page_that_did_not_come_in_whole_removes_nothing(editor, published):
    """On a slow line the button is pressed before the end of the form is there: rows are missing, and not removed."""
    sent = opened(editor, url(published))
    partial = {name: value for name, value in sent.items() if not name.startswith("claims-")} | {"dek": "A better dek."}
    del partial["complete"]
    response = editor.post(url(published), partial, follow=True)
    assert "had not come in whole" in messages(response)
    assert published.claims.exists() and sent_by(response)["dek"] == "A better dek."
    assert Story.objects.get(pk=published.pk).dek == "A dek."


def test_a_form_sent_twice_makes_one_story(editor):
    making.publisher(host="wire.test")
    typed = new_story(
        editor,
        **source(url="https://wire.test/a", title="T"),
        **{"claims-n1-text": "A claim.", "claims-n1-standing": "reported"},
    )
    assert [editor.post(ADD, typed).status_code for _ in range(2)] == [302, 302]
    story = Story.objects.get()
    assert story.claims.count() == story.sources.count() == 1


def test_one_more_row_is_there_without_a_script_and_nothing_is_saved(editor, draft):
    typed = opened(editor, url(draft)) | {"claims-n1-text": "One.", "_more": "claims", "dek": "Typed."}
    sent = sent_by(editor.post(url(draft), typed))
    assert {"claims-n1-text", "claims-n2-text", "claims-n3-text"} <= sent.keys()
    assert (sent["claims-n1-text"], sent["dek"]) == ("One.", "Typed.")
    assert not draft.claims.exists()


def test_a_stance_may_be_taken_on_a_source_and_a_claim_that_are_both_new(editor, draft):
    wire = making.publisher(host="wire.test")
    typed = {
        **source(url="https://wire.test/b", title="T", role="primary"),
        "claims-n1-text": "A claim.", "claims-n1-standing": "reported", "claims-n1-stance_n1": "states",
        "note_take_text": "Resting on it.", "note_take_rests_on": ["n1"],
    }  # fmt: skip
    assert editor.post(url(draft), opened(editor, url(draft)) | typed).status_code == 302
    made = draft.sources.get(article__publisher=wire)
    assert draft.claims.get().evidence.get().source == made
    assert list(draft.notes.get().rests_on.all()) == [made]


def test_as_many_rows_as_can_be_kept_may_be_exchanged_for_as_many_others(editor, draft):
    """Those that are to go count no more, and none of the new ones is dropped."""
    Claim.objects.bulk_create(Claim(story=draft, text=f"Old {n}.", standing="reported", position=n) for n in range(60))
    gone = {f"{row(draft, 'claims', n)}-DELETE": "on" for n in range(10)}
    new = {f"claims-n{n}-{part}": value for n in range(1, 11)
           for part, value in (("text", f"New {n}."), ("standing", "reported"))}  # fmt: skip
    assert editor.post(url(draft), opened(editor, url(draft)) | gone | new).status_code == 302
    texts = set(draft.claims.values_list("text", flat=True))
    assert {f"New {n}." for n in range(1, 11)} <= texts and len(texts) == 60


def test_a_headline_of_two_lines_becomes_one_and_keeps_its_spaces(editor, draft):
    editor.post(url(draft), opened(editor, url(draft)) | {"headline": "Who pays\r\n for it\u202f?"})
    draft.refresh_from_db()
    assert draft.headline == "Who pays for it\u202f?"


def test_who_may_only_read_reads_it_on_the_same_screen_through_the_gate(writer, editor):
    strict, free = making.publisher(host="strict.test"), making.publisher(host="wire.test")
    making.terms(strict, level="link")
    for of, shown in ((strict, False), (free, True)):
        story = making.published(making.article(of), summary="The line asked for it.")
        page = lxml.html.fromstring(writer.get(url(story)).content.decode())
        assert not page.xpath("//textarea")
        text = page.get_element_by_id("preview").text_content()
        assert ("The line asked for it." in text) is shown


@pytest.mark.parametrize(("row", "absent"), [
    ({"claims-n1-text": "Twelve firms bid."}, "No claims"),
    ({"watch_items-n1-statement": "It opens."}, "Nothing to watch"),
])  # fmt: skip
def test_of_what_is_typed_in_part_the_checklist_does_not_say_that_there_is_none(editor, draft, row, absent):
    form = opened(editor, url(draft)) | {"form": "verification"}
    page = editor.post("/admin/analysis/story/typing/", form).content.decode()
    assert absent in page
    page = editor.post("/admin/analysis/story/typing/", form | row).content.decode()
    assert absent not in page and "Before it can be saved" in page


def test_the_preview_beside_the_form_says_how_a_watch_item_turned_out(editor, published):
    form = opened(editor, url(published))
    item = published.watch_items.get()
    judging.judge(item, editor.user, "annulled", "The register named nobody.")
    shown = editor.post("/admin/analysis/story/typing/", form | {"dek": "Typed since."}).content.decode()
    preview = shown[shown.index("<template data-preview>") :]
    assert "Typed since." in preview and "The register named nobody." in preview
