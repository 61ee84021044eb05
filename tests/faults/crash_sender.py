"""The steps of a case's sender that tests/faults/crashing.py ends a process in."""

from django.test import Client
from django_ox.models import OxTask

from analysis import rights
from analysis.models import Case, CaseURL, Challenge, Proof
from tests.analysis.cases import REMOVE, confirmed, opened, request
from tests.faults.crash_world import Step, World, active, state


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
        lambda: state(root.filed.get()) == "proved" and world.shown() == ["ours", "link"],
    )


def _confirm(world: World) -> Step:
    """The second request of one sender about one page: confirming joins it to the first, and hands its hold over."""
    email = "rights@example-wire.test"
    first, second = confirmed(*world.urls, email=email), opened(world.urls[0], email=email)
    rights.hold(second, None, "none")
    return Step(
        lambda: rights.confirm(second),
        lambda: (
            state(second) == "closed"
            and list(first.joined.all()) == [second]
            and [event.kind for event in second.events.all()][-2:] == ["confirmed", "joined"]
            and second.mail.last().kind == "confirmed"
            and first.holds.filter(lifted_at=None).count() == 1
            and world.shown() == ["gone", "ours"]
        ),
    )


def _prove(world: World) -> Step:
    case = confirmed(*world.urls)
    challenge = rights.challenge(case, "example-wire.test")
    return Step(
        lambda: rights.prove(challenge, "dns", wide=True),
        lambda: (
            state(case) == "proved"
            and Proof.objects.filter(case=case).count() == 1
            and Challenge.objects.get().checked_at is not None
            and case.holds.filter(lifted_at=None).count() == 3
            and [event.kind for event in case.events.all()][-2:] == ["proved", "held"]
            and case.mail.last().kind == "proved"
            and world.shown() == ["link", "link"]
        ),
    )


def _withdraw(world: World) -> Step:
    """At the publishers' door, with a case that is joined and goes on by itself, and the worker's tasks."""
    case, other = confirmed(*world.urls), confirmed(world.urls[0])
    rights.hold(case, None, "none")
    rights.hold(other, None, "link")
    rights.join(other, case)
    browser = Client(headers={"host": "127.0.0.1"})
    session = browser.session
    session["takedown_access"] = [case.reference]
    session.save()

    def take() -> None:
        assert browser.post(f"/takedown/cases/{case.reference}/withdraw/").status_code == 302

    return Step(
        take,
        lambda: (
            state(case) == "withdrawn"
            and state(other) == "confirmed"
            and not case.holds.filter(lifted_at=None).exists()
            and active(other) == ["link", "none"]
            and other.mail.last().kind == "separated"
            and OxTask.objects.filter(task_path="newsroom.tasks.deliver_mail").exists()
            and world.shown() == ["gone", "ours"]
        ),
    )


def _appeal(world: World) -> Step:
    case = confirmed(*world.urls)
    rights.decide(case, None, REMOVE)
    return Step(
        lambda: rights.appeal(case, "It was fair."),
        lambda: state(case) == "appealed" and case.messages.count() == 1 and case.mail.last().kind == "appealed",
    )


def _appeal_joined(world: World) -> Step:
    """Against the decision on somebody else's request."""
    first, second = confirmed(world.urls[0]), confirmed(world.urls[0])
    rights.join(second, first)
    decision = rights.decide(first, None, REMOVE)
    return Step(
        lambda: rights.appeal(second, "It was fair."),
        lambda: (
            state(second) == "appealed"
            and Case.objects.get(pk=second.pk).contested == decision
            and not first.joined.exists()
            and second.mail.last().kind == "appealed"
            and world.shown() == ["gone", "ours"]
        ),
    )


STEPS = {
    "open": _open,
    "open_in_room": _open_in_room,
    "confirm": _confirm,
    "prove": _prove,
    "withdraw": _withdraw,
    "appeal": _appeal,
    "appeal_joined": _appeal_joined,
}
