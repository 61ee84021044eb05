"""The form of a story: its head, its summary and its notes. Its rows (sources, claims…) are in newsroom/admin/rows.py.

Summary and notes are plain fields of this form, named by slot, and not rows with ids: so an empty one costs nothing,
and a text typed at the same time as somebody else's keeps its place on the screen.
"""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis import naming
from analysis.models import ContextNote, Desk, Source, Story, Summary
from analysis.models.writing import Slot, SummaryMadeBy
from newsroom.admin.fields import CountedTextarea, MarkdownField

SUMMARY = ("summary_text", "summary_made_by", "summary_model", "summary_checked_by")


def sources_of(story: Story) -> list[Source]:
    """The saved sources of a story, read once for all the forms of a request."""
    if not hasattr(story, "_sources_at_desk"):
        rows = story.sources.select_related("article__publisher") if story.pk else []
        story._sources_at_desk = list(rows)  # type: ignore[attr-defined]
    return story._sources_at_desk  # type: ignore[attr-defined]


def source_label(source: Source) -> str:
    return gettext("%(label)s: %(text)s") % {"label": source.article.publisher.name, "text": source.article.title}


class StoryForm(forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    summary_text = MarkdownField(
        label=_("summary"),
        rows=5,
        max_length=4000,
        help_text=_("What the original reported, in our words. Empty it to have none."),
    )
    summary_made_by = forms.ChoiceField(
        label=_("written by"), choices=SummaryMadeBy.choices, initial=SummaryMadeBy.PERSON, required=False
    )
    summary_model = forms.CharField(
        label=_("which model"), max_length=80, required=False, help_text=_("If a language model wrote it or helped.")
    )
    summary_checked_by = forms.ModelChoiceField(Desk.objects.all(), label=_("checked by"), required=False)

    class Meta:
        model = Story
        fields = (
            "headline", "dek", "topic", "desk", "edited_by", "language", "form", "event_on", "slug", "disclosure",
        )  # fmt: skip
        widgets = {
            "headline": forms.TextInput(attrs={"class": "vTextField headline-field"}),
            "dek": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
            "event_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "disclosure": CountedTextarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        }

    conflict = False  # someone else saved while this was open

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        story = self.instance
        self.initial["version"] = story.version
        self.fields["slug"].required = False
        self.fields["slug"].help_text = _("The page’s URL. Empty: made of the headline. Fixed once published.")
        if story.published_at:
            self.fields["slug"].disabled = True
        if not story.pk:
            self.notes: dict[str, ContextNote] = {}
            self.summary: Summary | None = None
            self._add_notes([])
            return
        self.summary = getattr(story, "summary", None)
        self.notes = {note.slot: note for note in story.notes.prefetch_related("rests_on")}
        if self.summary:
            self.initial.update({name: getattr(self.summary, name.removeprefix("summary_")) for name in SUMMARY})
        self._add_notes([(str(source.pk), source_label(source)) for source in sources_of(story)])

    def _add_notes(self, sources: list[tuple[str, str]]) -> None:
        for slot in Slot:
            note = self.notes.get(slot)
            for name, field in note_fields(slot, sources).items():
                self.fields[name] = field
                if note:
                    part = name.removeprefix(f"note_{slot}_")
                    value = [str(s.pk) for s in note.rests_on.all()] if part == "rests_on" else getattr(note, part)
                    self.initial[name] = value

    def clean_slug(self) -> str:
        """The address as given, or one made of the headline that no other story has."""
        given = self.cleaned_data["slug"]
        if given or self.fields["slug"].disabled:
            return given
        stem = slugify(self.cleaned_data.get("headline", ""))[:90].strip("-") or "story"
        return naming.free_slug(Story.objects.exclude(pk=self.instance.pk), stem)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("summary_text") and data.get("summary_made_by") != SummaryMadeBy.PERSON:
            if not data.get("summary_made_by"):
                self.add_error("summary_made_by", _("Say who or what wrote the summary."))
            elif not data.get("summary_model"):
                self.add_error("summary_model", _("Name the language model that wrote it or helped."))
        if self.instance.pk:
            # The lock holds until the save that follows in the same transaction, so nobody comes in between.
            now = Story.objects.select_for_update().values_list("version", flat=True).get(pk=self.instance.pk)
            if data.get("version") != now:
                self._refuse_stale(now)
        return data

    def _refuse_stale(self, now: int) -> None:
        """Nothing is saved and nothing typed is lost; the next save, made knowing what was saved, is let through."""
        self.conflict = True
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["version"] = str(now)
        self.data = data
        self.add_error(
            None,
            _(
                "Someone else saved this story since you opened it, so nothing was saved now. Everything you typed is "
                "still here. Below is what they saved where it differs from yours: take over what you need, then "
                "save again; what stands in the form then counts."
            ),
        )

    def save_writing(self) -> None:
        """Save the summary and the notes; one that was emptied is removed."""
        data, story = self.cleaned_data, self.instance
        if not data["summary_text"]:
            Summary.objects.filter(story=story).delete()
        elif any(name in self.changed_data for name in SUMMARY):
            values = {name.removeprefix("summary_"): data[name] for name in SUMMARY}
            Summary.objects.update_or_create(story=story, defaults=values)
        for slot in Slot:
            names = [name for name in self.fields if name.startswith(f"note_{slot}_")]
            if not any(name in self.changed_data for name in names):
                continue
            if not data[f"note_{slot}_text"]:
                ContextNote.objects.filter(story=story, slot=slot).delete()
                continue
            values = {"title": data[f"note_{slot}_title"], "text": data[f"note_{slot}_text"]}
            note, _created = ContextNote.objects.update_or_create(story=story, slot=slot, defaults=values)
            if f"note_{slot}_rests_on" in self.fields:
                note.rests_on.set(data[f"note_{slot}_rests_on"])


def note_fields(slot: Slot, sources: list[tuple[str, str]]) -> dict[str, forms.Field]:
    """The fields of one note; what it rests on can be chosen among saved sources only."""
    fields: dict[str, forms.Field] = {
        f"note_{slot}_title": forms.CharField(
            label=_("title"), max_length=120, required=False, widget=forms.TextInput(attrs={"class": "vTextField"})
        ),
        f"note_{slot}_text": MarkdownField(label=slot.label, max_length=40_000, help_text=_("Markdown.")),
    }
    if sources:
        fields[f"note_{slot}_rests_on"] = forms.MultipleChoiceField(
            label=_("rests on"),
            choices=sources,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("None chosen means: on all the story’s sources."),
        )
    return fields
