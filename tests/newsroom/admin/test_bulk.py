"""Changing several stories at once is as safe as changing each: seen first, permitted, versioned, and logged."""

import re

import pytest
from django.contrib.admin.models import LogEntry

from analysis import editing, rendition
from analysis.models import Story, Topic
from newsroom.admin import bulk, log
from tests import making

pytestmark = pytest.mark.django_db
LIST = "/admin/analysis/story/"
SEA = {"name": "Sea", "slug": "sea"}


def at(name):
    return f"{LIST}bulk/{name}/"


def chosen(client, name, *stories, **more):
    return client.post(LIST, {"change": name, "story": [getattr(s, "pk", s) for s in stories], **more})


def rows(response):
    """What the page that shows the change would send."""
    return re.findall(r'name="story" value="([^"]+)"', response.content.decode())


def told(response, client):
    return " ".join(str(m) for m in client.get(response.headers["Location"]).context["messages"])


def test_the_topic_of_several_is_changed_and_each_keeps_a_trace(editor):
    sea = Topic.objects.create(**SEA)
    some = [making.draft(), making.draft(), making.draft()]
    shown = chosen(editor, "topic", *some[:2])
    assert shown.status_code == 200
    assert sorted(rows(shown)) == sorted(f"{s.pk}-1" for s in some[:2])
    done = LogEntry.objects.filter(content_type__model="story")
    assert not done.exists()  # nothing is done before it is confirmed
    response = editor.post(at("topic"), {"story": rows(shown), "topic": sea.pk})
    assert "done to 2 stories" in told(response, editor)
    assert [Story.objects.get(pk=s.pk).topic.name for s in some] == ["Sea", "Sea", "Grids"]
    assert [Story.objects.get(pk=s.pk).version for s in some] == [2, 2, 1]
    assert sorted(done.values_list("object_id", flat=True)) == sorted(str(s.pk) for s in some[:2])
    assert {(log.said(entry), entry.user_id) for entry in done} == {("Topic: Sea", editor.user.pk)}


def test_a_public_page_stays_under_its_topic_until_it_is_published_again(editor, published):
    sea = Topic.objects.create(**SEA)
    shown = chosen(editor, "topic", published)
    assert "A public page stays under its topic until its story is published again." in shown.content.decode()
    editor.post(at("topic"), {"story": rows(shown), "topic": sea.pk})
    assert Story.objects.get(pk=published.pk).topic == sea
    assert rendition.story(published.slug).card.topic.name == "Grids"
    editing.publish(published, None)
    assert rendition.story(published.slug).card.topic.name == "Sea"


def test_what_somebody_saved_meanwhile_is_left_and_named(editor):
    sea = Topic.objects.create(**SEA)
    changed, same = making.draft(headline="Changed"), making.draft(headline="Same")
    shown = chosen(editor, "topic", changed, same)
    editing.claim_version(changed, 1)
    said = told(editor.post(at("topic"), {"story": rows(shown), "topic": sea.pk}), editor)
    assert "done to 1 story" in said and "“Changed” was left as it is. Someone else saved this story" in said
    assert [Story.objects.get(pk=s.pk).topic.name for s in (changed, same)] == ["Grids", "Sea"]


def test_a_story_that_moved_on_without_a_new_version_is_left_too(editor):
    story = making.draft(headline="Published meanwhile")
    shown = chosen(editor, "review", story)
    editing.publish(story, None)
    said = told(editor.post(at("review"), {"story": rows(shown)}), editor)
    assert "“Published meanwhile” was left as it is. It is “Published”." in said
    story.refresh_from_db()
    assert (story.status, story.version) == ("published", 1)


def test_drafts_are_sent_to_review(editor):
    draft, already = making.draft(), making.draft(headline="Already", status="review")
    shown = chosen(editor, "review", draft, already)
    assert rows(shown) == [f"{draft.pk}-1"]
    assert "Already</a>: It is “In review”." in shown.content.decode()
    editor.post(at("review"), {"story": rows(shown)})
    assert Story.objects.get(pk=draft.pk).status == "review"


def test_stories_are_withdrawn_with_a_reason_and_none_without(editor):
    some = [making.published(), making.published()]
    shown = chosen(editor, "withdraw", *some)
    refused = editor.post(at("withdraw"), {"story": rows(shown), "reason": " "})
    assert refused.status_code == 422 and sorted(rows(refused)) == sorted(rows(shown))
    assert rendition.story(some[0].slug).card
    editor.post(at("withdraw"), {"story": rows(shown), "reason": "Told wrongly."})
    assert set(Story.objects.values_list("status", "withdrawn_reason")) == {("withdrawn", "Told wrongly.")}
    assert isinstance(rendition.story(some[0].slug), rendition.Tombstone)


def test_a_withdrawn_story_stays_as_it_is(superuser, published):
    editing.withdraw(published, "Wrong.")
    shown = chosen(superuser, "topic", published)
    assert rows(shown) == [] and "It is withdrawn, and stays as it is." in shown.content.decode()
    sent = {"story": f"{published.pk}-1", "topic": Topic.objects.create(**SEA).pk}
    assert "was left as it is" in told(superuser.post(at("topic"), sent), superuser)
    assert Story.objects.get(pk=published.pk).topic.name == "Grids"


# --- who may ----------------------------------------------------------------------------------------------------------


def test_a_writer_changes_their_own_only(writer):
    sea = Topic.objects.create(**SEA)
    own, other = making.draft(created_by=writer.user), making.draft(headline="Another’s")
    shown = chosen(writer, "topic", own, other)
    assert rows(shown) == [f"{own.pk}-1"]
    assert "Another’s</a>: You may not change it." in shown.content.decode()
    said = told(writer.post(at("topic"), {"story": [f"{own.pk}-1", f"{other.pk}-1"], "topic": sea.pk}), writer)
    assert "“Another’s” was left as it is. You may not change it." in said
    assert Story.objects.get(pk=other.pk).topic.name == "Grids"


@pytest.mark.parametrize(
    ("role", "names"),
    [("writer", ["topic", "review"]), ("editor", list(bulk.CHANGES)), ("standards", list(bulk.CHANGES))],
)
def test_who_is_offered_what(person, published, role, names):
    client = person(role)
    page = client.get(LIST).content.decode()
    for name in bulk.CHANGES:
        assert (f'<option value="{name}">' in page) == (name in names)
        expected = 200 if name in names else 403
        assert chosen(client, name, published).status_code == expected
        sent = client.post(at(name), {"story": f"{published.pk}-1", "reason": "R", "topic": 0}).status_code
        assert (sent == 403) == (name not in names)
    if role == "writer":
        assert Story.objects.get(pk=published.pk).status == "published"


def test_who_may_not_enter_at_all(client, person, published):
    assert client.post(LIST, {"change": "withdraw", "story": published.pk}).status_code == 302
    assert client.post(at("withdraw"), {"story": f"{published.pk}-1", "reason": "R"}).status_code == 302
    nobody = person("writer")
    nobody.user.groups.clear()
    assert nobody.post(LIST, {"change": "topic", "story": published.pk}).status_code == 403
    assert nobody.post(at("topic"), {"story": f"{published.pk}-1"}).status_code == 403
    assert Story.objects.get(pk=published.pk).status == "published"


# --- junk -------------------------------------------------------------------------------------------------------------

JUNK = ["abc", "", "-1", "1-", "-", "٣", "²", "1.5", "9" * 18, "9" * 19, "9" * 400, "0", "1 OR 1", "1-1-1", "\ud800"]


@pytest.mark.parametrize("junk", JUNK)
def test_junk_changes_nothing_and_breaks_nothing(superuser, draft, junk):
    sent = junk.encode("utf-8", "replace").decode()
    for name in (*bulk.CHANGES, "nothing", "", sent):
        assert chosen(superuser, name, sent).status_code in (200, 302)
    for row in (sent, f"{sent}-1", f"{draft.pk}-{sent}x", f"{draft.pk}-9{sent}"):
        assert superuser.post(at("review"), {"story": row}).status_code == 302
    assert superuser.post(at("nothing"), {"story": sent}).status_code == 404
    assert superuser.get(at("review")).status_code == 302
    assert Story.objects.get(pk=draft.pk).status == "draft"


def test_more_than_a_hundred_are_refused(superuser):
    assert chosen(superuser, "topic", *range(1, 102)).status_code == 302
    assert chosen(superuser, "topic", *range(1, 101)).status_code == 200
    assert chosen(superuser, "topic").status_code == 302


def test_no_topic_chosen_asks_again_and_keeps_the_rows(editor, draft):
    refused = editor.post(at("topic"), {"story": f"{draft.pk}-1", "topic": ""})
    assert refused.status_code == 422 and rows(refused) == [f"{draft.pk}-1"]
