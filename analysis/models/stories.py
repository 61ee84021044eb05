"""Stories as editors work on them: filing, sources, earlier coverage, mentions.

The public never sees these rows; publishing freezes them (analysis/models/publication.py).
"""

import re
import unicodedata
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analysis.models.articles import Article
from analysis.models.fields import Language, one_of
from analysis.models.made import MadeBy, checked_by_a_desk, names_its_model


class Topic(models.Model):
    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    description = models.CharField(_("description"), max_length=300, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return self.name


class Desk(models.Model):
    """Who signs: a desk of the newsroom."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    about = models.CharField(_("about"), max_length=300, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("desk")
        verbose_name_plural = _("desks")

    def __str__(self) -> str:
        return self.name


class EntityKind(models.TextChoices):
    ORGANISATION = "organisation", _("Organisation")
    PERSON = "person", _("Person")
    PRODUCT = "product", _("Product")
    PLACE = "place", _("Place")


_JOINERS = "\u200c\u200d"  # part of how some languages are spelled


def fold(name: str) -> str:
    """What is the same of a name in capitals or not, and however its accents were typed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())


LONGEST_NAME = 400  # characters; folding may make three of one
_ONE_SPELLING = str.maketrans({"’": "'", "ʼ": "'", "‐": "-", "‑": "-", "\u00ad": None})
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def spelled(name: str) -> str:
    """How a name is looked for in a text: folded, one kind of apostrophe, hyphen and space, no punctuation around it.

    Empty if nothing is left of it.
    """
    return _EDGES.sub("", " ".join(fold(name).translate(_ONE_SPELLING).split()))[:LONGEST_NAME]


ONLY_BY_MERGING = frozenset({"merged_into", "leads_to", "split_from"})  # analysis/entities.py alone writes these


class Entity(models.Model):
    """Whom or what a story names.

    One that was merged keeps its row, its names, its address and the stories that name it: they are found with another.
    """

    Kind = EntityKind

    name = models.CharField(_("name"), max_length=120, unique=True)
    folded = models.CharField(max_length=400, unique=True, editable=False)  # the databases fold ASCII only, or locales
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ORGANISATION)
    description = models.CharField(_("description, one line"), max_length=300, blank=True)
    aliases = models.JSONField(_("other names"), default=list, blank=True)
    site = models.URLField(_("official site"), max_length=500, blank=True)
    wikidata = models.CharField(
        _("Wikidata id"),
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"\AQ[1-9][0-9]*\Z", _("A Wikidata id is a Q and a number, as Q42."))],
    )

    # A trigger refuses to merge into what is merged itself, so that no chain of merges comes back to where it began.
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        editable=False,
        verbose_name=_("merged into"),
    )
    # The end of the chain of merges, so that one look finds it. Question: who is found with this one?
    leads_to = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="gathered", editable=False)
    split_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="split_off", editable=False
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("entity")
        verbose_name_plural = _("entities")
        permissions = [("merge_entity", _("Can merge and split entities"))]
        constraints = [
            one_of("kind", EntityKind, "entity_kind"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True, leads_to__isnull=True)
                | Q(~Q(merged_into=F("id")), ~Q(leads_to=F("id")), merged_into__isnull=False, leads_to__isnull=False),
                name="entity_merged_leads_on",
                violation_error_message=_("An entity that was merged leads to another one, and none to itself."),
            ),
            models.CheckConstraint(
                condition=Q(split_from__isnull=True) | ~Q(split_from=F("id")),
                name="entity_not_split_from_itself",
                violation_error_message=_("An entity cannot be split from itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = fold(self.name)
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "folded"}
        elif not self._state.adding:
            # Whoever read it before a merge must not undo that by saving a name.
            names = {field.name for field in self._meta.concrete_fields if not field.primary_key}
            kwargs["update_fields"] = names - ONLY_BY_MERGING
        with transaction.atomic():
            super().save(*args, **kwargs)
            self._index_names()

    def _index_names(self) -> None:
        wanted = {spelled(str(name)) for name in (self.name, *self.aliases)} - {""}
        self.names.exclude(folded__in=wanted).delete()
        self.names.bulk_create([EntityName(entity=self, folded=one) for one in wanted], ignore_conflicts=True)

    def clean(self) -> None:
        self.name = unicodedata.normalize("NFC", self.name)
        hidden = [c for c in self.name if unicodedata.category(c) in ("Cc", "Cf") and c not in _JOINERS]
        if hidden or not any(c.isalnum() for c in self.name):
            raise ValidationError({"name": _("Write a name of letters or digits, without invisible characters.")})
        others = Entity.objects.exclude(pk=self.pk).select_related("leads_to")
        known = others.filter(folded=fold(self.name)).first()
        if known and known.leads_to:
            named = {"name": known.name, "other": known.leads_to.name}
            raise ValidationError({"name": _("“%(name)s” was merged into “%(other)s”. Name that one.") % named})
        if known:
            raise ValidationError({"name": _("There is “%(name)s” already.") % {"name": known.name}})


class EntityName(models.Model):
    """A name or alias of an entity as it is looked for in texts. Entity.save() keeps these rows."""

    entity = models.ForeignKey(Entity, models.CASCADE, related_name="names")
    folded = models.CharField(max_length=LONGEST_NAME)

    class Meta:
        constraints = [
            # Question: which entities go by one of these names? Asked with all the runs of words of a text.
            models.UniqueConstraint(fields=["folded", "entity"], name="entityname_once"),
        ]

    def __str__(self) -> str:
        return self.folded


class StoryStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    REVIEW = "review", pgettext_lazy("story", "In review")
    SCHEDULED = "scheduled", _("Scheduled")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class StoryForm(models.TextChoices):
    BRIEF = "brief", _("Brief")
    ANALYSIS = "analysis", _("Analysis")
    VERIFICATION = "verification", _("Verification")
    EXPLAINER = "explainer", _("Explainer")
    SYNTHESIS = "synthesis", _("Synthesis")


class Story(models.Model):
    Status = StoryStatus
    Form = StoryForm

    slug = models.SlugField(_("address"), max_length=100, unique=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    form = models.CharField(_("form"), max_length=12, choices=Form, default=Form.BRIEF)
    headline = models.CharField(_("headline"), max_length=140)
    dek = models.CharField(
        _("dek"), max_length=240, blank=True, help_text=_("One or two sentences under the headline.")
    )
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="stories", verbose_name=_("topic"))
    desk = models.ForeignKey(Desk, models.PROTECT, related_name="stories", verbose_name=_("by"))
    edited_by = models.ForeignKey(
        Desk, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("edited by")
    )
    event_on = models.DateField(
        _("day of the event"), null=True, blank=True, help_text=_("Sources older than this are pointed out.")
    )
    disclosure = models.TextField(
        _("how this was made"),
        max_length=1500,
        blank=True,
        help_text=_("What a reader should know beside who wrote and who checked each part. Shown on the page."),
    )
    conflicts = models.TextField(
        _("our stake in it"),
        max_length=1500,
        blank=True,
        help_text=_("Any stake that we, or who wrote this, have in it. Shown on the page."),
    )
    # How headline and dek, all claims, all watch items were made. Summary and notes say it themselves
    # (analysis/models/made.py).
    head_made_by = models.CharField(
        _("headline, written by"), max_length=6, choices=MadeBy, default=MadeBy.PERSON, blank=True
    )
    head_model = models.CharField(_("headline, which model"), max_length=80, blank=True)
    head_checked_by = models.ForeignKey(
        Desk, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("headline, checked by")
    )
    head_checked_at = models.DateTimeField(_("headline, checked on"), null=True, blank=True, editable=False)
    claims_made_by = models.CharField(
        _("claims, written by"), max_length=6, choices=MadeBy, default=MadeBy.PERSON, blank=True
    )
    claims_model = models.CharField(_("claims, which model"), max_length=80, blank=True)
    claims_checked_by = models.ForeignKey(
        Desk, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("claims, checked by")
    )
    claims_checked_at = models.DateTimeField(_("claims, checked on"), null=True, blank=True, editable=False)
    watch_made_by = models.CharField(
        _("watch items, written by"), max_length=6, choices=MadeBy, default=MadeBy.PERSON, blank=True
    )
    watch_model = models.CharField(_("watch items, which model"), max_length=80, blank=True)
    watch_checked_by = models.ForeignKey(
        Desk, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("watch items, checked by")
    )
    watch_checked_at = models.DateTimeField(_("watch items, checked on"), null=True, blank=True, editable=False)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.DRAFT, editable=False)
    # When a scheduled story is to be published, and who said so: it is published in that person's name.
    publish_at = models.DateTimeField(_("to be published"), null=True, blank=True, editable=False)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    # One that only an embargo holds back then is not looked at again before this time, while these are the rules.
    look_again_at = models.DateTimeField(null=True, blank=True, editable=False)
    looked_under = models.CharField(max_length=64, blank=True, default="", editable=False)  # RuleVersion.token
    published_at = models.DateTimeField(_("first published"), null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(_("public text changed"), null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    withdrawn_reason = models.CharField(_("why withdrawn"), max_length=500, blank=True, editable=False)
    # What the public sees: set by publishing, so that a change of the working copy shows nowhere.
    public_language = models.CharField(max_length=2, blank=True, editable=False)
    public_topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, related_name="public_stories", editable=False
    )
    current = models.ForeignKey("Revision", models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    # Raised by every save of the working copy: a save based on an older number is refused (analysis/editing.py).
    version = models.PositiveIntegerField(default=1, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-published_at", "-id"]
        verbose_name = _("story")
        verbose_name_plural = _("stories")
        permissions = [
            ("publish_story", _("Can publish and correct stories")),
            ("withdraw_story", _("Can withdraw stories")),
        ]
        constraints = [
            one_of("language", Language, "story_language"),
            names_its_model("story_names_its_model", "head_"),
            checked_by_a_desk("story_checked_by_a_desk", "head_"),
            names_its_model("story_claims_name_model", "claims_"),
            checked_by_a_desk("story_claims_checked_by_a_desk", "claims_"),
            names_its_model("story_watch_names_model", "watch_"),
            checked_by_a_desk("story_watch_checked_by_a_desk", "watch_"),
            models.CheckConstraint(
                condition=Q(
                    status__in=["draft", "review"],
                    published_at__isnull=True,
                    current__isnull=True,
                    publish_at__isnull=True,
                )
                | Q(
                    status="scheduled",
                    publish_at__isnull=False,
                    scheduled_by__isnull=False,
                    published_at__isnull=True,
                    current__isnull=True,
                )
                | Q(status="published", published_at__isnull=False, current__isnull=False, withdrawn_at__isnull=True)
                | Q(status="withdrawn", withdrawn_at__isnull=False, current__isnull=False),
                name="story_status_has_its_dates",
                violation_error_message=_(
                    "A published story has a revision and a date; a withdrawn one also the day it was withdrawn; "
                    "a scheduled one the time at which it is to be published."
                ),
            ),
        ]
        indexes = [
            # Question: what is the latest? The river, the feeds and the sitemap page through it by keyset.
            models.Index(fields=["status", "-published_at", "-id"], name="story_river"),
            # Question: what is to be published by now? Asked every minute.
            models.Index(fields=["publish_at"], condition=Q(status="scheduled"), name="story_scheduled"),
            # Question: what was published lately, for the first time or again? Asked when sources are due to be asked.
            models.Index(fields=["status", "-updated_at"], name="story_published_lately"),
            # Question: what have I in hand? Asked by the desk's first page.
            models.Index(fields=["created_by", "status", "-id"], name="story_of_writer"),
            # Question: what is the latest on this topic?
            models.Index(fields=["public_topic", "status", "-published_at", "-id"], name="story_of_topic"),
        ]

    def __str__(self) -> str:
        return self.headline

    def get_absolute_url(self) -> str:
        return f"/stories/{self.slug}/"


class Role(models.TextChoices):
    ORIGINAL = "original", _("Original reporting")
    COVERAGE = "coverage", _("Coverage")
    PRIMARY = "primary", _("Primary document")
    WIRE = "wire", _("Wire")
    SOCIAL = "social", _("Social post")
    BACKGROUND = "background", _("Background")


class Source(models.Model):
    """An article's part in a story (working copy)."""

    story = models.ForeignKey(Story, models.CASCADE, related_name="sources")
    article = models.ForeignKey(Article, models.PROTECT, related_name="sources", verbose_name=_("article"))
    role = models.CharField(_("role"), max_length=10, choices=Role)
    in_summary = models.BooleanField(_("the summary uses it"), default=False)
    why = models.CharField(_("why it is there"), max_length=300, blank=True)
    # An agency or outlet by name. Sources with one text are one witness (rendition/witnesses.py).
    copied_from = models.CharField(_("whose text it carries"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            one_of("role", Role, "source_role"),
            models.UniqueConstraint(
                fields=["story", "article"],
                name="source_once_per_story",
                violation_error_message=_("This article is among the story's sources already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article} ({self.get_role_display()})"


class StoryLinkKind(models.TextChoices):
    FOLLOWS = "follows", _("Follows")
    UPDATES = "updates", _("Updates")
    CONTRADICTS = "contradicts", _("Contradicts")
    BACKGROUND = "background", _("Background")


class StoryLinkVerdict(models.TextChoices):
    HELD = "held", _("That held")
    WRONG = "wrong", _("We were wrong")


class StoryLink(models.Model):
    """Earlier coverage of ours that a story draws on, and how the earlier take turned out."""

    Kind = StoryLinkKind
    Verdict = StoryLinkVerdict

    story = models.ForeignKey(Story, models.CASCADE, related_name="earlier")
    earlier = models.ForeignKey(Story, models.PROTECT, related_name="later", verbose_name=_("earlier story"))
    kind = models.CharField(_("relation to the earlier story"), max_length=11, choices=Kind)
    verdict = models.CharField(_("how its take turned out"), max_length=5, choices=Verdict, blank=True)
    why = models.CharField(_("why we link it"), max_length=300)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("earlier coverage")
        verbose_name_plural = _("earlier coverage")
        constraints = [
            one_of("kind", StoryLinkKind, "storylink_kind"),
            models.UniqueConstraint(
                fields=["story", "earlier"],
                name="storylink_once",
                violation_error_message=_("This earlier story is linked already."),
            ),
            models.CheckConstraint(
                condition=~Q(story=F("earlier")),
                name="storylink_not_itself",
                violation_error_message=_("A story cannot be its own earlier coverage."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.earlier}"


class Mention(models.Model):
    """A story names an entity (working copy)."""

    story = models.ForeignKey(Story, models.CASCADE, related_name="mentions")
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="mentions", verbose_name=_("entity"))
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        indexes = [
            # Question: which working copies name this entity, newest first? Asked by the step that splits it.
            models.Index(fields=["entity", "-story"], name="mention_of_entity"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["story", "entity"],
                name="mention_once_per_story",
                violation_error_message=_("This entity is mentioned already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.entity)
