"""Content-Usage, Content-Signal and TDMRep: the vectors of their drafts, and how several statements combine."""

import pytest

from analysis.patterns import named
from newsroom.wire.signals import page, tdmrep
from newsroom.wire.signals.aipref import Field, content_signal, read, usage

SITE = "https://a.test"


@pytest.mark.parametrize(
    ("field", "known"),
    [
        ('train-ai=y, train-ai, search=n, search="n"', {}),
        ("train-ai;allow=n, train-ai=y", {"train-ai": "y"}),
        ("train-ai=y;reason=n", {"train-ai": "y"}),
        ("Train-AI=n", {}), ("train-ai=n,", {}), ("train-ai=n search=n", {}),
        ("train-ai=N", {}), ("ai-train=no", {}),
        ("train-ai=?0", {}), ("train-ai=1", {}), ("train-ai=(n)", {}), ("", {}), ("train-ai=n, é=n", {}),
        ("train-ai=n , search=y", {"train-ai": "n", "search": "y"}),
    ],
)  # fmt: skip
def test_usage_is_a_dictionary_of_structured_fields(field, known):
    assert usage(field) == known


@pytest.mark.parametrize(
    ("field", "level", "ai"),
    [
        ("ai-use=n", "", "deny"), ("search=n", "link", ""), ("train-ai=n", "", ""), ("ai-use=y, search=y", "", ""),
        ("ai-use=N", "", ""), ("ai-train=no", "", ""), ("ai-use=n, search=n", "link", "deny"),
        ("ai-use=y, ai-use=n", "", "deny"), ("ai-use=n, ai-use=y", "", ""),
    ],
)  # fmt: skip
def test_what_a_preference_does_here(field, level, ai):
    found = read("Content-Usage", [Field(field)])
    assert ("".join(one.level for one in found), "".join(one.ai for one in found)) == (level, ai)


def test_a_preference_that_binds_nothing_is_shown_with_its_value():
    (one,) = read("Content-Usage", [Field("train-ai=n")])
    assert (one.label, one.value, one.binds) == ("train-ai", "n", False)


def test_content_signal_is_no_structured_field():
    assert content_signal("Search=YES, ai-input = no,, x") == {"search": "yes", "ai-input": "no"}


# --- TDMRep -----------------------------------------------------------------------------------------------------


def reserved(body: str, path: str) -> bool:
    return any(one.ai == "deny" and named(SITE + path, one.places) for one in tdmrep.read(body.encode()))


def test_the_first_entry_that_matches_counts():
    body = '[{"location":"/","tdm-reservation":1},{"location":"/free/","tdm-reservation":0}]'
    assert reserved(body, "/free/a") and reserved(body, "/a")
    body = '[{"location":"/free/","tdm-reservation":0},{"location":"/","tdm-reservation":1}]'
    assert not reserved(body, "/free/a") and reserved(body, "/a")


@pytest.mark.parametrize("value", ["2", "true", "-1", "1.0", "null", '"yes"', "[1]", "{}"])
def test_a_value_that_is_not_0_or_1_is_unset(value):
    assert tdmrep.read(f'[{{"location":"/","tdm-reservation":{value}}}]'.encode()) == ()


def test_an_entry_without_a_value_does_not_reset_a_later_one():
    assert reserved('[{"location":"/a"},{"location":"/","tdm-reservation":1}]', "/a")


def test_a_policy_is_shown():
    body = b'[{"location":"/*.pdf$","tdm-reservation":1,"tdm-policy":"https://a.test/policy.json"}]'
    reservation, policy = tdmrep.read(body)
    assert (policy.label, policy.value, policy.binds) == ("tdm-policy", "https://a.test/policy.json", False)
    assert [named(SITE + path, reservation.places) for path in ("/a.pdf", "/a.pdf?x", "/")] == [True, False, False]


@pytest.mark.parametrize("body", ["[", '{"location"', "[" * 100_000, "[" + "9" * 10_000 + "]"])
def test_a_broken_file_reserves_everything(body):
    assert reserved(body, "/a")


@pytest.mark.parametrize("body", ["", "<html><p>Not found", "[]", "{}", "[1, null]", '[{"location":"\\ud800"}]'])
def test_a_file_that_holds_no_reservation_says_nothing(body):
    assert tdmrep.read(body.encode()) == ()


def test_a_surrogate_in_a_location_is_no_error():
    assert reserved('[{"location":"/\\ud800","tdm-reservation":1},{"location":"/a","tdm-reservation":1}]', "/a")


def meta(value: str | None) -> bytes:
    return f'<meta name="TDM-Reservation" content="{value}"><p>x'.encode() if value is not None else b"<p>x"


@pytest.mark.parametrize(
    ("tag", "header", "ai"),
    [
        ("1", "0", "deny"), ("0", "1", "allow"), (None, "1", "deny"), (None, "0", "allow"), (None, None, ""),
        ("2", "1", "deny"), ("", "1", "deny"), ("1", None, "deny"), (None, "2", ""),
    ],
)  # fmt: skip
def test_a_meta_tag_counts_before_a_header_and_absence_resets_nothing(tag, header, ai):
    headers = [("tdm-reservation", header)] if header is not None else []
    assert "".join(one.ai for one in page.read(meta(tag), headers)) == ai
