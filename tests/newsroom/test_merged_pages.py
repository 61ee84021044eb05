"""What readers and their programs meet of merged and split entities: where they are led, and nothing unsafe."""

import json
import re

import pytest

from analysis import editing, entities
from analysis.models import Entity, Mention, Story
from tests import making

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def pair() -> tuple[Entity, Entity]:
    made = (Entity.objects.create(name=name, slug=name.lower().replace(" ", "-")) for name in ("Old Name", "New Name"))
    old, new = made
    return old, new


def naming(*named: Entity, **fields) -> Story:
    story = making.draft(**fields)
    for n, entity in enumerate(named):
        Mention.objects.create(story=story, entity=entity, position=n)
    editing.publish(story, None)
    return story


def test_the_old_address_and_feed_lead_on_and_nothing_keeps_that_unasked(client, pair):
    old, new = pair
    naming(old)
    entities.merge(old, new, None, "One.")
    page = client.get("/mentions/old-name/?before=1-1&x=a b")
    assert (page.status_code, page.headers["Location"]) == (301, "/mentions/new-name/?before=1-1&x=a+b")
    feed = client.get("/feeds/mentions/old-name.atom")
    assert (feed.status_code, feed.headers["Location"]) == (302, "/feeds/mentions/new-name.atom")
    for answer in (page, feed, client.get("/mentions/old-name/", HTTP_HX_REQUEST="true")):
        assert answer.headers["Cache-Control"] == "no-cache" and "Name" not in answer.content.decode()
    entities.take_back(old, new, None, "Two.")
    assert client.get("/mentions/old-name/").status_code == 200
    assert client.get("/feeds/mentions/old-name.atom").status_code == 200
    assert (
        client.get("/mentions/new-name/").status_code == client.get("/feeds/mentions/new-name.atom").status_code == 404
    )


def test_who_follows_the_old_name_on_a_story_comes_to_the_new_page(client, pair):
    old, new = pair
    story = naming(old, new)
    entities.merge(old, new, None, "One.")
    page = client.get(f"/stories/{story.slug}/").content.decode()
    assert re.search(r'href="/mentions/old-name/"[^>]*>\s*Old Name', page)
    answer = client.get("/mentions/old-name/", follow=True)
    assert answer.redirect_chain == [("/mentions/new-name/", 301)]
    assert "Old Name" in answer.content.decode()  # also called


def test_the_feed_of_an_entity_is_found_from_its_page_by_people_and_programs(client, pair):
    naming(pair[0])
    page = client.get("/mentions/old-name/").content.decode()
    head, body = page.split("</head>")
    link = '<link rel="alternate" type="application/atom+xml" title="Old Name" href="/feeds/mentions/old-name.atom">'
    assert link in head
    assert '<a href="/feeds/mentions/old-name.atom">Follow by feed</a>' in body
    feed = client.get("/feeds/mentions/old-name.atom")
    assert feed.status_code == 200 and 'rel="self"' in feed.content.decode()


def test_a_split_is_told_beside_the_name(client, pair):
    old, _new = pair
    naming(old)
    story = naming(old)
    other = entities.split(old, Entity(name="Other", kind="place"), None, "Two.")
    assert "See also" not in client.get("/mentions/old-name/").content.decode()
    entities.move(story, old, other, None, version=1, why="split")
    assert 'See also <a href="/mentions/other/">Other</a>' in client.get("/mentions/old-name/").content.decode()
    assert 'See also <a href="/mentions/old-name/">Old Name</a>' in client.get("/mentions/other/").content.decode()


def test_a_name_like_a_script_is_harmless_wherever_it_is_read(client, pair):
    old, new = pair
    named = Entity(name=SCRIPT, slug="script", aliases=["</title>" + SCRIPT], description="<img src=x>")
    named.full_clean()
    named.save()
    beside = naming(named, old)
    split = entities.split(named, Entity(name=SCRIPT + "2"), None, "Two.")
    entities.move(naming(named, new), named, split, None, version=1, why="split")
    seen = ["/mentions/script/", f"/mentions/{split.slug}/", f"/stories/{beside.slug}/", "/mentions/old-name/",
            "/feeds/mentions/script.atom", "/", "/feeds/latest.atom", "/search/?q=alert"]  # fmt: skip

    def look() -> None:
        for path in seen:
            answer = client.get(path, follow=True)
            page = answer.content.decode()
            assert answer.status_code == 200, path
            assert "<script>alert" not in page and "<img src=x" not in page, path
            for raw in re.findall(r"<script[^>]*ld\+json[^>]*>(.*?)</script>", page, re.S):
                assert SCRIPT in {m["name"] for m in json.loads(raw)["mentions"]}

    look()
    entities.merge(named, old, None, SCRIPT)
    look()
    entities.take_back(named, old, None, SCRIPT)
    entities.merge(old, named, None, SCRIPT)
    look()


def test_junk_in_the_address_of_a_merged_one_is_no_500(client, pair):
    old, new = pair
    naming(old)
    entities.merge(old, new, None, "One.")
    for query in ("before=x", "before=1-1-1", "x=%0d%0aLocation:%20https://a.test/", "next=//a.test", "%ff", "x=%00"):
        answer = client.get(f"/mentions/old-name/?{query}")
        assert answer.status_code in (301, 400, 404), query
        assert answer.headers.get("Location", "/mentions/new-name/").startswith("/mentions/new-name/")
        assert "\n" not in answer.headers.get("Location", "")
