"""The record of what became of entities: which were merged, which merges were taken back, which were split."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analysis.models.fields import AppendOnly, one_of
from analysis.models.stories import Entity


class EntityChangeKind(models.TextChoices):
    MERGED = "merged", _("was merged into")
    TAKEN_BACK = "taken_back", _("is no longer merged into")
    SPLIT = "split", _("was split from")


class EntityChange(AppendOnly):
    """What somebody did to an entity, with which other one, and why. Never public."""

    Kind = EntityChangeKind

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="changes")  # the merged one, or the new one
    kind = models.CharField(max_length=10, choices=EntityChangeKind)
    other = models.ForeignKey(Entity, models.PROTECT, related_name="changes_of_others")
    why = models.CharField(max_length=500)
    took = models.JSONField(default=dict)  # what the other took over with a merge, by field: it goes back with it
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("change of an entity")
        verbose_name_plural = _("changes of entities")
        constraints = [
            one_of("kind", EntityChangeKind, "entitychange_kind"),
            models.CheckConstraint(
                condition=~Q(why=""),
                name="entitychange_is_explained",
                violation_error_message=_("Say why."),
            ),
            models.CheckConstraint(
                condition=~Q(entity=F("other")),
                name="entitychange_of_two",
                violation_error_message=_("It takes two entities."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.get_kind_display()} {self.other}"
