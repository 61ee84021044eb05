"""How each part was made: said where somebody said it, of the words that it was said of, and nowhere else."""

import copy
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import editing, establishing, made, preflight, rendition, working
from analysis.models import Claim, ContextNote, Desk, Evidence, Revision, Story, Summary
from analysis.rendition import StoryPage
from tests import making

MAY = datetime(2026, 5, 3, 12, tzinfo=UTC)
JUNE = MAY + timedelta(days=31)


# --- a check is of words ------------------------------------------------------------------------------------------

WORDS = st.sampled_from(["", "It said.", "It said so."])
ROWS = st.fixed_dictionaries({
    "title": WORDS, "text": WORDS, "made_by": st.sampled_from(["", "person", "both"]), "model": st.just(""),
    "checked_by": st.sampled_from(["", "Standards desk", "Data desk"]),
})  # fmt: skip


@given(ROWS, ROWS, st.booleans(), st.sampled_from(["", MAY.isoformat()]))
def test_a_part_is_checked_by_who_was_named_for_the_words_that_it_has(new, old, again, at):
    old |= {"checked_at": at if old["checked_by"] else ""}
    found = made.checked(new, old, "note", JUNE, again)
    assert {n: v for n, v in found.items() if not n.startswith("checked")} == {
        n: v for n, v in new.items() if not n.startswith("checked")
    }, "nothing else is touched"
    said_now = new["checked_by"] and (again or new["checked_by"] != old["checked_by"])
    same_words = (new["title"], new["text"]) == (old["title"], old["text"])
    if said_now:
        assert (found["checked_by"], found["checked_at"]) == (new["checked_by"], JUNE.isoformat())
    elif new["checked_by"] and same_words:
        assert (found["checked_by"], found["checked_at"]) == (old["checked_by"], at)
    else:
        assert (found["checked_by"], found["checked_at"]) == ("", "")
    assert made.checked(found, found, "note", JUNE + timedelta(days=1)) == found, "what is saved again stays"


CLAIMS = st.lists(
    st.fixed_dictionaries({"text": WORDS, "why": WORDS, "standing": st.sampled_from(["reported", "disputed"])}),
    max_size=3,
)


@given(CLAIMS, CLAIMS, st.randoms())
def test_claims_are_checked_while_the_words_of_all_are_the_same(new, old, some):
    said = {"made_by": "person", "model": "", "checked_by": "Standards desk", "checked_at": MAY.isoformat()}
    shuffled = [claim | {"standing": "withdrawn"} for claim in some.sample(old, len(old))]
    assert made.checked(said | {"claims": shuffled}, said | {"claims": old}, "claims", JUNE)["checked_by"]
    same = sorted((c["text"], c["why"]) for c in new) == sorted((c["text"], c["why"]) for c in old)
    found = made.checked(said | {"claims": new}, said | {"claims": old}, "claims", JUNE)
    assert found["checked_by"] == ("Standards desk" if same else "")
    assert found["checked_at"] == (MAY.isoformat() if same else "")


def test_a_part_that_is_new_was_checked_when_its_desk_was_named():
    new = {"headline": "H", "dek": "", "made_by": "person", "model": "", "checked_by": "Standards desk"}
    assert made.checked(new, None, "head", MAY)["checked_at"] == MAY.isoformat()


# --- what was frozen before it was asked --------------------------------------------------------------------------


def older(content):
    """A content as it was frozen before anybody was asked how headline and notes were made."""
    content = copy.deepcopy(content)
    for name in ("head", "claims_made", "watch_made", "conflicts"):
        del content[name]
    if content["summary"]:
        del content["summary"]["checked_at"]
    for note in content["notes"]:
        for name in made.MADE:
            del note[name]
    return content


def unsaid(story: Story) -> Story:
    """Rows of before."""
    story.notes.update(made_by="")
    Story.objects.filter(pk=story.pk).update(head_made_by="", claims_made_by="", watch_made_by="")
    return Story.objects.get(pk=story.pk)


def claim_of(story: Story, text: str = "Twelve bid.", **fields) -> Claim:
    return Claim.objects.create(story=story, text=text, standing="reported", why="One report.", **fields)


@pytest.fixture
def old(db) -> Story:
    """A story that is public in a revision of before."""
    story = making.draft(headline="Twelve firms bid")
    ContextNote.objects.create(story=story, slot="take", text="We doubt it.")
    claim_of(story)
    making.promise(story, public=False)
    editing.publish(story, None)  # so that lists and search know it
    story = unsaid(story)
    content = older(editing.snapshot(story))
    current = Revision.objects.create(
        story=story, number=2, kind="edit", headline=story.headline, dek=story.dek, content=content,
        html=editing.render(content), sha256=editing.digest(content),
    )  # fmt: skip
    Story.objects.filter(pk=story.pk).update(current=current)
    story.refresh_from_db()
    return story


def page(story: Story) -> StoryPage:
    found = rendition.story(story.slug)
    assert isinstance(found, StoryPage), found
    return found


def test_of_a_revision_of_before_only_that_is_said_which_it_says(old):
    assert page(old).made == ("The news: written by people.",)
    parts = (page(old).head, page(old).notes[0].made, page(old).claims_made, page(old).watch_made)
    assert not any(part.said for part in parts) and page(old).conflicts == ""


def test_a_revision_of_before_is_what_is_saved_though_it_has_no_keys(old):
    content = editing.snapshot(old)
    assert set(content) > set(old.current.content)
    assert editing.same_text(content, old.current.content) and editing.same_text(old.current.content, content)
    with pytest.raises(editing.NotReadyError, match="there is nothing to publish"):
        editing.publish(old, None)


@pytest.mark.parametrize("said", ["head", "claims", "watch", "note", "conflicts", "checked"])
def test_what_is_said_for_the_first_time_is_a_change(old, said):
    match said:
        case "head" | "claims" | "watch":
            Story.objects.filter(pk=old.pk).update(**{f"{said}_made_by": "person"})
        case "note":
            old.notes.update(made_by="person")
        case "conflicts":
            Story.objects.filter(pk=old.pk).update(conflicts="We own a share.")
        case "checked":
            Summary.objects.filter(story=old).update(checked_by=making.desk(), checked_at=MAY)
    editing.publish(old, None)
    old.refresh_from_db()
    assert old.current.number == 3


def test_a_version_of_before_comes_back_without_a_maker(old):
    before = old.current.content
    editing.claim_version(old, old.version)
    said = dict.fromkeys(made.OF_STORY.values(), made.UNSAID | {"made_by": "person"})
    content = editing.snapshot(old) | {"conflicts": "We own a share.", **said}
    working.write(old, content, None)
    editing.claim_version(old, old.version)
    working.restore(old, before, None, why="restored")
    assert editing.same_text(editing.snapshot(Story.objects.get(pk=old.pk)), before)
    assert (old.head_made_by, old.conflicts, old.notes.get().made_by) == ("", "", "")
    assert (old.claims_made_by, old.watch_made_by) == ("", "")


def test_a_restored_text_is_checked_as_it_was(db):
    story = making.draft()
    Summary.objects.filter(story=story).update(checked_by=making.desk(), checked_at=MAY)
    before = editing.snapshot(Story.objects.get(pk=story.pk))
    story.summary.text, story.summary.checked_by, story.summary.checked_at = "Other words.", None, None
    story.summary.save()
    working.restore(Story.objects.get(pk=story.pk), before, None, why="restored")
    summary = Summary.objects.get(story=story)
    assert (summary.text, summary.checked_by, summary.checked_at) == ("It said so.", making.desk(), MAY)


def test_restored_claims_are_checked_only_if_they_all_come_back_word_for_word(db):
    story = making.draft()
    claim_of(story)
    making.promise(story, public=False)
    checked(story)
    before = editing.snapshot(Story.objects.get(pk=story.pk))
    checks = [before[part] for part in ("claims_made", "watch_made")]
    assert all(check["checked_by"] == "Standards desk" for check in checks)

    def step(does, content, **why):
        now = Story.objects.get(pk=story.pk)
        editing.claim_version(now, now.version)
        return does(now, content, None, **why)

    step(working.write, before | dict.fromkeys(("claims_made", "watch_made"), made.UNSAID))
    _version, lost = step(working.restore, before, why="restored")
    now = editing.snapshot(Story.objects.get(pk=story.pk))
    assert ([now[part] for part in ("claims_made", "watch_made")], lost) == (checks, [])

    editing.publish(story, None)
    making.promise(Story.objects.get(pk=story.pk), "It opens twice.", position=1)  # public, so it stays
    _version, lost = step(working.restore, before, why="restored")
    now = editing.snapshot(Story.objects.get(pk=story.pk))
    assert (now["claims_made"], now["watch_made"]) == (checks[0], made.UNSAID | {"made_by": "person"})
    assert "It opens twice." in lost[0]
    assert lost[1] == "“What to watch” does not come back word for word, so it counts as not checked."

    # Of what stays it is not said that people wrote it, if a model did.
    Story.objects.filter(pk=story.pk).update(watch_made_by="model", watch_model="M-1")
    _version, lost = step(working.restore, before, why="restored")
    assert editing.snapshot(Story.objects.get(pk=story.pk))["watch_made"] == made.UNSAID
    assert lost[1] == "Some of “What to watch” stays that was made otherwise: say once more how it was made."
    Story.objects.filter(pk=story.pk).update(watch_made_by="model", watch_model="M-1")
    step(working.restore, before | {"watch": [], "watch_made": made.UNSAID}, why="restored")
    now = editing.snapshot(Story.objects.get(pk=story.pk))["watch_made"]
    assert now == made.UNSAID | {"made_by": "model", "model": "M-1"}, "all of it stays"


def test_the_checklist_says_of_whom_nobody_has_said_it(old):
    found = {check.text for check in preflight.checklist(old, editing.snapshot(old), MAY) if check.kind == "advice"}
    said = "who or what wrote: Headline and dek, Our take, What is established, What to watch."
    assert any(said in text for text in found)


# --- the page -----------------------------------------------------------------------------------------------------


@pytest.fixture
def story(db) -> Story:
    """A draft with two notes, all by people."""
    story = making.draft(headline="Twelve firms bid")
    for slot in ("take", "why"):
        ContextNote.objects.create(story=story, slot=slot, text=f"On {slot}.")
    return story


def checked(story: Story, at: datetime = MAY) -> None:
    by = Desk.objects.get_or_create(slug="standards", defaults={"name": "Standards desk"})[0]
    Summary.objects.filter(story=story).update(checked_by=by, checked_at=at)
    story.notes.update(checked_by=by, checked_at=at)
    said = {
        f"{part}_{name}": value for part in made.OF_STORY for name, value in (("checked_by", by), ("checked_at", at))
    }
    Story.objects.filter(pk=story.pk).update(**said)


def shown(story: Story) -> tuple[str, ...]:
    editing.publish(story, None)
    return page(story).made


def test_an_ordinary_page_says_it_in_one_sentence(story):
    checked(story)
    assert shown(story) == ("Written by people; checked by the Standards desk on 3 May 2026.",)


def test_what_one_sentence_says_of_some_it_does_not_say_of_all(story):
    checked(story)
    story.notes.update(checked_by=None, checked_at=None)
    assert shown(story) == (
        "Written by people; checked by the Standards desk on 3 May 2026 (Headline, The news).",
    )  # fmt: skip


def test_a_page_with_claims_names_the_parts_if_of_the_claims_nobody_said_it(story):
    claim_of(story)
    making.promise(story, public=False)
    Story.objects.filter(pk=story.pk).update(claims_made_by="")
    assert shown(story) == ("Headline, The news, Our take, Why it matters, What to watch: written by people.",)


def test_of_claims_and_watch_items_it_is_said_as_of_any_part(story):
    claim_of(story)
    making.promise(story, public=False)
    checked(story)
    Story.objects.filter(pk=story.pk).update(claims_made_by="both", claims_model="M-1")
    assert shown(story) == (
        "Headline, The news, Our take, Why it matters, What to watch: "
        "written by people; checked by the Standards desk on 3 May 2026.",
        "What is established: "
        "written by people with a language model (M-1); checked by the Standards desk on 3 May 2026.",
    )


def test_of_claims_and_watch_items_that_are_not_there_nobody_says_it(story):
    """Whatever stands in the rows: so that it is no change."""
    checked(story)
    machine = {"claims_made_by": "model", "claims_model": "M-1", "watch_made_by": "model", "watch_model": "M-2"}
    Story.objects.filter(pk=story.pk).update(**machine)
    assert shown(story) == ("Written by people; checked by the Standards desk on 3 May 2026.",)
    assert (page(story).claims_made, page(story).watch_made) == (None, None)
    Story.objects.filter(pk=story.pk).update(claims_model="M-3")
    with pytest.raises(editing.NotReadyError, match="there is nothing to publish"):
        editing.publish(story, None)


def test_a_mixed_page_says_which_parts_were_made_with_which_model(story):
    Summary.objects.filter(story=story).update(made_by="model", model="desk-draft-2")
    story.notes.filter(slot="why").update(made_by="both", model="other-model")
    assert shown(story) == (
        "Headline, Our take: written by people.",
        "The news: written by a language model (desk-draft-2).",
        "Why it matters: written by people with a language model (other-model).",
    )


def test_many_notes_made_alike_are_named_together(story):
    ContextNote.objects.create(story=story, slot="synthesis", text="All in all.")
    claim_of(story)
    making.promise(story, public=False)
    Story.objects.filter(pk=story.pk).update(claims_made_by="")
    assert shown(story) == ("Headline, The news, All notes, What to watch: written by people.",)


def test_a_version_says_how_it_was_made_itself(story):
    editing.publish(story, None)
    story.notes.filter(slot="take").update(made_by="both", model="M-1")
    editing.publish(story, None)
    first, second = (rendition.history(story.slug, number).made for number in (1, 2))
    assert "M-1" not in str(first) and "M-1" in str(second)
    told = {field.label: [(p.kind, p.text) for p in field.pieces] for field in rendition.changes(story.slug, 2).fields}
    assert set(told) == {"How this was made"}
    assert ("new", "with a language model (M-1)") in [
        (kind, text.strip(" .")) for kind, text in told["How this was made"]
    ]


def told(story: Story, number: int) -> dict[str, str]:
    marks = {"same": "{}", "gone": "[-{}-]", "new": "[+{}+]"}
    found = rendition.changes(story.slug, number)
    return {f.label: "".join(marks[p.kind].format(p.text) for p in f.pieces) for f in found.fields}


@pytest.mark.parametrize(("part", "name"), [("claims", "What is established"), ("watch", "What to watch")])
def test_a_version_says_how_its_claims_and_watch_items_were_made_itself(story, part, name):
    claim_of(story)
    making.promise(story, public=False)
    editing.publish(story, None)
    Story.objects.filter(pk=story.pk).update(**{f"{part}_made_by": "both", f"{part}_model": "M-1"})
    editing.publish(story, None)
    assert told(story, 2) == {
        "How this was made": f"{name}: written by people[+ with a language model (M-1)+]."
    }  # fmt: skip
    assert "M-1" not in str(rendition.history(story.slug, 1).made)


def test_of_claims_that_come_or_go_the_words_are_told_and_not_the_making(story):
    editing.publish(story, None)
    claim_of(story)
    editing.publish(story, None)
    assert set(told(story, 2)) == {"Claim"}
    assert not rendition.changes(story.slug, 2).withheld


def test_a_change_of_the_stake_is_told(story):
    editing.publish(story, None)
    Story.objects.filter(pk=story.pk).update(conflicts="We own a share.")
    editing.publish(story, None)
    told = {field.label: "".join(p.text for p in field.pieces) for field in rendition.changes(story.slug, 2).fields}
    assert told == {"Our stake in it": "We own a share."}


def test_of_a_part_that_terms_withhold_nothing_is_said(story):
    Summary.objects.filter(story=story).update(made_by="model", model="M-1")
    first, other = story.sources.get(), making.article()
    second = story.sources.create(article=other, role="coverage", position=1)
    story.notes.get(slot="take").rests_on.set([second])
    story.notes.filter(slot="take").update(made_by="both", model="M-2")
    editing.publish(story, None)
    assert "M-1" in str(page(story).made) and "M-2" in str(page(story).made)
    making.terms(first.article.publisher, ai="deny")
    assert "M-1" not in str(page(story).made) and "M-2" in str(page(story).made)
    making.terms(other.publisher, level="none")
    assert "M-2" not in str(page(story).made)
    making.terms(first.article.publisher, level="link", effective_from=MAY - timedelta(days=1))
    assert page(story).made == () and page(story).head is None


@pytest.mark.parametrize("part", ["claims", "watch"])
def test_of_claims_and_watch_items_that_terms_withhold_nothing_is_said(story, part):
    if part == "watch":
        making.promise(story, public=False)
    else:
        Evidence.objects.create(claim=claim_of(story), source=story.sources.get(), stance="states")
    Story.objects.filter(pk=story.pk).update(**{f"{part}_made_by": "model", f"{part}_model": "M-1"})
    editing.publish(story, None)
    assert "M-1" in str(page(story).made)
    making.terms(story.sources.get().article.publisher, level="link")
    found = page(story)
    assert found.made == () and (found.claims_made, found.watch_made) == (None, None)


def test_where_terms_hid_the_claims_once_their_making_is_no_change(story):
    """Of two versions, the claim of the first rests on what may not be shown any more."""
    other = making.article()
    second = story.sources.create(article=other, role="coverage", position=1)
    claim = claim_of(story)
    evidence = Evidence.objects.create(claim=claim, source=second, stance="states")
    editing.publish(story, None)
    Evidence.objects.filter(pk=evidence.pk).update(source=story.sources.exclude(pk=second.pk).get())
    Story.objects.filter(pk=story.pk).update(claims_made_by="both", claims_model="M-1")
    editing.publish(story, None)
    making.terms(other.publisher, level="none")
    found = rendition.changes(story.slug, 2)
    assert found.withheld and "How this was made" not in {field.label for field in found.fields}


def test_words_of_a_standing_that_are_said_at_once_are_of_nobody_who_checked_the_claims(story):
    """Through the story itself. Where a story only follows the record, nobody wrote anything in it."""
    claim = claim_of(story)
    editing.publish(story, None)
    claim.refresh_from_db()
    follower = making.draft()
    claim_of(follower, shares=claim)
    editing.publish(follower, None)
    for one in (story, follower):
        checked(one)
        editing.publish(one, None)
    establishing.move(claim, None, "disputed", "The register lists eleven.")
    now = {one.pk: editing.snapshot(Story.objects.get(pk=one.pk))["claims_made"] for one in (story, follower)}
    assert now[story.pk] == made.UNSAID | {"made_by": "person"}
    assert now[follower.pk] == {
        "made_by": "person", "model": "", "checked_by": "Standards desk", "checked_at": MAY.isoformat(),
    }  # fmt: skip


def test_where_terms_hid_a_part_once_its_making_is_no_change(story):
    """Two versions of which one rests on what may not be shown any more."""
    other = making.article()
    second = story.sources.create(article=other, role="coverage", position=1)
    note = story.notes.get(slot="take")
    note.rests_on.set([second])
    story.notes.filter(slot="take").update(made_by="")
    editing.publish(story, None)
    note.rests_on.set([story.sources.exclude(pk=second.pk).get()])
    story.notes.filter(slot="take").update(made_by="both", model="M-1")
    editing.publish(story, None)
    making.terms(other.publisher, level="none")
    found = rendition.changes(story.slug, 2)
    assert found.withheld and "How this was made" not in {field.label for field in found.fields}


def test_terms_that_deny_machines_speak_of_summaries_alone(story):
    """DESIGN, section 3: `ai` is about machine-made summaries."""
    story.notes.filter(slot="take").update(made_by="model", model="M-1")
    making.terms(story.sources.get().article.publisher, ai="deny")
    editing.publish(story, None)
    assert "Our take" in str(page(story).made)


def test_what_machine_made_and_nobody_checked_is_advised_against_and_not_stopped(story):
    story.notes.filter(slot="take").update(made_by="both", model="M-1")
    claim_of(story)
    making.promise(story, public=False)
    machine = {
        name: value for of in made.OF_STORY for name, value in ((f"{of}_made_by", "model"), (f"{of}_model", "M"))
    }
    Story.objects.filter(pk=story.pk).update(**machine)
    content = editing.snapshot(Story.objects.get(pk=story.pk))
    found = preflight.checklist(story, content, MAY)
    said = {check.field: check for check in found if "made with a language model" in check.text}
    assert set(said) == {"note_take_checked_by", "head_checked_by", "claims_checked_by", "watch_checked_by"}
    assert {check.kind for check in said.values()} == {"advice"}
    checked(story)
    content = editing.snapshot(Story.objects.get(pk=story.pk))
    assert not [c for c in preflight.checklist(story, content, MAY) if "made with a language model" in c.text]


def test_the_stake_is_found_by_search_and_compared_with_the_sources(story):
    Story.objects.filter(pk=story.pk).update(conflicts="We are customers of Zephyrhaven.")
    editing.publish(story, None)
    assert [hit.card.slug for hit in rendition.search("Zephyrhaven").items] == [story.slug]
    Story.objects.filter(pk=story.pk).update(conflicts="They said “one two three four”.")
    making.terms(story.sources.get().article.publisher, quote_words=3)
    content = editing.snapshot(Story.objects.get(pk=story.pk))
    stops = [c for c in preflight.checklist(story, content, MAY) if c.kind == "stop"]
    assert [check.field for check in stops] == ["conflicts"]
