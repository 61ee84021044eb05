"""An editor, from an empty screen to a public page, its correction and its withdrawal."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import hire, log_in
from tests.browsing import axe, follow

ADD = "/admin/analysis/story/add/"


def _write(page):
    """Fills in the story screen; whatever is asked for by a label is found by it."""
    page.locator("[name=headline]").fill("The ferry line wants the night rate")
    page.locator("[name=dek]").fill("It asks for what the port already has.")
    for name in ("topic", "desk"):
        page.locator(f"[name={name}]").select_option(index=1)
    page.locator("[name=sources-n1-url]").fill("https://halmouth-ledger.test/ferry?utm_source=mail")
    page.locator("[name=sources-n1-title]").fill("Ferry line asks for night rate")
    page.locator("[name=sources-n1-role]").select_option("original")
    page.locator("[name=sources-n1-in_summary]").check()
    page.locator("[name=summary_text]").fill("The line asked the grid for the night tariff, the Ledger reports.")
    page.locator("[name=note_take_text]").fill(
        "It will *get* it, because refusing costs more. <script>alert(1)</script>"
    )
    for kind, first in (("claims", "text"), ("watch_items", "statement")):
        if not page.locator(f"[name={kind}-n1-{first}]").is_visible():  # a script shows rows when asked for
            page.locator(f"[data-adds={kind}]").click()
    page.locator("[name=claims-n1-text]").fill("The line asked for the night tariff.")
    page.locator("[name=claims-n1-standing][value=reported]").check()
    page.locator("[name=watch_items-n1-statement]").fill("The grid answers in public.")
    page.locator("[name=watch_items-n1-due]").fill("2027-06-30")
    page.locator("[name=watch_items-n1-likelihood]").fill("60")
    page.locator("[name=watch_items-n1-settled_by]").fill("The grid's register")
    page.locator("[name=disclosure]").fill("Written and checked by people.")


def _open(page, step):
    """A step that takes the text stands beside Save and saves it first; the others are links."""
    follow(page.locator(f"[name=_step][value={step}], .object-tools a[href$='/do/{step}/']"))


def _act(page, step, look=True, **answers):
    """Opens a step of the story, fills in what it asks, and does it. axe is a script: no look without."""
    _open(page, step)
    for field, value in answers.items():
        place = page.locator(f"[name={field}]").first
        if place.get_attribute("type") == "radio":
            page.locator(f"[name={field}][value={value}]").check()
        else:
            place.fill(value)
    if look:
        axe(page, include="#content")
    page.locator("#content input[type=submit], #content button[type=submit]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()  # so it is done, and not only asked for


def _say_it_was_read(page):
    """Nothing is published that rests on what nobody here has read."""
    _open(page, "publish")
    page.get_by_role("button", name="I have read it").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    expect(page.get_by_role("button", name="I have read it")).to_have_count(0)
    follow(page.get_by_role("link", name="Back to the story"))


@pytest.mark.smoke
def test_an_editor_writes_publishes_corrects_and_withdraws(open_site, open_page):
    site = open_site(demonstration=True)
    page = open_page(viewport={"width": 1280, "height": 900})
    log_in(page, site, *hire(site, "editor"))
    axe(page, include="#content")
    page.goto(site.url + ADD)
    _write(page)
    # The count beside the summary moves while one types.
    expect(page.get_by_text("12 words").or_(page.get_by_text("12 of")).first).to_be_visible()
    follow(page.get_by_role("button", name="Save", exact=True))
    axe(page, include="#content")
    # The publisher was known by the host of the URL, and its terms are said.
    expect(page.get_by_text("12 of the 80").or_(page.get_by_text("80 words")).first).to_be_visible()
    story = page.url.split("/story/")[1].split("/")[0]

    # The preview is what the public will see, through the gate, with nothing that runs.
    page.goto(f"{site.url}/admin/analysis/story/{story}/preview/")
    expect(page.get_by_role("heading", level=1)).to_have_text("The ferry line wants the night rate")
    expect(page.get_by_text("<script>alert(1)</script>")).to_be_visible()

    page.goto(f"{site.url}/admin/analysis/story/{story}/change/")
    _say_it_was_read(page)
    _act(page, "publish")
    slug = site.shell(f"from analysis.models import Story; print(Story.objects.get(pk={story}).slug)")
    reader = open_page()
    address = f"{site.url}/stories/{slug}/"
    assert reader.goto(address).status == 200
    axe(reader)
    expect(reader.get_by_role("link", name="Read the original")).to_have_attribute(
        "href", "https://halmouth-ledger.test/ferry"
    )

    # A change stays at the desk until it is published, and says what it is.
    page.goto(f"{site.url}/admin/analysis/story/{story}/change/")
    page.locator("[name=dek]").fill("It asks for what the port has had since May.")
    follow(page.get_by_role("button", name="Save", exact=True))
    reader.reload()
    expect(reader.get_by_text("It asks for what the port already has.")).to_be_visible()
    _act(page, "revise", kind="correction", reason="The port has had the rate since May, not for ever.")
    reader.reload()
    expect(reader.get_by_text("It asks for what the port has had since May.")).to_be_visible()
    expect(reader.get_by_text("The port has had the rate since May, not for ever.").first).to_be_visible()
    reader.goto(site.url + "/corrections/")
    expect(reader.get_by_text("The port has had the rate since May, not for ever.")).to_be_visible()

    page.goto(f"{site.url}/admin/analysis/story/{story}/change/")
    _act(page, "withdraw", reason="The Ledger withdrew its report.")
    assert reader.goto(address).status == 410
    expect(reader.locator("main")).not_to_contain_text("Ledger")


def test_every_field_of_a_saved_story_can_be_seen(open_site, open_page):
    site = open_site(demonstration=True)
    page = open_page(viewport={"width": 1280, "height": 900})
    log_in(page, site, *hire(site, "editor"))
    story = site.shell(
        "from analysis.models import *\n"
        "print(StoryLink.objects.filter(story__mentions__isnull=False, story__status='published')[0].story_id)"
    )
    page.goto(f"{site.url}/admin/analysis/story/{story.strip()}/change/")
    for kind, part in (("mentions", "position"), ("earlier", "kind"), ("earlier", "verdict"), ("earlier", "why"),
                       ("sources", "role"), ("claims", "text")):  # fmt: skip
        expect(page.locator(f"[data-row={kind}]:not(.blank) [name$=-{part}]").first).to_be_visible()
    # A name that is new asks for its kind, there and at the top.
    page.locator("[data-adds=mentions]").click()
    page.locator("#id_mentions-n1-name").fill("Somebody Unheard Of")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".mistakes a").click()
    expect(page.locator("#id_mentions-n1-kind")).to_be_visible()
    expect(page).to_have_url(re.compile("#id_mentions-n1-kind$"))


def test_the_desk_works_without_javascript(open_site, open_page):
    site = open_site(demonstration=True)
    page = open_page(java_script_enabled=False)
    log_in(page, site, *hire(site, "editor"))
    page.goto(site.url + ADD)
    _write(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(re.compile("/change/$"))
    _say_it_was_read(page)
    _act(page, "publish", look=False)
    slug = site.shell("from analysis.models import Story; print(Story.objects.latest('id').slug)")
    assert page.goto(f"{site.url}/stories/{slug}/").status == 200


def test_the_screens_of_the_desk_fit_a_phone_and_the_dark(open_site, open_page):
    site = open_site(demonstration=True)
    page = open_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
    log_in(page, site, *hire(site, "standards"))
    for path in (
        "",
        "analysis/story/",
        "analysis/story/add/",
        "analysis/case/",
        "analysis/terms/",
        "analysis/publisher/",
    ):
        page.goto(f"{site.url}/admin/{path}")
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"/admin/{path} is {wider}px wider than the screen"
        axe(page, include="#content", ignore=("target-size",))
