"""A flood from one network writes little, and shuts out neither another network nor a publisher in the same one."""

import re
from datetime import timedelta

import pytest
from django.core import mail as sent_mail
from django.test import Client, RequestFactory
from django.utils import timezone

from analysis import limits, rights
from analysis.models import Attempt, Case, OutgoingMail
from analysis.rights.filing import MAX_AN_HOUR, MAX_TRUSTED_AN_HOUR
from newsroom import mail
from newsroom.doors import network_of
from newsroom.publishers import flood
from newsroom.publishers.access import LINKS_TO_A_STRANGER
from tests import making
from tests.analysis.cases import opened, request
from tests.newsroom.publishers.asking import answer_all, newest_link, shown

pytestmark = pytest.mark.django_db


def send(client: Client, **headers: str):
    return client.post("/takedown/request/check/", shown(client), **headers)


def asked(number: int, address: str = "203.0.113.7", email: str = "") -> Client:
    client = Client(REMOTE_ADDR=address)
    answer_all(client, contact={"email": email or f"r{number}@wire-{number}.test", "language": "en"})
    return client


def mailbox_link(client: Client, email: str) -> str:
    client.post("/takedown/mailbox/", {"email": email})
    mail.deliver()
    return re.search(r"(/takedown/mailbox/\S+)", sent_mail.outbox[-1].body)[1]


def test_a_thousand_requests_within_a_minute_write_ten_cases_and_ten_rows():
    client = asked(0)
    draft = client.session["takedown_draft"]
    for number in range(1000):
        if number % 100 < 12:  # the whole way through the page; the others ask the same question directly
            session = client.session
            session["takedown_draft"] = {**draft, "submission": f"00000000-0000-4000-8000-{number:012}"}
            session.save()
            response = send(client)
            assert response["Location"] == "/takedown/mailbox/" or number < 12
        else:
            assert not flood.may_file(_request("203.0.113.7"), f"r{number}@wire.test")
    assert (Case.objects.count(), Attempt.objects.count()) == (flood.REQUESTS, flood.REQUESTS)
    assert OutgoingMail.objects.count() == flood.REQUESTS


def _request(address: str, forwarded: str | None = None):
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    if forwarded is not None:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    request.session = {}
    return request


def _flooded(address: str = "203.0.113.7") -> None:
    for _ in range(flood.REQUESTS):
        assert flood.may_file(_request(address), "x@wire.test")
    assert not flood.may_file(_request(address), "x@wire.test")


def test_a_publisher_behind_the_same_address_gets_through_by_its_mailbox():
    _flooded()
    client = asked(1, email="rights@wire.test")
    response = send(client)
    assert response["Location"] == "/takedown/mailbox/"
    page = client.get("/takedown/mailbox/")
    assert page.status_code == 429 and 'value="rights@wire.test"' in page.content.decode()
    assert not Case.objects.exists()
    link = mailbox_link(client, "rights@wire.test")
    client.get(link)
    assert send(client)["Location"] == "/takedown/mailbox/", "to look at the link is not enough"
    assert client.post(link)["Location"] == "/takedown/request/check/"
    assert send(client).status_code == 302
    assert Case.objects.get().state == "received", "the case itself is confirmed by its own link"


def test_another_network_is_not_affected_and_an_hour_ends_it():
    _flooded()
    assert flood.may_file(_request("203.0.113.8"), "x@wire.test")
    later = timezone.now() + timedelta(hours=1, seconds=1)
    assert limits.spend("file", "203.0.113.7", flood.REQUESTS, flood.HOUR, later)


def test_the_database_does_not_say_who_came_by():
    _flooded()
    assert "203.0.113" not in repr(list(Attempt.objects.values()))
    limits.forget(timezone.now() + timedelta(days=1, seconds=1))
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("how", ["forged", "other kind", "expired"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_is_none_opens_nothing(how, method, monkeypatch):
    _flooded()
    client = asked(1, email="rights@wire.test")
    link = mailbox_link(client, "rights@wire.test")
    if how == "forged":
        link = link[:-3] + ("xx/" if not link.endswith("xx/") else "yy/")
    if how == "other kind":
        link = f"/takedown/mailbox/{mail.token('case', 'rights@wire.test')}/"
    if how == "expired":
        monkeypatch.setattr(mail, "LINK_AGE", timedelta(seconds=-1))
    assert getattr(client, method)(link).status_code == 410
    assert send(client)["Location"] == "/takedown/mailbox/"


def test_a_link_opened_in_another_browser_opens_nothing_in_the_first_and_is_harmless_there():
    _flooded()
    client, other = asked(1, email="rights@wire.test"), Client()
    link = mailbox_link(client, "rights@wire.test")
    response = other.post(link, follow=True)
    assert response.status_code == 200 and response.redirect_chain[-1][0] == "/takedown/request/why/"
    assert send(client)["Location"] == "/takedown/mailbox/"
    assert client.post(link).status_code == 302 and send(client)["Location"] != "/takedown/mailbox/"


def test_one_mailbox_opens_the_door_for_itself_alone():
    _flooded()
    client = asked(1, email="rights@wire.test")
    client.post(mailbox_link(client, "rights@wire.test"))
    client.post("/takedown/request/contact/", {"email": "else@wire.test", "language": "en"})
    assert send(client)["Location"] == "/takedown/mailbox/"


def test_links_are_counted_by_mailbox_and_by_network_and_domain_and_the_answer_never_says():
    client, pages = Client(), set()
    for _ in range(flood.LINKS + 2):
        pages.add(
            re.sub(r'name="csrf.*?>', "", client.post("/takedown/mailbox/", {"email": "a@wire.test"}).content.decode())
        )
    assert OutgoingMail.objects.count() == flood.LINKS and len(pages) == 1
    for n in range(flood.LINKS_TO_A_DOMAIN + 5):
        flood.send_mailbox_link(f"b{n}@Wire.test", "en", "n")
    assert OutgoingMail.objects.filter(to__iendswith="@wire.test").count() == flood.LINKS + flood.LINKS_TO_A_DOMAIN
    flood.send_mailbox_link("c@other.test", "en", "n")
    assert OutgoingMail.objects.last().to == "c@other.test"


def test_no_network_uses_up_what_another_may_have_sent_to_a_domain():
    making.publisher(host="big-wire.test")
    for n in range(flood.LINKS_TO_A_DOMAIN):
        flood.send_mailbox_link(f"x{n}@big-wire.test", "en", "203.0.113.7")
    flood.send_mailbox_link("legal@big-wire.test", "en", "203.0.113.8")
    assert OutgoingMail.objects.last().to == "legal@big-wire.test"


def typed_by_others(email: str) -> None:
    for _ in range(MAX_AN_HOUR):
        opened("https://wire.test/1", email=email)


@pytest.mark.parametrize("path", ["sent/{}/", "cases/{}/"])
def test_a_publisher_whose_address_others_typed_is_told_where_to_get_a_link_and_gets_it(path):
    typed_by_others("rights@wire.test")
    client = asked(1, email="rights@wire.test")
    before = OutgoingMail.objects.count()
    assert send(client).status_code == 302
    case = Case.objects.latest("pk")
    page = client.get(f"/takedown/{path.format(case.reference)}")
    said = page.content.decode()
    assert page.status_code == 200 and "unless you ask for it" in said and "/takedown/link/" in said
    assert "we sent to" not in said and "We have sent a mail" not in said
    assert OutgoingMail.objects.count() == before
    client.post("/takedown/link/", {"reference": case.reference, "email": "rights@wire.test"})
    assert client.post(newest_link()).status_code == 302
    case.refresh_from_db()
    assert case.state == "confirmed"


def test_a_mailbox_that_opened_the_door_gets_its_mail_whatever_others_typed():
    client = asked(1, email="rights@wire.test")
    client.post(mailbox_link(client, "rights@wire.test"))
    typed_by_others("rights@wire.test")
    assert send(client).status_code == 302
    assert Case.objects.latest("pk").mail.get().kind == "confirm"


def test_of_a_known_mailbox_no_request_is_refused_and_only_so_many_bring_mail():
    client = asked(1, email="rights@wire.test")
    client.post(mailbox_link(client, "rights@wire.test"))
    now = timezone.now()
    for _ in range(MAX_TRUSTED_AN_HOUR - 1):
        assert limits.spend("trusted", "rights@wire.test", MAX_TRUSTED_AN_HOUR, flood.HOUR, now)
    assert send(client).status_code == 302
    answer_all(client, contact={"email": "Rights@wire.test", "language": "en"})
    assert send(client)["Location"].startswith("/takedown/sent/")
    assert [case.mail.count() for case in Case.objects.order_by("pk")] == [1, 0]
    later = rights.open_case(
        request("https://wire.test/1", email="rights@wire.test"), "desk.test", now + flood.HOUR, trusted=True
    )
    assert later.mail.count() == 1, "an hour ends it"


def test_one_network_cannot_flood_an_address_by_asking_for_links():
    cases = [opened("https://wire.test/1", email="rights@wire.test") for _ in range(LINKS_TO_A_STRANGER)]
    links = OutgoingMail.objects.filter(kind="access")

    def ask(case: Case, address: str) -> None:
        said = {"reference": case.reference, "email": "Rights@wire.test"}
        assert Client(REMOTE_ADDR=address).post("/takedown/link/", said).status_code == 200

    for case in [*cases, *cases]:
        ask(case, "203.0.113.7")
    assert links.count() == LINKS_TO_A_STRANGER
    ask(cases[-1], "203.0.113.8")
    assert links.count() == LINKS_TO_A_STRANGER + 1, "another network has its own"
    rights.confirm(cases[0])
    ask(cases[0], "203.0.113.7")
    assert links.count() == LINKS_TO_A_STRANGER + 2, "who has confirmed has asked for it"


def test_a_network_that_makes_up_domains_is_bounded_and_still_reaches_the_publishers_we_know():
    making.publisher(host="known.test")
    for n in range(flood.LINKS_FROM_A_NETWORK + 20):
        flood.send_mailbox_link(f"r@made-up-{n}.test", "en", "203.0.113.7")
    assert OutgoingMail.objects.count() == flood.LINKS_FROM_A_NETWORK
    assert Attempt.objects.count() == 3 * flood.LINKS_FROM_A_NETWORK
    flood.send_mailbox_link("rights@mail.known.test", "en", "203.0.113.7")
    assert OutgoingMail.objects.last().to == "rights@mail.known.test"
    flood.send_mailbox_link("rights@else.test", "en", "203.0.113.8")
    assert OutgoingMail.objects.last().to == "rights@else.test"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "network"),
    [
        (0, None, "10.0.0.1"),
        (0, "198.51.100.1", "10.0.0.1"),  # nobody of ours wrote that
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        (1, "1.1.1.1,2.2.2.2 ,  198.51.100.1", "198.51.100.1"),
        (2, "1.1.1.1, 198.51.100.1, 192.0.2.1", "198.51.100.1"),
        (2, "198.51.100.1", "198.51.100.1"),
        (1, "198.51.100.1:50123", "198.51.100.1"),
        (1, "[2001:db8:1:2::1]:50123", "2001:db8:1:2::/64"),
        (1, "[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        (1, "[::ffff:198.51.100.1]:50123", "198.51.100.1"),
        (1, "2001:db8:1:2::1", "2001:db8:1:2::/64"),
        (1, "198.51.100.1:", "unknown"),
        (1, "198.51.100.1:50123:1", "unknown"),
        (1, "junk", "unknown"),
        (1, "", "unknown"),
        (1, None, "unknown"),
    ],
)
def test_only_what_a_proxy_of_ours_wrote_is_believed(settings, proxies, forwarded, network):
    settings.PROXIES = proxies
    assert network_of(_request("10.0.0.1", forwarded)) == network


@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_a_typed_header_gives_nobody_a_second_network(settings, proxies):
    settings.PROXIES = proxies
    real = ["198.51.100.1", "192.0.2.1"][2 - proxies :] if proxies else []
    seen = {network_of(_request("10.0.0.1", ", ".join([f"203.0.113.{n}", *real]))) for n in range(50)}
    assert len(seen) == 1 or (proxies == 2 and not real)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.8", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_one_household_is_one_network(first, second, same):
    assert (network_of(_request(first)) == network_of(_request(second))) is same
