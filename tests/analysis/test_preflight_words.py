"""What is worth a second look in the words: each with what must be found, and what must not."""

from datetime import UTC, datetime

import pytest

from analysis import comparing
from analysis.models import Article, Publisher
from analysis.numbers import numbers
from analysis.preflight import checks, figures, wording
from analysis.preflight.wording import repeated


def material(headline="", claims=(), dek="", summary="", mentions=(), held=None, title="Theirs") -> checks.Material:
    """Of one original, source 1. `claims`: text and standing. `held`: the original's text."""
    content = {
        "headline": headline,
        "dek": dek,
        "summary": {"text": summary} if summary else None,
        "notes": [],
        "claims": [
            {"id": n, "text": text, "standing": standing, "evidence": [{"source": 1, "stance": "states"}]}
            for n, (text, standing) in enumerate(claims)
        ],
        "watch": [],
        "mentions": [{"name": name, "slug": "x", "kind": "place"} for name in mentions],
        "sources": [{"id": 1, "article": 1, "role": "original", "in_summary": True}],
    }
    article = Article(title=title, publisher=Publisher(name="Wire"))
    texts = {} if held is None else {1: comparing.Held("Wire", *comparing.read(held))}
    return checks.Material(content, datetime(2026, 1, 1, tzinfo=UTC), {1: article}, {}, texts)


def said(found) -> str:
    return " ".join(check.text for check in found if check.kind in ("advice", "unknown"))


REPORTED = [("The port of Salvan closes its northern quay", "reported")]


@pytest.mark.parametrize(("headline", "claims"), [
    ("Port of Salvan closes northern quay", REPORTED),
    ("Salvan closes its quay in the north", [("Salvan closes its northern quay", "disputed")]),
    ("Le port de Salvan ferme son quai nord", [("Le port de Salvan fermera son quai nord", "reported")]),
])  # fmt: skip
def test_a_headline_states_as_a_fact_what_is_only_reported(headline, claims):
    assert "The headline states as a fact" in said(wording.checks(material(headline, claims)))


@pytest.mark.parametrize(("headline", "claims"), [
    ("Port of Salvan closes northern quay", [("The port of Salvan closes its northern quay", "confirmed")]),
    ("Port of Salvan closes northern quay", [*REPORTED, ("The port of Salvan closes the northern quay", "confirmed")]),
    ("Union says port of Salvan closes northern quay", REPORTED),
    ("Port of Salvan may close its northern quay", REPORTED),
    ("Is the port of Salvan closing its northern quay?", REPORTED),
    ("Port of Salvan “closes northern quay”", REPORTED),
    ("Le port de Salvan fermerait son quai nord", [("Le port de Salvan fermera son quai nord", "reported")]),
    ("Selon le syndicat, Salvan ferme son quai nord", [("Salvan ferme son quai nord", "reported")]),
    ("What a dearer ferry would mean for the islands", REPORTED),
    ("A quay, a union, a town", []),
])  # fmt: skip
def test_a_headline_that_says_who_says_so_or_something_else_is_let_be(headline, claims):
    assert "states as a fact" not in said(wording.checks(material(headline, claims)))


@pytest.mark.parametrize(("headline", "words"), [
    ("A quay for 12 ferries closes", "“12”"),
    ("The quay that Halmouth wants closes", "“Halmouth”"),
    ("Le quai que Marseille voulait", "“Marseille”"),
])  # fmt: skip
def test_a_name_or_a_number_of_the_headline_that_the_page_does_not_have(headline, words):
    assert f"The headline has {words}" in said(wording.checks(material(headline, REPORTED, "A dek.", "It said so.")))


@pytest.mark.parametrize(("headline", "page"), [
    ("A quay for 12 ferries closes", {"summary": "Twelve ferries use it."}),
    ("A quay for 1,200 ferries closes", {"dek": "1 200 of them."}),
    ("The quay that Halmouth wants closes", {"mentions": ["Halmouth Harbour"], "dek": "A dek."}),
    ("The Chinese quay closes", {"summary": "China closes it."}),
    ("Salvan’s quay closes on Monday", {"dek": "The quay of Salvan."}),
    ("Halmouth closes a quay", {"dek": "A dek."}),
    ("The quay: Trouble ahead", {"dek": "A dek."}),
    ("The Quay That Closes Without Any Notice", {"dek": "A dek."}),
    ("The quay that Halmouth wants, of 12 ferries", {}),
])  # fmt: skip
def test_a_headline_that_the_page_bears_out(headline, page):
    assert "The headline has" not in said(wording.checks(material(headline, **page)))


@pytest.mark.parametrize("text", [
    "the Acme-Acme deal", "the Acme–Acme deal", "l’accord Acme-Acme", "between Acme and Acme", "entre Acme et Acme",
    "the Port Salvan-Port Salvan line", "Acme & Acme agree", "Électra et Électra", "an Acme/Acme venture",
    "it joins Acme and the Acme.", "AT&T-AT&T", "Acme’s Port-Acme’s Port", "Acme  and  the Acme",
])  # fmt: skip
def test_one_name_on_both_sides(text):
    assert repeated(text, []), text


@pytest.mark.parametrize("text", [
    "the Acme-Borel deal", "more and more", "Again and again", "face-to-face", "in Baden-Baden", "the Walla-Walla line",
    "Acme and Acme Web Services", "Acme. And Acme", "Acme-Acmecorp", "de plus en plus", "Acme, and then Acme again",
])  # fmt: skip
def test_what_only_looks_like_it(text):
    assert repeated(text, ["Walla-Walla"]) == [], text


@pytest.mark.parametrize(("text", "found"), [
    ("It has 84,000 and 1.5bn, 60% and €12", ["84,000", "1.5", "60", "12"]),
    ("Il en a 84 000 et 3,1 milliards", ["84 000", "3,1"]),
    ("On 12 March 2026 at 20:30, le 3 avril à 14 h 06, March 4", []),
    ("GPT-4 and the G7 in 1998", []),
])  # fmt: skip
def test_the_numbers_that_a_source_must_state(text, found):
    assert [shown for shown, _digits in numbers(text)] == found


@pytest.mark.parametrize(("ours", "theirs"), [
    ("84,000", "eighty-four thousand, or 84 000"), ("1.5 billion", "1,500 million"), ("3,1", "3.1"), ("12", "twelve"),
    ("25", "twenty-five"), ("21", "vingt et un"), ("0.5", "half"), ("60", "sixty"), ("1 500", "1'500"),
    ("17", "dix-sept"),
])  # fmt: skip
def test_a_number_is_found_in_another_spelling(ours, theirs):
    assert said(figures.checks(material(summary=f"It has {ours}.", held=theirs))) == ""


def test_a_number_that_no_text_has_is_told():
    found = said(figures.checks(material("It has 12", summary="It has 17.", held="It has 71, 120 and 12.")))
    assert found == "“17” stands in no text that is held of the sources."


def test_a_claim_is_held_against_the_text_of_those_that_are_said_to_speak_of_it():
    claims = [("It has 17.", "reported")]
    assert "“It has 17.”: no source" in said(figures.checks(material(claims=claims, held="It has 18.")))
    assert said(figures.checks(material(claims=claims, held="It has 17."))) == ""
    assert said(figures.checks(material(claims=claims))) == "", "somebody has read it there"


def test_what_could_not_be_checked_is_said_and_nothing_is_held_against_it():
    (check,) = figures.checks(material("It has 12", summary="It has 17."))
    assert check.kind == "unknown"
    assert "Not checked whether a source states 12, 17" in check.text
    (check,) = figures.checks(material("It has 12", [("There are 12.", "reported")]))
    assert check.kind == "fine"
    (check,) = figures.checks(material("It has 12", title="Twelve of them"))
    assert check.kind == "fine"
