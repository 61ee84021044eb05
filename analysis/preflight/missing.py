"""What would make a page better."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from analysis import comparing, made, outlines
from analysis.models.writing import Slot
from analysis.preflight.checks import Check, Material, advise, fine, unknown


def checks(material: Material) -> Iterator[Check]:
    """Parts that a reader would miss, and those that are there."""
    content = material.content
    slots = {note["slot"] for note in content["notes"]}
    if not content["dek"]:
        yield advise(_("There is no dek: lists show the headline alone."), "dek")
    if not content["summary"]:
        yield advise(_("There is no summary: a reader does not learn what was reported."), "summary_text")
    elif not content["summary"]["checked_by"]:
        yield advise(_("Nobody is named who checked the summary."), "summary_checked_by")
    yield from _made(content)
    if unheld := comparing.unheld(material.leads, material.held, material.articles):
        names = ", ".join(unheld)
        said = _(
            "Not checked for words taken from: %(names)s. Paste the article’s text at its source and save to check."
        )
        yield unknown(said % {"names": names}, "sources")
    if "take" in slots and "disagreement" not in slots:
        yield advise(_("There is a take, and no case against it."), "note_disagreement_text")
    elif "take" in slots:
        yield fine(_("The take has a case against it."), "note_disagreement_text")
    expected = outlines.expected_of(content["form"])
    if outlines.Part.CLAIMS in expected and not content["claims"]:
        yield advise(_("No claims: what is established, and what is not?"), "claims")
    if outlines.Part.WATCH in expected and not content["watch"]:
        yield advise(_("Nothing to watch: what would prove this wrong, and by when?"), "watch_items")


def _made(content: dict[str, Any]) -> Iterator[Check]:
    """Of all parts but the summary, which is asked about above, whoever wrote it."""
    parts = [(name, part) for name, part in made.parts(content) if name != "summary"]
    if unsaid := [(name, part) for name, part in parts if not part["made_by"]]:
        said = _("Nobody has said who or what wrote: %(parts)s. The page says nothing of it.")
        names = ", ".join(_label(name) for name, _part in unsaid)
        yield advise(said % {"parts": names}, f"{unsaid[0][0]}_made_by")
    for name, part in parts:
        if part["made_by"] in made.BY_MACHINE and not part["checked_by"]:
            said = _("“%(part)s” was made with a language model, and nobody is named who checked it.")
            yield advise(said % {"part": _label(name)}, f"{name}_checked_by")


def _label(part: str) -> str:
    if part.startswith("note_"):
        return str(Slot(part.removeprefix("note_")).label)
    return {"head": _("Headline and dek"), "claims": _("What is established"), "watch": _("What to watch")}[part]
