"""The rows of a story's form: sources, watch items, mentions, earlier coverage. Claims are in newsroom/admin/claims.py."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from analysis import rulebook
from analysis.addresses import AddressError, canonical, host_of, parents
from analysis.models import Article, Domain, Mention, Publisher, Source, Story, StoryLink, WatchItem
from analysis.models.watch import WatchItemState
from analysis.terms import Permit
from newsroom.admin.fields import earlier_story_field, entity_field, publisher_field
from newsroom.admin.wording import permit_in_words


class RowForm(forms.ModelForm):
    position = forms.IntegerField(
        label=_("order"), min_value=0, max_value=999, required=False, widget=forms.NumberInput(attrs={"class": "short"})
    )

    def clean_position(self) -> int | None:
        given = self.cleaned_data["position"]
        return self.instance.position if given is None and self.instance.pk else given


class RowFormSet(BaseInlineFormSet):
    def save_new(self, form, commit=True):
        """A new row without a place goes last."""
        if form.instance.position is None or "position" not in form.cleaned_data:
            form.instance.position = self.last = self.last + 1
        return super().save_new(form, commit)

    @cached_property
    def last(self) -> int:
        return max((form.instance.position or 0 for form in self.initial_forms), default=0)


class PartOfStory(admin.StackedInline):
    """Rows that belong to a story: whoever may change the story may change them, and nobody else."""

    form = RowForm
    formset = RowFormSet
    extra = 1
    max_num = 60

    def get_formset(self, request: HttpRequest, obj=None, **kwargs):
        return super().get_formset(request, obj, absolute_max=self.max_num, **kwargs)

    def _may(self, request: HttpRequest, story: Story | None) -> bool:
        stories = admin.site.get_model_admin(Story)
        return stories.has_change_permission(request, story) if story and story.pk else stories.has_add_permission(request)

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return admin.site.get_model_admin(Story).has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return self._may(request, obj)

    has_change_permission = has_delete_permission = has_add_permission


# --- sources ------------------------------------------------------------------------------------------------------


class SourceForm(RowForm):
    """A new row names an article by its URL: one that we know is found, another is made when the story is saved."""

    url = forms.CharField(label=_("URL"), max_length=2000, widget=forms.TextInput(attrs={"class": "vTextField", "inputmode": "url"}))
    title = forms.CharField(
        label=_("their headline"), max_length=300, required=False, widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    publisher = publisher_field(
        label=_("publisher"), required=False, help_text=_("Empty: guessed from the host, if we know it.")
    )

    class Meta:
        model = Source
        fields = ("role", "in_summary", "why", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            article = self.instance.article
            self.initial |= {"url": article.url, "title": article.title, "publisher": article.publisher}
            for name in ("url", "title", "publisher"):
                self.fields[name].disabled = True
                self.fields[name].help_text = ""

    def clean_publisher(self) -> Publisher | None:
        # A disabled field was given the row itself, not its name.
        return self.instance.article.publisher if self.instance.pk else self.cleaned_data["publisher"]

    def clean_url(self) -> str:
        if self.instance.pk:
            return self.instance.article.url
        try:
            return canonical(self.cleaned_data["url"])
        except AddressError as error:
            raise ValidationError(_("This cannot be read as a web address: %(why)s.") % {"why": error}) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        url = data.get("url")
        if self.instance.pk or not url or Article.objects.filter(url=url).exists():
            return data
        if not data.get("title") and "title" not in self.errors:
            self.add_error("title", _("Write their headline: we do not know this article yet."))
        if not data.get("publisher") and "publisher" not in self.errors:
            hosts = parents(host_of(url))
            known = {d.host: d.publisher for d in Domain.objects.filter(host__in=hosts).select_related("publisher")}
            data["publisher"] = next((known[host] for host in hosts if host in known), None)
            if not data["publisher"]:
                why = _("Choose the publisher: we do not know whose host %(host)s is.") % {"host": hosts[0]}
                self.add_error("publisher", why)
        return data

    def save(self, commit: bool = True) -> Source:
        if not self.instance.pk:
            data = self.cleaned_data
            self.instance.article, _created = Article.objects.get_or_create(
                url=data["url"],
                defaults={
                    "title": data["title"],
                    "publisher": data["publisher"],
                    "language": self.instance.story.language,
                },
            )
        return super().save(commit)


class SourceFormSet(RowFormSet):
    def clean(self) -> None:
        super().clean()
        seen = set()
        for form in self.forms:
            url = getattr(form, "cleaned_data", {}).get("url")
            if not url or self._should_delete_form(form):
                continue
            if url in seen:
                form.add_error("url", _("This article is among the story’s sources already."))
            seen.add(url)


class SourceInline(PartOfStory):
    model = Source
    form = SourceForm
    formset = SourceFormSet
    fields = ("url", ("title", "publisher"), "terms", ("role", "in_summary", "position"), "why")
    readonly_fields = ("terms",)

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("article__publisher")

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
            '{} <a href="{}">{}</a>',
            permit_in_words(permit),
            reverse("admin:analysis_article_change", args=[source.article_id]),
            _("Open this article"),
        )


# --- watch items --------------------------------------------------------------------------------------------------


def replaceable(story: Story) -> list[WatchItem]:
    """The public watch items of a story that a new one may take the place of."""
    if not story.pk:
        return []
    public = story.watch_items.filter(public_since__isnull=False, superseded_by__isnull=True)
    return list(public.filter(state=WatchItemState.OPEN))


class WatchForm(RowForm):
    """Once public, a watch item is only resolved or replaced: its fields then take nothing from the browser."""

    replaces = forms.TypedChoiceField(
        label=_("corrects"), coerce=int, empty_value=None, required=False,
        help_text=_("A public item that this one takes the place of, once this is published."),
    )  # fmt: skip

    class Meta:
        model = WatchItem
        fields = ("statement", "due", "likelihood", "settled_by", "position")
        widgets = {
            "statement": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
            "due": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, replaceable: list[WatchItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["replaces"].choices = [("", _("nothing")), *((item.pk, str(item)) for item in replaceable)]
        if self.instance.pk or not replaceable:
            self.fields["replaces"].disabled = True
            self.fields["replaces"].widget = forms.HiddenInput()
        if self.instance.public_since:
            for field in self.fields.values():
                field.disabled = True


class WatchFormSet(RowFormSet):
    def add_fields(self, form, index):
        super().add_fields(form, index)
        if form.instance.public_since and "DELETE" in form.fields:
            form.fields["DELETE"] = forms.BooleanField(
                label="", required=False, disabled=True, widget=forms.HiddenInput
            )

    def save(self, commit: bool = True):
        saved = super().save(commit)
        for form in self.extra_forms:
            replaced = getattr(form, "cleaned_data", {}).get("replaces")
            if replaced and form.instance.pk:
                self.instance.watch_items.filter(
                    pk=replaced, superseded_by__isnull=True, public_since__isnull=False, state=WatchItemState.OPEN
                ).update(superseded_by=form.instance)
        return saved


class WatchInline(PartOfStory):
    model = WatchItem
    form = WatchForm
    formset = WatchFormSet
    fields = ("statement", ("due", "likelihood", "position"), "settled_by", "replaces", "so_far")
    readonly_fields = ("so_far",)

    @admin.display(description=_("so far"))
    def so_far(self, item: WatchItem) -> str:
        if not item.public_since:
            return str(_("Not public yet."))
        if item.superseded_by_id:
            return str(_("Public, and corrected by a newer item."))
        if item.state != WatchItemState.OPEN:
            return f"{item.get_state_display()}: {item.outcome}"
        return format_html(
            '{} <a href="{}">{}</a>',
            _("Public, so it can no longer be changed, only corrected by a new one or judged."),
            reverse("admin:analysis_story_resolve", args=[item.story_id, item.pk]),
            _("Say how it turned out"),
        )


# --- mentions and earlier coverage --------------------------------------------------------------------------------


class MentionForm(forms.ModelForm):
    entity = entity_field(label=_("who or what"))

    class Meta:
        model = Mention
        fields = ("entity",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["entity"] = self.instance.entity


class MentionInline(PartOfStory):
    model = Mention
    form = MentionForm
    fields = ("entity",)
    extra = 2

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("entity")


class LinkForm(RowForm):
    earlier = earlier_story_field(label=_("earlier story"))

    class Meta:
        model = StoryLink
        fields = ("earlier", "kind", "verdict", "why", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["earlier"] = self.instance.earlier


class LinkInline(PartOfStory):
    model = StoryLink
    fk_name = "story"
    form = LinkForm
    fields = ("earlier", ("kind", "verdict", "position"), "why")

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("earlier")
