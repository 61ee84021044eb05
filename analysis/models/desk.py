"""What the desk keeps for its own work and never publishes."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analysis.models.stories import Source

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
