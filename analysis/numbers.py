"""The numbers of a text, however they are written. Pure.

A number is known by its significant digits: “1.5 billion”, “1,500 million” and “1 500 000 000” are one, and so is 15.
So what is missing stands in no spelling anywhere; what is found may still be another number. Numbers that are part of
a name, years, days of a month and times of day are left out: a source says “on Thursday”.
"""

import re

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


def figures(text: str) -> frozenset[str]:
    """The significant digits of every number that a text might be read to have, in digits or in words."""
    found = {_significant(match[0]) for match in _ANY.finditer(text)}
    found |= {_significant(part) for part in re.findall(r"\d+", text)}
    for ten, unit, alone in _SPELLED.findall(text):
        value = _UNITS[alone.lower()] if alone else _TEN[ten.lower()] + _UNITS.get(unit.lower(), 0)
        found.add(_significant(str(value)))
    return frozenset(found)


def _significant(number: str) -> str:
    return re.sub(r"\D", "", number).strip("0") or "0"
