"""What a publisher's room lists: each page of ours that draws on a work of theirs, and what its terms come to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from analysis import terms
from analysis.models import Citation, Hold, Terms
from analysis.models.publishers import Basis, Level
from analysis.models.stories import StoryStatus
from analysis.rendition.gate import Gate
from analysis.rendition.lists import Cursor, before_that
from analysis.rendition.rows import Work, columns, row_of
from analysis.rendition.story_values import StoryCard
from analysis.rendition.values import Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomLine:
    """A work of theirs and a page of ours. `story` is None when nothing may be shown: then only their own address is
    named."""

    url: str
    story: StoryCard | None
    level: str
    level_label: str
    max_words: int
    quote_words: int
    ai: bool
    reason: str


def drawn_on(
    publisher_ids: Sequence[int], case_ids: Collection[int], before: Cursor | None, size: int
) -> Listing[RoomLine]:
    """The works of these publishers that published stories rest on, newest story first. Five queries.

    What a reader cannot find for another reason than these publishers' own terms, or what was decided in these cases of
    theirs, is left out: an embargo, a withdrawal, somebody else's wish or legal demand, or an earlier owner's.
    """
    gate = Gate(timezone.now())
    pointers = Citation.objects.filter(publisher__in=publisher_ids, story__status=StoryStatus.PUBLISHED)
    if before:
        pointers = pointers.filter(before_that(before.at, before.id))
    found = list(columns(pointers.order_by("-published_at", "-id")[: size + 1], "article_id", "id", prefix="story__"))
    gate.learn(values[0] for values in found)
    lines: list[RoomLine] = []
    hidden_by: dict[int, set[int]] = {}  # by place in the list: the rules that let nothing be shown
    for values in found[:size]:
        row, article = row_of(values), values[-2]
        work = next((c.work for c in gate.known[row.id] if c.work.id == article), None)
        if work is None:
            continue
        permit = gate.permit(work)
        card = gate.card(row) if permit.listed else None
        if card or not (permit.listed or permit.embargo_until):
            if not card:
                hidden_by[len(lines)] = _forbidding(gate, work)
            level = Level[permit.level.name]
            lines.append(
                RoomLine(url=work.url, story=card, level=level, level_label=str(level.label), reason=permit.reason,
                         max_words=permit.max_words, quote_words=permit.quote_words, ai=permit.ai)
            )  # fmt: skip
    after = None
    if len(found) > size:
        last = found[size - 1]
        after = str(Cursor(row_of(last).published_at, last[-1]))
    others = _others(set().union(*hidden_by.values()), case_ids)
    shown = (line for n, line in enumerate(lines) if others.isdisjoint(hidden_by.get(n, ())))
    return Listing(items=tuple(shown), after=after)


def _forbidding(gate: Gate, work: Work) -> set[int]:
    """All rules in force that let nothing be shown of a work: the one that decides may stand beside another's."""
    asked = terms.Work(work.url, work.publisher_id, work.published_at)
    concerning = [r for r in gate.book.rules_for(asked) if r.effective_from <= gate.now and terms.applies(r, asked)]
    speaking = terms.about(asked, terms.newest("level", terms.not_withdrawn(concerning)))
    return {rule.id for rule in speaking if rule.level is terms.Level.NONE}


def _others(rules: Collection[int], case_ids: Collection[int]) -> set[int]:
    """Those of these rules that are not these cases' own: of any other case, or ours on the request of somebody else.

    Whoever proves control of a host may not be its owner of yesterday. Holds have negative ids (rulebook).
    """
    asked = Q(case__isnull=False) | Q(basis__in=[Basis.RESTRICTION, Basis.LEGAL])
    said = Terms.objects.filter(asked, pk__in=rules)
    holds = Hold.objects.filter(pk__in=[-rule for rule in rules])
    return {
        *said.exclude(case__in=case_ids).values_list("pk", flat=True),
        *(-pk for pk in holds.exclude(case__in=case_ids).values_list("pk", flat=True)),
    }
