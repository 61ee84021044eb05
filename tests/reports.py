"""Reports of errors for tests, as readers make them."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from analysis import reporting
from analysis.models import ErrorReport, Story
from tests.making import Planted

SAID = {
    "part": "headline", "quoted": "", "wrong": "It was eleven firms, not twelve.", "url": "", "name": "", "email": "",
    "thank": False,
}  # fmt: skip


def reported(story: Story, at: datetime | None = None, **said: Any) -> ErrorReport:
    """A report on the page as it is now; each from a network of its own."""
    assert story.current
    typed = reporting.Typed(**{**SAID, **said})
    number = Story.objects.values_list("current__number", flat=True).get(pk=story.pk)
    reference = reporting.receive(story.pk, number, typed, uuid4(), "en", str(uuid4()), at)
    return ErrorReport.objects.get(reference=reference)


def planted(of: Planted) -> Planted:
    """With reports on its story: words that must stay private, and an answer that is as public as the story."""
    private = {"quoted": "zqprivatezq", "wrong": "zqprivatezq", "url": "https://zqprivatezq.test/", "thank": True,
               "name": "zqprivatezq", "email": "zqprivatezq@reader.test"}  # fmt: skip
    reported(of.story, **private)
    of.words["answer"] = "zqanswerzq"
    reporting.decline(reported(of.story, **private), None, of.words["answer"])
    return of
