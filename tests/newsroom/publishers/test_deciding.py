"""The desk decides, and the very next request obeys; whoever may not decide cannot; nothing typed there is lost."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from analysis import rendition, rights
from analysis.models import Case, Terms
from analysis.rendition import StoryPage, Tombstone
from tests import making

pytestmark = pytest.mark.django_db
REASON = "Because you asked."
BASE = {"outcome": "granted", "action": "remove", "scope": "url", "reason": REASON}


def act(client: Client, case: Case, step: str, data: dict[str, str] | None = None):
    """Takes a step of a case; where its effects are shown first, looks at them and presses again."""
    path = f"/admin/analysis/case/{case.pk}/{step}/"
    response = client.post(path, data or {})
    if seen := re.search(r'name="seen" value="(\w+)"', response.content.decode()):
        response = client.post(path, {**(data or {}), "seen": seen[1]})
    return response


def test_what_a_decision_changes_is_shown_before_it_is_made(client, decider, story, confirmed_case):
    case = confirmed_case(client)
    rights.hold(case, None, "link")
    response = decider.post(f"/admin/analysis/case/{case.pk}/decide/", BASE)
    page = response.content.decode()
    assert response.status_code == 422 and "This changes 1 story" in page and "Disappears" in page
    assert BASE["reason"] in page, "and what was typed is still there"
    assert level_of(story.slug) == "link"
    # Another rule in between: what was seen is no longer what would be, so it is shown anew.
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    Terms.objects.create(scope="publisher", publisher=making.publisher(), basis="house", level="none")
    again = decider.post(f"/admin/analysis/case/{case.pk}/decide/", {**BASE, "seen": seen})
    assert again.status_code == 422 and "This changes 1 story" in again.content.decode()
    assert act(decider, case, "decide", BASE).status_code == 302
    assert level_of(story.slug) == "none"


def level_of(slug: str) -> str:
    page = rendition.story(slug)
    if isinstance(page, Tombstone):
        return "legal" if page.legal else "none"
    assert isinstance(page, StoryPage)
    return "full" if page.summary else "link" if not page.card.ours else "short"


@pytest.mark.parametrize(
    ("ruling", "shown"),
    [
        ({}, "none"),
        ({"legal": "on"}, "legal"),
        ({"value": "https://wire.example.test/1"}, "none"),
        ({"scope": "path", "value": "wire.example.test/1"}, "none"),
        ({"scope": "domain", "value": "wire.example.test"}, "none"),
        ({"scope": "publisher"}, "none"),
        ({"action": "terms", "level": "link"}, "link"),
        ({"action": "terms", "level": "none"}, "none"),
        ({"action": "terms", "scope": "publisher", "level": "link"}, "link"),
        ({"outcome": "partly", "action": "terms", "max_words": "1"}, "short"),
        ({"action": "correct"}, "full"),
        ({"outcome": "declined", "action": "none"}, "full"),
    ],
)
def test_every_decision_takes_effect_on_the_next_request(client, decider, story, confirmed_case, ruling, shown):
    case = confirmed_case(client)
    assert level_of(story.slug) == "full"
    response = act(decider, case, "decide", BASE | ruling)
    assert response.status_code == 302, response.content.decode()
    assert level_of(story.slug) == shown
    page = client.get(f"/takedown/cases/{case.reference}/").content.decode()
    assert REASON in page
    assert case.mail.filter(kind="decided").count() == 1


@pytest.mark.parametrize("said", [{"copied_words": "4"}, {"copied_percent": "0"}])
def test_what_may_be_copied_is_decided_by_itself(client, decider, story, confirmed_case, said):
    case = confirmed_case(client)
    assert act(decider, case, "decide", BASE | {"action": "terms", **said}).status_code == 302
    made = case.terms.get()
    assert {name: str(getattr(made, name)) for name in said} == said and not made.level


def test_a_hold_restricts_at_once_and_ends_with_the_decision(client, decider, story, confirmed_case):
    case = confirmed_case(client)
    act(decider, case, "take-up")
    act(decider, case, "hold", {"level": "link"})
    assert level_of(story.slug) == "link"
    act(decider, case, "decide", BASE | {"outcome": "declined", "action": "none"})
    assert level_of(story.slug) == "full"
    act(decider, case, "close")
    case.refresh_from_db()
    assert case.state == Case.State.CLOSED
    kinds = ["received", "confirmed", "in_review", "held", "decided", "closed"]
    assert list(case.events.values_list("kind", flat=True)) == kinds


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"outcome": "declined"},
        {"action": "none"},
        {"action": "terms"},
        {"action": "terms", "level": "link", "max_words": "401"},
        {"action": "terms", "copied_words": "2"},
        {"action": "terms", "copied_percent": "101"},
        {"action": "terms", "level": "link", "scope": "domain", "value": "nobody.test"},
        {"scope": "domain", "value": ""},
        {"scope": "path", "value": "not a path"},
        {"scope": "house"},
        {"max_words": "-1"},
        {"outcome": "x"},
        {"value": "a" * 3000},
        {"reason": "a\x00b"},
    ],
)
def test_a_ruling_that_cannot_stand_changes_nothing_and_keeps_the_words(client, decider, story, confirmed_case, wrong):
    case = confirmed_case(client)
    before = Terms.objects.count()
    response = act(decider, case, "decide", {**BASE, "reason": "My careful words", **wrong})
    page = response.content.decode()
    assert response.status_code == 422 and 'class="errorlist' in page
    if "reason" not in wrong:
        assert "My careful words" in page
    case.refresh_from_db()
    assert case.state == Case.State.CONFIRMED and Terms.objects.count() == before


def test_the_second_of_two_deciders_is_told_and_keeps_the_words(client, decider, story, confirmed_case):
    case = confirmed_case(client)
    assert act(decider, case, "decide", BASE).status_code == 302
    response = act(decider, case, "decide", {**BASE, "reason": "The words of the second"})
    assert "someone was faster" in response.content.decode()
    assert "The words of the second" in response.content.decode()
    assert case.mail.filter(kind="decided").count() == 1


def test_nobody_decides_before_the_address_is_confirmed(client, decider, story, file_case):
    case = file_case(client)
    act(decider, case, "decide", BASE)
    case.refresh_from_db()
    assert case.state == Case.State.RECEIVED and level_of(story.slug) == "full"


@pytest.mark.parametrize("step", ["take-up", "hold", "decide", "close"])
@pytest.mark.parametrize("group", ["writer", "editor", ""])
def test_only_standards_decide(client, confirmed_case, step, group):
    case = confirmed_case(client)
    user = User.objects.create_user("someone", is_staff=True)
    if group:
        user.groups.add(Group.objects.get(name=group))
    other = Client()
    other.force_login(user)
    assert act(other, case, step, BASE | {"level": "none"}).status_code == 403
    assert other.get(f"/admin/analysis/case/{case.pk}/change/").status_code == 403


def test_the_desk_shows_a_case_and_changes_no_field_of_it(client, decider, confirmed_case):
    case = confirmed_case(client)
    page = decider.get(f"/admin/analysis/case/{case.pk}/change/").content.decode()
    assert case.explanation in page and "The chain of hashes holds" in page
    decider.post(f"/admin/analysis/case/{case.pk}/change/", {"state": "closed"})
    case.refresh_from_db()
    assert case.state == Case.State.CONFIRMED
    for path in ("add/", f"{case.pk}/delete/"):
        assert decider.get(f"/admin/analysis/case/{path}").status_code == 403


def test_the_oldest_case_stands_first(client, decider, file_case):
    cases = [file_case(client) for _i in range(3)]
    page = decider.get("/admin/analysis/case/").content.decode()
    places = [page.index(case.reference) for case in cases]
    assert places == sorted(places)


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 40, "x", "-1"])
@pytest.mark.parametrize("step", ["decide", "change"])
def test_a_case_that_is_not_there(decider, pk, step):
    assert decider.get(f"/admin/analysis/case/{pk}/{step}/").status_code in (302, 404)
