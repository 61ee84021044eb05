"""Reports of errors: each is one row and one decision, and nothing of a person stays longer than it must."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from analysis import editing, reporting, rights
from analysis.models import Correction, ErrorReport, OutgoingMail
from analysis.reporting import DecidedError, ReportError, TooManyError, Typed
from newsroom import tasks
from tests import making
from tests.analysis.test_erasing import everything
from tests.reports import SAID, reported

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def story():
    return making.published()


def put_right(story, text="It was eleven.", **more):
    story.refresh_from_db()
    type(story).objects.filter(pk=story.pk).update(dek=text)
    return editing.publish(story, None, kind="correction", reason=text, **more)


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
typed = st.builds(Typed, part=texts, quoted=texts, wrong=texts, url=texts, name=texts, email=texts, thank=st.booleans())


@given(typed, typed, st.uuids(), st.uuids())
def test_a_submission_is_named_by_its_form_and_all_that_was_typed(one, other, form, another):
    assert one.submission(form) == one.submission(form)
    assert (one.submission(form) == other.submission(form)) == (one == other)
    assert (one.submission(form) == one.submission(another)) == (form == another)


def test_the_same_twice_is_one_report_one_mail_and_counts_once(story):
    typed = Typed(**{**SAID, "email": "ann@reader.test"})
    form = uuid4()
    found = {reporting.receive(story.pk, 1, typed, form, "en", "one network") for _ in range(20)}
    assert len(found) == 1 == ErrorReport.objects.count() == OutgoingMail.objects.count()


def test_what_is_too_many_is_not_kept_and_an_hour_ends_it(story):
    def send(at):
        return reporting.receive(story.pk, 1, Typed(**SAID), uuid4(), "en", "one network", at)

    for _ in range(reporting.MOST_FROM_A_NETWORK):
        send(NOW)
    with pytest.raises(TooManyError):
        send(NOW)
    assert ErrorReport.objects.count() == reporting.MOST_FROM_A_NETWORK
    send(NOW + reporting.HOUR)


def test_of_two_who_decide_one_does_and_the_other_is_told(story, django_user_model):
    one, other = (django_user_model.objects.create_user(name) for name in ("one", "other"))
    report = reported(story, email="ann@reader.test")
    stale = ErrorReport.objects.get(pk=report.pk)
    revision = put_right(story)
    reporting.accept([report], one, revision)
    with pytest.raises(DecidedError):
        reporting.decline(stale, other, "No.")
    with pytest.raises(DecidedError):
        reporting.accept([stale], other, revision)
    stale.refresh_from_db()
    assert (stale.state, stale.decided_by, stale.answer) == ("accepted", one, "")
    assert OutgoingMail.objects.filter(kind="answered").count() == 1


def test_several_are_accepted_together_or_none_is(story):
    open_, closed = reported(story), reported(story)
    reporting.decline(closed, None, "No.")
    with pytest.raises(DecidedError), transaction.atomic():
        reporting.accept([open_, closed], None, put_right(story))
    open_.refresh_from_db()
    assert open_.state == "open"


def test_a_report_is_put_right_by_a_change_of_its_own_story(story):
    report, other = reported(story), making.published()
    for revision in (put_right(other), story.current):
        with pytest.raises(ReportError):
            reporting.accept([report], None, revision)
    assert [made.story_id for made in reporting.corrections(other)] == [other.pk] and not reporting.corrections(story)


@pytest.mark.parametrize("answer", ["", "  \n"])
def test_nothing_is_declined_without_an_answer(story, answer):
    with pytest.raises(ReportError):
        reporting.decline(reported(story), None, answer)


@pytest.mark.parametrize(
    "wrong",
    [
        {"thank": True, "name": ""}, {"wrong": ""}, {"url": "javascript:alert(1)"}, {"state": "ignored"},
        {"state": "accepted"}, {"state": "accepted", "decided_at": NOW}, {"state": "declined"},
        {"state": "declined", "decided_at": NOW}, {"decided_at": NOW}, {"language": "xx"},
        {"erased_at": NOW}, {"erased_at": NOW, "wrong": "", "state": "open"},
    ],
    ids=lambda fields: " ".join(f"{name}={value}" for name, value in fields.items() if value != NOW),
)  # fmt: skip
def test_the_database_refuses_what_the_forms_refuse(story, wrong):
    report = reported(story)
    with pytest.raises(IntegrityError), transaction.atomic():
        ErrorReport.objects.filter(pk=report.pk).update(**wrong)


def test_names_are_thanked_once_each_and_only_those_who_asked(story):
    reports = [
        reported(story, name=name, thank=thank)
        for name, thank in (("Ann", True), ("Bo", False), ("Ann", True), ("Cy Lee", True))
    ]
    assert reporting.thanks(reports) == "Ann\nCy Lee"
    assert reporting.thanks([]) == ""
    many = [reported(story, name=f"{n:080}", thank=True) for n in range(reporting.OFFERED)]
    put_right(story, thanks=reporting.thanks(many))
    made = Correction.objects.get()
    made.full_clean()
    assert len(made.thanks.splitlines()) == reporting.OFFERED == len(reporting.waiting(story))


# --- erased -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def planted(story):
    """Two reports with a word of their own in every field: one accepted and thanked, one declined."""
    words = {name: f"zq{name}zq" for name in ("quoted", "wrong", "name")}
    more = {"email": "zqmailzq@reader.test", "url": "https://zqurlzq.test/", "thank": True}
    accepted, declined = (reported(story, at=NOW, **words, **more) for _ in range(2))
    reporting.accept([accepted], None, put_right(story, thanks="Somebody else"), at=NOW)
    reporting.decline(declined, None, "zqanswerzq", at=NOW)
    OutgoingMail.objects.update(error="refused zqerrorzq")
    return accepted, declined


def test_after_the_set_time_no_word_of_theirs_is_left_in_any_column_of_any_table(planted, settings):
    seen = set(re.findall("zq[a-z]+zq", everything()))
    assert seen >= {f"zq{name}zq" for name in ("quoted", "wrong", "name", "mail", "url", "answer", "error")}
    term = timedelta(days=settings.ERASE_DAYS)
    assert reporting.erase(NOW + term - timedelta(seconds=1)) == 0
    assert reporting.erase(NOW + term + timedelta(seconds=1)) == 2
    assert not re.search("zq[a-z]+zq", everything())
    assert reporting.erase(NOW + term + timedelta(days=9)) == 0
    for report, state in zip(planted, ("accepted", "declined"), strict=True):
        report.refresh_from_db()
        assert (report.state, report.part, report.thank) == (state, "headline", False) and report.erased_at


def test_what_is_open_is_not_over(story, settings):
    reported(story, name="Ann")
    assert reporting.erase(NOW + timedelta(days=settings.ERASE_DAYS + 9)) == 0


def test_the_worker_erases_all_of_a_long_list(story, settings, monkeypatch):
    monkeypatch.setattr(reporting, "BATCH", 2)
    for _ in range(5):
        reporting.decline(reported(story), None, "No.", at=NOW - timedelta(days=settings.ERASE_DAYS + 1))
    assert tasks.erase_reports.func() == 5


def test_mail_of_a_report_stays_with_it(story):
    """What belongs to no case and no report is deleted after a month."""
    reported(story, email="ann@reader.test", at=NOW)
    OutgoingMail.objects.create(case=None, kind="mailbox", to="bo@reader.test", about="en", created_at=NOW)
    assert rights.erase_stray_mail(NOW + timedelta(days=31)) == 1
    assert OutgoingMail.objects.get().kind == "reported"


@pytest.mark.engine("sqlite")
def test_what_the_desk_asks_and_the_worker_is_answered_by_an_index(story):
    """With its bound values, for which SQLite would pass over an index of open reports only."""
    waiting = ErrorReport.objects.filter(state="open").order_by("received_at", "id")
    over = ErrorReport.objects.filter(decided_at__lt=NOW, erased_at__isnull=True).order_by("decided_at")
    for asked, index in (
        (waiting, "errorreport_waiting"), (waiting.filter(story=story), "errorreport_of_story"),
        (over, "errorreport_to_erase"),
    ):  # fmt: skip
        plan = asked.explain()
        assert index in plan and "TEMP B-TREE" not in plan and "SCAN" not in plan, plan
