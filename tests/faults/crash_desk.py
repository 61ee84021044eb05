"""The desk's steps, and the eraser's, that tests/faults/crashing.py ends a process in."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from analysis import rights, scheduling
from analysis.models import Case, Decision, OutgoingMail, RuleVersion, Statement, Story, Terms
from newsroom import tasks
from tests import making
from tests.analysis.cases import REMOVE, confirmed, opened
from tests.faults.crash_world import Step, World, active, state


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
            state(case) == "decided"
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
            state(case) == "decided"
            and case.decisions.count() == 2
            and Terms.objects.filter(case=case, revoked=True).count() == 1
            and case.mail.filter(kind="decided").count() == 2
            and world.shown() == ["ours", "gone"]
        ),
    )


def _hold(world: World) -> Step:
    """More strictly than before."""
    case = confirmed(*world.urls)
    rights.hold(case, None, "short")
    return Step(
        lambda: rights.hold(case, None, "none"),
        lambda: active(case) == ["none"] * 3 and case.holds.count() == 6 and world.shown() == ["gone", "gone"],
    )


def _lift(world: World) -> Step:
    case = confirmed(*world.urls)
    rights.hold(case, None, "none")
    return Step(
        lambda: rights.lift(case, None),
        lambda: active(case) == [] and case.events.last().kind == "lifted" and world.shown() == ["ours", "ours"],
    )


def _end_what_another_made(world: World) -> Step:
    """Its sender is told."""
    first, second = confirmed(world.urls[0]), confirmed(world.urls[0])
    for case in (first, second):
        rights.decide(case, None, REMOVE)
    rights.appeal(second, "It was fair.")
    both = tuple(terms.pk for terms in rights.liftable(second))
    return Step(
        lambda: rights.decide(second, None, rights.Ruling("granted", "restore", "It may be shown.", restore=both)),
        lambda: (
            second.decisions.count() == 2
            and first.events.last().kind == "ended"
            and first.mail.filter(kind="message").count() == 1
            and world.shown()[0] == "ours"
        ),
    )


def _join(world: World) -> Step:
    """With what is held for it, and with a case that was joined to it before."""
    first, second, third = (confirmed(world.urls[0]) for _n in range(3))
    rights.hold(second, None, "none")
    rights.join(third, second)
    return Step(
        lambda: rights.join(second, first),
        lambda: (
            state(second) == "closed"
            and set(first.joined.all()) == {second, third}
            and (active(first), active(second)) == (["none"], [])
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
            state(second) == "proved"
            and not first.joined.exists()
            and (active(first), active(second)) == (["link"], ["link"])
            and second.mail.last().kind == "separated"
            and second.events.last().data == {"pages": 1}
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
        lambda: rights.close(case, None), lambda: state(case) == "closed" and case.events.last().kind == "closed"
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


def _publish_due(world: World) -> Step:
    """A story whose time has come."""
    by = User.objects.create_user("editor", is_superuser=True)
    story = making.draft(world.articles[0])
    at = timezone.now() + timedelta(hours=1)
    scheduling.schedule(story, by, at)

    def done() -> bool:
        published = Story.objects.get(pk=story.pk)
        return published.status == "published" and published.revisions.count() == 1 and published.citations.count() == 1

    return Step(lambda: scheduling.publish_due(at), done)


def _send_back(world: World) -> Step:
    """One that must not be published any more."""
    by = User.objects.create_user("editor", is_superuser=True)
    story = making.draft(world.articles[0])
    at = timezone.now() + timedelta(hours=1)
    scheduling.schedule(story, by, at)
    Story.objects.filter(pk=story.pk).update(disclosure="")

    def done() -> bool:
        back = Story.objects.get(pk=story.pk)
        return back.status == "review" and back.remarks.count() == 1 and not back.revisions.exists()

    return Step(lambda: scheduling.publish_due(at), done)


STEPS = {
    "publish_due": _publish_due,
    "send_back": _send_back,
    "decide": _decide,
    "restore": _restore,
    "hold": _hold,
    "join": _join,
    "lift": _lift,
    "end": _end_what_another_made,
    "answer": _answer,
    "give_reasons": _give_reasons,
    "close": _close,
    "erase": _erase,
}
