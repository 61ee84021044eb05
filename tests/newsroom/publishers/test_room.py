"""A publisher's room: open to whoever has proved control, and to nobody else; it tells no more than they may know."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from analysis import rights
from analysis.models import Case, Domain, Hold, Proof, Source
from tests import making
from tests.analysis.cases import request
from tests.newsroom.publishers.asking import file_and_confirm, newest_link, shown

pytestmark = pytest.mark.django_db
HOST = "wire.example.test"


@pytest.fixture
def wire(story):
    return story.sources.get().article.publisher


@pytest.fixture
def case(client, wire):
    return file_and_confirm(client)


def prove(case: Case, host: str = HOST, method: str = "dns", wide: bool = True) -> None:
    rights.prove(rights.challenge(case, host), method, wide)
    case.refresh_from_db()


def room(client: Client, case: Case, query: str = ""):
    return client.get(f"/takedown/cases/{case.reference}/room/{query}")


def words(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def remove(case: Case, scope: str = "url", value: str = "") -> None:
    rights.decide(case, None, rights.Ruling("granted", "remove", "Yes.", scope=scope, value=value, verified=True))


def another(wire, path: str, **fields):
    return making.published(making.article(wire, path=path), **fields)


# --- who may come in ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("proof", [None, "mail", "old"])
def test_without_a_strong_and_recent_proof_it_is_closed(client, case, proof):
    if proof == "mail":
        prove(case, method="mail", wide=False)
    if proof == "old":
        Proof.objects.create(case=case, host=HOST, method="dns", wide=True,
                             proved_at=timezone.now() - timedelta(days=366))  # fmt: skip
    response = room(client, case)
    assert response.status_code == 302 and response["Location"] == f"/takedown/cases/{case.reference}/proof/"
    assert "room" not in client.get(f"/takedown/cases/{case.reference}/").content.decode()
    assert (
        client.post(f"/takedown/cases/{case.reference}/room/", {"page": "https://wire.example.test/1"}).status_code
        == 302
    )
    assert "takedown_draft" not in client.session


def test_somebody_elses_browser_gets_what_everyone_gets(client, case):
    prove(case)
    stranger = Client()
    assert room(stranger, case).status_code == 404
    assert stranger.post(f"/takedown/cases/{case.reference}/room/", {"page": "x"}).status_code == 404


JUNK = ["x", "1", "1-", "-1-1", "1-99999999999999999999", "999999999999999999999-1", "%00-1", "1-%D9%A1"]


@pytest.mark.parametrize("junk", JUNK)
def test_a_cursor_that_is_junk_is_a_bad_request(client, case, junk):
    prove(case)
    assert room(client, case, f"?before={junk}").status_code == 400


# --- what it shows --------------------------------------------------------------------------------------------------


def test_it_lists_every_page_and_its_terms(client, case, wire):
    short, link, gone = (another(wire, path) for path in ("short", "link", "gone"))
    for path, level in (("short", "short"), ("link", "link"), ("gone", "none")):
        making.terms(wire, scope="url", value=f"https://{HOST}/{path}", level=level, reason=f"because {path}")
    prove(case)
    text = words(room(client, case))
    for path in ("1", "short", "link", "gone"):
        assert f'value="https://{HOST}/{path}"' in text
    assert short.headline in text
    assert link.headline not in text, "of a link only their own headline is shown"
    assert gone.headline not in text and "We show nothing of it." in text
    assert "Short summary" in text and "at most 40 words" in text and "because gone" in text


def test_100_on_a_page_and_the_rest_on_the_next(client, case, wire):
    for n in range(101):
        another(wire, f"more/{n}")
    prove(case)
    first = words(room(client, case))
    assert first.count('name="page"') == 100
    following = first.partition('href="?before=')[2].partition('"')[0]
    second = words(room(client, case, f"?before={following}"))
    assert second.count('name="page"') == 2
    assert not set(_ticks(first)) & set(_ticks(second))


def _ticks(text: str) -> list[str]:
    return [part.partition('"')[0] for part in text.split('name="page" value="')[1:]]


def test_what_anothers_terms_an_embargo_or_a_withdrawal_hides_is_not_there(client, case, wire):
    from analysis import editing

    other = making.publisher(host="other.example.test")
    theirs = another(wire, "theirs", headline="Hidden by another")
    Source.objects.create(
        story=theirs, article=making.article(other, path="x"), role="original", position=1, in_summary=True
    )
    editing.publish(theirs, None, kind="update")
    theirs.refresh_from_db()
    making.terms(other, level="none")
    embargoed = making.article(wire, path="later", published_at=timezone.now())
    making.published(embargoed, headline="Hidden by an embargo")
    making.terms(wire, scope="url", value=embargoed.url, embargo_hours=24)
    withdrawn = another(wire, "withdrawn", headline="Hidden since withdrawn")
    editing.withdraw(withdrawn, "It was wrong.")
    making.draft(making.article(wire, path="draft"), headline="Not yet there")
    prove(case)
    text = words(room(client, case))
    assert _ticks(text) == [f"https://{HOST}/1"]
    assert "Hidden" not in text and "Not yet" not in text


@pytest.mark.parametrize("how", ["restriction", "legal", "hold"])
def test_what_somebody_else_had_taken_down_is_not_there(client, case, wire, how):
    another(wire, "about-a-person")
    someone = rights.open_case(
        request(f"https://{HOST}/about-a-person", relation="subject", kind="privacy"), "desk.test"
    )
    rights.confirm(someone)
    if how == "hold":
        rights.hold(someone, None, "none")
    else:
        rights.decide(someone, None, rights.Ruling("granted", "remove", "Yes.", legal=how == "legal"))
    prove(case)
    text = words(room(client, case))
    assert _ticks(text) == [f"https://{HOST}/1"] and "right to be forgotten" not in text


@pytest.mark.parametrize("how", ["page", "site", "hold", "own removal beside it", "own hold beside it"])
def test_what_an_earlier_owner_had_taken_down_is_not_there(client, case, wire, how):
    """Not even while something of the new owner's own hides it as well."""
    another(wire, "theirs-alone")
    earlier = rights.open_case(request(f"https://{HOST}/theirs-alone"), "desk.test")
    rights.confirm(earlier)
    prove(earlier)
    if how == "hold":
        rights.hold(earlier, None, "none")
    elif how == "site":
        remove(earlier, "path", f"{HOST}/theirs-alone")
    else:
        remove(earlier)
    prove(case)
    if how == "own removal beside it":
        remove(case, "domain", HOST)
    if how == "own hold beside it":
        Hold.objects.create(case=case, scope="domain", value=HOST, level="none")
    text = words(room(client, case))
    assert _ticks(text) == [f"https://{HOST}/1"] and "theirs-alone" not in text


def test_what_a_case_filed_from_the_room_had_taken_down_is_there(client, case):
    prove(case)
    remove(file_in_room(client, case, f"https://{HOST}/1"))
    assert _ticks(words(room(client, case))) == [f"https://{HOST}/1"]


def test_what_was_taken_down_on_ones_own_request_is_there(client, case, wire):
    prove(case)
    rights.decide(case, None, rights.Ruling("granted", "remove", "Yes.", legal=True))
    text = words(room(client, case))
    assert _ticks(text) == [f"https://{HOST}/1"] and "We show nothing of it." in text


def test_whoever_proves_one_host_is_not_told_what_is_gone_from_the_others(client, wire, story):
    """On a platform each host may be another person's."""
    another(wire, "gone")
    making.terms(wire, scope="url", value=f"https://{HOST}/gone", level="none", reason="Its subject asked")
    case = file_and_confirm(client)
    prove(case, f"blog.{HOST}", "file", wide=False)
    text = words(room(client, case))
    assert story.headline in text and "control of this host is not proved" in text
    assert "/gone" not in text and "Its subject" not in text


def test_a_proof_for_the_whole_domain_opens_the_pages_of_the_hosts_below_it(client, case, wire):
    assert not Domain.objects.filter(host="example.test").exists()
    prove(case, "example.test")
    assert _ticks(words(room(client, case))) == [f"https://{HOST}/1"]


def test_the_domain_of_another_that_ends_alike_is_no_part_of_it(client, case):
    stranger = making.publisher(host="notexample.test")
    making.published(making.article(stranger, path="1"))
    prove(case, "example.test")
    assert "notexample.test" not in words(room(client, case))


# --- what it leads to -----------------------------------------------------------------------------------------------


def file_in_room(client: Client, case: Case, *pages: str, **contact: str) -> Case:
    response = client.post(f"/takedown/cases/{case.reference}/room/", {"page": pages})
    assert response["Location"] == "/takedown/request/why/"
    client.post("/takedown/request/why/", {"kind": "embargo"})
    client.post("/takedown/request/want/", {"want": "reduce", "explanation": "Only a link, please."})
    if contact:
        client.post("/takedown/request/contact/", {"language": "en", **contact})
    response = client.post("/takedown/request/check/", shown(client))
    return Case.objects.get(reference=response["Location"].rstrip("/").split("/")[-1])


def test_none_ticked_is_said(client, case):
    prove(case)
    response = client.post(f"/takedown/cases/{case.reference}/room/", {})
    assert response.status_code == 422 and "Tick at least one page first." in response.content.decode()


def test_a_case_from_the_room_is_confirmed_and_proved_at_once_and_stands_in_the_room(client, case):
    prove(case)
    mails = case.mail.count()
    filed = file_in_room(client, case, f"https://{HOST}/1")
    assert (filed.state, filed.email, filed.filed_from) == ("proved", case.email, case)
    assert filed.holds.count() == 1 and case.mail.count() == mails
    assert not filed.mail.filter(kind="confirm").exists()
    assert filed.reference in words(room(client, case))
    assert client.get(f"/takedown/cases/{filed.reference}/").status_code == 200
    assert filed.reference in words(room(client, filed)), "and its own room is the same"
    assert Client().get(f"/takedown/cases/{filed.reference}/").status_code == 404


def test_a_foreign_page_posted_as_a_tick_is_filed_and_not_proved(client, case):
    prove(case)
    filed = file_in_room(client, case, "https://foreign.test/1", "no address at all")
    assert (filed.state, filed.proofs.count(), filed.holds.count()) == ("confirmed", 0, 0)
    assert [line.match for line in filed.urls.all()] == ["unmatched", "unreadable"]


def test_another_address_is_confirmed_like_any_other(client, case):
    prove(case)
    filed = file_in_room(client, case, f"https://{HOST}/1", email="else@wire.example.test")
    assert (filed.state, filed.email, filed.filed_from) == ("received", "else@wire.example.test", None)


def test_a_browser_that_came_by_the_link_of_a_case_from_the_room_may_ask_from_there(client, case):
    prove(case)
    filed = file_in_room(client, case, f"https://{HOST}/1")
    other = Client()
    rights.send_access(filed)
    other.post(newest_link())
    again = file_in_room(other, filed, f"https://{HOST}/1", "https://foreign.test/1")
    assert (again.state, again.filed_from) == ("proved", case)


def test_junk_among_the_ticks_is_never_a_500(client, case):
    prove(case)
    for junk in ("\x00", "x" * 5000, "a\nb\n" * 400, "=1+1", "<b>", "\N{RIGHT-TO-LEFT OVERRIDE}"):
        client.post(f"/takedown/cases/{case.reference}/room/", {"page": [junk]})
        client.post("/takedown/request/why/", {"kind": "embargo"})
        assert client.get("/takedown/request/pages/").status_code == 200
        assert client.get("/takedown/request/check/").status_code in (200, 302)


def test_a_new_owner_with_the_same_mailbox_finds_an_empty_room(client, case):
    """Same address, same host, proved again in another browser: no older case, message or entry of the room."""
    prove(case)
    rights.write(case, "Between us and you.")
    filed = file_in_room(client, case, f"https://{HOST}/1")
    rights.decide(filed, None, rights.Ruling("declined", "none", "Said to them alone."))
    rights.withdraw(case)
    new = Client()
    mine = file_and_confirm(new)
    assert room(new, mine).status_code == 302, "nothing is proved yet"
    prove(mine)
    shown = words(room(new, mine)) + words(new.get(f"/takedown/cases/{mine.reference}/"))
    for word in (case.reference, filed.reference, "Between us", "Said to them alone"):
        assert word not in shown
    for old in (case, filed):
        assert new.get(f"/takedown/cases/{old.reference}/").status_code == 404
