"""Words typed into a step survive a login that is over before they are sent: for who typed them, and undone."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from analysis import editing
from analysis.models import Case, Domain, Event, Page, Publisher, Story, Terms, WatchItem
from newsroom.admin import unsent
from tests import making
from tests.analysis.cases import confirmed
from tests.newsroom.admin.account.conftest import PASSWORD
from tests.newsroom.admin.account.people import log_in, set_up_app
from tests.newsroom.admin.screen import messages, opened, sent_by, url
from tests.reports import reported

pytestmark = pytest.mark.django_db
WORDS = "We had written twelve; it was thirteen."
SAID = "nothing was done"


@pytest.fixture
def people(settings):
    """Two editors who may do everything of which a word is kept here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for name in ("ada", "bea"):
        user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
        user.groups.add(*Group.objects.filter(name__in=["editor", "standards"]))


@pytest.fixture
def client(people) -> Client:
    """A browser at which one of them is logged in."""
    client, _answer = log_in()
    return client


def logged_out(client: Client, at: str, form: dict):
    """Send a form when the login is over: the page that asks for it, and its address."""
    Session.objects.all().delete()
    page = client.post(at, form, follow=True)
    return page, page.redirect_chain[-1][0]


def back(client: Client, at: str, form: dict, name: str = "ada"):
    """The same, and then somebody logs in: what they are shown."""
    _page, login = logged_out(client, at, form)
    return client.post(login, {"login": name, "password": PASSWORD}, follow=True)


def correcting(client: Client, story: Story) -> tuple[str, dict]:
    at = url(story, "do", "revise")
    return at, opened(client, at) | {"kind": "correction", "reason": WORDS}


def test_a_correction_comes_back_as_it_was_typed_and_waits_to_be_sent(client, published):
    published.notes.update(text="Changed.")
    at, form = correcting(client, published)
    page = back(client, at, form)
    assert SAID in messages(page) and page.status_code == 200
    again = sent_by(page)
    assert (again["kind"], again["reason"]) == ("correction", WORDS)
    assert published.revisions.count() == 1
    assert client.post(at, again).status_code == 302
    assert published.revisions.count() == 2
    assert WORDS not in client.get(url(published, "do", "note")).content.decode()


def test_the_login_says_that_it_is_kept(client, published):
    page, login = logged_out(client, *correcting(client, published))
    assert login.startswith("/admin/account/login/")
    assert "What you typed is kept" in page.content.decode()


def test_nobody_else_who_logs_in_sees_it_or_has_it_in_their_session(client, published):
    at, form = correcting(client, published)
    page = back(client, at, form, "bea")
    assert WORDS not in page.content.decode() and SAID not in messages(page)
    assert unsent.KEPT not in client.session
    client.post("/admin/account/logout/")
    page = client.post(f"/admin/account/login/?next={at}", {"login": "ada", "password": PASSWORD}, follow=True)
    assert WORDS not in page.content.decode()


def test_it_stays_until_it_is_sent_and_stands_nowhere_else(client, published):
    at, form = correcting(client, published)
    back(client, at, form)
    assert SAID not in messages(client.get(url(published, "do", "withdraw")))
    assert sent_by(client.get(at))["reason"] == WORDS
    client.post(at, sent_by(client.get(at)))
    assert unsent.KEPT not in client.session
    assert SAID not in messages(client.get(at))


def test_what_was_typed_over_a_story_that_changed_meanwhile_is_to_be_looked_at_again(client, published):
    published.notes.update(text="Changed.")
    at, form = correcting(client, published)
    page = back(client, at, form)
    Story.objects.update(version=9)
    answer = client.post(at, sent_by(page)).content.decode()
    assert "Look at the preview again" in answer and WORDS in answer
    assert published.revisions.count() == 1


def test_the_judgement_of_a_watch_item(client, published):
    at = url(published, "watch", published.watch_items.get().pk)
    again = sent_by(back(client, at, opened(client, at) | {"state": "yes", "outcome": WORDS}))
    assert (again["state"], again["outcome"]) == ("yes", WORDS)
    assert published.watch_items.get().state == "open"


def test_judgements_on_the_page_of_due_items(client):
    at, story = "/admin/analysis/story/due/", making.draft()
    due = timezone.now().date() - timedelta(days=2)
    for n in range(2):
        WatchItem.objects.create(story=story, statement=f"Item {n}", likelihood=60, settled_by="A register", due=due)
    editing.publish(story, None, at=timezone.now() - timedelta(days=9))
    pk = story.watch_items.first().pk
    page = back(client, at, opened(client, at) | {f"item{pk}-outcome": WORDS})
    again = sent_by(page)
    assert (page.status_code, again[f"item{pk}-outcome"], len(again["item"])) == (200, WORDS, 2)
    assert set(story.watch_items.values_list("state", flat=True)) == {"open"}


def test_the_reason_for_withdrawing_several(client, published):
    shown = client.post("/admin/analysis/story/", {"story": published.pk, "change": "withdraw"})
    again = sent_by(back(client, "/admin/analysis/story/bulk/withdraw/", sent_by(shown) | {"reason": WORDS}))
    assert (again["story"], again["reason"]) == (f"{published.pk}-{published.version}", WORDS)
    assert Story.objects.get(pk=published.pk).status == "published"


@pytest.mark.parametrize(("step", "field"), [("note", "text"), ("answer", "text"), ("decide", "reason")])
def test_what_is_written_in_a_case(client, step, field):
    case = confirmed()
    Case.objects.update(state="in_review")
    events = Event.objects.count()
    at = f"/admin/analysis/case/{case.pk}/{step}/"
    page = back(client, at, opened(client, at) | {field: WORDS})
    assert (page.status_code, sent_by(page)[field]) == (200, WORDS)
    assert Event.objects.count() == events


def test_a_decision_comes_back_with_what_it_would_change(client):
    article = making.article()
    making.published(article)
    case = confirmed(article.url)
    Case.objects.update(state="in_review")
    at = f"/admin/analysis/case/{case.pk}/decide/"
    typed = {"outcome": "granted", "action": "remove", "scope": "url", "verified": "on", "reason": WORDS}
    page = back(client, at, opened(client, at) | typed)
    assert page.context["effects"] and sent_by(page)["seen"]
    assert not case.decisions.exists()


# --- the stock forms of the admin ---------------------------------------------------------------------------------


def test_a_publisher_with_domains_comes_back_as_it_was_typed(client):
    publisher = making.publisher()
    at = f"/admin/analysis/publisher/{publisher.pk}/change/"
    form = opened(client, at) | {"about": WORDS, "domains-1-host": "second.test", "homepage": "no address"}
    page = back(client, at, form)
    assert page.status_code == 200 and SAID in messages(page)
    again = sent_by(page)
    assert (again["about"], again["domains-1-host"], again["homepage"]) == (WORDS, "second.test", "no address")
    assert Publisher.objects.get().about != WORDS and Domain.objects.count() == 1
    assert client.post(at, again | {"homepage": "https://wire.test/"}).status_code == 302
    assert Publisher.objects.get().about == WORDS and Domain.objects.filter(host="second.test").exists()
    assert SAID not in messages(client.get(at))


def test_terms_come_back_and_nothing_is_stated_by_itself(client):
    publisher, at = making.publisher(), "/admin/analysis/terms/add/"
    before = Terms.objects.count()
    form = opened(client, at) | {"scope": "publisher", "publisher": publisher.pk, "level": "link", "reason": WORDS}
    page = back(client, at, form)
    again = sent_by(page)
    assert (again["scope"], again["level"], again["reason"]) == ("publisher", "link", WORDS)
    assert Terms.objects.count() == before


def test_a_standing_page_that_is_valid_comes_back_and_is_not_saved(client):
    root = User.objects.get(username="ada")
    root.is_superuser = True
    root.save()
    row = Page.objects.create(title="How we write", slug="how", language="en", body="As it was.")
    at = f"/admin/analysis/page/{row.pk}/change/"
    page = back(client, at, opened(client, at) | {"body": WORDS})
    assert sent_by(page)["body"] == WORDS and not page.context["errors"]
    row.refresh_from_db()
    assert row.body == "As it was."


def test_what_is_typed_into_a_stock_form_is_for_who_typed_it(client):
    at = f"/admin/analysis/publisher/{making.publisher().pk}/change/"
    page = back(client, at, opened(client, at) | {"about": WORDS}, "bea")
    assert WORDS not in page.content.decode()


def test_what_is_not_wanted_any_more_can_be_thrown_away(client):
    at = f"/admin/analysis/publisher/{making.publisher().pk}/change/"
    page = back(client, at, opened(client, at) | {"about": WORDS})
    assert 'href="?discard=1"' in page.content.decode()
    assert sent_by(client.get(f"{at}?discard=1"))["about"] != WORDS
    assert SAID not in messages(client.get(at)) and unsent.KEPT not in client.session


def test_who_may_only_look_by_now_sees_the_page_and_no_refusal(client):
    at = f"/admin/analysis/publisher/{making.publisher().pk}/change/"
    form = opened(client, at)
    User.objects.get(username="ada").groups.set(Group.objects.filter(name="writer"))
    page = back(client, at, form | {"about": WORDS})
    assert page.status_code == 200 and WORDS not in page.content.decode()


def test_a_new_login_in_another_tab_costs_no_word_either(people, published, settings):
    """It turns the token over that protects forms (CSRF)."""
    browser = Client(enforce_csrf_checks=True)
    token = browser.get("/admin/account/login/").cookies[settings.CSRF_COOKIE_NAME].value
    browser.post("/admin/account/login/", {"login": "ada", "password": PASSWORD, "csrfmiddlewaretoken": token})
    at = url(published, "do", "note")
    form = opened(browser, at) | {"text": WORDS, "csrfmiddlewaretoken": "x" * 64}
    page = browser.post(at, form, follow=True)
    assert page.status_code == 200 and SAID in messages(page) and sent_by(page)["text"] == WORDS
    assert not published.corrections.exists()


def test_the_words_of_one_are_not_kept_with_the_login_of_another(people, published, settings):
    """They share a browser, and a page of the first is open still."""
    browser = Client(enforce_csrf_checks=True)
    token = browser.get("/admin/account/login/").cookies[settings.CSRF_COOKIE_NAME].value
    browser.post("/admin/account/login/", {"login": "bea", "password": PASSWORD, "csrfmiddlewaretoken": token})
    ada = unsent.token(User.objects.get(username="ada"))
    answer = browser.post(url(published, "do", "note"), {"text": WORDS, unsent.FIELD: ada})
    assert answer.status_code == 403 and unsent.KEPT not in browser.session


# --- a second factor that is asked for since --------------------------------------------------------------------------


def test_the_words_of_a_step_wait_until_there_is_a_second_factor(client, published, settings):
    published.notes.update(text="Changed.")
    at, form = correcting(client, published)
    settings.REQUIRE_SECOND_FACTOR = True
    page = client.post(at, form, follow=True)
    assert page.request["PATH_INFO"] == "/admin/account/"
    assert f'What you typed is kept: <a href="{at}">' in page.content.decode()
    set_up_app(client)
    again = client.get(at)
    assert SAID in messages(again) and sent_by(again)["reason"] == WORDS
    assert published.revisions.count() == 1
    assert client.post(at, sent_by(again)).status_code == 302
    assert published.revisions.count() == 2


# --- what is not kept -------------------------------------------------------------------------------------------------


def test_a_form_that_is_none_of_ours_makes_no_session(published):
    at, stranger = url(published, "do", "revise"), Client()
    for signed in ("", "junk", "MQ:1w4kAa:junk"):
        assert stranger.post(at, {unsent.FIELD: signed, "reason": WORDS}).status_code == 302
    assert not Session.objects.exists()


def test_more_than_a_person_types_is_not_kept(client, published):
    at, form = correcting(client, published)
    page = back(client, at, form | {"reason": "x" * unsent.MOST})
    assert SAID not in messages(page)


def test_no_token_and_no_password_is_kept(client, published):
    at, form = correcting(client, published)
    logged_out(client, at, form | {"csrfmiddlewaretoken": "secret", "old_password": "secret"})
    kept = client.session[unsent.KEPT]["fields"]
    assert kept["reason"] == [WORDS] and "secret" not in str(kept)
    assert unsent.FIELD not in kept


def test_an_answer_to_a_reader_comes_back(client, published):
    report = reported(published)
    at = f"/admin/analysis/errorreport/{report.pk}/decline/"
    page = back(client, at, opened(client, at) | {"answer": WORDS})
    assert SAID in messages(page) and sent_by(page)["answer"] == WORDS
    report.refresh_from_db()
    assert report.state == "open"


def test_what_a_correction_closes_and_whom_it_thanks_comes_back_as_it_was_ticked(client, published):
    published.notes.update(text="Changed.")
    reports = [reported(published, name=name, thank=True) for name in ("Ann", "Bo")]
    at, form = correcting(client, published)
    page = back(client, at, form | {"closes": str(reports[1].pk), "thanks": str(reports[1].pk)})
    again = sent_by(page)
    assert again["closes"] == again["thanks"] == str(reports[1].pk)
    assert published.revisions.count() == 1
