"""Which published stories need an editor: something of them is withheld, and would be shown if it were rewritten.

A text that terms no longer allow is never cut; the gate withholds it, at once. This comes after, in small steps: the
stories that a new rule is about are walked, and a DeskTask stands for each as long as there is something to rewrite.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from analysis import rulebook, terms
from analysis.drawing import stories_under
from analysis.models import DeskTask, Recheck, Revision, Story
from analysis.models.desk import TaskKind
from analysis.quoting import excess
from analysis.rendition.allowed import Withheld, summary_withheld
from analysis.rendition.gate import Gate
from analysis.rendition.rows import Work
from analysis.terms import Permit, Rule, analysis_allowed, strictest
from analysis.text import count_words

LOOKED = 1_000  # stories looked through in a step
CHECKED = 100  # of which at most so many are read

type Need = tuple[int, int]  # words that there are, and words that are allowed


@transaction.atomic
def step(now: datetime) -> bool:
    """Look at some stories that a rule in force at `now`, an aware moment, is about. False if none are left.

    A step that fails or is killed has not happened; the next one begins where the last one ended.
    """
    recheck = Recheck.objects.select_for_update(of=("self",)).filter(due__lte=now).order_by("due", "id").first()
    if not recheck:
        return False
    begin = last = recheck.after
    found: list[int] = []
    looked = 0
    for last, concerned in islice(stories_under([_rule(recheck)], begin), LOOKED):
        looked += 1
        if concerned:
            found.append(last[1])
        if len(found) == CHECKED:
            break
    check(found, now)
    if last and (looked == LOOKED or len(found) == CHECKED):
        recheck.after_at, recheck.after_story = last
        recheck.save()
    else:
        recheck.delete()
    return True


def check(stories: Sequence[int], now: datetime) -> None:
    """Make the tasks of these published stories those that they need at `now`, an aware moment. Five queries."""
    gate = Gate(now)
    gate.learn(stories)
    known: dict[tuple[int, str], DeskTask] = {(task.story_id, task.kind): task for task in _withheld(stories)}
    current = Revision.objects.filter(pk__in=Story.objects.filter(pk__in=stories).values("current"))
    made, changed = [], []
    for story, content, editor in current.values_list("story_id", "content", "created_by_id"):
        works = {cited.work.id: cited.work for cited in gate.known[story]}
        permits = {s["id"]: _after_embargo(gate, works[s["article"]]) for s in content["sources"]}
        for kind, (words, allowed) in _needs(content, permits):
            task = known.pop((story, kind), None)
            if task is None:
                made.append(DeskTask(story_id=story, kind=kind, words=words, allowed=allowed, since=now,
                                     editor_id=editor))  # fmt: skip
            elif (task.words, task.allowed) != (words, allowed):
                task.words, task.allowed = words, allowed
                changed.append(task)
    DeskTask.objects.bulk_create(made, ignore_conflicts=True)
    DeskTask.objects.bulk_update(changed, ["words", "allowed"])
    DeskTask.objects.filter(pk__in=[task.pk for task in known.values()]).delete()


def _withheld(stories: Sequence[int]) -> QuerySet[DeskTask]:
    """The tasks of these stories that come of terms."""
    return DeskTask.objects.filter(story__in=stories).exclude(kind=TaskKind.STANDING)


def _rule(recheck: Recheck) -> Rule:
    if recheck.terms:
        return rulebook.from_terms(recheck.terms)
    assert recheck.hold  # noqa: S101  it is of one or the other, says a constraint
    return rulebook.from_hold(recheck.hold)


def _after_embargo(gate: Gate, work: Work) -> Permit:
    """What an embargo hides it will show by itself; whether that fits is known before."""
    permit = gate.permit(work)
    if permit.embargo_until and work.published_at:
        return gate.book.permit(terms.Work(work.url, work.publisher_id, work.published_at), permit.embargo_until)
    return permit


def _needs(content: dict[str, Any], permits: dict[int, Permit]) -> Iterator[tuple[TaskKind, Need]]:
    """What is withheld for its length, its quotations or its maker, where the level would show it."""
    lead = strictest([permits[s["id"]] for s in content["sources"] if s["role"] == "original" or s["in_summary"]])
    summary = content["summary"]
    match summary and summary_withheld(summary, lead):
        case Withheld.WORDS:
            yield TaskKind.SUMMARY_WORDS, (count_words(summary["text"]), lead.max_words)
        case Withheld.QUOTES:
            if over := excess(lead, summary["text"], blocks=True):
                yield TaskKind.SUMMARY_QUOTES, over
        case Withheld.MACHINE:
            yield TaskKind.SUMMARY_MACHINE, (0, 0)
    quotes = []
    if lead.headline:
        quotes += [excess(lead, content[name]) for name in ("headline", "dek")]
    for note in content["notes"]:
        rests_on = [permits[pk] for pk in note["rests_on"] if pk in permits] or list(permits.values())
        if analysis_allowed(rests_on):
            quotes += [excess(strictest(rests_on), note[name]) for name in ("title", "text")]
    if too_much := [need for need in quotes if need]:
        yield TaskKind.QUOTES, max(too_much, key=lambda need: need[0] - need[1])
