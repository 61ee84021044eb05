"""What a page says of itself: robots meta and header, data-nosnippet, JSON-LD, links to licences."""

import pytest

from newsroom.wire.signals import page


def effects(body: str = "", *headers: tuple[str, str]) -> dict[str, tuple[str, str, int | None]]:
    found = page.read(body.encode(), headers)
    return {one.label: (one.level, one.ai, one.quote_chars) for one in found}


WORDS = [
    ("nosnippet", ("link", "", None)), ("max-snippet:0", ("link", "", None)), ("max-snippet:120", ("", "", 120)),
    ("max-snippet: 120", ("", "", 120)), ("max-snippet:-1", ("", "", None)), ("max-snippet:many", ("link", "", None)),
    ("max-snippet", ("link", "", None)), ("max-snippet:999999999", ("", "", None)), ("nocache", ("short", "", None)),
    ("noarchive", ("", "deny", None)), ("noai", ("", "deny", None)), ("noindex", ("", "", None)),
]  # fmt: skip


@pytest.mark.parametrize(("word", "effect"), WORDS)
def test_a_directive_does_the_same_in_a_header_and_in_a_tag(word, effect):
    label = word.partition(":")[0]
    spelt = f"INDEX, {word.upper()} , nofollow"
    assert effects(f'<meta NAME="Robots" content="{spelt}">')[label] == effect
    assert effects(f"<meta name=contextdeskbot content='{spelt}'>")[label] == effect
    assert effects("", ("x-robots-tag", spelt))[label] == effect
    assert effects("", ("x-robots-tag", f"ContextDeskBot: {spelt}"))[label] == effect


def test_a_directive_for_another_agent_is_not_ours():
    assert effects('<meta name="googlebot" content="nosnippet">', ("x-robots-tag", "googlebot: noai, nosnippet")) == {}
    assert set(effects("", ("x-robots-tag", "otherbot: noai"), ("x-robots-tag", "noarchive"))) == {"noarchive"}


@pytest.mark.parametrize("header", ["unavailable_after: 1 Jan 2030 00:00:00 GMT, noai", "max-snippet: 5, noai"])
def test_a_directive_with_a_value_is_no_agent(header):
    assert effects("", ("x-robots-tag", header))["noai"] == ("", "deny", None)


def test_from_a_page_with_text_that_must_not_be_quoted_nothing_is_quoted_and_the_text_is_not_kept():
    (one,) = page.read(b"<p>a <span data-nosnippet>kept out</span>")
    assert (one.label, one.quote_chars, one.value) == ("data-nosnippet", 0, "")
    assert page.read(b"<p>a <span data-nosnippet> </span>") == ()


def test_a_page_nested_too_deep_to_be_read_is_taken_at_its_strictest():
    deep = '<meta name="robots" content="noai">' + "<div>" * 3_000 + "<p data-nosnippet>x"
    assert effects(deep)["too deep to read"] == ("", "deny", 0)
    assert "noai" in effects(deep)
    assert "too deep to read" not in effects("<div>" * 100)


@pytest.mark.parametrize("value", ["false", '"False"', '"https://schema.org/False"'])
def test_pay_walled_text_is_neither_quoted_nor_given_to_machines(value):
    ld = f'{{"@graph": [{{"@type": "NewsArticle", "isAccessibleForFree": {value}}}]}}'
    body = f'<script type="application/ld+json">{ld}</script>'
    assert effects(body) == {"isAccessibleForFree": ("", "deny", 0)}


@pytest.mark.parametrize("ld", ['{"isAccessibleForFree": true}', '{"isAccessibleForFree": "yes"}', "{", "[" * 90_000])
def test_other_json_says_nothing(ld):
    assert effects(f'<script type="application/ld+json">{ld}</script>') == {}


def test_a_licence_in_json_ld_is_shown():
    found = page.read(b'<script type="application/ld+json">{"license": "https://a.test/l", "usageInfo": "https://a.test/u"}'
    b"</script>")  # fmt: skip
    assert {(one.label, one.value, one.binds) for one in found} == {
        ("license", "https://a.test/l", False), ("usageInfo", "https://a.test/u", False),
    }  # fmt: skip


def test_preferences_in_several_headers_are_one_field():
    found = effects("", ("content-usage", "ai-use=n"), ("content-usage", "search=n, ai-use=y"))
    assert found == {"ai-use": ("", "", None), "search": ("link", "", None)}
    assert effects("", ("content-usage", "ai-use=n"), ("content-usage", "broken=")) == {}


def test_references_to_licences_are_found():
    link = '</a.xml>; rel="license"; type="application/rsl+xml", </b>; rel=next'
    body = '<link rel="license" type="application/rsl+xml" href="https://a.test/b.xml"><link rel=license href=/cc>'
    assert [one.value for one in page.read(body.encode(), [("link", link)])] == ["/a.xml", "https://a.test/b.xml"]


def test_a_licence_written_into_a_page_counts():
    rsl = '<rsl><content url="/"><license><prohibits type="usage">ai-all</prohibits></license></content></rsl>'
    assert effects(f'<script type="application/rsl+xml">{rsl}</script>')["prohibits ai-all"] == ("", "deny", None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_a_page_is_read_in_its_encoding(encoding):
    body = '<p>é</p><meta name="robots" content="noai">'.encode(encoding)
    assert [one.label for one in page.read(body, [("content-type", f"text/html; charset={encoding}")])] == ["noai"]
