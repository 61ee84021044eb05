"""What stops publication, and what only advises. Reads a snapshot (analysis/editing.py), says sentences."""

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analysis import comparing, rulebook
from analysis.models import Article, Story
from analysis.models.stories import Role
from analysis.models.writing import Slot, Stance, Standing
from analysis.quoting import fits, quoted_words, too_many_characters
from analysis.terms import Level, Permit, analysis_allowed, strictest
from analysis.text import TextError, check, count_quoted_words, count_words


def permits_of(content: dict[str, Any], now: datetime) -> dict[int, Permit]:
    """The permit of each source of a snapshot, by source id. Two queries."""
    articles = Article.objects.in_bulk([s["article"] for s in content["sources"]])
    book = rulebook.current()
    found = {s["id"]: articles[s["article"]] for s in content["sources"]}
    return {pk: book.permit(rulebook.work_of(article), now) for pk, article in found.items()}


def lead_permit(content: dict[str, Any], permits: dict[int, Permit]) -> Permit:
    """What headline and summary rest on: the originals, and whatever else the summary uses."""
    return strictest([permits[s["id"]] for s in content["sources"] if s["role"] == Role.ORIGINAL or s["in_summary"]])


def stops(story: Story, content: dict[str, Any], now: datetime, reason: str = "") -> list[str]:
    """Why this content must not be published; empty if it may. Each a sentence that says what to do.

    `reason` is what will be said in public of the change.
    """
    found = []
    if not any(s["role"] == Role.ORIGINAL for s in content["sources"]):
        found.append(_("Name the original reporting: no source has that role."))
    if not content["disclosure"].strip():
        found.append(_("Say how this was made: who or what wrote it, and who checked it."))
    permits = permits_of(content, now)
    lead = lead_permit(content, permits)
    summary = content["summary"]
    if content["sources"] and lead.level == Level.NONE:
        found.append(
            _("The original is under embargo until %(when)s.")
            % {"when": f"{date_format(lead.embargo_until, 'j F Y, H:i')} UTC"}
            if lead.embargo_until
            else _("The terms of the original allow nothing to be published.")
        )
    elif summary and lead.summary:
        words = count_words(summary["text"])
        quoted = quoted_words(summary["text"], blocks=True)
        if words > lead.max_words:
            found.append(
                _("The summary has %(n)d words; the terms of its sources allow %(max)d.")
                % {"n": words, "max": lead.max_words}
            )
        if quoted > lead.quote_words:
            found.append(
                _("The summary quotes %(n)d words; the terms of its sources allow %(max)d.")
                % {"n": quoted, "max": lead.quote_words}
            )
        elif chars := too_many_characters(lead, summary["text"], blocks=True):
            found.append(_too_long(_("Summary"), chars, lead))
        if summary["made_by"] != "person" and not lead.ai:
            found.append(_("The terms of the original allow no summary made with a language model."))
    if lead.headline and max(count_quoted_words(content[name]) for name in ("headline", "dek")) > lead.quote_words:
        found.append(
            _("Headline or dek quotes more than the %(max)d words that the terms allow.") % {"max": lead.quote_words}
        )
    elif lead.headline and (chars := max(too_many_characters(lead, content[name]) for name in ("headline", "dek"))):
        found.append(_too_long(_("Headline or dek"), chars, lead))
    public = set(story.watch_items.filter(public_since__isnull=False).values_list("pk", flat=True))
    found += _notes(content, permits) + _quotes(content, permits, public, reason)
    found += _claims(content) + _watch(content, public, now) + _texts(content)
    return found + comparing.stops(content, permits, public, reason)


def advice(content: dict[str, Any]) -> list[str]:
    """What would make it better, but does not stop it."""
    slots = {note["slot"] for note in content["notes"]}
    found = []
    if not content["summary"]:
        found.append(_("There is no summary: a reader does not learn what was reported."))
    if "take" in slots and "disagreement" not in slots:
        found.append(_("There is a take, and no case against it."))
    if content["summary"] and not content["summary"]["checked_by"]:
        found.append(_("Nobody is named who checked the summary."))
    if not content["dek"]:
        found.append(_("There is no dek: lists show the headline alone."))
    if not content["earlier"]:
        found.append(_("No earlier coverage of ours is linked."))
    if not content["watch"]:
        found.append(_("Nothing to watch: what would prove this wrong, and by when?"))
    if not content["claims"]:
        found.append(_("No claims: what is established, and what is not?"))
    return found + comparing.advice(content)


def _notes(content: dict[str, Any], permits: dict[int, Permit]) -> list[str]:
    """A note that quotes too much would be withheld by the gate without a word; say so before."""
    found = []
    for note in content["notes"]:
        rests_on = [permits[pk] for pk in note["rests_on"] if pk in permits] or list(permits.values())
        quoted = max(count_quoted_words(note[name]) for name in ("title", "text"))
        permit, label = strictest(rests_on), str(Slot(note["slot"]).label)
        if not analysis_allowed(rests_on):
            continue
        if quoted > permit.quote_words:
            found.append(
                _("“%(note)s” quotes %(n)d words; the terms of its sources allow %(max)d.")
                % {"note": label, "n": quoted, "max": permit.quote_words}
            )
        elif chars := max(too_many_characters(permit, note[name]) for name in ("title", "text")):
            found.append(_too_long(label, chars, permit))
    return found


def _too_long(what: str, chars: int, permit: Permit) -> str:
    return _("“%(what)s” quotes %(n)d characters; a page that it rests on allows %(max)d.") % {
        "what": what,
        "n": chars,
        "max": permit.quote_chars,
    }


def over_quoted(text: str, rests_on: list[Permit]) -> str:
    """A sentence if the gate would withhold these words of ours for what they quote; otherwise empty."""
    permit = strictest(rests_on)
    if not analysis_allowed(rests_on) or fits(permit, text):
        return ""
    if count_quoted_words(text) > permit.quote_words:
        said = _("This quotes more than the %(max)d words that the terms allow: %(text)s")
        return said % {"max": permit.quote_words, "text": text}
    said = _("This quotes more than the %(max)d characters that a page allows: %(text)s")
    return said % {"max": permit.quote_chars, "text": text}


def _quotes(content: dict[str, Any], permits: dict[int, Permit], public: set[int], reason: str) -> list[str]:
    """The same for everything short that we write beside the notes, if it can be changed still.

    What is frozen does not stop a correction: the gate withholds it.
    """
    everything = list(permits.values())
    said: list[tuple[str, list[Permit]]] = [(source["why"], [permits[source["id"]]]) for source in content["sources"]]
    for claim in content["claims"]:
        speaking = [permits[e["source"]] for e in claim["evidence"] if e["stance"] != Stance.SILENT]
        said += [(text, speaking or everything) for text in (claim["text"], claim["why"])]
    said += [
        (text, everything)
        for item in content["watch"]
        if item["id"] not in public
        for text in (item["statement"], item["settled_by"])
    ]
    said += [(text, everything) for text in (content["disclosure"], reason)]
    said += [(link["why"], everything) for link in content["earlier"]]
    return [sentence for text, rests_on in said if (sentence := over_quoted(text, rests_on))]


def _claims(content: dict[str, Any]) -> list[str]:
    primary = {s["id"] for s in content["sources"] if s["role"] == Role.PRIMARY}
    return [
        _("“%(claim)s” is marked confirmed, but no primary source states it.") % {"claim": claim["text"]}
        for claim in content["claims"]
        if claim["standing"] == Standing.CONFIRMED
        and not any(e["source"] in primary and e["stance"] == Stance.STATES for e in claim["evidence"])
    ]


def _watch(content: dict[str, Any], public: set[int], now: datetime) -> list[str]:
    over = [w for w in content["watch"] if w["id"] not in public and w["due"] < now.date().isoformat()]
    found = [
        _("“%(item)s” is due before today: once public it cannot be changed. Give it a later date.")
        % {"item": item["statement"]}
        for item in over
    ]
    return found + [
        _("“%(item)s” does not say which source will settle it.") % {"item": item["statement"]}
        for item in content["watch"]
        if not item["settled_by"].strip()
    ]


def _texts(content: dict[str, Any]) -> list[str]:
    found = []
    for text in [
        *(note["text"] for note in content["notes"]),
        *([content["summary"]["text"]] if content["summary"] else []),
    ]:
        try:
            check(text)
        except TextError as error:
            found.append(str(error))
    return found
