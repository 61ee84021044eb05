"""What the terms of the sources do not allow. The gate would withhold it without a word; this says so before."""

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analysis import comparing
from analysis.models.writing import Slot, Stance
from analysis.preflight.checks import Check, Material, advise, fine, stop
from analysis.quoting import fits, quoted_words, too_many_characters
from analysis.terms import Level, Permit, analysis_allowed, strictest
from analysis.text import count_quoted_words, count_words


def checks(material: Material) -> Iterator[Check]:
    """What of the page the publishers' terms stop."""
    content, lead = material.content, material.lead
    if material.leads and lead.level == Level.NONE:
        yield stop(_forbidden(material), "sources")
    elif content["summary"] and lead.summary:
        yield from _summary(material)
    elif content["summary"] and material.leads:
        said = _("The terms of the original allow no summary: readers will not see this one. Leave it out.")
        yield advise(said, "summary_text")
    if lead.headline:
        yield from _head(material)
    yield from _notes(material)
    yield from _quotes(material)
    copied = comparing.stops(content, material.permits, set(material.public), material.reason, material.held)
    yield from map(stop, copied)
    if material.held and not copied:
        yield fine(_("Compared with the texts that are held: nothing is taken over."))


def _forbidden(material: Material) -> str:
    if not material.lead.embargo_until:
        return _("The terms of the original allow nothing to be published. Rest the story on another source.")
    undated = (material.articles[pk] for pk in material.leads if material.permits[pk].embargo_until)
    if article := next((article for article in undated if article.published_at is None), None):
        said = _("“%(title)s” is under embargo, and nobody knows since when. Say at the article when it appeared.")
        return said % {"title": article.title}
    when = date_format(material.lead.embargo_until, "j F Y, H:i")
    return _("The original is under embargo until %(when)s.") % {"when": f"{when} UTC"}


def _summary(material: Material) -> Iterator[Check]:
    summary, lead = material.content["summary"], material.lead
    words = {"n": count_words(summary["text"]), "max": lead.max_words}
    if words["n"] > lead.max_words:
        said = _("The summary has %(n)d words; the terms of its sources allow %(max)d.")
        yield stop(said % words, "summary_text")
    else:
        yield fine(_("Summary: %(n)d of the %(max)d words that the terms allow.") % words, "summary_text")
    quoted = quoted_words(summary["text"], blocks=True)
    if quoted > lead.quote_words:
        said = _("The summary quotes %(n)d words; the terms of its sources allow %(max)d.")
        yield stop(said % {"n": quoted, "max": lead.quote_words}, "summary_text")
    elif chars := too_many_characters(lead, summary["text"], blocks=True):
        yield stop(_too_long(_("Summary"), chars, lead), "summary_text")
    if summary["made_by"] != "person" and not lead.ai:
        yield stop(_("The terms of the original allow no summary made with a language model."), "summary_made_by")


def _head(material: Material) -> Iterator[Check]:
    lead = material.lead
    said = {name: material.content[name] for name in ("headline", "dek")}
    if quoting := next((name for name, text in said.items() if count_quoted_words(text) > lead.quote_words), ""):
        words = _("Headline or dek quotes more than the %(max)d words that the terms allow.")
        yield stop(words % {"max": lead.quote_words}, quoting)
    elif too_long := next((name for name, text in said.items() if too_many_characters(lead, text)), ""):
        chars = max(too_many_characters(lead, text) for text in said.values())
        yield stop(_too_long(_("Headline or dek"), chars, lead), too_long)


def _notes(material: Material) -> Iterator[Check]:
    permits = material.permits
    for note in material.content["notes"]:
        rests_on = [permits[pk] for pk in note["rests_on"] if pk in permits] or list(permits.values())
        label, field = str(Slot(note["slot"]).label), f"note_{note['slot']}_text"
        if not analysis_allowed(rests_on):
            if rests_on and material.lead.level > Level.NONE:
                yield advise(_hidden(rests_on) % {"note": label}, field)
            continue
        permit = strictest(rests_on)
        quoted = max(count_quoted_words(note[name]) for name in ("title", "text"))
        if quoted > permit.quote_words:
            said = _("“%(note)s” quotes %(n)d words; the terms of its sources allow %(max)d.")
            yield stop(said % {"note": label, "n": quoted, "max": permit.quote_words}, field)
        elif chars := max(too_many_characters(permit, note[name]) for name in ("title", "text")):
            yield stop(_too_long(label, chars, permit), field)


def _hidden(rests_on: list[Permit]) -> str:
    if any(permit.level == Level.NONE for permit in rests_on):
        return _(
            "“%(note)s” will not be shown: it rests on a source of which nothing may be published. Leave that out."
        )
    return _("“%(note)s” will not be shown: it rests on links alone. Let it rest on something else as well.")


def _too_long(what: str, chars: int, permit: Permit) -> str:
    return _("“%(what)s” quotes %(n)d characters; a page that it rests on allows %(max)d.") % {
        "what": what,
        "n": chars,
        "max": permit.quote_chars,
    }


def over_quoted(text: str, rests_on: list[Permit]) -> str:
    """A sentence if the gate would withhold these words of ours for what they quote; otherwise empty."""
    if not count_quoted_words(text) or not analysis_allowed(rests_on):
        return ""
    permit = strictest(rests_on)
    if fits(permit, text):
        return ""
    if count_quoted_words(text) > permit.quote_words:
        said = _("This quotes more than the %(max)d words that the terms allow: %(text)s")
        return said % {"max": permit.quote_words, "text": text}
    said = _("This quotes more than the %(max)d characters that a page allows: %(text)s")
    return said % {"max": permit.quote_chars, "text": text}


def _quotes(material: Material) -> Iterator[Check]:
    """The same for everything short that we write beside the notes, if it can be changed still.

    What is frozen does not stop a correction: the gate withholds it.
    """
    content, permits = material.content, material.permits
    everything = list(permits.values())
    said: list[tuple[str, str, list[Permit]]] = [("sources", s["why"], [permits[s["id"]]]) for s in content["sources"]]
    for claim in content["claims"]:
        speaking = [permits[e["source"]] for e in claim["evidence"] if e["stance"] != Stance.SILENT]
        said += [("claims", text, speaking or everything) for text in (claim["text"], claim["why"])]
    said += [
        ("watch_items", text, everything)
        for item in content["watch"]
        if item["id"] not in material.public
        for text in (item["statement"], item["settled_by"])
    ]
    said += [(name, content[name], everything) for name in ("disclosure", "conflicts")]
    said += [("reason", material.reason, everything)]
    said += [("earlier", link["why"], everything) for link in content["earlier"]]
    for field, text, rests_on in said:
        if sentence := over_quoted(text, rests_on):
            yield stop(sentence, field)
