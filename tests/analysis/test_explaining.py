"""Why is it so: what is said of each rule agrees with what the rules come to, over generated sets of them."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given

from analysis.explaining import FIELDS, Reason, explain, overruled
from analysis.terms import Basis, Level, Scope, Work, applies, resolve, speaks
from tests.analysis.test_terms import HOUSE, NOW, URL, WORK, either, said

SHOWN = ("level", "max_words", "quote_words", "copied_words", "copied_percent", "ai", "embargo_until", "attribution")


@given(either)
def test_what_is_said_to_govern_governs(some):
    found = explain(some, WORK, NOW)
    permit = resolve(some, WORK, NOW)
    assert found.permit == permit
    for name in FIELDS:
        governing = [f.rule for f in found.findings[name] if f.reason is Reason.GOVERNS]
        if name == "attribution":
            assert tuple(sorted({r.attribution for r in governing})) == permit.attribution
        else:
            assert [r.id for r in governing] == [permit.governing[name]] if name in permit.governing else not governing


@given(either)
def test_every_statement_on_a_field_is_explained_once(some):
    found = explain(some, WORK, NOW)
    for name in FIELDS:
        speaking = sorted(r.id for r in some if applies(r, WORK) and speaks(r, name))
        assert sorted(f.rule.id for f in found.findings[name]) == speaking


@given(either)
def test_an_idle_rule_can_be_taken_away(some):
    before = resolve(some, WORK, NOW)
    for name, findings in explain(some, WORK, NOW).findings.items():
        for one in findings:
            if not one.idle:
                continue
            after = resolve([r for r in some if r is not one.rule], WORK, NOW)
            assert after.governing.get(name) == before.governing.get(name), (name, one)
            # A rule may speak of other fields as well: take away only what it says of this one.
            silent = replace(one.rule, **{name: "" if name == "attribution" else None})
            after = resolve([silent if r is one.rule else r for r in some], WORK, NOW)
            assert [getattr(after, f) for f in SHOWN] == [getattr(before, f) for f in SHOWN], (name, one)


def reasons(*some, field="level"):
    return {f.rule.id: (f.reason, f.by and f.by.id) for f in explain(some, WORK, NOW).findings[field]}


def test_each_reason_is_told_with_what_stands_in_the_way():
    old = said(level=Level.FULL, effective_from=NOW - timedelta(days=3))
    broad = said(level=Level.SHORT)
    narrow = said(Scope.DOMAIN, value="a.test", level=Level.FULL)
    tomorrow = said(level=Level.NONE, effective_from=NOW + timedelta(days=1))
    signal = said(basis=Basis.SITE_SIGNAL, level=Level.LINK)
    hold = said(Scope.URL, Basis.HOLD, URL, level=Level.LINK)
    gone = said(Scope.PATH, value="news.a.test/press", level=Level.NONE, effective_from=NOW - timedelta(days=2))
    end = replace(gone, id=gone.id + 10**6, effective_from=NOW, revoked=True)
    assert reasons(HOUSE, old, broad, narrow, tomorrow, signal, hold, gone, end) == {
        hold.id: (Reason.GOVERNS, None),
        narrow.id: (Reason.TIGHTENED, hold.id),
        broad.id: (Reason.LESS_SPECIFIC, narrow.id),
        HOUSE.id: (Reason.PUBLISHER, narrow.id),
        signal.id: (Reason.PUBLISHER, narrow.id),
        old.id: (Reason.SUPERSEDED, broad.id),
        gone.id: (Reason.WITHDRAWN, end.id),
        end.id: (Reason.WITHDRAWAL, None),
        tomorrow.id: (Reason.NOT_YET, None),
    }


def test_without_a_default_a_signal_decides_nothing_and_is_told_so():
    signal = said(basis=Basis.SITE_SIGNAL, level=Level.FULL)
    assert reasons(signal) == {signal.id: (Reason.NO_DEFAULT, None)}


def test_what_is_looser_than_the_presumed_default_is_told_so():
    looser, stricter = (said(basis=Basis.RESTRICTION, scope=scope, value=value, copied_words=words)
        for scope, value, words in ((Scope.PUBLISHER, "", 12), (Scope.URL, URL, 5)))  # fmt: skip
    assert reasons(HOUSE, looser, field="copied_words") == {looser.id: (Reason.PRESUMED, None)}
    assert reasons(HOUSE, looser, stricter, field="copied_words") == {
        stricter.id: (Reason.GOVERNS, None),
        looser.id: (Reason.LESS_STRICT, stricter.id),
    }


def test_a_looser_word_of_a_page_is_not_idle_while_it_stands_before_a_stricter_one_of_its_site():
    site = said(basis=Basis.SITE_SIGNAL, signal="TDMRep", copied_words=5)
    page = said(Scope.URL, Basis.PAGE_SIGNAL, URL, signal="TDMRep", copied_words=12)
    (found, _site) = explain([HOUSE, site, page], WORK, NOW).findings["copied_words"]
    assert (found.rule, found.reason, found.idle) == (page, Reason.PRESUMED, False)


def test_what_governs_comes_first_and_the_rest_by_precedence():
    hold, mine = said(Scope.URL, Basis.HOLD, URL, level=Level.FULL), said(level=Level.LINK)
    found = explain([HOUSE, hold, mine], WORK, NOW).findings["level"]
    assert [f.rule.id for f in found] == [mine.id, hold.id, HOUSE.id]


@given(either)
def test_what_is_called_overruled_can_be_left_out(some):
    at = NOW + timedelta(days=1)  # all of them have begun
    permit = resolve(some, WORK, at)
    idle = {(name, one.rule.id) for name, one in overruled(some, [WORK], lambda _work: some, at)}
    for name in (field for field in FIELDS if field != "attribution"):
        deciding = {r.id for r in some if applies(r, WORK) and speaks(r, name)} - {pk for of, pk in idle if of == name}
        assert deciding == {permit.governing[name]} if name in permit.governing else not deciding


def test_a_statement_that_decides_of_one_page_is_not_overruled():
    other = Work("https://news.a.test/other", 1, WORK.published_at)
    page = said(Scope.URL, value=URL, level=Level.LINK)
    broad = said(level=Level.SHORT, ai=True)
    rules = [HOUSE, page, broad]
    assert overruled([broad], [WORK, other], lambda _work: rules, NOW) == []
    assert [(n, f.reason, f.by) for n, f in overruled([broad], [WORK], lambda _work: rules, NOW)] == [
        ("level", Reason.LESS_SPECIFIC, page)
    ]


def test_a_statement_about_pages_that_nobody_covers_is_tried_at_its_own_place():
    hold = said(Scope.DOMAIN, Basis.HOLD, "b.test", level=Level.NONE)
    for place in ((Scope.URL, "https://b.test/1"), (Scope.PATH, "b.test/x"), (Scope.DOMAIN, "b.test")):
        rule = said(place[0], value=place[1], level=Level.FULL)
        rules = [HOUSE, hold, rule]
        assert [f.by for _n, f in overruled([rule], [WORK], lambda _work, rules=rules: rules, NOW)] == [hold]
        assert overruled([rule], [WORK], lambda _work, rule=rule: [HOUSE, rule], NOW) == []
