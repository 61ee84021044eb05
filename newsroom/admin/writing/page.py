"""What the templates of the story screen show: the rows as typed, the grid, what is beside the form."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from analysis import differing, drafts, outlines, rulebook
from analysis.merging import ROWS, Typed, plain, row_of
from analysis.models import Article, Draft, WatchItem
from analysis.models.fields import Language
from analysis.models.stories import EntityKind, Role, StoryForm, StoryLinkKind, StoryLinkVerdict
from analysis.models.writing import Slot, Stance, Standing, SummaryMadeBy
from analysis.terms import Permit, strictest
from newsroom.admin import why
from newsroom.admin.fields import counter
from newsroom.admin.wording import permit_in_words
from newsroom.admin.writing.document import Document, Held, Mistake
from newsroom.admin.writing.saving import Attempt
from newsroom.admin.writing.typed import MOST, Known, by_itself, label, shown, typed_of

CHOICES = {
    "roles": Role.choices, "standings": Standing.choices, "kinds": StoryLinkKind.choices,
    "verdicts": StoryLinkVerdict.choices, "entity_kinds": EntityKind.choices, "made_by": SummaryMadeBy.choices,
    "languages": Language.choices, "forms": StoryForm.choices,
}  # fmt: skip
MARKS = {Stance.STATES: "✓", Stance.ATTRIBUTES: "“", Stance.DISPUTES: "✗", Stance.SILENT: "–"}


def options(choices: Iterable[tuple[str, Any]], chosen: set[str]) -> SafeString:
    """The options of a list to choose from."""
    lines = (
        f'<option value="{escape(code)}"{" selected" if code in chosen else ""}>{escape(str(words))}</option>'
        for code, words in choices
    )
    return mark_safe("".join(lines))  # noqa: S308  escaped above


@dataclass
class Row:
    """A row as it was typed, and what is said of it."""

    kind: str
    key: str
    typed: dict[str, str]
    mistakes: dict[str, str]
    saved: bool = False
    title: str = ""
    article: Article | None = None
    permit: Permit | None = None
    held_until: Any = None  # until when a text of the source is held
    item: WatchItem | None = None  # a public one: frozen

    @property
    def gone(self) -> bool:
        return bool(self.typed.get("DELETE"))

    @property
    def id(self) -> str:
        return f"{self.kind}-{self.key}"

    @property
    def roles(self) -> SafeString:
        """The options of its role. Written here: thirty sources have two hundred of them, too many for a template."""
        chosen = self.typed.get("role")
        return options((("", ""), *Role.choices), {chosen} if chosen else set())

    @property
    def why(self) -> str:
        return why.link_to(self.article.url) if self.article else ""

    @property
    def terms(self) -> str:
        return permit_in_words(self.permit) if self.permit else ""


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

    @property
    def id(self) -> str:
        return f"id_note_{self.slot}_text"

    @property
    def counter(self) -> SafeString:
        return counter(f"note_{self.slot}_text", self.text)


def rows(document: Document, mistakes: Iterable[Mistake], blanks: dict[str, int]) -> dict[str, list[Row]]:
    """Every row of the form by kind, with empty ones at the end to begin a new one in."""
    wrong: dict[tuple[str, str], dict[str, str]] = {}
    for mistake in mistakes:
        if row := row_of(mistake.name):
            wrong.setdefault(row[:2], {})[row[2]] = mistake.words
    book, now = rulebook.current(), timezone.now()
    found: dict[str, list[Row]] = {}
    for kind in ROWS:
        found[kind] = [
            _row(document, kind, key, parts, wrong.get((kind, key), {}), book, now)
            for key, parts in sorted(document.parts[kind].items(), key=lambda row: _place(row[1]))
        ]
        last = max((int(row.key[1:]) for row in found[kind] if not row.saved and row.key[1:].isdecimal()), default=0)
        taken = {row.key for row in found[kind]}
        new = (f"n{n}" for n in range(last + 1, last + 200) if f"n{n}" not in taken)
        found[kind] += [Row(kind, next(new), {}, {}) for _ in range(blanks.get(kind, 1))]
    return found


def _place(parts: Typed) -> int:
    given = parts.get("position", [""])[-1]
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 1_000


def _row(
    document: Document, kind: str, key: str, parts: Typed, mistakes: dict[str, str], book: rulebook.RuleBook, now: Any
) -> Row:
    typed = {part: next((v for v in reversed(values) if v), "") for part, values in parts.items()}
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
        return Note(
            str(slot), str(slot.label), value("title"), value("text"), rests_on, bool(chosen),
            bool(value("text") or value("title") or bad or slot in opened), says.get(slot, ""), bad,
        )  # fmt: skip

    return [one(slot) for slot in Slot]


def grid(claims: list[Row], sources: list[Row], typed: Typed) -> SafeString:
    """The cells of the claim × source grid, a table row for each claim; nothing while there are more than can be kept.

    Forty claims and thirty sources are 1,200 cells of five radio buttons, too many for a template: written here.
    """
    if not claims or not sources or len(claims) > MOST["claims"] or len(sources) > MOST["sources"]:
        return SafeString()
    stances = [(str(stance), escape(str(stance.label)), MARKS[stance]) for stance in Stance]
    stances.append(("", escape(_("not judged")), "·"))
    columns = [(source.key, escape(source.title)) for source in sources]
    new = _("new claim")
    lines = []
    for n, claim in enumerate(claims, start=1):
        cells = []
        for key, who in columns:
            name = f"claims-{claim.key}-stance_{key}"
            now = typed.get(name, ["?"])[-1]
            buttons = "".join(
                f'<label title="{words}"><input type="radio" name="{name}" value="{code}" aria-label="{words}"'
                f"{' checked' if code == now else ''}>{mark}</label>"
                for code, words, mark in stances
            )
            cells.append(f'<td data-who="{who}"><fieldset aria-label="{n}, {who}">{buttons}</fieldset></td>')
        text = escape(claim.typed.get("text", "")[:160] or new)
        lines.append(f'<tr><th scope="row"><b>{n}</b> {text}</th>{"".join(cells)}</tr>')
    return mark_safe("".join(lines))  # noqa: S308  every value in it is escaped above, or a word of ours


class Both(NamedTuple):
    """A field that two people changed, or that a draft has otherwise than the story."""

    name: str
    label: str
    theirs: str
    mine: str
    pieces: list[differing.Piece]
    chosen: str = ""


def conflicts(attempt: Attempt, *held: Typed) -> list[Both]:
    """The fields that two people changed, with what was chosen already."""
    return [
        _both(c.name, c.theirs, c.mine, *held)._replace(chosen=attempt.chosen.get(c.name, ""))
        for c in attempt.conflicts
    ]


def differences(typed: Typed, saved: Typed) -> list[Both]:
    """Where what was typed differs from what is saved."""
    names = [name for name in dict.fromkeys([*saved, *typed]) if not by_itself(name)]
    return [
        _both(name, saved.get(name, []), typed.get(name, []), typed, saved)
        for name in names
        if plain(saved.get(name, [])) != plain(typed.get(name, []))
    ]


def _both(name: str, theirs: list[str], mine: list[str], *held: Typed) -> Both:
    old, new = shown(name, theirs, *held), shown(name, mine, *held)
    return Both(name, label(name, *held), old, new, differing.words(old, new))


def lead(sources: Iterable[Row]) -> Permit | None:
    """The permit of headline and summary; None while there is nothing that they could rest on."""
    permits = [
        row.permit
        for row in sources
        if row.permit and not row.gone and (row.typed.get("role") == Role.ORIGINAL or row.typed.get("in_summary"))
    ]
    return strictest(permits) if permits else None


def windows(held: Held, by: User, key: str) -> tuple[list[Draft], list[Draft]]:
    """Who else has the story open, and what I have not saved of it in other windows. One query."""
    now = timezone.now()
    found = list(drafts.windows(held.story.pk, by, now))
    others: dict[int, Draft] = {}
    for draft in found:
        if draft.by_id != by.pk and draft.seen_at >= now - drafts.HERE:
            others.setdefault(draft.by_id, draft)
    mine = [draft for draft in found if draft.by_id == by.pk and draft.key != key and draft.kept_at][:10]
    saved = saved_typed(held) if mine else {}
    return list(others.values()), [draft for draft in mine if differ(draft.typed, saved)]


def differ(one: Typed, other: Typed) -> bool:
    return any(
        plain(one.get(name, [])) != plain(other.get(name, []))
        for name in one.keys() | other.keys()
        if not by_itself(name)
    )


def saved_typed(held: Held) -> Typed:
    """What the form would hold if nothing had been typed. No query."""
    return typed_of(held.content, Known.of_rows(held.sources, held.story))


def targets(rows: dict[str, list[Row]], notes: Iterable[Note]) -> Iterator[tuple[str, str]]:
    """What a remark can be about: the names and labels of fields and rows."""
    yield from ((name, label(name)) for name in ("headline", "dek", "summary_text"))
    yield from ((f"note_{note.slot}_text", note.label) for note in notes if note.text)
    for kind in ("sources", "claims", "watch_items", "earlier"):
        what = label(f"{kind}-")
        for n, row in enumerate(rows[kind], start=1):
            if row.typed:
                text = row.title or row.typed.get("text") or row.typed.get("statement", "")
                yield row.id, f"{what} {n}: {text[:50]}"
    yield "disclosure", label("disclosure")
