"""The sources on a story's form: an article is named by its URL, and found or made."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis import comparing, overlap, rulebook
from analysis.addresses import AddressError, canonical
from analysis.models import Article, Publisher, Source
from analysis.owners import article_at
from analysis.terms import Permit
from newsroom import tasks
from newsroom.admin import why
from newsroom.admin.fields import publisher_field, publisher_of_page
from newsroom.admin.rows import PartOfStory, RowForm, RowFormSet
from newsroom.admin.wording import permit_in_words


class SourceForm(RowForm):
    """A new row names an article by its URL: one that we know is found, another is made when the story is saved."""

    url = forms.CharField(
        label=_("URL"), max_length=2000, widget=forms.TextInput(attrs={"class": "vTextField", "inputmode": "url"})
    )
    title = forms.CharField(
        label=_("their headline"), max_length=300, required=False, widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    publisher = publisher_field(
        label=_("publisher"), required=False, help_text=_("Empty: guessed from the host, if we know it.")
    )

    text = forms.CharField(
        label=_("the article’s text"),
        required=False,
        strip=True,
        max_length=1_500_000,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=_(
            "Paste it to check for overlap. "
            "It is kept until publication, at most 30 days, and never shown, not even here."
        ),
    )

    class Meta:
        model = Source
        fields = ("role", "in_summary", "why", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            article = self.instance.article
            self.initial.update(url=article.url, title=article.title, publisher=article.publisher)
            for name in ("url", "title", "publisher"):
                self.fields[name].disabled = True
                self.fields[name].help_text = ""
            if held := getattr(self.instance, "held_text", None):
                self.fields["text"].help_text = _(
                    "A text is held until %(day)s to check for overlap; it is never shown. Paste another to replace it."
                ) % {"day": date_format(held.held_until)}

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        n = sum(1 for _word in overlap.words_of(text))
        if n > overlap.MAX_WORDS:
            raise ValidationError(
                _("This text has %(n)d words; at most %(max)d can be compared."),
                params={"n": n, "max": overlap.MAX_WORDS},
            )
        return text

    def clean_publisher(self) -> Publisher | None:
        # A disabled field was given the row itself, not its name.
        return self.instance.article.publisher if self.instance.pk else self.cleaned_data["publisher"]

    def clean_url(self) -> str:
        if self.instance.pk:
            return self.instance.article.url
        try:
            url = canonical(self.cleaned_data["url"])
            known = article_at(url)
            return known.url if known else url
        except AddressError as error:
            raise ValidationError(
                _("This cannot be read as a web address: %(why)s.") % {"why": gettext(str(error))}
            ) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        url = data.get("url")
        if self.instance.pk or not url or Article.objects.filter(url=url).exists():
            return data
        if not data.get("title") and "title" not in self.errors:
            self.add_error("title", _("Write their headline: we do not know this article yet."))
        if "publisher" not in self.errors:
            try:
                data["publisher"] = publisher_of_page(url, data.get("publisher"))
            except ValidationError as error:
                self.add_error("publisher", error)
        return data

    def save(self, commit: bool = True) -> Source:
        if not self.instance.pk:
            data = self.cleaned_data
            self.instance.article, created = Article.objects.get_or_create(
                url=data["url"],
                defaults={
                    "title": data["title"],
                    "publisher": data["publisher"],
                    "language": self.instance.story.language,
                },
            )
            if created:
                tasks.read_page.enqueue(self.instance.article.pk)
        saved = super().save(commit)
        if self.cleaned_data["text"]:
            comparing.hold(saved, self.cleaned_data["text"])
        return saved


class SourceFormSet(RowFormSet):
    key, twice = "url", _("This article is among the story’s sources already.")


class SourceInline(PartOfStory):
    model = Source
    form = SourceForm
    formset = SourceFormSet
    fields = ("url", ("title", "publisher"), "terms", ("role", "in_summary", "position"), "why", "text")
    readonly_fields = ("terms",)

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("article__publisher", "held_text").defer("held_text__text")

    @cached_property
    def book(self) -> rulebook.RuleBook:
        return rulebook.current()

    @admin.display(description=_("terms in force"))
    def terms(self, source: Source) -> str:
        if not source.pk:
            return str(_("Shown when the source is saved."))
        article = source.article
        permit: Permit = self.book.permit(rulebook.work_of(article), timezone.now())
        return format_html(
            '{} <a href="{}">{}</a> · <a href="{}">{}</a>',
            permit_in_words(permit),
            reverse("admin:analysis_article_change", args=[source.article_id]),
            _("Open this article"),
            why.link_to(article.url),
            _("Why is it so?"),
        )
