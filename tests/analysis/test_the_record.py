"""What is written once stays as written: the chain of a case's events, and rows that no one can change or delete."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from analysis import rights
from analysis.models import Claim, Decision, Event, Revision, SignalReading, SignalSource, StandingChange, Terms
from analysis.models.fields import AppendOnlyError
from tests import making
from tests.analysis.cases import REMOVE, confirmed, opened, request

pytestmark = pytest.mark.django_db


def without_the_trigger(table: str, verb: str, sql: str, values: list[object]) -> None:
    """What someone could do who owns the database. The test's transaction takes it back."""
    with connection.cursor() as cursor:
        on = f" ON {table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {table}_no_{verb}{on}")
        cursor.execute(sql, values)


@pytest.fixture
def case():
    article = making.article()
    case = confirmed(article.url)
    rights.take_up(case, None)
    rights.hold(case, None, "link")
    rights.decide(case, None, REMOVE)
    return case


def test_a_chain_that_nobody_touched_holds(case):
    assert rights.first_broken_event(case) is None
    assert [event.number for event in case.events.all()] == [1, 2, 3, 4, 5]
    assert [e.previous for e in case.events.all()] == ["", *[e.sha256 for e in case.events.all()][:-1]]


def test_a_chain_holds_whatever_time_zone_a_step_was_taken_in():
    at = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Paris"))
    case = rights.open_case(request("https://a.test/1"), "desk.test", at=at)
    assert rights.first_broken_event(case) is None
    assert case.events.get().at == datetime(2026, 7, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("column", "value"),
    [("kind", "closed"), ("data", '{"level": "none"}'), ("at", "2020-01-01 00:00:00+00:00"),
    ("sha256", "0" * 64), ("previous", "0" * 64),
     ("number", 9)],
)  # fmt: skip
def test_a_changed_event_is_found(case, column, value):
    third = case.events.get(number=3)
    without_the_trigger("analysis_event", "update", f"UPDATE analysis_event SET {column} = %s WHERE id = %s",
    [value, third.pk])  # fmt: skip
    broken = rights.first_broken_event(case)
    assert broken is not None
    assert broken.pk == (case.events.get(number=4).pk if column == "number" else third.pk)


def test_an_event_rewritten_with_a_hash_that_fits_it_no_longer_fits_the_next(case):
    third = case.events.get(number=3)
    third.kind = "closed"
    values = [third.kind, rights._digest(third), third.pk]
    without_the_trigger(
        "analysis_event", "update", "UPDATE analysis_event SET kind = %s, sha256 = %s WHERE id = %s", values
    )
    assert rights.first_broken_event(case).number == 4


def test_a_deleted_event_is_found_by_the_gap_it_leaves(case):
    without_the_trigger("analysis_event", "delete",
    "DELETE FROM analysis_event WHERE case_id = %s AND number = 2", [case.pk])  # fmt: skip
    assert rights.first_broken_event(case).number == 3


def test_an_event_of_another_case_does_not_fit_in(case):
    other = opened()
    own = other.events.get()
    Event.objects.create(
        case=other, number=2, kind="decided", previous=own.sha256, sha256=case.events.get(number=2).sha256
    )
    assert rights.first_broken_event(other).number == 2


def test_events_hold_no_personal_data(case):
    for event in case.events.all():
        assert not {"name", "email", "organisation", "explanation"} & set(event.data)
        assert "N. Name" not in str(event.data) and "rights@wire.test" not in str(event.data)


def reading() -> SignalReading:
    source = SignalSource.objects.create(
        publisher=making.publisher(), kind="robots", url="https://a.test/robots.txt", about="a.test/", digest="1",
        read_at=timezone.now(),
    )  # fmt: skip
    return SignalReading.objects.create(source=source, read_at=source.read_at)


def rows() -> dict[str, object]:
    story = making.published()
    claim = Claim.objects.create(story=story, text="c", standing="reported")
    case = confirmed(making.article().url)
    rights.decide(case, None, REMOVE)
    return {
        "Terms": Terms.objects.get(case=case), "Event": case.events.first(), "Decision": case.decision,
        "Revision": story.current, "SignalReading": reading(),
        "StandingChange": StandingChange.objects.create(claim=claim, standing="reported"),
    }  # fmt: skip


COLUMNS = {"Terms": "level", "Event": "kind", "Decision": "outcome", "Revision": "headline", "StandingChange": "why",
           "SignalReading": "error"}  # fmt: skip
KINDS = [Terms, Event, Decision, Revision, StandingChange, SignalReading]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_row_of_the_record_cannot_be_saved_again_changed_or_deleted(kind):
    row = rows()[kind.__name__]
    for attempt in (
        row.save, row.delete, lambda: kind.objects.get(pk=row.pk).save(), lambda: kind.objects.update(pk=row.pk),
        lambda: kind.objects.filter(pk=row.pk).update(**{COLUMNS[kind.__name__]: "x"}),
        lambda: kind.objects.all().delete(),
        lambda: kind.objects.filter(pk=row.pk).delete(),
    ):  # fmt: skip
        with pytest.raises(AppendOnlyError, match=kind.__name__):
            attempt()
    assert kind.objects.filter(pk=row.pk).exists()


def refused_by_the_database(sql: str, values: list[object]) -> None:
    with pytest.raises(DatabaseError, match="is append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_raw_sql_cannot_change_or_delete_a_row_of_the_record(kind):
    row, table = rows()[kind.__name__], kind._meta.db_table
    columns = [f.column for f in kind._meta.concrete_fields if not (kind is Revision and f.name in ("html", "id"))]
    for column in columns:
        refused_by_the_database(f'UPDATE {table} SET "{column}" = "{column}" WHERE id = %s', [row.pk])
    refused_by_the_database(f"DELETE FROM {table} WHERE id = %s", [row.pk])


def test_raw_bulk_changes_are_refused_as_well():
    row = rows()["Terms"]
    row.level = "full"
    with pytest.raises((AppendOnlyError, DatabaseError)), transaction.atomic():
        Terms.objects.bulk_update([row], ["level"])
    with pytest.raises(DatabaseError, match="is append-only"), transaction.atomic():
        Terms._base_manager.filter(pk=row.pk)._raw_delete("default") if connection.vendor == "sqlite" else (
            connection.cursor().execute("DELETE FROM analysis_terms WHERE id = %s", [row.pk])
        )
    assert Terms.objects.get(pk=row.pk).level == "none"


def test_the_html_of_a_revision_may_be_rendered_anew_and_nothing_else():
    revision = making.published().current
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE analysis_revision SET html = %s WHERE id = %s", ['{"summary": "", "notes": {}}', revision.pk]
        )
    assert Revision.objects.get(pk=revision.pk).html == {"summary": "", "notes": {}}


def test_new_rows_may_be_written():
    count = Terms.objects.count()
    rows()
    assert Terms.objects.count() == count + 1
    assert Event.objects.filter(at__lte=timezone.now()).exists()
