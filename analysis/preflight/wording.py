"""A headline that says more than the page, and one name on both sides of a hyphen. Words alone are looked at, in
English and in French, so what is found is worth a look and nothing more."""

import calendar
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from analysis.models.stories import fold
from analysis.models.writing import Slot, Standing
from analysis.numbers import figures, numbers
from analysis.preflight.checks import Check, Material, advise, fine
from analysis.text import as_read

_WORD = re.compile(r"[^\W\d_]+")
# Somebody says it, or it is only expected. The French conditional is how French says "reportedly".
_HEDGED = re.compile(
    r"[?“«\"]|\b(?:says?|said|reports?|reported(?:ly)?|alleg\w+|claims?|according|may|might|could|would|expect\w*|plans?|"
    r"seeks?|wants?|likely|advis\w+|recommend\w+|propos\w+|asks?|warns?|denies|denied|promis\w+|"
    r"selon|d[’']après|dit|disent|affirm\w+|assur\w+|annonc\w+|prévoi\w+|envisage\w*|veut|veulent|demand\w+|promet\w*|"
    r"dément\w*|\w{2,}r(?:ait|aient))\b",
    re.I,
)
_CALENDAR = frozenset(fold(name) for name in (*calendar.month_name, *calendar.day_name))
# Each part is bounded and gives nothing back: in “A&A&A…” a name may begin at every letter.
_PART = r"[A-ZÀ-ÖØ-Þ][\w&’']{0,39}+"
_NAME = rf"{_PART}(?:[ \u00a0]{_PART}){{0,2}}"
_BETWEEN = r"[-‐‑–—/]|\s++(?:[-–—&]|and|et)\s++(?:the |la |le |l[’'])?"
_TWICE = re.compile(rf"(?<![\w-])({_NAME})(?:{_BETWEEN})\1(?![\w-])(?!\s++[A-ZÀ-ÖØ-Þ])")
_NAMED_SO = frozenset({"Baden-Baden", "Bora-Bora", "Pago-Pago", "Sing-Sing"})


def checks(material: Material) -> Iterator[Check]:
    """What of the wording is worth a second look."""
    content = material.content
    found = [*_only_reported(content), *_in_headline_alone(content)]
    yield from (advise(text, "headline") for text in found)
    if content["claims"] and not found:
        yield fine(_("The headline says no more than the page."), "headline")
    names = [mention["name"] for mention in content["mentions"]]
    for field, text in _texts(content):
        for twice in repeated(text, names):
            yield advise(_("“%(words)s” names the same twice.") % {"words": twice}, field)


def repeated(text: str, names: list[str]) -> list[str]:
    """Where a text has one name on both sides of a hyphen, a dash, “and” or “et”: “the Acme-Acme deal”.

    Not what is a name as a whole: one of `names`, or a place such as Baden-Baden.
    """
    found = [match[0] for match in _TWICE.finditer(as_read(text))]
    return [words for words in found if words not in _NAMED_SO and not any(words in name for name in names)]


def _texts(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((name, content[name]) for name in ("headline", "dek"))
    if content["summary"]:
        yield "summary_text", content["summary"]["text"]
    for note in content["notes"]:
        yield f"note_{Slot(note['slot'])}_title", note["title"]
        yield f"note_{Slot(note['slot'])}_text", note["text"]
    yield from (("claims", claim["text"]) for claim in content["claims"])
    yield from (("watch_items", item["statement"]) for item in content["watch"])


def _only_reported(content: dict[str, Any]) -> Iterator[str]:
    """A headline that repeats a claim nobody has confirmed, and neither says who says so nor that it may be."""
    headline = content["headline"]
    said = _stems(headline)
    if len(said) < 3 or _HEDGED.search(headline):
        return
    shared = [(len(said & _stems(claim["text"])), claim) for claim in content["claims"]]
    most = max((n for n, _claim in shared), default=0)
    repeats = [claim for n, claim in shared if n == most and n >= 2 / 3 * len(said)]
    open_ = [c for c in repeats if c["standing"] in (Standing.REPORTED, Standing.DISPUTED)]
    if repeats and len(open_) == len(repeats):
        words = {"claim": open_[0]["text"], "standing": Standing(open_[0]["standing"]).label}
        yield _("The headline states as a fact “%(claim)s”, which stands as “%(standing)s”. Say who says so.") % words


def _in_headline_alone(content: dict[str, Any]) -> Iterator[str]:
    """Numbers and names of the headline that neither claims, dek nor summary have."""
    summary = content["summary"]["text"] if content["summary"] else ""
    told = " \n ".join([content["dek"], as_read(summary), *(claim["text"] for claim in content["claims"])])
    if not told.strip():
        return
    alone = []
    if said := numbers(content["headline"]):
        digits = figures(told)
        alone += [shown for shown, number in said if number not in digits]
    if names := _names(content["headline"]):
        words = _WORD.findall(" ".join([told, *(mention["name"] for mention in content["mentions"])]))
        known = {fold(word)[:4] for word in words}
        alone += [name for name in names if fold(name)[:4] not in known]
    if alone:
        sentence = _("The headline has %(words)s, which no claim, dek or summary has.")
        yield sentence % {"words": ", ".join(_("“%(words)s”") % {"words": word} for word in alone)}


def _names(headline: str) -> list[str]:
    """The capitalised words of a headline that do not begin a sentence; none of one that capitalises every word.

    Inflections of a name are taken for it: of two words the first four letters are compared.
    """
    words = list(_WORD.finditer(headline))
    inside = [word for word in words if re.search(r"[\w,’')»”]\W*$", headline[: word.start()])]
    inside = [word for word in inside if not re.search(r"[:.?!«“\"—–]\s*$", headline[: word.start()])]
    capital = [word[0] for word in inside if word[0][0].isupper()]
    if len(capital) > len(inside) / 2 and len(inside) > 3:
        return []
    return [name for name in capital if len(name) > 2 and fold(name) not in _CALENDAR]


@lru_cache(maxsize=1024)  # the checklist is made anew at every pause in typing, of texts that are as before
def _stems(text: str) -> frozenset[str]:
    """What a text is about, roughly: its longer words by their first five letters, and its numbers."""
    long = {fold(word)[:5] for word in _WORD.findall(text) if len(word) > 3}
    return frozenset(long | {number for _shown, number in numbers(text)})
