"""Terms and permits in a sentence."""

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis import preflight, rulebook
from analysis.models import Terms
from analysis.models.publishers import AI, Basis, Level, Scope
from analysis.terms import ANY_LENGTH, COPIED_PERCENT, COPIED_WORDS, Permit, Rule, speaks

FIELDS = {
    "level": gettext_lazy("Level"),
    "max_words": gettext_lazy("Words in a summary"),
    "quote_words": gettext_lazy("Quoted words"),
    "quote_chars": gettext_lazy("Quoted characters"),
    "copied_words": gettext_lazy("Copied words in a row"),
    "copied_percent": gettext_lazy("Copied share"),
    "ai": gettext_lazy("Machine-made summaries"),
    "embargo_hours": gettext_lazy("Embargo"),
    "attribution": gettext_lazy("Words we must show"),
}


def permit_in_words(permit: Permit) -> str:
    """What a permit comes to: its level, the words, quotations, language models, an embargo."""
    if permit.embargo_until:
        return _("Under embargo until %(when)s UTC.") % {"when": date_format(permit.embargo_until, _("j F Y, H:i"))}
    said = [str(Level[permit.level.name].label)]
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


def statement_in_words(terms: Terms) -> str:
    """The name of a statement: about whom or what it is, what it says, who decided it, from when, and on which case.

    Whoever asks for many has selected `publisher` and `case`.
    """
    said = {"about": _about(terms), "what": _what(terms), "day": date_format(terms.effective_from, "j F Y")}
    by = {
        Basis.LEGAL: _("%(about)s: %(what)s, upheld legal demand, from %(day)s"),
        Basis.RESTRICTION: _("%(about)s: %(what)s, decided by us on a request, from %(day)s"),
        Basis.PUBLISHER: _("%(about)s: %(what)s, decided by the publisher, from %(day)s"),
        Basis.PAGE_SIGNAL: _("%(about)s: %(what)s, signal on the page, from %(day)s"),
        Basis.SITE_SIGNAL: _("%(about)s: %(what)s, signal on the site, from %(day)s"),
        Basis.HOUSE: _("%(about)s: %(what)s, decided by us, from %(day)s"),
    }
    words = by[Basis(terms.basis)] % said
    return _("%(words)s, case %(case)s") % {"words": words, "case": terms.case} if terms.case else words


def _about(terms: Terms) -> str:
    match terms.scope:
        case Scope.HOUSE:
            return str(Scope.HOUSE.label)
        case Scope.DOMAIN:
            return _("%(host)s and its subdomains") % {"host": terms.value}
    return terms.value or str(terms.publisher)


def _what(terms: Terms) -> str:
    """The level; of a statement that names none, what it says instead."""
    if terms.revoked:
        return _("what was said before is withdrawn")
    if terms.level:
        return _("nothing may be shown") if terms.level == Level.NONE else _lower(terms.get_level_display())
    rule = rulebook.from_terms(terms)
    said = [f"{label} {_lower(value_in_words(name, rule))}" for name, label in FIELDS.items() if speaks(rule, name)]
    return ", ".join(map(_lower, said)) or _("says nothing")


def value_in_words(name: str, rule: Rule) -> str:
    """What a rule says of a field that it speaks of."""
    value = getattr(rule, name)
    match name:
        case "level":
            return str(Level[value.name].label)
        case "ai":
            return str(AI.ALLOW.label if value else AI.DENY.label)
        case "embargo_hours":
            return _("%(n)d h") % {"n": value} if value else _("none")
        case "attribution":
            return _("“%(words)s”") % {"words": value}
        case "copied_percent":
            return _("%(n)d %%") % {"n": value}
    return str(value)


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def lead_of(content: dict[str, Any], now: datetime) -> Permit | None:
    """The permit of headline and summary of a snapshot; None while it has no source that they could rest on."""
    if not any(s["role"] == "original" or s["in_summary"] for s in content["sources"]):
        return None
    return preflight.lead_permit(content, preflight.permits_of(content, now))
