"""What stops a publication, each with a sentence that says what to do, and a number where there is one."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from analysis import comparing, editing, judging, preflight, rulebook
from analysis.models import (
    Article,
    Claim,
    ContextNote,
    Entity,
    Evidence,
    Mention,
    Source,
    StandingChange,
    Story,
    StoryLink,
    Summary,
    WatchItem,
)
from tests import making

pytestmark = pytest.mark.django_db
NOW = timezone.now
QUOTING = "So “one two three four”."


def stops(story: Story) -> str:
    """Why it cannot be published. The function that says so and the one that publishes agree."""
    story = Story.objects.get(pk=story.pk)  # as the next request reads it
    found = preflight.stops(story, editing.snapshot(story), timezone.now())
    if found:
        with pytest.raises(editing.NotReadyError) as error:
            editing.publish(story, None)
        assert error.value.stops == found
        assert all(sentence.endswith(".") for sentence in found)
    else:
        editing.publish(story, None)
    return " ".join(found)


def under(story: Story, **fields: object) -> Story:
    making.terms(story.sources.get(role="original").article.publisher, **fields)
    return story


def test_a_story_with_all_it_needs_is_not_stopped():
    assert stops(making.draft()) == ""


def test_no_original_stops():
    story = making.draft()
    story.sources.update(role="coverage")
    assert "Name the original reporting" in stops(story)


def test_no_source_at_all_stops():
    story = making.draft()
    story.sources.all().delete()
    assert "Name the original reporting" in stops(story)


@pytest.mark.parametrize("disclosure", ["", " \n "])
def test_no_disclosure_stops(disclosure):
    assert "Say how this was made" in stops(making.draft(disclosure=disclosure))


def test_too_many_words_stop_with_both_numbers():
    assert "has 61 words; the terms of its sources allow 60" in stops(making.draft(summary="word " * 61))
    assert "has 13 words; the terms of its sources allow 12" in stops(
        under(making.draft(summary="word " * 13), max_words=12)
    )
    assert stops(making.draft(summary="word " * 60)) == ""


def test_a_short_level_stops_at_forty_one_words():
    assert "has 41 words; the terms of its sources allow 40" in stops(
        under(making.draft(summary="w " * 41), level="short")
    )


@pytest.mark.parametrize(
    "text", ["It said “one two three four”.", "Il dit « un deux trois quatre ».", 'It said "one two three four".']
)
def test_too_many_quoted_words_stop_with_both_numbers(text):
    assert "quotes 4 words; the terms of its sources allow 3" in stops(under(making.draft(summary=text), quote_words=3))
    assert "quotes 4 words; the terms of its sources allow 0" in stops(under(making.draft(summary=text), level="short"))


PARTS = ["claim", "reason of a claim", "watch", "settled", "source", "link", "disclosure", "change"]


@pytest.mark.parametrize("part", PARTS)
def test_too_many_quoted_words_stop_wherever_they_stand(part):
    quoting = {part: QUOTING}
    story = making.draft(disclosure=quoting.get("disclosure", "By people."))
    Claim.objects.create(
        story=story, standing="reported", text=quoting.get("claim", "c"), why=quoting.get("reason of a claim", "")
    )
    WatchItem.objects.create(
        story=story, statement=quoting.get("watch", "w"), settled_by=quoting.get("settled", "s"), likelihood=50,
        due=date(2099, 1, 1),
    )  # fmt: skip
    story.sources.update(why=quoting.get("source", ""))
    StoryLink.objects.create(story=story, earlier=making.published(), kind="follows", why=quoting.get("link", "l"))

    def said() -> list[str]:
        return preflight.stops(story, editing.snapshot(story), timezone.now(), quoting.get("change", ""))

    assert said() == []
    under(story, quote_words=3)
    assert said() == [f"This quotes more than the 3 words that the terms allow: {QUOTING}"]


def test_too_many_quoted_characters_stop_wherever_they_stand():
    story = making.draft(summary="It said “one two three four”.", headline="“One two three four”")
    story.notes.create(slot="take", title="“One two three four”", text="t")
    story.disclosure = "They said “one two three four”."
    story.save()
    of = story.sources.get().article.publisher
    making.terms(of, basis="site_signal", quote_chars=17)
    said = stops(story)
    for what in ("Summary", "Headline or dek", "Our take"):
        assert f"“{what}” quotes 18 characters; a page that it rests on allows 17." in said
    assert "This quotes more than the 17 characters that a page allows: They said “one two three four”." in said


def test_a_title_that_quotes_too_much_stops():
    story = under(making.draft(), quote_words=3)
    ContextNote.objects.update_or_create(story=story, slot="why", defaults={"title": QUOTING, "text": "Ours."})
    assert "quotes 4 words; the terms of its sources allow 3" in stops(story)


def test_frozen_words_that_quote_too_much_do_not_stop_a_correction():
    story = making.draft()
    claim = Claim.objects.create(story=story, standing="reported", text="A claim.")
    StandingChange.objects.create(claim=claim, standing="reported", why=QUOTING)
    dated = {"settled_by": "x", "likelihood": 50, "due": date(2099, 1, 1)}
    item = WatchItem.objects.create(story=story, statement=QUOTING, **dated)
    editing.publish(story, None)
    under(story, quote_words=3)
    Story.objects.update(dek="It was eleven.")
    editing.publish(story, None, kind="correction", reason="It was eleven.")
    assert story.revisions.count() == 2
    with pytest.raises(editing.EditingError, match="This quotes more than the 3 words"):
        judging.judge(item, None, "yes", QUOTING, making.REGISTER)
    judging.judge(item, None, "yes", "It came.", making.REGISTER)


@pytest.mark.parametrize("made_by", ["model", "both"])
def test_a_machine_made_summary_stops_where_machines_are_denied(made_by):
    story = under(making.draft(), ai="deny")
    Summary.objects.filter(story=story).update(made_by=made_by, model="M-1")
    assert "allow no summary made with a language model" in stops(story)


def test_a_persons_summary_is_not_stopped_where_machines_are_denied():
    assert stops(under(making.draft(), ai="deny")) == ""


def test_an_original_of_which_nothing_may_be_published_stops():
    assert "allow nothing to be published" in stops(under(making.draft(), level="none"))


def test_an_embargo_stops_and_says_until_when():
    appeared = timezone.now() - timedelta(hours=1)
    story = under(making.draft(making.article(published_at=appeared)), embargo_hours=3)
    assert f"until {date_format(appeared + timedelta(hours=3), 'j F Y, H:i')} UTC" in stops(story)
    Article.objects.update(published_at=appeared - timedelta(hours=2))
    assert stops(story) == ""


def test_the_strictest_source_that_the_summary_uses_counts():
    story = making.draft(summary="word " * 20)
    second = Source.objects.create(story=story, article=making.article(), role="coverage", position=1)
    making.terms(second.article.publisher, max_words=10)
    assert preflight.stops(story, editing.snapshot(story), timezone.now()) == []
    Source.objects.filter(pk=second.pk).update(in_summary=True)
    assert "has 20 words; the terms of its sources allow 10" in stops(story)


@pytest.mark.parametrize(("role", "stance", "stopped"), [
    ("primary", "states", False), ("primary", "attributes", True), ("primary", "silent", True),
    ("coverage", "states", True),
    ("wire", "states", True),
])  # fmt: skip
def test_a_claim_is_confirmed_only_by_a_primary_source_that_states_it(role, stance, stopped):
    story = making.draft()
    source = Source.objects.create(story=story, article=making.article(), role=role, position=1)
    claim = Claim.objects.create(story=story, text="Ten plants", standing="confirmed")
    Evidence.objects.create(claim=claim, source=source, stance=stance)
    said = stops(story)
    assert ("“Ten plants” is marked confirmed, but no primary source states it." in said) is stopped


def test_a_claim_confirmed_by_nothing_stops():
    story = making.draft()
    Claim.objects.create(story=story, text="Ten plants", standing="confirmed")
    assert "“Ten plants”" in stops(story)


def test_a_watch_item_that_nothing_can_settle_stops():
    story = making.draft()
    WatchItem.objects.create(story=story, statement="It opens", settled_by=" ", likelihood=50, due=date(2099, 1, 1))
    assert "“It opens” does not say which source will settle it." in stops(story)


@pytest.mark.parametrize("where", ["note", "summary"])
def test_a_text_that_cannot_be_rendered_stops(where):
    story = making.draft()
    text = "> " * 13 + "deep"
    if where == "note":
        ContextNote.objects.create(story=story, slot="take", text=text)
    else:
        Summary.objects.filter(story=story).update(text=text)
    assert "nested more than 12 deep" in stops(story)


def test_all_reasons_are_told_at_once():
    story = under(making.draft(disclosure="", summary="word " * 13), max_words=12)
    assert len(preflight.stops(story, editing.snapshot(story), timezone.now())) == 2


def advice(story: Story) -> list[str]:
    found = preflight.checklist(story, editing.snapshot(story), NOW())
    return [check.text for check in found if check.kind in ("advice", "unknown")]


@pytest.mark.parametrize(("form", "claims", "watch"), [("brief", 0, 1), ("verification", 1, 1), ("explainer", 0, 0)])
def test_what_stories_of_this_form_usually_have_is_missed(form, claims, watch):
    said = " ".join(advice(making.draft(form=form)))
    assert (said.count("No claims"), said.count("Nothing to watch")) == (claims, watch)


def test_what_the_gate_will_not_show_is_said_before():
    story = under(making.draft(), level="link")
    ContextNote.objects.create(story=story, slot="take", text="A take.")
    assert "The terms of the original allow no summary: readers will not see this one" in " ".join(advice(story))
    assert "“Our take” will not be shown" in " ".join(advice(story))
    other = Source.objects.create(story=story, article=making.article(), role="coverage", position=1)
    assert "“Our take” will not be shown" not in " ".join(advice(story))
    making.terms(other.article.publisher, level="none")
    assert "“Our take” will not be shown: it rests on a source of which nothing may be" in " ".join(advice(story))
    assert stops(story) == ""
    story.sources.all().delete()
    assert "readers will not see" not in " ".join(advice(story)) and "not be shown" not in " ".join(advice(story))


def test_advice_stops_nothing_and_goes_away_when_followed():
    bare = making.draft(summary="", headline="It is said", dek="")
    ContextNote.objects.create(story=bare, slot="take", text="A take.")
    assert len(advice(bare)) == 6
    assert stops(bare) == ""
    full = making.planted("advice", making.publisher()).story
    assert "“What is established” was made with a language model" in advice(full)[0], "it was said to stand otherwise"
    Story.objects.filter(pk=full.pk).update(claims_checked_by=making.desk())
    full.refresh_from_db()
    comparing.hold(full.sources.get(), "Their text.")
    assert advice(full) == []


def test_two_outlets_with_one_text_are_pointed_out_until_somebody_says_whose_it_is():
    story = making.draft()
    text = " ".join(f"word{n}" for n in range(200))
    other = Source.objects.create(story=story, article=making.article(title="A copy"), role="coverage", position=1)
    apart = Source.objects.create(story=story, article=making.article(title="Its own"), role="coverage", position=2)
    for source, words in ((story.sources.first(), text), (other, f"By our staff. {text} More."), (apart, text[:400])):
        comparing.hold(source, words)
    comparing.hold(apart, " ".join(f"other{n}" for n in range(200)) + text[:300])
    told = [line for line in advice(story) if "one text" in line]
    assert told == ["“Their headline” and “A copy” are one text for the most part. Say whose text it is."]
    Source.objects.filter(pk=other.pk).update(copied_from="An agency")
    assert not [line for line in advice(story) if "one text" in line]


def test_a_forecast_cannot_go_public_after_its_own_day():
    story = making.draft()
    late = timezone.now().date() - timedelta(days=1)
    item = making.promise(story, due=late, public=False)
    for day in (late, timezone.now().date()):
        WatchItem.objects.filter(pk=item.pk).update(due=day)
        assert "due today or before" in stops(story)
    WatchItem.objects.filter(pk=item.pk).update(due=timezone.now().date() + timedelta(days=1))
    assert stops(story) == ""
    story = making.draft()
    making.promise(story, due=late)  # days went by since it went public:
    assert preflight.stops(story, editing.snapshot(story), timezone.now()) == []


# --- somebody has read it -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "in_summary", "asked"), [
    ("original", False, True), ("coverage", True, True), ("primary", False, True), ("coverage", False, False),
    ("background", False, False), ("wire", False, False), ("social", False, False),
])  # fmt: skip
def test_what_leads_and_what_proves_must_have_been_read(role, in_summary, asked):
    story = making.draft()
    unread = making.article(title="Minutes", retrieved_at=None)
    Source.objects.create(story=story, article=unread, role=role, in_summary=in_summary, position=1)
    assert ("Nobody here has read “Minutes”" in stops(story)) is asked
    assert preflight.unread(story, editing.snapshot(story), timezone.now()) == ([unread] if asked else [])
    Article.objects.update(retrieved_at=timezone.now())
    assert preflight.stops(story, editing.snapshot(story), timezone.now()) == []


def test_a_correction_needs_no_source_that_can_still_be_read():
    story = making.published()
    Article.objects.update(retrieved_at=None)
    Story.objects.update(dek="It was eleven.")
    editing.publish(story, None, kind="correction", reason="It was eleven.")
    Source.objects.create(story=story, article=making.article(retrieved_at=None), role="primary", position=1)
    assert "Nobody here has read" in stops(story), "but what is added is read first"


# --- a content that nobody has saved ------------------------------------------------------------------------------


def unsaved() -> tuple[dict, dict[int, Article]]:
    """As the screen has it while one types: new rows have negative ids, and so has an article that we do not know."""
    known, wire = making.article(), making.publisher()
    new = Article(pk=-1, url="https://example-wire.test/new", title="New", publisher=wire, retrieved_at=NOW())
    content = editing.snapshot(making.draft(known))
    content["sources"] = [
        {"id": -1, "article": known.pk, "role": "original", "in_summary": True, "why": ""},
        {"id": -2, "article": -1, "role": "primary", "in_summary": False, "why": ""},
    ]
    evidence = [{"source": -2, "stance": "states"}]
    content["claims"] = [
        {"id": -1, "text": "Ten plants", "standing": "confirmed", "why": "", "checked_at": "", "history": [],
         "evidence": evidence},
    ]  # fmt: skip
    content["watch"] = [{"id": -1, "statement": "It opens", "due": "2099-01-01", "likelihood": 50, "settled_by": ""}]
    return content, {known.pk: known, -1: new}


def test_what_is_not_saved_is_checked_as_well():
    content, articles = unsaved()
    found = preflight.checklist(Story(), content, NOW(), articles=articles, public=set())
    assert [(check.kind, check.field) for check in found if check.kind == "stop"] == [("stop", "watch_items")]
    said = " ".join(check.text for check in found)
    assert "which source will settle it" in said
    assert "Every confirmed claim names its primary source." in said
    content["claims"][0]["evidence"] = []
    (stopped,) = [c for c in preflight.checklist(Story(), content, NOW(), articles=articles, public={-1})
                  if c.field == "claims" and c.kind == "stop"]  # fmt: skip
    assert "no primary source states it" in stopped.text


def test_a_checklist_costs_four_queries_and_two_more_for_what_we_wrote_before(django_assert_num_queries):
    content, articles = unsaved()
    book_texts_and_sites = 4  # and what the sites' servers answered
    with django_assert_num_queries(book_texts_and_sites):
        preflight.checklist(Story(), content, NOW(), articles=articles, public=set())
    earlier = making.planted("before", making.publisher()).story
    content["mentions"] = [{"name": "x", "slug": earlier.mentions.get().entity.slug, "kind": "place"}]
    with django_assert_num_queries(book_texts_and_sites + 2):
        preflight.checklist(Story(), content, NOW(), articles=articles, public=set())
    book, without_book = rulebook.current(), 3
    with django_assert_num_queries(without_book + 2):
        preflight.checklist(Story(), content, NOW(), book=book, articles=articles, public=set())
    saved = making.draft()
    content = editing.snapshot(saved)
    with django_assert_num_queries(book_texts_and_sites + 2):  # the articles, and what is public
        preflight.checklist(saved, content, NOW())


def test_a_checklist_says_what_is_fine_with_its_numbers():
    story = making.draft(summary="word " * 21)
    found = preflight.checklist(story, editing.snapshot(story), NOW())
    fine = {check.text: check.field for check in found if check.kind == "fine"}
    assert fine["Summary: 21 of the 60 words that the terms allow."] == "summary_text"
    assert fine["It says how it was made."] == "disclosure"
    assert fine["Somebody here has read what this rests on."] == "sources"
    assert "stop" not in {check.kind for check in found}


# --- what we wrote before -----------------------------------------------------------------------------------------


@pytest.fixture
def earlier() -> Story:
    """A public story that names a port, and forecasts something of it."""
    story = making.draft(headline="The port waits")
    port = Entity.objects.create(name="Port-Salvan", slug="port-salvan")
    Mention.objects.create(story=story, entity=port)
    WatchItem.objects.create(story=story, statement="It opens", settled_by="A list", likelihood=9, due=date(2099, 1, 1))
    editing.publish(story, None)
    return story


def of_the_port() -> Story:
    story = making.draft()
    Mention.objects.create(story=story, entity=Entity.objects.get(slug="port-salvan"))
    return story


def about_earlier(story: Story) -> list[str]:
    found = preflight.checklist(story, editing.snapshot(story), NOW())
    return [check.text for check in found if check.field == "earlier" and check.kind == "advice"]


def test_earlier_coverage_is_missed_only_where_there_is_some(earlier):
    story = of_the_port()
    assert "it mentions what we wrote of before: “The port waits”" in about_earlier(story)[0]
    StoryLink.objects.create(story=story, earlier=earlier, kind="follows", why="w")
    assert not any("wrote of before" in text for text in about_earlier(story))
    assert about_earlier(making.draft()) == []
    assert about_earlier(earlier) == [], "a story is not its own earlier coverage"


def test_what_is_not_public_is_no_earlier_coverage(earlier):
    editing.withdraw(earlier, "Wrong port.")
    assert about_earlier(of_the_port()) == []


def day(year: int) -> str:
    return date_format(date(year, 1, 1))


@pytest.mark.parametrize("linked", [True, False])
def test_open_watch_items_on_the_same_matter_are_told(earlier, linked):
    story = making.draft() if linked else of_the_port()
    if linked:
        StoryLink.objects.create(story=story, earlier=earlier, kind="follows", why="w")
    assert f"“It opens” of “The port waits” is open until {day(2099)}: does this settle it?" in about_earlier(story)
    making.promise(earlier, "It shut", due=date(2020, 1, 1))
    assert f"“It shut” of “The port waits” was due on {day(2020)}: say how it turned out." in about_earlier(story)
    for item in WatchItem.objects.all():
        judging.judge(item, None, "annulled", "There is no port.")
    assert not any("It opens" in text for text in about_earlier(story))


def test_a_matter_of_a_thousand_stories_costs_no_more(earlier, django_assert_num_queries):
    story = of_the_port()
    for n in range(8):
        making.promise(earlier, f"{n}", position=n)
        editing.publish(of_the_port(), None)
    StoryLink.objects.create(story=story, earlier=earlier, kind="follows", why="w")
    assert len(about_earlier(story)) == 5
