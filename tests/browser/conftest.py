"""The story screen, opened for tests that type into it and save nothing."""

import pytest

from tests import sites
from tests.browser.people import hire, log_in


@pytest.fixture(scope="session")
def desk(databases):
    """An empty site with an editor, one for the whole session. Look and type, do not save."""
    site = sites.Site(databases, False, 1, {})
    yield site, hire(site, "editor")
    site.close()


@pytest.fixture
def take(desk, open_page):
    """The take of a new story."""
    site, editor = desk
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    log_in(page, site, *editor)
    page.goto(site.url + "/admin/analysis/story/add/")
    return page.locator("#id_note_take_text")
