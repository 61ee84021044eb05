"""What we ask of a page ourselves before it is published."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from analysis import standings
from analysis.models import Article
from analysis.models.stories import Role
from analysis.models.writing import Stance, Standing
from analysis.preflight.checks import Check, Material, fine, stop
from analysis.standings import record_of
from analysis.text import TextError, check


def checks(material: Material) -> Iterator[Check]:
    """What of the page itself stops publication."""
    yield from _sources(material)
    yield from _texts(material)
    yield from _claims(material)
    yield from _watch(material)
    if material.content["disclosure"].strip():
        yield fine(_("It says how it was made."), "disclosure")
    else:
        yield stop(_("Say how this was made: who or what wrote it, and who checked it."), "disclosure")


def _sources(material: Material) -> Iterator[Check]:
    """Somebody of ours must have read what a page says of others' work: not a machine, and not only its address.

    Of what the public page rests on nothing is asked: a correction must stay possible when the source is gone.
    """
    sources = material.content["sources"]
    if not any(s["role"] == Role.ORIGINAL for s in sources):
        yield stop(_("Name the original reporting: no source has that role."), "sources")
        return
    articles = _to_be_read(material)
    for article in unread(material):
        yield stop(
            _("Nobody here has read “%(title)s” (%(publisher)s). Open it, read it, and say that you have.")
            % {"title": article.title, "publisher": article.publisher},
            "sources",
        )
    if articles and all(article.retrieved_at for article in articles):
        yield fine(_("Somebody here has read what this rests on."), "sources")


def unread(material: Material) -> list[Article]:
    """The articles that somebody must read first: what headline and summary rest on, and the primary documents."""
    return [article for article in _to_be_read(material) if article.retrieved_at is None]


def _to_be_read(material: Material) -> list[Article]:
    asked = [s for s in material.content["sources"] if s["id"] in material.leads or s["role"] == Role.PRIMARY]
    return [material.articles[s["id"]] for s in asked if s["article"] not in material.cited]


def _texts(material: Material) -> Iterator[Check]:
    content = material.content
    texts = [(f"note_{note['slot']}_text", note["text"]) for note in content["notes"]]
    if content["summary"]:
        texts.append(("summary_text", content["summary"]["text"]))
    for field, text in texts:
        try:
            check(text)
        except TextError as error:
            yield stop(str(error), field)


def _claims(material: Material) -> Iterator[Check]:
    primary = {s["id"] for s in material.content["sources"] if s["role"] == Role.PRIMARY}
    confirmed = [c for c in material.content["claims"] if c["standing"] == Standing.CONFIRMED]
    unproved = [
        c for c in confirmed if not any(e["source"] in primary and e["stance"] == Stance.STATES for e in c["evidence"])
    ]
    elsewhere = standings.proved(
        {record_of(claim) for claim in unproved if record_of(claim) > 0}, but=material.content["slug"]
    )
    unproved = [claim for claim in unproved if record_of(claim) not in elsewhere]
    for claim in unproved:
        said = _("“%(claim)s” is marked confirmed, but no primary source states it. Add one, or mark it reported.")
        yield stop(said % {"claim": claim["text"]}, "claims")
    if confirmed and not unproved:
        yield fine(_("Every confirmed claim names its primary source."), "claims")


def _watch(material: Material) -> Iterator[Check]:
    """What settles it, and whether it can still be forecast.

    Its date and its likelihood need no check here: the database takes no item without them (models/watch.py), the form
    asks for them, and one that is typed without them is in no content yet.
    """
    items, today = material.content["watch"], material.now.date().isoformat()
    found = []
    for item in items:
        said = {"item": item["statement"]}
        if item["id"] not in material.public and item["due"] <= today:
            late = _("“%(item)s” is due today or before: that is no forecast any more. Give it a later date.")
            found.append(late % said)
        if not item["settled_by"].strip():
            found.append(_("“%(item)s” does not say which source will settle it.") % said)
    yield from (stop(text, "watch_items") for text in found)
    if items and not found:
        yield fine(_("Every watch item has its date, its likelihood and the source that settles it."), "watch_items")
