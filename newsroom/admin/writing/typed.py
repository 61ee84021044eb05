"""What the story form holds, by field name: sent by a browser, kept as a draft, or made of a saved content.

One shape for all of them, so that they can be compared and merged (analysis/merging.py).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from django.http import QueryDict
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from analysis.merging import ROWS, Typed, plain, row_of
from analysis.models import Article, Claim, Source, Story, StoryLink, WatchItem
from analysis.models.fields import Language
from analysis.models.stories import EntityKind, Role, StoryForm, StoryLinkKind, StoryLinkVerdict
from analysis.models.writing import Slot, Stance, Standing, SummaryMadeBy

HEAD = ("headline", "dek", "topic", "desk", "edited_by", "language", "form", "event_on", "slug", "disclosure")
SUMMARY = ("summary_text", "summary_made_by", "summary_model", "summary_checked_by")
NOTE = ("title", "text", "rests_on")
PARTS = {
    "sources": ("article", "url", "title", "publisher", "role", "in_summary", "read", "why", "text"),
    "claims": ("text", "standing", "why"),
    "watch_items": ("statement", "due", "likelihood", "settled_by", "replaces"),
    "earlier": ("earlier", "kind", "verdict", "why"),
    "mentions": ("name", "kind"),
}
MOST = {"sources": 60, "claims": 60, "watch_items": 60, "earlier": 60, "mentions": 100}
# The text of a source is theirs and not ours to keep: it is compared and never stored with what was typed.
NEVER_KEPT = "text"
_KEY = re.compile(r"n?[1-9][0-9]{0,8}")
_MENTION = re.compile(r"n[1-9][0-9]{0,8}|\.[-a-zA-Z0-9_]{1,120}")  # a point before a slug: one may look like "n1"
_PLAIN = frozenset([*HEAD, *SUMMARY, *(f"note_{slot}_{part}" for slot in Slot for part in NOTE)])


def typed_in(data: QueryDict) -> Typed:
    """What a browser sent of the form's own fields, in its order. What is no field of ours is not looked at."""
    found: Typed = {}
    for name in data:
        if name in _PLAIN or _is_part(name):
            # PostgreSQL keeps no NUL, and nobody types one.
            values = [v.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "") for v in data.getlist(name)]
            if any(value.strip() for value in values):
                found[name] = values
    return found


def _is_part(name: str) -> bool:
    row = row_of(name)
    if not row:
        return False
    kind, key, part = row
    if not (_MENTION if kind == "mentions" else _KEY).fullmatch(key):
        return False
    if kind == "claims" and part.startswith("stance_"):
        return bool(_KEY.fullmatch(part.removeprefix("stance_")))
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
    def of_rows(cls, sources: Iterable[Source], story: Story) -> "Known":
        """Of a story that was read with all its rows (analysis.freezing.loaded). No query."""
        earlier = {link.earlier_id: link.earlier.slug for link in story.earlier.all()} if story.pk else {}
        return cls({source.article_id: source.article for source in sources}, earlier)

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


def typed_of(content: dict[str, Any], known: Known) -> Typed:
    """What the form would send if this content stood in it and nothing were typed."""
    summary = content["summary"] or {"text": "", "made_by": SummaryMadeBy.PERSON, "model": "", "checked_by": ""}
    pairs: list[tuple[str, Any]] = [
        *((name, content[name]) for name in ("headline", "dek", "topic")),
        ("desk", content["desk"]["slug"]),
        ("edited_by", content["edited_by"] and content["edited_by"]["slug"]),
        *((name, content[name]) for name in ("language", "form", "event_on", "slug", "disclosure")),
        *((f"summary_{name}", summary[name]) for name in ("text", "made_by", "model", "checked_by")),
    ]
    for note in content["notes"]:
        pairs += [(f"note_{note['slot']}_{part}", note[part]) for part in NOTE]
    for kind, rows in (
        ("sources", _sources(content, known)),
        ("claims", _claims(content)),
        ("watch_items", _watch_items(content)),
        ("earlier", _earlier(content, known)),
        ("mentions", _mentions(content)),
    ):
        for n, (key, parts) in enumerate(rows, start=1):
            pairs += [(f"{kind}-{key}-{part}", value) for part, value in {**parts, "position": n}.items()]
    return {name: _values(value) for name, value in pairs if value not in (None, "", [], False)}


def _values(value: Any) -> list[str]:
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
            },
        )  # fmt: skip


def _claims(content: dict[str, Any]) -> Iterator[tuple[object, dict[str, Any]]]:
    for c in content["claims"]:
        stances = {f"stance_{e['source']}": e["stance"] for e in c["evidence"]}
        yield c["id"], {"text": c["text"], "standing": c["standing"], "why": c["why"], **stances}


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


# --- in words -----------------------------------------------------------------------------------------------------

_KINDS: dict[str, Any] = {
    "sources": lambda: _("Source"),
    "claims": lambda: _("Claim"),
    "watch_items": lambda: _("Watch item"),
    "earlier": lambda: _("Earlier coverage"),
    "mentions": lambda: _("Mention"),
}
_TITLES = {"sources": ("title", "url"), "claims": ("text",), "watch_items": ("statement",), "earlier": ("earlier",),
           "mentions": ("name",)}  # fmt: skip
_CODES: dict[str, Any] = {
    "language": Language, "form": StoryForm, "summary_made_by": SummaryMadeBy, "role": Role, "standing": Standing,
    "verdict": StoryLinkVerdict,
}  # fmt: skip
_MODELS = {"claims": Claim, "watch_items": WatchItem, "earlier": StoryLink}


def label(name: str, *held: Typed) -> str:
    """What a person calls a field, or a row: ‘Claim “Twelve firms bid”, why it stands so’."""
    if name in _PLAIN:
        return capfirst(_plain_label(name))
    kind, _dash, rest = name.partition("-")
    row = row_of(name)
    key, part = (row[1], row[2]) if row and (row[2] in PARTS[kind] or row[2].startswith("stance_")) else (rest, "")
    said = _KINDS[kind]()
    if title := _title(kind, key, held):
        said = _("%(what)s “%(title)s”") % {"what": said, "title": Truncator(title).chars(60)}
    if part.startswith("stance_"):
        source = _title("sources", part.removeprefix("stance_"), held)
        return _("%(row)s, what %(source)s says of it") % {"row": said, "source": Truncator(source).chars(60)}
    return _("%(row)s, %(field)s") % {"row": said, "field": _part_label(kind, part)} if part else said


def about(name: str, *held: Typed) -> str:
    """What a remark is about: a field's label, or a row's; empty where there is no such thing."""
    kind, _dash, key = name.partition("-")
    row = kind in PARTS and (_KEY.fullmatch(key) or _MENTION.fullmatch(key))
    return label(name, *held) if name in _PLAIN or row else ""


def place_of(name: str) -> str:
    """The id on the page of what a remark is about."""
    kind, dash, _key = name.partition("-")
    return f"id_{name}-{_TITLES[kind][-1]}" if dash and kind in _TITLES else f"id_{name}"


def _title(kind: str, key: str, held: tuple[Typed, ...]) -> str:
    for typed in held:
        for part in _TITLES[kind]:
            if values := typed.get(f"{kind}-{key}-{part}"):
                return values[0]
    return ""


def _plain_label(name: str) -> str:
    if name.startswith("note_"):
        _note, slot, part = name.split("_", 2)
        words = {"title": _("%(note)s, title"), "text": _("%(note)s"), "rests_on": _("%(note)s, what it rests on")}
        return words[part] % {"note": Slot(slot).label}
    words = {
        "summary_text": _("summary"), "summary_made_by": _("summary, written by"),
        "summary_model": _("summary, which model"), "summary_checked_by": _("summary, checked by"),
        "desk": _("signed by"),
    }  # fmt: skip
    return words.get(name) or str(getattr(Story._meta.get_field(name), "verbose_name", name))


def _part_label(kind: str, part: str) -> str:
    words = {
        "role": _("role"), "in_summary": _("the summary uses it"),
        "read": _("I have read it"), "url": _("URL"), "title": _("their headline"),
        "publisher": _("publisher"), "text": _("text"), "replaces": _("corrects"), "name": _("who or what"),
    }  # fmt: skip
    if kind == "mentions" and part == "kind":
        return _("kind, if it is new here")
    if kind in _MODELS and part in {f.name for f in _MODELS[kind]._meta.fields}:
        return str(getattr(_MODELS[kind]._meta.get_field(part), "verbose_name", part))
    return words.get(part) or _("why it is there")


def shown(name: str, values: list[str], *held: Typed) -> str:
    """Values as a person reads them: the words of a choice, not its code; sources by their headline or address."""
    row = row_of(name)
    part = row[2] if row else name
    if name.endswith("_rests_on"):
        return ", ".join(_title("sources", key, held) or key for key in plain(values))
    if part.startswith("stance_"):
        codes: Any = Stance
    elif part == "kind":
        codes = EntityKind if name.startswith("mentions-") else StoryLinkKind
    else:
        codes = _CODES.get(part)
    if part in ("in_summary", "read"):
        return _("yes") if plain(values) else _("no")
    words = [str(codes(v).label) if codes and v in codes.values else v for v in values]
    return "\n".join(words)


__all__ = ["MOST", "PARTS", "ROWS", "Known", "keepable", "label", "shown", "typed_in", "typed_of"]
