"""Junk at the publishers' door: 400, 404, 405, 413 or the form with the words kept. Never 500."""

import pytest
from django.test import Client

from tests.newsroom.publishers.asking import ANSWERS, asked_again

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
FIELDS = [(step, field) for step, data in ANSWERS.items() for field in data]


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("step", "field"), FIELDS)
def test_a_nul_is_no_text(client, step, field):
    assert client.post(f"/takedown/request/{step}/", {**ANSWERS[step], field: "a\x00b"}).status_code == 400


@pytest.mark.parametrize(("step", "field"), FIELDS)
@pytest.mark.parametrize("junk", [b"%FF%FE", b"%ED%A0%80", b"%C0%AF", b"a" * 100_000, b"%0D%0ABcc:%20x@y.test"])
def test_junk_in_one_field(client, answer, step, field, junk):
    body = field.encode() + b"=" + junk
    response = client.post(f"/takedown/request/{step}/", body, content_type=FORM)
    assert response.status_code in (302, 400)
    assert client.get(f"/takedown/request/{step}/").status_code in (200, 302)


@pytest.mark.parametrize(
    "path", ["request/pages/", "request/check/", "link/", "link/x/", "cases/CD-AAAA-AAAA/withdraw/"]
)
@pytest.mark.parametrize("body", [b"pages=" + b"a" * 10_000_000, b"&".join(b"a=1" for _i in range(5_000))])
def test_a_body_too_large_or_with_too_many_fields_is_refused_with_a_page(path, body):
    # With the real check, which reads the form before the view does.
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    response = client.post(f"/takedown/{path}", body, content_type=FORM)
    assert response.status_code in (400, 403, 404, 410, 413)
    assert "<!doctype html>" in response.content.decode().lower()


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "nonsense", "utf-16", "base64"])
@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x"])
def test_strange_charsets(client, charset, kind):
    part = b'--x\r\nContent-Disposition: form-data; name="pages"\r\n\r\n\\ud800\r\n--x--\r\n'
    # Not post(): the test client would translate the bytes itself.
    response = client.generic("POST", "/takedown/request/pages/", part, content_type=f"{kind}; charset={charset}")
    assert response.status_code in (302, 400)


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=", ""]
)
def test_a_body_that_is_no_form(client, kind):
    response = client.post("/takedown/request/who/", b'{"name": ["a"]}', content_type=kind)
    assert response.status_code in (302, 400)


def test_a_file_where_text_is_asked(client, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("x")
    with path.open("rb") as file:
        assert "Write at least one web address" in asked_again(client, "pages", {"pages": file})


@pytest.mark.parametrize(
    "path",
    [
        "request/nothing/", "request/", "cases/", "cases/%00/", "cases/CD-AAAA-AAAA/", "cases/' OR 1=1/", "cases/é/",
        "cases/" + "A" * 3000 + "/", "cases/../admin/", "link/" + "a" * 5000 + "/", "link/a:b:c/", "link/%FF/",
        "sent/CD-AAAA-AAAA/", "cases/CD-AAAA-AAAA/withdraw/", "cases/-1/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_unknown_places(client, path, method):
    assert getattr(client, method)(f"/takedown/{path}").status_code in (302, 400, 403, 404, 405, 410)


@pytest.mark.parametrize("url", ["javascript:alert(1)", '"><script>alert(1)</script>', "a" * 9000, "\n\n", "  "])
def test_a_hostile_page_to_begin_with_is_harmless(client, url):
    for path in ("", "request/why/", "request/why/"):
        response = client.get(f"/takedown/{path}", {"url": url})
        assert response.status_code == 200
        assert "<script>alert" not in response.content.decode()


def test_hostile_words_show_as_words(client, file_case):
    hostile = "<script>alert(1)</script>{% now 'Y' %}{{ settings }}"
    case = file_case(
        client,
        who={"name": hostile, "organisation": hostile, "relation": "other"},
        want={"want": "other", "explanation": hostile},
    )
    page = client.get(f"/takedown/cases/{case.reference}/").content.decode()
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;{% now") == 3
