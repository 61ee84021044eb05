"""What the templates of the desk ask for."""

from typing import Any

from django import template
from django.contrib.admin.models import LogEntry
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from analysis.merging import ROWS
from newsroom.admin import glance, log, unsent

register = template.Library()


@register.simple_tag(takes_context=True)
def sections(context: dict[str, Any]) -> list[glance.Section]:
    """The sections of the newsroom at a glance, for who is signed in. One query each."""
    return glance.sections(context["user"])


@register.simple_tag(takes_context=True)
def typed_by(context: dict[str, Any]) -> SafeString:
    """In a form of the desk: whose words it sends, so that they outlive the login."""
    return format_html('<input type="hidden" name="{}" value="{}">', unsent.FIELD, unsent.token(context["user"]))


@register.filter
def said(entry: LogEntry) -> str:
    """What a line of the log says."""
    return log.said(entry)


@register.filter
def place_of(field: str) -> str:
    """Where on the story screen a field of its form stands, or a kind of rows; without a name, its top."""
    return f"part-{field}" if field in ROWS else f"id_{field}" if field else "content"


@register.simple_tag
def labelled(cells: list[SafeString], headers: list[dict[str, Any]]) -> SafeString:
    """The cells of a row of Django's list, each with the words of its column, which a narrow screen shows before it."""
    return mark_safe("".join(_labelled(cell, header) for cell, header in zip(cells, headers, strict=False)))  # noqa: S308  both were escaped


def _labelled(cell: SafeString, header: dict[str, Any]) -> str:
    label = capfirst(strip_tags(str(header["text"])).strip())
    kind = cell[:3]
    role = "rowheader" if kind == "<th" else "cell"
    return format_html('{} role="{}" data-label="{}"{}', mark_safe(kind), role, label, mark_safe(cell[3:]))  # noqa: S308
