"""Judging watch items: who may, with what evidence, and taking a judgment back. What was said stays on record.

A public item is a promise until it is judged, also where a newer one has replaced it.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis import preflight, tallying
from analysis.addresses import AddressError, canonical
from analysis.editing import EditingError
from analysis.models import Judgment, Revision, Story, WatchItem

State = WatchItem.State
SCORED = (State.YES, State.NO)
ADDRESS = gettext_lazy("Give the address where readers can see that.")


def judges() -> list[User]:
    """Who in this newsroom may say how a watch item turned out. One query."""
    people = User.objects.with_perm("analysis.resolve_watchitem").filter(is_staff=True)
    return list(people.order_by("username"))


def barred(item: WatchItem, by: User | None, among: Collection[User]) -> str:
    """Why `by` has no say in how an item turned out: nobody judges their own words while somebody else can. Empty if
    nothing is in the way. `among`: what `judges` says. One query, unless the item's authors are read already."""
    authors = {author.pk for author in item.authors.all()}
    others = [judge for judge in among if judge.pk not in authors]
    if not by or by.pk not in authors or not others:
        return ""
    names = ", ".join(judge.get_full_name() or judge.get_username() for judge in others[:3])
    return _("You wrote this one, so somebody else judges it: %(names)s.") % {"names": names}


def address(typed: str) -> str:
    """Where an outcome can be seen, in the one form in which we keep addresses; empty if nothing is typed. Raises
    EditingError."""
    try:
        return canonical(typed) if typed.strip() else ""
    except AddressError as error:
        sentence = _("This cannot be read as a web address: %(why)s.")
        raise EditingError(sentence % {"why": _(str(error))}) from error


@transaction.atomic
def judge(item: WatchItem, by: User | None, state: str, why: str, url: str = "", at: datetime | None = None) -> None:
    """Say how a watch item turned out: what happened, and at `url` where everybody can see that.

    `by` is None where the desk's own hand writes history down. `at` is the aware moment it counts from, now unless
    given. Raises EditingError if it is not public, was judged already or is by an author of it while another could; if
    words are missing or quote more than terms allow; if "it happened" or "it did not" comes without an address, or the
    latter before the day is over (UTC).
    """
    at = at or timezone.now()
    if state not in State.values or state == State.OPEN:
        raise EditingError(_("Choose how it turned out."))
    if not why.strip():
        raise EditingError(_("Say how it turned out and what shows it."))
    url = address(url)
    if state in SCORED and not url:
        raise EditingError(str(ADDRESS))
    if state == State.NO and at.date() <= item.due:
        day = date_format(item.due + timedelta(days=1))
        raise EditingError(_("Its day is not over, so it can still happen. Say so from %(day)s on.") % {"day": day})
    _refuse(item, by, why, at)
    _move(item, State.OPEN, state, _("This watch item is not public, or someone has judged it already."))
    Judgment.objects.create(
        item=item,
        state=state,
        why=why.strip(),
        url=url,
        by=by,
        by_author=by is not None and item.authors.filter(pk=by.pk).exists(),
        at=at,
    )
    _touch(item, at)


@transaction.atomic
def take_back(item: WatchItem, by: User | None, why: str, at: datetime | None = None) -> None:
    """Open a judged item again, because what it was judged by does not hold. The judgment stays on record, and `why`
    with it.

    Raises EditingError if it is not judged, or `by` is an author of it while another could; if the words are missing or
    quote more than terms allow.
    """
    at = at or timezone.now()
    if not why.strip():
        raise EditingError(_("Say why the judgment does not hold."))
    _refuse(item, by, why, at)
    _move(item, item.state, State.OPEN, _("This watch item is not judged, or someone has judged it anew."))
    Judgment.objects.create(item=item, state=State.OPEN, why=why.strip(), by=by, at=at)
    _touch(item, at)


def _touch(item: WatchItem, at: datetime) -> None:
    """Its page says something else from now on: while it is in a feed, who follows that gets its entry again."""
    Story.objects.filter(pk=item.story_id, updated_at__lt=at).update(updated_at=at)


def _refuse(item: WatchItem, by: User | None, words: str, at: datetime) -> None:
    if said := barred(item, by, judges() if by else ()):
        raise EditingError(said)
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
