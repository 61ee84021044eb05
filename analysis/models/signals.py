"""What publishers' machine-readable signals said: where we read, and each answer that differed from the one before."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from analysis.models.fields import AppendOnly, one_of
from analysis.models.publishers import Publisher


class SignalKind(models.TextChoices):
    ROBOTS = "robots", "robots.txt"
    TDMREP = "tdmrep", "tdmrep.json"
    TRUST = "trust", "trust.txt"
    LICENCE = "licence", _("RSL licence")
    PAGE = "page", _("Page and its headers")


UNANSWERED = Q(confirmed_at__isnull=True) | Q(confirmed_at__lt=F("read_at"))


class SignalSource(models.Model):
    """One address that we read for what it says of one host, or of one page. The only row that a reading changes."""

    publisher = models.ForeignKey(Publisher, models.PROTECT, related_name="signal_sources", verbose_name=_("publisher"))
    kind = models.CharField(_("kind"), max_length=8, choices=SignalKind)
    url = models.CharField(_("address"), max_length=2000)
    about = models.CharField(_("about"), max_length=2000)  # `host/`, or the canonical URL of one page
    digest = models.CharField(
        max_length=64, unique=True, editable=False
    )  # of kind, about and url: too long for an index
    read_at = models.DateTimeField(_("last asked"))  # whatever the answer was
    confirmed_at = models.DateTimeField(_("last answered"), null=True, blank=True)  # and the latest reading still held

    class Meta:
        ordering = ["about", "kind", "url"]
        verbose_name = _("signal source")
        verbose_name_plural = _("signal sources")
        constraints = [one_of("kind", SignalKind, "signal_source_kind")]
        indexes = [
            # Question: what did this publisher's sites and pages say? Asked by its page and by the desk.
            models.Index(fields=["publisher", "kind"], name="signals_of_publisher"),
            # Question: which pages were not read for longest? Asked by the daily round.
            models.Index(fields=["kind", "read_at"], name="signals_due"),
            # Question: which addresses did not answer when last asked? Asked by the desk's first page.
            models.Index(fields=["-read_at"], condition=UNANSWERED, name="signals_unanswered"),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def of_site(self) -> bool:
        """It speaks of a whole host, not of one page."""
        return "://" not in self.about


class SignalReading(AppendOnly):
    """What one address said from a moment on. Written when it says something else than before, never once a day."""

    source = models.ForeignKey(SignalSource, models.PROTECT, related_name="readings", verbose_name=_("read at"))
    read_at = models.DateTimeField(_("read"))
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    said = models.JSONField(_("what it said"), default=list, blank=True)  # each a Said (analysis/signals.py), bounded
    sha256 = models.CharField(_("hash of the bytes"), max_length=64, blank=True)
    error = models.CharField(_("why it could not be read"), max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("signal reading")
        verbose_name_plural = _("signal readings")
        indexes = [
            # Question: what does this address say now? The newest row answers.
            models.Index(fields=["source", "-id"], name="latest_signal_reading"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.read_at:%Y-%m-%d %H:%M}"
