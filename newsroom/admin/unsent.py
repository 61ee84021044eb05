"""Words typed into a form of the desk that could not be sent any more: the login was over, or a second factor is asked
for since. They are kept in the session that the login goes on with, and shown again where they were typed, to who typed
them. Nothing is done by itself.

The desk's middleware calls `keep`. A form takes part by carrying `token`, and by being shown with what `typed` says.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext as _

KEPT = "unsent"  # in the session: one form, the last
DISCARD = "discard"  # in an address: what was kept for it is not wanted any more
FIELD = "typed_by"  # of the form: who opened it, signed. A session that is over does not say whose it was
MOST = 100_000  # characters
OPEN = 60 * 60 * 24 * 30  # seconds that a page may stay open and still have its words kept
_SALT = "newsroom.admin.unsent"


def token(person: User) -> str:
    """What a form carries so that its words outlive the login of this person."""
    return signing.dumps(person.pk, salt=_SALT)


def keeping(site: AdminSite, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view behind the desk's login that shows again what could not be sent. It asks `typed` for its data."""

    def outer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        forget(request)
        return view(request, *args, **kwargs)

    return site.admin_view(outer)


def forget(request: HttpRequest) -> None:
    """A form that is sent now needs no keeping."""
    if request.method == "POST" and _kept(request):
        del request.session[KEPT]


def typed(request: HttpRequest) -> QueryDict | None:
    """What a form of this page is to hold: what it sends now; else what it would have sent before the login, which is
    for showing only; None if there is neither."""
    if request.method == "POST":
        return request.POST
    if DISCARD in request.GET:
        request.session.pop(KEPT, None)
    fields = _kept(request)
    if not fields:
        return None
    words = _("This was not sent yet, so nothing was done. What you typed is below.")
    messages.warning(request, format_html('{} <a href="?{}=1">{}</a>', words, DISCARD, _("Discard it")))
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    return data


def _kept(request: HttpRequest) -> dict[str, list[str]]:
    kept = request.session.get(KEPT, {})
    theirs = (kept.get("by"), kept.get("path")) == (request.user.pk, request.get_full_path())
    return kept["fields"] if theirs else {}


def keep(request: HttpRequest) -> bool:
    """Keep what a form holds that goes no further, if it is one of ours. Whether it is kept."""
    try:
        person = signing.loads(request.POST.get(FIELD, ""), salt=_SALT, max_age=OPEN)
    except signing.BadSignature:
        return False  # of no form of ours: it would fill the table of sessions
    if request.user.is_authenticated and request.user.pk != person:
        return False  # somebody else is logged in at this browser
    fields = {
        name: values
        for name, values in request.POST.lists()
        if name not in (FIELD, "csrfmiddlewaretoken") and "password" not in name
    }
    if sum(len(text) for name, values in fields.items() for text in (name, *values)) > MOST:
        return False
    request.session[KEPT] = {"by": person, "path": request.get_full_path(), "fields": fields}
    if request.user.is_anonymous:
        messages.warning(request, _("You are logged out. What you typed is kept; log in to go on with it."))
    return True


def say_where(request: HttpRequest) -> None:
    """To who is led elsewhere: where what was kept is gone on with."""
    words = _("Nothing was done yet. What you typed is kept:")
    messages.warning(request, format_html('{} <a href="{}">{}</a>', words, request.get_full_path(), _("go on with it")))


@receiver(user_logged_in)
def _only_theirs(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A login goes on with the session that was there before it: whoever comes now takes over no words of another."""
    if request.session.get(KEPT, {}).get("by") != user.pk:
        request.session.pop(KEPT, None)
