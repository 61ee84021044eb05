"""The standing pages: they are there, they lead nowhere that does not exist, and what a newsroom wrote stays."""

import re
from html import unescape
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from analysis.models import Page
from newsroom import demonstration, standing

ROOT = Path(__file__).parents[2]
LANGUAGES = ("en", "fr")


def reader(language: str) -> Client:
    return Client(headers={"Accept-Language": language})


def links(html: str) -> set[str]:
    """The addresses on this site that a page leads to."""
    return set(re.findall(r'<a\b[^>]*\bhref="(/[^"#]*)', html))


def dead(client: Client, addresses: set[str]) -> dict[str, int]:
    found = {address: client.get(address, follow=True).status_code for address in sorted(addresses)}
    return {address: status for address, status in found.items() if status != 200}


def rows() -> list[tuple[object, ...]]:
    return list(Page.objects.order_by("id").values_list())


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_installation_has_no_dead_link_in_its_navigation(language):
    call_command("load_pages", verbosity=0)
    client = reader(language)
    html = client.get("/").content.decode()
    around = re.sub(r"<main\b.*</main>", "", html, flags=re.DOTALL)
    assert {"/about/how-we-write/", "/about/who-we-are/", "/about/privacy/", "/takedown/"} <= links(around)
    assert not dead(client, links(around))


@pytest.mark.django_db
def test_every_standing_page_that_a_template_names_is_written():
    call_command("load_pages", verbosity=0)
    templates = "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    named = set(re.findall(r'"/about/([a-z-]+)/"', templates))
    assert {"corrections", "rights"} <= named
    for language in LANGUAGES:
        assert named <= set(Page.objects.filter(language=language).values_list("slug", flat=True))


@pytest.mark.django_db
def test_no_standing_page_leads_nowhere():
    call_command("load_pages", verbosity=0)
    own = {page.language: page.body for page in Page.objects.filter(slug="who-we-are")}
    Page.objects.filter(slug="who-we-are").delete()
    demonstration.load()
    for language in LANGUAGES:
        client = reader(language)
        assert own[language] not in Page.objects.get(slug="who-we-are", language=language).body
        said = set(re.findall(r"\]\((/[^)#]*)", own[language]))  # of a real installation, whose place the other took
        for slug in standing.ORDER:
            page = client.get(f"/about/{slug}/")
            assert page.status_code == 200 and page.headers["Content-Language"] == language
            said |= links(page.content.decode())
        assert "/takedown/link/" in said
        assert not dead(client, said)


@pytest.mark.django_db
def test_both_languages_say_the_same_and_in_order():
    call_command("load_pages", verbosity=0)
    for language in LANGUAGES:
        assert list(Page.objects.filter(language=language).values_list("slug", flat=True)) == standing.ORDER
    for slug in standing.ORDER:
        english, french = (Page.objects.get(slug=slug, language=language).body for language in LANGUAGES)
        for mark in (r"^## ", r"^- ", r"\]\((/[^)]*)\)"):
            assert re.findall(mark, english, re.MULTILINE) == re.findall(mark, french, re.MULTILINE), (slug, mark)


@pytest.mark.django_db
def test_load_pages_again_changes_nothing_and_keeps_what_the_newsroom_wrote():
    Page.objects.create(slug="who-we-are", language="en", title="The Courier", body="Three people in Halmouth.")
    call_command("load_pages", verbosity=0)
    first = rows()
    assert len(first) == 2 * len(standing.ORDER)
    call_command("load_pages", verbosity=0)
    assert rows() == first
    assert Page.objects.get(slug="who-we-are", language="en").body == "Three people in Halmouth."


@pytest.mark.django_db
def test_the_demonstration_says_that_it_is_one():
    demonstration.load()
    first = rows()
    assert "demonstration" in Page.objects.get(slug="who-we-are", language="en").body
    assert "démonstration" in Page.objects.get(slug="who-we-are", language="fr").body
    call_command("load_pages", verbosity=0)
    assert rows() == first


@pytest.mark.django_db
def test_what_is_said_of_reporting_an_error_is_so():
    demonstration.load()
    client = reader("en")
    html = client.get("/stories/five-gigawatts-on-paper/").content.decode()
    (address,) = re.findall(r'<a href="([^"]+)"[^>]*>Report an error</a>', html)
    form = client.get(unescape(address)).content.decode()
    policy = client.get("/about/corrections/").content.decode()
    for words in ("Thank me by this name in the correction", "Report an error"):
        assert words in form and words in policy
    assert "Something else" in form and "Something else" in client.get("/about/accessibility/").content.decode()
    assert not client.cookies, "the form needs no cookie"
