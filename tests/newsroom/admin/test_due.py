"""One screen for the watch items whose day has come: judged with evidence, one or several, and no typed word lost."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from analysis import editing, judging
from analysis.models import WatchItem
from newsroom.admin import due
from tests import making
from tests.newsroom.admin.screen import sent_by

pytestmark = pytest.mark.django_db
DUE = "/admin/analysis/story/due/"


def item(days, statement="It opens.", story=None, public=True):
    story = story or making.draft()
    made = WatchItem.objects.create(
        story=story, statement=statement, likelihood=60, settled_by="The register",
        due=timezone.now().date() + timedelta(days=days),
    )  # fmt: skip
    if public:
        editing.publish(story, None, at=timezone.now() - timedelta(days=90))
        made.refresh_from_db()
    return made


def judged(one, state="yes", outcome="It did.", url="https://register.test/1"):
    prefix = f"item{one.pk}"
    return {f"{prefix}-state": state, f"{prefix}-outcome": outcome, f"{prefix}-url": url}


def send(client, *answers, items, at=DUE):
    data = {"item": [one.pk for one in items]}
    for answer in answers:
        data |= answer
    return client.post(at, data)


def shown(client, at=DUE):
    return re.findall(
        r"<legend>([^<]+)</legend>\s*<input type=\"hidden\" name=\"item\"", client.get(at).content.decode()
    )


def test_those_whose_day_has_come_then_those_of_the_next_days_oldest_first(editor):
    item(5, "Ahead")
    item(-3, "Long due")
    item(0, "Today")
    item(31, "Far")
    item(-1, "Not public", public=False)
    judging.judge(item(-2, "Judged"), None, "no", "It did not.", making.REGISTER)
    gone = item(-4, "Withdrawn")
    editing.withdraw(gone.story, "Wrong.")
    assert shown(editor) == ["Withdrawn", "Long due", "Today", "Ahead"], "what was promised is judged all the same"
    page = editor.get(DUE).content.decode()
    assert page.index("Their day has come") < page.index("Today") < page.index("Within 30 days") < page.index("Ahead")


def test_each_says_what_it_is_about_and_nothing_is_chosen_beforehand(editor):
    one = item(-1)
    page = editor.get(DUE).content.decode()
    assert f"/admin/analysis/story/{one.story_id}/change/" in page
    assert "60 %" in page and "The register" in page
    assert page.count('type="radio"') == 5, "what was chosen by mistake can be taken back"
    assert re.findall(r'value="(\w*)"[^>]* checked', page.split('id="content"')[1]) == [""]


def test_several_are_judged_in_one_go(editor):
    first, second, third = item(-3, "A"), item(-2, "B"), item(-1, "C")
    response = send(
        editor, judged(first), judged(second, "annulled", "It was put off.", ""), items=[first, second, third]
    )
    assert response.status_code == 302
    for one in (first, second, third):
        one.refresh_from_db()
    said = first.judgments.get()
    assert (first.state, said.why, said.url) == ("yes", "It did.", "https://register.test/1")
    assert (second.state, second.judgments.get().by, third.state) == ("annulled", editor.user, "open")
    assert shown(editor) == ["C"]
    logged = LogEntry.objects.filter(content_type__model="story").values_list("object_id", flat=True)
    assert set(logged) == {str(first.story_id), str(second.story_id)}


def test_two_items_of_one_story_are_judged_in_one_go(editor):
    story = making.draft()
    first = item(-3, "A", story, public=False)
    second = item(-2, "B", story)
    assert send(editor, judged(first), judged(second), items=[first, second]).status_code == 302
    assert set(WatchItem.objects.values_list("state", flat=True)) == {"yes"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": ""},
        {"outcome": " "},
        {"url": ""},
        {"url": "not an address"},
        {"url": "https://me@r.test/"},
        {"outcome": "What I typed." + "x" * 490},
        {"url": "https://r.test/" + "é" * 1_000},
        {"state": "open"},
        {"state": "junk"},
    ],
)
def test_one_that_is_not_complete_is_kept_as_typed_while_the_others_are_judged(editor, wrong):
    good, bad = item(-2, "Good"), item(-1, "Bad")
    answer = judged(bad, **{"outcome": "What I typed.", **wrong})
    response = send(editor, judged(good), answer, items=[good, bad])
    assert response.status_code == 422
    page = response.content.decode()
    assert "errorlist" in page and "<legend>Good</legend>" not in page
    assert ("What I typed." in page) == (wrong.get("outcome") != " ")
    assert set(WatchItem.objects.values_list("statement", "state")) == {("Good", "yes"), ("Bad", "open")}


def test_one_that_somebody_judged_meanwhile_is_said_and_kept(editor):
    one = item(-1)
    judging.judge(one, None, "no", "It did not.", making.REGISTER)
    response = send(editor, judged(one, outcome="What I typed."), items=[one])
    assert response.status_code == 422
    page = response.content.decode()
    assert "someone has judged it already" in page and "What I typed." in page
    one.refresh_from_db()
    assert (one.state, one.judgments.get().why) == ("no", "It did not.")


def test_a_page_with_one_refused_is_read_to_its_end(editor, monkeypatch):
    monkeypatch.setattr(due, "PAGE", 3)
    items = [item(-9 + n, f"Item {n}") for n in range(5)]
    judging.judge(items[0], None, "no", "It did not.", making.REGISTER)
    again = sent_by(send(editor, judged(items[0]), items=items[:3]))
    last = WatchItem.objects.get(pk=again["item"][-1])
    editor.post(DUE, again | judged(last))
    last.refresh_from_db()
    assert last.state == "yes"


def test_a_page_full_of_refused_ones_asks_about_no_other(editor, monkeypatch):
    monkeypatch.setattr(due, "PAGE", 2)
    items = [item(-9 + n, f"Item {n}") for n in range(4)]
    for one in items[:2]:
        judging.judge(one, None, "no", "It did not.", making.REGISTER)
    response = send(editor, *map(judged, items[:2]), items=items[:2])
    assert sent_by(response)["item"] == [str(one.pk) for one in items[:2]]


def test_nothing_typed_changes_nothing(editor):
    one = item(-1)
    assert send(editor, items=[one]).status_code == 302
    one.refresh_from_db()
    assert one.state == "open"


def test_pages_are_bounded_and_follow_one_another(editor, monkeypatch):
    monkeypatch.setattr(due, "PAGE", 2)
    for n in range(5):
        item(-5 + n // 2, f"Item {n}")
    seen, at = [], DUE
    while at:
        seen += shown(editor, at)
        following = re.search(r'rel="next" href="\?after=([^"]+)"', editor.get(at).content.decode())
        at = following and f"{DUE}?after={following[1]}"
    assert seen == [f"Item {n}" for n in range(5)]


@pytest.mark.parametrize(
    "after", ["junk", "2026-01-01", "_5", "2026-01-01_x", "9999-99-99_1", "2026-01-01_" + "9" * 30]
)
def test_a_place_that_cannot_be_read_is_the_beginning(editor, after):
    item(-1)
    assert shown(editor, f"{DUE}?after={after}") == ["It opens."]


@pytest.mark.parametrize("junk", ["abc", "", "-1", "9" * 40, "0"])
def test_junk_numbers_judge_nothing(editor, junk):
    assert editor.post(DUE, {"item": junk, f"item{junk}-state": "yes"}).status_code == 302


@pytest.mark.parametrize(("role", "status"), [("writer", 403), ("editor", 200), ("standards", 200), ("", 200)])
def test_who_may(person, role, status):
    client, one = person(role), item(-1)
    assert client.get(DUE).status_code == status
    assert send(client, judged(one), items=[one]).status_code == (302 if status == 200 else 403)
    one.refresh_from_db()
    assert one.state == ("yes" if status == 200 else "open")


def test_an_anonymous_visitor_is_sent_to_the_login(client):
    assert client.get(DUE).status_code == 302


def test_nothing_due_is_said(editor):
    assert "No watch item is due within 30 days." in editor.get(DUE).content.decode()
