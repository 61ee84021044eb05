"""THE GATE. A story's frozen content and the permits of its articles go in; what may be shown comes out.

The one place that decides, field by field: the strictest permit over the articles that the field rests on. A field
that does not say what it rests on rests on every source of the story.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from analysis import rulebook, terms
from analysis.addresses import host_of
from analysis.models.publication import CorrectionKind, RevisionKind
from analysis.models.stories import Role, StoryForm, StoryLinkKind, StoryLinkVerdict, StoryStatus
from analysis.models.watch import WatchItemState
from analysis.models.writing import Stance, Standing
from analysis.provenance import Asked, Owners, checks_of, facts_of
from analysis.rendition import allowed, making, parts
from analysis.rendition.allowed import quotes_fit
from analysis.rendition.rows import Changed, Cited, Judged, Row, Stood, Work, citations, standings
from analysis.rendition.story_values import (
    ClaimView,
    JudgmentView,
    LinkView,
    Ref,
    RevisionView,
    SourceView,
    StandingView,
    StoryCard,
    StoryPage,
    Tombstone,
    WatchView,
    WorkView,
)
from analysis.scoring import state_of
from analysis.standings import record_of
from analysis.terms import FORBIDDEN, Permit, strictest

type Links = Mapping[str, terms.Work]  # by address


class _Looked(NamedTuple):
    """What the checks of a story's sources look at beside each of them."""

    owners: Owners
    asked: Mapping[int, Asked]  # by article
    stances: Mapping[int, frozenset[str]]  # by source
    event_on: str | None
    story_on: date


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

    # --- one story ------------------------------------------------------------------------------------------------

    def page(
        self,
        row: Row,
        content: dict[str, Any],
        html: dict[str, Any],
        works: dict[int, Work],
        judged: Mapping[int, Sequence[Judged]] | None = None,
        number: int = 0,
        owners: Owners | None = None,
        links: Links | None = None,
        asked: Mapping[int, Asked] | None = None,
        proposed: bool = False,
    ) -> StoryPage | Tombstone | None:
        """A story's page from one frozen content; a Tombstone, or None while an embargo lasts.

        `works` holds every article that the content names, `judged` what was said of its watch items. `owners`: whose
        sites the hosts are (analysis/owners.py); where they are not given, nothing is said of what was checked.
        `links`: the pages that judgments lead to, as far as the rules must know them; others are not linked.
        `proposed`: the content is not public yet, so claims stand where it says, not where they do on record.
        `asked`: what the servers of the articles answered, by article; one that never was asked is missing.
        """
        permits = {s["id"]: self._source_permit(s, works) for s in content["sources"]}
        leads = [s for s in content["sources"] if s["role"] == Role.ORIGINAL or s["in_summary"]]
        lead = strictest([permits[s["id"]] for s in leads])
        if not lead.listed:
            return None if allowed.awaited([permits[s["id"]] for s in leads]) else Tombstone(legal=lead.legal)

        everything = list(permits.values())
        ours = allowed.may_say(everything)
        listed = [s for s in content["sources"] if permits[s["id"]].listed]
        names = parts.names([works[s["article"]] for s in listed])
        looked = owners is not None and _Looked(
            owners, asked or {}, _stances(content, permits), content["event_on"], row.published_at.date()
        )
        sources = tuple(
            self._source(s, works[s["article"]], name, permits[s["id"]], looked or None)
            for s, name in zip(listed, names, strict=True)
        )
        cells = parts.cells(sources) if content["claims"] else {}
        claims = tuple(c for raw in content["claims"] if (c := self._claim(raw, cells, permits, row.id, proposed)))
        originals = [works[s["article"]] for s in leads if s["role"] == Role.ORIGINAL]
        # An earlier version's page speaks of the later ones in its history: of what the story rests on now as well.
        behind = everything + [self.permit(cited.work) for cited in self.known.get(row.id, [])]
        # So do the words, said through another story, of where a claim stands.
        through = {said.through for claim in claims for said in claim.changes if said.through} - {row.id}
        behind += [self.permit(cited.work) for pk in through for cited in self.known[pk]]
        told = lead.headline or ours  # something of ours is said, so what surrounds it may stand too

        def around(text: str) -> str:
            return text if told and quotes_fit(everything, text) else ""

        card = parts.card(
            row._replace(headline=content["headline"], dek=content["dek"]),
            lead,
            originals or [works[leads[0]["article"]]],
        )
        summary = parts.summary(content["summary"], html, lead)
        notes = tuple(n for raw in content["notes"] if (n := parts.note(raw, html, permits)))
        watch = tuple(
            item
            for raw in content["watch"]
            if (item := self._watch_item(raw, (judged or {}).get(raw["id"], ()), everything, behind, links or {}))
        )
        head = making.view(content.get("head", {})) if card.ours else None
        return StoryPage(
            card=card,
            form=content["form"],
            form_label=parts.label(StoryForm, content["form"]),
            desk=Ref(**content["desk"]),
            edited_by=Ref(**content["edited_by"]) if content["edited_by"] else None,
            originals=tuple(s for s in sources if s.role == Role.ORIGINAL) or sources[:1],
            summary=summary,
            notes=notes,
            claims=claims,
            watch=watch,
            sources=sources,
            mentions=tuple(Ref(**m) for m in content["mentions"]) if told else (),
            disclosure=around(content["disclosure"]),
            conflicts=around(content.get("conflicts", "")),
            head=head,
            made=making.sentences(list(making.parts(head, summary, notes)), more=bool(claims or watch)),
            number=number,
            ai=strictest(behind).ai,
            snippet=allowed.snippet(behind),
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
        return self._watch_item(raw, judged, rests_on, rests_on, links)

    def _watch_item(
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

    def _claim(
        self, raw: dict[str, Any], cells: parts.Cells, permits: dict[int, Permit], story_id: int, proposed: bool
    ) -> ClaimView | None:
        rests_on = parts.claim_rests_on(raw, permits)
        stood = [self._standing(said, rests_on, story_id) for said in self.stood.get(record_of(raw), ())]
        if proposed and stood and stood[-1].standing != raw["standing"]:
            stood.append(parts.proposal(raw, self.now))
        return parts.claim(raw, cells, rests_on, stood or parts.frozen_standings(raw, rests_on))

    def _standing(self, said: Stood, rests_on: Sequence[Permit], story_id: int) -> StandingView:
        """Where a claim stood is shown even where the words or the link may not be. Words that were said through
        another story rest on its sources as well, and ask for the credit that these do."""
        told = quotes_fit(rests_on, said.why)
        if said.story_id != story_id:
            others = [self.permit(cited.work) for cited in self.known.get(said.story_id or 0, [])]
            credited = {words for permit in rests_on for words in permit.attribution}
            told = told and bool(others) and allowed.may_say(others, said.why)
            told = told and all(words in credited for permit in others for words in permit.attribution)
        return StandingView(
            standing=said.standing,
            label=parts.label(Standing, said.standing),
            why=said.why if told else "",
            at=said.at,
            language=said.language or "",
            desk=said.desk or "",
            work=self._linked(said.work),
            through=said.story_id if told and said.why else None,
        )

    def _linked(self, work: Work | None) -> WorkView | None:
        if not work or not self.permit(work).listed:
            return None
        return WorkView(url=work.url, title=work.title, language=work.language, publisher=work.publisher_name)

    def _source(self, raw: dict[str, Any], work: Work, name: str, permit: Permit, looked: _Looked | None) -> SourceView:
        if looked is None:
            return parts.source(raw, work, name, permit)
        answer, stances = looked.asked.get(raw["article"]), looked.stances.get(raw["id"], frozenset())
        facts = facts_of(work, raw["role"], looked.owners, looked.event_on, looked.story_on, answer, stances)
        copy = self._copy(answer, looked.owners)
        return parts.source(raw, work, name, permit, checks_of(facts, self.now.date()), answer, copy)

    def _copy(self, answer: Asked | None, owners: Owners) -> str:
        """The address of an archived copy, if the rules let it be linked: it is a page as any other."""
        if not answer or not answer.memento:
            return ""
        owner = owners.get(host_of(answer.memento), (0, ""))[0]
        return answer.memento if self.book.permit(terms.Work(answer.memento, owner), self.now).listed else ""

    def _source_permit(self, raw: dict[str, Any], works: dict[int, Work]) -> Permit:
        work = works.get(raw["article"])
        return self.permit(work) if work else FORBIDDEN


def _stances(content: dict[str, Any], permits: Mapping[int, Permit]) -> dict[int, frozenset[str]]:
    """The stances of each source on the claims that may be said: of others, not even that there are any."""
    found: dict[int, set[str]] = {}
    for raw in content["claims"]:
        speaking = [e for e in raw["evidence"] if e["stance"] != Stance.SILENT]
        rests_on = [permits.get(e["source"], FORBIDDEN) for e in speaking]
        if rests_on and allowed.may_say(rests_on, raw["text"], raw["why"]):
            for e in speaking:
                found.setdefault(e["source"], set()).add(e["stance"])
    return {source: frozenset(stances) for source, stances in found.items()}
