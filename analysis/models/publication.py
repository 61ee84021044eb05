"""What publishing leaves behind: immutable revisions, their corrections, and the narrow tables that lists read.

Written by analysis/editing.py alone; the working copy it is made from is in analysis/models/stories.py.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analysis.models.articles import Article
from analysis.models.fields import AppendOnly, one_of
from analysis.models.publishers import Publisher
from analysis.models.stories import Entity, Role, Story, StoryLinkKind, StoryLinkVerdict


class RevisionKind(models.TextChoices):
    FIRST = "first", _("First published")
    EDIT = "edit", _("Minor edit")
    UPDATE = "update", _("Update")
    CLARIFICATION = "clarification", _("Clarification")
    CORRECTION = "correction", _("Correction")


class Revision(AppendOnly):
    """What a story said from one moment on: canonical JSON, hashed. The public text is always one of these."""

    Kind = RevisionKind

    story = models.ForeignKey(Story, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=13, choices=Kind)
    reason = models.CharField(max_length=600, blank=True)  # public
    headline = models.CharField(max_length=140)  # headline and dek again: lists read them without the content
    dek = models.CharField(max_length=240, blank=True)
    content = models.JSONField()  # analysis/editing.py::snapshot makes it
    # The Markdown of `content`, sanitised and rendered. Derived, so outside the hash, and may be rendered anew.
    html = models.JSONField()
    sha256 = models.CharField(max_length=64)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = [
            one_of("kind", RevisionKind, "revision_kind"),
            models.UniqueConstraint(fields=["story", "number"], name="revision_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.headline} ({self.number})"


class CorrectionKind(models.TextChoices):
    CORRECTION = "correction", _("Correction")
    CLARIFICATION = "clarification", _("Clarification")
    UPDATE = "update", _("Update")
    NOTE = "note", _("Editor’s note")


class Correction(models.Model):
    """A dated public statement that something published was wrong, unclear, or has moved on."""

    Kind = CorrectionKind

    story = models.ForeignKey(Story, models.PROTECT, related_name="corrections")
    revision = models.OneToOneField(Revision, models.PROTECT, null=True, related_name="correction")
    kind = models.CharField(_("kind"), max_length=13, choices=Kind)
    text = models.CharField(_("what was wrong, and what is right"), max_length=600)
    # Names of readers who had reported it and asked to be thanked, one a line. Shown wherever the text is.
    thanks = models.CharField(_("thanks to"), max_length=8200, blank=True)
    at = models.DateTimeField(_("date"), default=timezone.now)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints = [one_of("kind", CorrectionKind, "correction_kind")]
        indexes = [
            # Question: which are the latest corrections? Asked by every home page.
            models.Index(fields=["-at", "-id"], name="correction_latest"),
        ]

    def __str__(self) -> str:
        return self.text


class Citation(models.Model):
    """An article that a story's published revision rests on. Rewritten whole at each publication."""

    story = models.ForeignKey(Story, models.CASCADE, related_name="citations")
    article = models.ForeignKey(Article, models.PROTECT, related_name="citations")
    publisher = models.ForeignKey(Publisher, models.PROTECT, related_name="citations")
    role = models.CharField(max_length=10, choices=Role)
    in_summary = models.BooleanField()
    position = models.PositiveSmallIntegerField()
    published_at = models.DateTimeField()  # the story's, so that one index answers

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["story", "article"], name="citation_once")]
        indexes = [
            # Question: which of our pages draw on this publisher, newest first?
            models.Index(fields=["publisher", "-published_at", "-story"], name="citation_of_publisher"),
        ]

    def __str__(self) -> str:
        return f"{self.story_id} rests on {self.article_id}"


class Appearance(models.Model):
    """An entity that a story's published revision names. Rewritten whole at each publication."""

    story = models.ForeignKey(Story, models.CASCADE, related_name="appearances")
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="appearances")
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["story", "entity"], name="appearance_once")]
        indexes = [
            # Question: which stories name this entity, newest first?
            models.Index(fields=["entity", "-published_at", "-story"], name="appearance_of_entity"),
        ]

    def __str__(self) -> str:
        return f"{self.story_id} names {self.entity_id}"


class PublishedLink(models.Model):
    """Earlier coverage that a story's published revision draws on. Rewritten whole at each publication."""

    story = models.ForeignKey(Story, models.CASCADE, related_name="published_earlier")
    # Question: which later stories lean on this one? Asked by every story page (the foreign key's own index answers).
    earlier = models.ForeignKey(Story, models.PROTECT, related_name="published_later")
    kind = models.CharField(max_length=11, choices=StoryLinkKind)
    verdict = models.CharField(max_length=5, choices=StoryLinkVerdict, blank=True)
    why = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["story", "earlier"], name="publishedlink_once")]

    def __str__(self) -> str:
        return f"{self.story_id} {self.kind} {self.earlier_id}"


class SearchEntry(models.Model):
    """The published words of a story, normalised (analysis/search). A candidate list only: the gate decides."""

    story = models.OneToOneField(Story, models.CASCADE, primary_key=True, related_name="search_entry")
    words = models.TextField()

    def __str__(self) -> str:
        return self.words[:60]
