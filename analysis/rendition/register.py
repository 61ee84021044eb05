"""The policy register: publishers, the terms in force for their work, and the pages of ours that draw on it."""

from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from analysis import terms
from analysis.addresses import is_under, page_key
from analysis.bearing import bearing, somewhere
from analysis.explaining import FIELDS
from analysis.models import Citation, Domain, Publisher, Terms
from analysis.models.publishers import Basis, Scope
from analysis.rendition.evidence import linkable, signals
from analysis.rendition.gate import Gate
from analysis.rendition.lists import Cursor, through
from analysis.rendition.story_values import StoryCard
from analysis.rendition.values import Listing, PublisherView, SignalView, TermsView
from analysis.rulebook import RuleBook, from_terms
from analysis.terms import DECIDED, Rule, Work, newest, not_withdrawn, place_of, strictness

type Said = Sequence[tuple[Rule, Terms]]
_SILENT = Terms()
_UNLIMITED = {"ai": True, "embargo_hours": 0}


def publishers() -> tuple[PublisherView, ...]:
    """The register: everyone whose work we draw on or have been asked about, and under which level."""
    found = Publisher.objects.order_by("name")[:500]
    statements = _statements([row.pk for row in found], timezone.now(), pages=False)
    return tuple(_view(row, (), statements[row.pk], ()) for row in found)


def publisher(slug: str, before: Cursor | None = None) -> tuple[PublisherView, Listing[StoryCard]] | None:
    """A publisher, the terms in force for its work, and the pages of ours that draw on it."""
    row = Publisher.objects.filter(slug=slug).first()
    if not row:
        return None
    gate = Gate(timezone.now())
    domains = tuple(Domain.objects.filter(publisher=row).values_list("host", flat=True)[:50])
    statements = _statements([row.pk], gate.now, pages=True)[row.pk]
    linked = linkable(row, gate, [said.value for said in statements if said.scope == Scope.URL])
    view = _view(row, domains, statements, linked, signals(row, linked))

    def links_them(story_id: int) -> bool:
        """A page may stand while its link to this publisher may not."""
        theirs = [cited.work for cited in gate.known[story_id] if cited.work.publisher_id == row.pk]
        return any(gate.permit(work).listed for work in theirs)

    listing = through(gate, Citation.objects.filter(publisher=row), before, keep=links_them)
    return view, listing


def _statements(publisher_ids: Sequence[int], now: datetime, *, pages: bool) -> dict[int, list[Terms]]:
    """What the statements that have a say in the terms of a publisher's work come to, by publisher.

    `pages`: with those about single pages, the newest two hundred; otherwise without. What pages say by themselves is
    shown as evidence, where the gate lets the page be named. One query.
    """
    said = Terms.objects.filter(effective_from__lte=now).exclude(basis=Basis.PAGE_SIGNAL)
    wanted = Q(publisher__in=publisher_ids) if pages else Q(publisher__in=publisher_ids) & ~Q(scope=Scope.URL)
    found: dict[int | None, list[tuple[Rule, Terms]]] = {}
    for row in said.filter(wanted | Q(scope=Scope.HOUSE)).order_by("effective_from", "id"):
        found.setdefault(row.publisher_id, []).append((from_terms(row), row))
    house = found.get(None, [])
    return {pk: _in_force(pk, found.get(pk, []), house) for pk in publisher_ids}


def _in_force(publisher_id: int, theirs: Said, house: Said) -> list[Terms]:
    """What was said of a publisher's work, and of everybody's, each oldest first: one statement for each place, field
    by field what counts. Without what has a say nowhere, such as ours where the publisher has decided; and without
    what is left of ours and limits nothing."""
    places = [*_by_place(theirs)[-200:], *_by_place(house)]
    rows = {rule.id: row for rule, row in (*house, *theirs)}
    book = RuleBook("").with_rules(not_withdrawn([rule for rule, _row in (*house, *theirs)]))
    works = [Work(url, publisher_id) for url in {somewhere(rule) for rules in places for rule in rules}]
    counts = {found for work in works for found in bearing(book.rules_for(work), work)}
    shown = []
    for rules in places:
        deciding = {name: rule for name in FIELDS if (rule := _deciding(name, rules)) and (rule.id, name) in counts}
        limits = [rule for name, rule in deciding.items() if getattr(rule, name) != _UNLIMITED.get(name)]
        if limits or (deciding and rules[0].basis != terms.Basis.HOUSE):
            latest = max(deciding.values(), key=lambda rule: (rule.effective_from, rule.id))
            one = copy(rows[latest.id])
            # Why they said the one thing is no reason for another: of several, that of the level.
            one.reason = deciding.get("level", latest).reason
            for name in FIELDS:
                setattr(one, name, getattr(rows[deciding[name].id] if name in deciding else _SILENT, name))
            shown.append(one)
    return shown


def _by_place(said: Said) -> list[list[Rule]]:
    """The statements that none has withdrawn by their places, in the order of the newest at each."""
    found: dict[tuple[object, ...], list[Rule]] = {}
    for rule in not_withdrawn([rule for rule, _row in said]):
        found[place_of(rule)] = [*found.pop(place_of(rule), []), rule]
    return list(found.values())


def _deciding(name: str, rules: list[Rule]) -> Rule | None:
    """Of the statements at one place the one that decides a field there: the newest; of two as new the stricter."""
    latest = newest(name, rules)
    return min(latest, key=lambda rule: (strictness(name, rule) if name in DECIDED else 0, rule.id), default=None)


def _view(
    row: Publisher,
    domains: tuple[str, ...],
    statements: Sequence[Terms],
    linked: Sequence[str],
    read: tuple[SignalView, ...] = (),
) -> PublisherView:
    pages = {page_key(url) for url in linked}
    return PublisherView(
        name=row.name,
        slug=row.slug,
        homepage=row.homepage,
        about=row.about,
        language=row.language,
        domains=domains,
        terms=tuple(_together([_terms_view(t, _may_name(t, linked, pages)) for t in statements])),
        signals=read,
        stated=any(t.basis != "house" for t in statements),
    )


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


def _terms_view(row: Terms, named: bool) -> TermsView:
    return TermsView(
        scope=row.scope,
        scope_label=str(row.get_scope_display()),
        value=row.value if named else "",
        basis=row.basis,
        basis_label=str(row.get_basis_display()),
        level=row.level,
        level_label=str(row.get_level_display()) if row.level else "",
        max_words=row.max_words,
        quote_words=row.quote_words,
        quote_chars=row.quote_chars,
        copied_words=row.copied_words,
        copied_percent=row.copied_percent,
        ai=row.ai,
        embargo_hours=row.embargo_hours,
        attribution=row.attribution,
        reason=row.reason,
        since=row.effective_from,
        signal=row.signal,
        parts=len(row.places),
    )
