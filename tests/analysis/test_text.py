"""Markdown in: nothing comes out but the small allowlist, in bounded time. And how words are counted."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.text import (
    MAX_LENGTH,
    MAX_LINES,
    MAX_LINKS,
    MAX_MARKS,
    TextError,
    check,
    count_quoted_words,
    count_words,
    to_html,
    to_plain,
)
from tests.sites import ROOT

ALLOWED = {
    "a": {"href", "title", "rel", "class", "id"}, "sup": {"id"}, "li": {"id"}, "ol": {"class"},
    **{tag: set() for tag in ("p", "em", "strong", "ul", "blockquote", "code", "br", "hr", "h2", "h3")},
}  # fmt: skip
VALUES = {"rel": r"external", "class": r"notes|footnote-ref|footnote-backref", "id": r"fn(ref\d*)?-.*"}


class Allowlist(HTMLParser):
    """Reads as a browser does, and fails at the first tag, attribute or scheme that has no business here."""

    def handle_starttag(self, tag, attrs):
        assert tag in ALLOWED, tag
        for name, value in attrs:
            assert name in ALLOWED[tag], (tag, name)
            if name == "href":
                scheme = re.sub(r"[\x00-\x20]", "", urlsplit(value).scheme).lower()
                assert scheme in ("", "http", "https", "mailto"), value
                # What has no scheme must have none for a browser either, which drops controls within it.
                assert not re.match(r"\s*[a-z]*script\s*:", re.sub(r"[\x00-\x20]", "", value), re.I), value
            elif name in VALUES:
                assert re.fullmatch(VALUES[name], value, re.S), (name, value)

    def handle_decl(self, decl):
        raise AssertionError(decl)

    def handle_pi(self, data):
        raise AssertionError(data)

    def handle_comment(self, data):
        raise AssertionError(data)

    unknown_decl = handle_decl


def allowed(text: str, anchor: str = "") -> str:
    rendered = to_html(text, anchor)
    Allowlist(convert_charrefs=True).feed(rendered)
    return rendered


HOSTILE = [
    "<script>alert(1)</script>", "<ScRiPt src=//evil.test></sCrIpT>", "<script\n>alert(1)</script\n>",
    "<scr<script>ipt>",
    "<img src=x onerror=alert(1)>", "<img/src=x/onerror=alert(1)>", "<p onclick=alert(1)>x</p>",
    "<p\tonmouseover='x'>x",
    "<svg onload=alert(1)>", "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<a href='javascript:alert(1)'>x</a>", "<a href=\"https://a.test\" onclick=\"alert(1)\" style=\"x\">x</a>",
    "<iframe src=javascript:alert(1)>", "<iframe srcdoc='<script>alert(1)</script>'>", "<object data=x>",
    "<embed src=x>",
    "<style>p{background:url(//evil.test)}</style>", "<link rel=stylesheet href=//evil.test>",
    "<base href=//evil.test>",
    "<meta http-equiv=refresh content='0;url=//evil.test'>", "<form action=//evil.test><input></form>", "<video src=x>",
    "<!-- x --><b>x</b>", "<!--><script>alert(1)</script>-->", "<![CDATA[<script>alert(1)</script>]]>", "<?php x ?>",
    "<!DOCTYPE x>", "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script></script></template>",
    "<textarea></textarea><img src=x onerror=1>", "<xmp><p title='</xmp><script>x</script>'>",
    "&lt;script&gt;x&lt;/script&gt;",
    "&#60;script&#62;x", "&amp;lt;script&amp;gt;", "&#x3c;img src=x onerror=x&#x3e;", "\\<script>x</script>",
    "<\x00script>x",
    "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x]( javascript:alert(1))", "[x](java\tscript:alert(1))",
    "[x](java\nscript:alert(1))", "[x](&#106;avascript:alert(1))", "[x](&#x6A;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](javascript&#58;alert(1))", "[x](\x01javascript:alert(1))", "[x](<javascript:alert(1)>)",
    "[x](vbscript:x)", "[x](\u00a0javascript:x)",
    "[x](data:text/html,<script>x</script>)", "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)", "[x](blob:x)",
    "[x](java%73cript:alert(1))", "[x](//javascript:alert(1))", "[x](https://a.test \"t\" onclick=alert(1))",
    "[x](https://a.test 'a\" onmouseover=\"alert(1)')", "[x](https://a.test\"onmouseover=alert(1))",
    "[x](https://a.test \"\"><script>x</script>\")",
    "[x][1]\n\n[1]: javascript:alert(1)", "[x][1]\n\n[1]: https://a.test \"\" onclick=x \"\"",
    "[x]\n\n[x]: data:text/html,x",
    "![x](javascript:alert(1))", "![x](https://evil.test/pixel.png)", "![x\"onerror=\"x](y)",
    "![x][1]\n\n[1]: https://evil.test/p.png",
    "<javascript:alert(1)>", "<https://a.test/\"onclick=x>", "<https://a.test/?<script>>", "<x@a.test>",
    "<data:text/html,x>",
    "x[^1]\n\n[^1]: <script>alert(1)</script>", "x[^\"><script>]\n\n[^\"><script>]: y",
    "x[^a b]\n\n[^a b]: [y](javascript:x)",
    "x[^1] y[^1]\n\n[^1]: z", "`<script>x</script>`", "    <script>x</script>", "```\n<script>x</script>\n```",
    "<p class=\"notes\">x</p>", "# <script>x</script>", "> <img src=x onerror=x>", "- <svg/onload=x>",
    "**<b onclick=x>**",
    "x {: onclick=alert(1) }", "[TOC]", "a<br onclick=x>b", "<details ontoggle=x open>", "\u2028<script>x",
    "<a\u00a0href=javascript:x>",
    "[a](https://a.test)[b](javascript:x)", "[[x](javascript:a)](javascript:b)", "*[x*](javascript:x)",
    "\x02wzxhzdk:0\x03", "\x02amp\x03lt;script>",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_comes_out(text):
    allowed(text, "take")
    allowed(f"A paragraph. {text} Another.\n\n> {text}\n\n- {text}\n")


marks = st.lists(st.sampled_from(["<", ">", "script", "&lt;", "&#60;", "[", "]", "(", ")", "[^1]", "[^1]: ",
    "javascript:", "https://a.test", "\n", "\n\n", "    ", "- ", "> ", "1. ", "*", "**", "_", "`", "```", "\"",
    "'", " onclick=x ", "<!--", "-->", "<a href=", "<svg ", "\\", "!", "#", "---", "&", ";", "a", " ", "\x02",
    "\x03", "\t", "é", "<![CDATA["]), max_size=40).map("".join)  # fmt: skip


@given(st.text() | marks)
def test_any_text_is_rendered_safely_or_refused_in_words(text):
    try:
        allowed(text, "take")
    except TextError as error:
        assert str(error)


@pytest.mark.parametrize("html", [
    "<script>", "<b>", "<a onclick=x>", "<p id=x>", "<a href='java&#115;cript:x'>", "<a href='java\tscript:x'>",
    "<a href='data:x'>",
    "<a rel=opener>", "<ol class=x>", "<a id=main>", "<!-- x -->", "<!doctype x>", "<?x ?>",
])  # fmt: skip
def test_the_allowlist_of_this_test_is_strict(html):
    with pytest.raises(AssertionError):
        Allowlist(convert_charrefs=True).feed(html)


BOMBS = {
    "open brackets": "[a" * 5000, "nested list": "* " * 5000 + "a", "footnotes": "[^1]" * 9000, "quotes": ">" * 5000,
    "backticks": "`" * 20_000, "emphasis": "**a " * 9000, "too long": "a" * (MAX_LENGTH + 1), "stars": "*" * 39_000,
    "mixed emphasis": "*_" * 19_000, "growing backticks": "".join("`" * i + " " for i in range(1, 280)),
    "numbers": "1. " * 9000,
    "brackets in turn": ("[" * 60 + "]" * 60) * 330, "closed brackets": "[a]" * 13_000, "less than": "<" * 39_000,
    "autolinks": "<http://" * 4900, "mails": "<" + "a@" * 19_000, "ampersands": "&" * 39_000,
    "backslashes": "\\" * 39_000,
    "lines": "\n" * 39_000, "hashes": "#" * 39_000 + "a", "definitions": "[a]: " * 7900,
    "rules": ("- " * 9 + "a\n") * 2000,
    "underlines": "a\n" + "=" * 39_000 + "b", "half a link": "[a](" + "(" * 39_000,
    "half a title": '[a](b "' + "a" * 38_000,
    "images": "![a](b)" * 5000, "code": "    a\n\n" * 5600, "paragraphs": "a\n\n" * 13_000, "list": "- a\n" * 9900,
    "nested emphasis": ("*a **b ***c " * 330 + "\n\n") * 9,
    "indented": "\n".join(" " * 4 * i + "- a" for i in range(100)),
    "headings": "===\n" * 10_000, "rule by rule": "> a\n---\n" * 5_000, "quotation in items": "- >\n" * 10_000,
    "loose items": "- a\n\n" * 8_000, "escaped backticks": "\\``" * 13_333, "backtick by underscore": "`_" * 20_000,
    "single quotation marks": "‘a " * 13_333, "low quotation marks": "„a" * 20_000,
}  # fmt: skip


def test_no_text_takes_more_than_bounded_work():
    """In a process that may use 60 s of CPU for all: what is quadratic would take minutes, or its whole stack."""
    code = (
        "import json, resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (60, 60))\n"
        "from django.conf import settings\n"
        "settings.configure(USE_I18N=False)\n"
        "from analysis.text import TextError, count_quoted_words, to_html\n"
        "for name, text in json.load(sys.stdin).items():\n"
        "    try:\n        to_html(text)\n        count_quoted_words(text)\n"
        "    except TextError:\n        print('refused:', name)\n"
        "    else:\n        print('done:', name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, input=json.dumps(BOMBS), capture_output=True, text=True
    )
    said = dict(reversed(line.split(": ", 1)) for line in done.stdout.splitlines())
    assert done.returncode == 0, f"stopped after {list(said)[-1:]}: {done.stderr[-300:]}"
    assert list(said) == list(BOMBS)
    refused = {name for name, what in said.items() if what == "refused"}
    assert {"open brackets", "nested list", "footnotes", "quotes", "emphasis", "too long", "numbers"} <= refused
    assert {"headings", "loose items", "escaped backticks", "backtick by underscore"} <= refused
    assert "single quotation marks" in refused


@pytest.mark.parametrize(("text", "says"), [
    ("a" * (MAX_LENGTH + 1), str(MAX_LENGTH + 1)), ("[" * 61, "["), ("[a](b)" * (MAX_LINKS + 1), str(MAX_LINKS)),
    ("> " * 13 + "a", "12"), ("* " * 13 + "a", "12"), ("*a* " * 600, "*"),
    ("a\n" * (MAX_LINES + 1), str(MAX_LINES)), ("`a " * (MAX_MARKS + 1), "`"), ("‘a " * (MAX_MARKS + 1), "‘"),
])  # fmt: skip
def test_a_refusal_says_what_to_change(text, says):
    with pytest.raises(TextError, match=re.escape(says)):
        check(text)


@pytest.mark.parametrize("text", ["a" * MAX_LENGTH, "[" * 60, "[a](b)" * MAX_LINKS, "> " * 12 + "a", "* " * 12 + "a",
                                  "a\n" * MAX_LINES, "`a " * MAX_MARKS, "‘a " * MAX_MARKS])  # fmt: skip
def test_what_is_just_allowed_is_rendered(text):
    assert allowed(text)


def test_what_an_editor_writes_becomes_the_markup_that_is_meant():
    text = 'A *word*, **two**.\n\n> Said.\n\n1. a\n2. b\n\n[Them](https://a.test/ "T") and [us](/stories/x/).'
    assert allowed(text) == (
        "<p>A <em>word</em>, <strong>two</strong>.</p>\n<blockquote>\n<p>Said.</p>\n</blockquote>\n"
        '<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n<p><a rel="external" href="https://a.test/" title="T">Them</a> and '
        '<a href="/stories/x/">us</a>.</p>'
    )


def test_html_typed_by_an_editor_is_shown_as_typed():
    assert allowed('Write <b>x</b> and class="y" so.') == '<p>Write &lt;b&gt;x&lt;/b&gt; and class="y" so.</p>'


def test_footnotes_of_two_texts_on_one_page_do_not_meet():
    text = "a[^1] b[^1]\n\n[^1]: Note."
    ids = [set(re.findall(r'id="([^"]*)"', allowed(text, slot))) for slot in ("take", "why")]
    assert len(ids[0]) == len(ids[1]) == 3
    assert not ids[0] & ids[1]
    for found, rendered in zip(ids, (to_html(text, "take"), to_html(text, "why")), strict=True):
        assert set(re.findall(r'href="#([^"]*)"', rendered)) <= found


def test_footnotes_are_marked_and_an_authors_own_list_after_a_rule_is_not():
    own = "One\n\n---\n\n1. first\n2. second\n\nSee[^1].\n\n[^1]: Note."
    rendered = allowed(own, "take")
    assert rendered.count('<ol class="notes">') == 1
    assert to_plain(rendered) == "One first second See."


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("A *word* **here**.", "A word here."),
        ("One.\n\nTwo.", "One. Two."),
        ("- a\n- b", "a b"),
        ('[Them](https://a.test/ "T") said', "Them said"),
        ("a & b < c", "a & b < c"),
        ("un*believ*able", "unbelievable"),
        ("See[^1] it.\n\n[^1]: Note.", "See it."),
        ("`<b>` is bold", "<b> is bold"),
        ("", ""),
    ],
)
def test_the_words_alone_on_one_line(text, plain):
    assert to_plain(to_html(text)) == plain


# --- counting -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0), (" \n\t", 0), ("one", 1), ("one two  three\nfour", 4), ("l’été d'abord aujourd’hui", 3),
        ("so-called well–known", 2),
        ("Yes — no", 2), ("- a\n- b", 2), ("* * *", 0), ("… ! ?", 0), ("🎉 party 🎉🎉", 1), ("10 %", 1),
        ("10\u00a0000\u202f€", 2),
        ("« Oui »", 1), ("https://a.test/a/b?c=d", 1), ("[the report](https://a.test/long/address)", 2),
        ('[the report](https://a.test "With a title")', 2), ("[a](b) [c](d)", 2), ("e.g. 3.5", 2),
        ("**bold** _it_", 2), ("日本語", 1),
    ],
)  # fmt: skip
def test_words_are_counted_as_an_editor_counts_them(text, words):
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It said “one two three four”.", 4), ('It said "one two three four".', 4),
        ("Il dit « un deux trois quatre ».", 4),
        ("Il dit «\u00a0un deux trois quatre\u00a0».", 4), ("Il dit «\u202fun deux trois quatre\u202f».", 4),
        ("a “term of art” here", 0), ("un « terme » ici", 0), ('the "long tail"', 0),
        ("“one two three four” and “one two three four five”", 9),
        ("“a b c d” « e f g h » \"i j k l\"", 12), ("“over a\nline break here”", 5),
        ("no quotes at all here", 0), ("“”", 0), ("«»", 0),
        ("it’s the girls’ own ‘thing’", 0), ("“[one two](https://a.test) three four”", 4),
    ],
)  # fmt: skip
def test_words_inside_quotation_marks_are_counted_but_a_term_is_no_quotation(text, words):
    assert count_quoted_words(text) == words


@given(st.text())
def test_no_more_words_are_quoted_than_there_are(text):
    assert 0 <= count_quoted_words(text) <= count_words(text) + text.count('"')


@pytest.mark.parametrize(
    "text",
    [
        'He said "one two three four\nfive" then.',
        "He said &ldquo;one two three four five&rdquo; then.",
        "He said “one two three four five",
        "Er sagte „one two three four five“ dann.",
        "Er sagte „one two three four five",
    ],
)
def test_a_quotation_counts_however_its_marks_are_written(text):
    assert count_quoted_words(text) == 5
