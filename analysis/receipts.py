"""What the public pages must answer once a decision is in force: the lines of a removal receipt, before they are asked.

For every story that rests on something a decision spoke of, what its revisions say is compared with what the gate lets
through now; the difference must be read nowhere. newsroom/receipt.py asks the pages and keeps what they answered.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from analysis import rendition, standings
from analysis.addresses import spellings
from analysis.models import (
    Article,
    Check,
    Citation,
    Correction,
    Decision,
    Entity,
    Judgment,
    StandingChange,
    Story,
    Terms,
    WatchItem,
)  # fmt: skip
from analysis.models.publishers import Level, Scope
from analysis.owners import publisher_of
from analysis.rendition import ClaimRecord, StoryPage, Tombstone
from analysis.rulebook import from_terms
from analysis.standings import record_of
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
        announced = Correction.objects.filter(story=story).values_list("text", "thanks")
        changed = [words for both in announced for words in both]
        changed += WatchItem.objects.filter(story=story, superseded_by__isnull=False).values_list(
            "statement", flat=True
        )
        changed += StandingChange.objects.filter(story=story).values_list("why", flat=True)
        changed += Judgment.objects.filter(item__story=story).values_list("why", flat=True)
        self.articles = list(
            Article.objects.filter(pk__in=[s["article"] for s in self.content["sources"]]).select_related("publisher")
        )
        self.shared = {pk for pk, (_record, others) in standings.public_of(story.pk).items() if others}
        ours = runs([*_texts(self.content, story.current.html, self.shared), *changed])
        # What other stories may say by right: formulas of ours, claims that they share, and titles of theirs.
        common = runs([*_formulas(self.content, self.shared), *(article.title for article in self.articles)])
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
            ("timeline", f"{self.path}timeline/"),
            ("api", f"/api/v1{self.path}"),
            ("api", f"/api/v1{self.path}versions/"),
            ("api", f"/api/v1{self.path}timeline/"),
            ("report", f"{self.path}report/"),
        ):
            yield Expectation(surface, path, _statuses(self.page), self.story.pk, self.withheld)
        newer, said_newer = self.page, self.ours
        for revision in self.story.revisions.filter(number__lt=self.number).order_by("-number")[:OLD_VERSIONS]:
            page = rendition.history(self.slug, revision.number)
            texts = _texts(revision.content, revision.html, self.shared)
            said = runs([*texts, *_formulas(revision.content, self.shared)])
            at = f"{self.path}history/{revision.number}/"
            yield Expectation("history", at, _statuses(page), self.story.pk, _withheld(said, page))
            # What the next one changed of it says what either page says, and no more.
            hidden = _withheld(_withheld(said | said_newer, page), newer)
            at = f"{self.path}history/{revision.number + 1}/changes/"
            answers = _statuses(page if isinstance(newer, StoryPage) else newer)
            yield Expectation("history", at, answers, self.story.pk, hidden)
            newer, said_newer = page, said
        for record, stated in _claims(self.content).items():
            found = rendition.claim(record)
            said = runs(stated)
            status, hidden = (410 if found else 404), said
            if isinstance(found, ClaimRecord):
                status, hidden = 200, said - occurring(said, _shown_of_claim(found))
            for surface, path in (("claim", f"/claims/{record}/"), ("api", f"/api/v1/claims/{record}/")):
                yield Expectation(surface, path, (status,), self.story.pk, hidden)
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
    yield line("api", "/api/v1/stories/")
    yield line("api", "/api/v1/watch/")
    yield line("api", "/api/v1/corrections/")
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
    named = [mention["slug"] for one in told for mention in one.content["mentions"]]
    merged = Entity.objects.filter(slug__in=named, leads_to__isnull=False).values_list("slug", "leads_to__slug")
    moved = dict(merged)
    for kind, slugs, statuses in (
        ("topics", [one.story.public_topic.slug for one in told if one.story.public_topic], (200,)),
        ("publishers", publishers, (200,)),
        # An entity that no page may name is not there; one that was merged leads on.
        ("mentions", [slug for slug in [*named, *moved.values()] if slug not in moved], (200, 404)),
        ("mentions", moved, (301, 302, 404)),
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


def _claims(content: dict[str, Any]) -> dict[int, list[str]]:
    """What it says of each claim, by the id under which that stands."""
    return {record_of(claim): [claim["text"], claim["why"]] for claim in content["claims"]}


def _shown_of_claim(found: ClaimRecord) -> Iterator[str]:
    for one in found.uses:
        yield from (one.claim.text, one.claim.why, one.story.headline, *(said.why for said in one.claim.history))


def _formulas(content: dict[str, Any], shared: Collection[int]) -> Iterator[str]:
    """Texts of ours that several stories have in common. `shared`: the ids of claims that others use too."""
    yield from (content["disclosure"], content.get("conflicts", ""))
    yield from (text for claim in content["claims"] if claim["id"] in shared for text in (claim["text"], claim["why"]))
    yield from (item["settled_by"] for item in content["watch"])


def _texts(content: dict[str, Any], rendered: dict[str, Any], shared: Collection[int]) -> Iterator[str]:
    """Every other text of ours in a frozen content, as plain text."""
    yield from (content["headline"], content["dek"], to_plain(rendered["summary"]))
    for note in content["notes"]:
        yield from (note["title"], to_plain(rendered["notes"][note["slot"]]))
    for claim in content["claims"]:
        if claim["id"] not in shared:
            yield from (claim["text"], claim["why"], *(change["why"] for change in claim["history"]))
    yield from (item["statement"] for item in content["watch"])
    yield from (one["why"] for one in [*content["sources"], *content["earlier"]])


def _withheld(said: frozenset[str], page: StoryPage | Tombstone | None) -> frozenset[str]:
    """What of these runs the gate does not let through."""
    return said - occurring(said, _shown(page)) if isinstance(page, StoryPage) else said


def _shown(page: StoryPage) -> Iterable[str]:
    yield page.text
    yield from (change.why for claim in page.claims for change in claim.history)
    yield from (claim.written_why for claim in page.claims)
    yield from (said.why for item in page.watch for said in item.judgments)
    yield from (link.why for link in (*page.earlier, *page.later))
    yield from (link.story.headline for link in (*page.earlier, *page.later))
    yield from (words for change in page.history for words in (change.text, "\n".join(change.thanks)))
