"""What is pasted into a Markdown text arrives as Markdown, harmless, and can be undone."""

from pathlib import Path

from playwright.sync_api import expect

from analysis.text import to_html

# What programs put on the clipboard, in their manner, the words being ours; beside it the Markdown that it must become,
# and the HTML that our pages make of that.
CLIPBOARDS = Path(__file__).parent / "clipboards"

HOSTILE = [
    "<script>document.title = 'run'</script>words",
    "<img src=x onerror=\"document.title = 'run'\">words",
    "<svg onload=\"document.title = 'run'\"><a xlink:href='javascript:1'><text>words</text></a></svg>words",
    "<p onclick=1 onmouseover=\"document.title = 'run'\" style='background:url(https://evil.test/x)'>words</p>",
    "<a href='javascript:alert(1)'>words</a>", "<a href=' JaVa\nScRiPt:alert(1)'>words</a>",
    "<a href='data:text/html,<script>1</script>'>words</a>", "<a href='vbscript:1'>words</a>",
    "<a href='https://www.google.com/url?q=javascript:alert(1)'>words</a>",
    "<a href='blob:https://a.test/1'>words</a>", "<a href='file:///etc/passwd'>words</a>",
    "<iframe src='javascript:1'></iframe><object data=x></object><embed src=x>words",
    "<link rel=stylesheet href=https://evil.test/x.css><style>@import 'https://evil.test/y.css'</style>words",
    "<base href='https://evil.test/'><meta http-equiv=refresh content='0;url=https://evil.test/'>words",
    "<form action=https://evil.test/><input name=a value=b autofocus onfocus=1></form>words",
    "<template><img src=x onerror=1></template><noscript><img src=x></noscript>words",
    "words<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=1&gt;'></math>",
    "<video autoplay src=https://evil.test/v></video><audio src=https://evil.test/a></audio>words",
    "<x-words onpointerover=1>words</x-words>",
    "words<!--[if IE]><script>1</script><![endif]--><![CDATA[x]]>",
    "<p><o:p onclick=1>words</o:p></p><plaintext>",
]  # fmt: skip
# As a browser does: an event that scripts may answer; if none does, the plain text goes in.
PASTE = """(field, [html, plain, more]) => {
    const data = new DataTransfer();
    if (html !== null) data.setData("text/html", html);
    data.setData("text/plain", plain);
    for (const type of more) data.setData(type, "x");
    field.focus();
    const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    if (field.dispatchEvent(event)) document.execCommand("insertText", false, plain);
    return field.value;
}"""


def paste(field, html, plain="plain words", *more):
    return field.evaluate(PASTE, [html, plain, more])


def pasted(field, html):
    field.fill("")
    return paste(field, html)


def test_what_programs_copy_becomes_the_markdown_that_is_meant(take):
    names = sorted(path.stem for path in CLIPBOARDS.glob("*.md"))
    assert len(names) == 7
    for name in names:
        copied, markdown, rendered = (
            (CLIPBOARDS / f"{name}.{kind}").read_text() for kind in ("html", "md", "rendered.html")
        )
        found = pasted(take, copied)
        assert found == markdown.rstrip("\n"), name
        assert to_html(found) == rendered.rstrip("\n"), name


def test_nothing_hostile_runs_loads_or_stays(take):
    # `findings` fails this test for a violation of the CSP, a request to anybody, an error.
    for html in HOSTILE:
        assert pasted(take, html) == "words", html
    assert "run" not in take.page.title()
    assert take.page.locator("body x-words, textarea *").count() == 0


def test_a_million_characters_at_once_are_answered(take):
    """Converted where the result could be kept, else the plain text; a browser that hung would end this test."""
    words = "word " * 180_000
    for html in ("<div>" * 10_000 + words, f"<p>{words}", "<b>x" * 200_000, "<li><p>a" * 100_000,
                 "<pre>" + "a\n" * 500_000, "<table><tr><td>a<td>" * 40_000):  # fmt: skip
        assert pasted(take, html) == "plain words", html[:20]
    many = "".join(f"<p>A <b>bold</b> word, and the {n}th <i>slanted</i> one.</p>\n" for n in range(1_500))
    bloated = f"<html><head><style>{'p.MsoNormal {margin:0cm} ' * 40_000}</style></head><body>{many}</body></html>"
    assert len(bloated) > 1_000_000
    assert pasted(take, bloated).count("**bold**") == 1_500
    assert pasted(take, "<div>" * 10_000 + "words") == "words"
    assert pasted(take, "<b>" * 10_000 + "words") == "**words**"
    assert pasted(take, "<ul><li>" * 5_000 + "words").endswith("- words")
    assert pasted(take, "<ol><li>x" * 9).splitlines()[4] == " " * 16 + "1. x"
    assert to_html(pasted(take, "<blockquote><ul><li>x" * 9))


def test_a_paste_takes_its_place_in_the_text(take):
    def around(before, after, html):
        take.fill(before + after)
        take.evaluate("(field, at) => field.setSelectionRange(at, at)", len(before))
        return paste(take, html)

    assert around("One ", " two.", "<b>and</b>") == "One **and** two."
    assert around("One", "two", "<ul><li>a</li></ul>") == "One\n\n- a\n\ntwo"
    assert around("One\n", "\n\ntwo", "<p>a</p><p>b</p>") == "One\n\na\n\nb\n\ntwo"
    assert around("", "", "<h2>a</h2>") == "## a"


def test_what_is_no_html_or_comes_from_code_stays_as_it_is(take):
    take.fill("")
    assert paste(take, None, "**as** it\n- is") == "**as** it\n- is"
    take.fill("")
    assert paste(take, "<div><span>**as** it is</span></div>", "**as** it is", "vscode-editor-data") == "**as** it is"
    take.fill("")
    assert paste(take, "<img src='https://evil.test/x.png'>", "") == ""  # a picture has no words
    headline = take.page.locator("#id_headline")
    assert paste(headline, "<b>bold</b>", "bold") == "bold"


def test_from_a_real_clipboard_it_is_counted_and_undone(take):
    page = take.page
    take.fill("Before. ")
    source = page.context.new_page()
    source.set_content("<p>Three <b>bold words</b> and <a href='https://a.test/'>a link</a>.</p><ul><li>one</li></ul>")
    source.keyboard.press("Control+a")
    source.keyboard.press("Control+c")
    source.close()
    take.focus()
    page.keyboard.press("Control+End")
    page.keyboard.press("Control+v")
    expect(take).to_have_value("Before. \n\nThree **bold words** and [a link](https://a.test/).\n\n- one")
    expect(page.locator("[data-counts=id_note_take_text] output")).to_have_text("8")
    page.keyboard.press("Control+z")
    expect(take).to_have_value("Before. ")
    expect(page.locator("[data-counts=id_note_take_text] output")).to_have_text("1")
    page.keyboard.press("Control+Shift+v")  # without formats
    expect(take).to_have_value("Before. Three bold words and a link.\n\none")
