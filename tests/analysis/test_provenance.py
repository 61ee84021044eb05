"""What an address says of the time of a post, with the vectors of the platforms' own documentation."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from analysis.provenance import checks_of, posted_at

X = "https://x.com/desk/status/1912826545673998460"
TIKTOK = "https://www.tiktok.com/@desk/video/6718335390845095173"
BLUESKY = "https://bsky.app/profile/desk.test/post/3lbd2ebt3wk2r"


def to_the_millisecond(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds")


@pytest.mark.parametrize(
    ("url", "when"),
    [
        (X, "2025-04-17T11:12:41.744+00:00"),
        ("https://twitter.com/desk/status/1098230906194546688", "2019-02-20T14:40:26.837+00:00"),
        (TIKTOK, "2019-07-27T13:32:33.000+00:00"),
        (BLUESKY, "2024-11-19T18:19:55.098+00:00"),
    ],
)
def test_the_id_of_a_post_says_when_it_was_made(url, when):
    assert to_the_millisecond(posted_at(url)) == when


@pytest.mark.parametrize("tail", ["", "/", "/photo/1", "?s=20"])
@pytest.mark.parametrize("host", ["x.com", "www.x.com", "mobile.twitter.com", "twitter.com", "www.twitter.com"])
def test_a_post_is_read_under_every_address_of_its_platform(host, tail):
    url = f"https://{host}/i/status/1912826545673998460{tail}"
    assert to_the_millisecond(posted_at(url)) == "2025-04-17T11:12:41.744+00:00"


def test_the_last_digits_count_so_no_id_went_through_a_float():
    assert posted_at(X) == datetime(2025, 4, 17, 11, 12, 41, 744000, tzinfo=UTC)
    rounded = int(float(1912826545673998460))
    assert rounded != 1912826545673998460
    late = 1912826545673998460 | (2**22 - 1)  # the last id of its millisecond; a float would round it into the next
    assert posted_at(f"https://x.com/a/status/{late}") == posted_at(X)
    assert posted_at(f"https://x.com/a/status/{int(float(late))}") != posted_at(X)


@pytest.mark.parametrize("number", ["0", "20", "29700859246", str(2**63), "9" * 20])
def test_an_id_too_small_or_too_large_holds_no_time(number):
    assert posted_at(f"https://x.com/a/status/{number}") is None


def test_the_first_id_that_holds_a_time_is_read():
    assert posted_at("https://x.com/a/status/29700859247").year == 2010


@pytest.mark.parametrize("number", ["1.9128265456739985e18", "1912826545673998460.0", "-1912826545673998460",
                                    "0x1a8b", "1912826545673998460abc", "", "9" * 21,
                                    "１９１２８２６５４５６７３９９８４６０"])  # fmt: skip
def test_what_is_no_plain_number_is_no_id(number):
    assert posted_at(f"https://x.com/a/status/{number}") is None


@pytest.mark.parametrize(
    "url",
    [
        "https://x.com.evil.test/a/status/1912826545673998460",
        "https://notx.com/a/status/1912826545673998460",
        "https://x.com/status/1912826545673998460",
        "https://a.test/?u=https://x.com/a/status/1912826545673998460",
        "https://mastodon.test/@desk/103270115826048975",  # holds a time on its origin server only
        "https://bsky.app/profile/desk.test/post/zlbd2ebt3wk2r",  # the first letter is past the range
        "https://bsky.app/profile/desk.test/post/3lbd2ebt3wk2",
        "https://bsky.app/profile/desk.test/post/3LBD2EBT3WK2R",
    ],
)
def test_another_address_holds_no_time(url):
    assert posted_at(url) is None


@given(st.sampled_from(["https://x.com/a/status/", "https://tiktok.com/@a/video/",
    "https://bsky.app/profile/a/post/"]),
    st.text(max_size=25) | st.from_regex(r"[0-9]{1,22}", fullmatch=True))  # fmt: skip
def test_no_id_breaks_the_reading(start, typed):
    when = posted_at(start + typed.replace("[", "").replace("]", ""))
    assert when is None or when.tzinfo is UTC


def test_a_post_from_before_the_event_is_a_warning_with_the_number_of_days():
    (check,) = checks_of(X, date(2026, 4, 20), date(2026, 4, 21))
    assert check.warning
    assert check.words == "Posted 17 April 2025, 11:12 UTC, by its own id: 368 days before the event it is cited for."


def test_without_a_day_of_the_event_the_story_is_what_it_is_compared_with():
    (check,) = checks_of(X, None, date(2026, 4, 20))
    assert check.warning
    assert check.words == "Posted 17 April 2025, 11:12 UTC, by its own id: 368 days before this story."


@pytest.mark.parametrize(("event", "warning"), [
    (date(2025, 4, 16), False), (date(2025, 4, 17), False), (date(2025, 5, 17), False), (date(2025, 5, 18), True),
])  # fmt: skip
def test_more_than_thirty_days_is_too_old(event, warning):
    (check,) = checks_of(X, event, date(2030, 1, 1))
    assert check.warning is warning
    assert check.words.startswith("Posted 17 April 2025, 11:12 UTC, by its own id")


@pytest.mark.parametrize("url", ["https://t.me/desk/5", "https://www.youtube.com/watch?v=x", "https://youtu.be/x"])
def test_an_address_that_cannot_be_checked_says_so_without_a_warning(url):
    (check,) = checks_of(url, None, date(2026, 1, 1))
    assert not check.warning
    assert "could not be checked" in check.words


def test_an_ordinary_page_has_nothing_to_check():
    assert checks_of("https://a.test/1", None, date(2026, 1, 1)) == []


def test_the_words_are_in_the_readers_language():
    with translation.override("fr"):
        (check,) = checks_of(X, date(2026, 4, 20), date(2026, 4, 21))
    assert "17 avril 2025" in check.words
