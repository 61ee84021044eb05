"""The removal receipt: what is asked, what counts as disobeying, and that nobody's words are kept."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, resolve
from django.utils import timezone
from urllib3 import HTTPHeaderDict

from analysis import editing, receipts, rights
from analysis.models import Article, Case, Check, Decision, Event, Story
from analysis.receipts import Expectation
from newsroom import receipt
from newsroom.receipt import Answer, faults
from tests import making
from tests.analysis.cases import confirmed
from tests.newsroom import telling

pytestmark = pytest.mark.django_db


def answer(path: str) -> Answer:
    response = Client().get(path.partition("#")[0])
    return Answer(response.status_code, HTTPHeaderDict(response.headers), response.content.decode())


def disobeyed(decision: Decision) -> dict[str, list[str]]:
    """What is wrong, by address: asked of this process, as newsroom.receipt asks it of the real one."""
    lines = receipts.expected(decision).lines
    assert lines
    return {line.path: wrong for line in lines if (wrong := faults(line, answer(line.path)))}


TERMS = {"action": "terms", "scope": "url"}
RULINGS = {
    "removed": {},
    "removed by law": {"legal": True},
    "headline and link": {**TERMS, "level": "link"},
    "short": {**TERMS, "level": "short"},
    "few words": {**TERMS, "level": "full", "max_words": 3},
    "embargo": {**TERMS, "level": "", "embargo_hours": 24 * 365},
    "everything of the publisher": {"scope": "publisher"},
}


@pytest.mark.parametrize("ruling", RULINGS.values(), ids=RULINGS)
def test_what_the_gate_lets_through_is_what_the_pages_answer(ruling):
    story = telling.story()
    if "embargo_hours" in ruling:
        Article.objects.update(published_at=story.published_at)
    decision = telling.decided(story, **ruling)
    assert disobeyed(decision) == {}


@pytest.mark.parametrize("scope", ["domain", "path"])
def test_a_decision_on_a_part_of_a_site_touches_what_lies_in_it(scope):
    publisher = making.publisher(host="wire.test")
    inside = making.published(making.article(publisher, path="press/1"))
    making.published(making.article(publisher, path="other/1"))
    value = {"domain": "wire.test", "path": "wire.test/press"}[scope]
    decision = telling.decided(inside, scope=scope, value=value)
    touched = {line.story_id for line in receipts.expected(decision).lines} - {None}
    assert touched == ({inside.pk} if scope == "path" else {1 + inside.pk, inside.pk})
    assert disobeyed(decision) == {}


@pytest.mark.parametrize("name", ["removed", "removed by law", "headline and link"])
def test_every_surface_that_answers_as_before_is_found(name):
    story = telling.story()
    shown = {path: answer(path) for path in paths(story)}
    decision = telling.decided(story, **RULINGS[name])
    found = 0
    for line in receipts.expected(decision).lines:
        listed = line.absent and f"/stories/{story.slug}/" in shown[line.path].body
        if listed or any(words in shown[line.path].body for words in telling.SENTENCES):
            assert faults(line, shown[line.path]), f"{line.path} as it was before is not found"
            found += 1
    assert found >= 10, "the pages told nothing: the test saw nothing"


def paths(story: Story) -> list[str]:
    """The addresses that a decision on this story would be asked of."""
    with transaction.atomic():
        found = [line.path for line in receipts.expected(telling.decided(story)).lines]
        transaction.set_rollback(True)
    return found


GONE = HTTPHeaderDict({"Cache-Control": "no-store", "X-Robots-Tag": "noindex, noarchive"})
BLOCKED = HTTPHeaderDict({**GONE, "Link": '<https://desk.test/>; rel="blocked-by"'})
LINE = Expectation("page", "/stories/a/", (410,), withheld=frozenset({"words that nobody may read"}))


@pytest.mark.parametrize(
    ("line", "given", "wrong"),
    [
        (LINE, Answer(410, GONE, "Gone."), []),
        (LINE, Answer(200, GONE, "Gone."), [receipt.WRONG_STATUS]),
        (LINE, Answer(302, GONE, ""), [receipt.WRONG_STATUS]),
        (LINE, Answer(500, GONE, ""), [receipt.WRONG_STATUS]),
        (LINE, Answer(410, GONE, "<p>Words that <b>nobody</b> may read"), [receipt.SAYS]),
        (LINE, Answer(410, HTTPHeaderDict({**GONE, "Cache-Control": "no-cache"}), ""), [receipt.KEPT]),
        (LINE, Answer(410, HTTPHeaderDict({"Cache-Control": "no-store"}), ""), [receipt.INDEXED]),
        (Expectation("page", "/stories/a/", (451,)), Answer(451, GONE, ""), [receipt.UNBLOCKED]),
        (Expectation("page", "/stories/a/", (451,)), Answer(451, BLOCKED, ""), []),
        (Expectation("feed", "/f", absent=("/stories/a/",)), Answer(200, GONE, 'href="https://d.test/stories/a/"'),
         [receipt.LISTS]),
        (Expectation("feed", "/f", absent=("/stories/a/",)), Answer(200, GONE, "/stories/ab/"), []),
        (Expectation("removed", "/r", present=("/stories/a/",)), Answer(200, GONE, ""), [receipt.SILENT]),
        (Expectation("feed", "/f"), Answer(200, HTTPHeaderDict({"Cache-Control": "max-age=600"}), ""), [receipt.KEPT]),
    ],
)  # fmt: skip
def test_what_counts_as_disobeying(line, given, wrong):
    assert faults(line, given) == wrong


def test_data_for_machines_is_judged_apart():
    line = Expectation("jsonld", "/stories/a/#json-ld", withheld=LINE.withheld)
    inside = '<script type="application/ld+json">{"headline":"Words that nobody may read"}</script>'
    assert faults(line, Answer(200, GONE, f"<p>words that nobody may read</p>{inside}")) == [receipt.SAYS]
    assert faults(line, Answer(200, GONE, "<p>words that nobody may read</p>")) == []


def test_a_decision_that_changes_nothing_has_no_receipt():
    story = telling.story()
    decision = telling.decided(story, outcome="declined", action="none")
    assert receipts.expected(decision) == receipts.Receipt((), more=False)
    receipt.ask(decision)
    assert not Check.objects.exists() and not Event.objects.filter(kind="checked").exists()
    assert receipt.of_case(decision.case) is None


def touching_nothing() -> Decision:
    case = confirmed(f"https://nobody.test/{Decision.objects.count()}")
    return rights.decide(case, None, rights.Ruling("granted", "remove", "You asked."))


def minutes_later(monkeypatch, minutes: int) -> None:
    at = timezone.now() + timedelta(minutes=minutes)
    monkeypatch.setattr(timezone, "now", lambda: at)


def test_that_a_decision_touches_nothing_is_found_out_once_and_told(monkeypatch):
    decisions = [touching_nothing(), touching_nothing()]
    receipt.ask(decisions[0])
    minutes_later(monkeypatch, 6)
    assert receipt.ask_again() == 1, "of the one that nobody has asked"
    assert receipt.ask_again() == 0
    for decision in decisions:
        receipt.ask(decision)
        (event,) = decision.case.events.filter(kind="checked")
        assert event.data == {"number": 1, "checked": 0}
        assert event.details == ["none rests on what was decided"]
        assert receipt.of_case(decision.case) is None
    rights.appeal(decisions[0].case, "Not enough.")
    again = rights.Ruling("granted", "remove", "You asked again.", legal=True)
    rights.decide(decisions[0].case, User.objects.create_user("another"), again)
    minutes_later(monkeypatch, 6)
    assert receipt.ask_again() == 1, "of the decision on the appeal"
    assert receipt.ask_again() == 0


def test_a_decision_just_made_is_left_to_the_task_that_asks_about_it(monkeypatch):
    touching_nothing()
    minutes_later(monkeypatch, 4)
    assert receipt.ask_again() == 0
    minutes_later(monkeypatch, 2)
    assert receipt.ask_again() == 1


def test_a_round_asks_about_a_bounded_number_and_the_next_ones_about_the_rest(monkeypatch):
    monkeypatch.setattr(receipt, "A_ROUND", 2)
    for _ in range(5):
        touching_nothing()
    minutes_later(monkeypatch, 6)
    assert [receipt.ask_again() for _round in range(4)] == [2, 2, 1, 0]


def test_the_newest_stories_are_asked_and_that_there_were_more_is_said(monkeypatch):
    monkeypatch.setattr(receipts, "MAX_STORIES", 2)
    publisher = making.publisher()
    stories = [making.published(making.article(publisher)) for _ in range(3)]
    told = receipts.expected(telling.decided(stories[0], scope="publisher"))
    assert told.more
    assert {line.story_id for line in told.lines} - {None} == {stories[1].pk, stories[2].pk}
    monkeypatch.setattr(receipts, "MAX_STORIES", 3)
    assert not receipts.expected(Decision.objects.get()).more
    monkeypatch.setattr(receipts, "_SCANNED", 3)
    assert receipts.expected(Decision.objects.get()).more, "who has not looked further cannot say that there is nothing"
    monkeypatch.setattr(receipts, "_SCANNED", 4)
    assert not receipts.expected(Decision.objects.get()).more
    monkeypatch.setattr(receipts, "MAX_LISTS", 5)
    assert receipts.expected(Decision.objects.get()).more


def test_an_address_with_www_is_announced_as_removed_as_well():
    publisher = making.publisher(host="wire.test")
    article = making.article(publisher)
    Article.objects.filter(pk=article.pk).update(url=article.url.replace("https://", "http://www.") + "/")
    story = making.published(Article.objects.get(pk=article.pk))
    case = confirmed(article.url)
    decision = rights.decide(case, None, rights.Ruling("granted", "remove", "You asked.", value=article.url))
    assert disobeyed(decision) == {}
    assert f"/stories/{story.slug}/" in Client().get("/sitemaps/removed.xml").content.decode()


def test_a_story_withdrawn_since_is_expected_to_be_gone():
    story = telling.story()
    decision = telling.decided(story, **RULINGS["headline and link"])
    editing.withdraw(story, "We were wrong.")
    lines = receipts.expected(decision).lines
    assert {line.statuses for line in lines if line.surface == "page"} == {(410,)}
    assert disobeyed(decision) == {}


# Routes that show no story. Whoever adds another says so here, or in analysis/receipts.py how it is asked.
NOT_ASKED = {"rsl", "security", "tdmrep", "trust",
    "about", "language", "robots", "healthz", "readyz",
    "sitemap", "topics",  # months, and names of topics
    "publishers",  # names and terms
    "transparency", "transparency_csv", "transparency_json", "scorecard_csv", "api_scorecard",  # counts
    "api", "api_root",
    "preview",  # passes the gate when it is opened; nobody here knows its address
    "report", "report_erase",  # the same
}  # fmt: skip


def test_every_public_route_is_asked_or_is_known_to_show_no_story():
    story = telling.story()
    asked = {resolve(path.partition("?")[0].partition("#")[0]).url_name for path in paths(story)}
    public = [
        entry for entry in get_resolver().url_patterns if not str(entry.pattern).startswith(("admin/", "takedown/"))
    ]
    names = {
        pattern.name for entry in public
        for pattern in (entry.url_patterns if isinstance(entry, URLResolver) else [entry])
    }  # fmt: skip
    assert names - asked - NOT_ASKED == set()


def check(decision: Decision, n: int, **fields: object) -> Check:
    said = {"surface": "page", "url": f"http://127.0.0.1:8000/stories/{n}/", "found": "200; still lists the page",
            "obeyed": False, "at": decision.decided_at + timedelta(seconds=1)}  # fmt: skip
    return Check.objects.create(decision=decision, **said | fields)


def test_what_failed_or_stays_silent_is_an_alarm(django_assert_num_queries):
    first, second, third = (telling.decided(making.published()) for _ in range(3))
    check(first, 1, obeyed=True)
    check(second, 1)
    check(second, 2, obeyed=None, attempts=3)
    check(third, 1, obeyed=None, attempts=2)
    with django_assert_num_queries(1):
        alarms = receipts.failed_checks()
    assert alarms == [receipts.Alarm(second.case_id, second.case.reference, 2)]


def test_the_receipt_of_a_case_begins_with_what_failed_and_says_it_in_the_readers_language():
    decision = telling.decided(making.published())
    check(decision, 1, obeyed=True, found="410")
    check(decision, 2)
    check(decision, 3, obeyed=None, found="no answer")
    found = receipt.of_case(decision.case)
    assert [(line["path"], line["obeyed"], line["found"]) for line in found["lines"]] == [
        ("/stories/2/", False, "200, still lists the page"),
        ("/stories/3/", None, "no answer"),
        ("/stories/1/", True, "410"),
    ]
    assert (found["failed"], found["unasked"], found["more"]) == (1, 1, False)


def test_the_receipt_of_a_joined_case_is_that_of_the_case_it_was_joined_to():
    article = making.published().sources.get().article
    first = confirmed(article.url, email="a@wire.test")
    second = confirmed(article.url, email="a@wire.test")
    decision = rights.decide(first, None, rights.Ruling("granted", "remove", "You asked."))
    check(decision, 1)
    second = Case.objects.get(pk=second.pk)
    assert second.joined_to == first
    assert receipt.of_case(second)["failed"] == receipt.of_case(first)["failed"] == 1
