"""How a part of a story was made, as a content keeps it: who or what wrote it, with which model, which desk checked it
and when. Pure.

Five kinds of parts say it: the head (headline and dek), the summary, each note; the claims together, and the watch
items together. An empty "made_by" is what nobody has said; of claims or watch items that are not there, nobody has.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

type Row = dict[str, Any]

MADE = ("made_by", "model", "checked_by", "checked_at")
UNSAID: Row = dict.fromkeys(MADE, "")
UNCHECKED: Row = {"checked_by": "", "checked_at": ""}
BY_MACHINE = ("model", "both")
# The parts of which the story says it, each with its name in a content; and those of them that are made of rows.
OF_STORY = {"head": "head", "claims": "claims_made", "watch": "watch_made"}
OF_ROWS = ("claims", "watch")
# The words of a part, or of each of its rows: a desk that has checked it has read all of them.
WORDS = {
    "head": ("headline", "dek"),
    "summary": ("text",),
    "note": ("title", "text"),
    "claims": ("text", "why"),
    "watch": ("statement", "settled_by"),
}


def complete(content: Row) -> Row:
    """A content with what those frozen before it was asked do not have: unsaid. Everyone who reads one begins here."""
    summary = content["summary"]
    return {
        "conflicts": "",
        **content,
        **{name: UNSAID | content.get(name, {}) for name in OF_STORY.values()},
        "summary": summary and UNSAID | summary,
        "notes": [UNSAID | note for note in content["notes"]],
    }


def parts(content: Row) -> Iterator[tuple[str, Row]]:
    """The parts of a complete content that say how they were made, by the names that the form has for them; each with
    its words, those that are made of rows with these under their own name."""
    yield "head", content["head"] | {name: content[name] for name in WORDS["head"]}
    if content["summary"]:
        yield "summary", content["summary"]
    yield from ((f"note_{note['slot']}", note) for note in content["notes"])
    yield from ((of, content[OF_STORY[of]] | {of: content[of]}) for of in OF_ROWS if content[of])


def words(kind: str, part: Row) -> list[tuple[str, ...]]:
    """All the words of a part, as `parts` has it, in whatever order its rows stand."""
    rows = part[kind] if kind in OF_ROWS else [part]
    return sorted(tuple(row[name] for name in WORDS[kind]) for row in rows)


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
    if words(kind, new) != words(kind, old):
        return new | UNCHECKED
    return new | {"checked_at": old["checked_at"]}
