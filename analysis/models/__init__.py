"""What the newsroom remembers. Rows and their constraints; no rule that spans rows, no HTTP, no network."""

from analysis.models.articles import Article
from analysis.models.cases import Case, CaseURL, Hold
from analysis.models.decisions import Check, Decision, Message, OutgoingMail, Statement
from analysis.models.desk import DeskTask, Draft, PreviewLink, Recheck, Remark, SourceText, Version
from analysis.models.entities import EntityChange
from analysis.models.limits import Attempt
from analysis.models.pages import Page
from analysis.models.proofs import Challenge, Proof
from analysis.models.publication import Appearance, Citation, Correction, PublishedLink, Revision, SearchEntry
from analysis.models.publishers import Domain, Publisher, RuleVersion, Terms
from analysis.models.readings import PageReading
from analysis.models.record import Chain, Event
from analysis.models.reports import ErrorReport
from analysis.models.signals import SignalReading, SignalSource
from analysis.models.stories import Desk, Entity, EntityName, Mention, Source, Story, StoryLink, Topic
from analysis.models.watch import Judgment, WatchItem, WatchTally
from analysis.models.writing import Claim, ContextNote, Evidence, StandingChange, Summary

__all__ = [
    "Appearance",
    "Article",
    "Attempt",
    "Case",
    "CaseURL",
    "Chain",
    "Challenge",
    "Check",
    "Citation",
    "Claim",
    "ContextNote",
    "Correction",
    "Decision",
    "Desk",
    "DeskTask",
    "Domain",
    "Draft",
    "Entity",
    "EntityChange",
    "EntityName",
    "ErrorReport",
    "Event",
    "Evidence",
    "Hold",
    "Judgment",
    "Mention",
    "Message",
    "OutgoingMail",
    "Page",
    "PageReading",
    "PreviewLink",
    "Proof",
    "PublishedLink",
    "Publisher",
    "Recheck",
    "Remark",
    "Revision",
    "RuleVersion",
    "SearchEntry",
    "SignalReading",
    "SignalSource",
    "Source",
    "SourceText",
    "StandingChange",
    "Statement",
    "Story",
    "StoryLink",
    "Summary",
    "Terms",
    "Topic",
    "Version",
    "WatchItem",
    "WatchTally",
]
