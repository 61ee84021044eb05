"""What can be said of a source: by its address, its dates, whose site it is and who read it, which needs no asking, and
by what its server answered when it was asked (analysis/asking.py).

Each finding is a sentence for readers and a mark: fine, wrong, or could not be checked. Of where an address leads only
the site is named: the page there may be one that we must not link.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal, Protocol
from urllib.parse import urlsplit

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from analysis.addresses import host_of, registrable
from analysis.models.readings import Outcome
from analysis.models.stories import Role
from analysis.models.writing import Stance
from analysis.posts import Post, Whose, post_at

STALE_DAYS = 30
ABOUT_THE_EVENT = (Role.ORIGINAL, Role.COVERAGE, Role.WIRE, Role.SOCIAL)  # documents and background may be older


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `mark`: whether it is as it should be, is not, or could not be found out."""

    words: str
    mark: Literal["fine", "warning", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the server of a source answered when it was asked last."""

    at: datetime  # aware
    outcome: str  # an Outcome
    status: int | None = None
    final_url: str = ""  # where its address leads, if to another page
    sha256: str = ""  # of what it says
    memento: str = ""  # an archived copy
    unlike: datetime | None = None  # what it says is not what it said at this moment, from which on it is compared


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
    asked: Asked | None = None  # None: its server never was
    stays: bool = False  # where its address leads is a site of its publisher too
    stances: frozenset[str] = frozenset()  # that it takes on the claims of the story


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


def facts_of(
    work: Work,
    role: str,
    owners: Owners,
    event_on: str | None,
    story_on: date,
    asked: Asked | None = None,
    stances: frozenset[str] = frozenset(),
) -> Facts:
    """What is on record of an article in a role. `event_on`: as a content has it, 2026-04-20."""
    owner = owners.get(host_of(work.url))
    leads_to = owners.get(host_of(asked.final_url)) if asked and asked.final_url else None
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
        asked=asked,
        stays=bool(leads_to and leads_to[0] == work.publisher_id),
        stances=stances,
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
    found = [
        *_dates(facts, post, today + timedelta(days=1)),
        *_site(facts, post),
        *_kind(facts),
        *_reading(facts),
        *(_asking(facts, facts.asked) if facts.asked else ()),
    ]
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
    elif facts.own and facts.role == Role.PRIMARY:
        yield Check(_("A primary document, on a site of %(publisher)s.") % {"publisher": facts.publisher}, "fine")
    elif facts.own:
        yield Check(_("On a site of %(publisher)s.") % {"publisher": facts.publisher}, "fine")
    else:
        words = _("It is on a site of %(owner)s, not of %(publisher)s.")
        yield Check(words % {"owner": facts.owner, "publisher": facts.publisher}, "warning")


def _kind(facts: Facts) -> Iterator[Check]:
    """Whether it is a report of a report, as far as the claims of the story tell."""
    if facts.stances - {Stance.SILENT} == {Stance.ATTRIBUTES}:
        yield Check(_("It reports what others say: it states none of the claims here itself."), "fine")


def _reading(facts: Facts) -> Iterator[Check]:
    if facts.retrieved_at:
        yield Check(
            _("Read by somebody of our newsroom on %(day)s.") % {"day": date_format(facts.retrieved_at, "j F Y")},
            "fine",
        )
    else:
        yield Check(_("Nobody here says to have read it."), "unknown")


def _asking(facts: Facts, asked: Asked) -> Iterator[Check]:
    """What its server answered. A wall is no fault of a page: only that we saw no more is said."""
    said: dict[str, object] = {"day": date_format(asked.at, "j F Y"), "status": asked.status}
    match asked.outcome:
        case Outcome.GONE:
            yield Check(_("The page is gone: its address answered %(status)d on %(day)s.") % said, "warning")
        case Outcome.WALLED if asked.status in _WALLS:
            yield Check(_WALLS[asked.status]() % said, "unknown")
        case Outcome.WALLED:
            words = _("The page says that it is not free to read, so we may not have seen all of it (%(day)s).")
            yield Check(words % said, "unknown")
        case Outcome.REFUSED:
            yield Check(_("Its robots.txt asks us not to read the page, so we did not (%(day)s).") % said, "unknown")
        case Outcome.FAILED if asked.status:
            words = _("Its server answered %(status)d on %(day)s, so the page could not be checked.")
            yield Check(words % said, "unknown")
        case Outcome.FAILED:
            yield Check(_("Its server could not be reached on %(day)s.") % said, "unknown")
    leads = _leads(facts, asked.final_url, said) if asked.final_url else None
    if leads:
        yield leads
    elif asked.outcome == Outcome.ANSWERED:
        yield Check(_("Its address answered as expected on %(day)s.") % said, "fine")
    if asked.unlike and not (leads and leads.mark == "warning"):  # another page has another text
        words = _("Its text has changed since %(since)s (checked on %(day)s): it may no longer say what stands here.")
        yield Check(words % (said | {"since": date_format(asked.unlike, "j F Y")}), "warning")


_WALLS = {
    401: lambda: _("The page asks for a login, so it could not be checked (answer %(status)d on %(day)s)."),
    402: lambda: _("The page is behind a pay wall, so it could not be checked (answer %(status)d on %(day)s)."),
    403: lambda: _("Its server does not show us the page, so it could not be checked (answer %(status)d on %(day)s)."),
    451: lambda: _("Its server may not show us the page by law (answer %(status)d on %(day)s)."),
}


def _leads(facts: Facts, final_url: str, said: dict[str, object]) -> Check:
    here, there = host_of(facts.url), host_of(final_url)
    said |= {"site": there}
    if not facts.stays and (registrable(here) or here) != (registrable(there) or there):
        return Check(_("Its address now leads to another site, %(site)s (checked on %(day)s).") % said, "warning")
    if urlsplit(final_url).path in ("", "/"):
        return Check(_("Its address now leads to the front page of %(site)s (checked on %(day)s).") % said, "warning")
    words = _("Its address leads to another page on %(site)s; whether that says the same was not checked (%(day)s).")
    return Check(words % said, "unknown")
