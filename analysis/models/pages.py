"""The standing pages under /about/: how we write, corrections policy, who we are."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from analysis.models.fields import Language, one_of


class Page(models.Model):
    slug = models.SlugField(_("address"), max_length=60)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("text (Markdown)"), max_length=40_000)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["position", "slug", "language"]
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        constraints = [
            one_of("language", Language, "page_language"),
            models.UniqueConstraint(
                fields=["slug", "language"],
                name="page_once_per_language",
                violation_error_message=_("This page exists in this language already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"
