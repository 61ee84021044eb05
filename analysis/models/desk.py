"""What the desk keeps for its own work and never publishes."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analysis.models.cases import Hold
from analysis.models.fields import one_of
from analysis.models.publishers import Terms
from analysis.models.stories import Source, Story

HELD_FOR = timedelta(days=30)


class SourceText(models.Model):
    """The text of an article that a story draws on, held to compare ours with it: until publication, or 30 days.

    It is theirs and not ours to keep. Nothing shows it, and nothing copies it: no screen, list, log or revision.
    """

    source = models.OneToOneField(Source, models.CASCADE, related_name="held_text")
    text = models.TextField(max_length=1_500_000)
    held_since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("text of a source")
        verbose_name_plural = _("texts of sources")

    def __str__(self) -> str:
        return f"{self.source_id}"

    @property
    def held_until(self) -> datetime:
        return self.held_since + HELD_FOR


class TaskKind(models.TextChoices):
    SUMMARY_WORDS = "summary_words", _("Summary too long")
    SUMMARY_QUOTES = "summary_quotes", _("Summary quotes too much")
    SUMMARY_MACHINE = "summary_machine", _("Summary made with a language model")
    QUOTES = "quotes", _("Headline, dek or note quotes too much")


class DeskTask(models.Model):
    """A published story of which something is withheld until an editor rewrites it. There as long as that is so."""

    Kind = TaskKind

    story = models.ForeignKey(Story, models.CASCADE, related_name="tasks", verbose_name=_("story"))
    kind = models.CharField(_("what"), max_length=15, choices=TaskKind)
    words = models.PositiveIntegerField(_("words now"), default=0)
    allowed = models.PositiveIntegerField(_("words allowed"), default=0)
    since = models.DateTimeField(_("since"), default=timezone.now)
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("for")
    )

    class Meta:
        ordering = ["since", "id"]
        verbose_name = _("story that needs an editor")
        verbose_name_plural = _("stories that need an editor")
        constraints = [
            one_of("kind", TaskKind, "desktask_kind"),
            models.UniqueConstraint(fields=["story", "kind"], name="desktask_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.story}"


class Recheck(models.Model):
    """Stories to be looked at again because a rule came or went: how far that has got.

    A trigger writes it with the rule, one row whatever the size of the archive, so no writer of rules can forget it
    (migration 0004). `after_at` and `after_story` are the place of the last story looked at, newest first.
    """

    terms = models.ForeignKey(Terms, models.CASCADE, null=True, related_name="+")
    hold = models.ForeignKey(Hold, models.CASCADE, null=True, related_name="+")
    due = models.DateTimeField()
    after_at = models.DateTimeField(null=True)
    after_story = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("recheck")
        constraints = [
            models.CheckConstraint(
                condition=Q(terms__isnull=True, hold__isnull=False) | Q(terms__isnull=False, hold__isnull=True),
                name="recheck_of_one_rule",
                violation_error_message=_("A recheck is of one statement of terms, or of one hold."),
            )
        ]
        indexes = [
            # Question: what is due? Asked by the worker each time it wakes.
            models.Index(fields=["due", "id"], name="recheck_due"),
        ]

    def __str__(self) -> str:
        return f"{self.terms or self.hold}"

    @property
    def after(self) -> tuple[datetime, int] | None:
        """The place of the last story looked at; None before the first."""
        return (self.after_at, self.after_story) if self.after_at and self.after_story else None
