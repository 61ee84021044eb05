"""Publish, publish again, note, withdraw, judge: each changes what the public sees, at once and only so."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import lxml.html
import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from analysis import editing
from analysis.models import Article, Correction, Draft, Revision, Story, Summary
from newsroom.admin.log import read
from tests import making
from tests.newsroom.admin.screen import messages, opened, sent_by, url

pytestmark = pytest.mark.django_db
TYPING = "/admin/analysis/story/typing/"


def version(story):
    return Story.objects.get(pk=story.pk).version


def take(client, story, name, **data):
    return client.post(url(story, "do", name), {"version": version(story)} | data, follow=True)


def test_publishing_makes_a_revision_and_a_page(editor, draft):
    assert editor.get(draft.get_absolute_url()).status_code == 404
    response = take(editor, draft, "publish")
    assert "The public sees it now" in messages(response)
    revision = draft.revisions.get()
    assert (revision.number, revision.kind, revision.created_by) == (1, "first", editor.user)
    assert draft.headline in editor.get(draft.get_absolute_url()).content.decode()


def test_a_story_in_review_can_be_published(editor, draft):
    take(editor, draft, "review")
    take(editor, draft, "publish")
    assert Story.objects.get(pk=draft.pk).status == "published"


def test_save_and_publish_saves_first_and_then_asks(editor, draft):
    data = opened(editor, url(draft)) | {"headline": "Sharper", "_step": "publish"}
    response = editor.post(url(draft), data)
    assert response.headers["Location"] == url(draft, "do", "publish")
    assert Story.objects.get(pk=draft.pk).headline == "Sharper"


@pytest.mark.parametrize("empty", [True, False])
def test_whatever_preflight_finds_leads_to_its_place_on_the_screen(editor, draft, empty):
    """From beside the form and from the page of a step, which says that it is not possible instead of what will be."""
    if empty:
        draft.claims.all().delete()
        draft.notes.all().delete()
        draft.sources.all().delete()
        Summary.objects.filter(story=draft).delete()
    Story.objects.filter(pk=draft.pk).update(disclosure="", dek="", headline="It has 4711 of the 815")
    screen = lxml.html.fromstring(editor.get(url(draft)).content)
    found = lxml.html.fromstring(editor.post(TYPING, sent_by(editor.get(url(draft))) | {"turn": "1"}).content)
    places = [at.removeprefix("#") for at in found.xpath("//ul[@class='checklist']//a/@href")]
    assert len(places) > 3 and set(places) <= set(screen.xpath("//@id"))
    step = editor.get(url(draft, "do", "publish")).content.decode()
    assert f'href="{url(draft)}#id_disclosure"' in step and "It cannot be published as it stands." in step
    assert "The public sees it from now on" not in step


def test_what_stops_publication_is_listed_and_stops_it(editor, draft):
    Summary.objects.filter(story=draft).update(text="word " * 61)
    assert "The summary has 61 words" in editor.get(url(draft, "preview")).content.decode()
    assert 'value="Publish"' not in editor.get(url(draft, "do", "publish")).content.decode()
    response = take(editor, draft, "publish")
    assert "The summary has 61 words" in response.content.decode()
    assert not draft.revisions.exists()


def test_a_change_asks_what_kind_it_is(editor, published):
    published.notes.update(text="Changed.")
    response = take(editor, published, "revise", kind="")
    assert "This field is required" in response.content.decode()
    assert published.revisions.count() == 1


@pytest.mark.parametrize("kind", ["correction", "clarification"])
def test_a_correction_needs_its_sentence_and_shows_it(editor, published, kind):
    published.notes.update(text="Changed.")
    response = take(editor, published, "revise", kind=kind)
    assert "Say in a sentence" in response.content.decode()
    assert published.revisions.count() == 1
    take(editor, published, "revise", kind=kind, reason="It was eleven firms.")
    assert Correction.objects.get().text == "It was eleven firms."
    assert "It was eleven firms." in editor.get(published.get_absolute_url()).content.decode()


def test_a_minor_edit_is_announced_to_nobody(editor, published):
    published.notes.update(text="Changed.")
    take(editor, published, "revise", kind="edit")
    assert published.revisions.count() == 2
    assert not Correction.objects.exists()


def test_publishing_again_without_a_change_says_so(editor, published):
    """Whatever reason is given: history would show a change that was none."""
    assert "there is nothing to publish" in editor.get(url(published, "do", "revise")).content.decode()
    response = take(editor, published, "revise", kind="update", reason="Nothing, really.")
    assert "there is nothing to publish" in response.content.decode()
    assert published.revisions.count() == 1


def test_what_a_change_would_publish_is_shown_before_its_kind_is_asked(editor, published):
    editor.post(url(published), opened(editor, url(published)) | {"dek": "Another dek."})
    at = f"{url(published, 'versions', 'compare')}?old=r1&amp;new=saved"
    assert f'href="{at}"' in editor.get(url(published, "do", "revise")).content.decode()
    assert f'href="{at}"' in editor.get(url(published)).content.decode()
    assert "Another" in editor.get(at.replace("&amp;", "&")).content.decode()


@pytest.mark.parametrize("step", ["publish", "schedule", "review"])
def test_a_step_says_what_of_ones_own_it_does_not_take(editor, writer, draft, step):
    form = opened(editor, url(draft))
    assert "You have unsaved text" not in editor.get(url(draft, "do", step)).content.decode()
    editor.post(TYPING, form | {"headline": "Never saved", "turn": "1"})
    editor.post(url(draft), opened(editor, url(draft)) | {"dek": "Saved elsewhere."})
    page = editor.get(url(draft, "do", step)).content.decode()
    assert "You have unsaved text" in page and f"?draft={Draft.objects.get(kept_at__isnull=False).key}" in page
    if step == "review":
        assert "You have unsaved text" not in writer.get(url(draft, "do", step)).content.decode()


def test_a_note_is_asked_for_only_where_no_saved_change_would_go_along(editor, published):
    at = url(published, "do", "note")
    assert 'name="text"' in editor.get(at).content.decode()
    editor.post(url(published), opened(editor, url(published)) | {"dek": "Another dek."})
    page = editor.get(at).content.decode()
    assert "Publish them first, then add the note." in page and 'name="text"' not in page
    assert "See where it differs" in page


def test_a_note_is_shown_and_the_text_stays(editor, published):
    take(editor, published, "note", text="We were offered a visit.")
    page = editor.get(published.get_absolute_url()).content.decode()
    assert "We were offered a visit." in page and "Our take as it was." in page


def test_a_note_does_not_carry_unpublished_edits_out_with_it(editor, published):
    published.notes.update(text="Not for the public yet.")
    response = take(editor, published, "note", text="A note.")
    assert "not public yet" in response.content.decode() and "A note." in response.content.decode()
    assert "Not for the public yet." not in editor.get(published.get_absolute_url()).content.decode()


def test_withdrawing_needs_a_reason_and_leaves_a_tombstone(editor, published):
    assert take(editor, published, "withdraw", reason="  ").status_code == 200
    assert editor.get(published.get_absolute_url()).status_code == 200
    take(editor, published, "withdraw", reason="It was about another firm.")
    assert editor.get(published.get_absolute_url()).status_code == 410
    assert Story.objects.get(pk=published.pk).withdrawn_reason == "It was about another firm."


def test_a_withdrawn_story_can_be_read_and_no_longer_changed(superuser, published):
    editing.withdraw(published, "Wrong firm.")
    assert superuser.get(url(published)).status_code == 200
    assert superuser.post(url(published), {"headline": "Back"}).status_code == 403
    response = superuser.post(url(published, "do", "revise"), {}, follow=True)
    assert "cannot be done" in messages(response)


def test_a_watch_item_is_judged_once(editor, published):
    item = published.watch_items.get()
    at = url(published, "watch", item.pk)
    assert "The winner is named." in editor.get(at).content.decode()
    data = {
        "version": version(published),
        "state": "yes",
        "outcome": "The register names it.",
        "url": "https://r.test/",
    }
    editor.post(at, data)
    item.refresh_from_db()
    said = item.judgments.get()
    assert (item.state, said.state, said.why, said.by) == ("yes", "yes", "The register names it.", editor.user)
    late = editor.post(at, data | {"version": version(published), "outcome": "What I typed."}).content.decode()
    assert "someone has judged it already" in late and "What I typed." in late and item.judgments.count() == 1


def test_a_judgment_is_taken_back_with_a_reason_and_can_be_made_anew(editor, published):
    item = published.watch_items.get()
    at = url(published, "watch", item.pk)
    data = {"state": "yes", "outcome": "The register names it.", "url": "https://r.test/"}
    editor.post(at, data | {"version": version(published)})
    page = editor.get(at).content.decode()
    assert "Take the judgment back" in page and "The register names it." in page
    assert editor.post(at, {"version": version(published), "why": " "}).status_code == 200
    assert editor.post(at, {"version": version(published), "why": "It named another."}).status_code == 302
    item.refresh_from_db()
    assert item.state == "open"
    log = list(LogEntry.objects.filter(object_id=str(published.pk)).order_by("-pk"))
    assert read(log[0].change_message) == "The winner is named.: judgment taken back"
    assert editor.post(at, data | {"version": version(published)}).status_code == 302
    assert list(item.judgments.values_list("state", flat=True)) == ["yes", "open", "yes"]


def test_nobody_judges_their_own_words_while_somebody_else_can(person, editor, published):
    item = published.watch_items.get()
    item.authors.add(editor.user)
    at = url(published, "watch", item.pk)
    data = {"state": "yes", "outcome": "The register names it.", "url": "https://r.test/"}
    assert "so somebody else judges it" not in editor.get(at).content.decode()  # nobody else is here
    other = person("editor", "another")
    for client in (editor.get(at), editor.post(at, data | {"version": version(published)})):
        assert "You wrote this one, so somebody else judges it" in client.content.decode()
    assert other.post(at, data | {"version": version(published)}).status_code == 302
    assert not item.judgments.get().by_author
    # Nor does she undo what another judged.
    assert "somebody else judges it" in editor.get(at).content.decode()
    refused = editor.post(at, {"version": version(published), "why": "I do not like it."})
    assert "somebody else judges it" in refused.content.decode() and "I do not like it." in refused.content.decode()
    item.refresh_from_db()
    assert item.state == "yes"


def test_the_watch_item_of_another_story_is_not_found(editor, published):
    other = making.published()
    assert editor.get(url(other, "watch", published.watch_items.get().pk)).status_code == 404


def test_who_has_not_seen_the_latest_save_does_not_publish_it(editor, draft):
    seen = version(draft)
    editor.post(url(draft), opened(editor, url(draft)) | {"headline": "Changed meanwhile"})
    response = editor.post(url(draft, "do", "publish"), {"version": seen})
    assert "Someone else saved this story" in response.content.decode()
    assert not Revision.objects.exists()


def test_the_preview_is_what_publication_shows(editor, draft):
    draft.notes.create(slot="take", text="A **bold** take.")
    before = editor.get(url(draft, "preview")).content.decode()
    assert "A <strong>bold</strong> take." in before and draft.headline in before
    take(editor, draft, "publish")
    assert "A <strong>bold</strong> take." in editor.get(draft.get_absolute_url()).content.decode()


def test_the_preview_shows_no_more_than_the_terms_allow(editor):
    wire = making.publisher()
    story = making.draft(making.article(wire), headline="Forbidden words", summary="Forbidden too.")
    making.terms(wire, level="none")
    page = editor.get(url(story, "preview")).content.decode()
    assert "Forbidden" not in page


def test_a_preview_of_nothing_says_what_is_missing(editor, draft):
    draft.sources.all().delete()
    response = editor.get(url(draft, "preview"), follow=True)
    assert "name the original reporting" in messages(response)


def test_what_a_correction_lacks_is_said_beside_its_sentence(editor, published):
    published.notes.update(text="Changed.")
    form = take(editor, published, "revise", kind="correction").context["form"]
    assert form.errors["reason"] == ["Say in a sentence what was wrong and what is right."]
    assert not form.non_field_errors()


def test_a_withdrawn_story_is_shown_as_over(editor, published):
    assert url(published, "preview") in editor.get(url(published)).content.decode()
    editing.withdraw(published, "Its report was withdrawn.")
    page = editor.get(url(published)).content.decode()
    assert "Its report was withdrawn." in page and "Before you publish" not in page
    assert "Read what it said" in page and "Preview as the public sees it" not in page
    said = editor.get(url(published, "preview")).content.decode()
    assert published.headline in said and "The public sees only that it was withdrawn." in said


# --- at a chosen time ---------------------------------------------------------------------------------------------


@pytest.fixture
def paris(settings):
    settings.NEWSROOM_TIME_ZONE = ZoneInfo("Europe/Paris")
    return settings.NEWSROOM_TIME_ZONE


def in_a_month(zone, hour=9) -> dict[str, str]:
    """A day and a time as the form sends them."""
    day = (timezone.now() + timedelta(days=30)).astimezone(zone).date()
    return {"day": day.isoformat(), "time": f"{hour:02}:00"}


def clock_goes(zone, back: bool) -> date:
    """The next day on which a clock in the zone goes back, or forward."""
    day = timezone.now().astimezone(zone).date() + timedelta(days=1)
    while True:
        before, after = (datetime.combine(day + timedelta(days=n), time(), zone).utcoffset() for n in (0, 1))
        if (after < before) if back else (after > before):
            return day
        day += timedelta(days=1)


@pytest.mark.parametrize("status", ["draft", "review"])
def test_scheduling_says_when_on_the_newsrooms_clock_and_what_saving_does(editor, draft, paris, status):
    Story.objects.filter(pk=draft.pk).update(status=status)
    page = editor.get(url(draft, "do", "schedule")).content.decode()
    assert "Europe/Paris" in page and "who saves it until then changes what is published" in page
    assert 'type="date"' in page and 'type="time"' in page and "Which of the two?" not in page
    chosen = in_a_month(paris)
    said = messages(take(editor, draft, "schedule", **chosen))
    story = Story.objects.get(pk=draft.pk)
    assert (story.status, story.scheduled_by) == ("scheduled", editor.user)
    assert story.publish_at.astimezone(paris).isoformat().startswith(f"{chosen['day']}T09:00:00")
    assert ", 09:00 (UTC+" in said and "saving it keeps it scheduled" in said
    assert editor.get(draft.get_absolute_url()).status_code == 404


def test_a_time_that_the_clock_skips_is_refused_on_the_form(editor, draft, paris):
    day = clock_goes(paris, back=False)
    form = take(editor, draft, "schedule", day=day.isoformat(), time="02:30").context["form"]
    assert "02:00 straight to" in form.errors["time"][0] and "which" not in form.fields
    assert Story.objects.get(pk=draft.pk).status == "draft"


@pytest.mark.parametrize(("nth", "offset"), [(0, "(UTC+2)"), (1, "(UTC+1)")])
def test_of_a_time_that_comes_twice_one_is_chosen(editor, draft, paris, nth, offset):
    chosen = {"day": clock_goes(paris, back=True).isoformat(), "time": "02:30"}
    response = take(editor, draft, "schedule", **chosen)
    field = response.context["form"].fields["which"]
    assert "Which of the two?" in response.content.decode() and 'type="radio"' in response.content.decode()
    assert [label[-7:] for _key, label in field.widget.choices] == ["(UTC+2)", "(UTC+1)"]
    said = messages(take(editor, draft, "schedule", **chosen, which=field.widget.choices[nth][0]))
    assert offset in said
    assert Story.objects.get(pk=draft.pk).publish_at.isoformat() == field.widget.choices[nth][0]


@pytest.mark.parametrize("data", [
    {}, {"day": "2026-13-40", "time": "09:00"}, {"day": "x", "time": "y"}, {"day": "9999-12-31", "time": "23:59"},
    {"day": "0001-01-01", "time": "00:00"}, {"day": "2020-01-01", "time": "09:00"},
    {"day": "2026-10-25", "time": "02:30", "which": "junk"}, {"day": "\x00", "time": "09:00"},
])  # fmt: skip
def test_a_time_that_cannot_be_is_refused_with_what_was_typed(editor, draft, paris, data):
    response = take(editor, draft, "schedule", **data)
    assert response.status_code == 200 and response.context["form"].errors
    assert Story.objects.get(pk=draft.pk).status == "draft"


def test_a_scheduled_story_is_saved_published_at_once_or_taken_back(editor, draft, paris):
    take(editor, draft, "schedule", **(chosen := in_a_month(paris)))
    again = opened(editor, url(draft, "do", "schedule"))
    assert (again["day"], again["time"]) == (chosen["day"], "09:00"), "what was chosen before stands there"
    assert "It is to be published on" in editor.get(url(draft, "do", "unschedule")).content.decode()
    editor.post(url(draft), opened(editor, url(draft)) | {"headline": "Sharper"})
    saved = Story.objects.get(pk=draft.pk)
    assert (saved.status, saved.headline) == ("scheduled", "Sharper")
    take(editor, draft, "schedule", **in_a_month(paris, hour=11))
    assert Story.objects.get(pk=draft.pk).publish_at.astimezone(paris).hour == 11
    take(editor, draft, "unschedule")
    assert Story.objects.get(pk=draft.pk).status == "review"
    take(editor, draft, "schedule", **in_a_month(paris))
    take(editor, draft, "publish")
    assert Story.objects.get(pk=draft.pk).status == "published"
    assert "cannot be done" in messages(take(editor, draft, "unschedule"))


def test_a_writer_changes_no_scheduled_story_and_schedules_none(writer, editor, paris):
    story = making.draft(created_by=writer.user)
    assert writer.get(url(story, "do", "schedule")).status_code == 403
    assert "headline" in opened(writer, url(story))
    take(editor, story, "schedule", **in_a_month(paris))
    for at in (url(story), url(story, "do", "unschedule"), url(story, "do", "publish")):
        assert writer.post(at, {"headline": "Mine", "version": version(story)}).status_code == 403
    assert Story.objects.get(pk=story.pk).headline == story.headline


def test_who_has_not_seen_the_latest_save_does_not_schedule_it(editor, draft, paris):
    seen = version(draft)
    editor.post(url(draft), opened(editor, url(draft)) | {"headline": "Changed meanwhile"})
    response = editor.post(url(draft, "do", "schedule"), {"version": seen} | in_a_month(paris))
    assert "Someone else saved this story" in response.content.decode()
    assert Story.objects.get(pk=draft.pk).status == "draft"


def test_the_form_offers_the_end_of_the_embargo(editor):
    wire, minute = making.publisher(), timezone.now().replace(second=0, microsecond=0)
    appeared = minute - timedelta(hours=1, seconds=-7)
    story = making.draft(making.article(wire, published_at=appeared))
    making.terms(wire, embargo_hours=72)
    form = editor.get(url(story, "do", "schedule")).context["form"]
    end = minute + timedelta(hours=71, minutes=1)  # the first full minute after it
    assert (form["day"].value(), form["time"].value()) == (end.date(), end.time())
    assert 'value="Publish"' not in editor.get(url(story, "do", "publish")).content.decode()
    response = take(
        editor, story, "schedule", **in_a_month(UTC) | {"day": appeared.date().isoformat(), "time": "23:59"}
    )
    assert response.context["form"].errors
    take(editor, story, "schedule", day=end.date().isoformat(), time=f"{end:%H:%M}")
    assert Story.objects.get(pk=story.pk).publish_at == end


# --- what stops it ------------------------------------------------------------------------------------------------


def test_what_kind_of_change_it_is_is_asked_when_nothing_stops_it(editor, published):
    Story.objects.filter(pk=published.pk).update(disclosure="")
    page = editor.get(url(published, "do", "revise")).content.decode()
    assert "Say how this was made" in page and "What kind of change is it?" not in page
    assert 'value="Publish the changes"' not in page
    Story.objects.filter(pk=published.pk).update(disclosure="By people.", dek="New.")
    assert "What kind of change is it?" in editor.get(url(published, "do", "revise")).content.decode()


def test_what_was_typed_before_something_stopped_it_is_kept(editor, published):
    Story.objects.filter(pk=published.pk).update(disclosure="")
    page = take(editor, published, "revise", kind="correction", reason="It was eleven.").content.decode()
    assert "Say how this was made" in page and "It was eleven." in page


def test_who_publishes_says_that_a_source_was_read(editor, draft):
    article = Article.objects.get()
    Article.objects.update(retrieved_at=None)
    page = editor.get(url(draft, "do", "publish")).content.decode()
    assert "Nobody here has read" in page and f'href="{article.url}"' in page
    assert 'value="Publish"' not in page
    response = editor.post(url(draft, "read", article.pk), {"step": "publish"}, follow=True)
    assert response.redirect_chain == [(url(draft, "do", "publish"), 302)]
    assert "you have read “Their headline”" in messages(response)
    article.refresh_from_db()
    assert article.retrieved_at and article.retrieved_by == editor.user
    take(editor, draft, "publish")
    assert Story.objects.get(pk=draft.pk).status == "published"


def test_reading_is_recorded_once_by_a_person_and_of_this_storys_sources(editor, writer, draft):
    article = Article.objects.get()
    assert editor.post(url(draft, "read", article.pk), {"step": "//elsewhere.test"}).headers["Location"] == url(draft)
    article.refresh_from_db()
    assert article.retrieved_by is None, "somebody had read it before"
    Article.objects.update(retrieved_at=None)
    assert editor.get(url(draft, "read", article.pk)).status_code == 405
    assert writer.post(url(draft, "read", article.pk)).status_code == 403
    assert editor.post(url(draft, "read", making.article().pk)).status_code == 404
    assert Article.objects.get(pk=article.pk).retrieved_at is None
