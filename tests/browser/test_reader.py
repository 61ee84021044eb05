"""A reader, from the river to the original: by mouse, by keyboard, without JavaScript, on a phone, in French."""

import re

import pytest
from playwright.sync_api import expect

from tests.browsing import axe

PHONE = {"viewport": {"width": 390, "height": 844}}
PAGES = [
    "/", "/stories/anthropic-amazon-what-is-confirmed/", "/stories/a-quai-le-diesel-tourne/",
    "/stories/half-metre-imagery-price-cut/", "/stories/archive-scanning-clause-fourteen/",
    "/stories/one-licence-seven-prices/history/", "/stories/one-licence-seven-prices/history/1/", "/topics/",
    "/topics/energy/", "/mentions/anthropic/", "/publishers/", "/publishers/la-veille/", "/search/?q=port", "/watch/",
    "/corrections/", "/about/how-we-write/", "/stories/reserve-price-advice/", "/stories/halmouth-water-sensors/",
    "/nothing-here/", "/takedown/", "/claims/1/", "/stories/anthropic-amazon-wider-agreement/",
    "/stories/anthropic-amazon-wider-agreement/timeline/", "/stories/anthropic-amazon-what-is-confirmed/report/",
]  # fmt: skip


@pytest.mark.smoke
def test_a_reader_goes_from_the_river_to_the_original(demonstration, page):
    page.goto(demonstration.url)
    page.get_by_role("link", name="Two of nine claims about Anthropic and Amazon").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Two of nine claims"))
    # What is ours and what is theirs are told apart, and the way to the original is the first button.
    expect(page.get_by_role("link", name="Read the original")).to_have_attribute("href", re.compile("^https://"))
    expect(page.get_by_role("heading", name="The news")).to_be_visible()
    page.get_by_role("link", name="9 claims on this page").click()
    expect(page).to_have_url(re.compile("#claims$"))
    expect(page.get_by_role("rowheader")).to_have_count(9)
    expect(page.get_by_text("The 5 gigawatts are a target for about 2028").first).to_be_visible()
    page.get_by_role("link", name="Anthropic", exact=True).last.click()
    expect(page).to_have_url(re.compile("/mentions/anthropic/$"))


def test_search_answers_while_one_types_and_the_address_keeps_it(demonstration, page):
    page.goto(demonstration.url + "/search/")
    page.get_by_label("Words in our stories").press_sequentially("gigaw", delay=20)
    page.locator("#results li a").first.wait_for()
    page.wait_for_url(re.compile(r"q=gigaw$"))
    expect(page.locator("#results mark").first).to_have_text(re.compile("^gigaw", re.IGNORECASE))
    page.reload()
    expect(page.locator("#results li").nth(1)).to_be_visible()
    page.get_by_label("Words in our stories").fill("zebra crossing")
    page.get_by_text("No story holds all of these words").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_reader_takes_a_report_back(demonstration, open_page, scheme):
    page = open_page(**PHONE, color_scheme=scheme)
    page.goto(demonstration.url + "/stories/anthropic-amazon-what-is-confirmed/report/?part=headline")
    page.get_by_label("What is wrong with it?").fill(f"Not nine, in {scheme}.")
    page.get_by_role("button", name="Send the report").click()
    axe(page)
    page.get_by_role("link", name="Take it back").click()
    axe(page)
    page.get_by_role("button", name="Yes, take it back").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You took your report back")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not page.context.cookies()


def test_everything_works_without_javascript(demonstration, open_page):
    page = open_page(java_script_enabled=False)
    page.goto(demonstration.url + "/search/")
    page.get_by_label("Words in our stories").fill("gigawatts")
    page.get_by_role("button", name="Search").click()
    page.locator("#results li a").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_text("Cite this page").click()
    expect(page.get_by_text("/stories/").last).to_be_visible()


def test_the_keyboard_reaches_the_text_first(demonstration, page):
    page.goto(demonstration.url + "/stories/five-gigawatts-on-paper/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the text")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))


def test_a_reader_in_french_gets_french_around_every_story(demonstration, open_page):
    page = open_page(locale="fr-FR")
    page.goto(demonstration.url + "/stories/a-quai-le-diesel-tourne/")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_role("link", name="Lire l’original")).to_be_visible()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("link", name="Read the original")).to_be_visible()
    expect(page.locator("h1")).to_have_attribute("lang", "fr")  # the story stays French, and says so


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [{}, PHONE], ids=["wide", "phone"])
def test_every_kind_of_page_is_accessible_and_fits(demonstration, open_page, scheme, size):
    page = open_page(color_scheme=scheme, **size)
    for path in PAGES:
        page.goto(demonstration.url + path)
        axe(page)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{path} is {wider}px wider than the screen"
        expect(page.locator("h1")).to_have_count(1)


def test_text_has_the_contrast_of_aaa(demonstration, open_page):
    for scheme in ("light", "dark"):
        page = open_page(color_scheme=scheme)
        page.goto(demonstration.url + "/stories/anthropic-amazon-what-is-confirmed/")
        axe(page)
        found = page.evaluate("""() => axe.run(document, {runOnly: ['color-contrast-enhanced'],
            rules: {'color-contrast-enhanced': {enabled: true}}})""")
        assert not [node["html"] for rule in found["violations"] for node in rule["nodes"]]
