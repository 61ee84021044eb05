"""How a part of a story was made: who or what wrote it, with which model, which desk checked it and when."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MadeBy(models.TextChoices):
    PERSON = "person", _("A person")
    MODEL = "model", _("A language model")
    BOTH = "both", _("A person with a language model")


class Made(models.Model):
    """For a model whose row is one such part. Nobody has said of an empty `made_by` who or what wrote it."""

    made_by = models.CharField(_("written by"), max_length=6, choices=MadeBy, default=MadeBy.PERSON, blank=True)
    model = models.CharField(_("which model"), max_length=80, blank=True)
    checked_by = models.ForeignKey(
        "analysis.Desk", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("checked by")
    )
    checked_at = models.DateTimeField(_("checked on"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True


def names_its_model(name: str, prefix: str = "") -> models.CheckConstraint:
    """What a machine made, or helped with, says which machine."""
    by, model = f"{prefix}made_by", f"{prefix}model"
    return models.CheckConstraint(
        condition=Q(**{f"{by}__in": ["", MadeBy.PERSON.value]})
        | (Q(**{f"{by}__in": [MadeBy.MODEL.value, MadeBy.BOTH.value]}) & ~Q(**{model: ""})),
        name=name,
        violation_error_message=_("Name the language model that wrote it or helped."),
    )


def checked_by_a_desk(name: str, prefix: str = "") -> models.CheckConstraint:
    """What was checked on a day was checked by somebody."""
    return models.CheckConstraint(
        condition=Q(**{f"{prefix}checked_at__isnull": True}) | Q(**{f"{prefix}checked_by__isnull": False}),
        name=name,
        violation_error_message=_("Say which desk checked it."),
    )
