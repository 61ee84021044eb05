"""Three days of a case: filed on a phone without JavaScript, proved by DNS, held, decided, obeyed, contested, restored.

With PICTURES set to a directory, each scene is kept there as a picture.
"""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import dns
from tests.browser.people import hire, log_in
from tests.browsing import axe, follow
from tests.clock import later

HOST = "halmouth-ledger.test"
PHONE = {"java_script_enabled": False, "viewport": {"width": 390, "height": 844}}


@pytest.fixture
def name_server():
    with dns.Server(dns.Zone()) as server:
        yield server


class Album:
    """Pictures of the scenes, numbered in their order."""

    def __init__(self):
        self.directory, self.number = os.environ.get("PICTURES"), 0

    def keep(self, page, name):
        self.number += 1
        if self.directory:
            path = Path(self.directory) / f"{self.number:02}-{name}.png"
            page.screenshot(path=path, full_page=True)


def stories_of(site):
    """Two stories of the demonstration that rest on the Ledger's work, with the address of that work."""
    code = (
        "from analysis.models import Citation\n"
        f"for c in Citation.objects.filter(article__url__contains={HOST!r}, role='original',"
        " story__status='published').order_by('story_id')[:2]: print(c.story.slug, c.article.url)"
    )
    return [line.split() for line in site.shell(code).splitlines()]


def test_three_days_of_a_case(open_site, open_page, name_server):
    host, port = name_server.address
    site = open_site(demonstration=True, DNS_SERVER=f"{host}:{port}")
    later(site, 0)
    album = Album()
    (slug, url), *others = stories_of(site)
    urls = [url, *(other for _slug, other in others)]

    # Monday. On a phone, without JavaScript.
    phone = open_page(**PHONE)
    phone.goto(site.url + "/takedown/")
    phone.get_by_role("link", name="Begin").click()
    phone.locator("[name=kind][value=opt_out]").check()
    album.keep(phone, "a-wish-or-a-legal-demand")
    phone.get_by_role("button", name="Continue").click()
    phone.locator("[name=pages]").fill("\n".join([*urls, f"{urls[0]}?utm_source=mail", f"https://{HOST}/not/covered"]))
    phone.get_by_role("button", name="Continue").click()
    phone.locator("[name=want][value=remove]").check()
    phone.locator("[name=explanation]").fill("We would rather be read than summarised.")
    phone.get_by_role("button", name="Continue").click()
    phone.locator("[name=name]").fill("Rights desk")
    phone.locator("[name=relation][value=publisher]").check()
    phone.get_by_role("button", name="Continue").click()
    phone.locator("[name=email]").fill(f"rights@{HOST}")
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_role("button", name="Send the request").click()
    phone.get_by_role("heading", name="We have your request").wait_for()
    reference = re.search(r"CD-\w{4}-\w{4}", phone.inner_text("main"))[0]
    album.keep(phone, "filed")
    phone.goto(_link(site.mailbox.wait(1)[-1]))
    phone.get_by_role("button", name="Confirm and open").click()
    expect(phone.get_by_text("The same page as a line above.")).to_be_visible()
    album.keep(phone, "confirmed")

    # Proof, by DNS. First nothing is there; then it is.
    phone.get_by_role("link", name="Show that the site is yours").first.click()
    phone.get_by_role("button", name=HOST, exact=True).click()
    album.keep(phone, "how-to-prove")
    phone.get_by_role("button", name="Look now").click()
    phone.get_by_role("heading", name="We did not find it yet").wait_for(
        timeout=30_000
    )  # the page comes again by itself
    token = phone.get_by_text(re.compile(r"^[a-z2-7]{32}$")).first.inner_text()
    name_server.zone[f"_contextdesk-challenge.{HOST} TXT"] = ['"something else"', f'"{token}"']
    site.shell("from analysis.models import Challenge; Challenge.objects.update(asked_at=None)")  # ten seconds later
    phone.get_by_role("button", name="Look now").click()
    phone.get_by_text("Proved.").wait_for(timeout=30_000)
    album.keep(phone, "proved")

    # Held at once: the headline and a link are left, and nothing of ours says what it reported.
    reader = open_page()
    reader.goto(f"{site.url}/stories/{slug}/")
    expect(reader.locator("#summary")).to_have_count(0)
    album.keep(reader, "held")
    phone.goto(f"{site.url}/takedown/cases/{reference}/")
    expect(phone.get_by_text("Until we have decided, less is shown")).to_be_visible()
    phone.get_by_role("link", name="Your publisher’s room").click()
    expect(phone.locator("input[name=page]:checked").nth(len(urls) - 1)).to_be_attached()
    album.keep(phone, "room")

    # Tuesday. An editor takes it up and decides; a second one comes too late.
    later(site, 1)
    first, second = open_page(), open_page()
    log_in(first, site, *hire(site, "standards"))
    first.goto(site.url + "/admin/analysis/case/?whose=me")
    follow(first.get_by_role("link", name=reference))
    axe(first, include="#content")
    album.keep(first, "the-desk")
    case_page = first.url
    first.get_by_role("link", name="Take up").click()
    first.locator("input[type=submit]").click()
    first.get_by_role("link", name="Decide").click()
    first.locator("[name=outcome][value=granted]").check()
    first.locator("[name=action][value=remove]").check()
    first.get_by_label("The reason, as the sender sees it").fill("The work is yours, and you asked.")
    axe(first, include="#content")
    album.keep(first, "deciding")
    _confirm(first, album)
    first.get_by_text("The work is yours, and you asked.").wait_for()

    # Obeyed everywhere, and checked by really asking.
    assert reader.goto(f"{site.url}/stories/{slug}/").status == 410
    album.keep(reader, "gone")
    for path in ("/", f"/publishers/{HOST.partition('.')[0]}/", "/feeds/latest.atom", "/sitemaps/stories.xml"):
        assert f"/stories/{slug}/" not in reader.request.get(site.url + path).text(), path
    phone.goto(f"{site.url}/takedown/cases/{reference}/")
    _reload_until(phone, "all obey")
    album.keep(phone, "decided")

    # Wednesday. The publisher thinks again of one page; whoever decided may not decide that.
    later(site, 2)
    phone.goto(f"{site.url}/takedown/cases/{reference}/")
    phone.get_by_role("link", name="Contest the decision").click()
    phone.locator("[name=text]").fill("Please bring the first page back; we meant the other.")
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("You have contested it.")).to_be_visible()
    album.keep(phone, "contested")
    first.goto(case_page)
    expect(first.get_by_text("You made the decision that is contested here.")).to_be_visible()
    expect(first.get_by_role("link", name="Take up")).to_have_count(0)
    site.shell(
        "from django.contrib.auth.models import Group, User\n"
        "user = User.objects.create_user('second', password='two words and a third', is_staff=True)\n"
        "user.groups.add(Group.objects.get(name='standards'))\n"
    )
    log_in(second, site, "second", "two words and a third")
    second.goto(case_page)
    second.get_by_role("link", name="Decide").click()
    second.locator("[name=outcome][value=partly]").check()
    second.locator("[name=action][value=restore]").check()
    second.locator("[name=restore]").locator("xpath=..").filter(has_text=urls[0]).locator("input").check()
    second.get_by_label("The reason, as the sender sees it").fill("The first page is back, the other stays away.")
    album.keep(second, "deciding-the-appeal")
    _confirm(second, album)
    second.get_by_text("The first page is back").first.wait_for()
    assert reader.goto(f"{site.url}/stories/{slug}/").status == 200
    album.keep(reader, "restored")
    for other, _url in others:
        assert reader.goto(f"{site.url}/stories/{other}/").status == 410
    phone.goto(f"{site.url}/takedown/cases/{reference}/")
    expect(phone.get_by_text("Decision on your appeal")).to_be_visible()
    album.keep(phone, "the-whole-case")

    _reload_until(phone, "all obey")

    # The same as the desk sees it: the case, and why the terms of the page are what they are now.
    second.goto(case_page)
    album.keep(second, "the-whole-case-at-the-desk")
    second.goto(f"{site.url}/admin/analysis/terms/why/?url={urls[0]}")
    album.keep(second, "why-it-is-so")
    second.goto(f"{site.url}/admin/analysis/story/{_pk(site, slug)}/change/")
    album.keep(second, "the-story-as-its-editor-sees-it")
    assert site.run("verify_events")


def _link(message):
    return re.search(r"https?://\S+/takedown/link/\S+", message.get_content())[0]


def _pk(site, slug):
    return site.shell(f"from analysis.models import Story; print(Story.objects.get(slug={slug!r}).pk)")


def _reload_until(page, words, seconds=40):
    """What the worker does takes a moment; a page without JavaScript shows it when it is opened again."""
    for _second in range(seconds):
        if page.get_by_text(words).count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    raise AssertionError(f"“{words}” did not come: {page.inner_text('main')}")


def _confirm(page, album):
    """Presses the button, looks at what it would change, and presses again."""
    page.locator("input[type=submit]").first.click()
    page.get_by_role("heading", name="This changes").wait_for()
    axe(page, include="#content")
    album.keep(page, "what-it-would-change")
    page.locator("input[type=submit]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()
