"""Publishers, their domains, and what they let us publish of their work.

Terms are statements with a date: a newer one supersedes an older one at the same scope and basis; none is ever
changed. What the statements come to for one article is decided in analysis/terms.py, never here.
"""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis.models.fields import AppendOnly, Language, one_of


class Publisher(models.Model):
    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True, help_text=_("Part of the page's URL."))
    homepage = models.URLField(_("home page"), max_length=500)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("Two letters, such as GB."))
    about = models.CharField(_("about"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("publisher")
        verbose_name_plural = _("publishers")
        constraints = [one_of("language", Language, "publisher_language")]

    def __str__(self) -> str:
        return self.name


class Domain(models.Model):
    publisher = models.ForeignKey(Publisher, models.PROTECT, related_name="domains", verbose_name=_("publisher"))
    # Question: whose is this article? Asked once per pasted URL, by host and its parents.
    host = models.CharField(
        _("host"),
        max_length=253,
        unique=True,
        error_messages={"unique": _("This host already belongs to a publisher. Open that publisher to move it.")},
    )

    class Meta:
        ordering = ["host"]
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        constraints = [
            models.CheckConstraint(
                condition=Q(host__regex=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"),
                name="domain_host_is_lower_case",
                violation_error_message=_("Write the host alone, in lower case, such as example-wire.test."),
            )
        ]

    def __str__(self) -> str:
        return self.host


class Level(models.TextChoices):
    FULL = "full", _("Summary")
    SHORT = "short", _("Short summary")
    LINK = "link", _("Headline and link only")
    NONE = "none", _("Nothing")


class Scope(models.TextChoices):
    HOUSE = "house", _("Everyone (house default)")
    PUBLISHER = "publisher", _("The publisher")
    DOMAIN = "domain", _("A domain and its subdomains")
    PATH = "path", _("A part of a site")
    URL = "url", _("One page")


class Basis(models.TextChoices):
    LEGAL = "legal", _("Upheld legal removal")
    RESTRICTION = "restriction", _("Our decision on a request")
    PUBLISHER = "publisher", _("Publisher's decision")
    PAGE_SIGNAL = "page_signal", _("Signal on the page")
    SITE_SIGNAL = "site_signal", _("Signal on the site")
    HOUSE = "house", _("Our own decision")


class AI(models.TextChoices):
    ALLOW = "allow", _("Allowed")
    DENY = "deny", _("Not allowed")


class Terms(AppendOnly):
    """One dated statement of what we may publish. A field left empty says nothing about its matter."""

    scope = models.CharField(_("scope"), max_length=9, choices=Scope)
    publisher = models.ForeignKey(
        Publisher, models.PROTECT, null=True, blank=True, related_name="terms", verbose_name=_("publisher")
    )
    # host for a domain; host/prefix for a path; the canonical URL for one page; empty for house and publisher.
    value = models.CharField(_("host, path or URL"), max_length=2000, blank=True)
    basis = models.CharField(_("basis"), max_length=11, choices=Basis)
    # True: what was said before at this scope and on this basis holds no longer, and nothing takes its place.
    revoked = models.BooleanField(_("withdraws the earlier statement"), default=False)
    # Of a signal: which one, where it was read, and the parts of the site that it names (analysis/patterns.py).
    signal = models.CharField(_("signal"), max_length=120, blank=True)
    source = models.ForeignKey(
        "analysis.SignalSource", models.PROTECT, null=True, blank=True, related_name="terms", verbose_name=_("read at")
    )
    places = models.JSONField(_("parts of the site"), default=list, blank=True)

    level = models.CharField(_("level"), max_length=5, choices=Level, blank=True)
    max_words = models.PositiveSmallIntegerField(
        _("words in a summary"), null=True, blank=True, validators=[MaxValueValidator(400)]
    )
    quote_words = models.PositiveSmallIntegerField(
        _("quoted words"), null=True, blank=True, validators=[MaxValueValidator(400)]
    )
    ai = models.CharField(_("machine-made summaries"), max_length=5, choices=AI, blank=True)
    quote_chars = models.PositiveIntegerField(_("quoted characters"), null=True, blank=True)
    copied_words = models.PositiveSmallIntegerField(
        _("copied words in a row"),
        null=True,
        blank=True,
        validators=[MinValueValidator(3), MaxValueValidator(400)],
        help_text=_(
            "The longest run outside quotation marks that stands as the source has it. Binds what is published "
            "from then on and checked against the article’s text; what is public stays. While nobody says it: 8."
        ),
    )
    copied_percent = models.PositiveSmallIntegerField(
        _("copied share, in percent"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text=_(
            "The largest share of our words in runs of four or more, once it is more than 15 words. Binds alike. "
            "While nobody says it: 30."
        ),
    )
    embargo_hours = models.PositiveSmallIntegerField(
        _("embargo, hours after publication"), null=True, blank=True, validators=[MaxValueValidator(24 * 365)]
    )
    attribution = models.CharField(_("words we must show"), max_length=200, blank=True)

    reason = models.CharField(_("reason (public)"), max_length=500, blank=True)
    note = models.TextField(_("note (private)"), max_length=4000, blank=True)
    effective_from = models.DateTimeField(_("in force from"), default=timezone.now)
    case = models.ForeignKey("analysis.Case", models.PROTECT, null=True, blank=True, related_name="terms")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-effective_from", "-id"]
        verbose_name = _("terms")
        verbose_name_plural = _("terms")
        constraints = [
            one_of("scope", Scope, "terms_scope"),
            one_of("basis", Basis, "terms_basis"),
            models.CheckConstraint(
                condition=Q(level__in=["", *Level.values]) & Q(ai__in=["", *AI.values]),
                name="terms_level_and_ai",
                violation_error_message=_("Level and machine-made summaries must be one of the offered values."),
            ),
            models.CheckConstraint(
                condition=Q(scope="house", publisher__isnull=True, value="", basis="house")
                | Q(scope="publisher", publisher__isnull=False, value="")
                # Without a publisher: of a site that we do not cover yet. It binds the day we do.
                | Q(scope__in=["domain", "path", "url"]) & ~Q(value=""),
                name="terms_scope_names_its_object",
                violation_error_message=_(
                    "Name what the terms are about: a publisher; for a domain, a path or a page its host, host and "
                    "path, or URL."
                ),
            ),
            models.CheckConstraint(
                condition=(Q(max_words__isnull=True) | Q(max_words__lte=400))
                & (Q(quote_words__isnull=True) | Q(quote_words__lte=400)),
                name="terms_words_in_range",
                violation_error_message=_("A number of words is at most 400."),
            ),
            models.CheckConstraint(
                condition=(Q(copied_words__isnull=True) | Q(copied_words__gte=3, copied_words__lte=400))
                & (Q(copied_percent__isnull=True) | Q(copied_percent__lte=100)),
                name="terms_copied_in_range",
                violation_error_message=_("Copied words in a row are 3 to 400, and a share is at most 100 percent."),
            ),
            models.CheckConstraint(
                condition=Q(basis__in=["site_signal", "page_signal"]) | Q(signal="", source__isnull=True),
                name="terms_only_a_signal_names_one",
                violation_error_message=_("Only terms that rest on a signal name the signal and where it was read."),
            ),
        ]
        indexes = [
            # Question: what did this publisher say, latest first? Asked by the publisher's page and the desk.
            models.Index(fields=["publisher", "-effective_from"], name="terms_of_publisher"),
        ]

    def __str__(self) -> str:
        parts = (self.value or self.publisher, self.get_level_display() or "…")
        about = " · ".join(str(part) for part in parts if part)
        return gettext("%(label)s: %(text)s") % {"label": self.get_scope_display(), "text": about}


class RuleVersion(models.Model):
    """One row that triggers give a new random token whenever terms or holds change.

    A process compares it with the token of the rules that it holds. A counter would not do: a rolled-back
    transaction would hand out the same number twice, for different rules. `earlier` are the tokens before it, newest
    first, as many as a process may have slept through and still read no more than what was added.
    """

    token = models.CharField(max_length=64)
    earlier = models.CharField(max_length=800, default="", blank=True)

    class Meta:
        verbose_name = _("rule version")

    def __str__(self) -> str:
        return self.token
