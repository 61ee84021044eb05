"""The number of words beside a text is the same on the server and in the browser."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from analysis.text import count_words

TEXTS = [
    "",
    "   \n\t ",
    "one two  three\nfour",
    "L’été, c'est aujourd’hui : « 3,5 % » !",
    "peut-être – ou — peut-être pas…",
    "Halmouth's well-known co-op",
    "emoji 👍🏽 and 👩‍👩‍👧 and 1️⃣ count as they are",
    "see [the register](https://reg.test/a_(b)?c=d) and https://example.test/a/b now",
    'a [link](https://a.test "with a title") here',
    "[link] (not a target) [x]( y )",
    "a\u00a0b\u202fc\u2009d\u3000e\x85f\x1cg\ufeffh\u200bi",
    "12 000 € · 50 % · № 4 ½ ² Ⅳ",
    "日本語 のテキスト عربي नमस्ते",
    "*emphasis* **strong** _ __ > - # 1. ~~",
    "e\u0301te\u0301 nai\u0308ve",
    "“quoted” ‘words’ (in) [brackets] {here}",
    "\r\nwindows\r\nlines\r\n",
]

SCRIPT = Path(__file__).parents[3] / "static" / "js" / "words.js"
COUNT = (
    "const fs = require('fs'), vm = require('vm'); vm.runInThisContext(fs.readFileSync(process.argv[1], 'utf8'));"
    "console.log(JSON.stringify(JSON.parse(fs.readFileSync(0, 'utf8')).map(countWords)))"
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("L’été, c'est aujourd’hui : « 3,5 % » !", 4),
        ("peut-être – ou — peut-être pas…", 4),
        ("emoji 👍🏽 alone is no word", 5),
        ("a [link text](https://a.test/b) and https://a.test", 5),
    ],
)
def test_what_counts_as_a_word(text, words):
    assert count_words(text) == words


def test_the_script_counts_as_the_server_does():
    node = shutil.which("node")
    if not node:
        pytest.skip("no node here; the browser tests count in Chromium")
    done = subprocess.run(
        [node, "-e", COUNT, str(SCRIPT)], input=json.dumps(TEXTS), capture_output=True, text=True, check=True
    )
    in_browser = dict(zip(TEXTS, json.loads(done.stdout), strict=True))
    assert in_browser == {text: count_words(text) for text in TEXTS}
