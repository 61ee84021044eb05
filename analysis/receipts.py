"""What the public pages must answer once a decision is in force: the lines of a removal receipt, before they are asked.

For every story that rests on something a decision spoke of, what its revisions say is compared with what the gate lets
through now; the difference must be read nowhere. newsroom/receipt.py asks the pages and keeps what they answered.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from analysis import rendition
from analysis.addresses import spellings
from analysis.models import Article, Check, Citation, Correction, Decision, Judgment, Story, Terms, WatchItem
from analysis.models.publishers import Level, Scope
from analysis.owners import publisher_of
from analysis.rendition import StoryPage, Tombstone
from analysis.rulebook import from_terms
from analysis.terms import Work, applies
from analysis.text import to_plain
from analysis.withheld import occurring, runs

MAX_STORIES = 50
MAX_LISTS = 150  # topics, publishers, entities and months of those stories, with their feeds
OLD_VERSIONS = 3  # of each story
ANNOUNCED = timedelta(days=30)  # how long a removed address stands in a sitemap of its own
TIRED = 3  # asked so often in vain, a page that does not answer is an alarm too
_SCANNED = 5_000  # citations of a publisher, when only a part of its site is concerned


@dataclass(frozen=True, slots=True)
class Expectation:
    """What one address must answer. `withheld`: runs of words (analysis/withheld.py) that it must not say."""

    surface: str
    path: str
    statuses: tuple[int, ...] = (200,)
    story_id: int | None = None
    withheld: frozenset[str] = frozenset()
    absent: tuple[str, ...] = ()  # addresses that it must not list
    present: tuple[str, ...] = ()  # addresses that it must list


@dataclass(frozen=True, slots=True)
class Receipt:
    """The lines to ask for a decision. `more`: it touched more stories or lists than are asked."""

    lines: tuple[Expectation, ...]
    more: bool


def expected(decision: Decision) -> Receipt:
    """What every public surface must answer about the stories that a decision touched, by the rules in force now.

    The newest MAX_STORIES of them. A decision that made no terms touches none. A dozen queries for each story.
    """
    ids, more = _touched(decision)
    stories = Story.objects.filter(pk__in=ids).select_related("current", "public_topic")
    told = [_Told(story) for story in sorted(stories, key=lambda story: ids.index(story.pk))]
    if not told:
        return Receipt((), more=False)
    lists = list(_lists(told, decision))
    lines = [line for one in told for line in one.lines()] + lists[:MAX_LISTS]
    return Receipt(tuple(lines), more or len(lists) > MAX_LISTS)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A case whose decision is not obeyed. `lines`: how many of its receipt failed, or could not be asked."""

    case_id: int
    reference: str
    lines: int


def failed_checks(most: int = 20) -> list[Alarm]:
    """The cases whose decision some page disobeys, or leaves unanswered again and again; newest first. One query."""
    failing = Check.objects.filter(~Q(obeyed=True)).filter(Q(obeyed=False) | Q(attempts__gte=TIRED))
    cases = failing.values_list("decision__case", "decision__case__reference").annotate(lines=Count("pk"))
    return [Alarm(*values) for values in cases.order_by("-decision__case")[:most]]


class _Told:
    """A story: what its revisions say, and what is shown of it now."""

    def __init__(self, story: Story) -> None:
        assert story.current  # noqa: S101  asked for by _touched
        self.story, self.path, self.slug = story, story.get_absolute_url(), story.slug
        self.page = rendition.story(story.slug)
        self.number = story.current.number
        self.content: dict[str, Any] = story.current.content
        changed = [*Correction.objects.filter(story=story).values_list("text", flat=True)]
        changed += WatchItem.objects.filter(story=story, superseded_by__isnull=False).values_list(
            "statement", flat=True
        )
        changed += Judgment.objects.filter(item__story=story).values_list("why", flat=True)
        self.articles = list(
            Article.objects.filter(pk__in=[s["article"] for s in self.content["sources"]]).select_related("publisher")
        )
        ours = runs([*_texts(self.content, story.current.html), *changed])
        # What other stories may say by right: formulas of ours, and titles of theirs.
        common = runs([*_formulas(self.content), *(article.title for article in self.articles)])
        self.ours = _withheld(ours, self.page)
        self.withheld = _withheld(ours | common, self.page)

    @property
    def gone(self) -> bool:
        return not isinstance(self.page, StoryPage)

    def announced(self, since: datetime, removing: bool) -> bool:
        """Whether its address stands among those that went: of stories taken away, not of those under embargo."""
        withdrawn = self.story.withdrawn_at
        return isinstance(self.page, Tombstone) and (withdrawn >= since if withdrawn else removing)

    def lines(self) -> Iterator[Expectation]:
        """The pages of its own."""
        for surface, path in (
            ("page", self.path),
            ("past_caches", f"{self.path}?asked"),
            ("jsonld", f"{self.path}#json-ld"),
            ("history", f"{self.path}history/"),
        ):
            yield Expectation(surface, path, _statuses(self.page), self.story.pk, self.withheld)
        newer, said_newer = self.page, self.ours
        for revision in self.story.revisions.filter(number__lt=self.number).order_by("-number")[:OLD_VERSIONS]:
            page = rendition.history(self.slug, revision.number)
            said = runs([*_texts(revision.content, revision.html), *_formulas(revision.content)])
            at = f"{self.path}history/{revision.number}/"
            yield Expectation("history", at, _statuses(page), self.story.pk, _withheld(said, page))
            # What the next one changed of it says what either page says, and no more.
            hidden = _withheld(_withheld(said | said_newer, page), newer)
            at = f"{self.path}history/{revision.number + 1}/changes/"
            answers = _statuses(page if isinstance(newer, StoryPage) else newer)
            yield Expectation("history", at, answers, self.story.pk, hidden)
            newer, said_newer = page, said
        # Its address is public as it is, and commonly spells its headline: asking by it tells nobody anything.
        absent = (self.path,) if self.gone else ()
        yield Expectation("search", f"/search/?q={self.slug}", (200,), self.story.pk, self.ours, absent)


def _lists(told: list[_Told], decision: Decision) -> Iterator[Expectation]:
    """The pages and feeds that tell of many stories."""
    withheld = frozenset().union(*(one.ours for one in told))
    absent = tuple(one.path for one in told if one.gone)

    def line(surface: str, path: str, *statuses: int) -> Expectation:
        return Expectation(surface, path, statuses or (200,), withheld=withheld, absent=absent)

    yield line("home", "/")
    yield line("feed", "/feeds/latest.atom")
    yield line("list", "/watch/")
    yield line("list", "/watch/calendar.ics")
    yield line("list", "/scorecard/")
    yield line("list", "/corrections/")
    since = timezone.now() - ANNOUNCED
    removing = decision.decided_at >= since and decision.made.filter(level=Level.NONE).exists()
    announced = tuple(one.path for one in told if one.announced(since, removing))
    yield Expectation("removed", "/sitemaps/removed.xml", present=announced)
    yield line("sitemap", "/sitemaps/stories.xml")
    yield line("sitemap", "/sitemaps/news.xml")
    for month in dict.fromkeys(f"{one.story.published_at:%Y-%m}" for one in told):
        yield line("sitemap", f"/sitemaps/stories-{month}.xml", 200, 404)
    publishers = [article.publisher.slug for one in told for article in one.articles]
    for kind, slugs, statuses in (
        ("topics", [one.story.public_topic.slug for one in told if one.story.public_topic], (200,)),
        ("publishers", publishers, (200,)),
        # An entity that no page may name is not there.
        ("mentions", [mention["slug"] for one in told for mention in one.content["mentions"]], (200, 404)),
    ):
        for slug in dict.fromkeys(slugs):
            yield line("list", f"/{kind}/{slug}/", *statuses)
            yield line("feed", f"/feeds/{kind}/{slug}.atom", *statuses)


def _touched(decision: Decision) -> tuple[list[int], bool]:
    """Ids of the public stories that rest on an article which the decision's terms are about: the newest MAX_STORIES,
    and whether there are, or may be, more."""
    rows = list(decision.made)
    rules = [from_terms(row) for row in rows]
    urls = [url for row in rows if row.scope == Scope.URL for url in spellings(row.value)]
    owners = {row.publisher_id or _owner_of(row) for row in rows if row.scope != Scope.URL}
    concerned = Q(article__in=Article.objects.filter(url__in=urls)) | Q(publisher__in=owners - {None})
    citations = Citation.objects.filter(concerned, story__current__isnull=False).order_by("-published_at", "-story")
    works = citations.values_list("story", "article__url", "publisher", "article__published_at")
    found: dict[int, None] = {}
    seen = 0
    for story, url, publisher, at in works[:_SCANNED].iterator(chunk_size=500):
        seen += 1
        if story not in found and any(applies(rule, Work(url, publisher, at)) for rule in rules):
            if len(found) == MAX_STORIES:
                return list(found), True
            found[story] = None
    return list(found), seen == _SCANNED


def _owner_of(row: Terms) -> int | None:
    owner = publisher_of(row.value.partition("/")[0])
    return owner.pk if owner else None


def _statuses(page: StoryPage | Tombstone | None) -> tuple[int]:
    return (404,) if page is None else (200 if isinstance(page, StoryPage) else page.status,)


def _formulas(content: dict[str, Any]) -> Iterator[str]:
    """Texts of ours that several stories have in common."""
    yield from (content["disclosure"], content.get("conflicts", ""))
    yield from (item["settled_by"] for item in content["watch"])


def _texts(content: dict[str, Any], rendered: dict[str, Any]) -> Iterator[str]:
    """Every other text of ours in a frozen content, as plain text."""
    yield from (content["headline"], content["dek"], to_plain(rendered["summary"]))
    for note in content["notes"]:
        yield from (note["title"], to_plain(rendered["notes"][note["slot"]]))
    for claim in content["claims"]:
        yield from (claim["text"], claim["why"], *(change["why"] for change in claim["history"]))
    yield from (item["statement"] for item in content["watch"])
    yield from (one["why"] for one in [*content["sources"], *content["earlier"]])


def _withheld(said: frozenset[str], page: StoryPage | Tombstone | None) -> frozenset[str]:
    """What of these runs the gate does not let through."""
    return said - occurring(said, _shown(page)) if isinstance(page, StoryPage) else said


def _shown(page: StoryPage) -> Iterable[str]:
    yield page.text
    yield from (change.why for claim in page.claims for change in claim.history)
    yield from (said.why for item in page.watch for said in item.judgments)
    yield from (link.why for link in (*page.earlier, *page.later))
    yield from (link.story.headline for link in (*page.earlier, *page.later))
    yield from (change.text for change in page.history)
