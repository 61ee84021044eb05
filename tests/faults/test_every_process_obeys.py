"""A decision holds in every process from the first request that starts after it, while readers keep asking."""

import threading
import urllib.error
import urllib.request

STORY = "/stories/one-licence-seven-prices/"
DECIDE = """
from uuid import uuid4
from analysis import rights
case = rights.open_case(rights.Request(submission=uuid4(), urls=["{story}"], want="remove", kind="opt_out",
    explanation="x", name="Rights desk", organisation="", relation="publisher", email="rights@wire.test",
    language="en"), "127.0.0.1")
rights.confirm(case)
rights.decide(case, None, rights.Ruling("granted", "remove", "You asked."))
"""


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def test_a_decision_is_obeyed_by_every_process_at_once(open_site):
    site = open_site(demonstration=True, workers=2)
    decided = threading.Event()
    seen: list[tuple[bool, int]] = []

    def read() -> None:
        for _ in range(2_000):
            after = decided.is_set()  # asked before the request starts
            seen.append((after, _status(site.url + STORY)))
            if sum(late for late, _status_code in seen[-40:]) == 40:
                return

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    site.shell(DECIDE.format(story=STORY))
    decided.set()
    for reader in readers:
        reader.join(60)
    assert {code for late, code in seen if not late} <= {200, 410}
    assert {code for late, code in seen if late} == {410}
    assert 200 in {code for _late, code in seen}, "nobody read it before the decision: the test saw nothing"


def test_of_four_deciders_in_four_processes_one_decides(open_site):
    """One decides, the others are told; nothing is written twice."""
    site = open_site(demonstration=False)
    site.shell(DECIDE.format(story="https://wire.test/1").split("rights.decide")[0])
    race = """
from analysis import rights
from analysis.models import Case
case = Case.objects.get()
try:
    rights.decide(case, None, rights.Ruling("declined", "none", "No."))
    print("decided")
except rights.StaleCaseError:
    print("told")
"""
    answers: list[str] = []
    deciders = [threading.Thread(target=lambda: answers.append(site.shell(race))) for _ in range(4)]
    for decider in deciders:
        decider.start()
    for decider in deciders:
        decider.join(60)
    assert sorted(answers) == ["decided", "told", "told", "told"]
    assert site.shell(
        "from analysis.models import *; print(Decision.objects.count(), OutgoingMail.objects.count())"
    ) == ("1 3")


def test_a_book_kept_up_to_date_while_others_write_misses_no_statement(open_site):
    """Statements of several writers, whose transactions overlap, come in whatever order; the reader takes up new ones
    only."""
    site = open_site(demonstration=False)
    write = """
import time
from django.db import transaction
from analysis.models import Publisher, Terms
for _wait in range(6_000):
    if Publisher.objects.filter(slug="reading").exists():
        break
    time.sleep(0.01)
for n in range(40):
    with transaction.atomic():
        for part in "ab":
            Terms.objects.create(scope="url", basis="house", level="link", value=f"https://{part}{n}.test/{writer}")
"""
    writers = [threading.Thread(target=lambda w=w: site.shell(f"writer = {w}\n{write}")) for w in range(3)]
    for writer in writers:
        writer.start()
    look = """
from analysis import rulebook
from analysis.models import Publisher, Terms
tokens = set()
Publisher.objects.create(name="Reading", slug="reading")  # the writers wait for it
for _look in range(100_000):
    tokens.add(rulebook.current().token)
    if Terms.objects.filter(value__startswith="https://b39.").count() == 3:
        break
book = rulebook.current()
print(book.statements == rulebook.read("", rulebook.RuleBook()).statements, book.last, len(tokens) > 5)
"""
    told = site.shell(look)
    for writer in writers:
        writer.join(60)
    assert told == "True 241 True"
