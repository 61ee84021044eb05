"""The forms of this door that stand alone on a page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from newsroom.forms import TOO_LONG, Step, email_field, words_field


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
    email = email_field(label=_("E-mail address that you gave"))


class MailboxForm(Step):
    email = email_field(label=_("E-mail address"))


class MessageForm(Step):
    title = _("Write to us about this request")

    text = words_field(_("Your message"), _("Write a message first."))


class AppealForm(Step):
    title = _("Contest the decision")
    hint = _(
        "Another editor than the one who decided reads the case anew. It costs nothing. Until then the decision stands."
    )

    text = words_field(
        _("What is wrong with the decision?"),
        _("Say in a sentence or two what is wrong with the decision."),
        help_text=_("What we should know or missed. Up to 10,000 characters."),
    )


class HostForm(Step):
    host = forms.CharField(
        label=_("Another site"),
        max_length=253,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "off", "spellcheck": "false"}),
        error_messages={
            "required": _("Choose a site, or write the name of its host."),
            "max_length": TOO_LONG,
        },
    )
