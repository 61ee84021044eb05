"""What the gate reads of the record, as plain tuples with names.

A page needs a few columns of many rows. Building whole models for them, joined three deep, took half of the time of a
story page; so the queries of the public name their columns, and stop here.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from analysis.models import Article, Citation
from analysis.models.stories import Role


class Work(NamedTuple):
    """An article, with its publisher."""

    id: int
    url: str
    title: str
    language: str
    published_at: datetime | None
    publisher_id: int
    publisher_name: str
    publisher_slug: str


class Cited(NamedTuple):
    """An article's part in a published story."""

    work: Work
    role: str
    in_summary: bool

    @property
    def leads(self) -> bool:
        """Headline and summary rest on it."""
        return self.role == Role.ORIGINAL or self.in_summary


class Row(NamedTuple):
    """A story in a list: its filing, and the headline and dek of its published revision."""

    id: int
    slug: str
    language: str
    status: str
    published_at: datetime
    updated_at: datetime
    topic: str
    topic_slug: str
    headline: str
    dek: str


class Changed(NamedTuple):
    """A revision, and the correction that it announced, if it did."""

    number: int
    kind: str
    reason: str
    at: datetime
    correction_kind: str | None
    correction_text: str | None
    corrected_at: datetime | None


WORK = ("pk", "url", "title", "language", "published_at", "publisher_id", "publisher__name", "publisher__slug")
ROW = (
    *("pk", "slug", "public_language", "status", "published_at", "updated_at"),
    *("public_topic__name", "public_topic__slug", "current__headline", "current__dek"),
)
CHANGED = ("number", "kind", "reason", "created_at", "correction__kind", "correction__text", "correction__at")


def rows(stories: QuerySet[Any], *more: str, prefix: str = "") -> list[tuple[Any, ...]]:
    """The columns of a Row, reached through `prefix`, and `more` columns after them."""
    return list(stories.values_list(*(prefix + name for name in ROW), *more))


def row_of(values: tuple[Any, ...]) -> Row:
    """A Row from the first columns of what `rows` read."""
    return Row(*values[: len(ROW)])


def works(article_ids: Iterable[int]) -> dict[int, Work]:
    """Articles by id. One query."""
    found = Article.objects.filter(pk__in=list(article_ids)).values_list(*WORK)
    return {values[0]: Work(*values) for values in found}


def citations(story_ids: Iterable[int]) -> dict[int, list[Cited]]:
    """What the published revisions of these stories rest on, in the order of the page. One query."""
    found: dict[int, list[Cited]] = {pk: [] for pk in story_ids}
    columns = (f"article__{name}" for name in WORK)
    for story, role, in_summary, *work in (
        Citation.objects.filter(story__in=list(found))
        .order_by("position")
        .values_list("story_id", "role", "in_summary", *columns)
    ):
        found[story].append(Cited(Work(*work), role, in_summary))
    return found
