"""What editors write on a story: the summary, the context notes by slot, and the claims with their evidence."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analysis.models.articles import Article
from analysis.models.fields import AppendOnly, one_of
from analysis.models.made import Made, MadeBy, checked_by_a_desk, names_its_model
from analysis.models.stories import Desk, Source, Story


class Summary(Made):
    story = models.OneToOneField(Story, models.CASCADE, related_name="summary")
    text = models.TextField(_("summary"), max_length=4000, help_text=_("What the original reported, in our words."))
    # Of every summary it was said from the first: terms may forbid one that a machine made.
    made_by = models.CharField(_("written by"), max_length=6, choices=MadeBy, default=MadeBy.PERSON)

    class Meta:
        verbose_name = _("summary")
        verbose_name_plural = _("summary")
        constraints = [
            models.CheckConstraint(
                condition=Q(made_by="person") | (Q(made_by__in=["model", "both"]) & ~Q(model="")),
                name="summary_names_its_model",
                violation_error_message=_("Name the language model that wrote it or helped."),
            ),
            checked_by_a_desk("summary_checked_by_a_desk"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Slot(models.TextChoices):
    """Where a note stands on the page; the order of the values is the order on the page."""

    TAKE = "take", _("Our take")
    DISAGREEMENT = "disagreement", _("Room for disagreement")
    CONNECTION = "connection", _("What we wrote before")
    WHY = "why", _("Why it matters")
    UNCERTAINTY = "uncertainty", _("What is not known")
    SYNTHESIS = "synthesis", _("Taken together")
    FRAMING = "framing", _("How our coverage differs from the wire’s")


class ContextNote(Made):
    story = models.ForeignKey(Story, models.CASCADE, related_name="notes")
    slot = models.CharField(_("slot"), max_length=12, choices=Slot)
    title = models.CharField(_("title"), max_length=120, blank=True)
    text = models.TextField(_("text (Markdown)"), max_length=40_000)
    rests_on = models.ManyToManyField(
        Source,
        blank=True,
        related_name="notes",
        verbose_name=_("rests on"),
        help_text=_("None chosen means: on all the story’s sources."),
    )

    class Meta:
        verbose_name = _("context note")
        verbose_name_plural = _("context notes")
        constraints = [
            one_of("slot", Slot, "note_slot"),
            names_its_model("note_names_its_model"),
            checked_by_a_desk("note_checked_by_a_desk"),
            models.UniqueConstraint(
                fields=["story", "slot"],
                name="note_once_per_slot",
                violation_error_message=_("This story has a note in this slot already."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_slot_display()


class Standing(models.TextChoices):
    CONFIRMED = "confirmed", _("Confirmed at primary source")
    REPORTED = "reported", _("Reported")
    DISPUTED = "disputed", _("Disputed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Claim(models.Model):
    """A claim as a story puts it. Stories that share one keep their own words and sources; it stands as one."""

    story = models.ForeignKey(Story, models.CASCADE, related_name="claims")
    # The claim of another story that this one is, and whose standing it has; that one shares no other's.
    shares = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="sharers", editable=False, verbose_name=_("same as")
    )
    text = models.CharField(_("claim"), max_length=400, help_text=_("One statement that can be checked."))
    standing = models.CharField(_("standing"), max_length=9, choices=Standing)
    why = models.CharField(_("why it stands so"), max_length=300, blank=True)
    checked_at = models.DateTimeField(_("checked"), default=timezone.now)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    # From then on it has an address that stays, and its standing is on record (StandingChange): what the working copy
    # says of it is a proposal until it is published.
    public_since = models.DateTimeField(null=True, blank=True, editable=False)
    left_out = models.BooleanField(default=False, editable=False)  # public once, and not on the page any more

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            one_of("standing", Standing, "claim_standing"),
            models.UniqueConstraint(
                fields=["story", "shares"],
                name="claim_shared_once_per_story",
                violation_error_message=_("This story has this claim already."),
            ),
            models.CheckConstraint(
                condition=~Q(shares=F("pk")),
                name="claim_shares_another",
                violation_error_message=_("A claim cannot be the same as itself."),
            ),
            models.CheckConstraint(
                condition=Q(left_out=False) | Q(public_since__isnull=False),
                name="claim_left_out_was_public",
                violation_error_message=_("Only a claim that was public stays when it is left out."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def record(self) -> int:
        """The id of the claim under which it stands: its public address."""
        return self.shares_id or self.pk


class StandingChange(AppendOnly):
    """Where a claim stands from a moment on, the newest being where it stands now: dated, with who, why and on what.

    Of a claim that stories share, at the one that they share.
    """

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="changes")
    standing = models.CharField(max_length=9, choices=Standing)
    why = models.CharField(max_length=300, blank=True)  # public, in the language of the story
    # The story through which it was said: the words may rest on its sources. None in what is older than 0023.
    story = models.ForeignKey(Story, models.PROTECT, null=True, blank=True, related_name="+")
    article = models.ForeignKey(Article, models.PROTECT, null=True, blank=True, related_name="+")  # on what
    desk = models.ForeignKey(Desk, models.PROTECT, null=True, blank=True, related_name="+")  # who signs for it
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("change of standing")
        verbose_name_plural = _("changes of standing")
        constraints = [one_of("standing", Standing, "standingchange_standing")]


class Stance(models.TextChoices):
    STATES = "states", _("States it")
    ATTRIBUTES = "attributes", _("Says someone says so")
    DISPUTES = "disputes", _("Disputes it")
    SILENT = "silent", _("Silent")


class Evidence(models.Model):
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="evidence")
    source = models.ForeignKey(Source, models.CASCADE, related_name="evidence")
    stance = models.CharField(_("stance"), max_length=10, choices=Stance)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            one_of("stance", Stance, "evidence_stance"),
            models.UniqueConstraint(
                fields=["claim", "source"],
                name="evidence_once",
                violation_error_message=_("This source’s stance on the claim is recorded already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.stance}"
