"""Reports of errors: each is one row and one decision, and nothing of a person stays longer than it must."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
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
        {"state": "taken_back"}, {"state": "taken_back", "erased_at": NOW}, {"state": "taken_back", "wrong": ""},
        {"state": "taken_back", "erased_at": NOW, "wrong": "", "decided_at": NOW},
        {"unnamed_at": NOW, "name": "Ann"}, {"unnamed_at": NOW, "email": "ann@reader.test"},
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


WORDS = {
    "quoted": "zqquotedzq", "wrong": "zqwrongzq", "name": "zqnamezq", "email": "zqmailzq@reader.test",
    "url": "https://zqurlzq.test/", "thank": True,
}  # fmt: skip


def planted_in(text):
    return set(re.findall("zq[a-z]+zq", text))


@pytest.fixture
def planted(story):
    """Two reports with a word of their own in every field: one accepted and thanked, one declined."""
    accepted, declined = (reported(story, at=NOW, **WORDS) for _ in range(2))
    reporting.accept([accepted], None, put_right(story, thanks="Somebody else"), at=NOW)
    reporting.decline(declined, None, "zqanswerzq", at=NOW)
    OutgoingMail.objects.update(error="refused zqerrorzq")
    return accepted, declined


def test_after_the_set_time_no_word_of_theirs_is_left_in_any_column_of_any_table(planted, settings):
    assert planted_in(everything()) == {
        f"zq{name}zq" for name in ("quoted", "wrong", "name", "mail", "url", "answer", "error")
    }
    term = timedelta(days=settings.ERASE_DAYS)
    assert reporting.erase(NOW + term - timedelta(seconds=1)) == 0
    assert reporting.erase(NOW + term + timedelta(seconds=1)) == 2
    assert not planted_in(everything())
    assert reporting.erase(NOW + term + timedelta(days=9)) == 0
    for report, state in zip(planted, ("accepted", "declined"), strict=True):
        report.refresh_from_db()
        assert (report.state, report.part, report.thank) == (state, "headline", False) and report.erased_at


def test_what_is_open_for_long_is_not_over_and_says_no_more_whose_it_is(story, settings):
    report = reported(story, at=NOW, **WORDS)
    nobodys = reported(story, at=NOW)
    term = timedelta(days=settings.ERASE_DAYS)
    assert reporting.unname(NOW + term - timedelta(seconds=1)) == 0
    later = NOW + term + timedelta(seconds=1)
    assert (reporting.unname(later), reporting.unname(later), reporting.erase(later)) == (1, 0, 0)
    assert planted_in(everything()) == {"zqquotedzq", "zqwrongzq", "zqurlzq"}
    for one in (report, nobodys):
        one.refresh_from_db()
    assert (report.state, report.thank, report.unnamed_at) == ("open", False, later) and not nobodys.unnamed_at
    assert reporting.waiting(story) == [report, nobodys] and reporting.thanks([report]) == ""
    reporting.decline(report, None, "zqanswerzq", at=later)
    assert not OutgoingMail.objects.exists(), "there is nobody to write to"
    assert reporting.erase(later + term + timedelta(seconds=1)) == 1 and not planted_in(everything())


def test_the_worker_does_all_of_a_long_list_some_at_once(story, settings, monkeypatch):
    monkeypatch.setattr(reporting, "BATCH", 2)
    long_ago = NOW - timedelta(days=settings.ERASE_DAYS + 1)
    for n in range(5):
        reporting.decline(reported(story), None, "No.", at=long_ago)
        reported(story, at=long_ago + timedelta(minutes=n), name=f"{n}")
    assert (reporting.erase(NOW), reporting.unname(NOW)) == (2, 2)
    assert list(ErrorReport.objects.exclude(name="").order_by("id").values_list("name", flat=True)) == ["2", "3", "4"]
    assert tasks.erase_reports.func() == 6


# --- by its reader ----------------------------------------------------------------------------------------------------


def test_what_is_taken_back_leaves_no_word_in_any_column_of_any_table(story):
    report, other = reported(story, **WORDS), reported(story, wrong="Not so.", email="bo@reader.test")
    assert planted_in(everything()) == {f"zq{name}zq" for name in ("quoted", "wrong", "name", "mail", "url")}
    reporting.take_back(report.reference, NOW)
    assert not planted_in(everything())
    kept = ErrorReport.objects.get(pk=report.pk)
    assert (kept.state, kept.story, kept.part, kept.erased_at) == ("taken_back", story, "headline", NOW)
    assert (kept.received_at, kept.number, kept.decided_at) == (report.received_at, 1, None)
    assert reporting.waiting(story) == [other], "no task any more"
    assert OutgoingMail.objects.get().report == other, "and another's mail goes out"


def test_what_is_taken_back_twice_is_taken_back_once(story):
    report = reported(story)
    reporting.take_back(report.reference, NOW)
    reporting.take_back(report.reference)
    reporting.erase_now(report.reference)
    report.refresh_from_db()
    assert (report.state, report.erased_at) == ("taken_back", NOW)


def test_the_same_form_sent_again_brings_nothing_back(story):
    typed, form = Typed(**{**SAID, "email": "ann@reader.test"}), uuid4()
    references = []
    for _ in range(2):
        references.append(reporting.receive(story.pk, 1, typed, form, "en", "one network"))
        reporting.take_back(references[-1])
    assert len(set(references)) == 1 and not OutgoingMail.objects.exists()
    assert ErrorReport.objects.get().wrong == ""


def test_of_an_editor_and_the_reader_one_wins_and_the_other_is_told(story):
    taken, decided = reported(story, email="ann@reader.test"), reported(story, wrong="Not so.")
    stale = ErrorReport.objects.get(pk=taken.pk)
    reporting.take_back(taken.reference)
    for decide in (
        lambda: reporting.decline(stale, None, "No."),
        lambda: reporting.accept([decided, stale], None, put_right(story)),
    ):
        with pytest.raises(DecidedError, match="Its reader has taken this report back"), transaction.atomic():
            decide()
    reporting.decline(decided, None, "No.")
    with pytest.raises(DecidedError, match="An editor has decided"):
        reporting.take_back(decided.reference)
    decided.refresh_from_db()
    assert (decided.state, decided.wrong, decided.erased_at) == ("declined", "Not so.", None)
    assert not OutgoingMail.objects.exists()


def test_a_reader_may_have_erased_at_once_what_is_erased_in_the_end(planted, story, settings):
    """And the row is the same afterwards, but for the time."""
    twins = [(report, ErrorReport.objects.get(pk=report.pk)) for report in planted]
    for report, _twin in twins:
        reporting.erase_now(report.reference, NOW)
    assert not planted_in(everything()) and Correction.objects.get().thanks == "Somebody else"
    rows = {report.pk: ErrorReport.objects.filter(pk=report.pk).values().get() for report in planted}
    for report, twin in twins:
        words = {name: getattr(twin, name) for name in (*WORDS, "answer")}
        ErrorReport.objects.filter(pk=report.pk).update(**words, erased_at=None)
    assert reporting.erase(NOW + timedelta(days=settings.ERASE_DAYS, seconds=1)) == 2
    for report in planted:
        batch = ErrorReport.objects.filter(pk=report.pk).values().get()
        assert batch | {"erased_at": NOW} == rows[report.pk]


def test_what_is_open_is_not_erased_without_being_taken_back(story):
    report = reported(story)
    reporting.erase_now(report.reference)
    report.refresh_from_db()
    assert (report.state, report.wrong, report.erased_at) == ("open", SAID["wrong"], None)


STEPS = {
    "decline": lambda report, at: reporting.decline(report, None, "zqanswerzq", at),
    "accept": lambda report, at: reporting.accept([report], None, put_right(report.story, f"{at}"), at),
    "take back": lambda report, at: reporting.take_back(report.reference, at),
    "erase now": lambda report, at: reporting.erase_now(report.reference, at),
    "a year": lambda report, at: (reporting.unname(at + LONG), reporting.erase(at + LONG)),
}
LONG = timedelta(days=4000)


@trying(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=6))
def test_whatever_is_done_in_whatever_order_it_ends_once_and_what_is_erased_is_gone(db, steps):
    with transaction.atomic():
        report = reported(making.published(), at=NOW, **WORDS)
        ends, was = set(), "open"
        for n, step in enumerate(steps):
            told = False
            try:
                with transaction.atomic():
                    STEPS[step](ErrorReport.objects.get(pk=report.pk), NOW + timedelta(minutes=n))
            except DecidedError:
                told = True
            report.refresh_from_db()
            wants = {"decline": "declined", "accept": "accepted", "take back": "taken_back"}.get(step)
            assert told == (wants is not None and was != "open" and not (was == wants == "taken_back"))
            ends |= {report.state} - {"open"}
            assert len(ends) <= 1 and report.state == (wants if wants and was == "open" else was)
            left = planted_in(everything())
            if report.erased_at:
                assert not left
            elif report.unnamed_at:
                assert not left & {"zqnamezq", "zqmailzq"} and "zqwrongzq" in left
            else:
                assert "zqmailzq" in left
            was = report.state
        transaction.set_rollback(True)


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
    over = reporting._decided().filter(decided_at__lt=NOW).order_by("decided_at")
    named = ErrorReport.objects.filter(state="open", received_at__lt=NOW).exclude(name="", email="")
    for asked, index in (
        (waiting, "errorreport_waiting"), (waiting.filter(story=story), "errorreport_of_story"),
        (over, "errorreport_to_erase"), (named.order_by("received_at", "id"), "errorreport_waiting"),
    ):  # fmt: skip
        plan = asked.explain()
        assert index in plan and "TEMP B-TREE" not in plan and "SCAN" not in plan, plan
