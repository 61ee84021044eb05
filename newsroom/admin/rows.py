"""What the rows of a story's form have in common, and the plainest of them: mentions and earlier coverage."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from analysis import naming
from analysis.models import Entity, Mention, Story, StoryLink
from analysis.models.stories import EntityKind, fold
from newsroom.admin.fields import NameField, earlier_story_field


class RowForm(forms.ModelForm):
    position = forms.IntegerField(
        label=_("order"), min_value=0, max_value=999, required=False, widget=forms.NumberInput(attrs={"class": "short"})
    )

    def clean_position(self) -> int | None:
        given = self.cleaned_data["position"]
        return self.instance.position if given is None and self.instance.pk else given


class RowFormSet(BaseInlineFormSet):
    key = ""  # a field whose value may stand in one row only
    twice: Any = ""  # what to say of the second

    def same(self, value: Any) -> object:
        """What two values have in common that count as one."""
        return value

    def clean(self) -> None:
        super().clean()
        seen = set()
        for form in self.forms:
            value = getattr(form, "cleaned_data", {}).get(self.key)
            if not value or self._should_delete_form(form):  # type: ignore[attr-defined]
                continue
            if self.same(value) in seen:
                form.add_error(self.key, self.twice)
            seen.add(self.same(value))

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

    form: type[forms.ModelForm] = RowForm
    formset = RowFormSet
    extra = 1
    max_num = 60

    def get_formset(self, request: HttpRequest, obj=None, **kwargs):
        return super().get_formset(request, obj, absolute_max=self.max_num, **kwargs)

    def _may(self, request: HttpRequest, story: Story | None) -> bool:
        stories = admin.site.get_model_admin(Story)
        return (
            stories.has_change_permission(request, story) if story and story.pk else stories.has_add_permission(request)
        )

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return admin.site.get_model_admin(Story).has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return self._may(request, obj)

    has_change_permission = has_delete_permission = has_add_permission


class MentionForm(forms.ModelForm):
    """A row names an entity that we know, or one that is new, which is made when the story is saved."""

    name = NameField(
        lambda name: Entity.objects.filter(folded=fold(name)).first() or Entity(name=name),
        offers="entities",
        max_length=120,
        label=_("who or what"),
    )
    kind = forms.ChoiceField(
        label=_("kind, if it is new here"), choices=[("", "—"), *EntityKind.choices], required=False
    )

    class Meta:
        model = Mention
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["name"] = self.instance.entity

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        entity = data.get("name")
        if not entity or entity.pk:
            return data
        try:
            entity.clean()
        except ValidationError as error:
            self.add_error("name", error.message_dict["name"])
        if not data.get("kind"):
            unknown = _("“%(name)s” is new here: say what it is, or correct the name.") % {"name": entity}
            self.add_error("kind", unknown)
        return data

    def save(self, commit: bool = True) -> Mention:
        entity = self.cleaned_data["name"]
        self.instance.entity = entity if entity.pk else naming.entity(entity.name, self.cleaned_data["kind"])
        return super().save(commit)


class MentionFormSet(RowFormSet):
    key, twice = "name", _("This entity is mentioned already.")

    def same(self, value: Any) -> object:
        return fold(value.name)

    def save(self, commit: bool = True) -> list[Mention]:
        # Names may change places: the rows go first, and those that stay come back under their own ids.
        changed = [form.instance.pk for form in self.initial_forms if form.has_changed()]
        Mention.objects.filter(pk__in=changed).delete()
        return super().save(commit)


class MentionInline(PartOfStory):
    model = Mention
    form = MentionForm
    formset = MentionFormSet
    fields = (("name", "kind"),)
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
