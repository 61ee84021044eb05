"""Claims on a story's form: each with its standing, and the stance that each saved source takes on it."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analysis.models import Claim, Evidence, Source, StandingChange
from analysis.models.writing import Stance, Standing
from newsroom.admin.forms import source_label, sources_of
from newsroom.admin.rows import PartOfStory, RowForm, RowFormSet


class ClaimForm(RowForm):
    standing = forms.ChoiceField(label=_("standing"), choices=Standing.choices, widget=forms.RadioSelect)

    class Meta:
        model = Claim
        fields = ("text", "standing", "why", "position")
        widgets = {"text": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"})}

    def __init__(self, *args: Any, sources: list[Source], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sources = sources
        held = {e.source_id: e.stance for e in self.instance.evidence.all()} if self.instance.pk else {}
        for source in sources:
            self.fields[stance_of(source)] = forms.ChoiceField(
                label=f"{source_label(source)} ({source.get_role_display()})",
                choices=[("", "—"), *Stance.choices],
                required=False,
            )
            self.initial[stance_of(source)] = held.get(source.pk, "")

    def save_stances(self, still_there: set[int]) -> None:
        """Write what was chosen as Evidence; of a source that was removed in the same save, nothing."""
        for source in self.sources:
            stance = self.cleaned_data[stance_of(source)]
            if stance_of(source) not in self.changed_data or source.pk not in still_there:
                continue
            if stance:
                Evidence.objects.update_or_create(claim=self.instance, source=source, defaults={"stance": stance})
            else:
                Evidence.objects.filter(claim=self.instance, source=source).delete()

    def record_change(self, by) -> None:
        """Date a change of standing, with who and why. The first change also writes down where it stood before.

        Nothing of a story that was never public: no reader saw it move, and a draft can still be thrown away.
        """
        claim, before = self.instance, self.initial["standing"]
        if claim.story.current_id is None:
            return
        if not claim.changes.exists():
            was = {"standing": before, "why": self.initial["why"], "at": self.initial["checked_at"]}
            StandingChange.objects.create(claim=claim, **was)
        StandingChange.objects.create(claim=claim, standing=claim.standing, why=claim.why, by=by)


class ClaimFormSet(RowFormSet):
    by = None  # who saves; the admin sets it

    def save(self, commit: bool = True):
        forms: list[Any] = self.forms
        for form in self.initial_forms:
            form.initial["checked_at"] = form.instance.checked_at
            if form.has_changed():
                form.instance.checked_at = timezone.now()
        saved = super().save(commit)
        still_there = set(self.instance.sources.values_list("pk", flat=True))
        for form in forms:
            if form.instance.pk and form.has_changed() and form not in self.deleted_forms:
                form.save_stances(still_there)
                if form in self.initial_forms and "standing" in form.changed_data:
                    form.record_change(self.by)
        return saved


class ClaimInline(PartOfStory):
    model = Claim
    form = ClaimForm
    formset = ClaimFormSet

    def get_formset(self, request: HttpRequest, obj=None, **kwargs):
        return super().get_formset(request, obj, **kwargs | {"fields": ClaimForm.Meta.fields})

    def get_fieldsets(self, request: HttpRequest, obj=None):
        stances = [stance_of(source) for source in sources_of(obj)] if obj else []
        said = _("What each source says of it") if stances else _("Save the sources to say what each says of it.")
        return [(None, {"fields": ["text", "standing", ("why", "position")]}), (said, {"fields": stances})]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).prefetch_related("evidence")


def stance_of(source: Source) -> str:
    """The name of the field that holds a source's stance."""
    return f"stance_{source.pk}"
