"""Decisions in the forms of two public registers: the EU's DSA Transparency Database, and Lumen.

Sources: Regulation (EU) 2022/2065 (DSA) Articles 17 and 24(5) and the fields of the Transparency Database's API; the
fields of Lumen's notices. Every sentence in them is ours: nothing that a stranger typed, no name, no address of a page
that we do not cover. Where a person may be meant (privacy, defamation, a court's order), pages are given by host alone.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, Min, OuterRef
from django.utils.translation import override

from analysis.addresses import host_of
from analysis.models import Article, Case, Citation, Decision
from analysis.models.cases import CaseKind, CaseLane, CaseRelation, CaseURLMatch
from analysis.models.publishers import Level
from analysis.rights.lines import matched_articles
from analysis.rights.record import held_by_itself

REDACTED = "REDACTED"
MAX_STORIES = 100

CATEGORIES = {
    **dict.fromkeys(
        (CaseKind.COPYRIGHT, CaseKind.PRESS_PUBLISHERS_RIGHT, CaseKind.TRADEMARK),
        "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
    ),
    CaseKind.PRIVACY: "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
    CaseKind.DEFAMATION: "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
}
OTHER_CATEGORY = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
# Kinds of which no page may be named: its address may hold a person's name.
_OF_PERSONS = (CaseKind.PRIVACY, CaseKind.DEFAMATION, CaseKind.COURT_ORDER, CaseKind.IMPERSONATION, CaseKind.OTHER)
_WHO = {
    CaseRelation.PUBLISHER: "A publisher",
    CaseRelation.AGENT: "Somebody who acts for a publisher or an author",
    CaseRelation.AUTHOR: "An author",
    CaseRelation.SUBJECT: "Somebody whom the work is about",
    CaseRelation.OTHER: "Somebody",
}
_LIMITS = {"illegal_content_legal_ground": 500, "illegal_content_explanation": 2000,
           "incompatible_content_ground": 500, "incompatible_content_explanation": 2000,
           "decision_visibility_other": 500, "decision_facts": 5000, "puid": 500}  # fmt: skip


class ExportError(ValueError):
    """A record that its register would refuse. The message names the field and what is wrong with it."""


def eu_statements(since: datetime | None = None) -> Iterator[dict[str, Any]]:
    """A statement of reasons for each decision since an aware moment that restricted something, oldest first.

    Who decides to show more, or nothing else than before, owes the register nothing. Raises ExportError.
    """
    for decision in _decisions(since).exclude(action__in=[Decision.Action.NONE, Decision.Action.RESTORE]).iterator():
        with override("en"):
            yield _checked(_eu(decision))


def lumen_notices(since: datetime | None = None) -> Iterator[dict[str, Any]]:
    """A notice for each legal demand decided since an aware moment, by its last decision, oldest first."""
    later = Decision.objects.filter(case=OuterRef("case"), number__gt=OuterRef("number"))
    for decision in _decisions(since).filter(~Exists(later), case__lane=CaseLane.LEGAL).iterator():
        with override("en"):
            yield _lumen(decision)


def _decisions(since: datetime | None) -> Any:
    decisions = Decision.objects.select_related("case").order_by("pk")
    return decisions.filter(decided_at__gte=since) if since else decisions


def _eu(decision: Decision) -> dict[str, Any]:
    case = decision.case
    articles = matched_articles(case)
    oldest = Citation.objects.filter(article__in=articles).aggregate(at=Min("published_at"))["at"]
    return {
        **_visibility(decision),
        **_ground(decision),
        "content_type": ["CONTENT_TYPE_TEXT"],
        "category": CATEGORIES.get(CaseKind(case.kind), OTHER_CATEGORY),
        "content_date": _day(oldest or decision.decided_at),
        "application_date": _day(decision.decided_at),
        "decision_facts": _facts(decision, articles),
        "source_type": "SOURCE_ARTICLE_16" if case.lane == CaseLane.LEGAL else "SOURCE_TYPE_OTHER_NOTIFICATION",
        # Of the decision and what it is about. What was held by itself until then, decision_facts says.
        "automated_detection": "No",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
        "puid": f"{case.reference}-{decision.number}",
    }


def _visibility(decision: Decision) -> dict[str, Any]:
    """What was done. Less than before is neither removed nor disabled nor labelled."""
    levels = set(decision.made.values_list("level", flat=True))
    if decision.action == Decision.Action.REMOVE or levels == {Level.NONE}:
        return {"decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"]}
    if decision.action == Decision.Action.CORRECT:
        done = "The text was corrected."
    elif levels == {Level.LINK}:
        done = "Only the headline of the work and a link to it are shown."
    else:
        done = "Less of the work is summarised or quoted, or later, than before."
    return {"decision_visibility": ["DECISION_VISIBILITY_OTHER"], "decision_visibility_other": done}


def _ground(decision: Decision) -> dict[str, Any]:
    reason = CaseKind(decision.case.kind).label
    if decision.legal:
        return {
            "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
            "illegal_content_legal_ground": f"Legal demand upheld: {reason}.",
            "illegal_content_explanation": "We examined the demand: its legal ground holds for what it names.",
        }
    return {
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": f"Our policy on other people’s work, {settings.ORIGIN}/about/rights/.",
        "incompatible_content_explanation": (
            "Whoever published a work may tell us how much of it we may summarise, and we follow. "
            f"The reason given here: {reason}."
        ),
    }


def _facts(decision: Decision, articles: list[Article]) -> str:
    """What happened, in sentences of our own."""
    case = decision.case
    named = case.urls.count()
    sentences = [
        f"{_WHO[CaseRelation(case.relation)]} asked: {case.get_want_display()}.",
        f"Reason given: {case.get_kind_display()}.",
        f"The request named {named} page(s); they led to {len(articles)} work(s) that we draw on.",
        "Control of a site was proved." if _proved(case) else "Control of a site was not proved.",
    ]
    if held_by_itself(case):
        sentences.append(
            "When control of a site was proved, less was shown by itself of the pages named, until the decision."
        )
        sentences.append("A person examined the request and decided it; nothing else about it was automated.")
    else:
        sentences.append("A person examined the request and decided it; nothing about it was automated.")
    if decision.number > 1:
        sentences.append("This is the decision on an appeal, by another person than the first.")
    return " ".join(sentences)


def _lumen(decision: Decision) -> dict[str, Any]:
    case = decision.case
    articles = matched_articles(case)
    private = case.kind in _OF_PERSONS
    stories = (
        Citation.objects.filter(article__in=articles).order_by("-published_at").values_list("story__slug", flat=True)
    )
    ours = [f"{settings.ORIGIN}/stories/{slug}/" for slug in dict.fromkeys(stories[:MAX_STORIES])]
    theirs = [f"https://{host_of(a.url)}/" if private else a.url for a in articles]
    kept_back = case.urls.filter(match__in=[CaseURLMatch.UNMATCHED, CaseURLMatch.UNREADABLE]).count()
    return {
        "title": f"Legal demand {case.reference}: {case.get_kind_display()}",
        "body": _facts(decision, articles)
        + (f" {kept_back} line(s) that name nothing we cover are left out." if kept_back else "")
        + (" Pages are given by host alone." if private else ""),
        "date_sent": _day(case.opened_at),
        "date_received": _day(case.confirmed_at or case.opened_at),
        "action_taken": {"granted": "Yes", "partly": "Partial", "declined": "No"}.get(decision.outcome, "Unspecified"),
        "works_attributes": [
            {
                "description": "Reporting that pages of ours summarise or cite.",
                "kind": "news article",
                "infringing_urls_attributes": [{"url": url} for url in ([f"{settings.ORIGIN}/"] if private else ours)],
                "copyrighted_urls_attributes": [{"url": url} for url in dict.fromkeys(theirs)],
            }
        ],
        "entity_notice_roles_attributes": [
            {"name": "sender", "entity_attributes": {"name": REDACTED if private else _sender(case, articles)}},
            {"name": "recipient", "entity_attributes": {"name": settings.SITE_NAME}},
        ],
    }


def _sender(case: Case, articles: list[Article]) -> str:
    """A publisher that proved control of the site of every page it named, by the name that we know it by."""
    publishers = {article.publisher_id: article.publisher.name for article in articles}
    proofs = [proof for proof in case.proofs.all() if not proof.weak]
    proved = bool(articles) and all(any(proof.covers_url(a.url) for proof in proofs) for a in articles)
    if case.relation != CaseRelation.PUBLISHER or len(publishers) != 1 or not proved:
        return REDACTED
    return next(iter(publishers.values()))


def _proved(case: Case) -> bool:
    return case.proved_at is not None  # its proofs may be erased


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()


def _checked(statement: dict[str, Any]) -> dict[str, Any]:
    for name, most in _LIMITS.items():
        if len(statement.get(name, "")) > most:
            raise ExportError(f"{statement['puid']}: {name} has {len(statement[name])} characters; at most {most}.")
    if not re.fullmatch(r"[a-zA-Z0-9_-]+", statement["puid"]):
        raise ExportError(f"{statement['puid']!r} holds something else than letters, digits, - and _.")
    return statement
