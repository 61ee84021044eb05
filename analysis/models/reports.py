"""Errors that readers report on a story's page, and what became of each.

Rows change only through analysis/reporting.py. What strangers typed is shown at the desk alone.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analysis.addresses import disguised
from analysis.models.fields import Language, one_of
from analysis.models.publication import Revision
from analysis.models.stories import Story


class ReportState(models.TextChoices):
    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Turned down")
    TAKEN_BACK = "taken_back", _("Taken back by its reader")


class ErrorReport(models.Model):
    """What a reader holds to be wrong in a part of a public page, as it was at one revision."""

    State = ReportState

    reference = models.CharField(_("reference"), max_length=17, unique=True, editable=False)
    # Made of the form that was open and of all that was typed into it: sent twice, it makes one report.
    submission = models.UUIDField(unique=True, editable=False)
    story = models.ForeignKey(Story, models.PROTECT, related_name="error_reports", verbose_name=_("story"))
    number = models.PositiveIntegerField(_("version"))  # of the story's revision that was on the page
    part = models.CharField(_("part of the page"), max_length=40)  # a key of analysis.rendition.reports.passages
    quoted = models.TextField(_("words quoted"), max_length=1000, blank=True)
    wrong = models.TextField(_("what is wrong"), max_length=4000, blank=True)  # empty once erased
    url = models.CharField(_("address that shows it"), max_length=2000, blank=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    thank = models.BooleanField(_("wants to be thanked by name"), default=False)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    received_at = models.DateTimeField(_("received"), default=timezone.now)

    state = models.CharField(_("state"), max_length=10, choices=ReportState, default=ReportState.OPEN)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    answer = models.TextField(_("answer to the reader"), max_length=2000, blank=True)
    # The public change that puts right what was reported: with its correction, unless it was a minor edit.
    revision = models.ForeignKey(Revision, models.PROTECT, null=True, blank=True, related_name="error_reports")
    # One that waits for long says no more whose it is; what is wrong stays until it is decided.
    unnamed_at = models.DateTimeField(_("name and e-mail erased"), null=True, blank=True)
    erased_at = models.DateTimeField(_("personal data erased"), null=True, blank=True)

    class Meta:
        ordering = ["-received_at", "-id"]
        verbose_name = _("reported error")
        verbose_name_plural = _("reported errors")
        permissions = [("decide_errorreport", _("Can decide reported errors"))]
        constraints = [
            one_of("state", ReportState, "errorreport_state"),
            one_of("language", Language, "errorreport_language"),
            models.CheckConstraint(
                condition=Q(thank=False) | ~Q(name=""),
                name="errorreport_thanks_a_name",
                violation_error_message=_("Write your name, or do not ask to be thanked by it."),
            ),
            models.CheckConstraint(
                condition=Q(url="") | Q(url__startswith="https://") | Q(url__startswith="http://"),
                name="errorreport_url_is_http",
                violation_error_message=_("An address begins with https:// or http://."),
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=False) | ~Q(wrong=""),
                name="errorreport_says_something",
                violation_error_message=_("Say what is wrong."),
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True, revision__isnull=True)
                | Q(state="accepted", decided_at__isnull=False, revision__isnull=False)
                | Q(state="declined", decided_at__isnull=False, revision__isnull=True)
                & (~Q(answer="") | Q(erased_at__isnull=False))
                | Q(state="taken_back", decided_at__isnull=True, revision__isnull=True, erased_at__isnull=False),
                name="errorreport_decided_is_told",
                violation_error_message=_(
                    "What is accepted names the change made, what is declined is answered, what is taken back is gone."
                ),
            ),
            models.CheckConstraint(
                condition=Q(unnamed_at__isnull=True) | Q(name="", email=""),
                name="errorreport_unnamed_is_nobodys",
                violation_error_message=_("What is nobody’s any more has no name and no e-mail address."),
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | Q(name="", email="", wrong="", quoted="", url="", answer="") & ~Q(state="open"),
                name="errorreport_erased_is_empty",
                violation_error_message=_("What is erased holds no words any more."),
            ),
        ]
        indexes = [
            # Question: what waits for us, oldest first? Asked by the desk's first page.
            models.Index(fields=["state", "received_at", "id"], name="errorreport_waiting"),
            # Question: what is open on this story? Asked by its screen and its steps.
            models.Index(fields=["story", "state", "received_at", "id"], name="errorreport_of_story"),
            # Question: of which is the personal data to be erased?
            models.Index(fields=["decided_at"], condition=Q(erased_at__isnull=True), name="errorreport_to_erase"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def disguised(self) -> str:
        """The real host of the e-mail address, if what was typed may be taken for another."""
        return disguised(self.email)
