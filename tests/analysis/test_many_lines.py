"""A request may name 500 pages. Each step costs as many queries as for ten, and nothing is lost on the way."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis import rights
from analysis.models import Case, Hold, Terms
from analysis.owners import owners_of, publisher_of
from tests import making
from tests.analysis.cases import REMOVE, confirmed

pytestmark = pytest.mark.django_db


def naming(n: int) -> Case:
    """A case about n pages: half of them covered, each of the others on a host of its own."""
    wire = making.publisher()
    return confirmed(*(url for i in range(n // 2) for url in (making.article(wire).url, f"https://h{n}-{i}.test/x")))


def queries(step: Callable[..., object], *args: object) -> int:
    with CaptureQueriesContext(connection) as captured:
        step(*args)
    return len(captured)


def test_every_step_of_a_case_costs_the_same_for_ten_pages_and_for_five_hundred():
    costs = []
    for n in (10, 500):
        case = naming(n)
        cost = [queries(rights.hold, case, None, "link"), queries(rights.decide, case, None, REMOVE)]
        assert Hold.objects.filter(case=case).count() == case.terms.count() == n
        rights.appeal(case, "Look again.")
        ids = tuple(terms.pk for terms in rights.liftable(case))
        assert len(ids) == n
        back = rights.Ruling("granted", "restore", "Back.", restore=ids)
        cost += [queries(rights.liftable, case), queries(rights.decide, case, None, back)]
        assert case.terms.filter(revoked=True).count() == n
        costs.append(cost)
    assert costs[0] == costs[1]


@pytest.mark.parametrize("page", ["change/", "decide/"])
def test_the_desks_pages_cost_the_same_for_ten_pages_and_for_five_hundred(page, admin_client):
    costs = []
    for n in (10, 500):
        case = naming(n)
        rights.hold(case, None, "link")
        rights.decide(case, None, REMOVE)
        rights.appeal(case, "Look again.")
        address = f"/admin/analysis/case/{case.pk}/{page}"
        assert admin_client.get(address).status_code == 200
        costs.append(queries(admin_client.get, address))
    assert costs[0] == costs[1]


def test_what_a_ruling_says_is_checked_however_many_pages_it_is_about():
    case = naming(10)
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
