"""What allauth's own pages lack here: one page for a whole account, and a QR code that our CSP lets a page show."""

from typing import Any

from allauth.account.utils import passthrough_next_redirect_url
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import IndexView
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from newsroom.admin.account.sessions import has_factor
from newsroom.admin.site import who


class Home(IndexView):
    template_name = "account/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        needed = settings.REQUIRE_SECOND_FACTOR and not has_factor(who(self.request))
        return context | {"needed": needed}


class PasskeyLogin(LoginWebAuthnView):
    def form_invalid(self, form: Any) -> HttpResponse:
        """Back to the login, and from there to where one was going."""
        super().form_invalid(form)  # says what was wrong
        return redirect(passthrough_next_redirect_url(self.request, reverse("account_login"), "next"))


@require_safe
def qr(request: HttpRequest) -> HttpResponse:
    """The secret of the app that is being set up, for its camera. allauth's own is a data: address."""
    secret = request.session.get(SECRET_SESSION_KEY)
    if not request.user.is_authenticated or not secret:
        return HttpResponse(status=404)
    adapter = get_adapter()
    svg = adapter.build_totp_svg(adapter.build_totp_url(who(request), secret))
    return HttpResponse(svg, content_type="image/svg+xml")
