"""All events of all cases in one chain of hashes: broken on purpose in every way, and found."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from analysis import rights
from analysis.models import Case, Chain, Event, Proof
from analysis.rights.record import digest, record, seal
from tests import making
from tests.analysis.cases import REMOVE, confirmed, opened, request

pytestmark = pytest.mark.django_db


def sql(statement: str, *values: object) -> None:
    """What someone could do who owns the database. The test's transaction takes it back."""
    with connection.cursor() as cursor:
        on = " ON analysis_event" if connection.vendor == "postgresql" else ""
        for verb in ("update", "delete"):
            cursor.execute(f"DROP TRIGGER IF EXISTS analysis_event_no_{verb}{on}")
        cursor.execute(statement, values)


def update(number: int, **columns: object) -> None:
    names = ", ".join(f"{name} = %s" for name in columns)
    sql(f"UPDATE analysis_event SET {names} WHERE position = %s", *columns.values(), number)


def chained_anew(since: int) -> None:
    """Every hash made to fit again, from one event on; and the row that holds the head."""
    previous = Event.objects.get(position=since - 1).sha256 if since > 1 else ""
    for event in Event.objects.filter(position__gte=since).order_by("position"):
        event.previous = previous
        previous = digest(event)
        update(event.position, previous=event.previous, sha256=previous)
    Chain.objects.update(length=Event.objects.count(), head=previous)


@pytest.fixture
def case():
    """Seven events of two cases, in turns."""
    case = confirmed(making.article().url)  # 1, 2
    rights.take_up(case, None)  # 3
    opened()  # 4
    rights.hold(case, None, "link")  # 5
    rights.decide(case, None, REMOVE)  # 6
    rights.close(case, None)  # 7
    return case


def test_a_chain_that_nobody_touched_holds(case):
    assert rights.first_broken() == ""
    events = list(Event.objects.all())
    assert [event.position for event in events] == [1, 2, 3, 4, 5, 6, 7]
    assert [event.previous for event in events] == ["", *[event.sha256 for event in events][:-1]]
    chain = Chain.objects.get()
    assert (chain.length, chain.head) == (7, events[-1].sha256)


def test_an_empty_record_holds():
    assert rights.first_broken() == ""
    assert rights.begins_with(0, "")


def test_a_chain_holds_whatever_time_zone_a_step_was_taken_in():
    at = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Paris"))
    case = rights.open_case(request("https://a.test/1"), "desk.test", at=at)
    assert rights.first_broken() == ""
    assert case.events.get().at == datetime(2026, 7, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"kind": "closed"}, "Event 3 was changed."),
        ({"data": '{"level": "none"}'}, "Event 3 was changed."),
        ({"at": "2020-01-01 00:00:00+00:00"}, "Event 3 was changed."),
        ({"sha256": "0" * 64}, "Event 3 was changed."),
        ({"previous": "0" * 64}, "Event 3 does not follow from the one before it."),
        ({"position": 99}, "Event 3 is missing."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_changed_event_is_found(case, columns, says):
    update(3, **columns)
    assert rights.first_broken() == says


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("yesterday", "Event 3 was changed."),
        ("2026-13-45 25:61:00", "Event 1, or one soon after it, cannot be read."),
    ],
)
def test_a_date_that_is_none_is_found(case, value, says):
    update(3, at=value)
    assert rights.first_broken() == says


def test_an_event_given_to_another_case_or_another_editor_is_found(case, django_user_model):
    update(3, case_id=Case.objects.exclude(pk=case.pk).get().pk)
    assert rights.first_broken() == "Event 3 was changed."
    update(3, case_id=case.pk)
    assert rights.first_broken() == ""
    update(3, by_id=django_user_model.objects.create_user("other").pk)
    assert rights.first_broken() == "Event 3 was changed."


def test_an_event_rewritten_with_a_hash_that_fits_it_no_longer_fits_the_next(case):
    third = Event.objects.get(position=3)
    third.kind = "closed"
    update(3, kind="closed", sha256=digest(third))
    assert rights.first_broken() == "Event 4 does not follow from the one before it."


@pytest.mark.parametrize("position", [1, 3, 7], ids=["first", "in the middle", "last"])
def test_a_deleted_event_is_found(case, position):
    sql("DELETE FROM analysis_event WHERE position = %s", position)
    assert rights.first_broken() == f"Event {position} is missing."


def test_the_newest_events_deleted_and_the_row_set_back_are_found_by_what_was_published(case):
    whole = Chain.objects.get()
    sql("DELETE FROM analysis_event WHERE position > 5")
    assert rights.first_broken() == "Event 6 is missing."
    Chain.objects.update(length=5, head=Event.objects.get(position=5).sha256)
    assert rights.first_broken() == ""
    assert not rights.begins_with(whole.length, whole.head)


def test_all_events_deleted_are_found(case):
    sql("DELETE FROM analysis_event")
    assert rights.first_broken() == "Event 1 is missing."


def test_two_events_swapped_are_found(case):
    for old, new in ((3, 99), (4, 3), (99, 4)):
        update(old, position=new)
    assert rights.first_broken() == "Event 3 does not follow from the one before it."


def test_an_event_put_in_between_is_found(case):
    for position in (7, 6, 5, 4):
        update(position, position=position + 1)
    third = Event.objects.get(position=3)
    forged = Event(case=case, position=4, kind="withdrawn", at=third.at, previous=third.sha256)
    forged.sha256 = digest(forged)
    forged.save()
    assert rights.first_broken() == "Event 5 does not follow from the one before it."


@pytest.mark.parametrize("position", [8, 20])
def test_an_event_put_behind_the_last_is_found(case, position):
    last = Event.objects.get(position=7)
    forged = Event(case=case, position=position, kind="withdrawn", at=last.at, previous=last.sha256)
    forged.sha256 = digest(forged)
    forged.save()
    assert rights.first_broken() == "Event 8 was written by nobody: the record ends before it."


def test_a_rewritten_row_of_the_chain_is_found(case):
    whole = Chain.objects.get()
    Chain.objects.update(head="0" * 64)
    assert rights.first_broken() == "The last event is not the one that was written last."
    Chain.objects.update(length=9, head=whole.head)
    assert rights.first_broken() == "Event 8 is missing."
    Chain.objects.update(length=6, head=Event.objects.get(position=6).sha256)
    assert rights.first_broken() == "Event 7 was written by nobody: the record ends before it."
    Chain.objects.all().delete()
    assert rights.first_broken() == "The row that holds the length and the head of the record is missing."


def test_a_record_rewritten_whole_holds_and_contradicts_what_was_published(case):
    chain = Chain.objects.get()
    published = (4, Event.objects.get(position=4).sha256)
    update(3, kind="withdrawn")
    chained_anew(since=3)
    assert rights.first_broken() == ""
    assert not rights.begins_with(*published)
    assert not rights.begins_with(chain.length, chain.head)
    assert rights.begins_with(2, Event.objects.get(position=2).sha256), "what came before is as it was"


@pytest.fixture
def proof(case):
    case = confirmed("https://wire.test/1")
    return rights.prove(rights.challenge(case, "wire.test"), "dns", wide=False)


def behind_the_guards(statement):
    with connection.cursor() as cursor:
        on = " ON analysis_proof" if connection.vendor == "postgresql" else ""
        for verb in ("update", "delete"):
            cursor.execute(f"DROP TRIGGER IF EXISTS analysis_proof_no_{verb}{on}")
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE analysis_proof SET host = 'other.test'",
        "UPDATE analysis_proof SET method = 'file'",
        "UPDATE analysis_proof SET wide = TRUE",
        "UPDATE analysis_proof SET proved_at = '2020-01-01 00:00:00+00:00'",
        "UPDATE analysis_proof SET host = 'other.test', nonce = ''",
        "UPDATE analysis_proof SET host = '', nonce = ''",
        "DELETE FROM analysis_proof",
    ],
)
def test_a_proof_that_was_changed_or_removed_is_found(proof, statement):
    assert rights.first_broken() == ""
    behind_the_guards(statement)
    at = Event.objects.get(kind="proved").position
    assert rights.first_broken() == f"The proof of control that event {at} tells of was changed or removed."


@pytest.mark.parametrize("nonce", ["", "ab" * 32])
def test_a_proof_that_nobody_gave_is_found(proof, nonce):
    forged = Proof(case=proof.case, host="other.test", method="dns", proved_at=proof.proved_at, nonce=nonce)
    forged.save()
    assert rights.first_broken() == f"Of proof of control {forged.pk} the record tells nothing."


def test_a_proof_from_before_there_were_seals_still_holds(case):
    case = confirmed("https://wire.test/1")
    old = Proof(case=case, host="wire.test", method="dns", proved_at=timezone.now())
    old.save()
    record(case, "proved", timezone.now(), data={"host": "wire.test", "method": "dns"})
    assert rights.first_broken() == ""
    behind_the_guards("UPDATE analysis_proof SET host = 'other.test'")
    assert "was changed or removed" in rights.first_broken()


def test_a_proof_of_an_erased_case_may_be_gone(proof, settings):
    rights.withdraw(proof.case)
    rights.erase(timezone.now() + timedelta(days=settings.ERASE_DAYS + 1))
    proof.refresh_from_db()
    assert proof.host == "" and rights.first_broken() == ""


def test_what_the_record_says_of_a_proof_tells_nobody_the_host(proof):
    (told,) = {event.data["proof"] for event in Event.objects.filter(kind="proved")}
    assert told == seal(proof)
    proof.nonce = ""
    assert told != seal(proof)


def test_of_a_proof_nothing_but_host_and_nonce_can_be_emptied_and_nothing_changed(proof):
    for column in ("host = 'other.test'", "method = ''", "host = '', wide = TRUE", "host = '', method = 'file'"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE analysis_proof SET {column}")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE analysis_proof SET host = '', nonce = ''")  # as erasing does


@pytest.fixture
def told(capsys):
    """Runs verify_events; returns what it printed, or the error with which it ends."""

    def run(*words: str) -> str:
        try:
            call_command("verify_events", *words)
        except CommandError as error:
            assert error.returncode == 1
            return f"error: {error}"
        return capsys.readouterr().out.strip()

    return run


def test_the_command_prints_what_to_publish_and_proves_it_later(case, told):
    published = told()
    assert published == f"7:{Chain.objects.get().head}"
    rights.write(case, "One more event.")
    assert told("--expect", published) == f"8:{Chain.objects.get().head}"
    assert told("--expect", "0:").startswith("8:")


def test_the_command_names_the_first_broken_link(case, told):
    published = told()
    update(3, kind="withdrawn")
    update(5, kind="withdrawn")
    assert told() == "error: Event 3 was changed."
    chained_anew(since=3)
    assert told("--expect", published).startswith("error: The chain holds, but it does not begin with 7:")


@pytest.mark.parametrize("text", ["", "7", "7:abc", f"-1:{'0' * 64}", f"07:{'0' * 64}", f"7:{'G' * 64}", "7:"])
def test_the_command_says_what_it_cannot_read(text, told):
    assert "is not LENGTH:HEAD" in told(f"--expect={text}")


def test_events_hold_no_personal_data(case):
    for event in Event.objects.all():
        assert not {"name", "email", "organisation", "explanation"} & set(event.data)
        assert "Rights desk" not in str(event.data) and "wire.test" not in str(event.data)


DATA = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8),
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12) | st.lists(st.integers(0, 9)),
    max_size=4,
)  # fmt: skip
STEPS = st.lists(
    st.tuples(st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=30), DATA,
              st.integers(0, 10**12)), min_size=1, max_size=6,
)  # fmt: skip


@given(steps=STEPS, data=st.data())
def test_whatever_is_recorded_holds_and_any_change_of_it_is_found(steps, data):
    with transaction.atomic():
        case = opened("https://a.test/1", email=f"{data.draw(st.uuids())}@wire.test")
        for kind, said, micros in steps:
            record(case, kind, datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros), data=said)
        assert rights.first_broken() == ""
        position = data.draw(st.integers(1, Event.objects.count()))
        column = data.draw(st.sampled_from(["kind", "previous", "sha256"]))
        update(position, **{column: getattr(Event.objects.get(position=position), column)[1:] + "x"})
        assert str(position) in rights.first_broken()
        transaction.set_rollback(True)
