"""Cases: open, confirm, take up, hold, decide, withdraw, close.

Each step is a compare-and-set on the case's state, its event in the hash chain, and the mail that must go out, all in
one transaction. Of two people who act at once, one acts and the other gets StaleCaseError. Whoever calls these enqueues
the mail worker in the same transaction (newsroom/tasks.py); the outbox row is what counts.
"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.addresses import MAX_LENGTH, AddressError, canonical, host, host_of, page_of, path_of, path_prefix
from analysis.models import (
    Article,
    Case,
    CaseURL,
    Citation,
    Decision,
    Event,
    Hold,
    OutgoingMail,
    Publisher,
    Story,
    Terms,
)
from analysis.models.cases import CaseKind
from analysis.models.publishers import Basis, Level, Scope
from analysis.models.stories import Role
from analysis.owners import publisher_of

MAX_URLS = 500
MAX_AN_HOUR = 10  # requests from one e-mail address
# Easy to read out and to type: no 0/O, 1/I/L.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class RightsError(Exception):
    """A step that cannot be taken. The message says what and why."""


class StaleCaseError(RightsError):
    """Someone else has moved the case on since it was read."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a publisher typed, checked for form by the door it came in by."""

    submission: UUID
    urls: Sequence[str]
    want: str
    kind: str
    explanation: str
    name: str
    organisation: str
    relation: str
    email: str
    language: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a decision does. `scope`, `value` and `level` are used by the actions `remove` and `terms`.

    `scope` "url" with an empty value means: every matched article of the case.
    """

    outcome: str
    action: str
    reason: str
    scope: str = Scope.URL
    value: str = ""
    level: str = Level.NONE
    legal: bool = False
    max_words: int | None = None
    quote_words: int | None = None
    ai: str = ""


@transaction.atomic
def open_case(request: Request, site: str, at: datetime | None = None) -> Case:
    """Record a request, exactly once: the same submission again returns the case it made.

    `site` is our own host, so that pages of ours are recognised among the URLs. Sends the confirmation mail.
    Raises RightsError if that address has sent too many within an hour.
    """
    at = at or timezone.now()
    recent = Case.objects.filter(email__iexact=request.email, opened_at__range=(at - timedelta(hours=1), at))
    if recent.exclude(submission=request.submission).count() >= MAX_AN_HOUR:
        # Anyone can type anyone's address: it must not be flooded from here.
        raise RightsError(_("Too many requests came from this e-mail address within an hour. Try again later."))
    case, created = Case.objects.get_or_create(
        submission=request.submission,
        defaults={
            "reference": _new_reference(),
            "lane": Case.Lane.PREFERENCE if request.kind in Case.PREFERENCES else Case.Lane.LEGAL,
            "want": request.want,
            "kind": request.kind,
            "explanation": request.explanation,
            "name": request.name,
            "organisation": request.organisation,
            "relation": request.relation,
            "email": request.email,
            "language": request.language,
            "opened_at": at,
        },
    )
    if not created:
        return case
    CaseURL.objects.bulk_create(_look_up(case, request.urls[:MAX_URLS], site))
    _record(case, "received", at, data={"lane": case.lane, "want": case.want, "kind": case.kind,
                                        "urls": len(request.urls)})  # fmt: skip
    _post(case, OutgoingMail.Kind.CONFIRM, at)
    return case


@transaction.atomic
def confirm(case: Case, at: datetime | None = None) -> bool:
    """The sender has shown that the address is theirs. False if that was so before: a second click does nothing."""
    at = at or timezone.now()
    changed = Case.objects.filter(pk=case.pk, state=Case.State.RECEIVED).update(
        state=Case.State.CONFIRMED, confirmed_at=at
    )
    if not changed:
        return False
    case.refresh_from_db()
    _record(case, "confirmed", at)
    _post(case, OutgoingMail.Kind.CONFIRMED, at)
    return True


@transaction.atomic
def take_up(case: Case, by: User | None, at: datetime | None = None) -> None:
    """An editor of standards takes the case. Raises StaleCaseError."""
    _move(case, (Case.State.CONFIRMED,), Case.State.IN_REVIEW, assigned_to=by)
    _record(case, "in_review", at or timezone.now(), by=by)


@transaction.atomic
def hold(case: Case, by: User | None, level: str, at: datetime | None = None) -> list[Hold]:
    """Restrict the case's matched articles while it is open. Acts on the next request; the decision lifts it.

    Raises RightsError if nothing matched or the case is over.
    """
    at = at or timezone.now()
    if not Case.objects.select_for_update().filter(pk=case.pk, state__in=_OPEN).first():
        raise StaleCaseError(_("This case is over; nothing can be held for it."))
    articles = matched_articles(case)
    if not articles:
        raise RightsError(_("None of the pages named is one we cover, so there is nothing to hold."))
    case.holds.filter(lifted_at__isnull=True).update(lifted_at=at)
    holds = [Hold(case=case, scope=Scope.URL, value=a.url, publisher=a.publisher, level=level, starts_at=at)
             for a in articles]  # fmt: skip
    Hold.objects.bulk_create(holds)
    _record(case, "held", at, by=by, data={"level": level, "articles": len(holds)})
    return holds


@transaction.atomic
def decide(case: Case, by: User | None, ruling: Ruling, at: datetime | None = None) -> Decision:
    """Decide a case: the decision, new terms, the end of holds, event and mail commit together.

    Raises RightsError for a ruling that cannot stand, StaleCaseError if someone decided first.
    """
    at = at or timezone.now()
    _check(ruling)
    _move(case, (Case.State.CONFIRMED, Case.State.IN_REVIEW), Case.State.DECIDED, decided_at=at)
    decision = Decision.objects.create(
        case=case, outcome=ruling.outcome, action=ruling.action, reason=ruling.reason.strip(), decided_by=by,
        decided_at=at,
    )  # fmt: skip
    changes_terms = ruling.action in (Decision.Action.REMOVE, Decision.Action.TERMS)
    made = _make_terms(case, by, ruling, at) if changes_terms else []
    case.holds.filter(lifted_at__isnull=True).update(lifted_at=at)
    _record(case, "decided", at, by=by, data={"outcome": ruling.outcome, "action": ruling.action,
                                              "terms": [t.pk for t in made]})  # fmt: skip
    _post(case, OutgoingMail.Kind.DECIDED, at)
    return decision


@transaction.atomic
def withdraw(case: Case, at: datetime | None = None) -> None:
    """The sender takes the request back. Its holds end. Raises StaleCaseError if it is decided already."""
    at = at or timezone.now()
    _move(case, _OPEN, Case.State.WITHDRAWN)
    case.holds.filter(lifted_at__isnull=True).update(lifted_at=at)
    _record(case, "withdrawn", at)


@transaction.atomic
def close(case: Case, by: User | None, at: datetime | None = None) -> None:
    """Nothing more is to be done. Raises StaleCaseError unless it was decided."""
    _move(case, (Case.State.DECIDED,), Case.State.CLOSED)
    _record(case, "closed", at or timezone.now(), by=by)


@transaction.atomic
def send_access(case: Case, at: datetime | None = None) -> None:
    """Send the sender a new link to the case page."""
    _post(case, OutgoingMail.Kind.ACCESS, at or timezone.now())


def read_line(typed: str, site: str) -> str:
    """What a line of a request names: a canonical URL; for a page of ours (on the host `site`) its path alone.

    Raises AddressError.
    """
    text = typed.strip()
    if text.startswith("/") and not text.startswith("//"):
        return path_of(urlsplit(text).path)[:MAX_LENGTH]
    try:
        # Before canonical(), which refuses hosts such as localhost: ours may be one.
        parts = urlsplit(text if "://" in text else f"https://{text}")
        ours = parts.scheme in ("http", "https") and parts.hostname == site and parts.username is None
    except ValueError:
        ours = False
    return path_of(parts.path or "/")[:MAX_LENGTH] if ours else canonical(text)


def matched_articles(case: Case) -> list[Article]:
    """The articles that the case's lines point to: named by their URL, or a story's originals. Two queries."""
    lines = list(case.urls.select_related("article__publisher"))
    found = {line.article.pk: line.article for line in lines if line.article}
    stories = [line.story_id for line in lines if line.story_id]
    originals = Citation.objects.filter(story__in=stories, role=Role.ORIGINAL).select_related("article__publisher")
    return list((found | {c.article_id: c.article for c in originals}).values())


def first_broken_event(case: Case) -> Event | None:
    """The first event of a case whose hash does not follow from what stands before it; None if the chain holds."""
    previous = ""
    for number, event in enumerate(case.events.order_by("number"), start=1):
        if event.number != number or event.previous != previous or event.sha256 != _digest(event):
            return event
        previous = event.sha256
    return None


# --- the parts ----------------------------------------------------------------------------------------------------

_OPEN = (Case.State.RECEIVED, Case.State.CONFIRMED, Case.State.IN_REVIEW)


def _move(case: Case, expected: tuple[str, ...], state: str, **fields: Any) -> None:
    """Compare-and-set of the state. Raises StaleCaseError with the state that it found instead."""
    if not Case.objects.filter(pk=case.pk, state__in=expected).update(state=state, **fields):
        case.refresh_from_db()
        raise StaleCaseError(
            _("This case is now “%(state)s”: someone was faster. Nothing was changed.")
            % {"state": case.get_state_display()}
        )
    case.refresh_from_db()


def _record(case: Case, kind: str, at: datetime, by: User | None = None, data: dict[str, Any] | None = None) -> Event:
    """Append an event to the case's chain. This transaction wrote the case row, so nobody appends beside us."""
    last = case.events.order_by("number").last()
    event = Event(
        case=case,
        number=(last.number if last else 0) + 1,
        kind=kind,
        data=data or {},
        by=by,
        at=at,
        previous=last.sha256 if last else "",
    )
    event.sha256 = _digest(event)
    event.save()
    return event


def _digest(event: Event) -> str:
    at = event.at.astimezone(UTC).isoformat()  # as it is read back, whatever zone it was written in
    body = [event.previous, event.case_id, event.number, event.kind, event.data, event.by_id, at]
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _post(case: Case, kind: str, at: datetime) -> None:
    OutgoingMail.objects.create(case=case, kind=kind, to=case.email, created_at=at)


def _new_reference() -> str:
    """CD-XXXX-XXXX: 31^8 of them, from a CSPRNG; the unique constraint settles the rest."""
    letters = "".join(secrets.choice(_ALPHABET) for _i in range(8))
    return f"CD-{letters[:4]}-{letters[4:]}"


def _look_up(case: Case, typed: Sequence[str], site: str) -> list[CaseURL]:
    """The lines of a request: each kept as typed, whatever it turns out to be. Two queries."""
    lines = [
        CaseURL(case=case, position=position, typed=text[:2000], match=CaseURL.Match.UNREADABLE)
        for position, text in enumerate(typed)
    ]
    spellings: dict[int, list[str]] = {}
    slugs: dict[int, str] = {}
    for line, text in zip(lines, typed, strict=True):
        try:
            line.url = read_line(text, site)
        except AddressError:
            continue
        line.match = CaseURL.Match.UNMATCHED
        path = line.url.split("/")
        if not line.url.startswith("/"):
            spellings[line.position] = _spellings(line.url)
        elif path[1] == "stories" and len(path) > 2:
            slugs[line.position] = path[2]
    articles = {a.url: a for a in Article.objects.filter(url__in={u for us in spellings.values() for u in us})}
    stories = {s.slug: s for s in Story.objects.filter(slug__in=slugs.values(), current__isnull=False)}
    for line in lines:
        known = [articles[url] for url in spellings.get(line.position, []) if url in articles]
        line.article = known[0] if known else None
        line.story = stories.get(slugs.get(line.position, ""))
        if line.article or line.story:
            line.match = CaseURL.Match.MATCHED
    return lines


def _spellings(url: str) -> list[str]:
    """The addresses under which one page may be known: as written, the other scheme, with and without a last slash."""
    bare = page_of(url).rstrip("/")
    found = [url, *(f"{scheme}://{bare}{end}" for scheme in ("https", "http") for end in ("", "/"))]
    return list(dict.fromkeys(found))


def _check(ruling: Ruling) -> None:
    if not ruling.reason.strip():
        raise RightsError(_("Give the publisher a reason."))
    changes = ruling.action != Decision.Action.NONE
    if changes == (ruling.outcome == Decision.Outcome.DECLINED):
        raise RightsError(
            _("A declined request changes nothing; one that is granted, wholly or in part, must change something.")
        )


def _make_terms(case: Case, by: User | None, ruling: Ruling, at: datetime) -> list[Terms]:
    remove = ruling.action == Decision.Action.REMOVE
    # Only a publisher, or who acts for it, speaks for it: the register shows whose words they are.
    theirs = case.relation in (Case.Relation.PUBLISHER, Case.Relation.AGENT)
    common: dict[str, Any] = {
        "basis": Basis.LEGAL if ruling.legal else Basis.PUBLISHER if theirs else Basis.RESTRICTION,
        "level": Level.NONE if remove else ruling.level,
        "max_words": None if remove else ruling.max_words,
        "quote_words": None if remove else ruling.quote_words,
        "ai": "" if remove else ruling.ai,
        "reason": str(CaseKind(case.kind).label),
        "effective_from": at,
        "case": case,
        "decided_by": by,
    }
    places = _places(case, ruling)
    made = []
    for scope, publisher, value in places:
        terms = Terms(scope=scope, publisher=publisher, value=value, **common)
        terms.full_clean(exclude=["decided_by"])
        terms.save()
        made.append(terms)
    return made


def _places(case: Case, ruling: Ruling) -> list[tuple[str, Publisher, str]]:
    """What the new terms are about: (scope, publisher, value), each readable and each some publisher's."""
    articles = matched_articles(case)
    if ruling.scope == Scope.URL and not ruling.value.strip():
        if not articles:
            raise RightsError(_("None of the pages named is one we cover. Write the URL that the terms are about."))
        return [(Scope.URL, a.publisher, a.url) for a in articles]
    if ruling.scope == Scope.PUBLISHER:
        publishers = list({a.publisher_id: a.publisher for a in articles}.values())
        if len(publishers) != 1:
            raise RightsError(_("The pages named are not all of one publisher we know. Choose a narrower scope."))
        return [(Scope.PUBLISHER, publishers[0], "")]
    try:
        value = {Scope.URL: canonical, Scope.DOMAIN: host, Scope.PATH: path_prefix}[Scope(ruling.scope)](ruling.value)
    except AddressError as error:
        said = {"value": ruling.value, "why": _(str(error))}
        raise RightsError(_("“%(value)s” cannot be read: %(why)s.") % said) from error
    name = host_of(value) if ruling.scope == Scope.URL else value.partition("/")[0]
    owner = publisher_of(name)
    if not owner:
        raise RightsError(_("“%(host)s” belongs to no publisher we know. Add the domain first.") % {"host": name})
    return [(str(ruling.scope), owner, value)]
