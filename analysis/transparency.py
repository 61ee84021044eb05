"""The transparency report: what was asked of us and what became of it, in numbers, and never who asked.

What is counted: requests whose sender confirmed the address; what nobody confirmed was asked by nobody. Regulation (EU)
2022/2065 (DSA) Articles 15 and 24 give the form: numbers by kind, by outcome, and the median time.

What a number could give away: a request about a person, named beside a publisher or a month, might tell who made it.
So kinds are never crossed with months or publishers; and a publisher is counted by what was asked in its name, while
whatever others asked about its work goes into one number. In its name anybody may ask: what came with proof that the
sender controls the site of its work is counted apart from what was only said to be its wish.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import ceil
from typing import Any

from django.db.models import Case as When_
from django.db.models import CharField, Count, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, TruncDate, TruncMonth
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from analysis.models import Case, CaseURL, Chain, Correction, Decision, Event, Proof, RuleVersion, Terms
from analysis.models.cases import CaseKind, CaseLane
from analysis.models.decisions import DecisionOutcome
from analysis.models.publication import CorrectionKind
from analysis.models.publishers import Basis

MONTHS = 36  # shown one by one; what is older is in the totals
FEWEST_MONTHS = 12
MAX_PUBLISHERS = 200

OUTCOMES = {
    **{str(value): label for value, label in DecisionOutcome.choices},
    "open": _("Not decided yet"),
    "withdrawn": _("Taken back"),
    "joined": _("Joined to an earlier request"),
}
APPEALS = {
    "granted": _("Decision reversed"),
    "partly": _("Decision changed in part"),
    "declined": _("Decision stands"),
    "open": _("Not decided yet"),
    "withdrawn": _("Taken back"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a key for machines, a label for people, and counts by column, all columns in order."""

    key: str
    label: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Days:
    """How long it took from the confirmed address to the first decision, in days of the calendar (UTC), by nearest
    rank. None where nothing was decided."""

    lane: str
    label: str
    decided: int
    median: int | None
    ninetieth: int | None


@dataclass(frozen=True, slots=True)
class Report:
    made_at: datetime
    requests: int
    kinds: tuple[Row, ...]  # by outcome
    lanes: tuple[Row, ...]  # by outcome
    # By lane, oldest first, without a gap, twelve at least; "before" first, if there is anything.
    months: tuple[Row, ...]
    days: tuple[Days, ...]  # all, then by lane
    terms: tuple[Row, ...]  # statements of terms, by basis: on a request, or otherwise
    appeals: tuple[Row, ...]
    publishers: tuple[Row, ...]  # by outcome; asked by whoever controls the site of their work
    claimed: tuple[Row, ...]  # by outcome; said to be asked in their name, and not proved
    others: Row  # requests in no covered publisher's name
    corrections: tuple[Row, ...]  # of our own pages, by kind: all, and of the last twelve months
    length: int
    head: str


def report(now: datetime) -> Report:
    """The report as of a moment (aware), in the language of now.

    Three queries while nothing has happened; twelve after an event, a change of terms or a correction. Their cost grows
    with cases and corrections, never with articles.
    """
    chain = Chain.objects.get(pk=1)
    corrected = Correction.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    token = RuleVersion.objects.values_list("token", flat=True).get(pk=1)
    counted = _counted(chain.length, chain.head, token, corrected, now.astimezone(UTC).date(), get_language())
    return replace(counted, made_at=now)


@lru_cache(maxsize=8)
def _counted(length: int, head: str, _token: str, _corrected: int, today: date, _language: str | None) -> Report:
    """Counted once for each state of the record: whatever changes a number is an event, a change of terms, a new
    correction, or the next day. What else a row shows, a publisher's name, is a day old at most."""
    first = _months_before(today, MONTHS - 1)
    asked = _confirmed().annotate(
        outcome=_outcome(), month=When_(When(opened_at__gte=_midnight(first), then=TruncMonth("opened_at")))
    )
    found = list(asked.values_list("kind", "lane", "outcome", "month").annotate(n=Count("pk")).order_by())
    proved, claimed, others = _publishers()
    return Report(
        made_at=_midnight(today),
        requests=sum(n for *_keys, n in found),
        kinds=_table(CaseKind.choices, OUTCOMES, ((kind, outcome, n) for kind, _l, outcome, _m, n in found)),
        lanes=_table(CaseLane.choices, OUTCOMES, ((lane, outcome, n) for _k, lane, outcome, _m, n in found)),
        months=_months(first, [(month, lane, n) for _k, lane, _o, month, n in found]),
        days=_days(),
        terms=_terms(),
        appeals=_appeals(),
        publishers=proved,
        claimed=claimed,
        others=others,
        corrections=_corrections(today),
        length=length,
        head=head,
    )


def _confirmed() -> QuerySet[Case]:
    return Case.objects.filter(confirmed_at__isnull=False)


def _outcome() -> When_:
    """What became of a case: its last decision; one that goes by another's is counted as joined, or that one's decision
    would count twice."""
    last = Decision.objects.filter(case=OuterRef("pk")).order_by("-number").values("outcome")[:1]
    undecided = When_(When(contested__isnull=False, then=Value("joined")), default=Value("open"))
    return When_(
        When(joined_to__isnull=False, then=Value("joined")),
        When(state=Case.State.WITHDRAWN, then=Value("withdrawn")),
        default=Coalesce(Subquery(last), undecided),
        output_field=CharField(),
    )


def _days() -> tuple[Days, ...]:
    decided = Decision.objects.filter(number=1, case__confirmed_at__isnull=False)
    spans = decided.values_list("case__lane", TruncDate("case__confirmed_at"), TruncDate("decided_at"))
    found: dict[str, Counter[int]] = {"all": Counter(), **{lane: Counter() for lane in CaseLane.values}}
    for lane, confirmed, at, n in spans.annotate(n=Count("pk")).order_by():
        for key in ("all", lane):
            found[key][(at - confirmed).days] += n
    labels = {"all": _("All requests"), **dict(CaseLane.choices)}
    return tuple(
        Days(key, str(labels[key]), spread.total(), ranked(spread, 50), ranked(spread, 90))
        for key, spread in found.items()
    )


def ranked(spread: Counter[int], percent: int) -> int | None:
    """The value at a percentile of counted values, by nearest rank; None of nothing."""
    rank = ceil(spread.total() * percent / 100)
    for value in sorted(spread):
        rank -= spread[value]
        if rank <= 0 and spread[value]:
            return value
    return None


def _terms() -> tuple[Row, ...]:
    stated = Terms.objects.exclude(scope="house").annotate(
        why=When_(When(case__isnull=False, then=Value("request")), default=Value("otherwise"))
    )
    found = stated.values_list("basis", "why").annotate(n=Count("pk")).order_by()
    return _table(Basis.choices, {"request": "", "otherwise": ""}, found)


def _appeals() -> tuple[Row, ...]:
    """Appeals, not cases: one that was separated may be contested again, after an appeal that was taken back."""
    decided = Decision.objects.filter(number=2).order_by().values_list("outcome")
    taken_back = Event.objects.filter(kind="appeal_withdrawn").order_by().values_list(Value("withdrawn"))
    waiting = Case.objects.filter(state=Case.State.APPEALED).order_by().values_list(Value("open"))
    every = decided.union(taken_back, waiting, all=True).order_by()
    return _table(APPEALS.items(), {"count": ""}, ((ended, "count", 1) for (ended,) in every))


def _corrections(today: date) -> tuple[Row, ...]:
    """What was corrected on our own pages, those that were withdrawn since too."""
    lately = Count("pk", filter=Q(at__gte=_midnight(today) - timedelta(days=365)))
    found = Correction.objects.order_by().values_list("kind").annotate(all=Count("pk"), lately=lately)
    counts = [(kind, column, n) for kind, *ns in found for column, n in zip(("all", "year"), ns, strict=True)]
    return _table(CorrectionKind.choices, {"all": "", "year": ""}, counts)


def _publishers() -> tuple[tuple[Row, ...], tuple[Row, ...], Row]:
    """The publishers in whose name most was asked about work of theirs, with proof and without; and everybody else."""
    theirs = Q(case__relation__in=[Case.Relation.PUBLISHER, Case.Relation.AGENT])
    lines = CaseURL.objects.filter(theirs, article__isnull=False, case__confirmed_at__isnull=False)
    by_outcome = _confirmed().annotate(outcome=_outcome()).filter(pk=OuterRef("case")).values("outcome")
    named = lines.annotate(outcome=Subquery(by_outcome))
    slug, name = "article__publisher__slug", "article__publisher__name"
    asked: Counter[tuple[str, str]] = Counter()
    names: dict[str, str] = {}
    counted = named.values_list(slug, name, "outcome").annotate(n=Count("case", distinct=True)).order_by()
    for who, called, outcome, n in counted:
        names[who] = called
        asked[who, outcome] += n
    proved = _proved(named.values_list("case", "article__url", slug, "outcome"))

    own = _confirmed().filter(pk__in=lines.values("case")).values("pk")
    others = _confirmed().exclude(pk__in=own).annotate(outcome=_outcome())
    found = [("others", outcome, n) for outcome, n in others.values_list("outcome").annotate(n=Count("pk")).order_by()]
    rest = _table([("others", _("Asked by others, or about work that we do not cover"))], OUTCOMES, found)[0]
    return _most(proved, names), _most(asked - proved, names), rest


def _proved(lines: QuerySet[CaseURL, tuple[int, str, str, str]]) -> Counter[tuple[str, str]]:
    """How many cases proved control of the site of a publisher's work that they name, by publisher and outcome.

    `lines`: case, address of the work, publisher, outcome.
    """
    proofs: dict[int, list[Proof]] = {}
    for proof in Proof.objects.exclude(method=Proof.Method.MAIL):
        proofs.setdefault(proof.case_id, []).append(proof)
    found = {
        (case, who, outcome)
        for case, url, who, outcome in lines.filter(case__proved_at__isnull=False).order_by()
        if any(proof.covers_url(url) for proof in proofs.get(case, ()))
    }
    return Counter((who, outcome) for _case, who, outcome in found)


def _most(counts: Counter[tuple[str, str]], names: Mapping[str, str]) -> tuple[Row, ...]:
    totals: Counter[str] = Counter()
    for (who, _outcome_of), n in counts.items():
        totals[who] += n
    most = sorted(totals, key=lambda who: (-totals[who], names[who]))[:MAX_PUBLISHERS]
    found = [(who, outcome, n) for (who, outcome), n in counts.items()]
    return _table([(who, names[who]) for who in most], OUTCOMES, found)


def _months(first: date, found: list[tuple[datetime | None, str, int]]) -> tuple[Row, ...]:
    days = [_months_before(first, -n) for n in range(MONTHS)]
    keys = [f"{day:%Y-%m}" for day in days]
    labels = {key: date_format(day, "YEAR_MONTH_FORMAT") for key, day in zip(keys, days, strict=True)}
    keyed = [(f"{month:%Y-%m}" if month else "before", lane, n) for month, lane, n in found]
    used = {key for key, *_rest in keyed}
    begin = next((i for i, key in enumerate(keys[:-FEWEST_MONTHS]) if key in used), len(keys) - FEWEST_MONTHS)
    rows = [("before", _("Before"))] if "before" in used else []
    shown = keys if rows else keys[begin:]
    return _table([*rows, *((key, labels[key]) for key in shown)], dict.fromkeys(CaseLane.values, ""), keyed)


def _table(
    rows: Iterable[tuple[Any, Any]], columns: Mapping[str, Any], found: Iterable[tuple[str, str, int]]
) -> tuple[Row, ...]:
    counts: dict[tuple[str, str], int] = Counter()
    for row, column, n in found:
        counts[row, column] += n
    return tuple(Row(str(key), str(label), {column: counts[key, column] for column in columns}) for key, label in rows)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _months_before(day: date, months: int) -> date:
    """The first day of the month that lies so many months before; after, if the number is negative."""
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
