"""What was done at the desk is told in the language of whoever reads it, on the newsroom's clock."""

from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin.models import LogEntry
from django.utils.translation import override

from analysis.models import Topic, Version
from newsroom.admin import log
from newsroom.admin.versions import Kept
from tests.newsroom.admin.screen import opened, row, url

pytestmark = pytest.mark.django_db


def lines(language: str) -> list[str]:
    with override(language):
        return [log.said(entry) for entry in LogEntry.objects.filter(content_type__model="story").order_by("pk")]


def test_a_step_a_save_and_a_judgment_are_read_in_two_languages(editor, published):
    with override("fr"):
        claim = row(published, "claims")
        editor.post(url(published), opened(editor, url(published)) | {"dek": "New.", f"{claim}-why": "Two reports."})
        editor.post(url(published, "do", "publish"), {})
        at = url(published, "watch", published.watch_items.get().pk)
        judged = {"state": "yes", "outcome": "It was.", "url": "https://wire.test/1"}
        editor.post(at, opened(editor, at) | judged, headers={"accept-language": "fr"})
        editor.post(url(published), opened(editor, url(published)) | {"_remark": "1", "remark_text": "Qui le dit ?"})
    assert lines("en") == [
        "Changed Dek and Claim “Twelve firms bid.”.", "The winner is named.: It happened", "Remark: Qui le dit ?"
    ]  # fmt: skip
    french = lines("fr")
    assert french[0] != lines("en")[0] and "“Twelve firms bid.”" not in french[0] and "Twelve firms bid." in french[0]
    assert "It happened" not in french[1] and french[1].startswith("The winner is named.")
    assert "Qui le dit ?" in french[2] and not french[2].startswith("Remark:")


def test_what_was_written_before_and_by_django_is_shown_as_django_shows_it(editor, published):
    for message in ("Published", "", "[]", '[{"added": {}}]', '[{"changed": {"fields": ["Dek"]}}]', "{", "[junk"):
        assert log.said(LogEntry(change_message=message)) == LogEntry(change_message=message).get_change_message()
    assert log.said(LogEntry(change_message='[{"said": "Per 100 %", "of": {}}]')) == "Per 100 %"


def test_the_page_of_who_did_what(editor, published, settings):
    settings.NEWSROOM_TIME_ZONE = ZoneInfo("Asia/Kolkata")
    editor.post(url(published), opened(editor, url(published)) | {"dek": "New."})
    page = editor.get(url(published, "history"), headers={"accept-language": "fr"}).content.decode()
    assert "(UTC+5:30)" in page and "Changed" not in page


def test_a_topic_changed_in_bulk_is_told_by_its_name(editor, draft):
    sea = Topic.objects.create(name='“Sea”, a "sea"', slug="sea")
    editor.post("/admin/analysis/story/bulk/topic/", {"story": f"{draft.pk}-{draft.version}", "topic": sea.pk})
    assert lines("en") == ['Topic: “Sea”, a "sea"']


def test_a_topic_whose_name_leaves_no_room_is_told_as_it_reads(editor, draft):
    """Each of its quotation marks is two characters where it is kept."""
    sea = Topic.objects.create(name='"' * 80, slug="sea")
    editor.post("/admin/analysis/story/bulk/topic/", {"story": f"{draft.pk}-{draft.version}", "topic": sea.pk})
    assert Kept(draft.versions.first()).what == "Topic: " + '"' * 80


def test_what_a_version_was_made_by_is_read_in_two_languages(editor, draft):
    sea = Topic.objects.create(name="Sea", slug="sea")
    french = {"accept-language": "fr"}
    with override("fr"):
        form = {"story": f"{draft.pk}-{draft.version}", "topic": sea.pk}
        editor.post("/admin/analysis/story/bulk/topic/", form, headers=french)
        at = url(draft, "versions", f"v{draft.versions.first().number}", "restore")
        editor.post(at, opened(editor, at), headers=french)
    newest, before = draft.versions.all()[:2]
    for language, said in (
        ("en", ("version 2 restored", "Topic: Sea")),
        ("fr", ("version 2 rétablie", "Thème\xa0: Sea")),
    ):
        with override(language):
            assert (Kept(newest).what, Kept(before).what) == said
    assert Kept(Version(why="version 7 restored")).what == "version 7 restored", "as it was written before"
