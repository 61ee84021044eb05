"""The database itself refuses a bad row, and the form says the same in words that a person can act on."""

from datetime import date

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from analysis.models import (
    Article,
    Case,
    Claim,
    ContextNote,
    Correction,
    Domain,
    EntityChange,
    Evidence,
    Hold,
    Judgment,
    Mention,
    Publisher,
    Revision,
    Source,
    Story,
    StoryLink,
    Summary,
    Terms,
    WatchItem,
    WatchTally,
)  # fmt: skip
from analysis.models.fields import AppendOnly
from tests import making
from tests.analysis.cases import opened

pytestmark = pytest.mark.django_db

SAYS = {
    "article_url_is_http": "begins with https:// or http://",
    "hold_scope_names_its_object": "Name the publisher, host, path or URL",
    "domain_host_is_lower_case": "in lower case",
    "terms_level_and_ai": "one of the offered values",
    "terms_scope_names_its_object": "Name what the terms are about",
    "terms_words_in_range": "at most 400",
    "terms_copied_in_range": "3 to 400",
    "terms_only_a_signal_names_one": "Only terms that rest on a signal",
    "story_status_has_its_dates": "has a revision and a date",
    "source_once_per_story": "among the story's sources already",
    "storylink_once": "linked already",
    "storylink_not_itself": "cannot be its own earlier coverage",
    "mention_once_per_story": "mentioned already",
    "watch_likelihood_1_to_99": "between 1 and 99 percent",
    "watch_public_is_filed": "filed under a topic and a desk",
    "judgment_is_explained": "Say how it turned out",
    "summary_names_its_model": "Name the language model",
    "note_names_its_model": "Name the language model",
    "story_names_its_model": "Name the language model",
    "summary_checked_by_a_desk": "Say which desk checked it",
    "note_checked_by_a_desk": "Say which desk checked it",
    "story_checked_by_a_desk": "Say which desk checked it",
    "note_once_per_slot": "in this slot already",
    "evidence_once": "recorded already",
    "entity_merged_leads_on": "leads to another one",
    "entitychange_is_explained": "Say why",
    "entitychange_of_two": "two entities",
}


def bad_rows() -> dict[str, list[models.Model]]:
    """By the name of the constraint: rows that it must refuse."""
    story, other, publisher, article = making.draft(), making.draft(), making.publisher(), making.article()
    source = story.sources.get()
    claim = Claim.objects.create(story=story, text="c", standing="reported")
    Evidence.objects.create(claim=claim, source=source, stance="states")
    ContextNote.objects.create(story=story, slot="take", text="t")
    StoryLink.objects.create(story=story, earlier=other, kind="follows", why="w")
    entity = making.Entity.objects.create(name="E", slug="e")
    second = making.Entity.objects.create(name="F", slug="f")
    Mention.objects.create(story=story, entity=entity)
    case, now = opened(), timezone.now()
    filed = {"public_since": now, "topic": story.topic, "desk": story.desk}
    item = making.promise(story)
    url = {"scope": "url", "value": "https://a.test/1"}

    def watch(**fields):
        return WatchItem(
            **{"story": story, "statement": "s", "settled_by": "x", "likelihood": 50, "due": date(2099, 1, 1)} | fields
        )

    def terms(**fields):
        return Terms(**{"scope": "publisher", "publisher": publisher, "basis": "publisher"} | fields)

    def working(**fields):
        return Story(**{"slug": "bad", "headline": "h", "topic": story.topic, "desk": story.desk} | fields)

    return {
        "article_language": [Article(url="https://a.test/l", title="t", publisher=publisher, language="xx")],
        "article_url_is_http": [Article(url=u, title="t", publisher=publisher) for u in ("ftp://a.test/",
        "javascript:x", "a.test")],
        "publisher_language": [Publisher(name="N", slug="n", homepage="https://a.test/", language="xx")],
        "domain_host_is_lower_case": [Domain(publisher=publisher, host=h) for h in ("A.test", "a", "a.test/x",
        "https://a.test", "a b.test", "a..test")],
        "terms_scope": [terms(scope="galaxy")],
        "terms_basis": [terms(basis="rumour")],
        "terms_level_and_ai": [terms(level="some"), terms(ai="maybe")],
        "terms_scope_names_its_object": [
            terms(publisher=None), terms(value="a.test"), terms(scope="domain"),
            terms(scope="path"),
            terms(scope="house", basis="house"), terms(scope="house", publisher=None),
        ],
        "terms_words_in_range": [terms(max_words=401), terms(quote_words=401)],
        "terms_copied_in_range": [terms(copied_words=2), terms(copied_words=401), terms(copied_percent=101)],
        "terms_only_a_signal_names_one": [terms(signal="RSL"), terms(basis="house", signal="RSL")],
        "hold_level": [Hold(case=case, level="some", **url)],
        "hold_scope_names_its_object": [Hold(case=case, level="none", scope="house"),
        Hold(case=case, level="none", scope="url"),
                                        Hold(case=case, level="none", scope="publisher")],
        "case_state": [Case(reference="CD-1", submission="0" * 32, lane="legal", want="remove", kind="other", state="x",
                            explanation="e", name="n", relation="other", email="a@b.test")],
        "story_language": [working(language="xx")],
        "story_status_has_its_dates": [working(status="published"), working(status="published", published_at=now),
                                       working(status="withdrawn"), working(published_at=now), working(status="gone")],
        "source_role": [Source(story=story, article=article, role="rumour")],
        "source_once_per_story": [Source(story=story, article=source.article, role="wire")],
        "storylink_kind": [StoryLink(story=other, earlier=story, kind="likes", why="w")],
        "storylink_once": [StoryLink(story=story, earlier=other, kind="updates", why="w")],
        "storylink_not_itself": [StoryLink(story=story, earlier=story, kind="follows", why="w")],
        "mention_once_per_story": [Mention(story=story, entity=entity)],
        "watch_state": [watch(state="perhaps", **filed)],
        "watch_likelihood_1_to_99": [watch(likelihood=0), watch(likelihood=100)],
        "watch_public_is_filed": [watch(state="yes"), watch(public_since=now), watch(**filed | {"desk": None}),
                                  watch(**filed | {"public_since": None})],
        "judgment_state": [Judgment(item=item, state="due", why="w")],
        "judgment_is_explained": [Judgment(item=item, state="yes")],
        "watchtally_state": [WatchTally(topic=story.topic, desk=story.desk, likelihood=5, state="due")],
        "note_names_its_model": [
            ContextNote(story=working_copy(), slot="take", text="t", made_by=by) for by in ("model", "both", "robot")
        ],
        "note_checked_by_a_desk": [ContextNote(story=working_copy(), slot="take", text="t", checked_at=now)],
        "story_names_its_model": [working(head_made_by=by) for by in ("model", "both", "robot")],
        "story_checked_by_a_desk": [working(head_checked_at=now)],
        "summary_checked_by_a_desk": [Summary(story=working_copy(), text="t", checked_at=now)],
        "summary_names_its_model": [Summary(story=working_copy(), text="t", made_by=by) for by in ("model", "both")],
        "note_slot": [ContextNote(story=story, slot="rant", text="t")],
        "note_once_per_slot": [ContextNote(story=story, slot="take", text="t")],
        "claim_standing": [Claim(story=story, text="c", standing="true")],
        "evidence_stance": [Evidence(claim=Claim.objects.create(story=story, text="d", standing="reported"),
        source=source, stance="x")],
        "evidence_once": [Evidence(claim=claim, source=source, stance="silent")],
        "entity_merged_leads_on": [making.Entity(name="M", slug="m", folded="m", merged_into=entity),
                                   making.Entity(name="M", slug="m", folded="m", leads_to=entity),
                                   making.Entity(pk=99, name="M", slug="m", folded="m", merged_into_id=99,
                                                 leads_to_id=99)],
        "entity_not_split_from_itself": [making.Entity(pk=99, name="M", slug="m", folded="m", split_from_id=99)],
        "entitychange_kind": [EntityChange(entity=entity, other=second, kind="x", why="w")],
        "entitychange_is_explained": [EntityChange(entity=entity, other=second, kind="merged")],
        "entitychange_of_two": [EntityChange(entity=entity, other=entity, kind="merged", why="w")],
        "revision_kind": [Revision(story=story, number=1, kind="x", headline="h", content={}, html={}, sha256="")],
        "correction_kind": [Correction(story=story, kind="x", text="t")],
    }  # fmt: skip


def working_copy() -> Story:
    return making.draft(summary="")


NAMES = [
    "article_language", "article_url_is_http", "publisher_language", "domain_host_is_lower_case", "terms_scope",
    "terms_basis",
    "terms_level_and_ai", "terms_scope_names_its_object", "terms_words_in_range", "terms_copied_in_range", "hold_level",
    "hold_scope_names_its_object",
    "case_state", "story_language", "story_status_has_its_dates", "source_role", "source_once_per_story",
    "storylink_kind",
    "storylink_once", "storylink_not_itself", "mention_once_per_story", "watch_state", "watch_likelihood_1_to_99",
    "watch_public_is_filed", "judgment_state", "judgment_is_explained", "watchtally_state", "summary_names_its_model",
    "note_names_its_model", "story_names_its_model", "summary_checked_by_a_desk", "note_checked_by_a_desk",
    "story_checked_by_a_desk",
    "note_slot", "note_once_per_slot",
    "claim_standing", "evidence_stance",
    "evidence_once", "revision_kind", "correction_kind", "entity_merged_leads_on", "entity_not_split_from_itself",
    "entitychange_kind", "entitychange_is_explained", "entitychange_of_two",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_database_refuses_a_bad_row(name):
    for row in bad_rows()[name]:
        with pytest.raises(IntegrityError), transaction.atomic():
            type(row).objects.bulk_create([row])


@pytest.mark.parametrize("name", SAYS)
def test_the_form_refuses_it_too_and_says_what_is_wrong(name):
    for row in bad_rows()[name]:
        with pytest.raises(ValidationError):
            row.full_clean()
        with pytest.raises(ValidationError) as error:
            row.validate_constraints()
        assert SAYS[name] in " ".join(error.value.messages), error.value.messages


def test_every_check_has_a_message_of_its_own():
    """The framework's own would name the constraint, which tells an editor nothing."""
    unsaid = [
        constraint.name
        for model in apps.get_app_config("analysis").get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint) and "%(name)s" in str(constraint.violation_error_message)
    ]
    assert unsaid == []


def test_whatever_the_migrations_guard_is_append_only_in_python_as_well():
    guarded = {
        model.__name__ for model in apps.get_app_config("analysis").get_models() if issubclass(model, AppendOnly)
    }
    assert guarded == {
        "Terms",
        "Event",
        "Decision",
        "Revision",
        "StandingChange",
        "SignalReading",
        "PageReading",
        "Proof",
        "Statement",
        "Judgment",
        "EntityChange",
    }


@pytest.mark.parametrize("of", ["article", "publisher", "entity", "topic", "desk"])
def test_what_a_story_rests_on_cannot_be_deleted_from_under_it(of):
    planted = making.planted("kept", making.publisher())
    row = {"article": planted.original, "publisher": planted.original.publisher, "topic": planted.story.topic,
           "desk": planted.story.desk, "entity": making.Entity.objects.get(slug="entity-kept")}[of]  # fmt: skip
    with pytest.raises(models.ProtectedError):
        row.delete()


def test_a_published_story_cannot_be_deleted():
    with pytest.raises(models.ProtectedError):
        making.published().delete()
