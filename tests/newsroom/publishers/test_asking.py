"""Asking, one question a page: nothing typed is lost, nothing can be skipped, everything is checked before it goes."""

import pytest
from django.test import Client
from django.utils import timezone

from analysis.models import Case
from tests import making
from tests.newsroom.publishers.asking import ANSWERS, CHECK, asked_again, hidden_of

pytestmark = pytest.mark.django_db
ORDER = list(ANSWERS)


def text(response) -> str:
    return response.content.decode()


def test_the_start_says_what_happens_and_makes_no_session():
    client = Client()
    page = text(client.get("/takedown/"))
    for words in ("Within 24 hours", "Within 3 days", "It is free", "A wish or a legal demand"):
        assert words in page
    assert "session" not in client.cookies


def test_each_answer_leads_to_the_next_question_and_the_last_to_the_check(client):
    for name, following in zip(ORDER, [*ORDER[1:], "check"], strict=True):
        response = client.post(f"/takedown/request/{name}/", ANSWERS[name])
        assert response["Location"] == f"/takedown/request/{following}/"


@pytest.mark.parametrize("later", [*ORDER[1:], "check"])
def test_a_later_step_leads_back_to_the_first_that_is_missing(client, later):
    assert client.get(f"/takedown/request/{later}/")["Location"] == "/takedown/request/why/"


def test_an_answer_given_out_of_order_is_kept(client):
    client.post("/takedown/request/want/", ANSWERS["want"])
    for name in ("why", "pages"):
        client.post(f"/takedown/request/{name}/", ANSWERS[name])
    assert ANSWERS["want"]["explanation"] in text(client.get("/takedown/request/want/"))


@pytest.mark.parametrize("name", ORDER)
def test_what_was_typed_is_there_when_one_comes_back(client, answer, name):
    answer(client)
    page = text(client.get(f"/takedown/request/{name}/"))
    for typed in ANSWERS[name].values():
        assert typed in page


@pytest.mark.parametrize("name", ORDER)
def test_an_empty_answer_is_refused_beside_its_field_and_at_the_top(client, answer, name):
    answer(client)
    page = asked_again(client, name, {})
    assert 'role="alert"' in page and "<title>Error:" in page and 'aria-invalid="true"' in page
    for target in [part.split('"')[0] for part in page.split('<a href="#id_')[1:]]:
        assert f'id="id_{target}"' in page


def test_a_wrong_answer_is_kept_though_it_is_wrong(client, answer):
    answer(client)
    client.post("/takedown/request/contact/", {"email": "ana at the wire", "language": "fr"})
    again = client.get("/takedown/request/contact/")
    assert "ana at the wire" in text(again)
    assert client.get("/takedown/request/check/")["Location"] == "/takedown/request/contact/?again=1"


def test_a_changed_answer_leads_back_to_the_check(client, answer):
    answer(client)
    response = client.post("/takedown/request/who/?change=1", {**ANSWERS["who"], "name": "Bea"})
    assert response["Location"] == "/takedown/request/check/"
    assert "Bea" in text(client.get("/takedown/request/check/"))


def test_the_page_one_came_from_is_filled_in_and_joins_what_was_typed(client):
    url = "https://desk.example.test/stories/one/"
    assert url in text(client.get("/takedown/", {"url": url})).replace("%3A", ":").replace("%2F", "/")
    client.post("/takedown/request/why/?change=1", ANSWERS["why"])
    client.get("/takedown/request/why/", {"url": url})
    assert url in text(client.get("/takedown/request/pages/"))
    client.post("/takedown/request/pages/", {"pages": "https://mine.example.test/2"})
    page = text(client.get("/takedown/request/pages/", {"url": url}))
    assert url in page and "https://mine.example.test/2" in page


def test_a_line_that_leads_nowhere_is_pointed_out_at_once_and_not_refused(client, file_case):
    typed = "https://wire.example.test/1\n\nthe one about <b>ports</b>"
    page = asked_again(client, "pages", {"pages": typed})
    assert "1 line leads nowhere" in page and typed.splitlines()[0] in page
    assert "Line 3: it holds spaces or invisible characters" in page
    assert client.post("/takedown/request/pages/", {"pages": typed})["Location"] == "/takedown/request/want/"
    for name in [name for name in ORDER if name != "pages"]:
        client.post(f"/takedown/request/{name}/", ANSWERS[name])
    page = text(client.get("/takedown/request/check/"))
    assert "Line 3: it holds spaces or invisible characters" in page
    assert "the one about &lt;b&gt;ports&lt;/b&gt;" in page
    case = file_case(client, pages={"pages": typed})
    assert list(case.urls.values_list("typed", "match")) == [
        ("https://wire.example.test/1", "unmatched"),
        ("the one about <b>ports</b>", "unreadable"),
    ]


def test_another_wrong_line_is_pointed_out_again(client):
    for typed in ("no address", "no address either"):
        assert "leads nowhere" in asked_again(client, "pages", {"pages": typed})


def test_a_page_of_ours_that_is_not_there_is_pointed_out(client, story):
    good = [f"/stories/{story.slug}/", f"http://127.0.0.1:8000/stories/{story.slug}", "/topics", "/",
            "/search/?q=port", f"/stories/{story.slug}#claims", f"/stories/{story.slug}?from=mail",
            f"/%73tories/x/../{story.slug}/", f"/stories/{story.slug}/history/1/"]  # fmt: skip
    client.post("/takedown/request/why/", ANSWERS["why"])
    sent = client.post("/takedown/request/pages/", {"pages": "\n".join(good)})
    assert sent["Location"] == "/takedown/request/want/"
    for wrong in (
        "/stories/no-such-story/",
        "http://127.0.0.1:8000/story/x/",
        "/stories/",
        "/nothing",
        f"/stories/{story.slug}/x/y",
        "/stories/a/b/c/d/",
    ):
        page = asked_again(client, "pages", {"pages": f"{good[0]}\n{wrong}"})
        assert "Line 2: there is no such page on this site" in page, wrong


def test_pointing_out_tells_no_more_than_the_public_pages(client, story):
    """A tombstone is something, a story under embargo is nothing: neither tells more than its own address does."""
    original = story.sources.get(role="original").article
    lines = {"pages": f"/stories/{story.slug}/"}
    making.terms(original.publisher, level="none")
    assert client.get(f"/stories/{story.slug}/").status_code == 410
    assert client.post("/takedown/request/pages/", lines)["Location"] == "/takedown/request/want/"
    type(original).objects.filter(pk=original.pk).update(published_at=timezone.now())
    making.terms(original.publisher, level="full", embargo_hours=5)
    assert client.get(f"/stories/{story.slug}/").status_code == 404
    client.post("/takedown/request/pages/", {"pages": "/"})
    assert "there is no such page on this site" in asked_again(client, "pages", lines)


def test_a_question_that_one_comes_back_to_opens_with_ones_words_and_unjudged(client):
    wrong = {**ANSWERS["who"], "name": "", "organisation": "The Wire"}
    for name in ("why", "pages", "want"):
        client.post(f"/takedown/request/{name}/", ANSWERS[name])
    client.post("/takedown/request/who/", wrong)
    page = text(client.get("/takedown/request/who/"))
    assert "The Wire" in page and 'role="alert"' not in page
    sent_back = client.get("/takedown/request/contact/")["Location"]
    assert 'role="alert"' in text(client.get(sent_back))


def test_the_answers_become_the_case(client, story, file_case):
    case = file_case(client)
    assert (case.name, case.organisation, case.relation) == ("Rights desk", "The Wire", "publisher")
    assert (case.want, case.kind, case.lane, case.email, case.language) == (
        "remove", "opt_out", "preference", "rights@wire.example.test", "en",
    )  # fmt: skip
    assert case.urls.get().match == "matched"


def test_a_page_of_ours_is_recognised_however_it_is_written(client, story, file_case):
    case = file_case(
        client, pages={"pages": f"/stories/{story.slug}/\nhttp://127.0.0.1:8000/stories/{story.slug}/?x=1"}
    )
    assert [(line.story, line.match) for line in case.urls.all()] == [(story, "matched"), (None, "repeated")]


def test_a_legal_ground_makes_a_legal_demand(client, file_case):
    order = {"authority": "Tribunal, no. 1", "signature": "Ana"}
    case = file_case(client, why={"kind": "court_order"}, law=order)
    assert (case.lane, case.authority, case.signature) == (Case.Lane.LEGAL, "Tribunal, no. 1", "Ana")


def test_the_pages_speak_french(client, answer):
    client.cookies["language"] = "fr"
    answer(client)
    assert client.get("/takedown/request/contact/").headers["Content-Language"] == "fr"


@pytest.mark.parametrize("line", ["mailto:rights@wire.test", "MAILTO: rights@wire.test", "rights@wire.test"])
def test_an_e_mail_address_among_the_pages_is_called_what_it_is(client, line):
    assert "Line 1: an e-mail address is no page." in asked_again(client, "pages", {"pages": line})


def test_a_question_is_asked_again_where_a_get_shows_it_so_that_back_leads_there(client, answer):
    answer(client)
    at = "/takedown/request/contact/?change=1"
    response = client.post(at, {"email": "ana at the wire", "language": "fr"})
    assert response["Location"] == at + "&again=1"
    for _look in range(2):
        page = text(client.get(response["Location"]))
        assert 'role="alert"' in page and "ana at the wire" in page and "Keep this answer" in page


def test_the_start_says_how_many_questions_there_are_also_in_the_middle_of_a_demand(client):
    words = f"{len(ORDER)} questions, and one more for a legal demand."
    assert words in text(client.get("/takedown/"))
    client.post("/takedown/request/why/", {"kind": "copyright"})
    assert words in text(client.get("/takedown/"))


def test_what_the_law_asks_and_was_left_empty_leaves_no_empty_row(client, answer):
    client.post("/takedown/request/why/", {"kind": "copyright"})
    answer(client, why={"kind": "copyright"}, law={})
    assert "Nothing yet. We ask you for it later." in text(client.get(CHECK))
    client.post("/takedown/request/why/?change=1", {"kind": "opt_out"})
    page = text(client.get(CHECK))
    assert "What the law asks" not in page and "Nothing yet" not in page


# --- two tabs -----------------------------------------------------------------------------------------------------


def test_answers_that_another_tab_changed_are_shown_before_they_are_sent(client, answer):
    answer(client)
    seen = hidden_of(text(client.get(CHECK)))
    client.post("/takedown/request/want/?change=1", {"want": "reduce", "explanation": "Only a link."})
    refused = client.post(CHECK, seen)
    page = text(refused)
    assert refused.status_code == 409 and not Case.objects.exists()
    assert "changed elsewhere" in page and "Only a link." in page
    assert client.post(CHECK, hidden_of(page)).status_code == 302
    assert Case.objects.get().want == "reduce"


def test_another_request_that_another_tab_began_is_not_sent_for_this_one(client, answer, file_case):
    answer(client)
    seen = hidden_of(text(client.get(CHECK)))
    first = file_case(client)
    assert client.post(CHECK, seen)["Location"] == f"/takedown/sent/{first.reference}/", "it is the same one"
    answer(client, who={**ANSWERS["who"], "name": "Bea"})
    assert client.post(CHECK, {**seen, "submission": "00000000-0000-4000-8000-000000000000"}).status_code == 409
    assert Case.objects.count() == 1


def test_a_page_that_was_opened_before_pages_said_what_they_show_sends_nothing(client, answer):
    answer(client)
    seen = hidden_of(text(client.get(CHECK)))
    assert client.post(CHECK, {"submission": seen["submission"]}).status_code == 409
    assert client.post(CHECK, seen).status_code == 302
