"""Publishers with their domains, articles, and what stories are filed and signed under. Terms are in terms.py."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis import evidence
from analysis.addresses import canonical, host
from analysis.models import Article, Desk, Domain, Entity, Page, Publisher, Topic
from analysis.models.readings import Occasion
from analysis.owners import article_at
from analysis.rendition.evidence import view
from newsroom import tasks
from newsroom.admin import entities
from newsroom.admin.fields import MarkdownField, publisher_of_page, readable
from newsroom.admin.site import DeskAdmin, NamedForm, who
from newsroom.templatetags.dates import newsroom_short

ANSWERS = 12  # of an article's server, the newest
MOST_SOURCES = 200  # addresses that were read, on one page


class DomainForm(forms.ModelForm):
    class Meta:
        model = Domain
        fields = ("host",)

    def clean_host(self) -> str:
        return readable(host, self.cleaned_data["host"])


class DomainFormSet(forms.BaseInlineFormSet):
    """Each field of a line says to a screen reader what it is: the stock table names its columns only."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = capfirst(field.label or "")


class DomainInline(admin.TabularInline):
    model = Domain
    form = DomainForm
    formset = DomainFormSet
    extra = 2
    max_num = 100


@admin.register(Publisher)
class PublisherAdmin(DeskAdmin):
    form = NamedForm
    inlines = [DomainInline]
    fields = ["name", "slug", "homepage", ("language", "country"), "about"]
    fixed = ("slug",)
    list_display = ["name", "homepage", "language", "country"]
    search_fields = ["name", "domains__host"]
    ordering = ["name"]

    def get_urls(self):
        name = "analysis_publisher_signals"
        return [path("<int:pk>/signals/", self.admin_site.admin_view(self.signals), name=name), *super().get_urls()]

    def signals(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the publisher's sites say to machines. A POST asks the worker to read it anew."""
        publisher = get_object_or_404(Publisher, pk=pk)
        may = self.has_change_permission(request, publisher)
        if not (may if request.method == "POST" else self.has_view_permission(request, publisher)):
            raise PermissionDenied
        if request.method == "POST":
            tasks.read_signals.enqueue(pk)
            messages.success(request, gettext("Its signals are being read. Open this page again in a minute."))
            return HttpResponseRedirect(request.path)
        sources = publisher.signal_sources.order_by("about", "id")[:MOST_SOURCES]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": publisher,
            "title": _("What their sites say to machines"),
            "subtitle": str(publisher),
            "may_read": may,
            "signals": [view(found) for found in evidence.latest(sources)],
            "joined": evidence.joined(publisher),
        }
        return TemplateResponse(request, "admin/analysis/publisher/signals.html", context)


class ArticleForm(forms.ModelForm):
    def clean_url(self) -> str:
        url = readable(canonical, self.cleaned_data["url"])
        known = article_at(url)
        if known and known.pk != self.instance.pk:
            raise ValidationError(_("This article is known already as %(url)s.") % {"url": known.url})
        return url

    def clean(self):
        data = super().clean() or self.cleaned_data
        url = data.get("url") or self.instance.url  # a known article's URL is not asked for
        if url and data.get("publisher"):
            try:
                publisher_of_page(url, data["publisher"])
            except ValidationError as error:
                self.add_error("publisher", error)
        return data


@admin.register(Article)
class ArticleAdmin(DeskAdmin):
    form = ArticleForm
    fields = ["url", "title", ("publisher", "author"), "language", "published_at", "retrieved_at"]
    fixed = ("url",)
    readonly_fields = ("retrieved_by", "answers")
    list_display = ["title", "publisher", "published_at", "language"]
    list_filter = ["language"]
    list_select_related = ["publisher"]
    search_fields = ["title", "url"]
    ordering = ["-id"]

    def get_fields(self, request: HttpRequest, obj: Article | None = None):
        return [*self.fields, *(("retrieved_by", "answers") if obj else ())]

    @admin.display(description=_("what its server answered"), empty_value="—")
    def answers(self, obj: Article):
        """The newest answers, each in a line."""
        lines = []
        for one in obj.readings.all()[:ANSWERS]:
            words = [newsroom_short(one.asked_at), one.get_occasion_display(), one.get_outcome_display()]
            words += [str(one.status or ""), one.final_url, one.why, one.sha256[:12], one.memento]
            lines.append((" · ".join(word for word in words if word),))
        return format_html_join(mark_safe("<br>"), "{}", lines) or None

    def get_readonly_fields(self, request: HttpRequest, obj: Article | None = None):
        """Whose it is decides the terms: once a page was published on it, that stays."""
        cited = obj is not None and obj.citations.exists()
        return (*super().get_readonly_fields(request, obj), *(["publisher"] if cited else []))

    def save_model(self, request: HttpRequest, obj: Article, form, change: bool) -> None:
        if obj.retrieved_at and "retrieved_at" in form.changed_data:
            obj.retrieved_by = who(request)
        super().save_model(request, obj, form, change)
        if not change:
            tasks.read_page.enqueue(obj.pk, Occasion.ADDED)


@admin.register(Topic, Desk)
class NamedAdmin(DeskAdmin):
    form = NamedForm
    fixed = ("slug",)
    list_display = ["name", "slug"]
    search_fields = ["name"]
    ordering = ["name"]


class LinesField(forms.CharField):
    """A list of words, one a line."""

    widget = forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})

    def prepare_value(self, value):
        return "\n".join(str(line) for line in value) if isinstance(value, list) else value

    def clean(self, value):
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), (data or "").replace("\r\n", "\n"))


class EntityForm(NamedForm):
    aliases = LinesField(label=_("other names"), max_length=2000, required=False, help_text=_("One a line."))


@admin.register(Entity)
class EntityAdmin(DeskAdmin):
    form = EntityForm
    fields = ["name", "slug", "kind", "description", "aliases", "site", "wikidata"]
    fixed = ("slug",)
    list_display = ["name", "kind", "description", "merged_into"]
    list_filter = ["kind"]
    list_select_related = ["merged_into"]
    search_fields = ["name"]
    ordering = ["name"]

    def get_urls(self):
        return [*entities.urls(self), *super().get_urls()]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context |= entities.beside(request, obj) if obj else {}
        return super().render_change_form(request, context, add, change, form_url, obj)


class PageForm(forms.ModelForm):
    body = MarkdownField(label=_("text (Markdown)"), rows=24, max_length=40_000)

    def clean_body(self) -> str:
        if not self.cleaned_data["body"]:
            raise ValidationError(_("Write the text of the page."))
        return self.cleaned_data["body"]


@admin.register(Page)
class PageAdmin(DeskAdmin):
    form = PageForm
    fields = ["title", ("slug", "language", "position"), "body"]
    list_display = ["title", "slug", "language", "updated_at"]
    list_filter = ["language"]
    ordering = ["position", "slug", "language"]
