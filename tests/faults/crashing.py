"""Ends a process at every SQL statement of one step of a case, and looks each time at what is left.

Run as `python -m tests.faults.crashing <step>` over an empty database: tests/faults/test_crash_at_every_statement.py.

The step runs in a child that is killed before statement 1, after it, before statement 2, and so on until it comes
through. Each child finds the database as the one before it left it, so that each also shows that the step can still be
taken. Whatever a killed child did, every row of every table must be as it was.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from itertools import count
from typing import Any

import django
from django.db import connection

django.setup()

from analysis import rights  # noqa: E402  settings first
from tests.faults import crash_desk, crash_sender  # noqa: E402
from tests.faults.crash_world import World  # noqa: E402

STEPS = crash_sender.STEPS | crash_desk.STEPS
MOST = 500  # statements: a step that needs more does not end


def everything() -> dict[str, list[str]]:
    """Every row of every table."""
    with connection.cursor() as cursor:
        rows = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows[table] = sorted(map(repr, cursor.fetchall()))
        return rows


def in_child(take: Callable[[], object], number: int, after: bool) -> bool:
    """Take the step in a process that is killed at its statement of that number. True if there was none such."""
    connection.close()
    child = os.fork()
    if child:
        _pid, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            return False
        if status:
            sys.exit(f"The step failed at statement {number}: status {status}.")
        return True

    met = count(1)

    def kill_at(execute: Callable[..., Any], *args: Any) -> Any:
        last = next(met) == number
        if last and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = execute(*args)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    try:
        with connection.execute_wrapper(kill_at):
            take()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)  # as abruptly, right after the commit


def main(name: str) -> None:
    world = World()
    step = STEPS[name](world)
    before, shown = everything(), world.shown()
    for number in range(1, MOST):
        for after in (False, True):
            came_through = in_child(step.take, number, after)
            if broken := rights.first_broken():
                sys.exit(f"{number}, {after=}: {broken}")
            if came_through:
                if not step.done():
                    sys.exit("The step came through and not all of it is there.")
                print(number - 1)
                return
            left = everything()
            if changed := [table for table in left if left[table] != before[table]]:
                sys.exit(f"Killed at statement {number}, {after=}, it left something in {', '.join(changed)}.")
            if world.shown() != shown:
                sys.exit(f"Killed at statement {number}, {after=}, it left {world.shown()} to readers.")
    sys.exit(f"The step did not end within {MOST} statements.")


if __name__ == "__main__":
    main(sys.argv[1])
