"""What may be shown besides a story's page, as plain frozen values: publishers and their terms, entities, lists, pages.

Everything public is made from these and from story_values.py; no model ever is. A field that may not be shown is None
or empty. `html` fields are sanitised already (analysis/text.py). Times are aware and UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime

from analysis.rendition.story_values import (
    ClaimView,
    EvidenceView,
    Moment,
    NamedClaim,
    Ref,
    RevisionView,
    StandingView,
    StoryCard,
    WatchView,
    Witnesses,
    stating,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsView:
    """One statement of a publisher's terms that is in force."""

    scope: str
    scope_label: str
    value: str  # empty where naming the page would show what may not be shown
    basis: str
    basis_label: str
    level: str
    level_label: str
    max_words: int | None
    quote_words: int | None
    quote_chars: int | None
    copied_words: int | None
    copied_percent: int | None
    ai: str
    embargo_hours: int | None
    attribution: str
    reason: str
    since: datetime  # the level has been so; of a statement without one, the oldest of what it says
    changed: datetime | None = None  # the newest of what it says, if that is later
    signal: str = ""
    parts: int = 0  # patterns that narrow it to parts of the site; 0: all of its scope


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidView:
    """One statement of a machine-readable signal, and what it does here."""

    signal: str
    label: str
    value: str
    line: int | None
    level: str
    level_label: str
    ai: str
    quote_chars: int | None
    until: datetime | None
    parts: int  # patterns that narrow it to parts of the site; 0: all of it

    @property
    def binds(self) -> bool:
        return bool(self.level or self.ai or self.quote_chars is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalView:
    """An address that was read, and what it said. `since`: it has said so ever since; `error`: of the last attempt."""

    kind: str
    kind_label: str
    url: str
    about: str
    of_site: bool
    read_at: datetime
    since: datetime
    status: int | None
    sha256: str
    error: str
    said: tuple[SaidView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherView:
    name: str
    slug: str
    homepage: str
    about: str
    language: str
    domains: tuple[str, ...] = ()
    terms: tuple[TermsView, ...] = ()
    signals: tuple[SignalView, ...] = ()
    stated: bool = False  # the publisher itself has said something; otherwise our default holds


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityView:
    name: str
    slug: str
    kind: str
    kind_label: str
    description: str
    aliases: tuple[str, ...]
    site: str
    wikidata: str  # Q and a number, or empty
    see_also: tuple[Ref, ...] = ()  # what it was taken for, or what was taken for it, until somebody split them


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What was asked for is found at another address: the slug there."""

    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityRecord:
    """What the newest stories that name an entity hold of it."""

    claims: tuple[NamedClaim, ...]  # that name it, by standing
    watch: tuple[WatchView, ...]  # open ones that name it, by date
    together: tuple[tuple[Ref, int], ...]  # who is named in the same stories, and in how many


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRecord:
    """A claim with the stories that use it, newest first: its own page."""

    claim: ClaimView  # as the story that it comes from puts it, or else the newest that may be shown
    language: str
    uses: tuple[NamedClaim, ...]
    history: tuple[StandingView, ...]  # where it stood, oldest first; the last is where it stands
    said: tuple[EvidenceView, ...]  # what each source says of it, in whichever story; one that is silent says nothing
    attribution: tuple[str, ...]  # words that the sources of these stories ask for
    ai: bool  # as of a story's page, the strictest of them
    snippet: int

    @property
    def checked_at(self) -> datetime:
        """When one of these stories last looked at it."""
        return max(one.claim.checked_at for one in self.uses)

    @property
    def witnesses(self) -> Witnesses:
        """Who states it."""
        return stating(self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What happened to the stories that lead to one another, oldest first."""

    story: StoryCard  # the one that it was asked for
    moments: tuple[Moment, ...]
    stories: int
    ai: bool  # as of a story's page, the strictest of them
    snippet: int

    @property
    def lanes(self) -> tuple[tuple[str, tuple[tuple[int, Moment], ...]], ...]:
        """The picture: by kind, each moment with its place from 2 to 98 percent between the first and the last."""
        begins, ends = self.moments[0].at, self.moments[-1].at
        whole = (ends - begins).total_seconds() or 1
        placed = [(2 + round(96 * (m.at - begins).total_seconds() / whole), m) for m in self.moments]
        kinds = dict.fromkeys(("story", "claim", "forecast", "correction"))
        return tuple((kind, lane) for kind in kinds if (lane := tuple(p for p in placed if p[1].kind == kind)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicView:
    name: str
    slug: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing[T]:
    """One page of a list, newest first. `after` is the cursor of the next page, None at the end."""

    items: tuple[T, ...]
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    river: Listing[StoryCard]
    watch: tuple[WatchView, ...] = ()
    corrections: tuple[RevisionView, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A search result: only words that the reader may see are in it, and only such words matched."""

    card: StoryCard
    snippet: tuple[tuple[str, bool], ...]  # pieces of text; True where the piece matched


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """A standing page under /about/."""

    slug: str
    title: str
    html: str
    language: str
    updated_at: datetime
    siblings: tuple[Ref, ...] = ()
