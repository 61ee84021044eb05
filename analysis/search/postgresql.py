"""Search on PostgreSQL: a GIN index over the normalised words of SearchEntry (migration 0002)."""

from datetime import datetime
from typing import Any

from django.db import connection

from analysis.models import SearchEntry, Story


def candidates(words: list[str], limit: int, before: tuple[datetime, int] | None) -> list[int]:
    sql = (
        "SELECT s.id FROM analysis_searchentry e JOIN analysis_story s ON s.id = e.story_id "
        "WHERE to_tsvector('simple', e.words) @@ to_tsquery('simple', %s) AND s.status = %s "
    )
    params: list[Any] = [_match(words), Story.Status.PUBLISHED.value]
    if before:
        sql += "AND (s.published_at, s.id) < (%s, %s) "
        params += before
    with connection.cursor() as cursor:
        cursor.execute(sql + "ORDER BY s.published_at DESC, s.id DESC LIMIT %s", [*params, limit])
        return [row[0] for row in cursor.fetchall()]


def newest(words: list[str], limit: int) -> list[int]:
    with connection.cursor() as cursor:
        sql = (
            "SELECT e.story_id FROM analysis_searchentry e "
            "WHERE to_tsvector('simple', e.words) @@ to_tsquery('simple', %s) ORDER BY e.story_id DESC LIMIT %s"
        )
        cursor.execute(sql, [_match(words), limit])
        return [row[0] for row in cursor.fetchall()]


def _match(words: list[str]) -> str:
    *whole, last = words
    # The words hold letters and digits only (analysis.search.tokens), so they cannot break out of the query's syntax.
    return " & ".join([*(f"'{word}'" for word in whole), f"'{last}':*"])


def remember(story_id: int, words: str) -> None:
    SearchEntry.objects.update_or_create(story_id=story_id, defaults={"words": words})


def forget(story_id: int) -> None:
    SearchEntry.objects.filter(story_id=story_id).delete()
