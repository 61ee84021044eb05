"""What can be checked of a source without asking anybody: its address, its dates, whose site it is, who read it.

Each finding is a sentence for readers and a mark: fine, wrong, or could not be checked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal, Protocol

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from analysis.addresses import host_of
from analysis.models.stories import Role
from analysis.posts import Post, Whose, post_at

STALE_DAYS = 30
ABOUT_THE_EVENT = (Role.ORIGINAL, Role.COVERAGE, Role.WIRE, Role.SOCIAL)  # documents and background may be older


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `mark`: whether it is as it should be, is not, or could not be found out."""

    words: str
    mark: Literal["fine", "warning", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is on record of a source. Moments are aware, days UTC."""

    url: str
    role: str
    publisher: str  # its name
    owner: str | None  # the publisher whose site it is on, by name; None: that is not on record
    own: bool  # and that is its publisher
    published_at: datetime | None  # as its publisher has it
    retrieved_at: datetime | None  # when somebody here read it
    event_on: date | None
    story_on: date


_ORDER = ("warning", "unknown", "fine")


class Work(Protocol):
    """An article as far as it matters here."""

    @property
    def url(self) -> str: ...
    @property
    def publisher_id(self) -> int: ...
    @property
    def publisher_name(self) -> str: ...
    @property
    def published_at(self) -> datetime | None: ...
    @property
    def retrieved_at(self) -> datetime | None: ...


type Owners = Mapping[str, tuple[int, str]]  # the publisher, id and name, whose site a host is (analysis/owners.py)


def facts_of(work: Work, role: str, owners: Owners, event_on: str | None, story_on: date) -> Facts:
    """What is on record of an article in a role. `event_on`: as a content has it, 2026-04-20."""
    owner = owners.get(host_of(work.url))
    return Facts(
        url=work.url,
        role=role,
        publisher=work.publisher_name,
        owner=owner and owner[1],
        own=bool(owner and owner[0] == work.publisher_id),
        published_at=work.published_at,
        retrieved_at=work.retrieved_at,
        event_on=date.fromisoformat(event_on) if event_on else None,
        story_on=story_on,
    )


def checks_of(facts: Facts, today: date) -> tuple[Check, ...]:
    """What a source's record says on a day (UTC), in the language of now. What is wrong comes first, then what could
    not be checked."""
    return _checked(facts, today, get_language())


@lru_cache(maxsize=4096)  # asked for every source at every pause in typing
def _checked(facts: Facts, today: date, _language: str | None) -> tuple[Check, ...]:
    post = post_at(facts.url)
    if post and post.whose is Whose.SERVER and facts.own:
        post = None  # a publisher's own pages may have such addresses
    found = [*_dates(facts, post, today + timedelta(days=1)), *_site(facts, post), *_reading(facts)]
    return tuple(sorted(found, key=lambda check: _ORDER.index(check.mark)))


def _dates(facts: Facts, post: Post | None, latest: date) -> Iterator[Check]:
    if post and post.at:
        yield from _posted(facts, post, post.at, latest)
    elif post:
        yield Check(_("Its address holds no time, so when it was posted could not be checked."), "unknown")
    if not facts.published_at:
        if not post:
            yield Check(_("It says no date, or we found none."), "unknown")
    elif facts.published_at.date() > latest:
        words = _("It is dated %(when)s, which is still to come.")
        yield Check(words % {"when": date_format(facts.published_at, "j F Y")}, "warning")
    elif not (post and post.at) and facts.role in ABOUT_THE_EVENT and facts.event_on and facts.event_on <= latest:
        days = (facts.event_on - facts.published_at.date()).days
        if days > STALE_DAYS:
            words = ngettext(
                "Published %(n)d day before the event it is cited for.",
                "Published %(n)d days before the event it is cited for.",
                days,
            )
            yield Check(words % {"n": days}, "warning")


def _posted(facts: Facts, post: Post, at: datetime, latest: date) -> Iterator[Check]:
    """What the time in an id tells; no more than a hint where somebody else than the platform put it there."""
    when, sure = date_format(at, "j F Y, H:i"), post.whose is Whose.PLATFORM
    if at.date() > latest:
        words = _("By its own id it was posted on %(when)s UTC, which is still to come: the id is no real one.")
        yield Check(words % {"when": when}, "warning" if sure else "unknown")
        return
    said = _OWN_ID[post.whose]() % {"when": when}
    days = ((facts.event_on or facts.story_on) - at.date()).days
    if days > STALE_DAYS and facts.role in ABOUT_THE_EVENT:
        words = (
            ngettext(
                "That is %(n)d day before the event it is cited for.",
                "That is %(n)d days before the event it is cited for.",
                days,
            )
            if facts.event_on
            else ngettext("That is %(n)d day before this story.", "That is %(n)d days before this story.", days)
        )
        yield Check(f"{said} {words % {'n': days}}", "warning" if sure else "unknown")
    else:
        yield Check(said, "fine" if sure else "unknown")
    if sure and facts.published_at and abs(facts.published_at - at) > timedelta(days=1):
        words = _("It is dated %(when)s, which its own id contradicts.")
        yield Check(words % {"when": date_format(facts.published_at, "j F Y")}, "warning")


_OWN_ID = {
    Whose.PLATFORM: lambda: _("Posted %(when)s UTC, by its own id."),
    Whose.AUTHOR: lambda: _("Posted %(when)s UTC, by an id that its author’s own program chose."),
    Whose.SERVER: lambda: _("Posted %(when)s UTC, by its own id, if its server is the Mastodon server it looks like."),
}


def _site(facts: Facts, post: Post | None) -> Iterator[Check]:
    if post:
        words = _("On %(site)s anybody can post under any name: whose account it is was not checked.")
        yield Check(words % {"site": post.platform}, "unknown")
    elif facts.owner is None:
        yield Check(_("Whose site it is on is not on our record."), "unknown")
    elif facts.own:
        yield Check(_("On a site of %(publisher)s.") % {"publisher": facts.publisher}, "fine")
    else:
        words = _("It is on a site of %(owner)s, not of %(publisher)s.")
        yield Check(words % {"owner": facts.owner, "publisher": facts.publisher}, "warning")


def _reading(facts: Facts) -> Iterator[Check]:
    if facts.retrieved_at:
        yield Check(_("Read by us on %(day)s.") % {"day": date_format(facts.retrieved_at, "j F Y")}, "fine")
    else:
        yield Check(_("Nobody here says to have read it."), "unknown")
