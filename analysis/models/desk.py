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
    STANDING = "standing", _("The standing of a claim changed since this was written")


class DeskTask(models.Model):
    """A published story that an editor has to rewrite: something of it is withheld until then, or a claim of it stands
    otherwise than when it was written. There as long as that is so."""

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


class Version(models.Model):
    """What a working copy held after a save: immutable, the newest of a story being its working copy. Never public.

    What conflicts are merged against, and what is compared and restored. A draft that is deleted takes its own along.
    """

    story = models.ForeignKey(Story, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()  # Story.version after that save
    content = models.JSONField()  # as a revision's: canonical, with the terms in force (analysis/editing.py)
    sha256 = models.CharField(max_length=64)
    why = models.CharField(max_length=200, blank=True)  # if it was no plain save, as the desk's log has it: restored…
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        verbose_name = _("saved version")
        verbose_name_plural = _("saved versions")
        constraints = [models.UniqueConstraint(fields=["story", "number"], name="version_number_once")]

    def __str__(self) -> str:
        return f"{self.story_id} ({self.number})"


HERE = timedelta(seconds=90)  # whoever gave a sign of life within it has the story open


class Draft(models.Model):
    """A story screen that somebody has open, and what was typed there and not saved. Theirs alone.

    It never touches the story. Saving empties it; the row stays as long as the window may send something late.
    """

    key = models.CharField(max_length=32, unique=True)  # names the window
    # None: it was never saved, or is deleted; the words that were typed stay.
    story = models.ForeignKey(Story, models.SET_NULL, null=True, related_name="drafts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    based_on = models.PositiveIntegerField(default=0)  # the version that was on the screen
    # By the name of each form that was saved from it, which may be sent once more: the "version" that this form became,
    # if it became one unchanged, and the keys that its new rows have since ("made").
    saves = models.JSONField(default=dict)
    turn = models.PositiveIntegerField(default=0)  # counts what the window sends: what is older comes too late
    typed = models.JSONField(default=dict)  # what the form would send; empty while nothing was typed
    kept_at = models.DateTimeField(null=True)  # when `typed` last changed
    seen_at = models.DateTimeField(default=timezone.now)  # when the window last gave a sign of life

    class Meta:
        verbose_name = _("unsaved text")
        verbose_name_plural = _("unsaved texts")
        indexes = [
            # Question: what have I not saved? Asked by the desk's first page and by the screen of a new story.
            models.Index(fields=["by", "-kept_at"], name="draft_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.by_id} {self.story_id or '+'}"

    @property
    def stamp(self) -> str:
        """A name for what it holds now: it has another once something else was typed."""
        return f"{self.key} {self.kept_at.isoformat() if self.kept_at else ''}"

    @property
    def begins(self) -> str:
        """The first of its words that tell it from another one: its headline, or else whatever was typed first."""
        texts = (value for name, values in self.typed.items() if name not in ("form", "language") for value in values)
        return next((text for text in (*self.typed.get("headline", []), *texts) if text), "")

    @property
    def here(self) -> bool:
        """Whether its window gave a sign of life a moment ago."""
        return self.seen_at >= timezone.now() - HERE


class Remark(models.Model):
    """What an editor, or the newsroom itself, says to a story's author about one of its fields, until it is done."""

    story = models.ForeignKey(Story, models.CASCADE, related_name="remarks")
    field = models.CharField(_("about"), max_length=60, blank=True)  # its name on the form; empty: the whole story
    text = models.CharField(_("remark"), max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # None: the newsroom
    # Who is told as well as the author: they had scheduled it, say.
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "id"]
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        indexes = [
            # Question: what was said of my stories and is not done? Asked by the story screen and the first page.
            models.Index(fields=["story", "at"], condition=Q(done_at__isnull=True), name="remark_open"),
        ]

    def __str__(self) -> str:
        return self.text


class PreviewLink(models.Model):
    """An address at which somebody without an account may read a story as it is saved, for a while."""

    story = models.ForeignKey(Story, models.CASCADE, related_name="preview_links")
    token_sha256 = models.CharField(max_length=64, unique=True)  # the token itself is in the address alone
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # somebody ended it before its time

    class Meta:
        ordering = ["-made_at", "-id"]
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")

    def __str__(self) -> str:
        return f"{self.story_id}, {self.expires_at:%Y-%m-%d %H:%M}"
