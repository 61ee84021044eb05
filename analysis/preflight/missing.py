"""What would make a page better."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from analysis import comparing, outlines
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
