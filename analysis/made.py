"""How a part of a story was made, as a content keeps it: who or what wrote it, with which model, which desk checked it
and when. Pure.

Three kinds of parts say it: the head (headline and dek), the summary, each note. People write claims and watch items
(newsroom/standing/how-we-write.md). An empty "made_by" is what nobody has said.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

type Row = dict[str, Any]

MADE = ("made_by", "model", "checked_by", "checked_at")
UNSAID: Row = dict.fromkeys(MADE, "")
BY_MACHINE = ("model", "both")
# The words of a part: a desk that has checked it has read all of them.
WORDS = {"head": ("headline", "dek"), "summary": ("text",), "note": ("title", "text")}


def complete(content: Row) -> Row:
    """A content with what those frozen before it was asked do not have: unsaid. Everyone who reads one begins here."""
    summary = content["summary"]
    return {
        "conflicts": "",
        **content,
        "head": UNSAID | content.get("head", {}),
        "summary": summary and UNSAID | summary,
        "notes": [UNSAID | note for note in content["notes"]],
    }


def parts(content: Row) -> Iterator[tuple[str, Row]]:
    """The parts of a complete content that say how they were made, by the names that the form has for them."""
    yield "head", content["head"]
    if content["summary"]:
        yield "summary", content["summary"]
    yield from ((f"note_{note['slot']}", note) for note in content["notes"])


def checked(new: Row, old: Row | None, kind: str, now: datetime, again: bool = False) -> Row:
    """A part with what is true of its check. `new` and `old` hold its words beside how it was made: as it is to be, and
    as it was saved, if it was. `again`: somebody says that it was checked as it stands.

    A check is of words. A text that was changed since is not checked any more, until somebody says so again; one whose
    desk is named now, or another than before, was checked at `now`, an aware moment.
    """
    if not new["checked_by"]:
        return new | {"checked_at": ""}
    if again or not old or old["checked_by"] != new["checked_by"]:
        return new | {"checked_at": now.isoformat()}
    if any(new[name] != old[name] for name in WORDS[kind]):
        return new | {"checked_by": "", "checked_at": ""}
    return new | {"checked_at": old["checked_at"]}
