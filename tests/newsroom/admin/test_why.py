"""The page that says why it is so, for any address."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from analysis import explaining, rights
from analysis.explaining import Reason
from analysis.models import Hold
from newsroom.admin import why, wording
from tests import making
from tests.analysis.cases import confirmed, link_only, opened
from tests.newsroom.admin.screen import url as screen_url

pytestmark = pytest.mark.django_db
WHY = "/admin/analysis/terms/why/"


def asked(client, url, **more):
    response = client.get(WHY, {"url": url, **more})
    return response, response.content.decode()


def test_it_says_which_statement_governs_and_which_it_overrides(writer):
    article = making.article()
    terms = making.terms(article.publisher, level="link")
    response, page = asked(writer, article.url)
    assert response.status_code == 200
    governing, overridden = next(lines for name, _capped, lines in response.context["fields"] if name == "Level")
    assert governing.governs and governing.link == f"/admin/analysis/terms/{terms.pk}/change/"
    assert not overridden.governs and "publisher’s decision takes its place" in overridden.reason
    assert f'href="{governing.link}"' in page and str(article.publisher) in page


def test_it_says_what_held_then_also_of_a_hold_that_is_lifted(standards):
    article = making.article()
    case = opened(article.url)
    rights.hold(case, None, "none")
    hold = Hold.objects.get()
    Hold.objects.update(starts_at=timezone.now() - timedelta(days=4), lifted_at=timezone.now() - timedelta(days=2))
    then = (timezone.now() - timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    _response, page = asked(standards, article.url, at=then)
    assert f"Hold of case {case.reference}" in page and f"/admin/analysis/case/{hold.case_id}/change/" in page
    assert "Hold of case" not in asked(standards, article.url)[1]


def test_an_embargo_is_told_with_its_end(writer):
    article = making.article(published_at=timezone.now())
    making.terms(article.publisher, embargo_hours=6)
    page = asked(writer, article.url)[1]
    assert "Under embargo until" in page and "6 h" in page and "Nothing while the embargo lasts." in page


def test_an_embargo_without_a_date_is_told_not_to_end(writer):
    article = making.article(published_at=None)
    making.terms(article.publisher, embargo_hours=6)
    assert "does not end by itself" in asked(writer, article.url)[1]


def test_a_page_that_nobody_covers_is_answered_all_the_same(writer):
    response, page = asked(writer, "https://unknown.test/1")
    assert response.status_code == 200
    assert "We do not know whose unknown.test is." in page and "Everyone (house default)" in page
    of = making.publisher()
    page = asked(writer, f"https://{of.domains.get().host}/new")[1]
    assert "We do not cover this page." in page and of.name in page


@pytest.mark.parametrize("typed", ["not a url", "javascript:alert(1)", "https://u:p@a.test/", " ", "x" * 3000])
def test_what_cannot_be_read_is_said_and_kept(writer, typed):
    response, page = asked(writer, typed)
    assert response.status_code == 422
    assert response.context["form"].errors["url"] and "fields" not in response.context
    assert typed[:20] in page


def test_an_unreadable_moment_is_said(writer):
    response, page = asked(writer, "https://a.test/", at="yesterday")
    assert response.status_code == 422 and 'value="yesterday"' in page


def test_who_may_not_see_terms_is_not_told(person, client):
    nobody = person("writer")
    nobody.user.groups.clear()
    assert nobody.get(WHY).status_code == 403
    assert client.get(WHY).status_code == 302


def test_it_is_one_step_away_from_where_terms_are_met(editor):
    story = making.draft()
    article = story.sources.get().article
    for at in (
        "/admin/analysis/terms/",
        f"/admin/analysis/article/{article.pk}/change/",
        f"/admin/analysis/publisher/{article.publisher.pk}/change/",
        screen_url(story),
    ):
        assert WHY in editor.get(at).content.decode(), at


def test_every_reason_has_its_words_and_a_withdrawal_is_named(writer):
    assert set(why.REASONS) == set(Reason) and set(wording.FIELDS) == set(explaining.FIELDS)
    of = making.publisher(host="example-wire.test")
    making.terms(of, scope="url", value="https://example-wire.test/1", level="none")
    making.terms(of, scope="url", value="https://example-wire.test/1", revoked=True, effective_from=timezone.now())
    response = writer.get("/admin/analysis/terms/why/", {"url": "https://example-wire.test/1"})
    assert response.status_code == 200
    assert "withdrawn by a newer statement at the same place" in response.content.decode()


def test_a_statement_is_called_by_what_it_says_who_decided_it_when_and_for_which_case(standards):
    wire = making.publisher("Example Wire", "example-wire.test")
    article = making.article(wire, published_at=None)
    making.terms(wire, ai="deny", embargo_hours=3, basis="house")
    case = confirmed(article.url)
    rights.decide(case, standards.user, link_only())
    _response, page = asked(standards, article.url)
    day = date_format(timezone.now(), "j F Y")
    assert (
        f"{article.url}: headline and link only, decided by us on a request, from {day}, case {case.reference}" in page
    )
    long_ago = date_format(making.LONG_AGO, "j F Y")
    said = "Example Wire: machine-made summaries not allowed, embargo 3 h"
    assert f"{said}, decided by us, from {long_ago}</a>" in page


def test_what_the_level_leaves_of_a_field_is_said_in_words(writer):
    article = making.article()
    making.terms(article.publisher, level="none", ai="allow", max_words=60)
    _response, page = asked(writer, article.url)
    assert page.count("At this level no summary is shown.") >= 2 and "allows 0" not in page
    making.terms(article.publisher, level="short", effective_from=timezone.now())
    assert "This level allows 40." in asked(writer, article.url)[1]
