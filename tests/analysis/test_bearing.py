"""Which statements have a say in a publisher's terms: what has none can be taken away, wherever a page may be."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from analysis.bearing import bearing, somewhere
from analysis.explaining import FIELDS
from analysis.terms import ANY_LENGTH, SHORT_WORDS, Basis, Level, Scope, Work, not_withdrawn, resolve, speaks
from tests.analysis.test_terms import HOUSE, NOW, SIGNALS, URL, either, said

LOOSEST = {"level": Level.FULL, "max_words": 400, "quote_words": 400, "quote_chars": ANY_LENGTH,
           "copied_words": 400, "copied_percent": 100, "ai": True, "embargo_hours": 0}  # fmt: skip
SHOWN = ("level", "max_words", "quote_words", "quote_chars", "copied_words", "copied_percent", "ai", "embargo_until",
         "attribution")  # fmt: skip
# Signals alone name parts of a site.
stated = either.map(lambda some: [rule if rule.basis in SIGNALS else replace(rule, places=()) for rule in some])
pages = st.sampled_from(
    [URL, URL + "0", "https://news.a.test/", "https://news.a.test/press/2", "https://a.test/press/eu/1",
     "https://www.a.test/other/1", "https://b.test/1", "https://nobody.test/"]
)  # fmt: skip


def having_a_say(rules, publisher=1) -> set[tuple[int, str]]:
    standing = not_withdrawn([rule for rule in rules if rule.effective_from <= NOW])
    works = [Work(url, publisher) for url in {somewhere(rule) for rule in standing}]
    return {found for work in works for found in bearing(standing, work)}


def silent(rule, name):
    if name != "attribution" and speaks(rule, name) and rule.basis is Basis.HOUSE:
        return replace(rule, **{name: LOOSEST[name]})  # what is stricter decides, and would hold without it too
    if name == "max_words" and (rule.max_words or 0) >= SHORT_WORDS:
        return replace(rule, max_words=400)  # beside `short` one such number is as good as another
    return replace(rule, **{name: "" if name == "attribution" else None})


def comes_to(rules, url):
    """What the rules come to, as far as anything of it can be seen: below level `none`, nothing else."""
    permit = resolve(rules, Work(url, 1, NOW - timedelta(hours=30)), NOW)
    forbidden = not any(rule.id == permit.governing.get("level") and rule.level for rule in rules)
    return permit.level if forbidden else [getattr(permit, name) for name in SHOWN]


@given(stated, pages)
def test_what_has_no_say_can_be_taken_away(some, url):
    heard = having_a_say(some)
    standing = not_withdrawn([rule for rule in some if rule.effective_from <= NOW])
    for name in FIELDS:
        less = [rule if (rule.id, name) in heard else silent(rule, name) for rule in standing]
        assert comes_to(less, url) == comes_to(standing, url), name


@given(stated, pages)
def test_what_governs_has_a_say(some, url):
    """Where the level leaves room for the field."""
    heard = having_a_say(some)
    standing = not_withdrawn([rule for rule in some if rule.effective_from <= NOW])
    permit = resolve(standing, Work(url, 1), NOW)
    if permit.level is Level.FULL:
        assert heard >= {(number, name) for name, number in permit.governing.items()}
    elif "level" in permit.governing:
        assert (permit.governing["level"], "level") in heard


@given(stated)
def test_who_says_nothing_of_a_field_has_no_say_in_it(some):
    by_id = {rule.id: rule for rule in some}
    assert all(speaks(by_id[number], name) for number, name in having_a_say(some))


def heard(*rules) -> set[int]:
    return {number for number, _name in having_a_say(rules)}


def test_our_own_decision_has_no_say_where_the_publisher_has_decided_as_widely_or_more():
    ours = said(Scope.PATH, Basis.HOUSE, "a.test/press", level=Level.LINK)
    for scope, value in ((Scope.PUBLISHER, ""), (Scope.DOMAIN, "a.test"), (Scope.PATH, "a.test/press")):
        assert ours.id not in heard(HOUSE, ours, said(scope, Basis.PUBLISHER, value, level=Level.SHORT))
    for scope, value in (
        (Scope.PATH, "a.test/press/1"),
        (Scope.URL, "https://a.test/press"),
        (Scope.DOMAIN, "b.test"),
    ):
        assert ours.id in heard(HOUSE, ours, said(scope, Basis.PUBLISHER, value, level=Level.SHORT))
    assert ours.id in heard(HOUSE, ours, said(Scope.PUBLISHER, Basis.PUBLISHER, ai=False)), "of another field"


def test_the_house_default_has_no_say_once_all_it_says_is_decided_for_the_publisher():
    whole = {"level": Level.FULL, "max_words": 50, "quote_words": 5, "ai": True, "embargo_hours": 0}
    assert HOUSE.id not in heard(HOUSE, said(**whole))
    assert HOUSE.id not in heard(HOUSE, said(basis=Basis.HOUSE, **whole))
    assert HOUSE.id in heard(HOUSE, said(Scope.DOMAIN, value="a.test", **whole)), "the publisher may have other hosts"


def test_our_own_decision_has_no_say_where_a_signal_is_stricter_everywhere():
    signal = said(basis=Basis.SITE_SIGNAL, signal="trust", level=Level.SHORT)
    assert (HOUSE.id, "level") not in having_a_say([HOUSE, signal])
    assert signal.id in heard(HOUSE, said(Scope.PUBLISHER, Basis.HOUSE, level=Level.LINK), signal), "it was said"
    assert (HOUSE.id, "level") in having_a_say([HOUSE, replace(signal, scope=Scope.DOMAIN, value="a.test")])


def test_words_have_no_say_where_the_level_leaves_no_room_for_them():
    link, words = said(level=Level.LINK), said(Scope.DOMAIN, Basis.HOUSE, "a.test", max_words=30)
    assert (words.id, "max_words") not in having_a_say([HOUSE, link, words])
    some = said(Scope.URL, value="https://a.test/1", level=Level.FULL)
    assert (words.id, "max_words") in having_a_say([HOUSE, link, words, some]), "there is room on one page"
    short = said(level=Level.SHORT)
    assert (HOUSE.id, "max_words") not in having_a_say([HOUSE, short]), "60, of 40"
    assert (words.id, "max_words") in having_a_say([HOUSE, short, words]), "30, of 40"


def test_a_signal_for_parts_of_a_site_leaves_the_others_as_they_are():
    everywhere = {"signal": "robots.txt Disallow", "value": "a.test/", "level": Level.NONE}
    parts = said(Scope.PATH, Basis.SITE_SIGNAL, places=(("/archive/", False), ("/", True)), **everywhere)
    ours = said(Scope.PATH, Basis.HOUSE, "a.test/", max_words=30)
    assert having_a_say([HOUSE, ours, parts]) >= {(parts.id, "level"), (ours.id, "max_words")}
    whole = said(Scope.PATH, Basis.SITE_SIGNAL, **everywhere)
    assert ours.id not in heard(HOUSE, ours, whole)
    elsewhere = said(Scope.PATH, Basis.SITE_SIGNAL, places=(("/none/", True),), **everywhere)
    assert elsewhere.id in heard(HOUSE, ours, elsewhere)
