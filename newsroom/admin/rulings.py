"""The forms of the steps of a case."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analysis import rights
from analysis.models import Case, Decision, Hold, Terms
from analysis.models.decisions import DecisionAction, DecisionOutcome
from analysis.models.publishers import AI, Level, Scope
from analysis.rights import Ruling
from newsroom.admin.foresight import Foresight
from newsroom.admin.reasons import draft
from newsroom.admin.replies import reply
from newsroom.admin.wording import statement_in_words

MADE_SHOWN = 20  # statements named at most of those that a decision would make


class StepForm(forms.Form):
    """A step of a case. `initial` may depend on the case and on what the page's address asks for."""

    def __init__(self, data: Any, case: Case, asked: dict[str, str]) -> None:
        super().__init__(data, initial=self.begin(case, asked))
        self.case = case

    def begin(self, case: Case, asked: dict[str, str]) -> dict[str, Any]:
        return {}


class OfField(forms.TypedChoiceField):
    """Whose pages a step is about, where a case names those of several publishers."""

    def __init__(self, case: Case) -> None:
        owners = rights.concerned(case)
        super().__init__(
            label=_("Whose pages"),
            choices=[("", _("All that the case names")), *((owner.pk, str(owner)) for owner in owners)],
            coerce=int,
            empty_value=None,
            required=False,
            help_text=_("A story of ours names what it rests on, and that may be somebody else’s."),
        )
        self.needed = len(owners) > 1


class HoldForm(Foresight, StepForm):
    look = gettext_lazy("Nothing is held back yet. Look at what this changes, then press “Hold back” again.")

    level = forms.ChoiceField(
        label=gettext_lazy("What may still be shown"),
        choices=[(Level.NONE, Level.NONE.label), (Level.LINK, Level.LINK.label), (Level.SHORT, Level.SHORT.label)],
        initial=Level.LINK,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any, case: Case, asked: dict[str, str]) -> None:
        super().__init__(data, case, asked)
        of = OfField(case)
        if of.needed:
            self.fields["of"] = of

    def would_make(self) -> tuple[Sequence[Terms | Hold], Sequence[Hold]]:
        data = self.cleaned_data
        return rights.drafted_holds(self.case, data["level"], timezone.now(), of=data.get("of"))


class LiftForm(Foresight, StepForm):
    look = gettext_lazy("Nothing is lifted yet. Look at what this changes, then press “Lift the hold” again.")

    def would_make(self) -> tuple[Sequence[Terms | Hold], Sequence[Hold]]:
        return [], list(self.case.holds.filter(lifted_at__isnull=True))


class AssignForm(StepForm):
    to = forms.ModelChoiceField(
        label=gettext_lazy("To"),
        queryset=User.objects.none(),
        error_messages={
            "invalid_choice": gettext_lazy(
                "Choose somebody who may decide cases, and of an appeal nobody who made the decision that is contested."
            )
        },
    )

    def __init__(self, data: Any, case: Case, asked: dict[str, str]) -> None:
        super().__init__(data, case, asked)
        may = User.objects.with_perm("analysis.decide_case").filter(is_staff=True)
        contested = case.read_decision() if case.state == Case.State.APPEALED else None
        if contested and contested.decided_by_id:
            may = may.exclude(pk=contested.decided_by_id)
        self.fields["to"].queryset = may.order_by("username")  # type: ignore[attr-defined]


class WordsForm(StepForm):
    text = forms.CharField(
        label=gettext_lazy("Message"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 9})
    )  # fmt: skip


class AnswerForm(WordsForm):
    def begin(self, case: Case, asked: dict[str, str]) -> dict[str, Any]:
        return {"text": reply(asked.get("reply", ""), case)}


class ReasonsForm(WordsForm):
    # Which decision the text was drafted from: meanwhile another may have been made on an appeal.
    number = forms.IntegerField(widget=forms.HiddenInput)

    def begin(self, case: Case, asked: dict[str, str]) -> dict[str, Any]:
        decision = case.read_decision()
        return {"text": draft(case, decision), "number": decision.number} if decision else {}

    def clean_number(self) -> int:
        number: int = self.cleaned_data["number"]
        decision = self.case.read_decision()
        if not decision or decision.number != number:
            raise forms.ValidationError(_("It was decided anew since you opened this page. Open it again."))
        return number


class JoinForm(StepForm):
    earlier = forms.CharField(
        label=gettext_lazy("Reference of the other case"),
        max_length=16,
        help_text=gettext_lazy("Its decision will hold for both. The sender of this one sees nothing of the other."),
    )

    def clean_earlier(self) -> Case:
        found = Case.objects.filter(reference=self.cleaned_data["earlier"].strip().upper()).first()
        if not found:
            raise forms.ValidationError(_("There is no case with this reference."))
        return found


class DecideForm(Foresight, StepForm):
    made: Sequence[Terms] = ()
    anyway = True  # it sends a mail, and cannot be undone

    look = gettext_lazy("Nothing is decided yet. Look at what this changes, then press “Decide” again.")

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
            "outside page of the case, also those that we do not cover yet, and what our stories in it rest on. Empty "
            "for the publisher."
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
    copied_words = forms.IntegerField(
        label=gettext_lazy("Copied words in a row, at most"),
        min_value=3,
        max_value=400,
        required=False,
        help_text=Terms._meta.get_field("copied_words").help_text,
    )
    copied_percent = forms.IntegerField(
        label=gettext_lazy("Copied share in percent, at most"),
        min_value=0,
        max_value=100,
        required=False,
        help_text=Terms._meta.get_field("copied_percent").help_text,
    )
    ai = forms.ChoiceField(
        label=gettext_lazy("Machine-made summaries"),
        choices=[("", gettext_lazy("As before")), *AI.choices],
        required=False,
    )
    embargo_hours = forms.IntegerField(
        label=gettext_lazy("Embargo, hours after publication"), min_value=0, max_value=24 * 365, required=False
    )
    attribution = forms.CharField(label=gettext_lazy("Words we must show"), max_length=200, required=False)
    restore = forms.TypedMultipleChoiceField(
        label=gettext_lazy("What holds no longer"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Used by “Restore”: earlier decisions about these pages. What stood before them returns."
        ),
    )
    verified = forms.BooleanField(
        label=gettext_lazy("I have checked in another way that the sender speaks for the publisher"),
        required=False,
        help_text=gettext_lazy(
            "Not needed when control is proved. Without either, a decision can only show less, and the register does "
            "not say that the publisher asked for it."
        ),
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

    def __init__(self, data: Any, case: Case, asked: dict[str, str]) -> None:
        super().__init__(data, case, asked)
        of = OfField(case)
        if of.needed:
            self.fields["of"] = of
            self.order_fields(["outcome", "action", "scope", "of"])
        may = rights.liftable(case)
        self.fields["restore"].choices = [(t.pk, statement_in_words(t)) for t in may]  # type: ignore[attr-defined]
        if not may:
            del self.fields["restore"]
            self.fields["action"].choices = [  # type: ignore[attr-defined]
                choice for choice in DecisionAction.choices if choice[0] != DecisionAction.RESTORE
            ]

    def begin(self, case: Case, asked: dict[str, str]) -> dict[str, Any]:
        return {"legal": case.lane == Case.Lane.LEGAL and not rights.statute.missing(case)}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        said = [data.get(name) for name in ("level", "ai", "attribution")]
        numbers = ("max_words", "quote_words", "copied_words", "copied_percent", "embargo_hours")
        said += [data.get(name) is not None for name in numbers]
        if data.get("action") == Decision.Action.TERMS and not any(said):
            self.add_error("level", _("Say what changes: the level, a number of words, or machine-made summaries."))
        places = data.get("action") in (Decision.Action.REMOVE, Decision.Action.TERMS)
        if places and data.get("scope") == Scope.PUBLISHER and data.get("value"):
            self.add_error(
                "value", _("“The publisher” is all of their work: empty this field, or choose what it names.")
            )
        if places and data.get("of") and data.get("value"):
            self.add_error("of", _("Name a place, or choose whose pages: not both."))
        missing = rights.statute.missing(self.case)
        if data.get("legal") and missing and data.get("outcome") != Decision.Outcome.DECLINED:
            self.add_error(
                "legal",
                _("It cannot be upheld as a legal demand while the law wants more of it: ask its sender for it, or "
                  "decide it as a wish, without this tick."),
            )  # fmt: skip
        if data.get("outcome") == Decision.Outcome.DECLINED:
            data["legal"] = False  # ticked beforehand for a complete demand, which is then not upheld
        data["restore"] = tuple(data.get("restore") or ()) if data.get("action") == Decision.Action.RESTORE else ()
        return data

    def would_make(self) -> tuple[Sequence[Terms | Hold], Sequence[Hold]]:
        try:
            rights.check(Ruling(**self.cleaned_data))
            made = rights.drafted(self.case, None, Ruling(**self.cleaned_data), timezone.now())
        except rights.RightsError as error:
            self.add_error(None, str(error))
            return [], []
        self.made = made
        return made, list(self.case.holds.filter(lifted_at__isnull=True))

    @property
    def shown(self) -> dict[str, Any]:
        shown = super().shown
        return shown | {"remarks": self._remarks()} if shown else shown

    def _remarks(self) -> list[str]:
        """What an editor should know before deciding, besides the stories that change."""
        said = [str(statement_in_words(terms)) for terms in self.made[:MADE_SHOWN]]
        if (more := len(self.made) - MADE_SHOWN) > 0:
            said.append(ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more})
        theirs = Terms.objects.filter(pk__in=self.cleaned_data["restore"]).exclude(case=self.case)
        return said + [
            _("This ends what was decided on another request, %(reference)s. Its sender is told.")
            % {"reference": reference}
            for reference in theirs.order_by("case").values_list("case__reference", flat=True).distinct()
        ]
