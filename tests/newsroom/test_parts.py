"""A part of a page that was drawn before is as fresh as what it is drawn of."""

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, engines
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from analysis.provenance import Check
from analysis.rendition import stories as rendition
from analysis.rendition.story_values import ClaimView, EvidenceView, Ledger, Ref, SourceView, StandingView, WorkView
from newsroom.templatetags import parts
from tests import making

AT = datetime(2026, 11, 21, 23, 5, tzinfo=UTC)
PAGE = '{% load parts %}{% part "reader/claims.html" ledger=ledger language=language %}'
PAGE += '{% part "reader/sources.html" sources=ledger.sources language=language %}'


def source(pk):
    return SourceView(
        id=pk, url=f"https://example-wire.test/{pk}", title=f"Title {pk}", publisher=Ref(name="Wire", slug="wire"),
        name="Wire", language="en", published_at=AT, role="primary", role_label="Primary", why="It has the figures.",
        copied_from="An agency", linked_only=False, stated=False, attribution=("By the Wire",),
        checks=(Check("It is wrong.", "warning"), Check("On its site.", "fine")),
    )  # fmt: skip


def ledger():
    sources = source(1), source(2)
    said = tuple(EvidenceView(source=of, stance="states", stance_label="States it") for of in sources)
    work = WorkView(
        url="https://example-wire.test/1", title="Title", language="en", publisher="Wire", linked_only=False
    )
    was = StandingView(
        standing="reported", label="Reported", why="One source.", at=AT, language="en", desk="Data desk", work=work,
        through=1,
    )  # fmt: skip
    claims = tuple(
        ClaimView(
            id=pk, record=pk, text=f"Claim {pk}.", standing="confirmed", label="Confirmed", why="The register.",
            why_language="en", written="Reported", written_why="It was said.", checked_at=AT, evidence=said,
            history=(was, was), since=AT,
        )
        for pk in (1, 2)
    )  # fmt: skip
    return Ledger(claims=claims, sources=sources, form="brief")


def other(value):
    """Another value of its kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, datetime):
        return value + timedelta(days=40)
    return value + 1 if isinstance(value, int) else f"{value} <&> more"


def changes(value):
    """Each value that has one thing otherwise than this one, however deep."""
    if is_dataclass(value):
        for field in fields(value):
            yield from (replace(value, **{field.name: now}) for now in changes(getattr(value, field.name)))
    elif isinstance(value, tuple):
        yield value[:-1]
        for n, one in enumerate(value):
            yield from ((*value[:n], now, *value[n + 1 :]) for now in changes(one))
    else:
        yield other(value)


BASE = ledger()
ALL = [BASE, *changes(BASE)]


def drawn(of, language):
    return engines["django"].from_string(PAGE).render({"ledger": of, "language": language})


def from_scratch(of, language):
    def alone(name, **values):
        return engines["django"].get_template(name).template.render(Context(values))

    ledger = alone("reader/claims.html", ledger=of, language=language)
    return ledger + alone("reader/sources.html", sources=of.sources, language=language)


@given(st.lists(st.tuples(st.sampled_from(ALL), st.sampled_from(["en", "fr"]), st.sampled_from(["en", "fr"]))))
def test_whatever_was_drawn_before_a_part_is_drawn_of_what_it_is_given(asked):
    for of, written_in, read_in in asked:
        with translation.override(read_in):
            assert drawn(of, written_in) == from_scratch(of, written_in)


def test_no_change_is_too_small_to_be_seen():
    for changed in ALL[1:]:
        drawn(BASE, "en")
        assert drawn(changed, "en") == from_scratch(changed, "en")


def test_what_is_the_same_is_drawn_once(monkeypatch):
    drawn(BASE, "en")
    monkeypatch.setattr(parts, "Context", lambda _values: pytest.fail("it was drawn again"))
    drawn(ledger(), "en")


def test_no_more_parts_are_remembered_than_there_is_room_for():
    for n in range(parts.MOST + 5):
        drawn(replace(BASE, form=str(n)), "en")
    assert len(parts._recent) == parts.MOST
    long = replace(BASE.claims[0], text="x" * (parts.ROOM // 9))
    for n in range(parts.MOST):
        drawn(replace(BASE, claims=(replace(long, id=n),)), "en")
        assert sum(len(drawn.html) for drawn in parts._recent) <= parts.ROOM
    drawn(replace(BASE, claims=(replace(long, text="x" * parts.ROOM),)), "en")  # too long to be remembered at all
    assert sum(len(drawn.html) for drawn in parts._recent) <= parts.ROOM


def words(value):
    if is_dataclass(value):
        return [word for field in fields(value) for word in words(getattr(value, field.name))]
    if isinstance(value, tuple):
        return [word for one in value for word in words(one)]
    return [value] if isinstance(value, str) else []


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_text_of_the_gate_is_marked_as_safe(language):
    """Equal texts must look alike; one that is marked as safe does not look like one that is not."""
    story = making.planted("safe", making.publisher(), making.article()).story
    with translation.override(language):
        page = rendition.story(story.slug)
    found = words(page.ledger)
    assert len(found) > 20 and {type(word) for word in found} == {str}
