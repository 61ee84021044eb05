"""Junk in any address or parameter of a public page: 400, 404 or a page, never a 500."""

from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.leaks.crawl import routes

pytestmark = pytest.mark.django_db

JUNK = ["\x00", "a\x00b", "\ud800", "�", "%", "'\"><script>", "../../etc/passwd", "💥" * 500, "a" * 10_000, "-1", "1e9",
        "9" * 400, "{{7*7}}", "%s%n", "١٢٣", "\u202e", "1 OR 1=1", "*", '"', "a\r\nSet-Cookie: x=1"]  # fmt: skip
EXPECTED = {200, 302, 304, 400, 404, 405, 410, 413, 414, 422, 429, 451}


def _get(path: str, query: bytes | str = "") -> int:
    text = query.decode("latin-1") if isinstance(query, bytes) else query
    return Client(raise_request_exception=True).get(path, QUERY_STRING=text).status_code


@pytest.mark.parametrize("route", sorted(set(routes())))
def test_junk_in_the_address_is_never_a_500(route):
    import re

    for junk in JUNK:
        filled = re.sub(r"<[^>]+>", quote(junk, errors="surrogatepass"), route)
        assert _get(filled) in EXPECTED, (route, junk)


@pytest.mark.parametrize(
    "path",
    ["/", "/search/", "/topics/x/", "/sitemaps/stories.xml", "/language/fr/", "/takedown/",
     "/api/v1/stories/", "/api/v1/watch/", "/api/v1/corrections/"],
)  # fmt: skip
def test_junk_in_the_parameters_is_never_a_500(path):
    for name in ("q", "before", "next", "url", "page", "before[]", "\x00", "utf8"):
        for junk in JUNK:
            query = f"{quote(name)}={quote(junk, errors='surrogatepass')}"
            assert _get(path, query) in EXPECTED, (path, query[:80])
    for raw in (b"q=\xff\xfe", b"q=%ff%fe", b"&&&==", b"q", b"=", b"q=%", b"q=%zz", b"before=1-1-1", b"before=%00"):
        assert _get(path, raw) in EXPECTED, (path, raw)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=300))
def test_any_search_is_answered(db, query):
    assert _get("/search/", f"q={quote(query, errors='surrogatepass')}") in (200, 400)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cursor=st.one_of(st.text(max_size=60), st.tuples(st.integers(), st.integers()).map(lambda p: f"{p[0]}-{p[1]}")))
def test_any_cursor_is_answered(db, cursor):
    assert _get("/", f"before={quote(cursor, errors='surrogatepass')}") in (200, 400, 404)


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
def test_public_pages_take_no_other_method(method):
    for path in ("/", "/search/", "/feeds/latest.atom"):
        assert getattr(Client(), method)(path).status_code == 405
