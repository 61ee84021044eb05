"""What forms for strangers share, whichever door they stand at: how a question is shown, how an answer is read."""

from typing import Any, cast

from django import forms
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


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
        """What was answered, in words; empty for a box that is not ticked."""
        if self.widget_type == "checkbox":
            return str(_("Yes")) if self.value() not in (None, "", False) else ""
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
            (self[name].id_for_label or next(iter(self[name])).id_for_label if name in self.fields else "", str(error))
            for name, errors in self.errors.items()
            for error in errors
        ]


TOO_LONG = _("This has %(show_value)d characters. Shorten it to %(limit_value)d.")


def email_field(**kwargs: Any) -> forms.EmailField:
    return forms.EmailField(
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": _("Write your e-mail address."),
            "invalid": _("This is not a complete e-mail address. It looks like rights@example-wire.test."),
            "max_length": TOO_LONG,
        },
        **kwargs,
    )


def words_field(label: Any, required: Any, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": required, "max_length": TOO_LONG},
        **kwargs,
    )


def posted(request: HttpRequest, form: forms.Form) -> dict[str, str]:
    """What was sent for the fields of a form, as text. Raises BadRequest for what no keyboard makes.

    A NUL or half of a surrogate pair cannot be stored, and would surface as an error somewhere deep.
    """
    data = {
        name: request.POST.get(name, "") for name, field in form.fields.items() if not field.widget.needs_multipart_form
    }
    if any(c == "\x00" or "\ud800" <= c <= "\udfff" for text in data.values() for c in text):
        raise BadRequest("The form holds characters that are no text.")
    return data
