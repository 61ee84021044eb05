"""What the gate reads of the record, as plain tuples with names.

A page needs a few columns of many rows. Building whole models for them, joined three deep, took half of the time of a
story page; so the queries of the public name their columns, and stop here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from analysis.models import Article, Citation, Judgment, StandingChange
from analysis.models.stories import Role
from analysis.prepared import Prepared


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
    retrieved_at: datetime | None  # when somebody here read it


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
    thanks: str | None


class Judged(NamedTuple):
    """What somebody said, on a day, of how a watch item turned out; in the state "open", that this was taken back."""

    state: str
    why: str
    url: str
    by_author: bool
    at: datetime


class Stood(NamedTuple):
    """Where somebody said, on a day, that a claim stands, through which story, and on what."""

    standing: str
    why: str
    at: datetime
    story_id: int | None
    story_status: str | None
    language: str | None
    desk: str | None
    work: Work | None


WORK = (
    *("pk", "url", "title", "language", "published_at"),
    *("publisher_id", "publisher__name", "publisher__slug", "retrieved_at"),
)
ROW = (
    *("pk", "slug", "public_language", "status", "published_at", "updated_at"),
    *("public_topic__name", "public_topic__slug", "current__headline", "current__dek"),
)
CHANGED = (
    *("number", "kind", "reason", "created_at"),
    *("correction__kind", "correction__text", "correction__at", "correction__thanks"),
)


_STOOD = Prepared(
    lambda claims: (
        StandingChange.objects.filter(claim__pk__in=claims)
        .order_by("pk")
        .values_list("claim_id", "standing", "why", "at", "story_id", "story__status", "story__public_language",
                     "desk__name", *(f"article__{name}" for name in WORK))
    ),
    claims=[int],
)  # fmt: skip


def columns(stories: QuerySet[Any], *more: str, prefix: str = "") -> QuerySet[Any, Any]:
    """The columns of a Row, reached through `prefix`, and `more` columns after them."""
    return stories.values_list(*(prefix + name for name in ROW), *more)


def row_of(values: tuple[Any, ...]) -> Row:
    """A Row from the first columns of what `columns` named."""
    return Row(*values[: len(ROW)])


_WORKS = Prepared(lambda ids: Article.objects.filter(pk__in=ids).values_list(*WORK), ids=[int])
_CITATIONS = Prepared(
    lambda stories: (
        Citation.objects.filter(story__pk__in=stories)  # story__in would want numbers
        .order_by("position")
        .values_list("story_id", "role", "in_summary", *(f"article__{name}" for name in WORK))
    ),
    stories=[int],
)
_JUDGED = Prepared(
    lambda items: Judgment.objects.filter(item__pk__in=items).order_by("pk").values_list("item_id", *Judged._fields),
    items=[int],
)


def works(article_ids: Iterable[int]) -> dict[int, Work]:
    """Articles by id. One query."""
    return {values[0]: Work(*values) for values in _WORKS(ids=list(article_ids))}


def works_of(articles: Mapping[int, Article]) -> dict[int, Work]:
    """The same of articles that were read already, or are not saved yet; their publishers must be known. No query."""
    return {
        pk: Work(
            pk, a.url, a.title, a.language, a.published_at, a.publisher_id, a.publisher.name, a.publisher.slug,
            a.retrieved_at,
        )
        for pk, a in articles.items()
    }  # fmt: skip


def citations(story_ids: Iterable[int]) -> dict[int, list[Cited]]:
    """What the published revisions of these stories rest on, in the order of the page. One query."""
    found: dict[int, list[Cited]] = {pk: [] for pk in story_ids}
    for story, role, in_summary, *work in _CITATIONS(stories=list(found)):
        found[story].append(Cited(Work(*work), role, in_summary))
    return found


def standings(claims: Iterable[int]) -> dict[int, list[Stood]]:
    """Where these claims stood, by the id under which they stand, oldest first: the last is where they stand now. One
    query; none of no claims."""
    found: dict[int, list[Stood]] = {pk: [] for pk in claims}
    for claim, standing, why, at, story, status, language, desk, *work in _STOOD(claims=list(found)):
        found[claim].append(Stood(standing, why, at, story, status, language, desk, Work(*work) if work[0] else None))
    return found


def judgments(watch_items: Iterable[int]) -> dict[int, list[Judged]]:
    """What was said of these watch items by id, oldest first; of most, nothing. One query; none of no items."""
    found: dict[int, list[Judged]] = defaultdict(list)
    for item, *said in _JUDGED(items=list(watch_items)):
        found[item].append(Judged(*said))
    return found
