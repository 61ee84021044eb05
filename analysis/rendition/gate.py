"""THE GATE. A story's frozen content and the permits of its articles go in; what may be shown comes out.

The one place that decides, field by field: the strictest permit over the articles that the field rests on. A field
that does not say what it rests on rests on every source of the story.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from analysis import rulebook, terms
from analysis.models.publication import CorrectionKind, RevisionKind
from analysis.models.stories import Role, StoryLinkKind, StoryLinkVerdict, StoryStatus
from analysis.models.watch import WatchItemState
from analysis.rendition import allowed, parts
from analysis.rendition.allowed import quotes_fit
from analysis.rendition.rows import Changed, Cited, Judged, Row, Stood, Work, citations, standings
from analysis.rendition.story_values import (
    JudgmentView,
    LinkView,
    RevisionView,
    StoryCard,
    WatchView,
)
from analysis.scoring import state_of
from analysis.standings import record_of
from analysis.terms import FORBIDDEN, Permit, strictest

type Links = Mapping[str, terms.Work]  # by address


class Gate:
    """The rules as they stood when this request began. Make one per request, use it for everything it shows.

    `book` is another set of rules, to see what they would do.
    """

    def __init__(self, now: datetime, book: rulebook.RuleBook | None = None) -> None:
        self.now = now
        self.book = book or rulebook.current()
        self.known: dict[int, list[Cited]] = {}  # citations by story, as far as this request has read them
        self.stood: dict[int, list[Stood]] = {}  # where claims stand, likewise
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

    def hear(self, contents: Iterable[dict[str, Any]]) -> set[int]:
        """Read where the claims of these contents stand on record, in one query. Returns the ids of the stories through
        which that was said, whose citations must be known before their words are shown."""
        claims = {record_of(claim) for content in contents for claim in content["claims"]}
        self.stood.update(standings(claims - self.stood.keys()))
        return {said.story_id for pk in claims for said in self.stood[pk] if said.story_id}

    # --- lists ----------------------------------------------------------------------------------------------------

    def card(self, row: Row) -> StoryCard | None:
        """A story in a list; None if it may not be listed. Its citations must be known."""
        if row.status != StoryStatus.PUBLISHED:
            return None
        leads = [cited for cited in self.known[row.id] if cited.leads]
        lead = strictest([self.permit(cited.work) for cited in leads])
        if not lead.listed:
            return None
        return parts.card(row, lead, [c.work for c in leads if c.role == Role.ORIGINAL] or [c.work for c in leads])

    def lead(self, story_id: int) -> Permit:
        """What a story's headline and summary may be."""
        return strictest([self.permit(cited.work) for cited in self.known[story_id] if cited.leads])

    def names_entities(self, story_id: int) -> bool:
        """Whether a story may say whom it mentions: where something of ours is said of it."""
        return self.lead(story_id).headline or self.may_say(story_id)

    def may_say(self, story_id: int, *texts: str) -> bool:
        """Whether our own writing that rests on all of a story's sources may be shown: these texts, or any at all."""
        return allowed.may_say([self.permit(cited.work) for cited in self.known[story_id]], *texts)

    def awaited(self, story_id: int) -> bool:
        """Whether a story is not there yet: nothing but an embargo forbids it."""
        return allowed.awaited([self.permit(cited.work) for cited in self.known[story_id] if cited.leads])

    # --- what stands on a story's page and in lists as well (its page itself: analysis/rendition/page.py) ----------

    def link(self, story_id: int, other: Row, ahead: bool, kind: str, verdict: str, why: str) -> LinkView | None:
        """A story's neighbour, if it may be listed. `ahead`: it came later, and its words are its own."""
        card = self.card(other)
        if not card:
            return None
        words = card.ours and self.may_say(story_id)
        return LinkView(
            story=card,
            kind=kind,
            kind_label=parts.label(StoryLinkKind, kind),
            verdict=verdict if words else "",
            verdict_label=parts.label(StoryLinkVerdict, verdict) if words and verdict else "",
            why=why if words and not ahead and self.may_say(story_id, why) else "",
        )

    def revision(self, story_id: int, revision: Changed, told: bool, card: StoryCard | None = None) -> RevisionView:
        """A line of a story's history. `told`: the story has a headline of ours, so its changes may have words."""
        announced = revision.correction_kind
        text = (revision.correction_text if announced else revision.reason) or ""
        thanks = revision.thanks or ""
        shown = told and self.may_say(story_id, text)
        return RevisionView(
            number=revision.number,
            kind=announced or revision.kind,
            label=parts.label(CorrectionKind, announced) if announced else parts.label(RevisionKind, revision.kind),
            text=text if shown else "",
            at=revision.corrected_at or revision.at,
            correction=bool(announced),
            thanks=tuple(thanks.splitlines()) if thanks and shown and self.may_say(story_id, thanks) else (),
            story=card,
        )

    def watch_item(
        self, raw: dict[str, Any], judged: Sequence[Judged], story_id: int, links: Links
    ) -> WatchView | None:
        """A public watch item as it was frozen; None if its words may not be shown. The citations of its story must be
        known. `links` as above."""
        rests_on = [self.permit(cited.work) for cited in self.known[story_id]]
        return self.item(raw, judged, rests_on, rests_on, links)

    def item(
        self,
        raw: dict[str, Any],
        judged: Sequence[Judged],
        rests_on: Sequence[Permit],
        judged_on: Sequence[Permit],
        links: Links,
    ) -> WatchView | None:
        """A watch item as it was frozen, with what was said since of how it turned out: that may quote what the story
        rests on by now, `judged_on`."""
        if not allowed.may_say(rests_on, raw["statement"], raw["settled_by"]):
            return None
        due = date.fromisoformat(raw["due"])
        state = state_of(judged[-1].state if judged else "open", due, self.now)
        return WatchView(
            id=raw["id"],
            statement=raw["statement"],
            due=due,
            likelihood=raw["likelihood"],
            settled_by=raw["settled_by"],
            state=state,
            state_label=parts.label(WatchItemState, state) if state != "due" else "",
            judgments=tuple(self._judgment(said, judged_on, links) for said in judged),
        )

    def _judgment(self, said: Judged, rests_on: Sequence[Permit], links: Links) -> JudgmentView:
        """That it was judged is shown even where the words or the link may not be."""
        link = links.get(said.url)
        linked = self.book.permit(link, self.now) if link else FORBIDDEN
        return JudgmentView(
            state=said.state,
            label=parts.label(WatchItemState, said.state),
            why=said.why if quotes_fit(rests_on, said.why) else "",
            url=said.url if linked.listed else "",
            by_author=said.by_author,
            at=said.at,
        )
