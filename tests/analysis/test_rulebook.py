"""The rules that a process holds: never older than the last commit, never those of a transaction that failed."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import rulebook
from analysis.models import Hold, RuleVersion, Terms
from analysis.terms import Basis, Level, Rule, Scope, Work, applies, resolve
from tests import making
from tests.analysis.cases import opened
from tests.analysis.test_terms import HOUSE, NOW, WORK, either

pytestmark = pytest.mark.django_db


def token() -> str:
    return RuleVersion.objects.get().token


def level_of(article) -> Level:
    return rulebook.current().permit(rulebook.work_of(article), timezone.now()).level


@pytest.mark.parametrize("word", ["", "full", "short", "link", "none"])
def test_a_level_is_read_as_written(word):
    assert rulebook.from_terms(Terms(scope="house", basis="house", level=word)).level == (
        Level[word.upper()] if word else None
    )


@pytest.mark.parametrize("word", ["FULL", "everything", "null", "full "])
def test_an_unreadable_level_counts_as_nothing_allowed(word):
    assert rulebook.from_terms(Terms(scope="house", basis="house", level=word)).level is Level.NONE
    assert rulebook.from_hold(Hold(pk=1, scope="url", level=word)).level is Level.NONE


@pytest.mark.parametrize(("word", "read"), [("allow", True), ("deny", False), ("yes", False), ("", None)])
def test_only_the_word_allow_allows_machines(word, read):
    assert rulebook.from_terms(Terms(scope="house", basis="house", ai=word)).ai is read


@pytest.mark.parametrize("stored", [None, 7, "ab", {"/a": True}, [["/a"]], [["/a", "no"]], [[1, True]]])
def test_unreadable_parts_of_a_site_are_all_of_it(stored):
    assert rulebook.from_terms(Terms(scope="path", basis="site_signal", places=stored)).places == ()


def test_parts_of_a_site_are_read_as_written():
    row = Terms(scope="path", basis="site_signal", places=[["/a", True], ["/", False]])
    assert rulebook.from_terms(row).places == (("/a", True), ("/", False))


def test_a_hold_is_not_taken_for_the_terms_with_its_number():
    hold = rulebook.from_hold(Hold(pk=7, scope="url", value="u", level="link", starts_at=timezone.now()))
    assert hold == Rule(-7, Scope.URL, Basis.HOLD, hold.effective_from, value="u", level=Level.LINK)


def test_each_write_of_terms_and_holds_gives_a_new_token():
    article = making.article()
    seen = [token()]
    making.terms(article.publisher, level="link")
    seen.append(token())
    making.terms(article.publisher, level="link")
    seen.append(token())
    hold = Hold.objects.create(case=opened(article.url), scope="url", value=article.url, level="none")
    seen.append(token())
    Hold.objects.filter(pk=hold.pk).update(lifted_at=timezone.now())
    seen.append(token())
    hold.delete()
    seen.append(token())
    assert len(set(seen)) == len(seen)


def test_other_writes_leave_the_token_alone():
    before = token()
    making.published()
    assert token() == before


def test_a_new_rule_counts_from_the_next_question_on():
    article = making.article()
    assert level_of(article) is Level.FULL
    making.terms(article.publisher, level="link")
    assert level_of(article) is Level.LINK


def test_a_rolled_back_rule_does_not_stay_in_the_book():
    article = making.article()
    before = token()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        making.terms(article.publisher, level="none")
        assert level_of(article) is Level.NONE  # its own transaction obeys it
        raise ZeroDivisionError
    assert token() == before
    assert level_of(article) is Level.FULL


def test_a_rule_written_after_a_rolled_back_one_counts():
    article = making.article()
    for level in ("none", "short", "link"):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            making.terms(article.publisher, level=level)
            assert level_of(article) is Level[level.upper()]
            raise ZeroDivisionError
    making.terms(article.publisher, level="short")
    assert level_of(article) is Level.SHORT


def test_while_nothing_changed_the_book_costs_one_query(django_assert_num_queries):
    article = making.article()
    book = rulebook.current()
    with django_assert_num_queries(1):
        assert rulebook.current() is book
    with django_assert_num_queries(0):
        book.permit(rulebook.work_of(article), timezone.now())


def test_a_change_reads_what_was_added_and_no_more(django_assert_num_queries):
    article = making.article()
    book = rulebook.current()
    making.terms(article.publisher, level="short")
    making.terms(article.publisher, level="link")
    with CaptureQueriesContext(connection) as captured:
        newer = rulebook.current()
    assert len(captured) == 3
    assert newer.last == Terms.objects.latest("id").pk
    # The rules that were known are the same objects: nothing read them again.
    found = {id(rule) for rule in newer.rules_for(rulebook.work_of(article))}
    assert {id(rule) for rule in book.rules_for(rulebook.work_of(article))} < found
    assert len(found) == len(list(book.rules_for(rulebook.work_of(article)))) + 2


STEPS = st.lists(st.sampled_from(["add", "many", "hold", "lift", "look", "fail", "look in a failure"]), max_size=12)


@settings(max_examples=60)
@given(STEPS)
def test_a_book_brought_up_to_date_is_the_book_read_anew(steps):
    """Whatever was written, rolled back and looked at between, in whatever order."""
    with transaction.atomic():
        article = making.article()
        case = opened(article.url)
        for step in steps:
            try:
                with transaction.atomic():
                    if step == "add":
                        making.terms(article.publisher, level="short")
                    elif step == "many":
                        Terms.objects.bulk_create(
                            Terms(scope="url", value=f"https://{n}.test/", basis="house", level="link")
                            for n in range(30)
                        )
                    elif step == "hold":
                        Hold.objects.create(case=case, scope="url", value=article.url, level="none")
                    elif step == "lift":
                        Hold.objects.filter(case=case).update(lifted_at=timezone.now())
                    elif step.endswith("fail") or step.endswith("failure"):
                        making.terms(article.publisher, level="none")
                        if step.startswith("look"):
                            rulebook.current()
                        raise ZeroDivisionError
            except ZeroDivisionError:
                pass
            if step == "look":
                rulebook.current()
        book = rulebook.current()
        anew = rulebook.read(book.token, rulebook.RuleBook())
        assert (book.statements, book.holds, book.last) == (anew.statements, anew.holds, anew.last)
        transaction.set_rollback(True)


def test_terms_changed_behind_the_guards_are_read_again():
    article = making.article()
    row = making.terms(article.publisher, level="short")
    assert level_of(article) is Level.SHORT
    on = " ON analysis_terms" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER analysis_terms_no_update{on}")
        cursor.execute("UPDATE analysis_terms SET level = 'link' WHERE id = %s", [row.pk])
    assert level_of(article) is Level.LINK


def test_a_lifted_hold_and_terms_of_tomorrow_do_not_count():
    article = making.article()
    hold = Hold.objects.create(case=opened(article.url), scope="url", value=article.url, level="none")
    making.terms(article.publisher, level="none", effective_from=timezone.now() + timedelta(hours=1))
    assert level_of(article) is Level.NONE
    Hold.objects.filter(pk=hold.pk).update(lifted_at=timezone.now())
    assert level_of(article) is Level.FULL


SCOPES = [
    ({"scope": "publisher"}, True),
    ({"scope": "domain", "value": "a.test"}, True),
    ({"scope": "domain", "value": "news.a.test"}, True),
    ({"scope": "domain", "value": "ws.a.test"}, False),
    ({"scope": "path", "value": "news.a.test/press"}, True),
    ({"scope": "path", "value": "news.a.test/pre"}, False),
    ({"scope": "path", "value": "a.test/press"}, False),
    ({"scope": "url", "value": "https://news.a.test/press/1"}, True),
    ({"scope": "url", "value": "https://news.a.test/press/11"}, False),
]


@pytest.mark.parametrize(("fields", "found"), SCOPES, ids=lambda x: str(x))
def test_the_book_finds_a_rule_by_what_it_is_about(fields, found):
    of = making.publisher(host="news.a.test")
    article = making.article(of, path="press/1")
    making.terms(of, level="link", **fields)
    assert level_of(article) is (Level.LINK if found else Level.FULL)
    assert level_of(making.article()) is Level.FULL


ADDRESSES = [
    WORK.url, "https://news.a.test/", "https://news.a.test/press/", "https://news.a.test:8443/press//eu/?x=1",
    "https://news.a.test/pressroom", "http://www.a.test/press/eu", "https://b.test/other",
]  # fmt: skip


@given(either, st.sampled_from(ADDRESSES), st.sampled_from([1, 2]))
def test_the_book_gives_the_rules_that_apply_to_a_work_and_no_others(some, url, publisher):
    """However many there are for other parts of its site."""
    work = Work(url, publisher)
    found = rulebook.RuleBook(statements=rulebook.indexed(some)).rules_for(work)
    assert sorted(rule.id for rule in found) == sorted(rule.id for rule in some if applies(rule, work))


@given(either, st.lists(st.integers(-80, 80), max_size=8), st.booleans())
def test_a_book_says_at_every_moment_what_the_rules_say(some, hours, dated):
    work = WORK if dated else Work(WORK.url, WORK.publisher)
    book = rulebook.RuleBook(statements=rulebook.indexed(some))
    for at in (NOW + timedelta(hours=n) for n in hours):  # clocks of two requests may also run backwards
        assert book.permit(work, at) == resolve(some, work, at)


def test_a_book_works_a_permit_out_once_and_keeps_a_bounded_number(monkeypatch):
    asked = []
    monkeypatch.setattr(rulebook, "resolve", lambda rules, work, now: asked.append(work) or resolve(rules, work, now))
    monkeypatch.setattr(rulebook, "MOST_PERMITS", 3)
    book = rulebook.RuleBook(statements=rulebook.indexed([HOUSE]))
    works = [Work(f"https://a.test/{n}", 1) for n in range(10)]
    for n, work in enumerate(works):
        for minute in range(5):
            book.permit(work, NOW + timedelta(minutes=minute))
        assert asked == works[: n + 1]
        assert 1 <= len(book._permits) <= 3
