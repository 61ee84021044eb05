"""Proof of control (RULES, section 3): for one case and one host, for seven days, and for nothing beside."""

from base64 import b32decode
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from analysis import rights
from analysis.models import Article, Case, Domain, OutgoingMail, Proof
from analysis.models.proofs import PROOF_AGE
from analysis.rights import RightsError
from analysis.rights.proving import MAX_CHALLENGES, MAX_LOOKS_A_DAY, MAX_NOTICES_A_DAY, TOKEN_AGE
from analysis.rights.record import seal
from newsroom.wire import domains
from tests import making
from tests.analysis.cases import REMOVE, confirmed, opened

pytestmark = pytest.mark.django_db
URL = "https://news.example-wire.test/1"
HOST = "news.example-wire.test"


def held(case: Case) -> dict[str, str]:
    return dict(case.holds.filter(lifted_at__isnull=True).values_list("value", "level"))


# --- the token ------------------------------------------------------------------------------------------------------


def test_a_token_has_160_bits_and_is_one_that_the_wire_takes():
    token = rights.token_of(rights.challenge(confirmed(URL), HOST))
    assert len(b32decode(token.upper())) * 8 == 160
    with pytest.raises(domains.ProofError):  # not ValueError: it is a token of ours
        domains.proved_by_dns("co.uk", token)


def test_a_token_is_for_one_case_and_one_host_and_one_week_and_needs_the_secret(settings):
    first, second = confirmed(URL), confirmed(URL)
    asked = rights.challenge(first, HOST)
    tokens = [rights.token_of(asked)]
    assert rights.token_of(rights.challenge(first, HOST)) == tokens[0], "its sender may open the page again"
    tokens.append(rights.token_of(rights.challenge(first, "example-wire.test")))
    tokens.append(rights.token_of(rights.challenge(second, HOST)))
    tokens.append(rights.token_of(rights.challenge(first, HOST, asked.issued_at + TOKEN_AGE)))
    other = rights.challenge(second, HOST)
    other.nonce = asked.nonce
    tokens.append(rights.token_of(other))  # the case itself is part of it, not only its nonce
    settings.SECRET_KEY = "x" * 50
    tokens.append(rights.token_of(asked))  # the database alone gives nobody a token
    assert len(set(tokens)) == len(tokens)


def test_nothing_stored_holds_the_token():
    asked = rights.challenge(confirmed(URL), HOST)
    token = rights.token_of(asked)
    assert all(token not in str(value) for value in asked.__dict__.values())
    assert all(token not in str(event.data) for event in asked.case.events.all())


def test_a_token_holds_for_seven_days_and_is_renewed():
    case = confirmed(URL)
    asked = rights.challenge(case, HOST)
    end = asked.issued_at + timedelta(days=7)
    assert rights.prove(asked, "dns", True, end) is None
    assert not rights.ask(asked, end)
    fresh = rights.challenge(case, HOST, end)
    assert rights.prove(fresh, "dns", True, end + timedelta(days=7) - timedelta(seconds=1))


@pytest.mark.parametrize(
    "typed", ["co.uk", "uk", "github.io", "com", "", "a b.test", "127.0.0.1", "https://", "xn--", "-a.test"]
)
def test_what_is_nobodys_or_no_host_cannot_be_proved(typed):
    case = confirmed(URL)
    with pytest.raises(RightsError, match="“"):
        rights.challenge(case, typed)
    assert not case.challenges.exists()


def test_a_case_asks_for_so_many_hosts_and_no_more():
    case = confirmed(URL)
    for n in range(MAX_CHALLENGES):
        rights.challenge(case, f"h{n}.example-wire.test")
    with pytest.raises(RightsError, match="30 hosts"):
        rights.challenge(case, "one-more.example-wire.test")
    assert rights.challenge(case, "h0.example-wire.test")


@pytest.mark.parametrize("state", ["received", "closed", "withdrawn", "decided"])
def test_a_case_that_is_over_or_not_confirmed_offers_and_takes_no_proof(state):
    case = opened(URL) if state == "received" else confirmed(URL)
    asked = None if state == "received" else rights.challenge(case, HOST)
    if state == "withdrawn":
        rights.withdraw(case)
    elif state != "received":
        rights.decide(case, None, rights.Ruling("declined", "none", "No."))
        if state == "closed":
            rights.close(case, None)
    before = case.events.count()
    with pytest.raises(RightsError, match="while a case is open"):
        rights.challenge(case, HOST)
    if asked:
        assert rights.prove(asked, "dns", True) is None
    assert (case.events.count(), Proof.objects.count()) == (before, 0)


def test_a_proof_during_an_appeal_is_kept_and_leaves_the_appeal_and_the_pages_as_they_are():
    case = confirmed(URL)
    asked = rights.challenge(case, HOST)
    rights.decide(case, None, rights.Ruling("declined", "none", "No."))
    rights.appeal(case, "Look again.")
    assert rights.prove(asked, "dns", True)
    case.refresh_from_db()
    assert (case.state, held(case)) == ("appealed", {})


def test_a_check_is_asked_for_once_in_ten_seconds_and_never_while_one_is_under_way():
    asked = rights.challenge(confirmed(URL), HOST)
    now = timezone.now()
    assert rights.ask(asked, now)
    asked.refresh_from_db()
    assert not rights.ask(asked, now + timedelta(seconds=119))
    rights.not_proved(asked, "Nothing there.", now)
    asked.refresh_from_db()
    assert not rights.ask(asked, now + timedelta(seconds=9))
    assert rights.ask(asked, now + timedelta(seconds=10))
    asked.refresh_from_db()
    assert rights.ask(asked, now + timedelta(seconds=131)), "the worker died over it"


def test_a_case_looks_only_so_often_a_day():
    asked = rights.challenge(confirmed(URL), HOST)
    now = timezone.now()
    asked_for = []
    for n in range(MAX_LOOKS_A_DAY + 3):
        asked_for.append(rights.ask(asked, now + timedelta(minutes=3 * n)))
        asked.refresh_from_db()
    assert asked_for.count(True) == MAX_LOOKS_A_DAY and not asked_for[-1]


# --- what it covers -------------------------------------------------------------------------------------------------

labels = st.lists(st.sampled_from(["a", "b", "www", "example-wire", "test", "co", "uk"]), min_size=2, max_size=5)
hosts = labels.map(".".join)


@given(proved=hosts, asked=hosts, wide=st.booleans())
def test_a_proof_covers_its_host_and_if_wide_what_is_below_it_and_nothing_else(proved, asked, wide):
    proof = Proof(host=proved, method="dns", wide=wide)
    below = asked.split(".")[-len(proved.split(".")) :] == proved.split(".")
    assert proof.covers(asked) is (asked == proved or (wide and below))
    assert proof.covers_url(f"https://{asked}:8443/x?{proved}#@{proved}") is proof.covers(asked)


@pytest.mark.parametrize("host", ["evilexample-wire.test", "example-wire.test.evil.test", "example-wire.tests", "test"])
def test_a_name_that_only_looks_as_if_it_lay_below_is_not_covered(host):
    assert not Proof(host="example-wire.test", method="dns", wide=True).covers(host)


def test_a_mail_proof_changes_nothing_but_the_record():
    making.published(making.article(making.publisher(host=HOST), path="1"))
    case = confirmed(URL)
    asked = rights.challenge(case, HOST)
    before, mails = Case.objects.filter(pk=case.pk).values().get(), OutgoingMail.objects.count()
    assert rights.prove(asked, "mail", wide=False).weak
    assert Case.objects.filter(pk=case.pk).values().get() == before
    assert OutgoingMail.objects.count() == mails
    assert held(case) == {} and rights.strong_proofs(case, timezone.now()) == []
    event = case.events.last()
    assert event.data == {"proof": seal(case.proofs.get()), "method": "mail"}
    assert "proved" not in event.words.lower(), "nobody must read in the history that control was proved"
    rights.decide(case, None, REMOVE)
    assert case.terms.get().basis == "restriction"


def test_control_proved_makes_the_decision_the_publishers_own():
    case = confirmed(URL, "https://elsewhere.test/1")
    rights.prove(rights.challenge(case, HOST), "dns", wide=False)
    case.refresh_from_db()
    rights.decide(case, None, REMOVE)
    assert {t.value: t.basis for t in case.terms.all()} == {URL: "publisher", "https://elsewhere.test/1": "restriction"}


def test_proved_twice_is_kept_once_and_by_another_way_as_another():
    case = confirmed(URL)
    asked = rights.challenge(case, HOST)
    assert rights.prove(asked, "dns", True)
    events, mails = case.events.count(), case.mail.count()
    assert rights.prove(asked, "dns", True) is None
    assert (case.events.count(), case.mail.count()) == (events, mails)
    assert rights.prove(asked, "file", False)
    assert case.proofs.count() == 2


def test_a_proof_opens_the_room_for_a_year():
    case = confirmed(URL)
    now = timezone.now()
    rights.prove(rights.challenge(case, HOST), "dns", True, now)
    assert rights.strong_proofs(case, now + PROOF_AGE - timedelta(seconds=1))
    assert rights.strong_proofs(case, now + PROOF_AGE) == []


# --- held at once ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("setting", "level"), [("", None), ("short", "short"), ("link", "link"), ("none", "none")])
def test_what_is_proved_is_held_as_the_newsroom_has_set(settings, setting, level):
    settings.HOLD_ON_PROOF = setting
    case = confirmed(URL, "https://elsewhere.test/1", "https://sub.news.example-wire.test/1")
    rights.prove(rights.challenge(case, HOST), "file", wide=False)
    assert held(case) == ({URL: level} if level else {}), "what is not proved is not held"


@pytest.mark.parametrize(("want", "holds"), [("remove", 1), ("reduce", 1), ("correct", 0), ("other", 0)])
def test_only_removal_and_reduction_are_held(want, holds):
    case = confirmed(URL, want=want)
    rights.prove(rights.challenge(case, HOST), "dns", True)
    assert len(held(case)) == holds


def test_a_stricter_hold_of_an_editor_stays():
    case = confirmed(URL, f"https://{HOST}/2")
    asked = rights.challenge(case, HOST)
    rights.hold(case, None, "none")
    rights.prove(asked, "dns", True)
    assert set(held(case).values()) == {"none"}
    assert case.events.filter(kind="held").count() == 1


# --- the role addresses ---------------------------------------------------------------------------------------------


def test_the_role_addresses_are_written_to_once_for_a_case_and_a_host():
    asked = rights.challenge(confirmed(URL), HOST)
    addresses = domains.role_addresses(HOST)
    rights.notify(asked, addresses)
    assert sorted(OutgoingMail.objects.filter(kind="notify").values_list("to", flat=True)) == sorted(addresses)
    with pytest.raises(RightsError, match="already"):
        rights.notify(asked, addresses)


def test_nobody_is_flooded_through_their_role_addresses():
    """Anybody may name any site, and all hosts of a domain have the same role addresses."""
    now = timezone.now()
    for n in range(8):
        asked = rights.challenge(confirmed(URL), f"h{n}.example-wire.test", now)
        rights.notify(asked, domains.role_addresses(asked.host), now)
    assert OutgoingMail.objects.filter(kind="notify", to="abuse@example-wire.test").count() == MAX_NOTICES_A_DAY
    asked = rights.challenge(confirmed(URL), HOST, now)
    rights.notify(asked, domains.role_addresses(HOST), now + timedelta(days=1))
    assert OutgoingMail.objects.filter(kind="notify", to="abuse@example-wire.test").count() == MAX_NOTICES_A_DAY + 1


# --- somebody else, later -------------------------------------------------------------------------------------------


def test_a_new_owner_who_proves_control_again_inherits_nothing_private():
    old = confirmed(URL, email="rights@wire.test", want="remove")
    rights.prove(rights.challenge(old, HOST), "dns", True)
    rights.write(old, "Between us.")
    new = confirmed(URL, email="rights@wire.test", want="reduce")
    assert rights.strong_proofs(new, timezone.now()) == [], "it must be proved anew"
    rights.prove(rights.challenge(new, HOST), "dns", True)
    assert not new.messages.exists() and new.filed_from is None and not old.filed.exists()
    rights.withdraw(old)
    new.refresh_from_db()
    assert new.state == "proved", "what becomes of the one is nothing to the other"


@pytest.mark.parametrize("typed", [f"https://{HOST}/press/1?x=1", f" {HOST.upper()} ", f"{HOST}/", f"http://{HOST}"])
def test_the_host_is_taken_out_of_a_pasted_address(typed):
    assert rights.challenge(confirmed(URL), typed).host == HOST


# --- what it is worth in a decision -----------------------------------------------------------------------------------


def basis(case: Case, scope: str, value: str = "", **how: object) -> str:
    rights.decide(case, None, rights.Ruling("granted", "terms", "Yes.", scope=scope, value=value, level="full", **how))
    return case.terms.get().basis


@pytest.mark.parametrize(
    ("host", "wide", "speaks_for"),
    [
        ("attacker.test", True, set()),
        ("news.example-wire.test", False, {"url", "path"}),
        ("example-wire.test", False, set()),
        ("example-wire.test", True, {"url", "path", "domain", "publisher"}),
    ],
)
@pytest.mark.parametrize("scope", ["url", "path", "domain", "publisher"])
def test_a_proof_lets_its_case_speak_for_what_it_proves_and_nothing_else(host, wide, speaks_for, scope):
    wire = making.publisher(host="example-wire.test")
    Article.objects.create(url=URL, title="T", publisher=wire)
    case = confirmed(URL)
    rights.prove(rights.challenge(case, host), "dns", wide=wide)
    value = {"path": "news.example-wire.test/press", "domain": "example-wire.test"}.get(scope, "")
    assert basis(case, scope, value) == ("publisher" if scope in speaks_for else "restriction")


def test_one_domain_proved_of_two_does_not_speak_for_the_publisher():
    wire = making.publisher(host="example-wire.test")
    Domain.objects.create(publisher=wire, host="other-wire.test")
    case = confirmed(making.article(wire).url)
    rights.prove(rights.challenge(case, "example-wire.test"), "dns", wide=True)
    assert basis(case, "publisher") == "restriction"


def test_a_proof_that_is_too_old_is_worth_nothing_in_a_decision():
    case = confirmed(URL)
    long_ago = timezone.now() - PROOF_AGE
    Proof.objects.create(case=case, host=HOST, method="dns", wide=True, proved_at=long_ago)
    assert basis(case, "url") == "restriction"
