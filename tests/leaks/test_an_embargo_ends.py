"""An embargo ends on every surface at its minute: no job runs, no rule is written, and no cache is in the way."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from analysis import rulebook
from tests import making
from tests.leaks.crawl import Visit, crawl, searches

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """Sets the time that every part of the site reads."""
    return lambda at: monkeypatch.setattr(timezone, "now", lambda: at)


def seen(before: dict[tuple[str, str], Visit] | None = None) -> dict[tuple[str, str], Visit]:
    return {(visit.url, visit.representation): visit for visit in crawl(before)}


def showing(visits: dict[tuple[str, str], Visit], word: str) -> set[str]:
    return {visit.url for visit in visits.values() if word in visit.text}


def test_everything_appears_at_the_end_and_not_a_microsecond_before(clock):
    wire = making.publisher("Example Wire", "example-wire.test")
    planted = making.planted("leak", wire)
    end: datetime = timezone.now() + timedelta(hours=3)
    original = planted.original
    original.published_at = end - timedelta(hours=6)
    original.save()
    everywhere = showing(seen(), planted.words["headline"])
    slug = f"/stories/{planted.story.slug}/"
    making.terms(wire, embargo_hours=6)
    token = rulebook.current().token

    clock(end - timedelta(microseconds=1))
    before = seen()
    found = list(searches([planted.words["summary"]]))
    for word in planted.words.values():
        assert not showing(before, word), word
    assert before[slug, "{}"].status == 404
    assert not [visit.url for visit in found if slug in visit.text]

    clock(end)
    # As a browser that comes back with the ETag of the page without the story.
    after = {(visit.url, visit.representation): visit for visit in crawl(before)}
    again = showing(seen(), planted.words["headline"])
    assert again == everywhere and slug in again
    for (url, _representation), visit in after.items():
        if url in everywhere and before[url, _representation].status == 200:
            assert visit.status == 200 and planted.words["headline"] in visit.text, f"{url} ({visit.status})"
    assert all(slug in visit.text for visit in searches([planted.words["summary"]]))
    assert rulebook.current().token == token  # no rule was written: time alone did it


def test_one_whose_date_nobody_knows_never_ends(clock):
    wire = making.publisher("Example Wire", "example-wire.test")
    planted = making.planted("leak", wire)
    planted.original.published_at = None
    planted.original.save()
    making.terms(wire, embargo_hours=6)
    clock(timezone.now() + timedelta(days=400))
    assert not showing(seen(), planted.words["headline"])
