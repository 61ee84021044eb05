"""The sessions of one person: from where, since when, in which browser; and their end.

A row says where a session came from, and is deleted with it: when it is ended, at logout, and nightly when it ran out.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from newsroom.admin import audit, unsent
from newsroom.admin.site import who
from newsroom.admin.writing.drafts import rescued

SEEN_EVERY = timedelta(minutes=10)
_SEEN = "seen"  # in the session itself: a request that needs no new row asks nothing more of the database
_BROWSERS = (  # the first that matches: most name others as well, to be taken for them
    (r"Edg", "Edge"),
    (r"OPR/", "Opera"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrome/|CriOS/", "Chrome"),
    (r"Safari/", "Safari"),
)
_SYSTEMS = (
    (r"iPhone|iPad", "iOS"),
    (r"Android", "Android"),
    (r"Windows", "Windows"),
    (r"Mac OS X", "macOS"),
    (r"Linux|X11", "Linux"),
)


class DeskMiddleware:
    """For who is logged in at the desk: keeps the list of sessions, and asks for a second factor if the house does.
    What somebody typed and may not send any more is kept (newsroom/admin/unsent.py)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/admin/") and request.user.is_authenticated:
            _see(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """After the check of CSRF: what comes here was sent by its own page."""
        if not request.path_info.startswith("/admin/") or request.path_info == reverse("admin:analysis_story_keep"):
            return None  # the latter keeps what is typed by itself
        person = request.user if isinstance(request.user, User) else None
        held_back = person and settings.REQUIRE_SECOND_FACTOR and not _may_pass(request) and not has_factor(person)
        if request.method == "POST" and (held_back or not person) and unsent.keep(request) and person:
            unsent.say_where(request)
        return (rescued(request) or redirect("mfa_index")) if held_back else None


def has_factor(person: User) -> bool:
    """Whether this person has an app or a passkey: recovery codes alone are asked for by nobody."""
    return is_mfa_enabled(person, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])


def _see(request: HttpRequest) -> None:
    now = timezone.now().timestamp()
    if now - request.session.get(_SEEN, 0) >= SEEN_EVERY.total_seconds():
        request.session[_SEEN] = int(now)
        UserSession.objects.create_from_request(request)


def _may_pass(request: HttpRequest) -> bool:
    """Without a second factor one sets one up, or leaves."""
    open_to_all = (
        reverse("mfa_index"),
        reverse("admin:logout"),
        reverse("admin:jsi18n"),
        reverse("admin:analysis_story_keep"),
    )
    return request.path_info.startswith(open_to_all)


@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """The list; a POST ends all but this one."""
    person = who(request)
    if request.method == "POST":
        ended = end(UserSession.objects.filter(user=person).exclude(session_key=request.session.session_key))
        audit.note(person, audit.Said.SESSIONS_ENDED)
        messages.success(
            request, ngettext("%(n)d other session ended.", "%(n)d other sessions ended.", ended) % {"n": ended}
        )
        return redirect("account_sessions")
    rows = sorted(UserSession.objects.purge_and_list(person), key=lambda row: row.last_seen_at, reverse=True)
    listed = [
        {"row": row, "browser": browser(row.user_agent), "here": row.session_key == request.session.session_key}
        for row in rows
    ]
    return TemplateResponse(request, "account/sessions.html", {"title": _("Your sessions"), "sessions": listed})


@require_POST
def end_one(request: HttpRequest, pk: int) -> HttpResponse:
    person = who(request)
    row = get_object_or_404(UserSession, pk=pk, user=person)
    if row.session_key == request.session.session_key:
        messages.error(request, _("This is the session you are in: log out to end it."))
        return redirect("account_sessions")
    end(UserSession.objects.filter(pk=row.pk))
    audit.note(person, audit.Said.SESSION_ENDED)
    messages.success(request, _("The session is ended."))
    return redirect("account_sessions")


@receiver([password_changed, password_set])
def _keep_this_one(sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
    """A new password makes the others worthless; what is known of them is not kept until they run out."""
    end(UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key))


@receiver(password_reset)
def _keep_none(sender: object, user: User, **kwargs: object) -> None:
    end(UserSession.objects.filter(user=user))


def end(rows) -> int:
    """End the sessions of these rows: their next request is at the login. Returns how many there were."""
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    return len(keys)


def browser(user_agent: str) -> str:
    """In words which browser this is, as far as it says so."""
    name = next((name for pattern, name in _BROWSERS if re.search(pattern, user_agent)), "")
    system = next((name for pattern, name in _SYSTEMS if re.search(pattern, user_agent)), "")
    if name and system:
        return _("%(browser)s on %(system)s") % {"browser": name, "system": system}
    return name or system or _("A browser that does not say which")
