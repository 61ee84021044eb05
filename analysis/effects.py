"""What terms and holds would do, before they are made: the published stories that would change, and in which way.

Both answers, with and without the terms, come from the gate that readers are served by; they are only compared here.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from analysis import rulebook
from analysis.drawing import stories_under
from analysis.explaining import Finding, overruled
from analysis.models import Hold, Story, Terms
from analysis.rendition.allowed import Withheld, summary_withheld
from analysis.rendition.gate import Gate
from analysis.rendition.lists import full_columns
from analysis.rendition.page import page_of
from analysis.rendition.rows import row_of
from analysis.rendition.story_values import StoryPage, Tombstone
from analysis.terms import Rule, Work

COUNTED = 10_000  # stories counted at most
CHECKED = 500  # stories compared at most: the newest
SHOWN = 200  # stories named at most
EXPLAINED = 50  # statements at most of which it is said that they decide nothing
_LOOKED = 50_000  # stories looked through at most for those that terms are about
_BATCH = 100
_UNSAVED = 1 << 62  # the numbers of rules that are not saved yet: newer than all there are


class Way(TextChoices):
    """How a story changes. The order is that of weight."""

    GONE = "gone", _("Disappears")
    EMBARGOED = "embargoed", _("Is held back by an embargo")
    BACK = "back", _("Comes back")
    LOSES_HEADLINE = "loses_headline", _("Shows their headline instead of ours")
    GAINS_HEADLINE = "gains_headline", _("Shows our headline again")
    SUMMARY_LEVEL = "summary_level", _("Loses its summary")
    SUMMARY_WORDS = "summary_words", _("Loses its summary: too long")
    SUMMARY_QUOTES = "summary_quotes", _("Loses its summary: quotes too much")
    SUMMARY_MACHINE = "summary_machine", _("Loses its summary: made with a language model")
    GAINS_SUMMARY = "gains_summary", _("Shows its summary again")
    LOSES_DEK = "loses_dek", _("Loses its dek")
    GAINS_DEK = "gains_dek", _("Shows its dek again")
    LOSES_NOTES = "loses_notes", _("Loses notes")
    GAINS_NOTES = "gains_notes", _("Shows notes again")
    LOSES_CLAIMS = "loses_claims", _("Loses claims")
    GAINS_CLAIMS = "gains_claims", _("Shows claims again")
    LOSES_WATCH = "loses_watch", _("Loses watch items")
    GAINS_WATCH = "gains_watch", _("Shows watch items again")
    LOSES_SOURCES = "loses_sources", _("Loses links to sources")
    GAINS_SOURCES = "gains_sources", _("Shows links to sources again")
    LOSES_WHY = "loses_why", _("Loses what we say of a source")
    GAINS_WHY = "gains_why", _("Says again what a source is there for")
    OTHER = "other", _("Changes in a detail, such as the words that credit a source or the limit shown")


@dataclass(frozen=True, slots=True)
class Affected:
    """A story that would change; `headline` is our own, for the desk."""

    id: int
    headline: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """How stories would differ from a state: `changed` in number, by way, and the first of them."""

    changed: int
    totals: tuple[tuple[Way, int], ...]
    stories: tuple[Affected, ...]


@dataclass(frozen=True, slots=True)
class Effects:
    """What terms or holds would do to published stories at the moment `at`, an aware time.

    `drawing` stories rest on what they are about, and there may be `more`: counting ended there. The newest of them,
    `checked` in number, were compared: with what is public `now`, and if holds end with no other in their place, with
    what would be public had these never been (`unheld`). `overruled` are fields of the new statements that decide
    nothing for any article of those stories, and why: of at most EXPLAINED statements.
    """

    at: datetime
    drawing: int
    more: bool
    checked: int
    now: Difference
    unheld: Difference | None
    overruled: tuple[tuple[str, Finding], ...]
    token: str  # of the rules that they were compared with

    @property
    def complete(self) -> bool:
        """Every story was compared."""
        return not self.more and self.checked == self.drawing


def dry_run(made: Terms | Sequence[Terms | Hold], now: datetime, lifted: Sequence[Hold] = ()) -> Effects:
    """What terms and holds that are not saved yet would do, all of them together, and these holds `lifted`.

    Looked at `now`, an aware moment, or when the last of them comes into force, if that is later. The work is bounded
    by COUNTED and CHECKED, however many stories there are. What a story shows of its neighbours is left out.
    """
    made = [made] if isinstance(made, Terms) else made
    rules = [
        rulebook.from_hold(one, number) if isinstance(one, Hold) else rulebook.from_terms(one, number)
        for number, one in enumerate(made, start=_UNSAVED)
    ]
    ended = [rulebook.from_hold(hold) for hold in lifted]
    at = max([now, *(rule.effective_from for rule in rules)])
    today = Gate(at)
    unheld = Gate(at, today.book.with_rules([], lifted={rule.id for rule in ended}))
    after = Gate(at, unheld.book.with_rules(rules))
    drawing, more = _drawing([*rules, *ended])
    anew = bool(ended) and not any(isinstance(one, Hold) for one in made)
    before = [today, unheld] if anew else [today]
    compared = list(_compared(drawing[:CHECKED], before, after))
    differences = [_difference([row[n] for row in compared]) for n in range(len(before))]
    works = {
        Work(c.work.url, c.work.publisher_id, c.work.published_at) for cited in after.known.values() for c in cited
    }
    idle = overruled(rules[:EXPLAINED], sorted(works, key=lambda work: work.url), after.book.rules_for, at)
    return Effects(
        at=at,
        drawing=len(drawing),
        more=more,
        checked=min(len(drawing), CHECKED),
        now=differences[0],
        unheld=differences[1] if anew else None,
        overruled=tuple(idle),
        token=today.book.token,
    )


def _drawing(rules: Sequence[Rule]) -> tuple[list[int], bool]:
    found: list[int] = []
    for looked, ((_at, story), concerned) in enumerate(stories_under(rules)):
        if looked == _LOOKED or (concerned and len(found) == COUNTED):
            return found, True
        if concerned:
            found.append(story)
    return found, False


def _compared(stories: Sequence[int], before: Sequence[Gate], after: Gate) -> Iterator[list[Affected | None]]:
    """For each story, how `after` differs from each of the gates before."""
    for start in range(0, len(stories), _BATCH):
        batch = list(stories[start : start + _BATCH])
        rows = {values[0]: values for values in full_columns(Story.objects.filter(pk__in=batch))}
        after.learn(batch)
        for gate in before:
            gate.known = after.known
        for pk in batch:
            row, (_number, content, html) = row_of(rows[pk]), rows[pk][-3:]
            works = {cited.work.id: cited.work for cited in after.known[pk]}
            will_be = page_of(after, row, content, html, works)
            why = summary_withheld(content["summary"], after.lead(pk)) if content["summary"] else None
            were = [page_of(gate, row, content, html, works) for gate in before]
            yield [
                Affected(pk, row.headline, tuple(_ways(was, will_be, why))) if was != will_be else None for was in were
            ]


def _difference(compared: Sequence[Affected | None]) -> Difference:
    affected = [one for one in compared if one]
    totals = Counter(way for one in affected for way in one.ways)
    return Difference(len(affected), tuple((way, totals[way]) for way in Way if totals[way]), tuple(affected[:SHOWN]))


type _Page = StoryPage | Tombstone | None


def _ways(before: _Page, after: _Page, why: Withheld | None) -> list[Way]:
    """How two pages of a story differ; `why` its summary is withheld from the second, if it is."""
    if not isinstance(before, StoryPage) or not isinstance(after, StoryPage):
        if isinstance(after, StoryPage):
            return [Way.BACK]
        if isinstance(before, StoryPage):
            return [Way.GONE if after else Way.EMBARGOED]
        return [Way.OTHER]  # hidden both times, for another reason
    found = set()
    if before.summary and not after.summary and why:
        found.add(Way(f"summary_{why.name.lower()}"))
    elif after.summary and not before.summary:
        found.add(Way.GAINS_SUMMARY)
    if before.card.ours != after.card.ours:
        found.add(Way.GAINS_HEADLINE if after.card.ours else Way.LOSES_HEADLINE)
    elif before.card.dek != after.card.dek:
        found.add(Way.GAINS_DEK if after.card.dek else Way.LOSES_DEK)
    had, has = _parts(before), _parts(after)
    for name in had:
        if had[name] - has[name]:
            found.add(Way(f"loses_{name}"))
        if has[name] - had[name]:
            found.add(Way(f"gains_{name}"))
    return [way for way in Way if way in found] or [Way.OTHER]


def _parts(page: StoryPage) -> dict[str, set[object]]:
    return {
        "notes": {note.slot for note in page.notes},
        "claims": {claim.id for claim in page.claims},
        "watch": {item.id for item in page.watch},
        "sources": {source.id for source in page.sources},
        "why": {source.id for source in page.sources if source.why},
    }
