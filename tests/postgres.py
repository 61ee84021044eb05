"""A throwaway PostgreSQL cluster: on a socket, without TCP, in a temporary directory, gone when the tests end."""

import glob
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

USER = "contextdesk"
# No promise about the disk: the cluster does not outlive the run.
OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "log_min_messages": "fatal",
}
INITDB = ["--auth=trust", "--encoding=UTF8", "--no-sync"]


def binaries() -> Path | None:
    """The directory of `initdb` and `postgres`, the newest if there are several."""
    found = [shutil.which("initdb")]
    for pattern in ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin"):
        found += sorted(
            glob.glob(f"{pattern}/initdb"), key=lambda path: [int(n) for n in path.split("/") if n.isdigit()]
        )
    if shutil.which("pg_config"):
        found.append(subprocess.check_output(["pg_config", "--bindir"], text=True).strip() + "/initdb")
    directories = [Path(path).resolve().parent for path in found if path and os.access(path, os.X_OK)]
    return next((d for d in reversed(directories) if (d / "postgres").exists()), None)


def _unprivileged() -> dict[str, object]:
    """Who runs the server: it refuses to run as root."""
    if os.getuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    account = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


class Cluster:
    def __init__(self) -> None:
        directory = binaries()
        if directory is None:
            raise RuntimeError("No PostgreSQL server here: install postgresql, or run with --engine=sqlite.")
        # Short, because the path of a socket may have no more than 103 bytes.
        self.home = Path(tempfile.mkdtemp(prefix="cd-pg-", dir="/tmp"))
        who = _unprivileged()
        if who:
            os.chown(self.home, who["user"], who["group"])
        locale = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
        run = {"cwd": self.home, "stdin": subprocess.DEVNULL, "start_new_session": True, **who}
        try:
            subprocess.run(
                [directory / "initdb", "-D", self.home / "data", "-U", USER, *INITDB, f"--locale={locale}"],
                check=True,
                capture_output=True,
                **run,
            )
            options = [word for name, value in OPTIONS.items() for word in ("-c", f"{name}={value}")]
            self.server = subprocess.Popen(
                [directory / "postgres", "-D", self.home / "data", "-k", self.home, *options],
                stdout=subprocess.DEVNULL,
                stderr=(self.home / "log").open("wb"),
                **run,
            )
            self._wait()
        except BaseException as error:
            said = getattr(error, "stderr", None)
            self.stop()
            raise RuntimeError(f"PostgreSQL did not start: {(said or b'').decode() or error}") from error

    def _wait(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                return execute(self.url("postgres"), "SELECT 1")
            except psycopg.OperationalError:
                if self.server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.home / "log").read_text()) from None
                time.sleep(0.05)

    def url(self, database: str) -> str:
        return f"postgresql://{USER}@{str(self.home).replace('/', '%2F')}/{database}"

    def stop(self) -> None:
        """Ends the server and removes its files. May be called twice."""
        server = getattr(self, "server", None)
        if server and server.poll() is None:
            server.send_signal(signal.SIGINT)  # "fast": open sessions are cut
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
        shutil.rmtree(self.home, ignore_errors=True)


def execute(url: str, statement: str) -> None:
    """One statement outside a transaction, as CREATE DATABASE wants it."""
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        connection.execute(statement)
