"""Cases: what a publisher asked, what happened to it step by step, and the mail that must go out about it.

Case rows change only through analysis/rights.py, which writes the row, its event and its mail in one transaction.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from analysis.models.articles import Article
from analysis.models.fields import AppendOnly, Language, one_of
from analysis.models.publishers import Level, Publisher, Scope
from analysis.models.stories import Story


class CaseState(models.TextChoices):
    RECEIVED = "received", _("Received, address not confirmed")
    CONFIRMED = "confirmed", _("Confirmed")
    IN_REVIEW = "in_review", _("In review")
    DECIDED = "decided", _("Decided")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn by the sender")


class CaseLane(models.TextChoices):
    PREFERENCE = "preference", _("Preference")
    LEGAL = "legal", _("Legal demand")


class CaseWant(models.TextChoices):
    REMOVE = "remove", _("Remove it")
    REDUCE = "reduce", _("Show less of it")
    CORRECT = "correct", _("Correct it")
    OTHER = "other", _("Something else")


class CaseKind(models.TextChoices):
    OPT_OUT = "opt_out", _("We do not want it summarised")
    EMBARGO = "embargo", _("It is under embargo")
    FACTUAL_ERROR = "factual_error", _("A fact is wrong")
    COPYRIGHT = "copyright", _("Copyright")
    PRESS_PUBLISHERS_RIGHT = "press_publishers_right", _("Press publishers’ right")
    PRIVACY = "privacy", _("Privacy, right to be forgotten")
    DEFAMATION = "defamation", _("Defamation")
    TRADEMARK = "trademark", _("Trade mark")
    COURT_ORDER = "court_order", _("Court order")
    IMPERSONATION = "impersonation", _("Impersonation")
    OTHER = "other", _("Another reason")


class CaseRelation(models.TextChoices):
    PUBLISHER = "publisher", _("We published the work")
    AGENT = "agent", _("I act for the publisher or the author")
    AUTHOR = "author", _("I wrote it")
    SUBJECT = "subject", _("It is about me or my organisation")
    OTHER = "other", _("Something else")


class Case(models.Model):
    State = CaseState
    Lane = CaseLane
    Want = CaseWant
    Kind = CaseKind

    PREFERENCES = (Kind.OPT_OUT, Kind.EMBARGO, Kind.FACTUAL_ERROR, Kind.OTHER)

    Relation = CaseRelation

    reference = models.CharField(_("reference"), max_length=16, unique=True, editable=False)
    # The browser's own name for one submission: sent twice, it makes one case.
    submission = models.UUIDField(unique=True, editable=False)
    lane = models.CharField(_("lane"), max_length=10, choices=Lane)
    want = models.CharField(_("asks to"), max_length=7, choices=Want)
    kind = models.CharField(_("reason"), max_length=22, choices=Kind)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.RECEIVED)
    explanation = models.TextField(_("explanation"), max_length=10_000)
    name = models.CharField(_("name"), max_length=200)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    relation = models.CharField(_("relation to the work"), max_length=9, choices=Relation)
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("address confirmed"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("assigned to")
    )

    class Meta:
        ordering = ["-opened_at", "-id"]
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        permissions = [("decide_case", _("Can decide cases"))]
        constraints = [
            one_of("state", CaseState, "case_state"),
            one_of("lane", CaseLane, "case_lane"),
            one_of("want", CaseWant, "case_want"),
            one_of("kind", CaseKind, "case_kind"),
            one_of("relation", CaseRelation, "case_relation"),
        ]
        indexes = [
            # Question: which cases wait for us, oldest first?
            models.Index(fields=["state", "opened_at"], name="case_waiting"),
        ]

    def __str__(self) -> str:
        return self.reference


class CaseURLMatch(models.TextChoices):
    MATCHED = "matched", _("We cover it")
    UNMATCHED = "unmatched", _("We do not cover it")
    UNREADABLE = "unreadable", _("Not readable as a web address")


class CaseURL(models.Model):
    """One line of a request, as typed, and what we found under it."""

    Match = CaseURLMatch

    case = models.ForeignKey(Case, models.PROTECT, related_name="urls")
    typed = models.CharField(_("as typed"), max_length=2000)
    url = models.CharField(_("URL"), max_length=2000, blank=True)
    match = models.CharField(_("found"), max_length=10, choices=Match)
    article = models.ForeignKey(Article, models.PROTECT, null=True, blank=True, related_name="case_urls")
    story = models.ForeignKey(Story, models.PROTECT, null=True, blank=True, related_name="case_urls")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        verbose_name = _("page asked about")
        verbose_name_plural = _("pages asked about")
        constraints = [
            one_of("match", CaseURLMatch, "caseurl_match"),
            models.UniqueConstraint(fields=["case", "position"], name="caseurl_position_once"),
        ]

    def __str__(self) -> str:
        return self.typed


class Hold(models.Model):
    """A temporary restriction while a case is open. It restricts like terms do, and like them it acts at once."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="holds")
    scope = models.CharField(_("scope"), max_length=9, choices=Scope)
    publisher = models.ForeignKey(Publisher, models.PROTECT, null=True, blank=True, related_name="+")
    value = models.CharField(_("host, path or URL"), max_length=2000, blank=True)
    level = models.CharField(_("level"), max_length=5, choices=Level)
    starts_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            one_of("level", Level, "hold_level"),
            models.CheckConstraint(
                condition=Q(scope="publisher", publisher__isnull=False, value="")
                | Q(scope__in=["domain", "path", "url"]) & ~Q(value=""),
                name="hold_scope_names_its_object",
                violation_error_message=_("Name the publisher, host, path or URL that is held."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.value or self.publisher}"


class DecisionOutcome(models.TextChoices):
    GRANTED = "granted", _("Granted")
    PARTLY = "partly", _("Granted in part")
    DECLINED = "declined", _("Declined")


class DecisionAction(models.TextChoices):
    REMOVE = "remove", _("Remove")
    TERMS = "terms", _("Change the terms")
    CORRECT = "correct", _("Correct the text")
    NONE = "none", _("Change nothing")


class Decision(AppendOnly):
    Outcome = DecisionOutcome
    Action = DecisionAction

    case = models.OneToOneField(Case, models.PROTECT, related_name="decision")
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    action = models.CharField(_("action"), max_length=7, choices=Action)
    reason = models.TextField(_("reason that the publisher sees"), max_length=5000)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            one_of("outcome", DecisionOutcome, "decision_outcome"),
            one_of("action", DecisionAction, "decision_action"),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_outcome_display()}"


EVENT_WORDS = {
    "received": _("Request received."),
    "confirmed": _("Address confirmed."),
    "in_review": _("Taken up by an editor."),
    "held": _("Less is shown of the pages while the request is open."),
    "decided": _("Decision made."),
    "withdrawn": _("Request taken back."),
    "closed": _("Case closed."),
}
_EVENT_CHOICES: dict[str, type[models.TextChoices]] = {
    "lane": CaseLane, "want": CaseWant, "kind": CaseKind, "level": Level, "outcome": DecisionOutcome,
    "action": DecisionAction,
}  # fmt: skip


class Event(AppendOnly):
    """One step of a case. Append-only, chained by hash (analysis/rights.py), and without personal data."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()  # 1, 2, 3… within the case
    kind = models.CharField(max_length=30)
    data = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    previous = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="event_number_once")]

    def __str__(self) -> str:
        return f"{self.case} {self.number}: {self.kind}"

    @property
    def words(self) -> str:
        """What happened, in a sentence that its sender and the newsroom may both read."""
        return str(EVENT_WORDS.get(self.kind, self.kind))

    @property
    def details(self) -> list[str]:
        """What was recorded with it, in words, for the newsroom."""
        return [self._detail(key, value) for key, value in self.data.items()]

    def _detail(self, key: str, value: Any) -> str:
        if key in _EVENT_CHOICES:
            return str(dict(_EVENT_CHOICES[key].choices).get(value, value))
        if key == "urls":
            return ngettext("%(n)d page named", "%(n)d pages named", value) % {"n": value}
        if key == "articles":
            return ngettext("%(n)d page held back", "%(n)d pages held back", value) % {"n": value}
        if key == "terms":
            return ngettext("%(n)d new statement of terms", "%(n)d new statements of terms", len(value)) % {
                "n": len(value)
            }
        return gettext("%(label)s: %(text)s") % {"label": key, "text": value}


class OutgoingMailKind(models.TextChoices):
    CONFIRM = "confirm", _("Please confirm your address")
    CONFIRMED = "confirmed", _("Your request is confirmed")
    DECIDED = "decided", _("We have decided")
    ACCESS = "access", _("A new link to your case")


class OutgoingMail(models.Model):
    """The outbox. A row is written in the transaction it speaks of; a worker sends it afterwards."""

    Kind = OutgoingMailKind

    case = models.ForeignKey(Case, models.PROTECT, related_name="mail")
    kind = models.CharField(max_length=9, choices=Kind)
    to = models.EmailField()
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
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} → {self.to}"
