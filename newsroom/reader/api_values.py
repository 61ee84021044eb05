"""What the API answers, as JSON: each value is what a rendition holds, as codes and as texts that were written."""

from typing import Any

from django.conf import settings

from analysis.rendition import ClaimRecord, StoryPage
from analysis.rendition.story_values import (
    ClaimView,
    LinkView,
    MadeView,
    Moment,
    RevisionView,
    SourceView,
    StandingView,
    StoryCard,
    WatchView,
)

type Json = dict[str, Any]


def card_of(card: StoryCard) -> Json:
    return {
        "url": settings.ORIGIN + card.url,
        "api": f"{settings.ORIGIN}/api/v1{card.url}",
        "headline": card.headline,
        "headline_is_ours": card.ours,
        "dek": card.dek,
        "language": card.language,
        "topic": card.topic.slug,
        "published_at": card.published_at.isoformat(),
        "updated_at": card.updated_at.isoformat(),
        "publishers": list(card.publishers),
    }


def page_of(page: StoryPage) -> Json:
    summary = page.summary
    return card_of(page.card) | {
        "version": page.number,
        "versions": f"{settings.ORIGIN}/api/v1{page.card.url}versions/",
        "timeline": f"{settings.ORIGIN}/api/v1{page.card.url}timeline/",
        "form": page.form,
        "by": page.desk.name,
        "edited_by": page.edited_by.name if page.edited_by else None,
        "originals": [source.url for source in page.originals],
        "headline_made": _made(page.head),
        "summary": summary and {
            "text": summary.text, "html": summary.html, "words": summary.words, "words_allowed": summary.limit,
            "made": _made(summary.made),
        },
        "notes": [
            {"slot": note.slot, "title": note.title, "text": note.text, "html": note.html, "made": _made(note.made)}
            for note in page.notes
        ],
        "claims": [claim_of(one) for one in page.claims],
        "claims_made": _made(page.claims_made),
        "watch": [watch_of(item) for item in page.watch],
        "watch_made": _made(page.watch_made),
        "sources": [_source(source) for source in page.sources],
        "mentions": [{"name": ref.name, "url": f"{settings.ORIGIN}/mentions/{ref.slug}/"} for ref in page.mentions],
        "how_this_was_made": page.disclosure,
        "conflicts": page.conflicts,
        "earlier": [_link(link) for link in page.earlier],
        "later": [_link(link) for link in page.later],
        "corrections": [
            {"kind": line.kind, "text": line.text, "at": line.at.isoformat(), "thanks": list(line.thanks)}
            for line in page.corrections if line.text
        ],
    }  # fmt: skip


def _link(link: LinkView) -> Json:
    return card_of(link.story) | {"kind": link.kind, "verdict": link.verdict or None}


def _made(made: MadeView | None) -> Json | None:
    """None of what is not shown, or of which nobody has said it."""
    if not made or not made.said:
        return None
    return {
        "by": made.made_by or None,
        "model": made.model or None,
        "checked_by": made.checked_by or None,
        "checked_at": made.checked_at.isoformat() if made.checked_at else None,
    }


def claim_of(one: ClaimView) -> Json:
    return {
        "url": settings.ORIGIN + one.url,
        "text": one.text,
        "standing": one.standing,
        "why": one.why,
        "standing_changed_since_written": bool(one.written),
        "checked_at": one.checked_at.isoformat(),
        "outlets": one.witnesses.outlets,
        "independent_sources": one.witnesses.independent,
        "evidence": [{"source": cell.source.url, "stance": cell.stance} for cell in one.evidence],
        "history": [_standing(said) for said in one.history],
    }


def record_of(found: ClaimRecord) -> Json:
    return claim_of(found.claim) | {
        "language": found.language,
        "outlets": found.witnesses.outlets,
        "independent_sources": found.witnesses.independent,
        "evidence": [{"source": cell.source.url, "stance": cell.stance} for cell in found.said],
        "stories": [card_of(use.story) | {"text": use.claim.text} for use in found.uses],
    }


def _standing(said: StandingView) -> Json:
    return {
        "standing": said.standing,
        "why": said.why,
        "at": said.at.isoformat(),
        "by": said.desk or None,
        "on": said.work.url if said.work else None,
    }


def version_of(line: RevisionView, story: StoryCard) -> Json:
    return {"number": line.number, "announced": line.correction} | _change(line, story)


def correction_of(line: RevisionView | Moment, story: StoryCard) -> Json:
    """A correction, or a judgment that was taken back: of which forecast, and why."""
    if isinstance(line, RevisionView):
        return {"story": card_of(story), "version": line.number, "forecast": None} | _change(line, story)
    return {
        "story": card_of(story),
        "version": None,
        "forecast": line.text,
        "kind": "taken_back",
        "text": line.why,
        "at": line.at.isoformat(),
        "thanks": [],
        "url": settings.ORIGIN + line.url,
        "changes": None,
    }


def _change(line: RevisionView, story: StoryCard) -> Json:
    """What a line of a story's history says; the first version changed nothing."""
    version = f"{settings.ORIGIN}{story.url}history/{line.number}/"
    return {
        "kind": line.kind,
        "text": line.text or None,
        "at": line.at.isoformat(),
        "thanks": list(line.thanks),
        "url": version,
        "changes": f"{version}changes/" if line.number > 1 else None,
    }


def moment_of(moment: Moment) -> Json:
    return {
        "kind": moment.kind,
        "at": moment.at.isoformat(),
        "story": card_of(moment.story),
        "code": moment.code,
        "text": moment.text or None,
        "why": moment.why or None,
        "why_language": (moment.why_language or moment.story.language) if moment.why else None,
        "url": settings.ORIGIN + (moment.url or moment.story.url),
    }


def watch_of(item: WatchView) -> Json:
    return {
        "id": item.id,
        "statement": item.statement,
        "due": item.due.isoformat(),
        "likelihood": item.likelihood,
        "settled_by": item.settled_by,
        "state": item.state,
        "replaced_by": item.replaced_by,
        "judgments": [
            {"state": said.state, "why": said.why, "url": said.url or None, "at": said.at.isoformat()}
            for said in item.judgments
        ],
    }


def _source(source: SourceView) -> Json:
    return {
        "url": source.url,
        "title": source.title,
        "publisher": source.publisher.name,
        "language": source.language,
        "published_at": source.published_at.isoformat() if source.published_at else None,
        "role": source.role,
        "why": source.why,
        "copied_from": source.copied_from or None,
        "attribution": list(source.attribution),
        "checks": [{"mark": check.mark, "words": check.words} for check in source.checks],
    }
