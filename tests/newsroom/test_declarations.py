"""What we tell machines: each file is read by others' programs, and none allows more than the strictest page."""

import re
from datetime import UTC, datetime, timedelta

import html5lib
import http_sf
import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from lxml import etree
from protego import Protego

from analysis import editing
from analysis.models import Claim, Source, Story, StoryLink
from analysis.text import count_words
from newsroom import standing
from tests import making

pytestmark = pytest.mark.django_db

LABELS = ("train-ai", "ai-use")
RSL = "{https://rslstandard.org/rsl}"


def usage(value: str) -> dict[str, str]:
    """A Content-Usage dictionary, as a parser of RFC 9651 reads it."""
    return {
        label: str(token) for label, (token, _parameters) in http_sf.parse(value.encode(), tltype="dictionary").items()
    }


def site_usage(client: Client) -> dict[str, str]:
    (line,) = re.findall(r"^Content-Usage: (.+)$", client.get("/robots.txt").content.decode(), re.M)
    return usage(line)


def lines(client: Client, path: str) -> dict[str, str]:
    response = client.get(path)
    assert response.headers["Content-Type"].startswith("text/plain")
    return dict(re.split(r"[:=] ?", line, maxsplit=1) for line in response.content.decode().splitlines())


# --- the files of the site --------------------------------------------------------------------------------------


def test_robots_lets_everybody_read_and_says_what_may_not_be_done(client):
    text = client.get("/robots.txt").content.decode()
    rules = Protego.parse(text)
    assert rules.can_fetch("http://127.0.0.1:8000/stories/a/", "AnyBot")
    assert not rules.can_fetch("http://127.0.0.1:8000/admin/", "AnyBot")
    assert not rules.can_fetch("http://127.0.0.1:8000/takedown/cases/CD-2222-2222/", "AnyBot")
    assert list(rules.sitemaps) == ["http://127.0.0.1:8000/sitemap.xml"]
    assert site_usage(client) == dict.fromkeys(LABELS, "n")
    group = text.partition("\n\n")[0].splitlines()
    assert group[0] == "User-agent: *" and any(line.startswith("Content-Usage: ") for line in group)
    assert "\nLicense: http://127.0.0.1:8000/rsl.xml\n" in text


def test_the_reservation_and_the_licence_agree_with_robots(client):
    (rule,) = client.get("/.well-known/tdmrep.json").json()
    assert (rule["location"], rule["tdm-reservation"]) == ("/", 1)
    licence = client.get(rule["tdm-policy"].removeprefix("http://127.0.0.1:8000"))
    assert licence.headers["Content-Type"] == "application/rsl+xml"
    root = etree.fromstring(licence.content)
    assert root.tag == RSL + "rsl"
    (content,) = root.findall(RSL + "content")
    assert content.get("url") == "/"
    assert [p.text for p in content.iterfind(f"{RSL}license/{RSL}prohibits[@type='usage']")] == ["ai-all"]
    assert not list(root.iter(RSL + "permits", RSL + "payment"))
    assert lines(client, "/.well-known/trust.txt")["datatrainingallowed"] == "no"


def test_security_says_whom_to_tell_until_when(client, settings):
    settings.ORIGIN, settings.SECURITY_CONTACT = "https://desk.example", "mailto:security@desk.example"
    said = lines(client, "/.well-known/security.txt")
    assert said["Contact"] == "mailto:security@desk.example"
    assert said["Canonical"] == "https://desk.example/.well-known/security.txt"
    assert said["Policy"] == "https://desk.example/about/security/"
    standing.load()  # as whoever installs it does
    assert "security.txt" in client.get("/about/security/").content.decode()
    assert said["Preferred-Languages"] == "en, fr"
    expires = datetime.fromisoformat(said["Expires"])
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=365)


def test_security_names_no_address_that_the_rfc_does_not_take(client):
    said = lines(client, "/.well-known/security.txt")
    assert said["Contact"] == "mailto:desk@localhost"
    assert "http://" not in " ".join(said.values())


def test_the_files_stay_as_they_are_for_a_day(client):
    for path in (
        "/robots.txt",
        "/rsl.xml",
        *(f"/.well-known/{name}" for name in ("security.txt", "trust.txt", "tdmrep.json")),
    ):
        first = client.get(path)
        assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


# --- the headers of a story -------------------------------------------------------------------------------------

LEVELS = st.sampled_from(["full", "short", "link", "none"])
TERMS = st.fixed_dictionaries(
    {"level": LEVELS, "max_words": st.integers(1, 150), "ai": st.sampled_from(["allow", "deny"])},
    optional={"quote_words": st.integers(0, 30)},
)


def story(*terms: dict[str, object]) -> str:
    """The address of a story that rests on one article for each of these terms, stated after it was published."""
    publishers = [making.publisher() for _ in terms]
    articles = [making.article(of, title=f"Their title {of.pk}") for of in publishers]
    made = making.draft(articles[0], summary="It said so.")
    for position, article in enumerate(articles[1:], 1):
        Source.objects.create(story=made, article=article, role="coverage", position=position)
    editing.publish(made, None)
    for of, stated in zip(publishers, terms, strict=True):
        making.terms(of, **stated)
    return f"/stories/{made.slug}/"


def words_allowed(terms: dict[str, object]) -> int:
    most = {"full": 10**6, "short": 40, "link": 0, "none": 0}[str(terms["level"])]
    return min(most, int(str(terms["max_words"])))


def characters(robots: str) -> int:
    (found,) = re.findall(r"nosnippet|max-snippet:(\d+)", robots)
    return int(found or 0)


@hypothesis(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.lists(TERMS, min_size=1, max_size=4))
@example([{"level": "full", "max_words": 60, "ai": "allow"}])
@example([{"level": "full", "max_words": 60, "ai": "allow"}, {"level": "none", "max_words": 60, "ai": "allow"}])
@example([{"level": "link", "max_words": 60, "ai": "allow"}, {"level": "full", "max_words": 5, "ai": "allow"}])
def test_no_page_is_looser_than_the_strictest_of_its_sources(client, terms):
    url = story(*terms)
    response = client.get(url)
    if terms[0]["level"] == "none":
        assert response.status_code == 410
        assert "Content-Usage" not in response.headers and "noindex" in response.headers["X-Robots-Tag"]
        return
    said = usage(response.headers["Content-Usage"])
    denied = any(stated["ai"] == "deny" or stated["level"] == "none" for stated in terms)
    assert said == ({"train-ai": "n", "ai-use": "n"} if denied else {"train-ai": "n"})
    assert said.items() <= site_usage(client).items()  # who reads the files alone does not hear more

    shown = characters(response.headers["X-Robots-Tag"])
    allowed = [words_allowed(stated) for stated in terms if stated["level"] != "link"]
    assert count_words(" ".join("a" for _ in range(shown))[:shown]) <= min(allowed, default=0)
    history = client.get(url + "history/").headers
    assert history["Content-Usage"] == response.headers["Content-Usage"]
    assert history["X-Robots-Tag"] == "noindex, noarchive, " + response.headers["X-Robots-Tag"]

    # What is theirs of a source that allows a link only stands where no snippet is taken from.
    tree = html5lib.parse(response.content, namespaceHTMLElements=False)
    hidden = " ".join("".join(part.itertext()) for part in tree.findall(".//main//*[@data-nosnippet]"))
    for part in tree.findall(".//main//*[@data-nosnippet]"):
        assert part.tag in ("span", "div", "section")  # the only ones where search engines look for it
        tail = part.tail
        part.clear()
        part.tail = tail
    rest = "".join(tree.find(".//main").itertext())
    for source in Source.objects.filter(story__slug=url.split("/")[2]).select_related("article"):
        if terms[source.position]["level"] == "link":
            assert source.article.title in hidden and source.article.title not in rest


@given(st.integers(1, 200), st.text("ab ", max_size=500), st.integers(0, 300))
def test_as_many_characters_as_a_page_lets_others_show_hold_no_more_words_than_its_terms_allow(words, text, start):
    assert len(text[start : start + 2 * words - 1].split()) <= words


@pytest.mark.parametrize("beside", ["link", "full"])
def test_a_page_that_says_nothing_of_ours_shows_no_snippet(client, beside):
    response = client.get(story({"level": "link"}, {"level": beside, "max_words": 60}))
    assert response.status_code == 200 and response.headers["X-Robots-Tag"] == "nosnippet"


def test_a_source_that_is_only_linked_takes_nothing_from_our_own_words(client):
    response = client.get(story({"level": "full", "max_words": 60}, {"level": "link"}))
    assert response.headers["X-Robots-Tag"] == "max-snippet:119"


def test_a_page_on_one_generous_source_may_be_shown_in_part(client):
    response = client.get(story({"level": "full", "max_words": 60, "ai": "allow"}))
    assert response.headers["X-Robots-Tag"] == "max-snippet:119"
    assert response.headers["Content-Usage"] == "train-ai=n"


def test_an_earlier_version_passes_on_what_the_sources_of_today_say(client):
    url = story({"level": "full", "max_words": 60, "ai": "allow"})
    made = Story.objects.get(slug=url.split("/")[2])
    newer = making.publisher()
    Source.objects.create(story=made, article=making.article(newer), role="coverage", position=1)
    editing.publish(made, None, kind="update", reason="More is known.")
    making.terms(newer, level="short", max_words=20, ai="deny")
    for page in (url, url + "history/", url + "history/1/"):
        headers = client.get(page).headers
        assert (headers["Content-Usage"], characters(headers["X-Robots-Tag"])) == ("train-ai=n, ai-use=n", 39), page


def test_what_tells_of_several_stories_passes_on_what_the_strictest_of_them_says(client):
    """A claim by itself, the timeline of a matter, and the API."""
    first = making.draft()
    Claim.objects.create(story=first, text="Twelve firms bid.", standing="reported")
    editing.publish(first, None)
    second = making.draft()
    shared = Claim.objects.create(story=second, text="Twelve bid.", standing="reported", shares=first.claims.get())
    StoryLink.objects.create(story=second, earlier=first, kind="follows", why="It goes on.")
    editing.publish(second, None)
    making.terms(first.sources.get().article.publisher, level="full", ai="allow", max_words=60)
    making.terms(second.sources.get().article.publisher, level="short", ai="deny")
    strict = client.get(second.get_absolute_url()).headers
    for page in (f"/claims/{shared.shares_id}/", f"{first.get_absolute_url()}timeline/"):
        found = client.get(page).headers
        assert (found["Content-Usage"], found["X-Robots-Tag"]) == (strict["Content-Usage"], strict["X-Robots-Tag"])
    assert client.get(f"/api/v1/claims/{shared.shares_id}/").headers["Content-Usage"] == strict["Content-Usage"]


def test_a_new_decision_is_passed_on_with_the_next_request(client):
    of = making.publisher()
    making.terms(of, level="full", max_words=60, ai="allow")
    url = f"/stories/{making.published(making.article(of)).slug}/"
    first = client.get(url)
    making.terms(of, level="full", max_words=30, ai="deny", effective_from=making.LONG_AGO + timedelta(days=1))
    second = client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (second.headers["Content-Usage"], second.headers["X-Robots-Tag"]) == (
        "train-ai=n, ai-use=n",
        "max-snippet:59",
    )
