"""Any text at all in the box for pages: never an error of ours, and every line kept as it was typed."""

from itertools import count
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from analysis import rights
from analysis.addresses import AddressError
from newsroom.publishers.questions import PagesForm
from newsroom.publishers.typed import doubtful, lines
from tests.newsroom.publishers.asking import asked_again

_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=300)
_urls = st.builds(
    "https://{}.example.test/{}".format, st.from_regex(r"[a-z]{1,10}", fullmatch=True), st.text("aé/?=&#", max_size=9)
)
_numbers = count()
_boxes = st.lists(
    st.one_of(_text, _urls, st.sampled_from(["", "  ", "\r", "//x", "/stories/a/", "http://[", "javascript:1"]))
)


@given(_boxes.map("\n".join))
def test_every_line_is_kept_letter_for_letter(box):
    form = PagesForm({"pages": box})
    if form.is_valid():
        typed = [line for _number, line in form.numbered]
        assert typed == [t for raw in box.replace("\r\n", "\n").replace("\r", "\n").split("\n") if (t := raw.strip())]
    else:
        assert form["pages"].value() == box


@pytest.mark.django_db
@how(deadline=None)
@given(_text.filter(lambda line: not line.strip().startswith("/")))
def test_a_line_is_pointed_out_exactly_if_the_record_could_not_read_it(line):
    try:
        rights.read_line(line, "127.0.0.1")
        readable = True
    except AddressError:
        readable = False
    assert readable == (doubtful([(7, line)]) == [])


@pytest.mark.django_db
@how(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(box=_boxes.map("\n".join))
def test_the_page_answers_and_keeps_the_words(client, box):
    response = client.post("/takedown/request/pages/", {"pages": box})
    assert response.status_code == 302
    assert client.session["takedown_draft"]["answers"]["pages"]["pages"] == box


@pytest.mark.django_db
@how(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(box=_boxes.map("\n".join).filter(lambda box: lines(box)))
def test_the_case_holds_the_lines(file_case, box):
    n = next(_numbers)
    client = Client(REMOTE_ADDR=f"198.51.{n // 250}.{n % 250}")  # one network may not ask without end
    contact = {"email": f"rights-{uuid4().hex}@wire.example.test", "language": "en"}
    case = file_case(client, pages={"pages": box}, contact=contact)
    assert [line.typed for line in case.urls.all()] == [line for _number, line in lines(box)]
    assert client.get(f"/takedown/cases/{case.reference}/").status_code == 200


@pytest.mark.django_db
def test_500_lines_are_taken_and_501_are_not(client):
    many = [f"https://wire.example.test/{n}" for n in range(501)]
    taken = client.post("/takedown/request/pages/", {"pages": "\n".join(many[:500])})
    assert taken["Location"] == "/takedown/request/want/"
    page = asked_again(client, "pages", {"pages": "\n".join(many)})
    assert "501 lines" in page and many[500] in page


@pytest.mark.django_db
def test_a_line_of_100000_characters_is_named_and_kept(client):
    long = "https://wire.example.test/" + "a" * 100_000
    page = asked_again(client, "pages", {"pages": "https://wire.example.test/1\n" + long})
    assert "Line 2 has 100026 characters" in page and long in page
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE > 1_000_000
