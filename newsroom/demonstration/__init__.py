"""The demonstration publication: TOML and Markdown beside this file, written down in the order in which it happened.

Loading is idempotent: what is there already (by slug, host, or key) is left alone. Everything goes through the same
functions that the doors call, with the moments of the story instead of now.
"""

import tomllib
from dataclasses import fields
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import F

from analysis import editing, establishing, judging, rights, standings
from analysis.addresses import canonical
from analysis.made import OF_STORY
from analysis.models import (
    Article,
    Case,
    Claim,
    ContextNote,
    Desk,
    DeskTask,
    Domain,
    Entity,
    Evidence,
    Mention,
    OutgoingMail,
    Publisher,
    Source,
    StandingChange,
    Story,
    StoryLink,
    Summary,
    Terms,
    Topic,
    WatchItem,
)
from analysis.models.writing import Standing
from newsroom import standing

HERE = Path(__file__).parent


@transaction.atomic
def load() -> int:
    """Write down what is missing. Returns the number of stories and cases added."""
    for path in sorted(HERE.glob("publication*.toml")):
        _publication(tomllib.loads(path.read_text()))
    standing.load(own=HERE / "pages")
    stories = [tomllib.loads(path.read_text()) for path in sorted((HERE / "stories").glob("*.toml"))]
    known = set(Story.objects.values_list("slug", flat=True))
    steps: list[tuple[datetime, int, partial[Any]]] = []
    for data in sorted(stories, key=lambda s: s["published"]):
        if data["slug"] not in known:
            steps += _story_steps(data)
    added = len({step[2].args[0]["slug"] for step in steps})
    for data in tomllib.loads((HERE / "cases.toml").read_text())["cases"]:
        if not Case.objects.filter(submission=_submission(data)).exists():
            steps += _case_steps(data)
            added += 1
    for _at, _order, step in sorted(steps, key=lambda s: s[:2]):
        step()
    # These letters belong to the past: nobody must get them today.
    OutgoingMail.objects.filter(sent_at__isnull=True, case__submission__in=_submissions()).update(
        sent_at=F("created_at")
    )
    return added


def _publication(data: dict[str, Any]) -> None:
    for model, key in ((Desk, "desks"), (Topic, "topics"), (Entity, "entities")):
        for row in data.get(key, []):
            model.objects.get_or_create(slug=row["slug"], defaults=row)
    for row in data.get("publishers", []):
        domains, statements = row.pop("domains", []), row.pop("terms", [])
        publisher, new = Publisher.objects.get_or_create(slug=row["slug"], defaults=row)
        for host in domains:
            Domain.objects.get_or_create(host=host, defaults={"publisher": publisher})
        for statement in statements if new else []:
            terms = Terms(publisher=publisher, **statement)
            terms.full_clean()
            terms.save()


# --- a story, step by step ----------------------------------------------------------------------------------------


def _story_steps(data: dict[str, Any]) -> list[tuple[datetime, int, partial[Any]]]:
    at = data["published"]
    steps = [(at, 0, partial(_write, data))]
    if data.get("status", "published") in ("published", "withdrawn"):
        steps.append((at, 1, partial(_publish, data)))
        for correction in data.get("corrections", []):
            steps.append((correction["at"], 2, partial(_correct, data, correction)))
        for place, raw in enumerate(data.get("claims", [])):
            for said in _stood(raw)[len(_known(data, raw)) :] if "same_as" not in raw else ():
                steps.append((said["at"], 1, partial(_stand, data, place, said)))
                if not data.get("standing_to_read"):
                    again = said["at"] + timedelta(hours=1)
                    steps.append((again, 4, partial(_read_again, data, again)))
        for item in data.get("watch", []):
            if early := item.get("taken_back"):
                steps.append((early["at"], 3, partial(_resolve, data, item, early)))
                steps.append((early["until"], 3, partial(_take_back, data, item, early)))
            if item.get("resolved"):
                steps.append((item["resolved"], 3, partial(_resolve, data, item, item)))
    if data.get("status") == "withdrawn":
        steps.append((data["withdrawn_at"], 4, partial(_withdraw, data)))
    return steps


def _write(data: dict[str, Any]) -> None:
    """The working copy, as it was before its corrections."""
    now = _before_corrections(data)
    story = Story.objects.create(
        slug=data["slug"],
        language=data["language"],
        form=data["form"],
        headline=now["headline"],
        dek=now["dek"],
        topic=Topic.objects.get(slug=data["topic"]),
        desk=Desk.objects.get(slug=data["desk"]),
        edited_by=Desk.objects.filter(slug=data.get("edited_by", "")).first(),
        event_on=data.get("event_on"),
        disclosure=now["disclosure"],
        conflicts=data.get("conflicts", ""),
        status=Story.Status.REVIEW if data.get("status") == "review" else Story.Status.DRAFT,
        **{
            f"{part}_{name}": value
            for part, key in OF_STORY.items()
            for name, value in _made(data.get(key, {}), data["published"]).items()
        },
    )
    sources = {raw["key"]: _source(story, i, raw, data["published"]) for i, raw in enumerate(data["sources"])}
    if summary := data.get("summary"):
        Summary.objects.create(story=story, text=now["summary"], **_made(summary, data["published"]))
    for raw in data.get("notes", []):
        note = ContextNote.objects.create(
            story=story, slot=raw["slot"], title=raw.get("title", ""), text=now[raw["slot"]],
            **_made(raw, data["published"]),
        )  # fmt: skip
        note.rests_on.set([sources[key] for key in raw.get("rests_on", [])])
    for i, raw in enumerate(data.get("claims", [])):
        *before, at_first = _known(data, raw)
        claim = Claim.objects.create(
            story=story, position=i, text=raw["text"], standing=at_first["standing"], why=at_first["why"],
            checked_at=at_first["at"], shares=_same_as(raw["same_as"]) if "same_as" in raw else None,
        )  # fmt: skip
        for key, stance in raw.get("evidence", {}).items():
            Evidence.objects.create(claim=claim, source=sources[key], stance=stance)
        for said in before:  # before it was public
            StandingChange.objects.create(claim=claim, story=story, desk=story.desk, **said)
    for i, raw in enumerate(data.get("watch", [])):
        WatchItem.objects.create(
            story=story, position=i, statement=raw["statement"], due=_day(raw["due"]), likelihood=raw["likelihood"],
            settled_by=raw["settled_by"],
        )  # fmt: skip
    for i, slug in enumerate(data.get("mentions", [])):
        Mention.objects.create(story=story, entity=Entity.objects.get(slug=slug), position=i)
    for i, raw in enumerate(data.get("earlier", [])):
        StoryLink.objects.create(
            story=story, earlier=Story.objects.get(slug=raw["story"]), kind=raw["kind"], why=raw["why"],
            verdict=raw.get("verdict", ""), position=i,
        )  # fmt: skip


def _stood(raw: dict[str, Any]) -> list[dict[str, Any]]:
    """Where a claim stood, and from when on, as it says; the last is where it stands now."""
    return [*raw.get("history", []), {"at": raw["checked"], "standing": raw["standing"], "why": raw.get("why", "")}]


def _known(data: dict[str, Any], raw: dict[str, Any]) -> list[dict[str, Any]]:
    """As far as it was known when the story was published."""
    stood = _stood(raw)
    return [said for said in stood if said["at"] <= data["published"]] or stood[:1]


def _same_as(named: str) -> Claim:
    """A claim by the story that it comes from, and its place there: "a-story/2"."""
    slug, _slash, place = named.partition("/")
    return Claim.objects.get(story__slug=slug, position=int(place) - 1)


def _stand(data: dict[str, Any], place: int, said: dict[str, Any]) -> None:
    """A claim stands otherwise; and after an hour the page has been read again, unless that is left to do."""
    claim = Claim.objects.select_related("story").get(story__slug=data["slug"], position=place)
    article = standings.primaries(claim).first() if said["standing"] == Standing.CONFIRMED else None
    establishing.move(claim, None, said["standing"], said["why"], article, said["at"])


def _read_again(data: dict[str, Any], at: datetime) -> None:
    story = Story.objects.get(slug=data["slug"])
    if story.tasks.filter(kind=DeskTask.Kind.STANDING).exists():
        editing.publish(story, None, at=at)


def _made(raw: dict[str, Any], at: datetime) -> dict[str, Any]:
    """How a part was made; what was checked was checked by the time that it was published."""
    by = Desk.objects.filter(slug=raw.get("checked_by", "")).first()
    return {
        "made_by": raw.get("made_by", "person"),
        "model": raw.get("model", ""),
        "checked_by": by,
        "checked_at": at if by else None,
    }


def _source(story: Story, position: int, raw: dict[str, Any], read_at: datetime) -> Source:
    article, _new = Article.objects.get_or_create(
        url=canonical(raw["url"]),
        defaults={
            "title": raw["title"],
            "publisher": Publisher.objects.get(slug=raw["publisher"]),
            "author": raw.get("author", ""),
            "language": raw.get("language", "en"),
            "published_at": raw.get("published"),
            "retrieved_at": read_at,
        },
    )
    return Source.objects.create(
        story=story, article=article, role=raw["role"], in_summary=raw.get("in_summary", False),
        why=raw.get("why", ""), copied_from=raw.get("copied_from", ""), position=position,
    )  # fmt: skip


def _texts(data: dict[str, Any]) -> dict[str, str]:
    """The texts that a correction can be about, by the name it uses."""
    texts = {name: data.get(name, "") for name in ("headline", "dek", "disclosure")}
    texts["summary"] = data.get("summary", {}).get("text", "").strip()
    return texts | {note["slot"]: note["text"].strip() for note in data.get("notes", [])}


def _before_corrections(data: dict[str, Any]) -> dict[str, str]:
    texts = _texts(data)
    for correction in data.get("corrections", []):
        if correction.get("says"):
            where = correction["where"]
            texts[where] = texts[where].replace(correction["says"], correction["said"], 1)
    return texts


def _publish(data: dict[str, Any]) -> None:
    story = Story.objects.get(slug=data["slug"])
    editing.publish(story, None, at=data["published"])


def _correct(data: dict[str, Any], correction: dict[str, Any]) -> None:
    story = Story.objects.get(slug=data["slug"])
    if not correction.get("says"):
        editing.note(story, None, correction["text"], at=correction["at"])
        return
    _mend(story, correction["where"], correction["said"], correction["says"], correction["at"])
    if correction["kind"] == "note":
        editing.publish(story, None, at=correction["at"])
        editing.note(story, None, correction["text"], at=correction["at"])
    else:
        editing.publish(story, None, kind=correction["kind"], reason=correction["text"], at=correction["at"])


def _mend(story: Story, where: str, said: str, says: str, at: datetime) -> None:
    """Who had checked the text has checked the correction."""
    row: Any = story
    field = where
    if where == "summary":
        row, field = story.summary, "text"
    elif where not in ("headline", "dek", "disclosure"):
        row, field = story.notes.get(slot=where), "text"
    setattr(row, field, getattr(row, field).replace(said, says, 1))
    fields = [field]
    if row is not story and row.checked_by_id:
        row.checked_at = at
        fields.append("checked_at")
    row.save(update_fields=fields)


def _promised(data: dict[str, Any], item: dict[str, Any]) -> WatchItem:
    return WatchItem.objects.get(story__slug=data["slug"], statement=item["statement"])


def _resolve(data: dict[str, Any], item: dict[str, Any], said: dict[str, Any]) -> None:
    at = said.get("resolved") or said["at"]
    judging.judge(_promised(data, item), None, said["state"], said["outcome"], said.get("seen", ""), at=at)


def _take_back(data: dict[str, Any], item: dict[str, Any], said: dict[str, Any]) -> None:
    judging.take_back(_promised(data, item), None, said["why"], at=said["until"])


def _withdraw(data: dict[str, Any]) -> None:
    story = Story.objects.get(slug=data["slug"])
    editing.withdraw(story, data["withdrawn_reason"], at=data["withdrawn_at"])


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


# --- a case, step by step -----------------------------------------------------------------------------------------


def _submission(data: dict[str, Any]) -> Any:
    return uuid5(NAMESPACE_URL, "demonstration:" + data["key"])


def _submissions() -> list[Any]:
    return [_submission(data) for data in tomllib.loads((HERE / "cases.toml").read_text())["cases"]]


def _case_steps(data: dict[str, Any]) -> list[tuple[datetime, int, partial[Any]]]:
    steps = [(data["opened"], 5, partial(_open_case, data))]
    if confirmed := data.get("confirmed"):
        steps.append((confirmed, 6, partial(_step, data, rights.confirm, at=confirmed)))
    decision = data.get("decision")
    if data["state"] in ("in_review", "decided", "closed"):
        taken = data.get("taken_up", data["confirmed"])
        steps.append((taken, 7, partial(_step, data, rights.take_up, by=None, at=taken)))
    if decision:
        at = decision["at"]
        steps.append((at, 8, partial(_decide, data, decision)))
        if data["state"] == "closed":
            steps.append((data.get("closed", at), 9, partial(_step, data, rights.close, by=None, at=at)))
    if data["state"] == "withdrawn":
        at = data.get("withdrawn", data.get("confirmed", data["opened"]))
        steps.append((at, 9, partial(_step, data, rights.withdraw, at=at)))
    return steps


def _open_case(data: dict[str, Any]) -> None:
    request = rights.Request(
        submission=_submission(data),
        **{k: data.get(k, "") for k in ("want", "kind", "name", "organisation", "relation", "email", "language")},
        urls=data["urls"],
        explanation=data["explanation"].strip(),
    )
    rights.open_case(request, site=urlsplit(settings.ORIGIN).hostname or "", at=data["opened"])


def _step(data: dict[str, Any], step: Any, **arguments: Any) -> None:
    step(Case.objects.get(submission=_submission(data)), **arguments)


def _decide(data: dict[str, Any], decision: dict[str, Any]) -> None:
    said = {field.name for field in fields(rights.Ruling)} & decision.keys()
    ruling = rights.Ruling(**{name: decision[name] for name in said})
    _step(data, rights.decide, by=None, ruling=ruling, at=decision["at"])
