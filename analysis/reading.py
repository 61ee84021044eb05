"""A content of a story as a person reads it: names instead of numbers, the words of a choice instead of its code."""

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from analysis import made
from analysis.models import Article, Claim, ContextNote, Source, Story, StoryLink, Summary, Terms, Topic, WatchItem
from analysis.models.fields import Language
from analysis.models.made import MadeBy
from analysis.models.publishers import Level
from analysis.models.stories import Role, StoryForm, StoryLinkKind, StoryLinkVerdict
from analysis.models.writing import Slot, Stance, Standing

type Row = dict[str, Any]
type Fields = dict[str, tuple[str, str]]  # label and text, by the name of a field


class Part(NamedTuple):
    """A part of a story that stands by itself. A `row` is one of several that come and go."""

    title: str
    fields: Fields
    row: bool = True


class Names(NamedTuple):
    topics: dict[str, str]
    articles: dict[int, str]
    stories: dict[int, str]


def names_of(*contents: dict[str, Any]) -> Names:
    """What the things are called that contents refer to by number or address. Three queries."""
    topics = Topic.objects.filter(slug__in={content["topic"] for content in contents})
    articles = Article.objects.filter(pk__in={s["article"] for content in contents for s in content["sources"]})
    stories = Story.objects.filter(pk__in={link["story"] for content in contents for link in content["earlier"]})
    return Names(
        dict(topics.values_list("slug", "name")),
        {
            pk: _("%(label)s: %(text)s") % {"label": publisher, "text": title}
            for pk, publisher, title in articles.values_list("pk", "publisher__name", "title")
        },
        dict(stories.values_list("pk", "headline")),
    )


def aligned(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The old content with the ids of the new one, where they mean the same rows."""
    source = _renamed(old["sources"], new["sources"], lambda row: row["article"], by_id=False)
    claim = _renamed(old["claims"], new["claims"], lambda row: row["text"])
    item = _renamed(old["watch"], new["watch"], lambda row: (row["statement"], row["due"], row["likelihood"]))
    return old | {
        "sources": [row | {"id": source[row["id"]]} for row in old["sources"]],
        "notes": [note | {"rests_on": [source.get(pk, pk) for pk in note["rests_on"]]} for note in old["notes"]],
        "claims": [
            row
            | {"id": claim[row["id"]]}
            | {"evidence": [e | {"source": source.get(e["source"], e["source"])} for e in row["evidence"]]}
            for row in old["claims"]
        ],
        "watch": [row | {"id": item[row["id"]]} for row in old["watch"]],
        "terms": {str(source.get(int(pk), pk)): terms for pk, terms in old.get("terms", {}).items()},
    }


def _renamed(old: list[Row], new: list[Row], same: Callable[[Row], Hashable], by_id: bool = True) -> dict[Any, Any]:
    """The id of each old row as the new content has it."""
    ids = {row["id"] for row in new}
    found = {row["id"]: row["id"] for row in old if row["id"] in ids} if by_id else {}
    free = {same(row): row["id"] for row in reversed(new) if row["id"] not in found}
    for row in old:
        if row["id"] not in found:
            # An id that is not found again must not be taken for a new row that has it by chance.
            found[row["id"]] = free.pop(same(row), row["id"] if row["id"] not in ids else f"was-{row['id']}")
    return found


def parts_of(content: dict[str, Any], names: Names) -> dict[str, dict[str, Part]]:
    """All that a content says, by section and path, in the order of the page."""
    content = made.complete(content)
    articles = {row["id"]: names.articles.get(row["article"], f"#{row['article']}") for row in content["sources"]}
    return {
        "head": {"": Part("", _head(content, names), row=False)},
        "sources": {f"sources.{row['id']}": _source(row, articles[row["id"]]) for row in content["sources"]},
        "summary": {"summary": _summary(content["summary"])} if content["summary"] else {},
        "notes": {f"notes.{slot}": note for slot in Slot.values for note in _note(slot, content, articles)},
        "claims": {f"claims.{row['id']}": _claim(row, articles) for row in content["claims"]},
        "watch": {f"watch.{row['id']}": _watch(row) for row in content["watch"]},
        "earlier": {f"earlier.{row['story']}": _earlier(row, names) for row in content["earlier"]},
        "mentions": {
            "": Part("", {"mentions": (_("Mentions"), _lines(m["name"] for m in content["mentions"]))}, False)
        },
        "terms": {
            f"terms.{pk}": _terms(terms, articles[int(pk)])
            for pk, terms in content.get("terms", {}).items()
            if pk.lstrip("-").isdigit() and int(pk) in articles
        },
    }


def _head(content: dict[str, Any], names: Names) -> Fields:
    edited_by = content["edited_by"]
    said = {
        "headline": content["headline"],
        "dek": content["dek"],
        "topic": names.topics.get(content["topic"], content["topic"]),
        "desk": content["desk"]["name"],
        "edited_by": edited_by["name"] if edited_by else "",
        "language": _choice(Language, content["language"]),
        "form": _choice(StoryForm, content["form"]),
        "event_on": _day(content["event_on"]),
        "slug": content["slug"],
        "disclosure": content["disclosure"],
        "conflicts": content["conflicts"],
        **{f"{part}_{name}": text for part, key in made.OF_STORY.items() for name, text in _made(content[key]).items()},
    }
    return {name: (_label(Story, name), text) for name, text in said.items()}


def _made(row: Row) -> dict[str, str]:
    """How a part was made."""
    at = parse_datetime(row["checked_at"])
    return {
        "made_by": _choice(MadeBy, row["made_by"]),
        "model": row["model"],
        "checked_by": row["checked_by"],
        "checked_at": date_format(at, "j F Y, H:i") + " UTC" if at else "",
    }


def _source(row: Row, name: str) -> Part:
    said = {"role": _choice(Role, row["role"]), "in_summary": _yes(row["in_summary"]), "why": row["why"]}
    said["copied_from"] = row.get("copied_from", "")
    return _row(_("Source “%(name)s”"), name, Source, said)


def _summary(row: Row) -> Part:
    fields = {name: (_label(Summary, name), text) for name, text in _made(row).items()}
    return Part(_("Summary"), {"text": ("", row["text"]), **fields}, row=False)


def _note(slot: str, content: dict[str, Any], articles: dict[Any, str]) -> list[Part]:
    parts = []
    for row in content["notes"]:
        if row["slot"] == slot:
            rests_on = _lines(name for pk, name in articles.items() if pk in row["rests_on"])
            fields = {
                "title": (_label(ContextNote, "title"), row["title"]),
                "text": ("", row["text"]),
                "rests_on": (_label(ContextNote, "rests_on"), rests_on or _("all the story’s sources")),
                **{name: (_label(ContextNote, name), text) for name, text in _made(row).items()},
            }
            parts.append(Part(str(Slot(slot).label), fields, row=False))
    return parts


def _claim(row: Row, articles: dict[Any, str]) -> Part:
    said = {"text": row["text"], "standing": _choice(Standing, row["standing"]), "why": row["why"]}
    part = _row(_("Claim “%(name)s”"), row["text"], Claim, said)
    stances = {e["source"]: _choice(Stance, e["stance"]) for e in row["evidence"]}
    return part._replace(
        fields=part.fields
        | {f"evidence.{pk}": (name, stances[pk]) for pk, name in articles.items() if pk in stances}
    )  # fmt: skip


def _watch(row: Row) -> Part:
    said = {
        "statement": row["statement"],
        "due": _day(row["due"]),
        "likelihood": _("%(n)d %%") % {"n": row["likelihood"]},
        "settled_by": row["settled_by"],
    }
    return _row(_("Watch item “%(name)s”"), row["statement"], WatchItem, said)


def _earlier(row: Row, names: Names) -> Part:
    said = {
        "kind": _choice(StoryLinkKind, row["kind"]),
        "verdict": _choice(StoryLinkVerdict, row["verdict"]),
        "why": row["why"],
    }
    name = names.stories.get(row["story"], f"#{row['story']}")
    return _row(_("Earlier story “%(name)s”"), name, StoryLink, said)


def _terms(terms: Row, name: str) -> Part:
    said = {
        "level": _choice(Level, terms.get("level", "")),
        **{limit: str(terms.get(limit, "")) for limit in _LIMITS},
        "ai": _yes(terms.get("ai", False)),
        "attribution": " · ".join(terms.get("attribution", [])),
    }
    part = _row(_("Terms of “%(name)s”"), name, Terms, said)
    until = parse_datetime(terms.get("embargo_until") or "")
    embargo = date_format(until, "j F Y, H:i") + " UTC" if until else ""
    return part._replace(fields=part.fields | {"embargo_until": (_("Embargo"), embargo)}, row=False)


_LIMITS = ("max_words", "quote_words", "quote_chars", "copied_words", "copied_percent")


def _row(title: str, name: str, model: Any, said: dict[str, str]) -> Part:
    return Part(
        title % {"name": Truncator(name).chars(60)}, {key: (_label(model, key), text) for key, text in said.items()}
    )


def _label(model: Any, name: str) -> str:
    return capfirst(str(model._meta.get_field(name).verbose_name))


def _choice(choices: Any, value: str) -> str:
    """The words of a choice; a code that nobody knows any more stands for itself."""
    return str(choices(value).label) if value in choices.values else value


def _day(value: str | None) -> str:
    day = parse_date(value or "")
    return date_format(day) if day else ""


def _yes(value: bool) -> str:
    return _("yes") if value else _("no")


def _lines(names: Any) -> str:
    return "".join(f"{name}\n" for name in names)
