"""One line of the checklist, and what all checks look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any, Literal

from analysis import comparing, made, rulebook
from analysis.comparing import Held
from analysis.models import Article, Story
from analysis.models.stories import Role
from analysis.provenance import Asked, Owners
from analysis.rulebook import RuleBook
from analysis.terms import Permit, strictest


@dataclass(frozen=True)
class Check:
    """`field` is the name that the form has for what this is about; empty: the story as a whole.

    A stop prevents publication and advice does not; of what is unknown no more could be found out.
    """

    kind: Literal["stop", "advice", "fine", "unknown"]
    text: str
    field: str = ""


stop, advise, fine, unknown = (partial(Check, kind) for kind in ("stop", "advice", "fine", "unknown"))


@dataclass(frozen=True)
class Material:
    """A content and all that is read beside it. Permits, articles and held texts are found by the id of a source."""

    content: dict[str, Any]
    now: datetime
    articles: dict[int, Article]
    permits: dict[int, Permit]
    held: dict[int, Held]
    public: frozenset[int] = frozenset()  # ids of watch items: their words can no longer be changed
    cited: frozenset[int] = frozenset()  # ids of articles: the public page rests on them
    reason: str = ""  # what will be said in public of the change
    owners: Owners | None = None  # whose sites the articles are on; None: to be read
    asked: Mapping[int, Asked] | None = None  # what their servers answered, by article; None: to be read
    story: Story | None = None

    @cached_property
    def leads(self) -> list[int]:
        """The sources that headline and summary rest on."""
        return leads(self.content)

    @cached_property
    def lead(self) -> Permit:
        return strictest([self.permits[pk] for pk in self.leads])


def leads(content: dict[str, Any]) -> list[int]:
    """Ids of the originals, and of whatever else the summary uses."""
    return [s["id"] for s in content["sources"] if s["role"] == Role.ORIGINAL or s["in_summary"]]


def read(
    content: dict[str, Any], now: datetime, book: RuleBook, articles: dict[int, Article] | None = None, **more: Any
) -> Material:
    """What the checks look at. Two queries; one if the `articles` are given, by id and with publishers."""
    content = made.complete(content)
    if articles is None:
        articles = Article.objects.select_related("publisher").in_bulk([s["article"] for s in content["sources"]])
    of = {s["id"]: articles[s["article"]] for s in content["sources"]}
    permits = {pk: book.permit(rulebook.work_of(article), now) for pk, article in of.items()}
    return Material(content, now, of, permits, comparing.held(content), **more)
