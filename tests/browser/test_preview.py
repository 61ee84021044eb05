"""The preview beside the form, for whoever reads it while writing."""

from playwright.sync_api import expect

from tests.browser.people import hire, log_in

STORY = "from tests.bench_story import story\nprint(story(12, 3).pk)"


def test_what_was_unfolded_in_the_preview_stays_so_while_one_types(live_site, open_page):
    """Who compares a claim with the grid of its sources does not lose the place at every pause."""
    site, page = live_site, open_page(viewport={"width": 1280, "height": 900})
    story = site.shell(STORY)
    log_in(page, site, *hire(site, "editor"))
    page.goto(f"{site.url}/admin/analysis/story/{story}/change/")
    preview = page.locator("#preview")
    grid = preview.locator("#grid")
    grid.locator("summary").click()
    page.locator("#id_dek").fill("Typed beside an open grid.")
    expect(preview.get_by_text("Typed beside an open grid.")).to_be_visible()
    expect(grid).to_have_attribute("open", "")
    grid.locator("summary").focus()
    page.keyboard.press("Enter")
    page.locator("#id_dek").fill("Typed beside a closed one.")
    expect(preview.get_by_text("Typed beside a closed one.")).to_be_visible()
    assert grid.get_attribute("open") is None
