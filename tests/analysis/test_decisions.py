"""A decision: the case, the terms, the event and the mail in one transaction; obeyed from the next question on."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analysis import rendition, rights
from analysis.models import Article, Case, Decision, Domain, OutgoingMail, Terms
from analysis.rendition import Tombstone
from analysis.rights import RightsError, Ruling, StaleCaseError
from tests import making
from tests.analysis.cases import REMOVE, confirmed, link_only

pytestmark = pytest.mark.django_db
DECLINED = Ruling("declined", "none", "It is a fair summary.")


@pytest.fixture
def wire():
    of = making.publisher("Example Wire", "news.example-wire.test")
    Domain.objects.create(publisher=of, host="example-wire.test")
    return of


def everything(case: Case) -> tuple[object, ...]:
    """All that a decision touches."""
    holds = case.holds.filter(lifted_at__isnull=True).count()
    case = Case.objects.get(pk=case.pk)
    return (case.state, case.decided_at, Decision.objects.count(), Terms.objects.count(), case.events.count(),
            OutgoingMail.objects.count(), holds)  # fmt: skip


def test_a_decision_writes_case_terms_event_and_mail_together(wire):
    article = making.article(wire)
    case = confirmed(article.url, kind="copyright")
    at = timezone.now()
    decision = rights.decide(case, None, replace(REMOVE, verified=True), at)
    assert (case.state, case.decided_at, decision.reason, decision.decided_at) == (
        "decided",
        at,
        "You asked us to.",
        at,
    )
    (terms,) = case.terms.all()
    assert (terms.scope, terms.value, terms.level, terms.basis, terms.effective_from) == ("url", article.url,
    "none", "publisher", at)  # fmt: skip
    assert terms.reason == "Copyright"
    assert "asked" not in terms.reason, "what is written to the publisher is not public"
    event = case.events.last()
    assert (event.kind, event.data) == (
        "decided",
        {"number": 1, "outcome": "granted", "action": "remove", "terms": [terms.pk]},
    )
    assert case.mail.last().kind == "decided"
    assert rights.first_broken() == ""


def test_a_decision_that_fails_at_its_end_leaves_nothing(wire):
    """The mail is written last. A database that refuses it takes everything back."""
    story = making.published(making.article(wire))
    case = confirmed(story.sources.get().article.url)
    rights.hold(case, None, "link")
    before = everything(case)
    shown = rendition.story(story.slug)
    name = connection.ops.quote_name("no_mail")
    with pytest.raises(IntegrityError), transaction.atomic():
        connection.check_constraints()  # PostgreSQL makes no index while checks are pending
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE UNIQUE INDEX {name} ON analysis_outgoingmail (case_id) WHERE kind = 'decided'")
        OutgoingMail.objects.create(case=case, kind="decided", to="first@wire.test")
        inside = everything(case)
        with pytest.raises(IntegrityError):
            rights.decide(case, None, REMOVE)
        assert everything(case) == inside, "the failed decision took back its own steps"
        raise IntegrityError("undo the index")
    assert everything(case) == before
    assert rendition.story(story.slug) == shown


def test_of_two_who_decide_the_second_is_told_and_changes_nothing(wire):
    case = confirmed(making.article(wire).url)
    mine, theirs = Case.objects.get(pk=case.pk), Case.objects.get(pk=case.pk)
    rights.decide(theirs, None, DECLINED)
    before = everything(case)
    with pytest.raises(StaleCaseError, match="“Decided”"):
        rights.decide(mine, None, REMOVE)
    assert everything(case) == before


PLACES = [
    # scope, value, and which of: the page, its neighbour in /press, elsewhere on the host, the other host, others
    ("url", "", [1, 0, 0, 0, 0]),
    ("url", "HTTPS://news.example-wire.test/press/2/../1#x", [1, 0, 0, 0, 0]),
    ("path", "https://news.example-wire.test/press/?utm_source=x", [1, 1, 0, 0, 0]),
    ("path", "news.example-wire.test/press", [1, 1, 0, 0, 0]),
    ("domain", "news.example-wire.test", [1, 1, 1, 0, 0]),
    ("domain", "Example-Wire.test", [1, 1, 1, 1, 0]),
    ("publisher", "", [1, 1, 1, 1, 0]),
]


@pytest.mark.parametrize(("scope", "value", "touched"), PLACES, ids=lambda x: str(x) or "all")
@pytest.mark.parametrize(("legal", "status"), [(False, 410), (True, 451)])
def test_the_terms_of_each_scope_are_obeyed_at_the_next_question(wire, scope, value, touched, legal, status):
    places = ("news.example-wire.test/press/1", "news.example-wire.test/press/2", "news.example-wire.test/pressroom",
              "example-wire.test/press/1")  # fmt: skip
    read = {"publisher": wire, "retrieved_at": making.LONG_AGO}
    articles = [Article.objects.create(url=f"https://{at}", title="T", **read) for at in places]
    articles.append(making.article())
    slugs = [making.published(article).slug for article in articles]
    case = confirmed(articles[0].url)
    rights.decide(case, None, Ruling("granted", "remove", "Yes.", scope=scope, value=value, legal=legal))
    found = [rendition.story(slug) for slug in slugs]
    assert [isinstance(page, Tombstone) for page in found] == [bool(n) for n in touched]
    assert {page.status for page in found if isinstance(page, Tombstone)} == {status}
    assert {terms.publisher for terms in case.terms.all()} == {wire}


def test_new_terms_say_just_what_the_ruling_says(wire):
    case = confirmed(making.article(wire).url)
    rights.decide(case, None, link_only("publisher", level="short", max_words=20, quote_words=0, ai="deny"))
    (terms,) = case.terms.all()
    assert (terms.level, terms.max_words, terms.quote_words, terms.ai) == ("short", 20, 0, "deny")


def test_a_page_of_ours_named_in_a_request_is_about_its_originals(wire):
    story = making.published(making.article(wire))
    case = confirmed(f"/stories/{story.slug}/")
    rights.decide(case, None, link_only())
    assert not rendition.story(story.slug).card.ours


def test_a_declined_request_changes_nothing_that_is_shown(wire):
    story = making.published(making.article(wire))
    case = confirmed(story.sources.get().article.url)
    shown, terms = rendition.story(story.slug), Terms.objects.count()
    rights.decide(case, None, DECLINED)
    assert (rendition.story(story.slug), Terms.objects.count()) == (shown, terms)
    assert (case.state, case.mail.last().kind) == ("decided", "decided")


def test_a_correction_is_decided_without_new_terms(wire):
    case = confirmed(making.article(wire).url)
    rights.decide(case, None, Ruling("granted", "correct", "Corrected."))
    assert not case.terms.exists()


@pytest.mark.parametrize(
    ("ruling", "says"),
    [
        (Ruling("granted", "remove", "  "), "reason"),
        (Ruling("declined", "remove", "No."), "changes nothing"),
        (Ruling("granted", "none", "Yes."), "must change something"),
        (Ruling("partly", "none", "Yes."), "must change something"),
        (link_only("domain", "not a host"), "“not a host” cannot be read"),
        (link_only("path", "https://127.0.0.1/x"), "cannot be read"),
        (link_only("url", "ftp://a.test/"), "cannot be read"),
        (
            link_only("domain", "stranger.test"),
            "“stranger.test” belongs to no publisher we know",
        ),
        (link_only("url", "https://stranger.test/1"), "belongs to no publisher"),
    ],
)
def test_a_ruling_that_cannot_stand_says_why_and_leaves_nothing(wire, ruling, says):
    case = confirmed(making.article(wire).url)
    before = everything(case)
    with pytest.raises(RightsError, match=says):
        rights.decide(case, None, ruling)
    assert everything(case) == before


@pytest.mark.parametrize("scope", ["url", "publisher"])
def test_a_request_that_names_nothing_readable_needs_a_place(scope):
    case = confirmed("the one about grids", "/topics/")
    before = everything(case)
    with pytest.raises(RightsError):
        rights.decide(case, None, link_only(scope))
    assert everything(case) == before


@pytest.mark.parametrize(("scope", "value"), [("url", ""), ("domain", "later.test"), ("path", "a.later.test/x")])
def test_what_is_decided_of_a_site_we_do_not_cover_binds_the_day_we_do(scope, value):
    case = confirmed("http://www.a.later.test/x/")
    rights.decide(case, None, link_only(scope, value))
    assert case.terms.get().publisher is None
    article = making.article(making.publisher(host="a.later.test"), path="x")
    assert not rendition.story(making.published(article).slug).card.ours


def test_pages_of_two_publishers_are_not_taken_for_one(wire):
    case = confirmed(making.article(wire).url, making.article().url)
    with pytest.raises(RightsError, match="not all of one publisher"):
        rights.decide(case, None, link_only("publisher"))
    rights.decide(case, None, link_only("url"))
    assert case.terms.count() == 2


def test_the_longest_known_host_is_the_owner(wire):
    sub = making.publisher("Sub", "deep.news.example-wire.test")
    case = confirmed(making.article(sub).url)
    rights.decide(case, None, link_only("domain", "very.deep.news.example-wire.test"))
    assert case.terms.get().publisher == sub


def test_a_decision_costs_the_same_for_one_article_and_for_many(wire):
    counts = []
    for n in (1, 30):
        for _i in range(n):
            making.published(making.article(wire))
        case = confirmed(making.article(wire).url)
        with CaptureQueriesContext(connection) as captured:
            rights.decide(case, None, link_only("publisher"))
        counts.append(len(captured))
    assert counts[0] == counts[1]
