"""Several people, one story, the same instant, two processes: one is done, the others are told, nothing is mixed."""

import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

from tests.browser.people import hire
from tests.sites import Site

SCHEDULED = """
from django.contrib.auth.models import User
from django.utils import timezone
from analysis.models import Story
from tests import making
by = User.objects.create_user("scheduler", is_superuser=True)
stories = [making.draft().pk for n in range(25)]
Story.objects.filter(pk__in=stories).update(status="scheduled", publish_at=timezone.now(), scheduled_by=by)
"""
DUE = (
    "from django.utils import timezone; from analysis import scheduling; print(scheduling.publish_due(timezone.now()))"
)
NEW_STORY = """
from tests import making
print(f"topic={making.topic().slug} desk={making.desk().slug} form=brief language=en")
print(f"sources-n1-url={making.article().url} sources-n1-role=original")
"""
REPORTED = """
from analysis import editing
from analysis.models import Story
from tests import making
from tests.reports import reported
story = making.published()
report = reported(story, email="ann@reader.test")
Story.objects.update(dek="It was eleven.")
editing.publish(story, None, kind="correction", reason="It was eleven.")
Story.objects.update(dek="It was ten.")
print(story.pk, report.pk, story.corrections.get().pk)
"""
COUNT = "from analysis.models import *; print(Revision.objects.count(), Correction.objects.count())"


class Editor:
    """A signed-in browser without a script."""

    def __init__(self, site: Site, name: str, password: str) -> None:
        self.site = site
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        login = "/admin/account/login/"
        self.send(login, self.form(login) | {"login": name, "password": password, "next": "/admin/"})

    def form(self, path: str) -> dict[str, str]:
        """The hidden fields of the form on a page: the token, and the version that one has seen."""
        page = self.opener.open(self.site.url + path, timeout=30).read().decode()
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))

    def send(self, path: str, fields: dict[str, str]) -> str:
        body = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(self.site.url + path, body, {"Referer": self.site.url + path})
        return self.opener.open(request, timeout=30).read().decode()


def at_once(editors: list[Editor], path: str, **fields: str) -> list[str]:
    """What each is told when all have opened a page and send it at the same moment."""
    return sent_at_once(path, [(editor, editor.form(path) | fields) for editor in editors])


def sent_at_once(path: str, forms: list[tuple[Editor, dict[str, str]]]) -> list[str]:
    ready = threading.Barrier(len(forms))
    told: list[str] = []

    def send(editor: Editor, form: dict[str, str]) -> None:
        ready.wait(30)
        told.append(editor.send(path, form))

    threads = [threading.Thread(target=send, args=sent) for sent in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return told


def all_at_once(forms: list[tuple[str, Editor, dict[str, str]]]) -> list[str]:
    """What each is told, refused or not, whatever page each one's form is on."""
    ready = threading.Barrier(len(forms))
    told: list[str] = []

    def send(path: str, editor: Editor, form: dict[str, str]) -> None:
        ready.wait(30)
        try:
            told.append(editor.send(path, form))
        except urllib.error.HTTPError as error:
            told.append(error.read().decode())

    threads = [threading.Thread(target=send, args=form) for form in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return told


def anybody(site: Site) -> Editor:
    """A reader: without account and cookie."""
    one = Editor.__new__(Editor)
    one.site, one.opener = site, urllib.request.build_opener()
    return one


def test_of_four_who_publish_or_correct_at_once_one_does(open_site):
    site = open_site(demonstration=False, workers=2)
    story = site.shell("from tests import making; print(making.draft().pk)").strip()
    name, password = hire(site, "editor")
    editors = [Editor(site, name, password) for _ in range(4)]

    told = at_once(editors, f"/admin/analysis/story/{story}/do/publish/")
    done = ["Published. The public sees it now." in page for page in told]
    assert sorted(done) == [False, False, False, True]
    assert site.shell(COUNT).strip() == "1 0"

    site.shell("from analysis.models import Story; Story.objects.update(dek='It was eleven.')")
    told = at_once(editors, f"/admin/analysis/story/{story}/do/revise/", kind="correction", reason="It was eleven.")
    assert sum("Published. The public sees the new text now." in page for page in told) == 1
    assert sum("Someone else saved this story since you opened it." in page for page in told) == 3
    assert site.shell(COUNT).strip() == "2 1"


def test_a_window_that_sends_its_form_several_times_at_once_makes_one_story(open_site):
    """A double click, or a browser that asks again: the window was kept while typing, so its row is there already."""
    site = open_site(demonstration=False, workers=2)
    fields = dict(line.split("=", 1) for line in site.shell(NEW_STORY).split())
    editor = Editor(site, *hire(site, "editor"))
    for n in range(1, 4):
        form = editor.form("/admin/analysis/story/add/") | fields | {"headline": f"Written once, {n}"}
        editor.send("/admin/analysis/story/typing/", form | {"turn": "1"})
        told = sent_at_once("/admin/analysis/story/add/", [(editor, form | {"turn": "2"})] * 4)
        assert len(told) == 4, "each was led to the story"
        assert site.shell("from analysis.models import Story; print(Story.objects.count())").strip() == str(n)


def test_of_three_workers_that_publish_what_is_due_each_story_has_one(open_site):
    site = open_site(demonstration=False, workers=1)
    site.shell(SCHEDULED)
    settled: list[int] = []
    workers = [threading.Thread(target=lambda: settled.append(int(site.shell(DUE)))) for _n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert len(settled) == 3
    found = "from analysis.models import *; print(Revision.objects.count(), Remark.objects.count())"
    assert site.shell(found) == "25 0", "nobody did it again, nor tried to"


def test_of_four_who_decide_one_report_at_once_one_does(open_site):
    """One declines it, one says that it is put right already, two publish a correction that closes it."""
    site = open_site(demonstration=False, workers=2)
    story, report, made = site.shell(REPORTED).split()
    name, password = hire(site, "editor")
    editors = [Editor(site, name, password) for _ in range(4)]
    steps = [
        (f"/admin/analysis/errorreport/{report}/decline/", {"answer": "No."}),
        (f"/admin/analysis/errorreport/{report}/already/", {"correction": made}),
        *[(f"/admin/analysis/story/{story}/do/revise/",
           {"kind": "correction", "reason": "It was ten.", "closes": report})] * 2,
    ]  # fmt: skip
    forms = [(path, editor, editor.form(path) | fields) for editor, (path, fields) in zip(editors, steps, strict=True)]
    told = all_at_once(forms)
    done = ("The reader is told", "Closed. The reader", "The public sees the new text now")
    refused = ("has decided this report", "decided already", "Someone else saved this story since")
    assert sum(any(words in page for words in done) for page in told) == 1
    assert sum(any(words in page for words in refused) for page in told) == 3
    count = "from analysis.models import *; print(OutgoingMail.objects.filter(kind='answered').count())"
    assert site.shell(count).strip() == "1"


def test_of_an_editor_and_a_reader_who_end_one_report_at_once_one_does(open_site):
    """One declines it, one closes it with a correction, the reader takes it back twice."""
    site = open_site(demonstration=False, workers=2)
    name, password = hire(site, "editor")
    editors = [Editor(site, name, password) for _ in range(2)]
    three = site.shell("for _ in range(3):" + REPORTED.replace("\n", "\n    ")).splitlines()
    for n, (story, report, _made) in enumerate(line.split() for line in three):
        look = f"from analysis.models import *; one = ErrorReport.objects.get(pk={report}); print(one.reference)"
        back = f"/reports/{site.shell(look).strip()}/erase/"
        decline, revise = f"/admin/analysis/errorreport/{report}/decline/", f"/admin/analysis/story/{story}/do/revise/"
        said = {"kind": "correction", "reason": "It was ten.", "closes": report}
        readers = [anybody(site) for _ in range(2)]
        told = all_at_once(
            [(decline, editors[0], editors[0].form(decline) | {"answer": "No."}),
             (revise, editors[1], editors[1].form(revise) | said),
             *((back, reader, reader.form(back)) for reader in readers)],
        )  # fmt: skip
        state = site.shell(f"{look}; print(one.state, one.wrong != '', one.mail.count())").split()[1:]
        done = ("The reader is told", "The public sees the new text now")
        by_editor = sum(any(words in page for words in done) for page in told)
        taken = sum("You took your report back" in page for page in told)
        late = sum("An editor has decided this report a moment ago" in page for page in told)
        if state[0] == "taken_back":
            assert (by_editor, taken, late, state[1:]) == (0, 2, 0, ["False", "0"]), (n, told)
            assert sum("reader has taken" in page or "reader took it" in page for page in told) == 2
        else:
            assert (by_editor, taken, late, state[1:]) == (1, 0, 2, ["True", "2"]), (n, told)


def test_a_report_that_is_sent_four_times_at_once_is_one(open_site):
    site = open_site(demonstration=False, workers=2)
    slug = site.shell("from tests import making; print(making.published().slug)").strip()
    path = f"/stories/{slug}/report/"
    readers = [anybody(site) for _ in range(4)]
    form = readers[0].form(path) | {"part": "headline", "wrong": "Not so.", "email": "ann@reader.test"}
    told = sent_at_once(path, [(one, form) for one in readers])
    assert len(told) == 4 and len({reference for page in told for reference in re.findall(r"ER-[-0-9A-Z]+", page)}) == 1
    count = "from analysis.models import *; print(ErrorReport.objects.count(), OutgoingMail.objects.count())"
    assert site.shell(count).strip() == "1 1"


ENTITIES = """
from analysis.models import Entity
print(*(Entity.objects.create(name=n, slug=n).pk for n in ("a", "b", "c")))
"""
MERGED = """
from analysis.models import *
print(EntityChange.objects.count(), sorted(Entity.objects.filter(leads_to__leads_to=None).exclude(
    leads_to=None).values_list("slug", "leads_to__slug")))
"""


def test_entities_that_are_merged_each_into_the_other_at_once_make_no_circle(open_site):
    """Three people, a into b, b into c, c into a: whatever the order, one of them comes too late."""
    site = open_site(demonstration=False, workers=2)
    keys = dict(zip("abc", site.shell(ENTITIES).split(), strict=True))
    name, password = hire(site, "editor")
    paths = [f"/admin/analysis/entity/{keys[of]}/merge/?into={into}" for of, into in ("ab", "bc", "ca")]
    forms = [(editor := Editor(site, name, password), path, editor.form(path) | {"why": "One."}) for path in paths]
    ready = threading.Barrier(len(forms))
    refused: list[int] = []

    def send(editor: Editor, path: str, form: dict[str, str]) -> None:
        ready.wait(30)
        try:
            editor.send(path, form)
        except urllib.error.HTTPError as error:
            refused.append(error.code)

    threads = [threading.Thread(target=send, args=sent) for sent in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert set(refused) <= {422}, "said on the form"
    count, _space, led = site.shell(MERGED).strip().partition(" ")
    assert int(count) in (1, 2) and led.count("(") == int(count), "each leads to the one that stays"
