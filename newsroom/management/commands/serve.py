"""Serves the newsroom: the web server and the mail worker side by side, until told to stop.

`make demo`, the container and a plain installation run this same program. When either child ends by itself the other
is stopped too and the exit status is 1, so that whatever watches over this command starts both anew.
"""

import os
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

PATIENCE = 30  # seconds a request or a task may take to finish once we are told to stop


class Command(BaseCommand):
    help = "Serve the newsroom: the web server and the mail worker, until Ctrl-C or SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
        parser.add_argument(
            "--workers", type=int, default=min(os.cpu_count() or 1, 4), help="server processes (default: %(default)s)"
        )
        parser.add_argument(
            "--threads", type=int, default=4, help="requests at a time in each process (default: %(default)s)"
        )
        parser.add_argument("--access-log", action="store_true", help="log each request")

    def handle(self, *args: object, **options: object) -> None:
        stopping = False

        def stop(*_: object) -> None:
            nonlocal stopping
            stopping = True

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop)
        # A session of their own keeps the terminal's Ctrl-C from the children: they are told once, by us.
        children = {
            name: subprocess.Popen(command, cwd=settings.BASE_DIR, start_new_session=True)
            for name, command in {
                "The web server": self.web(options),
                "The mail worker": [sys.executable, "manage.py", "ox_worker", "--verbosity", "0"],
            }.items()
        }
        self.stdout.write(f"Serving {settings.ORIGIN} on {options['host']}:{options['port']}. Ctrl-C stops it.")
        self.stdout.flush()
        died: dict[str, int] = {}
        while not stopping and not died:
            time.sleep(0.2)
            died = {name: status for name, child in children.items() if (status := child.poll()) is not None}
        self.end(list(children.values()))
        if died and not stopping:
            raise CommandError(", ".join(f"{name} ended by itself (status {died[name]})" for name in died) + ".")

    def web(self, options: dict[str, object]) -> list[str]:
        """The server's command line. A worker process that crashes is started anew; one that crashes at once is not."""
        return [
            *(sys.executable, "-m", "granian", "newsroom.wsgi:application"),
            *("--interface", "wsgi", "--http", "1", "--no-ws", "--log-level", "warning"),
            *("--host", str(options["host"]), "--port", str(options["port"])),
            *("--workers", str(options["workers"]), "--blocking-threads", str(options["threads"])),
            # A thread that ends leaves its database connection to the garbage collector: let it live.
            *("--blocking-threads-idle-timeout", "600"),
            *("--backlog", "2048", "--workers-kill-timeout", str(PATIENCE), "--respawn-failed-workers"),
            "--access-log" if options["access_log"] else "--no-access-log",
        ]

    def end(self, children: list[subprocess.Popen[bytes]]) -> None:
        for child in children:
            child.terminate()
        for child in children:
            try:
                child.wait(PATIENCE + 5)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
