"""Junk in every field and address of the desk: 400, 404, or the form with the words kept. No 500, no live HTML."""

import pytest

from analysis.models import Article, Entity, Publisher, Story
from tests import making
from tests.newsroom.admin.screen import ADD, errors, opened, row, sent_by, url

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
    counts = {name: data[name] for name in ("version", "window", "complete")}
    response = superuser.post(url(published), dict.fromkeys(data, as_sent(junk)) | counts)
    assert response.status_code in (200, 400, 409)
    assert superuser.post(url(published), dict.fromkeys(data, as_sent(junk))).status_code in (200, 302, 400, 409)
    typing = "/admin/analysis/story/typing/"
    for also in (counts, {"window": data["window"]}, {}):
        response = superuser.post(typing, dict.fromkeys(data, as_sent(junk)) | also)
        assert response.status_code in (200, 400, 409, 413)


# Each of these is read by code of its own, as a number, a date, a choice, a name or an address.
READ = (
    "version", "window", "complete", "topic", "desk", "edited_by", "event_on", "language", "form", "slug", "headline",
    "summary_made_by", "summary_checked_by", "note_take_rests_on", "remark_field", "remark_text", "_more", "_discard",
    "_remark_done", "choose-headline", "sources-{source}-article", "sources-{source}-url", "sources-{source}-role",
    "sources-{source}-position", "sources-n1-url", "sources-n1-publisher", "sources-n1-article",
    "claims-{claim}-standing", "claims-{claim}-stance_{source}", "claims-{claim}-stance_n9",
    "watch_items-n1-statement", "watch_items-n1-due",
    "watch_items-n1-likelihood", "watch_items-n1-replaces", "watch_items-{item}-statement", "mentions-n1-name",
    "mentions-n1-kind", "mentions-nobody-name", "earlier-n1-earlier", "earlier-n1-kind", "earlier-999-earlier",
)  # fmt: skip


@pytest.mark.parametrize("junk", ["\x00", HUGE, "abc", "n1"], ids=["nul", "huge", "word", "key"])
def test_junk_in_one_field_of_a_story(superuser, published, junk):
    """One after the other, all else being in order, so that no other error comes first."""
    keys = {
        "source": published.sources.get().pk,
        "claim": published.claims.get().pk,
        "item": published.watch_items.get().pk,
    }
    data = opened(superuser, url(published))
    for name in READ:
        response = superuser.post(url(published), data | {name.format(**keys): junk})
        assert response.status_code in (200, 302, 400, 409), name
        if response.status_code == 302:  # harmless, so it was saved: go on from there
            data = opened(superuser, url(published))


def test_the_names_of_rows_may_be_anything(superuser, published):
    data = opened(superuser, url(published))
    for kind in ("sources", "claims", "watch_items", "earlier", "mentions", "nonsense"):
        for key in (
            "",
            "-",
            "n",
            "n-1",
            HUGE,
            "n" + HUGE,
            "0",
            "-5",
            "1.5",
            "٣",
            "\x00",
            "a b",
            "../..",
            "n0",
            "x" * 500,
        ):
            for part in ("text", "url", "name", "DELETE", "stance_1", "stance_", "", "__class__"):
                data[f"{kind}-{key}-{part}"] = "junk"
    assert superuser.post(url(published), data).status_code in (200, 302, 400)


def test_sixty_claims_on_sixty_sources_can_be_sent(superuser, published):
    """The most that can be kept, with a stance of each on each; more of both is refused, and draws no grid."""
    data = opened(superuser, url(published))
    claims = {f"claims-n{n}-{part}": "reported" for n in range(1, 60) for part in ("text", "standing")}
    stances = {f"claims-n{n}-stance_n{m}": "states" for n in range(1, 60) for m in range(1, 61)}
    response = superuser.post("/admin/analysis/story/typing/", data | claims | stances)
    assert response.status_code == 200
    many = {f"claims-n{n}-text": "x" for n in range(1, 300)} | {f"sources-n{n}-why": "x" for n in range(1, 300)}
    response = superuser.post(url(published), data | many)
    assert "At most 60" in errors(response) and len(response.content) < 3_000_000


def test_a_row_marked_to_go_and_not_to_go(superuser, published):
    data = opened(superuser, url(published)) | {"sources-n1-url": "x", "sources-n1-DELETE": ["on", ""]}
    assert superuser.post(url(published), data).status_code in (200, 302)


def test_forged_rows_touch_no_other_story(superuser, published):
    other = making.published()
    theirs = other.sources.get()
    data = opened(superuser, url(published))
    forged = {f"sources-{theirs.pk}-article": str(theirs.article_id), f"sources-{theirs.pk}-why": "Stolen."}
    assert superuser.post(url(published), data | forged).status_code in (200, 302)
    forged |= {f"sources-{theirs.pk}-url": theirs.article.url, f"sources-{theirs.pk}-role": "coverage"}
    assert superuser.post(url(published), data | forged).status_code in (200, 302)
    theirs.refresh_from_db()
    assert theirs.story == other and theirs.why == ""
    assert other.sources.count() == 1


def test_more_rows_than_can_be_kept_are_refused_and_stay_on_the_screen(superuser, published):
    many = {f"claims-n{n}-{part}": "reported" for n in range(1, 62) for part in ("text", "standing")}
    response = superuser.post(url(published), opened(superuser, url(published)) | many)
    assert "At most 60" in errors(response)
    assert sent_by(response)["claims-n61-text"] == "reported"


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
        assert superuser.post(url(draft), body, content_type=kind).status_code in (200, 302, 400, 403)


@pytest.mark.parametrize("text", ["[" * 200, "> " * 500, "* " * 50_000, "*" * 5_000, "[a](b) " * 400])
def test_markdown_that_cannot_be_rendered_in_time_is_explained_and_kept(superuser, draft, text):
    response = superuser.post(url(draft), opened(superuser, url(draft)) | {"note_take_text": text})
    if response.status_code == 200:
        assert errors(response).strip()
        assert sent_by(response)["note_take_text"] == text
    else:
        assert superuser.get(url(draft, "preview")).status_code == 200


def test_hostile_words_are_shown_as_words(superuser, published):
    """In every text of a story and of what it is made of, on every page of the desk that shows them."""
    Article.objects.update(title=HTML)
    Publisher.objects.update(name=HTML)
    Entity.objects.create(name=HTML, slug="hostile")
    data, other = opened(superuser, url(published)), opened(superuser, url(published))
    claim, source = row(published, "claims"), row(published, "sources")
    texts = {"headline": HTML, "dek": HTML, "disclosure": HTML, "summary_text": HTML, "note_take_title": HTML,
             "note_take_text": HTML, f"{claim}-text": HTML, f"{claim}-why": HTML, f"{source}-why": HTML,
             "mentions-n1-name": HTML}  # fmt: skip
    assert superuser.post(url(published), data | texts).status_code == 302
    stale = other | texts | {"headline": HTML + HTML}
    assert superuser.post(url(published), stale).status_code == 409  # both texts on the screen
    assert superuser.post("/admin/analysis/story/typing/", stale).status_code == 200
    pages = [url(published), url(published, "preview"), url(published, "do", "revise"), url(published, "history"),
             url(published, "watch", published.watch_items.get().pk), "/admin/", "/admin/analysis/story/",
             "/admin/analysis/article/", "/admin/analysis/publisher/", "/admin/analysis/entity/", ADD]  # fmt: skip
    for at in pages:
        page = superuser.get(at).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page, at
    for at in (url(published), "/admin/analysis/story/typing/"):
        page = superuser.post(at, stale).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page
    draft = {"draft": "", "compare": superuser.get(url(published)).context["unsaved"][0].key}
    page = superuser.get(url(published), draft).content.decode()
    assert "<script>alert" not in page and "<img src=x" not in page


@pytest.mark.parametrize("model", ["publisher", "article", "terms", "topic", "desk", "entity", "page"])
def test_junk_in_every_field_of_every_other_form(superuser, model):
    at = f"/admin/analysis/{model}/add/"
    data = opened(superuser, at)
    for junk in JUNK:
        junk = as_sent(junk)
        assert superuser.post(at, dict.fromkeys(data, junk)).status_code in (200, 302, 400)


def test_a_note_that_is_too_much_is_refused_in_words_and_kept_on_the_screen(superuser, published):
    data = opened(superuser, url(published))
    for text, says in (
        ("words " * 17_000, "40000"),  # more than can be kept; the browser cuts nothing off
        ("[" * 30_000, "[”"), ("> " * 15_000 + "a", "12"), ("*a " * 10_000, "“*”"), ("`" + "_`" * 10_000, "“`”"),
        ("[a](b)" * 5_000, "300"), ("[^1]" * 9_000, "300"), ("===\n" * 9_000, "4000"), ("* " * 15_000 + "a", "12"),
    ):  # fmt: skip
        response = superuser.post(url(published), data | {"note_take_text": text})
        assert response.status_code == 200 and says in errors(response), text[:9]
        assert sent_by(response)["note_take_text"].strip() == text.strip()
    assert 'maxlength="40000"' not in response.content.decode()


def test_combining_and_bidirectional_characters_are_saved_byte_for_byte(superuser, published):
    text = "Z\u0351\u036b\u0343a\u0322l\u0321 e\u0301 \u2067שלום\u2069 \u200fا\u200f \U0001f469\u200d\U0001f467\u202f;"
    data = opened(superuser, url(published)) | {"headline": text, "note_take_text": text}
    data[f"{row(published, 'claims')}-text"] = text
    assert superuser.post(url(published), data).status_code == 302
    story = Story.objects.get(pk=published.pk)
    assert {story.headline, story.notes.get().text, story.claims.get().text} == {text}
