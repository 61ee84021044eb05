"""Judging watch items: who may, with what evidence, and taking a judgment back. What was said stays on record.

A public item is a promise until it is judged, also where a newer one has replaced it.
"""

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis import preflight, tallying
from analysis.addresses import AddressError, canonical, host_of
from analysis.editing import EditingError
from analysis.models import Judgment, Revision, WatchItem
from analysis.owners import publisher_of

State = WatchItem.State
SCORED = (State.YES, State.NO)
ADDRESS = gettext_lazy("Give the address where readers can see that.")


def judges() -> list[User]:
    """Who in this newsroom may say how a watch item turned out. One query."""
    people = User.objects.with_perm("analysis.resolve_watchitem").filter(is_staff=True)
    return list(people.order_by("username"))


def barred(item: WatchItem, by: User | None, among: Collection[User]) -> str:
    """Why `by` does not judge an item: nobody judges their own words while somebody else can. Empty if nothing is in
    the way. `among`: what `judges` says."""
    others = [judge for judge in among if by and judge.pk != by.pk]
    if not by or by.pk != item.written_by_id or not others:
        return ""
    names = ", ".join(judge.get_full_name() or judge.get_username() for judge in others[:3])
    return _("You wrote this one, so somebody else judges it: %(names)s.") % {"names": names}


@transaction.atomic
def judge(item: WatchItem, by: User | None, state: str, why: str, url: str = "", at: datetime | None = None) -> None:
    """Say how a watch item turned out: what happened, and at `url` where everybody can see that.

    `by` is None where the desk's own hand writes history down. `at` is the aware moment it counts from, now unless
    given. Raises EditingError if it is not public, was judged already or is by its own author while another could; if
    words are missing or quote more than terms allow; if "it happened" or "it did not" comes without an address.
    """
    at = at or timezone.now()
    if state not in State.values or state == State.OPEN:
        raise EditingError(_("Choose how it turned out."))
    if not why.strip():
        raise EditingError(_("Say how it turned out and what shows it."))
    url = _address(url)
    if state in SCORED and not url:
        raise EditingError(str(ADDRESS))
    if said := barred(item, by, judges() if by else ()):
        raise EditingError(said)
    _refuse_quotes(item, why, at)
    _move(item, State.OPEN, state, _("This watch item is not public, or someone has judged it already."))
    Judgment.objects.create(
        item=item,
        state=state,
        why=why.strip(),
        url=url,
        publisher=publisher_of(host_of(url)) if url else None,
        by=by,
        by_author=bool(by and by.pk == item.written_by_id),
        at=at,
    )


@transaction.atomic
def take_back(item: WatchItem, by: User | None, why: str, at: datetime | None = None) -> None:
    """Open a judged item again, because what it was judged by does not hold. The judgment stays on record, and `why`
    with it.

    Raises EditingError if it is not judged, or if the words are missing or quote more than terms allow.
    """
    at = at or timezone.now()
    if not why.strip():
        raise EditingError(_("Say why the judgment does not hold."))
    _refuse_quotes(item, why, at)
    _move(item, item.state, State.OPEN, _("This watch item is not judged, or someone has judged it anew."))
    Judgment.objects.create(item=item, state=State.OPEN, why=why.strip(), by=by, at=at)


def _address(url: str) -> str:
    try:
        return canonical(url) if url.strip() else ""
    except AddressError as error:
        sentence = _("This cannot be read as a web address: %(why)s.")
        raise EditingError(sentence % {"why": _(str(error))}) from error


def _refuse_quotes(item: WatchItem, words: str, at: datetime) -> None:
    current = Revision.objects.filter(story=item.story_id).first()
    if current:
        permits = preflight.permits_of(current.content, at)
        if sentence := preflight.over_quoted(words, list(permits.values())):
            raise EditingError(sentence)


def _move(item: WatchItem, state: str, to: str, sentence: str) -> None:
    """Compare-and-set: of two who judge at once one wins, the other gets the sentence."""
    public = WatchItem.objects.filter(pk=item.pk, state=state, public_since__isnull=False)
    if state == to or not public.update(state=to):
        raise EditingError(sentence)
    item.refresh_from_db(fields=["topic", "desk", "likelihood"])
    item.state = state
    tallying.moved(item, to)
    item.state = to
