"""Errors that readers reported, at the desk: who sees them, how they are decided, once, and closed by a publication."""

from datetime import timedelta

import lxml.html
import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.utils import timezone
from django_ox.models import OxTask

from analysis import editing, reporting
from analysis.models import Correction, ErrorReport, OutgoingMail, Story
from newsroom.admin.log import read
from tests import making
from tests.newsroom.admin.screen import messages, opened, url
from tests.reports import reported

pytestmark = pytest.mark.django_db
LIST = "/admin/analysis/errorreport/"


def at(report, step="change"):
    return f"{LIST}{report.pk}/{step}/"


def fresh(report):
    return ErrorReport.objects.get(pk=report.pk)


def changed(story, dek="It was eleven."):
    """A saved change that is not public yet."""
    Story.objects.filter(pk=story.pk).update(dek=dek)
    return Story.objects.get(pk=story.pk).version


def revise(client, story, **data):
    sent = {"version": changed(story), "kind": "correction", "reason": "It was eleven firms.", **data}
    return client.post(url(story, "do", "revise"), sent, follow=True)


# --- who sees them ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "may"), [("writer", False), ("editor", True), ("standards", True), ("", True)])
def test_who_sees_and_who_decides(person, published, role, may):
    client, report = person(role), reported(published, email="ann@reader.test")
    for page in (LIST, at(report), at(report, "decline")):
        assert client.get(page).status_code == (200 if may else 403), page
    assert client.post(at(report, "decline"), {"answer": "No."}).status_code == (302 if may else 403)
    assert fresh(report).state == ("declined" if may else "open")
    other = reported(published)
    screen = client.get(url(published)).content.decode()
    assert (other.reference in screen) == (other.wrong in screen) == may
    assert (other.wrong in client.get("/admin/").content.decode()) == may


def test_who_only_sees_decides_nothing(person, published):
    from django.contrib.auth.models import Permission

    client, report = person("writer"), reported(published)
    client.user.user_permissions.add(Permission.objects.get(codename="view_errorreport"))
    page = client.get(at(report)).content.decode()
    assert report.wrong in page and "Decline" not in page
    assert client.post(at(report, "decline"), {"answer": "No."}).status_code == 403


def test_nobody_changes_or_deletes_a_report_by_hand(superuser, published):
    report = reported(published)
    assert superuser.get(f"{LIST}add/").status_code == 403
    assert superuser.post(at(report, "delete"), {"post": "yes"}).status_code == 403
    assert superuser.post(at(report), {"state": "accepted"}).status_code == 200, "the page, and no form of it"
    assert fresh(report).state == "open"


def test_an_anonymous_visitor_is_sent_to_the_login(client, published):
    report = reported(published)
    for page in (LIST, at(report), at(report, "decline"), at(report, "already")):
        assert client.get(page).headers["Location"].startswith("/admin/login/")


# --- what they see ----------------------------------------------------------------------------------------------------


def test_the_page_shows_plain_words_and_an_address_that_leads_nowhere_by_itself(editor, published):
    claim = published.claims.get()
    report = reported(
        published, part=f"claims.{claim.pk}", quoted="Twelve <b>firms</b>", wrong="<script>alert(1)</script>",
        url="https://register.test/1", name="Ann Reader", email="ann@reader.test", thank=True,
    )  # fmt: skip
    said = editor.get(at(report)).content.decode()
    assert "&lt;script&gt;alert(1)" in said and "<script>alert(1)" not in said and "&lt;b&gt;firms" in said
    page = lxml.html.fromstring(said)
    (link,) = page.xpath("//a[@href='https://register.test/1']")
    assert set(link.get("rel").split()) >= {"nofollow", "noreferrer"}
    assert claim.text in said and "thanked in the correction as “Ann Reader”" in said
    assert f'href="{url(published)}#id_claims-{claim.pk}-text"' in said
    screen = editor.get(url(published)).content.decode()
    assert f'id="id_claims-{claim.pk}-text"' in screen, "there is such a place"


def test_the_page_shows_what_was_said_then_and_what_is_said_now(editor, published):
    report = reported(published, part="dek")
    was = published.dek
    changed(published, "Another dek.")
    editing.publish(Story.objects.get(pk=published.pk), None)
    said = editor.get(at(report)).content.decode()
    assert was in said and "Another dek." in said and "What it says now" in said


def test_what_the_gate_lets_nobody_read_the_page_says(editor, published):
    report = reported(published, part="dek")
    making.terms(published.sources.get().article.publisher, level="none")
    assert "It may not be shown any more" in editor.get(at(report)).content.decode()


def test_the_list_is_filtered_and_searched(editor, published):
    first, second = reported(published), reported(published, name="Bo Lee", thank=True)
    reporting.decline(first, None, "No.")

    def listed(query):
        page = editor.get(f"{LIST}?{query}").content.decode()
        return {report.reference for report in (first, second) if report.reference in page}

    assert listed("") == {first.reference, second.reference}
    assert listed("state__exact=open") == {second.reference}
    assert listed("thank__exact=1") == {second.reference}
    assert listed("q=Bo+Lee") == listed(f"q={second.reference}") == {second.reference}


@pytest.mark.parametrize("pk", ["0", "999999", "x", "9" * 30])
def test_a_report_that_is_not_there(editor, published, pk):
    assert editor.get(f"{LIST}{pk}/change/").status_code in (302, 404)
    assert editor.get(f"{LIST}{pk}/decline/").status_code in (302, 404)


# --- decided ----------------------------------------------------------------------------------------------------------


def test_declining_needs_an_answer_and_sends_it(editor, published):
    report = reported(published, email="ann@reader.test")
    refused = editor.post(at(report, "decline"), {"answer": "  "})
    assert refused.status_code == 422 and fresh(report).state == "open"
    tasks = OxTask.objects.count()
    response = editor.post(at(report, "decline"), {"answer": "The register says twelve."}, follow=True)
    assert "The reader is told" in messages(response)
    report = fresh(report)
    assert (report.state, report.answer, report.decided_by) == ("declined", "The register says twelve.", editor.user)
    assert report.mail.filter(kind="answered").count() == 1 and OxTask.objects.count() == tasks + 1
    entry = LogEntry.objects.filter(content_type__model="errorreport").get()
    assert read(entry.change_message) == "Turned down" and entry.get_admin_url() == at(report)


def test_what_somebody_decided_meanwhile_is_told_and_no_word_lost(editor, standards, published):
    report = reported(published, email="ann@reader.test")
    standards.post(at(report, "decline"), {"answer": "First."})
    response = editor.post(at(report, "decline"), {"answer": "Second, with <care>."})
    assert response.status_code == 422
    said = response.content.decode()
    assert "Somebody else has decided this report" in said and "Second, with &lt;care&gt;." in said
    assert (fresh(report).answer, fresh(report).decided_by) == ("First.", standards.user)
    assert OutgoingMail.objects.filter(kind="answered").count() == 1
    assert "nothing is left to decide" in messages(editor.get(at(report, "decline"), follow=True))


def test_a_report_is_closed_with_a_correction_that_is_public_already(editor, published):
    report = reported(published, name="Ann Reader", thank=True)
    assert "Put right already" not in editor.get(at(report)).content.decode(), "there is none yet"
    revise(editor, published)
    made = Correction.objects.get()
    assert "Put right already" in editor.get(at(report)).content.decode()
    assert editor.post(at(report, "already"), {}).status_code == 422
    assert editor.post(at(report, "already"), {"correction": made.pk}).status_code == 302
    assert (fresh(report).state, fresh(report).revision) == ("accepted", made.revision)
    made.refresh_from_db()
    assert made.thanks == "", "what is public does not change silently"


def test_the_correction_of_another_story_closes_nothing(editor, published):
    other = making.published()
    editor_of = reported(published)
    changed(other)
    editing.publish(Story.objects.get(pk=other.pk), None, kind="correction", reason="Not so.")
    response = editor.post(at(editor_of, "already"), {"correction": Correction.objects.get().pk})
    assert response.status_code == 422 and fresh(editor_of).state == "open"


# --- taken back by its reader ----------------------------------------------------------------------------------------


def test_what_its_reader_took_back_is_no_task_any_more_and_says_so(editor, published):
    report = reported(published, name="Ann Reader", email="ann@reader.test", thank=True, wrong="It was zqeleven.")
    reporting.take_back(report.reference)
    page = editor.get(at(report)).content.decode()
    assert "Taken back by its reader" in page and "Erased on" in page and "Decided by" not in page
    for step in ("decline", "already", "revise", "note"):
        assert f"/{step}/" not in page, step
    for where in ("/admin/", url(published), LIST):
        said = editor.get(where).content.decode()
        assert "zqeleven" not in said and (report.reference in said) == (where == LIST), where
    assert report.reference in editor.get(f"{LIST}?state__exact=taken_back").content.decode()
    assert report.reference not in editor.get(f"{LIST}?state__exact=open").content.decode()
    changed(published)
    assert 'name="closes"' not in editor.get(url(published, "do", "revise")).content.decode()
    assert "Taken back by its reader" in messages(editor.get(at(report, "decline"), follow=True))


def test_who_declines_what_was_taken_back_meanwhile_is_told_and_loses_no_word(editor, published):
    report = reported(published, email="ann@reader.test")
    reporting.take_back(report.reference)
    response = editor.post(at(report, "decline"), {"answer": "Second, with <care>."})
    said = response.content.decode()
    assert response.status_code == 422 and "Its reader has taken this report back" in said
    assert "Second, with &lt;care&gt;." in said
    assert (fresh(report).state, fresh(report).answer) == ("taken_back", "")


def test_what_was_taken_back_meanwhile_stops_the_publication_that_would_close_it(editor, published):
    """Whether before the form is read, or while the page is published."""
    report, other = reported(published), reported(published)
    reporting.take_back(report.reference)
    said = revise(editor, published, closes=[report.pk, other.pk], reason="Kept <words>.").content.decode()
    assert "or its reader took it back" in said and "Kept &lt;words&gt;." in said

    def meanwhile(execute, sql, *args):
        if sql.startswith("INSERT") and "analysis_correction" in sql:
            reporting.take_back(other.reference)
        return execute(sql, *args)

    with connection.execute_wrapper(meanwhile):
        said = revise(editor, published, closes=other.pk, reason="Kept <words>.").content.decode()
    assert "Its reader has taken this report back" in said and "Kept &lt;words&gt;." in said
    assert not Correction.objects.exists() and published.revisions.count() == 1


def test_whose_report_waited_for_long_cannot_be_seen_or_thanked(editor, published):
    report = reported(published, name="Ann Reader", email="ann@reader.test", thank=True)
    reporting.unname(timezone.now() + timedelta(days=4000))
    page = editor.get(at(report)).content.decode()
    assert "Name and e-mail address were erased" in page and report.wrong in page and "Decline" in page
    assert "Ann Reader" not in page and "ann@reader.test" not in page and "Does not wish" not in page
    changed(published)
    form = editor.get(url(published, "do", "revise")).content.decode()
    assert 'name="closes"' in form and 'name="thanks"' not in form


# --- closed by a publication ------------------------------------------------------------------------------------------


def test_publishing_a_correction_closes_the_reports_that_are_ticked_and_thanks_who_wishes_it(editor, published):
    ann = reported(published, name="Ann Reader", thank=True, email="ann@reader.test")
    bo = reported(published, name="Bo Lee")
    cy = reported(published, name="Cy Moe", thank=True)
    changed(published)
    form = opened(editor, url(published, "do", "revise") + f"?report={ann.pk}")
    assert form["closes"] == str(ann.pk), "the one that one comes from is ticked"
    assert set(form["thanks"]) == {str(ann.pk), str(cy.pk)}, "and who does not wish it is not offered"
    sent = form | {"kind": "correction", "reason": "It was eleven.", "closes": [ann.pk, bo.pk]}
    response = editor.post(url(published, "do", "revise"), sent, follow=True)
    assert "The public sees the new text now" in messages(response)
    made = Correction.objects.get()
    assert made.thanks == "Ann Reader"
    assert [fresh(one).state for one in (ann, bo, cy)] == ["accepted", "accepted", "open"]
    assert {fresh(one).revision for one in (ann, bo)} == {made.revision}
    assert fresh(ann).mail.filter(kind="answered").count() == 1
    entry = LogEntry.objects.get(object_id=str(bo.pk), content_type__model="errorreport")
    assert read(entry.change_message).endswith("by version 2")
    assert "Reported by Ann Reader. Thank you." in editor.get(published.get_absolute_url()).content.decode()


def test_an_editor_may_close_a_report_and_name_nobody(editor, published):
    report = reported(published, name="Buy at evil.test", thank=True)
    revise(editor, published, closes=report.pk)
    assert fresh(report).state == "accepted" and Correction.objects.get().thanks == ""


def test_nobody_is_thanked_whose_report_stays_open(editor, published):
    report = reported(published, name="Ann Reader", thank=True)
    revise(editor, published, thanks=report.pk)
    assert fresh(report).state == "open" and Correction.objects.get().thanks == ""


def test_a_minor_edit_closes_a_report_and_announces_nothing(editor, published):
    report = reported(published, name="Ann Reader", thank=True)
    revise(editor, published, kind="edit", reason="", closes=report.pk)
    assert fresh(report).state == "accepted" and not Correction.objects.exists()
    said = editor.get(f"/reports/{report.reference}/").content.decode()
    assert f"/stories/{published.slug}/history/2/changes/" in said
    assert "Ann Reader" not in editor.get(published.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("kind", "reason", "announced"),
    [
        ("edit", "", False), ("edit", "A sentence that nobody will read.", False), ("update", "", False),
        ("update", " \n", False), ("update", "The port answered.", True), ("clarification", "Both ports.", True),
        ("correction", "It was eleven.", True),
    ],
)  # fmt: skip
def test_who_is_ticked_is_thanked_or_the_editor_is_told_why_not(editor, published, kind, reason, announced):
    ann, bo = (reported(published, name=name, thank=True) for name in ("Ann Reader", "Bo Lee"))
    sent = {"kind": kind, "reason": reason, "closes": ann.pk, "thanks": [ann.pk, bo.pk]}
    response = revise(editor, published, **sent)
    assert list(Correction.objects.values_list("thanks", flat=True)) == (["Ann Reader"] if announced else [])
    assert (fresh(ann).state, fresh(bo).state) == ("accepted" if announced else "open", "open")
    if announced:
        return
    page = lxml.html.fromstring(response.content.decode())
    (beside,) = page.xpath("//fieldset[.//input[@name='thanks']]")
    assert "nobody is thanked in it" in beside.text_content() and published.revisions.count() == 1
    assert set(page.xpath("//input[@name='thanks'][@checked]/@value")) == {str(ann.pk), str(bo.pk)}
    assert page.xpath("//input[@name='closes'][@checked]/@value") == [str(ann.pk)]
    assert page.xpath("//input[@name='kind'][@checked]/@value") == [kind]
    assert page.xpath("string(//textarea[@name='reason'])").strip() == reason.strip()
    # And with nobody ticked whose report it closes, it is published.
    revise(editor, published, **{**sent, "thanks": [bo.pk]})
    assert fresh(ann).state == "accepted" and published.revisions.count() == 2


def test_what_is_not_announced_is_said_before_anybody_is_ticked_and_only_where_it_may_be_so(editor, published):
    reported(published, name="Ann Reader", thank=True)
    note = lxml.html.fromstring(editor.get(url(published, "do", "note")).content.decode())
    assert note.xpath("//fieldset[.//input[@name='thanks']]") and not note.xpath("//p[@id='id_thanks_helptext']")
    changed(published)
    page = lxml.html.fromstring(editor.get(url(published, "do", "revise")).content.decode())
    (help_text,) = page.xpath("//fieldset[@aria-describedby='id_thanks_helptext']//p[@id='id_thanks_helptext']/text()")
    assert "are not announced" in help_text


def test_a_note_closes_a_report(editor, published):
    report = reported(published, name="Ann Reader", thank=True)
    sent = {"version": published.version, "text": "A reader asked.", "closes": report.pk, "thanks": report.pk}
    editor.post(url(published, "do", "note"), sent)
    made = Correction.objects.get()
    assert (made.kind, made.thanks, fresh(report).revision) == ("note", "Ann Reader", made.revision)


def test_a_report_that_was_decided_meanwhile_stops_the_publication_and_is_told(editor, published):
    """Whether it was the only one, so that nothing is offered any more, or not."""
    for others in (0, 1):
        report = reported(published)
        for _ in range(others):
            reported(published)
        reporting.decline(report, None, "No.")
        response = revise(editor, published, closes=report.pk)
        assert "decided already" in response.content.decode()
        assert published.revisions.count() == 1 and fresh(report).state == "declined"


def test_where_nothing_was_reported_nothing_is_asked(editor, published):
    changed(published)
    form = editor.get(url(published, "do", "revise")).content.decode()
    assert 'name="closes"' not in form and 'name="thanks"' not in form
    reported(published)
    form = editor.get(url(published, "do", "revise")).content.decode()
    assert 'name="closes"' in form and 'name="thanks"' not in form


def test_the_reports_of_another_story_are_not_closed_with_this_one(editor, published):
    other = reported(making.published())
    response = revise(editor, published, closes=other.pk)
    assert "decided already" in response.content.decode() and fresh(other).state == "open"


def test_a_withdrawn_story_still_lets_its_reader_be_answered(editor, published):
    report = reported(published)
    editing.withdraw(Story.objects.get(pk=published.pk), "Wrong throughout.")
    page = editor.get(at(report)).content.decode()
    assert "The story was withdrawn since" in page and "Put it right" not in page
    assert editor.post(at(report, "decline"), {"answer": "We have withdrawn it."}).status_code == 302


def test_the_oldest_report_waits_first(editor, published):
    from newsroom.admin import glance

    second = reported(published, wrong="Second.")
    first = reported(published, wrong="First.", at=timezone.now() - timedelta(days=1))
    lines = next(one.lines for one in glance.sections(editor.user) if "reported" in one.title)
    assert [line.text for line in lines] == ["First.", "Second."]
    assert [line.url for line in lines] == [at(first), at(second)]
    reporting.decline(first, None, "No.")
    lines = next(one.lines for one in glance.sections(editor.user) if "reported" in one.title)
    assert [line.text for line in lines] == ["Second."]
