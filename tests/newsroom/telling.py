"""A story with sentences in every field that are long enough to be known again, and a case about what it rests on."""

from typing import Any

from analysis import editing, rights
from analysis.models import Claim, ContextNote, Decision, Entity, Evidence, Mention, Source, Story, Summary, WatchItem
from tests import making
from tests.analysis.cases import confirmed

SLUG = "cranes-sold-quietly-at-the-port-in-march"
SENTENCES = ("Cranes sold quietly", "told nobody for a month", "A fifth crane leaves", "four cranes to a dealer")


def story(slug: str = SLUG, of: Any = None, **summary: Any) -> Story:
    """Published twice, so that it has a history."""
    original = making.article(of, title="Port authority parts with the last of its cranes")
    made = making.draft(
        original, slug=slug, summary="", headline="Cranes sold quietly at the port in March",
        dek="The authority told nobody for a month, and its own tenants least of all.",
        disclosure="Written by people who have no stake in any port whatsoever.",
    )  # fmt: skip
    Summary.objects.create(
        story=made, text="The *authority* sold four cranes to a dealer, said the paper, for a third."
    )
    note = "Nobody who rents a quay can plan for a year when the cranes above it may be gone by Easter."
    ContextNote.objects.create(story=made, slot="take", title="What a quay is worth without", text=note)
    claim = Claim.objects.create(story=made, text="Four cranes were sold in the month of March.", standing="reported",
                                 why="One paper has seen the contract, we have not seen it.")  # fmt: skip
    Evidence.objects.create(claim=claim, source=made.sources.get(), stance="states")
    Source.objects.filter(story=made).update(why="It is the one that has read the contract itself.")
    WatchItem.objects.create(
        story=made, statement="A fifth crane leaves the port before the end of the year.", due="2031-01-01",
        likelihood=30, settled_by="The quarterly list of the port authority.",
    )  # fmt: skip
    entity = Entity.objects.get_or_create(slug="port-salvan", defaults={"name": "Port Salvan", "kind": "place"})[0]
    Mention.objects.create(story=made, entity=entity)
    editing.publish(made, None)
    made.notes.update(text=note.replace("Easter", "the end of winter, and nobody would have to say so"))
    editing.publish(made, None, kind="correction", reason="We wrote Easter where the contract says winter only.")
    made.refresh_from_db()
    return made


def decided(of: Story, **ruling: Any) -> Decision:
    """A decision on the article that a story rests on: removed, unless the ruling says otherwise."""
    case = confirmed(of.sources.get().article.url)
    said = {"outcome": "granted", "action": "remove", "reason": "You asked."} | ruling
    return rights.decide(case, None, rights.Ruling(**said))
