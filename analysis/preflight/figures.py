"""Numbers that no source states, whatever their spelling (analysis/numbers.py). Notes are left out: they reckon for
themselves."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from analysis import comparing
from analysis.models.writing import Stance
from analysis.numbers import figures, numbers
from analysis.preflight.checks import Check, Material, advise, fine, unknown

# The checklist is made anew at every pause in typing, of claims and titles that are as before. Not for the text of a
# source: that is held in its row, and nowhere else.
_figures = lru_cache(maxsize=1024)(figures)


def checks(material: Material) -> Iterator[Check]:
    """The numbers of headline, dek, summary and claims, against the texts that are held of what they rest on.

    Where no text is held, a claim for which a source speaks vouches for its numbers: somebody has read it there.
    """
    content = material.content
    held = material.held
    ours = [text for _field, text in _texts(content)] + [claim["text"] for claim in content["claims"]]
    stated = comparing.stated({number for text in ours for _shown, number in numbers(text)}, held.values())
    stated |= {number for article in material.articles.values() for number in _figures(article.title)}
    speaking = {claim["id"]: _speaking(claim) for claim in content["claims"]}
    vouched = {n for claim in content["claims"] if speaking[claim["id"]] for n in _figures(claim["text"])}
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
        words = _(
            "Not checked whether a source states %(numbers)s: no claim for which a source speaks has it, and not every "
            "text is held."
        )
        yield unknown(words % told, "sources")
    elif said and not missing:
        yield fine(_("Every number of headline, dek and summary stands in a source’s text or in a claim."), "sources")


def _texts(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((name, content[name]) for name in ("headline", "dek"))
    if content["summary"]:
        yield "summary_text", content["summary"]["text"]


def _speaking(claim: dict[str, Any]) -> set[int]:
    return {e["source"] for e in claim["evidence"] if e["stance"] in (Stance.STATES, Stance.ATTRIBUTES)}
