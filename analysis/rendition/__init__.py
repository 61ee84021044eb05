"""What the public may see: values, the gate that makes them, and the questions that pages ask. No model leaves here."""

from analysis.rendition.changes import changes
from analysis.rendition.entities import mention
from analysis.rendition.finding import search
from analysis.rendition.lists import Cursor, CursorError
from analysis.rendition.pages import (
    about,
    corrections,
    feed,
    home,
    months,
    published_in,
    removed,
    sitemap,
    topic,
    topics,
)
from analysis.rendition.register import publisher, publishers
from analysis.rendition.stories import history, story
from analysis.rendition.story_values import StoryPage, Tombstone, VersionChanges, WatchView
from analysis.rendition.values import Elsewhere
from analysis.rendition.watching import DayCursor, calendar, past, watch

__all__ = [
    "Cursor",
    "CursorError",
    "DayCursor",
    "Elsewhere",
    "StoryPage",
    "Tombstone",
    "VersionChanges",
    "WatchView",
    "about",
    "calendar",
    "changes",
    "corrections",
    "feed",
    "history",
    "home",
    "mention",
    "months",
    "past",
    "published_in",
    "publisher",
    "publishers",
    "removed",
    "search",
    "sitemap",
    "story",
    "topic",
    "topics",
    "watch",
]
