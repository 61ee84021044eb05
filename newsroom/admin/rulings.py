"""The forms of a decision and of a hold."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis.models import Decision
from analysis.models.decisions import DecisionAction, DecisionOutcome
from analysis.models.publishers import AI, Level, Scope


class HoldForm(forms.Form):
    level = forms.ChoiceField(
        label=gettext_lazy("What may still be shown"),
        choices=[(Level.NONE, Level.NONE.label), (Level.LINK, Level.LINK.label), (Level.SHORT, Level.SHORT.label)],
        initial=Level.LINK,
        widget=forms.RadioSelect,
    )


class DecideForm(forms.Form):
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), choices=DecisionOutcome, widget=forms.RadioSelect)
    action = forms.ChoiceField(label=gettext_lazy("What is done"), choices=DecisionAction, widget=forms.RadioSelect)
    scope = forms.ChoiceField(
        label=gettext_lazy("For"),
        choices=[choice for choice in Scope.choices if choice[0] != Scope.HOUSE],
        initial=Scope.URL,
        help_text=gettext_lazy("Used when something is removed or the terms change."),
    )
    value = forms.CharField(
        label=gettext_lazy("Page, part of a site, or domain"),
        max_length=2000,
        required=False,
        help_text=gettext_lazy(
            "The URL; host and path, such as example-wire.test/press; or the host. Left empty with “One page”: every "
            "page of the case that we cover. Empty for the publisher."
        ),
    )
    level = forms.ChoiceField(
        label=gettext_lazy("What may be shown"),
        choices=[("", gettext_lazy("As before")), *Level.choices],
        required=False,
        help_text=gettext_lazy("The new terms. Not used when it is removed: then nothing may be shown."),
    )
    max_words = forms.IntegerField(
        label=gettext_lazy("Words in a summary, at most"), min_value=0, max_value=400, required=False
    )
    quote_words = forms.IntegerField(
        label=gettext_lazy("Quoted words, at most"), min_value=0, max_value=400, required=False
    )
    ai = forms.ChoiceField(
        label=gettext_lazy("Machine-made summaries"),
        choices=[("", gettext_lazy("As before")), *AI.choices],
        required=False,
    )
    legal = forms.BooleanField(
        label=gettext_lazy("It rests on a legal demand that we uphold"),
        required=False,
        help_text=gettext_lazy("Then a removed page answers 451 instead of 410, and no later wish can loosen it."),
    )
    reason = forms.CharField(
        label=gettext_lazy("The reason, as the sender sees it"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=gettext_lazy("In the language of the request. It goes out by mail and stands on the case page."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        said = [data.get(name) for name in ("level", "ai")]
        said += [data.get(name) is not None for name in ("max_words", "quote_words")]
        if data.get("action") == Decision.Action.TERMS and not any(said):
            self.add_error("level", _("Say what changes: the level, a number of words, or machine-made summaries."))
        return data
