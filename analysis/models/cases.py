"""Cases: who asked for what, about which pages, and what is held back meanwhile.

Case rows change only through analysis/rights, which writes the row, its event and its mail in one transaction. What
proves that they come from a site is in analysis/models/proofs.py, what became of them in analysis/models/decisions.py,
each step in analysis/models/record.py.
"""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analysis.addresses import disguised
from analysis.models.articles import Article
from analysis.models.fields import Language, one_of
from analysis.models.publishers import Level, Publisher, Scope
from analysis.models.stories import Story

if TYPE_CHECKING:
    from analysis.models.decisions import Decision


class CaseState(models.TextChoices):
    RECEIVED = "received", _("Received, address not confirmed")
    CONFIRMED = "confirmed", _("Confirmed")
    PROVED = "proved", _("Control proved")
    IN_REVIEW = "in_review", _("In review")
    DECIDED = "decided", _("Decided")
    APPEALED = "appealed", _("Appealed")
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

    # What the law wants of a legal demand (analysis/rights/statute.py). What is missing is asked for, never a reason
    # to throw the demand away.
    work = models.TextField(_("the work, right or law that you rely on"), max_length=4000, blank=True)
    authority = models.CharField(_("court and number, or registration"), max_length=300, blank=True)
    signature = models.CharField(_("signature: your full name"), max_length=200, blank=True)
    postal_address = models.CharField(_("postal address"), max_length=500, blank=True)
    phone = models.CharField(_("telephone"), max_length=50, blank=True)
    good_faith = models.BooleanField(_("I believe in good faith that this use is not lawful."), default=False)
    accurate = models.BooleanField(
        _(
            "What I say is accurate, and I may act for whoever holds the right. I know that a false statement is "
            "punishable."
        ),
        default=False,
    )

    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("address confirmed"), null=True, blank=True)
    proved_at = models.DateTimeField(_("control proved"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    appealed_at = models.DateTimeField(_("appealed"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    erased_at = models.DateTimeField(_("personal data erased"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)  # the next thing that we owe; empty when it is none
    unanswered = models.BooleanField(_("the sender waits for an answer"), default=False)
    joined_to = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="joined", verbose_name=_("joined to")
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("assigned to")
    )
    # It was joined to somebody else's request until its sender contested this decision on that one. The decision holds
    # for it until it has its own; for good, if the appeal is taken back.
    contested = models.ForeignKey("analysis.Decision", models.PROTECT, null=True, blank=True, related_name="+")
    # The case whose room this one was filed from: who may open that one may open this one.
    filed_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="filed")

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
            # Question: how many requests came from this address lately, and which are its cases?
            models.Index(Lower("email"), "opened_at", name="case_of_email"),
            # Question: of which closed cases is the personal data to be erased?
            models.Index(fields=["closed_at"], condition=Q(erased_at__isnull=True), name="case_to_erase"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def disguised(self) -> str:
        """The real host of the e-mail address, if what was typed may be taken for another."""
        return disguised(self.email)

    def read_decisions(self) -> "list[Decision]":
        """The decisions that have held for it, oldest first. A joined case goes by those of the case it is joined to;
        one that contested such a decision, by that one until it has its own. One query, unless it was ever joined."""
        decisions = (self.joined_to or self).decisions.select_related("case", "statement").order_by("number")
        return [*filter(None, [self.contested]), *decisions]

    def read_decision(self) -> "Decision | None":
        """The decision that counts: the last one. Asks as read_decisions() does."""
        return next(reversed(self.read_decisions()), None)

    def may_read(self, decision: "Decision") -> bool:
        """Whether its sender may read all of a decision that holds for it.

        A case that the desk joined to somebody else's shares its fate, and learns nothing of it.
        """
        return decision.case_id == self.pk or self._of_one_sender(decision.case)

    @property
    def own(self) -> bool:
        """Whether it is joined to no request but its own sender's."""
        return self.joined_to is None or self._of_one_sender(self.joined_to)

    def _of_one_sender(self, other: "Case") -> bool:
        return bool(self.email) and other.email.lower() == self.email.lower()


class CaseURLMatch(models.TextChoices):
    MATCHED = "matched", _("We cover it")
    UNMATCHED = "unmatched", _("We do not cover it")
    UNREADABLE = "unreadable", _("Not readable as a web address")
    REPEATED = "repeated", _("The same page as a line above")


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

    @property
    def disguised(self) -> str:
        """The real host, if what was typed may be taken for another."""
        return disguised(self.typed)


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
