"""What machines read on a story page: schema.org as JSON-LD, made from the rendition: never more than the page."""

import json
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from analysis.rendition import StoryPage

# What the property takes are members of schema.org's own IPTCDigitalSourceEnumeration, not the IPTC's addresses
# (https://schema.org/digitalSourceType). There is none for a text that people wrote alone.
BY_MODEL = "https://schema.org/TrainedAlgorithmicMediaDigitalSource"
IN_PART = "https://schema.org/CompositeWithTrainedAlgorithmicMediaDigitalSource"


def jsonld(page: StoryPage) -> SafeString:
    """A story as schema.org AnalysisNewsArticle, ready to stand in a script element."""
    text = json.dumps(_article(page), ensure_ascii=False, separators=(",", ":"))
    # The three characters with which a text could leave the element or begin a comment in it.
    text = text.replace("<", "\\u003C").replace(">", "\\u003E").replace("&", "\\u0026")
    return mark_safe(text)  # noqa: S308  escaped above


def _article(page: StoryPage) -> dict[str, Any]:
    card = page.card
    url = settings.ORIGIN + card.url
    organisation = {"@type": "NewsMediaOrganization", "name": settings.SITE_NAME, "url": settings.ORIGIN + "/"}
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "AnalysisNewsArticle",
        "@id": url,
        "url": url,
        "headline": card.headline,
        "inLanguage": card.language,
        "datePublished": card.published_at.isoformat(),
        "dateModified": card.updated_at.isoformat(),
        "author": {"@type": "Organization", "name": page.desk.name},
        "publisher": {
            **organisation,
            "publishingPrinciples": f"{settings.ORIGIN}/about/how-we-write/",
            "correctionsPolicy": f"{settings.ORIGIN}/about/corrections/",
        },
        "articleSection": card.topic.name,
        "isBasedOn": [_work(source) for source in page.originals],
        "citation": [_work(source) for source in page.sources],
        "creditText": ", ".join(card.publishers),
    }
    if card.dek:
        data["description"] = card.dek
    if page.summary:
        data["abstract"] = page.summary.text
    if source_type := _digital_source_type(page):
        data["digitalSourceType"] = source_type
    if page.mentions:
        data["mentions"] = [{"@type": "Thing", "name": mention.name} for mention in page.mentions]
    if page.claims:
        data["hasPart"] = [
            {"@type": "Claim", "@id": f"{url}#claim-{claim.id}", "text": claim.text,
             "appearance": [_work(cell.source) for cell in claim.evidence if cell.stance == "states"]}
            for claim in page.claims
        ]  # fmt: skip
    if corrections := [c for c in page.corrections if c.text]:
        data["correction"] = [
            {"@type": "CorrectionComment", "text": c.text, "datePublished": c.at.isoformat(),
             **({"contributor": [{"@type": "Person", "name": name} for name in c.thanks]} if c.thanks else {})}
            for c in corrections
        ]  # fmt: skip
    return data


def _digital_source_type(page: StoryPage) -> str:
    """What the shown parts of a page come to: empty where no model had a hand in any of them."""
    parts = (page.head, page.summary and page.summary.made, *(n.made for n in page.notes), page.claims_made,
             page.watch_made)  # fmt: skip
    by = {part.made_by for part in parts if part}
    if not by & {"model", "both"}:
        return ""
    return BY_MODEL if by == {"model"} else IN_PART


def _work(source: Any) -> dict[str, Any]:
    work = {
        "@type": "CreativeWork",
        "url": source.url,
        "name": source.title,
        "publisher": {"@type": "Organization", "name": source.publisher.name},
    }
    if source.published_at:
        work["datePublished"] = source.published_at.isoformat()
    return work
