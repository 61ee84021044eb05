"""What is typed and not saved: which window it belongs to, and how it is kept when nobody is logged in any more."""

import secrets
from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis import drafts, editing, working
from analysis.merging import Typed
from analysis.models import Draft, Story
from newsroom.admin.writing.typed import Known, keepable, typed_in, typed_of

SALT = "newsroom.admin.writing"
ADD = "admin:analysis_story_add"
CHANGE = "admin:analysis_story_change"
OPEN = 60 * 60 * 24 * 30  # seconds that a window may stay open and still keep what is typed


class Window(NamedTuple):
    """One open story screen: its name, whose it is, of which story (0: of a new one)."""

    key: str
    by: int
    story: int

    @property
    def token(self) -> str:
        """What the form carries. Whoever has it may replace this one draft, and touch nothing else, without a session:
        that is what saves a text from a login that has expired."""
        return signing.dumps(list(self), salt=SALT, compress=True)


def opened(by: User, story: int | None, key: str = "") -> Window:
    return Window(key or secrets.token_urlsafe(16), by.pk, story or 0)


def window_of(token: str) -> Window | None:
    """The window that a form came from; None if the token is not ours or too old."""
    try:
        return Window(*signing.loads(token, salt=SALT, max_age=OPEN))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def based_on(request: HttpRequest, name: str = "version") -> int | None:
    """The version that a form was filled in from; None if it does not say."""
    version = request.POST.get(name, "")
    return int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else None


def turn_of(request: HttpRequest) -> int:
    """How often the window had sent something before, this one counted."""
    return based_on(request, "turn") or 0


def keep(request: HttpRequest, window: Window) -> Draft | None:
    """Keep what a form holds, for whoever typed it. Returns None if it was not theirs to keep."""
    user = request.user
    if user.is_authenticated and user.pk != window.by:
        return None  # somebody else logged in at this browser: their session does not write for the first
    if not User.objects.filter(pk=window.by, is_active=True, is_staff=True).exists():
        return None
    typed = typed_in(request.POST)
    story = window.story if Story.objects.filter(pk=window.story).exists() else None  # it may be deleted meanwhile
    if not request.POST.get("complete"):
        typed = laid_over(typed, window.key, window.by, story, based_on(request))
    kept = drafts.keep(window.key, window.by, story, based_on(request) or 0, keepable(typed), timezone.now())
    return kept.draft if kept else None


def laid_over(typed: Typed, key: str, by: int, story: int | None, version: int | None) -> Typed:
    """A form that did not come in whole, over what it began with: what is missing was not taken away."""
    draft = Draft.objects.filter(key=key, by=by, kept_at__isnull=False).first()
    if draft:
        return {**draft.typed, **typed}
    if not story:
        return typed
    row = Story.objects.get(pk=story)
    content = (working.base_of(row, version) if version else None) or editing.snapshot(row)
    return {**typed_of(content, Known.of([content])), **typed}


def place(draft: Draft) -> str:
    """Where a draft is gone on with: the story, or an empty screen."""
    address = reverse(CHANGE, args=[draft.story_id]) if draft.story_id else reverse(ADD)
    return f"{address}?{urlencode({'draft': draft.key})}"


def rescued(request: HttpRequest) -> HttpResponse | None:
    """Of a form that came without a login, or with one that is over: its text is kept, and comes back after the login.

    None where there is nothing to rescue.
    """
    window = window_of(request.POST.get("window", "")) if request.method == "POST" else None
    kept = keep(request, window) if window else None
    if not kept:
        return None
    if request.user.is_authenticated:
        messages.warning(request, _("Your login had changed meanwhile. Nothing was saved yet; your text is below."))
        return HttpResponseRedirect(place(kept))
    return redirect_to_login(place(kept), reverse("admin:login"))
