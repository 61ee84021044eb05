"""A story's page from one frozen content: what of each part may be shown, by the permits of what it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from analysis import terms
from analysis.addresses import host_of
from analysis.models.stories import Role, StoryForm, StoryStatus
from analysis.models.writing import Stance, Standing
from analysis.provenance import Asked, Owners, checks_of, facts_of
from analysis.rendition import allowed, making, parts
from analysis.rendition.allowed import quotes_fit
from analysis.rendition.gate import Gate, Links
from analysis.rendition.rows import Judged, Row, Stood, Work
from analysis.rendition.story_values import (
    ClaimView,
    Ref,
    SourceView,
    StandingView,
    StoryPage,
    Tombstone,
    WorkView,
)
from analysis.standings import record_of
from analysis.terms import FORBIDDEN, Level, Permit, strictest


class _Looked(NamedTuple):
    """What the checks of a story's sources look at beside each of them."""

    owners: Owners
    asked: Mapping[int, Asked]  # by article
    stances: Mapping[int, frozenset[str]]  # by source
    event_on: str | None
    story_on: date


def page_of(
    gate: Gate,
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
    permits = {s["id"]: _source_permit(gate, s, works) for s in content["sources"]}
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
        _source(gate, s, works[s["article"]], name, permits[s["id"]], looked or None)
        for s, name in zip(listed, names, strict=True)
    )
    cells = parts.cells(sources) if content["claims"] else {}
    named = {s["article"] for s in content["sources"]}
    later = [gate.permit(cited.work) for cited in gate.known.get(row.id, []) if cited.work.id not in named]
    claims = tuple(c for raw in content["claims"] if (c := _claim(gate, raw, cells, permits, later, row.id, proposed)))
    originals = [works[s["article"]] for s in leads if s["role"] == Role.ORIGINAL]
    # An earlier version's page speaks of the later ones in its history: of what the story rests on now as well.
    behind = everything + [gate.permit(cited.work) for cited in gate.known.get(row.id, [])]
    # So do the words, said through another story, of where a claim stands.
    through = {said.through for claim in claims for said in claim.changes if said.through} - {row.id}
    behind += [gate.permit(cited.work) for pk in through for cited in gate.known[pk]]
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
        if (item := gate.item(raw, (judged or {}).get(raw["id"], ()), everything, behind, links or {}))
    )
    head = making.view(content.get("head", {})) if card.ours else None
    claims_made = making.view(content.get("claims_made", {})) if claims else None
    if claims_made and any(claim.written for claim in claims):
        claims_made = replace(claims_made, checked_by="", checked_at=None)  # nobody checked where they stand by now
    watch_made = making.view(content.get("watch_made", {})) if watch else None
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
        claims_made=claims_made,
        watch_made=watch_made,
        made=making.sentences(list(making.parts(head, summary, notes, claims_made, watch_made))),
        number=number,
        ai=strictest(behind).ai,
        snippet=allowed.snippet(behind),
    )


class _Resting(NamedTuple):
    """What the words of where a claim stood rest on, on one page."""

    story_id: int
    claim: Sequence[Permit]  # the sources that speak of it there
    later: Sequence[Permit]  # what the story rests on by now, and did not when that page was written
    page: Sequence[Permit]  # all of the page's sources, which give the credits


def _claim(
    gate: Gate,
    raw: dict[str, Any],
    cells: parts.Cells,
    permits: dict[int, Permit],
    later: Sequence[Permit],
    story_id: int,
    proposed: bool,
) -> ClaimView | None:
    rests_on = parts.claim_rests_on(raw, permits)
    resting = _Resting(story_id, rests_on, later, list(permits.values()))
    stood = [_standing(gate, said, resting) for said in gate.stood.get(record_of(raw), ())]
    if proposed and stood and stood[-1].standing != raw["standing"]:
        stood.append(parts.proposal(raw, gate.now))
    return parts.claim(raw, cells, rests_on, stood or parts.frozen_standings(raw, rests_on))


def _standing(gate: Gate, said: Stood, resting: _Resting) -> StandingView:
    """Where a claim stood is shown even where the words or the link may not be.

    The words rest on what is said to show them as well. Those that were said through another story are withdrawn with
    it, rest on its sources, and ask for the credit that these do.
    """
    others = [gate.permit(said.work)] if said.work else []
    told = quotes_fit(resting.claim, said.why)
    if said.story_id == resting.story_id:
        others += resting.later
    else:
        behind = [gate.permit(cited.work) for cited in gate.known.get(said.story_id or 0, [])]
        told = told and bool(behind) and said.story_status == StoryStatus.PUBLISHED
        others += behind
    credited = {words for permit in resting.page for words in permit.attribution}
    told = told and (not others or allowed.may_say(others, said.why))
    told = told and all(words in credited for permit in others for words in permit.attribution)
    return StandingView(
        standing=said.standing,
        label=parts.label(Standing, said.standing),
        why=said.why if told else "",
        at=said.at,
        language=said.language or "",
        desk=said.desk or "",
        work=_linked(gate, said.work),
        through=said.story_id if told and said.why else None,
    )


def _linked(gate: Gate, work: Work | None) -> WorkView | None:
    if not work or not gate.permit(work).listed:
        return None
    return WorkView(
        url=work.url,
        title=work.title,
        language=work.language,
        publisher=work.publisher_name,
        linked_only=gate.permit(work).level == Level.LINK,
    )


def _source(
    gate: Gate, raw: dict[str, Any], work: Work, name: str, permit: Permit, looked: _Looked | None
) -> SourceView:
    if looked is None:
        return parts.source(raw, work, name, permit)
    answer, stances = looked.asked.get(raw["article"]), looked.stances.get(raw["id"], frozenset())
    facts = facts_of(work, raw["role"], looked.owners, looked.event_on, looked.story_on, answer, stances)
    copy = _copy(gate, answer, looked.owners)
    return parts.source(raw, work, name, permit, checks_of(facts, gate.now.date()), answer, copy)


def _copy(gate: Gate, answer: Asked | None, owners: Owners) -> str:
    """The address of an archived copy, if the rules let it be linked: it is a page as any other."""
    if not answer or not answer.memento:
        return ""
    owner = owners.get(host_of(answer.memento), (0, ""))[0]
    return answer.memento if gate.book.permit(terms.Work(answer.memento, owner), gate.now).listed else ""


def _source_permit(gate: Gate, raw: dict[str, Any], works: dict[int, Work]) -> Permit:
    work = works.get(raw["article"])
    return gate.permit(work) if work else FORBIDDEN


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
