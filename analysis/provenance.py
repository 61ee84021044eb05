"""What a source's address says of it. Pure, but for the language of the words.

The id of a post on some platforms holds the time it was made; RULES of the platforms' own documentation and code, see
the formulas below. Ids are strings end to end: as a float, the last digits of an X id are lost.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
X_FIRST_SNOWFLAKE = 29_700_859_247  # ids below were numbered in sequence and hold no time
STALE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Check:
    words: str
    warning: bool = False


def posted_at(url: str) -> datetime | None:
    """When a post was made, if its own id says so; aware UTC. None where it says nothing or cannot be read.

    X: (id >> 22) + 1288834974657 ms. Bluesky: a TID, base32, microseconds, chosen by the client. TikTok: id >> 32 s.
    Mastodon ids hold a time on their origin server only, so an address alone does not tell.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("mobile.")
    for hosts, pattern, read in _PLATFORMS:
        if host in hosts and (match := re.match(pattern, parts.path)):
            try:
                return read(match[1])
            except (OverflowError, ValueError):
                return None
    return None


def checks_of(url: str, event_on: date | None, story_on: date) -> list[Check]:
    """What the address says, in plain words, compared with the day of the event (if known) and of the story, UTC."""
    posted = posted_at(url)
    if posted is None:
        if _holds_no_time(url):
            return [Check(_("Its address holds no time, so when it was posted could not be checked."))]
        return []
    when = date_format(posted, "j F Y, H:i")
    days = ((event_on or story_on) - posted.date()).days
    if days > STALE_DAYS:
        words = (
            ngettext(
                "Posted %(when)s UTC, by its own id: %(n)d day before the event it is cited for.",
                "Posted %(when)s UTC, by its own id: %(n)d days before the event it is cited for.",
                days,
            )
            if event_on
            else ngettext(
                "Posted %(when)s UTC, by its own id: %(n)d day before this story.",
                "Posted %(when)s UTC, by its own id: %(n)d days before this story.",
                days,
            )
        )
        return [Check(words % {"when": when, "n": days}, warning=True)]
    return [Check(_("Posted %(when)s UTC, by its own id.") % {"when": when})]


def _holds_no_time(url: str) -> bool:
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return host in ("t.me", "telegram.me", "youtube.com", "youtu.be")


def _x(text: str) -> datetime | None:
    number = int(text)
    if number < X_FIRST_SNOWFLAKE or number.bit_length() > 63:
        return None
    return EPOCH + timedelta(milliseconds=(number >> 22) + 1_288_834_974_657)


def _tiktok(text: str) -> datetime:
    return EPOCH + timedelta(seconds=int(text) >> 32)


def _bluesky(text: str) -> datetime:
    number = 0
    for c in text:
        number = number * 32 + "234567abcdefghijklmnopqrstuvwxyz".index(c)
    return EPOCH + timedelta(microseconds=number >> 10)


_PLATFORMS: tuple[tuple[set[str], str, Callable[[str], datetime | None]], ...] = (
    ({"x.com", "twitter.com"}, r"/[^/]+/status/([0-9]{1,20})(?:/|$)", _x),
    ({"tiktok.com"}, r"/@[^/]+/video/([0-9]{1,20})(?:/|$)", _tiktok),
    ({"bsky.app"}, r"/profile/[^/]+/post/([234567abcdefghij][234567a-z]{12})(?:/|$)", _bluesky),
)
