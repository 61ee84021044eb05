"""The watch items on a story's form. Once public they are only judged, or replaced by a newer one."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis.models import Story, WatchItem
from analysis.models.watch import WatchItemState
from newsroom.admin.rows import PartOfStory, RowForm, RowFormSet


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
        choices = [("", _("nothing")), *((item.pk, str(item)) for item in replaceable)]
        self.fields["replaces"].choices = choices  # type: ignore[attr-defined]
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

    def delete_existing(self, obj: WatchItem, commit: bool = True):
        """The public item that a replacement was to take the place of stands again when the replacement is dropped."""
        if commit and not obj.public_since:
            WatchItem.objects.filter(superseded_by=obj).update(superseded_by=None)
        super().delete_existing(obj, commit)

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

    def get_formset(self, request: HttpRequest, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)

        class Deletable(formset.form):  # type: ignore[name-defined]
            """The admin refuses to delete what another row points to; delete_existing() undoes that pointing."""

            def hand_clean_DELETE(self):
                if self.instance.public_since:
                    super().hand_clean_DELETE()

        formset.form = Deletable
        return formset

    @admin.display(description=_("so far"))
    def so_far(self, item: WatchItem) -> str:
        if not item.public_since:
            return str(_("Not public yet."))
        if item.superseded_by_id:
            return str(_("Public, and corrected by a newer item."))
        if item.state != WatchItemState.OPEN:
            return gettext("%(label)s: %(text)s") % {"label": item.get_state_display(), "text": item.outcome}
        return format_html(
            '{} <a href="{}">{}</a>',
            _("Public, so it can no longer be changed, only corrected by a new one or judged."),
            reverse("admin:analysis_story_resolve", args=[item.story_id, item.pk]),
            _("Say how it turned out"),
        )
