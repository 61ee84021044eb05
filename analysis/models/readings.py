"""What the servers of our sources answered: one small row for each time that a page was asked, kept for good."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from analysis.models.articles import Article
from analysis.models.fields import AppendOnly, one_of


class Occasion(models.TextChoices):
    ADDED = "added", _("Added")
    PUBLISHED = "published", _("A story was published")
    LATER = "later", _("Later")


class Outcome(models.TextChoices):
    ANSWERED = "answered", _("Answered")
    GONE = "gone", _("Gone")
    WALLED = "walled", _("Not shown to everybody")
    REFUSED = "refused", _("Not asked: its robots.txt refuses it to us")
    FAILED = "failed", _("Could not be asked")


def _address(name: str) -> Q:
    return Q(**{name: ""}) | Q(**{f"{name}__startswith": "https://"}) | Q(**{f"{name}__startswith": "http://"})


class PageReading(AppendOnly):
    """What the server of one article said at one moment. When there is a row: analysis/asking.py."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="readings", verbose_name=_("article"))
    asked_at = models.DateTimeField(_("asked"))
    occasion = models.CharField(_("occasion"), max_length=9, choices=Occasion)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    # Without its query, which may hold somebody's session; empty if it leads to no other page.
    final_url = models.CharField(_("where its address leads"), max_length=2000, blank=True)
    sha256 = models.CharField(_("hash of what it says"), max_length=64, blank=True)  # empty: that could not be read
    memento = models.CharField(_("an archived copy"), max_length=2000, blank=True)
    why = models.CharField(_("why it could not be asked"), max_length=300, blank=True)  # for the desk

    class Meta:
        ordering = ["-id"]
        verbose_name = _("reading of a page")
        verbose_name_plural = _("readings of pages")
        constraints = [
            one_of("occasion", Occasion, "page_reading_occasion"),
            one_of("outcome", Outcome, "page_reading_outcome"),
            models.CheckConstraint(
                condition=_address("final_url") & _address("memento"),
                name="page_reading_leads_to_http",
                violation_error_message=_("Where a page leads begins with https:// or http://."),
            ),
            models.CheckConstraint(
                condition=Q(status__isnull=False) | Q(outcome__in=[Outcome.REFUSED, Outcome.FAILED], sha256=""),
                name="page_reading_answer_has_a_status",
                violation_error_message=_("What a server answered has a status."),
            ),
        ]
        indexes = [
            # Question: what did the server of this article say last, and what first since a moment? Asked by every
            # story page, of all its sources at once.
            models.Index(fields=["article", "-id"], name="latest_page_reading"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.asked_at:%Y-%m-%d %H:%M}"
