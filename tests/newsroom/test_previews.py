"""The page behind a preview link: read-only, for one person, told to nobody; and who makes such links."""

import logging
import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from analysis import editing
from analysis.models import PreviewLink, Story
from newsroom.logs import WithoutTokens
from tests import making
from tests.newsroom.admin.screen import url

pytestmark = pytest.mark.django_db
HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, noarchive, nofollow",
    "Referrer-Policy": "no-referrer",
}


@pytest.fixture
def story():
    return making.draft(headline="A headline to come", slug="to-come", dek="A dek to come.")


def opened(story):
    return Client().get(f"/previews/{making.share(story)}/")


def person(role):
    user = User.objects.create_user(role or "root", is_staff=True, is_superuser=not role)
    if role:
        user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    client.user = user
    return client


def test_it_shows_the_saved_text_and_says_what_it_is(story):
    response = opened(story)
    page = response.content.decode()
    assert response.status_code == 200
    assert "A headline to come" in page and "It said so." in page
    assert "Not the public page. For you alone, until" in page
    until = PreviewLink.objects.get().expires_at
    assert f'datetime="{until.isoformat()}"' in page
    assert HEADERS.items() <= dict(response.headers).items()
    assert not response.cookies and "ETag" not in response.headers


def test_it_leads_nobody_on(story):
    page = opened(story).content.decode()
    for told in (
        "<form",
        "og:",
        "twitter:",
        "ld+json",
        'rel="canonical"',
        "preview-of-",
        "/previews/",
        "Cite this page",
    ):
        assert told not in page, told
    for listed in ("/", "/sitemap.xml", "/sitemaps/stories.xml", "/sitemaps/news.xml", "/feeds/latest.atom",
                   "/robots.txt", "/search/?q=headline"):  # fmt: skip
        answer = Client().get(listed).content.decode()
        assert "preview" not in answer and "to come" not in answer, listed


def test_a_public_page_keeps_what_a_preview_leaves_out(client):
    page = client.get(making.published().get_absolute_url()).content.decode()
    for told in ("og:title", "twitter:card", "ld+json", 'rel="canonical"', "Cite this page"):
        assert told in page, told


def test_nothing_can_be_sent_to_it(story):
    address = f"/previews/{making.share(story)}/"
    for method in ("post", "put", "patch", "delete"):
        assert getattr(Client(), method)(address).status_code == 405


def test_whatever_no_longer_opens_is_answered_alike(story):
    def over(change):
        fresh = Story.objects.get(pk=story.pk)
        PreviewLink.objects.all().delete()
        address = f"/previews/{making.share(fresh)}/"
        change()
        response = Client().get(address)
        return response.status_code, response.content, HEADERS.items() <= dict(response.headers).items()

    links = PreviewLink.objects.all()
    answers = {
        over(lambda: links.update(expires_at=timezone.now())),
        over(lambda: links.update(ended_at=timezone.now())),
        over(lambda: links.delete()),
        over(lambda: links.update(token_sha256="0" * 64)),
    }
    editing.publish(story, None)
    answers.add(over(lambda: editing.withdraw(story, "Because.")))
    ((status, page, headers),) = answers
    assert status == 404 and headers
    assert "This preview link does not open" in page.decode()
    assert b"to come" not in page
    assert opened(making.draft()).status_code == 200


def test_what_terms_forbid_stays_hidden_and_an_embargo_says_not_yet():
    of = making.publisher()
    story = making.draft(making.article(of, published_at=timezone.now()), headline="zqoursqz")
    making.terms(of, embargo_hours=6)
    answer = opened(story)
    assert answer.status_code == 200 and "nothing to read here yet" in answer.content.decode()
    assert "zqoursqz" not in answer.content.decode()
    gone = making.draft(making.article(removing := making.publisher()), headline="zqoursqz")
    making.terms(removing, level="none", basis="legal")
    answer = opened(gone)
    assert answer.status_code == 451 and "zqoursqz" not in answer.content.decode()
    assert HEADERS.items() <= dict(answer.headers).items() and "preview-of-" not in answer.content.decode()


@pytest.mark.parametrize("junk", ["%00", "%ff", "a" * 5000, "%2e%2e", "<script>", "é"])
def test_junk_in_its_place_is_no_500(junk):
    assert Client(raise_request_exception=False).get(f"/previews/{junk}/").status_code in (400, 404)


def test_no_log_of_ours_holds_a_token(story, capsys, settings):
    handler = logging.StreamHandler()
    handler.addFilter(WithoutTokens())
    stderr = settings.LOGGING["handlers"]["stderr"]
    assert [settings.LOGGING["filters"][name]["()"] for name in stderr["filters"]] == ["newsroom.logs.WithoutTokens"]
    django = logging.getLogger("django.request")
    django.addHandler(handler)
    try:
        Client().get("/previews/a-secret-token/")
        django.error("Internal Server Error: %s", "/previews/a-secret-token/")
    finally:
        django.removeHandler(handler)
    said = capsys.readouterr().err
    assert "/previews/…" in said and "secret" not in said


# --- at the desk --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "may"), [("writer", False), ("editor", True), ("standards", True), ("", True)])
def test_who_changes_a_story_makes_and_ends_its_links(story, role, may):
    client = person(role)
    at = url(story, "previews")
    assert client.get(at).status_code == (200 if may else 403)
    assert (f'"{at}"' in client.get(url(story)).content.decode()) == may
    assert client.post(at, {"days": 7}).status_code == (200 if may else 403)
    assert PreviewLink.objects.count() == may
    making.share(story)
    link = PreviewLink.objects.latest("pk")
    assert client.post(at, {"end": link.pk}).status_code == (302 if may else 403)
    assert bool(PreviewLink.objects.get(pk=link.pk).ended_at) == may


def test_a_writer_shares_their_own_draft(story):
    writer = person("writer")
    Story.objects.filter(pk=story.pk).update(created_by=writer.user)
    assert writer.post(url(story, "previews"), {"days": 1}).status_code == 200
    assert PreviewLink.objects.get().made_by == writer.user


def test_an_anonymous_visitor_is_sent_to_the_login(story):
    assert Client().post(url(story, "previews"), {"days": 1}).status_code == 302
    assert not PreviewLink.objects.exists()


def test_a_new_link_is_shown_once_and_opens(story):
    editor = person("editor")
    page = editor.post(url(story, "previews"), {"days": 3}).content.decode()
    (address,) = re.findall(r"http://127\.0\.0\.1:8000(/previews/[\w-]{32}/)", page)
    assert Client().get(address).status_code == 200
    again = editor.get(url(story, "previews")).content.decode()
    assert address not in again and 'name="end"' in again
    link = PreviewLink.objects.get()
    assert abs(link.expires_at - timezone.now() - timedelta(days=3)) < timedelta(minutes=5)
    assert address.split("/")[2] not in str(list(LogEntry.objects.values_list()))
    done = LogEntry.objects.filter(user=editor.user, content_type__model="story", object_id=str(story.pk))
    assert done.count() == 1


@pytest.mark.parametrize("days", ["", "0", "2", "9" * 40, "x", "\ud800"])
def test_no_link_is_made_for_another_time(story, days):
    editor = person("editor")
    response = editor.post(url(story, "previews"), {"days": days.encode("utf-8", "replace").decode()})
    assert response.status_code == 200 and response.context["form"].errors
    assert not PreviewLink.objects.exists()


@pytest.mark.parametrize("end", ["", "x", "9" * 40, "-1", "٣"])
def test_a_link_of_another_story_is_not_ended_here(story, end):
    editor = person("editor")
    making.share(other := making.draft())
    link = PreviewLink.objects.get(story=other)
    assert editor.post(url(story, "previews"), {"end": end}).status_code == 404
    assert editor.post(url(story, "previews"), {"end": link.pk}).status_code == 404
    assert PreviewLink.objects.get(pk=link.pk).ended_at is None


def test_a_withdrawn_story_is_shared_no_more():
    story = making.published()
    editing.withdraw(story, "Because.")
    assert person("editor").get(url(story, "previews")).status_code == 403
