"""A reader reports an error: what the form offers and takes, that it is taken once, what its sender sees afterwards."""

import logging
import re
from datetime import timedelta
from uuid import uuid4

import lxml.html
import pytest
from django.core import mail as sent_mail
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from django_ox.models import OxTask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import editing, reporting
from analysis.models import Attempt, Claim, ErrorReport, OutgoingMail
from newsroom import mail, standing
from newsroom.logs import WithoutTokens
from tests import making
from tests.faults.test_junk import JUNK
from tests.leaks.crawl import crawl

pytestmark = pytest.mark.django_db
SAID = {"part": "headline", "wrong": "It was eleven firms, not twelve."}
STATUSES = {"unlisted": 410, "by law": 451}


@pytest.fixture
def story():
    """Public in full: a summary, seven notes, a claim, watch items, a source."""
    return making.planted("told", making.publisher("Example Wire", "example-wire.test")).story


def form_at(story, query="", client=None):
    response = (client or Client()).get(f"/stories/{story.slug}/report/{query}")
    assert response.status_code == 200
    return lxml.html.fromstring(response.content.decode())


def hidden(page):
    return {field.get("name"): field.get("value") for field in page.xpath("//main//input[@type='hidden']")}


def send(story, client=None, headers=None, **said):
    """Open the form and send it."""
    client = client or Client()
    data = {**hidden(form_at(story, client=client)), **SAID, **said}
    return client.post(f"/stories/{story.slug}/report/", data, headers=headers or {})


def sent(story, **said):
    response = send(story, **said)
    assert response.status_code == 302, wrong(response)
    return ErrorReport.objects.get(reference=response.headers["Location"].split("/")[-2])


def wrong(response):
    """What the form says is wrong, by the field that it leads to."""
    page = lxml.html.fromstring(response.content.decode())
    found = {}
    for line in page.xpath("//div[@class='errors']//li"):
        links = line.xpath("a/@href")
        found[links[0].removeprefix("#id_") if links else ""] = line.text_content()
    return found


# --- what it offers ---------------------------------------------------------------------------------------------------


def test_the_foot_of_a_story_leads_to_the_form_and_the_form_needs_no_script(client, story):
    page = lxml.html.fromstring(client.get(story.get_absolute_url()).content.decode())
    (at,) = page.xpath("//p[@class='actions']/a[text()='Report an error']/@href")
    assert at == f"/stories/{story.slug}/report/"
    form = form_at(story)
    assert not form.xpath("//script") and form.xpath("//form[@method='post']")


def test_it_offers_each_part_that_is_on_the_page_and_no_other(story):
    places = form_at(story).xpath("//select[@name='part']//option/@value")
    (claim,), (source,) = story.claims.all(), story.sources.all()
    watch = [f"watch.{pk}" for pk in story.watch_items.order_by("position").values_list("pk", flat=True)]
    assert places == [
        "", "headline", "dek", "summary", *(f"notes.{slot}" for slot in reporting_slots()), f"claims.{claim.pk}",
        *watch, f"sources.{source.pk}", "other",
    ]  # fmt: skip


def reporting_slots():
    from analysis.models.writing import Slot

    return [str(slot) for slot in Slot]


def test_each_part_can_be_chosen_beforehand_and_what_is_none_chooses_nothing(story):
    for place in form_at(story).xpath("//select[@name='part']//option/@value")[1:]:
        assert form_at(story, f"?part={place}").xpath("//option[@selected]/@value") == [place]
    for place in ("claims.0", "secret", "headline;", ""):
        assert form_at(story, f"?part={place}").xpath("//option[@selected]/@value") in ([], [""])


def test_what_terms_forbid_cannot_be_pointed_at(story):
    making.terms(story.sources.get().article.publisher, level="link")
    page = form_at(story)
    assert page.xpath("//select[@name='part']//option/@value") == [
        "", "headline", f"sources.{story.sources.get().pk}", "other",
    ]  # fmt: skip
    response = send(story, part=f"claims.{story.claims.get().pk}")
    assert response.status_code == 422 and "Choose another" in wrong(response)["part"]
    assert not ErrorReport.objects.exists()


@pytest.mark.parametrize("basis", ["publisher", "legal"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_story_that_is_gone_answers_with_its_tombstone(client, story, basis, method):
    making.terms(story.sources.get().article.publisher, level="none", basis=basis)
    response = getattr(client, method)(f"/stories/{story.slug}/report/", SAID)
    assert response.status_code == (451 if basis == "legal" else 410)
    assert response.headers["Cache-Control"] == "no-store" and "zqtold" not in response.content.decode()
    assert client.get("/stories/nothing/report/").status_code == client.post("/stories/x/report/").status_code == 404
    assert not ErrorReport.objects.exists()


# --- what it takes ----------------------------------------------------------------------------------------------------


def test_a_report_holds_what_was_typed_and_which_version_was_read(story):
    data = hidden(page := form_at(story))
    assert page is not None
    story.notes.filter(slot="take").update(text="A take once more.")
    editing.publish(story, None, kind="update", reason="More came.")
    everything = {
        "part": "notes.take", "quoted": "A take\r\nof two lines", "wrong": "  No.\r\nNot so. ",
        "email": "ann@reader.test",
        "url": "register.test/1?utm_source=x&n=2#:~:text=eleven", "name": " Ann \t Reader ", "thank": "on",
    }  # fmt: skip
    response = Client().post(f"/stories/{story.slug}/report/", {**data, **everything})
    report = ErrorReport.objects.get()
    assert response.headers["Location"] == f"/reports/{report.reference}/"
    assert re.fullmatch(r"ER(-[2-9A-HJKMNP-Z]{4}){3}", report.reference)
    assert (report.story, report.number, report.part, report.state) == (story, 2, "notes.take", "open")
    assert (report.quoted, report.wrong) == ("A take\nof two lines", "No.\nNot so.")
    assert report.url == "https://register.test/1?n=2#:~:text=eleven"
    assert (report.name, report.email, report.thank, report.language) == ("Ann Reader", "ann@reader.test", True, "en")


def test_what_is_wrong_is_all_that_must_be_said(story):
    report = sent(story, part="other")
    assert (report.quoted, report.url, report.name, report.email, report.thank) == ("", "", "", "", False)
    assert not report.mail.exists()


@pytest.mark.parametrize(
    ("said", "at", "words"),
    [
        ({"wrong": " \n "}, "wrong", "Say what is wrong"),
        ({"part": ""}, "part", "Choose a part"),
        ({"part": "claims.999999"}, "part", "not on the page any more"),
        ({"part": "part"}, "part", "not on the page any more"),
        ({"thank": "on"}, "name", "Write the name"),
        ({"thank": "on", "name": "  "}, "name", "Write the name"),
        ({"email": "ann at reader"}, "email", "not a complete e-mail address"),
        ({"email": "a@b.test\nBcc: c@d.test"}, "email", "not a complete e-mail address"),
        ({"url": "javascript:alert(1)"}, "url", "cannot be read as a web address"),
        ({"url": "javascript://register.test/%0aalert(1)"}, "url", "does not begin with https"),
        ({"url": "ftp://register.test/"}, "url", "does not begin with https"),
        ({"url": "https://user:word@register.test/"}, "url", "user name"),
        ({"url": "https://register.test/" + "x" * 2000}, "url", "Shorten it"),
        ({"quoted": "x" * 1001}, "quoted", "Shorten it to 1000"),
        ({"wrong": "x" * 4001}, "wrong", "Shorten it to 4000"),
        ({"name": "x" * 81}, "name", "Shorten it to 80"),
        ({"name": "Ann \u202etsrif"}, "name", "another order"),
        ({"name": "Ann \x07"}, "name", "cannot be shown"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said_and_nothing_typed_is_lost(story, said, at, words):
    kept = {"quoted": "Twelve firms bid", "wrong": "It was <b>eleven</b>.", **said}
    response = send(story, **kept)
    assert response.status_code == 422 and not ErrorReport.objects.exists()
    assert words in wrong(response)[at]
    page = lxml.html.fromstring(response.content.decode())
    for name, value in kept.items():
        if name in ("quoted", "wrong"):
            assert page.xpath(f"string(//textarea[@name='{name}'])").removeprefix("\n") == value
        elif name in ("url", "email") and "\n" not in value:
            assert page.xpath(f"//input[@name='{name}']/@value") == [value]
    # And the same form, put right, is taken.
    data = {**hidden(page), **SAID}
    assert Client().post(f"/stories/{story.slug}/report/", data).status_code == 302


@pytest.mark.parametrize("name", ["part", "quoted", "wrong", "url", "name", "email", "thank", "key", "number"])
def test_junk_is_never_a_500(story, name):
    client = Client(raise_request_exception=True)
    for junk in JUNK:
        text = junk.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        status = client.post(f"/stories/{story.slug}/report/", {**SAID, name: text}).status_code
        assert status in (302, 400, 422, 429), (junk, status)
        if "\x00" in junk and name not in ("key", "number"):
            assert status == 400


def test_bytes_that_are_no_form_are_never_a_500(story):
    at = f"/stories/{story.slug}/report/"
    client = Client(raise_request_exception=True)
    for body, kind in (
        (b"\xff\xfe\x00%00=%ff", "application/x-www-form-urlencoded"),
        (b"wrong=%00&part=headline", "application/x-www-form-urlencoded"),
        (b"wrong=%ED%A0%80&part=headline", "application/x-www-form-urlencoded"),
        (b"--x\r\nnothing", "multipart/form-data; boundary=x"),
        (b"--x", "multipart/form-data"),
        (b"{}", "application/json"),
        (b"wrong=a", "application/x-www-form-urlencoded; charset=base64"),
        (b"", ""),
    ):
        assert client.generic("POST", at, body, kind).status_code in (302, 400, 422), body
    assert client.put(at).status_code == client.delete(at).status_code == 405


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.fixed_dictionaries({name: st.text(max_size=50) for name in ("quoted", "wrong", "url", "name", "email")}))
def test_whatever_is_typed_is_taken_or_explained(db, said):
    with transaction.atomic():
        story = making.published()
        data = {name: text.encode("utf-8", "replace").decode() for name, text in said.items()}
        status = Client().post(f"/stories/{story.slug}/report/", {"part": "headline", **data}).status_code
        assert status in (302, 400, 422)
        assert ErrorReport.objects.count() == (status == 302)
        transaction.set_rollback(True)


# --- once -------------------------------------------------------------------------------------------------------------


def test_a_form_sent_twice_makes_one_report(story):
    data = {**hidden(form_at(story)), **SAID, "email": "ann@reader.test"}
    answers = {Client().post(f"/stories/{story.slug}/report/", data).headers["Location"] for _ in range(3)}
    assert len(answers) == 1 and ErrorReport.objects.count() == OutgoingMail.objects.count() == 1
    assert Attempt.objects.filter(what="report").count() == 1, "nor does it count twice"


def test_other_words_in_a_form_that_was_gone_back_to_are_another_report(story):
    data = {**hidden(form_at(story)), **SAID}
    for more in ({}, {"wrong": "And the date as well."}, {"part": "dek"}):
        assert Client().post(f"/stories/{story.slug}/report/", data | more).status_code == 302
    assert ErrorReport.objects.count() == 3


def test_two_who_say_the_same_made_two_reports(story):
    assert sent(story).reference != sent(story).reference


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8000"}, True),
        ({"Origin": "http://127.0.0.1:8000"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "https://evil.test"}, False),
        ({"Origin": "null"}, False),
    ],
)
def test_the_form_of_another_site_files_nothing_and_loses_no_words(story, headers, taken):
    response = send(story, headers=headers)
    assert response.status_code == (302 if taken else 403)
    assert ErrorReport.objects.exists() == taken
    assert taken or (SAID["wrong"] in response.content.decode() and "Send it once more" in wrong(response)[""])


# --- flood ------------------------------------------------------------------------------------------------------------


def test_one_network_cannot_flood_the_desk_and_shuts_out_no_other(story):
    for n in range(reporting.MOST_FROM_A_NETWORK):
        assert send(story, wrong=f"No. {n}").status_code == 302
    refused = send(story, wrong="One too many.")
    assert refused.status_code == 429 and refused.headers["Retry-After"] == "3600"
    assert "One too many." in refused.content.decode() and "send it again in an hour" in wrong(refused)[""]
    assert ErrorReport.objects.count() == Attempt.objects.filter(what="report").count() == 10
    assert send(story, client=Client(REMOTE_ADDR="203.0.113.8")).status_code == 302
    Attempt.objects.update(at=timezone.now() - timedelta(hours=1, seconds=1))
    assert send(story, wrong="One too many.").status_code == 302


def test_a_flood_from_everywhere_is_bounded(story, monkeypatch):
    monkeypatch.setattr(reporting, "MOST", 3)
    answers = [send(story, client=Client(REMOTE_ADDR=f"203.0.113.{n}")).status_code for n in range(5)]
    assert answers == [302, 302, 302, 429, 429]
    assert Attempt.objects.count() == 6, "what is refused is not written"


def test_the_database_does_not_say_who_came_by(story):
    send(story, client=Client(REMOTE_ADDR="203.0.113.7"))
    assert "203.0.113.7" not in str([*Attempt.objects.values(), *ErrorReport.objects.values()])


# --- what its sender sees ---------------------------------------------------------------------------------------------


def page_of(report):
    return Client().get(f"/reports/{report.reference}/")


def test_the_sender_sees_the_reference_and_what_happens_next_and_comes_back_to_it(story):
    report = sent(story)
    response = page_of(report)
    said = response.content.decode()
    assert report.reference in said and "An editor compares it" in said and story.headline in said
    assert Client().get(f"/reports/{report.reference.lower()}/").status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex, noarchive, nofollow"
    assert not response.cookies and '?next=/"' in said


@pytest.mark.parametrize("reference", ["ER-2222-2222-2222", "ER-2222-2222", "CD-2222-2222", "x", "ER-OOOO-IIII-1111"])
def test_a_reference_that_is_none_opens_nothing(client, story, reference):
    response = client.get(f"/reports/{reference}/")
    assert response.status_code == 404 and response.headers["Cache-Control"] == "no-store"


def test_what_was_declined_is_told_with_the_answer_and_no_word_of_the_sender(story):
    report = sent(story, wrong="zqwrongzq", quoted="zqquotedzq", name="zqnamezq", url="https://zqurlzq.test/",
                  email="zqmail@reader.test")  # fmt: skip
    reporting.decline(report, None, "The register says <twelve>.")
    said = page_of(report).content.decode()
    assert "Nothing was changed" in said and "The register says &lt;twelve&gt;." in said
    assert not re.search("zq(wrong|quoted|name|url|mail)", said)


def test_what_was_accepted_leads_to_the_change(story):
    report = sent(story)
    story.notes.filter(slot="take").update(text="Put right.")
    revision = editing.publish(story, None, kind="correction", reason="It was eleven firms.")
    reporting.accept([report], None, revision)
    said = page_of(report).content.decode()
    assert "You were right" in said and f'href="/stories/{story.slug}/history/3/changes/"' in said


@pytest.mark.parametrize("level", ["link", "none"])
def test_where_the_page_may_say_nothing_the_answer_says_nothing_either(story, level):
    report = sent(story)
    reporting.decline(report, None, "zqanswerzq")
    assert "zqanswerzq" in page_of(report).content.decode()
    making.terms(story.sources.get().article.publisher, level=level)
    said = page_of(report).content.decode()
    assert "zqanswerzq" not in said and "Nothing was changed" in said
    assert (f"/stories/{story.slug}/" in said) == (level == "link")


def test_no_log_holds_the_key_to_a_report():
    record = logging.LogRecord("django", logging.WARNING, "", 0, "Gone: %s", ("/reports/ER-2222-3333-4444/",), None)
    assert WithoutTokens().filter(record) and record.getMessage() == "Gone: /reports/…/"


# --- taken back -------------------------------------------------------------------------------------------------------


PRIVATE = {"wrong": "zqwrongzq", "quoted": "zqquotedzq", "name": "zqnamezq", "url": "https://zqurlzq.test/",
           "email": "zqmail@reader.test", "thank": "on"}  # fmt: skip


def fresh(report):
    return ErrorReport.objects.get(pk=report.pk)


def asked(report, client=None):
    """The page that asks once more, as it is led to."""
    client = client or Client()
    page = lxml.html.fromstring(page_of(report).content.decode())
    (at,) = page.xpath("//main//p[@class='actions']/a[contains(@href, '/erase/')]/@href")
    response = client.get(at)
    assert response.status_code == 200 and not response.cookies
    return lxml.html.fromstring(response.content.decode())


def confirm(report, page=None, headers=None, **said):
    data = hidden(page if page is not None else asked(report)) | said
    return Client().post(f"/reports/{report.reference}/erase/", data, headers=headers or {})


def test_a_reader_takes_a_report_back_after_being_asked_once_more(story):
    report = sent(story, **PRIVATE)
    page = asked(report)
    assert "No editor looks at it any more" in page.text_content() and not page.xpath("//main//script")
    assert fresh(report).wrong == "zqwrongzq", "asking changes nothing"
    response = confirm(report, page)
    assert (response.status_code, response.headers["Location"]) == (302, f"/reports/{report.reference}/")
    assert not response.cookies
    report = fresh(report)
    assert (report.state, report.wrong, report.quoted, report.name, report.email, report.url) == (
        "taken_back",
        *[""] * 5,
    )
    assert not report.thank and not OutgoingMail.objects.exists()
    said = page_of(report).content.decode()
    assert "You took your report back" in said and "what you wrote was erased" in said
    assert "/erase/" not in said and "In the end" not in said
    assert f'href="/stories/{story.slug}/report/"' in said
    assert Client().get(f"/reports/{report.reference}/erase/").headers["Location"] == f"/reports/{report.reference}/"
    assert confirm(report, page).status_code == 302, "a double click"
    assert not re.search("zq(wrong|quoted|name|url|mail)", "".join(visit.text for visit in crawl()))


def test_the_page_that_asks_is_seen_by_its_reader_alone_and_lets_the_browser_say_who_sent_its_form(story):
    report = sent(story)
    response = Client().get(f"/reports/{report.reference.lower()}/erase/")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Robots-Tag"] == "noindex, noarchive, nofollow"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert '?next=/"' in response.content.decode()
    assert Client().get("/reports/ER-2222-2222-2222/erase/").status_code == 404
    assert Client().post("/reports/ER-2222-2222-2222/erase/", {"was": "open"}).status_code == 404
    assert Client().put(f"/reports/{report.reference}/erase/").status_code == 405


@pytest.mark.parametrize(
    ("headers", "done"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "http://127.0.0.1:8000"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "https://evil.test"}, False),
        ({"Origin": "null"}, False),
    ],
)
def test_the_form_of_another_site_takes_nothing_back_and_erases_nothing(story, headers, done):
    open_, decided = sent(story), sent(story)
    reporting.decline(decided, None, "No.")
    for report in (open_, decided):
        response = confirm(report, headers=headers)
        assert response.status_code == (302 if done else 403)
        assert (fresh(report).wrong == "") == done
        assert done or "Send it once more" in response.content.decode()


def test_who_takes_back_what_an_editor_has_decided_meanwhile_is_told_first(story):
    report = sent(story, **PRIVATE)
    page = asked(report)
    reporting.decline(report, None, "The register says twelve.")
    response = confirm(report, page)
    said = response.content.decode()
    assert response.status_code == 409 and response.headers["Cache-Control"] == "no-store"
    assert "An editor has decided this report a moment ago" in said and "Our answer goes with it" in said
    assert (fresh(report).state, fresh(report).wrong) == ("declined", "zqwrongzq")
    assert "The register says twelve." in page_of(report).content.decode()
    assert confirm(report, lxml.html.fromstring(said)).status_code == 302 and fresh(report).wrong == ""


def test_a_reader_has_erased_at_once_what_was_typed_into_a_report_that_is_decided(story):
    report = sent(story, **PRIVATE)
    reporting.decline(report, None, "zqanswerzq")
    assert "Take the report back" not in asked(report).text_content()
    assert confirm(report).status_code == 302
    assert (fresh(report).state, fresh(report).wrong, fresh(report).answer) == ("declined", "", "")
    said = page_of(report).content.decode()
    assert "Nothing was changed" in said and "our answer with it" in said and "zqanswerzq" not in said
    assert not OutgoingMail.objects.exists()


def test_a_name_that_stands_in_a_correction_stays_there_and_the_reader_is_told(client, story):
    report = sent(story, **PRIVATE | {"name": "Ann Reader"})
    corrected(story, report)
    assert "A name that a correction thanks stays there" in asked(report).text_content()
    assert confirm(report).status_code == 302 and fresh(report).name == ""
    assert "Reported by Ann Reader. Thank you." in client.get(f"/stories/{story.slug}/").content.decode()
    said = page_of(report).content.decode()
    assert "You were right" in said and "What you wrote was erased." in said and "Ann Reader" not in said


def test_junk_sent_to_the_page_that_asks_is_never_a_500(story):
    at = f"/reports/{sent(story).reference}/erase/"
    client = Client(raise_request_exception=True)
    for junk in JUNK:
        text = junk.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        assert client.post(at, {"was": text}).status_code in (302, 400), junk
    for body, kind in (
        (b"\xff\xfe\x00%00=%ff", "application/x-www-form-urlencoded"),
        (b"was=%ED%A0%80", "application/x-www-form-urlencoded"),
        (b"--x\r\nnothing", "multipart/form-data; boundary=x"),
        (b"--x", "multipart/form-data"),
        (b"was=open", "application/x-www-form-urlencoded; charset=base64"),
        (b"", ""),
    ):
        assert client.generic("POST", at, body, kind).status_code in (302, 400), body
    assert ErrorReport.objects.get().state == "open", "what does not say that it was open takes nothing back"


def test_whose_report_waited_for_long_reads_that_no_mail_will_come(story):
    report, nobodys = sent(story, **PRIVATE), sent(story)
    assert "You get a mail as well" in page_of(report).content.decode()
    reporting.unname(timezone.now() + timedelta(days=4000))
    said = page_of(report).content.decode()
    assert "your name and e-mail address were erased" in said and "You get a mail as well" not in said
    assert "were erased" not in page_of(nobodys).content.decode()
    reporting.decline(fresh(report), None, "The register says twelve.")
    assert mail.deliver() == (0, 0) and "The register says twelve." in page_of(report).content.decode()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_standing_pages_tell_of_it(client, language):
    standing.load()
    said = client.get("/about/privacy/", headers={"Accept-Language": language}).content.decode()
    words = ("take back a report that is not decided yet", "still open after a year we erase your name")
    french = ("retirer un signalement dont le sort n’est pas encore décidé", "encore ouvert après un an, nous effaçons")
    assert all(part in said for part in (words if language == "en" else french))
    assert "/reports/" not in said


# --- mail -------------------------------------------------------------------------------------------------------------


def test_the_report_its_mail_and_the_task_are_written_together(story):
    sent(story, email="ann@reader.test")
    assert OutgoingMail.objects.get().kind == "reported" and OxTask.objects.count() == 1


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_sender_is_written_to_on_receipt_and_on_the_decision_in_their_language(story, language):
    client = Client(headers={"Accept-Language": language})
    response = send(story, client=client, email="ann@reader.test", wrong="Win-a-prize-at-evil.test", name="Evil-name")
    report = ErrorReport.objects.get()
    assert response.status_code == 302 and report.language == language
    reporting.decline(report, None, "The <register> says twelve.")
    assert mail.deliver() == (2, 0)
    received, decided = sent_mail.outbox
    assert received.to == decided.to == ["ann@reader.test"]
    for one in (received, decided):
        assert f"http://127.0.0.1:8000/reports/{report.reference}/" in one.body and report.reference in one.subject
        assert "evil" not in one.message().as_string().lower(), "no word that a stranger typed"
        assert "\n\n\n" not in one.body and one.body == one.body.strip() + "\n" and "&" not in one.body
    assert "The <register> says twelve." in decided.body
    assert received.message()["Message-ID"] == f"<{report.reference}.{report.mail.first().pk}@127.0.0.1>"


def test_who_was_right_is_told_so(story):
    report = sent(story, email="ann@reader.test")
    story.notes.filter(slot="take").update(text="Put right.")
    reporting.accept([report], None, editing.publish(story, None, kind="correction", reason="It was eleven."))
    mail.deliver()
    assert "you were right" in sent_mail.outbox[-1].body


def test_mail_of_a_report_that_is_taken_back_while_it_is_claimed_holds_up_no_other(story):
    taken, other = sent(story, email="ann@reader.test"), sent(story, email="bo@reader.test", wrong="Not so.")

    def meanwhile(execute, sql, *args):
        done = execute(sql, *args)
        if sql.startswith("UPDATE") and "claimed_at" in sql and fresh(taken).state == "open":
            reporting.take_back(taken.reference)
        return done

    with connection.execute_wrapper(meanwhile):
        assert mail.deliver() == (1, 0)
    assert [one.to for one in sent_mail.outbox] == [["bo@reader.test"]] and other.mail.get().sent_at


def test_nobody_is_flooded_with_mail_by_what_others_file_with_their_address(story):
    for n in range(6):
        assert send(story, wrong=f"{n}", email="Ann@reader.test" if n % 2 else "ann@reader.test").status_code == 302
    assert ErrorReport.objects.count() == 6 and OutgoingMail.objects.count() == reporting.MAILS


# --- thanks -----------------------------------------------------------------------------------------------------------


def corrected(story, *reports, text="It was eleven firms."):
    story.notes.filter(slot="take").update(text=f"Put right {uuid4()}.")
    revision = editing.publish(story, None, kind="correction", reason=text, thanks=reporting.thanks(reports))
    reporting.accept(reports, None, revision)
    return revision


def surfaces(story):
    at = f"/stories/{story.slug}/"
    return ["/", at, f"{at}history/", f"{at}history/3/changes/", "/corrections/", "/feeds/latest.atom"]


def test_who_asked_for_it_is_thanked_by_name_wherever_the_correction_stands(client, story):
    corrected(story, sent(story, name="Ann <Reader>", thank="on"), sent(story, name="Bo Lee", thank="on"),
              sent(story, name="Zq Nobody"))  # fmt: skip
    for at in surfaces(story):
        said = client.get(at).content.decode()
        assert "It was eleven firms." in said and "Zq Nobody" not in said, at
        assert re.search("Reported by Ann &(amp;)?lt;Reader&(amp;)?gt;, Bo Lee. Thank you.", said), at
    page = client.get(f"/stories/{story.slug}/").content.decode()
    assert (
        '"contributor":[{"@type":"Person","name":"Ann \\u003CReader\\u003E"},{"@type":"Person","name":"Bo Lee"}]'
        in page
    )


def test_a_name_is_public_only_where_it_was_wished_and_the_page_corrected(story):
    sent(story, name="zqnamezq", thank="on", email="zqmailzq@reader.test", wrong="zqwrongzq", quoted="zqquotedzq",
         url="https://zqurlzq.test/")  # fmt: skip
    reporting.decline(sent(story, name="zqothernamezq", thank="on"), None, "No.")
    corrected(story, sent(story, name="zqnotaskedzq", email="zqmailzq@reader.test"))
    for visit in crawl():
        assert not re.search(r"zq(name|mail|wrong|quoted|url|othername|notasked)zq", visit.text), visit.url


def test_thanks_are_our_own_words_and_go_where_those_of_the_correction_go(client, story):
    corrected(story, sent(story, name="zqthankszq", thank="on"))
    making.terms(story.sources.get().article.publisher, level="link")
    assert not [visit.url for visit in crawl() if "zqthankszq" in visit.text]


def test_a_name_that_quotes_more_than_the_terms_allow_is_left_out(client, story):
    corrected(story, sent(story, name="Ann “all of what the source had said” Reader", thank="on"))
    making.terms(story.sources.get().article.publisher, level="full", quote_words=0)
    said = client.get(f"/stories/{story.slug}/").content.decode()
    assert "It was eleven firms." in said and "what the source had said" not in said


def test_the_parts_of_a_claim_that_came_later_are_offered_once_they_are_public(story):
    claim = Claim.objects.create(story=story, text="Eleven firms bid.", standing="reported", why="One report.")
    assert f"claims.{claim.pk}" not in form_at(story).xpath("//option/@value")
    editing.publish(story, None)
    assert f"claims.{claim.pk}" in form_at(story).xpath("//option/@value")
