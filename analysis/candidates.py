"""Earlier coverage that a working copy may draw on: published stories that name the same, or share its words.

The indexes only propose; what is said of a story, and why it is offered, comes from its page as the public may read it.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from analysis import search
from analysis.entities import families
from analysis.models import Appearance, Citation
from analysis.rendition.finding import snippet
from analysis.rendition.lists import newest_of
from analysis.rendition.pages import pages_of
from analysis.rendition.story_values import NamedClaim, StoryCard, StoryPage
from analysis.standings import record_of

MOST_NAMES = 6  # mentions that are asked about
MOST_WORDS = 5  # words of the headline that are; two of them together make a candidate
PROPOSED = 40  # newest stories for each of these questions
READ = 60  # pages that are read, those with most in common first
_PLAIN = 5  # letters: shorter words say little of what a story is about


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier story as its card shows it; `snippet` in pieces, True for what matched; what it has in common."""

    card: StoryCard
    snippet: tuple[tuple[str, bool], ...]
    names: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def why(self) -> str:
        """In a few words, for the person who chooses."""
        said = []
        if self.names:
            said.append(_("names %(names)s too") % {"names": get_text_list(list(self.names), _("and"))})
        if self.words:
            words = [_("“%(words)s”") % {"words": word} for word in self.words]
            said.append(_("shares the words %(words)s") % {"words": get_text_list(words, _("and"))})
        return "; ".join(said)

    @property
    def day(self) -> str:
        return date_format(self.card.published_at, "j M Y")


def candidates(content: dict[str, Any], now: datetime, *, words: str = "", limit: int = 10) -> list[Candidate]:
    """Stories published before `now`, an aware moment, for the earlier coverage of a snapshot (analysis/editing.py).

    With typed `words`, those that hold them all, newest first; else those that have most in common with it. Not the
    story itself, nor one that it draws on already. At most 21 queries.
    """
    typed = search.query_tokens(words)
    if words and not typed:
        return []
    linked = {link["story"] for link in content["earlier"]}
    slugs = [mention["slug"] for mention in content["mentions"]]
    named = families(slugs[:MOST_NAMES]) if slugs and not typed else {}
    theirs = typed or _telling(content["headline"])
    proposed = (
        search.newest(typed, READ)
        if typed
        else _proposed({family.end: family.ids for family in named.values()}.values(), theirs)
    )
    pages = pages_of([pk for pk in proposed if pk not in linked])
    readable = [pages[pk] for pk in proposed if pk in pages and pages[pk].card.slug != content["slug"]]
    names = {*slugs, *(slug for family in named.values() for slug in family.slugs)}
    found = [_candidate(page, names, theirs) for page in readable if page.card.published_at <= now]
    if typed:
        fitting = [one for one in found if len(one.words) == len(typed)]
        return sorted(fitting, key=lambda one: one.card.published_at, reverse=True)[:limit]
    fitting = [one for one in found if one.names or len(one.words) > 1]
    fitting.sort(key=lambda one: (2 * len(one.names) + len(one.words), one.card.published_at), reverse=True)
    return fitting[:limit]


def shared_claims(content: dict[str, Any], *, words: str = "", limit: int = 30) -> list[NamedClaim]:
    """Public claims of other stories that a snapshot may share: of those it draws on, or which rest on the same
    articles; with typed `words`, of those that hold them all. None that it has already. At most ten queries."""
    typed = search.query_tokens(words)
    if words and not typed:
        return []
    if typed:
        proposed = search.newest(typed, READ)
    else:
        cited = Citation.objects.filter(article__in=[s["article"] for s in content["sources"]])
        newest = cited.order_by("-published_at", "-story_id").values_list("story", flat=True)[:PROPOSED]
        proposed = list(dict.fromkeys([*(link["story"] for link in content["earlier"]), *newest]))[:READ]
    there = {record_of(claim) for claim in content["claims"]}
    pages = pages_of(proposed)
    found = [
        NamedClaim(claim=claim, story=pages[pk].card)
        for pk in proposed
        if pk in pages and pages[pk].card.slug != content["slug"]
        for claim in pages[pk].claims
        if claim.record not in there and (not typed or _holds(claim.text, typed))
    ]
    return list({one.claim.record: one for one in reversed(found)}.values())[::-1][:limit]


def _holds(text: str, words: Iterable[str]) -> bool:
    held = set(search.tokens(text))
    return all(any(one.startswith(word) for one in held) for word in words)


def _telling(headline: str) -> list[str]:
    """The longest words of a headline, which say most of what it is about."""
    words = [word for word in search.tokens(headline) if len(word) >= _PLAIN]
    return sorted(dict.fromkeys(words), key=len, reverse=True)[:MOST_WORDS]


def _proposed(named: Iterable[Collection[int]], words: list[str]) -> list[int]:
    """Ids of published stories that most of these questions lead to. One query for each name and each pair of words."""
    times: Counter[int] = Counter()
    for entities in named:
        found = newest_of([Appearance.objects.filter(entity=pk) for pk in entities], PROPOSED)
        times.update(dict.fromkeys(list(dict.fromkeys(found.values_list("story", flat=True)))[:PROPOSED], 2))
    for pair in combinations(words, 2):
        times.update(search.newest(list(pair), PROPOSED))
    return [pk for pk, _times in times.most_common(READ)]


def _candidate(page: StoryPage, names: Collection[str], words: Iterable[str]) -> Candidate:
    held = set(search.tokens(page.text))
    shared = tuple(word for word in words if any(one.startswith(word) for one in held))
    named = tuple(mention.name for mention in page.mentions if mention.slug in names)
    marked = list(shared) or search.tokens(" ".join(named))
    return Candidate(page.card, snippet(page.text, marked) if marked else (), named, shared)
