"""The claim × source grid of a story page: of thirty sources and forty claims 1,200 cells, too many for a template."""

from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from analysis.rendition.story_values import EvidenceView

register = template.Library()


@register.filter
def stances(cells: Iterable[EvidenceView | None]) -> SafeString:
    """The cells of a row of the grid; None is an empty one."""
    drawn = (_cell(cell.source.name, cell.stance, cell.stance_label) if cell else _EMPTY for cell in cells)
    return mark_safe("".join(drawn))  # noqa: S308  each is escaped below


_EMPTY = '<td role="cell"></td>'


@lru_cache(maxsize=1024)  # a source has four different cells, down the whole grid
def _cell(name: str, stance: str, label: str) -> SafeString:
    return format_html(
        '<td role="cell" class="stance stance--{1}"><span class="grid__who" aria-hidden="true">{0}</span> '
        '<span class="grid__what"><svg class="i" aria-hidden="true"><use href="#i-{1}"/></svg> {2}</span></td>',
        name,
        stance,
        label,
    )
