"""Requests: filed once, read line by line, confirmed once, held, decided by one person only."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from analysis import rendition, rights
from analysis.addresses import AddressError, canonical
from analysis.models import Case, CaseURL, Event, Hold, OutgoingMail
from analysis.references import ALPHABET
from analysis.rendition import Tombstone
from analysis.rights import RightsError, StaleCaseError
from tests import making
from tests.analysis.cases import REMOVE, SITE, confirmed, opened, request

pytestmark = pytest.mark.django_db


def kinds(case: Case) -> list[str]:
    return list(case.events.values_list("kind", flat=True))


def mail(case: Case) -> list[str]:
    return list(case.mail.values_list("kind", flat=True))


def test_the_same_submission_sent_twice_makes_one_case():
    one = uuid4()
    first = opened("https://a.test/1", submission=one)
    again = opened("https://a.test/2", submission=one, name="Another")
    assert again == first
    assert (again.name, again.urls.count(), kinds(again), mail(again)) == ("Rights desk", 1, ["received"], ["confirm"])
    assert opened("https://a.test/1") != first


def test_a_request_is_kept_as_it_was_sent():
    asked = request("https://a.test/1", kind="copyright", want="reduce", explanation="Ünïcode “x”", language="fr")
    case = rights.open_case(asked, SITE)
    for name in ("want", "kind", "explanation", "name", "organisation", "relation", "email", "language", "submission"):
        assert getattr(case, name) == getattr(asked, name)
    assert case.state == "received"
    (to,) = case.mail.values_list("to", flat=True)
    assert to == asked.email


def test_a_reference_can_be_read_out_and_typed():
    references = {opened().reference for _n in range(20)}
    assert len(references) == 20
    for reference in references:
        assert re.fullmatch(r"CD-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}", reference)
    assert not set("01OIL") & set(ALPHABET)
    assert len(ALPHABET) == 31


@pytest.mark.parametrize("kind", Case.Kind.values)
def test_a_preference_and_a_legal_demand_go_in_their_own_lanes(kind):
    preference = kind in ("opt_out", "embargo", "factual_error", "other")
    assert opened(kind=kind).lane == ("preference" if preference else "legal")


# --- the lines ----------------------------------------------------------------------------------------------------


def lines(case: Case) -> list[tuple[str, str]]:
    return [(line.typed, line.match) for line in case.urls.all()]


def test_each_line_is_kept_as_typed_and_says_what_it_is():
    article = making.article()
    story = making.published()
    typed = [
        (article.url, "matched"), (f"  {article.url}#top ", "repeated"), (f"{article.url}?utm_source=x", "repeated"),
        (article.url.replace("https://", "http://www."), "repeated"), ("https://a.test/elsewhere", "unmatched"),
        (f"https://{SITE}/stories/{story.slug}/", "matched"), (f"http://{SITE}/stories/{story.slug}", "repeated"),
        (f"{SITE}/stories/{story.slug}/?x=1#y", "repeated"), (f"/stories/{story.slug}/", "repeated"),
        (f"https://{SITE}/stories/{story.slug}/history/1/", "matched"), (f"https://{SITE}/stories/never/", "unmatched"),
        (f"https://{SITE}/about/us/", "unmatched"), (f"https://{SITE}", "unmatched"), ("/", "repeated"),
        (f"https://{SITE}.evil.test/stories/{story.slug}/", "unmatched"),
        (f"ftp://{SITE}/stories/{story.slug}/", "unreadable"),
        (f"https://me@{SITE}/stories/{story.slug}/", "unreadable"), ("the one about grids", "unreadable"),
        ("https://127.0.0.1/", "unreadable"), ("https://[", "unreadable"), ("//", "unreadable"),
        ("x" * 2000, "unreadable"),
    ]  # fmt: skip
    assert lines(opened(*(text for text, _match in typed))) == typed


def test_a_draft_is_not_given_away():
    assert lines(opened(f"/stories/{making.draft().slug}/"))[0][1] == "unmatched"


def test_a_line_that_is_too_long_is_cut_and_the_501st_is_not_kept():
    case = opened(*["https://a.test/" + "x" * 3000], *["https://a.test/1"] * 600)
    assert case.urls.count() == rights.MAX_URLS
    assert len(case.urls.first().typed) == 2000


@given(st.text())
def test_any_line_is_read_or_refused_in_words(typed):
    try:
        read = rights.read_line(typed, SITE)
    except AddressError as error:
        assert str(error)
    else:
        assert read.startswith("/") or canonical(read) == read
        assert len(read) <= 2000


# What no form lets through, PostgreSQL cannot keep: NUL and halves of surrogate pairs.
typed_lines = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


@given(st.lists(typed_lines, max_size=4))
def test_any_line_is_kept_as_typed(typed):
    assert [text for text, _match in lines(opened(*typed))] == typed


def test_a_case_is_about_the_articles_named_and_the_originals_of_our_pages_named():
    article, original = making.article(), making.article()
    story = making.draft(original)
    making.Source.objects.create(story=story, article=making.article(), role="coverage", position=1)
    making.editing.publish(story, None)
    case = opened(article.url, f"/stories/{story.slug}/", article.url, "https://a.test/unknown")
    assert rights.matched_articles(case) == [article, original]


# --- its steps ----------------------------------------------------------------------------------------------------


def test_an_address_is_confirmed_once():
    case = opened()
    at = timezone.now() - timedelta(minutes=1)
    assert rights.confirm(case, at) is True
    assert rights.confirm(Case.objects.get(pk=case.pk)) is False
    case.refresh_from_db()
    assert (case.state, case.confirmed_at) == ("confirmed", at)
    assert (kinds(case), mail(case)) == (["received", "confirmed"], ["confirm", "confirmed"])


def test_a_case_goes_its_way_step_by_step():
    article = making.article()
    case = confirmed(article.url)
    rights.take_up(case, None)
    rights.hold(case, None, "link")
    rights.decide(case, None, REMOVE)
    rights.close(case, None)
    assert case.state == "closed"
    assert kinds(case) == ["received", "confirmed", "in_review", "held", "decided", "closed"]
    assert mail(case) == ["confirm", "confirmed", "decided"]
    rights.send_access(case)
    assert mail(case)[-1] == "access"


STEPS = {
    "take_up": lambda case: rights.take_up(case, None),
    "hold": lambda case: rights.hold(case, None, "none"),
    "decide": lambda case: rights.decide(case, None, REMOVE),
    "withdraw": rights.withdraw,
    "close": lambda case: rights.close(case, None),
}
POSSIBLE = {
    "received": {"hold", "withdraw"},
    "confirmed": {"take_up", "hold", "decide", "withdraw"},
    "proved": {"take_up", "hold", "decide", "withdraw"},
    "in_review": {"hold", "decide", "withdraw"},
    "decided": {"close"},
    "appealed": {"take_up", "hold", "decide", "withdraw"},
    "closed": set(),
    "withdrawn": set(),
}


@pytest.mark.parametrize("state", Case.State.values)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_taken_only_from_where_it_leads_on_and_else_leaves_nothing(state, step):
    case = opened(making.article().url)
    Case.objects.filter(pk=case.pk).update(state=state)
    before = (Event.objects.count(), OutgoingMail.objects.count(), Hold.objects.count())
    if step in POSSIBLE[state]:
        STEPS[step](case)
        assert Event.objects.count() == before[0] + 1
    else:
        with pytest.raises(StaleCaseError):
            STEPS[step](case)
        assert before == (Event.objects.count(), OutgoingMail.objects.count(), Hold.objects.count())
        assert Case.objects.get(pk=case.pk).state == state


def test_a_step_that_came_too_late_says_what_the_case_is_now():
    case = confirmed(making.article().url)
    mine, theirs = Case.objects.get(pk=case.pk), Case.objects.get(pk=case.pk)
    rights.take_up(theirs, None)
    with pytest.raises(StaleCaseError, match="In review"):
        rights.take_up(mine, None)
    assert mine.state == "in_review", "and the caller sees it as well"


# --- holds --------------------------------------------------------------------------------------------------------


def test_a_hold_acts_at_once_and_ends_with_the_decision():
    story = making.published()
    case = confirmed(f"/stories/{story.slug}/")
    rights.hold(case, None, "none")
    assert rendition.story(story.slug) == Tombstone(legal=False)
    rights.decide(case, None, rights.Ruling("declined", "none", "It is a fair summary."))
    assert rendition.story(story.slug).summary
    assert not Hold.objects.filter(lifted_at__isnull=True).exists()


def test_a_hold_ends_when_the_request_is_taken_back():
    story = making.published()
    case = opened(f"/stories/{story.slug}/")
    rights.hold(case, None, "link")
    rights.withdraw(case)
    assert rendition.story(story.slug).card.ours


def test_a_second_hold_of_a_case_takes_the_place_of_the_first():
    story = making.published()
    case = opened(f"/stories/{story.slug}/")
    rights.hold(case, None, "none")
    rights.hold(case, None, "short")
    assert rendition.story(story.slug).card.ours


def test_a_hold_of_another_case_stays():
    story = making.published()
    one, other = confirmed(f"/stories/{story.slug}/"), confirmed(f"/stories/{story.slug}/")
    rights.hold(one, None, "none")
    rights.hold(other, None, "link")
    rights.decide(other, None, rights.Ruling("declined", "none", "No."))
    assert rendition.story(story.slug) == Tombstone(legal=False)


def test_a_hold_needs_an_outside_page():
    case = opened("no address", "/about/us/")
    with pytest.raises(RightsError, match="could be held"):
        rights.hold(case, None, "none")
    assert (Hold.objects.count(), kinds(case)) == (0, ["received"])


def test_every_line_that_is_found_names_what_was_found():
    case = opened(making.article().url, f"/stories/{making.published().slug}/", "https://a.test/x", "x")
    for line in case.urls.all():
        assert (line.match == CaseURL.Match.MATCHED) == bool(line.article or line.story)
        assert (line.match == CaseURL.Match.UNREADABLE) == (not line.url)
