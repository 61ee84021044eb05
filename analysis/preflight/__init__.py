"""What stops publication, and what only advises. Reads a content (analysis/freezing.py), says sentences.

by_terms.py     what the publishers' terms do not allow
by_house.py     what we ask of a page ourselves: sources read, claims proved, watch items that can be judged
missing.py      what would make it better
sources.py      what is wrong with a source, by its address and our record
wording.py      a headline that says more than its claims, a name that stands twice
figures.py      numbers that no source states
matter.py       what we wrote before on the same matter, and what is open there
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from analysis import direction, rulebook
from analysis.models import Article, Story
from analysis.preflight import by_house, by_terms, checks, figures, matter, missing, sources, wording
from analysis.preflight.by_terms import over_quoted
from analysis.preflight.checks import Check, Material, leads
from analysis.provenance import Asked, Owners
from analysis.terms import Permit, strictest

__all__ = ["Check", "checklist", "lead_permit", "leads", "over_quoted", "permits_of", "stops", "unread"]


def checklist(
    story: Story,
    content: dict[str, Any],
    now: datetime,
    reason: str = "",
    *,
    book: rulebook.RuleBook | None = None,
    articles: dict[int, Article] | None = None,
    public: set[int] | None = None,
    owners: Owners | None = None,
    asked: Mapping[int, Asked] | None = None,
) -> list[Check]:
    """Everything that is to be said of a content before it is published, in the order of the page.

    `now` is the aware moment of publication; `reason` what will be said in public of the change. The content need not
    be saved: rows that are new have negative ids. What is given is not read again: the rules' `book`, the `articles` by
    id and with their publishers, the ids of the watch items that are `public`, the `owners` of the articles' sites,
    what their servers answered when `asked`. With all of it three queries, two of them only if somebody is mentioned or
    an earlier story linked.
    """
    material = _material(story, content, now, reason, book, articles, public, owners, asked)
    return [*_stopping(material), *_advising(material)]


def stops(story: Story, content: dict[str, Any], now: datetime, reason: str = "") -> list[str]:
    """Why this content must not be published; empty if it may. Each a sentence that says what to do.

    Of `now` and `reason` see checklist().
    """
    return [check.text for check in _stopping(_material(story, content, now, reason)) if check.kind == "stop"]


def unread(story: Story, content: dict[str, Any], now: datetime) -> list[Article]:
    """The articles that nobody here has read and somebody must, before this content is published."""
    return by_house.unread(_material(story, content, now))


def permits_of(content: dict[str, Any], now: datetime) -> dict[int, Permit]:
    """The permit of each source of a content, by source id. Two queries."""
    articles = Article.objects.in_bulk([s["article"] for s in content["sources"]])
    book = rulebook.current()
    return {s["id"]: book.permit(rulebook.work_of(articles[s["article"]]), now) for s in content["sources"]}


def lead_permit(content: dict[str, Any], permits: dict[int, Permit]) -> Permit:
    """What headline and summary rest on: the originals, and whatever else the summary uses."""
    return strictest([permits[pk] for pk in checks.leads(content)])


def _material(
    story: Story,
    content: dict[str, Any],
    now: datetime,
    reason: str = "",
    book: rulebook.RuleBook | None = None,
    articles: dict[int, Article] | None = None,
    public: set[int] | None = None,
    owners: Owners | None = None,
    asked: Mapping[int, Asked] | None = None,
) -> Material:
    if public is None:
        public = set(story.watch_items.filter(public_since__isnull=False).values_list("pk", flat=True))
    cited = {s["article"] for s in story.current.content["sources"]} if story.current else set()
    more = {"public": frozenset(public), "cited": frozenset(cited), "reason": reason, "owners": owners, "asked": asked,
            "story": story}  # fmt: skip
    return checks.read(content, now, book or rulebook.current(), articles, **more)


def _stopping(material: Material) -> Iterable[Check]:
    turned = direction.stops({**material.content, "reason": material.reason})
    return [*by_house.checks(material), *by_terms.checks(material), *map(checks.stop, turned)]


def _advising(material: Material) -> Iterable[Check]:
    return [
        *missing.checks(material),
        *sources.checks(material),
        *wording.checks(material),
        *figures.checks(material),
        *matter.checks(material),
    ]
