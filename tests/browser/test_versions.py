"""“I pasted over a section and saved, and the old text is gone.” It is not, on any screen, with a script or without."""

from playwright.sync_api import Page, expect

from tests.browser.people import hire, log_in
from tests.browsing import axe

BAD_EDIT = """
from django.db import transaction
from analysis import editing, working
from analysis.models import Story
story = Story.objects.filter(status="published", notes__isnull=False).order_by("pk").first()
content = editing.snapshot(story)
with transaction.atomic():
    editing.claim_version(story, story.version)
    content["notes"][0]["text"] = "Pasted by mistake. " + content["notes"][0]["text"][-600:]
    working.write(story, content | {"headline": content["headline"] + ", oops", "claims": content["claims"][:1]}, None)
print(story.pk)
"""


SCREENS = [
    {"viewport": {"width": 1280, "height": 900}},
    {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False},
]


def look(page: Page, options: dict) -> None:
    if options.get("java_script_enabled", True):  # axe is a script
        axe(page, include="#content")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_bad_edit_is_seen_word_by_word_and_taken_back(open_site, open_page):
    site = open_site(demonstration=True)
    story, person = site.shell(BAD_EDIT), hire(site, "editor")
    for options in SCREENS:
        page = open_page(**options)
        log_in(page, site, *person)
        page.goto(f"{site.url}/admin/analysis/story/{story}/change/")
        page.get_by_role("link", name="All versions").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("All versions")
        look(page, options)
        page.get_by_role("button", name="Compare").click()
        expect(page.locator("ins", has_text=", oops").first).to_be_visible()
        look(page, options)
        page.get_by_text("unchanged").first.click()
        expect(page.locator("details.fold[open]").first).to_be_visible()
        page.go_back()
        page.get_by_role("link", name="Restore…").first.click()  # what is saved now has none
        expect(page.locator("del", has_text=", oops").first).to_be_visible()
        look(page, options)
    page.get_by_role("button", name="Restore").click()
    expect(page.locator(".messagelist .success")).to_contain_text("unchanged until you publish")
    saved = site.shell(
        f"from analysis import editing; from analysis.models import Story; "
        f"story = Story.objects.get(pk={story}); print(story.headline, editing.snapshot(story)['notes'])"
    )
    assert "oops" not in saved and "Pasted by mistake" not in saved
