"""Decisions in the forms of two public registers: valid, complete, and without a word that a stranger typed."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone, translation
from jsonschema import Draft202012Validator

from analysis import exports, rights
from analysis.models import Case, Proof
from newsroom.admin import reasons
from tests import making
from tests.analysis.cases import SITE, confirmed, request

pytestmark = pytest.mark.django_db
SCHEMAS = Path(__file__).parent / "schemas"
EU, LUMEN = (Draft202012Validator(json.loads((SCHEMAS / name).read_text())) for name in ("eu.json", "lumen.json"))
REMOVE = {"outcome": "granted", "action": "remove", "reason": "zqpersonzq"}
RULINGS = {
    "remove": REMOVE,
    "remove by law": {**REMOVE, "legal": True},
    "link": {**REMOVE, "action": "terms", "level": "link"},
    "short": {**REMOVE, "action": "terms", "level": "short"},
    "embargo": {**REMOVE, "action": "terms", "level": "", "embargo_hours": 6},
    "correct": {**REMOVE, "action": "correct", "outcome": "partly"},
    "declined": {**REMOVE, "action": "none", "outcome": "declined"},
}
RESTRICTS = [name for name in RULINGS if name != "declined"]


@pytest.fixture
def wire():
    return making.publisher("Example Wire", "wire.test")


@pytest.fixture
def story(wire):
    return making.published(making.article(wire, path="1"))


def decided(*urls: str, ruling: str = "remove", proved: bool = False, **fields) -> Case:
    """A case whose every typed field holds a canary."""
    word = "zqpersonzq"
    said = dict.fromkeys(("explanation", "name", "organisation"), word) | {"email": f"{word}@{word}.test"}
    statute = dict.fromkeys(("work", "authority", "signature", "postal_address", "phone"), word)
    case = rights.open_case(request(*urls, statute=statute, **said | fields), SITE)
    rights.confirm(case)
    if proved:
        Proof.objects.create(case=case, host="wire.test", method="dns", proved_at=timezone.now())
    rights.decide(case, None, rights.Ruling(**RULINGS[ruling]))
    return case


@pytest.mark.parametrize("kind", Case.Kind.values)
@pytest.mark.parametrize("ruling", RULINGS)
def test_every_decision_of_every_kind_is_valid(story, kind, ruling):
    case = decided(story.sources.get().article.url, "https://zqpersonzq.test/zqpersonzq", "no zqpersonzq", kind=kind,
                   ruling=ruling)  # fmt: skip
    statements, notices = list(exports.eu_statements()), list(exports.lumen_notices())
    for statement in statements:
        EU.validate(statement)
    for notice in notices:
        LUMEN.validate(notice)
    assert [s["puid"] for s in statements] == ([f"{case.reference}-1"] if ruling in RESTRICTS else [])
    assert len(notices) == (case.lane == "legal")
    said = json.dumps([statements, notices])
    assert "zqperson" not in said and "Please." not in said


def test_what_was_done_and_why_is_said_by_the_registers_own_words(story):
    url = story.sources.get().article.url
    for ruling in RESTRICTS:
        decided(url, ruling=ruling, kind="copyright")
    found = list(exports.eu_statements())
    assert [s["decision_visibility"][0].removeprefix("DECISION_VISIBILITY_") for s in found] == [
        "CONTENT_REMOVED", "CONTENT_REMOVED", "OTHER", "OTHER", "OTHER", "OTHER"
    ]  # fmt: skip
    assert [s["decision_ground"].endswith("ILLEGAL_CONTENT") for s in found] == [False, True, *[False] * 4]
    assert {s["category"] for s in found} == {"STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS"}
    assert {s["source_type"] for s in found} == {"SOURCE_ARTICLE_16"}
    assert {s["automated_decision"] for s in found} == {"AUTOMATED_DECISION_NOT_AUTOMATED"}
    assert found[0]["content_date"] == f"{story.published_at:%Y-%m-%d}"


@pytest.mark.parametrize(
    ("kind", "category"),
    [("privacy", "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS"), ("defamation", "ILLEGAL_OR_HARMFUL_SPEECH"),
     ("trademark", "INTELLECTUAL_PROPERTY_INFRINGEMENTS"), ("opt_out", "OTHER_VIOLATION_TC")],
)  # fmt: skip
def test_the_category_follows_from_the_kind(kind, category):
    decided("https://wire.test/1", kind=kind)
    (statement,) = exports.eu_statements()
    assert statement["category"] == f"STATEMENT_CATEGORY_{category}"


def test_a_wish_was_no_notice_of_article_16():
    decided("https://wire.test/1", kind="opt_out")
    (statement,) = exports.eu_statements()
    assert statement["source_type"] == "SOURCE_TYPE_OTHER_NOTIFICATION"
    assert list(exports.lumen_notices()) == []


@pytest.mark.parametrize("who", ["itself", "an editor before", "an editor after", "nobody"])
def test_a_hold_that_came_by_itself_is_told_to_the_registers_and_to_the_sender_and_no_other_is(
    story, who, settings, django_user_model
):
    settings.HOLD_ON_PROOF = "" if who in ("an editor after", "nobody") else "link"
    editor = django_user_model.objects.create_user("editor")
    case = confirmed(story.sources.get().article.url, kind="copyright")
    if who == "an editor before":
        rights.hold(case, editor, "link")
    rights.prove(rights.challenge(case, "wire.test"), "dns", True)
    settings.HOLD_ON_PROOF = "link"
    if who == "an editor after":
        rights.hold(case, editor, "link")
    decision = rights.decide(case, editor, rights.Ruling(**REMOVE))
    (statement,), (notice,) = exports.eu_statements(), exports.lumen_notices()
    by_itself = who == "itself"
    for facts in (statement["decision_facts"], notice["body"]):
        assert ("less was shown by itself" in facts) is by_itself
        assert ("nothing about it was automated" in facts) is not by_itself
    assert statement["automated_decision"] == "AUTOMATED_DECISION_NOT_AUTOMATED"
    assert statement["automated_detection"] == "No", "a notice named the pages"
    case.refresh_from_db()
    drafted = reasons.draft(case, decision)
    assert ("that happened by itself" in drafted) is by_itself
    assert ("No automated means" in drafted) is not by_itself


def test_an_appeal_that_restricts_is_a_statement_of_its_own_and_the_notice_goes_by_the_last_decision(story):
    case = decided(story.sources.get().article.url, ruling="link", kind="copyright")
    rights.appeal(case, "zqpersonzq")
    rights.decide(case, None, rights.Ruling(**RULINGS["remove by law"] | {"outcome": "partly"}))
    assert [s["puid"] for s in exports.eu_statements()] == [f"{case.reference}-1", f"{case.reference}-2"]
    (notice,) = exports.lumen_notices()
    assert notice["action_taken"] == "Partial"


def sender(notice: dict) -> str:
    return notice["entity_notice_roles_attributes"][0]["entity_attributes"]["name"]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"proved": True}, "Example Wire"),
        ({}, "REDACTED"),
        ({"proved": True, "relation": "agent"}, "REDACTED"),
        ({"proved": True, "relation": "subject"}, "REDACTED"),
        ({"proved": True, "kind": "privacy"}, "REDACTED"),
    ],
    ids=["proved", "not proved", "an agent", "a subject", "a person's kind"],
)
def test_only_a_publisher_that_proved_itself_is_named_and_by_the_name_we_know(story, fields, name):
    decided(story.sources.get().article.url, **{"kind": "copyright"} | fields)
    (notice,) = exports.lumen_notices()
    assert sender(notice) == name


def test_a_publisher_that_proved_another_site_is_not_named(story):
    other = making.article(making.publisher("Example Paper", "paper.test"))
    decided(story.sources.get().article.url, other.url, kind="copyright", proved=True)
    (notice,) = exports.lumen_notices()
    assert sender(notice) == "REDACTED"


def urls(notice: dict) -> list[str]:
    (work,) = notice["works_attributes"]
    lines = [*work["infringing_urls_attributes"], *work["copyrighted_urls_attributes"]]
    return [line["url"] for line in lines]


def test_pages_are_named_where_no_person_can_be_meant(story):
    article = story.sources.get().article
    decided(article.url, "https://nobody.test/1", kind="copyright")
    (notice,) = exports.lumen_notices()
    assert urls(notice) == [f"http://127.0.0.1:8000/stories/{story.slug}/", article.url]
    assert "1 line(s) that name nothing we cover are left out." in notice["body"]


@pytest.mark.parametrize("kind", ["privacy", "defamation", "court_order", "impersonation"])
def test_where_a_person_may_be_meant_only_hosts_are_named(wire, kind):
    article = making.article(wire, path="zqpersonzq-arrested")
    story = making.published(article, slug="zqpersonzq")
    decided(article.url, f"/stories/{story.slug}/", kind=kind)
    (notice,) = exports.lumen_notices()
    assert urls(notice) == ["http://127.0.0.1:8000/", "https://wire.test/"]
    assert "zqperson" not in json.dumps(notice)


def test_an_erased_case_is_exported_as_before(story):
    case = decided(story.sources.get().article.url, kind="copyright", proved=True)
    before = list(exports.eu_statements()), list(exports.lumen_notices())
    rights.close(case, None)
    assert rights.erase(timezone.now() + timedelta(days=1000)) == 1
    assert (list(exports.eu_statements()), list(exports.lumen_notices())) == before


def test_an_export_is_in_english_whoever_asks_for_it():
    decided("https://wire.test/1", kind="copyright")
    with translation.override("fr"):
        (statement,) = exports.eu_statements()
    assert "Reason given: Copyright." in statement["decision_facts"]


def test_a_record_that_the_register_would_refuse_is_not_given(monkeypatch):
    case = decided("https://wire.test/1")
    monkeypatch.setitem(exports._LIMITS, "decision_facts", 10)
    with pytest.raises(
        exports.ExportError, match=rf"{case.reference}-1: decision_facts has \d+ characters; at most 10"
    ):
        list(exports.eu_statements())


def test_the_command_prints_one_record_a_line(capsys):
    early, late = datetime(2026, 1, 31, 23, 59, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    for at in (early, late):
        case = confirmed("https://wire.test/1", kind="copyright")
        rights.decide(case, None, rights.Ruling(**REMOVE), at=at)
    for form, schema in (("eu", EU), ("lumen", LUMEN)):
        call_command("export_decisions", "--format", form)
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 2
        for line in lines:
            schema.validate(json.loads(line))
        call_command("export_decisions", "--format", form, "--since", "2026-02-01")
        assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.parametrize("words", [[], ["--format", "xml"], ["--format", "eu", "--since", "yesterday"]])
def test_the_command_says_what_it_cannot_read(words):
    with pytest.raises(CommandError):
        call_command("export_decisions", *words)
