"""What tests/faults/crashing.py ends a process in: a small world, and what a step and its outcome are."""

from collections.abc import Callable
from dataclasses import dataclass

from analysis import rendition
from analysis.models import Case
from analysis.rendition import Tombstone
from tests import making


@dataclass(frozen=True)
class Step:
    """`take` runs in the child. `done` says in the parent, when a child has come through, what must be there."""

    take: Callable[[], object]
    done: Callable[[], bool]


class World:
    """One publisher, two stories on two of its pages, and a third page that we do not cover."""

    def __init__(self) -> None:
        self.wire = making.publisher("Example Wire", "example-wire.test")
        self.articles = [making.article(self.wire) for _n in range(2)]
        self.slugs = [making.published(article).slug for article in self.articles]
        self.urls = [*(article.url for article in self.articles), "https://example-wire.test/later"]

    def shown(self) -> list[str]:
        """What the gate says of each story."""
        return [
            "gone" if isinstance(page, Tombstone) else "ours" if page and page.card.ours else "link"
            for page in map(rendition.story, self.slugs)
        ]


def state(case: Case) -> str:
    return Case.objects.get(pk=case.pk).state


def active(case: Case) -> list[str]:
    """The levels at which pages are held for a case now."""
    return sorted(case.holds.filter(lifted_at=None).values_list("level", flat=True))
