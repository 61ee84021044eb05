"""The number beside a text is the number that the server counts: character by character, and in texts at random."""

import random
import sys
import unicodedata

import pytest

from analysis.text import count_words
from tests.sites import ROOT

# What an editor's text is made of, and what may stand where words meet.
PIECES = [
    " ", " ", " ", "\n", "\r\n", "\t", "\u00a0", "\u202f", "\u2009", "\u3000", "\x85", "\x1c", "\ufeff",
    "\u200b", "\u200d", "\u00ad", "L’État", "aujourd’hui", "c'est", "peut-être", "e-mail", "well–known", "–",
    " — ", "…", ",", ".", " ?", " !", "«\u00a0", "\u00a0»", "“", "”", "3,5", "10\u00a0000", "12 %", "½", "Ⅳ",
    "٣", "a", "B", "ß", "é", "e\u0301", "q\u0307\u0323", "日本語", "한국어", "עברית", "العربية", "\u202e", "\u2067",
    "\u2069", "ไทย", "नमस्ते", "👩\u200d👩\u200d👧", "👍🏽", "🇫🇷", "1\ufe0f\u20e3", "https://a.test/b?c=d&e=f",
    "http://a.test/(b)", "a@b.test", "[the report](https://a.test/b)", '[it](https://a.test "With a title")',
    '[it](https://a.test\u00a0"t"', "](", ")", "[", "]", "(", '"', " \"", "[^1]", "[^1]: ", "![x](y)",
    "<https://a.test>", "*", "**", "_", "`", "> ", "- ", "1. ", "## ", "&amp;", "&nbsp;", "\\", "\\[", "@#$",
    "°", "№",
]  # fmt: skip


@pytest.fixture
def count(browser):
    """Counts texts in the browser, all at once."""
    page = browser.new_page()
    page.add_script_tag(path=ROOT / "static" / "js" / "words.js")
    yield lambda texts: page.evaluate("texts => texts.map(countWords)", texts)
    page.close()


def differing(count, texts):
    counted = zip(texts, count(texts), strict=True)
    return [(text, there, here) for text, there in counted if there != (here := count_words(text))]


def test_each_character_parts_words_or_makes_one_in_both(count):
    assigned = (chr(n) for n in range(sys.maxunicode + 1))
    texts = [f"a{c}b {c} ](x{c}y" for c in assigned if unicodedata.category(c) not in ("Cn", "Co", "Cs")]
    assert len(texts) > 140_000
    assert differing(count, texts) == []


@pytest.mark.parametrize("seed", range(3))
def test_texts_at_random_count_the_same_in_both(count, seed):
    chance = random.Random(seed)
    texts = ["".join(chance.choices(PIECES, k=chance.randrange(1, 40))) for _ in range(4_000)]
    assert differing(count, texts) == []
