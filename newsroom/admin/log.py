"""The desk's log (django.contrib.admin) in the language of whoever reads it, not of who did it.

A line keeps a sentence of ours in English, as it is marked for translation, and the values in it. Lines of the stock
admin, and those that were written before, are shown as Django shows them.
"""

import json
from typing import Any

from django.contrib.admin.models import LogEntry
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext, gettext_noop, override
from django.utils.translation import gettext as _

from analysis.models import Claim, Version, WatchItem
from analysis.models.writing import Standing
from newsroom.admin.writing.labels import label_of

type Message = list[dict[str, Any]]


def line(words: Any, **values: Any) -> Message:
    """A message for the log: a sentence marked by gettext_noop or gettext_lazy, and what stands for the names in it; a
    value that is marked by gettext_lazy is translated as well."""
    return [{"said": _source(words), "of": {name: _kept(value) for name, value in values.items()}}]


def changed(fields: list[tuple[str, str]]) -> Message:
    """The same of fields of the story form: their names, and of rows their titles."""
    return [{"fields": fields}] if fields else []


def judged(item: WatchItem, state: str) -> Message:
    """The same of a watch item that was judged."""
    return line(gettext_noop("%(item)s: %(state)s"), item=item, state=WatchItem.State(state).label)


def stood(claim: Claim, standing: str) -> Message:
    """The same of a claim whose standing was changed."""
    return line(gettext_noop("%(claim)s: %(standing)s"), claim=claim, standing=Standing(standing).label)


def taken_back(item: WatchItem) -> Message:
    """The same of one whose judgment was taken back."""
    return line(gettext_noop("%(item)s: judgment taken back"), item=item)


def said(entry: LogEntry) -> str:
    """What a line of the log says."""
    return read(entry.change_message) or entry.get_change_message()


def written(message: Message) -> str:
    """A message as it is kept where the log is not: with a version, which says what it was made by. One for which there
    is no room is kept as it reads now."""
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    room = Version._meta.get_field("why").max_length or len(text)
    return text if len(text) <= room else read(text)[:room]


def read(text: str) -> str:
    """What a message that is kept somewhere says; empty where the text is none."""
    try:
        return " ".join(map(_said, json.loads(text)))
    except (ValueError, TypeError, KeyError):
        return ""


def _said(part: dict[str, Any]) -> str:
    if "fields" in part:
        return gettext("Changed {fields}.").format(
            fields=get_text_list([label_of(name, title) for name, title in part["fields"]], _("and"))
        )
    values = {name: gettext(value[0]) if isinstance(value, list) else value for name, value in part["of"].items()}
    sentence = gettext(part["said"])
    return sentence % values if values else sentence


def _kept(value: Any) -> Any:
    return [_source(value)] if isinstance(value, Promise) else value if isinstance(value, int) else str(value)


def _source(words: Any) -> str:
    with override(None):
        return str(words)
