"""Two entities that are one: found together, led on, and as they were once the merge is taken back."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import editing, entities, naming, receipts, rendition, rights, working
from analysis.candidates import candidates
from analysis.entities import EntityError
from analysis.models import Appearance, Claim, Decision, Entity, EntityChange, Mention, Story
from analysis.names import mentioned
from analysis.rendition.lists import newest_of
from tests import making
from tests.analysis.cases import REMOVE, confirmed
from tests.analysis.test_preflight import about_earlier

pytestmark = pytest.mark.django_db
WHY = "They are one."


def entity(name: str, **fields) -> Entity:
    return Entity.objects.create(name=name, slug=name.lower().replace(" ", "-"), **fields)


@pytest.fixture
def office() -> Entity:
    return entity("Grid Office", aliases=["GO"])


@pytest.fixture
def agency() -> Entity:
    return entity("Grid Agency", aliases=["Old Agency"])


def naming_them(*named: Entity, days: int = 0, claim: str = "", of=None, **fields) -> Story:
    story = making.draft(of, **fields)
    for n, one in enumerate(named):
        Mention.objects.create(story=story, entity=one, position=n)
    if claim:
        Claim.objects.create(story=story, text=claim, standing="reported")
    editing.publish(story, None, at=timezone.now() - timedelta(days=days))
    return story


def page(slug: str):
    return rendition.mention(slug)


def stories(slug: str) -> list[str]:
    found = page(slug)
    return [] if found is None else [card.slug for card in found[1].items]


def test_the_target_gathers_stories_claims_and_names_and_lists_none_twice(office, agency):
    own = naming_them(office, claim="Grid Office waits.", days=3)
    both = naming_them(agency, office, days=2)
    theirs = naming_them(agency, claim="The old agency said so.", days=1)
    entities.merge(agency, office, None, WHY)
    view, listing, record = page("grid-office")
    assert [card.slug for card in listing.items] == [theirs.slug, both.slug, own.slug]
    assert {named.claim.text for named in record.claims} == {"Grid Office waits.", "The old agency said so."}
    assert view.aliases == ("GO", "Grid Agency", "Old Agency")
    assert record.together == ()
    _title, pages = rendition.feed("mentions", "grid-office")
    assert [one.card.slug for one in pages] == [theirs.slug, both.slug, own.slug]


def test_what_was_merged_leads_on_to_the_end_of_the_chain_and_its_stories_stay_as_they_are(office, agency):
    story = naming_them(agency)
    frozen = story.revisions.get().sha256
    third = entity("Third")
    entities.merge(agency, office, None, WHY)
    entities.merge(office, third, None, WHY)
    assert page("grid-agency") == page("grid-office") == rendition.Elsewhere("third")
    assert rendition.feed("mentions", "grid-agency") == rendition.Elsewhere("third")
    assert stories("third") == [story.slug]
    assert [ref.name for ref in rendition.story(story.slug).mentions] == ["Grid Agency"]
    story.refresh_from_db()
    assert (story.current.sha256, editing.snapshot(story)["mentions"][0]["slug"]) == (frozen, "grid-agency")


def test_named_together_counts_those_that_are_one_as_one(office, agency):
    port = entity("Port")
    for named in ([port, office], [port, agency], [port, office, agency]):
        naming_them(*named)
    entities.merge(agency, office, None, WHY)
    assert [(ref.name, ref.slug, n) for ref, n in page("port")[2].together] == [("Grid Office", "grid-office", 3)]


def test_a_page_that_nobody_may_see_is_not_led_to(office, agency):
    hidden = making.article()
    naming_them(agency, of=hidden)
    entities.merge(agency, office, None, WHY)
    assert page("grid-agency") == rendition.Elsewhere("grid-office")
    making.terms(hidden.publisher, level="none")
    assert page("grid-agency") is page("grid-office") is None
    assert rendition.feed("mentions", "grid-agency") is None


def test_a_merged_name_is_said_only_where_a_page_says_it(office, agency):
    hidden = making.article()
    naming_them(office)
    naming_them(agency, of=hidden)
    entities.merge(agency, office, None, WHY)
    assert "Old Agency" in page("grid-office")[0].aliases
    making.terms(hidden.publisher, level="none")
    assert page("grid-office")[0].aliases == ("GO",)


# --- taken back -------------------------------------------------------------------------------------------------------

NAMES = ["a", "b", "c", "d", "e"]
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
        st.tuples(st.just("back"), st.sampled_from(NAMES), st.none()),
    ),
    max_size=14,
)


def state() -> dict[str, tuple]:
    """What everybody can see of each, and what the desk offers for its name."""
    rows = Entity.objects.order_by("slug").values_list("slug", "aliases", "site", "wikidata", "description")
    seen = {}
    for slug, *fields in rows:
        found = page(slug)
        shown = found if isinstance(found, rendition.Elsewhere) else (found[0], [card.slug for card in found[1].items])
        offered = [one.entity.slug for one in mentioned([("note", f"Name {slug} and Alias {slug}.")])]
        seen[slug] = (fields, shown, offered, rendition.feed("mentions", slug)[0])
    return seen


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES, order=st.randoms(use_true_random=False))
def test_when_all_is_taken_back_everything_is_as_it_was(moves, order):
    with transaction.atomic():
        made = {
            n: Entity.objects.create(name=f"Name {n}", slug=n, aliases=[f"Alias {n}"], wikidata="Q1" if n < "c" else "")
            for n in NAMES
        }
        for some in (NAMES[:1], NAMES[1:2], NAMES[2:3], NAMES[3:4], NAMES[4:], NAMES[:2], NAMES[1:4]):
            naming_them(*(made[n] for n in some))
        before = state()
        into: dict[str, str] = {}  # what an editor said, as a person would keep it
        for verb, name, other in moves:
            try:
                if verb == "merge":
                    end = entities.merge(made[name], made[other], None, WHY, take=entities.TAKEN_OVER)
                    into[name] = end.slug
                elif name in into:
                    entities.take_back(made[name], made[into.pop(name)], None, WHY)
            except EntityError:
                pass
            for slug in NAMES:
                end = slug
                while end in into:
                    end = into[end]
                row = Entity.objects.get(slug=slug)
                assert (row.leads_to.slug if row.leads_to else slug) == end
                assert page(slug) == rendition.Elsewhere(end) if slug in into else page(slug)[1].items
                # Found by whichever of its names, and once.
                assert {one.entity.slug for one in mentioned([("note", f"Alias {slug}.")])} == {end}
        left = sorted(into)
        order.shuffle(left)
        for name in left:
            entities.take_back(made[name], made[into[name]], None, WHY)
        assert state() == before
        transaction.set_rollback(True)


def test_what_had_been_merged_before_goes_along_and_comes_back(office, agency):
    first, last = entity("First"), entity("Last")
    entities.merge(first, agency, None, WHY)
    entities.merge(agency, office, None, WHY)
    entities.merge(last, agency, None, WHY)  # which is the office by now
    entities.take_back(agency, office, None, "They are two.")
    ends = {row.slug: row.leads_to and row.leads_to.slug for row in Entity.objects.all()}
    assert ends == {"first": "grid-agency", "grid-agency": None, "grid-office": None, "last": "grid-office"}
    said = EntityChange.objects.filter(entity=agency).values_list("kind", "why")
    assert list(said) == [("taken_back", "They are two."), ("merged", WHY)]


def test_what_the_other_lacks_is_taken_over_when_asked_for_and_given_back(office, agency):
    Entity.objects.filter(pk=agency.pk).update(wikidata="Q42", site="https://agency.test/", description="Theirs")
    Entity.objects.filter(pk=office.pk).update(description="Ours")
    entities.merge(agency, office, None, WHY, take=["wikidata", "description"])
    office.refresh_from_db()
    assert (office.wikidata, office.site, office.description) == ("Q42", "", "Ours")
    entities.take_back(agency, office, None, WHY)
    office.refresh_from_db()
    assert (office.wikidata, office.description) == ("", "Ours")


# --- what cannot be ---------------------------------------------------------------------------------------------------


def test_no_entity_is_merged_into_itself_in_any_way(office, agency):
    with pytest.raises(EntityError, match="are one already"):
        entities.merge(office, office, None, WHY)
    entities.merge(agency, office, None, WHY)
    with pytest.raises(EntityError, match="are one already"):
        entities.merge(office, agency, None, WHY)
    with pytest.raises(EntityError, match="Take that back first"):
        entities.merge(agency, entity("Third"), None, WHY)
    with pytest.raises(EntityError, match="Say why"):
        entities.merge(entity("Fourth"), office, None, " ")
    with pytest.raises(EntityError, match="not merged into"):
        entities.take_back(office, agency, None, WHY)
    assert EntityChange.objects.count() == 1


@pytest.mark.parametrize("way", ["itself", "circle", "half"])
def test_the_database_refuses_it_whoever_writes(office, agency, way):
    if way == "circle":
        entities.merge(agency, office, None, WHY)
    into, end = {"itself": (office, office), "circle": (agency, agency), "half": (agency, None)}[way]
    with pytest.raises(IntegrityError), transaction.atomic():
        Entity.objects.filter(pk=office.pk).update(merged_into=into, leads_to=end)


def test_the_record_of_it_is_append_only(office, agency):
    entities.merge(agency, office, None, WHY)
    for change in ("DELETE FROM analysis_entitychange", "UPDATE analysis_entitychange SET why = 'x'"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            connection.cursor().execute(change)


def test_no_more_than_fifty_are_found_with_one(office, agency, monkeypatch):
    monkeypatch.setattr(entities, "MOST", 2)
    entities.merge(entity("One"), agency, None, WHY)
    entities.merge(entity("Two"), office, None, WHY)
    with pytest.raises(EntityError, match="More than 2"):
        entities.merge(agency, office, None, WHY)
    entities.merge(entity("Three"), office, None, WHY)


def test_saving_what_was_read_before_a_merge_does_not_undo_it(office, agency):
    stale = Entity.objects.get(pk=agency.pk)
    entities.merge(agency, office, None, WHY)
    stale.description = "Changed"
    stale.save()
    agency.refresh_from_db()
    assert (agency.merged_into, agency.leads_to, agency.description) == (office, office, "Changed")
    # Nor does the guard mind a chain whose end was merged since.
    entities.merge(office, entity("Third"), None, WHY)
    agency.refresh_from_db()
    agency.save()


# --- the desk ---------------------------------------------------------------------------------------------------------


def mentions(story: Story) -> list[str]:
    return [m["slug"] for m in editing.snapshot(story)["mentions"]]


def write(story: Story, *slugs: str) -> None:
    rows = [{"name": slug, "slug": slug, "kind": "person"} for slug in slugs]
    editing.claim_version(story, story.version)
    working.write(story, editing.snapshot(story) | {"mentions": rows}, None)


def test_what_was_merged_is_not_newly_mentioned_and_stays_where_it_is(office, agency):
    old, new = making.draft(), making.draft()
    write(old, "grid-agency")
    entities.merge(agency, office, None, WHY)
    write(old, "grid-agency")
    write(new, "grid-agency", "grid-office")
    assert (mentions(old), mentions(new)) == (["grid-agency"], ["grid-office"])
    assert naming.entity("GRID AGENCY", "person") == office


def test_a_version_that_names_it_is_restored_and_says_so(office, agency):
    story = making.draft()
    write(story, "grid-agency", "grid-office")
    before = editing.snapshot(story)
    write(story)
    entities.merge(agency, office, None, WHY)
    editing.claim_version(story, story.version)
    _version, lost = working.restore(story, before, None, why="restored")
    assert mentions(story) == ["grid-office"]
    assert lost == ["“Grid Agency” was merged into “Grid Office”, which is mentioned instead."]


def test_a_text_that_has_one_of_its_names_is_offered_the_other(office, agency):
    entities.merge(agency, office, None, WHY)
    found = mentioned([("note", "The Old Agency, or Grid Office, waits.")])
    assert [(one.entity, one.spelling) for one in found] == [(office, "Old Agency")]
    assert mentioned([("note", "The Old Agency waits.")], known=[office.pk]) == []


def test_earlier_coverage_of_either_is_offered(office, agency):
    naming_them(agency, headline="By the agency")
    naming_them(office, headline="By the office")
    entities.merge(agency, office, None, WHY)
    for one in (office, agency):
        story = making.draft(headline="New")
        Mention.objects.create(story=story, entity=one)
        found = candidates(editing.snapshot(story), timezone.now())
        assert {c.card.headline: c.names for c in found} == {
            "By the agency": ("Grid Agency",), "By the office": ("Grid Office",)
        }  # fmt: skip
        (said,) = about_earlier(story)
        assert "By the agency" in said and "By the office" in said


# --- what it costs ----------------------------------------------------------------------------------------------------


def many(office: Entity) -> None:
    for n in range(entities.MOST):
        entities.merge(entity(f"Merged {n}"), office, None, WHY)
    some = list(office.gathered.all())
    for n in range(20):
        naming_them(office, *some[n : n + 4], days=n)


def test_fifty_merged_ones_cost_no_more_than_none(office, django_assert_max_num_queries):
    naming_them(office)
    many(office)
    page("grid-office")
    with django_assert_max_num_queries(8):  # seven without merges: tests/analysis/test_entities.py
        _view, listing, _record = page("grid-office")
    assert len(listing.items) == 21
    with django_assert_max_num_queries(5):
        assert len(rendition.feed("mentions", "grid-office")[1]) == 21


@pytest.mark.engine("sqlite")  # PostgreSQL plans by how many rows there are
def test_the_newest_of_several_are_read_by_index_and_no_more(office, agency):
    naming_them(office, agency)
    some = [Appearance.objects.filter(entity=one) for one in (office, agency)]
    plan = newest_of(some, 60).values("pk").explain()
    assert plan.count("appearance_of_entity") == 2 and not re.search(r"SCAN (analysis_appearance|[UV]\d)", plan), plan


def test_a_receipt_asks_where_a_merged_one_leads(office, agency):
    story = naming_them(agency, office)
    of = story.sources.get().article
    entities.merge(agency, office, None, WHY)
    rights.decide(confirmed(of.url), None, REMOVE)
    lines = {line.path: line.statuses for line in receipts.expected(Decision.objects.get()).lines}
    assert lines["/mentions/grid-agency/"] == lines["/feeds/mentions/grid-agency.atom"] == (301, 302, 404)
    assert lines["/mentions/grid-office/"] == lines["/feeds/mentions/grid-office.atom"] == (200, 404)
