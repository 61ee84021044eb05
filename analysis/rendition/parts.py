"""The parts of a story's page, each made from its frozen content and the permits that it rests on.

`raw` is a part as it was frozen, `html` the frozen content's texts as sanitised HTML, `permits` those of the story's
sources by their ids in it. A part that may not be shown is None.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

from django.db.models import TextChoices
from django.utils.text import Truncator
from django.utils.translation import get_language

from analysis.models.stories import Role
from analysis.models.writing import Slot, Stance, Standing
from analysis.provenance import Asked, Check
from analysis.quoting import fits
from analysis.rendition import making
from analysis.rendition.allowed import may_say, quotes_fit, summary_withheld
from analysis.rendition.rows import Row, Work
from analysis.rendition.story_values import (
    ClaimView,
    EvidenceView,
    NoteView,
    Ref,
    SourceView,
    StandingView,
    StoryCard,
    SummaryView,
)
from analysis.standings import record_of
from analysis.terms import FORBIDDEN, Level, Permit
from analysis.text import count_words, to_plain


def card(row: Row, lead: Permit, originals: Sequence[Work]) -> StoryCard:
    """A story's line: our headline, or where it may not stand that of the first of the works it is about."""
    ours = lead.headline and fits(lead, row.headline)
    dek = row.dek if ours and fits(lead, row.dek) else ""
    first = originals[0]
    return StoryCard(
        id=row.id,
        slug=row.slug,
        headline=row.headline if ours else first.title,
        ours=ours,
        dek=dek,
        language=row.language if ours else first.language,
        topic=Ref(name=row.topic, slug=row.topic_slug),
        published_at=row.published_at,
        updated_at=row.updated_at,
        publishers=tuple(dict.fromkeys(work.publisher_name for work in originals)),
    )


def source(
    raw: dict[str, Any],
    work: Work,
    name: str,
    permit: Permit,
    checks: tuple[Check, ...] = (),
    asked: Asked | None = None,
    copy: str = "",
) -> SourceView:
    """A source that may be linked; with our own words about it, if its terms allow any. `copy`: an archived one that
    may be linked as well."""
    view = SourceView(
        id=raw["id"],
        url=work.url,
        title=work.title,
        publisher=Ref(name=work.publisher_name, slug=work.publisher_slug),
        name=name,
        language=work.language,
        published_at=work.published_at,
        role=raw["role"],
        role_label=label(Role, raw["role"]),
        why=raw["why"] if may_say([permit], raw["why"]) else "",
        copied_from=raw.get("copied_from", "") if may_say([permit]) else "",
        linked_only=permit.level == Level.LINK,
        stated=permit.stated,
        attribution=permit.attribution,
        checks=checks,
        asked_at=asked.at if asked else None,
        sha256=asked.sha256 if asked else "",
        copy=copy,
    )
    return _one(view)


@lru_cache(maxsize=1024)
def _one(view: SourceView) -> SourceView:
    """The same source as one object, which is compared at once: a page of forty claims holds it forty times."""
    return view


def summary(raw: dict[str, Any] | None, html: dict[str, Any], lead: Permit) -> SummaryView | None:
    """The summary, whole or not at all. `lead`: the strictest of what it rests on."""
    if not raw or summary_withheld(raw, lead):
        return None
    return SummaryView(
        html=html["summary"],
        text=to_plain(html["summary"]),
        words=count_words(raw["text"]),
        limit=lead.max_words,
        stated=lead.stated,
        restricted=lead.restricted,
        made=making.view(raw),
    )


def note(raw: dict[str, Any], html: dict[str, Any], permits: dict[int, Permit]) -> NoteView | None:
    """A context note; one that names no sources rests on all."""
    rests_on = [permits.get(pk, FORBIDDEN) for pk in raw["rests_on"]] or list(permits.values())
    if not may_say(rests_on, raw["title"], raw["text"]):
        return None
    rendered = html["notes"][raw["slot"]]
    return NoteView(
        slot=raw["slot"],
        label=label(Slot, raw["slot"]),
        title=raw["title"],
        html=rendered,
        text=to_plain(rendered),
        made=making.view(raw),
    )


type Cells = Mapping[int, Mapping[str, EvidenceView]]


def cells(sources: tuple[SourceView, ...]) -> Cells:
    """What a place of the claim × source grid can say, by the id of the source and by its stance: of thirty sources 120
    values, which 1,200 places share."""
    return _cells(sources, get_language())


@lru_cache(maxsize=64)
def _cells(sources: tuple[SourceView, ...], _language: str | None) -> Cells:
    labels = {str(stance): label(Stance, stance) for stance in Stance}

    def of(source: SourceView) -> dict[str, EvidenceView]:
        return {key: EvidenceView(source=source, stance=key, stance_label=said) for key, said in labels.items()}

    return MappingProxyType({source.id: of(source) for source in sources})


def claim_rests_on(raw: dict[str, Any], permits: dict[int, Permit]) -> list[Permit]:
    """A claim rests on the sources that say something of it, or else on all."""
    speaking = [permits.get(e["source"], FORBIDDEN) for e in raw["evidence"] if e["stance"] != Stance.SILENT]
    return speaking or list(permits.values())


def claim(
    raw: dict[str, Any], cells: Cells, rests_on: Sequence[Permit], stood: Sequence[StandingView]
) -> ClaimView | None:
    """A claim with what is shown of its sources. `stood`: where it stands on record, oldest first; the newest words are
    shown where the standing has moved since the claim was written, or where that gave none."""
    checked_at = datetime.fromisoformat(raw["checked_at"])
    newest = stood[-1] if stood else None
    moved = newest and (newest.standing != raw["standing"] or _moved_at(stood) > checked_at)
    if not may_say(rests_on, raw["text"], "" if moved else raw["why"]):
        return None
    now = newest if moved or not raw["why"] else None
    written = label(Standing, raw["standing"])
    otherwise = bool(newest and newest.standing != raw["standing"])
    return ClaimView(
        id=raw["id"],
        record=record_of(raw),
        text=raw["text"],
        standing=newest.standing if newest else raw["standing"],
        label=newest.label if newest else written,
        why=now.why if now else raw["why"],
        why_language=now.language if now else "",
        written=written if otherwise else "",
        written_why=raw["why"] if otherwise and quotes_fit(rests_on, raw["why"]) else "",
        checked_at=max(checked_at, newest.at) if newest and moved else checked_at,
        evidence=tuple(cells[e["source"]][e["stance"]] for e in raw["evidence"] if e["source"] in cells),
        history=tuple(stood),
    )


def _moved_at(stood: Sequence[StandingView]) -> datetime:
    """When a claim came to stand where it does."""
    for newer, older in zip(stood[::-1], stood[-2::-1], strict=False):
        if newer.standing != older.standing:
            return newer.at
    return stood[0].at


def proposal(raw: dict[str, Any], now: datetime) -> StandingView:
    """Where a claim will stand once its story is published."""
    return StandingView(standing=raw["standing"], label=label(Standing, raw["standing"]), why=raw["why"], at=now)


def frozen_standings(raw: dict[str, Any], rests_on: Sequence[Permit]) -> list[StandingView]:
    """Where a claim stood as its story was frozen: what is known of one that is on no record."""
    return [
        StandingView(
            standing=change["standing"],
            label=label(Standing, change["standing"]),
            why=change["why"] if quotes_fit(rests_on, change["why"]) else "",
            at=datetime.fromisoformat(change["at"]),
        )
        for change in raw["history"]
    ]


def names(works: Sequence[Work]) -> list[str]:
    """What to call each of a story's sources where there is room for a name only."""
    publishers = [work.publisher_name for work in works]
    return [
        name if publishers.count(name) == 1 else f"{name}: {Truncator(work.title).chars(36)}"
        for name, work in zip(publishers, works, strict=True)
    ]


def label(choices: type[TextChoices], value: str) -> str:
    """The word for a value, in the language of now."""
    return _translated(choices, value, get_language())


@cache  # a story page says some fifty labels, a dozen different ones
def _translated(choices: type[TextChoices], value: str, _language: str | None) -> str:
    return str(choices(value).label)
