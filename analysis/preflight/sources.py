"""What our record and their servers say of the sources: old posts, dates to come, sites of somebody else, pages that
are gone, lead elsewhere or have changed."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from analysis import asking, comparing
from analysis.addresses import host_of
from analysis.owners import names_of
from analysis.preflight.checks import Check, Material, advise
from analysis.provenance import checks_of, facts_of
from analysis.rendition.rows import works_of


def checks(material: Material) -> Iterator[Check]:
    """What is wrong with a source, as the public page will say it. One query if the sites' owners are not given, and
    one if it is not given what the servers answered."""
    content, today = material.content, material.now.date()
    works = works_of(material.articles)
    sites, asked = material.owners, material.asked
    if asked is None:
        articles = [raw["article"] for raw in content["sources"]]
        asked = asking.asked_for(material.story, articles) if material.story else {}
    if sites is None:
        sites = names_of({host_of(url) for url in (*(work.url for work in works.values()), *asking.urls_of(asked))})
    for raw in content["sources"]:
        work = works[raw["id"]]
        facts = facts_of(work, raw["role"], sites, content["event_on"], today, asked.get(raw["article"]))
        for found in checks_of(facts, today):
            if found.mark == "warning":
                said = _("“%(title)s”: %(words)s The page will say so.") % {"title": work.title, "words": found.words}
                yield advise(said, "sources")
    yield from _alike(material)


def _alike(material: Material) -> Iterator[Check]:
    """Two outlets with one text are one witness: of what is held of theirs, where nobody has said it yet."""
    raws = {raw["id"]: raw for raw in material.content["sources"]}
    for one, other in comparing.alike(material.held):
        owners = {material.articles[pk].publisher_id for pk in (one, other)}
        if len(owners) == 2 and not any(raws[pk].get("copied_from") for pk in (one, other)):
            titles = {name: material.articles[pk].title for name, pk in (("one", one), ("other", other))}
            said = _("“%(one)s” and “%(other)s” are one text for the most part. Say whose text it is.") % titles
            yield advise(said, "sources")
