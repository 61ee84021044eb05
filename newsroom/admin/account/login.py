"""Who may log in, and how often one may guess.

A limit on an account's name lets strangers shut its owner out. So a browser from which somebody has logged in gets a
token that counts apart, for that account alone: strangers use up what strangers have, and the owner comes in from a
browser that is known (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"), or with a passkey.
"""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.core import signing
from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from newsroom.admin.account.sessions import browser
from newsroom.doors import address_of

KNOWN = "known_browser"  # the cookie
KNOWN_FOR = 180 * 24 * 3600
_SALT = "newsroom.known_browser"


class StaffBackend(ModelBackend):
    """Names and passwords of staff. Whoever leaves the staff is out at the next request."""

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: Model | None = None) -> set[str]:
        """One's own and those of one's groups, in one query; Django's own backend asks twice."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None or user_obj.is_superuser:
            return super().get_all_permissions(user_obj, obj)
        kept: set[str] | None = getattr(user_obj, "_perm_cache", None)  # where Django's own backend keeps them
        if kept is None:
            found = Permission.objects.filter(Q(user=user_obj) | Q(group__user=user_obj)).order_by()
            names = found.values_list("content_type__app_label", "codename")
            kept = {f"{app}.{codename}" for app, codename in names}
            setattr(user_obj, "_perm_cache", kept)  # noqa: B010  no attribute that its type knows
        return kept

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        return super().user_can_authenticate(user) and bool(getattr(user, "is_staff", False))


class Adapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("This name and this password do not belong together."),
        "too_many_login_attempts": _("There were too many failed attempts. Try again in five minutes."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        return str(address_of(request) or "::")

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs) -> HttpResponse | None:
        """A passkey opens what a password would: nothing for those who are no staff."""
        if not user.is_staff:
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        messages.error(request, _("This account does not open the desk."))
        return redirect("account_login")

    def post_login(self, request: HttpRequest, user: User, **kwargs) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        name = user.get_username()
        response.set_cookie(
            KNOWN,
            signing.dumps([name, _known(request, name) or get_random_string(22)], salt=_SALT),
            max_age=KNOWN_FOR,
            path="/admin/",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: str) -> str:
        name = credentials.get("username", "").lower()
        token = _known(request, name)
        return f"browser {token}" if token else f"name {name}"


def _known(request: HttpRequest, name: str) -> str:
    """The token of a browser from which this account was logged in before; else an empty string."""
    try:
        account, token = signing.loads(request.COOKIES.get(KNOWN, ""), salt=_SALT, max_age=KNOWN_FOR)
    except signing.BadSignature:
        return ""
    return token if account.lower() == name.lower() else ""


class SecondFactorAdapter(DefaultMFAAdapter):
    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        return browser(context.request.META.get("HTTP_USER_AGENT", ""))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": settings.SITE_NAME}
