"""Terms and permits in a sentence."""

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analysis import preflight
from analysis.models import Hold, Publisher, Terms
from analysis.models.publishers import Level as LevelLabel
from analysis.terms import ANY_LENGTH, COPIED_PERCENT, COPIED_WORDS, Permit


def permit_in_words(permit: Permit) -> str:
    """What a permit comes to: its level, the words, quotations, language models, an embargo."""
    if permit.embargo_until:
        return _("Under embargo until %(when)s UTC.") % {"when": date_format(permit.embargo_until, "j F Y, H:i")}
    said = [str(LevelLabel[permit.level.name].label)]
    if permit.summary:
        said.append(_("up to %(n)d words") % {"n": permit.max_words})
        said.append(_("%(n)d of them quoted") % {"n": permit.quote_words} if permit.quote_words else _("no quotations"))
        if permit.quote_words and permit.quote_chars < ANY_LENGTH:
            said.append(_("quotations of at most %(n)d characters") % {"n": permit.quote_chars})
        if not permit.ai:
            said.append(_("no summary made with a language model"))
    if permit.listed and permit.copied_words != COPIED_WORDS:
        said.append(_("at most %(n)d words in a row as they have them") % {"n": permit.copied_words})
    if permit.listed and permit.copied_percent != COPIED_PERCENT:
        said.append(_("at most %(n)d %% of our words as they have them") % {"n": permit.copied_percent})
    return ", ".join(said) + "."


def rule_in_words(permit: Permit) -> str:
    """Which statement decided the level: what it is about, and on what it rests."""
    decided_by = permit.governing.get("level")
    if decided_by is None:
        return ""
    if decided_by < 0:
        hold = Hold.objects.select_related("case").filter(pk=-decided_by).first()
        return _("A hold of case %(case)s decides this.") % {"case": hold.case} if hold else ""
    terms = Terms.objects.select_related("publisher").filter(pk=decided_by).first()
    if not terms:
        return ""
    about: Publisher | str = terms.value or terms.publisher or ""
    label = f"{terms.get_scope_display()} {about}".strip()
    return _("%(label)s: %(text)s.") % {"label": label, "text": terms.get_basis_display()}


def lead_of(content: dict[str, Any], now: datetime) -> Permit | None:
    """The permit of headline and summary of a snapshot; None while it has no source that they could rest on."""
    if not any(s["role"] == "original" or s["in_summary"] for s in content["sources"]):
        return None
    return preflight.lead_permit(content, preflight.permits_of(content, now))
