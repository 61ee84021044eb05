"""THE GATE. A story's frozen content and the permits of its articles go in; what may be shown comes out.

The one place that decides, field by field: the strictest permit over the articles that the field rests on. A field
that does not say what it rests on rests on every source of the story.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from analysis import rulebook
from analysis.models import Article, Citation, PublishedLink, Revision, Story, WatchItem
from analysis.models.stories import Role, StoryForm, StoryLinkKind, StoryLinkVerdict
from analysis.models.watch import WatchItemState
from analysis.models.writing import Slot, Stance, Standing
from analysis.provenance import checks_of
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
from analysis.text import count_quoted_words, count_words, to_plain


class Gate:
    """The rules as they stood when this request began. Make one per request, use it for everything it shows."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.book = rulebook.current()
        self.known: dict[int, list[Citation]] = {}  # citations by story, as far as this request has read them
        self._permits: dict[int, Permit] = {}

    def permit(self, article: Article) -> Permit:
        if article.pk not in self._permits:
            self._permits[article.pk] = self.book.permit(article, self.now)
        return self._permits[article.pk]

    # --- lists ----------------------------------------------------------------------------------------------------

    def citations(self, story_ids: Iterable[int]) -> dict[int, list[Citation]]:
        """What the published revisions of these stories rest on, with articles and publishers. One query."""
        found: dict[int, list[Citation]] = {pk: [] for pk in story_ids}
        for citation in Citation.objects.filter(story__in=list(found)).select_related("article__publisher"):
            found[citation.story_id].append(citation)
        return found

    def card(self, story: Story, citations: Sequence[Citation]) -> StoryCard | None:
        """A story in a list; None if it may not be listed. Needs `story.current` (content not) and `story.topic`."""
        if story.status != Story.Status.PUBLISHED or story.current is None:
            return None
        leads = [c for c in citations if c.role == Role.ORIGINAL or c.in_summary]
        lead = strictest([self.permit(c.article) for c in leads])
        if not lead.listed:
            return None
        theirs = [c.article for c in leads if c.role == Role.ORIGINAL] or [c.article for c in leads]
        return _card(story, story.current.headline, story.current.dek, lead, theirs)

    def names_entities(self, _row: object, citations: Sequence[Citation]) -> bool:
        """Whether a story may say whom it mentions: where something of ours is said of it."""
        leads = [c for c in citations if c.role == Role.ORIGINAL or c.in_summary]
        return strictest([self.permit(c.article) for c in leads]).headline or self.may_analyse(citations)

    def may_analyse(self, citations: Sequence[Citation]) -> bool:
        """Whether our own writing that rests on all of a story's sources may be shown."""
        return analysis_allowed([self.permit(c.article) for c in citations])

    # --- one story ------------------------------------------------------------------------------------------------

    def page(
        self,
        story: Story,
        content: dict[str, Any],
        html: dict[str, Any],
        articles: dict[int, Article],
        watch: dict[int, WatchItem] | None = None,
        number: int = 0,
    ) -> StoryPage | Tombstone | None:
        """A story's page from one frozen content; a Tombstone, or None while an embargo lasts.

        `articles` holds every article that the content names, with publishers. `watch` holds the rows of its watch
        items, for how they turned out.
        """
        permits = {s["id"]: self._source_permit(s, articles) for s in content["sources"]}
        leads = [s for s in content["sources"] if s["role"] == Role.ORIGINAL or s["in_summary"]]
        lead = strictest([permits[s["id"]] for s in leads])
        if not lead.listed:
            shut = [permits[s["id"]] for s in leads if not permits[s["id"]].listed]
            if shut and all(p.embargo_until for p in shut):
                return None
            return Tombstone(legal=lead.legal)

        ours = analysis_allowed(list(permits.values()))
        event_on = date.fromisoformat(content["event_on"]) if content["event_on"] else None
        story_on = (story.published_at or self.now).date()
        sources = tuple(
            self._source(s, articles[s["article"]], permits[s["id"]], event_on, story_on)
            for s in content["sources"]
            if permits[s["id"]].listed
        )
        by_id = {source.id: source for source in sources}
        originals = [articles[s["article"]] for s in leads if s["role"] == Role.ORIGINAL]
        told = lead.headline or ours  # something of ours is said, so what surrounds it may stand too
        return StoryPage(
            card=_card(story, content["headline"], content["dek"], lead, originals or [articles[leads[0]["article"]]]),
            form=content["form"],
            form_label=str(StoryForm(content["form"]).label),
            desk=Ref(**content["desk"]),
            edited_by=Ref(**content["edited_by"]) if content["edited_by"] else None,
            originals=tuple(s for s in sources if s.role == Role.ORIGINAL) or sources[:1],
            summary=_summary(content["summary"], html, lead),
            notes=tuple(n for raw in content["notes"] if (n := _note(raw, html, permits))),
            claims=tuple(c for raw in content["claims"] if (c := _claim(raw, by_id, permits))),
            watch=self.watch_items(content["watch"], watch or {}) if ours else (),
            sources=sources,
            mentions=tuple(Ref(**m) for m in content["mentions"]) if told else (),
            disclosure=content["disclosure"] if told else "",
            number=number,
        )

    def with_company(
        self, page: StoryPage, story: Story, links: Sequence[PublishedLink], revisions: Sequence[Revision],
        citations: dict[int, list[Citation]],
    ) -> StoryPage:  # fmt: skip
        """The page with its neighbours: earlier and later coverage of ours, and its history."""
        told = self.may_analyse(citations[story.pk])
        earlier, later = [], []
        for link in links:
            ahead = link.earlier_id == story.pk
            other = link.story if ahead else link.earlier
            card = self.card(other, citations[other.pk])
            if not card:
                continue
            words = told and card.ours
            view = LinkView(
                story=card,
                kind=link.kind,
                kind_label=str(StoryLinkKind(link.kind).label),
                verdict=link.verdict if words else "",
                verdict_label=str(StoryLinkVerdict(link.verdict).label) if words and link.verdict else "",
                why=link.why if words and not ahead else "",
            )
            (later if ahead else earlier).append(view)
        earlier.sort(key=lambda v: v.story.published_at)
        later.sort(key=lambda v: v.story.published_at)
        history = tuple(self.revision(r, told and page.card.ours) for r in revisions)
        return replace(page, earlier=tuple(earlier), later=tuple(later), history=history)

    def revision(self, revision: Revision, told: bool, card: StoryCard | None = None) -> RevisionView:
        """A line of a story's history. `told`: whether its words may be shown."""
        correction = getattr(revision, "correction", None)
        words = correction.text if correction else revision.reason
        return RevisionView(
            number=revision.number,
            kind=correction.kind if correction else revision.kind,
            label=str(correction.get_kind_display() if correction else revision.get_kind_display()),
            text=words if told else "",
            at=correction.at if correction else revision.created_at,
            correction=correction is not None,
            story=card,
        )

    def watch_items(self, frozen: list[dict[str, Any]], rows: dict[int, WatchItem]) -> tuple[WatchView, ...]:
        """Watch items as they were frozen, with what has become of them since."""
        return tuple(self.watch_item(raw, rows.get(raw["id"])) for raw in frozen)

    def watch_item(self, raw: dict[str, Any], row: WatchItem | None, card: StoryCard | None = None) -> WatchView:
        due = date.fromisoformat(raw["due"])
        state = state_of(row.state if row else "open", due, self.now)
        return WatchView(
            id=raw["id"],
            statement=raw["statement"],
            due=due,
            likelihood=raw["likelihood"],
            settled_by=raw["settled_by"],
            state=state,
            state_label=str(WatchItemState(state).label) if state != "due" else "",
            outcome=row.outcome if row else "",
            outcome_url=row.outcome_url if row else "",
            resolved_at=row.resolved_at if row else None,
            story=card,
        )

    def _source_permit(self, raw: dict[str, Any], articles: dict[int, Article]) -> Permit:
        article = articles.get(raw["article"])
        return self.permit(article) if article else FORBIDDEN

    def _source(
        self, raw: dict[str, Any], article: Article, permit: Permit, event_on: date | None, story_on: date
    ) -> SourceView:
        found = checks_of(article.url, event_on, story_on)
        linked_only = permit.level == Level.LINK
        return SourceView(
            id=raw["id"],
            url=article.url,
            title=article.title,
            publisher=Ref(name=article.publisher.name, slug=article.publisher.slug),
            language=article.language,
            published_at=article.published_at,
            role=raw["role"],
            role_label=str(Role(raw["role"]).label),
            why="" if linked_only else raw["why"],
            linked_only=linked_only,
            attribution=permit.attribution,
            checks=tuple(check.words for check in found),
            warning=any(check.warning for check in found),
        )


def _card(story: Story, headline: str, dek: str, lead: Permit, originals: Sequence[Article]) -> StoryCard:
    ours = lead.headline
    first = originals[0]
    return StoryCard(
        id=story.pk or 0,
        slug=story.slug,
        headline=headline if ours else first.title,
        ours=ours,
        dek=dek if ours else "",
        language=story.language if ours else first.language,
        topic=Ref(name=story.topic.name, slug=story.topic.slug),
        published_at=story.published_at or story.created_at,
        updated_at=story.updated_at or story.published_at or story.created_at,
        publishers=tuple(dict.fromkeys(a.publisher.name for a in originals)),
    )


def _summary(raw: dict[str, Any] | None, html: dict[str, Any], lead: Permit) -> SummaryView | None:
    if not raw or not lead.summary:
        return None
    words = count_words(raw["text"])
    if words > lead.max_words or count_quoted_words(raw["text"]) > lead.quote_words:
        return None  # never cut: a text that terms no longer allow is withheld whole
    if raw["made_by"] != "person" and not lead.ai:
        return None
    return SummaryView(
        html=html["summary"],
        text=to_plain(html["summary"]),
        words=words,
        limit=lead.max_words,
        stated=lead.stated,
        made_by=raw["made_by"],
        model=raw["model"],
        checked_by=raw["checked_by"],
    )


def _note(raw: dict[str, Any], html: dict[str, Any], permits: dict[int, Permit]) -> NoteView | None:
    rests_on = [permits.get(pk, FORBIDDEN) for pk in raw["rests_on"]] or list(permits.values())
    if not analysis_allowed(rests_on) or count_quoted_words(raw["text"]) > strictest(rests_on).quote_words:
        return None
    rendered = html["notes"][raw["slot"]]
    return NoteView(
        slot=raw["slot"],
        label=str(Slot(raw["slot"]).label),
        title=raw["title"],
        html=rendered,
        text=to_plain(rendered),
    )


def _claim(raw: dict[str, Any], sources: dict[int, SourceView], permits: dict[int, Permit]) -> ClaimView | None:
    speaking = [permits.get(e["source"], FORBIDDEN) for e in raw["evidence"] if e["stance"] != Stance.SILENT]
    if not analysis_allowed(speaking or list(permits.values())):
        return None
    return ClaimView(
        id=raw["id"],
        text=raw["text"],
        standing=raw["standing"],
        label=str(Standing(raw["standing"]).label),
        why=raw["why"],
        checked_at=datetime.fromisoformat(raw["checked_at"]),
        evidence=tuple(
            EvidenceView(source=sources[e["source"]], stance=e["stance"], stance_label=str(Stance(e["stance"]).label))
            for e in raw["evidence"]
            if e["source"] in sources
        ),
        history=tuple(
            StandingView(
                standing=change["standing"],
                label=str(Standing(change["standing"]).label),
                why=change["why"],
                at=datetime.fromisoformat(change["at"]),
            )
            for change in raw["history"]
        ),
    )
