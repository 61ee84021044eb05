"""A request may name 500 pages. Each step costs as many queries as for ten, and nothing is lost on the way."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis import rights
from analysis.models import Case, Hold, Terms
from analysis.owners import owners_of, publisher_of
from analysis.rights import ruling
from newsroom.publishers import access
from tests import making
from tests.analysis.cases import REMOVE, confirmed

pytestmark = pytest.mark.django_db


def pages(n: int) -> list[str]:
    """Half of them covered, each of the others on a host of its own."""
    wire = making.publisher()
    return [url for i in range(n // 2) for url in (making.article(wire).url, f"https://h{n}-{i}.test/x")]


def contested(n: int) -> Case:
    """A case of n pages with all that can come together: held, removed, contested, and half of it restored."""
    case = confirmed(*pages(n))
    rights.hold(case, None, "link")
    rights.decide(case, None, REMOVE)
    rights.appeal(case, "Look again.")
    half = tuple(terms.pk for terms in rights.liftable(case)[: n // 2])
    rights.decide(case, None, rights.Ruling("partly", "restore", "Half of it.", restore=half))
    return case


def queries(step: Callable[..., object], *args: object) -> int:
    with CaptureQueriesContext(connection) as captured:
        step(*args)
    return len(captured)


def test_every_step_of_a_case_costs_the_same_for_ten_pages_and_for_five_hundred():
    costs = []
    for n in (10, 500):
        urls = pages(n)
        cost = [queries(confirmed, *urls)]
        case = Case.objects.latest("pk")
        cost += [queries(rights.hold, case, None, "link"), queries(rights.decide, case, None, REMOVE)]
        assert Hold.objects.filter(case=case).count() == case.terms.count() == n
        rights.appeal(case, "Look again.")
        ids = tuple(terms.pk for terms in rights.liftable(case))
        assert len(ids) == n
        back = rights.Ruling("granted", "restore", "Back.", restore=ids)
        cost += [queries(rights.liftable, case), queries(rights.decide, case, None, back)]
        assert case.terms.filter(revoked=True).count() == n
        costs.append(cost)
    assert costs[0] == costs[1]


@pytest.mark.parametrize("address", ["/admin/analysis/case/{pk}/change/", "/takedown/cases/{reference}/"])
def test_the_pages_of_a_case_cost_the_same_for_ten_pages_and_for_five_hundred(address, admin_client):
    costs = []
    for n in (10, 500):
        case = contested(n)
        session = admin_client.session
        access.grant(session, case.reference)
        session.save()
        admin_client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        page = address.format(pk=case.pk, reference=case.reference)
        assert case.urls.last().url in admin_client.get(page).content.decode()
        costs.append(queries(admin_client.get, page))
    assert costs[0] == costs[1]


def test_the_form_of_a_decision_offers_all_five_hundred_for_restoration_at_the_same_cost(admin_client):
    costs = []
    for n in (10, 500):
        case = confirmed(*pages(n))
        rights.decide(case, None, REMOVE)
        rights.appeal(case, "Look again.")
        page = f"/admin/analysis/case/{case.pk}/decide/"
        assert admin_client.get(page).content.decode().count('name="restore"') == n
        costs.append(queries(admin_client.get, page))
    assert costs[0] == costs[1]


def test_what_other_cases_of_a_publisher_made_does_not_crowd_out_what_this_one_did(monkeypatch):
    monkeypatch.setattr(ruling, "MOST_LIFTABLE", 5)
    wire = making.publisher()
    cases = []
    for _case in range(3):
        case = confirmed(*(making.article(wire).url for _page in range(4)))
        rights.decide(case, None, REMOVE)
        cases.append(case)
    rights.appeal(cases[0], "Look again.")
    assert {terms.case for terms in rights.liftable(cases[0])} == {cases[0]}
    assert len(rights.liftable(cases[0])) == 4


def test_what_a_ruling_says_is_checked_however_many_pages_it_is_about():
    case = confirmed(*pages(10))
    before = Terms.objects.count()
    with pytest.raises(ValidationError):
        rights.decide(case, None, rights.Ruling("granted", "terms", "Yes.", level="link", max_words=401))
    with pytest.raises(ValidationError):
        rights.decide(case, None, rights.Ruling("granted", "terms", "Yes.", level="everything"))
    assert Terms.objects.count() == before


def test_the_owners_of_many_hosts_are_those_of_each():
    making.publisher("Wire", "example-wire.test")
    making.publisher("Sub", "news.example-wire.test")
    hosts = ["example-wire.test", "a.news.example-wire.test", "b.example-wire.test", "stranger.test", "test",
             ".".join("a" * 120) + ".test"]  # fmt: skip
    assert owners_of(hosts) == {host: publisher_of(host) for host in hosts}
    assert [owner and owner.name for owner in owners_of(hosts).values()] == [
        "Wire",
        "Sub",
        "Wire",
        None,
        None,
        None,
    ]
    many = [".".join(f"{i}{label}" for label in "a" * 100) + ".example-wire.test" for i in range(300)]
    assert {owner.name for owner in owners_of(many).values()} == {"Wire"}
