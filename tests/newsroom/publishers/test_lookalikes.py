"""A host that only looks like a publisher's is told apart, for the sender and at the desk."""

import pytest

from analysis.addresses import disguised
from analysis.models import CaseURL
from tests.newsroom.publishers.asking import file_and_confirm

pytestmark = pytest.mark.django_db
CYRILLIC = "https://wire.ex\N{CYRILLIC SMALL LETTER A}mple.test/1"
REAL = "wire.xn--exmple-4nf.test"


@pytest.mark.parametrize(
    ("typed", "real"),
    [
        (CYRILLIC, REAL),
        (CYRILLIC.removeprefix("https://"), REAL),
        (CYRILLIC.replace(".test", ".test:8443") + "?a=b#c", REAL),
        (f"rights@{CYRILLIC.split('/')[2]}", REAL),
        ("https://wire.example.test/\N{CYRILLIC SMALL LETTER A}", ""),
        (f"https://{REAL}/1", ""),  # nobody takes that for another
        ("https://wire.example.test/1", ""),
        ("\N{FULLWIDTH LATIN SMALL LETTER W}ire.example.test", ""),  # this is the very host
        ("no address at all", ""),
        ("", ""),
    ],
)
def test_the_real_host_is_named_where_letters_could_deceive(typed, real):
    assert disguised(typed) == real


def test_the_sender_and_the_desk_see_the_real_host(client, decider, story):
    case = file_and_confirm(
        client, pages={"pages": f"{CYRILLIC}\nhttps://wire.example.test/1"},
        contact={"email": f"rights@{CYRILLIC.split('/')[2]}", "language": "en"},
    )  # fmt: skip
    assert [line.match for line in case.urls.all()] == [CaseURL.Match.UNMATCHED, CaseURL.Match.MATCHED]
    assert f"<code>{REAL}</code>" in client.get(f"/takedown/cases/{case.reference}/").content.decode()
    desk = decider.get(f"/admin/analysis/case/{case.pk}/change/").content.decode()
    assert desk.count(f"<code>{REAL}</code>") == 2, "beside the line and beside the e-mail address"


@pytest.mark.parametrize(
    "typed",
    [
        "https://wire.example.test@evil.test/1",
        "https://wire.example.test:x@evil.test/1",
        "//evil.test\\@wire.example.test/1",
    ],
)
def test_a_user_name_makes_no_line_a_publishers(client, story, typed):
    case = file_and_confirm(client, pages={"pages": typed})
    (line,) = case.urls.all()
    assert line.article is None and line.match in (CaseURL.Match.UNREADABLE, CaseURL.Match.UNMATCHED)


@pytest.mark.parametrize("end", ["#part", "?utm_source=mail&fbclid=x", "/", "?", "#:~:text=quoted"])
def test_what_says_nothing_of_the_page_is_not_looked_at(client, story, end):
    case = file_and_confirm(client, pages={"pages": f"https://wire.example.test/1{end}"})
    assert case.urls.get().match == CaseURL.Match.MATCHED
