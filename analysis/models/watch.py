"""Watch items: dated, falsifiable statements that are scored when their day has come."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from analysis.models.fields import one_of
from analysis.models.stories import Story


class WatchItemState(models.TextChoices):
    # "Due" is no stored state: it is open and past its date (analysis/scoring.py).
    OPEN = "open", _("Open")
    YES = "yes", _("It happened")
    NO = "no", _("It did not happen")
    AMBIGUOUS = "ambiguous", _("Ambiguous")
    ANNULLED = "annulled", _("Annulled")


# A replacement counts once it is public itself: until then the public reads, and judges, the item it will replace.
NOT_REPLACED = Q(superseded_by__isnull=True) | Q(superseded_by__public_since__isnull=True)


class WatchItem(models.Model):
    State = WatchItemState

    story = models.ForeignKey(Story, models.CASCADE, related_name="watch_items")
    statement = models.CharField(_("statement"), max_length=300, help_text=_("What would prove us right or wrong."))
    due = models.DateField(_("due"))
    likelihood = models.PositiveSmallIntegerField(
        _("likelihood, percent"), validators=[MinValueValidator(1), MaxValueValidator(99)]
    )
    settled_by = models.CharField(_("settled by"), max_length=300, help_text=_("Which source will decide it."))
    # Set when the statement first went public. From then on its words are frozen: it is only superseded or resolved.
    public_since = models.DateTimeField(null=True, blank=True, editable=False)
    superseded_by = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="supersedes", editable=False
    )
    state = models.CharField(_("outcome"), max_length=9, choices=State, default=State.OPEN)
    outcome = models.CharField(_("how it turned out"), max_length=500, blank=True)
    outcome_url = models.URLField(_("where that can be seen"), max_length=500, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True, editable=False)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("watch item")
        verbose_name_plural = _("watch items")
        permissions = [("resolve_watchitem", _("Can say how a watch item turned out"))]
        constraints = [
            one_of("state", WatchItemState, "watch_state"),
            models.CheckConstraint(
                condition=Q(likelihood__gte=1, likelihood__lte=99),
                name="watch_likelihood_1_to_99",
                violation_error_message=_("A likelihood is between 1 and 99 percent: nothing is certain."),
            ),
            models.CheckConstraint(
                condition=Q(state="open", resolved_at__isnull=True)
                | (~Q(state="open") & ~Q(outcome="") & Q(resolved_at__isnull=False)),
                name="watch_outcome_is_explained",
                violation_error_message=_("Say how it turned out and what shows it."),
            ),
        ]
        indexes = [
            # Question: which published watch items come due next? Asked by every home page.
            models.Index(fields=["state", "due"], name="watch_due"),
        ]

    def __str__(self) -> str:
        return self.statement
