"""The questions of a request, one form for each, and the form that asks for a new link."""

from typing import Any, cast

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from analysis.addresses import MAX_LENGTH
from analysis.models import Case
from analysis.models.cases import CaseKind, CaseRelation, CaseWant
from analysis.models.fields import Language
from analysis.rights import MAX_URLS
from newsroom.publishers.typed import doubtful, lines


class Question(forms.BoundField):
    @property
    def groups(self) -> list[tuple[str, list[forms.boundfield.BoundWidget]]]:
        """Radio buttons under their headings; those that stand under none, under an empty one."""
        radios = iter(self)
        found: list[tuple[str, list[forms.boundfield.BoundWidget]]] = []
        for heading, options in cast(Any, self.field).choices:
            if isinstance(options, list):
                found.append((heading, [next(radios) for _option in options]))
            else:
                found = found or [("", [])]
                found[-1][1].append(next(radios))
        return found

    @property
    def answer(self) -> str:
        """What was answered, in words."""
        options = {radio.data["value"]: radio.choice_label for radio in self} if self.use_fieldset else {}
        return str(options.get(self.value(), self.value()))


class Step(forms.Form):
    """One question. `title` is the page's heading and names the step on the check page."""

    bound_field_class = Question
    title: Any = ""
    hint: Any = ""

    use_required_attribute = False  # what is missing is said in words

    def __init__(self, data: dict[str, str] | None = None, initial: dict[str, str] | None = None) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        for field in self.fields.values():
            # Long text is answered in words, with what was typed; the browser must not cut it off in silence.
            field.widget.attrs.pop("maxlength", None)

    def said(self) -> list[tuple[str, str]]:
        """Label and words of each answer. A label that only repeats the title is left out."""
        questions = [cast(Question, question) for question in self]
        return [("" if q.label == self.title else str(q.label), q.answer) for q in questions if q.answer]

    def summary(self) -> list[tuple[str, str]]:
        """Each error with the id of the control that it is about, for the list at the top of the page."""
        return [
            (next(iter(self[name])).id_for_label if name in self.fields else "", str(error))
            for name, errors in self.errors.items()
            for error in errors
        ]


class PagesForm(Step):
    title = _("Which pages is it about?")
    hint = _("Your own pages, our pages about them, or both.")

    pages = forms.CharField(
        label=_("Web addresses, one on each line"),
        help_text=_("Up to 500 lines. For example https://example-wire.test/2026/11/a-report"),
        strip=False,  # the numbers of the lines are those that the sender sees
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocapitalize": "off", "inputmode": "url"}),
        error_messages={"required": _("Write at least one web address.")},
    )

    def clean_pages(self) -> str:
        text: str = self.cleaned_data["pages"]
        found = lines(text)
        if not found:
            raise forms.ValidationError(self.fields["pages"].error_messages["required"])
        if len(found) > MAX_URLS:
            raise forms.ValidationError(
                _("You wrote %(count)d lines. Keep %(most)d and send the others in a second request."),
                params={"count": len(found), "most": MAX_URLS},
            )
        long = [(number, len(line)) for number, line in found if len(line) > MAX_LENGTH]
        if long:
            raise forms.ValidationError(
                _("Line %(number)d has %(length)d characters; an address has at most %(most)d. Shorten or remove it."),
                params={"number": long[0][0], "length": long[0][1], "most": MAX_LENGTH},
            )
        return text

    @property
    def numbered(self) -> list[tuple[int, str]]:
        return lines(self.cleaned_data["pages"])

    @cached_property
    def doubtful(self) -> list[tuple[int, str, str]]:
        """Number, line and reason of each line that leads nowhere. They are pointed out, never refused."""
        return doubtful(self.numbered) if self.is_valid() else []


def _short(**kwargs: Any) -> forms.CharField:
    return forms.CharField(max_length=200, **kwargs)


_TOO_LONG = _("This has %(show_value)d characters. Shorten it to %(limit_value)d.")


class WhoForm(Step):
    title = _("Who are you?")

    name = _short(
        label=_("Your name"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your name."), "max_length": _TOO_LONG},
    )
    organisation = _short(
        label=_("Organisation"),
        help_text=_("If you write for one."),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"max_length": _TOO_LONG},
    )
    relation = forms.ChoiceField(
        label=_("What have you to do with the work?"),
        choices=CaseRelation,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you have to do with the work.")},
    )


class WantForm(Step):
    title = _("What should we do?")
    hint = _("If you want several things, choose the one that goes furthest. You can explain on the next page.")

    want = forms.ChoiceField(
        label=title,
        choices=[
            (CaseWant.REMOVE, _("Remove it: show nothing of this work")),
            (CaseWant.REDUCE, _("Show less of it: a shorter summary, no quotations, or only your headline and a link")),
            (CaseWant.CORRECT, _("Correct it: something we say is wrong")),
            (CaseWant.OTHER, _("Something else")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what we should do.")},
    )


class WhyForm(Step):
    title = _("Why do you ask?")

    kind = forms.ChoiceField(
        label=_("Your reason"),
        choices=[
            (_("A wish. You need no legal ground."), [(k.value, k.label) for k in Case.PREFERENCES]),
            (_("A legal demand"), [(k.value, k.label) for k in CaseKind if k not in Case.PREFERENCES]),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )
    explanation = forms.CharField(
        label=_("In your own words"),
        help_text=_("What we should know to decide. Up to 10,000 characters."),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": _("Say in a sentence or two why you ask."), "max_length": _TOO_LONG},
    )


class ContactForm(Step):
    title = _("How do we reach you?")
    hint = _("We send a link to this address. Nothing is decided before you have opened it.")

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": _("Write your e-mail address."),
            "invalid": _("This is not a complete e-mail address. It looks like rights@example-wire.test."),
            "max_length": _TOO_LONG,
        },
    )
    language = forms.ChoiceField(
        label=_("Language of our mail to you"),
        choices=Language,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a language.")},
    )


STEPS: dict[str, type[Step]] = {
    "pages": PagesForm,
    "who": WhoForm,
    "want": WantForm,
    "why": WhyForm,
    "contact": ContactForm,
}


class NewLinkForm(Step):
    reference = forms.CharField(
        label=_("Reference"),
        help_text=_("It begins with CD- and stands in our mail."),
        max_length=16,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={
            "required": _("Write the reference of your request."),
            "max_length": _("A reference is shorter: CD- and eight letters or digits."),
        },
    )
    email = forms.EmailField(
        label=_("E-mail address that you gave"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": _("Write your e-mail address."),
            "invalid": _("This is not a complete e-mail address. It looks like rights@example-wire.test."),
            "max_length": _TOO_LONG,
        },
    )
