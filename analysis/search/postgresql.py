"""Search on PostgreSQL: the words of SearchEntry as a vector that the database keeps (migration 0018), and a GIN index.

The planner knows neither how dear it is to read a vector, nor that a word is rare: left alone, it walks a million
stories in order to find five, or gathers a million from the index to show the newest ten. Here both ways are taken,
each for what it is good at: the newest stories one by one, among which a frequent word is found soon; and only if it is
not, the index, which knows the stories of a rarer word at once.
"""

from datetime import UTC, datetime
from typing import Any

from django.db import connection

from analysis.models import SearchEntry, Story

WALKED = 4_000  # so many of the newest are read: two hundred are found of what one story in twenty holds
_EVER = datetime.max.replace(tzinfo=UTC), 2**63 - 1

_NEWEST = """
WITH walked AS MATERIALIZED (
    SELECT e.story_id FROM (SELECT story_id, vector FROM analysis_searchentry ORDER BY story_id DESC LIMIT %(walked)s) e
    WHERE e.vector @@ to_tsquery('simple', %(words)s) ORDER BY e.story_id DESC LIMIT %(limit)s
)
SELECT story_id FROM walked WHERE (SELECT count(*) FROM walked) = %(limit)s
UNION ALL (
    SELECT story_id FROM analysis_found(%(words)s) AS story_id WHERE (SELECT count(*) FROM walked) < %(limit)s
    ORDER BY story_id DESC LIMIT %(limit)s
)
ORDER BY story_id DESC"""
_PUBLIC = """
WITH walked AS MATERIALIZED (
    SELECT s.published_at, s.id FROM (
        SELECT id, published_at FROM analysis_story WHERE status = %(status)s AND (published_at, id) < (%(at)s, %(id)s)
        ORDER BY published_at DESC, id DESC LIMIT %(walked)s
    ) s JOIN analysis_searchentry e ON e.story_id = s.id
    WHERE e.vector @@ to_tsquery('simple', %(words)s) ORDER BY s.published_at DESC, s.id DESC LIMIT %(limit)s
)
SELECT published_at, id FROM walked WHERE (SELECT count(*) FROM walked) = %(limit)s
UNION ALL (
    SELECT s.published_at, s.id FROM analysis_found(%(words)s) AS story_id JOIN analysis_story s ON s.id = story_id
    WHERE (SELECT count(*) FROM walked) < %(limit)s
    AND s.status = %(status)s AND (s.published_at, s.id) < (%(at)s, %(id)s)
    ORDER BY s.published_at DESC, s.id DESC LIMIT %(limit)s
)
ORDER BY published_at DESC, id DESC"""


def candidates(words: list[str], limit: int, before: tuple[datetime, int] | None) -> list[int]:
    at, pk = before or _EVER
    return _ids(_PUBLIC, words, limit, status=Story.Status.PUBLISHED.value, at=at, id=pk)


def newest(words: list[str], limit: int) -> list[int]:
    return _ids(_NEWEST, words, limit)


def _ids(sql: str, words: list[str], limit: int, **params: Any) -> list[int]:
    """The ids in the last column. One query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, {**params, "words": _match(words), "limit": limit, "walked": WALKED})
        return [row[-1] for row in cursor.fetchall()]


def _match(words: list[str]) -> str:
    *whole, last = words
    # The words hold letters and digits only (analysis.search.tokens), so they cannot break out of the query's syntax.
    return " & ".join([*(f"'{word}'" for word in whole), f"'{last}':*"])


def remember(story_id: int, words: str) -> None:
    SearchEntry.objects.update_or_create(story_id=story_id, defaults={"words": words})


def forget(story_id: int) -> None:
    SearchEntry.objects.filter(story_id=story_id).delete()
