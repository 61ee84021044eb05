"""Search on SQLite: an FTS5 table whose rowid is the story's id (migration 0002)."""

from datetime import datetime
from typing import Any

from django.db import connection

from analysis.models import Story

NEWEST = 1_000

# CROSS JOIN: the index of words is read first, once. Left to itself SQLite may walk the stories by date and ask the
# index anew for each; each time it merges all words that begin like the last: minutes for a word that few stories have.
_AMONG_NEWEST = """
    WITH newest AS MATERIALIZED (
        SELECT s.id, s.published_at FROM analysis_story s
        WHERE {public} ORDER BY s.published_at DESC, s.id DESC LIMIT %s
    )
    SELECT s.id FROM analysis_search f CROSS JOIN newest s ON s.id = f.rowid
    WHERE f.words MATCH %s AND f.rowid BETWEEN (SELECT min(id) FROM newest) AND (SELECT max(id) FROM newest)
    ORDER BY s.published_at DESC, s.id DESC LIMIT %s
"""
_AMONG_ALL = """
    SELECT s.id FROM analysis_search f CROSS JOIN analysis_story s ON s.id = f.rowid
    WHERE f.words MATCH %s AND {public} ORDER BY s.published_at DESC, s.id DESC LIMIT %s
"""


def candidates(words: list[str], limit: int, before: tuple[datetime, int] | None) -> list[int]:
    """A frequent word is found among the newest stories; only one that too few of them have is looked for in all."""
    public = "s.status = %s"
    params: list[Any] = [Story.Status.PUBLISHED.value]
    if before:
        public += " AND (s.published_at, s.id) < (%s, %s)"
        params += [connection.ops.adapt_datetimefield_value(before[0]), before[1]]
    with connection.cursor() as cursor:
        cursor.execute(_AMONG_NEWEST.format(public=public), [*params, NEWEST, _match(words), limit])
        found = cursor.fetchall()
        if len(found) < limit:
            cursor.execute(_AMONG_ALL.format(public=public), [_match(words), *params, limit])
            found = cursor.fetchall()
    return [row[0] for row in found]


def newest(words: list[str], limit: int) -> list[int]:
    with connection.cursor() as cursor:
        # FTS5 itself reads by rowid backwards, and stops; joined to another table it may be asked for each of its rows.
        sql = "SELECT rowid FROM analysis_search WHERE words MATCH %s ORDER BY rowid DESC LIMIT %s"
        cursor.execute(sql, [_match(words), limit])
        return [row[0] for row in cursor.fetchall()]


def _match(words: list[str]) -> str:
    *whole, last = words
    return " ".join([*(f'"{word}"' for word in whole), f'"{last}"*'])


def remember(story_id: int, words: str) -> None:
    forget(story_id)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO analysis_search (rowid, words) VALUES (%s, %s)", [story_id, words])


def forget(story_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM analysis_search WHERE rowid = %s", [story_id])
