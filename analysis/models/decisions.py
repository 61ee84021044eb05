"""What became of a case: decisions, statements of reasons, messages, what was checked, and the outbox.

Decisions and statements are append-only. The words in a decision and a statement may be emptied, once, when the
personal data of a closed case is erased (a trigger holds this): what was decided stays, who was spoken of does not.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analysis.models.cases import Case
from analysis.models.fields import AppendOnly, one_of
from analysis.models.publishers import Terms
from analysis.models.stories import Story


class DecisionOutcome(models.TextChoices):
    GRANTED = "granted", _("Granted")
    PARTLY = "partly", _("Granted in part")
    DECLINED = "declined", _("Declined")


class DecisionAction(models.TextChoices):
    REMOVE = "remove", _("Remove")
    TERMS = "terms", _("Change the terms")
    RESTORE = "restore", _("Restore")
    CORRECT = "correct", _("Correct the text")
    NONE = "none", _("Change nothing")


class Decision(AppendOnly):
    Outcome = DecisionOutcome
    Action = DecisionAction

    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions")
    number = models.PositiveSmallIntegerField(default=1)  # 2: of the appeal against the first
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    action = models.CharField(_("action"), max_length=7, choices=Action)
    legal = models.BooleanField(_("rests on an upheld legal demand"), default=False)
    reason = models.TextField(_("reason that the publisher sees"), max_length=5000)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            one_of("outcome", DecisionOutcome, "decision_outcome"),
            one_of("action", DecisionAction, "decision_action"),
            models.UniqueConstraint(fields=["case", "number"], name="decision_number_once"),
        ]
        indexes = [
            # Question: where did we promise to correct a text? Asked by the desk's first page.
            models.Index(fields=["action", "decided_at"], name="decision_promises"),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_outcome_display()}"

    @property
    def made(self) -> models.QuerySet[Terms]:
        """The statements of terms that it made, and not those of the other decision of its case."""
        made = Terms.objects.filter(case=self.case_id, effective_from=self.decided_at)
        return made.select_related("publisher").order_by("id")


class Statement(AppendOnly):
    """A statement of reasons in the form of Article 17 of the Digital Services Act, as it was sent."""

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="statement")
    text = models.TextField(_("statement of reasons"), max_length=10_000)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("sent by")
    )
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("statement of reasons")
        verbose_name_plural = _("statements of reasons")

    def __str__(self) -> str:
        return str(self.decision)


class MessageSide(models.TextChoices):
    SENDER = "sender", _("From the sender")
    DESK = "desk", _("From the newsroom")
    NOTE = "note", _("Internal note")


class Message(models.Model):
    """A word in a case, by its sender or the newsroom; a note is for the newsroom's eyes alone."""

    Side = MessageSide

    case = models.ForeignKey(Case, models.PROTECT, related_name="messages")
    side = models.CharField(max_length=6, choices=Side)
    text = models.TextField(_("message"), max_length=10_000)
    appeal = models.BooleanField(default=False)  # it says why its sender contests the decision
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "id"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [one_of("side", MessageSide, "message_side")]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_side_display()}"


class Check(models.Model):
    """One line of a removal receipt: a surface that was really asked, and whether it obeyed the decision."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="checks")
    story = models.ForeignKey(Story, models.PROTECT, null=True, related_name="+")
    surface = models.CharField(max_length=20)  # a key of newsroom.receipt.SURFACES
    url = models.CharField(max_length=2100)
    obeyed = models.BooleanField(null=True)  # null: it could not be asked
    found = models.CharField(max_length=200)  # status and what was seen, in English; never a word of the story's text
    attempts = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        constraints = [models.UniqueConstraint(fields=["decision", "url"], name="check_once")]
        indexes = [
            # Question: does any page disobey a decision? Asked on the desk's first page.
            models.Index(fields=["id"], condition=~Q(obeyed=True), name="check_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.surface} {self.url}"


class OutgoingMailKind(models.TextChoices):
    CONFIRM = "confirm", _("Please confirm your address")
    CONFIRMED = "confirmed", _("Your request is confirmed")
    ACCESS = "access", _("A new link to your case")
    NOTIFY = "notify", _("Somebody asks us about your site")
    PROVED = "proved", _("Control of your site is proved")
    MESSAGE = "message", _("A message about your request")
    DECIDED = "decided", _("We have decided")
    REASONS = "reasons", _("Statement of reasons")
    APPEALED = "appealed", _("We have your appeal")
    MAILBOX = "mailbox", _("A link to send your request")
    SEPARATED = "separated", _("Your request goes on by itself")
    REPORTED = "reported", _("We have your report")
    ANSWERED = "answered", _("What became of your report")


class OutgoingMail(models.Model):
    """The outbox. A row is written in the transaction it speaks of; a worker sends it afterwards."""

    Kind = OutgoingMailKind

    # None for a link that is asked for before there is a case, `about` is then its language; and of an error that was
    # reported.
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="mail")
    kind = models.CharField(max_length=9, choices=Kind)
    to = models.EmailField()
    about = models.CharField(max_length=300, blank=True)  # of a notice to a site, its host
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="mail")
    # What it tells of, which may not be the last one any more when it is sent.
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="+")
    report = models.ForeignKey("analysis.ErrorReport", models.PROTECT, null=True, related_name="mail")
    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mail")
        constraints = [one_of("kind", OutgoingMailKind, "mail_kind")]
        indexes = [
            # Question: what is still to be sent? Asked by the worker each time it wakes.
            models.Index(fields=["id"], condition=Q(sent_at__isnull=True), name="mail_unsent"),
            # Question: how many mails of a kind went to this address lately?
            models.Index(fields=["to", "created_at"], name="mail_to"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} → {self.to}"
