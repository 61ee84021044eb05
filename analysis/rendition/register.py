"""The policy register: publishers, the terms in force for their work, and the pages of ours that draw on it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Min, Q
from django.utils import timezone
from django.utils.translation import get_language

from analysis import rulebook, terms
from analysis.addresses import is_under, page_key
from analysis.bearing import bearing, somewhere
from analysis.explaining import FIELDS
from analysis.models import Citation, Domain, Publisher, Terms
from analysis.models.publishers import Basis, Level, Scope
from analysis.rendition.evidence import linkable, signals
from analysis.rendition.gate import Gate
from analysis.rendition.lists import Cursor, Pointed, through
from analysis.rendition.parts import label
from analysis.rendition.story_values import StoryCard
from analysis.rendition.values import Listing, PublisherView, SignalView, TermsView
from analysis.rulebook import RuleBook, from_terms
from analysis.terms import DECIDED, FOREVER, Rule, Work, newest, not_withdrawn, place_of, strictness

_CITING = Pointed(lambda publisher: Citation.objects.filter(publisher__pk=publisher))
_SILENT: dict[str, Any] = {name: getattr(Terms(), name) for name in FIELDS}
_UNLIMITED = {"ai": True, "embargo_hours": 0}


def publishers() -> tuple[PublisherView, ...]:
    """The register: everyone whose work we draw on or have been asked about, and under which level.

    Two queries while no statement is added and none comes into force.
    """
    now, token = timezone.now(), rulebook.current().token  # the token first: what is read under it is no older
    found = list(Publisher.objects.order_by("name")[:500])
    said = _stated(token, tuple(row.pk for row in found), now)
    return tuple(_view(row, said[row.pk]) for row in found)


def publisher(slug: str, before: Cursor | None = None) -> tuple[PublisherView, Listing[StoryCard]] | None:
    """A publisher, the terms in force for its work, and the pages of ours that draw on it."""
    row = Publisher.objects.filter(slug=slug).first()
    if not row:
        return None
    gate = Gate(timezone.now())
    domains = tuple(Domain.objects.filter(publisher=row).values_list("host", flat=True)[:50])
    statements = _statements([row.pk], gate.now, pages=True)[row.pk]
    linked = linkable(row, gate, [said.row.value for said in statements if said.row.scope == Scope.URL])
    view = _view(row, _terms_views(statements, linked), domains, signals(row, linked))

    def links_them(story_id: int) -> bool:
        """A page may stand while its link to this publisher may not."""
        theirs = [cited.work for cited in gate.known[story_id] if cited.work.publisher_id == row.pk]
        return any(gate.permit(work).listed for work in theirs)

    listing = through(gate, _CITING, [row.pk], before, keep=links_them)
    return view, listing


class _Stated(NamedTuple):
    """What the statements at one place come to: the newest that counts, and what counts field by field."""

    row: Terms
    fields: dict[str, Any]
    reason: str
    since: datetime


class _Index(NamedTuple):
    """What was said of the work of each of some publishers, as long as time alone changes nothing."""

    token: str
    publishers: tuple[int, ...]
    since: datetime
    until: datetime
    said: Mapping[int, tuple[TermsView, ...]]


_held: dict[str | None, _Index] = {}  # by language; each swapped whole: safe between threads


def _stated(token: str, publishers: tuple[int, ...], now: datetime) -> Mapping[int, tuple[TermsView, ...]]:
    """What was said of publishers' work, by publisher, without single pages, in the language of now. No query while it
    is what was asked last."""
    index = _held.get(get_language())
    if index and index[:2] == (token, publishers) and index.since <= now < index.until:
        return index.said
    until = Terms.objects.filter(effective_from__gt=now).aggregate(first=Min("effective_from"))["first"]
    found = _statements(publishers, now, pages=False)
    said = {pk: _terms_views(statements, ()) for pk, statements in found.items()}
    _held[get_language()] = _Index(token, publishers, now, until or FOREVER, said)
    return said


def _statements(publishers: Sequence[int], now: datetime, *, pages: bool) -> dict[int, list[_Stated]]:
    """What the statements that have a say in the terms of a publisher's work come to, by publisher.

    `pages`: with those about single pages, the newest two hundred; otherwise without. What pages say by themselves is
    shown as evidence, where the gate lets the page be named. One query.
    """
    said = Terms.objects.filter(effective_from__lte=now).exclude(basis=Basis.PAGE_SIGNAL)
    wanted = Q(publisher__in=publishers) if pages else Q(publisher__in=publishers) & ~Q(scope=Scope.URL)
    rows: dict[int, Terms] = {}
    found: dict[int | None, list[Rule]] = defaultdict(list)
    for row in said.filter(wanted | Q(scope=Scope.HOUSE)).order_by("effective_from", "id"):
        rows[row.pk] = row
        found[row.publisher_id].append(from_terms(row))
    house = _by_place(found[None])
    default = RuleBook().with_rules(rule for rules in house for rule in rules)
    in_force = {}
    for pk in publishers:
        theirs = _by_place(found[pk])
        book = default.with_rules(rule for rules in theirs for rule in rules)
        in_force[pk] = _in_force(book, pk, [*theirs[-200:], *house], rows)
    return in_force


def _in_force(book: RuleBook, publisher: int, places: Sequence[list[Rule]], rows: Mapping[int, Terms]) -> list[_Stated]:
    """What was said at these places of a publisher's work: one statement for each, field by field what counts. Without
    what has a say nowhere, such as ours where the publisher has decided; and without what is left of ours and limits
    nothing. `rows`: the statements by id."""
    works = [Work(url, publisher) for url in {somewhere(rule) for rules in places for rule in rules}]
    counts = {found for work in works for found in bearing(book.rules_for(work), work)}
    shown = []
    for rules in places:
        deciding = {name: rule for name in FIELDS if (rule := _deciding(name, rules)) and (rule.id, name) in counts}
        limits = [rule for name, rule in deciding.items() if getattr(rule, name) != _UNLIMITED.get(name)]
        if limits or (deciding and rules[0].basis != terms.Basis.HOUSE):
            latest = max(deciding.values(), key=lambda rule: (rule.effective_from, rule.id))
            said = {name: getattr(rows[rule.id], name) for name, rule in deciding.items()}
            # Why they said the one thing is no reason for another: of several, that of the level.
            oldest = min(deciding.values(), key=lambda rule: rule.effective_from)
            since = deciding.get("level", oldest).effective_from
            shown.append(_Stated(rows[latest.id], _SILENT | said, deciding.get("level", latest).reason, since))
    return shown


def _by_place(rules: list[Rule]) -> list[list[Rule]]:
    """Statements, oldest first, by their places, in the order of the newest at each: those that none has withdrawn, and
    that a newer one has not superseded in every field."""
    found: dict[tuple[object, ...], list[Rule]] = {}
    for rule in not_withdrawn(rules):
        place = place_of(rule)
        here = found.pop(place, [])
        here.append(rule)
        found[place] = here
    return [_speaking(here) if len(here) > 1 else here for here in found.values()]


def _speaking(here: list[Rule]) -> list[Rule]:
    """Of the statements at one place, those that are the newest to speak of some field."""
    latest = {rule.id for name in FIELDS for rule in newest(name, here)}
    return [rule for rule in here if rule.id in latest]


def _deciding(name: str, rules: list[Rule]) -> Rule | None:
    """Of the statements at one place the one that decides a field there: the newest; of two as new the stricter."""
    latest = newest(name, rules)
    return min(latest, key=lambda rule: (strictness(name, rule) if name in DECIDED else 0, rule.id), default=None)


def _view(
    row: Publisher, said: tuple[TermsView, ...], domains: tuple[str, ...] = (), read: tuple[SignalView, ...] = ()
) -> PublisherView:
    return PublisherView(
        name=row.name,
        slug=row.slug,
        homepage=row.homepage,
        about=row.about,
        language=row.language,
        domains=domains,
        terms=said,
        signals=read,
        stated=any(t.basis != Basis.HOUSE for t in said),
    )


def _terms_views(statements: Sequence[_Stated], linked: Sequence[str]) -> tuple[TermsView, ...]:
    """Statements as they are shown, where `linked` are the pages that may be named."""
    pages = {page_key(url) for url in linked}
    return tuple(_together([_terms_view(one, _may_name(one.row, linked, pages)) for one in statements]))


def _together(views: Sequence[TermsView]) -> list[TermsView]:
    """Signals of one site that come to the same, as one line; the evidence has each by itself."""
    found: dict[TermsView | tuple[object, ...], TermsView] = {}
    for view in views:
        key = (view.scope, view.value, view.level, view.ai, view.quote_chars) if view.signal else view
        if key in found:
            one = found[key]
            parts = one.parts and view.parts and one.parts + view.parts
            found[key] = replace(
                one,
                signal=", ".join(filter(None, (one.signal, view.signal))),
                parts=parts,
                since=min(one.since, view.since),
            )
        else:
            found[key] = view
    return list(found.values())


def _may_name(row: Terms, linked: Sequence[str], pages: Collection[str]) -> bool:
    """Whether a statement may say what it is about: a page, or a part of a site, only if a page that we may link is or
    lies there. `pages`: the keys of those `linked`."""
    if row.scope == Scope.URL:
        return page_key(row.value) in pages
    return row.scope != Scope.PATH or any(is_under(url, row.value) for url in linked)


def _terms_view(one: _Stated, named: bool) -> TermsView:
    row, level = one.row, one.fields["level"]
    return TermsView(
        scope=row.scope,
        scope_label=label(Scope, row.scope),
        value=row.value if named else "",
        basis=row.basis,
        basis_label=label(Basis, row.basis),
        level_label=label(Level, level) if level else "",
        reason=one.reason,
        since=one.since,
        changed=row.effective_from if row.effective_from > one.since else None,
        signal=row.signal,
        parts=len(row.places),
        **one.fields,
    )
