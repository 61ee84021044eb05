"""What is written once stays as written: rows that no one can change or delete."""

import pytest
from django.contrib import admin
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from analysis import rights
from analysis.models import (
    Claim,
    Decision,
    Event,
    PageReading,
    Proof,
    Revision,
    SignalReading,
    SignalSource,
    StandingChange,
    Statement,
    Terms,
)
from analysis.models.fields import AppendOnlyError
from tests import making
from tests.analysis.cases import REMOVE, confirmed

pytestmark = pytest.mark.django_db


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
        "Terms": Terms.objects.get(case=case), "Event": case.events.first(), "Decision": case.read_decision(),
        "Statement": rights.give_reasons(case, None, "You asked."), "Revision": story.current,
        "Proof": Proof.objects.create(case=case, host="wire.test", method="dns", proved_at=timezone.now()),
        "SignalReading": reading(),
        "StandingChange": StandingChange.objects.create(claim=claim, standing="reported"),
        "PageReading": PageReading.objects.create(
            article=making.article(), asked_at=timezone.now(), occasion="added", outcome="answered", status=200
        ),
    }  # fmt: skip


COLUMNS = {
    "Terms": "level", "Event": "kind", "Decision": "reason", "Revision": "headline", "StandingChange": "why",
    "Statement": "text", "Proof": "host", "SignalReading": "error",
    "PageReading": "why",
}  # fmt: skip
KINDS = [Terms, Event, Proof, Decision, Statement, Revision, StandingChange, SignalReading, PageReading]


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


def refused_by_the_database(sql: str, values: tuple[object, ...] = ()) -> None:
    with pytest.raises(DatabaseError, match="is append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_raw_sql_cannot_change_or_delete_a_row_of_the_record(kind):
    row, table = rows()[kind.__name__], kind._meta.db_table
    for field in kind._meta.concrete_fields:
        if kind is Revision and field.name in ("html", "id"):
            continue
        refused_by_the_database(f"UPDATE {table} SET {changed(field)} WHERE id = %s", (row.pk,))
    refused_by_the_database(f"DELETE FROM {table} WHERE id = %s", (row.pk,))


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_row_of_the_record_cannot_be_replaced(kind):
    row, table = rows()[kind.__name__], kind._meta.db_table
    before = kind.objects.filter(pk=row.pk).values().get()
    refused_by_the_database(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE id = %s", (row.pk,))
    assert kind.objects.filter(pk=row.pk).values().get() == before


def changed(field: models.Field) -> str:
    """Another value of a column, in SQL."""
    other = {
        "BooleanField": "NOT {0}", "DateTimeField": "'2020-01-01 00:00:00+00:00'", "JSONField": "'{{}}'",
    }  # fmt: skip
    text = isinstance(field, models.CharField | models.TextField)
    expression = "'z' || substr({0}, 2)" if text else other.get(field.get_internal_type(), "COALESCE({0}, 0) + 1")
    return f'"{field.column}" = ' + expression.format(f'"{field.column}"')


@pytest.mark.parametrize(("kind", "words"), [(Decision, "reason"), (Statement, "text")], ids=["Decision", "Statement"])
def test_the_words_of_a_decision_may_be_emptied_and_nothing_else(kind, words):
    row, table = rows()[kind.__name__], kind._meta.db_table
    for field in kind._meta.concrete_fields:
        if field.name != words:
            refused_by_the_database(f"UPDATE {table} SET {words} = '', {changed(field)} WHERE id = %s", (row.pk,))
    before = kind.objects.filter(pk=row.pk).values().get()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {words} = '' WHERE id = %s", (row.pk,))
    assert kind.objects.filter(pk=row.pk).values().get() == before | {words: ""}
    refused_by_the_database(f"UPDATE {table} SET {words} = 'Other words.' WHERE id = %s", (row.pk,))
    refused_by_the_database(f"DELETE FROM {table} WHERE id = %s", (row.pk,))


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_table_of_the_record_cannot_be_truncated(kind):
    rows()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the end of this test's transaction
    refused_by_the_database(f"TRUNCATE {kind._meta.db_table} CASCADE")


@pytest.mark.parametrize("kind", [Event, Decision, Statement, Proof], ids=lambda kind: kind.__name__)
def test_the_admin_offers_no_way_to_the_record_of_a_case(kind):
    assert kind not in admin.site._registry
    in_others = [inline.model for one in admin.site._registry.values() for inline in one.inlines]
    assert kind not in in_others


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
