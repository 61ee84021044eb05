"""What a case restores: exactly what stood at the place before, and nothing that somebody else was granted there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from analysis import rights, rulebook
from analysis.models import Article, Case, Terms
from analysis.rights import RightsError, Ruling
from analysis.terms import Level, Permit
from tests import making
from tests.analysis.cases import confirmed, link_only

pytestmark = pytest.mark.django_db
URL = "https://example-wire.test/1"


@pytest.fixture
def article() -> Article:
    return Article.objects.create(url=URL, title="T", publisher=making.publisher(host="example-wire.test"))


def shown(article: Article) -> Permit:
    """What is shown of it from now on: a decision's terms begin at the moment of the decision."""
    return rulebook.current().permit(rulebook.work_of(article), timezone.now())


def ruled(url: str = URL, **fields: object) -> tuple[Case, Terms]:
    """A decided case about a page, and what it made."""
    case = confirmed(url)
    rights.decide(case, None, link_only(**fields))
    return case, case.terms.get()


def lifted(*chosen: Terms, case: Case | None = None) -> Case:
    case = case or confirmed(URL)
    ids = tuple(terms.pk for terms in chosen)
    rights.decide(case, None, Ruling("partly", "restore", "Back.", restore=ids))
    return case


@pytest.mark.parametrize("scope", ["url", "path", "domain", "publisher"])
@pytest.mark.parametrize("verified", [True, False])
def test_what_stood_before_returns(article, scope, verified):
    value = {"path": "example-wire.test/1", "domain": "example-wire.test"}.get(scope, "")
    before = shown(article)
    _case, removed = ruled(scope=scope, value=value, level="none", verified=verified)
    assert shown(article).level is Level.NONE
    lifted(removed)
    assert shown(article) == before


def test_of_what_was_superseded_nothing_returns(article):
    """Said again at one moment, an old strict word and the newer one that replaced it must not be taken for equals."""
    ruled(level="none", ai="deny", verified=True)
    ruled(level="short", max_words=30, verified=True)
    before = shown(article)
    assert (before.level, before.ai) == (Level.SHORT, False)
    _case, removed = ruled(level="link", verified=True)
    lifted(removed)
    assert shown(article) == before


@pytest.mark.parametrize("older_first", [True, False])
def test_two_that_are_lifted_at_once_do_not_bring_each_other_back(article, older_first):
    before = shown(article)
    _one, first = ruled(level="link")
    _other, second = ruled(level="none")
    lifted(*([first, second] if older_first else [second, first]))
    assert shown(article) == before


@pytest.mark.parametrize("spelled", [URL, "http://www.example-wire.test/1/"])
def test_what_another_case_was_granted_since_stays(article, spelled):
    _one, first = ruled(level="none")
    ruled(spelled, value=spelled, level="link")
    lifted(first)
    assert shown(article).level is Level.LINK


def test_what_was_said_of_the_page_before_we_covered_it_returns():
    _one, _before = ruled("http://www.example-wire.test/1/", level="short")
    article = Article.objects.create(url=URL, title="T", publisher=making.publisher(host="example-wire.test"))
    _other, removed = ruled(level="none")
    lifted(removed)
    assert shown(article).level is Level.SHORT


def test_what_begins_later_is_neither_ended_nor_begun_early(article):
    _case, removed = ruled(level="none", verified=True)
    later = timezone.now() + timedelta(hours=1)
    making.terms(article.publisher, scope="url", value=URL, level="link", effective_from=later)
    lifted(removed)
    permit = shown(article)
    assert (permit.level, permit.until) == (Level.FULL, later)


def test_what_is_lifted_cannot_be_lifted_again(article):
    _case, removed = ruled(level="none")
    lifted(removed)
    with pytest.raises(RightsError, match="may end"):
        lifted(removed)


def test_an_appeal_restores_what_its_own_decision_took(article):
    before = shown(article)
    case, removed = ruled(level="none")
    rights.appeal(case, "It was fair.")
    lifted(removed, case=case)
    assert shown(article) == before


def test_terms_that_no_case_made_are_not_a_cases_to_lift(article):
    ours = making.terms(article.publisher, level="link")
    with pytest.raises(RightsError, match="may end"):
        lifted(ours)
