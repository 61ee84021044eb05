"""What the newsroom remembers. Rows and their constraints; no rule that spans rows, no HTTP, no network."""

from analysis.models.articles import Article
from analysis.models.cases import Case, CaseURL, Decision, Event, Hold, OutgoingMail
from analysis.models.pages import Page
from analysis.models.publication import Appearance, Citation, Correction, PublishedLink, Revision, SearchEntry
from analysis.models.publishers import Domain, Publisher, RuleVersion, Terms
from analysis.models.signals import SignalReading, SignalSource
from analysis.models.stories import Desk, Entity, Mention, Source, Story, StoryLink, Topic
from analysis.models.watch import WatchItem
from analysis.models.writing import Claim, ContextNote, Evidence, StandingChange, Summary

__all__ = [
    "Appearance",
    "Article",
    "Case",
    "CaseURL",
    "Citation",
    "Claim",
    "ContextNote",
    "Correction",
    "Decision",
    "Desk",
    "Domain",
    "Entity",
    "Event",
    "Evidence",
    "Hold",
    "Mention",
    "OutgoingMail",
    "Page",
    "PublishedLink",
    "Publisher",
    "Revision",
    "RuleVersion",
    "SearchEntry",
    "SignalReading",
    "SignalSource",
    "Source",
    "StandingChange",
    "Story",
    "StoryLink",
    "Summary",
    "Terms",
    "Topic",
    "WatchItem",
]
