"""Search on SQLite: an FTS5 table whose rowid is the story's id (migration 0002)."""

from datetime import datetime
from typing import Any

from django.db import connection

from analysis.models import Story


def candidates(words: list[str], limit: int, before: tuple[datetime, int] | None) -> list[int]:
    sql = (
        "SELECT s.id FROM analysis_search f JOIN analysis_story s ON s.id = f.rowid "
        "WHERE f.words MATCH %s AND s.status = %s "
    )
    params: list[Any] = [_match(words), Story.Status.PUBLISHED.value]
    if before:
        sql += "AND (s.published_at, s.id) < (%s, %s) "
        moment = connection.ops.adapt_datetimefield_value(before[0])
        params += [moment, before[1]]
    with connection.cursor() as cursor:
        cursor.execute(sql + "ORDER BY s.published_at DESC, s.id DESC LIMIT %s", [*params, limit])
        return [row[0] for row in cursor.fetchall()]


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
