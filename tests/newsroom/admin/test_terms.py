"""Terms typed by hand: about whom they are must be so, and they must say something. What was typed stays."""

import pytest

from analysis.models import Article, Terms
from tests import making
from tests.newsroom.admin.test_foresight import ADD, made, seen, typed

pytestmark = pytest.mark.django_db
PLACES = [("domain", "{0}"), ("path", "{0}/press"), ("url", "https://{0}/1")]


@pytest.fixture
def wire():
    return making.publisher("Example Wire", "example-wire.test")


def wrong(response) -> dict[str, str]:
    return {name: " ".join(said) for name, said in response.context["adminform"].form.errors.items()}


@pytest.mark.parametrize(("scope", "value"), PLACES)
def test_nobody_is_given_a_place_that_is_anothers(standards, wire, scope, value):
    making.publisher("Other Wire", "other-wire.test")
    data = typed(wire, scope=scope, value=value.format("www.other-wire.test"))
    response = standards.post(ADD, data)
    assert wrong(response) == {
        "publisher": "www.other-wire.test belongs to Other Wire. Choose it, or leave this empty."
    }
    page = response.content.decode()
    assert data["value"] in page and 'value="They asked."' in page and not made(wire).exists()


@pytest.mark.parametrize(("scope", "value"), PLACES)
def test_a_place_that_is_nobodys_is_kept_for_nobody(standards, wire, scope, value):
    data = typed(wire, scope=scope, value=value.format("nobody.test"))
    assert "nobody.test belongs to no publisher here." in wrong(standards.post(ADD, data))["publisher"]
    data["publisher"] = ""
    standards.post(ADD, data | {"seen": seen(standards.post(ADD, data))})
    assert Terms.objects.get(value=data["value"]).publisher is None


@pytest.mark.parametrize(("scope", "value"), PLACES)
def test_whose_a_place_is_need_not_be_said(standards, wire, scope, value):
    for chosen in (wire.pk, ""):
        data = typed(wire, scope=scope, value=value.format("news.example-wire.test"), publisher=chosen)
        assert standards.post(ADD, data | {"seen": seen(standards.post(ADD, data))}).status_code == 302
    assert made(wire).count() == 2


def test_a_page_that_we_know_is_its_publishers_whoever_has_the_host(standards, wire):
    Article.objects.create(url="https://posts.test/wire/1", title="T", publisher=wire)
    data = typed(wire, scope="url", value="http://www.posts.test/wire/1/")
    assert standards.post(ADD, data | {"seen": seen(standards.post(ADD, data))}).status_code == 302
    assert "publisher" in wrong(standards.post(ADD, typed(wire, scope="url", value="https://posts.test/wire/2")))


def test_terms_that_say_nothing_are_refused_with_what_to_do(standards, wire):
    response = standards.post(ADD, typed(wire, level=""))
    assert "say nothing yet: fill in one of these fields" in wrong(response)["level"]
    assert "effects" not in response.context and 'value="They asked."' in response.content.decode()
    for field, value in (("ai", "deny"), ("max_words", "0"), ("attribution", "© Example Wire"), ("revoked", "on")):
        assert "level" not in wrong(standards.post(ADD, typed(wire, level="", **{field: value})))


def test_what_cannot_be_read_is_not_called_empty(standards, wire):
    assert set(wrong(standards.post(ADD, typed(wire, level="", max_words="many")))) == {"max_words"}


def test_a_withdrawal_that_says_something_is_refused(standards, wire):
    assert "withdrawal says nothing itself" in wrong(standards.post(ADD, typed(wire, revoked="on")))["revoked"]
