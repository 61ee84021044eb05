"""What an address says of the time of a post, with the vectors of the platforms' own documentation."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.posts import Whose, post_at

X = "https://x.com/desk/status/1912826545673998460"
MEDIA = urlsafe_b64encode((2384288897814875714).to_bytes(9)).decode().lstrip("A")


def at(url: str) -> datetime | None:
    post = post_at(url)
    return post and post.at


def to_the_millisecond(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds")


@pytest.mark.parametrize(
    ("url", "when", "whose"),
    [
        (X, "2025-04-17T11:12:41.744+00:00", Whose.PLATFORM),
        ("https://twitter.com/desk/status/1098230906194546688", "2019-02-20T14:40:26.837+00:00", Whose.PLATFORM),
        ("https://www.tiktok.com/@desk/video/6718335390845095173", "2019-07-27T13:32:33.000+00:00", Whose.PLATFORM),
        ("https://bsky.app/profile/desk.test/post/3lbd2ebt3wk2r", "2024-11-19T18:19:55.098+00:00", Whose.AUTHOR),
        ("https://discord.com/channels/1/2/175928847299117063", "2016-04-30T11:18:25.796+00:00", Whose.PLATFORM),
        (f"https://www.instagram.com/p/{MEDIA}/", "2020-08-26T13:43:27.313+00:00", Whose.PLATFORM),
        (f"https://instagram.com/desk/reel/{MEDIA}", "2020-08-26T13:43:27.313+00:00", Whose.PLATFORM),
        ("https://x.com/i/web/status/1912826545673998460", "2025-04-17T11:12:41.744+00:00", Whose.PLATFORM),
        ("https://social.test/@desk/103270115826048975", "2019-12-08T03:48:33.849+00:00", Whose.SERVER),
        ("https://social.test/users/desk/statuses/103270115826048975", "2019-12-08T03:48:33.849+00:00", Whose.SERVER),
    ],
)
def test_the_id_of_a_post_says_when_it_was_made_and_who_says_so(url, when, whose):
    post = post_at(url)
    assert (to_the_millisecond(post.at), post.whose) == (when, whose)


@pytest.mark.parametrize("tail", ["", "/", "/photo/1", "?s=20"])
@pytest.mark.parametrize("host", ["x.com", "www.x.com", "mobile.twitter.com", "twitter.com", "www.twitter.com"])
def test_a_post_is_read_under_every_address_of_its_platform(host, tail):
    url = f"https://{host}/i/status/1912826545673998460{tail}"
    assert to_the_millisecond(at(url)) == "2025-04-17T11:12:41.744+00:00"


def test_the_last_digits_count_so_no_id_went_through_a_float():
    assert at(X) == datetime(2025, 4, 17, 11, 12, 41, 744000, tzinfo=UTC)
    rounded = int(float(1912826545673998460))
    assert rounded != 1912826545673998460
    late = 1912826545673998460 | (2**22 - 1)  # the last id of its millisecond; a float would round it into the next
    assert at(f"https://x.com/a/status/{late}") == at(X)
    assert at(f"https://x.com/a/status/{int(float(late))}") != at(X)


def test_a_time_before_the_platform_was_there_is_none():
    assert post_at("https://tiktok.com/@a/video/5").at is None


TOO = ["0", "20", str(2**63), "9" * 20]  # small, and large


@pytest.mark.parametrize("url", [
    *(f"https://x.com/a/status/{number}" for number in (*TOO, "29700859246")),
    *(f"https://discord.com/channels/1/2/{number}" for number in TOO),  # it has counted so from its first id on
])  # fmt: skip
def test_an_id_too_small_or_too_large_holds_no_time(url):
    post = post_at(url)
    assert post and post.at is None, "a post it is all the same"


def test_the_first_id_that_holds_a_time_is_read():
    assert at("https://x.com/a/status/29700859247").year == 2010


@pytest.mark.parametrize("number", ["1.9128265456739985e18", "1912826545673998460.0", "-1912826545673998460",
                                    "0x1a8b", "1912826545673998460abc", "", "9" * 21,
                                    "１９１２８２６５４５６７３９９８４６０"])  # fmt: skip
def test_what_is_no_plain_number_is_no_id(number):
    assert at(f"https://x.com/a/status/{number}") is None


@pytest.mark.parametrize("url", ["https://t.me/desk/5", "https://www.youtube.com/watch?v=x", "https://youtu.be/x"])
def test_some_platforms_ids_hold_no_time(url):
    assert post_at(url).at is None


@pytest.mark.parametrize(
    "url",
    [
        "https://x.com.evil.test/a/status/1912826545673998460",
        "https://notx.com/a/status/1912826545673998460",
        "https://x.com/status/1912826545673998460",
        "https://a.test/?u=https://x.com/a/status/1912826545673998460",
        "https://social.test/@desk@elsewhere.test/103270115826048975",  # the id is of another server than the post
        "https://social.test/@desk/1032701158",  # so few milliseconds: before there was such a server
        "https://social.test/@desk/9032701158260489750",
        "https://social.test/2019/103270115826048975",
        "https://bsky.app/profile/desk.test/post/zlbd2ebt3wk2r",  # the first letter is past the range
        "https://bsky.app/profile/desk.test/post/3lbd2ebt3wk2",
        "https://bsky.app/profile/desk.test/post/3LBD2EBT3WK2R",
        "https://instagram.com/desk/",
        "https://instagram.com/p/abc",
        "https://a.test/1",
    ],
)
def test_another_address_is_no_post_of_which_we_know_the_time(url):
    assert post_at(url) is None


STARTS = ["https://x.com/a/status/", "https://tiktok.com/@a/video/", "https://bsky.app/profile/a/post/",
          "https://discord.com/channels/1/2/", "https://instagram.com/p/", "https://social.test/@a/"]  # fmt: skip
IDS = (
    st.text(max_size=25)
    | st.from_regex(r"[0-9]{1,22}", fullmatch=True)
    | st.from_regex(r"[A-Za-z0-9_-]{9,11}", fullmatch=True)
)


@given(st.sampled_from(STARTS), IDS)
def test_no_id_breaks_the_reading(start, typed):
    when = at(start + typed.replace("[", "").replace("]", ""))
    assert when is None or when.tzinfo is UTC
