"""The policy register: it says at every moment what is in force, and its work grows with what was said, not faster."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from analysis import rendition
from analysis.models import Publisher, Terms
from analysis.rendition import register
from tests import making

pytestmark = pytest.mark.django_db


def levels(of: Publisher) -> list[str]:
    (found,) = [one for one in rendition.publishers() if one.slug == of.slug]
    return [terms.level for terms in found.terms]


def queries() -> int:
    with CaptureQueriesContext(connection) as captured:
        rendition.publishers()
    return len(captured)


def said(of: Publisher | None, *values: str, **fields: object) -> None:
    fields = {"scope": "path", "basis": "publisher", "level": "link", "effective_from": making.LONG_AGO} | fields
    Terms.objects.bulk_create(Terms(publisher=of, value=value, **fields) for value in values)


def looked_at(monkeypatch, ask) -> int:
    """How many statements were looked at, each as often as it was."""
    seen = []
    bearing = register.bearing

    def counted(rules, work):
        rules = list(rules)
        seen.append(len(rules))
        return bearing(rules, work)

    with monkeypatch.context() as patched:
        patched.setattr(register, "bearing", counted)
        assert ask()
    return sum(seen)


def test_while_nothing_changes_the_register_is_not_worked_out_again(monkeypatch):
    of = making.publisher(host="a.test")
    said(of, *(f"a.test/{n}" for n in range(20)))
    assert looked_at(monkeypatch, rendition.publishers)
    assert looked_at(monkeypatch, rendition.publishers) == 0
    assert queries() == 2, "the version of the rules, and the publishers"


def test_a_publishers_own_page_looks_at_a_statement_once_for_its_place(monkeypatch):
    of = making.publisher(host="a.test")
    default = Terms.objects.filter(scope="house").count()
    said(of, *(f"a.test/{n}" for n in range(100)))
    assert looked_at(monkeypatch, lambda: rendition.publisher(of.slug)) <= 100 * (1 + default) + default


def test_what_was_superseded_everywhere_is_not_looked_at(monkeypatch):
    of = making.publisher(host="a.test")
    said(of, "a.test/1")
    rendition.publishers()
    said(None, *[""] * 5, scope="house", basis="house", max_words=50)
    few = looked_at(monkeypatch, rendition.publishers)
    for n in range(1, 20):
        at = making.LONG_AGO + timedelta(days=n)
        said(None, "", scope="house", basis="house", max_words=50, effective_from=at)
    assert looked_at(monkeypatch, rendition.publishers) <= few


def test_a_new_statement_is_in_the_register_at_once():
    of = making.publisher()
    assert levels(of) == ["full"], "the house default"
    making.terms(of, level="short")
    assert "short" in levels(of)
    said(None, "", scope="house", basis="house", embargo_hours=24)
    assert any(terms.embargo_hours == 24 for terms in rendition.publishers()[0].terms)


def test_a_statement_of_a_transaction_that_failed_leaves_the_register():
    of = making.publisher()
    with transaction.atomic():
        making.terms(of, level="none")
        assert "none" in levels(of)
        transaction.set_rollback(True)
    assert "none" not in levels(of)


def test_a_statement_comes_into_force_in_the_register_at_its_moment(monkeypatch):
    of, now = making.publisher(), timezone.now()
    for hours, level in ((1, "link"), (2, "none")):
        making.terms(of, level=level, effective_from=now + timedelta(hours=hours))
    second = timedelta(seconds=1)
    for after, first in (
        (timedelta(), "full"),
        (timedelta(hours=1) - second, "full"),
        (timedelta(hours=1), "link"),
        (timedelta(hours=2) - second, "link"),
        (timedelta(hours=2), "none"),
        (timedelta(), "full"),  # clocks may also run backwards
    ):
        monkeypatch.setattr(timezone, "now", lambda at=now + after: at)
        assert levels(of)[0] == first, after


def test_a_publisher_is_in_the_register_as_it_is_now():
    of = making.publisher("Example Wire")
    making.terms(of, level="short")
    rendition.publishers()
    Publisher.objects.update(name="Example Wire Service", about="A wire.", homepage="https://new.test/")
    (found,) = rendition.publishers()
    assert (found.name, found.about, found.homepage) == ("Example Wire Service", "A wire.", "https://new.test/")
    other = making.publisher("Another")
    assert [one.slug for one in rendition.publishers()] == [other.slug, of.slug]
    other.domains.all().delete()
    other.delete()
    assert [one.slug for one in rendition.publishers()] == [of.slug]


def test_the_register_is_in_the_language_of_now():
    making.terms(making.publisher(), level="link")
    for language, word in (("en", "Headline and link only"), ("fr", "Titre et lien seulement"), ("en", "Headline")):
        with translation.override(language):
            assert any(word in terms.level_label for terms in rendition.publishers()[0].terms), language


def test_a_level_keeps_its_date_when_a_number_is_changed_later(client):
    of = making.publisher(host="a.test")
    making.terms(of, level="full", effective_from=making.LONG_AGO, reason="They wrote to us.")
    later = making.terms(of, copied_words=4, effective_from=timezone.now() - timedelta(hours=1))
    (found,) = [one for one in rendition.publishers() if one.slug == of.slug]
    (said_so,) = [terms for terms in found.terms if terms.scope == "publisher"]
    assert (said_so.since, said_so.changed) == (making.LONG_AGO, later.effective_from)
    assert said_so.reason == "They wrote to us."
    assert "Changed" in client.get(f"/publishers/{of.slug}/").content.decode()


def test_what_was_never_changed_has_one_date():
    of = making.publisher(host="a.test")
    making.terms(of, level="full", max_words=60, effective_from=making.LONG_AGO)
    (found,) = [one for one in rendition.publishers() if one.slug == of.slug]
    assert {(terms.since, terms.changed) for terms in found.terms if terms.scope == "publisher"} == {
        (making.LONG_AGO, None)
    }
