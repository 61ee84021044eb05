"""Lists: every story exactly once, in order, at a price that does not grow."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from analysis import editing, rendition
from analysis.models import Claim, Entity, Evidence, Mention, Source, Story, WatchItem
from analysis.rendition import Cursor, CursorError
from tests import making

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
COUNT = 90  # with what is forbidden, more than a page of thirty in any list


@pytest.fixture
def archive(db) -> list[str]:
    """Many stories of one publisher, topic and entity: three share each moment, every fifth is forbidden, and so are
    forty on end. Returns the slugs that may be listed, in the order of a list."""
    of = making.publisher("Example Wire", "example-wire.test")
    entity = Entity.objects.create(name="Grid Operator", slug="operator")
    shown = []
    for i in range(COUNT):
        article = making.article(of, path=f"closed/{i}" if i % 5 == 0 or 20 <= i < 60 else f"open/{i}")
        story = making.draft(article, slug=f"s-{i:03}", headline="Headline")
        Mention.objects.create(story=story, entity=entity)
        editing.publish(story, None, at=BEGAN + timedelta(microseconds=i // 3))
        if "/open/" in article.url:
            shown.append(story.slug)
    making.terms(of, scope="path", value="example-wire.test/closed", level="none")
    return shown[::-1]


SURFACES = {
    "home": lambda before: rendition.home(before).river,
    "topic": lambda before: rendition.topic("grids", before)[1],
    "mention": lambda before: rendition.mention("operator", before)[1],
    "publisher": lambda before: rendition.publisher("example-wire", before)[1],
    "sitemap": lambda before: rendition.sitemap(before, size=4),
    "search": lambda before: rendition.search("headline", before),
}


@pytest.mark.parametrize("surface", SURFACES)
def test_paging_visits_every_story_once_and_in_order(archive, surface):
    making.Publisher.objects.update(slug="example-wire")
    seen, cursor, pages = [], "", 0
    while cursor is not None:
        listing = SURFACES[surface](Cursor.parse(cursor))
        seen += [getattr(item, "card", item).slug for item in listing.items]
        cursor, pages = listing.after, pages + 1
        assert pages < 100, "the cursor does not move"
    assert seen == archive
    assert pages > 1


def test_a_story_published_while_someone_pages_does_not_move_the_rest(archive):
    first = rendition.sitemap(None, size=4)
    making.published(at=BEGAN + timedelta(days=1))
    second = rendition.sitemap(Cursor.parse(first.after), size=4)
    assert [card.slug for card in (*first.items, *second.items)] == archive[:8]


@pytest.mark.django_db
def test_a_page_that_names_a_publisher_in_many_citations_is_listed_once():
    of = making.publisher()
    story = making.draft(making.article(of))
    for i in range(70):
        Source.objects.create(story=story, article=making.article(of), role="coverage", position=i + 1)
    editing.publish(story, None)
    other = making.published(making.article(of), at=BEGAN)
    _view, listing = rendition.publisher(of.slug)
    assert [card.slug for card in listing.items] == [story.slug, other.slug]
    assert listing.after is None


@pytest.mark.django_db
def test_a_page_that_may_not_link_to_a_publisher_is_not_on_that_publishers_page():
    of = making.publisher()
    story = making.draft(making.article())
    Source.objects.create(story=story, article=making.article(of), role="coverage", position=1)
    editing.publish(story, None)
    assert [card.slug for card in rendition.publisher(of.slug)[1].items] == [story.slug]
    making.terms(of, level="none")
    assert rendition.publisher(of.slug)[1].items == ()
    assert rendition.story(story.slug).card.ours


@pytest.mark.django_db
def test_an_entity_is_there_only_while_some_page_may_name_it():
    story = making.draft(article := making.article())
    Mention.objects.create(story=story, entity=Entity.objects.create(name="Operator", slug="operator"))
    assert rendition.mention("operator") is None
    editing.publish(story, None)
    assert rendition.mention("operator")[0].name == "Operator"
    making.terms(article.publisher, level="link")
    assert rendition.mention("operator") is None


@pytest.mark.parametrize(
    "text",
    ["x", "1", "-", "1-", "-1", "1-2-3", "1--2", "+1-2", "1.5-2", " 1-2", "1-2 ", "1_0-2", "²-1", "١-٢",
    "1-" + "9" * 19,
     "9" * 30 + "-1", "1-9223372036854775808", "9" * 5000 + "-1", "1-" + "9" * 5000, "1-2\n", "\x00", "' OR 1=1"],
)  # fmt: skip
def test_a_junk_cursor_is_refused(text):
    with pytest.raises(CursorError):
        Cursor.parse(text)


@given(st.text() | st.from_regex(r"[0-9]{0,25}-?[0-9]{0,25}", fullmatch=True))
def test_any_cursor_is_one_of_ours_or_refused(text):
    try:
        cursor = Cursor.parse(text)
    except CursorError:
        return
    assert (cursor is None) is (text == "")
    assert cursor is None or Cursor.parse(str(cursor)) == cursor


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["0-0", "1-1", "0-9223372036854775807", "253402300799999999-9223372036854775807"])
def test_a_cursor_at_either_end_of_time_is_answered(text):
    making.published()
    for ask in SURFACES.values():
        if ask not in (SURFACES["mention"], SURFACES["publisher"]):
            ask(Cursor.parse(text))


# --- queries ------------------------------------------------------------------------------------------------------


def queries(ask) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert ask()
    return len(captured)


def rich(claims: int, sources: int, stances: int) -> Story:
    """A published story with as many of everything."""
    story = making.draft()
    for i in range(sources - 1):
        Source.objects.create(story=story, article=making.article(), role="coverage", position=i + 1)
    rows = list(story.sources.all())
    Claim.objects.bulk_create(Claim(story=story, text=f"Claim {i}", standing="reported") for i in range(claims))
    pairs = [(claim, source) for claim in story.claims.all() for source in rows][:stances]
    Evidence.objects.bulk_create(Evidence(claim=c, source=s, stance="states") for c, s in pairs)
    for i in range(sources):
        Mention.objects.create(
            story=story, entity=Entity.objects.create(name=f"E{story.pk}-{i}", slug=f"e{story.pk}-{i}")
        )
        WatchItem.objects.create(story=story, statement="s", settled_by="x", likelihood=50, due=date(2099, 1, 1))
        making.StoryLink.objects.create(story=story, earlier=making.published(), kind="follows", why="w")
    editing.publish(story, None)
    story.refresh_from_db()
    return story


@pytest.mark.django_db
def test_a_story_costs_the_same_queries_whatever_it_holds():
    small, large = rich(1, 1, 1), rich(40, 30, 60)
    for n in range(12):
        Story.objects.filter(pk=large.pk).update(dek=f"{n}")
        editing.publish(large, None, kind="correction", reason="It was wrong.")
    rendition.story(small.slug)  # reads the rules
    for ask in (rendition.story, rendition.history):
        few, many = (queries(lambda ask=ask, slug=s.slug: ask(slug)) for s in (small, large))
        assert few == many <= 11
    page = rendition.story(large.slug)
    assert (len(page.claims), len(page.sources), sum(len(c.evidence) for c in page.claims)) == (40, 30, 60)
    assert (len(page.history), len(page.earlier), len(page.watch)) == (13, 30, 30)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "ask",
    [
        rendition.home, rendition.watch, rendition.corrections, rendition.feed, rendition.sitemap, rendition.publishers,
        lambda: rendition.topic("grids"), lambda: rendition.search("headline"),
            lambda: rendition.feed("topics", "grids"),
    ],
    ids=["home", "watch", "corrections", "feed", "sitemap", "publishers", "topic", "search", "topic feed"],
)  # fmt: skip
def test_a_list_costs_the_same_queries_however_much_there_is(ask):
    making.planted("one", making.publisher())
    ask()
    few = queries(ask)
    for i in range(6):
        making.planted(f"more{i}", making.publisher())
    ask()  # what is kept in the process is brought up to date
    assert queries(ask) == few <= 8


# --- watch items, corrections, removals -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_watch_items_come_by_date_and_leave_with_their_story():
    items = [("later", date(2099, 2, 1)), ("sooner", date(2099, 1, 1))]
    story = making.draft(article := making.article())
    for statement, due in items:
        WatchItem.objects.create(story=story, statement=statement, settled_by="x", likelihood=50, due=due)
    assert rendition.watch().items == ()
    editing.publish(story, None)
    assert [(w.statement, w.story.slug) for w in rendition.watch().items] == [
        ("sooner", story.slug),
        ("later", story.slug),
    ]
    making.terms(article.publisher, level="link")
    assert rendition.watch().items == rendition.home().watch == rendition.calendar() == ()


@pytest.mark.django_db
def test_corrections_come_newest_first_and_leave_with_their_story():
    article = making.article()
    story = making.published(article, at=BEGAN)
    for n in (1, 2):
        editing.note(story, None, f"Note {n}.", at=BEGAN + timedelta(days=n))
    assert [(c.text, c.kind, c.story.slug) for c in rendition.corrections()] == [
        ("Note 2.", "note", story.slug),
        ("Note 1.", "note", story.slug),
    ]
    assert rendition.home().corrections == rendition.corrections()
    making.terms(article.publisher, level="link")
    assert rendition.corrections() == rendition.home().corrections == ()


@pytest.mark.django_db
def test_what_went_is_listed_for_thirty_days_so_that_search_engines_forget_it():
    by_terms, withdrawn, old, stays = (making.published() for _ in range(4))
    now = making.timezone.now()
    editing.withdraw(withdrawn, "Wrong.", at=now - timedelta(days=1))
    editing.withdraw(old, "Wrong.", at=now - timedelta(days=31))
    making.terms(by_terms.sources.get().article.publisher, level="none", effective_from=now - timedelta(hours=1))
    assert [path for path, _at in rendition.removed()] == [f"/stories/{s.slug}/" for s in (by_terms, withdrawn)]
    assert stays.slug in {card.slug for card in rendition.sitemap().items}


# --- months ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_story_stands_in_its_month_and_in_no_other():
    moments = [
        datetime(2025, 11, 30, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2025, 12, 1, tzinfo=UTC),
        datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 2, 1, tzinfo=UTC),
    ]
    slugs = [making.published(at=at).slug for at in moments]
    months = rendition.months()
    found = [[card.slug for card in rendition.published_in(month)] for month in months[:4]]
    assert found == [[slugs[0]], [slugs[2], slugs[1]], [], [slugs[3]]]
    assert months[:4] == (date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1))
    assert all(later.day == 1 and 0 < (later - month).days < 32 for month, later in pairwise(months))
    assert not any(rendition.published_in(month) for month in months[4:])
    for other in (date(2025, 10, 1), months[-1] + timedelta(days=32), date(2026, 1, 2)):
        assert rendition.published_in(other) is None


@pytest.mark.django_db
def test_the_months_are_the_same_whatever_is_hidden_in_them():
    making.published(at=datetime(2026, 2, 1, tzinfo=UTC))
    before = rendition.months()
    hidden = [making.published(at=datetime(2025, 5, 1, tzinfo=UTC)), making.published(at=timezone.now())]
    for story in hidden:
        making.terms(story.sources.get().article.publisher, level="none")
    editing.withdraw(making.published(at=datetime(2025, 3, 1, tzinfo=UTC)), "Wrong.")
    assert rendition.months() == before


@pytest.mark.django_db
def test_there_are_no_months_without_a_public_story():
    assert rendition.months() == ()
    editing.withdraw(making.published(), "Wrong.")
    assert rendition.months() == ()
