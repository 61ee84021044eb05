"""How fast is it: the production server with one process on one core, the load generator on another, on this machine.

Prints; asserts nothing. Each page is compared with a bare view of as many bytes, in the same run on the same server.
Then what terms and decisions cost (tests/bench_decisions.py), and the desk's lists (tests/bench_desk.py).
"""

import http.client
import os
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests import postgres

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "var" / "bench"
PORT = int(os.environ.get("PORT", "8765"))
SECONDS = 5
CONNECTIONS = 4
SEARCH = "/search/?q=compute"


def environment() -> dict[str, str]:
    return os.environ | {
        "SECRET_KEY": (ROOT / "var" / "secret").read_text().strip(),
        "DATABASE_URL": f"sqlite:///{HOME / 'bench.sqlite3'}",  # never whatever the environment names: it is written to
        "DJANGO_SETTINGS_MODULE": "tests.bench_settings",
        "ORIGIN": f"http://127.0.0.1:{PORT}",
        "EMAIL_URL": f"file://{HOME / 'mail'}",
        "LOG_LEVEL": "ERROR",
    }


def pin(core: int) -> None:
    """Keeps this process, and whatever it starts, on one core; where the system cannot, it runs anywhere."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[core % len(cores)]})


def manage(*words: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment(), capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"manage.py {' '.join(words)} failed:\n{done.stdout}{done.stderr}")


def get(path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=10) as response:
        return response.read()


def wait_for(path: str) -> str:
    for _ in range(100):
        try:
            return get(path).decode()
        except urllib.error.HTTPError as error:
            sys.exit(f"{path} answered {error.code}.")
        except OSError:
            time.sleep(0.1)
    sys.exit("The server did not start.")


def processes() -> list[tuple[int, int, float, bytes]]:
    """Parent, session, processor seconds and command line of everything that runs; empty where there is no /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            found.append((int(fields[1]), int(fields[3]), seconds, (stat.parent / "cmdline").read_bytes()))
        except OSError:
            continue  # it ended while we looked
    return found


def cpu_seconds(server: int) -> float:
    """Processor time so far of the web server that `serve` started: its child leads a session with the workers."""
    running = processes()
    sessions = {session for parent, session, _, command in running if parent == server and b"granian" in command}
    return sum(seconds for _, session, seconds, _ in running if session in sessions)


def load(path: str) -> tuple[float, float, float]:
    """Requests per second, median and 99th percentile in milliseconds, over keep-alive connections."""
    if wrk := shutil.which("wrk"):
        words = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", f"http://127.0.0.1:{PORT}{path}"]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        if errors := re.search(r"Non-2xx.*", said):
            print(f"  {path}: {errors[0]}")
        milliseconds = {"us": 0.001, "ms": 1, "s": 1000}
        p50, p99 = (
            float(number) * milliseconds[unit]
            for number, unit in (re.search(rf"{p}%\s+([\d.]+)(us|ms|s)", said).groups() for p in (50, 99))
        )
        return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), p50, p99
    times: list[float] = []
    end = time.perf_counter() + SECONDS

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
        while (began := time.perf_counter()) < end:
            connection.request("GET", path)
            connection.getresponse().read()
            times.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(times) / SECONDS, statistics.median(times), sorted(times)[int(len(times) * 0.99)]


def measure(name: str, path: str, pid: int) -> float:
    size = len(get(path))
    for _ in range(20):  # templates compiled, connections open
        get(path)
    before = cpu_seconds(pid)
    rate, p50, p99 = load(path)
    cpu = (cpu_seconds(pid) - before) / (rate * SECONDS) * 1000
    print(f"{name:<16}{size:>9,}{rate:>12,.0f}{p50:>10.2f}{p99:>10.2f}{cpu:>12.2f}", flush=True)
    return rate


def on_every_engine(module: str) -> None:
    """Run a bench of its own on every engine that is here, over databases of their own."""
    for path in HOME.glob("own.sqlite3*"):
        path.unlink()
    urls = {"SQLite": f"sqlite:///{HOME / 'own.sqlite3'}"}
    cluster = postgres.Cluster() if postgres.binaries() else None
    try:
        if cluster:
            urls["PostgreSQL"] = cluster.url("postgres")
        for name, url in urls.items():
            print(f"{name}:", flush=True)
            words = [sys.executable, "-m", module]
            subprocess.run(words, cwd=ROOT, env=environment() | {"DATABASE_URL": url}, check=True)
    finally:
        if cluster:
            cluster.stop()


def main() -> None:
    HOME.mkdir(parents=True, exist_ok=True)
    for command in (["migrate"], ["collectstatic", "--noinput"], ["load_demonstration"]):
        manage(*command, "--verbosity", "0")
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(PORT), "--workers", "1"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: pin(0),
    )
    pin(1)
    try:
        home = wait_for("/")
        story = re.search(r'href="(/stories/[^/"]+/)"', home)
        pages = [("home", "/"), ("search", SEARCH), *([("story", story[1])] if story else [])]
        print(f"{'':<16}{'bytes':>9}{'requests/s':>12}{'p50 ms':>10}{'p99 ms':>10}{'CPU ms each':>12}")
        for name, path in pages:
            rate = measure(name, path, server.pid)
            bare = measure("  bare view", f"/bench/{len(get(path))}/", server.pid)
            print(f"  {name} is the bare view's {rate / bare:.3f}")
    finally:
        server.terminate()
        server.wait(60)
    on_every_engine("tests.bench_decisions")
    on_every_engine("tests.bench_desk")
    on_every_engine("tests.bench_story")
    on_every_engine("tests.bench_scorecard")


if __name__ == "__main__":
    main()
