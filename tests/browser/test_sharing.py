"""A preview link, from the desk to somebody without an account, until it is ended."""

from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.people import hire, log_in
from tests.browsing import axe, follow


def test_a_link_is_made_opened_and_ended_and_no_log_knows_it(open_site, open_page):
    site = open_site(demonstration=True)
    story = site.shell(
        "from analysis.models import Story\nprint(Story.objects.filter(status='published').latest('id').pk)"
    )
    page = open_page(viewport={"width": 390, "height": 844})
    log_in(page, site, *hire(site, "editor"))
    page.goto(f"{site.url}/admin/analysis/story/{story.strip()}/change/")
    follow(page.get_by_role("link", name="Preview links"))
    axe(page, include="#content")
    page.get_by_label("7 days").check()
    follow(page.get_by_role("button", name="Make a link"))
    path = urlsplit(page.locator("#content code").inner_text()).path
    axe(page, include="#content")
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{wider}px wider than the screen"

    reader = open_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
    assert reader.goto(site.url + path).status == 200
    expect(reader.get_by_text("Do not quote it")).to_be_visible()
    axe(reader)
    assert reader.context.cookies() == []
    follow(reader.get_by_role("link", name="Français"))
    assert urlsplit(reader.url).path == "/"  # the language did not carry the address on

    page.get_by_role("button", name="End the link").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert reader.goto(site.url + path).status == 404
    axe(reader)
    log = site.log()
    assert "/previews/…" in log and path.split("/")[2] not in log
