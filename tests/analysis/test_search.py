"""Search: the same answers on both engines, and no word about what may not be read."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from analysis import editing, rendition, search
from analysis.models import ContextNote, Story
from analysis.rendition.lists import latest_corrections
from analysis.rendition.pages import pages_of
from tests import making

pytestmark = pytest.mark.django_db

TEXTS = {
    "grid": "The grid operator’s 400-kV line",
    "ete": "Été à l’Élysée : l'électricité",
    "strasse": "Die Straße nach Köln",
    "numbers": "B-52 and 1,200.50 MW in 2026",
    "cyrillic": "Энергия и сеть",
    "select": "select drop table and or not near",
    "emoji": "Power 🎉 fête",
    "joined": "e-mail state_of_the_art C++ x.y",
}


@pytest.fixture
def library() -> None:
    for slug, headline in TEXTS.items():
        making.published(
            making.article(making.publisher(f"P{slug}"), title="…"), slug=slug, headline=headline, dek="", summary=""
        )


def found(query: str) -> set[str]:
    return {hit.card.slug for hit in rendition.search(query).items}


ALL = set(TEXTS)
ANSWERS = [
    ("grid", {"grid"}), ("GRID", {"grid"}), ("Operator", {"grid"}), ("grid operator", {"grid"}),
    ("operator grid", {"grid"}),
    ("grid köln", set()), ("op", {"grid"}), ("oper gri", set()), ("operator gri", {"grid"}), ("perator", set()),
    ("400", {"grid"}),
    ("400-kv", {"grid"}), ("40", {"grid"}), ("00", set()), ("operator’s", {"grid"}), ("operators", set()),
    ("ete", {"ete"}), ("été", {"ete"}), ("ÉTÉ", {"ete"}), ("e\u0301te\u0301", {"ete"}), ("elysee", {"ete"}),
    ("l'élysée", {"ete"}),
    ("électricité", {"ete"}), ("electri", {"ete"}), ("fete", {"emoji"}),
    ("strasse", {"strasse"}), ("straße", {"strasse"}), ("STRASSE", {"strasse"}), ("koln", {"strasse"}),
    ("koeln", set()),
    ("52", {"numbers"}), ("b-52", {"numbers"}), ("1,200.50", {"numbers"}), ("1200", set()), ("2026", {"numbers"}),
    ("Энергия", {"cyrillic"}), ("энерг", {"cyrillic"}), ("СЕТЬ", {"cyrillic"}),
    ("e-mail", {"joined"}), ("state_of", {"joined"}), ("state of", {"joined"}), ("x.y", {"joined"}),
    ("c++", {"joined"}),
    ("select", {"select"}), ("OR", {"select"}), ("near", {"select"}), ("drop table", {"select"}),
    ("not and", {"select"}),
]  # fmt: skip


@pytest.mark.parametrize(("query", "slugs"), ANSWERS, ids=[query for query, _slugs in ANSWERS])
def test_both_engines_find_the_same(library, query, slugs):
    assert found(query) == slugs


JUNK = [
    "", " ", "\t\n", '"', '""', "'", "''", "*", "a*", "^a", "grid*", '"grid', "grid)", "(grid", "NEAR(grid",
    "{words}:grid", "words:grid",
    "- grid", "+grid", "!grid", "grid & !köln", "grid | köln", "grid <-> line", "grid:*", "':*", "\\", "\\'",
    "%", "_", ";--", "🎉",
    "' OR 1=1 --", "\u200b", "\u202e", "\ufffd", "\ud800", "grid " * 100, "g" * 5000,
    " ".join(f"w{i}" for i in range(100)), "&&&", "²", "½", "①",
]  # fmt: skip


@pytest.mark.parametrize("query", JUNK, ids=lambda q: ascii(q)[:20])
def test_junk_is_only_words_or_nothing(library, query):
    assert found(query) <= ALL
    if not search.query_tokens(query):
        assert found(query) == set()


def test_operators_are_split_off_and_mean_nothing(library):
    assert found('"grid" & !operator') == {"grid"}
    assert found("grid OR köln") == set()
    assert found("grid*") == {"grid"}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_query_breaks_either_engine(query):
    listing = rendition.search(query)
    assert listing.items == ()
    assert len(search.query_tokens(query)) <= search.MAX_TOKENS


@given(st.text())
def test_words_are_what_both_engines_take_them_for(text):
    words = search.tokens(text)
    assert all(word.isalnum() for word in words)
    assert search.tokens(" ".join(words)) == words


def test_a_query_is_cut_before_it_is_read():
    assert search.query_tokens("a" * 10_000) == ["a" * search.MAX_QUERY]
    assert search.query_tokens("one one TWO Öne") == ["one", "two"]


def test_hits_come_newest_first_and_only_of_what_is_public():
    old = making.published(headline="Turbines", at=making.LONG_AGO)
    new = making.published(headline="Turbines again")
    gone = making.published(headline="Turbines gone")
    making.draft(headline="Turbines drafted")
    editing.withdraw(gone, "Wrong.")
    assert [hit.card.slug for hit in rendition.search("turbines").items] == [new.slug, old.slug]


def test_a_republished_story_is_found_by_its_new_words_only():
    story = making.published(headline="Turbines")
    Story.objects.filter(pk=story.pk).update(headline="Reactors")
    editing.publish(story, None)
    assert (found("turbines"), found("reactors")) == (set(), {story.slug})


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"max_words": 2}, {"summaryword": False, "headlineword": True, "noteword": True, "theirword": True}),
        ({"level": "link"}, {"summaryword": False, "headlineword": False, "noteword": False, "theirword": True}),
        ({"level": "none"}, {"summaryword": False, "headlineword": False, "noteword": False, "theirword": False}),
    ],
)
def test_a_word_that_may_not_be_read_finds_nothing(terms, words):
    article = making.article(title="theirword")
    story = making.draft(article, headline="headlineword", summary="It is the summaryword here.")
    ContextNote.objects.create(story=story, slot="take", text="A noteword.")
    editing.publish(story, None)
    assert all(found(word) == {story.slug} for word in words), "all of them are in the index"
    making.terms(article.publisher, **terms)
    for word, allowed in words.items():
        assert (found(word) == {story.slug}) is allowed
        assert (found(word[:-2]) == {story.slug}) is allowed
        assert (found(f"theirword {word}") == {story.slug}) is (allowed and words["theirword"])
        said = "".join(text for hit in rendition.search("theirword").items for text, _mark in hit.snippet)
        assert allowed or word not in said


def test_a_snippet_shows_where_the_words_were_met_and_marks_them():
    story = making.draft(headline="H", summary="")
    ContextNote.objects.create(
        story=story, slot="take", text="Before. " * 40 + "The Électricité grid here. " + "After. " * 60
    )
    editing.publish(story, None)
    (hit,) = rendition.search("electricite gri").items
    assert [text for text, marked in hit.snippet if marked] == ["Électricité", "grid"]
    whole = "".join(text for text, _marked in hit.snippet)
    assert whole.startswith("… ") and whole.endswith(" …") and len(whole) < 260


def test_a_search_costs_the_same_queries_however_many_it_finds():
    making.published(headline="Turbines")
    rendition.search("turbines")
    counts = []
    for more in (0, 20):
        for _i in range(more):
            making.published(headline="Turbines")
        with CaptureQueriesContext(connection) as captured:
            assert len(rendition.search("turbines").items) == more + 1
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 5


def test_a_snippet_of_a_text_without_spaces_is_short_too():
    making.published(headline="Found", dek="", summary="x" * 3_000 + "/needle/" + "y" * 3_000)
    snippet = rendition.search("needle").items[0].snippet
    assert [text for text, marked in snippet if marked] == ["needle"]
    assert len("".join(text for text, _marked in snippet)) < 300


@pytest.mark.parametrize("newest", [1, 3, 100])
def test_candidates_come_newest_first_wherever_they_are_found(monkeypatch, newest):
    """The newest are looked at first; begun early and published late, or with another, a story keeps its place."""
    monkeypatch.setattr("analysis.search.sqlite.NEWEST", newest)
    topic, desk = making.topic(), making.desk()
    revision = making.published().current
    search.forget(revision.story_id)
    for n in range(12):
        at = making.LONG_AGO + timedelta(days=(7 * n) % 12 // 2)  # two on each day, in no order of their numbers
        story = Story.objects.create(
            slug=f"s{n}", headline="H", topic=topic, desk=desk, status="published", current=revision,
            public_topic=topic, published_at=at, updated_at=at,
        )  # fmt: skip
        search.remember(story.pk, "river " + ("water" if n % 2 else "stone"))
    public = Story.objects.exclude(pk=revision.story_id).order_by("-published_at", "-pk")
    for words, slugs in ((["river"], range(12)), (["wat"], range(1, 12, 2)), (["river", "stone"], range(0, 12, 2))):
        wanted = list(public.filter(slug__in=[f"s{n}" for n in slugs]).values_list("pk", "published_at"))
        walked, before = [], None
        while page := search.candidates(words, 2, before):
            walked += page
            before = (dict(wanted)[page[-1]], page[-1])
        assert walked == [pk for pk, _at in wanted]


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("walked", [1, 3, 100])
def test_a_word_is_found_whether_it_is_frequent_or_rare_or_was_frequent_once(monkeypatch, walked):
    """However few of the newest are read one by one: what is not among them is in the index."""
    from analysis.search import postgresql

    monkeypatch.setattr(postgresql, "WALKED", walked)
    stories = [
        making.published(headline=f"All {'old' if n < 6 else 'new'} {'rare' if n == 2 else ''}") for n in range(9)
    ]
    by_time = list(Story.objects.order_by("-published_at", "-id").values_list("pk", flat=True))
    for word, holds in {"all": range(9), "old": range(6), "new": range(6, 9), "rare": [2], "none": []}.items():
        those = {stories[n].pk for n in holds}
        for limit in (1, 2, 3, 20):
            assert search.newest([word], limit) == sorted(those, reverse=True)[:limit]
            assert search.candidates([word], limit) == [pk for pk in by_time if pk in those][:limit]
            last = Story.objects.get(pk=by_time[4])
            after = [pk for pk in by_time[5:] if pk in those][:limit]
            assert search.candidates([word], limit, (last.published_at, last.pk)) == after


@pytest.mark.engine("postgresql")
def test_the_index_is_not_asked_for_a_word_that_enough_of_the_newest_hold():
    for _n in range(3):
        making.published(headline="All of them")
    for ask in (search.newest, search.candidates):
        for limit, done in ((2, "never executed"), (9, "actual")):
            with CaptureQueriesContext(connection) as captured:
                ask(["all"], limit)
            (asked,) = captured.captured_queries
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN (ANALYZE, TIMING OFF) " + asked["sql"])
                (scan,) = [line for (line,) in cursor.fetchall() if "Function Scan on analysis_found" in line]
            assert done in scan


@pytest.mark.engine("postgresql")
def test_the_index_is_asked_and_no_table_of_vectors_read():
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc, proconfig FROM pg_proc WHERE proname = 'analysis_found'")
        source, settings = cursor.fetchone()
        assert settings == ["enable_seqscan=off"]
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + source.replace("asked)", "'rare')"))
        assert "Bitmap Index Scan on analysis_search" in "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("before", [None, (making.LONG_AGO, 7)])
def test_the_index_of_words_is_read_once_and_not_anew_for_each_story(before):
    with CaptureQueriesContext(connection) as captured:
        search.candidates(["rare"], 31, before)
    assert len(captured) == 2
    for query in captured.captured_queries:
        with connection.cursor() as cursor:
            plan = [step[-1] for step in cursor.execute("EXPLAIN QUERY PLAN " + query["sql"]).fetchall()]
        scans = [step for step in plan if step.startswith("SCAN f VIRTUAL TABLE")]
        # FTS5 writes "=" where it is asked for one row.
        assert len(scans) == 1 and "=" not in scans[0].partition("M")[0], plan


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("ask", [lambda pk: pages_of([pk, pk + 1, pk + 2]), lambda pk: latest_corrections(16)])
def test_few_stories_are_not_looked_for_among_all_that_are_public(ask):
    story = making.published(headline="Turbines")
    with CaptureQueriesContext(connection) as captured:
        ask(story.pk)
    for query in captured.captured_queries:
        with connection.cursor() as cursor:
            plan = [step[-1] for step in cursor.execute("EXPLAIN QUERY PLAN " + query["sql"]).fetchall()]
        assert not any("(status=?" in step for step in plan), plan
