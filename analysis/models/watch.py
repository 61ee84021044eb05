"""Watch items: dated, falsifiable statements; what was judged of them; and how many turned out how."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analysis.models.fields import AppendOnly, one_of
from analysis.models.stories import Desk, Story, Topic


class WatchItemState(models.TextChoices):
    # "Due" is no stored state: it is open and past its date (analysis/scoring.py).
    OPEN = "open", _("Open")
    YES = "yes", _("It happened")
    NO = "no", _("It did not happen")
    AMBIGUOUS = "ambiguous", _("Ambiguous")
    ANNULLED = "annulled", _("Annulled")


# A replacement counts once it is public itself: until then the public reads the item it will replace.
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
    # Who wrote or changed it before it was public, and so does not judge it where there is somebody else.
    authors = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+", editable=False)
    # Set when the statement first went public, with the topic and the desk that it is counted under. From then on all
    # that it says is frozen, and a trigger holds it: it is only superseded, or judged.
    public_since = models.DateTimeField(null=True, blank=True, editable=False)
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    desk = models.ForeignKey(Desk, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    superseded_by = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="supersedes", editable=False
    )
    # What its newest judgment says. Written by analysis/judging.py alone, with the judgment.
    state = models.CharField(_("outcome"), max_length=9, choices=State, default=State.OPEN, editable=False)
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
                condition=Q(public_since__isnull=True, topic__isnull=True, desk__isnull=True, state="open")
                | Q(public_since__isnull=False, topic__isnull=False, desk__isnull=False),
                name="watch_public_is_filed",
                violation_error_message=_(
                    "What is public is filed under a topic and a desk; what is not, cannot be judged."
                ),
            ),
        ]
        indexes = [
            # Question: which published watch items come due next? Asked by every home page.
            models.Index(fields=["state", "due"], name="watch_due"),
            # Question: which promises have a day that is past, newest first; and which are still ahead? Asked by the
            # scorecard.
            models.Index(fields=["due", "id"], condition=Q(public_since__isnull=False), name="watch_by_day"),
        ]

    def __str__(self) -> str:
        return self.statement


class Judgment(AppendOnly):
    """How a watch item turned out, as somebody said on a day; or, in the state “open”, that this was taken back."""

    item = models.ForeignKey(WatchItem, models.PROTECT, related_name="judgments")
    state = models.CharField(max_length=9, choices=WatchItemState)
    why = models.CharField(max_length=500)  # public: what happened and what shows it, or why it is taken back
    url = models.URLField(max_length=2000, blank=True)  # where that can be seen; those from before 0020 may have none
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    by_author = models.BooleanField(default=False)  # who wrote the item judged it, for there was nobody else
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("judgment")
        verbose_name_plural = _("judgments")
        constraints = [
            one_of("state", WatchItemState, "judgment_state"),
            models.CheckConstraint(
                condition=~Q(why=""),
                name="judgment_is_explained",
                violation_error_message=_("Say how it turned out and what shows it."),
            ),
        ]
        indexes = [
            # Question: which judgments were taken back lately? Asked by the list of corrections.
            models.Index(fields=["-at", "-id"], condition=Q(state="open"), name="judgment_taken_back"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.why}"


class WatchTally(models.Model):
    """How many public watch items, of a topic, a desk and a likelihood, are in a state: what the scorecard reads.

    Written by analysis/tallying.py alone, in the transaction that changes an item.
    """

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+")
    desk = models.ForeignKey(Desk, models.PROTECT, related_name="+")
    likelihood = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=WatchItemState)
    n = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            one_of("state", WatchItemState, "watchtally_state"),
            models.UniqueConstraint(fields=["topic", "desk", "likelihood", "state"], name="watchtally_once"),
        ]

    def __str__(self) -> str:
        return f"{self.n} {self.state} at {self.likelihood} %"
