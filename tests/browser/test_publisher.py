"""A publisher without an account, from the first question to a decision that every page obeys."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import hire, log_in
from tests.browsing import axe, follow

STORY = "/stories/one-licence-seven-prices/"


def _answer(page, **fields):
    for name, value in fields.items():
        place = page.locator(f"[name={name}]").first
        if place.get_attribute("type") == "radio":
            page.locator(f"[name={name}][value={value}]").check()
        elif place.evaluate("e => e.tagName") == "SELECT":
            place.select_option(value)
        else:
            place.fill(value)
    axe(page)
    follow(page.get_by_role("button", name="Continue"))


def _file(page, site):
    """From the story to the acknowledgement; returns the reference."""
    page.goto(site.url + STORY)
    page.get_by_role("link", name="Publisher? Ask for a change or removal").click()
    page.get_by_role("button", name="Begin").or_(page.get_by_role("link", name="Begin")).first.click()
    _answer(page, kind="opt_out")
    expect(page.locator("[name=pages]")).to_have_value(re.compile(STORY))
    _answer(page)
    _answer(page, want="remove", explanation="We would rather be read than summarised.")
    _answer(page, name="Rights desk", organisation="The Halmouth Ledger", relation="publisher")
    _answer(page, email="rights@halmouth-ledger.test", language="en")
    axe(page)
    page.get_by_role("button", name="Send the request").click()
    page.get_by_role("heading", name="We have your request").wait_for()
    axe(page)
    return re.search(r"CD-\w{4}-\w{4}", page.inner_text("main"))[0]


def _link_in(message):
    return re.search(r"https?://\S+/takedown/link/\S+", message.get_content())[0]


@pytest.mark.smoke
def test_a_publisher_asks_and_every_page_obeys(open_site, open_page):
    site = open_site(demonstration=True)
    publisher = open_page()
    reference = _file(publisher, site)
    mail = site.mailbox.wait(1)[0]
    assert mail["to"] == "rights@halmouth-ledger.test" and reference in mail.get_content()

    publisher.goto(_link_in(mail))
    axe(publisher)
    publisher.get_by_role("button", name="Confirm and open").click()
    publisher.wait_for_url(f"**/takedown/cases/{reference}/")  # and no token in the address
    expect(publisher.get_by_text("We would rather be read than summarised.")).to_be_visible()
    axe(publisher)

    # The private page is private: another browser gets nothing of it.
    stranger = open_page()
    assert stranger.goto(f"{site.url}/takedown/cases/{reference}/").status == 404
    expect(stranger.locator("main")).not_to_contain_text("Ledger")

    standards = open_page()
    log_in(standards, site, *hire(site, "standards"))
    standards.goto(site.url + "/admin/analysis/case/")
    follow(standards.get_by_role("link", name=reference))
    axe(standards, include="#content")
    follow(standards.get_by_role("link", name="Decide"))
    standards.locator("[name=outcome][value=granted]").check()
    standards.locator("[name=action][value=remove]").check()
    standards.get_by_label("The reason, as the sender sees it").fill("You publish it, and you asked.")
    axe(standards, include="#content")
    standards.locator("input[type=submit]").click()
    standards.get_by_role("heading", name="This changes 1 story").wait_for()  # what it would do, before it does
    axe(standards, include="#content")
    standards.locator("input[type=submit]").click()
    expect(standards.locator(".messagelist .success")).to_be_visible()
    expect(standards.get_by_text("You publish it, and you asked.").first).to_be_visible()

    # At once, on every surface.
    reader = open_page()
    assert reader.goto(site.url + STORY).status == 410
    for path in ("/", "/search/?q=licence", "/publishers/halmouth-ledger/", "/topics/model-licensing/"):
        reader.goto(site.url + path)
        expect(reader.locator(f"a[href='{STORY}']")).to_have_count(0)
    for path in ("/feeds/latest.atom", "/sitemaps/stories.xml"):
        assert STORY not in reader.request.get(site.url + path).text()
    assert STORY in reader.request.get(site.url + "/sitemaps/removed.xml").text()

    publisher.reload()
    expect(publisher.get_by_text("You publish it, and you asked.")).to_be_visible()
    expect(publisher.get_by_role("heading", name="Granted")).to_be_visible()
    decided = site.mailbox.wait(3)[2]
    assert "You publish it, and you asked." in decided.get_content()


def test_all_of_it_works_without_javascript_on_a_phone(open_site, open_page):
    site = open_site(demonstration=True)
    page = open_page(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.goto(site.url + "/takedown/request/why/")
    page.locator("[name=kind][value=opt_out]").check()
    page.get_by_role("button", name="Continue").click()
    page.locator("[name=pages]").fill("")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_be_visible()  # an empty answer says what to do
    page.locator("[name=pages]").fill("not an address at all\nhttps://halmouth-ledger.test/x")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("status").get_by_text("Line 1: it holds spaces")).to_be_visible()  # pointed out once
    page.get_by_role("button", name="Continue").click()
    page.locator("[name=explanation]").fill("Please.")
    page.get_by_role("link", name="Back").click()
    expect(page.locator("[name=pages]")).to_have_value(re.compile("not an address at all"))
