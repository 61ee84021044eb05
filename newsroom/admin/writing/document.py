"""Typed values in, editorial content out: what a story would hold if it were saved now, and what is wrong with it."""

from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, cast

from django.db.models import QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analysis import asking, made
from analysis.addresses import host_of
from analysis.merging import ROWS, ROWS_OF, Typed, row_of
from analysis.models import Article, Claim, Desk, Source, Story, StoryLink, Topic, WatchItem
from analysis.models.stories import fold
from analysis.models.writing import Slot
from analysis.owners import names_of
from analysis.prepared import Prepared
from analysis.provenance import Asked, Owners
from newsroom.admin.writing.fields import (
    FORMS,
    HeadForm,
    LinkForm,
    MentionForm,
    RowForm,
    SourceForm,
    number,
    read,
)
from newsroom.admin.writing.labels import label
from newsroom.admin.writing.typed import AGAIN, KEY, MADE, MAKING, MOST, NEVER_KEPT, Known, typed_of

type Options = dict[str, list[tuple[str, str]]]  # topics and desks: address and name


def _named() -> QuerySet[Any, Any]:
    topics, desks = (
        model.objects.annotate(of=Value(of)).values_list("of", "slug", "name").order_by()
        for model, of in ((Topic, "topics"), (Desk, "desks"))
    )
    return topics.union(desks, all=True)


_NAMED = Prepared(_named)


def options() -> Options:
    """The topics and desks there are, address and name. One query."""
    found: Options = {"topics": [], "desks": []}
    for of, slug, name in sorted(_NAMED(), key=lambda row: row[2].casefold()):
        found[of].append((slug, name))
    return found


@dataclass(frozen=True)
class Held:
    """A story as it is saved: one reading of it."""

    story: Story
    content: dict[str, Any]
    sources: list[Source]  # its rows, with article, publisher, and whether a text is held
    watch: dict[str, WatchItem]  # those that are public, by key: frozen
    earlier: list[StoryLink]  # its rows, with the stories that they lead to

    @cached_property
    def typed(self) -> Typed:
        """What the form would hold if nothing had been typed. No query. Not to be changed."""
        return typed_of(self.content, Known.of_rows(self.sources, self.earlier))


class Mistake(NamedTuple):
    name: str  # of the field on the form
    label: str
    words: str


class Document:
    """One reading of the story form.

    `content` is what the story holds now, `sources` are its rows with their articles. Nothing here is saved.
    """

    def __init__(self, typed: Typed, held: Held, options: Options) -> None:
        self.typed, self.held, self.options = typed, held, options
        self.story, content = held.story, held.content
        self.sources = {str(source.pk): source for source in held.sources}
        self.known: dict[str, dict[str, Any]] = {
            "sources": {str(s["id"]): s for s in content["sources"]},
            "claims": {str(c["id"]): c for c in content["claims"]},
            "watch_items": {str(w["id"]): w for w in content["watch"]},
            "earlier": {str(link["story"]): link for link in content["earlier"]},
            "mentions": {f".{m['slug']}": m for m in content["mentions"]},
        }

    @cached_property
    def parts(self) -> dict[str, dict[str, Typed]]:
        """The rows as typed, by kind and key, also those that are marked to go; one with nothing in it is no row."""
        found: dict[str, dict[str, Typed]] = {kind: {} for kind in ROWS}
        for name, values in self.typed.items():
            if row := row_of(name):
                found[row[0]].setdefault(row[1], {})[row[2]] = values
        return {
            kind: {key: parts for key, parts in rows.items() if key in self.known[kind] or _filled(kind, parts)}
            for kind, rows in found.items()
        }

    @cached_property
    def head(self) -> HeadForm:
        there = {part for part, kind in ROWS_OF.items() if self.rows[kind]}
        form = HeadForm(self.typed, self.story, self.options, there)
        form.is_valid()
        return form

    @cached_property
    def rows(self) -> dict[str, dict[str, RowForm]]:
        """The rows that are to stay, read; of too many, one more than can be kept, which is a mistake."""

        def stays(kind: str, key: str, parts: Typed) -> bool:
            return not any(parts.get("DELETE", [])) or (kind == "watch_items" and key in self.held.watch)

        left = {kind: [row for row in rows.items() if stays(kind, *row)] for kind, rows in self.parts.items()}
        return {
            kind: {key: self._row(kind, key, parts) for key, parts in rows[: MOST[kind] + 1]}
            for kind, rows in left.items()
        }

    def _row(self, kind: str, key: str, parts: Typed) -> RowForm:
        saved = key in self.known[kind]
        if kind == "watch_items" and key in self.held.watch:
            form = RowForm(parts, f"{kind}-{key}", saved)
        elif kind == "sources":
            return self._source_row(key, parts, saved)
        elif saved or kind in ("claims", "watch_items"):
            return read(kind, key, saved, parts)
        else:
            form = FORMS[kind](parts, f"{kind}-{key}", saved)
        form.is_valid()
        return form

    def _source_row(self, key: str, parts: Typed, saved: bool) -> SourceForm:
        article = self.sources[key].article if saved else None
        if saved and NEVER_KEPT not in parts:  # their text is not ours to remember
            form = cast(SourceForm, copy(read("sources", key, saved, parts)))
            form.article = article
            return form
        form = SourceForm(parts, f"sources-{key}", saved, article)
        form.is_valid()
        return form

    @cached_property
    def mistakes(self) -> list[Mistake]:
        """What must be mended before this can be saved, in the order of the form."""
        found = [
            Mistake(name if name != "__all__" else "headline", label(name) if name != "__all__" else "", str(words))
            for name, errors in self.head.errors.items()
            for words in errors
        ]
        for kind, rows in self.rows.items():
            if len(rows) > MOST[kind]:
                words = ngettext("At most %(n)d can be kept.", "At most %(n)d can be kept.", MOST[kind])
                found.append(Mistake(kind, label(f"{kind}-"), words % {"n": MOST[kind]}))
            for key, form in rows.items():
                for part, errors in form.errors.items():
                    name = f"{kind}-{key}-{form.main if part == '__all__' else part}"
                    found += [Mistake(name, label(name, self.typed), str(words)) for words in errors]
            found += self._twice(kind, rows)
        return [*found, *self._unshared()]

    def _unshared(self) -> list[Mistake]:
        """New claims that are said to be another story's, and cannot be. One query if there are any, else none."""
        asked = {
            key: form.cleaned_data["shares"]
            for key, form in self.rows["claims"].items()
            if not form.saved and form.cleaned_data.get("shares")
        }
        if not asked:
            return []
        public = Claim.objects.filter(pk__in=asked.values(), public_since__isnull=False).exclude(story=self.story.pk)
        known = set(public.values_list("pk", flat=True))
        said = _("No other story has a public claim with this number.")
        names = [f"claims-{key}-shares" for key, number in asked.items() if number not in known]
        return [Mistake(name, label(name, self.typed), said) for name in names]

    def _twice(self, kind: str, rows: dict[str, RowForm]) -> list[Mistake]:
        seen: set[object] = set()
        found = []
        for key, form in rows.items():
            match form:
                case SourceForm(article=Article() as article):
                    same: object = article.pk or article.url
                    said = _("This article is among the story’s sources already.")
                case LinkForm():
                    same = int(key) if form.saved else getattr(form.cleaned_data.get("earlier"), "pk", None)
                    said = _("This earlier story is linked already.")
                case MentionForm():
                    same = fold(form.cleaned_data.get("name") or "") or None
                    said = _("This entity is mentioned already.")
                case _:
                    continue
            if same and same in seen:
                found.append(Mistake(f"{kind}-{key}-{form.main}", label(f"{kind}-{key}-{form.main}", self.typed), said))
            if same:
                seen.add(same)
        return found

    @cached_property
    def articles(self) -> dict[int, Article]:
        """The articles of all sources by id; one that is not saved yet has a negative id, its row's."""
        found = {}
        for key, form in self.rows["sources"].items():
            article = form.article  # type: ignore[attr-defined]
            if article:
                if form.cleaned_data.get("read") and not article.retrieved_at:
                    article = copy(article)  # it is said with the save, not before
                    article.retrieved_at = timezone.now()
                found[article.pk or number(key)] = article
        return found

    @cached_property
    def owners(self) -> Owners:
        """Whose sites these articles are on, and those that they lead to. One query, and that of `asked`."""
        urls = (*(article.url for article in self.articles.values()), *asking.urls_of(self.asked))
        return names_of({host_of(url) for url in urls})

    @cached_property
    def asked(self) -> dict[int, Asked]:
        """What the servers of these articles answered. One query."""
        return asking.asked_for(self.story, self.articles)

    @cached_property
    def content(self) -> dict[str, Any]:
        """What would be saved, as analysis.working.write takes it: the parts that can be read, the others left out.

        A new row has a negative id; so has a new article. A new entity has no address.
        """
        data = self.head.cleaned_data
        topics, desks = dict(self.options["topics"]), dict(self.options["desks"])

        def desk(slug: str) -> dict[str, str] | None:
            return {"name": desks[slug], "slug": slug} if slug in desks else None

        content = {
            "v": 1,
            "slug": data.get("slug", self.story.slug),
            "language": data.get("language") or self.story.language,
            "form": data.get("form") or self.story.form,
            "headline": data.get("headline", ""),
            "dek": data.get("dek", ""),
            "topic": data.get("topic") or next(iter(topics), ""),
            "desk": desk(data.get("desk", "")) or {"name": "", "slug": ""},
            "edited_by": desk(data.get("edited_by", "")),
            "event_on": data["event_on"].isoformat() if data.get("event_on") else None,
            "disclosure": data.get("disclosure", ""),
            "conflicts": data.get("conflicts", ""),
            "head": self._made["head"],
            "sources": [self._source(key, form) for key, form in self._in_order("sources") if form.article],
            "summary": {"text": data["summary_text"], **self._made["summary"]} if data.get("summary_text") else None,
            "notes": [
                {
                    "slot": str(slot),
                    "title": data.get(f"note_{slot}_title", ""),
                    "text": data[f"note_{slot}_text"],
                    **self._made[f"note_{slot}"],
                    "rests_on": sorted(
                        self.staying.intersection(
                            number(key) for key in self.typed.get(f"note_{slot}_rests_on", []) if KEY.fullmatch(key)
                        )
                    ),
                }
                for slot in Slot
                if data.get(f"note_{slot}_text")
            ],
            "claims": [self._claim(key, form) for key, form in self._in_order("claims") if not form.errors],
            "watch": [item for key, form in self._in_order("watch_items") if (item := self._watch(key, form))],
            "mentions": [m for key, form in self._in_order("mentions") if (m := self._mention(key, form))],
            "earlier": [link for key, form in self._in_order("earlier") if (link := self._link(key, form))],
        }
        return content | {
            made.OF_STORY[part]: self._made[part] if content[part] else made.UNSAID for part in made.OF_ROWS
        }

    def _in_order(self, kind: str) -> list[tuple[str, Any]]:
        return sorted(self.rows[kind].items(), key=lambda row: row[1].order)

    @cached_property
    def staying(self) -> set[int]:
        """The ids of the sources that stay."""
        return {number(key) for key, form in self.rows["sources"].items() if form.article}  # type: ignore[attr-defined]

    @cached_property
    def _made(self) -> dict[str, dict[str, str]]:
        """How each part would be saved to have been made, by its name on the form."""
        data, now, found = self.head.cleaned_data, timezone.now(), {}
        before = dict(made.parts(made.complete(self.held.content)))
        for part in MAKING:
            kind = part.partition("_")[0]
            words: dict[str, Any] = {
                name: data.get(name if kind == "head" else f"{part}_{name}", "") for name in made.WORDS[kind]
            }
            if kind in made.OF_ROWS:
                words = {kind: [self._words(kind, *row) for row in self.rows[ROWS_OF[kind]].items()]}
            said = {name: data.get(f"{part}_{name}", "") for name in MADE}
            row = made.checked(words | said, before.get(part), kind, now, bool(data.get(f"{part}_{AGAIN}")))
            found[part] = {name: row[name] for name in made.MADE}
        return found

    def _words(self, part: str, key: str, form: RowForm) -> dict[str, str]:
        """Of a claim or a watch item, also of one that cannot be saved yet; one that is public keeps its own."""
        data = self.known["watch_items"][key] if part == "watch" and key in self.held.watch else form.cleaned_data
        return {name: data.get(name, "") for name in made.WORDS[part]}

    @cached_property
    def unchecked(self) -> list[str]:
        """The parts whose text was changed since it was checked, by their names on the form."""
        data = self.head.cleaned_data
        return [part for part, row in self._made.items() if data.get(f"{part}_checked_by") and not row["checked_by"]]

    def _source(self, key: str, form: SourceForm) -> dict[str, Any]:
        data, article = form.cleaned_data, form.article
        assert article  # noqa: S101  only those that have one are asked for
        return {
            "id": number(key),
            "article": article.pk or number(key),
            "role": data.get("role", "coverage"),
            "in_summary": data.get("in_summary", False),
            "why": data.get("why", ""),
            **({"copied_from": data["copied_from"]} if data.get("copied_from") else {}),
        }

    def _claim(self, key: str, form: RowForm) -> dict[str, Any]:
        data, before = form.cleaned_data, self.known["claims"].get(key)
        shares = before.get("shares") if before else data.get("shares")
        return {
            "id": number(key),
            **({"shares": shares} if shares else {}),
            "text": data["text"],
            "standing": data["standing"],
            "why": data["why"],
            "checked_at": before["checked_at"] if before else timezone.now().isoformat(),
            "evidence": [
                {"source": source, "stance": stance}
                for source, stance in sorted(data["stances"].items())
                if source in self.staying
            ],
            "history": before["history"] if before else [],
        }

    def _watch(self, key: str, form: RowForm) -> dict[str, Any] | None:
        """One without a date or a likelihood stands nowhere yet; one that is public stands as it is."""
        if key in self.held.watch:
            return dict(self.known["watch_items"][key])
        data = form.cleaned_data
        if not {"statement", "due", "likelihood"} <= data.keys():
            return None
        item = {
            "id": number(key),
            "statement": data["statement"],
            "due": data["due"].isoformat(),
            "likelihood": data["likelihood"],
            "settled_by": data.get("settled_by", ""),
        }
        return item | ({"replaces": data["replaces"]} if data.get("replaces") else {})

    def _mention(self, key: str, form: MentionForm) -> dict[str, Any] | None:
        if form.saved:
            return dict(self.known["mentions"][key])
        name, entity = form.cleaned_data.get("name"), form.entity
        if entity:
            return {"name": entity.name, "slug": entity.slug, "kind": entity.kind}
        return {"name": name, "slug": "", "kind": form.cleaned_data.get("kind", "")} if name else None

    def _link(self, key: str, form: LinkForm) -> dict[str, Any] | None:
        data = form.cleaned_data
        story = int(key) if form.saved else getattr(data.get("earlier"), "pk", None)
        if not story or not data.get("kind"):
            return None
        return {"story": story, "kind": data["kind"], "verdict": data.get("verdict", ""), "why": data.get("why", "")}


def _filled(kind: str, parts: Typed) -> bool:
    """Whether somebody wrote something into a new row: what a list or a number has by itself does not count."""
    by_itself = {"position", "DELETE", "article", "role", "kind"}
    return any(any(values) for part, values in parts.items() if part not in by_itself)
