"""The steps of a case that tests/faults/crashing.py ends a process in, and what must be there once one came through."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django_ox.models import OxTask

from analysis import rendition, rights
from analysis.models import (
    Case,
    CaseURL,
    Challenge,
    Decision,
    OutgoingMail,
    Proof,
    RuleVersion,
    Statement,
    Terms,
)
from analysis.rendition import Tombstone
from newsroom import tasks
from tests import making
from tests.analysis.cases import REMOVE, confirmed, opened, request


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
            _state(case) == "withdrawn"
            and _state(other) == "confirmed"
            and not case.holds.filter(lifted_at=None).exists()
            and _active(other) == ["link", "none"]
            and other.mail.last().kind == "separated"
            and OxTask.objects.filter(task_path="newsroom.tasks.deliver_mail").exists()
            and world.shown() == ["gone", "ours"]
        ),
    )


def _hold(world: World) -> Step:
    """More strictly than before."""
    case = confirmed(*world.urls)
    rights.hold(case, None, "short")
    return Step(
        lambda: rights.hold(case, None, "none"),
        lambda: _active(case) == ["none"] * 3 and case.holds.count() == 6 and world.shown() == ["gone", "gone"],
    )


def _join(world: World) -> Step:
    """With what is held for it, and with a case that was joined to it before."""
    first, second, third = (confirmed(world.urls[0]) for _n in range(3))
    rights.hold(second, None, "none")
    rights.join(third, second)
    return Step(
        lambda: rights.join(second, first),
        lambda: (
            _state(second) == "closed"
            and set(first.joined.all()) == {second, third}
            and (_active(first), _active(second)) == (["none"], [])
            and OutgoingMail.objects.filter(case__in=[second, third], kind="confirmed").count() == 5
            and world.shown() == ["gone", "ours"]
        ),
    )


def _separate(world: World) -> Step:
    """With a proof of its own, and the hold that it brought."""
    first, second = confirmed(world.urls[0]), confirmed(world.urls[0])
    rights.prove(rights.challenge(second, "example-wire.test"), "dns", wide=True)
    rights.join(second, first)
    return Step(
        lambda: rights.separate(second),
        lambda: (
            _state(second) == "proved"
            and not first.joined.exists()
            and (_active(first), _active(second)) == (["link"], ["link"])
            and second.mail.last().kind == "separated"
            and second.events.last().data == {"pages": 1}
        ),
    )


def _appeal_joined(world: World) -> Step:
    """Against the decision on somebody else's request."""
    first, second = confirmed(world.urls[0]), confirmed(world.urls[0])
    rights.join(second, first)
    decision = rights.decide(first, None, REMOVE)
    return Step(
        lambda: rights.appeal(second, "It was fair."),
        lambda: (
            _state(second) == "appealed"
            and Case.objects.get(pk=second.pk).contested == decision
            and not first.joined.exists()
            and second.mail.last().kind == "appealed"
            and world.shown() == ["gone", "ours"]
        ),
    )


def _answer(world: World) -> Step:
    case = confirmed(*world.urls)
    rights.write(case, "Have you seen it?")
    return Step(
        lambda: rights.answer(case, None, "We have."),
        lambda: (
            case.messages.count() == 2
            and not Case.objects.get(pk=case.pk).unanswered
            and case.events.last().kind == "answered"
            and case.mail.last().kind == "message"
        ),
    )


def _give_reasons(world: World) -> Step:
    case = confirmed(*world.urls)
    decision = rights.decide(case, None, REMOVE)
    return Step(
        lambda: rights.give_reasons(case, None, "Because you asked."),
        lambda: (
            Statement.objects.filter(decision=decision).count() == 1
            and case.events.last().kind == "reasons"
            and case.mail.last().kind == "reasons"
        ),
    )


def _close(world: World) -> Step:
    case = confirmed(*world.urls)
    rights.decide(case, None, REMOVE)
    return Step(
        lambda: rights.close(case, None), lambda: _state(case) == "closed" and case.events.last().kind == "closed"
    )


def _erase(world: World) -> Step:
    """Of a case that has everything in which a person may be named."""
    case = confirmed(*world.urls)
    rights.challenge(case, "example-wire.test")
    rights.hold(case, None, "link")
    rights.write(case, "A word.")
    decision = rights.decide(case, None, REMOVE)
    rights.give_reasons(case, None, "Because you asked.")
    rights.close(case, None)
    at = timezone.now() + timedelta(days=settings.ERASE_DAYS + 1)

    def done() -> bool:
        erased = Case.objects.get(pk=case.pk)
        left = [case.messages, case.mail, case.challenges, case.holds]
        return (
            erased.erased_at == at
            and not any([erased.name, erased.email, erased.explanation])
            and not any(rows.exists() for rows in left)
            and not Decision.objects.get(pk=decision.pk).reason
            and not Statement.objects.get(decision=decision).text
            and case.events.last().kind == "erased"
            and world.shown() == ["gone", "gone"]
        )

    return Step(lambda: rights.erase(at), done)


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
    "appeal_joined": _appeal_joined,
    "hold": _hold,
    "join": _join,
    "separate": _separate,
    "answer": _answer,
    "give_reasons": _give_reasons,
    "close": _close,
    "erase": _erase,
}


def _state(case: Case) -> str:
    return Case.objects.get(pk=case.pk).state


def _active(case: Case) -> list[str]:
    """The levels at which pages are held for a case now."""
    return sorted(case.holds.filter(lifted_at=None).values_list("level", flat=True))
