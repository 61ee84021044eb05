"""Remarks on a story: those whom they are for are told, see them where the story is, and say that they are done."""

from datetime import timedelta

import lxml.html
import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from analysis import scheduling
from analysis.models import Remark, Story
from newsroom.admin import glance, log
from tests import making
from tests.newsroom.admin.screen import opened, url

pytestmark = pytest.mark.django_db
LIST = "/admin/analysis/story/?whose=remarks"


def told(client) -> list[str]:
    """The remarks on the first page; the list of stories that it leads to holds the same."""
    (section,) = (one for one in glance.sections(client.user) if one.title == "Remarks to me")
    listed = client.get(LIST).context["cl"].result_list
    assert {line.url for line in section.lines} == {f"{url(story)}#remarks" for story in listed}
    return [line.text for line in section.lines]


def remark(client, story, text="Who says so?", **more) -> Remark:
    client.post(url(story), opened(client, url(story)) | {"_remark": "1", "remark_text": text} | more)
    return story.remarks.latest("pk")


def fails(story, by) -> None:
    """It is scheduled, and when its time has come something stops it."""
    at = timezone.now() + timedelta(minutes=5)
    scheduling.schedule(story, by.user, at)
    Story.objects.filter(pk=story.pk).update(disclosure="")
    assert scheduling.publish_due(at) == 1


# --- a publication that failed ------------------------------------------------------------------------------------


def test_who_scheduled_their_own_story_is_told_that_it_failed(editor):
    fails(making.draft(created_by=editor.user), editor)
    (text,) = told(editor)
    assert "and was not." in text


def test_author_and_scheduler_are_both_told_and_nobody_else(editor, writer, person):
    fails(making.draft(created_by=writer.user), editor)
    assert len(told(writer)) == len(told(editor)) == 1
    assert told(person("editor", "another")) == []


def test_the_newsroom_says_it_and_not_a_person(editor, settings):
    story = making.draft(created_by=editor.user)
    fails(story, editor)
    (line,) = lxml.html.fromstring(editor.get(url(story)).content.decode()).xpath(
        "//*[@class='remarks']//*[@class='quiet']"
    )
    assert line.text_content().startswith(f"{settings.SITE_NAME}, ")


# --- on the page of a story that one may only read ------------------------------------------------------------------


@pytest.fixture
def taken(writer, editor):
    """A writer's story, now public, so that the writer may only read it; with a remark of an editor."""
    story = making.published(created_by=writer.user)
    remark(editor, story, remark_field="dek")
    return story


def shown(client, story) -> tuple[str, list[str]]:
    """The remarks as a page shows them, and where the buttons beside them lead."""
    (part,) = lxml.html.fromstring(client.get(url(story)).content.decode()).xpath("//*[@id='remarks']")
    return part.text_content(), part.xpath(".//ul//button/@formaction")


def test_the_author_sees_it_and_says_that_it_is_done(writer, taken):
    text, (done,) = shown(writer, taken)
    assert "Dek: Who says so?" in text
    assert writer.post(done, follow=True).redirect_chain == [(url(taken), 302)]
    closed = Remark.objects.get()
    assert (closed.done_by, told(writer)) == (writer.user, [])
    assert b'id="remarks"' not in writer.get(url(taken)).content


def test_an_editor_closes_those_of_a_withdrawn_story(editor, taken):
    editor.post(url(taken, "do", "withdraw"), {"version": taken.version, "reason": "Wrong."})
    _text, (done,) = shown(editor, taken)
    editor.post(done)
    assert Remark.objects.get().done_by == editor.user


def test_whom_it_is_not_for_reads_it_and_does_not_close_it(person, taken):
    other = person("writer", "another")
    text, buttons = shown(other, taken)
    assert "Who says so?" in text and not buttons
    assert other.post(url(taken, "remarks", Remark.objects.get().pk, "done")).status_code == 403
    assert Remark.objects.get().done_at is None


def test_it_takes_a_post_and_a_remark_of_this_story(writer, editor, taken):
    mine = remark(editor, making.draft(created_by=writer.user))
    assert writer.get(url(taken, "remarks", taken.remarks.get().pk, "done")).status_code == 405
    for pk in (mine.pk, 10**18):
        writer.post(url(taken, "remarks", pk, "done"))
    assert not Remark.objects.filter(done_at__isnull=False).exists()


def test_done_twice_is_done_once(writer, editor, taken):
    (done,) = shown(writer, taken)[1]
    writer.post(done)
    editor.post(done)
    assert Remark.objects.get().done_by == writer.user
    assert LogEntry.objects.filter(user=writer.user, change_message__contains="Remark done").exists()
    assert not LogEntry.objects.filter(user=editor.user, change_message__contains="Remark done").exists()


# --- what it is about ------------------------------------------------------------------------------------------------


def test_it_is_about_a_saved_row_or_none(editor, published):
    new = {"claims-n1-text": "Mine", "claims-n1-standing": "reported", "_more": "claims"}
    page = editor.post(url(published), opened(editor, url(published)) | new)
    offered = lxml.html.fromstring(page.content.decode()).xpath("//select[@name='remark_field']/option/@value")
    saved = f"claims-{published.claims.get().pk}"
    assert saved in offered and "claims-n1" not in offered
    assert remark(editor, published, remark_field=saved).field == saved
    assert remark(editor, published, **new | {"_more": "", "remark_field": "claims-n1"}).field == ""


# --- who did what --------------------------------------------------------------------------------------------------


def test_what_was_said_and_done_is_in_the_log(writer, editor):
    story = making.draft(created_by=writer.user)
    made = remark(editor, story)
    writer.post(url(story), opened(writer, url(story)) | {"_remark_done": str(made.pk)})
    said = LogEntry.objects.filter(content_type__model="story").order_by("pk")
    assert [(entry.user_id, log.said(entry)) for entry in said] == [
        (editor.user.pk, "Remark: Who says so?"),
        (writer.user.pk, "Remark done: Who says so?"),
    ]
