"""What signals said becomes evidence and terms: once, dated, never overwritten, the stricter where it is unknown."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from analysis import evidence, rulebook, signals
from analysis.models import Article, Publisher, SignalReading, SignalSource, Terms
from analysis.models.signals import SignalKind
from analysis.signals import MOST_SAID, Reading, Said
from analysis.terms import Level
from tests import making

pytestmark = pytest.mark.django_db
START = timezone.now() - timedelta(days=9)
REFUSED = Said(signal="robots.txt", label="Disallow", value="Disallow: /", level="link", ai="deny")


@pytest.fixture
def article() -> Article:
    return making.article(making.publisher(host="a.test"), path="press/1")


def robots(*said: Said, hours: int = 0, status: int = 200, error: str = "", host: str = "a.test") -> Reading:
    return Reading(
        kind=SignalKind.ROBOTS, url=f"https://{host}/robots.txt", about=f"{host}/", at=START + timedelta(hours=hours),
        status=status, said=said, error=error, sha256="0" * 64,
    )  # fmt: skip


def page(article: Article, *said: Said, hours: int = 0, kind=SignalKind.PAGE, url: str = "") -> Reading:
    at = START + timedelta(hours=hours)
    return Reading(kind=kind, url=url or article.url, about=article.url, at=at, status=200, said=said)


def level(article: Article, hours: float = 24 * 9) -> Level:
    return permit(article, hours).level


def permit(article: Article, hours: float = 24 * 9):
    return rulebook.current().permit(rulebook.work_of(article), START + timedelta(hours=hours))


def rows() -> list[tuple[str, bool]]:
    return [(t.signal, t.revoked) for t in Terms.objects.exclude(source=None).order_by("id")]


def test_what_was_said_binds_from_the_moment_it_was_read(article):
    assert signals.record(article.publisher, [robots(REFUSED)]) == 1
    assert level(article, -1) is Level.FULL
    assert level(article, 0) is Level.LINK and not permit(article, 0).ai
    row = Terms.objects.exclude(source=None).get()
    assert (row.scope, row.value, row.basis, row.signal) == ("path", "a.test/", "site_signal", "robots.txt Disallow")
    assert row.publisher == article.publisher and row.source.url == "https://a.test/robots.txt"


def test_a_host_speaks_for_itself_alone(article):
    signals.record(article.publisher, [robots(REFUSED)])
    below = Article.objects.create(url="https://news.a.test/1", title="t", publisher=article.publisher)
    assert level(below) is Level.FULL


def test_the_same_again_moves_a_moment_and_nothing_else(article):
    for day in range(9):
        signals.record(article.publisher, [robots(REFUSED, hours=24 * day)])
    assert SignalReading.objects.count() == 1 and len(rows()) == 1
    source = SignalSource.objects.get()
    assert source.read_at == source.confirmed_at == START + timedelta(days=8)
    assert source.readings.get().read_at == START


def test_what_is_gone_is_withdrawn_by_a_row(article):
    signals.record(article.publisher, [robots(REFUSED)])
    signals.record(article.publisher, [robots(hours=5, status=404)])
    assert rows() == [("robots.txt Disallow", False), ("robots.txt Disallow", True)]
    assert [level(article, h) for h in (0, 4, 5)] == [Level.LINK, Level.LINK, Level.FULL]


def test_what_changed_takes_the_place_of_all_that_was_said_before(article):
    both = Said(signal="x", label="y", level="link", ai="deny")
    signals.record(article.publisher, [robots(both)])
    signals.record(article.publisher, [robots(Said(signal="x", label="y", ai="deny"), hours=5)])
    assert rows() == [("x y", False), ("x y", True), ("x y", False)]
    assert level(article) is Level.FULL and not permit(article).ai


def test_a_statement_about_parts_of_the_site_is_kept_with_them(article):
    some = Said(signal="x", label="y", level="link", places=(("/press/", False), ("/", True)))
    signals.record(article.publisher, [robots(some)])
    assert level(article) is Level.FULL
    assert level(making.article(article.publisher, path="other")) is Level.LINK


def test_a_failed_read_changes_nothing_that_is_known(article):
    signals.record(article.publisher, [robots()])
    signals.record(article.publisher, [robots(REFUSED, hours=1, status=503, error="HTTP 503")])
    assert level(article) is Level.FULL and rows() == []
    (found,) = evidence.latest(SignalSource.objects.all())
    assert (found.newest.error, found.standing.status) == ("HTTP 503", 200)
    assert found.source.confirmed_at == START < found.source.read_at


def test_a_failed_read_where_nothing_is_known_counts_as_its_reader_says(article):
    signals.record(article.publisher, [robots(REFUSED, status=503, error="HTTP 503")])
    assert level(article) is Level.LINK
    signals.record(article.publisher, [robots(REFUSED, hours=24 * 40, status=503, error="HTTP 503")])
    assert level(article, 24 * 41) is Level.LINK
    signals.record(article.publisher, [robots(hours=24 * 42)])
    assert level(article, 24 * 42) is Level.FULL


def test_older_news_from_a_slower_worker_is_passed_over(article):
    signals.record(article.publisher, [robots(REFUSED, hours=5)])
    assert signals.record(article.publisher, [robots(hours=1)]) == 0
    assert level(article) is Level.LINK


def test_what_binds_nothing_makes_no_terms(article):
    shown = Said(signal="robots.txt", label="Disallow for others", value="gptbot")
    assert signals.record(article.publisher, [robots(shown)]) == 1
    assert rows() == [] and level(article) is Level.FULL


def test_a_page_speaks_for_itself_and_before_its_site(article):
    reserved = Said(signal="TDMRep", label="tdm-reservation", value="1", ai="deny")
    free = Said(signal="TDMRep", label="tdm-reservation", value="0", ai="allow")
    other = making.article(article.publisher)
    signals.record(article.publisher, [robots(reserved), page(article, free)])
    assert permit(article).ai and not permit(other).ai
    signals.record(article.publisher, [page(article, hours=2)])
    assert not permit(article).ai


def test_an_embargo_ends_at_its_moment(article):
    until = START + timedelta(hours=10)
    signals.record(
        article.publisher, [page(article, Said(signal="ninjs", label="embargoedUntil", level="none", until=until))]
    )
    assert [level(article, h) for h in (0, 9.9, 10)] == [Level.NONE, Level.NONE, Level.FULL]


@pytest.mark.parametrize(("second", "ends"), [(20, 20), (6, 6), (None, 4)])
def test_an_embargo_that_was_moved_ends_at_its_new_moment_only(article, second, ends):
    for hours, end in ((0, 10), (4, second)):
        until = end and START + timedelta(hours=end)
        said = [Said(signal="ninjs", label="embargoedUntil", level="none", until=until)] if end else []
        signals.record(article.publisher, [page(article, *said, hours=hours)])
    assert [level(article, h) for h in (ends - 0.1, ends)] == [Level.NONE, Level.FULL]


def test_an_embargo_that_is_over_when_it_is_read_makes_no_terms(article):
    past = Said(signal="ninjs", label="embargoedUntil", level="none", until=START - timedelta(hours=1))
    signals.record(article.publisher, [page(article, past)])
    assert rows() == []


def test_a_licence_that_nothing_refers_to_any_more_is_withdrawn(article):
    denies = Said(signal="RSL", label="prohibits ai-all", ai="deny")
    first, second = (page(article, denies, kind=SignalKind.LICENCE, url=f"https://a.test/{n}.xml") for n in (1, 2))
    signals.record(article.publisher, [page(article), first, second])
    signals.record(article.publisher, [page(article, hours=1), page(article, denies, hours=1, kind=SignalKind.LICENCE,
    url=second.url)])  # fmt: skip
    assert not permit(article).ai
    signals.record(article.publisher, [page(article, hours=2)])
    assert permit(article).ai
    assert signals.record(article.publisher, [page(article, hours=3)]) == 0


def test_two_statements_of_one_name_come_to_the_stricter(article):
    said = [Said(signal="x", label="y", level="short", quote_chars=9), Said(signal="x", label="y", ai="deny"),
    Said(signal="x", label="y", level="link", quote_chars=20)]  # fmt: skip
    signals.record(article.publisher, [page(article, *said)])
    row = Terms.objects.exclude(source=None).get()
    assert (row.level, row.ai, row.quote_chars) == ("link", "deny", 9)


def test_what_is_kept_is_bounded_and_what_binds_comes_first(article):
    shown = [Said(signal="x", label=f"{n}" * 200, value="v" * 9_000) for n in range(500)]
    signals.record(article.publisher, [robots(*shown, REFUSED)])
    kept = SignalReading.objects.get().said
    assert len(kept) == MOST_SAID and kept[0]["label"] == "Disallow"
    assert rows() == [("robots.txt Disallow", False)]
    assert all(len(one["value"]) <= 300 and len(one["label"]) <= 60 for one in kept)


def test_more_statements_than_are_kept_come_to_as_many_terms_the_strictest_first(article):
    asks = [Said(signal="RSL", label=f"payment {n}", ai="deny") for n in range(500)]
    signals.record(article.publisher, [robots(*asks, REFUSED)])
    assert len(rows()) == MOST_SAID and level(article) is Level.LINK and not permit(article).ai


def test_what_a_database_cannot_keep_is_left_out(article):
    signals.record(article.publisher, [robots(Said(signal="x", label="\0a", value="\0b\ud800", ai="deny"))])
    assert SignalReading.objects.get().said == [{"signal": "x", "label": "a", "value": "b?", "ai": "deny"}]


moments = st.lists(st.tuples(st.integers(0, 40), st.sampled_from([(), ("a",), ("b",), ("a", "b")])), max_size=8)


@given(moments, st.integers(0, 60))
def test_at_every_moment_the_newest_reading_counts_alone(history, hour):
    publisher = Publisher.objects.create(name=(n := str(next(making._numbers))), slug=n, homepage="https://a.test/")
    article = Article(url=f"https://h{n}.test/1", title="t", publisher=publisher, published_at=START)
    effects = {"a": Said(signal="a", label="x", level="link"), "b": Said(signal="b", label="x", ai="deny")}
    for at, names in sorted(history):
        signals.record(publisher, [robots(*(effects[name] for name in names), hours=at, host=f"h{n}.test")])
    newest = max(((at, i, names) for i, (at, names) in enumerate(sorted(history)) if at <= hour), default=(0, 0, ()))[2]
    found = permit(article, hour)
    assert (found.level is Level.LINK, not found.ai) == ("a" in newest, "b" in newest)


# --- whose turn it is, and what belongs together ----------------------------------------------------------------


def test_the_hosts_of_a_publisher_are_its_domains_and_those_of_its_articles(article):
    Article.objects.create(url="https://www.a.test/1", title="t", publisher=article.publisher)
    Article.objects.create(url="https://elsewhere.test/1", title="t", publisher=article.publisher)
    theirs = making.article(making.publisher(host="theirs.test"))
    Article.objects.create(url="https://x.theirs.test/1", title="t", publisher=article.publisher)
    assert set(evidence.hosts_of(article.publisher)) == {"a.test", "www.a.test", "elsewhere.test"}
    assert evidence.hosts_of(theirs.publisher) == ["theirs.test"]


def test_who_waited_longest_is_read_first(article):
    now = timezone.now()
    second, third, fresh = (making.publisher() for _n in range(3))
    for of, hours in ((article.publisher, 100), (second, 50)):
        at = int((now - START) / timedelta(hours=1)) - hours
        signals.record(of, [robots(hours=at, host=of.domains.get().host)])
    signals.record(fresh, [robots(hours=int((now - START) / timedelta(hours=1)), host="f.test")])
    assert evidence.publishers_due(now, 5) == [third.pk, article.publisher.pk, second.pk]
    assert evidence.publishers_due(now, 1) == [third.pk]


def test_pages_are_read_again_after_a_week(article):
    signals.record(article.publisher, [page(article)])
    assert evidence.articles_due(START + timedelta(days=6), 9) == []
    assert evidence.articles_due(START + timedelta(days=8), 9) == [article.pk]


def trust(label: str, value: str, host: str, of: Publisher) -> None:
    said = (Said(signal="trust.txt", label=label, value=value),)
    at = {"kind": SignalKind.TRUST, "url": f"https://{host}/trust.txt", "about": f"{host}/", "at": START, "said": said}
    signals.record(of, [Reading(**at)])


def test_domains_are_joined_when_both_sides_say_so_and_nobody_is_moved(article):
    other = making.publisher(host="b.test")
    trust("control", "https://www.b.test/", "a.test", article.publisher)
    (found,) = evidence.joined(article.publisher)
    assert (found.host, found.both, found.owner) == ("b.test", False, other)
    trust("control", "https://a.test/", "b.test", other)  # it says that it owns us: no answer to our claim
    assert not evidence.joined(article.publisher)[0].both
    SignalSource.objects.filter(about="b.test/").update(read_at=START - timedelta(1))
    trust("controlledby", "https://a.test/", "b.test", other)
    assert evidence.joined(article.publisher)[0].both
    assert other.domains.get().host == "b.test"
