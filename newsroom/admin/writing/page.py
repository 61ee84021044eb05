"""What the templates of the story screen show: the rows as typed, the notes, what is beside the form."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from analysis import drafts, made, outlines, preflight, rulebook
from analysis.merging import ROWS, Typed, row_of
from analysis.models import Article, Draft, WatchItem
from analysis.models.fields import Language
from analysis.models.made import MadeBy
from analysis.models.stories import EntityKind, Role, StoryForm, StoryLinkKind, StoryLinkVerdict
from analysis.models.writing import Slot, Standing
from analysis.terms import Permit, strictest
from newsroom.admin import why
from newsroom.admin.fields import counter
from newsroom.admin.wording import permit_in_words
from newsroom.admin.writing import drawing
from newsroom.admin.writing.comparing import differ
from newsroom.admin.writing.document import Document, Held, Mistake
from newsroom.admin.writing.labels import label
from newsroom.admin.writing.typed import AGAIN, MADE, in_order

CHOICES = {
    "roles": Role.choices, "kinds": StoryLinkKind.choices,
    "verdicts": StoryLinkVerdict.choices, "entity_kinds": EntityKind.choices, "made_by": MadeBy.choices,
    "languages": Language.choices, "forms": StoryForm.choices,
}  # fmt: skip


class Texts(dict[str, str]):
    """Texts by name, empty where there is none: a template would look long for a key that is missing."""

    def __missing__(self, name: str) -> str:
        return ""


@dataclass
class Row:
    """A row as it was typed, and what is said of it."""

    kind: str
    key: str
    typed: Texts
    mistakes: Texts
    saved: bool = False
    title: str = ""
    article: Article | None = None
    permit: Permit | None = None
    held_until: Any = None  # until when a text of the source is held
    item: WatchItem | None = None  # a public one: frozen
    public: tuple[int, int] | None = None  # of a public claim: its record, and how many other stories use it
    moved: str = ""  # "up" or "down" if it just was: that button has the focus again

    @property
    def gone(self) -> bool:
        return bool(self.typed.get("DELETE"))

    @property
    def id(self) -> str:
        return f"{self.kind}-{self.key}"

    @property
    def end(self) -> SafeString:
        """Its order, and how it is moved and removed."""
        return drawing.row_end(self)

    @property
    def roles(self) -> SafeString:
        """The options of its role. Written here: thirty sources have two hundred of them, too many for a template."""
        chosen = self.typed.get("role")
        return drawing.options((("", ""), *Role.choices), {chosen} if chosen else set())

    @property
    def standings(self) -> SafeString:
        """The radio buttons of its standing."""
        return drawing.radios(f"{self.id}-standing", Standing.choices, self.typed.get("standing"))

    @property
    def why(self) -> str:
        return why.link_to(self.article.url) if self.article else ""

    @cached_property
    def terms(self) -> str:
        return permit_in_words(self.permit) if self.permit else ""


@dataclass
class MadeRow:
    """How a part was made, as it was typed. `name` is that of the part on the form."""

    name: str
    made_by: str
    model: str
    checked_by: str
    checked: bool  # ticked: it was checked as it stands
    checked_at: Any  # when it was, as it is saved
    mistakes: dict[str, str]

    @property
    def says(self) -> str:
        """In a line."""
        by = str(MadeBy(self.made_by).label) if self.made_by in MadeBy.values else _("not said")
        checked = _("checked by the %(desk)s") % {"desk": self.checked_by} if self.checked_by else ""
        return ", ".join(part for part in (by, self.model, checked) if part)


@dataclass
class Note:
    slot: str
    label: str
    title: str
    text: str
    rests_on: SafeString  # the sources to choose among
    rests_on_some: bool
    open: bool
    guidance: str = ""
    mistakes: dict[str, str] = field(default_factory=dict)
    made: "MadeRow | None" = None

    @property
    def id(self) -> str:
        return f"id_note_{self.slot}_text"

    @property
    def counter(self) -> SafeString:
        return counter(f"note_{self.slot}_text", self.text)


def rows(
    document: Document, mistakes: Iterable[Mistake], blanks: dict[str, int], kinds: Iterable[str] = ROWS
) -> dict[str, list[Row]]:
    """The rows of the form by kind, with empty ones at the end to begin a new one in."""
    wrong: dict[tuple[str, str], Texts] = {}
    for mistake in mistakes:
        if row := row_of(mistake.name):
            wrong.setdefault(row[:2], Texts())[row[2]] = mistake.words
    book, now = rulebook.current(), timezone.now()
    found: dict[str, list[Row]] = {}
    for kind in kinds:
        found[kind] = [
            _row(document, kind, key, document.parts[kind][key], wrong.get((kind, key), Texts()), book, now)
            for key in in_order(document.parts[kind])
        ]
        last = max((int(row.key[1:]) for row in found[kind] if not row.saved and row.key[1:].isdecimal()), default=0)
        taken = {row.key for row in found[kind]}
        new = (f"n{n}" for n in range(last + 1, last + 200) if f"n{n}" not in taken)
        found[kind] += [Row(kind, next(new), Texts(), Texts()) for _ in range(blanks.get(kind, 1))]
    return found


def moved(document: Document, asked: str) -> Typed:
    """What is typed, with one row moved past its neighbour: asked for as "claims-12-up" or "claims-12-down"."""
    kind, key, where = row_of(asked) or ("", "", "")
    keys = in_order(document.parts.get(kind, {}))
    step = {"up": -1, "down": 1}.get(where, 0)
    if step and key in keys and 0 <= (at := keys.index(key)) + step < len(keys):
        keys[at], keys[at + step] = keys[at + step], keys[at]
    return document.typed | {f"{kind}-{key}-position": [str(n)] for n, key in enumerate(keys, start=1)}


def _row(
    document: Document, kind: str, key: str, parts: Typed, mistakes: Texts, book: rulebook.RuleBook, now: Any
) -> Row:
    typed = Texts({part: next((v for v in reversed(values) if v), "") for part, values in parts.items()})
    row = Row(kind, key, typed, mistakes, saved=key in document.known[kind])
    if kind == "sources":
        if source := document.sources.get(key):
            row.article = source.article
            row.held_until = source.held_text.held_until if hasattr(source, "held_text") else None
        elif form := document.rows[kind].get(key):
            row.article = form.article  # type: ignore[attr-defined]
        if row.article:
            row.permit = book.permit(rulebook.work_of(row.article), now)
        row.title = source_name(row)
    elif kind == "watch_items":
        row.item = document.held.watch.get(key)
    return row


def source_name(row: Row) -> str:
    """What to call a source where there is room for a name only."""
    if row.article and row.article.publisher_id:
        return row.article.publisher.name
    return urlsplit(row.typed.get("url", "")).hostname or row.typed.get("url", "")[:40] or _("new source")


def form_of(document: Document) -> str:
    """The form of story that is chosen; a brief where none is that there is."""
    chosen = document.typed.get("form", [""])[-1]
    return chosen if chosen in StoryForm.values else StoryForm.BRIEF


def notes(document: Document, mistakes: Iterable[Mistake], says: dict[str, str], sources: Iterable[Row]) -> list[Note]:
    """The notes in the order of the page. Those with something in them stand open; of a new story, those of its form.

    `says` is the guidance for each slot.
    """
    wrong = {mistake.name: mistake.words for mistake in mistakes}
    typed = document.typed
    opened = set() if document.story.pk else set(outlines.slots_of(form_of(document)))
    named = [(row.key, escape(row.title)) for row in sources]

    def one(slot: Slot) -> Note:
        def value(part: str) -> str:
            return typed.get(f"note_{slot}_{part}", [""])[-1]

        chosen = set(typed.get(f"note_{slot}_rests_on", []))
        boxes = (
            f'<label><input type="checkbox" name="note_{slot}_rests_on" value="{key}"'
            f"{' checked' if key in chosen else ''}> {title}</label> "
            for key, title in named
        )
        rests_on = mark_safe("".join(boxes))  # noqa: S308  keys are checked, titles escaped
        bad = {part: wrong[name] for part in ("title", "text") if (name := f"note_{slot}_{part}") in wrong}
        how = made_row(document, mistakes, f"note_{slot}")
        return Note(
            str(slot), str(slot.label), value("title"), value("text"), rests_on, bool(chosen),
            bool(f"note_{slot}_text" in typed or value("title") or bad or how.mistakes or slot in opened),
            says.get(slot, ""), bad, how,
        )  # fmt: skip

    return [one(slot) for slot in Slot]


def made_row(document: Document, mistakes: Iterable[Mistake], part: str) -> MadeRow:
    """How a part was made, by the part's name on the form."""
    saved = dict(made.parts(made.complete(document.held.content))).get(part, made.UNSAID)
    typed = {name: document.typed.get(f"{part}_{name}", [""])[-1] for name in (*MADE, AGAIN)}
    return MadeRow(
        part, typed["made_by"], typed["model"], typed["checked_by"], bool(typed[AGAIN]),
        parse_datetime(saved["checked_at"]) if typed["checked_by"] == saved["checked_by"] else None,
        {name: mistake.words for mistake in mistakes for name in MADE if mistake.name == f"{part}_{name}"},
    )  # fmt: skip


def lead(sources: Iterable[Row]) -> Permit | None:
    """The permit of headline and summary; None while there is nothing that they could rest on."""
    permits = [
        row.permit
        for row in sources
        if row.permit and not row.gone and (row.typed.get("role") == Role.ORIGINAL or row.typed.get("in_summary"))
    ]
    return strictest(permits) if permits else None


def lead_of(document: Document, book: rulebook.RuleBook) -> Permit | None:
    """The same, of what is typed, where no rows are to be shown."""
    now, leads = timezone.now(), preflight.leads(document.content)
    articles = (document.articles[s["article"]] for s in document.content["sources"] if s["id"] in leads)
    permits = [book.permit(rulebook.work_of(article), now) for article in articles]
    return strictest(permits) if permits else None


def others(held: Held, by: User) -> list[Draft]:
    """Who else has the story open, each once. One query."""
    found: dict[int, Draft] = {}
    for draft in drafts.others(held.story.pk, by, timezone.now()):
        found.setdefault(draft.by_id, draft)
    return list(found.values())


def unsaved(held: Held, by: User, key: str) -> list[Draft]:
    """What somebody has not saved of a story, or of none, in other windows than this one. One query."""
    mine = [draft for draft in drafts.unsaved(by, held.story.pk)[:11] if draft.key != key][:10]
    saved = held.typed if held.story.pk and mine else {}
    return [draft for draft in mine if differ(draft.typed, saved)]


def targets(rows: dict[str, list[Row]], notes: Iterable[Note]) -> Iterator[tuple[str, str]]:
    """What a remark can be about: the names and labels of fields and saved rows."""
    yield from ((name, label(name)) for name in ("headline", "dek", "summary_text"))
    yield from ((f"note_{note.slot}_text", note.label) for note in notes if note.text)
    for kind in ("sources", "claims", "watch_items", "earlier"):
        what = label(f"{kind}-")
        for n, row in enumerate(rows[kind], start=1):
            if row.saved:
                text = row.title or row.typed.get("text") or row.typed.get("statement", "")
                yield row.id, _("%(what)s %(n)d: %(text)s") % {"what": what, "n": n, "text": text[:50]}
    yield from ((name, label(name)) for name in ("disclosure", "conflicts"))
