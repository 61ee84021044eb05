"""The list of stories: what it finds, what it never reads, and how each row reads on a telephone."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analysis.models import Desk, Remark, Story, Topic
from newsroom.admin import story_list
from tests import making

pytestmark = pytest.mark.django_db
LIST = "/admin/analysis/story/"


def listed(client, query=""):
    return [story.headline for story in client.get(LIST + query).context["cl"].result_list]


def test_newest_come_first_whatever_their_state(editor):
    making.published(headline="Public")
    making.draft(headline="Drafted")
    assert listed(editor) == ["Drafted", "Public"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?status=open", ["Drafted", "Reviewed", "Planned"]),
        ("?status=draft", ["Drafted"]),
        ("?status=review", ["Reviewed"]),
        ("?status=scheduled", ["Planned"]),
        ("?status=published", ["Public"]),
        ("?status=withdrawn", []),
        ("?whose=mine", ["Reviewed"]),
        ("?whose=mine&status=published", []),
    ],
)
def test_filters(editor, query, found):
    making.published(headline="Public")
    making.draft(headline="Drafted")
    making.draft(headline="Reviewed", status="review", created_by=editor.user)
    making.draft(headline="Planned", status="scheduled", publish_at=timezone.now(), scheduled_by=editor.user)
    assert listed(editor, query) == found


def test_filters_by_topic_and_desk(editor):
    sea, night = Topic.objects.create(name="Sea", slug="sea"), Desk.objects.create(name="Night desk", slug="night")
    making.draft(headline="At sea", topic=sea)
    making.draft(headline="By night", desk=night)
    assert listed(editor, f"?topic__id__exact={sea.pk}") == ["At sea"]
    assert listed(editor, f"?desk__id__exact={night.pk}") == ["By night"]


def test_scheduled_stories_stand_in_the_order_of_their_time_and_late_ones_are_marked(editor):
    now = timezone.now()
    for headline, hours in (("Second", 2), ("Late", -1), ("First", 1)):
        at = now + timedelta(hours=hours)
        making.draft(headline=headline, status="scheduled", publish_at=at, scheduled_by=editor.user)
    assert listed(editor, "?status=scheduled") == ["Late", "First", "Second"]
    page = editor.get(LIST + "?status=scheduled").content.decode()
    assert page.count('class="late"') == 1


def test_headings_of_filters_are_words(editor, standards):
    for client, at in ((editor, LIST), (standards, "/admin/analysis/case/"), (editor, "/admin/analysis/desktask/")):
        summaries = re.findall(r"<summary>(.*?)</summary>", client.get(at).content.decode(), re.S)
        assert summaries and not any(text.strip().startswith("By ") for text in summaries)
        assert all(text.strip()[0].isupper() for text in summaries)


# --- search -----------------------------------------------------------------------------------------------------------


def test_any_word_of_a_published_story_is_found_and_the_headline_of_every_other(editor):
    making.published(headline="Public turbines", dek="They turn at Halmouth.")
    making.draft(headline="Drafted turbines", dek="Halmouth")
    assert listed(editor, "?q=turbines") == ["Drafted turbines", "Public turbines"]
    assert listed(editor, "?q=TURB") == ["Drafted turbines", "Public turbines"]
    assert listed(editor, "?q=halmouth") == ["Public turbines"]
    assert listed(editor, "?q=drafted+turbines") == ["Drafted turbines"]
    assert listed(editor, "?q=turbines&status=draft") == ["Drafted turbines"]
    assert listed(editor, "?q=%C2%A7") == []


def test_search_looks_through_a_bounded_number_of_headlines_and_says_so(editor, monkeypatch):
    making.draft(headline="An old turbine")
    for n in range(3):
        making.draft(headline=f"New {n}")
    monkeypatch.setattr(story_list, "NEWEST", 3)
    assert listed(editor, "?q=turbine") == []
    page = editor.get(LIST).content.decode()
    assert "the headlines of the newest 5,000 of all" in page


@pytest.mark.parametrize("query", ["", "?q=turbines", "?status=open", "?whose=mine", "?whose=remarks"])
def test_no_question_is_asked_of_the_whole_table(editor, query):
    """Every question that counts or reads stories has a limit, and a row costs no question of its own."""

    def asked():
        with CaptureQueriesContext(connection) as captured:
            assert editor.get(LIST + query).status_code == 200
        return [one["sql"] for one in captured if 'FROM "analysis_story"' in one["sql"]]

    def write(n):
        topic = Topic.objects.create(name=f"Topic {n}", slug=f"topic-{n}")
        stories = Story.objects.bulk_create(
            Story(slug=f"s-{n}-{i}", headline="Turbines", topic=topic, desk=making.desk(), created_by=editor.user)
            for i in range(60)
        )
        Remark.objects.bulk_create(Remark(story=story, by=other, text="Why?") for story in stories)

    other = User.objects.create_user("other")
    write(1)
    first = asked()
    assert first and all("LIMIT" in sql for sql in first)
    write(2)
    assert len(asked()) == len(first)


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "query",
    ["", "?status=published", "?status=open", "?status=review", "?status=draft", "?whose=mine", "?topic__id__exact=1"],
)
def test_rows_come_from_an_index_in_their_order(editor, query):
    making.draft(topic=Topic.objects.get_or_create(pk=1, defaults={"name": "One", "slug": "one"})[0])
    response = editor.get(LIST + query)
    plan = response.context["cl"].queryset[:50].explain()
    assert "TEMP B-TREE FOR ORDER BY" not in plan, plan
    assert "SCAN analysis_story" not in plan or query == "", plan


@pytest.mark.parametrize("query", ["?status=junk", "?whose=junk", "?o=1", "?o=-2.1", "?q=" + "word+" * 300])
def test_junk_in_the_address(editor, draft, query):
    assert editor.get(LIST + query).status_code in (200, 302)


# --- on a telephone ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["story", "article", "publisher", "terms", "topic", "entity", "desktask", "case"])
def test_every_cell_of_every_list_says_what_it_is(superuser, published, model):
    from analysis.models import DeskTask, Entity
    from tests.analysis.cases import confirmed

    Entity.objects.create(name="<b>Nvidia</b>", slug="nvidia")
    DeskTask.objects.create(story=published, kind=DeskTask.Kind.QUOTES)
    confirmed("https://nowhere.test/1")
    page = superuser.get(f"/admin/analysis/{model}/").content.decode()
    table = re.search(r'<table id="result_list".*?</table>', page, re.S)[0]
    heads = re.findall(r'<div class="text">.*?<(?:a|span)[^>]*>(.*?)</', table, re.S)
    rows = re.findall(r"<tr role=\"row\">(?!<th scope=\"col\")(.*?)</tr>", table, re.S)
    assert rows
    for row in rows:
        assert re.findall(r'<t[dh] role="(?:cell|rowheader)" data-label="([^"]*)"', row) == heads
    assert "<b>" not in table


def test_the_tables_of_a_case_say_what_each_cell_is(standards, published):
    from tests.analysis.cases import confirmed

    case = confirmed(published.sources.get().article.url)
    page = standards.get(f"/admin/analysis/case/{case.pk}/change/").content.decode()
    for table in re.findall(r'<table class="rows".*?</table>', page, re.S):
        heads = re.findall(r"<th [^>]*>(.*?)</th>", table)
        for row in re.findall(r"<tr role=\"row\">(<td.*?)</tr>", table, re.S):
            assert re.findall(r'data-label="([^"]*)"', row) == heads
    assert page.count('<table class="rows"') >= 2


def test_a_list_that_finds_nothing_says_so(editor):
    assert "None. Try another filter" in editor.get(LIST + "?status=withdrawn").content.decode()
    assert Story.objects.count() == 0
