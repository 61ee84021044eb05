"""Merging and splitting at the desk: seen first, in numbers; permitted; explained; logged; safe beside another."""

import pytest
from django.contrib.admin.models import LogEntry

from analysis import editing, entities, rendition
from analysis.models import Entity, EntityChange, Mention, Remark, Story
from newsroom.admin import log
from tests import making
from tests.newsroom.admin.screen import ADD, messages, opened, sent_by

pytestmark = pytest.mark.django_db
STEPS = ("merge", "take-back", "split")
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def office() -> Entity:
    return Entity.objects.create(name="Grid Office", slug="grid-office")


@pytest.fixture
def agency() -> Entity:
    return Entity.objects.create(name="Grid Agency", slug="grid-agency", aliases=["GA"], wikidata="Q42")


def at(entity: Entity, step: str, **query) -> str:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"/admin/analysis/entity/{entity.pk}/{step}/" + (f"?{asked}" if asked else "")


def naming(*named: Entity, **fields) -> Story:
    story = making.draft(**fields)
    for n, entity in enumerate(named):
        Mention.objects.create(story=story, entity=entity, position=n)
    editing.publish(story, None)
    return story


def text(response) -> str:
    return response.content.decode()


def form(client, where: str) -> dict:
    """What the second form of the page would send."""
    response = client.get(where)
    assert response.status_code == 200, response.status_code
    return sent_by(response)


def logged(entity) -> list[str]:
    entries = LogEntry.objects.filter(object_id=str(entity.pk), content_type__model=entity._meta.model_name)
    return [log.said(entry) for entry in entries.order_by("pk")]


def test_a_merge_is_shown_in_numbers_then_done_and_logged_on_both(editor, office, agency):
    naming(agency)
    naming(agency, office)
    where = at(agency, "merge", into="grid office")
    page = text(editor.get(where))
    assert "is named by 2 stories in public, “Grid Office” by 1 story" in page
    assert "/mentions/grid-agency/" in page and "Grid Agency, GA" in page and "Q42" in page
    assert not EntityChange.objects.exists()
    sent = form(editor, where)
    assert "take" not in sent, "it is offered, and not done unasked"
    response = editor.post(where, sent | {"why": "Renamed in May.", "take": "wikidata"}, follow=True)
    assert "leads to “Grid Office” now" in messages(response)
    agency.refresh_from_db()
    office.refresh_from_db()
    assert (agency.leads_to, office.wikidata) == (office, "Q42")
    assert EntityChange.objects.get().by == editor.user
    assert logged(agency) == ["Merged into “Grid Office”: Renamed in May."]
    assert logged(office) == ["“Grid Agency” was merged into it: Renamed in May."]
    assert "Found with it since a merge" in text(response) and "Renamed in May." in text(response)


def test_it_is_taken_back_with_a_reason(editor, office, agency):
    story = naming(agency)
    entities.merge(agency, office, editor.user, "One.", take=["wikidata"])
    page = text(editor.get(at(agency, "take-back")))
    assert "with 1 story" in page and "gives back what it took over" in page
    sent = form(editor, at(agency, "take-back"))
    assert editor.post(at(agency, "take-back"), sent | {"why": " "}).status_code == 422
    editor.post(at(agency, "take-back"), sent | {"why": "They are two."})
    assert [card.slug for card in rendition.mention("grid-agency")[1].items] == [story.slug]
    assert logged(office) == ["“Grid Agency” is no longer merged into it: They are two."]
    assert "is not merged into another" in messages(editor.get(at(agency, "take-back"), follow=True))


def test_of_two_who_merge_the_same_one_is_done_and_the_other_told(editor, office, agency):
    third = Entity.objects.create(name="Third", slug="third")
    where = at(agency, "merge", into="third")
    sent = form(editor, where) | {"why": "One."}
    entities.merge(agency, office, None, "Faster.")
    assert "was merged into “Grid Office”" in messages(editor.post(where, sent, follow=True))
    # Into what was merged meanwhile: what would be done now is shown before it is done.
    where = at(third, "merge", into="grid-agency")
    entities.take_back(agency, office, None, "Two.")
    sent = form(editor, where) | {"why": "One, I say."}
    entities.merge(agency, office, None, "Faster.")
    refused = editor.post(where, sent)
    assert refused.status_code == 422 and "It would be “Grid Office” by now." in text(refused)
    assert "One, I say." in text(refused), "nothing typed is lost"
    third.refresh_from_db()
    assert third.leads_to is None
    editor.post(where, sent_by_post(refused))
    third.refresh_from_db()
    assert third.leads_to == office


def sent_by_post(response) -> dict:
    return sent_by(response)


@pytest.mark.parametrize("into", ["Nobody", "grid-agency", "GRID AGENCY", "x" * 500, "%3Cscript%3E", "%20", "9" * 40])
def test_into_nobody_or_itself_is_refused_in_words(editor, agency, into):
    response = editor.get(at(agency, "merge", into=into))
    assert response.status_code == (200 if into == "%20" else 422)
    assert into == "%20" or "There is no other entity named" in text(response)
    assert "<script>" not in text(response)


def test_junk_is_never_a_500(editor, agency, office):
    naming(agency)
    for junk in ("", "x", "-1", "9" * 40, "٣", "1-1-1", "\ud800".encode("utf-8", "replace").decode()):
        fields = dict.fromkeys(("seen", "why", "take", "name", "kind", "description", "aliases", "story", "back"), junk)
        for step in STEPS:
            for query in ({}, {"into": "grid-office"}, {"to": junk, "before": junk}):
                assert editor.post(at(agency, step, **query), fields).status_code < 500
                del_back = {k: v for k, v in fields.items() if k != "back"} | {"confirmed": junk}
                assert editor.post(at(agency, step, **query), del_back).status_code < 500
    assert not EntityChange.objects.exists()
    assert editor.get("/admin/analysis/entity/99999/merge/").status_code == 404


@pytest.mark.parametrize("role", ["writer", "editor", "standards"])
def test_who_may(person, role, agency, office):
    client = person(role)
    change = f"/admin/analysis/entity/{agency.pk}/change/"
    for step in ("merge", "split"):
        assert client.get(at(agency, step)).status_code == (403 if role == "writer" else 200)
        assert (f"/{step}/" in text(client.get(change))) == (role != "writer")
    sent = {"seen": office.pk, "why": "One."}
    assert client.post(at(agency, "merge", into="grid-office"), sent).status_code == (403 if role == "writer" else 302)
    assert EntityChange.objects.exists() == (role != "writer")
    assert client.get(at(agency, "take-back")).status_code == (403 if role == "writer" else 200)


def test_what_was_typed_outlives_the_login(editor, agency, office):
    where = at(agency, "merge", into="grid-office")
    sent = form(editor, where) | {"why": "A long reason."}
    user = editor.user
    editor.logout()
    editor.post(where, sent)
    editor.force_login(user)
    assert "A long reason." in text(editor.get(where))
    assert not EntityChange.objects.exists()


# --- splitting --------------------------------------------------------------------------------------------------------


def chosen(*stories: Story) -> list[str]:
    return [f"{story.pk}-{Story.objects.get(pk=story.pk).version}" for story in stories]


def test_a_split_is_chosen_shown_and_done_story_by_story(editor, agency):
    stays, public, waits = naming(agency), naming(agency), naming(agency, headline="Has changes")
    Story.objects.filter(pk=waits.pk).update(dek="Not public yet.")
    draft = making.draft()
    Mention.objects.create(story=draft, entity=agency)
    where = at(agency, "split")
    typed = opened(editor, where) | {
        "name": "Grid Authority", "kind": "organisation", "aliases": "GA", "why": "Two bodies.",
        "story": chosen(public, waits, draft),
    }  # fmt: skip
    shown = editor.post(where, typed)
    assert "2 public stories name “Grid Authority” and no longer “Grid Agency”" in text(shown)
    assert "1 story that is not public is changed as it is saved" in text(shown)
    assert not Entity.objects.filter(slug="grid-authority").exists()
    again = editor.post(where, sent_by(shown) | {"back": "1"})
    assert again.status_code == 200 and "Two bodies." in text(again) and text(again).count(" checked") >= 4
    done = editor.post(where, sent_by(shown) | {"confirmed": "1"}, follow=True)
    said = messages(done)
    assert "1 story names “Grid Authority” in public now." in said and "“Has changes” is changed and not public" in said
    assert [card.slug for card in rendition.mention("grid-authority")[1].items] == [public.slug]
    assert {card.slug for card in rendition.mention("grid-agency")[1].items} == {stays.slug, waits.slug}
    assert Remark.objects.get().story == waits
    assert logged(public) == ["Names “Grid Authority” instead of “Grid Agency”"]
    assert logged(agency) == ["“Grid Authority” was split from it: Two bodies."]
    # Later more of them.
    new = Entity.objects.get(slug="grid-authority")
    where = at(agency, "split", to=new.pk)
    shown = editor.post(where, opened(editor, where) | {"why": "One more.", "story": chosen(stays)})
    editor.post(where, sent_by(shown) | {"confirmed": "1"})
    assert stays.slug in {card.slug for card in rendition.mention("grid-authority")[1].items}
    assert Entity.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"story": []}, "Choose from 1 to 100 stories."),
        ({"story": [f"{n}-1" for n in range(1, 102)]}, "Choose from 1 to 100 stories."),
        ({"name": "GRID AGENCY"}, "There is “Grid Agency” already."),
        ({"name": "Grid\u202e Authority"}, "without invisible characters"),
        ({"name": "!!"}, "Write a name of letters or digits"),
        ({"why": ""}, "This field is required"),
        ({"kind": "ghost"}, "Select a valid choice"),
        ({"aliases": "Not one"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(editor, agency, fields, says):
    story = naming(agency)
    typed = {"name": "New", "kind": "place", "why": "Typed before.", "story": chosen(story)} | fields
    for more in ({}, {"confirmed": "1"}):
        refused = editor.post(at(agency, "split"), typed | more)
        assert refused.status_code == 422 and says in text(refused)
        assert "why" in fields or "Typed before." in text(refused)
    assert Entity.objects.count() == 1


def test_a_story_that_somebody_saved_meanwhile_is_left_and_named(editor, agency):
    story = naming(agency, headline="Saved meanwhile")
    typed = {"name": "New", "kind": "place", "why": "Two.", "story": chosen(story), "confirmed": "1"}
    editing.claim_version(story, story.version)
    done = editor.post(at(agency, "split"), typed, follow=True)
    assert "“Saved meanwhile” was left as it is. Someone else saved" in messages(done)


def test_a_long_list_goes_on(editor, agency, monkeypatch):
    from newsroom.admin.entities import splitting

    monkeypatch.setattr(splitting, "MOST_STORIES", 2)
    some = [naming(agency, headline=f"Story {n}") for n in range(3)]
    first = text(editor.get(at(agency, "split")))
    assert "Story 2" in first and "Story 1" in first and "Story 0" not in first
    assert f"?before={some[1].pk}" in first
    rest = text(editor.get(at(agency, "split", before=some[1].pk)))
    assert "Story 0" in rest and "Story 1" not in rest


# --- elsewhere at the desk --------------------------------------------------------------------------------------------


def test_the_story_screen_offers_the_other_and_takes_either_name(editor, office, agency):
    entities.merge(agency, office, None, "One.")
    offered = text(editor.get("/admin/analysis/story/lists/"))
    assert "Grid Office" in offered and "Grid Agency" not in offered
    story = making.draft()
    where = f"/admin/analysis/story/{story.pk}/change/"
    editor.post(where, opened(editor, where) | {"mentions-n1-name": "grid agency"})
    assert [m.entity for m in story.mentions.all()] == [office]


def test_a_merged_name_cannot_be_made_anew(editor, office, agency):
    entities.merge(agency, office, None, "One.")
    sent = {"name": "GRID AGENCY", "kind": "person"}
    assert "was merged into “Grid Office”. Name that one." in text(editor.post("/admin/analysis/entity/add/", sent))


def test_a_form_that_was_open_during_a_merge_does_not_undo_it(editor, office, agency):
    change = f"/admin/analysis/entity/{agency.pk}/change/"
    sent = opened(editor, change)
    entities.merge(agency, office, None, "One.")
    editor.post(change, sent | {"description": "New words."})
    agency.refresh_from_db()
    assert (agency.description, agency.leads_to) == ("New words.", office)


def test_a_name_like_a_script_is_harmless_on_every_page_of_these(editor, office):
    named = Entity.objects.create(name=SCRIPT, slug="script", aliases=[SCRIPT + "2"], description="<img src=x>")
    naming(named, office)
    pages = [editor.get(at(named, "merge", into="grid-office")), editor.get(at(office, "merge", into="script")),
             editor.get(at(named, "split"))]  # fmt: skip
    typed = {"name": SCRIPT + "3", "kind": "place", "why": SCRIPT, "story": chosen(*Story.objects.all())}
    pages.append(editor.post(at(named, "split"), typed))
    pages.append(editor.post(at(named, "split"), typed | {"confirmed": "1"}, follow=True))
    entities.merge(named, office, editor.user, SCRIPT)
    pages += [
        editor.get(at(named, "take-back")), editor.get(f"/admin/analysis/entity/{named.pk}/change/"),
        editor.get(f"/admin/analysis/entity/{office.pk}/change/"), editor.get("/admin/analysis/entity/"),
        editor.get(f"/admin/analysis/entity/{named.pk}/history/"), editor.get(ADD), editor.get("/admin/"),
    ]  # fmt: skip
    for page in pages:
        assert page.status_code == 200, page.status_code
        assert "<script>alert" not in text(page) and "<img src=x" not in text(page)
