"""Proof, hold, removal, appeal, restoration and the end of an embargo: every process obeys each on every surface, from
the first request that starts after it, while readers keep asking."""

import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle

from tests.sites import Site

SETUP = """
from analysis import rights
from tests import making
from tests.analysis.cases import confirmed
of = making.publisher("Example Wire", "example-wire.test")
planted = making.planted("obey", of)
rights.challenge(confirmed(planted.original.url), "example-wire.test")
print(planted.story.slug, of.slug, planted.original.url, planted.words["headline"], planted.words["summary"])
"""
FIND = """
from analysis import rights
from analysis.models import *
case = Case.objects.last()
"""
PROVE = FIND + 'assert rights.prove(case.challenges.get(), "dns", wide=True)'
REMOVE = FIND + 'rights.decide(case, None, rights.Ruling("granted", "remove", "You asked."))'
RESTORE = FIND + (
    'rights.decide(case, None, rights.Ruling("granted", "restore", "As before.", restore=(case.terms.get().pk,)))'
)
# It appeared an hour ago, less a few seconds. Says when the embargo was in force, and when it ends.
EMBARGO = """
from datetime import timedelta
from django.utils import timezone
from analysis.models import *
ends = timezone.now() + timedelta(seconds=8)
Article.objects.filter(url="{url}").update(published_at=ends - timedelta(hours=1))
Terms.objects.create(scope="url", value="{url}", basis="publisher", embargo_hours=1)
print(timezone.now().timestamp(), ends.timestamp())
"""
ROUNDS = 4  # at least so often each surface is asked after each change
READERS = 3


@dataclass(frozen=True)
class Read:
    """One request: when it began and ended, and whether it showed what was looked for."""

    path: str
    began: float
    ended: float
    shown: bool


class Readers:
    def __init__(self, site: Site, marks: dict[str, str]) -> None:
        self.site, self.marks = site, marks
        self.reads: list[Read] = []
        self.over = threading.Event()

    def read(self, first: int) -> None:
        paths = list(self.marks)
        for path in cycle(paths[first:] + paths[:first]):
            if self.over.is_set() or len(self.reads) > 50_000:
                return
            began = time.time()
            try:
                with urllib.request.urlopen(self.site.url + path, timeout=30) as response:
                    text = response.read().decode()
            except urllib.error.HTTPError as error:
                text = error.read().decode()
            self.reads.append(Read(path, began, time.time(), self.marks[path] in text))

    def wait(self, since: float) -> None:
        """Until each surface was asked often enough by requests that began after a moment."""
        deadline = time.monotonic() + 120
        while True:
            late = [read.path for read in self.reads if read.began > since]
            if all(late.count(path) >= ROUNDS for path in self.marks):
                return
            assert time.monotonic() < deadline, "the readers have stopped"
            time.sleep(0.05)


@contextmanager
def reading(site: Site, marks: dict[str, str]) -> Iterator[Readers]:
    readers = Readers(site, marks)
    threads = [threading.Thread(target=readers.read, args=[7 * n % len(marks)]) for n in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield readers
    finally:
        readers.over.set()
        for thread in threads:
            thread.join(60)


def test_each_step_of_a_case_and_the_end_of_an_embargo_are_obeyed_on_every_surface_at_once(open_site):
    site = open_site(workers=2)
    slug, publisher, url, headline, summary = site.shell(SETUP).split()
    story = f"/stories/{slug}/"
    paths = [
        "/", story, f"{story}history/", f"{story}history/1/", "/topics/grids/", "/mentions/entity-obey/", "/watch/",
        f"/publishers/{publisher}/", "/corrections/", "/feeds/latest.atom", "/feeds/topics/grids.atom",
        "/feeds/mentions/entity-obey.atom", f"/feeds/publishers/{publisher}.atom", "/sitemaps/news.xml",
    ]  # fmt: skip
    ours = dict.fromkeys(paths, headline) | {f"/search/?q={summary}": story}
    with urllib.request.urlopen(site.url + "/sitemap.xml", timeout=30) as response:
        (month,) = re.findall(r"/sitemaps/stories-[\d-]+\.xml", response.read().decode())
    listed = {"/sitemaps/stories.xml": story, month: story}
    moments: list[tuple[float, float, bool, bool]] = []  # between when the change was made; what is shown from then on

    def change(code: str, shows_ours: bool, lists: bool) -> None:
        began = time.time()
        site.shell(code)
        moments.append((began, time.time(), shows_ours, lists))
        readers.wait(since=moments[-1][1])

    with reading(site, ours | listed) as readers:
        moments.append((0, time.time(), True, True))
        readers.wait(since=moments[0][1])
        change(PROVE, False, True)  # held: headline and link
        change(REMOVE, False, False)
        change(FIND + 'rights.appeal(case, "It was fair.")', False, False)
        change(RESTORE, True, True)
        began = time.time()
        since, ends = map(float, site.shell(EMBARGO.format(url=url)).split())
        moments.append((began, since, False, False))
        moments.append((ends, ends, True, True))
        readers.wait(since=ends)
    for path in ours | listed:
        for n, (_began, since, shows_ours, lists) in enumerate(moments):
            until = moments[n + 1][0] if n + 1 < len(moments) else float("inf")
            there = [r for r in readers.reads if r.path == path and r.began > since and r.ended < until]
            expected = shows_ours if path in ours else lists
            assert [r for r in there if r.shown != expected] == [], f"{path} after change {n}"
            assert there, f"nobody asked {path} after change {n}"
