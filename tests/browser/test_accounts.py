"""In and out of the desk in a real browser: passkey, app, sessions; with a script and without."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import hire, log_in
from tests.browsing import axe

ACCOUNT = "/admin/account/"
TOTP = """from allauth.mfa.totp.internal.auth import *
print(format_hotp_value(hotp_value({secret!r}, list(yield_hotp_counters_from_time())[{step}])))"""


@pytest.fixture
def site(open_site):
    """A passkey belongs to a name; no browser gives one to a number."""
    site = open_site()
    site.stop()
    site.url = site.env["ORIGIN"] = f"http://localhost:{site.port}"
    site.start()
    return site


def confirm(page, password):
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Confirm").click()


def virtual_key(page) -> None:
    """A key in this browser that says yes to everything: what a fingerprint does."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip


@pytest.mark.smoke
def test_a_passkey_replaces_name_and_password_and_leads_to_where_one_was_going(site, open_page):
    page = open_page()
    name, password = hire(site, "editor")
    log_in(page, site, name, password)
    virtual_key(page)
    page.goto(site.url + ACCOUNT)
    axe(page)
    page.get_by_role("link", name="Add a passkey").click()
    confirm(page, password)
    page.get_by_label("Name:", exact=True).fill("This laptop")
    axe(page)
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    axe(page)
    page.goto(site.url + ACCOUNT)
    expect(page.get_by_text("This laptop")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Logged out")).to_be_visible()

    there = "/admin/analysis/story/?q=night+ferry"
    page.goto(site.url + there)
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(site.url + there)

    # With the password alone one comes no further than the second factor; the key is one too.
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Logged out")).to_be_visible()
    page.goto(site.url + there)
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(site.url + there)


def test_a_passkey_that_fails_is_told_in_words(site, open_page):
    page = open_page()
    page.add_init_script("navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError'))")
    page.goto(site.url + "/admin/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert").filter(has_text="The passkey was not used")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_app_is_set_up_on_a_phone_without_a_script(site, open_page, scheme):
    page = open_page(viewport={"width": 390, "height": 844}, java_script_enabled=False, color_scheme=scheme)
    name, password = hire(site, "writer")
    log_in(page, site, name, password)
    page.goto(site.url + ACCOUNT)
    page.get_by_role("link", name="Set up an authenticator app").click()
    confirm(page, password)
    picture = page.get_by_role("img", name="QR code")
    expect(picture).to_be_visible()
    assert page.request.get(site.url + picture.get_attribute("src")).headers["content-type"] == "image/svg+xml"
    secret = page.locator(".account-key").inner_text()
    page.get_by_label("Authenticator code").fill(site.shell(TOTP.format(secret=secret, step=1)))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("listitem").filter(has_text=re.compile(r"^\d{8}$"))).to_have_count(10)
    page.get_by_role("button", name="Log out").click()

    there = "/admin/analysis/story/?q=night+ferry"
    page.goto(site.url + there)
    expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("Code").fill(site.shell(TOTP.format(secret=secret, step=2)))
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(site.url + there)


def test_the_other_browser_is_out_when_its_session_is_ended(site, open_page):
    here, there = open_page(), open_page()
    name, password = hire(site, "writer")
    log_in(there, site, name, password)
    log_in(here, site, name, password)
    here.goto(site.url + ACCOUNT + "sessions/")
    axe(here)
    here.get_by_role("button", name="End the others").click()
    expect(here.get_by_text("1 other session ended.")).to_be_visible()
    there.goto(site.url + "/admin/analysis/story/")
    expect(there.get_by_role("heading", name="Log in")).to_be_visible()
    here.get_by_role("link", name="Your account", exact=True).first.click()
    here.get_by_role("link", name="Everything you changed").click()
    expect(here.get_by_role("cell", name="All other sessions ended.")).to_be_visible()
    axe(here)


def test_limits_are_shared_by_all_processes(open_site, open_page):
    """Whichever of the processes answers: the sixth wrong password is not tried."""
    site = open_site(workers=4)
    page = open_page()
    name, _password = hire(site, "writer")
    for n in range(6):
        page.goto(site.url + "/admin/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(f"wrong {n}")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert").filter(has_text="Try again" if n == 5 else "do not belong")).to_be_visible()
    axe(page)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_account_fits_and_reads_in_every_light(site, open_page, width, scheme):
    page = open_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    log_in(page, site, *hire(site, "writer"))
    for at in ("", "sessions/", "done/", "password/", "password/forgotten/"):
        page.goto(site.url + ACCOUNT + at)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, at
