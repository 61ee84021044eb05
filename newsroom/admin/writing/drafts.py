"""What is typed and not saved: which window it belongs to, and how it is kept when nobody is logged in any more."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis import drafts, working
from analysis.merging import Typed, renamed
from analysis.models import Draft, Story
from newsroom.admin.framing import frame_of
from newsroom.admin.writing import saving
from newsroom.admin.writing.comparing import differ
from newsroom.admin.writing.document import Held
from newsroom.admin.writing.typed import BY_PEOPLE, Known, keepable, typed_in, typed_of

SALT = "newsroom.admin.writing"
BY_LIST = ("form", "language", "topic", "desk", *BY_PEOPLE)
ADD = "admin:analysis_story_add"
CHANGE = "admin:analysis_story_change"


@dataclass(frozen=True)
class Window:
    """One open story screen: its name, whose it is, of which story (0: of a new one)."""

    key: str
    by: int
    story: int

    @cached_property
    def kept(self) -> Draft | None:
        """What is kept of it, read once; None if nothing ever was."""
        return drafts.of_window(self.key, self.by)

    def version(self, data: QueryDict) -> int | None:
        """The version that a form was filled in from, or that it became; None if it does not say."""
        version, became = number_in(data, "version"), self._saved(data)["version"]
        return max(version or 0, became) if became else version

    def named(self, typed: Typed, data: QueryDict) -> Typed:
        """What a form holds, by the names of today. One that was saved comes again after “back” in the browser: its
        rows that were new then are there since, and would be made twice."""
        made = self._saved(data)["made"].items()
        return renamed(typed, {(kind, old): new for name, new in made for kind, old in [name.split("-", 1)]})

    def _saved(self, data: QueryDict) -> dict[str, Any]:
        saves = self.kept.saves if self.kept else {}
        found: dict[str, Any] = saves.get(data.get("shown", ""), {"version": None, "made": {}})
        return found

    @property
    def token(self) -> str:
        """What the form carries. Whoever has it may replace this one draft, and touch nothing else, without a session:
        that is what saves a text from a login that has expired."""
        return signing.dumps([self.key, self.by, self.story], salt=SALT, compress=True)


def opened(by: User, story: int | None, key: str = "") -> Window:
    return Window(key or secrets.token_urlsafe(16), by.pk, story or 0)


def window_of(token: str) -> Window | None:
    """The window that a form came from; None if the token is not ours or too old."""
    try:
        return Window(*signing.loads(token, salt=SALT, max_age=drafts.OPEN))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def number_in(data: QueryDict, name: str) -> int | None:
    """A number that a form sends under a name; None if it does not say."""
    number = data.get(name, "")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else None


def turn_of(request: HttpRequest) -> int | None:
    """How often the window had sent something before, this one counted; None if it does not count, having
    no script: then whatever it sends is the newest."""
    return number_in(request.POST, "turn")


def plain(data: QueryDict, name: str) -> str:
    """What was sent under a name, without NULs, which PostgreSQL keeps nowhere."""
    return data.get(name, "").replace("\0", "")


class OutOfStep(Exception):
    """A form came as what was changed since a text that is not here: it has to come whole."""

    def __init__(self, kept: Draft | None) -> None:
        super().__init__()
        self.kept = kept


def name_of(saved: Typed, version: int | None) -> str:
    """A name for what a form was opened with, where that is what was saved. The version alone would not do: what a form
    says of a desk, a topic or an entity may be renamed without a new one."""
    return f"{version} {hashlib.blake2b(json.dumps(saved).encode(), digest_size=12).hexdigest()}"


def sent(request: HttpRequest, held: Held, window: Window, since: str = "") -> Typed:
    """What a form holds. Of one that did not come in whole, what is missing was not taken away: it stands as it stood
    when the window last sent something, or as it began.

    Or it holds what was changed `since` a text, a field taken away as an empty one. That text is named by the stamp of
    what is kept of the window, or else by name_of() what it was opened with: raises OutOfStep if it is another one.
    """
    data = request.POST
    typed = window.named(typed_in(data), data)
    if not data.get("complete"):
        before = window.kept if window.kept and window.kept.kept_at else None
        began = before.typed if before else _began(request, held, window, {})
        if since and since != (before.stamp if before else name_of(began, window.version(data))):
            raise OutOfStep(before)
        named = window.named({name: [] for name in data}, data)
        typed = {name: values for name, values in began.items() if name not in named} | typed
    return saving.whole(typed, held)


def keep(request: HttpRequest, window: Window, held: Held, typed: Typed) -> Draft | None:
    """Keep what is typed in a window, where it is unsaved. Returns None if the window is of another story."""
    left = keepable(typed)
    if not differ(left, _began(request, held, window, typed)):
        left = {}
    now, pk, version = timezone.now(), held.story.pk, window.version(request.POST) or 0
    late = bool(request.POST.get("brought"))
    return drafts.keep(window.key, window.by, pk, version, left, now, turn_of(request), window.kept, late)


def _began(request: HttpRequest, held: Held, window: Window, typed: Typed) -> Typed:
    """What a form began with. That of a new story began with the frame of another perhaps, and with lists that choose
    by themselves: whatever they say now is no text of anybody's."""
    version = window.version(request.POST)
    if not held.story.pk:
        frame = Story.objects.filter(pk=number_in(request.POST, "frame") or 0).first()
        lists = {name: values for name, values in typed.items() if name in BY_LIST}
        return (frame_of(frame) if frame else {}) | lists
    if version == held.story.version:
        return held.typed
    base = working.base_of(held.story, version) if version else None
    return typed_of(base, Known.of([base])) if base else {}


def rescue(request: HttpRequest, window: Window, since: str = "") -> Draft | None:
    """Keep what a form holds that its person may not send any more. Returns None if it was not theirs to keep. Raises
    OutOfStep as sent() does."""
    user = request.user
    if user.is_authenticated and user.pk != window.by:
        return None  # somebody else logged in at this browser: their session does not write for the first
    if not User.objects.filter(pk=window.by, is_active=True, is_staff=True).exists():
        return None
    held = held_of(window)
    return keep(request, window, held, sent(request, held, window, since))


def held_of(window: Window) -> Held:
    """The story of a window as it is saved, also one that it made itself; an empty one where there is none yet, or it
    was deleted meanwhile."""
    pk = window.story or (window.kept.story_id if window.kept else None)
    try:
        return saving.held(pk) if pk else saving.nothing()
    except Story.DoesNotExist:
        return saving.nothing()


def place(draft: Draft) -> str:
    """Where a draft is gone on with: the story, or an empty screen."""
    address = reverse(CHANGE, args=[draft.story_id]) if draft.story_id else reverse(ADD)
    return f"{address}?{urlencode({'draft': draft.key})}"


def rescued(request: HttpRequest) -> HttpResponse | None:
    """Of a form that came without a login, or with one that is over: its text is kept, and comes back after the login.

    None where there is nothing to rescue.
    """
    window = window_of(request.POST.get("window", "")) if request.method == "POST" else None
    kept = rescue(request, window) if window else None
    if not kept:
        return None
    if request.user.is_authenticated:
        messages.warning(request, _("Your login had changed meanwhile. Nothing was saved yet; your text is below."))
        return HttpResponseRedirect(place(kept))
    messages.warning(request, _("You were logged out. What you typed is kept; log in to go on with it."))
    return redirect_to_login(place(kept), reverse("admin:login"))
