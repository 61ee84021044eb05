"""Form fields of the desk: a row chosen by its name, and texts whose words are counted."""

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms.widgets import Script
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from analysis.addresses import AddressError, host_of
from analysis.models import Entity, Publisher, Story
from analysis.owners import publisher_of
from analysis.text import TextError, count_words, to_html

OFFERED = 500  # names in one <datalist>; whoever writes another name in full is understood as well


class NameField(forms.CharField):
    """A row chosen by writing its name. The browser completes it from a <datalist>: no script, any size of table."""

    def __init__(self, find: Callable[[str], Model | None], *, offers: str, unknown: Any = "", **kwargs):
        kwargs.setdefault("max_length", 500)
        super().__init__(**kwargs)
        self.find, self.unknown = find, unknown
        self.widget.attrs.update({"list": offers, "autocomplete": "off", "class": "vTextField"})

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        found = self.find(text)
        if found is None:
            raise ValidationError(self.unknown, params={"name": text})
        return found

    def prepare_value(self, value):
        return value.slug if isinstance(value, Story) else str(value) if isinstance(value, Model) else value

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)


def readable(read: Callable[[str], str], typed: str) -> str:
    """A pasted address as `read`, of analysis.addresses, keeps it. Raises ValidationError with what is wrong."""
    try:
        return read(typed)
    except AddressError as error:
        why = _("This cannot be read as a web address: %(why)s.")
        raise ValidationError(why, params={"why": gettext(str(error))}) from error


def publisher_field(**kwargs) -> NameField:
    return NameField(
        lambda name: Publisher.objects.filter(name__iexact=name).first(),
        offers="publishers",
        unknown=_("There is no publisher named “%(name)s”. Add it under Publishers first."),
        **kwargs,
    )


def publisher_of_page(url: str, chosen: Publisher | None) -> Publisher:
    """Whose a page is, by its host; what was chosen counts for a host that is nobody's. Raises ValidationError.

    The publisher decides which terms apply, so nobody may put another name on a host that has an owner.
    """
    host = host_of(url)
    owner = publisher_of(host)
    if owner and chosen and owner != chosen:
        why = _("%(host)s belongs to %(publisher)s. Choose it, or move the domain first.")
        raise ValidationError(why, params={"host": host, "publisher": owner})
    found = owner or chosen
    if not found:
        raise ValidationError(_("Choose the publisher: we do not know whose host %(host)s is."), params={"host": host})
    return found


def earlier_story_field(**kwargs) -> NameField:
    def find(typed: str) -> Story | None:
        published = Story.objects.filter(status=Story.Status.PUBLISHED)
        address = re.search(r"(?:^|/stories/)([-\w]+)/?$", typed)
        if address and (found := published.filter(slug=address[1]).first()):
            return found
        named = list(published.filter(headline__iexact=typed)[:2])
        return named[0] if len(named) == 1 else None

    return NameField(
        find,
        offers="stories",
        unknown=_("“%(name)s” is not the headline or the address of one published story."),
        help_text=_("Begin to write its headline, or paste its address."),
        **kwargs,
    )


def entities() -> list[tuple[str, str]]:
    """The names of entities, those left out that were merged into another. One query."""
    names = Entity.objects.filter(leads_to=None).values_list("name", flat=True)
    return [(name, "") for name in names[:OFFERED]]


def offers() -> dict[str, list[tuple[str, str]]]:
    """What the browser may complete from: value and label by list. Three queries."""
    stories = Story.objects.filter(status=Story.Status.PUBLISHED).order_by("-published_at", "-id")
    return {
        "publishers": [(name, "") for name in Publisher.objects.values_list("name", flat=True)[:OFFERED]],
        "entities": entities(),
        "stories": list(stories.values_list("slug", "headline")[:OFFERED]),
    }


def counter(name: str, text: str, limit: int | None = None, *, swap: bool = False) -> SafeString:
    """The number of words under a text; words.js keeps it as one types. `swap`: put it in the place of the last."""
    n = count_words(text)
    if limit is None:
        words = ngettext("word", "words", n)
    else:
        words = ngettext(
            "of the %(max)d word that these terms allow", "of the %(max)d words that these terms allow", limit
        ) % {"max": limit}
    return format_html(
        '<p class="count{}" id="count_{}" data-counts="id_{}" data-limit="{}"{}><output for="id_{}">{}</output> {}</p>',
        " over" if limit is not None and n > limit else "", name, name, "" if limit is None else limit,
        mark_safe(' hx-swap-oob="true"') if swap else "", name, n, words,
    )  # fmt: skip


class CountedTextarea(forms.Textarea):
    """A text with its number of words under it; words.js keeps the number as one types."""

    class Media:
        js = [Script("js/words.js", defer=True)]

    def render(self, name, value, attrs=None, renderer=None):
        return super().render(name, value, attrs, renderer) + counter(name, value or "")


class MarkdownTextarea(CountedTextarea):
    """A Markdown text with its toolbar. What is pasted into it arrives as Markdown."""

    class Media:
        css = {"all": ["css/writing.css"]}
        js = [
            Script("js/vendor/markdown-toolbar-element/markdown-toolbar-element.js", type="module"),
            Script("js/vendor/turndown/turndown.js", defer=True),
            Script("js/markdown.js", type="module"),
            Script("js/paste.js", type="module"),
        ]

    def render(self, name, value, attrs=None, renderer=None):
        toolbar = render_to_string("admin/markdown_toolbar.html", {"for": (attrs or {}).get("id", "")})
        return toolbar + super().render(name, value, attrs, renderer)


class MarkdownField(forms.CharField):
    """A text that can be rendered in bounded time."""

    def __init__(self, *, rows: int = 6, **kwargs):
        widget = MarkdownTextarea(attrs={"rows": rows, "class": "vLargeTextField prose", "data-markdown": True})
        super().__init__(widget=widget, required=False, **kwargs)

    def widget_attrs(self, widget):
        """Without `maxlength`: at it a browser cuts a pasted text off and says nothing. Here it is refused in words."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}

    def clean(self, value):
        text = super().clean(value)
        try:
            to_html(text)
        except TextError as error:
            raise ValidationError(str(error)) from error
        return text
