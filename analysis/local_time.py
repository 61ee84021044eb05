"""The newsroom's clock on the wall, and the moments that it means: some times of a day do not exist, some come twice.

Pure but for the language of its sentences: no database, no settings, no "now".
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _


class NoSuchTimeError(ValueError):
    """The clock does not show this time. The message says which times there are."""


def moments(day: date, at: time, zone: ZoneInfo) -> list[datetime]:
    """The moments, aware and in UTC, at which a clock in a zone shows this day and time, the earlier one first.

    One, or two where the clock was put back (PEP 495). Raises NoSuchTimeError where it was put forward.
    """
    shown = datetime.combine(day, at)
    try:
        either = {shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
        found = sorted(moment for moment in either if moment.astimezone(zone).replace(tzinfo=None) == shown)
    except OverflowError as error:  # on the first or the last day of the calendar
        raise NoSuchTimeError(_("There is no such day in our calendar.")) from error
    if not found:
        before, after = _gap(min(either), max(either), zone)
        raise NoSuchTimeError(
            _(
                "The clock goes from %(before)s straight to %(after)s. "
                "Choose a time before the one, or from the other on."
            )
            % {"before": _in_words(before), "after": _in_words(after)}
        )
    return found


def in_words(moment: datetime, zone: ZoneInfo) -> str:
    """An aware moment as a clock in the zone shows it: “Sunday 29 March 2026, 01:30 (UTC+1)”."""
    local = moment.astimezone(zone)
    return f"{_in_words(local)} ({offset(local)})"


def short(moment: datetime, zone: ZoneInfo) -> str:
    """The same for a line of a list: “29 Mar 2026, 01:30 (UTC+1)”."""
    local = moment.astimezone(zone)
    shown = date_format(local, _("j M Y, H:i"))
    return f"{shown} ({offset(local)})"


def offset(local: datetime) -> str:
    """How far an aware time is from UTC: “UTC+1”, “UTC−3:30”, “UTC”."""
    seconds = int((local.utcoffset() or timedelta()).total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    shown = f"{hours}:{rest // 60:02}" if rest else f"{hours}"
    return f"UTC{'+' if seconds > 0 else '−'}{shown}" if seconds else "UTC"


def _in_words(local: datetime) -> str:
    return date_format(local, "l j F Y, H:i")


def _gap(low: datetime, high: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """What the clock shows up to, and from, the change that lies between two moments."""
    before, after = (moment.astimezone(zone).utcoffset() or timedelta() for moment in (low, high))
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if (middle.astimezone(zone).utcoffset() or timedelta()) == before:
            low = middle
        else:
            high = middle
    change = high.replace(microsecond=0, tzinfo=None)
    return change + before, change + after
