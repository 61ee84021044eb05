"""Who may do what, role by role. What a role may not do it is neither shown nor let through to."""

import pytest
from django.contrib.auth.models import Group

from analysis.models import Article, Case, Desk, Domain, Entity, Event, Page, Publisher, Revision, Story, Terms, Topic
from newsroom.admin.roles import write_groups
from tests import making
from tests.newsroom.admin.screen import ADD, opened, url

pytestmark = pytest.mark.django_db
ROLES = ["writer", "editor", "standards", "root"]


@pytest.fixture(params=ROLES)
def anyone(request, person):
    client = person("" if request.param == "root" else request.param)
    client.role = request.param
    return client


def may(client, *roles):
    return client.role in (*roles, "root")


def test_an_anonymous_visitor_is_sent_to_the_login(client, draft):
    for at in (ADD, url(draft), url(draft, "preview"), url(draft, "do", "publish"), url(draft, "watch", 1)):
        response = client.get(at)
        assert response.status_code == 302 and response.headers["Location"].startswith("/admin/login/")


def test_a_reader_with_an_account_but_no_role_sees_nothing(person, draft):
    client = person("writer")
    client.user.groups.clear()
    assert client.get(url(draft)).status_code == 403
    assert client.get(url(draft, "preview")).status_code == 403


def test_everyone_writes_and_reads(anyone, draft):
    assert anyone.get(ADD).status_code == 200
    assert anyone.get("/admin/").status_code == 200
    assert anyone.get("/admin/analysis/story/").status_code == 200
    assert anyone.get(url(draft)).status_code == 200
    assert anyone.get(url(draft, "preview")).status_code == 200


def test_who_changes_the_draft_of_another(anyone, person, draft):
    status = anyone.post(url(draft), opened(person(name="boss"), url(draft)) | {"window": ""}).status_code
    assert status == (302 if may(anyone, "editor", "standards") else 403)


def test_who_changes_a_published_story(anyone, person, published):
    status = anyone.post(url(published), opened(person(name="boss"), url(published)) | {"window": ""}).status_code
    assert status == (302 if may(anyone, "editor", "standards") else 403)


def test_a_writer_changes_and_sends_on_their_own_draft(writer, draft):
    Story.objects.filter(pk=draft.pk).update(created_by=writer.user)
    assert writer.post(url(draft), opened(writer, url(draft)) | {"headline": "Mine"}).status_code == 302
    for step, status in (("review", "review"), ("draft", "draft")):
        version = Story.objects.get(pk=draft.pk).version
        writer.post(url(draft, "do", step), {"version": version})
        assert Story.objects.get(pk=draft.pk).status == status


@pytest.mark.parametrize("step", ["publish", "revise", "note", "withdraw"])
def test_who_takes_a_step(anyone, draft, published, step):
    story = draft if step == "publish" else published
    status, may_it = anyone.get(url(story, "do", step)).status_code, may(anyone, "editor", "standards")
    assert status == (200 if may_it else 403)
    page = anyone.get(url(story)).content.decode()
    shown = f'"{url(story, "do", step)}"' in page, f'name="_step" value="{step}"' in page
    beside_save = step in ("publish", "revise")  # and nowhere else: what was just typed shall go along
    assert shown == ((False, may_it) if beside_save else (may_it, False))


def test_a_writer_may_not_publish_even_their_own(writer, draft):
    Story.objects.filter(pk=draft.pk).update(created_by=writer.user)
    assert writer.post(url(draft, "do", "publish"), {"version": 1}).status_code == 403
    assert not Revision.objects.exists()


def test_who_judges_a_watch_item(anyone, published):
    status = anyone.get(url(published, "watch", published.watch_items.get().pk)).status_code
    assert status == (200 if may(anyone, "editor", "standards") else 403)


def test_nobody_deletes_what_was_public(anyone, published):
    assert anyone.post(url(published, "delete"), {"post": "yes"}).status_code == 403
    assert "deletelink" not in anyone.get(url(published)).content.decode()


def test_a_draft_is_deleted_by_who_may_change_it(anyone, draft):
    status = anyone.post(url(draft, "delete"), {"post": "yes"}).status_code
    assert status == (302 if may(anyone, "editor", "standards") else 403)
    assert Story.objects.filter(pk=draft.pk).exists() == (status == 403)


ADDS = [
    (Article, ("editor", "standards")),
    (Publisher, ("editor", "standards")),
    (Entity, ("editor", "standards")),
    (Topic, ("editor", "standards")),
    (Desk, ("editor", "standards")),
    (Terms, ("standards",)),
    (Page, ("standards",)),
]


@pytest.mark.parametrize(("model", "roles"), ADDS, ids=[model.__name__ for model, _ in ADDS])
def test_who_adds(anyone, model, roles):
    at = f"/admin/analysis/{model._meta.model_name}/"
    assert anyone.get(at).status_code == 200  # everyone may look
    assert anyone.get(f"{at}add/").status_code == (200 if may(anyone, *roles) else 403)


def test_only_standards_sees_cases(anyone):
    status = anyone.get("/admin/analysis/case/").status_code
    assert status == (200 if may(anyone, "standards") else 403)


def test_terms_are_never_changed_or_deleted(anyone):
    terms = making.terms(making.publisher(), level="short")
    at = f"/admin/analysis/terms/{terms.pk}/"
    page = anyone.get(f"{at}change/").content.decode()
    assert 'name="_save"' not in page and "deletelink" not in page
    assert anyone.post(f"{at}change/", {"level": "full"}).status_code == 403
    assert anyone.post(f"{at}delete/", {"post": "yes"}).status_code == 403
    assert Terms.objects.get(pk=terms.pk).level == "short"


def test_the_record_has_no_screen_to_change_it(superuser):
    from django.contrib import admin

    for model in (Revision, Event):
        registered = admin.site._registry.get(model)
        assert not registered or not any(
            registered.has_change_permission(r) or registered.has_delete_permission(r) for r in [superuser]
        )
    assert Case not in admin.site._registry or not admin.site._registry[Case].has_delete_permission(None)


def test_no_list_offers_deletion_in_bulk(superuser, draft):
    page = superuser.get("/admin/analysis/story/").content.decode()
    assert "delete_selected" not in page and 'name="action"' not in page


def test_the_groups_hold_exactly_what_the_table_says(db):
    writer = Group.objects.get(name="writer")
    before = set(writer.permissions.values_list("codename", flat=True))
    writer.permissions.add(*Group.objects.get(name="standards").permissions.all())
    write_groups()
    assert set(writer.permissions.values_list("codename", flat=True)) == before
    assert "publish_story" not in before


def test_standards_adds_terms_and_is_named_as_who_decided(standards):
    wire = making.publisher("Wire", "wire.test")
    data = {
        "scope": "path", "publisher": wire.pk, "value": "https://Wire.test/Press/?a=1", "basis": "publisher",
        "level": "none", "effective_from_0": "2026-01-01", "effective_from_1": "00:00:00", "reason": "They asked.",
    }  # fmt: skip
    shown = standards.post("/admin/analysis/terms/add/", data)
    assert not Terms.objects.filter(publisher=wire).exists()
    assert standards.post("/admin/analysis/terms/add/", data | {"seen": shown.context["seen"]}).status_code == 302
    terms = Terms.objects.get(publisher=wire)
    assert (terms.value, terms.decided_by) == ("wire.test/Press", standards.user)


@pytest.mark.parametrize(
    "wrong",
    [{"scope": "url", "value": "not a url"}, {"scope": "domain", "value": ""}, {"scope": "publisher", "publisher": ""}],
)
def test_terms_that_name_nothing_are_explained(standards, wrong):
    data = {
        "scope": "publisher", "publisher": making.publisher().pk, "basis": "publisher", "level": "link",
        "effective_from_0": "2026-01-01", "effective_from_1": "00:00:00",
    }  # fmt: skip
    response = standards.post("/admin/analysis/terms/add/", data | wrong)
    assert response.status_code == 200
    assert response.context["adminform"].form.errors
    assert not Terms.objects.exclude(scope="house").exists()


def test_an_editor_adds_a_publisher_with_its_domains(editor):
    data = {
        "name": "The Ardoise Post", "homepage": "https://ardoise.test/", "language": "en",
        "domains-TOTAL_FORMS": 1, "domains-INITIAL_FORMS": 0, "domains-0-host": "Ardoise.TEST",
    }  # fmt: skip
    assert editor.post("/admin/analysis/publisher/add/", data).status_code == 302
    assert Publisher.objects.get().slug == "the-ardoise-post"
    assert Domain.objects.get().host == "ardoise.test"


def test_who_may_begin_no_story_is_told_nothing_of_what_they_type_into_one(editor):
    form = opened(editor, ADD)
    editor.user.groups.clear()
    article = making.article(title="Twelve firms bid")
    typed = {"turn": "1", "headline": "H", "sources-n1-url": article.url, "sources-n1-role": "original"}
    answer = editor.post("/admin/analysis/story/typing/", form | typed)
    assert answer.status_code == 403 and article.title not in answer.content.decode()
    assert "Your text is kept" in answer.content.decode()
