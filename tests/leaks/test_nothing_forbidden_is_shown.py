"""Nothing forbidden is shown, anywhere: a word of its own is planted in every field, then everything public is read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone

from analysis import editing, rights, scheduling, signals
from analysis.addresses import host_of
from analysis.models import Article, Case, Story, Summary, Topic
from analysis.models.signals import SignalKind
from newsroom.publishers import access
from newsroom.urls import urlpatterns as house
from tests import making, reports
from tests.leaks.crawl import crawl, crawl_as, searches
from tests.making import NOTE_SLOTS, Planted

pytestmark = pytest.mark.django_db

THEIRS = {"their_title", "their_url", "leads", "hash", "copy"}
ANALYSIS = {
    *(f"note_{slot}" for slot in NOTE_SLOTS if slot != "take"),
    *(f"{what}_{slot}" for slot in NOTE_SLOTS for what in ("title", "model")),
    "new_take", "old_take", "claim", "claim_why", "claims_model", "standing_moved", "watch", "watch_settled",
    "watch_model", "settled", "outcome", "outcome_url", "taken_back", "replaced", "replaced_settled", "mention",
    "entity_description", "alias", "disclosure", "conflicts", "link_why",
}  # fmt: skip
OURS = {"headline", "head_model", "dek", "correction", "thanks", "answer", "source_why", "copied_from"}
SUMMARY = {"summary"}
EVERYTHING = THEIRS | ANALYSIS | OURS | SUMMARY


@dataclass(frozen=True)
class Scenario:
    """What is done to a story that was public in full, and which of its words may still be read afterwards."""

    name: str
    change: Callable[[Planted], object]
    allowed: frozenset[str]
    beside: bool = False
    summary: dict[str, str] | None = None
    status: int = 200


Change = Callable[[Planted], object]


def _then(*changes: Change) -> Change:
    return lambda planted: [change(planted) for change in changes]


def _terms(**fields: Any) -> Change:
    """`value` may hold {url}, {bare} (the URL without its scheme) and {host}. `of`: None for a site nobody owns yet."""

    def change(planted: Planted) -> None:
        said = {"of": planted.original.publisher, **fields, "value": _fill(planted, fields.get("value", ""))}
        making.terms(**said)

    return change


def _fill(planted: Planted, value: str) -> str:
    bare = planted.original.url.removeprefix("https://")
    return value.format(url=planted.original.url, bare=bare, host=bare.partition("/")[0])


def _hold(level: str) -> Change:
    return lambda planted: rights.hold(_case(planted), None, level)


def _decide(scope: str = "url", spelled: str = "{url}", relation: str = "publisher", **ruling: Any) -> Change:
    """Granted, and if nothing else is said everything is removed. `spelled`: how the request names the page."""

    def change(planted: Planted) -> None:
        case = _case(planted, spelled, relation)
        rights.confirm(case)
        value = _fill(planted, {"domain": "{host}", "path": "{host}/"}.get(scope, ""))
        said = {"action": "remove", "scope": scope, "value": value, "reason": "Because.", **ruling}
        rights.decide(case, None, rights.Ruling("granted", **said))

    return change


def _appeal(planted: Planted) -> None:
    rights.appeal(_asked(), "zqprivatezq")


def _restore(planted: Planted) -> None:
    """The appeal is granted: what this case said holds no longer."""
    _appeal(planted)
    case = _asked()
    lifted = tuple(terms.pk for terms in rights.liftable(case) if terms.case == case)
    rights.decide(case, None, rights.Ruling("partly", "restore", "Because.", restore=lifted))


def _prove(planted: Planted) -> None:
    case = _case(planted)
    rights.confirm(case)
    assert rights.prove(rights.challenge(case, "example-wire.test"), "dns", wide=True)


def _appeared(hours_ago: int) -> Change:
    at = timezone.now() - timedelta(hours=hours_ago)
    return lambda planted: Article.objects.filter(pk=planted.original.pk).update(published_at=at)


def _asked() -> Case:
    """The last case about the planted story."""
    return Case.objects.filter(name="zqprivatezq").latest("pk")


def _case(planted: Planted, spelled: str = "{url}", relation: str = "publisher") -> Case:
    asked = rights.Request(
        submission=uuid4(), urls=[_fill(planted, spelled)], want="remove", kind="opt_out", explanation="zqprivatezq",
        name="zqprivatezq", organisation="zqprivatezq", relation=relation, email="zqprivatezq@wire.test", language="en",
    )  # fmt: skip
    return rights.open_case(asked, "testserver")


def _signal(page: bool = False, **effect: object) -> Callable[[Planted], None]:
    """What the site or the page says to machines, as the wire records it."""

    def change(planted: Planted) -> None:
        url = planted.original.url
        host = f"{host_of(url)}/"
        said = signals.Said(signal="robots", label="x", value="", **effect)
        at = {"url": url if page else f"https://{host}robots.txt", "about": url if page else host, "at": timezone.now()}
        kind = SignalKind.PAGE if page else SignalKind.ROBOTS
        signals.record(planted.original.publisher, [signals.Reading(kind=kind, said=(said,), **at)])

    return change


def _withdraw(planted: Planted) -> None:
    editing.withdraw(planted.story, "zqprivatezq")


SCENARIOS = [
    Scenario("full", _terms(level="full"), frozenset(EVERYTHING)),
    Scenario("private note", _terms(level="full", note="zqprivatezq"), frozenset(EVERYTHING)),
    Scenario("short", _terms(level="short"), frozenset(EVERYTHING)),
    Scenario("fewer words", _terms(level="full", max_words=2), frozenset(EVERYTHING - SUMMARY)),
    Scenario("no quotes", _terms(level="full", quote_words=0), frozenset(EVERYTHING - SUMMARY),
             summary={"text": "It said “we will all see zqleaksummaryzq soon”."}),
    Scenario("no machines", _terms(ai="deny"), frozenset(EVERYTHING - SUMMARY),
             summary={"text": "It said zqleaksummaryzq.", "made_by": "model", "model": "m"}),
    Scenario("link alone", _terms(level="link"), frozenset(THEIRS)),
    Scenario("link beside another", _terms(level="link"), frozenset(THEIRS | ANALYSIS), beside=True),
    Scenario("none", _terms(level="none"), frozenset(), status=410),
    Scenario("none beside another", _terms(level="none"), frozenset(), beside=True, status=410),
    Scenario("none by law", _terms(level="none", basis="legal"), frozenset(), status=451),
    Scenario("embargo", _terms(embargo_hours=24 * 365), frozenset(EVERYTHING)),  # over since 2025
    Scenario("hold: short", _hold("short"), frozenset(EVERYTHING)),
    Scenario("hold: link", _hold("link"), frozenset(THEIRS)),
    Scenario("hold: none", _hold("none"), frozenset(), status=410),
    Scenario("removed, one page", _decide("url"), frozenset(), status=410),
    Scenario("removed, a part of the site", _decide("path"), frozenset(), status=410),
    Scenario("removed, the domain", _decide("domain"), frozenset(), status=410),
    Scenario("removed, the publisher", _decide("publisher"), frozenset(), status=410),
    Scenario("removed by law", _decide("url", legal=True), frozenset(), status=451),
    Scenario("site signal: link", _signal(level="link"), frozenset(THEIRS)),
    Scenario("site signal for this part", _signal(level="link", places=(("/*theirurlzq$", True),)), frozenset(THEIRS)),
    Scenario("site signal for all but this part", _signal(level="link", places=(("/zq", False), ("/", True))),
             frozenset(EVERYTHING)),
    Scenario("site signal: no machines", _signal(ai="deny"), frozenset(EVERYTHING - SUMMARY),
             summary={"text": "It said zqleaksummaryzq.", "made_by": "model", "model": "m"}),
    Scenario("page signal: link", _signal(page=True, level="link"), frozenset(THEIRS)),
    Scenario("page signal: few characters", _signal(page=True, quote_chars=20), frozenset(EVERYTHING - SUMMARY),
             summary={"text": "It said “we will all see zqleaksummaryzq soon”."}),
    Scenario("page signal: withheld", _signal(page=True, level="none"), frozenset(), status=410),
    Scenario("removed, asked for in another spelling", _decide(spelled="http://www.{bare}/"), frozenset(), status=410),
    Scenario("reduced by a publisher", _decide(action="terms", level="link", verified=True), frozenset(THEIRS)),
    Scenario("reduced for somebody else", _decide(action="terms", level="link", relation="subject"), frozenset(THEIRS)),
    Scenario("reduced by law", _decide(action="terms", level="link", legal=True), frozenset(THEIRS)),
    Scenario("reduced by law, loosened by the publisher",
             _then(_decide(action="terms", level="link", legal=True), _terms(level="full", scope="url", value="{url}")),
             frozenset(THEIRS)),
    Scenario("removed and contested", _then(_decide(), _appeal), frozenset(), status=410),
    Scenario("removed, contested and restored", _then(_decide(), _restore), frozenset(EVERYTHING)),
    Scenario("removed twice, restored once", _then(_decide("path"), _decide(), _restore), frozenset(),
             status=410),
    Scenario("restored to what stood before",
             _then(_decide(action="terms", level="link"), _decide(), _restore), frozenset(THEIRS)),
    Scenario("control proved", _prove, frozenset(THEIRS)),
    Scenario("under embargo still", _then(_appeared(1), _terms(embargo_hours=2)), frozenset(), status=404),
    Scenario("out of its embargo", _then(_appeared(2), _terms(embargo_hours=2)), frozenset(EVERYTHING)),
    Scenario("terms of tomorrow", _terms(level="none", effective_from=timezone.now() + timedelta(days=1)),
             frozenset(EVERYTHING)),
    Scenario("page", _terms(scope="url", value="{url}", level="link"), frozenset(THEIRS)),
    Scenario("page, http", _terms(scope="url", value="http://{bare}", level="link"), frozenset(THEIRS)),
    Scenario("page, www", _terms(scope="url", value="https://www.{bare}/", level="none"), frozenset(), status=410),
    Scenario("page: no machines, then none by law",
             _then(_terms(scope="url", value="{url}", ai="deny"),
                   _terms(scope="url", value="{url}", level="none", basis="legal")),
             frozenset(), status=451),
    Scenario("page: link, then none in another spelling",
             _then(_terms(scope="url", value="{url}", level="link"),
                   _terms(scope="url", value="https://www.{bare}", level="none", effective_from=timezone.now())),
             frozenset(), status=410),
    Scenario("page under embargo", _then(_appeared(1), _terms(scope="url", value="{url}", embargo_hours=48)),
             frozenset(), status=404),
    Scenario("part of a site under embargo",
             _then(_appeared(1), _terms(scope="path", value="{bare}", embargo_hours=48)), frozenset(), status=404),
    Scenario("page: no machines, removed with its part of the site",
             _then(_terms(scope="url", value="{url}", ai="deny"), _decide("path")), frozenset(), status=410),
    Scenario("page: no machines, under a hold",
             _then(_terms(scope="url", value="{url}", ai="deny"), _hold("none")), frozenset(), status=410),
    Scenario("page: no machines, withdrawn",
             _then(_terms(scope="url", value="{url}", ai="deny"), _withdraw), frozenset(), status=410),
    Scenario("part of a site: no machines, removed by law",
             _then(_terms(scope="path", value="{bare}", ai="deny"), _decide("url", legal=True)), frozenset(),
             status=451),
    Scenario("part of a site", _terms(scope="path", value="{bare}", level="link"), frozenset(THEIRS)),
    Scenario("site nobody owned", _terms(of=None, scope="domain", value="{host}", level="none", basis="restriction"),
             frozenset(), status=410),
    Scenario("page nobody owned", _terms(of=None, scope="url", value="http://www.{bare}", level="link"),
             frozenset(THEIRS)),
    Scenario("withdrawn", _withdraw, frozenset(), status=410),
]  # fmt: skip


@pytest.fixture
def plant() -> Callable[..., Planted]:
    def plant_one(beside: bool = False, summary: dict[str, str] | None = None) -> Planted:
        of = making.publisher("Example Wire", "example-wire.test")
        other = making.publisher("Stranger Wire", "stranger-wire.test")
        made = making.planted("leak", of, making.article(other) if beside else None, **(summary or {}))
        return reports.planted(made)

    return plant_one


def stranger(planted: Planted) -> str:
    """The session of another publisher, with its control proved, whose case names the story and what it rests on."""
    urls = ["https://stranger-wire.test/1", planted.original.url, f"/stories/{planted.story.slug}/"]
    asked = rights.Request(
        submission=uuid4(), urls=urls, want="correct", kind="other", explanation="Please.", name="Stranger",
        organisation="", relation="publisher", email="rights@stranger-wire.test", language="en",
    )  # fmt: skip
    case = rights.open_case(asked, "testserver")
    rights.confirm(case)
    assert rights.prove(rights.challenge(case, "stranger-wire.test"), "dns", wide=True)
    session = SessionStore()
    access.grant(session, case.reference)
    session.save()
    return session.session_key


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_nothing_forbidden_is_shown_on_any_surface(scenario: Scenario, plant: Callable[..., Planted]) -> None:
    planted = plant(scenario.beside, scenario.summary)
    seen = {(v.url, v.representation): v for v in crawl()}
    # The crawl can see: while all is allowed, each word stands on some page.
    unseen = {name for name, word in planted.words.items() if not any(word in v.text for v in seen.values())}
    assert not unseen, f"the crawl never met {unseen}"

    session = stranger(planted)
    scenario.change(planted)

    forbidden = {word for name, word in planted.words.items() if name not in scenario.allowed} | {"zqprivatezq"}
    for visit in crawl(seen):
        held = seen[visit.url, visit.representation].text if visit.status == 304 else visit.text
        leaked = [word for word in forbidden if word in held]
        assert not leaked, f"{visit.url} {visit.representation} ({visit.status}) shows {leaked}"
        if visit.url == f"/stories/{planted.story.slug}/" and visit.status != 304:
            assert visit.status == scenario.status
    # Another publisher, in its own room and on its own case, which names the page, sees no more than all the world.
    typed = planted.words["their_url"]
    rooms = list(crawl_as(session))
    assert {v.url.count("/") for v in rooms if v.status == 200 and "/cases/" in v.url} >= {4, 5}, "case, and its pages"
    for visit in rooms:
        leaked = [word for word in forbidden - {typed} if word in visit.text]
        assert not leaked, f"{visit.url} ({visit.status}) shows another publisher {leaked}"
    # Search must not even tell that a forbidden word stands somewhere.
    for visit in searches(sorted(forbidden)):
        assert f"/stories/{planted.story.slug}/" not in visit.text, f"{visit.url} gives a forbidden word away"


@pytest.mark.parametrize("level", ["short", "link", "none"])
def test_a_held_story_shows_what_terms_of_that_level_show_on_every_surface(
    level: str, plant: Callable[..., Planted]
) -> None:
    """But in the register, which lists what was decided and never what is asked."""
    planted = plant()
    register = f"/publishers/{planted.original.publisher.slug}/"

    def surfaces() -> dict[tuple[str, str], str]:
        # Forms have another token each time; a feed without an entry is as new as its reader.
        # The transparency report counts requests, whatever they are about.
        # What is asked of us is no report of an error.
        other = ("/takedown/", "/transparency", "/reports/CD-", register)
        shown = (visit for visit in crawl() if not visit.url.startswith(other))
        renewed = r'ETag: .*|<updated>[^<]*|name="key" value="[^"]*'
        return {(v.url, v.representation): re.sub(renewed, "", v.text) for v in shown}

    public = surfaces()
    case = _case(planted)
    rights.hold(case, None, level)
    held = surfaces()
    rights.withdraw(case)
    assert surfaces() == public
    making.terms(planted.original.publisher, scope="url", value=planted.original.url, level=level, basis="restriction")
    decided = surfaces()
    assert [key for key in held if held[key] != decided[key]] == []
    story = (f"/stories/{planted.story.slug}/", "{}")
    assert held[story] != public[story]


def test_an_allowed_word_is_found_by_search(plant: Callable[..., Planted]) -> None:
    planted = plant()
    for visit in searches([planted.words["summary"]]):
        assert f"/stories/{planted.story.slug}/" in visit.text


def test_an_embargoed_original_is_not_there_yet(plant: Callable[..., Planted]) -> None:
    planted = plant()
    Article.objects.filter(pk=planted.original.pk).update(published_at=None)  # so nobody knows when it ends
    making.terms(planted.original.publisher, embargo_hours=6)
    for visit in crawl():
        assert not [word for word in planted.words.values() if word in visit.text], visit.url
        if visit.url == f"/stories/{planted.story.slug}/":
            assert visit.status == 404


def test_what_a_page_says_is_evidence_only_where_the_page_may_be_named(plant: Callable[..., Planted], client) -> None:
    planted = plant()
    of = planted.original.publisher
    under_work = making.draft(making.article(of, path="zqunderworkzq")).sources.get().article

    def read(url: str, word: str) -> None:
        said = (signals.Said(signal="TDMRep", label="tdm-policy", value=word),)
        at = {"url": url, "about": url, "at": timezone.now(), "said": said}
        signals.record(of, [signals.Reading(kind=SignalKind.PAGE, **at)])

    read(planted.original.url, "zqpolicyzq")
    read(under_work.url, "zqworkingzq")
    assert "zqpolicyzq" in client.get(f"/publishers/{of.slug}/").content.decode()
    assert not [v.url for v in crawl() if "zqworkingzq" in v.text or "zqunderworkzq" in v.text]
    making.terms(of, level="none")
    assert not [v.url for v in crawl() if "zqpolicyzq" in v.text]


@pytest.mark.parametrize("scope", ["url", "path"])
def test_terms_of_a_page_under_work_do_not_name_it(scope: str) -> None:
    of = making.publisher(host="example-wire.test")
    making.published(making.article(of))
    page = making.draft(making.article(of, path="zqunderworkzq")).sources.get().article.url
    value = page if scope == "url" else page.removeprefix("https://")
    making.terms(of, scope=scope, value=value, embargo_hours=48)
    assert not [visit.url for visit in crawl() if "zqunderworkzq" in visit.text]


def test_a_draft_is_nowhere() -> None:
    making.draft(headline="zqdraftzq", dek="zqdraftzq", summary="zqdraftzq")
    assert not [visit.url for visit in crawl() if "zqdraftzq" in visit.text]


def test_a_scheduled_story_is_nowhere_before_its_time() -> None:
    story = making.draft(headline="zqdraftzq", dek="zqdraftzq", summary="zqdraftzq")
    by, at = User.objects.create_user("root", is_superuser=True), timezone.now() + timedelta(hours=1)
    scheduling.schedule(story, by, at)
    assert not [visit.url for visit in crawl() if "zqdraftzq" in visit.text]
    scheduling.publish_due(at)
    assert [visit.url for visit in crawl() if "zqdraftzq" in visit.text]


def test_the_terms_that_are_frozen_with_a_story_are_not_shown() -> None:
    of = making.publisher("Example Wire", "example-wire.test")
    making.terms(of, attribution="zqfrozenzq")
    story = making.published(making.article(of))
    assert "zqfrozenzq" in str(story.current.content["terms"])
    making.terms(of, attribution="Another line", effective_from=timezone.now())
    assert not [visit.url for visit in crawl() if "zqfrozenzq" in visit.text]


def test_an_unpublished_change_is_nowhere(plant: Callable[..., Planted]) -> None:
    story = plant().story
    Story.objects.filter(pk=story.pk).update(headline="zqworkingzq", dek="zqworkingzq", disclosure="zqworkingzq")
    Story.objects.filter(pk=story.pk).update(
        conflicts="zqworkingzq", head_model="zqworkingzq", claims_model="zqworkingzq", watch_model="zqworkingzq"
    )
    story.notes.update(text="zqworkingzq", title="zqworkingzq", model="zqworkingzq")
    Summary.objects.filter(story=story).update(text="zqworkingzq")
    story.claims.update(text="zqworkingzq", why="zqworkingzq")
    story.sources.update(why="zqworkingzq")
    story.earlier.update(why="zqworkingzq")
    # But to whom a link was given.
    assert {visit.url for visit in crawl() if "zqworkingzq" in visit.text} == {f"/previews/preview-of-{story.slug}/"}


def test_topic_and_language_are_public_only_when_published(plant: Callable[..., Planted], client) -> None:
    story = plant().story
    other = Topic.objects.create(name="zqworkingzq", slug="other")
    Story.objects.filter(pk=story.pk).update(topic=other, language="fr")
    page = client.get(f"/stories/{story.slug}/").content.decode()
    assert "zqworkingzq" not in page and '<h1 id="hl" class="headline" lang="en">' in page
    assert f"/stories/{story.slug}/" not in client.get("/topics/other/").content.decode()
    editing.publish(story, None)
    assert f"/stories/{story.slug}/" in client.get("/topics/other/").content.decode()


def test_a_search_page_after_the_last_tells_of_nothing_hidden(client) -> None:
    of = making.publisher()
    for _ in range(35):
        making.published(making.article(of), headline="zqhiddenzq")
    making.terms(of, level="none")
    answer = client.get("/search/?q=zqhiddenzq").content.decode()
    assert "before=" not in answer and "/stories/" not in answer


def _leaky(request: HttpRequest) -> HttpResponse:
    return HttpResponse(", ".join(Story.objects.values_list("headline", flat=True)))


urlpatterns = [*house, path("a-new-page/", _leaky)]


def test_a_leaky_new_route_is_caught_on_the_day_it_appears(plant: Callable[..., Planted], settings) -> None:
    planted = plant()
    making.terms(planted.original.publisher, level="none")
    assert not [v.url for v in crawl() if planted.words["headline"] in v.text]
    settings.ROOT_URLCONF = __name__  # this module: the house, and the leaky page above
    assert {v.url for v in crawl() if planted.words["headline"] in v.text} == {"/a-new-page/"}
