"""Errors that readers report: taken in, answered, closed with the change that puts them right, taken back, erased.

Each step is a compare-and-set on the state, with the mail that must go out, in one transaction. Of two who decide at
once, two editors or one and the reader, one does, and the other gets DecidedError. Whoever calls these enqueues the
mail worker in the same transaction (newsroom/tasks.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis import limits, references
from analysis.editing import EditingError
from analysis.models import Correction, ErrorReport, OutgoingMail, Revision, Story

State = ErrorReport.State
HOUR = timedelta(hours=1)
MOST_FROM_A_NETWORK = 10  # an hour
MOST = 200  # an hour from everywhere: what a newsroom can look at, and a flood cannot exceed
MAILS = 3  # an hour to one address: anyone can type anyone's
OFFERED = 100  # at once, to be closed with one change; their names have room in Correction.thanks
BATCH = 200
_NOBODYS = {"name": "", "email": "", "thank": False}
_ERASED = {**_NOBODYS, "quoted": "", "wrong": "", "url": "", "answer": ""}


class ReportError(EditingError):
    """A step that cannot be taken. The message says what and why."""


class DecidedError(ReportError):
    """Somebody else was faster."""


class TooManyError(ReportError):
    """Too many reports came within an hour, from one network or in all."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a reader typed, checked for form by the door it came in by. `part` is a place of a passage, or OTHER."""

    part: str
    quoted: str
    wrong: str
    url: str
    name: str
    email: str
    thank: bool

    def submission(self, form: UUID) -> UUID:
        """A name for these words in this form: a double click or a reload sends both again, and a second thought in a
        form that was gone back to has other words."""
        said = (self.part, self.quoted, self.wrong, self.url, self.name, self.email, str(self.thank))
        return uuid5(form, "\0".join(said))


def receive(
    story: int, number: int, typed: Typed, form: UUID, language: str, network: str, at: datetime | None = None
) -> str:
    """Take a report in, exactly once; the same words from the same form again are the report that they made. Returns
    its reference.

    `story` and `number`: of the page that was read, and its revision. `network`: whom the limits count. A mail goes to
    the address that was given, unless too many did within the hour. Raises TooManyError, with nothing kept.
    """
    at = at or timezone.now()
    submission = typed.submission(form)
    if known := ErrorReport.objects.filter(submission=submission).values_list("reference", flat=True).first():
        return known
    if not (
        limits.spend("report", network, MOST_FROM_A_NETWORK, HOUR, at)
        and limits.spend("reports", "all", MOST, HOUR, at)
    ):  # fmt: skip
        raise TooManyError(_("Many reports came within the last hour, so none more is taken now."))
    with transaction.atomic():
        report, created = ErrorReport.objects.get_or_create(
            submission=submission,
            defaults={
                # Its address is the only key to it, so it is longer than a case's.
                "reference": references.new("ER", 3),
                "story_id": story, "number": number, "language": language, "received_at": at,
                "part": typed.part, "quoted": typed.quoted, "wrong": typed.wrong, "url": typed.url,
                "name": typed.name, "email": typed.email, "thank": typed.thank,
            },
        )  # fmt: skip
        if created and report.email and limits.spend("reporter", report.email.lower(), MAILS, HOUR, at):
            _post(report, OutgoingMail.Kind.REPORTED, at)
    return report.reference


def waiting(story: Story) -> list[ErrorReport]:
    """The open reports on a story, oldest first; at most OFFERED. One query."""
    return list(ErrorReport.objects.filter(story=story, state=State.OPEN).order_by("received_at", "id")[:OFFERED])


def thanks(reports: Iterable[ErrorReport]) -> str:
    """The names of those who asked to be thanked, each once, as Correction.thanks holds them."""
    return "\n".join(dict.fromkeys(report.name for report in reports if report.thank))


@transaction.atomic
def decline(report: ErrorReport, by: User | None, answer: str, at: datetime | None = None) -> None:
    """Nothing was wrong, or nothing that we change. The answer goes to the reader. Raises ReportError without one."""
    if not answer.strip():
        raise ReportError(_("Say to the reader why nothing is changed."))
    at = at or timezone.now()
    _decide([report], by, at, state=State.DECLINED, answer=answer.strip())


@transaction.atomic
def accept(reports: Sequence[ErrorReport], by: User | None, revision: Revision, at: datetime | None = None) -> None:
    """They were right: `revision`, of the same story, puts it right, now or since before.

    Nobody is thanked by this: names stand in a correction from its publication on (editing.publish), or not at all.
    Raises ReportError for another story's revision, or one that changed nothing of what was reported.
    """
    at = at or timezone.now()
    if any(report.story_id != revision.story_id or revision.number < 2 for report in reports):
        raise ReportError(_("This version corrects another story, or nothing."))
    _decide(reports, by, at, state=State.ACCEPTED, revision=revision)


def corrections(story: Story) -> list[Correction]:
    """What a report on a story may be said to be put right by already: newest first, at most 50. One query."""
    made = Correction.objects.filter(story=story, revision__number__gte=2)
    return list(made.select_related("revision")[:50])


@transaction.atomic
def take_back(reference: str, at: datetime | None = None) -> None:
    """Its reader wants an open report looked at no more. All that was typed is erased at once, with its mail.

    Kept: that a part of a page was reported, when, and that it was taken back. Regulation (EU) 2016/679
    Article 17(1). Asked for twice it is done once. Raises DecidedError if an editor was faster.
    """
    report = ErrorReport.objects.filter(reference=reference)
    open_ = report.filter(state=State.OPEN).select_for_update()
    if _erase(open_, at or timezone.now(), state=State.TAKEN_BACK):
        return
    if report.exclude(state=State.TAKEN_BACK).exists():
        raise DecidedError(_("An editor has decided this report a moment ago, so it cannot be taken back any more."))


@transaction.atomic
def erase_now(reference: str, at: datetime | None = None) -> None:
    """Its reader wants erased, before its time, what `erase` erases of a report that is decided. Article 17(1)."""
    _erase(_decided().filter(reference=reference).select_for_update(), at or timezone.now())


@transaction.atomic
def erase(at: datetime) -> int:
    """Erase what was typed into reports that were decided ERASE_DAYS ago, with our answers and mail. Returns how many;
    at most BATCH at once.

    Kept: which part of which page, when, and what became of it. A name in a correction is there because its bearer
    asked for it, and stays. Regulation (EU) 2016/679 Article 5(1)(e). /about/privacy/ says the same.
    """
    due = _decided().filter(decided_at__lt=at - timedelta(days=settings.ERASE_DAYS))
    return _erase(due.select_for_update(skip_locked=True).order_by("decided_at")[:BATCH], at)


@transaction.atomic
def unname(at: datetime) -> int:
    """Erase name and e-mail address, and mail, of reports that have been open for ERASE_DAYS. Returns how many; at most
    BATCH at once.

    What is wrong, the words quoted and the address that shows it stay, since somebody has still to look at it; their
    reader can then be neither thanked nor written to. Article 5(1)(e), as above.
    """
    named = ErrorReport.objects.filter(state=State.OPEN).exclude(name="", email="")
    due = named.filter(received_at__lt=at - timedelta(days=settings.ERASE_DAYS))
    oldest = due.select_for_update(skip_locked=True).order_by("received_at", "id")[:BATCH]
    return _empty(oldest, **_NOBODYS, unnamed_at=at)


def _decided() -> QuerySet[ErrorReport]:
    """Those of which something is left to erase."""
    return ErrorReport.objects.filter(decided_at__isnull=False, erased_at__isnull=True)


def _erase(due: QuerySet[ErrorReport], at: datetime, **fields: object) -> int:
    return _empty(due, **_ERASED, erased_at=at, **fields)


def _empty(due: QuerySet[ErrorReport], **fields: object) -> int:
    """Write these fields to the rows that are `due`, which are locked by being read, and delete their mail. Returns how
    many."""
    ids = list(due.values_list("pk", flat=True))
    OutgoingMail.objects.filter(report__in=ids).delete()
    return ErrorReport.objects.filter(pk__in=ids).update(**fields)


def _decide(reports: Sequence[ErrorReport], by: User | None, at: datetime, **fields: object) -> None:
    """Compare-and-set, all of them or none."""
    ids = [report.pk for report in reports]
    moved = ErrorReport.objects.filter(pk__in=ids, state=State.OPEN).update(decided_at=at, decided_by=by, **fields)
    if moved != len(set(ids)):
        if ErrorReport.objects.filter(pk__in=ids, state=State.TAKEN_BACK).exists():
            raise DecidedError(_("Its reader has taken this report back. Nothing was changed."))
        raise DecidedError(_("Somebody else has decided this report a moment ago. Nothing was changed."))
    for report in reports:
        report.refresh_from_db()
        if report.email:
            _post(report, OutgoingMail.Kind.ANSWERED, at)


def _post(report: ErrorReport, kind: str, at: datetime) -> None:
    OutgoingMail.objects.create(case=None, report=report, kind=kind, to=report.email, about="", created_at=at)
