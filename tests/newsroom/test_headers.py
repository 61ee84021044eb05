"""Every answer carries the headers that keep a page to itself, and public pages carry no session."""

import pytest

from tests.leaks.crawl import crawl

pytestmark = pytest.mark.django_db


def test_every_public_answer_has_a_strict_policy(client):
    for path in ("/", "/search/?q=x", "/nothing/", "/takedown/", "/admin/login/", "/feeds/latest.atom", "/robots.txt"):
        headers = client.get(path).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert {"'unsafe-inline'", "'unsafe-eval'", "*", "data:"}.isdisjoint(" ".join(policy.values()).split()), path
        assert policy["frame-ancestors"] == "'none'" and policy["base-uri"] == "'none'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] in ("strict-origin-when-cross-origin", "no-referrer")
        assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "geolocation=()" in headers["Permissions-Policy"]


def test_public_pages_set_no_cookie_and_are_asked_for_again_each_time(client):
    for path in ("/", "/search/?q=x", "/publishers/", "/feeds/latest.atom"):
        response = client.get(path)
        assert not response.cookies
        assert response.headers["Cache-Control"] == "no-cache"
        assert response.headers["ETag"]


def test_an_unchanged_page_is_not_sent_twice(client):
    etag = client.get("/").headers["ETag"]
    assert client.get("/", headers={"If-None-Match": etag}).status_code == 304


def test_no_public_page_holds_an_inline_script_style_or_handler():
    import re

    for visit in crawl():
        if "text/html" in visit.text:
            scripts = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", visit.text)
            assert all('type="application/ld+json"' in attributes for attributes in scripts), visit.url
            assert not re.search(r"<style|\sstyle=|\son\w+=", visit.text), visit.url


@pytest.mark.parametrize("target", ["//evil.test/", "https://evil.test/", "\\\\evil.test", "javascript:alert(1)", ""])
def test_the_language_link_leads_to_this_site_only(client, target):
    response = client.get("/language/fr/", {"next": target})
    assert response.status_code == 302 and response.headers["Location"] == "/"
    assert response.cookies["language"].value == "fr"


def test_the_language_cookie_wins_over_the_browser(client):
    client.cookies["language"] = "fr"
    assert 'lang="fr"' in client.get("/", headers={"Accept-Language": "en"}).content.decode()
