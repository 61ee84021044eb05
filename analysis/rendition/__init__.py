"""What the public may see: values, the gate that makes them, and the questions that pages ask. No model leaves here."""

from analysis.rendition.finding import search
from analysis.rendition.pages import (
    Cursor,
    CursorError,
    about,
    corrections,
    feed,
    history,
    home,
    mention,
    publisher,
    publishers,
    removed,
    sitemap,
    story,
    topic,
    topics,
    watch,
)
from analysis.rendition.values import StoryPage, Tombstone

__all__ = [
    "Cursor",
    "CursorError",
    "StoryPage",
    "Tombstone",
    "about",
    "corrections",
    "feed",
    "history",
    "home",
    "mention",
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
