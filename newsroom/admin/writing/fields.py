"""How each part of the story form is read, and what is wrong with it, in words. Nothing here writes."""

import json
import re
from collections.abc import Container
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms.models import fields_for_model
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from analysis import overlap
from analysis.addresses import AddressError, canonical
from analysis.made import BY_MACHINE, OF_ROWS
from analysis.merging import Typed
from analysis.models import Article, Claim, Entity, Source, Story, StoryLink, WatchItem
from analysis.models.made import MadeBy
from analysis.models.stories import EntityKind, fold
from analysis.models.writing import Slot, Stance
from analysis.owners import article_at
from newsroom.admin.fields import MarkdownField, earlier_story_field, publisher_field, publisher_of_page
from newsroom.admin.writing.typed import MAKING


class Values(dict[str, list[str]]):
    """Typed values as a Django form reads them."""

    def get(self, name: str, default: Any = None) -> Any:  # type: ignore[override]
        values = super().get(name)
        return values[-1] if values else default

    def getlist(self, name: str) -> list[str]:
        return super().get(name) or []


def fields_of(model: type[Model], *names: str) -> list[forms.Field]:
    """The form fields of a model's own, with its limits and its words."""
    return list(fields_for_model(model, names).values())


class HeadForm(forms.Form):
    """Everything that is there once: the head of the story, its summary, its notes, and how its parts were made.

    `there`: which of made.OF_ROWS have rows.
    """

    headline, dek, language, form = fields_of(Story, "headline", "dek", "language", "form")
    topic = forms.ChoiceField(label=_("topic"))
    desk = forms.ChoiceField(label=_("signed by"))
    edited_by = forms.ChoiceField(label=_("edited by"), required=False)
    event_on, slug, disclosure, conflicts = fields_of(Story, "event_on", "slug", "disclosure", "conflicts")
    summary_text = MarkdownField(label=_("summary"), max_length=4000)

    remark_field = forms.CharField(required=False)
    remark_text = forms.CharField(label=_("remark"), max_length=1000, required=False)

    def __init__(
        self, typed: Typed, story: Story, options: dict[str, list[tuple[str, str]]], there: Container[str]
    ) -> None:
        super().__init__(Values(typed))
        self.story, self.typed, self.there = story, typed, there
        desks = options["desks"]
        for name, choices in (
            ("topic", options["topics"]),
            ("desk", desks),
            ("edited_by", [("", ""), *desks]),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.fields["slug"].required = False
        for slot in Slot:
            self.fields[f"note_{slot}_title"] = forms.CharField(max_length=120, required=False)
            self.fields[f"note_{slot}_text"] = MarkdownField(max_length=40_000)
        by_name = [("", ""), *((label, label) for _slug, label in desks)]
        for part in MAKING:
            self.fields[f"{part}_made_by"] = forms.ChoiceField(choices=MadeBy.choices, required=False)
            self.fields[f"{part}_model"] = forms.CharField(max_length=80, required=False)
            self.fields[f"{part}_checked_by"] = forms.ChoiceField(choices=by_name, required=False)
            self.fields[f"{part}_checked"] = forms.BooleanField(required=False)

    def clean_headline(self) -> str:
        """On one line: the field has room for more, and a paste brings them. Without what would turn over whatever
        stands behind it on a line (Unicode TR 9, overrides)."""
        return re.sub(r"[\u202d\u202e]", "", re.sub(r" *\n\s*", " ", self.cleaned_data["headline"]))

    def clean_slug(self) -> str:
        """The address as given; empty, one is made of the headline when it is saved. Once public it stays."""
        given = self.cleaned_data["slug"]
        if self.story.published_at or given == self.story.slug:
            return self.story.slug
        if given and Story.objects.exclude(pk=self.story.pk).filter(slug=given).exists():
            raise ValidationError(_("Another story has this address."))
        return given

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("summary_text") and not data.get("summary_made_by"):
            self._wants("summary_made_by", _("Say who or what wrote the summary."))
        for part in MAKING:
            there = part == "head" or part in self.there or data.get(f"{part}_text")
            if there and data.get(f"{part}_made_by") in BY_MACHINE and not data.get(f"{part}_model"):
                self._wants(f"{part}_model", _("Name the language model that wrote it or helped."))
        if not data.get("summary_text") and self._said_of("summary"):
            self._wants("summary_text", _("Write the summary, or empty what is said of it."))
        for slot in Slot:
            beside = data.get(f"note_{slot}_title") or any(self.typed.get(f"note_{slot}_rests_on", []))
            if not data.get(f"note_{slot}_text") and (beside or self._said_of(f"note_{slot}")):
                self._wants(f"note_{slot}_text", _("Write the note, or empty its title and what is said of it."))
        for part in OF_ROWS:
            if part not in self.there and self._said_of(part):
                self._wants(f"{part}_made_by", _("Write one, or empty what is said of how they were made."))
        return data

    def _said_of(self, part: str) -> bool:
        """Whether somebody said how a part was made; that a person did it is in the list by itself."""
        return any(self.cleaned_data.get(f"{part}_{name}") for name in ("model", "checked_by"))

    def _wants(self, name: str, words: Any) -> None:
        """Without its text nothing of it could be kept: it is asked for, unless it has a mistake of its own."""
        if name not in self.errors:
            self.add_error(name, words)


class Shared(dict[str, forms.Field]):
    """Fields that no form changes. Django would copy each of them for each form: a story may have two hundred rows."""

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, forms.Field]:
        return dict(self)


class RowForm(forms.Form):
    """One row. `saved`: it has been saved before, so what it is about stays what it is."""

    main = ""  # the field without which there is no row
    position = forms.IntegerField(min_value=0, max_value=999, required=False)

    def __init__(self, parts: Typed, prefix: str, saved: bool) -> None:
        super().__init__(Values({f"{prefix}-{part}": values for part, values in parts.items()}), prefix=prefix)
        self.saved, self.parts = saved, parts

    @property
    def order(self) -> int:
        """Where it wants to stand; without a word, last."""
        given = self.cleaned_data.get("position")
        return 1_000 if given is None else given


class SourceForm(RowForm):
    """A new row names an article by its URL: one that we know is found, another is made when the story is saved."""

    main = "url"
    url = forms.CharField(label=_("URL"), max_length=2000)
    title = forms.CharField(label=_("their headline"), max_length=300, required=False)
    publisher = publisher_field(label=_("publisher"), required=False)
    text = forms.CharField(label=_("the article’s text"), required=False, max_length=1_500_000)
    role, why, copied_from = fields_of(Source, "role", "why", "copied_from")
    in_summary = forms.BooleanField(required=False)
    read = forms.BooleanField(required=False)  # the person has: pre-flight asks for it
    article: Article | None = None  # known, or made here and not saved yet

    def __init__(self, parts: Typed, prefix: str, saved: bool, article: Article | None = None) -> None:
        super().__init__(parts, prefix, saved)
        if saved:
            self.article = article
            for name in ("url", "title", "publisher"):
                del self.fields[name]

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        if len(text) < 2 * overlap.MAX_WORDS:  # a word and what parts it from the next: they need not be counted
            return text
        n = sum(1 for _word in overlap.words_of(text))
        if n > overlap.MAX_WORDS:
            raise ValidationError(
                _("This text has %(n)d words; at most %(max)d can be compared."),
                params={"n": n, "max": overlap.MAX_WORDS},
            )
        return text

    def clean_url(self) -> str:
        try:
            url = canonical(self.cleaned_data["url"])
            self.article = article_at(url)
        except AddressError as error:
            raise ValidationError(
                _("This cannot be read as a web address: %(why)s.") % {"why": gettext(str(error))}
            ) from error
        return self.article.url if self.article else url

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        url = data.get("url")
        if self.saved or self.article or not url:
            return data
        if not data.get("title") and "title" not in self.errors:
            self.add_error("title", _("Write their headline: we do not know this article yet."))
        if "publisher" not in self.errors:
            try:
                owner = publisher_of_page(url, data.get("publisher"))
            except ValidationError as error:
                self.add_error("publisher", error)
            else:
                self.article = Article(url=url, title=data.get("title") or url, publisher=owner)
        return data


_STANCES = frozenset(Stance.values)  # Django makes the list anew each time; a story may ask for it 1,200 times


class ClaimForm(RowForm):
    main = "text"
    text, standing, why = fields_of(Claim, "text", "standing", "why")
    shares = forms.CharField(label=_("same as"), max_length=300, required=False)

    def clean_shares(self) -> int | None:
        """The number of a claim of another story, from its address or as it is."""
        given = self.cleaned_data["shares"].strip()
        if not given:
            return None
        found = re.search(r"(?:\A|/claims/)([1-9][0-9]{0,17})/?\Z", given, re.A)
        if not found:
            raise ValidationError(_("Give the address of the claim, or its number: /claims/12/, or 12."))
        return int(found[1])

    def clean(self) -> dict[str, Any]:
        """The stances by id of their source; there may be thirty of them, so they are no fields of Django's."""
        data = super().clean() or self.cleaned_data
        data["stances"] = {}
        for part, values in self.parts.items():
            if part.startswith("stance_") and (value := values[-1]):
                if value not in _STANCES:
                    self.add_error(None, _("Choose one of the offered stances."))
                data["stances"][number(part.removeprefix("stance_"))] = value
        return data


class WatchForm(RowForm):
    main = "statement"
    statement, due, settled_by = fields_of(WatchItem, "statement", "due", "settled_by")
    likelihood = forms.IntegerField(label=_("likelihood, percent"), min_value=1, max_value=99)
    replaces = forms.IntegerField(required=False)


class LinkForm(RowForm):
    main = "earlier"
    earlier = earlier_story_field(label=_("earlier story"))
    kind, verdict, why = fields_of(StoryLink, "kind", "verdict", "why")

    def __init__(self, parts: Typed, prefix: str, saved: bool) -> None:
        super().__init__(parts, prefix, saved)
        if saved:
            del self.fields["earlier"]


class MentionForm(RowForm):
    """A name that we know, or one that is new, which is made when the story is saved."""

    main = "name"
    name = forms.CharField(label=_("who or what"), max_length=120)
    kind = forms.ChoiceField(
        label=_("kind, if it is new here"), choices=[("", "—"), *EntityKind.choices], required=False
    )
    entity: Entity | None = None

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if self.saved:
            return name
        known = Entity.objects.filter(folded=fold(name)).select_related("leads_to").first()
        self.entity = known and (known.leads_to or known)
        if not self.entity:
            made = Entity(name=name)
            try:
                made.clean()
            except ValidationError as error:
                raise ValidationError(error.message_dict["name"]) from error
            return made.name
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("name") and not self.saved and not self.entity and not data.get("kind"):
            unknown = _("“%(name)s” is new here: say what it is, or correct the name.") % {"name": data["name"]}
            self.add_error("kind", unknown)
        return data


def number(key: str) -> int:
    """The id of a row: of a new one, "n3", a negative number."""
    return -int(key[1:]) if key.startswith("n") else int(key)


def key_of(number: int) -> str:
    """The key of a row by its id: the other way round."""
    return f"n{-number}" if number < 0 else str(number)


FORMS: dict[str, type[RowForm]] = {
    "sources": SourceForm,
    "claims": ClaimForm,
    "watch_items": WatchForm,
    "earlier": LinkForm,
    "mentions": MentionForm,
}
_forms: list[type[RowForm]] = [RowForm, *FORMS.values()]
for _form in _forms:
    _form.base_fields = Shared(_form.base_fields)


REMEMBERED = 5_000  # characters of a row with its names: what is longer is read each time, and takes no memory


def read(kind: str, key: str, saved: bool, parts: Typed) -> RowForm:
    """A row of which nothing has to be asked of the database. Whoever changes it, changes a copy."""
    written = json.dumps(parts, ensure_ascii=False)
    if len(written) > REMEMBERED:
        return _read(kind, key, saved, parts)
    return _remembered(kind, key, saved, written, get_language())


def _read(kind: str, key: str, saved: bool, parts: Typed) -> RowForm:
    form = FORMS[kind](parts, f"{kind}-{key}", saved)
    form.is_valid()
    return form


@lru_cache(maxsize=1024)  # of seventy rows, a pause in typing changes one
def _remembered(kind: str, key: str, saved: bool, written: str, _language: str | None) -> RowForm:
    """As it was read in a language: days are typed as it has them."""
    return _read(kind, key, saved, json.loads(written))
