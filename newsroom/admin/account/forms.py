"""The forms that are not allauth's own: a forgotten password, codes, and passkeys of a browser that sends anything."""

from datetime import timedelta

from allauth.mfa import app_settings as mfa
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis import limits
from newsroom import tasks

LINKS = 3  # an hour to one address, whoever asks


class ResetForm(forms.Form):
    """The worker sends the link, so that the answer takes as long whether or not there is an account."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def save(self, request: HttpRequest, **kwargs: object) -> str:
        """Ask for the mails. Whom the address belongs to is found here, so that no task holds a stranger's address."""
        email = self.cleaned_data["email"]
        if limits.spend("password", email.lower(), LINKS, timedelta(hours=1), timezone.now()):
            people = User.objects.filter(email__iexact=email, is_active=True, is_staff=True)
            ids = [user.pk for user in people if user.has_usable_password()]
            tasks.send_password_links.enqueue(ids, translation.get_language() or "en")
        return email


class _UsedOnce:
    """allauth forgets a used code after one period; with a tolerance it is good for three (RFC 6238, 5.2)."""

    def clean_code(self) -> str:
        code = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP:  # type: ignore[attr-defined]
            good_for = mfa.TOTP_PERIOD * (2 * mfa.TOTP_TOLERANCE + 1)
            cache.touch(self.authenticator.wrap()._get_used_cache_key(code), good_for)  # type: ignore[attr-defined]
        return code


class CodeForm(_UsedOnce, base.AuthenticateForm):
    pass


class ConfirmCodeForm(_UsedOnce, base.ReauthenticateForm):
    pass


class _Credential:
    """fido2 raises whatever comes, KeyError or binascii.Error, where a credential lacks a part; a form must not."""

    def full_clean(self) -> None:
        try:
            super().full_clean()  # type: ignore[misc]
        except (AttributeError, LookupError, TypeError, ValueError):
            self.add_error("credential", _("This is no passkey that we can read."))  # type: ignore[attr-defined]


class AddPasskeyForm(_Credential, webauthn.AddWebAuthnForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, required=False)
    passwordless = forms.BooleanField(
        label=gettext_lazy("It replaces name and password"),
        required=False,
        help_text=gettext_lazy("Then it asks for your fingerprint, your face or its PIN. Else it is a second factor."),
    )


class RenamePasskeyForm(webauthn.EditWebAuthnForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)


class AuthenticateForm(_Credential, webauthn.AuthenticateWebAuthnForm):
    pass


class LoginForm(_Credential, webauthn.LoginWebAuthnForm):
    pass


class ReauthenticateForm(_Credential, webauthn.ReauthenticateWebAuthnForm):
    pass
