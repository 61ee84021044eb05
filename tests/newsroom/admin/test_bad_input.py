"""Junk in every field and address of the desk: 400, 404, or the form with the words kept. No 500, no live HTML."""

import pytest

from analysis.models import Article, Entity, Publisher, Story
from tests import making
from tests.newsroom.admin.screen import ADD, errors, opened, sent_by, url

pytestmark = pytest.mark.django_db

HUGE = "9" * 40
JUNK = [
    "\x00",
    "a\x00b",
    HUGE,
    "-1",
    "1e9",
    "\ud800",
    "\u202e\u200b",
    "'\"><script>",
    "[" * 5000,
    "💥" * 500,
    "ł" * 20_000,
]
HTML = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.fixture(autouse=True)
def no_500(superuser):
    """The test client raises what a server would answer with 500; here it answers as the server does."""
    superuser.raise_request_exception = False


def as_sent(junk):
    return junk.encode("utf-8", "replace").decode()


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_junk_in_all_fields_of_a_story_at_once(superuser, published, junk):
    data = opened(superuser, url(published))
    counts = {name: value for name, value in data.items() if name.endswith("_FORMS") or name == "version"}
    response = superuser.post(url(published), dict.fromkeys(data, as_sent(junk)) | counts)
    assert response.status_code in (200, 400)
    superuser.post(url(published), dict.fromkeys(data, as_sent(junk)))


# Each of these is read by code of its own, as a number, a date, a choice, a name or an address.
READ = (
    "version", "topic", "event_on", "language", "slug", "headline", "summary_checked_by", "note_take_rests_on",
    "sources-0-id", "sources-0-story", "sources-0-role", "sources-0-position", "sources-1-url", "sources-1-publisher",
    "claims-0-standing", "watch_items-1-due", "watch_items-1-likelihood", "watch_items-1-replaces", "mentions-0-name",
    "earlier-0-earlier",
)  # fmt: skip


@pytest.mark.parametrize("junk", ["\x00", HUGE], ids=["nul", "huge"])
def test_junk_in_one_field_of_a_story(superuser, published, junk):
    """One after the other, all else being in order, so that no other error comes first."""
    data = opened(superuser, url(published))
    for name in READ:
        response = superuser.post(url(published), data | {name: junk})
        assert response.status_code in (200, 302, 400), name
        if response.status_code == 302:  # harmless, so it was saved: go on from there
            data = opened(superuser, url(published))


@pytest.mark.parametrize("junk", ["\x00", HUGE, "abc", ""], ids=ascii)
def test_forged_rows_are_refused_and_touch_no_other_story(superuser, published, junk):
    other = making.published()
    theirs = other.sources.get()
    data = opened(superuser, url(published))
    for forged in (junk, str(theirs.pk)):
        response = superuser.post(url(published), data | {"sources-0-id": forged, "sources-0-why": "Stolen."})
        assert response.status_code in (200, 400)
        assert superuser.post(url(published), data | {"sources-0-story": forged}).status_code in (200, 302, 400)
        data = opened(superuser, url(published))
    theirs.refresh_from_db()
    assert theirs.story == other and theirs.why == ""


@pytest.mark.parametrize("total", ["", "abc", "-5", "1000000000", HUGE, "\x00"], ids=range(6))
def test_a_broken_count_of_rows_is_explained(superuser, draft, total):
    data = opened(superuser, url(draft))
    broken = {name: total for name in data if name.endswith("_FORMS")}
    assert superuser.post(url(draft), data | broken).status_code in (200, 302, 400)
    only_one = {f"claims-{name}_FORMS": total for name in ("TOTAL", "INITIAL")}
    assert superuser.post(url(draft), data | only_one).status_code in (200, 302, 400)


@pytest.mark.parametrize("step", ["publish", "revise", "note", "withdraw", "review", "draft", "nonsense"])
def test_junk_in_every_step(superuser, published, draft, step):
    for junk in (*JUNK[:3], "\u202e"):
        data = dict.fromkeys(("version", "kind", "reason", "text", "state", "outcome", "url"), junk)
        for story in (published, draft):
            assert superuser.post(url(story, "do", step), data).status_code in (200, 302, 400, 404)
        item = published.watch_items.get()
        assert superuser.post(url(published, "watch", item.pk), data).status_code in (200, 302, 400)
    assert Story.objects.get(pk=published.pk).status == "published"


def test_addresses_that_lead_nowhere(superuser, published):
    for pk in ("0", HUGE, "abc", "%00", "%ff", "1%27"):
        for tail in ("change/", "preview/", "do/publish/", "watch/1/", "delete/", "history/", "watch/" + HUGE + "/"):
            if pk == str(published.pk):
                continue
            assert superuser.get(f"/admin/analysis/story/{pk}/{tail}").status_code in (302, 400, 404)


@pytest.mark.parametrize("model", ["story", "article", "publisher", "terms", "topic", "desk", "entity", "page", "case"])
def test_junk_in_the_address_of_a_list(superuser, model):
    for query in (
        "q=%00", "q=%ff", "q=" + "a" * 5000, "p=abc", "p=-1", "p=" + HUGE, "o=1.2.3", "o=" + HUGE, "o=abc", "all=1",
        "status__exact=junk", "topic__id__exact=" + HUGE, "topic__id__exact=abc", "id__in=1,a", "no__such=1",
        "created_by__password__startswith=a", "_popup=1", "_to_field=junk", "_facets=1", "e=1", "language__exact=%00",
    ):  # fmt: skip
        response = superuser.get(f"/admin/analysis/{model}/?{query}")
        assert response.status_code in (200, 302, 400), query


def test_junk_before_a_new_row(superuser):
    for query in ("topic=abc", "topic=" + HUGE, "event_on=x", "desk=1,2", "_popup=1&_to_field=slug", "version=x"):
        assert superuser.get(f"{ADD}?{query}").status_code in (200, 400)


def test_a_body_that_is_too_large_or_no_form_is_refused(superuser, draft):
    assert superuser.post(url(draft), {"headline": "x" * 10_000_000}).status_code == 400
    for body, kind in ((b"\xff\xfe%00=&&&=%zz", "application/x-www-form-urlencoded"), (b"junk", "multipart/form-data"),
                       (b"--b\r\njunk", "multipart/form-data; boundary=b"), (b"{", "application/json")):  # fmt: skip
        assert superuser.post(url(draft), body, content_type=kind).status_code in (200, 400, 403)


@pytest.mark.parametrize("text", ["[" * 200, "> " * 500, "* " * 50_000, "*" * 5_000, "[a](b) " * 400])
def test_markdown_that_cannot_be_rendered_in_time_is_explained_and_kept(superuser, draft, text):
    response = superuser.post(url(draft), opened(superuser, url(draft)) | {"note_take_text": text})
    if response.status_code == 200:
        assert "errorlist" in errors(response)
        assert sent_by(response)["note_take_text"] == text
    else:
        assert superuser.get(url(draft, "preview")).status_code == 200


def test_hostile_words_are_shown_as_words(superuser, published):
    """In every text of a story and of what it is made of, on every page of the desk that shows them."""
    Article.objects.update(title=HTML)
    Publisher.objects.update(name=HTML)
    Entity.objects.create(name=HTML, slug="hostile")
    data = opened(superuser, url(published))
    texts = {"headline": HTML, "dek": HTML, "disclosure": HTML, "summary_text": HTML, "note_take_title": HTML,
             "note_take_text": HTML, "claims-0-text": HTML, "claims-0-why": HTML, "sources-0-why": HTML,
             "mentions-0-name": HTML}  # fmt: skip
    assert superuser.post(url(published), data | texts).status_code == 302
    assert superuser.post(url(published), data | texts).status_code == 200  # stale: both texts on the screen
    pages = [url(published), url(published, "preview"), url(published, "do", "revise"), url(published, "history"),
             url(published, "watch", published.watch_items.get().pk), "/admin/", "/admin/analysis/story/",
             "/admin/analysis/article/", "/admin/analysis/publisher/", "/admin/analysis/entity/", ADD]  # fmt: skip
    for at in pages:
        page = superuser.get(at).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page, at
    page = superuser.post(url(published), data | texts).content.decode()
    assert "<script>alert" not in page and "<img src=x" not in page


@pytest.mark.parametrize("model", ["publisher", "article", "terms", "topic", "desk", "entity", "page"])
def test_junk_in_every_field_of_every_other_form(superuser, model):
    at = f"/admin/analysis/{model}/add/"
    data = opened(superuser, at)
    for junk in JUNK:
        junk = as_sent(junk)
        assert superuser.post(at, dict.fromkeys(data, junk)).status_code in (200, 302, 400)
