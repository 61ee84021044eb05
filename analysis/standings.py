"""Where claims stand on record, and what could show it. Reads only; analysis/establishing.py writes."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from analysis.models import Article, Claim, Evidence, Source, StandingChange, Story
from analysis.models.stories import Role
from analysis.models.writing import Stance, Standing


def record_of(raw: Mapping[str, Any]) -> int:
    """The id under which a claim of a frozen content stands: its public address."""
    return int(raw.get("shares") or raw["id"])


def on_record(claims: Collection[int]) -> dict[int, StandingChange]:
    """Where these claims stand, by id; of one that is not public, nothing. One query; none of no claims."""
    said = StandingChange.objects.filter(claim__in=claims).order_by("pk") if claims else ()
    return {change.claim_id: change for change in said}


def moved(claims: Collection[int], since: datetime | None) -> list[int]:
    """Those of these claims whose standing moved after an aware moment, by id. One query."""
    said = StandingChange.objects.filter(claim__in=claims, at__gt=since) if since else StandingChange.objects.none()
    return sorted(set(said.values_list("claim_id", flat=True)))


def proved(records: Collection[int], but: str) -> set[int]:
    """Those of these claims that a primary source states on a public page that uses them, other than the one at the
    address `but`. One query; none of no claims."""
    said = _proving(Q(claim__in=records) | Q(claim__shares__in=records)).exclude(claim__story__slug=but)
    return set(said.values_list(Coalesce("claim__shares", "claim"), flat=True)) if records else set()


def uses(record: int, prefix: str = "") -> Q:
    """The claims, one for each story that uses it, that stand as one."""
    return Q(**{f"{prefix}pk": record}) | Q(**{f"{prefix}shares": record})


def public_of(story: int) -> dict[int, tuple[int, int]]:
    """The public claims of a story: under which id each stands, and how many other stories use it. Two queries."""
    own = Claim.objects.filter(story=story, public_since__isnull=False, left_out=False)
    records = dict(own.values_list("pk", Coalesce("shares", "pk")))
    found = Claim.objects.filter(Q(pk__in=records.values()) | Q(shares__in=records.values()), left_out=False)
    times = Counter(found.exclude(story=story).values_list(Coalesce("shares", "pk"), flat=True))
    return {pk: (record, times[record]) for pk, record in records.items()}


def speaking(claim: Claim) -> list[Article]:
    """The articles that speak of a claim, in whichever story uses it; those that state it first. At most 100."""
    said = Evidence.objects.filter(uses(claim.record, "claim__")).exclude(stance=Stance.SILENT)
    found = said.select_related("source__article__publisher").order_by("pk")[:500]
    order = [Stance.STATES, Stance.ATTRIBUTES, Stance.DISPUTES]
    ordered = sorted(found, key=lambda evidence: order.index(Stance(evidence.stance)))
    return list({evidence.source.article_id: evidence.source.article for evidence in ordered}.values())[:100]


def primaries(claim: Claim) -> QuerySet[Article]:
    """The primary sources that state a claim on a public page that uses it."""
    return Article.objects.filter(pk__in=_proving(uses(claim.record, "claim__")).values("source__article"))


def _proving(some: Q) -> QuerySet[Evidence]:
    """That a primary source states one of some claims, on pages that are public and cite it as such."""
    return Evidence.objects.filter(
        some,
        claim__public_since__isnull=False,
        claim__left_out=False,
        claim__story__status=Story.Status.PUBLISHED,
        claim__story__citations__article=F("source__article"),
        claim__story__citations__role=Role.PRIMARY,
        stance=Stance.STATES,
        source__role=Role.PRIMARY,
    )


def proof(claim: Claim) -> Article | None:
    """On what a claim is confirmed: the first primary source of its story that states it."""
    if claim.standing != Standing.CONFIRMED:
        return None
    said = Source.objects.filter(role=Role.PRIMARY, evidence__claim=claim, evidence__stance=Stance.STATES)
    source = said.select_related("article").first()
    return source.article if source else None
