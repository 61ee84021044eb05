"""Which entities a text names: all their names and aliases are looked up at once, by the text's own runs of words."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any, NamedTuple

from analysis.models import Entity, EntityName
from analysis.models.stories import LONGEST_NAME, spelled
from analysis.text import MAX_LENGTH

LONGEST = 8  # words of a name
MOST_WORDS = 6_000  # of all the texts, the first of which are looked at
CHUNK = 5_000  # names in one question
_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"\]\([^()\n]*\)|https?://\S+")  # of a link: what it leads to is not what the text says
_ACRONYM = 5  # letters: a short name all in capitals is no word in small ones


@dataclass(frozen=True, slots=True)
class Found:
    """An entity that a text names: how it is spelled there, which text that is, and the words around."""

    entity: Entity
    spelling: str
    where: str
    before: str
    after: str


class _Run(NamedTuple):
    """A run of words of a text that may be a name."""

    text: int  # which of the texts
    first: int  # which of its words
    words: int
    begin: int
    end: int


def texts_of(content: dict[str, Any]) -> list[tuple[str, str]]:
    """The texts of a snapshot (analysis/editing.py) that may name somebody: where each stands, by the form's names."""
    summary = content["summary"]
    return [
        ("headline", content["headline"]),
        ("dek", content["dek"]),
        ("summary_text", summary["text"] if summary else ""),
        *((f"note_{n['slot']}_{part}", n[part]) for n in content["notes"] for part in ("title", "text")),
        *(("claims", claim["text"]) for claim in content["claims"]),
        *(("watch_items", item["statement"]) for item in content["watch"]),
    ]


def mentioned(texts: Sequence[tuple[str, str]], *, known: Collection[int] = (), limit: int = 20) -> list[Found]:
    """The entities that texts name, in the order in which they are first named; `known` ids are left out.

    The names of one that was merged are those of what it is found with, and that is what is found.

    A text is (where it stands, Markdown), of which as much is looked at as a note may hold. A name counts between two
    word boundaries, so in “l’Agence” and “Nvidia’s” too, in whatever case; of names that overlap the longest. Two
    entities of one name are both found: a person decides. At most 11 queries, whatever the number of entities.
    """
    plain = [without_addresses(text[:MAX_LENGTH]) for _where, text in texts]
    runs: dict[str, list[_Run]] = {}
    for run in _runs(plain):
        if key := spelled(plain[run.text][run.begin : run.end]):
            runs.setdefault(key, []).append(run)
    entities: dict[str, list[Entity]] = {}
    for some in batched(runs, CHUNK):
        rows = EntityName.objects.filter(folded__in=some).select_related("entity__leads_to")
        for row in rows.order_by("entity__name"):
            entities.setdefault(row.folded, []).append(row.entity)
    named = sorted(
        ((run, key) for key in entities for run in runs[key]),
        key=lambda pair: (pair[0].text, pair[0].first, -pair[0].words),
    )
    found: dict[int, Found] = {}
    taken = (-1, -1)  # up to which word of which text a longer name reaches
    for run, key in named:
        if (run.text, run.first) < taken:
            continue
        where, text = texts[run.text][0], plain[run.text]
        spelling = text[run.begin : run.end]
        fitting = [entity for entity in entities[key] if not _is_another_word(entity, key, spelling)]
        if fitting:
            taken = (run.text, run.first + run.words)
        for entity in (one.leads_to or one for one in fitting):
            if entity.pk not in known and entity.pk not in found:
                around = " ".join(text[max(run.begin - 40, 0) : run.begin].split("\n")[-1:])
                after = text[run.end : run.end + 40].split("\n")[0]
                found[entity.pk] = Found(entity, spelling, where, around, after)
    return list(found.values())[:limit]


def without_addresses(text: str) -> str:
    """A Markdown text in composed characters, with spaces where it has the address of a link."""
    composed = unicodedata.normalize("NFC", text).replace("\0", "\n")
    return _ADDRESS.sub(lambda match: " " * len(match[0]), composed)


def _runs(texts: Sequence[str]) -> Iterator[_Run]:
    left = MOST_WORDS
    for number, text in enumerate(texts):
        words = [match.span() for match, _n in zip(_WORD.finditer(text), range(left), strict=False)]
        left -= len(words)
        for first, (begin, _end) in enumerate(words):
            if _continues(text, begin):
                continue
            for n, (_begin, end) in enumerate(words[first : first + LONGEST], start=1):
                if end - begin > LONGEST_NAME or "\n" in text[begin:end]:
                    break
                if end == len(text) or unicodedata.category(text[end])[0] != "M":
                    yield _Run(number, first, n, begin, end)


def _continues(text: str, begin: int) -> bool:
    """Whether the word before goes on here, after a mark that belongs to a letter, as in many scripts of India."""
    return begin > 0 and unicodedata.category(text[begin - 1])[0] == "M"


def _is_another_word(entity: Entity, key: str, spelling: str) -> bool:
    """Whether the text has a plain word that an acronym only looks like once case is folded: “who”, “us”."""
    if not spelling.islower():
        return False
    ways = [str(name) for name in (entity.name, *entity.aliases) if spelled(str(name)) == key]
    return all(way.isupper() and len(way) <= _ACRONYM for way in ways)
