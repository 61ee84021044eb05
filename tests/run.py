"""Runs everything there is and says what ran, what came of it, and what was left out and why.

STRICT=1 (as .ci/run sets it): whatever is left out or skipped counts as a failure.
"""

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

from tests import browsing, postgres

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "var" / "test"
NOTHING_COLLECTED = 5


@dataclass
class Run:
    """One part of the whole: a name, its command (none: left out), and what came of it."""

    name: str
    words: list[str]
    left_out: str = ""
    status: int = 0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0

    def go(self) -> "Run":
        print(f"\n=== {self.name}", flush=True)
        if self.left_out:
            print(f"left out: {self.left_out}")
            return self
        began = time.monotonic()
        if self.words[0] == "make":
            self.status = subprocess.run(self.words, cwd=ROOT).returncode
            self.passed, self.failed = int(self.status == 0), int(self.status != 0)
        else:
            self._pytest()
        self.seconds = time.monotonic() - began
        return self

    def _pytest(self) -> None:
        report = RESULTS / f"{self.name.replace(' ', '-')}.xml"
        report.unlink(missing_ok=True)
        words = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-n",
            "2",
            "--dist",
            "worksteal",
            f"--junitxml={report}",
            *self.words,
        ]
        self.status = subprocess.run(words, cwd=ROOT).returncode
        if self.status == NOTHING_COLLECTED:
            self.left_out = "there are no such tests"
            return
        suites = ET.parse(report).getroot().findall("testsuite") if report.exists() else []
        total, bad, self.skipped = (
            sum(int(suite.get(name, 0)) for suite in suites for name in names)
            for names in (["tests"], ["failures", "errors"], ["skipped"])
        )
        # A run that broke off (no report, an error outside any test) has failed, whatever it counted.
        self.failed = bad or int(self.status != 0)
        self.passed = max(total - bad - self.skipped, 0)

    def line(self) -> str:
        if self.left_out:
            return f"  {self.name}: left out, {self.left_out}"
        return (
            f"  {self.name}: {self.passed} passed, {self.failed} failed, {self.skipped} skipped in {self.seconds:.0f} s"
        )


def plan() -> list[Run]:
    server = "" if postgres.binaries() else "no PostgreSQL server on this machine (initdb was looked for)"
    chromium = "" if browsing.executable() else f"no Chromium on this machine ({', '.join(browsing.NAMES)})"
    without_browser = ["--ignore=tests/browser", "tests"]
    return [
        Run("checks", ["make", "--no-print-directory", "check"]),
        Run("SQLite", ["--engine=sqlite", *without_browser]),
        Run("PostgreSQL", ["--engine=postgresql", *without_browser], server),
        Run("browser on SQLite", ["--engine=sqlite", "tests/browser"], chromium),
        Run("browser on PostgreSQL", ["--engine=postgresql", "-m", "smoke", "tests/browser"], chromium or server),
    ]


def main() -> int:
    strict = os.environ.get("STRICT", "") not in ("", "0")
    RESULTS.mkdir(parents=True, exist_ok=True)
    runs = [run.go() for run in plan()]
    print("\n=== what ran")
    for run in runs:
        print(run.line())
    failed = sum(run.failed for run in runs)
    skipped = sum(run.skipped for run in runs)
    if strict and (incomplete := [run.name for run in runs if run.left_out or run.skipped]):
        print(f"  STRICT: nothing may be left out or skipped, but this was: {', '.join(incomplete)}")
        failed += len(incomplete)
    print(f"{sum(run.passed for run in runs)} passed, {failed} failed, {skipped} skipped")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
