"""Numbers that no source states.

A number is known by its significant digits: “1.5 billion”, “1,500 million” and “1 500 000 000” are one, and so is 15.
So what is missing stands in no spelling anywhere; what is found may still be another number. Numbers that are part of
a name, years, days of a month and times of day are left out: a source says “on Thursday”. Notes are, too: they reckon
for themselves.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from analysis.models.writing import Stance
from analysis.preflight.checks import Check, Material, advise, fine, unknown
from analysis.text import as_read

_GROUPED = r"\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?"
_NUMBER = re.compile(rf"(?<![\w])(?<!\w[-‐‑.,])(?:{_GROUPED})")
_ANY = re.compile(_GROUPED)
_YEAR = re.compile(r"(?:19|20)\d\d\Z")
_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|janvier|février|mars|avril|mai|juin|juillet|août|"
    r"septembre|octobre|novembre|décembre"
)
_WHEN = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th|er)?\s+(?:of\s+)?(?:{_MONTH})\b|\b(?:{_MONTH})\s+\d{{1,2}}\b(?![.,]?\d)|"
    r"\b\d{1,2}(?::|\s?h\s?)\d{2}\b",
    re.I,
)
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf",
)
_TENS = ("twenty thirty forty fifty sixty seventy eighty ninety", "vingt trente quarante cinquante soixante")
_UNITS = {word: n for words in _SMALL for n, word in enumerate(words.split())} | {"une": 1, "half": 5, "demi": 5}
_TEN = {word: 10 * n for words in _TENS for n, word in enumerate(words.split(), start=2)}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))  # “dix-sept” before “dix”
_SPELLED = re.compile(rf"\b(?:({'|'.join(_TEN)})(?:(?:[- ]|[- ]et[- ])({_UNIT}))?|({_UNIT}))\b", re.I)


def numbers(text: str) -> list[tuple[str, str]]:
    """The numbers of a text that a source must state: each as it is written, and by its significant digits."""
    plain = _WHEN.sub(" ", as_read(text))
    found = (match[0] for match in _NUMBER.finditer(plain))
    return [(shown, _significant(shown)) for shown in found if not _YEAR.match(shown)]


def figures(text: str) -> set[str]:
    """The significant digits of every number that a text might be read to have, in digits or in words."""
    found = {_significant(match[0]) for match in _ANY.finditer(text)}
    found |= {_significant(part) for part in re.findall(r"\d+", text)}
    for ten, unit, alone in _SPELLED.findall(text):
        value = _UNITS[alone.lower()] if alone else _TEN[ten.lower()] + _UNITS.get(unit.lower(), 0)
        found.add(_significant(str(value)))
    return found


def checks(material: Material) -> Iterator[Check]:
    """The numbers of headline, dek, summary and claims, against the texts that are held of what they rest on.

    Where no text is held, a claim for which a source speaks vouches for its numbers: somebody has read it there.
    """
    content = material.content
    held = {pk: figures(row.text) for pk, row in material.held.items()}
    stated = {number for found in held.values() for number in found}
    stated |= {number for article in material.articles.values() for number in figures(article.title)}
    speaking = {claim["id"]: _speaking(claim) for claim in content["claims"]}
    vouched = {n for claim in content["claims"] if speaking[claim["id"]] for n in figures(claim["text"])}
    unchecked: list[str] = []
    said = missing = 0
    for field, text in _texts(content):
        for shown, number in numbers(text):
            said += 1
            if number in stated or number in vouched:
                continue
            if material.leads and all(pk in held for pk in material.leads):
                missing += 1
                yield advise(
                    _("“%(number)s” stands in no text that is held of the sources.") % {"number": shown}, field
                )
            else:
                unchecked.append(shown)
    for claim in content["claims"]:
        for shown, number in numbers(claim["text"]):
            said += 1
            if number not in stated and speaking[claim["id"]] and speaking[claim["id"]] <= held.keys():
                missing += 1
                told = {"number": shown, "claim": claim["text"]}
                words = _("“%(claim)s”: no source that is said to speak of it has “%(number)s” in its text.")
                yield advise(words % told, "claims")
    if unchecked:
        told = {"numbers": ", ".join(dict.fromkeys(unchecked))}
        words = _("Not checked whether a source states %(numbers)s: no claim has it, and not every text is held.")
        yield unknown(words % told, "sources")
    elif said and not missing:
        yield fine(_("Every number of headline, dek and summary stands in a source’s text or in a claim."), "sources")


def _texts(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((name, content[name]) for name in ("headline", "dek"))
    if content["summary"]:
        yield "summary_text", content["summary"]["text"]


def _speaking(claim: dict[str, Any]) -> set[int]:
    return {e["source"] for e in claim["evidence"] if e["stance"] in (Stance.STATES, Stance.ATTRIBUTES)}


def _significant(number: str) -> str:
    return re.sub(r"\D", "", number).strip("0") or "0"
