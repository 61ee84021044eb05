"""Chromium as a person's browser: whatever a page does that it must not is a finding, and a finding fails the test."""

import importlib.resources
import os
import shutil

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Nothing but this machine has a name, so a forgotten address fails at once and in words.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
HERE = ("http://127.0.0.1:", "http://localhost:", "data:", "blob:", "about:")
# Every level of WCAG 2.2 A and AA, and what axe calls best practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

LISTEN = """document.addEventListener('securitypolicyviolation', event => console.error(
    `CSP: ${event.effectiveDirective} refused ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`))"""


def executable() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def flags() -> list[str]:
    # Chromium's sandbox cannot be built by root; for anyone else it stays.
    return [*FLAGS, "--no-sandbox"] if os.getuid() == 0 else FLAGS


def watch(context: BrowserContext, findings: list[str]) -> None:
    """Notes CSP violations, console errors, uncaught errors, failed requests and requests to anyone else."""

    def console(message: ConsoleMessage) -> None:
        # A missing resource is noted by `response`, which can tell a page from its parts; and htmx tells of every
        # request that was given up for a newer one, which `failed` can tell from one that failed.
        told = ("Failed to load resource", "htmx:afterRequest", "htmx:sendAbort", "htmx:sendError")
        if message.type == "error" and not message.text.startswith(told):
            findings.append(f"console on {message.page.url if message.page else '?'}: {message.text}")

    def request(sent: Request) -> None:
        if not sent.url.startswith(HERE):
            findings.append(f"request to {sent.url}")

    def failed(sent: Request) -> None:
        if sent.failure != "net::ERR_ABORTED":  # a request that the page or a navigation gave up
            findings.append(f"{sent.method} {sent.url} failed: {sent.failure}")

    def response(got: Response) -> None:
        # A page may well answer 404 or 410, that is for the test to assert; a part of a page may not.
        if got.status >= 500 or (got.status >= 400 and not got.request.is_navigation_request()):
            findings.append(f"{got.request.method} {got.url} answered {got.status}")

    context.add_init_script(LISTEN)
    context.on("console", console)
    context.on("weberror", lambda error: findings.append(f"uncaught on {error.page.url}: {error.error}"))
    context.on("request", request)
    context.on("requestfailed", failed)
    context.on("response", response)


def follow(link: Locator) -> None:
    """Clicks on what leads to another page, and returns when that page stands.

    A click alone returns when it begins to come: what looks at once may find a page without a single element.
    """
    with link.page.expect_navigation():
        link.click()


def axe(page: Page, *, include: str | None = None, ignore: tuple[str, ...] = ()) -> None:
    """Asserts that axe-core finds nothing on the page as it stands.

    The source is evaluated by the driver, as the developer tools would, so the page's CSP stays as strict as it is.
    What sticks to an edge lies where it belongs meanwhile: else it covers a part of whatever control is scrolled under
    it, and axe measures the part.
    """
    source = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()
    page.evaluate(f"() => {{ if (!window.axe) {{ {source} }} }}")
    options = {
        "runOnly": {"type": "tag", "values": RULES},
        "rules": {rule: {"enabled": False} for rule in ignore},
        "resultTypes": ["violations"],
        "preload": False,  # would fetch the style sheets again, and all of ours are readable as they are
    }
    result = page.evaluate(
        """async ([include, options]) => {
            const sticking = [...document.querySelectorAll("body *")].filter(
                element => getComputedStyle(element).position === "sticky")
            const before = sticking.map(element => element.style.position)
            sticking.forEach(element => { element.style.position = "static" })
            try { return await axe.run(include || document, options) }
            finally { sticking.forEach((element, i) => { element.style.position = before[i] }) }
        }""",
        [include, options],
    )
    assert not result["violations"], f"axe on {page.url}:\n" + "\n".join(
        f"  {rule['id']}: {rule['help']}\n"
        + "\n".join(f"    {' '.join(map(str, node['target']))}  {node['html'][:160]}" for node in rule["nodes"][:5])
        for rule in result["violations"]
    )
