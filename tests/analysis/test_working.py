"""Whatever content is written, the working copy holds it, what is public stays frozen, and a version remembers it."""

import copy
import random
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analysis import editing, establishing, judging, made, naming, working
from analysis.models import (
    Claim,
    Entity,
    Evidence,
    Mention,
    Source,
    StandingChange,
    Story,
    StoryLink,
    Version,
    WatchItem,
)
from analysis.models.made import MadeBy
from analysis.models.stories import Role, StoryLinkKind
from analysis.models.writing import Slot, Stance, Standing
from tests import making

pytestmark = pytest.mark.django_db
ON = "2024-05-06T07:08:09+00:00"
SUMMARY = {"text": "It said.", "made_by": "both", "model": "M", "checked_by": "Analysis desk", "checked_at": ON}


@pytest.fixture
def by():
    return User.objects.create_user("editor")


@pytest.fixture
def public(db):
    """A public story with a claim that a source states, a note that rests on it, and a watch item."""
    story = making.draft(headline="A public headline")
    content = snapshot(story)
    source = content["sources"][0]["id"]
    content["claims"] = [claim("Twelve firms bid.", why="One report.", evidence={source: "states"})]
    content["notes"] = [note("take", rests_on=[source])]
    content["watch"] = [watch("The winner is named.")]
    write(story, content)
    editing.publish(story, None)
    return Story.objects.get(pk=story.pk)


def snapshot(story: Story) -> dict[str, Any]:
    return editing.snapshot(Story.objects.get(pk=story.pk))


def write(story: Story, content: dict[str, Any], by: User | None = None, **fields: Any) -> Version:
    """As a caller does it: claim the version, then write."""
    story = Story.objects.get(pk=story.pk)
    with transaction.atomic():
        editing.claim_version(story, story.version)
        return working.write(story, copy.deepcopy(content), by, **fields)


def claim(text, standing="reported", why="", evidence=None, **more):
    said = [{"source": source, "stance": stance} for source, stance in (evidence or {}).items()]
    return {"text": text, "standing": standing, "why": why, "evidence": said, **more}


def note(slot, text="We think so.", title="", rests_on=(), **how):
    return {"slot": slot, "title": title, "text": text, "rests_on": list(rests_on), **how}


def watch(statement, likelihood=70, **more):
    due = (timezone.localdate() + timedelta(days=30)).isoformat()
    return {"statement": statement, "due": due, "likelihood": likelihood, "settled_by": "A register", **more}


def source(article, role="coverage", **more):
    return {"article": article.pk, "role": role, "in_summary": False, "why": "", **more}


def bare(content: dict[str, Any]) -> dict[str, Any]:
    """A content without what a write decides: ids (by position of what they name), dates and history."""
    place = {row.get("id"): n for n, row in enumerate(content["sources"])}
    content = made.complete(copy.deepcopy(content))
    content.pop("terms", None)  # in force when it was kept
    for note in content["notes"]:
        note["rests_on"] = sorted(place[pk] for pk in note["rests_on"])
    for claim in content["claims"]:
        claim["evidence"] = sorted((place[e["source"]], e["stance"]) for e in claim["evidence"])
        claim.pop("checked_at", None)
        claim.pop("history", None)
    for row in (*content["sources"], *content["claims"], *content["watch"]):
        row.pop("id", None)
    return content


def rows_of(story: Story) -> dict[str, list[tuple[int, ...]]]:
    of = {"story": story}
    return {
        model.__name__: sorted(model.objects.filter(**where).values_list("pk"))
        for model, where in [
            (Source, of), (Claim, of), (WatchItem, of), (Mention, of), (StoryLink, of),
            (Evidence, {"claim__story": story}), (StandingChange, {"claim__story": story}),
        ]
    }  # fmt: skip


# --- the whole ----------------------------------------------------------------------------------------------------


def test_what_is_there_written_again_changes_nothing(db):
    story = making.planted("w", making.publisher()).story
    there, rows = snapshot(story), rows_of(story)
    write(story, there)
    assert snapshot(story) == there
    assert rows_of(story) == rows


@pytest.mark.parametrize("seed", range(25))
def test_any_content_is_held_and_comes_back_from_its_version(seed):
    """A story is written over and over with contents made of its own rows, new rows and rows of before."""
    some = random.Random(seed)
    articles = [making.article() for _ in range(5)]
    earlier = [making.published() for _ in range(3)]
    for n in range(4):
        Entity.objects.create(name=f"Entity {n}", slug=f"entity-{n}")
    story = making.draft(articles[0])
    kept = []
    for _round in range(6):
        content = made_up(some, snapshot(story), articles, earlier)
        version = write(story, content)
        assert bare(snapshot(story)) == bare(content)
        assert bare(version.content) == bare(content)
        kept.append(version)
    some.shuffle(kept)
    for version in kept:
        write(story, version.content)
        assert bare(snapshot(story)) == bare(version.content)


def made_up(some: random.Random, content: dict[str, Any], articles, earlier) -> dict[str, Any]:
    """Another content: some rows of this one, changed or not, among new ones, in any order."""
    new = iter(range(-1, -100, -1))

    def rows(there, make, most):
        chosen = some.sample(there, some.randint(0, len(there)))
        chosen += [make() | {"id": next(new)} for _ in range(some.randint(0, most))]
        return some.sample(chosen, len(chosen))

    sources, used = [], set()
    for row in rows(content["sources"], lambda: source(some.choice(articles)), 3):
        if row["article"] not in used:
            used.add(row["article"])
            sources.append(row | {"role": some.choice(Role.values), "in_summary": some.random() < 0.5})
    ids = [row["id"] for row in sources]

    def evidence():
        return [
            {"source": pk, "stance": some.choice(Stance.values)} for pk in some.sample(ids, some.randint(0, len(ids)))
        ]

    def how():
        by, checked = some.choice(["", *MadeBy.values]), some.random() < 0.5
        return {"made_by": by, "model": "M" if by in made.BY_MACHINE else "",
                "checked_by": "Analysis desk" if checked else "",
                "checked_at": ON if checked and some.random() < 0.7 else ""}  # fmt: skip

    claims = rows(content["claims"], lambda: claim(f"Claim {some.random()}"), 4)
    return content | {
        "head": how(),
        "conflicts": some.choice(["", "We own a share."]),
        "headline": f"Headline {some.random()}",
        "event_on": some.choice([None, "2024-05-06"]),
        "edited_by": some.choice([None, content["desk"]]),
        "summary": some.choice([None, SUMMARY]),
        "sources": sources,
        "notes": [
            note(slot, f"Text {some.random()}", rests_on=some.sample(ids, some.randint(0, len(ids))), **how())
            for slot in Slot.values if some.random() < 0.4
        ],
        "claims": [row | {"evidence": evidence(), "standing": some.choice(Standing.values)} for row in claims],
        "watch": rows(content["watch"], lambda: watch(f"Watch {some.random()}"), 2),
        "mentions": some.sample(
            [{"name": f"Entity {n}", "slug": f"entity-{n}", "kind": "organisation"} for n in range(4)],
            some.randint(0, 4),
        ),
        "earlier": [
            {"story": one.pk, "kind": some.choice(StoryLinkKind.values), "verdict": "", "why": "W"}
            for one in some.sample(earlier, some.randint(0, 3))
        ],
    }  # fmt: skip


def test_a_save_costs_as_many_queries_as_it_has_kinds_of_rows_not_rows(db):
    """30 sources, 40 claims, 1,200 stances: the queries that write them are no more than for two of each."""

    def queries(sources, claims):
        story = making.draft(making.article())
        content = snapshot(story)
        content["sources"] += [source(making.article()) | {"id": -n} for n in range(1, sources)]
        ids = [row["id"] for row in content["sources"]]
        content["claims"] = [claim(f"Claim {n}", evidence=dict.fromkeys(ids, "states")) for n in range(claims)]
        write(story, content)
        content = snapshot(story)
        for n, row in enumerate(content["claims"]):
            row["why"] = f"Because {n}"
            row["evidence"][0]["stance"] = "disputes"
        with CaptureQueriesContext(connection) as asked:
            write(story, content)
        return len(asked)

    assert queries(30, 40) == queries(2, 2)


# --- versions -----------------------------------------------------------------------------------------------------


def test_a_version_keeps_what_is_held_who_saved_it_and_why(by):
    story, now = making.draft(), timezone.now()
    version = write(story, snapshot(story) | {"headline": "Another"}, by, why="For a reason", now=now)
    story.refresh_from_db()
    assert version == story.versions.get(number=story.version)
    assert (version.created_by, version.why, version.created_at) == (by, "For a reason", now)
    assert editing.same_text(version.content, snapshot(story))
    assert version.sha256 == editing.digest(version.content)


def test_what_was_there_before_versions_were_kept_is_kept_first(db):
    story = making.draft()
    before = snapshot(story)
    write(story, before | {"headline": "Another"})
    write(story, before | {"headline": "A third"})
    assert [version.number for version in story.versions.all()] == [3, 2, 1]
    assert editing.same_text(story.versions.get(number=1).content, before)


def test_a_new_story_has_nothing_before_it(db):
    story = making.draft()
    working.write(story, snapshot(story), None)
    assert [version.number for version in story.versions.all()] == [1]


def test_a_base_is_found_though_a_step_took_a_number_since(public):
    """Publishing takes a number and keeps no version."""
    number = public.versions.first().number
    editing.claim_version(public, number)
    assert editing.same_text(working.base_of(public, number + 1), snapshot(public))
    write(public, snapshot(public) | {"headline": "Later"})
    assert working.base_of(public, number + 1)["headline"] == "A public headline"
    assert working.base_of(public, 0) == public.versions.last().content, "before the first one, the first"


# --- what stays whatever the content says -------------------------------------------------------------------------


def test_a_public_watch_item_keeps_its_words_and_stays(public):
    content = snapshot(public)
    content["watch"][0] |= {"statement": "Something easier.", "likelihood": 99, "due": "2099-01-01"}
    write(public, content)
    item = public.watch_items.get()
    assert (item.statement, item.likelihood) == ("The winner is named.", 70)
    write(public, snapshot(public) | {"watch": []})
    assert public.watch_items.get() == item


def test_a_public_watch_item_can_change_its_place(public):
    content = snapshot(public)
    write(public, content | {"watch": [watch("First."), *content["watch"]]})
    assert [w["statement"] for w in snapshot(public)["watch"]] == ["First.", "The winner is named."]


def test_a_replacement_takes_the_place_of_a_public_item_and_gives_it_back_when_it_is_dropped(public):
    content, old = snapshot(public), public.watch_items.get()
    write(public, content | {"watch": [*content["watch"], watch("Two are named.", replaces=old.pk)]})
    old.refresh_from_db()
    assert old.superseded_by.statement == "Two are named."
    assert [w["statement"] for w in snapshot(public)["watch"]] == ["Two are named."]
    write(public, snapshot(public))
    old.refresh_from_db()
    assert old.superseded_by
    write(public, content | {"watch": []})
    assert public.watch_items.get() == old
    old.refresh_from_db()
    assert old.superseded_by is None


def test_a_public_replacement_stays_and_what_it_replaced_does_not_come_back(public):
    content, old = snapshot(public), public.watch_items.get()
    write(public, content | {"watch": [watch("Two are named.", replaces=old.pk)]})
    editing.publish(public, None, kind="update")
    write(public, content)
    assert [w["statement"] for w in snapshot(public)["watch"]] == ["Two are named."]
    old.refresh_from_db()
    assert old.superseded_by


def test_only_an_open_public_item_of_this_story_is_replaced(public):
    content, old = snapshot(public), public.watch_items.get()
    elsewhere = making.promise(making.draft())
    waiting = write(public, content | {"watch": [*content["watch"], watch("Not public.")]}).content["watch"][1]
    for wrong in (elsewhere.pk, waiting["id"], 10**9):
        with pytest.raises(working.WorkingError, match="cannot be replaced"):
            write(public, content | {"watch": [watch("Two are named.", replaces=wrong)]})
    judging.judge(old, None, "yes", "It was.", making.REGISTER)
    with pytest.raises(working.WorkingError, match=r"The winner is named\.” cannot be replaced"):
        write(public, content | {"watch": [watch("Two are named.", replaces=old.pk)]})


def test_a_change_of_standing_that_readers_could_see_is_dated_with_who_and_why(public, by):
    was = public.claims.get()
    content = snapshot(public)
    content["claims"][0] |= {"standing": "disputed", "why": "The firm denies it.", "history": [], "checked_at": "x"}
    write(public, content, by)
    assert [change.standing for change in was.changes.all()] == ["reported"]  # proposed, and not public
    editing.publish(public, by, kind="update")
    content["claims"][0] |= {"standing": "withdrawn", "why": ""}
    write(public, content, by)
    editing.publish(public, by, kind="update")
    moves = [(c.standing, c.why, c.by) for c in public.claims.get().changes.all()]
    assert moves == [
        ("reported", "One report.", None), ("disputed", "The firm denies it.", by), ("withdrawn", "", by)
    ]  # fmt: skip
    assert public.claims.get().changes.first().at == was.checked_at


def test_a_drafts_changes_of_standing_leave_no_record(db):
    story = making.draft()
    write(story, snapshot(story) | {"claims": [claim("Twelve firms bid.")]})
    content = snapshot(story)
    content["claims"][0]["standing"] = "disputed"
    write(story, content)
    assert not StandingChange.objects.exists()
    write(story, content | {"claims": []})
    assert not story.claims.exists()


def test_a_claim_whose_standing_has_moved_is_not_removed(public):
    content = snapshot(public)
    content["claims"][0]["standing"] = "disputed"
    write(public, content)
    editing.publish(public, None, kind="update")
    with pytest.raises(working.WorkingError, match=r"Twelve firms bid\.” cannot be removed"):
        write(public, content | {"claims": [], "headline": "Another"})
    assert snapshot(public)["headline"] == "A public headline"


@pytest.mark.parametrize(
    ("change", "checked"),
    [
        ({"text": "Thirteen firms bid."}, True),
        ({"standing": "disputed"}, True),
        ({"why": "Two reports."}, True),
        ({"evidence": []}, True),
        ({}, False),
    ],
)
def test_a_claim_counts_as_checked_when_something_of_it_changes(public, change, checked):
    before, content = public.claims.get().checked_at, snapshot(public)
    content["claims"] = [claim("First."), content["claims"][0] | change]
    write(public, content)
    assert (Claim.objects.get(pk=content["claims"][1]["id"]).checked_at > before) == checked


def test_a_claim_is_not_checked_again_because_a_source_is_removed(public):
    before, content = public.claims.get().checked_at, snapshot(public)
    write(public, content | {"sources": [source(making.article())]})
    assert public.claims.get().checked_at == before
    assert not public.claims.get().evidence.exists()
    assert not public.notes.get().rests_on.exists()


def test_the_address_is_fixed_by_publication(public):
    draft = making.draft()
    slug = public.slug
    write(public, snapshot(public) | {"slug": "elsewhere"})
    write(draft, snapshot(draft) | {"slug": "elsewhere"})
    assert (snapshot(public)["slug"], snapshot(draft)["slug"]) == (slug, "elsewhere")


def test_emptied_texts_are_removed(public):
    summary = snapshot(public)["summary"] | {"text": ""}
    write(public, snapshot(public) | {"summary": summary, "notes": [note("take", text="", title="A title")]})
    assert snapshot(public)["summary"] is None
    assert snapshot(public)["notes"] == []


def test_a_withdrawn_story_stays_as_it_is(public):
    editing.withdraw(public, "It was wrong.")
    with pytest.raises(working.WorkingError, match="was withdrawn"):
        write(public, snapshot(public))


# --- rows that are new, and rows that are not there ---------------------------------------------------------------


def test_new_rows_are_referred_to_by_their_negative_ids(db):
    story, article = making.draft(), making.article()
    new = source(article, id=-1)
    more = {"notes": [note("take", rests_on=[-1])], "claims": [claim("C", evidence={-1: "disputes"}, id=-1)]}
    write(story, snapshot(story) | {"sources": [new]} | more)
    made = story.sources.get()
    assert made.article == article
    assert story.notes.get().rests_on.get() == made
    assert story.claims.get().evidence.get().source == made


def test_ids_of_another_story_make_new_rows_and_touch_nothing_there(public):
    story, theirs = making.draft(), snapshot(public)
    rows = rows_of(public)
    write(story, snapshot(story) | {name: theirs[name] for name in ("sources", "claims", "watch", "notes")})
    assert rows_of(public) == rows and snapshot(public) == theirs
    assert snapshot(story)["claims"][0]["text"] == "Twelve firms bid."
    assert story.claims.get().evidence.get().source.story == story


def test_a_source_stays_the_row_it_is_wherever_its_article_stands(db):
    """What is held of an article to compare with it must not end up under another one."""
    one, two = making.article(), making.article()
    story = making.draft(one)
    write(story, snapshot(story) | {"sources": [source(one), source(two)]})
    there = {s.article_id: s.pk for s in story.sources.all()}
    content = snapshot(story)
    first, second = content["sources"]
    first["article"], second["article"] = second["article"], first["article"]
    write(story, content)
    assert {s.article_id: s.pk for s in story.sources.all()} == there
    assert [s["article"] for s in snapshot(story)["sources"]] == [two.pk, one.pk]


def test_mentions_may_change_places(db):
    names = [{"name": n, "slug": n, "kind": "person"} for n in ("one", "two", "three")]
    for name in names:
        Entity.objects.create(**name)
    story = making.draft()
    for chosen in (names, names[::-1], names[1:], names[:1]):
        write(story, snapshot(story) | {"mentions": chosen})
        assert snapshot(story)["mentions"] == chosen


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"topic": "no-such"}, "no topic “no-such”"),
        ({"desk": {"name": "Gone", "slug": "gone"}}, "no desk “Gone”"),
        ({"summary": {"text": "T", "made_by": "person", "model": "", "checked_by": "Nobody"}}, "no desk “Nobody”"),
        ({"head": made.UNSAID | {"checked_by": "Nobody"}}, "no desk “Nobody”"),
        ({"notes": [note("take", **made.UNSAID | {"checked_by": "Nobody"})]}, "no desk “Nobody”"),
        ({"sources": [{"article": 10**9, "role": "wire", "in_summary": False, "why": ""}]}, "no article number 10"),
        ({"mentions": [{"name": "Nobody", "slug": "nobody", "kind": "person"}]}, "nothing named “Nobody”"),
        ({"earlier": [{"story": 10**9, "kind": "follows", "verdict": "", "why": "W"}]}, "“1000000000” is no published"),
        ({"notes": [note("take"), note("take")]}, "Two notes stand in one slot"),
    ],
)
def test_what_is_not_there_is_named_and_nothing_is_written(db, wrong, says):
    story = making.draft()
    before = snapshot(story)
    with pytest.raises(working.WorkingError, match=says):
        write(story, before | {"headline": "Another"} | wrong)
    assert snapshot(story) == before and not story.versions.exists()


def test_earlier_coverage_was_published_and_is_another_story(public):
    draft = making.draft(headline="Not yet public")
    for pk, name in ((draft.pk, "Not yet public"), (public.pk, "A public headline")):
        with pytest.raises(working.WorkingError, match=f"“{name}” is no published story"):
            write(public, snapshot(public) | {"earlier": [{"story": pk, "kind": "follows", "verdict": "", "why": "W"}]})


def test_a_link_to_a_story_that_was_withdrawn_since_does_not_stand_in_the_way(public):
    draft = making.draft()
    write(draft, snapshot(draft) | {"earlier": [{"story": public.pk, "kind": "follows", "verdict": "", "why": "W"}]})
    editing.withdraw(public, "It was wrong.")
    write(draft, snapshot(draft) | {"headline": "Another"})
    assert draft.earlier.get().earlier == public


def test_an_address_that_another_story_has_is_refused(public):
    draft = making.draft()
    with pytest.raises(working.WorkingError, match="Another story has the address"):
        write(draft, snapshot(draft) | {"slug": public.slug})


# --- restoring, and beginning anew --------------------------------------------------------------------------------


def restore(story: Story, content: dict[str, Any]) -> list[str]:
    story = Story.objects.get(pk=story.pk)
    editing.claim_version(story, story.version)
    return working.restore(story, content, None, why="restored")[1]


def test_a_restored_version_makes_a_new_one_and_leaves_the_public_page(public):
    before, page = snapshot(public), public.current
    write(public, before | {"headline": "A bad edit", "claims": [], "notes": [], "sources": []})
    assert restore(public, before) == []
    assert bare(snapshot(public)) == bare(before)
    public.refresh_from_db()
    assert (public.current, public.versions.first().why) == (page, "restored")


def test_a_moved_claim_stays_with_its_stances_when_a_version_from_before_it_is_restored(public):
    before = snapshot(public) | {"claims": []}
    article = public.sources.get().article
    write(public, snapshot(public) | {"sources": [source(making.article())]})
    write(public, snapshot(public) | {"sources": [source(article, id=-1)]})
    content = snapshot(public)
    content["claims"][0] |= {
        "standing": "disputed",
        "evidence": [{"source": content["sources"][0]["id"], "stance": "silent"}],
    }
    write(public, content)
    establishing.move(public.claims.get(), None, "withdrawn", "It was another tender.")
    assert restore(public, before) == [
        "The claim “Twelve firms bid.” stays: its standing has moved, or other stories use it, and that is on record."
    ]
    assert public.claims.get().evidence.get().stance == "silent"


def test_what_is_gone_from_the_newsroom_since_is_named_and_the_rest_comes_back(public):
    before = snapshot(public)
    earlier = {"kind": "follows", "verdict": "", "why": "W"}
    gone = {
        "topic": "gone-topic",
        "slug": making.draft().slug,
        "desk": {"name": "Gone desk", "slug": "gone-desk"},
        "edited_by": {"name": "Gone too", "slug": "gone-too"},
        "summary": {"text": "T", "made_by": "person", "model": "", "checked_by": "Nobody", "checked_at": ON},
        "head": {"made_by": "both", "model": "M", "checked_by": "No head desk", "checked_at": ON},
        "notes": [note("take", **made.UNSAID | {"checked_by": "No note desk", "checked_at": ON})],
        "sources": [
            *before["sources"],
            {"id": 10**9, "article": 10**9, "role": "wire", "in_summary": False, "why": ""},
        ],
        "mentions": [{"name": "Somebody", "slug": "somebody", "kind": "person"}],
        "earlier": [{"story": making.draft().pk, **earlier}, {"story": public.pk, **earlier}],
    }
    lost = " ".join(restore(public, before | gone | {"dek": "It came back."}))
    names = ("gone-topic", "Gone desk", "Gone too", "Nobody", "No head desk", "No note desk", "1000000000", "Somebody")
    for name in names:
        assert f"“{name}” is gone" in lost or f"{name} is gone" in lost
    assert lost.count("is not public any more") == 2
    after = snapshot(public)
    assert after == before | {
        "dek": "It came back.",
        "edited_by": None,
        "summary": gone["summary"] | {"checked_by": "", "checked_at": ""},
        "head": gone["head"] | {"checked_by": "", "checked_at": ""},
        "notes": [gone["notes"][0] | {"checked_by": "", "checked_at": ""}],
    }


def statements(story: Story) -> list[str]:
    return [item["statement"] for item in snapshot(story)["watch"]]


def foreseen(story: Story, content: dict[str, Any]) -> list[str]:
    """What the second look says that a restore will write, and that it writes nothing."""
    with CaptureQueriesContext(connection) as captured:
        content, _lost = working.possible(story, content)
    assert not [q["sql"] for q in captured if not q["sql"].startswith("SELECT")]
    return [item["statement"] for item in content["watch"]]


def test_a_version_from_before_a_public_item_was_replaced_leaves_the_replacement(public):
    before = snapshot(public)
    before["watch"][0]["statement"] = "Its words before it was public."
    old = public.watch_items.get()
    write(public, before | {"watch": [watch("Two are named.", replaces=old.pk)]})
    editing.publish(public, None, kind="update")
    assert foreseen(public, before) == ["Two are named."]
    assert restore(public, before) == ["The watch item “Two are named.” stays: it is public."]
    assert statements(public) == ["Two are named."]
    old.refresh_from_db()
    assert old.superseded_by.statement == "Two are named."


def test_a_version_from_before_an_item_was_to_be_replaced_has_it_again(public):
    before = snapshot(public)
    before["watch"][0]["statement"] = "Its words before it was public."
    write(public, before | {"watch": [watch("Two are named.", replaces=public.watch_items.get().pk)]})
    assert foreseen(public, before) == ["The winner is named."]
    assert restore(public, before) == []
    assert statements(public) == ["The winner is named."]


def test_a_replacement_that_was_dropped_comes_back_in_the_place_of_what_it_replaced(public):
    before, old = snapshot(public), public.watch_items.get()
    write(public, before | {"watch": [watch("Two are named.", replaces=old.pk)]})
    replaced = snapshot(public)
    write(public, before | {"watch": []})
    assert statements(public) == ["The winner is named."]
    assert foreseen(public, replaced) == ["Two are named."]
    assert restore(public, replaced) == []
    assert statements(public) == ["Two are named."]
    old.refresh_from_db()
    assert old.superseded_by.statement == "Two are named."


def test_a_public_item_that_came_later_stays_beside_what_is_restored(public):
    write(public, snapshot(public) | {"watch": [*snapshot(public)["watch"], watch("Not public yet.")]})
    before = snapshot(public)
    write(public, before | {"watch": [before["watch"][0], watch("It opens.")]})
    editing.publish(public, None, kind="update")
    assert restore(public, before) == ["The watch item “It opens.” stays: it is public."]
    assert statements(public) == ["The winner is named.", "Not public yet.", "It opens."]


def begun(headline: str, **fields: Any) -> Story:
    return working.begin(snapshot(making.draft()) | {"slug": "", "headline": headline} | fields, None)


def test_two_new_stories_of_one_headline_have_two_addresses(db):
    assert [begun("Été").slug for _ in range(2)] == ["ete", "ete-2"]
    assert begun("…").slug == "story"


def test_an_address_that_somebody_took_meanwhile_is_given_up(db, monkeypatch):
    """What is free when one looks may be taken when one writes."""
    begun("Été")
    monkeypatch.setattr(naming, "free_slug", lambda rows, stem: stem)
    assert begun("Été").slug.startswith("ete-")
    with pytest.raises(working.WorkingError, match="Another story has the address “ete”"):
        begun("Été", slug="ete")


def test_the_address_of_a_draft_is_made_anew_only_if_it_is_emptied(db):
    story = begun("The first headline")
    write(story, snapshot(story) | {"headline": "The second headline"})
    assert story.slug == "the-first-headline"
    write(story, snapshot(story) | {"slug": ""})
    assert snapshot(story)["slug"] == "the-second-headline"
