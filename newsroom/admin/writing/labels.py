"""What people call the fields and rows of the story form, and their values."""

from typing import Any

from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from analysis.merging import ORDER, Typed, plain, row_of, rows
from analysis.models import Claim, Story, StoryLink, WatchItem
from analysis.models.fields import Language
from analysis.models.made import MadeBy
from analysis.models.stories import EntityKind, Role, StoryForm, StoryLinkKind, StoryLinkVerdict
from analysis.models.writing import Slot, Stance, Standing
from newsroom.admin.writing.typed import AGAIN, KEY, MENTION, PARTS, PLAIN, in_order

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
    "language": Language, "form": StoryForm, "role": Role, "standing": Standing,
    "verdict": StoryLinkVerdict,
}  # fmt: skip
_MODELS = {"claims": Claim, "watch_items": WatchItem, "earlier": StoryLink}


def label(name: str, *held: Typed) -> str:
    """What a person calls a field, or a row: ‘Claim “Twelve firms bid”, why it stands so’."""
    if name in PLAIN:
        return capfirst(_plain_label(name))
    kind, _dash, rest = name.partition("-")
    row = row_of(name)
    of_row = row and (row[2] in (*PARTS[kind], ORDER) or row[2].startswith("stance_"))
    key, part = (row[1], row[2]) if row and of_row else ("", ORDER) if rest == ORDER else (rest, "")
    said = _KINDS[kind]()
    if title := _title(kind, key, held):
        said = _("%(what)s “%(title)s”") % {"what": said, "title": Truncator(title).chars(60)}
    if part.startswith("stance_"):
        source = _title("sources", part.removeprefix("stance_"), held)
        return _("%(row)s, what %(source)s says of it") % {"row": said, "source": Truncator(source).chars(60)}
    return _("%(row)s, %(field)s") % {"row": said, "field": _part_label(kind, part)} if part else said


def titled(name: str, *held: Typed) -> tuple[str, str]:
    """A field, or a row with its title: what label_of() needs to say it in another language, at another time."""
    kind, _dash, key = name.partition("-")
    return name, _title(kind, key, held) if kind in _TITLES else ""


def label_of(name: str, title: str) -> str:
    """The label of what titled() gave."""
    kind = name.partition("-")[0]
    return label(name, {f"{name}-{_TITLES[kind][0]}": [title]} if title else {})


def about(name: str, *held: Typed) -> str:
    """What a remark is about: a field's label, or a row's; empty where there is no such thing."""
    kind, _dash, key = name.partition("-")
    row = kind in PARTS and (KEY.fullmatch(key) or MENTION.fullmatch(key))
    return label(name, *held) if name in PLAIN or row else ""


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
        words = {
            "title": _("%(note)s, title"), "text": _("%(note)s"), "rests_on": _("%(note)s, what it rests on"),
            "made_by": _("%(note)s, written by"), "model": _("%(note)s, which model"),
            "checked_by": _("%(note)s, checked by"), "checked": _("%(note)s, checked as it stands"),
        }  # fmt: skip
        return words[part] % {"note": Slot(slot).label}
    words = {
        "summary_text": _("summary"), "summary_made_by": _("summary, written by"),
        "summary_model": _("summary, which model"), "summary_checked_by": _("summary, checked by"),
        "summary_checked": _("summary, checked as it stands"), "head_checked": _("headline, checked as it stands"),
        "claims_checked": _("claims, checked as they stand"),
        "watch_checked": _("watch items, checked as they stand"),
        "desk": _("signed by"), "remark_field": _("remark, about"), "remark_text": _("remark"),
    }  # fmt: skip
    return words.get(name) or str(getattr(Story._meta.get_field(name), "verbose_name", name))


def _part_label(kind: str, part: str) -> str:
    words = {
        "role": _("role"), "in_summary": _("the summary uses it"),
        "read": _("I have read it"), "url": _("URL"), "title": _("their headline"),
        "publisher": _("publisher"), "copied_from": _("whose text it carries"), "text": _("text"),
        "replaces": _("corrects"), "name": _("who or what"),
    }  # fmt: skip
    if kind == "mentions" and part == "kind":
        return _("kind, if it is new here")
    if part == ORDER:
        return _("order")
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
    elif part.endswith("_made_by"):
        codes = MadeBy
    elif part == "kind":
        codes = EntityKind if name.startswith("mentions-") else StoryLinkKind
    else:
        codes = _CODES.get(part)
    if part in ("in_summary", "read") or part.endswith(f"_{AGAIN}"):
        return _("yes") if plain(values) else _("no")
    words = [str(codes(v).label) if codes and v in codes.values else v for v in values]
    return "\n".join(words)


def titles(kind: str, typed: Typed) -> list[str]:
    """What its rows of a kind are called, in their order."""
    held = {key: parts for (of, key), parts in rows(typed).items() if of == kind}
    return [_title(kind, key, (typed,)) for key in in_order(held)]
