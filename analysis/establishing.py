"""Saying where claims stand: one record of each, whichever stories use it, and what a change of it asks of them.

A story's working copy only proposes. What is published, or said at the desk, is a row of the record, and every page
that uses the claim shows it from the next request on.
"""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import OperationalError, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analysis import direction, preflight, rulebook, standings
from analysis.errors import ConflictError, EditingError
from analysis.freezing import keep
from analysis.models import Article, Claim, DeskTask, Remark, StandingChange, Story
from analysis.models.writing import Standing
from analysis.standings import record_of


def publish(story: Story, by: User | None, at: datetime) -> list[Claim]:
    """Put on record where the claims of a story stand in its working copy, which is being published at an aware moment.

    Call inside the transaction that publishes. A change reaches every other story that uses the claim, as in `move`.
    New words for a standing are put on record too, where the ones before were said through this story. Returns the
    claims that stand otherwise now than readers were told. Raises EditingError if another story that uses one of them
    is being saved at this very moment.
    """
    claims = list(story.claims.filter(left_out=False))
    known = standings.on_record({claim.record for claim in claims})
    new, moved = [], []
    for claim in claims:
        change = StandingChange(
            claim_id=claim.record, standing=claim.standing, why=claim.why, story=story, article=standings.proof(claim),
            desk=story.desk, by=by, at=at,
        )  # fmt: skip
        was = known.get(claim.record)
        if was is None:
            change.at = claim.checked_at
            new.append(change)
        elif was.standing != claim.standing:
            _record(change, was, beside=story)
            moved.append(claim)
            Claim.objects.filter(pk=claim.pk).update(checked_at=at)
        elif was.story_id == story.pk and claim.why and claim.why != was.why:
            new.append(change)
    StandingChange.objects.bulk_create(new)
    Claim.objects.filter(story=story, left_out=False, public_since__isnull=True).update(public_since=at)
    return moved


@transaction.atomic
def move(
    claim: Claim,
    by: User | None,
    to: str,
    why: str,
    article: Article | None = None,
    at: datetime | None = None,
    expected: str | None = None,
) -> StandingChange:
    """Say where a public claim stands from now on: on every page that uses it, in every feed and answer, at once.

    `claim` is the one of the story through which it is said: its desk signs, and the words may rest on its sources.
    `article`: what shows it, one of the sources that speak of it; needed to confirm, and then a primary one that
    states it on a public page. `at` is an aware moment, now unless given; `expected` the standing that `by` has seen.

    Every other story that uses it gets a saved version in which it stands so, and a remark if somebody had proposed
    another there; every published one a task. Raises ConflictError if it stands otherwise than expected, and
    EditingError, with nothing changed, if it is not public, stands so already, is not explained in words that may be
    published, or cannot be confirmed by that article.
    """
    at = at or timezone.now()
    Claim.objects.select_for_update().get(pk=claim.record)  # of two, the second sees what the first has said
    was = standings.on_record([claim.record]).get(claim.record)
    if not was or not claim.public_since:
        raise EditingError(_("This claim is not public. Say on its story where it stands."))
    if to not in Standing.values:
        raise EditingError(_("Choose where it stands."))
    if expected is not None and was.standing != expected:
        raise ConflictError(
            _("Somebody was faster: it stands as “%(standing)s” now.") % {"standing": was.get_standing_display()}
        )
    if to == was.standing:
        raise EditingError(_("It stands so already."))
    if not why.strip():
        raise EditingError(_("Say why it stands so now."))
    if faults := direction.stops({"why": why}):
        raise EditingError(" ".join(faults))
    if article and article not in standings.speaking(claim):
        raise EditingError(_("No story says that this source speaks of the claim."))
    if to == Standing.CONFIRMED and (article is None or not standings.primaries(claim).filter(pk=article.pk).exists()):
        raise EditingError(_("To confirm it, choose the primary source that states it."))
    story = Story.objects.select_related("current", "desk").get(pk=claim.story_id)
    assert story.current  # noqa: S101  its claim is public
    permits = list(preflight.permits_of(story.current.content, at).values())
    if article:
        permits.append(rulebook.current().permit(rulebook.work_of(article), at))
    if sentence := preflight.over_quoted(why, permits):
        raise EditingError(sentence)
    change = StandingChange(
        claim_id=claim.record, standing=to, why=why.strip(), story=story, article=article,
        desk=story.desk, by=by, at=at,
    )  # fmt: skip
    _record(change, was)
    return change


def _record(change: StandingChange, was: StandingChange, beside: Story | None = None) -> None:
    """Write a change down, and tell the stories that use the claim, but for the one `beside`, which says it itself."""
    Claim.objects.select_for_update().get(pk=change.claim_id)  # who begins to share it waits, and starts from this
    change.save()
    uses = Claim.objects.filter(standings.uses(change.claim_id))
    if beside:
        uses = uses.exclude(story=beside)
    for story in _locked(uses.values_list("story", flat=True)):
        for claim in uses.filter(story=story):  # as it is now that nobody else can write it
            _tell(story, claim, change, was)


def _locked(stories: Iterable[int]) -> list[Story]:
    """Stories to be written, in one order. Whoever has one of them for writing may wait for ours: so nobody waits."""
    rows = Story.objects.filter(pk__in=list(stories)).select_related("current").order_by("pk")
    try:
        with transaction.atomic():
            return list(rows.select_for_update(of=("self",), nowait=True))
    except OperationalError as error:
        raise EditingError(_("A story that uses this claim is being saved at this very moment. Try again.")) from error


def _tell(story: Story, claim: Claim, change: StandingChange, was: StandingChange) -> None:
    """A working copy follows; what it proposed stands in a remark. A page with the claim is a task of its editor.

    The words of the change stay with the record: they rest on the sources of the story that they were said through.
    """
    proposed, why = claim.standing, claim.why
    if not story.versions.exists():  # what an open screen was read from
        keep(story, story.version, None, gettext_noop("As it was before versions were kept"), change.at)
    own = change.story_id == story.pk
    claim.standing, claim.why, claim.checked_at = change.standing, change.why if own else "", change.at
    claim.save(update_fields=["standing", "why", "checked_at"])
    if not claim.left_out:
        # A new number: who has the story open is merged with this, and does not write the old standing back.
        Story.objects.filter(pk=story.pk).update(version=F("version") + 1)
        if own and claim.why != why:  # words of its own that nobody has checked
            Story.objects.filter(pk=story.pk).update(claims_checked_by=None, claims_checked_at=None)
        keep(story, story.version + 1, change.by, gettext_noop("The standing of a claim changed"), change.at)
        if proposed not in (was.standing, change.standing):
            _remark(story, claim, proposed, why)
    if story.status != Story.Status.PUBLISHED or not story.current:
        return
    written = {record_of(raw): raw["standing"] for raw in story.current.content["claims"]}
    if change.claim_id not in written:
        return
    Story.objects.filter(pk=story.pk, updated_at__lt=change.at).update(updated_at=change.at)
    known = standings.on_record(written)
    if all(pk not in known or known[pk].standing == standing for pk, standing in written.items()):
        story.tasks.filter(kind=DeskTask.Kind.STANDING).delete()  # it stands again as it was written
        return
    DeskTask.objects.update_or_create(
        story=story, kind=DeskTask.Kind.STANDING,
        defaults={"since": change.at, "editor": story.current.created_by},
    )  # fmt: skip


def _remark(story: Story, claim: Claim, proposed: str, why: str) -> None:
    with translation.override(story.language):  # a remark is read by the people who wrote the story
        said = _("“%(claim)s” stands as “%(standing)s” now. Here it was to stand as “%(proposed)s”: %(why)s")
        words = {"claim": Truncator(claim.text).chars(300), "standing": claim.get_standing_display()}
        text = said % {**words, "proposed": Standing(proposed).label, "why": why}
    Remark.objects.create(story=story, field=f"claims-{claim.pk}", text=text)
