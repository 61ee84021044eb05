"""What our record says of the sources: old posts, dates to come, sites of somebody else."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from analysis.addresses import host_of
from analysis.owners import names_of
from analysis.preflight.checks import Check, Material, advise
from analysis.provenance import checks_of, facts_of
from analysis.rendition.rows import works_of


def checks(material: Material) -> Iterator[Check]:
    """What is wrong with a source, as the public page will say it. One query, if the sites' owners are not given."""
    content, today = material.content, material.now.date()
    works = works_of(material.articles)
    sites = material.owners
    if sites is None:
        sites = names_of({host_of(work.url) for work in works.values()})
    for raw in content["sources"]:
        work = works[raw["id"]]
        for found in checks_of(facts_of(work, raw["role"], sites, content["event_on"], today), today):
            if found.mark == "warning":
                said = _("“%(title)s”: %(words)s The page will say so.") % {"title": work.title, "words": found.words}
                yield advise(said, "sources")
