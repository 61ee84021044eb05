"""What is open, as a page and as a calendar; and how the old ones turned out, as a page and as numbers."""

import csv
import io
import re
from datetime import date, timedelta

import feedparser
import numpy as np
import pytest
import vobject
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import html

from analysis import editing, establishing, judging
from analysis.models import Claim, WatchItem
from tests import making

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()
HOUR = timedelta(hours=1)


@pytest.fixture
def record():
    """Sixty promises whose day is past: forty-eight judged either way, six void, six not judged; and one ahead."""
    story = making.draft(headline="A record")
    for n in range(60):
        item = making.promise(story, f"Item {n}", due=TODAY - timedelta(days=1 + n), likelihood=5 + 10 * (n % 9))
        state = "" if n % 10 == 3 else "annulled" if n % 10 == 7 else "yes" if (7 * n) % 100 < 10 * (n % 9) else "no"
        if state:
            judging.judge(item, None, state, f"So was {n}.", f"https://register.test/{n}")
    making.promise(story, "Ahead")
    editing.publish(story, None)
    return story


def tree(client, path, **headers):
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    return html.fromstring(response.content)


def numbers(client) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get("/scorecard.csv").content.decode())))


# --- the calendar -----------------------------------------------------------------------------------------------------


def events(client):
    response = client.get("/watch/calendar.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in response.content.split(b"\r\n")), "RFC 5545 section 3.1"
    calendar = vobject.readOne(response.content.decode())
    assert calendar.validate(raiseException=True)
    return list(calendar.contents.get("vevent", []))


def test_every_open_item_stands_on_its_day(client):
    story = making.draft(headline="The port waits", language="en")
    late = making.promise(story, "The quay opens.", due=TODAY - timedelta(days=3))
    making.promise(story, "The crane leaves.", due=date(2099, 1, 2), likelihood=35, settled_by="The port’s list")
    editing.publish(story, None)
    first, second = events(client)
    assert [e.summary.value for e in (first, second)] == ["The quay opens.", "The crane leaves."]
    assert second.dtstart.value == date(2099, 1, 2)
    assert second.transp.value == "TRANSPARENT"
    assert "35%" in second.description.value and "The port’s list" in second.description.value
    assert second.url.value.endswith(f"/stories/{story.slug}/#watch-{story.watch_items.last().pk}")
    judging.judge(late, None, "yes", "It did.", making.REGISTER)
    (left,) = events(client)
    assert left.uid.value == second.uid.value, "a program knows an event again by this"


def test_an_empty_calendar_is_one_too(client):
    assert events(client) == []


def test_it_stays_the_same_file_while_nothing_changes(client):
    story = making.draft()
    making.promise(story)
    editing.publish(story, None)
    first = client.get("/watch/calendar.ics")
    assert first.content == client.get("/watch/calendar.ics").content
    assert client.get("/watch/calendar.ics", headers={"If-None-Match": first["ETag"]}).status_code == 304


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(text="BEGIN:VEVENT\r\nSUMMARY:forged\x0b\x1f\nEND:VCALENDAR")
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=300))
def test_whatever_is_written_comes_out_of_the_calendar_as_it_went_in(client, text):
    story = making.published(making.article())
    item = making.promise(story, text)
    found = {event.uid.value.split("@")[0]: event.summary.value for event in events(client)}
    assert found[f"watch-{item.pk}"] == re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", text)
    editing.withdraw(story, "Enough.")


# --- the page of what is open --------------------------------------------------------------------------------------


def test_what_is_open_comes_by_day_and_page_by_page(client, monkeypatch):
    monkeypatch.setattr("analysis.rendition.watching.PAGE", 2)
    story = making.draft()
    for n in range(3):
        making.promise(story, f"Item {n}", due=date(2099, 1, 1 + n))
    editing.publish(story, None)
    page = tree(client, "/watch/")
    assert [e.text for e in page.find_class("watch__text")] == ["Item 0", "Item 1"]
    (more,) = page.xpath("//a[@rel='next']")
    rest = tree(client, "/watch/" + more.get("href"))
    assert [e.text for e in rest.find_class("watch__text")] == ["Item 2"] and not rest.xpath("//a[@rel='next']")
    part = client.get("/watch/" + more.get("href"), headers={"HX-Request": "true"}).content.decode()
    assert "Item 2" in part and "<main" not in part


@pytest.mark.parametrize("path", ["/watch/?after=", "/scorecard/?before="])
@pytest.mark.parametrize(
    "junk", ["x", "2026-02-30-1", "2026-01-01--1", "%00", "%FF", "9" * 3000, "2026-01-01-" + "9" * 19]
)
def test_a_place_that_is_none_is_not_found(client, path, junk):
    assert client.get(path + junk).status_code in (400, 404)


def test_a_judgment_that_was_taken_back_is_told_with_its_reason(client):
    story = making.draft()
    item = making.promise(story)
    editing.publish(story, None)
    judging.judge(item, None, "yes", "The register names it.", making.REGISTER)
    judging.take_back(item, None, "It names another port.")
    for path in (story.get_absolute_url(), "/watch/"):
        page = " ".join(tree(client, path).find_class("watch")[0].text_content().split())
        assert "It happened The register names it." in page and "Taken back It names another port." in page
        assert "Open" in page
    (line,) = tree(client, "/corrections/").find_class("timeline")[0]
    told = f"It names another port.It opens.Judgment taken back {story.headline}"
    assert told in " ".join(line.text_content().split())
    link = f"{story.get_absolute_url()}#watch-{item.pk}"
    assert link in [a.get("href") for a in line.iter("a")]


def test_a_reason_that_quotes_more_than_terms_allow_by_now_is_no_correction(client):
    story = making.draft()
    item = making.promise(story)
    editing.publish(story, None)
    judging.judge(item, None, "yes", "The register names it.", making.REGISTER)
    judging.take_back(item, None, "It says “another port, as we had written before”.")
    assert "another port" in client.get("/corrections/").content.decode()
    making.terms(story.sources.get().article.publisher, quote_words=3)
    page = client.get("/corrections/").content.decode()
    assert "another port" not in page and "Judgment taken back" not in page


def test_a_forecast_that_was_replaced_is_told_wherever_history_is(client):
    story = making.draft()
    item = making.promise(story, public=False)
    editing.publish(story, None)
    newer = making.promise(story, "It opens late.", public=False)
    WatchItem.objects.filter(pk=item.pk).update(superseded_by=newer)
    editing.publish(story, None, kind="update")
    item.refresh_from_db()
    judging.judge(item, None, "annulled", "The question is void.")
    for path in ("", "history/", "timeline/"):
        assert "The question is void." in client.get(f"{story.get_absolute_url()}{path}").content.decode()


def test_a_story_s_history_tells_how_its_claims_moved_and_its_forecasts_turned_out(client):
    """Its date of update moves with them: the history says by what, as far as terms let it."""
    story = making.draft()
    item = making.promise(story, public=False)
    claim = Claim.objects.create(story=story, text="Twelve firms bid.", standing="reported", why="One report.")
    editing.publish(story, None)
    judging.judge(item, None, "yes", "The register names it.", making.REGISTER)
    claim.refresh_from_db()
    establishing.move(claim, None, "disputed", "The register lists eleven.")
    judging.take_back(item, None, "It names another port.")
    for path in (f"{story.get_absolute_url()}history/", story.get_absolute_url()):
        lines = tree(client, path).find_class("history")
        lines = [" ".join(li.text_content().split()).partition(", ")[2][6:] for li in lines[0].iter("li")]
        assert lines == [
            "Forecast: Taken back. It opens. It names another port.",
            "Claim: Disputed. Twelve firms bid. The register lists eleven.",
            "Forecast: It happened. It opens. The register names it.",
            "First published. Version 1",
        ]


def test_who_follows_a_feed_gets_the_outcome_of_a_forecast(client):
    story = making.draft()
    item = making.promise(story, "The <b>depot</b> opens.", public=False, due=date(2099, 1, 2))
    editing.publish(story, None)

    def entry():
        (found,) = feedparser.parse(client.get("/feeds/latest.atom").content).entries
        return found.updated, " ".join(html.fromstring(found.summary).text_content().split())

    before, said = entry()
    assert "The <b>depot</b> opens. By 2 January 2099, at 60%." in said
    judging.judge(item, None, "yes", "The register names it.", making.REGISTER, at=timezone.now() + HOUR)
    judged, said = entry()
    assert "at 60%. It happened. The register names it." in said and judged > before
    judging.take_back(item, None, "It names another port.", at=timezone.now() + 2 * HOUR)
    after, said = entry()
    assert "It happened" not in said and after > judged


# --- the scorecard ----------------------------------------------------------------------------------------------------


def test_the_page_shows_what_anybody_computes_from_its_numbers(client, record):
    rows = numbers(client)
    assert {row["topic"] for row in rows} == {"grids"} and {row["desk"] for row in rows} == {"analysis"}
    scored = [(int(r["likelihood"]) / 100, r["state"] == "yes") for r in rows if r["state"] in ("yes", "no")
              for _n in range(int(r["items"]))]  # fmt: skip
    said, came = np.array([p for p, _o in scored]), np.array([o for _p, o in scored], dtype=float)
    assert len(scored) == 48
    page = tree(client, "/scorecard/")
    text = " ".join(page.text_content().split())
    assert f"We{np.mean((said - came) ** 2):.3f}" in text
    assert f"Uncertainty {came.var():.3f}" in text
    right = int(np.sum((said > 0.5) == came)) - int(np.sum(said[came == 0] == 0.5))
    figures = {div.find("dt").text: div.find("dd").text.strip() for div in page.find_class("keyfigures")[0]}
    assert figures["Right"] == str(right) and figures["Overdue, not judged"] == "6"
    assert figures["Ambiguous or annulled"] == "6" and "60 items are past their day. 1 more is still ahead." in text


def test_the_chart_has_the_table_beside_it_and_leaves_thin_ranges_out(client, record):
    page = tree(client, "/scorecard/")
    rows = page.xpath("//*[@aria-labelledby='h-calibration']//tbody/tr")
    n = [int(row.find("td").find("span").tail) for row in rows]
    assert len(rows) == 10 and sum(n) == 48
    points = page.find_class("calibration__point")
    assert len(points) == sum(count >= 5 for count in n) == len(page.find_class("calibration__interval"))
    for point in points:
        assert re.fullmatch(r"\d+", point.get("cx")) and 0 <= int(point.get("cy")) <= 500
    assert page.find_class("calibration")[0].find("svg").get("aria-label")


def test_without_anything_judged_the_page_says_how_it_will_count(client):
    page = tree(client, "/scorecard/")
    text = page.text_content()
    assert "How we count" in text and "Nothing is past its day yet." in text
    assert not page.find_class("calibration") and "nan" not in text.lower()


def test_one_by_one_the_newest_first_with_its_outcome_and_where_that_is_seen(client, record, monkeypatch):
    monkeypatch.setattr("analysis.rendition.watching.PAGE", 5)
    page = tree(client, "/scorecard/")
    assert [e.text for e in page.find_class("watch__text")] == [f"Item {n}" for n in range(5)]
    assert page.find_class("watch__outcome")[0].find("a").get("href") == "https://register.test/0"
    (more,) = page.xpath("//a[@rel='next']")
    part = client.get("/scorecard/" + more.get("href").partition("#")[0], headers={"HX-Request": "true"})
    assert [e.text for e in html.fromstring(part.content).find_class("watch__text")] == [
        f"Item {n}" for n in range(5, 10)
    ]
    assert b"How we count" not in part.content


def test_what_may_not_be_shown_any_more_is_still_counted(client, record):
    before = numbers(client)
    making.terms(record.sources.get().article.publisher, level="none")
    assert numbers(client) == before
    page = tree(client, "/scorecard/")
    assert not page.find_class("watch__text") and "60 items are past their day." in page.text_content()


def test_a_french_reader_reads_a_comma(client, record):
    text = tree(client, "/scorecard/", **{"Accept-Language": "fr"}).text_content()
    assert re.search(r"0,\d{3}", text) and not re.search(r"0\.\d{3}", text)


def test_both_pages_cost_the_same_for_any_record(client, record, django_assert_max_num_queries):
    client.get("/scorecard/")
    with django_assert_max_num_queries(9):
        client.get("/scorecard/")
    with django_assert_max_num_queries(7):
        client.get("/watch/")
