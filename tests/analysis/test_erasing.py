"""Personal data of a case that is over is erased everywhere; what happened stays, and its chain holds."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.signals import post_save
from django.utils import timezone

from analysis import rights
from analysis.addresses import host_of
from analysis.models import Article, Case, Event, OutgoingMail, Terms
from newsroom import tasks
from tests import making
from tests.analysis.cases import REMOVE, SITE, confirmed, request

pytestmark = pytest.mark.django_db
NOW = timezone.now()
STATUTE = ("work", "authority", "signature", "postal_address", "phone")


def days(n: int):
    return NOW + timedelta(days=n)


def everything() -> str:
    """The whole database as text: every column of every table."""
    text = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            text += [json.dumps(row, default=str, ensure_ascii=False) for row in cursor.fetchall()]
    return "\n".join(text)


@pytest.fixture
def planted(django_user_model):
    """A case with a word of its own in every field that anybody typed, decided, contested, decided again and closed."""
    article = making.article()
    words = iter(f"zqperson{n}zq" for n in range(100))
    case = rights.open_case(
        request(
            article.url, f"https://{next(words)}.test/{next(words)}", f"https://our-wire.test/{next(words)}",
            f"no address {next(words)}", f"https://desk.test/stories/{next(words)}/",
            kind="copyright", explanation=next(words), name=next(words), organisation=next(words),
            email=f"{next(words)}@wire.test",
            statute={"good_faith": True} | {name: next(words) for name in STATUTE[:2]},
        ),
        SITE, at=days(-3),
    )  # fmt: skip
    rights.confirm(case, at=days(-3))
    person, stranger = f"{next(words)}.test", f"{next(words)}.test"
    for host, method in ((person, "dns"), (person, "file"), (stranger, "mail"), (host_of(article.url), "dns")):
        asked = rights.challenge(case, host, at=days(-3))
        rights.notify(asked, (f"postmaster@{host}",), at=days(-3)) if method == "mail" else None
        rights.not_proved(asked, f"no answer from {host}", at=days(-3))
        rights.prove(asked, method, wide=True, at=days(-3))
    rights.complete(case, {name: next(words) for name in STATUTE}, at=days(-3))
    one, other = (django_user_model.objects.create_user(name) for name in ("one", "other"))
    rights.take_up(case, one, at=days(-3))
    rights.hold(case, one, "link", at=days(-3))
    rights.write(case, next(words), at=days(-2))
    rights.answer(case, one, next(words), at=days(-2))
    rights.note(case, one, next(words), at=days(-2))
    rights.send_access(case, at=days(-2))
    ruling = rights.Ruling("granted", "remove", next(words), scope="url", value=article.url)
    rights.decide(case, one, ruling, at=days(-1))
    rights.give_reasons(case, one, next(words), at=days(-1))
    rights.appeal(case, next(words), at=days(-1))
    rights.decide(case, other, rights.Ruling("declined", "none", next(words)), at=NOW)
    rights.give_reasons(case, other, next(words), at=NOW)
    rights.close(case, other, at=NOW)
    OutgoingMail.objects.filter(case=case).update(error=f"refused {next(words)}")
    return case


def found() -> int:
    return everything().count("zqperson")


def test_the_dump_sees_every_word_that_was_planted(planted):
    seen = set(re.findall(r"zqperson\d+zq", everything()))
    for words in (
        planted.explanation, planted.name, planted.organisation, planted.email.partition("@")[0],
        *(getattr(planted, name) for name in STATUTE), *planted.messages.values_list("text", flat=True),
        *planted.decisions.values_list("reason", "statement__text")[1],
    ):  # fmt: skip
        assert words in seen
    assert set(re.findall(r"zqperson\d+zq", " ".join(planted.proofs.values_list("host", flat=True)))) <= seen
    assert len(seen) > 20


def test_no_event_holds_a_word_that_was_planted(planted):
    assert "zqperson" not in json.dumps(list(Event.objects.values_list("kind", "data")))


def test_a_host_stays_where_a_work_of_it_does_and_else_that_one_was_proved(planted, settings):
    before = list(planted.proofs.values_list("method", "wide", "proved_at"))
    rights.erase(days(settings.ERASE_DAYS + 1))
    article = Article.objects.get()
    assert list(planted.proofs.values_list("method", "wide", "proved_at")) == before
    assert [proof.host for proof in planted.proofs.all()] == ["", "", "", host_of(article.url)]
    assert not any(proof.holds(proof.proved_at) for proof in planted.proofs.all()[:3])
    assert [list(planted.urls.values_list("url", flat=True)), planted.challenges.count()] == [
        [article.url, *[""] * 4],
        0,
    ]


def test_after_the_set_time_no_personal_data_is_left_in_any_column_of_any_table(planted, settings):
    events = list(Event.objects.values_list("kind", "sha256"))
    assert rights.erase(days(settings.ERASE_DAYS - 1)) == 0
    assert found()
    assert rights.erase(days(settings.ERASE_DAYS + 1)) == 1
    assert not [line for line in everything().splitlines() if "zqperson" in line]
    assert list(Event.objects.values_list("kind", "sha256"))[: len(events)] == events
    assert rights.first_broken() == ""
    planted.refresh_from_db()
    assert planted.events.last().kind == "erased" and planted.erased_at
    assert [d.outcome for d in planted.decisions.all()] == ["granted", "declined"]
    assert Terms.objects.filter(case=planted, level="none").exists(), "what was decided stays in force"


def test_nobody_writes_to_an_erased_case_even_who_read_it_before(planted, settings):
    assert planted.erased_at is None
    rights.erase(days(settings.ERASE_DAYS + 1))
    with pytest.raises(rights.RightsError):
        rights.write(planted, "zqpersonzq")
    assert not found()


def test_what_is_erased_is_erased_once(planted, settings):
    late = days(settings.ERASE_DAYS + 1)
    assert (rights.erase(late), rights.erase(late)) == (1, 0)
    assert Event.objects.filter(kind="erased").count() == 1


def test_a_case_is_not_erased_while_it_may_be_contested(settings):
    settings.ERASE_DAYS = 1
    case = confirmed(making.article().url)
    rights.decide(case, None, REMOVE, at=NOW)
    rights.close(case, None, at=NOW)
    assert rights.erase(days(settings.APPEAL_DAYS - 1)) == 0
    rights.appeal(case, "It was ours.", at=days(settings.APPEAL_DAYS - 1))
    assert rights.erase(days(2 * settings.APPEAL_DAYS)) == 0, "contested, and not decided yet"
    rights.decide(case, None, rights.Ruling("declined", "none", "No."), at=days(2 * settings.APPEAL_DAYS))
    assert rights.erase(days(10 * settings.APPEAL_DAYS)) == 0, "nobody has closed it"
    assert rights.close_what_is_over(days(10 * settings.APPEAL_DAYS)) == 1
    assert rights.erase(days(10 * settings.APPEAL_DAYS + 2)) == 1


@pytest.mark.parametrize("state", ["received", "confirmed", "in_review"])
def test_an_open_case_is_not_erased(state, settings):
    case = rights.open_case(request("https://wire.test/1"), SITE, at=NOW)
    if state != "received":
        rights.confirm(case, at=NOW)
    if state == "in_review":
        rights.take_up(case, None, at=NOW)
    assert rights.erase(days(10 * settings.ERASE_DAYS)) == 0
    assert Case.objects.get().email


def test_what_nobody_confirmed_lapses_and_is_erased(settings):
    case = rights.open_case(request("https://wire.test/1", name="zqpersonzq"), SITE, at=NOW)
    assert rights.close_what_is_over(days(29)) == 0
    assert rights.close_what_is_over(days(31)) == 1
    case.refresh_from_db()
    assert (case.state, case.events.last().kind) == ("withdrawn", "lapsed")
    assert rights.erase(days(32 + settings.ERASE_DAYS)) == 1
    assert not found()


def test_a_case_joined_to_another_is_erased_and_the_other_is_not(settings):
    first, second = (confirmed("https://wire.test/1", email="a@wire.test", name="zqpersonzq") for _ in range(2))
    second.refresh_from_db()
    assert second.joined_to == first
    over = NOW + timedelta(days=settings.ERASE_DAYS + 1)
    assert rights.erase(over) == 0, "its sender waits for the decision on the other one"
    rights.decide(first, None, rights.Ruling("declined", "none", "No."))
    assert rights.erase(over) == 1
    first.refresh_from_db()
    assert first.name == "zqpersonzq" and found() == 1


def test_mail_that_belongs_to_no_case_goes_after_a_month():
    OutgoingMail.objects.create(kind="mailbox", to="zqperson@wire.test", created_at=NOW)
    assert rights.erase_stray_mail(days(29)) == 0
    assert rights.erase_stray_mail(days(31)) == 1
    assert not found()


def test_the_tasks_do_it_to_the_last_however_many_there_are(settings, monkeypatch):
    monkeypatch.setattr("analysis.rights.erasing.BATCH", 2)
    long_ago = NOW - timedelta(days=2 * settings.ERASE_DAYS)
    for n in range(5):
        rights.open_case(request(f"https://wire.test/{n}", name="zqpersonzq"), SITE, at=long_ago)
    assert tasks.close_cases.call() == 5
    Case.objects.update(closed_at=long_ago)
    assert tasks.erase_cases.call() == 5
    assert not found()


@pytest.mark.parametrize("step", ["close", "erase"])
def test_a_case_that_moves_on_meanwhile_is_passed_by_and_the_run_goes_on(step, settings):
    cases = [confirmed(f"https://wire.test/{n}") for n in range(3)]
    for case in cases:
        rights.decide(case, None, REMOVE, at=NOW)
    if step == "erase":
        assert rights.close_what_is_over(days(settings.APPEAL_DAYS + 1)) == 3

    def contest(sender, instance, **kwargs):
        if instance.case == cases[0] and instance.kind in ("closed", "erased"):
            Case.objects.filter(pk=cases[1].pk).update(state="appealed")

    post_save.connect(contest, sender=Event)
    try:
        late = days(settings.APPEAL_DAYS + settings.ERASE_DAYS + 2)
        assert (rights.close_what_is_over if step == "close" else rights.erase)(late) == 2
    finally:
        post_save.disconnect(contest, sender=Event)
    for case in cases:
        case.refresh_from_db()
    assert [case.state for case in cases] == ["closed", "appealed", "closed"]
    assert [bool(case.erased_at) for case in cases] == [step == "erase", False, step == "erase"]


def test_the_worker_is_told_to_do_it_every_day(settings):
    schedules = settings.TASKS["default"]["OPTIONS"]["SCHEDULES"].values()
    daily = {one["task"] for one in schedules if one.get("cron", "").endswith("* * *")}
    for name in ("close_cases", "erase_cases", "forget_attempts", "clear_sessions"):
        assert hasattr(tasks, name) and f"newsroom.tasks.{name}" in daily
