"""A dry run says what then happens: each prediction is compared with the public pages once the terms are saved."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from analysis import drawing, editing, effects, rights, rulebook
from analysis.effects import Way, dry_run
from analysis.explaining import Reason
from analysis.models import Article, Domain, Publisher, Story, Terms
from analysis.rendition import StoryPage
from analysis.rendition import story as page_of
from tests import making
from tests.analysis.cases import confirmed
from tests.analysis.test_terms import HOUSE

pytestmark = pytest.mark.django_db
NOW = timezone.now


def unsaved(of: Publisher | None, **fields) -> Terms:
    terms = Terms(publisher=of, **{"scope": "publisher", "basis": "publisher", "effective_from": NOW(), **fields})
    terms.full_clean()
    return terms


def pages() -> dict[int, object]:
    """What is public of each story, but for its neighbours and its history."""
    found = {story.pk: page_of(story.slug) for story in Story.objects.filter(status="published")}
    alone = {"earlier": (), "later": (), "history": ()}
    return {pk: replace(page, **alone) if isinstance(page, StoryPage) else page for pk, page in found.items()}


def foreseen(*terms: Terms) -> dict[int, set[Way]]:
    """What a dry run says; and then the terms are saved, and it must have been so."""
    before = pages()
    found = dry_run(terms, NOW())
    assert found.complete and found.now.changed == len(found.now.stories)
    for one in terms:
        one.save()
    after = pages()
    own = {pk for pk in before if before[pk] != after[pk]}
    assert {one.id for one in found.now.stories} == own
    return {one.id: set(one.ways) for one in found.now.stories}


@pytest.fixture
def wire():
    return making.publisher("Example Wire", "example-wire.test")


LINK_ONLY = {
    *(Way.LOSES_HEADLINE, Way.SUMMARY_LEVEL, Way.LOSES_NOTES, Way.LOSES_CLAIMS, Way.LOSES_WATCH, Way.LOSES_WHY)
}
WAYS = [
    ({"level": "none"}, {Way.GONE}),
    ({"level": "none", "basis": "legal"}, {Way.GONE}),
    ({"embargo_hours": 24}, {Way.EMBARGOED}),
    ({"level": "link"}, LINK_ONLY),
    ({"max_words": 2}, {Way.SUMMARY_WORDS}),
    ({"quote_words": 3}, {Way.SUMMARY_QUOTES}),
    ({"ai": "deny"}, {Way.SUMMARY_MACHINE}),
    ({"attribution": "© Example Wire"}, {Way.OTHER}),
    ({"max_words": 300}, {Way.OTHER}),  # the limit shown beside the summary
    ({"level": "full"}, {Way.OTHER}),  # the limit is theirs now
    # Their text is gone, so what is public cannot be compared again: it binds what is published from then on.
    ({"copied_words": 3, "copied_percent": 0}, set()),
    ({"reason": "So.", "note": "They wrote."}, set()),
]


@pytest.mark.parametrize(("fields", "ways"), WAYS, ids=lambda x: str(sorted(x) if isinstance(x, set) else x))
def test_it_says_in_which_way_a_story_changes(wire, fields, ways):
    one = making.planted("dry", wire, text="It said “we will all see it”.", made_by="model", model="M").story
    Article.objects.update(published_at=NOW())
    found = foreseen(unsaved(wire, **fields))
    assert found == ({one.pk: ways} if ways else {})


def test_it_says_what_comes_back(wire):
    one = making.planted("dry", wire).story
    for level in ("none", "link"):
        making.terms(wire, level=level, effective_from=NOW())
        found = foreseen(unsaved(wire, level="full"))
        assert found[one.pk] >= ({Way.BACK} if level == "none" else {Way.GAINS_HEADLINE, Way.GAINS_SUMMARY})


def test_one_of_two_sources_gone_takes_the_page_and_a_lost_background_only_its_link(wire):
    article = making.article(wire)
    story = making.draft()
    story.sources.create(article=article, role="background", position=1)
    editing.publish(story, None)
    assert foreseen(unsaved(wire, level="none")) == {story.pk: {Way.LOSES_SOURCES}}


PLACES = [
    ({"scope": "publisher"}, {"a", "b", "c"}),
    ({"scope": "domain", "value": "example-wire.test"}, {"a", "b", "d"}),
    ({"scope": "path", "value": "example-wire.test/press"}, {"a"}),
    ({"scope": "url", "value": "http://example-wire.test/press/1"}, {"a"}),
    ({"scope": "house", "basis": "house"}, {"a", "b", "c", "d", "e"}),
]


@pytest.mark.parametrize(("fields", "names"), PLACES, ids=lambda x: str(sorted(x) if isinstance(x, set) else x))
def test_it_finds_the_stories_that_terms_are_about(wire, fields, names):
    Domain.objects.create(publisher=wire, host="other.test")
    below = making.publisher("Blog", "blog.example-wire.test")
    stories = {
        "a": making.published(making.article(wire, path="press/1")),
        "b": making.published(making.article(wire, path="pressroom")),
        "c": making.published(
            Article.objects.create(url="https://other.test/1", title="T", publisher=wire, retrieved_at=making.LONG_AGO)
        ),
        "d": making.published(making.article(below)),
        "e": making.published(),
    }
    of = None if fields["scope"] == "house" else wire
    found = foreseen(unsaved(of, level="none", **fields))
    assert set(found) == {stories[name].pk for name in names}


def test_several_terms_are_foreseen_together(wire):
    other = making.publisher()
    stories = [making.published(making.article(of)) for of in (wire, other, other)]
    found = foreseen(
        unsaved(wire, level="none"),
        unsaved(other, scope="url", value=stories[1].sources.get().article.url, level="link"),
    )
    assert set(found) == {stories[0].pk, stories[1].pk}


def test_terms_of_tomorrow_are_looked_at_tomorrow(wire):
    story = making.published(making.article(wire))
    tomorrow = NOW() + timedelta(days=1)
    making.terms(wire, level="link", effective_from=tomorrow - timedelta(hours=1))
    found = dry_run(unsaved(wire, level="full", effective_from=tomorrow), NOW())
    assert found.at == tomorrow
    assert Way.GAINS_SUMMARY in found.now.stories[0].ways and found.now.stories[0].id == story.pk


def test_drafts_and_withdrawn_stories_do_not_count(wire):
    making.draft(making.article(wire))
    editing.withdraw(making.published(making.article(wire)), "Because.")
    assert dry_run(unsaved(wire, level="none"), NOW()).drawing == 0


def test_a_dry_run_changes_nothing(wire):
    making.published(making.article(wire))
    before, token = pages(), rulebook.current().token
    dry_run(unsaved(wire, level="none"), NOW())
    assert pages() == before and rulebook.current().token == token and not Terms.objects.filter(publisher=wire).exists()


def test_the_work_is_bounded_and_the_answer_says_so(wire, monkeypatch, django_assert_max_num_queries):
    for _ in range(7):
        making.published(making.article(wire))
    monkeypatch.setattr(effects, "COUNTED", 5)
    monkeypatch.setattr(effects, "CHECKED", 3)
    monkeypatch.setattr(effects, "SHOWN", 2)
    terms = unsaved(wire, level="none")
    with django_assert_max_num_queries(6):
        found = dry_run(terms, NOW())
    assert (found.drawing, found.more, found.checked, found.now.changed, len(found.now.stories)) == (5, True, 3, 3, 2)
    assert not found.complete
    monkeypatch.setattr(effects, "COUNTED", 7)
    monkeypatch.setattr(effects, "CHECKED", 7)
    found = dry_run(terms, NOW())
    assert (found.drawing, found.more, found.complete) == (7, False, True)
    newest = Story.objects.order_by("-published_at", "-id").values_list("pk", flat=True)[:2]
    assert [one.id for one in found.now.stories] == list(newest)
    monkeypatch.setattr(effects, "_LOOKED", 4)
    assert dry_run(terms, NOW()).more


@pytest.mark.parametrize("batch", [3, 4, 100])
def test_stories_are_found_once_and_in_order_in_any_batch(wire, monkeypatch, batch):
    monkeypatch.setattr(drawing, "BATCH", batch)
    for n in range(5):
        story = making.draft(making.article(wire))
        if n % 2:
            story.sources.create(article=making.article(wire), role="background", position=1)
        editing.publish(story, None, at=making.LONG_AGO + timedelta(days=n // 3))
    rules = [rulebook.from_terms(unsaved(wire, level="none"), 7)]
    order = list(Story.objects.order_by("-published_at", "-id").values_list("published_at", "pk"))
    assert list(drawing.stories_under(rules)) == [(place, True) for place in order]
    for n, place in enumerate(order):
        assert [after for after, _ in drawing.stories_under(rules, place)] == order[n + 1 :]
        assert [after for after, _ in drawing.stories_under([HOUSE], place)] == order[n + 1 :]


def test_the_end_of_a_hold_is_foreseen_with_the_terms_that_follow():
    of = making.publisher()
    story = making.published(making.article(of))
    case = confirmed(f"/stories/{story.slug}/")
    holds = rights.hold(case, None, "none")
    link = unsaved(of, level="link")
    found = dry_run([link], NOW(), lifted=holds)
    assert [(one.id, one.ways) for one in found.now.stories] == [(story.pk, (Way.BACK,))]
    assert dry_run([link], NOW()).now.changed == 0


def test_terms_for_one_spelling_of_a_page_find_the_article_of_another():
    of = making.publisher(host="www.spelled.test")
    story = making.published(making.article(of, path="a"))
    found = dry_run(unsaved(of, scope="url", value="http://spelled.test/a/", level="none"), NOW())
    assert [one.id for one in found.now.stories] == [story.pk]


def test_a_decision_that_does_what_the_hold_did_says_what_was_before_it():
    of = making.publisher()
    story = making.published(making.article(of))
    case = confirmed(f"/stories/{story.slug}/")
    holds = rights.hold(case, None, "link")
    found = dry_run(unsaved(of, level="link", basis="restriction"), NOW(), lifted=holds)
    assert found.now.changed == 0 and found.unheld
    assert {way for one in found.unheld.stories for way in one.ways} >= {Way.LOSES_HEADLINE, Way.SUMMARY_LEVEL}
    assert dry_run(unsaved(of, level="link", basis="restriction"), NOW()).unheld is None


def test_terms_that_another_statement_overrules_say_which(wire):
    article = making.article(wire)
    making.published(article)
    page = making.terms(wire, scope="url", value=article.url, level="short")
    found = dry_run(unsaved(wire, level="link", ai="deny"), NOW())
    assert [(name, one.reason, one.by.id) for name, one in found.overruled] == [
        ("level", Reason.LESS_SPECIFIC, page.pk)
    ]
    making.published(making.article(wire))  # of this one they decide
    assert dry_run(unsaved(wire, level="link"), NOW()).overruled == ()


def test_a_hold_that_ends_overrules_nothing_and_another_cases_does():
    of = making.publisher()
    story = making.published(making.article(of))
    held, other = (confirmed(f"/stories/{story.slug}/") for _ in range(2))
    ending = rights.hold(held, None, "none")
    assert dry_run(unsaved(of, level="full"), NOW(), lifted=ending).overruled == ()
    (staying,) = rights.hold(other, None, "none")
    ((name, one),) = dry_run(unsaved(of, level="full"), NOW(), lifted=ending).overruled
    assert (name, one.reason, one.by.id) == ("level", Reason.TIGHTENED, -staying.pk)


def test_a_hold_is_foreseen_and_replaces_the_one_before_it():
    of = making.publisher()
    story = making.published(making.article(of))
    case = confirmed(f"/stories/{story.slug}/")
    found = dry_run(rights.drafted_holds(case, "none", NOW())[0], NOW())
    assert [(one.id, one.ways) for one in found.now.stories] == [(story.pk, (Way.GONE,))]
    rights.hold(case, None, "none")
    made, replaced = rights.drafted_holds(case, "short", NOW())
    found = dry_run(made, NOW(), replaced)
    assert [(one.id, one.ways[0]) for one in found.now.stories] == [(story.pk, Way.BACK)] and found.unheld is None
