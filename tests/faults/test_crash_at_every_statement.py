"""A process that dies at any SQL statement of a step leaves all of it or nothing, and the step can still be taken."""

import subprocess
import sys

import pytest

from tests.faults.crashing import STEPS
from tests.sites import ROOT, Databases, environment


@pytest.mark.parametrize("step", STEPS)
def test_whatever_statement_a_step_dies_at_all_of_it_is_there_or_nothing(step: str, databases: Databases) -> None:
    url = databases.fresh()
    env = environment(url, DJANGO_SETTINGS_MODULE="newsroom.settings")
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.crashing", step],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout) > 5, "it was hardly killed: the test saw nothing"
    databases.drop(url)
