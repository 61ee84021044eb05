"""THE GATE. A story's frozen content and the permits of its articles go in; what may be shown comes out.

The one place that decides, field by field: the strictest permit over the articles that the field rests on. A field
that does not say what it rests on rests on every source of the story.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import Enum, auto
from functools import cache
from typing import Any

from django.db.models import TextChoices
from django.utils.text import Truncator
from django.utils.translation import get_language

from analysis import rulebook, terms
from analysis.models.publication import CorrectionKind, RevisionKind
from analysis.models.stories import Role, StoryForm, StoryLinkKind, StoryLinkVerdict, StoryStatus
from analysis.models.watch import WatchItemState
from analysis.models.writing import Slot, Stance, Standing
from analysis.provenance import checks_of
from analysis.quoting import fits
from analysis.rendition.rows import Changed, Cited, Outcome, Row, Work, citations
from analysis.rendition.values import (
    ClaimView,
    EvidenceView,
    LinkView,
    NoteView,
    Ref,
    RevisionView,
    SourceView,
    StandingView,
    StoryCard,
    StoryPage,
    SummaryView,
    Tombstone,
    WatchView,
)
from analysis.scoring import state_of
from analysis.terms import FORBIDDEN, Level, Permit, analysis_allowed, strictest
from analysis.text import count_words, to_plain


class Gate:
    """The rules as they stood when this request began. Make one per request, use it for everything it shows.

    `book` is another set of rules, to see what they would do.
    """

    def __init__(self, now: datetime, book: rulebook.RuleBook | None = None) -> None:
        self.now = now
        self.book = book or rulebook.current()
        self.known: dict[int, list[Cited]] = {}  # citations by story, as far as this request has read them
        self._permits: dict[int, Permit] = {}

    def permit(self, work: Work) -> Permit:
        if work.id not in self._permits:
            self._permits[work.id] = self.book.permit(
                terms.Work(work.url, work.publisher_id, work.published_at), self.now
            )
        return self._permits[work.id]

    def learn(self, story_ids: Iterable[int]) -> None:
        """Read the citations of these stories, those not known yet, in one query."""
        missing = set(story_ids) - self.known.keys()
        if missing:
            self.known.update(citations(missing))

    # --- lists ----------------------------------------------------------------------------------------------------

    def card(self, row: Row) -> StoryCard | None:
        """A story in a list; None if it may not be listed. Its citations must be known."""
        if row.status != StoryStatus.PUBLISHED:
            return None
        leads = [cited for cited in self.known[row.id] if cited.leads]
        lead = strictest([self.permit(cited.work) for cited in leads])
        if not lead.listed:
            return None
        return _card(row, lead, [c.work for c in leads if c.role == Role.ORIGINAL] or [c.work for c in leads])

    def lead(self, story_id: int) -> Permit:
        """What a story's headline and summary may be."""
        return strictest([self.permit(cited.work) for cited in self.known[story_id] if cited.leads])

    def names_entities(self, story_id: int) -> bool:
        """Whether a story may say whom it mentions: where something of ours is said of it."""
        return self.lead(story_id).headline or self.may_say(story_id)

    def may_say(self, story_id: int, *texts: str) -> bool:
        """Whether our own writing that rests on all of a story's sources may be shown: these texts, or any at all."""
        return _may_say([self.permit(cited.work) for cited in self.known[story_id]], *texts)

    def awaited(self, story_id: int) -> bool:
        """Whether a story is not there yet: nothing but an embargo forbids it."""
        return _awaited([self.permit(cited.work) for cited in self.known[story_id] if cited.leads])

    # --- one story ------------------------------------------------------------------------------------------------

    def page(
        self,
        row: Row,
        content: dict[str, Any],
        html: dict[str, Any],
        works: dict[int, Work],
        watch: dict[int, Outcome] | None = None,
        number: int = 0,
    ) -> StoryPage | Tombstone | None:
        """A story's page from one frozen content; a Tombstone, or None while an embargo lasts.

        `works` holds every article that the content names. `watch` says what became of its watch items.
        """
        permits = {s["id"]: self._source_permit(s, works) for s in content["sources"]}
        leads = [s for s in content["sources"] if s["role"] == Role.ORIGINAL or s["in_summary"]]
        lead = strictest([permits[s["id"]] for s in leads])
        if not lead.listed:
            return None if _awaited([permits[s["id"]] for s in leads]) else Tombstone(legal=lead.legal)

        everything = list(permits.values())
        ours = _may_say(everything)
        event_on = date.fromisoformat(content["event_on"]) if content["event_on"] else None
        listed = [s for s in content["sources"] if permits[s["id"]].listed]
        names = _names([works[s["article"]] for s in listed])
        sources = tuple(
            self._source(s, works[s["article"]], name, permits[s["id"]], event_on, row.published_at.date())
            for s, name in zip(listed, names, strict=True)
        )
        by_id = {source.id: source for source in sources}
        originals = [works[s["article"]] for s in leads if s["role"] == Role.ORIGINAL]
        # An earlier version's page speaks of the later ones in its history: of what the story rests on now as well.
        behind = everything + [self.permit(cited.work) for cited in self.known.get(row.id, [])]
        told = lead.headline or ours  # something of ours is said, so what surrounds it may stand too
        return StoryPage(
            card=_card(
                row._replace(headline=content["headline"], dek=content["dek"]),
                lead,
                originals or [works[leads[0]["article"]]],
            ),
            form=content["form"],
            form_label=_label(StoryForm, content["form"]),
            desk=Ref(**content["desk"]),
            edited_by=Ref(**content["edited_by"]) if content["edited_by"] else None,
            originals=tuple(s for s in sources if s.role == Role.ORIGINAL) or sources[:1],
            summary=_summary(content["summary"], html, lead),
            notes=tuple(n for raw in content["notes"] if (n := _note(raw, html, permits))),
            claims=tuple(c for raw in content["claims"] if (c := _claim(raw, by_id, permits))),
            watch=tuple(
                self.watch_item(raw, _outcome((watch or {}).get(raw["id"]), everything))
                for raw in content["watch"]
                if _may_say(everything, raw["statement"], raw["settled_by"])
            ),
            sources=sources,
            mentions=tuple(Ref(**m) for m in content["mentions"]) if told else (),
            disclosure=content["disclosure"] if told and _quotes_fit(everything, content["disclosure"]) else "",
            number=number,
            ai=strictest(behind).ai,
            snippet=_snippet(behind),
        )

    def link(self, story_id: int, other: Row, ahead: bool, kind: str, verdict: str, why: str) -> LinkView | None:
        """A story's neighbour, if it may be listed. `ahead`: it came later, and its words are its own."""
        card = self.card(other)
        if not card:
            return None
        words = card.ours and self.may_say(story_id)
        return LinkView(
            story=card,
            kind=kind,
            kind_label=_label(StoryLinkKind, kind),
            verdict=verdict if words else "",
            verdict_label=_label(StoryLinkVerdict, verdict) if words and verdict else "",
            why=why if words and not ahead and self.may_say(story_id, why) else "",
        )

    def revision(self, story_id: int, revision: Changed, told: bool, card: StoryCard | None = None) -> RevisionView:
        """A line of a story's history. `told`: the story has a headline of ours, so its changes may have words."""
        announced = revision.correction_kind
        text = (revision.correction_text if announced else revision.reason) or ""
        return RevisionView(
            number=revision.number,
            kind=announced or revision.kind,
            label=_label(CorrectionKind, announced) if announced else _label(RevisionKind, revision.kind),
            text=text if told and self.may_say(story_id, text) else "",
            at=revision.corrected_at or revision.at,
            correction=bool(announced),
            story=card,
        )

    def watch_item(self, raw: dict[str, Any], became: Outcome | None, card: StoryCard | None = None) -> WatchView:
        """A watch item as it was frozen, with what has become of it since."""
        due = date.fromisoformat(raw["due"])
        state = str(state_of(became.state if became else "open", due, self.now))
        return WatchView(
            id=raw["id"],
            statement=raw["statement"],
            due=due,
            likelihood=raw["likelihood"],
            settled_by=raw["settled_by"],
            state=state,
            state_label=_label(WatchItemState, state) if state != "due" else "",
            outcome=became.outcome if became else "",
            outcome_url=became.outcome_url if became else "",
            resolved_at=became.resolved_at if became else None,
            story=card,
        )

    def _source_permit(self, raw: dict[str, Any], works: dict[int, Work]) -> Permit:
        work = works.get(raw["article"])
        return self.permit(work) if work else FORBIDDEN

    def _source(
        self, raw: dict[str, Any], work: Work, name: str, permit: Permit, event_on: date | None, story_on: date
    ) -> SourceView:
        found = checks_of(work.url, event_on, story_on)
        return SourceView(
            id=raw["id"],
            url=work.url,
            title=work.title,
            publisher=Ref(name=work.publisher_name, slug=work.publisher_slug),
            name=name,
            language=work.language,
            published_at=work.published_at,
            role=raw["role"],
            role_label=_label(Role, raw["role"]),
            why=raw["why"] if _may_say([permit], raw["why"]) else "",
            linked_only=permit.level == Level.LINK,
            stated=permit.stated,
            attribution=permit.attribution,
            checks=tuple(check.words for check in found),
            warning=any(check.warning for check in found),
        )


def _may_say(rests_on: Sequence[Permit], *texts: str) -> bool:
    """Whether our own words that rest on these articles may be shown, and quote no more than their terms allow."""
    return analysis_allowed(rests_on) and _quotes_fit(rests_on, *texts)


def _quotes_fit(rests_on: Sequence[Permit], *texts: str) -> bool:
    permit = strictest(rests_on)
    return all(fits(permit, text) for text in texts)


def _snippet(rests_on: Sequence[Permit]) -> int:
    """How many characters of a page others may show, so that they show no more words than its sources allow us.

    A word takes two characters with the space beside it, so 2n - 1 of them never hold more than n words, nor parts of
    more. Of a source that allows a link only, the page has the title and no other word: the title is marked as not to
    be shown (data-nosnippet), and the rest of the page is not measured by it.
    """
    words = [permit.max_words for permit in rests_on if permit.level != Level.LINK]
    return max(2 * min(words, default=0) - 1, 0)


def _outcome(became: Outcome | None, rests_on: Sequence[Permit]) -> Outcome | None:
    """What became of a watch item; that it was judged is shown even where the words may not be."""
    return became if not became or _quotes_fit(rests_on, became.outcome) else became._replace(outcome="")


def _awaited(leads: Sequence[Permit]) -> bool:
    shut = [permit for permit in leads if not permit.listed]
    return bool(shut) and all(permit.embargo_until for permit in shut)


def _names(works: Sequence[Work]) -> list[str]:
    """What to call each of a story's sources where there is room for a name only."""
    publishers = [work.publisher_name for work in works]
    return [
        name if publishers.count(name) == 1 else f"{name}: {Truncator(work.title).chars(36)}"
        for name, work in zip(publishers, works, strict=True)
    ]


def _label(choices: type[TextChoices], value: str) -> str:
    return _translated(choices, value, get_language())


@cache  # a story page says some fifty labels, a dozen different ones
def _translated(choices: type[TextChoices], value: str, _language: str | None) -> str:
    return str(choices(value).label)


def _card(row: Row, lead: Permit, originals: Sequence[Work]) -> StoryCard:
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


class Withheld(Enum):
    """Why a summary may not be shown."""

    LEVEL = auto()
    WORDS = auto()
    QUOTES = auto()
    MACHINE = auto()


def summary_withheld(raw: dict[str, Any], lead: Permit) -> Withheld | None:
    """Why a frozen summary may not be shown whole; None if it may. It is never cut."""
    if not lead.summary:
        return Withheld.LEVEL
    if count_words(raw["text"]) > lead.max_words:
        return Withheld.WORDS
    if not fits(lead, raw["text"], blocks=True):
        return Withheld.QUOTES
    if raw["made_by"] != "person" and not lead.ai:
        return Withheld.MACHINE
    return None


def _summary(raw: dict[str, Any] | None, html: dict[str, Any], lead: Permit) -> SummaryView | None:
    if not raw or summary_withheld(raw, lead):
        return None
    return SummaryView(
        html=html["summary"],
        text=to_plain(html["summary"]),
        words=count_words(raw["text"]),
        limit=lead.max_words,
        stated=lead.stated,
        restricted=lead.restricted,
        made_by=raw["made_by"],
        model=raw["model"],
        checked_by=raw["checked_by"],
    )


def _note(raw: dict[str, Any], html: dict[str, Any], permits: dict[int, Permit]) -> NoteView | None:
    rests_on = [permits.get(pk, FORBIDDEN) for pk in raw["rests_on"]] or list(permits.values())
    if not _may_say(rests_on, raw["title"], raw["text"]):
        return None
    rendered = html["notes"][raw["slot"]]
    return NoteView(
        slot=raw["slot"],
        label=_label(Slot, raw["slot"]),
        title=raw["title"],
        html=rendered,
        text=to_plain(rendered),
    )


def _claim(raw: dict[str, Any], sources: dict[int, SourceView], permits: dict[int, Permit]) -> ClaimView | None:
    speaking = [permits.get(e["source"], FORBIDDEN) for e in raw["evidence"] if e["stance"] != Stance.SILENT]
    rests_on = speaking or list(permits.values())
    if not _may_say(rests_on, raw["text"], raw["why"]):
        return None
    return ClaimView(
        id=raw["id"],
        text=raw["text"],
        standing=raw["standing"],
        label=_label(Standing, raw["standing"]),
        why=raw["why"],
        checked_at=datetime.fromisoformat(raw["checked_at"]),
        evidence=tuple(
            EvidenceView(
                source=sources[e["source"]],
                stance=e["stance"],
                stance_label=_label(Stance, e["stance"]),
            )
            for e in raw["evidence"]
            if e["source"] in sources
        ),
        history=tuple(
            StandingView(
                standing=change["standing"],
                label=_label(Standing, change["standing"]),
                why=change["why"] if _quotes_fit(rests_on, change["why"]) else "",
                at=datetime.fromisoformat(change["at"]),
            )
            for change in raw["history"]
        ),
    )
