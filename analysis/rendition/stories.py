"""One story: its page, its history, its preview. All that is shown of it passes the gate, from a frozen content."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone

from analysis import asking
from analysis.models import Article, Claim, PublishedLink, Revision, Story
from analysis.prepared import Prepared
from analysis.provenance import Asked, Owners
from analysis.rendition.gate import Gate
from analysis.rendition.lists import full_columns
from analysis.rendition.page import page_of
from analysis.rendition.rows import (
    CHANGED,
    Changed,
    Cited,
    Row,
    columns,
    judgments,
    row_of,
    works,
    works_of,
)
from analysis.rendition.story_values import LinkView, StoryPage, Tombstone
from analysis.rendition.watching import links_of, replaced, sites_of, with_promised
from analysis.rulebook import RuleBook


def story(slug: str) -> StoryPage | Tombstone | None:
    """A story's page, its Tombstone, or None where there never was one (or it is under embargo). Eleven queries, and
    one if the standing of a claim has moved."""
    gate = Gate(timezone.now())
    found = _find(slug)
    if not isinstance(found, _Found):
        return found
    pk = found.row.id
    links = _links(pk)
    gate.learn({pk, *(link.other.id for link in links), *gate.hear([found.content])})
    works = {cited.work.id: cited.work for cited in gate.known[pk]}
    promised = replaced([pk])[pk]
    judged = judgments([w["id"] for w in (*found.content["watch"], *(old for old, _new in promised))])
    asked = asking.asked(works, found.since)
    owners = sites_of(judged, *(work.url for work in works.values()), *asking.urls_of(asked))
    linked = links_of(judged, owners)
    page = page_of(gate, found.row, found.content, found.html, works, judged, found.number, owners, linked, asked)
    if not isinstance(page, StoryPage):
        return page
    page = with_promised(gate, _with_since(page), promised, judged, linked)
    return _with_company(gate, page, links, _history(pk))


def history(slug: str, number: int | None = None) -> StoryPage | Tombstone | None:
    """An earlier version of a story (the current one without a number), through the same gate as today's text.

    Text that is forbidden now is forbidden in history. None if there is no such version.
    """
    gate = Gate(timezone.now())
    found = _find(slug)
    if not isinstance(found, _Found):
        return found
    if number is not None and number != found.number:
        version = Revision.objects.filter(story=found.row.id, number=number)
        values = version.values_list("created_at", "number", "content", "html").first()
        if values is None:
            return None
        found = _Found(found.row, *values)
    gate.learn({found.row.id, *gate.hear([found.content])})
    works_named = works(s["article"] for s in found.content["sources"])
    # Its history speaks of what the story rests on now, and of what it rested on then.
    gate.known[found.row.id] += [
        Cited(works_named[s["article"]], s["role"], s["in_summary"]) for s in found.content["sources"]
    ]
    promised = replaced([found.row.id])[found.row.id] if number is None else []
    judged = judgments([w["id"] for w in (*found.content["watch"], *(old for old, _new in promised))])
    asked = asking.asked(works_named, found.since)
    owners = sites_of(judged, *(work.url for work in works_named.values()), *asking.urls_of(asked))
    linked = links_of(judged, owners)
    page = page_of(gate, found.row, found.content, found.html, works_named, judged, found.number, owners, linked, asked)
    if not isinstance(page, StoryPage):
        return page
    page = with_promised(gate, _with_since(page), promised, judged, linked)
    return _with_company(gate, page, [], _history(found.row.id))


def preview(
    story: Story,
    content: dict[str, Any],
    html: dict[str, Any],
    *,
    book: RuleBook | None = None,
    articles: Mapping[int, Article] | None = None,
    public: Collection[int] | None = None,
    owners: Owners | None = None,
    asked: Mapping[int, Asked] | None = None,
) -> StoryPage | Tombstone | None:
    """What the public would see of this content now: the same gate, the same values.

    What is given is not read again: the rules' `book`, the `articles` by the id that the content has for them, the ids
    of those watch items that are `public`, so that they may have been judged, the `owners` of the articles' sites, what
    their servers answered when `asked`. Neither story nor articles need be saved.
    """
    gate = Gate(timezone.now(), book)
    at = story.published_at or gate.now
    row = Row(story.pk, story.slug, story.language, "published", at, story.updated_at or at, story.topic.name,
              story.topic.slug, content["headline"], content["dek"])  # fmt: skip
    named = works(s["article"] for s in content["sources"]) if articles is None else works_of(articles)
    promised = replaced([story.pk])[story.pk] if public is None or public else []
    ids = [w["id"] for w in content["watch"]] if public is None else public
    judged = judgments([*ids, *(old["id"] for old, _new in promised)])
    if asked is None:
        asked = asking.asked_for(story, named)
    urls = (*(work.url for work in named.values()), *asking.urls_of(asked)) if owners is None else ()
    owners = {**(owners or {}), **sites_of(judged, *urls)}
    linked = links_of(judged, owners)
    gate.learn(gate.hear([content]) - {row.id})
    page = page_of(gate, row, content, html, named, judged, owners=owners, links=linked, asked=asked, proposed=True)
    if not isinstance(page, StoryPage):
        return page
    earlier = {link["story"]: link for link in content["earlier"]}
    links = [
        _Link(row_of(values), False, link["kind"], link["verdict"], link["why"])
        for values in columns(Story.objects.filter(pk__in=earlier, current__isnull=False))
        if (link := earlier[values[0]])
    ]
    gate.known[row.id] = [
        Cited(named[s["article"]], s["role"], s["in_summary"]) for s in content["sources"] if s["article"] in named
    ]
    gate.learn(link.other.id for link in links)
    return _with_company(gate, with_promised(gate, page, promised, judged, linked), links, [])


_SINCE = Prepared(
    lambda story: Claim.objects.filter(story=story, public_since__isnull=False).values_list("pk", "public_since"),
    story=int,
)


def _with_since(page: StoryPage) -> StoryPage:
    """The page with the day from which it has each claim. One query if the standing of any has moved, else none."""
    if not any(claim.changes for claim in page.claims):
        return page
    since: dict[int, datetime] = dict(_SINCE(story=page.card.id))
    return replace(page, claims=tuple(replace(claim, since=since.get(claim.id)) for claim in page.claims))


class _Found(NamedTuple):
    """A story that is public, with the content of its current revision."""

    row: Row
    since: datetime  # it says so
    number: int
    content: dict[str, Any]
    html: dict[str, Any]


class _Link(NamedTuple):
    """Another story of ours. `ahead`: it came later and leans on this one."""

    other: Row
    ahead: bool
    kind: str
    verdict: str
    why: str


_STORY = Prepared(lambda slug: full_columns(Story.objects.filter(slug=slug, current__isnull=False)), slug=str)
_LINK = ("kind", "verdict", "why")
_EARLIER = Prepared(
    lambda story: columns(PublishedLink.objects.filter(story=story), *_LINK, prefix="earlier__"), story=int
)
_LATER = Prepared(
    lambda story: columns(PublishedLink.objects.filter(earlier=story), *_LINK, prefix="story__"), story=int
)
_HISTORY = Prepared(
    lambda story: Revision.objects.filter(story=story).order_by("-number").values_list(*CHANGED)[:100], story=int
)


def _find(slug: str) -> _Found | Tombstone | None:
    found = _STORY(slug=slug)
    if not found:
        return None
    values = found[0]
    row = row_of(values)
    return Tombstone(legal=False) if row.status == Story.Status.WITHDRAWN else _Found(row, *values[-4:])


def _links(pk: int) -> list[_Link]:
    """Earlier and later stories that this one leans on, or that lean on it. Two queries."""
    read = ((False, _EARLIER), (True, _LATER))
    return [_Link(row_of(values), ahead, *values[-3:]) for ahead, links in read for values in links(story=pk)]


def _with_company(gate: Gate, page: StoryPage, links: Sequence[_Link], changes: Sequence[Changed]) -> StoryPage:
    """The page with its neighbours: earlier and later coverage of ours, and its history."""
    views: dict[bool, list[LinkView]] = {False: [], True: []}
    for link in sorted(links, key=lambda link: link.other.published_at):
        if view := gate.link(page.card.id, *link):
            views[link.ahead].append(view)
    return replace(
        page,
        earlier=tuple(views[False]),
        later=tuple(views[True]),
        history=tuple(gate.revision(page.card.id, change, page.card.ours) for change in changes),
    )


def _history(pk: int) -> list[Changed]:
    return [Changed(*values) for values in _HISTORY(story=pk)]
