"""An entity's page: what the stories that name it have established of it, promised, and named beside it."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from analysis import editing, judging, rendition
from analysis.models import Article, Claim, Entity, Mention, Story
from analysis.rendition.entities import _naming
from tests import making

pytestmark = pytest.mark.django_db
PAGE = "/mentions/grid-office/"


@pytest.fixture
def office() -> Entity:
    return Entity.objects.create(name="Grid Office", slug="grid-office", aliases=["GO"], wikidata="Q42")


def naming(*entities: Entity, claims: dict[str, str] | None = None, promises: tuple[str, ...] = (), of: Article = None,
           days: int = 0, **fields) -> Story:  # fmt: skip
    story = making.draft(of, **fields)
    for n, entity in enumerate(entities):
        Mention.objects.create(story=story, entity=entity, position=n)
    for n, (text, standing) in enumerate((claims or {}).items()):
        Claim.objects.create(story=story, text=text, standing=standing, position=n)
    for statement in promises:
        making.promise(story, statement, public=False)
    editing.publish(story, None, at=timezone.now() - timedelta(days=days))
    return story


def record(slug: str = "grid-office") -> rendition.values.EntityRecord:
    return rendition.mention(slug)[2]


def test_claims_that_name_it_stand_by_their_standing_and_others_do_not(office):
    naming(office, days=9, claims={"The grid office waits.": "withdrawn", "The port waits.": "reported"})
    ours = {"GO says so.": "disputed", "Grid Office’s list is long.": "reported", "They go home.": "reported"}
    naming(office, claims=ours)
    assert [(named.claim.standing, named.claim.text) for named in record().claims] == [
        ("reported", "Grid Office’s list is long."),
        ("disputed", "GO says so."),
        ("withdrawn", "The grid office waits."),
    ]


def test_a_claim_that_several_stories_share_stands_there_once(office):
    first = naming(office, days=9, claims={"The grid office waits.": "reported"}).claims.get()
    second = making.draft()
    Mention.objects.create(story=second, entity=office)
    Claim.objects.create(story=second, text="The Grid Office still waits.", standing="reported", shares=first)
    editing.publish(second, None)
    assert [named.claim.text for named in record().claims] == ["The Grid Office still waits."]


@pytest.mark.parametrize(("names", "text", "named"), [
    (["Nvidia"], "NVIDIA’s chips", True), (["Nvidia"], "Nvidiants", False), (["US"], "the US says", True),
    (["US"], "tell us", False), (["Île-de-France"], "l’île-de-france", True), (["A.B"], "AxB", False),
    ([""], "x", False), ([], "x", False), (["("], "a ( b", True),
])  # fmt: skip
def test_a_name_counts_as_a_word_of_its_own(names, text, named):
    assert _naming(names)(text) is named


def test_what_is_open_and_names_it_is_there_until_it_is_judged(office):
    story = naming(office, promises=("The Grid Office opens.", "The port opens."))
    (item,) = record().watch
    assert (item.statement, item.story.slug) == ("The Grid Office opens.", story.slug)
    judging.judge(story.watch_items.get(pk=item.id), None, "yes", "It did.", making.REGISTER)
    assert record().watch == ()


def test_who_is_named_together_with_it_and_in_how_many_stories(office):
    port, crane = (Entity.objects.create(name=name, slug=name.lower()) for name in ("Port", "Crane"))
    naming(office, port, crane)
    naming(office, port)
    naming(crane)
    assert [(ref.name, n) for ref, n in record().together] == [("Port", 2), ("Crane", 1)]


def test_nothing_of_a_story_that_may_not_be_shown_is_told(office):
    hidden = making.article()
    other = Entity.objects.create(name="Secret", slug="secret")
    naming(office)
    naming(office, other, of=hidden, claims={"Grid Office zqzq.": "reported"}, promises=("Grid Office zqzq",))
    assert len(record().claims) == len(record().watch) == len(record().together) == 1
    making.terms(hidden.publisher, level="none")
    assert record().claims == record().watch == record().together == ()


def test_the_page_is_by_year_and_leads_on_without_its_record(client, office):
    for n in range(32):
        naming(office, days=40 * n, headline=f"Story {n}", claims={f"Grid Office {n}.": "reported"})
    page = client.get(PAGE).content.decode()
    years = re.findall(r'<h3 class="label">(\d{4})</h3>', page)
    assert years == sorted(years, reverse=True) and len(set(years)) > 2
    assert "https://www.wikidata.org/wiki/Q42" in page and "Grid Office 3." in page
    (older,) = re.findall(r'rel="next" href="([^"]+)"', page)
    rest = client.get(PAGE + older).content.decode()
    assert "Story 31" in rest and "What is established" not in rest


def test_it_costs_the_same_whatever_the_stories_hold(office, django_assert_max_num_queries):
    for n in range(20):
        naming(office, claims={f"Grid Office {n}.": "reported"}, promises=(f"Grid Office {n}",))
    rendition.mention("grid-office")
    with django_assert_max_num_queries(7):
        assert len(record().claims) == 20


def test_a_name_that_looks_like_a_script_is_a_name(client):
    entity = Entity(name="<script>alert(1)</script>", slug="script", description="<img src=x>", aliases=["</title>"])
    entity.full_clean()
    entity.save()
    naming(entity, claims={"<script>alert(1)</script> is a name.": "reported"})
    page = client.get("/mentions/script/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; is a name." in page
    assert "<script>alert" not in page and "<img" not in page and page.count("</title>") == 1


@pytest.mark.parametrize("wrong", ["42", "Q", "q42", "Q042", "Q42 ", "Q42\n", "https://www.wikidata.org/wiki/Q42"])
def test_a_wikidata_id_is_one(office, wrong):
    office.wikidata = wrong
    with pytest.raises(ValidationError, match="as Q42"):
        office.full_clean()


def test_the_years_do_not_tell_of_what_is_hidden(client, office):
    hidden = making.article()
    naming(office)
    naming(office, of=hidden, days=800)
    year = str((timezone.now() - timedelta(days=800)).year)
    assert f">{year}<" in client.get(PAGE).content.decode()
    making.terms(hidden.publisher, level="none")
    assert f">{year}<" not in client.get(PAGE).content.decode()
