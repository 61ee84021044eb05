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
from dataclasses import dataclass
from itertools import count
from typing import Any

import django
from django.db import connection, transaction

django.setup()

from analysis import rendition, rights  # noqa: E402  settings first
from analysis.models import Case, CaseURL, Challenge, OutgoingMail, Proof, RuleVersion, Terms  # noqa: E402
from analysis.rendition import Tombstone  # noqa: E402
from newsroom import tasks  # noqa: E402
from tests import making  # noqa: E402
from tests.analysis.cases import REMOVE, confirmed, opened, request  # noqa: E402

MOST = 500  # statements: a step that needs more does not end


@dataclass(frozen=True)
class Step:
    """`take` runs in the child. `done` says in the parent, when a child has come through, what must be there."""

    take: Callable[[], object]
    done: Callable[[], bool]


class World:
    """One publisher, two stories on two of its pages, and a third page that we do not cover."""

    def __init__(self) -> None:
        self.wire = making.publisher("Example Wire", "example-wire.test")
        self.articles = [making.article(self.wire) for _n in range(2)]
        self.slugs = [making.published(article).slug for article in self.articles]
        self.urls = [*(article.url for article in self.articles), "https://example-wire.test/later"]

    def shown(self) -> list[str]:
        """What the gate says of each story."""
        return [
            "gone" if isinstance(page, Tombstone) else "ours" if page and page.card.ours else "link"
            for page in map(rendition.story, self.slugs)
        ]


def _decide(world: World) -> Step:
    """With a hold of three pages, a case that is joined, three new statements, two mails, and the worker's task."""
    case = confirmed(*world.urls, email="rights@example-wire.test")
    rights.hold(case, None, "link")
    other = opened(world.urls[0], email="rights@example-wire.test")
    rights.confirm(other)
    assert list(case.joined.all()) == [other]
    token = RuleVersion.objects.get().token

    def take() -> None:
        with transaction.atomic():
            rights.decide(case, None, REMOVE)
            tasks.deliver_mail.enqueue()

    def done() -> bool:
        return (
            _state(case) == "decided"
            and case.decisions.count() == 1
            and case.terms.count() == 3
            and not case.holds.filter(lifted_at=None).exists()
            and case.events.last().kind == "decided"
            and OutgoingMail.objects.filter(kind="decided", case__in=[case, other]).count() == 2
            and RuleVersion.objects.get().token != token
            and world.shown() == ["gone", "gone"]
        )

    return Step(take, done)


def _restore(world: World) -> Step:
    """The decision of an appeal that gives back one page of two, under the terms that stood there before."""
    making.terms(world.wire, scope="url", value=world.urls[0], basis="restriction", level="short")
    case = confirmed(*world.urls)
    rights.decide(case, None, REMOVE)
    rights.appeal(case, "One of them was fair.")
    back = tuple(case.terms.filter(value=world.urls[0]).values_list("pk", flat=True))
    ruling = rights.Ruling("partly", "restore", "You are right about one.", restore=back)
    return Step(
        lambda: rights.decide(case, None, ruling),
        lambda: (
            _state(case) == "decided"
            and case.decisions.count() == 2
            and Terms.objects.filter(case=case, revoked=True).count() == 1
            and case.mail.filter(kind="decided").count() == 2
            and world.shown() == ["ours", "gone"]
        ),
    )


def _prove(world: World) -> Step:
    case = confirmed(*world.urls)
    challenge = rights.challenge(case, "example-wire.test")
    return Step(
        lambda: rights.prove(challenge, "dns", wide=True),
        lambda: (
            _state(case) == "proved"
            and Proof.objects.filter(case=case).count() == 1
            and Challenge.objects.get().checked_at is not None
            and case.holds.filter(lifted_at=None).count() == 3
            and [event.kind for event in case.events.all()][-2:] == ["proved", "held"]
            and case.mail.last().kind == "proved"
            and world.shown() == ["link", "link"]
        ),
    )


def _open(world: World) -> Step:
    asked = request(*world.urls, "the one about grids")
    return Step(
        lambda: rights.open_case(asked, "desk.test"),
        lambda: (
            CaseURL.objects.filter(case__submission=asked.submission).count() == 4
            and [mail.kind for mail in Case.objects.get().mail.all()] == ["confirm"]
            and world.shown() == ["ours", "ours"]
        ),
    )


def _open_in_room(world: World) -> Step:
    """Filed from the room of a case with a proof: opened, confirmed, proved and held in one step."""
    root = confirmed(world.urls[0], want="correct")
    rights.prove(rights.challenge(root, "example-wire.test"), "dns", wide=True)
    asked = request(*world.urls[1:])
    return Step(
        lambda: rights.open_case(asked, "desk.test", room=root),
        lambda: _state(root.filed.get()) == "proved" and world.shown() == ["ours", "link"],
    )


def _confirm(world: World) -> Step:
    """The second request of one sender about one page: confirming joins it to the first, and hands its hold over."""
    email = "rights@example-wire.test"
    first, second = confirmed(*world.urls, email=email), opened(world.urls[0], email=email)
    rights.hold(second, None, "none")
    return Step(
        lambda: rights.confirm(second),
        lambda: (
            _state(second) == "closed"
            and list(first.joined.all()) == [second]
            and [event.kind for event in second.events.all()][-2:] == ["confirmed", "joined"]
            and second.mail.last().kind == "confirmed"
            and first.holds.filter(lifted_at=None).count() == 1
            and world.shown() == ["gone", "ours"]
        ),
    )


def _withdraw(world: World) -> Step:
    case = confirmed(*world.urls)
    rights.hold(case, None, "none")
    return Step(
        lambda: rights.withdraw(case), lambda: _state(case) == "withdrawn" and world.shown() == ["ours", "ours"]
    )


def _appeal(world: World) -> Step:
    case = confirmed(*world.urls)
    rights.decide(case, None, REMOVE)
    return Step(
        lambda: rights.appeal(case, "It was fair."),
        lambda: _state(case) == "appealed" and case.messages.count() == 1 and case.mail.last().kind == "appealed",
    )


STEPS = {
    "decide": _decide,
    "restore": _restore,
    "prove": _prove,
    "open": _open,
    "open_in_room": _open_in_room,
    "confirm": _confirm,
    "withdraw": _withdraw,
    "appeal": _appeal,
}


def _state(case: Case) -> str:
    return Case.objects.get(pk=case.pk).state


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
