"""What may be shown of a story, as plain frozen values: its page, its line in a list, and their parts.

A field that may not be shown is None or empty; a template leaves no trace of it. `html` fields are sanitised already
(analysis/text.py). Times are aware and UTC.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from analysis.models.stories import fold
from analysis.provenance import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A name with its address on this site."""

    name: str
    slug: str
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    id: int
    url: str
    title: str
    publisher: Ref
    name: str  # the publisher; with the title behind it if another source of the story is theirs too
    language: str
    published_at: datetime | None
    role: str
    role_label: str
    why: str  # ours, so empty where only a link is allowed
    copied_from: str  # whose text it carries, by name, if that is not its own; ours as well
    linked_only: bool
    stated: bool  # that only so much is shown of it is the publisher's own word
    attribution: tuple[str, ...]
    checks: tuple[Check, ...] = ()  # what was found of it; on the story's own pages only
    asked_at: datetime | None = None  # when its server was asked last
    sha256: str = ""  # of what it said then
    copy: str = ""  # the address of an archived copy

    @property
    def troubles(self) -> tuple[Check, ...]:
        """What is wrong, or could not be checked."""
        return tuple(check for check in self.checks if check.mark != "fine")

    @property
    def fine(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.mark == "fine")

    @property
    def mark(self) -> str:
        """The worst of what was found."""
        return self.checks[0].mark if self.checks else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeView:
    """Who or what wrote a part of a page, and who checked it. What is empty, nobody has said."""

    made_by: str  # person, model, both
    model: str  # empty where a person wrote it alone
    checked_by: str  # a desk
    checked_at: datetime | None

    @property
    def said(self) -> bool:
        return bool(self.made_by or self.checked_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryView:
    html: str
    text: str
    words: int
    limit: int
    stated: bool  # the limit is the publisher's
    restricted: bool  # the limit is neither its nor our default: somebody has asked us for less
    made: MadeView


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    slot: str
    label: str
    title: str
    html: str
    text: str
    made: MadeView


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    source: SourceView
    stance: str
    stance_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """How many outlets say a thing, and from how many of them it comes."""

    outlets: int
    independent: int


def stating(evidence: Sequence[EvidenceView]) -> Witnesses:
    """The outlets that state a claim; who says it of themselves, in a primary document, is none."""
    return witnesses([cell.source for cell in evidence if cell.stance == "states" and cell.source.role != "primary"])


def witnesses(sources: Sequence[SourceView]) -> Witnesses:
    """Sources of one publisher are one outlet. Outlets that carry each other's text, or that of a third, are joined."""
    joined: dict[str, str] = {}

    def root(name: str) -> str:
        while (next_ := joined.setdefault(name, name)) != name:
            name = next_
        return name

    for source in sources:
        own = root(fold(source.publisher.name))
        if source.copied_from:
            joined[own] = root(fold(source.copied_from))
    outlets = {fold(source.publisher.name) for source in sources}
    return Witnesses(outlets=len(outlets), independent=len({root(name) for name in outlets}))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkView:
    """An article that may be linked."""

    url: str
    title: str
    language: str
    publisher: str
    linked_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingView:
    """Where a claim stood from a day on."""

    standing: str
    label: str
    why: str
    at: datetime
    language: str = ""  # of `why`, where that is not the page's
    desk: str = ""  # who said so
    work: WorkView | None = None  # on what
    through: int | None = None  # the story whose sources `why` rests on, if it is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """A claim as a story puts it, and where it stands now."""

    id: int
    record: int  # the claim under which it stands: its address, whichever stories use it
    text: str
    standing: str
    label: str
    why: str
    why_language: str  # empty: the page's
    written: str  # how it stood when the page was written, if that is otherwise; else empty
    written_why: str  # and why
    checked_at: datetime
    evidence: tuple[EvidenceView, ...]
    history: tuple[StandingView, ...]  # where it stood, oldest first
    since: datetime | None = None  # it is on this page, as far as its history is told there

    @property
    def url(self) -> str:
        return f"/claims/{self.record}/"

    @property
    def changes(self) -> tuple[StandingView, ...]:
        """How its standing moved; nothing if it never did."""
        return self.history if len(self.history) > 1 else ()

    @property
    def witnesses(self) -> Witnesses:
        """Who states it."""
        return stating(self.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgmentView:
    """How a watch item turned out, as we said on a day; or, in the state “open”, that we took this back."""

    state: str
    label: str
    why: str  # empty where it may not be shown
    url: str  # where that can be seen; empty where it may not be linked
    by_author: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchView:
    id: int
    statement: str
    due: date
    likelihood: int
    settled_by: str
    state: str  # open, due, yes, no, ambiguous, annulled
    state_label: str
    judgments: tuple[JudgmentView, ...]  # oldest first
    story: "StoryCard | None" = None  # in lists that span stories
    replaced_by: int | None = None  # the newer one that stands in its place
    replaces: int | None = None  # the older one in whose place it stands

    @property
    def side(self) -> str:
        """Whether it came out as we called it likelier: right, wrong, or even where we took no side. Empty before."""
        if self.state not in ("yes", "no"):
            return ""
        if self.likelihood == 50:
            return "even"
        return "right" if (self.likelihood > 50) == (self.state == "yes") else "wrong"

    @property
    def outcome(self) -> JudgmentView | None:
        """The judgment that stands."""
        last = self.judgments[-1] if self.judgments else None
        return last if last and last.state != "open" else None

    @property
    def taken_back(self) -> tuple[JudgmentView, ...]:
        """What was said before it, and why it does not stand."""
        return self.judgments[:-1] if self.outcome else self.judgments


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryCard:
    """A story in a list."""

    id: int
    slug: str
    headline: str
    ours: bool  # False: the headline is the publisher's, shown plain
    dek: str
    language: str
    topic: Ref
    published_at: datetime
    updated_at: datetime
    publishers: tuple[str, ...]

    @property
    def url(self) -> str:
        return f"/stories/{self.slug}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedClaim:
    """A claim in a list that spans stories."""

    claim: ClaimView
    story: StoryCard


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """Another story of ours that this one leans on, or that leans on this one."""

    story: StoryCard
    kind: str
    kind_label: str
    verdict: str
    verdict_label: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something that happened to a story or its matter."""

    kind: str  # story, claim, forecast, correction
    at: datetime
    story: StoryCard
    label: str  # its form, or where the claim stands since, how the forecast turned out, what kind of correction
    code: str = ""  # the same as a code
    text: str = ""  # the claim, the forecast, the correction; of a story its headline says it
    url: str = ""
    why: str = ""
    why_language: str = ""  # empty: the story's
    through: int | None = None  # the story through which it was said of a claim, if its words are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionView:
    number: int
    kind: str
    label: str
    text: str  # the correction's words, or the reason given; empty where they may not be shown
    at: datetime
    correction: bool
    thanks: tuple[str, ...] = ()  # names of readers who had reported it and asked to be thanked
    story: StoryCard | None = None  # in lists that span stories


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What is established: the claims of a page, and who says what of them."""

    claims: tuple[ClaimView, ...]
    sources: tuple[SourceView, ...]
    form: str  # of the story

    @property
    def columns(self) -> tuple[SourceView, ...]:
        """Those of the claim × source grid: the sources that take a stance on some claim."""
        ids = {cell.source.id for claim in self.claims for cell in claim.evidence}
        return tuple(source for source in self.sources if source.id in ids)

    @property
    def rows(self) -> tuple[tuple[ClaimView, tuple[EvidenceView | None, ...]], ...]:
        rows, columns = [], self.columns
        for claim in self.claims:
            cells = {cell.source.id: cell for cell in claim.evidence}
            rows.append((claim, tuple(cells.get(source.id) for source in columns)))
        return tuple(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPage:
    card: StoryCard
    form: str
    form_label: str
    desk: Ref
    edited_by: Ref | None
    originals: tuple[SourceView, ...]
    summary: SummaryView | None
    notes: tuple[NoteView, ...]
    claims: tuple[ClaimView, ...]
    watch: tuple[WatchView, ...]
    sources: tuple[SourceView, ...]
    mentions: tuple[Ref, ...]
    disclosure: str
    conflicts: str  # what stake we have in it
    head: MadeView | None  # of headline and dek; None where the headline is not ours
    claims_made: MadeView | None = None  # of the claims together; None where none is shown
    watch_made: MadeView | None = None  # of the watch items together
    made: tuple[str, ...] = ()  # how its parts were made, in sentences
    earlier: tuple[LinkView, ...] = ()
    later: tuple[LinkView, ...] = ()
    history: tuple[RevisionView, ...] = ()
    number: int = 0  # of the revision shown
    ai: bool = False  # every source lets machines use its work
    snippet: int = 0  # how many characters of the page others may show; 0: none

    @property
    def headline(self) -> str:
        return self.card.headline

    @property
    def original(self) -> SourceView:
        return self.originals[0]

    @property
    def tally(self) -> tuple[tuple[str, int], ...]:
        """How many claims stand how, in the order of the page."""
        standings = [claim.standing for claim in self.claims]
        return tuple((s, standings.count(s)) for s in dict.fromkeys(standings))

    @property
    def moved(self) -> tuple[ClaimView, ...]:
        """The claims that stand otherwise than when the page was written."""
        return tuple(claim for claim in self.claims if claim.written)

    @property
    def ledger(self) -> Ledger:
        return Ledger(claims=self.claims, sources=self.sources, form=self.form)

    @property
    def checked(self) -> dict[str, int]:
        """How many sources bear which mark, by the worst that was found of each; empty where nothing was looked at."""
        return Counter(source.mark for source in self.sources if source.mark)

    @property
    def unasked(self) -> int:
        """How many sources have a server that was never asked."""
        return sum(source.asked_at is None for source in self.sources)

    @property
    def slots(self) -> dict[str, NoteView]:
        return {note.slot: note for note in self.notes}

    @property
    def linked_only(self) -> bool:
        """Nothing of ours may be said beside the link."""
        return not (self.summary or self.notes or self.claims or self.card.ours)

    @property
    def corrections(self) -> tuple[RevisionView, ...]:
        return tuple(r for r in self.history if r.correction)

    @property
    def moments(self) -> tuple[Moment, ...]:
        """How its claims moved and how its forecasts turned out, whether or not it has a version that says so."""
        moved = [
            Moment(kind="claim", at=said.at, story=self.card, label=said.label, code=said.standing, text=claim.text,
                   url=claim.url, why=said.why, why_language=said.language, through=said.through)
            for claim in self.claims for said in claim.changes[1:] if not claim.since or said.at > claim.since
        ]  # fmt: skip
        judged = [
            Moment(kind="forecast", at=said.at, story=self.card, label=said.label, code=said.state, text=item.statement,
                   url=f"{self.card.url}#watch-{item.id}", why=said.why)
            for item in self.watch for said in item.judgments
        ]  # fmt: skip
        return (*moved, *judged)

    @property
    def chronicle(self) -> tuple[RevisionView | Moment, ...]:
        """Its versions, and how what it says moved since its publication, with a version or without; newest first."""
        moments = (moment for moment in self.moments if moment.at > self.card.published_at)
        return tuple(sorted((*self.history, *moments), key=lambda line: line.at, reverse=True))

    @property
    def text(self) -> str:
        """Every public word of it: what search may match."""
        parts = [self.headline, self.card.dek, self.summary.text if self.summary else ""]
        parts += [self.disclosure, self.conflicts]
        parts += [word for note in self.notes for word in (note.title, note.text)]
        parts += [word for claim in self.claims for word in (claim.text, claim.why)]
        parts += [word for item in self.watch for word in (item.statement, item.settled_by)]
        parts += [mention.name for mention in self.mentions]
        parts += [word for source in self.sources for word in (source.title, source.publisher.name, source.why)]
        return " \n".join(part for part in parts if part)

    @property
    def reading_minutes(self) -> int:
        return max(1, round(len(self.text.split()) / 230))


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceView:
    kind: str  # same, gone, new
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """A part of a page that a version changed."""

    label: str
    pieces: tuple[PieceView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionChanges:
    """What a version of a story changed of the one before."""

    page: StoryPage  # the version
    before: int
    fields: tuple[ChangeView, ...]
    withheld: bool  # something of one of the two may not be shown, and is left out of both
    attribution: tuple[str, ...]  # words that the sources of either ask for

    @property
    def said(self) -> RevisionView | None:
        """The line of the history that announced it."""
        return next((line for line in self.page.history if line.number == self.page.number), None)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Something was here and is not shown. 451: by law; 410: for any other reason. Nothing else is said."""

    legal: bool

    @property
    def status(self) -> int:
        return 451 if self.legal else 410
