"""What the story form holds, by field name: sent by a browser, kept as a draft, or made of a saved content.

One shape for all of them, so that they can be compared and merged (analysis/merging.py).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.http import QueryDict

from analysis import made
from analysis.merging import LONGEST_FIELD, ORDER, ROWS, Typed, row_of, rows
from analysis.models import Article, Source, Story, StoryLink
from analysis.models.made import MadeBy
from analysis.models.writing import Slot

MADE = ("made_by", "model", "checked_by")
AGAIN = "checked"  # that it was checked as it stands: said with the save, and no part of the content
HEAD = (
    "headline", "dek", "topic", "desk", "edited_by", "language", "form", "event_on", "slug", "disclosure", "conflicts",
    *(f"{of}_{part}" for of in made.OF_STORY for part in (*MADE, AGAIN)),
)  # fmt: skip
SUMMARY = ("summary_text", *(f"summary_{part}" for part in (*MADE, AGAIN)))
REMARK = ("remark_field", "remark_text")  # what one is about to say of the story: no part of its content
NOTE = ("title", "text", "rests_on", *MADE, AGAIN)
PARTS = {
    "sources": ("article", "url", "title", "publisher", "role", "in_summary", "read", "why", "copied_from", "text"),
    "claims": ("text", "standing", "why", "shares"),
    "watch_items": ("statement", "due", "likelihood", "settled_by", "replaces"),
    "earlier": ("earlier", "kind", "verdict", "why"),
    "mentions": ("name", "kind"),
}
MOST = {"sources": 60, "claims": 60, "watch_items": 60, "earlier": 60, "mentions": 100}
# The text of a source is theirs and not ours to keep: it is compared and never stored with what was typed.
NEVER_KEPT = "text"
KEY = re.compile(r"n?[1-9][0-9]{0,8}")
MENTION = re.compile(r"n[1-9][0-9]{0,8}|\.[-a-zA-Z0-9_]{1,120}")  # a point before a slug: one may look like "n1"
# What says how it was made, by the form's names; and who writes, until somebody says otherwise.
MAKING = (*made.OF_STORY, "summary", *(f"note_{slot}" for slot in Slot))
BY_PEOPLE: Typed = {f"{part}_made_by": [MadeBy.PERSON.value] for part in MAKING}
PLAIN = frozenset([*HEAD, *SUMMARY, *REMARK, *(f"note_{slot}_{part}" for slot in Slot for part in NOTE)])


def typed_in(data: QueryDict) -> Typed:
    """What a browser sent of the form's own fields, in its order. What is no field of ours is not looked at."""
    found: Typed = {}
    for name, sent in data.lists():
        if name in PLAIN or (len(name) <= LONGEST_FIELD and _is_part(name)):
            # PostgreSQL keeps no NUL, and nobody types one.
            values = [v.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "") for v in sent]
            if any(value.strip() for value in values):
                found[name] = values
    return found


@lru_cache(maxsize=4096)  # a form of a thousand fields sends the same names at every pause in typing
def _is_part(name: str) -> bool:
    row = row_of(name)
    if not row:
        return False
    kind, key, part = row
    if not (MENTION if kind == "mentions" else KEY).fullmatch(key):
        return False
    if kind == "claims" and part.startswith("stance_"):
        return bool(KEY.fullmatch(part.removeprefix("stance_")))
    return part in PARTS[kind] or part in ("position", "DELETE")


def keepable(typed: Typed) -> Typed:
    """What may be kept of it as a draft."""
    return {
        name: values
        for name, values in typed.items()
        if not (name.startswith("sources-") and name.endswith(f"-{NEVER_KEPT}"))
    }


class Known(NamedTuple):
    """What a content names by id, to write it out."""

    articles: Mapping[int, Article]
    stories: Mapping[int, str]  # the slugs of earlier stories

    @classmethod
    def of_rows(cls, sources: Iterable[Source], earlier: Iterable[StoryLink]) -> "Known":
        """Of rows as analysis.freezing.loaded reads them. No query."""
        slugs = {link.earlier_id: link.earlier.slug for link in earlier}
        return cls({source.article_id: source.article for source in sources}, slugs)

    @classmethod
    def of(cls, contents: Iterable[dict[str, Any]]) -> "Known":
        """Two queries."""
        contents = list(contents)
        articles = {s["article"] for c in contents for s in c["sources"]}
        stories = {link["story"] for c in contents for link in c["earlier"]}
        return cls(
            Article.objects.select_related("publisher").in_bulk(articles),
            dict(Story.objects.filter(pk__in=stories).values_list("pk", "slug")),
        )


def by_itself(name: str) -> bool:
    """Whether a form sends this field whatever is typed: the order of rows, and what a saved source is about."""
    row = row_of(name)
    return bool(row) and (row[2] in ("position", "article") or (row[2] == "url" and row[1].isdecimal()))  # type: ignore[index]


def in_order(held: Mapping[str, Typed]) -> list[str]:
    """The keys of rows in the order that they ask for; those that ask for none come last."""

    def place(parts: Typed) -> int:
        given = parts.get(ORDER, [""])[-1]
        return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 1_000

    return sorted(held, key=lambda key: place(held[key]))


def reordered(one: Typed, other: Typed) -> list[str]:
    """The kinds of rows that stand in another order, of those that both hold."""
    if all(one.get(name) == other.get(name) for name in one.keys() | other.keys() if name.endswith(f"-{ORDER}")):
        return []
    mine, theirs = rows(one), rows(other)
    both = mine.keys() & theirs.keys()

    def order(held: dict[tuple[str, str], Typed], kind: str) -> list[str]:
        return in_order({key: parts for (of, key), parts in held.items() if of == kind and (of, key) in both})

    return [kind for kind in ROWS if order(mine, kind) != order(theirs, kind)]


def typed_of(content: dict[str, Any], known: Known) -> Typed:
    """What the form would send if this content stood in it and nothing were typed."""
    content = made.complete(content)
    pairs: list[tuple[str, Any]] = [
        *((name, content[name]) for name in ("headline", "dek", "topic")),
        ("desk", content["desk"]["slug"]),
        ("edited_by", content["edited_by"] and content["edited_by"]["slug"]),
        *((name, content[name]) for name in ("language", "form", "event_on", "slug", "disclosure", "conflicts")),
        ("summary_text", content["summary"] and content["summary"]["text"]),
    ]
    for note in content["notes"]:
        pairs += [(f"note_{note['slot']}_{part}", note[part]) for part in ("title", "text", "rests_on")]
    there = dict(made.parts(content))
    pairs += [(f"{name}_{part}", row[part]) for name, row in there.items() for part in MADE]
    pairs += [(name, value) for name, value in BY_PEOPLE.items() if name.removesuffix("_made_by") not in there]
    for kind, found in (
        ("sources", _sources(content, known)),
        ("claims", _claims(content)),
        ("watch_items", _watch_items(content)),
        ("earlier", _earlier(content, known)),
        ("mentions", _mentions(content)),
    ):
        for n, (key, parts) in enumerate(found, start=1):
            row = f"{kind}-{key}-"
            pairs += [(row + part, value) for part, value in parts.items()]
            pairs.append((row + ORDER, n))
    return {name: _values(value) for name, value in pairs if value}


def _values(value: Any) -> list[str]:
    if isinstance(value, str):  # nearly all of them are
        return [value]
    if value is True:
        return ["on"]
    return [str(v) for v in value] if isinstance(value, list) else [str(value)]


def _sources(content: dict[str, Any], known: Known) -> Iterator[tuple[object, dict[str, Any]]]:
    for s in content["sources"]:
        article = known.articles.get(s["article"])
        yield (
            s["id"],
            {
                "article": s["article"], "url": article and article.url,
                "role": s["role"], "in_summary": s["in_summary"], "why": s["why"],
                "copied_from": s.get("copied_from", ""),
            },
        )  # fmt: skip


def _claims(content: dict[str, Any]) -> Iterator[tuple[object, dict[str, Any]]]:
    for c in content["claims"]:
        parts = {"text": c["text"], "standing": c["standing"], "why": c["why"], "shares": c.get("shares")}
        yield c["id"], parts | {f"stance_{e['source']}": e["stance"] for e in c["evidence"]}


def _watch_items(content: dict[str, Any]) -> Iterator[tuple[object, dict[str, Any]]]:
    for w in content["watch"]:
        yield w["id"], {name: w[name] for name in ("statement", "due", "likelihood", "settled_by")}


def _earlier(content: dict[str, Any], known: Known) -> Iterator[tuple[object, dict[str, Any]]]:
    for link in content["earlier"]:
        slug = known.stories.get(link["story"])
        yield link["story"], {"earlier": slug, "kind": link["kind"], "verdict": link["verdict"], "why": link["why"]}


def _mentions(content: dict[str, Any]) -> Iterator[tuple[object, dict[str, Any]]]:
    for m in content["mentions"]:
        yield f".{m['slug']}", {"name": m["name"], "kind": m["kind"]}
