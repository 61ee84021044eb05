"""What may stand as the source has it: entered at the desk, and said wherever terms are, where anyone speaks of it."""

import re

import pytest
from django.core import mail as sent_mail
from django.test import Client
from django.utils import timezone

from analysis import rights, rulebook
from analysis.models import Terms
from analysis.overlap import SHARE_FROM
from newsroom import mail
from newsroom.admin.wording import permit_in_words
from tests import making
from tests.analysis.cases import confirmed
from tests.newsroom.admin.screen import url as screen_url
from tests.newsroom.admin.test_foresight import ADD, seen, typed

pytestmark = pytest.mark.django_db
IN_A_ROW = (
    "In what is published from then on, at most 4 words in a row as the original has them outside quotation marks."
)
SHARE = (
    "In what is published from then on, at most 20 % of our words as the original has them, once that is more than "
    f"{SHARE_FROM} words."
)


@pytest.fixture
def wire():
    return making.publisher("Example Wire", "example-wire.test")


def words(client: Client, at: str) -> str:
    page = client.get(at)
    assert page.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def in_words(article) -> str:
    return permit_in_words(rulebook.current().permit(rulebook.work_of(article), timezone.now()))


def test_it_is_entered_and_changes_nothing_that_is_public(standards, wire):
    making.published(making.article(wire))
    wish = typed(wire, level="", copied_words="4", copied_percent="0")
    response = standards.post(ADD, wish)
    assert f"once it is more than {SHARE_FROM} words" in response.content.decode()
    assert "Binds what is published from then on" in response.content.decode()
    assert response.context["effects"].drawing == 1 and response.context["effects"].now.changed == 0
    assert standards.post(ADD, {**wish, "seen": seen(response)}).status_code == 302
    made = Terms.objects.get(publisher=wire)
    assert (made.level, made.copied_words, made.copied_percent) == ("", 4, 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [("copied_words", "2"), ("copied_words", "401"), ("copied_percent", "101"), ("copied_percent", "-1")],
)
def test_what_is_out_of_range_is_refused_at_its_field(standards, wire, name, value):
    response = standards.post(ADD, typed(wire, **{name: value}))
    assert response.context["adminform"].form.errors[name] and not Terms.objects.filter(publisher=wire).exists()


def test_the_register_says_it_only_where_a_statement_speaks_of_it(client, wire):
    making.terms(wire, level="full")
    for page in ("/publishers/", f"/publishers/{wire.slug}/"):
        assert "as the original has them" not in words(client, page)
    making.terms(wire, copied_words=4, copied_percent=20)
    for page in ("/publishers/", f"/publishers/{wire.slug}/"):
        said = words(client, page)
        assert IN_A_ROW in said and SHARE in said and "%%" not in said
    making.terms(wire, level="none", effective_from=timezone.now())
    assert "as the original has them" not in words(client, f"/publishers/{wire.slug}/")


def test_the_desk_is_told_where_it_is_not_the_default(editor, wire):
    article = making.article(wire)
    assert "as they have them" not in in_words(article)
    making.terms(wire, level="link", copied_words=4, copied_percent=20)
    said = in_words(article)
    assert "at most 4 words in a row as they have them, at most 20 % of our words as they have them." in said
    assert said in words(editor, screen_url(making.draft(article)))
    making.terms(wire, level="none", effective_from=timezone.now())
    assert "as they have them" not in in_words(article)


def test_why_it_is_so_is_said_of_it_too(editor, wire):
    article = making.article(wire)
    making.terms(wire, basis="restriction", copied_words=12, copied_percent=20)
    page = words(editor, f"/admin/analysis/terms/why/?url={article.url}")
    assert "Copied words in a row" in page and "Copied share" in page and "20 %" in page
    assert "Counts, but what holds while nobody speaks of it is stricter." in page


def test_a_decision_sets_it_and_its_mail_says_so():
    article = making.article()
    case = confirmed(article.url)
    ruling = rights.Ruling("granted", "terms", "Yes.", level="", verified=True, copied_words=4, copied_percent=20)
    rights.decide(case, None, ruling)
    made = case.terms.get()
    assert (made.copied_words, made.copied_percent) == (4, 20)
    mail.deliver()
    assert any(IN_A_ROW in " ".join(letter.body.split()) for letter in sent_mail.outbox)
