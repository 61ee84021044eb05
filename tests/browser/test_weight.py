"""What the desk asks of a slow line."""

from tests.browser.people import hire, log_in

LARGE = "from tests.bench_story import story\nprint(story(30, 40).pk)"


def test_the_screen_of_a_large_story_weighs_less_than_300_kb_when_nothing_is_cached(live_site, open_page):
    """With thirty sources and forty claims: the page, its styles, scripts and faces, and the first preview."""
    site, door = live_site, open_page()
    story = site.shell(LARGE)
    log_in(door, site, *hire(site, "editor"))
    page = open_page(storage_state=door.context.storage_state())
    arrived: dict[str, int] = {}
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda sent: arrived.update({sent["requestId"]: sent["encodedDataLength"]}))
    page.goto(f"{site.url}/admin/analysis/story/{story}/change/")
    page.locator("#preview .grid").wait_for(state="attached")
    page.evaluate("document.fonts.ready.then(() => true)")
    page.wait_for_load_state("networkidle")
    assert len(arrived) > 15, "the page came without its parts"
    assert sum(arrived.values()) < 300_000
