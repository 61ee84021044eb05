"""Dates on pages: what a reader sees, and what a machine reads beside it, from one value."""

from datetime import UTC, date, datetime
from functools import lru_cache

from django import template
from django.conf import settings
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext

from analysis import local_time

register = template.Library()


@register.filter
def dated(at: date | datetime | None, how: str) -> SafeString | str:
    """A date or an aware moment (shown in UTC) as a <time> element: {{ at|dated:"j M Y" }}, as Django's `date` has it.

    Its machine value holds the time of day if the format shows hours. Empty for None.
    """
    if not at:
        return ""
    return _element(at.astimezone(UTC) if isinstance(at, datetime) else at, str(how), get_language())


@register.filter
def newsroom_time(moment: datetime) -> str:
    """An aware moment on the newsroom's clock, for its own people: “Sunday 29 March 2026, 01:30 (UTC+1)”."""
    return local_time.in_words(moment, settings.NEWSROOM_TIME_ZONE)


@register.filter
def newsroom_short(moment: datetime | None) -> str:
    """The same for a line of a list: “29 Mar 2026, 01:30 (UTC+1)”. Empty for None."""
    return local_time.short(moment, settings.NEWSROOM_TIME_ZONE) if moment else ""


@register.filter
def newsroom_clock(moment: datetime) -> str:
    """The time of day alone, of what was just now: “01:30:09”."""
    return f"{moment.astimezone(settings.NEWSROOM_TIME_ZONE):%H:%M:%S}"


@lru_cache(maxsize=4096)  # a page says the same few dates again and again, and formatting one costs 20 microseconds
def _element(at: date | datetime, how: str, _language: str | None) -> SafeString:
    day = at.date() if isinstance(at, datetime) else at
    machine = at if set("GHgh") & set(how) else day
    return format_html('<time datetime="{}">{}</time>', machine.isoformat(), date_format(at, how))


@register.filter
def hours(number: int) -> str:
    """A time that we promise, in the words of people: 24 hours, 3 days."""
    if number > 24 and number % 24 == 0:
        return ngettext("%(n)d day", "%(n)d days", number // 24) % {"n": number // 24}
    return ngettext("%(n)d hour", "%(n)d hours", number) % {"n": number}
