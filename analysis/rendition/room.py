"""What a publisher's room lists: each page of ours that draws on a work of theirs, and what its terms come to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils import timezone

from analysis.models import Citation, Hold, Terms
from analysis.models.publishers import Basis, Level
from analysis.models.stories import StoryStatus
from analysis.rendition.gate import Gate
from analysis.rendition.lists import Cursor, before_that
from analysis.rendition.rows import columns, row_of
from analysis.rendition.values import Listing, StoryCard


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
    theirs, is left out: an embargo, a withdrawal, somebody else's wish or legal demand.
    """
    gate = Gate(timezone.now())
    pointers = Citation.objects.filter(publisher__in=publisher_ids, story__status=StoryStatus.PUBLISHED)
    if before:
        pointers = pointers.filter(before_that(before.at, before.id))
    found = list(columns(pointers.order_by("-published_at", "-id")[: size + 1], "article_id", "id", prefix="story__"))
    gate.learn(values[0] for values in found)
    lines: list[RoomLine] = []
    hidden_by: dict[int, int] = {}  # by place in the list: the rule that lets nothing be shown
    for values in found[:size]:
        row, article = row_of(values), values[-2]
        work = next((c.work for c in gate.known[row.id] if c.work.id == article), None)
        if work is None:
            continue
        permit = gate.permit(work)
        card = gate.card(row) if permit.listed else None
        if card or not (permit.listed or permit.embargo_until):
            if not card:
                hidden_by[len(lines)] = permit.governing.get("level", 0)
            level = Level[permit.level.name]
            lines.append(
                RoomLine(url=work.url, story=card, level=level, level_label=str(level.label), reason=permit.reason,
                         max_words=permit.max_words, quote_words=permit.quote_words, ai=permit.ai)
            )  # fmt: skip
    after = None
    if len(found) > size:
        last = found[size - 1]
        after = str(Cursor(row_of(last).published_at, last[-1]))
    others = _others(hidden_by.values(), case_ids)
    return Listing(items=tuple(line for n, line in enumerate(lines) if hidden_by.get(n) not in others), after=after)


def _others(rules: Collection[int], case_ids: Collection[int]) -> set[int]:
    """Those of these rules that were made on the request of somebody else. Holds have negative ids (rulebook)."""
    terms = Terms.objects.filter(pk__in=rules, basis__in=[Basis.RESTRICTION, Basis.LEGAL])
    holds = Hold.objects.filter(pk__in=[-rule for rule in rules])
    return {
        *terms.exclude(case__in=case_ids).values_list("pk", flat=True),
        *(-pk for pk in holds.exclude(case__in=case_ids).values_list("pk", flat=True)),
    }
