"""A working copy as plain values: what a revision keeps, a preview shows, and two versions are compared by."""

import hashlib
import json
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import CharField, StringAgg, Value
from django.db.models.functions import Cast, Coalesce, Concat

from analysis import made, preflight
from analysis.models import (
    Article,
    Claim,
    ContextNote,
    Desk,
    Mention,
    Source,
    StandingChange,
    Story,
    StoryLink,
    Version,
    WatchItem,
)
from analysis.models.writing import Slot
from analysis.prepared import Prepared, PreparedModels
from analysis.terms import Permit
from analysis.text import to_html, to_plain

TERMS = "terms"  # the one key of a frozen content that no editor wrote


_COMMA = Value(",")


def _text(name: str) -> Cast:
    return Cast(name, CharField())


# What the desk asks at every pause in typing, and needs no models for. Of thirty sources and forty claims there may be
# 1,200 pieces of evidence: read as a text for each claim, not as rows.
_EVIDENCE = Concat(_text("evidence__source_id"), Value(":"), "evidence__stance")
_NOTES = Prepared(
    lambda story: (
        ContextNote.objects.filter(story__pk=story)
        .annotate(sources=StringAgg(_text("rests_on__pk"), _COMMA))
        .values_list("slot", "title", "text", "sources", "made_by", "model", "checked_by__name", "checked_at")
    ),
    story=int,
)
_CLAIMS = Prepared(
    lambda story: (
        Claim.objects.filter(story__pk=story, left_out=False)
        .annotate(said=StringAgg(_EVIDENCE, _COMMA))
        .order_by("position", "id")  # an aggregate drops the order that the model says
        .values_list("pk", "shares", "text", "standing", "why", "checked_at", "said")
    ),
    story=int,
)
_CHANGES = Prepared(
    lambda story: (
        StandingChange.objects.filter(
            claim__in=Claim.objects.filter(story__pk=story, left_out=False).values(record=Coalesce("shares", "pk"))
        )
        .order_by("pk")
        .values_list("claim_id", "standing", "why", "at")
    ),
    story=int,
)
_MENTIONS = Prepared(
    lambda story: Mention.objects.filter(story__pk=story).values_list("entity__name", "entity__slug", "entity__kind"),
    story=int,
)


def _split(joined: str | None) -> list[str]:
    """What StringAgg has joined. Where there was nothing, PostgreSQL says NULL; a concatenation of NULLs, ":"."""
    return [part for part in (joined or "").split(",") if part.strip(":")]


@lru_cache(maxsize=1024)  # asked at every pause in typing, of forty claims and 1,200 pairs
def _pairs(said: str | None) -> tuple[tuple[int, str], ...]:
    """Sources with their stances, in the order of the sources' ids."""
    return tuple(sorted((int(source), stance) for source, _, stance in (p.partition(":") for p in _split(said))))


_STORY = PreparedModels(
    lambda story: (
        Story.objects.filter(pk=story)
        .select_related("topic", "desk", "edited_by", "summary__checked_by", "current")
        .select_related(*(f"{part}_checked_by" for part in made.OF_STORY))
        .defer("current__html")
    ),
    story=int,
)
_SOURCES = PreparedModels(
    lambda story: (
        Source.objects.filter(story__pk=story)
        .select_related("article__publisher", "held_text")
        .defer("held_text__text")
        .order_by("position", "id")
    ),
    story=int,
)
_WATCH = PreparedModels(lambda story: WatchItem.objects.filter(story__pk=story, superseded_by__isnull=True), story=int)
_EARLIER = PreparedModels(
    lambda story: (
        StoryLink.objects.filter(story__pk=story)
        .select_related("earlier")
        .only("story", "kind", "verdict", "why", "earlier__slug", "earlier__headline")
    ),
    story=int,
)


class Loaded(NamedTuple):
    """A story with those rows of its working copy that are needed as models."""

    story: Story
    sources: list[Source]
    watch: list[WatchItem]
    earlier: list[StoryLink]


def loaded(pk: int) -> Loaded:
    """Four queries, however many rows. Raises Story.DoesNotExist."""
    for story in _STORY(story=pk):
        return Loaded(story, _SOURCES(story=pk), _WATCH(story=pk), _EARLIER(story=pk))
    raise Story.DoesNotExist


def snapshot(story: Story) -> dict[str, Any]:
    """The editorial content of a working copy as plain JSON values: what a revision keeps, and a preview shows."""
    return content_of(loaded(story.pk))


def content_of(rows: Loaded) -> dict[str, Any]:
    """The same, of a story that `loaded` has read. Four queries more."""
    story = rows.story
    summary = getattr(story, "summary", None)
    history: dict[int, list[dict[str, Any]]] = {}
    for claim, standing, why, at in _CHANGES(story=story.pk):
        history.setdefault(claim, []).append({"standing": standing, "why": why, "at": at.isoformat()})
    order = list(Slot.values)
    content = {
        "v": 1,
        "slug": story.slug,
        "language": story.language,
        "form": story.form,
        "headline": story.headline,
        "dek": story.dek,
        "topic": story.topic.slug,
        "desk": _desk(story.desk),
        "edited_by": _desk(story.edited_by) if story.edited_by else None,
        "event_on": story.event_on.isoformat() if story.event_on else None,
        "disclosure": story.disclosure,
        "conflicts": story.conflicts,
        "head": _made_of_story(story, "head"),
        "sources": [
            {"id": s.pk, "article": s.article_id, "role": s.role, "in_summary": s.in_summary, "why": s.why}
            | ({"copied_from": s.copied_from} if s.copied_from else {})
            for s in rows.sources
        ],
        "summary": summary
        and {
            "text": summary.text,
            **_made(
                summary.made_by,
                summary.model,
                summary.checked_by.name if summary.checked_by else "",
                summary.checked_at,
            ),
        },
        "notes": [
            {"slot": slot, "title": title, "text": text, "rests_on": sorted(map(int, _split(sources))), **_made(*how)}
            for slot, title, text, sources, *how in sorted(
                _NOTES(story=story.pk), key=lambda note: order.index(note[0])
            )
        ],
        "claims": [
            {
                "id": pk,
                **({"shares": shares} if shares else {}),
                "text": text,
                "standing": standing,
                "why": why,
                "checked_at": checked_at.isoformat(),
                "evidence": [{"source": source, "stance": stance} for source, stance in _pairs(said)],
                "history": moved if len(moved := history.get(shares or pk, [])) > 1 else [],
            }
            for pk, shares, text, standing, why, checked_at, said in _CLAIMS(story=story.pk)
        ],
        "watch": [
            {
                "id": w.pk,
                "statement": w.statement,
                "due": w.due.isoformat(),
                "likelihood": w.likelihood,
                "settled_by": w.settled_by,
            }
            for w in rows.watch
        ],
        "mentions": [{"name": name, "slug": slug, "kind": kind} for name, slug, kind in _MENTIONS(story=story.pk)],
        "earlier": [
            {"story": link.earlier_id, "kind": link.kind, "verdict": link.verdict, "why": link.why}
            for link in rows.earlier
        ],
    }
    return content | {
        made.OF_STORY[part]: _made_of_story(story, part) if content[part] else made.UNSAID for part in made.OF_ROWS
    }


def frozen(content: dict[str, Any], now: datetime) -> dict[str, Any]:
    """A content with the terms in force at an aware moment: what revisions and saved versions keep. Two queries.

    `terms` holds, by source id, what its permit allowed and which rules said so (a hold by its negative id).
    """
    permits = preflight.permits_of(content, now)
    return content | {TERMS: {str(source): _plain(permit) for source, permit in permits.items()}}


def keep(story: Story, number: int, by: User | None, why: str, now: datetime) -> Version:
    """Keep what the working copy holds as its version `number`: `by` whom and `why`, if that was no plain save."""
    content = frozen(snapshot(story), now)
    return Version.objects.create(
        story=story,
        number=number,
        content=content,
        sha256=digest(content),
        why=why,
        created_by=by,
        created_at=now,
    )


def same_text(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two contents say the same, whatever terms were in force when they were frozen; what one of them was not
    asked yet is what nobody has said in the other."""
    return {**made.complete(one), TERMS: None} == {**made.complete(other), TERMS: None}


def render(content: dict[str, Any]) -> dict[str, Any]:
    """The Markdown of a snapshot as sanitised HTML, by field. Raises analysis.text.TextError."""
    summary = content["summary"]
    return {
        "summary": to_html(summary["text"], "summary") if summary else "",
        "notes": {note["slot"]: to_html(note["text"], note["slot"]) for note in content["notes"]},
    }


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of canonical JSON: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def words_of(content: dict[str, Any], html: dict[str, Any]) -> str:
    """Every word of a frozen story, for the search index: candidates only, the gate decides what may match."""
    articles = Article.objects.filter(pk__in=[s["article"] for s in content["sources"]]).select_related("publisher")
    parts = [content["headline"], content["dek"], to_plain(html["summary"])]
    parts += [content["disclosure"], made.complete(content)["conflicts"]]
    parts += [part for n in content["notes"] for part in (n["title"], to_plain(html["notes"][n["slot"]]))]
    parts += [part for c in content["claims"] for part in (c["text"], c["why"])]
    parts += [part for w in content["watch"] for part in (w["statement"], w["settled_by"])]
    parts += [m["name"] for m in content["mentions"]]
    parts += [s["why"] for s in content["sources"]]
    parts += [part for a in articles for part in (a.title, a.publisher.name)]
    return " \n".join(parts)


def _made_of_story(story: Story, part: str) -> dict[str, str]:
    by = getattr(story, f"{part}_checked_by")
    return _made(
        getattr(story, f"{part}_made_by"),
        getattr(story, f"{part}_model"),
        by.name if by else "",
        getattr(story, f"{part}_checked_at"),
    )


def _made(made_by: str, model: str, checked_by: str | None, checked_at: datetime | None) -> dict[str, str]:
    return {
        "made_by": made_by,
        "model": model,
        "checked_by": checked_by or "",
        "checked_at": checked_at.isoformat() if checked_at else "",
    }


def _desk(desk: Desk) -> dict[str, str]:
    return {"name": desk.name, "slug": desk.slug}


def _plain(permit: Permit) -> dict[str, Any]:
    return {
        "level": permit.level.name.lower(),
        "max_words": permit.max_words,
        "quote_words": permit.quote_words,
        "quote_chars": permit.quote_chars,
        "copied_words": permit.copied_words,
        "copied_percent": permit.copied_percent,
        "ai": permit.ai,
        "attribution": list(permit.attribution),
        "embargo_until": permit.embargo_until.isoformat() if permit.embargo_until else None,
        "rules": dict(sorted(permit.governing.items())),
    }
