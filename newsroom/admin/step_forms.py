"""What the desk's steps ask before they are taken (newsroom/admin/steps.py)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy

from analysis import editing, judging, local_time
from analysis.models import Article, ErrorReport
from analysis.models.publication import RevisionKind
from analysis.models.watch import WatchItemState
from analysis.models.writing import Standing

_OVER = gettext_lazy("A report that you chose is decided already, or its reader took it back. Choose again.")


class StepForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)  # what the person has seen is what is acted on


class ClosingForm(StepForm):
    """A step that may put right what readers reported. `closed` and `thanked` are reports in the cleaned data."""

    closes = forms.MultipleChoiceField(
        label=gettext_lazy("Reports of readers that this closes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _OVER},
    )
    thanks = forms.MultipleChoiceField(
        label=gettext_lazy("Thanked by name where it is announced, if their report is closed"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _OVER},
    )

    def offer(self, reports: Sequence[ErrorReport], chosen: str) -> None:
        """The open reports; `chosen`, the id of one of them, is ticked, and so is everyone who wishes to be thanked."""
        self.reports = {str(report.pk): report for report in reports}
        fields: Any = self.fields
        fields["closes"].choices = [
            (pk, f"{report.reference} · {Truncator(report.wrong).chars(120)}") for pk, report in self.reports.items()
        ]
        wish = {pk: report.name for pk, report in self.reports.items() if report.thank}
        fields["thanks"].choices = list(wish.items())
        self.initial = {**self.initial, "closes": [chosen], "thanks": list(wish)}
        for name in ("closes", "thanks"):
            # What was sent and is offered no more must be told to who sent it.
            if not fields[name].choices and not (name == "closes" and self.data and self.data.get(name)):
                del fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        closed = [self.reports[pk] for pk in data.get("closes", [])]
        thanked = [report for report in closed if str(report.pk) in data.get("thanks", [])]
        return {**data, "closed": closed, "thanked": thanked}


class ReviseForm(ClosingForm):
    field_order = ("version", "kind", "reason", "closes", "thanks")
    kind = forms.ChoiceField(
        label=gettext_lazy("What kind of change is it?"),
        widget=forms.RadioSelect,
        choices=[
            (RevisionKind.EDIT, gettext_lazy("Minor edit: a typo, nothing that a reader was told wrongly")),
            (RevisionKind.UPDATE, gettext_lazy("Update: something new has happened")),
            (RevisionKind.CLARIFICATION, gettext_lazy("Clarification: what we wrote could be misread")),
            (RevisionKind.CORRECTION, gettext_lazy("Correction: what we wrote was wrong")),
        ],
    )
    reason = forms.CharField(
        label=gettext_lazy("The sentence that readers see"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What was wrong, and what is right. Needed for a correction and a clarification."),
    )

    def offer(self, reports: Sequence[ErrorReport], chosen: str) -> None:
        super().offer(reports, chosen)
        if thanks := self.fields.get("thanks"):
            thanks.help_text = gettext_lazy(
                "In a correction, a clarification, or an update with a sentence. A minor edit, and an update without "
                "one, are not announced and thank nobody: untick the names then."
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind, reason = data.get("kind"), data.get("reason", "")
        if kind and "reason" not in self.errors:
            if kind in editing.EXPLAINED and not reason:
                self.add_error("reason", editing.EXPLAIN)
            if data["thanked"] and not editing.announces(kind, reason):
                self.add_error("thanks", editing.UNANNOUNCED)
        return data


class NoteForm(ClosingForm):
    field_order = ("version", "text", "closes", "thanks")
    text = forms.CharField(
        label=gettext_lazy("The note, as readers see it"), max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )


class WithdrawForm(StepForm):
    reason = forms.CharField(
        label=gettext_lazy("Why it is withdrawn"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept here, not shown on the page."),
    )


class ResolveForm(StepForm):
    state = forms.ChoiceField(
        label=gettext_lazy("How did it turn out?"),
        widget=forms.RadioSelect,
        choices=[choice for choice in WatchItemState.choices if choice[0] != WatchItemState.OPEN],
    )
    outcome = forms.CharField(
        label=gettext_lazy("What happened, and what shows it"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    url = forms.URLField(
        label=gettext_lazy("Where that can be seen"),
        max_length=2000,
        required=False,
        help_text=gettext_lazy("An address that every reader can open. Needed if it happened or did not happen."),
    )

    def clean_url(self) -> str:
        try:
            return judging.address(self.cleaned_data["url"])
        except editing.EditingError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("state") in judging.SCORED and not data.get("url") and "url" not in self.errors:
            self.add_error("url", judging.ADDRESS)
        return data


class TakeBackForm(StepForm):
    why = forms.CharField(
        label=gettext_lazy("Why the judgment does not hold, as readers see it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class StandingForm(StepForm):
    """Where a claim stands from now on. `claim` is as the story puts it, `was` where it stands."""

    was = forms.CharField(widget=forms.HiddenInput)
    to = forms.ChoiceField(
        label=gettext_lazy("Where does it stand now?"), widget=forms.RadioSelect, choices=Standing.choices
    )
    why = forms.CharField(
        label=gettext_lazy("Why it stands so, as readers see it"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    article = forms.ModelChoiceField(
        label=gettext_lazy("What shows it"),
        queryset=Article.objects.none(),
        required=False,
        help_text=gettext_lazy("One of the sources that speak of it. To confirm it: the primary one that states it."),
    )

    def __init__(self, *args: Any, speaking: Sequence[Article], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["article"]
        field.queryset = Article.objects.select_related("publisher").filter(pk__in=[one.pk for one in speaking])


class ScheduleForm(StepForm):
    """A day and a time on the newsroom's clock. `cleaned_data["at"]` is the moment, in UTC."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(label=gettext_lazy("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    # Asked only of a time that the clock shows twice.
    which = forms.CharField(label=gettext_lazy("Which of the two?"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = settings.NEWSROOM_TIME_ZONE
        self.fields["time"].help_text = gettext_lazy("On the newsroom’s clock: %(zone)s.") % {"zone": self.zone.key}
        if at := self.initial.get("at"):
            # To the full minute, which is what can be typed, and not before the time that is offered.
            local = (at + timedelta(minutes=1, microseconds=-1)).astimezone(self.zone)
            self.initial.update(day=local.date(), time=local.time().replace(second=0, microsecond=0))
        if not self.is_bound:
            del self.fields["which"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        found: list[datetime] = []
        if "day" in data and "time" in data:
            try:
                found = local_time.moments(data["day"], data["time"], self.zone)
            except local_time.NoSuchTimeError as error:
                self.add_error("time", str(error))
        if len(found) < 2:
            del self.fields["which"]
            return data | {"at": found[0] if found else None}
        choices = {moment.isoformat(): moment for moment in found}
        self.fields["which"].widget.choices = [(key, local_time.in_words(at, self.zone)) for key, at in choices.items()]
        if data.get("which") not in choices:
            self.add_error("which", gettext_lazy("The clock shows this time twice that night. Choose one of the two."))
        return data | {"at": choices.get(data.get("which", ""))}
