"""The text of a source, pasted to compare with, comes out nowhere: in public, at the desk, in the record."""

import json
import logging

import pytest
from django.contrib.admin.models import LogEntry
from django.core import serializers

from analysis import editing
from analysis.models import Revision, SearchEntry, SourceText
from newsroom.tasks import forget_source_texts
from tests import making
from tests.leaks.crawl import crawl, searches
from tests.newsroom.admin.screen import opened, row, url

pytestmark = pytest.mark.django_db
WORD = "zqpastedzq"
PASTED = " ".join(f"{WORD}{n}" for n in range(40))


@pytest.fixture
def editor(db):
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.create_user("root", is_staff=True, is_superuser=True))
    return client


def pasted(client, story):
    data = opened(client, url(story)) | {f"{row(story, 'sources')}-text": PASTED}
    assert client.post(url(story), data).status_code == 302
    assert SourceText.objects.get().text == PASTED


def public() -> str:
    return "\n".join(visit.text for visit in [*crawl(), *searches([f"{WORD}1"])])


def test_it_comes_out_nowhere_before_and_after_publication(editor, caplog):
    caplog.set_level(logging.DEBUG)
    story = making.draft()
    public_story = making.published()
    pasted(editor, story)
    SourceText.objects.create(source=public_story.sources.get(), text=PASTED)  # for a correction
    for at in (
        url(story),
        url(story, "preview"),
        url(story, "do", "publish"),
        url(story, "history"),
        "/admin/analysis/story/",
        "/admin/analysis/article/",
        "/admin/",
        f"/admin/analysis/story/{story.pk}/delete/",
        "/admin/analysis/sourcetext/",
    ):
        assert WORD not in editor.get(at, follow=True).content.decode(), at
    searched = public().replace(f"q={WORD}1", "").replace(f'value="{WORD}1"', "").replace(f"{WORD}1", "")
    assert WORD not in searched
    editing.publish(story, None)
    assert WORD not in public().replace(f"{WORD}1", "")
    record = [*Revision.objects.all(), *SearchEntry.objects.all(), *LogEntry.objects.all()]
    assert WORD not in serializers.serialize("json", record) and LogEntry.objects.exists()
    assert WORD not in caplog.text


def test_it_is_not_shown_again_to_who_pasted_it_nor_named_when_it_overlaps(editor):
    story = making.draft(summary=" ".join(f"{WORD}{n}" for n in range(10)))
    pasted(editor, story)
    page = editor.get(url(story)).content.decode()
    page += editor.post("/admin/analysis/story/typing/", opened(editor, url(story))).content.decode()
    assert "10 words in a row" in page and f"{WORD}9]" in page
    assert f"{WORD}10" not in page  # the next word of theirs


def test_a_conflict_keeps_what_was_pasted_in_the_form_and_saves_none_of_it(editor):
    story = making.draft()
    data = opened(editor, url(story)) | {f"{row(story, 'sources')}-text": PASTED, "headline": "Another", "version": ""}
    assert PASTED in editor.post(url(story), data).content.decode()
    assert not SourceText.objects.exists()


def test_too_long_a_text_is_refused_with_its_length(editor):
    story = making.draft()
    data = opened(editor, url(story)) | {f"{row(story, 'sources')}-text": "w " * 200_001}
    assert "200001 words; at most 200000" in editor.post(url(story), data).content.decode()
    assert not SourceText.objects.exists()


def test_a_task_forgets_what_is_old(editor, settings):
    story = making.draft()
    SourceText.objects.create(source=story.sources.get(), text=PASTED, held_since=making.LONG_AGO)
    assert forget_source_texts.call() == 1
    schedules = settings.TASKS["default"]["OPTIONS"]["SCHEDULES"].values()
    assert "newsroom.tasks.forget_source_texts" in {schedule["task"] for schedule in schedules}
    assert json.loads(serializers.serialize("json", SourceText.objects.all())) == []
