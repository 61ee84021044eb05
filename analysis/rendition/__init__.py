"""What the public may see: values, the gate that makes them, and the questions that pages ask. No model leaves here."""

from analysis.rendition.changes import changes
from analysis.rendition.claims import claim
from analysis.rendition.entities import mention
from analysis.rendition.finding import search
from analysis.rendition.lists import Cursor, CursorError
from analysis.rendition.matters import matter
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
from analysis.rendition.reports import Passage, ReportView, passages, report
from analysis.rendition.stories import history, story
from analysis.rendition.story_values import RevisionView, StoryPage, Tombstone, VersionChanges, WatchView
from analysis.rendition.values import ClaimRecord, Elsewhere, Matter
from analysis.rendition.watching import DayCursor, calendar, past, watch

__all__ = [
    "ClaimRecord",
    "Cursor",
    "CursorError",
    "DayCursor",
    "Elsewhere",
    "Matter",
    "Passage",
    "ReportView",
    "RevisionView",
    "StoryPage",
    "Tombstone",
    "VersionChanges",
    "WatchView",
    "about",
    "calendar",
    "changes",
    "claim",
    "corrections",
    "feed",
    "history",
    "home",
    "matter",
    "mention",
    "months",
    "passages",
    "past",
    "published_in",
    "publisher",
    "publishers",
    "removed",
    "report",
    "search",
    "sitemap",
    "story",
    "topic",
    "topics",
    "watch",
]
