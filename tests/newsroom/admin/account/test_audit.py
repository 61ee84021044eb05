"""What each person did, and who may read it."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from newsroom.admin import audit
from tests.newsroom.admin.account.people import log_in, set_up_app
from tests.newsroom.admin.screen import opened, url

pytestmark = pytest.mark.django_db
MINE = "/admin/account/done/"


def lines(response) -> list[tuple[str, str, str | None]]:
    return [(line["said"], line["object"], line["url"]) for line in response.context["lines"]]


def test_what_one_did_is_there_newest_first_with_its_link(editor, draft):
    editor.post(url(draft), opened(editor, url(draft)) | {"headline": "A new headline"})
    editor.post(url(draft, "do", "review"), {"version": draft.version + 1})
    page = editor.get(MINE)
    said = lines(page)
    assert said[0][1:] == said[1][1:] == ("A new headline", url(draft))
    assert "Headline" in said[1][0]  # what was changed
    assert f'href="{url(draft)}"' in page.content.decode()


def test_logins_and_factors_are_there(staff, django_capture_on_commit_callbacks):
    staff()
    log_in(password="wrong")
    client, _answer = log_in()
    with django_capture_on_commit_callbacks(execute=True):
        set_up_app(client)
    client.post("/admin/account/sessions/")
    assert [said for said, _object, _url in lines(client.get(MINE))] == [
        "All other sessions ended.", "Recovery codes made.", "Authenticator app set up.", "Logged in.",
        "A login failed: wrong password.",
    ]  # fmt: skip


def test_every_sentence_of_the_log_is_told_and_translated(writer):
    for said in audit.Said:
        audit.note(writer.user, said)
    assert [said for said, *_rest in lines(writer.get(MINE))][:-1] == [str(said.label) for said in reversed(audit.Said)]


def test_a_long_log_is_read_page_by_page_and_each_line_once(writer, django_assert_max_num_queries):
    for n in range(audit.PAGE * 2 + 3):
        LogEntry.objects.create(user=writer.user, object_repr=f"<{n}>", action_flag=2)
    writer.get(MINE)
    seen, at = [], f"{MINE}?before=999999999"
    while at:
        with django_assert_max_num_queries(12):
            page = writer.get(at)
        seen += [line[1] for line in lines(page)]
        before = page.context["before"]
        at = before and f"{MINE}?before={before}"
    assert seen[:-1] == [f"<{n}>" for n in reversed(range(audit.PAGE * 2 + 3))]
    assert "<1>" not in page.content.decode()


def test_who_may_read_the_log_of_others(person):
    root, writer, standards = person(), person("writer"), person("standards")
    at = f"{MINE}{writer.user.pk}/"
    assert lines(root.get(at)) == [("Logged in.", "", None)]
    assert at in root.get(f"/admin/auth/user/{writer.user.pk}/change/").content.decode()
    assert standards.get(at).status_code == writer.get(at).status_code == 403
    assert Client().get(at).status_code == 302
    assert root.get(f"{MINE}999999/").status_code == 404


@pytest.mark.parametrize("junk", ["x", "-1", "9" * 40, "1e3", "٣", "1 OR 1=1"])
def test_junk_is_no_place_in_the_log(writer, junk):
    assert writer.get(MINE, {"before": junk}).status_code == 404


def test_what_is_gone_or_of_a_model_that_is_gone_is_still_told(writer):
    from django.contrib.contenttypes.models import ContentType

    gone = ContentType.objects.create(app_label="analysis", model="gone")
    LogEntry.objects.create(user=writer.user, object_repr="x", object_id="1", content_type=gone, action_flag=2)
    LogEntry.objects.create(user=writer.user, object_repr="y", action_flag=3)
    assert lines(writer.get(MINE))[:2] == [("Deleted", "y", None), ("Changed", "x", None)]
