"""Parts of a page that are drawn once while they stay the same."""

from itertools import accumulate
from typing import Any, NamedTuple

from django import template
from django.template import Context, Engine, Template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

MOST = 32  # parts remembered,
ROOM = 4_000_000  # and characters of them; of thirty sources and forty claims one has 330,000


class _Drawn(NamedTuple):
    template: Template  # another object once its file has changed
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
    source, language = Engine.get_default().get_template(name), get_language()
    for last in _recent:
        if last.template is source and last.language == language and last.values == values:
            html, others = last.html, [drawn for drawn in _recent if drawn is not last]
            break
    else:
        html, others = source.render(Context({**values})), [*_recent]  # of a copy: a template may set more
    # These values, and not those of then: what was compared once is mostly the same objects the next time.
    kept = [_Drawn(source, language, values, html), *others][:MOST]
    sizes = accumulate(len(drawn.html) for drawn in kept)
    _recent = tuple(drawn for drawn, size in zip(kept, sizes, strict=True) if size <= ROOM)
    return html
