"""What stands before every page: headers, and the private doors that alone have sessions, accounts and CSRF.

Nothing here may look at a model of ours.
"""

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from allauth.account import middleware as account
from django.conf import settings
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.middleware import csrf
from django.utils.cache import patch_vary_headers

from newsroom import problems


def is_private(request: HttpRequest) -> bool:
    """Whether this path has a session: the desk, and the publishers' request pages."""
    return request.path_info.startswith(settings.PRIVATE_DOORS)


_WITH_PORT = re.compile(r"\[([0-9a-f:.]+)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}", re.I | re.A)


def address_of(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    """The network address that a request came from; None if that is no address, as with a socket of this machine.

    Behind PROXIES of ours it is the one that the outermost of them wrote; what stands before it anyone may have typed.
    Some write `192.0.2.1:567` and `[2001:db8::1]:567`; a server on both families writes `::ffff:192.0.2.1`.
    """
    hops = [*request.META.get("HTTP_X_FORWARDED_FOR", "").split(","), request.META.get("REMOTE_ADDR", "")]
    hop = hops[-1 - min(settings.PROXIES, len(hops) - 1)].strip()
    if match := _WITH_PORT.fullmatch(hop):
        hop = match[1] or match[2]
    try:
        address = ip_address(hop.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def network_of(request: HttpRequest) -> str:
    """The network address that a request came from: for IPv6 the /64 that one household or firm is given."""
    address = address_of(request)
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), 64), strict=False))
    return str(address or "unknown")


class _PrivateDoor:
    """Lets a middleware of Django's act on private paths only."""

    get_response: Callable[[HttpRequest], HttpResponse]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_private(request):
            return super().__call__(request)  # type: ignore[misc]
        return self.get_response(request)


class SessionMiddleware(_PrivateDoor, sessions.SessionMiddleware):  # type: ignore[misc]
    pass


class AuthenticationMiddleware(_PrivateDoor, auth.AuthenticationMiddleware):  # type: ignore[misc]
    pass


class MessageMiddleware(_PrivateDoor, messages.MessageMiddleware):  # type: ignore[misc]
    pass


class CsrfViewMiddleware(_PrivateDoor, csrf.CsrfViewMiddleware):  # type: ignore[misc]
    def process_view(self, request, callback, callback_args, callback_kwargs):  # type: ignore[no-untyped-def]
        if is_private(request):
            return super().process_view(request, callback, callback_args, callback_kwargs)
        return None


class AccountMiddleware:
    """allauth's, which is a function. It keeps the request at hand and turns its own exceptions into redirects."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.private = account.AccountMiddleware(get_response)
        self.process_exception = self.private.process_exception

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.private(request) if is_private(request) else self.get_response(request)


class PlainRequestMiddleware:
    """Answers 400 to an address or a query that is no text (NUL, broken UTF-8) before any code has to think of it.

    PostgreSQL refuses a NUL in a text parameter and Python decodes broken UTF-8 to surrogates or U+FFFD; either would
    surface as a 500 somewhere deep.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            texts = [request.path_info, *request.GET.keys(), *(v for vs in request.GET.lists() for v in vs[1])]
            texts += request.COOKIES.values()
        except (BadRequest, SuspiciousOperation, UnicodeError):
            return _unreadable(request, "This address cannot be read.")
        # An encoding that is none of text ("base64") is named by the sender and fails deep inside Django.
        if (request.encoding or "utf-8").lower() not in ("utf-8", "utf8"):
            return _unreadable(request, "Write in UTF-8.")
        if any("\x00" in text or "\ufffd" in text for text in texts):
            return _unreadable(request, "This address cannot be read.")
        return self.get_response(request)


def _unreadable(request: HttpRequest, why: str) -> HttpResponse:
    if problems.is_api(request):
        return problems.bad_request(why)
    return HttpResponseBadRequest(why, content_type="text/plain")


class HeadersMiddleware:
    """The headers that Django has no setting for. Public pages are revalidated each time: a decision acts at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
        )
        if is_private(request) or response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"
        else:
            response.headers.setdefault("Cache-Control", "no-cache")
            patch_vary_headers(response, ["Cookie"])  # the language is in one, and LocaleMiddleware does not say so
        return response


def site(request: HttpRequest) -> dict[str, object]:
    """What every template may say of the site."""
    return {"SITE_NAME": settings.SITE_NAME, "ORIGIN": settings.ORIGIN, "LANGUAGES": settings.LANGUAGES}
