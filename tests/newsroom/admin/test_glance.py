"""The desk's first page: what waits for whom, bounded, in few questions, and for nobody's eyes but theirs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analysis import editing, judging, rights, signals
from analysis.models import Case, DeskTask, Draft, Remark, Story, WatchItem
from analysis.models.signals import SignalKind
from analysis.signals import Reading, Said
from newsroom.admin import glance
from tests import making
from tests.analysis.cases import confirmed
from tests.newsroom.admin.screen import opened, url
from tests.reports import reported

pytestmark = pytest.mark.django_db
TITLES = {name: str(question.title) for name, question in glance._QUESTIONS.items()}


def found(client):
    """The lines of each section that has any, by the section's title."""
    return {section.title: [line.text for line in section.lines] for section in glance.sections(client.user)}


def under(client, name):
    return found(client).get(TITLES[name])


def scheduled(by, at, **fields):
    return making.draft(status="scheduled", publish_at=at, scheduled_by=by, **fields)


def due_item(days, **fields):
    story = making.draft()
    item = WatchItem.objects.create(
        story=story, statement=fields.pop("statement", "It opens."), likelihood=60, settled_by="A register",
        due=timezone.now().date() + timedelta(days=days), **fields,
    )  # fmt: skip
    editing.publish(story, None, at=timezone.now() - timedelta(days=60))
    item.refresh_from_db()
    return item


def read(of, kind, *said, error="", ago=1):
    host = of.domains.get().host
    at = timezone.now() - timedelta(hours=ago)
    reading = Reading(
        kind=kind, url=f"https://{host}/{kind}", about=f"{host}/", at=at, status=200, error=error,
        said=tuple(Said(signal=kind, label=label) for label in said),
    )  # fmt: skip
    signals.record(of, [reading])


def test_mine_are_those_that_i_began_and_that_are_not_public(writer, editor):
    making.draft(headline="Mine", created_by=writer.user)
    scheduled(editor.user, timezone.now(), headline="Mine, planned", created_by=writer.user)
    making.draft(headline="Another’s", created_by=editor.user)
    making.published(headline="Mine, public", created_by=writer.user)
    assert under(writer, "mine") == ["Mine, planned", "Mine"]


def test_texts_that_were_typed_and_not_saved(writer, editor, draft):
    now = timezone.now()
    Draft.objects.create(key="a", by=writer.user, story=draft, kept_at=now - timedelta(hours=1))
    Draft.objects.create(key="b", by=writer.user, kept_at=now)
    Draft.objects.create(key="c", by=writer.user, story=draft)  # open, and nothing typed
    Draft.objects.create(key="d", by=editor.user, story=draft, kept_at=now)
    assert under(writer, "unsaved") == ["A new story", draft.headline]


def test_remarks_to_me_until_they_are_done(writer, editor):
    mine = making.draft(created_by=writer.user)
    Remark.objects.create(story=mine, by=editor.user, text="Who says so?")
    Remark.objects.create(story=mine, by=editor.user, text="Done", done_at=timezone.now(), done_by=writer.user)
    Remark.objects.create(story=mine, by=writer.user, text="My own")
    Remark.objects.create(story=making.draft(), by=editor.user, text="To somebody else")
    assert under(writer, "remarks") == ["Who says so?"]
    assert under(editor, "remarks") == []
    listed = writer.get("/admin/analysis/story/?whose=remarks").context["cl"].result_list
    assert [story.pk for story in listed] == [mine.pk]


def test_what_is_in_review_is_shown_to_who_may_publish(writer, editor):
    making.draft(headline="First", status="review")
    making.draft(headline="Second", status="review")
    assert under(editor, "review") == ["First", "Second"]
    assert under(writer, "review") is None


def test_scheduled_stories_by_time_and_late_ones_marked(editor):
    now = timezone.now()
    scheduled(editor.user, now + timedelta(hours=1), headline="Later")
    scheduled(editor.user, now - timedelta(hours=1), headline="Late")
    (section,) = (one for one in glance.sections(editor.user) if one.title == TITLES["scheduled"])
    assert [(line.text, line.late) for line in section.lines] == [("Late", True), ("Later", False)]
    assert 'class="late"' in editor.get("/admin/").content.decode()


def test_published_stories_that_need_an_editor(editor, published):
    DeskTask.objects.create(story=published, kind=DeskTask.Kind.SUMMARY_WORDS, words=50, allowed=40)
    assert under(editor, "editor") == [published.headline]


def test_watch_items_whose_day_has_come_and_those_of_the_week(editor, writer):
    due_item(-2, statement="Long due")
    due_item(0, statement="Due today")
    due_item(7, statement="In a week")
    due_item(8, statement="Later")
    judged = due_item(-1, statement="Judged")
    judging.judge(judged, None, "yes", "It did.", making.REGISTER)
    WatchItem.objects.create(story=making.draft(), statement="Draft", due="2020-01-01", likelihood=5, settled_by="It")
    assert under(editor, "due") == ["Long due", "Due today"]
    assert under(editor, "soon") == ["In a week"]
    assert under(writer, "due") is None


def test_cases_that_need_me(standards, editor):
    case = confirmed("https://nowhere.test/1")
    assert under(standards, "cases") == [case.reference]
    assert under(editor, "cases") is None


def promise(*urls):
    case = confirmed(*urls)
    rights.decide(case, None, rights.Ruling("granted", "correct", "You are right."))
    return case


@pytest.mark.parametrize("of", ["story", "article"])
def test_a_correction_that_was_promised_waits_until_it_is_made(standards, published, of):
    url = published.sources.get().article.url if of == "article" else f"/stories/{published.slug}/"
    case = promise(url)
    line = case.urls.get()
    assert line.story if of == "story" else line.article
    assert under(standards, "promised") == [case.reference]
    listed = standards.get("/admin/analysis/case/?waits=correct").context["cl"].result_list
    assert [one.pk for one in listed] == [case.pk]
    Story.objects.filter(pk=published.pk).update(dek="Something else")
    editing.publish(published, None, kind="update", reason="More is known.")
    assert under(standards, "promised") == [case.reference]  # an update is no correction
    Story.objects.filter(pk=published.pk).update(dek="What is right")
    editing.publish(published, None, kind="correction", reason="It was another one.")
    assert under(standards, "promised") == []


def test_a_promise_about_what_is_not_public_any_more_waits_for_nothing(standards):
    gone = making.published()
    promise(gone.sources.get().article.url)
    editing.withdraw(gone, "Wrong.")
    assert under(standards, "promised") == []


def test_sources_that_say_something_else(editor, writer):
    wire, quiet = making.publisher(), making.publisher()
    read(quiet, SignalKind.ROBOTS, "a", ago=9)
    read(wire, SignalKind.ROBOTS, "a", ago=9)
    assert under(editor, "changed") == []  # read for the first time
    read(wire, SignalKind.ROBOTS, error="timed out", ago=8)
    read(wire, SignalKind.ROBOTS, "a", ago=7)
    assert under(editor, "changed") == []  # it could not be read, and says now what it said
    read(wire, SignalKind.ROBOTS, "a", "b", ago=6)
    assert under(editor, "changed") == [wire.domains.get().host]
    assert under(writer, "changed") is None


def test_sources_that_cannot_be_read_until_they_answer_again(editor):
    wire = making.publisher()
    read(wire, SignalKind.ROBOTS, "a", ago=30)
    read(wire, SignalKind.ROBOTS, error="timed out", ago=3)
    (section,) = (one for one in glance.sections(editor.user) if one.title == TITLES["unanswered"])
    assert [(line.text, line.detail) for line in section.lines] == [(wire.domains.get().host, "robots.txt: timed out")]
    read(wire, SignalKind.ROBOTS, "a", ago=2)
    assert under(editor, "unanswered") == []


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        ("writer", {"review", "reports", "editor", "cases", "promised", "due", "soon", "changed", "unanswered"}),
        ("editor", {"cases", "promised"}),
        ("standards", set()),
        ("", set()),
    ],
)
def test_each_role_sees_its_sections_and_no_other(person, role, hidden):
    client = person(role)
    assert set(found(client)) == {title for name, title in TITLES.items() if name not in hidden}
    for name in TITLES:
        status = client.get(f"/admin/analysis/story/glance/{name}/").status_code
        assert status == (403 if name in hidden else 200), name
    page = client.get("/admin/").content.decode()
    for name, title in TITLES.items():
        assert (title in page) == (name not in hidden), name


def test_every_heading_leads_to_a_list(superuser):
    for section in glance.sections(superuser.user):
        response = superuser.get(section.link)
        assert response.status_code == 200, section.link
        assert "e=1" not in response.request["QUERY_STRING"]


def test_a_section_that_is_not_there(superuser, client):
    assert superuser.get("/admin/analysis/story/glance/nothing/").status_code == 404
    assert client.get("/admin/analysis/story/glance/mine/").status_code == 302


def test_a_section_shows_the_first_few_and_counts_to_a_bound(editor, monkeypatch):
    for n in range(9):
        making.draft(headline=f"Reviewed {n}", status="review")
    page = editor.get("/admin/").content.decode()
    assert page.count("Reviewed ") == glance.SHOWN
    assert '<span class="glance__count">9</span>' in page
    monkeypatch.setattr(glance, "MOST", 7)
    assert '<span class="glance__count">7+</span>' in editor.get("/admin/").content.decode()
    whole = editor.get("/admin/analysis/story/glance/review/").content.decode()
    assert whole.count("Reviewed ") == 7 and "There are more." in whole


def test_a_day_without_work_is_one_quiet_line(standards):
    page = standards.get("/admin/").content.decode()
    assert "glance__section" not in page
    assert "Nothing waits under:" in page


def test_it_asks_as_few_questions_of_a_full_newsroom_as_of_an_empty_one(superuser):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            glance.sections(superuser.user)
        return len(captured)

    empty = asked()
    assert empty <= 16
    for n in range(4):
        making.draft(status="review", created_by=superuser.user)
        due_item(n - 2)
        scheduled(superuser.user, timezone.now())
        wire = making.publisher()
        read(wire, SignalKind.ROBOTS, "a", ago=9)
        read(wire, SignalKind.ROBOTS, "b", ago=8)
        read(wire, SignalKind.TRUST, error="timed out")
        story = making.published()
        reported(story)
        DeskTask.objects.create(story=story, kind=DeskTask.Kind.QUOTES)
        promise(story.sources.get().article.url)
        confirmed(f"https://nowhere.test/{n}")
    assert Case.objects.count() == 8
    assert asked() == empty


def test_what_one_changed_last_is_there_to_go_on_with_each_thing_once(editor, standards):
    story, other = making.draft(headline="Mine"), making.draft(headline="Another’s")
    for dek in ("One.", "Two."):
        editor.post(url(story), opened(editor, url(story)) | {"dek": dek})
    standards.post(url(other), opened(standards, url(other)) | {"dek": "Three."})
    assert under(editor, "latest") == ["Mine"], "and no login"
