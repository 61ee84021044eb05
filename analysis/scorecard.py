"""The scorecard: how our watch items turned out, in all, by topic and by desk.

Only items whose date is past count, whatever became of them: what comes true early counts from its date on, like what
fails on it; or quick wins would flatter. Those that were voided or not judged yet are shown beside those scored, or
they would hide misses. An item counts where it was filed when it went public, though its story be withdrawn or not be
shown any more, and though a newer item replaced it: it was promised.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from analysis import scoring
from analysis.models import Desk, Topic
from analysis.models.watch import WatchItemState as State
from analysis.tallying import Counts, Key, counted


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of a group of items. All but `ahead` are past their date."""

    right: int  # came out on the side that was called the likelier
    wrong: int
    even: int  # called 50 percent: no side was taken
    ambiguous: int
    annulled: int
    overdue: int  # nobody has judged them
    ahead: int  # their date is not past
    early: int  # of these, judged already
    score: scoring.Score | None  # of those right, wrong or even; None if there is none

    @property
    def scored(self) -> int:
        return self.right + self.wrong + self.even

    @property
    def void(self) -> int:
        return self.ambiguous + self.annulled

    @property
    def past(self) -> int:
        return self.scored + self.void + self.overdue

    @property
    def telling(self) -> bool:
        """Whether a score says anything: of fewer than five items it is chance."""
        return self.scored >= scoring.FEWEST


@dataclass(frozen=True, slots=True)
class Group:
    """A topic or a desk."""

    name: str
    slug: str
    outcomes: Outcomes


@dataclass(frozen=True, slots=True)
class Scorecard:
    day: date  # UTC; what was due before it counts
    total: Outcomes
    bins: tuple[scoring.Bin, ...]
    topics: tuple[Group, ...]  # those with most items first
    desks: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """How many items of a topic, a desk and a likelihood are in a state: yes, no, ambiguous, annulled or due, if their
    date is past; else open."""

    topic: str
    desk: str
    likelihood: int
    state: str
    n: int


def scorecard(now: datetime) -> Scorecard:
    """The scorecard at an aware moment. Three queries; their cost grows with topics, desks and what is still ahead,
    never with what was judged."""
    day = now.astimezone(UTC).date()
    counts = counted(day)
    topics = {pk: (name, slug) for pk, name, slug in Topic.objects.values_list("pk", "name", "slug")}
    desks = {pk: (name, slug) for pk, name, slug in Desk.objects.values_list("pk", "name", "slug")}
    return Scorecard(
        day=day,
        total=_outcomes(counts.past.items(), counts.ahead.items()),
        bins=scoring.calibration(_tally(counts.past.items())),
        topics=_groups(counts, "topic", topics),
        desks=_groups(counts, "desk", desks),
    )


def lines(now: datetime) -> Iterator[Line]:
    """Every number of the scorecard at an aware moment, from which all others on it can be computed; by topic, desk,
    likelihood and state. Three queries."""
    counts = counted(now.astimezone(UTC).date())
    topics = dict(Topic.objects.values_list("pk", "slug"))
    desks = dict(Desk.objects.values_list("pk", "slug"))
    found: dict[tuple[str, str, int, str], int] = defaultdict(int)
    for key, n in counts.past.items():
        found[topics[key.topic], desks[key.desk], key.likelihood, "due" if key.state == State.OPEN else key.state] += n
    for key, n in counts.ahead.items():
        found[topics[key.topic], desks[key.desk], key.likelihood, "open"] += n
    for (topic, desk, likelihood, state), n in sorted(found.items()):
        if n:
            yield Line(topic, desk, likelihood, state, n)


type _Counted = Iterable[tuple[Key, int]]


def _groups(counts: Counts, by: str, names: Mapping[int, tuple[str, str]]) -> tuple[Group, ...]:
    past: dict[int, list[tuple[Key, int]]] = defaultdict(list)
    ahead: dict[int, list[tuple[Key, int]]] = defaultdict(list)
    for found, counted_ in ((past, counts.past), (ahead, counts.ahead)):
        for key, n in counted_.items():
            found[getattr(key, by)].append((key, n))
    groups = [Group(*names[pk], _outcomes(past[pk], ahead[pk])) for pk in {*past, *ahead}]
    groups.sort(key=lambda group: (-group.outcomes.past, -group.outcomes.ahead, group.name))
    return tuple(groups)


def _outcomes(past: _Counted, ahead: _Counted) -> Outcomes:
    past, ahead = list(past), list(ahead)
    states: dict[str, int] = defaultdict(int)
    for key, n in past:
        states[key.state] += n
    tally = _tally(past)
    right, wrong, even = scoring.sides(tally)
    return Outcomes(
        right=right,
        wrong=wrong,
        even=even,
        ambiguous=states[State.AMBIGUOUS],
        annulled=states[State.ANNULLED],
        overdue=states[State.OPEN],
        ahead=sum(n for _key, n in ahead),
        early=sum(n for key, n in ahead if key.state != State.OPEN),
        score=scoring.score(tally),
    )


def _tally(past: _Counted) -> scoring.Tally:
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for key, n in past:
        if key.state in (State.YES, State.NO):
            counts[key.likelihood][key.state == State.NO] += n
    return {likelihood: (yes, no) for likelihood, (yes, no) in counts.items()}
