"""Judging what was promised: with evidence, by somebody else, once; and taken back only on record."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import DatabaseError, transaction
from django.utils import timezone

from analysis import editing, judging, rendition, working
from analysis.editing import EditingError
from analysis.freezing import snapshot
from analysis.models import Article, Domain, Judgment, Source, Story, WatchItem
from tests import making

pytestmark = pytest.mark.django_db


DUE = date(2024, 6, 1)


@pytest.fixture
def item() -> WatchItem:
    story = making.draft()
    making.promise(story, public=False, likelihood=70, settled_by="Register", due=DUE)
    editing.publish(story, None, at=making.LONG_AGO)
    return story.watch_items.get()


def shown(item: WatchItem):
    (view,) = rendition.story(item.story.slug).watch
    return view


def person(name: str, may: bool = True, staff: bool = True) -> User:
    user = User.objects.create_user(name, is_staff=staff)
    if may:
        user.user_permissions.add(Permission.objects.get(codename="resolve_watchitem"))
    return user


def test_the_outcome_stands_beside_the_words_as_they_were_published(item):
    judging.judge(item, None, "yes", " It opened. ", "https://register.test/1")
    view = shown(item)
    assert (view.statement, view.likelihood, view.state) == ("It opens.", 70, "yes")
    assert (view.outcome.why, view.outcome.url) == ("It opened.", "https://register.test/1")
    assert view.taken_back == ()


def test_it_is_judged_once(item):
    judging.judge(item, None, "yes", "It opened.", making.REGISTER)
    with pytest.raises(EditingError, match="someone has judged it"):
        judging.judge(item, None, "no", "It did not.", making.REGISTER)
    assert shown(item).outcome.why == "It opened."


@pytest.mark.parametrize(("state", "why", "url", "says"), [
    ("open", "x", making.REGISTER, "Choose"), ("due", "x", making.REGISTER, "Choose"),
    ("", "x", making.REGISTER, "Choose"), ("yes", "  ", making.REGISTER, "Say how"), ("yes", "x", "", "address"),
    ("no", "x", " ", "address"), ("no", "x", "ftp://register.test/1", "web address"),
    ("no", "x", "https://[", "web address"),
])  # fmt: skip
def test_a_judgment_needs_a_state_words_and_an_address_where_that_can_be_seen(item, state, why, url, says):
    with pytest.raises(EditingError, match=says):
        judging.judge(item, None, state, why, url)
    assert not Judgment.objects.exists() and shown(item).state == "due"


@pytest.mark.parametrize("hours", [-30, -1, 0, 23])
def test_what_can_still_happen_has_not_failed_yet(item, hours):
    at = datetime(2024, 6, 1, tzinfo=UTC) + timedelta(hours=hours)
    with pytest.raises(EditingError, match="can still happen"):
        judging.judge(item, None, "no", "It did not.", making.REGISTER, at=at)
    judging.judge(item, None, "yes", "It did.", making.REGISTER, at=at)


def test_from_the_day_after_it_has(item):
    judging.judge(item, None, "no", "It did not.", making.REGISTER, at=datetime(2024, 6, 2, tzinfo=UTC))
    assert shown(item).state == "no"


def test_an_address_that_grows_when_it_is_written_as_we_keep_it_is_refused_in_time(item):
    with pytest.raises(EditingError, match="longer than"):
        judging.judge(item, None, "yes", "It did.", "https://r.test/" + "é" * 1_900)
    judging.judge(item, None, "yes", "It did.", "https://r.test/" + "é" * 300)
    assert len(shown(item).outcome.url) > 500


@pytest.mark.parametrize("state", ["ambiguous", "annulled"])
def test_what_is_void_needs_a_reason_and_no_address(item, state):
    judging.judge(item, None, state, "The vote was put off.")
    assert (shown(item).state, shown(item).outcome.url) == (state, "")


def test_what_is_not_public_cannot_be_judged():
    item = making.promise(making.draft(), public=False)
    with pytest.raises(EditingError, match="not public"):
        judging.judge(item, None, "yes", "It did.", making.REGISTER)


def test_a_judgment_that_does_not_hold_is_taken_back_and_both_stay_to_be_seen(item):
    judging.judge(item, None, "yes", "It opened.", making.REGISTER)
    judging.take_back(item, None, "That was another port.")
    view = shown(item)
    assert view.state == "due" and view.outcome is None
    assert [(said.state, said.why) for said in view.taken_back] == [
        ("yes", "It opened."), ("open", "That was another port."),
    ]  # fmt: skip
    judging.judge(item, None, "no", "It stayed shut.", making.REGISTER)
    assert shown(item).outcome.why == "It stayed shut." and len(shown(item).taken_back) == 2


def test_only_what_is_judged_is_taken_back_and_only_with_a_reason(item):
    with pytest.raises(EditingError, match="not judged"):
        judging.take_back(item, None, "Why not.")
    judging.judge(item, None, "yes", "It opened.", making.REGISTER)
    with pytest.raises(EditingError, match="Say why"):
        judging.take_back(item, None, "  ")
    stale = WatchItem.objects.get(pk=item.pk)
    judging.take_back(item, None, "That was another port.")
    with pytest.raises(EditingError, match="judged it anew"):
        judging.take_back(stale, None, "That was another port.")


def test_nobody_changes_or_removes_a_judgment(item):
    judging.judge(item, None, "yes", "It opened.", making.REGISTER)
    everything = super(type(Judgment.objects), Judgment.objects).get_queryset()
    for change in (lambda: everything.update(why="x"), everything.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


# --- by whom --------------------------------------------------------------------------------------------------------


def written(by: User) -> WatchItem:
    story = Story.objects.get(pk=making.draft().pk)
    row = {"id": 0, "statement": "It opens.", "due": "2099-01-01", "likelihood": 60, "settled_by": "A register"}
    working.write(story, snapshot(story) | {"watch": [row]}, by)
    editing.publish(story, by)
    return story.watch_items.get()


def test_nobody_judges_their_own_words_while_somebody_else_can():
    author = person("author")
    item = written(author)
    other = person("other")
    with pytest.raises(EditingError, match="somebody else judges it: other"):
        judging.judge(item, author, "yes", "It opened.", making.REGISTER)
    judging.judge(item, other, "yes", "It opened.", making.REGISTER)
    assert not shown(item).outcome.by_author
    with pytest.raises(EditingError, match="somebody else judges it: other"):
        judging.take_back(item, author, "I do not like it.")


@pytest.mark.parametrize("other", [{"may": False}, {"staff": False}, None])
def test_where_nobody_else_can_the_author_judges_and_the_page_says_so(other):
    author = person("author")
    item = written(author)
    if other:
        person("other", **other)
    judging.judge(item, author, "yes", "It opened.", making.REGISTER)
    assert shown(item).outcome.by_author


def test_whoever_wrote_or_changed_the_words_is_an_author_and_who_only_saved_them_is_none():
    first, second, third = person("first"), person("second"), person("third")
    story = Story.objects.get(pk=making.draft().pk)
    row = {"statement": "It opens.", "due": "2099-01-01", "likelihood": 60, "settled_by": "A register"}
    working.write(story, snapshot(story) | {"watch": [row | {"id": 0}]}, first)
    saved = snapshot(story)
    editing.claim_version(story, story.version)
    working.write(story, saved, second)
    assert set(story.watch_items.get().authors.all()) == {first}
    editing.claim_version(story, story.version)
    working.write(story, saved | {"watch": [saved["watch"][0] | {"statement": "It opens!"}]}, third)
    editing.publish(story, second)
    item = story.watch_items.get()
    assert set(item.authors.all()) == {first, third}
    for author in (first, third):
        with pytest.raises(EditingError, match="somebody else judges it: second"):
            judging.judge(item, author, "yes", "It opened.", making.REGISTER)


# --- what is shown of it ----------------------------------------------------------------------------------------------


def test_a_link_that_terms_forbid_is_not_shown_though_the_judgment_is(item):
    forbidding = making.publisher(host="forbids.test")
    judging.judge(item, None, "yes", "It opened.", "https://news.forbids.test/1")
    assert shown(item).outcome.url == "https://news.forbids.test/1"
    making.terms(forbidding, level="none")
    assert (shown(item).outcome.why, shown(item).outcome.url) == ("It opened.", "")


def test_a_page_that_we_know_as_somebodys_article_is_theirs_on_whatever_site_it_stands(item):
    theirs = making.publisher()
    Article.objects.create(url="https://copies.test/9", title="T", publisher=theirs)
    judging.judge(item, None, "yes", "It opened.", "https://copies.test/9")
    assert shown(item).outcome.url
    making.terms(theirs, level="none")
    assert shown(item).outcome.url == rendition.past().items[0].outcome.url == ""


@pytest.mark.parametrize("scope", [{}, {"scope": "domain", "value": "forbids.test"},
                                   {"scope": "url", "value": "https://forbids.test/1"}])  # fmt: skip
def test_whoever_the_page_belongs_to_later(item, scope):
    judging.judge(item, None, "yes", "It opened.", "https://forbids.test/1")
    owner = making.publisher(host="other.test")
    Domain.objects.create(publisher=owner, host="forbids.test")
    making.terms(owner, level="none", **scope)
    assert shown(item).outcome.url == ""


def test_an_earlier_version_tells_the_outcome_too(item):
    judging.judge(item, None, "no", "It stayed shut.", making.REGISTER)
    story = Story.objects.get(pk=item.story_id)
    story.dek = "Another."
    story.save()
    editing.publish(story, None)
    (view,) = rendition.history(story.slug, 1).watch
    assert (view.state, view.outcome.why) == ("no", "It stayed shut.")


def test_an_earlier_version_says_no_more_of_an_outcome_than_the_story_of_today(item):
    """The words quote what the story rests on only now, and whose terms have changed since."""
    story = Story.objects.get(pk=item.story_id)
    newer = making.article()
    making.terms(newer.publisher, level="full", quote_words=20)
    Source.objects.create(story=story, article=newer, role="primary", position=1)
    editing.publish(story, None)
    words = "It says “one two three four five”."
    judging.judge(item, None, "yes", words, making.REGISTER)
    assert shown(item).outcome.why == rendition.history(story.slug, 1).watch[0].outcome.why == words
    making.terms(newer.publisher, level="short")
    assert shown(item).outcome.why == rendition.history(story.slug, 1).watch[0].outcome.why == ""


def test_what_a_newer_one_replaced_stays_on_the_page_of_its_story_with_its_outcome(item):
    story = Story.objects.get(pk=item.story_id)
    newer = making.promise(story, "It opens in full.", public=False, position=1)
    WatchItem.objects.filter(pk=item.pk).update(superseded_by=newer)
    editing.publish(story, None)
    judging.judge(item, None, "no", "It stayed shut.", making.REGISTER)
    new, old = rendition.story(story.slug).watch
    assert (new.id, new.replaces, new.replaced_by) == (newer.pk, item.pk, None)
    assert (old.statement, old.replaced_by, old.outcome.why) == ("It opens.", newer.pk, "It stayed shut.")
    making.terms(story.sources.first().article.publisher, level="link")
    assert rendition.story(story.slug).watch == ()


def test_nothing_leads_to_a_watch_item_that_may_not_be_shown(item):
    story = Story.objects.get(pk=item.story_id)
    quoting = making.promise(story, "“One two three four.”", public=False, position=1)
    WatchItem.objects.filter(pk=item.pk).update(superseded_by=quoting)
    editing.publish(story, None)
    making.terms(story.sources.first().article.publisher, level="full", quote_words=3)
    (left,) = rendition.story(story.slug).watch
    assert (left.id, left.replaced_by) == (item.pk, None)


# --- lists ------------------------------------------------------------------------------------------------------------


def test_an_open_item_stays_on_the_list_until_somebody_judges_it():
    story = making.draft()
    late = timezone.now().date() - timedelta(days=4000)
    old, new = making.promise(story, "Old.", due=late), making.promise(story, "New.")
    editing.publish(story, None)
    WatchItem.objects.filter(pk=old.pk).update(superseded_by=new)
    views = rendition.watch().items
    assert [(v.statement, v.state, v.replaced_by) for v in views] == [("Old.", "due", new.pk), ("New.", "open", None)]
    assert [v.statement for v in rendition.home().watch] == [v.statement for v in rendition.calendar()] == ["New."]
    judging.judge(WatchItem.objects.get(pk=old.pk), None, "no", "It did not.", making.REGISTER)
    assert [v.statement for v in rendition.watch().items] == ["New."]
    assert [(v.statement, v.state) for v in rendition.past().items] == [("Old.", "no")]


def test_what_was_judged_early_stays_on_the_list_until_its_day():
    story = making.draft()
    item = making.promise(story, due=timezone.now().date())
    editing.publish(story, None)
    judging.judge(item, None, "yes", "It did.", making.REGISTER)
    (view,) = rendition.watch().items
    assert (view.state, view.side) == ("yes", "right") and rendition.past().items == ()


@pytest.mark.parametrize(("likelihood", "state", "side"), [
    (60, "yes", "right"), (40, "no", "right"), (60, "no", "wrong"), (40, "yes", "wrong"), (50, "yes", "even"),
    (60, "annulled", ""), (60, "open", ""),
])  # fmt: skip
def test_a_list_says_whether_we_were_right(likelihood, state, side):
    story = making.draft()
    item = making.promise(story, likelihood=likelihood, due=DUE)
    editing.publish(story, None)
    if state != "open":
        judging.judge(item, None, state, "So it was.", making.REGISTER)
    assert rendition.past().items[0].side == side


def test_the_lists_are_paged_and_nothing_stands_twice(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(rendition.watching, "PAGE", 3)
    story = making.draft()
    days = [date(2020, 1, 1 + n // 2) for n in range(8)]
    for n, day in enumerate(days):
        making.promise(story, f"{n}", due=day)
    editing.publish(story, None)

    def walk(page, most):
        found, place = [], None
        while True:
            with django_assert_num_queries(most):  # one more with links among the outcomes
                listing = page(rendition.DayCursor.parse(place or ""))
            found.append([v.statement for v in listing.items])
            if not (place := listing.after):
                return found

    rendition.watch()  # the rules are read once in a process
    assert walk(rendition.watch, 5) == [["0", "1", "2"], ["3", "4", "5"], ["6", "7"]]
    assert walk(rendition.past, 4) == [["7", "6", "5"], ["4", "3", "2"], ["1", "0"]]


@pytest.mark.parametrize("junk", [
    "x", "2026-01-01", "2026-13-01-1", "2026-01-01-x", "2026-01-01-²", "2026-01-01--1", "1-1", "-", "\x00",
    "2026-01-01-99999999999999999999", "2026-01-01-" + "9" * 5000, "2026-01-01-" + "0" * 20 + "9" * 20, "٢٠٢٦-01-01-1",
])  # fmt: skip
def test_a_place_that_this_site_did_not_make_is_refused(junk):
    with pytest.raises(rendition.CursorError):
        rendition.DayCursor.parse(junk)
