"""The gate, field by field: what a story's page holds under the terms of everything it rests on."""

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from analysis import editing, judging, rendition, rights
from analysis.models import (
    Article,
    Claim,
    ContextNote,
    Evidence,
    Source,
    StandingChange,
    Story,
    StoryLink,
    Summary,
    WatchItem,
)
from analysis.rendition import StoryPage, Tombstone
from tests import making
from tests.analysis.cases import opened

pytestmark = pytest.mark.django_db


@dataclass
class Desk:
    """A story on an original and another article, with a note and a claim that rest on all, one, or the other."""

    story: Story
    original: Article
    other: Article

    def page(self) -> StoryPage:
        found = rendition.story(self.story.slug)
        assert isinstance(found, StoryPage), found
        return found


@pytest.fixture
def desk() -> Desk:
    original, other = making.article(title="Theirs"), making.article(title="Another's")
    story = making.draft(original, summary="It said so in seven words here.", headline="Ours", dek="Our dek.")
    first = story.sources.get()
    Source.objects.filter(pk=first.pk).update(why="Our reason.")
    second = Source.objects.create(story=story, article=other, role="primary", position=1, why="Our other reason.")
    for slot, rests_on in (("take", []), ("why", [first]), ("framing", [second]), ("synthesis", [first, second])):
        note = ContextNote.objects.create(story=story, slot=slot, text=f"On {slot}.")
        note.rests_on.set(rests_on)
    for text, stances in (
        ("nobody", {}),
        ("original", {first: "states"}),
        ("other", {second: "states"}),
        ("both", {first: "states", second: "disputes"}),
        ("original, other silent", {first: "attributes", second: "silent"}),
    ):
        claim = Claim.objects.create(story=story, text=text, standing="reported")
        for source, stance in stances.items():
            Evidence.objects.create(claim=claim, source=source, stance=stance)
    making.WatchItem.objects.create(story=story, statement="s", settled_by="them", likelihood=40, due=date(2099, 1, 1))
    editing.publish(story, None)
    story.refresh_from_db()
    return Desk(story, original, other)


def said(page: StoryPage) -> dict[str, object]:
    return {
        "ours": page.card.ours,
        "summary": page.summary is not None,
        "notes": {note.slot for note in page.notes},
        "claims": {claim.text for claim in page.claims},
        "watch": len(page.watch),
        "sources": [source.title for source in page.sources],
    }


ALL_NOTES = {"take", "why", "framing", "synthesis"}
ALL_CLAIMS = {"nobody", "original", "other", "both", "original, other silent"}
BOTH = ["Theirs", "Another's"]
FULL = {"ours": True, "summary": True, "notes": ALL_NOTES, "claims": ALL_CLAIMS, "watch": 1, "sources": BOTH}
LADDER = [
    ("full", "full", FULL),
    ("short", "full", FULL),
    ("full", "short", FULL),
    # A link only: nothing of ours on it alone; beside another, what rests on both may stand.
    ("link", "full", FULL | {"ours": False, "summary": False, "notes": ALL_NOTES - {"why"},
                             "claims": ALL_CLAIMS - {"original", "original, other silent"}}),
    ("full", "link", FULL | {"notes": ALL_NOTES - {"framing"}, "claims": ALL_CLAIMS - {"other"}}),
    ("link", "link", FULL | {"ours": False, "summary": False, "notes": set(), "claims": set(), "watch": 0}),
    # Nothing: what rests on it in any part goes.
    ("full", "none", FULL | {"notes": {"why"}, "claims": {"original", "original, other silent"}, "watch": 0,
                             "sources": ["Theirs"]}),
    ("link", "none", FULL | {"ours": False, "summary": False, "notes": set(), "claims": set(), "watch": 0,
                             "sources": ["Theirs"]}),
]  # fmt: skip


@pytest.mark.parametrize(("original", "other", "shown"), LADDER, ids=lambda x: x if isinstance(x, str) else "")
def test_each_field_takes_the_strictest_of_what_it_rests_on(desk, original, other, shown):
    making.terms(desk.original.publisher, level=original)
    making.terms(desk.other.publisher, level=other)
    assert said(desk.page()) == shown


@pytest.mark.parametrize("other", ["full", "link", "none"])
def test_nothing_of_the_original_leaves_a_tombstone_whatever_the_others_allow(desk, other):
    making.terms(desk.original.publisher, level="none")
    making.terms(desk.other.publisher, level=other)
    assert rendition.story(desk.story.slug) == Tombstone(legal=False)


def test_a_source_that_the_summary_uses_binds_headline_and_summary_as_well(desk):
    desk.story.sources.filter(article=desk.other).update(in_summary=True)
    editing.publish(desk.story, None)
    making.terms(desk.other.publisher, level="link")
    assert not desk.page().card.ours
    making.terms(desk.other.publisher, level="none")
    assert rendition.story(desk.story.slug) == Tombstone(legal=False)


def test_a_link_shows_their_headline_plain_and_no_word_of_ours(desk):
    for publisher in (desk.original.publisher, desk.other.publisher):
        making.terms(publisher, level="link", attribution="© Them")
    page = desk.page()
    said = (page.headline, page.card.dek, page.disclosure, page.conflicts, page.made, page.mentions, page.linked_only)
    assert said == ("Theirs", "", "", "", (), (), True)
    assert [(s.why, s.linked_only, s.attribution) for s in page.sources] == [("", True, ("© Them",))] * 2
    assert page.original.url == desk.original.url
    assert "Our" not in page.text


def test_a_claim_shows_no_stance_of_a_source_that_may_not_be_shown(desk):
    making.terms(desk.other.publisher, level="none")
    silent = next(claim for claim in desk.page().claims if claim.text == "original, other silent")
    assert [cell.source.title for cell in silent.evidence] == ["Theirs"]
    assert [source.title for source in desk.page().ledger.columns] == ["Theirs"]


@pytest.mark.parametrize(("limit", "shown"), [(7, True), (6, False), (0, False)])
def test_a_summary_longer_than_allowed_is_withheld_whole(desk, limit, shown):
    making.terms(desk.original.publisher, max_words=limit)
    page = desk.page()
    assert (page.summary is not None) is shown
    assert page.card.ours, "the headline does not depend on the number of words"
    assert "seven" not in page.text or shown


def test_a_summary_says_its_words_and_its_limit_and_whose_limit_that_is(desk):
    summary = desk.page().summary
    assert (summary.words, summary.limit, summary.stated) == (7, 60, False)
    making.terms(desk.original.publisher, max_words=12)
    summary = desk.page().summary
    assert (summary.words, summary.limit, summary.stated) == (7, 12, True)


@pytest.mark.parametrize("text", ["It said “one two three four”.", "Il dit « un deux trois quatre »."])
@pytest.mark.parametrize(("limit", "shown"), [(4, True), (3, False)])
def test_a_summary_that_quotes_more_than_allowed_is_withheld(text, limit, shown):
    story = making.published(summary=text)
    making.terms(story.sources.get().article.publisher, quote_words=limit)
    assert (rendition.story(story.slug).summary is not None) is shown


@pytest.mark.parametrize("text", ["It said “one two three four”.", "It said\n\n> one two three four"])
@pytest.mark.parametrize(("limit", "shown"), [(18, True), (17, False)])
def test_a_summary_that_quotes_more_characters_than_a_page_allows_is_withheld(text, limit, shown):
    story = making.published(summary=text)
    article = story.sources.get().article
    making.terms(article.publisher, basis="page_signal", scope="url", value=article.url, quote_chars=limit)
    assert (rendition.story(story.slug).summary is not None) is shown


def test_a_note_claim_or_headline_that_quotes_more_characters_than_a_page_allows_is_withheld(desk):
    quoting = "They said “one two three four”."
    desk.story.notes.filter(slot="why").update(text=quoting)
    desk.story.claims.update(text=quoting)
    desk.story.dek = quoting
    desk.story.save()
    editing.publish(desk.story, None)
    page = desk.page()
    assert page.card.dek and len(page.claims) == 5 and "why" in {note.slot for note in page.notes}
    making.terms(desk.original.publisher, basis="site_signal", quote_chars=17)
    page = desk.page()
    assert not page.card.dek and len(page.claims) == 1  # that of the other original
    assert "why" not in {note.slot for note in page.notes}


def test_short_withholds_a_summary_with_a_quotation_or_of_more_than_forty_words():
    quoting = making.published(summary="It said “one two three four”.")
    long = making.published(summary="word " * 41)
    fits = making.published(summary="word " * 40)
    for story in (quoting, long, fits):
        making.terms(story.sources.get().article.publisher, level="short")
    assert [rendition.story(s.slug).summary is not None for s in (quoting, long, fits)] == [False, False, True]


@pytest.mark.parametrize(("made_by", "shown"), [("person", True), ("model", False), ("both", False)])
def test_where_machines_are_denied_only_a_persons_summary_is_shown(desk, made_by, shown):
    Summary.objects.filter(story=desk.story).update(made_by=made_by, model="" if made_by == "person" else "M-1")
    if made_by != "person":
        editing.publish(desk.story, None)
        assert desk.page().summary.made.model == "M-1"
    making.terms(desk.original.publisher, ai="deny")
    assert (desk.page().summary is not None) is shown


def test_a_note_may_not_quote_more_than_what_it_rests_on_allows(desk):
    desk.story.notes.filter(slot__in=["why", "framing"]).update(text="They said “one two three four”.")
    editing.publish(desk.story, None)
    making.terms(desk.original.publisher, quote_words=3)
    assert {note.slot for note in desk.page().notes} == ALL_NOTES - {"why"}


def test_nothing_else_of_ours_may_quote_more_than_allowed_either(desk):
    """Claims, watch items, reasons, links, corrections, disclosure: each is shown, then withheld whole."""
    quoting = "So “one two three four”."
    story = desk.story
    story.claims.update(text=quoting)
    plain = Claim.objects.create(story=story, text="A claim.", standing="reported")
    StandingChange.objects.create(claim=plain, standing="reported", why=quoting, story=story)
    story.sources.update(why=quoting)
    StoryLink.objects.create(story=story, earlier=making.published(), kind="follows", why=quoting)
    dated = {"settled_by": "x", "likelihood": 50, "due": date(2099, 1, 1)}
    WatchItem.objects.create(story=story, statement=quoting, **dated)
    judged = WatchItem.objects.create(story=story, statement="It comes.", **dated)
    Story.objects.filter(pk=story.pk).update(disclosure=quoting, conflicts=quoting)
    editing.publish(story, None, kind="correction", reason=quoting)
    judging.judge(judged, None, "yes", quoting, making.REGISTER)

    def quoted() -> set[str]:
        page = desk.page()
        feed = next(p for p in rendition.feed()[1] if p.card.id == story.pk)
        shown = {
            "claims": [claim.text for claim in page.claims],
            "standings": [change.why for claim in page.claims for change in claim.history],
            "watch": [item.statement for item in page.watch],
            "outcomes": [said.why for item in page.watch for said in item.judgments],
            "why": [source.why for source in page.sources],
            "earlier": [link.why for link in page.earlier],
            "history": [line.text for line in page.history],
            "disclosure": [page.disclosure],
            "conflicts": [page.conflicts],
            "feed": [line.text for line in feed.corrections],
            "watch list": [item.statement for item in rendition.watch().items],
            "calendar": [item.statement for item in rendition.calendar()],
            "home": [item.statement for item in rendition.home().watch],
            "corrections": [line.text for line in rendition.corrections()],
            "search": [str(hit.snippet) for hit in rendition.search("three").items],
        }
        return {name for name, texts in shown.items() if any("three" in text for text in texts)}

    assert len(quoted()) == 15
    for source in story.sources.all():
        making.terms(source.article.publisher, quote_words=3)
    assert quoted() == set()
    assert "A claim." in [claim.text for claim in desk.page().claims]
    assert [item.state for item in desk.page().watch if item.id == judged.pk] == ["yes"]


def test_a_story_under_embargo_is_not_there_and_comes_by_itself(desk):
    Article.objects.filter(pk=desk.original.pk).update(published_at=timezone.now() - timedelta(hours=1))
    making.terms(desk.original.publisher, embargo_hours=2)
    assert rendition.story(desk.story.slug) is None
    Article.objects.filter(pk=desk.original.pk).update(published_at=timezone.now() - timedelta(hours=2))
    assert said(desk.page()) == FULL


def test_a_legal_removal_is_told_from_any_other(desk):
    making.terms(desk.original.publisher, level="none", basis="legal")
    assert rendition.story(desk.story.slug) == Tombstone(legal=True)
    assert rendition.story(desk.story.slug).status == 451


@pytest.mark.parametrize("level", ["short", "link", "none"])
def test_a_hold_acts_like_terms(desk, level):
    rights.hold(opened(desk.original.url), None, level)
    found = rendition.story(desk.story.slug)
    if level == "none":
        assert found == Tombstone(legal=False)
    else:
        assert found.card.ours is (level == "short")


def test_an_earlier_version_passes_the_same_gate(desk):
    desk.story.notes.filter(slot="why").delete()
    editing.publish(desk.story, None)
    assert {note.slot for note in rendition.history(desk.story.slug, 1).notes} == ALL_NOTES
    assert {note.slot for note in rendition.history(desk.story.slug).notes} == ALL_NOTES - {"why"}
    making.terms(desk.original.publisher, level="link")
    assert said(rendition.history(desk.story.slug, 1)) | {"watch": 1} == LADDER[3][2]
    making.terms(desk.original.publisher, level="none")
    assert rendition.history(desk.story.slug, 1) == Tombstone(legal=False)
    assert rendition.history(desk.story.slug, 3) is None


def test_an_earlier_version_rests_on_its_own_sources(desk):
    desk.story.notes.all().delete()
    desk.story.sources.filter(article=desk.other).delete()
    editing.publish(desk.story, None)
    making.terms(desk.other.publisher, level="none")
    assert said(desk.page())["ours"]
    old = rendition.history(desk.story.slug, 1)
    assert {note.slot for note in old.notes} == {"why"}
    assert [source.title for source in old.sources] == ["Theirs"]


def test_a_withdrawn_story_is_a_tombstone_and_an_unknown_or_unpublished_one_was_never_there(desk):
    editing.withdraw(desk.story, "It was wrong.")
    assert rendition.story(desk.story.slug) == rendition.history(desk.story.slug, 1) == Tombstone(legal=False)
    assert rendition.story("never") is None
    assert rendition.story(making.draft().slug) is None


# --- what leaves ----------------------------------------------------------------------------------------------------

PLAIN = (str, int, bool, type(None), date, datetime)


VALUES = ("analysis.rendition.values", "analysis.rendition.story_values", "analysis.provenance")


def walk(value: object, path: str) -> None:
    """Fails at anything that is no plain value: a model, a queryset, a lazy string, an enum."""
    if isinstance(value, tuple):
        for i, part in enumerate(value):
            walk(part, f"{path}[{i}]")
    elif dataclasses.is_dataclass(value):
        assert type(value).__module__ in VALUES, path
        for part in dataclasses.fields(value):
            walk(getattr(value, part.name), f"{path}.{part.name}")
    else:
        assert type(value) in PLAIN, f"{path}: {type(value)}"


def test_only_plain_values_leave(desk):
    planted = making.planted("plain", making.publisher(), making.article())
    editing.withdraw(desk.story, "Wrong.")
    slug, of = planted.story.slug, planted.original.publisher
    answers = {
        "story": rendition.story(slug), "gone": rendition.story(desk.story.slug), "history": rendition.history(slug, 1),
        "home": rendition.home(), "topics": rendition.topics(), "topic": rendition.topic("grids"),
        "mention": rendition.mention("entity-plain"), "publishers": rendition.publishers(),
        "publisher": rendition.publisher(of.slug), "watch": rendition.watch(), "corrections": rendition.corrections(),
        "feed": rendition.feed("topics", "grids"), "sitemap": rendition.sitemap(), "removed": rendition.removed(),
        "search": rendition.search("headline"),
    }  # fmt: skip
    for name, value in answers.items():
        assert value, name
        walk(value, name)
    assert answers["story"].later == () and answers["story"].earlier
    assert answers["home"].watch and answers["home"].corrections


def test_the_walk_finds_what_is_not_plain(desk):
    page = desk.page()
    for stranger in (desk.story, Story.objects.all(), Story.Status.DRAFT, Story._meta.verbose_name, [1], {}):
        with pytest.raises(AssertionError):
            walk(dataclasses.replace(page, disclosure=stranger), "page")


@pytest.mark.django_db
def test_two_sources_of_one_publisher_are_told_apart():
    of = making.publisher("Example Wire")
    story = making.draft(making.article(of, title="First"))
    others = [making.article(of, title="x" * 80), making.article(making.publisher("Example Post"), title="Third")]
    for position, article in enumerate(others, start=1):
        Source.objects.create(story=story, article=article, role="coverage", position=position)
    editing.publish(story, None)
    names = [source.name for source in rendition.story(story.slug).sources]
    assert names == ["Example Wire: First", f"Example Wire: {'x' * 35}…", "Example Post"]


@pytest.mark.parametrize("who", ["hold", "restriction", "legal"])
@pytest.mark.parametrize("level", ["link", "short"])
def test_what_others_restrict_is_never_told_as_the_publishers_word(client, who, level):
    """A real publisher is never shown with terms that it did not state."""
    of = making.publisher(name="The Courier")
    making.terms(of, level="full", max_words=80)
    article, beside = making.article(of), making.article()
    story = making.draft(article)
    Source.objects.create(story=story, article=beside, role="primary", position=1)
    ContextNote.objects.create(story=story, slot="take", text="A note.")
    editing.publish(story, None)
    if who == "hold":
        rights.hold(opened(article.url), None, level)
    else:
        making.terms(of, scope="url", value=article.url, basis=who, level=level)
    page = client.get(f"/stories/{story.slug}/").content.decode()
    assert "The Courier asks" not in page and "the terms of The Courier" not in page
    neutral = {"link": "At present we only link to this report", "short": "that we allow ourselves at present"}
    assert neutral[level] in page
