"""One canonical form for each outside page, or a word on why there is none."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis.addresses import (
    MAX_LENGTH,
    AddressError,
    canonical,
    copies,
    host,
    host_of,
    is_under,
    page_key,
    parents,
    path_prefix,
    sections,
    spellings,
)

pieces = st.sampled_from(
    ["https://", "http://", "HTTPS://", "//", "/", "?", "#", "&", "=", ":", "@", ".", "..", "%", "%41", "%2F", "%zz",
     "%%341", "+", ";", " ", "\\", "a.test", "A.TEST", "www.", "bücher.test", "xn--", "utm_source=x", "a", "é",
     "[", "]",
     ":443", ":80", ":8080", "%C3%A9", "\u200b", "。", "①", "/../", "/./", "-", "_", "ß", "日本", "0x7f.1"]
)  # fmt: skip
url_like = st.lists(pieces, max_size=9).map("".join)
after_a_host = st.lists(pieces, max_size=9).map(lambda some: "https://a.test/" + "".join(some))


@given(st.text() | url_like | after_a_host)
@example("https://a.test/%%341")
@example("https://a.test/a/%2e%2E/b")
@example("https://a.test/?a=%ff&b")
@example("a.test?")
def test_anything_is_refused_or_has_one_form_that_is_its_own(typed):
    try:
        url = canonical(typed)
    except AddressError as error:
        assert str(error)
        return
    assert canonical(url) == url
    assert url.isascii()
    assert url.startswith(("https://", "http://"))
    assert len(url) <= MAX_LENGTH
    assert host(host_of(url)) == host_of(url)


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("a.test", "https://a.test/"),
        ("  https://a.test/x\n", "https://a.test/x"),
        ("HTTPS://WWW.A.Test/Path", "https://www.a.test/Path"),
        ("http://a.test", "http://a.test/"),
        ("https://a.test./x", "https://a.test/x"),
        ("https://a.test/x#part", "https://a.test/x"),
        ("https://a.test/x?", "https://a.test/x"),
        ("https://a.test:443/x", "https://a.test/x"),
        ("http://a.test:80/x", "http://a.test/x"),
        ("https://a.test:8443/x", "https://a.test:8443/x"),
        ("https://bücher.test/é", "https://xn--bcher-kva.test/%C3%A9"),
        ("https://BÜCHER.test/", "https://xn--bcher-kva.test/"),
        ("https://a。test/", "https://a.test/"),
        ("https://a.test/a b".replace(" ", "%20"), "https://a.test/a%20b"),
    ],
)
def test_what_people_paste_becomes_the_one_form(typed, url):
    assert canonical(typed) == url


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://a.test/%70ress/1", "https://a.test/press/1"),
        ("https://a.test/x/../press/1", "https://a.test/press/1"),
        ("https://a.test/x/%2e%2e/press/1", "https://a.test/press/1"),
        ("https://a.test/./press/./1", "https://a.test/press/1"),
        ("https://a.test/../../press/1", "https://a.test/press/1"),
        ("https://a.test/press/1/..", "https://a.test/press/"),
        ("https://a.test/press/.", "https://a.test/press/"),
        ("https://a.test/caf%c3%a9", "https://a.test/caf%C3%A9"),
        ("https://a.test/a%2fb", "https://a.test/a%2Fb"),
        ("https://a.test/100%", "https://a.test/100%25"),
        ("https://a.test//press//1", "https://a.test//press//1"),
    ],
)
def test_another_spelling_of_a_path_does_not_slip_past_terms(typed, url):
    assert canonical(typed) == url


@pytest.mark.parametrize(
    "parameter",
    ["utm_source=x", "UTM_Campaign=x", "utm_anything=", "fbclid=1", "gclid=1", "dclid=1", "msclkid=1", "mc_cid=1",
     "mc_eid=1", "igshid=1", "ref_src=x", "cmpid=x", "_hsenc=x", "yclid=1"],
)  # fmt: skip
def test_parameters_that_track_are_dropped_and_others_kept_in_order(parameter):
    assert canonical(f"https://a.test/x?z=1&{parameter}&a=2") == "https://a.test/x?z=1&a=2"
    assert canonical(f"https://a.test/x?{parameter}") == "https://a.test/x"


@pytest.mark.parametrize("parameter", ["id=5", "page=2", "ref=x", "utmost=1", "q="])
def test_parameters_that_say_what_the_page_is_are_kept(parameter):
    assert canonical(f"https://a.test/x?{parameter}") == f"https://a.test/x?{parameter}"


@pytest.mark.parametrize(
    "typed",
    ["https://user@a.test/", "https://user:secret@a.test/", "https://:@a.test/", "https://@a.test/",
     "https://a.test@evil.test/"],
)  # fmt: skip
def test_a_user_name_or_password_is_refused(typed):
    with pytest.raises(AddressError, match="user name or password"):
        canonical(typed)


@pytest.mark.parametrize(
    "name",
    ["127.0.0.1", "10.0.0.1", "[::1]", "[2001:db8::1]", "2130706433", "127.1", "0x7f.1", "0177.0.0.1", "0x7f.0x1",
     "a.0x7f", "1.2.3.0x", "①②⑦.⓪.⓪.①", "localhost", "a", "", ".", "-a.test", "a-.test", "a..test", "a_b.test",
     "a." + "b" * 64, ".".join(["abc"] * 70)],
)  # fmt: skip
def test_an_ip_address_by_any_spelling_or_a_name_that_cannot_be_is_refused(name):
    with pytest.raises(AddressError):
        canonical(f"https://{name}/")


@pytest.mark.parametrize("name", ["a.test\n", "\na.test", "a.test ", "a.te st", "a.test\x00"])
def test_a_host_holds_nothing_but_its_name(name):
    with pytest.raises(AddressError):
        host(name)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("ftp://a.test/", "https://"),
        ("javascript://a.test/%0aalert(1)", "https://"),
        ("data://a.test,x", "https://"),
        ("https://a.test/a b", "spaces"),
        ("https://a.test/\u200b", "invisible"),
        ("https://a.test/\x00", "invisible"),
        ("https://a\u202e.test/", "invisible"),
        ("https://a.test:99999/", "formed"),
        ("https://a.test:port/", "formed"),
        ("https://[a.test/", "formed"),
        ("https://a.test/" + "x" * MAX_LENGTH, str(MAX_LENGTH)),
        ("https://a.test/" + "é" * 400, str(MAX_LENGTH)),  # longer once it is written in ASCII
        ("", "host"),
        ("https:///x", "host"),
    ],
)
def test_the_refusal_says_why(typed, why):
    with pytest.raises(AddressError, match=why):
        canonical(typed)


@pytest.mark.parametrize(
    ("url", "prefix", "under"),
    [
        ("https://a.test/press", "a.test/press", True),
        ("https://a.test/press/", "a.test/press", True),
        ("https://a.test/press/1", "a.test/press", True),
        ("https://a.test/press/1?x=1", "a.test/press", True),
        ("http://a.test/press/1", "a.test/press", True),
        ("https://a.test:8443/press/1", "a.test/press", True),
        ("https://a.test/press/1", "a.test/press/", True),
        ("https://a.test/press", "a.test/press/", True),
        ("https://a.test/", "a.test/", True),
        ("https://a.test/anything", "a.test/", True),
        ("https://a.test/pressroom", "a.test/press", False),
        ("https://a.test/pre", "a.test/press", False),
        ("https://a.test/x/press", "a.test/press", False),
        ("https://www.a.test/press", "a.test/press", False),
        ("https://a.test.evil.test/press", "a.test/press", False),
        ("https://aa.test/press", "a.test/press", False),
        ("https://a.test/PRESS", "a.test/press", False),
    ],
)
def test_a_part_of_a_site_ends_at_a_segment(url, prefix, under):
    assert is_under(url, prefix) is under
    assert (prefix.rstrip("/") in sections(url)) is under


@pytest.mark.parametrize("typed", ["a.test/press/", "https://A.test/press/?utm_source=x", "http://a.test:80/press/#x"])
def test_a_prefix_is_read_from_a_pasted_address(typed):
    assert path_prefix(typed) == "a.test/press"


@given(after_a_host)
def test_a_page_lies_under_the_prefix_read_from_it(typed):
    try:
        url = canonical(typed)
    except AddressError:
        return
    assert is_under(url, path_prefix(typed))


@pytest.mark.parametrize(
    ("name", "above"),
    [
        ("a.b.c.test", ["a.b.c.test", "b.c.test", "c.test"]),
        ("c.test", ["c.test"]),
        ("localhost", ["localhost"]),
    ],
)
def test_the_parents_of_a_host_are_named_nearest_first_and_never_a_bare_top_level(name, above):
    assert parents(name) == above


def test_terms_for_a_page_hold_under_http_and_https():
    assert page_key("http://a.test/x") == page_key("https://a.test/x") == "a.test/x"


@pytest.mark.parametrize(
    "url",
    ["https://a.test/x/1", "http://www.a.test/x/1/", "https://m.a.test/x/1", "https://mobile.a.test/x/1",
     "https://amp.a.test/x/1/", "https://a.test/x/1/amp", "https://a.test/x/1/amp/", "https://a.test/amp/x/1",
     "https://a.test/x/1?amp=1", "https://a.test/x/1?outputType=amp", "https://a.test/x/1.amp",
     "https://www.google.com/amp/s/a.test/x/1", "https://a-test.cdn.ampproject.org/v/s/a.test/x/1?amp=1"],
)  # fmt: skip
def test_a_page_and_its_copies_for_telephones_are_found_from_one_another(url):
    assert "https://a.test/x/1" in copies(url)
    if "google" not in url and "ampproject" not in url:
        assert {canonical(url)} & set(copies("https://a.test/x/1")) or "outputType" in url


@pytest.mark.parametrize(
    "url", ["https://a.test/x/2", "https://b.test/x/1", "https://am.a.test/x/1", "https://a.test/x/1?id=2",
            "https://a.test/x/1/ample", "https://m.test/x/1", "https://a.test/camp/x/1"],
)  # fmt: skip
def test_another_page_is_not_taken_for_a_copy(url):
    assert "https://a.test/x/1" not in copies(url)


def test_a_registration_of_its_own_is_no_mobile_host():
    assert "https://github.io/x" not in copies("https://m.github.io/x")


@given(url_like)
def test_the_copies_of_anything_begin_with_its_spellings(typed):
    try:
        url = canonical(typed)
    except AddressError:
        return
    assert copies(url)[: len(spellings(url))] == spellings(url)
