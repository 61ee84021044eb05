"""Articles: outside works, each at one canonical URL (analysis/addresses.py makes it canonical)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from analysis.models.fields import Language, one_of
from analysis.models.publishers import Publisher


class Article(models.Model):
    # Question: do we know this page already? Asked for every pasted URL and every line of a case.
    url = models.CharField(
        _("URL"),
        max_length=2000,
        unique=True,
        error_messages={"unique": _("This article is known already. Choose it instead of adding it again.")},
    )
    title = models.CharField(_("their headline"), max_length=300)
    publisher = models.ForeignKey(Publisher, models.PROTECT, related_name="articles", verbose_name=_("publisher"))
    author = models.CharField(_("author"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    published_at = models.DateTimeField(
        _("published by them"), null=True, blank=True, help_text=_("UTC. Empty if the page does not say.")
    )
    retrieved_at = models.DateTimeField(_("read by us"), null=True, blank=True)
    retrieved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("read by")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        constraints = [
            one_of("language", Language, "article_language"),
            models.CheckConstraint(
                condition=Q(url__startswith="https://") | Q(url__startswith="http://"),
                name="article_url_is_http",
                violation_error_message=_("An article's URL begins with https:// or http://."),
            ),
        ]
        indexes = [
            # Question: what do we know of this publisher's, newest first? Asked by the desk's article list.
            models.Index(fields=["publisher", "-id"], name="article_of_publisher"),
        ]

    def __str__(self) -> str:
        return self.title
