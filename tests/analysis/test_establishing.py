"""One claim, many stories: where it stands is one record, which every page shows at once, each through the gate."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import editing, establishing, preflight, rendition, standings, working
from analysis.errors import EditingError, NotReadyError
from analysis.models import Article, Claim, DeskTask, Evidence, Remark, Source, StandingChange, Story, Version
from analysis.models.writing import Standing
from analysis.rendition.story_values import witnesses
from analysis.rows import WorkingError
from tests import making
from tests.analysis.witnesses import groups, source

pytestmark = pytest.mark.django_db
TEXT = "Twelve firms bid."


def story(original: Article | None = None, *, shares: Claim | None = None, public: bool = True, **fields: Any) -> Story:
    """A story with one claim that its source states; `shares`: another story's."""
    made = making.draft(original, **fields)
    content = editing.snapshot(made)
    row: dict[str, Any] = {"id": -1, "text": TEXT, "standing": "reported", "why": "One report.",
                           "evidence": [{"source": content["sources"][0]["id"], "stance": "states"}]}  # fmt: skip
    if shares:
        row |= {"shares": shares.pk, "standing": standings.on_record([shares.record])[shares.record].standing}
    write(made, content | {"claims": [row]})
    if public:
        editing.publish(made, None)
    return Story.objects.get(pk=made.pk)


def write(story: Story, content: dict[str, Any]) -> Version:
    story = Story.objects.get(pk=story.pk)
    with transaction.atomic():
        editing.claim_version(story, story.version)
        return working.write(story, content, None)


def claim_of(story: Story) -> Claim:
    return Claim.objects.select_related("story").get(story=story)


def shown(story: Story) -> Any:
    """The one claim on the public page of a story."""
    page = rendition.story(story.slug)
    assert isinstance(page, rendition.StoryPage)
    return page.claims[0]


@pytest.fixture
def two():
    first = story()
    return first, story(shares=claim_of(first))


# --- one record ---------------------------------------------------------------------------------------------------


def test_a_change_at_the_desk_is_on_every_page_that_uses_the_claim_and_in_every_feed(two):
    first, second = two
    by = User.objects.create_user("editor")
    establishing.move(claim_of(first), by, "disputed", "The register lists eleven.")
    for one in two:
        claim = shown(one)
        assert (claim.standing, claim.why, claim.written) == ("disputed", "The register lists eleven.", "Reported")
        in_feed = next(page for page in rendition.feed()[1] if page.card.id == one.pk)
        assert in_feed.claims[0].standing == "disputed"
        assert in_feed.card.updated_at > one.updated_at  # the entry is a new one to who follows the feed
        assert [page.claims[0].written for page in [rendition.history(one.slug, 1)]] == ["Reported"]
    record = rendition.claim(claim_of(second).pk)
    assert record.claim.record == claim_of(first).pk and len(record.uses) == 2
    assert [said.standing for said in record.history] == ["reported", "disputed"]
    assert {task.story for task in DeskTask.objects.filter(kind="standing")} == set(two)


def test_what_is_saved_proposes_and_what_is_published_is_on_record_for_all(two):
    first, second = two
    content = editing.snapshot(first)
    content["claims"][0] |= {"standing": "withdrawn", "why": "It was another tender."}
    write(first, content)
    assert shown(first).standing == shown(second).standing == "reported"
    editing.publish(first, None, kind="correction", reason="It was another tender.")
    assert [shown(one).standing for one in two] == ["withdrawn", "withdrawn"]
    assert (shown(first).written, shown(second).written) == ("", "Reported")
    assert [task.story for task in DeskTask.objects.all()] == [second]  # the first has said it itself
    assert StandingChange.objects.filter(claim=claim_of(first)).count() == 2


def test_publishing_again_says_that_the_text_was_read_with_the_new_standing_and_ends_the_task(two):
    first, second = two
    establishing.move(claim_of(first), None, "disputed", "The register lists eleven.")
    editing.publish(second, None)
    assert shown(second).written == "" and shown(second).standing == "disputed"
    assert not DeskTask.objects.filter(story=second).exists()
    assert StandingChange.objects.count() == 2


def test_who_has_the_other_story_open_does_not_write_the_old_standing_back(two):
    first, second = two
    seen = editing.snapshot(second)
    based_on = Story.objects.get(pk=second.pk).version
    establishing.move(claim_of(first), None, "disputed", "The register lists eleven.")
    with pytest.raises(editing.ConflictError):
        editing.claim_version(second, based_on)
    assert Version.objects.filter(story=second).first().content["claims"][0]["standing"] == "disputed"
    write(second, seen | {"claims": editing.snapshot(second)["claims"], "headline": "Another"})
    editing.publish(second, None)
    assert shown(first).standing == "disputed"


def test_a_story_that_proposes_another_standing_follows_and_is_told_what_it_proposed(two):
    """Else its publication would take back, on every page, what was said meanwhile."""
    first, second = two
    content = editing.snapshot(second)
    content["claims"][0] |= {"standing": "withdrawn", "why": "It was another tender."}
    write(second, content)
    establishing.move(claim_of(first), None, "disputed", "The register lists eleven.")
    assert editing.snapshot(second)["claims"][0]["standing"] == "disputed"
    assert "It was another tender." in Remark.objects.get(story=second).text
    editing.publish(second, None)
    assert shown(first).standing == "disputed"


def test_who_shares_a_claim_that_moved_since_it_was_offered_begins_where_it_stands():
    first = story()
    draft = story(public=False)
    establishing.move(claim_of(first), None, "withdrawn", "The paper took it back.")
    content = editing.snapshot(draft)
    offered = {"id": -1, "shares": claim_of(first).pk, "text": "Twelve bid.", "standing": "reported", "why": "Old.",
               "evidence": []}  # fmt: skip
    write(draft, content | {"claims": [offered]})
    editing.publish(draft, None)
    assert [shown(one).standing for one in (first, draft)] == ["withdrawn", "withdrawn"]
    assert StandingChange.objects.filter(claim=claim_of(first)).count() == 2


def test_an_editors_note_can_be_added_after_a_change_though_nothing_else_is_saved(two):
    first, second = two
    establishing.move(claim_of(first), None, "disputed", "The register lists eleven.")
    editing.note(second, None, "We have read the register.")
    assert shown(second).written == ""
    Story.objects.filter(pk=first.pk).update(dek="Another dek")
    with pytest.raises(editing.NotReadyError, match="not public yet"):
        editing.note(first, None, "We have read the register.")


def test_there_and_back_says_why_it_is_back_and_a_mended_reason_is_on_record(two):
    first, second = two
    establishing.move(claim_of(first), None, "disputed", "It is denied.")
    establishing.move(claim_of(first), None, "reported", "The dispute is settled.")
    claim = shown(second)
    assert (claim.standing, claim.why, claim.written) == ("reported", "The dispute is settled.", "")
    assert not DeskTask.objects.exists()  # the pages say it already
    assert claim.checked_at > second.published_at
    content = editing.snapshot(first)
    content["claims"][0]["why"] = "The dispute was settled in May."
    write(first, content)
    editing.publish(first, None, kind="correction", reason="In May.")
    record = rendition.claim(claim.record)
    assert record.history[-1].why == "The dispute was settled in May." == shown(first).why


def test_a_claim_taken_out_and_shared_again_in_one_save_is_the_same_row(two):
    first, second = two
    third = story(shares=claim_of(first))
    for number in (claim_of(first).pk, claim_of(third).pk):
        row, content = claim_of(second).pk, editing.snapshot(second)
        write(second, content | {"claims": [content["claims"][0] | {"id": -1, "shares": number}]})
        assert claim_of(second).pk == row


def test_a_restored_version_leaves_the_standing_as_it_is(two):
    first, _second = two
    before = editing.snapshot(first)
    establishing.move(claim_of(first), None, "disputed", "The register lists eleven.")
    with transaction.atomic():
        now = Story.objects.get(pk=first.pk)
        editing.claim_version(now, now.version)
        working.restore(now, before, None, why="restored")
    assert editing.snapshot(first)["claims"][0]["standing"] == "disputed"


def test_a_minor_edit_cannot_say_where_a_claim_stands(two):
    """A reader who was told otherwise is told by an update or a correction, with the standing beside it."""
    first = two[0]
    content = editing.snapshot(first)
    content["claims"][0] |= {"standing": "disputed", "why": "The register lists eleven."}
    write(first, content)
    with pytest.raises(NotReadyError, match=r"Not a minor edit: readers were told that “Twelve firms bid\.” stands"):
        editing.publish(first, None)
    assert [shown(one).standing for one in two] == ["reported", "reported"] and StandingChange.objects.count() == 1
    editing.publish(first, None, kind="update")
    assert [shown(one).standing for one in two] == ["disputed", "disputed"]


def test_a_minor_edit_cannot_leave_out_a_claim_whose_standing_moved(two):
    first, second = two
    establishing.move(claim_of(first), None, "disputed", "The register lists eleven.")
    write(second, editing.snapshot(second) | {"claims": []})
    with pytest.raises(NotReadyError, match="which is left out, has moved"):
        editing.publish(second, None)
    editing.publish(second, None, kind="update")
    assert rendition.story(second.slug).claims == ()


def test_what_follows_the_record_is_no_unsaved_change_and_is_not_called_checked(two):
    """Its words are new, so nobody has checked them; but the story is as it was published."""
    first = two[0]
    for one in two:
        checked = {"claims_checked_by": making.desk(), "claims_checked_at": making.LONG_AGO}
        Story.objects.filter(pk=one.pk).update(dek="Another.", **checked)
        editing.publish(one, None)
    establishing.move(claim_of(first), None, "disputed", "The register lists eleven.")
    for one in two:
        one = Story.objects.select_related("current").get(pk=one.pk)
        assert not editing.differs(one, editing.snapshot(one))
        assert rendition.story(one.slug).claims_made.checked_by == ""
        editing.note(one, None, "It stays as it is.")


def test_a_story_s_history_has_no_move_from_before_it_used_the_claim(two):
    first = two[0]
    establishing.move(claim_of(first), None, "disputed", "The register lists eleven.")
    later = story(shares=claim_of(first))
    Story.objects.filter(pk=later.pk).update(published_at=making.LONG_AGO)  # it took the claim up in a later version
    assert [line.kind for line in rendition.story(later.slug).chronicle] == ["first"]
    establishing.move(claim_of(first), None, "withdrawn", "It was another tender.")
    for page in (rendition.story(later.slug), rendition.history(later.slug)):
        assert [(line.kind, line.text) for line in page.chronicle] == [("claim", TEXT), ("first", "")]


@settings(max_examples=12, deadline=None)
@given(steps=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["move", "propose", "publish"]),
                                st.sampled_from(["reported", "disputed", "withdrawn"])), max_size=8))  # fmt: skip
def test_every_page_shows_the_newest_of_the_record_whatever_was_done_in_whatever_order(steps):
    with transaction.atomic():
        first = story()
        stories = [first, story(shares=claim_of(first)), story(shares=claim_of(first), public=False)]
        for n, what, standing in steps:
            one = Story.objects.get(pk=stories[n].pk)
            content = editing.snapshot(one)
            match what:
                case "propose":
                    content["claims"][0] |= {"standing": standing, "why": f"{standing} it is."}
                    write(one, content)
                case "publish" if not editing.hindrance(one, content):
                    editing.publish(one, None, kind="update")
                case "move" if one.current and shown(one).standing != standing:
                    establishing.move(claim_of(one), None, standing, "So it is.")
            newest = StandingChange.objects.filter(claim=claim_of(first)).last()
            pages = [rendition.story(s.slug) for s in Story.objects.filter(current__isnull=False)]
            now = [p.claims[0].standing for p in pages if p.claims]
            assert set(now) == {newest.standing}
            for other in Story.objects.filter(current__isnull=False):
                raw = other.current.content["claims"][0]
                task = DeskTask.objects.filter(story=other, kind="standing").exists()
                assert task or raw["standing"] == newest.standing  # else somebody must read it again
        transaction.set_rollback(True)


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"to": "reported"}, "stands so already"),
        ({"to": "true"}, "Choose where it stands"),
        ({"why": " "}, "Say why"),
        ({"to": "confirmed"}, "choose the primary source"),
        ({"expected": "withdrawn"}, "Somebody was faster: it stands as “Reported”"),
        ({"why": "abc \u202e def"}, "invisible character"),
        ({"why": "They say “" + "word " * 40 + "”."}, "quote"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_what_to_do(said, words):
    claim = claim_of(story())
    with pytest.raises(EditingError, match=words):
        establishing.move(claim, None, **{"to": "disputed", "why": "It is denied.", **said})
    assert claim.changes.count() == 1


def test_what_is_not_public_has_no_record():
    with pytest.raises(EditingError, match="not public"):
        establishing.move(claim_of(story(public=False)), None, "disputed", "It is denied.")


def test_it_is_confirmed_by_a_primary_source_that_states_it_in_any_story_that_uses_it(two):
    first, second = two
    article, other = making.article(title="The register"), making.article()
    Source.objects.create(story=second, article=other, role="coverage", position=1)
    source = Source.objects.create(story=second, article=article, role="primary", position=2)
    with pytest.raises(EditingError, match="No story says"):
        establishing.move(claim_of(first), None, "confirmed", "It is in the register.", article)
    Evidence.objects.create(claim=claim_of(second), source=source, stance="states")
    with pytest.raises(EditingError, match="primary source"):  # saved, and not public
        establishing.move(claim_of(first), None, "confirmed", "It is in the register.", article)
    editing.publish(second, None)
    with pytest.raises(EditingError, match="No story says"):
        establishing.move(claim_of(first), None, "confirmed", "It is in the register.", other)
    establishing.move(claim_of(first), None, "confirmed", "It is in the register.", article)
    assert shown(first).changes[-1].work.title == "The register"
    content = editing.snapshot(first)
    assert not [s for s in preflight.stops(first, content, timezone.now()) if "no primary source" in s]
    source.delete()
    assert [s for s in preflight.stops(first, content, timezone.now()) if "no primary source" in s]


@pytest.mark.parametrize("case", ["draft's", "own", "nobody's", "twice"])
def test_only_a_public_claim_of_another_story_is_shared_and_once(case):
    first = story()
    mine = story()
    ids = {
        "draft's": [claim_of(story(public=False)).pk],
        "own": [claim_of(mine).pk],
        "nobody's": [10**9],
        "twice": [claim_of(first).pk, claim_of(story(shares=claim_of(first))).pk],
    }[case]
    content = editing.snapshot(mine)
    new = [{"id": -n, "shares": pk, "text": TEXT, "standing": "reported", "why": "", "evidence": []}
           for n, pk in enumerate(ids, start=1)]  # fmt: skip
    with pytest.raises(WorkingError):
        write(mine, content | {"claims": [*content["claims"], *new]})


def test_who_shares_a_sharers_claim_shares_the_one_record():
    first = story()
    second = story(shares=claim_of(first))
    third = story(shares=claim_of(second))
    assert claim_of(third).shares == claim_of(first)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(story=second).update(shares=claim_of(second))


# --- what stays ---------------------------------------------------------------------------------------------------


def test_a_public_claim_that_is_left_out_keeps_its_row_and_comes_back_as_it_was():
    one = story()
    claim, content = claim_of(one), editing.snapshot(one)
    write(one, content | {"claims": []})
    assert editing.snapshot(one)["claims"] == [] and claim_of(one).left_out
    assert shown(one).record == claim.pk  # the public page still has it
    editing.publish(one, None)
    assert rendition.claim(claim.pk) == rendition.Tombstone(legal=False)
    write(one, content)
    assert editing.snapshot(one)["claims"][0]["id"] == claim.pk
    editing.publish(one, None)
    assert rendition.claim(claim.pk).claim.record == claim.pk


def test_a_shared_claim_that_is_left_out_and_shared_again_is_the_same_row(two):
    first, second = two
    row, content = claim_of(second).pk, editing.snapshot(second)
    write(second, content | {"claims": []})
    again = content["claims"][0] | {"id": -1, "shares": claim_of(first).pk}
    write(second, content | {"claims": [again]})
    assert claim_of(second).pk == row and not claim_of(second).left_out


def test_a_shared_claim_that_comes_twice_is_refused_and_nothing_is_lost(two):
    _first, second = two
    before = editing.snapshot(second)
    with pytest.raises(WorkingError, match="has this claim already"):
        write(second, before | {"claims": before["claims"] * 2})
    assert editing.snapshot(second) == before


def test_a_claim_that_other_stories_use_is_not_removed(two):
    first, _second = two
    with pytest.raises(WorkingError, match="other stories use it"):
        write(first, editing.snapshot(first) | {"claims": []})


# --- the gate, page by page ---------------------------------------------------------------------------------------


def test_the_words_of_a_change_obey_the_terms_of_the_story_it_was_said_through(two):
    first, second = two
    establishing.move(claim_of(first), None, "disputed", "A word of the first one: qzqz.")
    assert "qzqz" in shown(second).why
    making.terms(first.sources.get().article.publisher, level="none")
    assert isinstance(rendition.story(first.slug), rendition.Tombstone)
    claim = shown(second)
    assert (claim.standing, claim.why) == ("disputed", "")  # that it stands so is ours to say, the words are not
    record = rendition.claim(claim.record)
    assert [one.story.id for one in record.uses] == [second.pk]
    assert "qzqz" not in str(record) and "qzqz" not in str(rendition.feed())


def test_the_words_of_a_change_are_withdrawn_with_the_story_that_it_was_said_through(two):
    first, second = two
    establishing.move(claim_of(first), None, "disputed", "qzqz")
    editing.withdraw(first, "It was another port.")
    assert (shown(second).standing, shown(second).why) == ("disputed", "")
    assert "qzqz" not in str(rendition.claim(shown(second).record)) and "qzqz" not in str(rendition.matter(second.slug))


def test_words_whose_sources_ask_for_a_credit_stand_only_where_it_is_given(two):
    first, second = two
    making.terms(first.sources.get().article.publisher, level="full", attribution="By permission of the first.")
    establishing.move(claim_of(first), None, "disputed", "qzqz")
    assert (shown(first).why, shown(second).why) == ("qzqz", "")


def test_on_what_a_claim_was_confirmed_is_linked_only_where_it_may_be(two):
    first, second = two
    article = making.article()
    source = Source.objects.create(story=first, article=article, role="primary", position=1)
    Evidence.objects.create(claim=claim_of(first), source=source, stance="states")
    editing.publish(first, None)
    establishing.move(claim_of(first), None, "confirmed", "It is there.", article)
    assert shown(second).changes[-1].work.url == article.url
    making.terms(article.publisher, level="none")
    assert (shown(second).changes[-1].work, shown(second).why) == (None, "")


def test_words_said_on_an_article_obey_its_terms_though_only_another_story_draws_on_it(two):
    first, second = two
    article = second.sources.get().article
    establishing.move(claim_of(first), None, "disputed", "qzqz", article)
    assert shown(first).why == "qzqz"
    making.terms(article.publisher, level="none")
    assert (shown(first).standing, shown(first).why) == ("disputed", "")


def test_what_is_saved_beside_a_public_primary_source_confirms_nothing(two):
    first, second = two
    Source.objects.create(story=second, article=making.article(), role="primary", position=1)
    editing.publish(second, None)
    article = making.article()
    source = Source.objects.create(story=second, article=article, role="primary", position=2)
    Evidence.objects.create(claim=claim_of(second), source=source, stance="states")
    with pytest.raises(EditingError, match="choose the primary source"):
        establishing.move(claim_of(first), None, "confirmed", "It is there.", article)


def test_the_words_do_not_become_another_storys_own_by_publishing_it_again(two):
    first, second = two
    establishing.move(claim_of(first), None, "disputed", "qzqz")
    editing.publish(second, None)
    assert shown(second).why == "qzqz"  # of the record
    making.terms(first.sources.get().article.publisher, level="none")
    assert "qzqz" not in str(rendition.story(second.slug)) + str(rendition.history(second.slug, 2))


def test_an_earlier_version_says_no_more_of_a_change_than_the_story_may_today():
    first = story()
    source = Source.objects.create(story=first, article=making.article(), role="coverage", position=1)
    Evidence.objects.create(claim=claim_of(first), source=source, stance="disputes")
    editing.publish(first, None)
    establishing.move(claim_of(first), None, "disputed", "qzqz")
    assert "qzqz" in str(rendition.history(first.slug, 1))
    making.terms(source.article.publisher, level="none")
    assert "qzqz" not in str(rendition.history(first.slug, 1)) + str(rendition.story(first.slug))


def test_a_page_says_no_more_by_a_shared_claim_than_its_own_terms_allow(two):
    first, second = two
    making.terms(second.sources.get().article.publisher, level="link")
    page = rendition.story(second.slug)
    assert page.claims == () and shown(first).text == TEXT
    assert [one.story.id for one in rendition.claim(claim_of(second).pk).uses] == [first.pk]


def test_no_query_is_added_by_claims_or_by_their_history():
    first = story()
    with CaptureQueriesContext(
        connection,
    ) as few:
        rendition.story(first.slug)
    content = editing.snapshot(first)
    more = [content["claims"][0] | {"id": -n, "text": f"Claim {n}."} for n in range(1, 40)]
    write(first, content | {"claims": [*content["claims"], *more]})
    editing.publish(first, None)
    for n, claim in enumerate(Claim.objects.filter(story=first).select_related("story")[:10]):
        establishing.move(claim, None, "disputed", f"Denied, {n}.", at=timezone.now() + timedelta(seconds=n))
    with CaptureQueriesContext(connection) as many:
        page = rendition.story(first.slug)
    assert len(page.moved) == 10 and len(many) == len(few) + 1, "one for all that moved"


# --- independence -------------------------------------------------------------------------------------------------


def test_sources_that_carry_one_text_are_one_witness():
    agency, *papers = (making.publisher() for _ in range(5))
    one = making.draft(making.article(agency))
    copies = {papers[0]: agency.name.upper(), papers[1]: papers[0].name, papers[2]: "", papers[3]: "An agency abroad"}
    for position, (paper, copied) in enumerate(copies.items(), start=1):
        Source.objects.create(
            story=one, article=making.article(paper), role="coverage", copied_from=copied, position=position
        )
    Source.objects.create(story=one, article=making.article(papers[2]), role="coverage", position=9)
    editing.publish(one, None)
    found = witnesses(rendition.story(one.slug).sources)
    assert (found.outlets, found.independent) == (5, 3)  # the agency with two papers; another; one that copies abroad


@given(copies=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 8)), max_size=12))
@settings(max_examples=60, deadline=None)
def test_witnesses_are_the_groups_that_copying_leaves_whatever_the_order(copies):
    sources = [source(paper, copied) for paper, copied in copies]
    found = witnesses(sources)
    assert (found.outlets, found.independent) == groups(copies)
    assert witnesses(sources[::-1]) == found


def test_every_standing_can_be_reached(two):
    first, _second = two
    for standing in ("disputed", "withdrawn", "reported"):
        establishing.move(claim_of(first), None, standing, "So it is.")
    assert {c.standing for c in claim_of(first).changes.all()} == set(Standing.values) - {"confirmed"}
