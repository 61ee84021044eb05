"""What is typed is read at every pause in typing, so no text may cost more than in proportion to its length."""

import re
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from analysis.text import count_words, quotations
from tests.sites import ROOT

# What is read of a text at the desk, each as a call of one text.
READERS = {
    "the same name twice": "preflight.wording.repeated(text, [])",
    "numbers": "numbers.numbers(text)",
    "figures": "numbers.figures(text)",
    "quotations": "text_.quotations(text_.as_read(text))",
    "quoted words": "text_.count_quoted_words(text)",
    "words": "text_.count_words(text)",
    "addresses": "names.without_addresses(text)",
    "words compared": "list(overlap.words_of(text))",
    "direction": "direction.stops({'': text})",
    "its bounds": "refused(text)",
}
HOSTILE = [
    *("A&", "A’", "A&A&A&A& ", "A-", "A-A ", "Ab Cd ", "A and ", "a’", "a.", "a/", "a@", "漢", "e\u0301", "\u0301"),
    *("1,", "1 ", "1,111,", "1 000 ", "1:", "1 h ", "1 jan ", "twenty-", "vingt et "),
    *("](", "](a", '](a "', '](a " ', "[^1]", "[", "(", "http://", "https://a ", "://"),
    *("*", "`a ", "_a", "\"'", '"a ', "“", "„a", "«a", "‘", "‘a ", "’", "&lsquo;", "&#8216;a ", "&", "&#"),
    *("\u202e", "\u2066\n", "\n", " \n", "> ", "a\n\n", " ", "\u00a0", "\t"),
]
LENGTH = 200_000  # five times what a note may hold


def test_every_text_is_read_in_proportion_to_its_length():
    """In a process that may use 60 s of CPU for all, of which it needs some 15: what is quadratic takes minutes."""
    program = f"""
import resource
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
from django.conf import settings
settings.configure(USE_I18N=False, INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "analysis"])
import django
django.setup()
from analysis import direction, names, numbers, overlap, preflight, text as text_
def refused(text):
    try:
        text_.check(text)
    except text_.TextError:
        return
for part in {HOSTILE!r}:
    text = "A" + part * ({LENGTH} // len(part)) + " A"
    for name, read in {READERS!r}.items():
        print(repr(part), name, flush=True)
        eval(read)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"stopped at {done.stdout.splitlines()[-1:]}: {done.stderr[-300:]}"
    assert len(done.stdout.splitlines()) == len(HOSTILE) * len(READERS)


@given(st.text(st.sampled_from("‘’ab \n"), max_size=80))
def test_a_single_quotation_mark_that_nothing_closes_quotes_nothing(text):
    """As whoever looks from each mark to the end of its paragraph has it."""
    told = [part[m.start(1) : m.end(1)] for part in re.split(r"\n\s*\n", text)
            for m in re.finditer(r"‘(.*?)’(?!\w)", part, re.S)]  # fmt: skip
    assert [text[start:end] for start, end in quotations(text)] == [part for part in told if count_words(part) > 3]
