"""The real server over a database of its own, for tests that need processes, a browser or mail."""

import email.policy
import fcntl
import logging
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller

from tests import postgres

ROOT = Path(__file__).resolve().parent.parent
logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells of every connection


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def manage(env: dict[str, str], *words: str, stdin: str | None = None) -> str:
    """Runs a management command; returns what it printed, or fails with everything it said."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=env,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"manage.py {' '.join(words)}: status {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time, among all the workers of a run."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


class Mailbox(list[EmailMessage]):
    """What arrived over SMTP, oldest first."""

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"

    def wait(self, count: int = 1, seconds: float = 15) -> "Mailbox":
        """Waits until `count` messages are here: mail leaves by the worker, a moment after the request."""
        deadline = time.monotonic() + seconds
        while len(self) < count:
            assert time.monotonic() < deadline, f"{len(self)} of {count} messages came within {seconds} s"
            time.sleep(0.05)
        return self


class Databases:
    """Copies of two templates, made once for a whole run: migrated and empty, and with the demonstration."""

    def __init__(self, engine: str, directory: Path, admin_url: str) -> None:
        self.engine, self.directory, self.admin_url = engine, directory, admin_url

    def url(self, name: str) -> str:
        if self.engine == "sqlite":
            return f"sqlite:///{self.directory / name}.sqlite3"
        return self.admin_url.rpartition("/")[0] + "/" + name

    def fresh(self, demonstration: bool = False) -> str:
        """A new database's URL."""
        with locked(self.directory / "templates.lock"):
            template = self._once("migrated", None, "migrate")
            if demonstration:
                template = self._once("demonstration", template, "load_demonstration")
            return self._copy(template, f"site_{secrets.token_hex(6)}")

    def drop(self, url: str) -> None:
        name = url.rpartition("/")[2]
        if self.engine == "sqlite":
            for path in self.directory.glob(f"{name.removesuffix('.sqlite3')}.sqlite3*"):
                path.unlink()
        else:
            postgres.execute(self.admin_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _once(self, name: str, base: str | None, command: str) -> str:
        done = self.directory / f"{name}.done"
        if not done.exists():
            self.drop(self.url(name))  # what a failed attempt left
            if base is not None:
                self._copy(base, name)
            elif self.engine == "postgresql":
                postgres.execute(self.admin_url, f'CREATE DATABASE "{name}"')
            manage(environment(self.url(name)), command, "--verbosity", "0")
            done.touch()
        return name

    def _copy(self, template: str, name: str) -> str:
        if self.engine == "postgresql":
            postgres.execute(self.admin_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        else:
            # Not a copy of the file: what the last writer left in the WAL belongs to it.
            paths = [self.directory / f"{stem}.sqlite3" for stem in (template, name)]
            source, target = (sqlite3.connect(path) for path in paths)
            source.backup(target)
            source.close()
            target.close()
        return self.url(name)


def environment(database_url: str, **more: str) -> dict[str, str]:
    """What a server's process sees: nothing that the tests set for themselves."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "SECRET_KEY": secrets.token_urlsafe(50), "DATABASE_URL": database_url, "LOG_LEVEL": "INFO", **more}


class Site:
    """`url`, `mailbox`, `run(...)` for a management command, `shell(...)` for Python inside, `log()`."""

    def __init__(self, databases: Databases, demonstration: bool, workers: int, env: dict[str, str]) -> None:
        self.databases, self.database_url = databases, databases.fresh(demonstration)
        self.mailbox = Mailbox()
        self.smtp = Controller(self.mailbox, hostname="127.0.0.1", port=free_port())
        self.smtp.start()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        mail = f"smtp://127.0.0.1:{self.smtp.port}"
        # No name server listens there: a site that a test gives no outside world has none.
        nowhere = "127.0.0.1:1"
        self.env = environment(self.database_url, ORIGIN=self.url, EMAIL_URL=mail, DNS_SERVER=nowhere) | env
        self.workers = workers
        self.log_path = databases.directory / f"site-{self.port}.log"
        self.start()

    def start(self) -> None:
        """Starts the server and returns when it answers. After `stop` or `kill`, starts it over the same database."""
        words = ["manage.py", "serve", "--port", str(self.port), "--workers", str(self.workers)]
        with self.log_path.open("ab") as log:
            self.server = subprocess.Popen(
                [sys.executable, *words], cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(self.url + "/healthz", timeout=5).close()
                return
            except urllib.error.HTTPError:
                return  # it answers; what it answers is the test's business
            except OSError as error:
                if self.server.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise AssertionError(f"the server did not start ({error}):\n{self.log()}") from error
                time.sleep(0.05)

    def stop(self) -> int:
        """Asks the server to end, and returns its exit status."""
        self.server.send_signal(signal.SIGTERM)
        return self.server.wait(60)

    def close(self) -> None:
        self.stop()
        self.smtp.stop()
        self.databases.drop(self.database_url)

    def run(self, *words: str) -> str:
        return manage(self.env, *words)

    def shell(self, code: str) -> str:
        """Runs Python with Django set up against this site's database; returns what it printed, less the line end."""
        return manage(self.env, "shell", "--no-imports", "--verbosity", "0", stdin=code).rstrip("\n")

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")


def collect_static() -> None:
    manage(environment("sqlite://:memory:"), "collectstatic", "--noinput", "--verbosity", "0")
