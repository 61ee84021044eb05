"""What the story screen may cost, whatever is in the story."""

import gzip

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis.models import Claim, ContextNote, Evidence, Mention, Source
from tests import making
from tests.newsroom.admin.screen import opened, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def large(published):
    """Thirty sources, forty claims, a stance of each on each."""
    for n in range(29):
        Source.objects.create(story=published, article=making.article(), role="coverage", position=n + 1)
    sources = list(published.sources.all())
    for n in range(39):
        Claim.objects.create(story=published, text=f"Claim {n}.", standing="reported", position=n + 1)
    for claim in published.claims.all():
        Evidence.objects.filter(claim=claim).delete()
        Evidence.objects.bulk_create(Evidence(claim=claim, source=source, stance="states") for source in sources)
    for slot in ("why", "uncertainty"):
        ContextNote.objects.create(story=published, slot=slot, text="A note.").rests_on.set(sources)
    assert not Mention.objects.filter(story=published).exists()
    return published


def queries(ask):
    ask()  # what a process reads once is read
    with CaptureQueriesContext(connection) as captured:
        response = ask()
    assert response.status_code == 200
    return len(captured), response


def test_the_screen_takes_at_most_eighteen_queries_whatever_is_in_the_story(editor, draft, large):
    few, _response = queries(lambda: editor.get(url(draft)))
    many, response = queries(lambda: editor.get(url(large)))
    assert many <= min(few + 3, 18), "two for what of its claims is on record, one for what readers of it reported"
    assert len(gzip.compress(response.content)) < 100_000  # scripts, styles and fonts come on top: 300 KB in all


def test_what_happens_while_one_types_takes_no_more_queries_for_a_large_story(editor, published, large):
    assert published.pk == large.pk
    small = making.draft()
    Claim.objects.create(story=small, text="One.", standing="reported")
    counts = []
    for story in (small, large):
        form = opened(editor, url(story))
        texts = iter("abcdefg")
        counts.append(queries(lambda: editor.post("/admin/analysis/story/typing/", form | {"dek": next(texts)}))[0])  # noqa: B023
    assert abs(counts[0] - counts[1]) <= 2 and max(counts) <= 22, counts
