"""What each person did at the desk, newest first: the admin's log, with logins and changes of an account in it.

The log is one table (django.contrib.admin). A line about an account has the account as its object and one of the
sentences of `Said` as its message, in English; the page translates it.
"""

import logging
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import models
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newsroom.admin import log
from newsroom.admin.site import who
from newsroom.doors import address_of

logger = logging.getLogger(__name__)

PAGE = 50


class Said(models.TextChoices):
    """What the log says of an account. The first word of each pair is stored."""

    LOGGED_IN = "Logged in.", gettext_lazy("Logged in.")
    FAILED = "A login failed: wrong password.", gettext_lazy("A login failed: wrong password.")
    FAILED_CODE = "A login failed: wrong code.", gettext_lazy("A login failed: wrong code.")
    PASSWORD_CHANGED = "Password changed.", gettext_lazy("Password changed.")
    PASSWORD_RESET = "Password set anew by mail.", gettext_lazy("Password set anew by mail.")
    TOTP_ADDED = "Authenticator app set up.", gettext_lazy("Authenticator app set up.")
    TOTP_REMOVED = "Authenticator app removed.", gettext_lazy("Authenticator app removed.")
    CODES_MADE = "Recovery codes made.", gettext_lazy("Recovery codes made.")
    CODES_REMOVED = "Recovery codes removed.", gettext_lazy("Recovery codes removed.")
    CODE_USED = "Logged in with a recovery code.", gettext_lazy("Logged in with a recovery code.")
    PASSKEY_ADDED = "Passkey added.", gettext_lazy("Passkey added.")
    PASSKEY_REMOVED = "Passkey removed.", gettext_lazy("Passkey removed.")
    SESSION_ENDED = "A session ended.", gettext_lazy("A session ended.")
    SESSIONS_ENDED = "All other sessions ended.", gettext_lazy("All other sessions ended.")


_ADDED = {"totp": Said.TOTP_ADDED, "recovery_codes": Said.CODES_MADE, "webauthn": Said.PASSKEY_ADDED}
_REMOVED = {"totp": Said.TOTP_REMOVED, "recovery_codes": Said.CODES_REMOVED, "webauthn": Said.PASSKEY_REMOVED}


def note(person: User, said: Said) -> None:
    """Write one line about an account into its person's log."""
    LogEntry.objects.create(
        user=person,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(person.pk),
        object_repr=person.get_username(),
        action_flag=CHANGE,
        change_message=said.value,
    )


# --- the pages ----------------------------------------------------------------------------------------------------


def mine(request: HttpRequest) -> HttpResponse:
    return _page(request, who(request))


def of(request: HttpRequest, pk: int) -> HttpResponse:
    """What somebody did, for those who may see accounts."""
    if not request.user.has_perm("auth.view_user"):
        raise PermissionDenied
    return _page(request, get_object_or_404(User, pk=pk))


def _page(request: HttpRequest, person: User) -> HttpResponse:
    """A page of the log, by cursor: it costs the same at its end as at its beginning."""
    entries = LogEntry.objects.filter(user=person).select_related("content_type").order_by("-pk")
    if before := request.GET.get("before", ""):
        if not (before.isascii() and before.isdigit() and len(before) < 16):
            raise Http404
        entries = entries.filter(pk__lt=int(before))
    found = list(entries[: PAGE + 1])
    shown = found[:PAGE]
    own = person == request.user
    context = {
        "title": _("What you did") if own else _("What %(name)s did") % {"name": person.get_username()},
        "person": person,
        "own": own,
        "lines": [_line(entry) for entry in shown],
        "before": shown[-1].pk if len(found) > PAGE else None,
    }
    return TemplateResponse(request, "admin/audit.html", context)


def _line(entry: LogEntry) -> dict[str, Any]:
    kind = entry.content_type.model_class() if entry.content_type else None
    about_account = kind is User and entry.change_message in Said.values
    if about_account:
        said = str(Said(entry.change_message).label)
    else:
        verbs = {CHANGE: _("Changed"), DELETION: _("Deleted")}
        said = log.said(entry) or verbs.get(entry.action_flag, _("Added"))
    return {
        "at": entry.action_time,
        "said": said,
        "kind": "" if about_account or kind is None else kind._meta.verbose_name,
        "object": "" if about_account else entry.object_repr,
        "url": None if about_account or entry.action_flag == DELETION else entry.get_admin_url(),
    }


# --- what is written by itself --------------------------------------------------------------------------------------


@receiver(user_logged_in)
def _logged_in(sender: Any, user: User, **kwargs: Any) -> None:
    note(user, Said.LOGGED_IN)


@receiver(user_logged_out)
def _logged_out(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Where a session came from is forgotten with it."""
    UserSession.objects.filter(session_key=request.session.session_key).delete()


@receiver(user_login_failed)
def _failed(sender: Any, credentials: dict[str, str], request: HttpRequest | None = None, **kwargs: Any) -> None:
    user = User.objects.filter(username=credentials.get("username", "")).first()
    # A name that nobody has may be a password typed into the wrong field.
    name = user.get_username() if user else "an unknown name"
    logger.warning("Login failed for %r from %s.", name, address_of(request) if request else "nowhere")
    if user:
        note(user, Said.FAILED)


@receiver(mfa.authentication_failed)
def _failed_code(sender: Any, user: User, request: HttpRequest, **kwargs: Any) -> None:
    logger.warning("Second factor failed for %r from %s.", user.get_username(), address_of(request))
    note(user, Said.FAILED_CODE)


@receiver(mfa.authenticator_used)
def _used(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        note(user, Said.CODE_USED)


@receiver([mfa.authenticator_added, mfa.authenticator_reset])
def _added(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    note(user, _ADDED[authenticator.type])


@receiver(mfa.authenticator_removed)
def _removed(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    note(user, _REMOVED[authenticator.type])


@receiver([account.password_changed, account.password_set])
def _password_changed(sender: Any, user: User, **kwargs: Any) -> None:
    note(user, Said.PASSWORD_CHANGED)


@receiver(account.password_reset)
def _password_reset(sender: Any, user: User, **kwargs: Any) -> None:
    note(user, Said.PASSWORD_RESET)
