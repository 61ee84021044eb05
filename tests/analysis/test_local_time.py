"""The newsroom's clock: what it shows once, twice and never, in every zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from analysis.local_time import NoSuchTimeError, in_words, moments

PARIS = ZoneInfo("Europe/Paris")
FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)
ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
# Before 1973 Liberia's clock was a part of a minute from UTC.
WALL = st.datetimes(datetime(1973, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(second=0, microsecond=0))


@pytest.mark.parametrize(("day", "at", "utc"), [
    (date(2026, 1, 15), time(9), [datetime(2026, 1, 15, 8, tzinfo=UTC)]),
    (date(2026, 7, 15), time(9), [datetime(2026, 7, 15, 7, tzinfo=UTC)]),
    (FORWARD, time(1, 59), [datetime(2026, 3, 29, 0, 59, tzinfo=UTC)]),
    (FORWARD, time(3), [datetime(2026, 3, 29, 1, tzinfo=UTC)]),
    (BACK, time(1, 59), [datetime(2026, 10, 24, 23, 59, tzinfo=UTC)]),
    (BACK, time(2, 30), [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)]),
    (BACK, time(3), [datetime(2026, 10, 25, 2, tzinfo=UTC)]),
])  # fmt: skip
def test_a_time_in_paris_is_one_moment_or_two(day, at, utc):
    found = moments(day, at, PARIS)
    assert found == utc
    assert all(moment.tzinfo is UTC for moment in found)


@pytest.mark.parametrize("at", [time(2), time(2, 30), time(2, 59)])
def test_a_time_that_the_clock_skips_is_refused_with_those_that_exist(at):
    with pytest.raises(NoSuchTimeError) as error:
        moments(FORWARD, at, PARIS)
    assert "from Sunday 29 March 2026, 02:00 straight to Sunday 29 March 2026, 03:00." in str(error.value)


def test_a_whole_day_that_was_skipped_is_refused():
    with pytest.raises(NoSuchTimeError) as error:
        moments(date(2011, 12, 30), time(12), ZoneInfo("Pacific/Apia"))
    assert "from Friday 30 December 2011, 00:00 straight to Saturday 31 December 2011, 00:00." in str(error.value)


@pytest.mark.parametrize(
    ("day", "at", "zone"), [(date.min, time.min, "Asia/Tokyo"), (date.max, time.max, "America/New_York")]
)
def test_the_ends_of_the_calendar_are_refused(day, at, zone):
    with pytest.raises(NoSuchTimeError, match="no such day"):
        moments(day, at, ZoneInfo(zone))


@pytest.mark.parametrize(("moment", "zone", "words"), [
    (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "Europe/Paris", "Sunday 29 March 2026, 01:30 (UTC+1)"),
    (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "Europe/Paris", "Sunday 29 March 2026, 03:30 (UTC+2)"),
    (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "UTC", "Sunday 29 March 2026, 01:30 (UTC)"),
    (datetime(2026, 1, 1, 12, 0, tzinfo=UTC), "America/St_Johns", "Thursday 1 January 2026, 08:30 (UTC−3:30)"),
    (datetime(2026, 1, 1, 12, 0, tzinfo=UTC), "Asia/Kathmandu", "Thursday 1 January 2026, 17:45 (UTC+5:45)"),
])  # fmt: skip
def test_a_moment_in_words(moment, zone, words):
    assert in_words(moment, ZoneInfo(zone)) == words


def test_a_moment_in_french():
    with translation.override("fr"):
        said = in_words(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), PARIS)
    assert said == "dimanche 29 mars 2026, 01:30 (UTC+1)"


@given(WALL, ZONES)
def test_every_moment_is_found_again_by_what_the_clock_shows(at, zone):
    moment = at.replace(tzinfo=UTC)
    shown = moment.astimezone(zone)
    found = moments(shown.date(), shown.time(), zone)
    assert moment in found
    assert found == sorted(set(found))


@given(WALL, ZONES)
def test_what_is_found_is_what_was_asked_for_and_is_told_apart(at, zone):
    try:
        found = moments(at.date(), at.time(), zone)
    except NoSuchTimeError:
        # The clock is a gap ahead of what it would be: nowhere near does it show this time.
        near = (at.replace(tzinfo=UTC) + timedelta(minutes=n) for n in range(-26 * 60, 26 * 60, 15))
        assert all(moment.astimezone(zone).replace(tzinfo=None) != at for moment in near)
        return
    assert [moment.astimezone(zone).replace(tzinfo=None) for moment in found] == [at] * len(found)
    assert len({in_words(moment, zone) for moment in found}) == len(found)
