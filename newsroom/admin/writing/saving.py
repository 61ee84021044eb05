"""What was typed, into the story: merged with what others saved meanwhile, or refused with both texts."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis import asking, comparing, drafts, editing, freezing, naming, working
from analysis.addresses import AddressError, canonical
from analysis.merging import ORDER, Conflict, Merged, Typed, merge, plain, row_of
from analysis.models import Article, Draft, Source, Story, Version, WatchItem
from analysis.models.readings import Occasion
from analysis.rows import WorkingError
from newsroom import tasks
from newsroom.admin.writing.document import Document, Held, Options
from newsroom.admin.writing.fields import key_of, number
from newsroom.admin.writing.labels import label, titled
from newsroom.admin.writing.typed import REMARK, Known, by_itself, reordered, typed_of

MOST_NAMED = 12
WATCH = ("statement", "due", "likelihood", "settled_by")


class Sent(NamedTuple):
    """The window that a form came from, the turn it was, whether its person may change a story, and the form's name."""

    key: str
    turn: int
    may: Callable[[Story], bool]
    form: str = ""


class Choice(NamedTuple):
    """For fields in conflict, whose words count: "mine" or "theirs"; chosen when version `seen` was theirs."""

    of: dict[str, str]
    seen: int | None


@dataclass
class Attempt:
    """A save: done, or what stands in its way. `document` holds what the form shows then; nothing typed is lost."""

    document: Document
    version: int | None  # that the document is based on now
    saved: Story | None = None
    conflicts: list[Conflict] = field(default_factory=list)
    chosen: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    changed: list[tuple[str, str]] = field(default_factory=list)  # what a save has changed, as labels.titled() has it
    alone: bool = False  # whoever saved meanwhile is who saves now, from another window
    problem: str = ""


def held(pk: int) -> Held:
    """A story as it is saved. Raises Story.DoesNotExist."""
    rows = freezing.loaded(pk)
    public = {str(item.pk): item for item in rows.watch if item.public_since}
    return Held(rows.story, freezing.content_of(rows), rows.sources, public, rows.earlier)


@transaction.atomic
def save(
    pk: int, typed: Typed, based_on: int | None, choice: Choice, by: User, window: Sent, options: Options
) -> Attempt:
    """Save what was typed into a story that was read as version `based_on`. Raises Story.DoesNotExist, and
    PermissionDenied if `by` may not change it, which is asked once nobody else can.

    While there are conflicts, the attempt stays based on what it was based on.
    """
    row = Story.objects.select_for_update().get(pk=pk)
    if not window.may(row):
        raise PermissionDenied
    story = held(pk)
    merged = together(story, typed, based_on)
    chosen = choice.of if choice.seen == row.version else {}
    left = settle(merged, chosen)
    typed, spared = spare_public(merged.typed, story)
    document = Document(typed, story, options)
    attempt = Attempt(document, row.version)
    if based_on != row.version:
        others = _others(row, based_on, by)
        attempt.alone = not others
        attempt.notices += _said(merged, others) if based_on is not None else []
    attempt.notices += spared
    attempt.changed = _changed(typed, story)
    if left:
        attempt.conflicts, attempt.chosen, attempt.version = merged.conflicts, chosen, based_on
        return attempt
    if spared or document.mistakes:
        return attempt
    try:
        with transaction.atomic():
            editing.claim_version(row, row.version)
            content, made = _ready(document)
            working.write(row, content, by)
            _beside(document, row, made, by)
    except (WorkingError, editing.EditingError) as error:
        attempt.problem = str(error)
        return attempt
    attempt.notices += [unchecked_words(part) for part in document.unchecked]
    # Then this version is what the form holds.
    unchanged = based_on == story.story.version and not document.unchecked
    new = _made(row, story.content, content)
    drafts.saved(window.key, by, window.turn, row, window.form, row.version if unchanged else None, new)
    attempt.saved = row
    return attempt


@transaction.atomic
def create(typed: Typed, by: User, window: Sent, options: Options) -> Attempt:
    """Make a story of what was typed. The same form sent twice makes one: see made_by()."""
    document = Document(typed, nothing(), options)
    attempt = Attempt(document, 0)
    if document.mistakes:
        return attempt
    try:
        with transaction.atomic():
            content, made = _ready(document)
            story = working.begin(content, by)
            _beside(document, story, made, by)
    except WorkingError as error:
        attempt.problem = str(error)
        return attempt
    new = _made(story, nothing().content, content)
    drafts.saved(window.key, by, window.turn, story, window.form, story.version, new)
    attempt.saved = story
    return attempt


def unchecked_words(part: str) -> str:
    """What is to be said where a part was changed since it was checked, by its name on the form."""
    rows = {"claims": _("What is established"), "watch": _("What to watch")}
    what = rows.get(part) or label("headline" if part == "head" else f"{part}_text")
    return _("“%(part)s” was changed after it was checked, so it counts as not checked until you say so again.") % {
        "part": what
    }


def made_by(key: str, by: User) -> int | None:
    """The story that a window has made already, by its id. Locks the window's row, made here if there was none: of two
    that are sent at once, the second waits for what the first makes."""
    Draft.objects.get_or_create(key=key, defaults={"by": by})
    return Draft.objects.select_for_update().filter(key=key, by=by).values_list("story_id", flat=True).first()


def nothing() -> Held:
    """The story that is not there yet."""
    story = Story(version=0)
    empty: dict[str, Any] = {
        "v": 1, "slug": "", "language": story.language, "form": story.form, "headline": "", "dek": "", "topic": "",
        "desk": {"name": "", "slug": ""}, "edited_by": None, "event_on": None, "disclosure": "", "summary": None,
        **{name: [] for name in ("sources", "notes", "claims", "watch", "mentions", "earlier")},
    }  # fmt: skip
    return Held(story, empty, [], {}, [])


def whole(typed: Typed, story: Held) -> Typed:
    """What was typed, with the public watch items, of which a form sends nothing: their words are not its to change."""
    frozen = {str(w["id"]): w for w in story.content["watch"] if str(w["id"]) in story.watch}
    rows = {f"watch_items-{key}-{part}": [str(w[part])] for key, w in frozen.items() for part in WATCH}
    return {**typed, **{name: value for name, value in rows.items() if name not in typed}}


def together(story: Held, typed: Typed, based_on: int | None) -> Merged:
    """What was typed with what was saved since version `based_on`; of an unknown version, everything is a question."""
    if based_on == story.story.version:
        return Merged(typed)
    # Where no version was ever kept, nothing was written since: only steps were taken.
    base = (working.base_of(story.story, based_on) or story.content) if based_on else None
    known = Known.of([story.content, *([base] if base else [])])
    return merge(typed_of(base, known) if base else {}, typed_of(story.content, known), _as_saved(typed))


def _as_saved(typed: Typed) -> Typed:
    """New sources under the address that they are saved at, so that a form sent twice is known again."""

    def one(name: str, values: list[str]) -> list[str]:
        if name.startswith("sources-n") and name.endswith("-url"):
            with contextlib.suppress(AddressError):
                return [canonical(values[-1])]
        return values

    return {name: one(name, values) for name, values in typed.items()}


def settle(merged: Merged, chosen: dict[str, str]) -> list[Conflict]:
    """Do what was chosen for each conflict. Returns those for which nothing was."""
    left = []
    for conflict in merged.conflicts:
        match chosen.get(conflict.name):
            case "theirs":
                merged.typed[conflict.name] = conflict.theirs
            case "mine":
                pass
            case _:
                left.append(conflict)
    return left


def spare_public(typed: Typed, story: Held) -> tuple[Typed, list[str]]:
    """Words typed into a watch item that has become public meanwhile: kept as a new item that corrects it."""
    said, moved = [], {name: values for name, values in typed.items() if values}
    rows = {str(w["id"]): w for w in story.content["watch"]}
    for key, item in story.watch.items():
        names = {part: f"watch_items-{key}-{part}" for part in WATCH}
        there = {part: moved.get(name, []) for part, name in names.items()}
        moved.pop(f"watch_items-{key}-DELETE", None)
        if key not in rows or all(plain(value) == [str(rows[key][part])] for part, value in there.items()):
            continue
        moved |= {names[part]: [str(rows[key][part])] for part in WATCH}
        new = f"n{1 + max((int(n.split('-')[1][1:]) for n in moved if n.startswith('watch_items-n')), default=0)}"
        moved.update({f"watch_items-{new}-{part}": values for part, values in there.items()})
        if item.state == WatchItem.State.OPEN:
            moved[f"watch_items-{new}-replaces"] = [key]
        said.append(
            _("“%(item)s” is public now and can no longer be changed. Your words stand as a new item below.")
            % {"item": item.statement}
        )
    return moved, said


def _changed(typed: Typed, story: Held) -> list[tuple[str, str]]:
    """What is typed otherwise than it is saved, as labels.titled() has it: of a row only that it is; of all, a few."""
    saved = story.typed
    told = (n for n in dict.fromkeys([*typed, *saved]) if n not in REMARK)
    names = [n for n in told if plain(typed.get(n, [])) != plain(saved.get(n, []))]
    rows = (f"{row[0]}-{row[1]}" if (row := row_of(name)) else name for name in names if not by_itself(name))
    moved = (f"{kind}-{ORDER}" for kind in reordered(typed, saved))
    return [titled(name, typed, saved) for name in dict.fromkeys([*rows, *moved])][:MOST_NAMED]


def _others(story: Story, based_on: int | None, by: User) -> str:
    """The names of who saved a story since a version; empty if that was `by` alone."""
    since = Version.objects.filter(story=story, number__gt=based_on or 0).select_related("created_by")[:20]
    people = dict.fromkeys(version.created_by for version in since)
    return "" if list(people) == [by] else ", ".join(str(p) for p in people if p) or _("Somebody")


def _said(merged: Merged, others: str) -> list[str]:
    """What others did meanwhile, or oneself in another window, and what was made of it, in sentences."""
    said = []
    if merged.theirs:
        what = ", ".join(dict.fromkeys(label(name, merged.typed) for name in merged.theirs))
        both = (
            _("%(who)s saved meanwhile: %(what)s. Both are in it now.")
            if others
            else _("You saved in another window: %(what)s. Both are in it now.")
        )
        said.append(both % {"who": others, "what": what})
    kept = (
        _("You removed %(row)s, which %(who)s changed meanwhile: it is still there.")
        if others
        else _("You removed %(row)s, which you changed in another window: it is still there.")
    )
    again = (
        _("%(who)s removed %(row)s, which you changed: it is there again, as you typed it.")
        if others
        else _("You removed %(row)s in another window, and changed it here: it is there again, as you typed it here.")
    )
    said += [kept % {"row": label(name, merged.typed), "who": others} for name in merged.kept]
    said += [again % {"row": label(name, merged.typed), "who": others} for name in merged.again.values()]
    return said


def _ready(document: Document) -> tuple[dict[str, Any], dict[int, int]]:
    """The content of a document with the articles and entities that it names made, where they are new; and the ids
    of the new articles by the negative ones that they had. The pages of sources that are added will be asked."""
    content, made = document.content, {}
    for source in content["sources"]:
        if source["article"] < 0:
            new = document.articles[source["article"]]
            article, _created = Article.objects.get_or_create(
                url=new.url,
                defaults={"title": new.title, "publisher": new.publisher, "language": content["language"]},
            )
            made[source["article"]] = article.pk
            source["article"] = article.pk
    added = [source["article"] for source in content["sources"] if source["id"] < 0]
    for pk in asking.not_asked_since(added, timezone.now() - asking.DAY) if added else ():
        tasks.read_page.enqueue(pk, Occasion.ADDED)
    for mention in content["mentions"]:
        if not mention["slug"]:
            mention["slug"] = naming.entity(mention["name"], mention["kind"]).slug
    return content, made


def _made(story: Story, before: dict[str, Any], content: dict[str, Any]) -> dict[str, str]:
    """The keys that new rows have, by those that they had on the form: of the rows that are known by nothing else."""
    now = Version.objects.values_list("content", flat=True).get(story=story, number=story.version)
    found: dict[str, str] = {}
    for kind, part in (("claims", "claims"), ("watch_items", "watch")):
        known = {row["id"] for row in before[part]}
        new = [row["id"] for row in content[part] if row["id"] not in known]
        # Newer than all: a public item whose replacement was taken away stands there again, and is not new.
        added = [row["id"] for row in now[part] if row["id"] > max(known, default=0)]
        if len(new) == len(added):
            found |= {f"{kind}-{key_of(old)}": str(pk) for old, pk in zip(new, added, strict=True)}
    return found


def _beside(document: Document, story: Story, made: dict[int, int], by: User) -> None:
    """What is said of the sources and is no part of the content: who has read them, and their texts to compare with."""
    for key, form in document.rows["sources"].items():
        article = form.article  # type: ignore[attr-defined]
        pk = article.pk or made[number(key)]
        if form.cleaned_data.get("read"):
            Article.objects.filter(pk=pk, retrieved_at=None).update(retrieved_at=timezone.now(), retrieved_by=by)
        if text := form.cleaned_data.get("text"):
            comparing.hold(Source.objects.get(story=story, article=pk), text)
