"""When a post was made, as far as its own address says so. Pure.

On some platforms the id of a post holds the time it was made; the formulas are those of the platforms' own
documentation and code. Ids are strings end to end: as a float, the last digits of an X id are lost.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from urllib.parse import urlsplit

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
X_FIRST_SNOWFLAKE = 29_700_859_247  # ids below were numbered in sequence and hold no time
TIKTOK_BEGAN = datetime(2014, 1, 1, tzinfo=UTC)
MASTODON_BEGAN = datetime(2016, 1, 1, tzinfo=UTC)
MASTODON_ENDS = datetime(2100, 1, 1, tzinfo=UTC)
TIMELESS = {"t.me", "telegram.me", "youtube.com", "youtu.be"}  # platforms whose ids hold no time


class Whose(Enum):
    """Who wrote the time into an id."""

    PLATFORM = auto()
    AUTHOR = auto()  # the program of whoever posted
    SERVER = auto()  # whoever runs the server, if it runs what its address looks like


@dataclass(frozen=True, slots=True)
class Post:
    """A post on a platform where anybody can post."""

    platform: str  # its host
    at: datetime | None  # aware UTC; None where the id says nothing, or is none
    whose: Whose = Whose.PLATFORM


def post_at(url: str) -> Post | None:
    """The post that an address leads to; None if it leads to none that we know by its address.

    X: (id >> 22) + 1288834974657 ms. Discord: (id >> 22) + 1420070400000 ms. TikTok: id >> 32 s. Instagram: the media
    id, which the address holds in base64: (id >> 23) + 1314220021721 ms. Bluesky: a TID, base32, microseconds.
    Mastodon: id >> 16 ms, on the server where the post was made; elsewhere its id is another.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("mobile.").removeprefix("m.")
    if host in TIMELESS:
        return Post(host, None)
    for hosts, pattern, read, whose in _PLATFORMS:
        if host in hosts:
            match = re.match(pattern, parts.path)
            return Post(host, _read(read, match[1]), whose) if match else None
    if match := re.match(r"/(?:@[A-Za-z0-9_]+|users/[A-Za-z0-9_]+/statuses)/([0-9]{15,19})/?$", parts.path):
        at = _read(lambda text: EPOCH + timedelta(milliseconds=int(text) >> 16), match[1])
        # The same shape is anybody's to use: only a time at which there was such a server is one.
        return Post(host, at, Whose.SERVER) if at and MASTODON_BEGAN < at < MASTODON_ENDS else None
    return None


def _read(read: Callable[[str], datetime | None], text: str) -> datetime | None:
    try:
        return read(text)
    except (OverflowError, ValueError):
        return None


def _snowflake(began: int, first: int = 0) -> Callable[[str], datetime | None]:
    """The time of an id whose upper bits count milliseconds since `began`; of one below `first` there is none."""

    def read(text: str) -> datetime | None:
        number = int(text)
        if number < first or not 22 < number.bit_length() <= 63:
            return None
        return EPOCH + timedelta(milliseconds=(number >> 22) + began)

    return read


def _tiktok(text: str) -> datetime | None:
    at = EPOCH + timedelta(seconds=int(text) >> 32)
    return at if at > TIKTOK_BEGAN else None


def _bluesky(text: str) -> datetime:
    number = 0
    for c in text:
        number = number * 32 + "234567abcdefghijklmnopqrstuvwxyz".index(c)
    return EPOCH + timedelta(microseconds=number >> 10)


def _instagram(text: str) -> datetime:
    number = int.from_bytes(urlsafe_b64decode(text.rjust(12, "A")))  # A is nought
    return EPOCH + timedelta(milliseconds=(number >> 23) + 1_314_220_021_721)


_PLATFORMS: tuple[tuple[set[str], str, Callable[[str], datetime | None], Whose], ...] = (
    (
        {"x.com", "twitter.com"}, r"/(?:[^/]+|i/web)/status/([0-9]{1,20})(?:/|$)",
        _snowflake(1_288_834_974_657, X_FIRST_SNOWFLAKE), Whose.PLATFORM,
    ),
    (
        {"discord.com", "discordapp.com"}, r"/channels/(?:@me|[0-9]+)/[0-9]+/([0-9]{1,20})(?:/|$)",
        _snowflake(1_420_070_400_000), Whose.PLATFORM,
    ),
    ({"tiktok.com"}, r"/@[^/]+/video/([0-9]{1,20})(?:/|$)", _tiktok, Whose.PLATFORM),
    (
        {"instagram.com"}, r"/(?:[^/]+/)?(?:p|reel|tv)/([A-Za-z0-9_-]{9,11})(?:/|$)", _instagram, Whose.PLATFORM,
    ),
    (
        {"bsky.app"}, r"/profile/[^/]+/post/([234567abcdefghij][234567a-z]{12})(?:/|$)", _bluesky, Whose.AUTHOR,
    ),
)  # fmt: skip
