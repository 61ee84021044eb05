"""A matter in time: whatever leads to whatever, once, in order, and only what may be read."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis import editing, establishing, judging, rendition
from analysis.models import Claim, PublishedLink, Story, StoryLink
from analysis.rendition import Matter, Tombstone
from analysis.rows import WorkingError
from tests import making
from tests.analysis.test_establishing import write

pytestmark = pytest.mark.django_db


def story(day: int, *earlier: Story, kind: str = "follows") -> Story:
    made = making.draft(headline=f"Of day {day}")
    for one in earlier:
        StoryLink.objects.create(story=made, earlier=one, kind=kind, why="It goes on.")
    Claim.objects.create(story=made, text=f"A claim of day {day}.", standing="reported")
    editing.publish(made, None, at=datetime(2026, 3, day, 12, tzinfo=UTC))
    return Story.objects.get(pk=made.pk)


def matter(one: Story) -> Matter:
    found = rendition.matter(one.slug)
    assert isinstance(found, Matter)
    return found


def test_it_holds_stories_moves_outcomes_and_corrections_in_the_order_in_which_they_happened():
    first = story(1)
    second = story(5, first, kind="contradicts")
    item = making.promise(first, "It opens.", public=False)
    editing.publish(first, None, kind="correction", reason="It was eleven.", at=datetime(2026, 3, 3, tzinfo=UTC))
    item.refresh_from_db()
    establishing.move(first.claims.get(), None, "disputed", "Denied.", at=datetime(2026, 3, 4, tzinfo=UTC))
    judging.judge(item, None, "yes", "It did.", making.REGISTER, at=datetime(2026, 3, 6, tzinfo=UTC))
    for one in (first, second):
        found = matter(one)
        assert [(m.kind, m.at.day) for m in found.moments] == [
            ("story", 1), ("correction", 3), ("claim", 4), ("story", 5), ("forecast", 6)
        ]  # fmt: skip
        assert (found.stories, found.story.id) == (2, one.pk)
        assert [m.why for m in found.moments if m.kind == "claim"] == ["Denied."]
        places = [place for _kind, lane in found.lanes for place, _moment in lane]
        assert min(places) == 2 and max(places) == 98


def test_a_story_cannot_lead_to_one_that_came_later():
    first = story(1)
    second = story(2, first)
    content = editing.snapshot(first)
    link = {"story": second.pk, "kind": "background", "verdict": "", "why": "In a circle."}
    with pytest.raises(WorkingError, match="published after this story"):
        write(first, content | {"earlier": [link]})


def test_links_in_a_circle_from_before_end_somewhere():
    first = story(1)
    second = story(2, first)
    third = story(3, second)
    PublishedLink.objects.create(story=first, earlier=third, kind="follows", why="")
    for one in (first, second, third):
        assert [m.story.id for m in matter(one).moments] == [first.pk, second.pk, third.pk]


def test_it_leads_around_what_may_not_be_shown_and_says_nothing_of_it():
    first, third = story(1), story(3)
    hidden = story(2, first)
    last = story(4, hidden, third)
    making.terms(hidden.sources.get().article.publisher, level="none")
    found = matter(last)
    assert hidden.pk not in {m.story.id for m in found.moments}
    assert "Of day 2" not in str(found)
    assert isinstance(rendition.matter(hidden.slug), Tombstone)
    assert rendition.matter("nowhere") is None
    editing.withdraw(last, "No.")
    assert isinstance(rendition.matter(last.slug), Tombstone)


def test_its_cost_does_not_grow_with_what_it_holds():
    one = story(1)
    others = [story(2, one)]
    with CaptureQueriesContext(connection) as few:
        matter(one)
    for n in range(3, 12):
        others.append(story(n, one, others[-1]))
    with CaptureQueriesContext(connection) as many:
        assert matter(one).stories == 11
    assert len(many) <= len(few) + 1 <= 16
