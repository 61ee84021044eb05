"""The addresses under /admin/account/: allauth's own views, by the names that it knows them by, and ours.

Those of its routes that are missing are so on purpose: nobody signs up here, and addresses are not changed by mail.
"""

from collections.abc import Callable
from functools import wraps

from allauth.account import views as account
from allauth.account.decorators import reauthentication_required
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, re_path, reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from newsroom.admin import audit
from newsroom.admin.account import pages, sessions

Text = str | Promise
View = Callable[..., HttpResponse]
HOME = reverse_lazy("mfa_index")


def _desk(title: Text, view: View) -> View:
    """A page of allauth's as a page of the desk, which needs to know what every page of the admin does."""

    @wraps(view)
    def page(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse):
            about = {**admin.site.each_context(request), "title": title}
            response.context_data = about | (response.context_data or {})
        return response

    return page


def _ours(view: View) -> View:
    return admin.site.admin_view(_desk("", view))


urlpatterns = [
    path("", _desk(_("Your account"), pages.Home.as_view()), name="mfa_index"),
    path("done/", _ours(audit.mine), name="account_audit"),
    path("done/<int:pk>/", _ours(audit.of), name="account_audit_of"),
    path("sessions/", _ours(sessions.sessions), name="account_sessions"),
    path("sessions/<int:pk>/end/", _ours(sessions.end_one), name="account_session_end"),
    # --- in and out
    path("login/", _desk(_("Log in"), account.login), name="account_login"),
    path("login/passkey/", pages.PasskeyLogin.as_view(), name="mfa_login_webauthn"),
    path("login/code/", _desk(_("Second factor"), mfa.authenticate), name="mfa_authenticate"),
    path("logout/", require_POST(account.logout), name="account_logout"),
    # --- once more, before what matters
    path("confirm/", _desk(_("Confirm that it is you"), account.reauthenticate), name="account_reauthenticate"),
    path("confirm/code/", _desk(_("Confirm that it is you"), mfa.reauthenticate), name="mfa_reauthenticate"),
    path(
        "confirm/passkey/",
        _desk(_("Confirm that it is you"), webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    # --- password
    path("password/", _desk(_("Change your password"), account.password_change), name="account_change_password"),
    path(
        "password/set/",
        _desk(_("Set a password"), reauthentication_required(app="allauth.account")(account.password_set)),
        name="account_set_password",
    ),
    path("password/forgotten/", _desk(_("Forgotten password"), account.password_reset), name="account_reset_password"),
    path(
        "password/forgotten/sent/",
        _desk(_("Look into your mail"), account.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        _desk(_("Set a new password"), account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/new/",
        _desk(_("The password is set"), account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    # --- second factors
    path("app/", _desk(_("Set up an authenticator app"), totp.activate_totp), name="mfa_activate_totp"),
    path("app/code.svg", pages.qr, name="account_totp_qr"),
    path("app/remove/", _desk(_("Remove the authenticator app"), totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("codes/", _desk(_("Your recovery codes"), codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "codes/new/", _desk(_("New recovery codes"), codes.generate_recovery_codes), name="mfa_generate_recovery_codes"
    ),
    path("codes/recovery-codes.txt", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path(
        "passkeys/add/",
        _desk(_("Add a passkey"), webauthn.AddWebAuthnView.as_view(initial={"passwordless": True})),
        name="mfa_add_webauthn",
    ),
    path(
        "passkeys/<int:pk>/name/",
        _desk(_("Rename a passkey"), webauthn.EditWebAuthnView.as_view(success_url=HOME)),
        name="mfa_edit_webauthn",
    ),
    path(
        "passkeys/<int:pk>/remove/",
        _desk(_("Remove a passkey"), webauthn.RemoveWebAuthnView.as_view(success_url=HOME)),
        name="mfa_remove_webauthn",
    ),
]
