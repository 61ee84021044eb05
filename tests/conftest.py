"""What every test stands on. `pytest` alone runs on SQLite, `pytest --engine=postgresql` on a cluster of its own, with
those tests that ask a database.

A test must not ask for `transaction=True` or TransactionTestCase: they empty every table afterwards, and the triggers
that keep our records append-only refuse that. A test that needs real commits, threads or processes takes `live_site`.
"""

import os
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django import Settings

from tests import browsing, postgres, sites
from tests import outside as outside_world

LOOPBACK = ("127.", "::1", "localhost")
PATIENCE = 45_000  # milliseconds that a page in the browser may take to do what was asked of it


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=["sqlite", "postgresql"], default="sqlite", help="database of this run")


def pytest_configure(config: pytest.Config) -> None:
    """Settings come from the environment, so the environment comes first. Workers of xdist inherit it."""
    if not hasattr(config, "workerinput"):
        directory = Path(tempfile.mkdtemp(prefix="cd-tests-"))
        config.add_cleanup(lambda: shutil.rmtree(directory, ignore_errors=True))
        os.environ["TEST_DIRECTORY"] = str(directory)
        os.environ["DATABASE_URL"] = f"sqlite:///{directory / 'unit.sqlite3'}"
        # SIGTERM as Ctrl-C, so that whoever ends the run leaves no cluster behind.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        if config.option.engine == "postgresql":
            cluster = postgres.Cluster()
            config.add_cleanup(cluster.stop)
            os.environ["DATABASE_URL"] = cluster.url("postgres")
    for name in ("ARCHIVE", "DEBUG", "DNS_SERVER", "EMAIL_URL", "FETCH_STAND_IN", "LOG_LEVEL", "MAIL_FROM",
                 "NEWSROOM_TIME_ZONE", "ORIGIN", "REQUIRE_SECOND_FACTOR", "SECURITY_CONTACT", "SITE_NAME",
                 "SSL_CERT_FILE", "TIME_ZONE"):  # fmt: skip
        os.environ.pop(name, None)
    os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)
    os.environ["DJANGO_SETTINGS_MODULE"] = "newsroom.settings"
    from django.conf import settings

    settings.ALLOWED_HOSTS.append("testserver")
    # The hashed names are tested where they are served, on `live_site`; here no file needs to be collected.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    # An empty place: whitenoise reads every file anew for each test client.
    settings.STATIC_ROOT = Path(os.environ["TEST_DIRECTORY"]) / "no-static"
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    database = settings.DATABASES["default"]
    if config.option.engine == "sqlite":
        # A file, as in production: in memory there is no WAL and no second connection.
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        database.setdefault("TEST", {})["NAME"] = f"{os.environ['TEST_DIRECTORY']}/unit-{worker}.sqlite3"
    sys.addaudithook(_refuse_the_outside)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test of the other engine is left out, not skipped: in its own run it is there. So is one that asks no database:
    it runs once, with SQLite."""

    def here(item: pytest.Item) -> bool:
        mark, engine = item.get_closest_marker("engine"), config.option.engine
        asks = item.get_closest_marker("django_db") or {"db", "databases"} & set(getattr(item, "fixturenames", ()))
        return (mark is None or engine in mark.args) and (engine == "sqlite" or bool(asks))

    other = [item for item in items if not here(item)]
    if other:
        config.hook.pytest_deselected(items=other)
        items[:] = [item for item in items if here(item)]


def _refuse_the_outside(event: str, args: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = args[1]
        host = address[0] if isinstance(address, tuple) else None  # a path or bytes: a socket of this machine
    elif event == "socket.getaddrinfo":
        host = args[0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode()
    if isinstance(host, str) and host and not host.startswith(LOOPBACK):
        # No Exception: code under test that survives any error must not survive this.
        pytest.fail(f"A test reached for the network: {event} {host}")


@pytest.fixture(autouse=True)
def _no_leftovers() -> Iterator[None]:
    """Mail, language and settings that one test left behind must not reach the next."""
    from django.utils import translation

    yield
    translation.deactivate_all()


# --- the real server --------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest) -> sites.Databases:
    directory = Path(os.environ["TEST_DIRECTORY"])
    with sites.locked(directory / "static.lock"):
        if not (directory / "static.done").exists():
            sites.collect_static()
            (directory / "static.done").touch()
    return sites.Databases(request.config.option.engine, directory, os.environ["DATABASE_URL"])


@pytest.fixture
def open_site(databases: sites.Databases) -> Iterator[Callable[..., sites.Site]]:
    """Starts as many sites as a test wants: open_site(demonstration=False, workers=2, **environment)."""
    opened: list[sites.Site] = []

    def open_one(demonstration: bool = False, workers: int = 2, **env: str) -> sites.Site:
        opened.append(sites.Site(databases, demonstration, workers, env))
        return opened[-1]

    yield open_one
    for site in opened:
        site.close()


@pytest.fixture
def live_site(open_site: Callable[..., sites.Site]) -> sites.Site:
    """A site of this test's own: migrated, empty, two server processes and the mail worker."""
    return open_site()


@pytest.fixture(scope="session")
def demonstration(databases: sites.Databases) -> Iterator[sites.Site]:
    """The demonstration publication, one for the whole session. Look, do not change."""
    site = sites.Site(databases, True, 2, {})
    yield site
    site.close()


# --- the outside ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for every host that tests invent: example-wire.test, other-wire.test, and all below them."""
    names = [name for host in ("example-wire.test", "other-wire.test") for name in (host, f"*.{host}")]
    return outside_world.certificate(tmp_path_factory.mktemp("tls"), *names)


@pytest.fixture
def outside(
    certificate: tuple[Path, Path], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[outside_world.Outside]:
    """Other people's servers, and a DNS that leads to them; this process trusts their certificate.

    A live site joins them by open_site(**outside.environment, SSL_CERT_FILE=str(certificate[0])).
    """
    with outside_world.Outside(*certificate) as world:
        settings.DNS_SERVER, settings.FETCH_STAND_IN = world.dns.address, world.ports
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        yield world


# --- the browser ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = browsing.executable()
    if path is None:
        pytest.skip("no Chromium here")
    # Playwright's loop runs in this thread, and Django takes that for an async view.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=path, args=browsing.flags())
        yield running
        running.close()


@pytest.fixture
def findings() -> Iterator[list[str]]:
    """What the pages of this test did wrong. A test that provokes one removes it."""
    found: list[str] = []
    yield found
    assert not found, "\n".join(found)


@pytest.fixture
def open_page(browser: Browser, findings: list[str]) -> Iterator[Callable[..., Page]]:
    """A page with its own cookies: open_page(viewport=..., color_scheme="dark", java_script_enabled=False, ...)."""
    contexts: list[BrowserContext] = []

    def open_one(**options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", **options})
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        browsing.watch(context, findings)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    return open_page()
