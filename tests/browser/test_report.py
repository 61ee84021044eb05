"""The transparency report in a browser: nothing blocked, nothing cut off, nothing that axe objects to."""

import pytest
from playwright.sync_api import expect

from tests import browsing


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_transparency_report_can_be_read(open_page, demonstration, width, scheme):
    page = open_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(demonstration.url + "/transparency/")
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("img")).to_be_visible()
    assert page.get_by_role("img").bounding_box()["height"] > 100
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    browsing.axe(page)
