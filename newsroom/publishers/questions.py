"""The questions of a request, one form for each."""

from typing import Any, cast

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from analysis.addresses import MAX_LENGTH
from analysis.models import Case
from analysis.models.cases import CaseKind, CaseRelation, CaseWant
from analysis.models.fields import Language
from analysis.rights import MAX_URLS, statute
from newsroom.forms import TOO_LONG, Step, email_field, words_field
from newsroom.publishers.typed import doubtful, lines


class WhyForm(Step):
    title = _("Is it a wish or a legal demand?")
    hint = _("The two are handled apart. If you are in doubt, choose the wish: it needs no legal ground.")

    kind = forms.ChoiceField(
        label=title,
        choices=[
            (_("A wish. You need no legal ground."), [(k.value, k.label) for k in Case.PREFERENCES]),
            (_("A legal demand"), [(k.value, k.label) for k in CaseKind if k not in Case.PREFERENCES]),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )


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
    file = forms.FileField(
        label=_("Or a file: CSV or plain text, one address on each line"),
        help_text=_("Up to 2 MB. Its addresses are added to those above."),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
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


class WantForm(Step):
    title = _("What should we do?")
    hint = _("If you want several things, choose the one that goes furthest.")

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
    explanation = words_field(
        _("In your own words"),
        _("Say in a sentence or two what you ask and why."),
        help_text=_("What we should know to decide. Up to 10,000 characters."),
    )


class WhoForm(Step):
    title = _("Who are you?")

    name = _short(
        label=_("Your name"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your name."), "max_length": TOO_LONG},
    )
    organisation = _short(
        label=_("Organisation"),
        help_text=_("If you write for one."),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"max_length": TOO_LONG},
    )
    relation = forms.ChoiceField(
        label=_("What have you to do with the work?"),
        choices=CaseRelation,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you have to do with the work.")},
    )


class LawForm(Step):
    """What the law wants of a demand of this kind. Nothing here is required: what is missing is asked for later."""

    title = _("What the law asks of a demand")
    hint = _("Fill in what you can. What is missing does not stop your demand: we ask you for it later.")

    def __init__(
        self,
        data: dict[str, str] | None = None,
        initial: dict[str, str] | None = None,
        kind: str = "",
        only: tuple[str, ...] | None = None,
    ) -> None:
        super().__init__(data, initial)
        wanted = statute.wanted(kind) if only is None else only
        for name in statute.FIELDS:
            if name in wanted or (name == "phone" and "postal_address" in wanted):
                field = cast(forms.Field, statute.field_of(name).formfield(required=False))
                field.error_messages["max_length"] = TOO_LONG
                field.widget.attrs.pop("maxlength", None)
                self.fields[name] = field
        if "work" in self.fields:
            self.fields["work"].widget.attrs["rows"] = 4


class ContactForm(Step):
    title = _("How do we reach you?")
    hint = _("We send a link to this address. Nothing is decided before you have opened it.")

    email = email_field(label=_("E-mail address"))
    language = forms.ChoiceField(
        label=_("Language of our mail to you"),
        choices=Language,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a language.")},
    )


STEPS: dict[str, type[Step]] = {
    "why": WhyForm,
    "pages": PagesForm,
    "want": WantForm,
    "who": WhoForm,
    "law": LawForm,
    "contact": ContactForm,
}
