"""Dates on pages: what a reader sees, and what a machine reads beside it, from one value."""

from datetime import date, datetime
from functools import lru_cache

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.filter
def time(at: date | datetime | None, how: str) -> SafeString | str:
    """A date or aware UTC moment as a <time> element, in a format of Django's `date` filter: {{ at|time:"j M Y" }}.

    Its machine value holds the time of day if the format shows it. Empty for None.
    """
    return _element(at, str(how), get_language()) if at else ""


@lru_cache(maxsize=4096)  # a page says the same few dates again and again, and formatting one costs 20 microseconds
def _element(at: date | datetime, how: str, _language: str | None) -> SafeString:
    day = at.date() if isinstance(at, datetime) else at
    machine = at if "H" in how else day
    return format_html('<time datetime="{}">{}</time>', machine.isoformat(), date_format(at, how))
