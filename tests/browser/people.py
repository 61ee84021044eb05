"""The newsroom's people at a live site, and how they log in."""

import secrets

from playwright.sync_api import Page

from tests.sites import Site


def hire(site: Site, group: str) -> tuple[str, str]:
    """Makes an account in a group; returns its name and password."""
    password = secrets.token_urlsafe(16)
    site.shell(
        "from django.contrib.auth.models import Group, User\n"
        f"user = User.objects.create_user({group!r}, password={password!r}, is_staff=True)\n"
        f"user.groups.add(Group.objects.get(name={group!r}))\n"
    )
    return group, password


def log_in(page: Page, site: Site, name: str, password: str) -> None:
    page.goto(site.url + "/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="The desk").wait_for()
