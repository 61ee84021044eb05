"""A new story in the frame of one that is there: its filing, its form, its slots."""

from analysis import editing
from analysis.merging import Typed
from analysis.models import Story
from analysis.models.stories import StoryLinkKind
from newsroom.admin.writing.typed import BY_PEOPLE


def frame_of(story: Story) -> Typed:
    """What stands in the form of a story to be written in the frame of another: who signs it, what it is about, the
    slots that it has notes in, with their titles. A published story is what the new one follows. Nothing else that was
    said is taken over.
    """
    content = editing.snapshot(story)
    typed = BY_PEOPLE | {name: [content[name]] for name in ("topic", "language", "form")}
    typed |= {name: [content[name]["slug"]] for name in ("desk", "edited_by") if content[name]}
    for note in content["notes"]:
        # The empty text is what opens a slot that has no title.
        typed |= {f"note_{note['slot']}_title": [note["title"]], f"note_{note['slot']}_text": [""]}
    for n, mention in enumerate(content["mentions"], start=1):
        typed |= {f"mentions-n{n}-name": [mention["name"]], f"mentions-n{n}-kind": [mention["kind"]]}
    if story.status == Story.Status.PUBLISHED:
        typed |= {"earlier-n1-earlier": [story.slug], "earlier-n1-kind": [StoryLinkKind.FOLLOWS.value]}
    return typed
