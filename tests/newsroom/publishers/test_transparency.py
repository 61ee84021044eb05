"""The transparency report as a page, as CSV and as JSON."""

import csv
import io
import json

import html5lib
import pytest
from django.utils import timezone
from jsonschema import Draft202012Validator

from analysis import rights
from analysis.models import Publisher
from newsroom.publishers import transparency as view
from tests import making
from tests.analysis.cases import confirmed

pytestmark = pytest.mark.django_db

COUNTS = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}
TABLE = {"type": "object", "additionalProperties": COUNTS}
DAYS = {"type": ["integer", "null"], "minimum": 0}
SCHEMA = {
    "type": "object",
    "required": ["documentation", "made_at", "requests", "kinds", "lanes", "months", "days", "terms", "appeals",
                 "publishers", "claimed", "corrections", "others", "record"],
    "additionalProperties": False,
    "properties": {
        "documentation": {"type": "string", "pattern": "#data$"},
        "made_at": {"type": "string", "format": "date-time"},
        "requests": {"type": "integer"},
        **dict.fromkeys(("kinds", "lanes", "months", "terms", "publishers", "claimed", "corrections"), TABLE),
        **dict.fromkeys(("appeals", "others"), COUNTS),
        "days": {"type": "object", "additionalProperties": {
            "type": "object", "required": ["decided", "median", "ninetieth"],
            "properties": {"decided": {"type": "integer"}, "median": DAYS, "ninetieth": DAYS}}},
        "record": {"type": "object", "required": ["length", "head"], "properties": {
            "length": {"type": "integer"}, "head": {"type": "string", "pattern": "^([0-9a-f]{64})?$"}}},
    },
}  # fmt: skip


@pytest.fixture
def asked():
    wire = making.publisher("Example Wire", "wire.test")
    case = confirmed(making.article(wire).url)
    rights.decide(case, None, rights.Ruling("granted", "remove", "Yes."))
    rights.appeal(case, "Not like this.")
    confirmed("https://nobody.test/1", kind="copyright", relation="author")
    return case


def rows(client) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get("/transparency.csv").content.decode(), newline="")))


def test_the_page_says_what_the_data_say(client, asked):
    page = client.get("/transparency/").content.decode()
    assert "Example Wire" in page and "Copyright" in page
    head = client.get("/transparency.json").json()["record"]["head"]
    assert head in page and len(head) == 64
    assert 'style="' not in page and "<style" not in page
    html5lib.HTMLParser(strict=True).parse(page)


def test_an_empty_report_is_a_page_too(client):
    page = client.get("/transparency/").content.decode()
    assert "Nobody has asked anything yet." in page
    html5lib.HTMLParser(strict=True).parse(page)


def test_every_chart_has_its_table(client, asked):
    page = client.get("/transparency/").content.decode()
    assert page.count("<figure") == page.count('role="img"') == 1
    chart = page[page.index("<figure") : page.index("</details>")]
    assert "<table" in chart and f"{timezone.now():%B %Y}" in chart


def test_no_column_can_be_left_out_of_the_page_without_a_word(client, asked, monkeypatch):
    fewer = {key: label for key, label in view.OUTCOMES.items() if key != "withdrawn"}
    monkeypatch.setattr(view, "OUTCOMES", fewer)
    with pytest.raises(ValueError, match="zip"):
        client.get("/transparency/")


def test_a_french_page_draws_with_whole_numbers(client, asked):
    page = client.get("/transparency/", HTTP_ACCEPT_LANGUAGE="fr").content.decode()
    svg = page[page.index("<figure") : page.index("</figure>")]
    assert "," not in svg.split("aria-label")[0] and 'height="' in svg
    assert not [part for part in svg.split('"') if part.replace(",", "").isdigit() and "," in part]


def test_the_json_fits_its_schema(client, asked):
    data = client.get("/transparency.json").json()
    Draft202012Validator(SCHEMA).validate(data)
    assert data["requests"] == 2
    assert data["claimed"] == {Publisher.objects.get().slug: data["claimed"][Publisher.objects.get().slug]}


def test_the_csv_holds_every_number_of_the_json(client, asked):
    data = client.get("/transparency.json").json()
    assert data["appeals"]["open"] == 1
    found = {(row["table"], row["row"], row["column"]): row["value"] for row in rows(client)}
    for table in ("kinds", "lanes", "months", "terms", "publishers", "claimed", "corrections"):
        for key, counts in data[table].items():
            for column, n in counts.items():
                assert found[table, key, column] == str(n)
    assert found["publishers", "", "open"] == str(data["others"]["open"]) == "1"
    assert found["appeals", "open", "count"] == "1"
    assert found["record", "all", "head"] == data["record"]["head"]
    assert found["days", "all", "median"] == str(data["days"]["all"]["median"])


def test_the_csv_is_one_of_rfc_4180_and_no_formula(client, asked):
    Publisher.objects.update(name='=HYPERLINK("https://evil.test","x")')
    response = client.get("/transparency.csv")
    text = response.content.decode()
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    assert response["Content-Type"].startswith("text/csv")
    assert "attachment" in response["Content-Disposition"]
    labels = {row["label"] for row in rows(client)}
    assert '\'=HYPERLINK("https://evil.test","x")' in labels
    assert not [row for row in rows(client) for field in row.values() if field[:1] in ("=", "+", "-", "@")]


@pytest.mark.parametrize("path", ["/transparency/", "/transparency.csv", "/transparency.json"])
def test_it_is_public_and_carries_no_session(client, asked, path):
    response = client.get(path)
    assert response.status_code == 200 and not response.cookies
    assert response["Cache-Control"] == "no-cache"
    assert client.post(path).status_code == 405


def test_names_of_people_and_references_are_in_none_of_them(client, asked):
    for path in ("/transparency/", "/transparency.csv", "/transparency.json"):
        text = client.get(path).content.decode()
        for word in (asked.reference, asked.email, asked.name, "Not like this"):
            assert word not in text


def test_the_footer_leads_to_it(client):
    assert 'href="/transparency/"' in client.get("/").content.decode()
    assert json.loads(client.get("/transparency.json").content)["requests"] == 0
