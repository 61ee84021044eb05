"""The policy register: publishers, the terms in force for their work, and the pages of ours that draw on it."""

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Q
from django.utils import timezone

from analysis.models import (
    Citation,
    Domain,
    Publisher,
    Terms,
)
from analysis.models.publishers import Basis
from analysis.rendition.gate import Gate
from analysis.rendition.lists import Cursor, through
from analysis.rendition.signals import signals
from analysis.rendition.values import Listing, PublisherView, SignalView, StoryCard, TermsView


def publishers() -> tuple[PublisherView, ...]:
    """The register: everyone whose work we draw on or have been asked about, and under which level."""
    found = Publisher.objects.order_by("name")[:500]
    statements = _statements([row.pk for row in found], pages=False)
    return tuple(_view(row, (), statements.get(row.pk, [])) for row in found)


def publisher(slug: str, before: Cursor | None = None) -> tuple[PublisherView, Listing[StoryCard]] | None:
    """A publisher, the terms in force for its work, and the pages of ours that draw on it."""
    row = Publisher.objects.filter(slug=slug).first()
    if not row:
        return None
    gate = Gate(timezone.now())
    domains = tuple(Domain.objects.filter(publisher=row).values_list("host", flat=True)[:50])
    view = _view(row, domains, _statements([row.pk], pages=True).get(row.pk, []), signals(row, gate))

    def links_them(story_id: int) -> bool:
        """A page may stand while its link to this publisher may not."""
        theirs = [cited.work for cited in gate.known[story_id] if cited.work.publisher_id == row.pk]
        return any(gate.permit(work).listed for work in theirs)

    listing = through(gate, Citation.objects.filter(publisher=row), before, keep=links_them)
    return view, listing


def _statements(publisher_ids: Sequence[int], *, pages: bool) -> dict[int | None, list[Terms]]:
    """What each publisher's statements come to, by publisher: field by field the newest, as analysis.terms reads them.

    `pages`: with those about single pages, the newest two hundred; otherwise without. What pages say by themselves is
    shown as evidence, where the gate lets the page be named. One query.
    """
    said = Terms.objects.filter(effective_from__lte=timezone.now()).exclude(basis=Basis.PAGE_SIGNAL)
    wanted = Q(publisher__in=publisher_ids) if pages else Q(publisher__in=publisher_ids) & ~Q(scope="url")
    found: dict[int | None, dict[tuple[object, ...], Terms]] = {}
    for row in said.filter(wanted | Q(scope="house")).order_by("effective_from", "id"):
        place = (row.scope, row.value.rstrip("/"), row.basis, row.signal, row.source_id)
        earlier = found.setdefault(row.publisher_id, {})
        if row.revoked:
            earlier.pop(place, None)
            continue
        before = earlier.pop(place, None)
        if before:
            for name in (
                "level",
                "max_words",
                "quote_words",
                "quote_chars",
                "ai",
                "embargo_hours",
                "attribution",
                "reason",
            ):
                if getattr(row, name) in (None, ""):
                    setattr(row, name, getattr(before, name))
        earlier[place] = row
    house = list(found.pop(None, {}).values())
    return {pk: [*list(found.get(pk, {}).values())[-200:], *house] for pk in publisher_ids}


def _view(
    row: Publisher, domains: tuple[str, ...], statements: Sequence[Terms], read: tuple[SignalView, ...] = ()
) -> PublisherView:
    return PublisherView(
        name=row.name,
        slug=row.slug,
        homepage=row.homepage,
        about=row.about,
        language=row.language,
        domains=domains,
        terms=tuple(_together([_terms_view(t) for t in statements])),
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
                one, signal=f"{one.signal}, {view.signal}", parts=parts, since=min(one.since, view.since)
            )
        else:
            found[key] = view
    return list(found.values())


def _terms_view(row: Terms) -> TermsView:
    hidden = row.level == "none" and row.scope in ("path", "url")
    return TermsView(
        scope=row.scope,
        scope_label=str(row.get_scope_display()),
        value="" if hidden else row.value,
        basis=row.basis,
        basis_label=str(row.get_basis_display()),
        level=row.level,
        level_label=str(row.get_level_display()) if row.level else "",
        max_words=row.max_words,
        quote_words=row.quote_words,
        quote_chars=row.quote_chars,
        ai=row.ai,
        embargo_hours=row.embargo_hours,
        attribution=row.attribution,
        reason=row.reason,
        since=row.effective_from,
        signal=row.signal,
        parts=len(row.places),
    )
