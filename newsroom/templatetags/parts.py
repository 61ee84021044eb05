"""Parts of a page that are drawn once while they stay the same."""

from typing import Any, NamedTuple

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

MOST = 32  # parts remembered; of thirty sources and forty claims one has 300 KB


class _Drawn(NamedTuple):
    name: str
    language: str | None
    values: dict[str, Any]
    html: SafeString


_recent: tuple[_Drawn, ...] = ()  # the last one first


@register.simple_tag
def part(name: str, **values: object) -> SafeString:
    """The template `name` with these values alone: {% part "reader/sources.html" sources=page.sources %}.

    It may depend on nothing else but the language of now, for what was drawn of equal values before is not drawn again:
    of a long story's page claims and sources are nearly all, and a pause in typing seldom changes them. The values are
    kept and compared: they must never change, as those of the gate do not, and equal ones must look alike, which text
    that is marked as safe and the same text unmarked do not.
    """
    global _recent  # noqa: PLW0603  one tuple, swapped whole: safe between threads
    language = get_language()
    for drawn in _recent:
        if drawn.name == name and drawn.language == language and drawn.values == values:
            found = drawn
            break
    else:
        html = render_to_string(name, {**values})  # a copy: a template may set more
        found = _Drawn(name, language, values, html)
    _recent = (found, *[drawn for drawn in _recent if drawn is not found][: MOST - 1])
    return found.html
