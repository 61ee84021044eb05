"""Our text beside the text it was made from: what an editor pasted is held, compared, and forgotten.

What comes out of here are numbers and our own words. The source's words stay in their row until it is deleted: a
process that has read them remembers numbers that lead back to no word.
"""

from array import array
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from itertools import combinations
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analysis import made, overlap
from analysis.models import Article, Source, SourceText
from analysis.models.desk import HELD_FOR
from analysis.models.stories import Role
from analysis.models.writing import Slot, Stance
from analysis.numbers import figures
from analysis.overlap import Lines, Overlap, Passage
from analysis.prepared import Prepared
from analysis.quoting import fits
from analysis.terms import Permit, strictest
from analysis.text import as_read, quotations

PAGE_SHARE = gettext_noop(
    "%(n)d of the %(all)d words of this page are as %(publisher)s wrote them; at most %(max)d %% may be. Retell it."
)
SUMMARY_SHARE = gettext_noop(
    "%(n)d of the %(all)d words of the summary are as %(publisher)s wrote them; at most %(max)d %% may be. Retell it."
)
PAGE_QUOTES = gettext_noop(
    "Over the whole page %(n)d words between quotation marks are those of %(publisher)s; its terms allow %(max)d. "
    "Retell some of them in our words."
)
LONG = 20_000  # words of a source that is compared with the others
RUNS_SHOWN = 5  # of one source; the longest ones

_HELD = Prepared(
    lambda sources: (
        SourceText.objects.filter(source__pk__in=sources)
        .order_by("source__position", "source_id")
        .values_list("source_id", "pk", "held_since", "source__article__publisher__name")
    ),
    sources=[int],
)


def hold(source: Source, text: str, at: datetime | None = None) -> None:
    """Keep the text of a source to compare with, in place of one that was held before. `at` is aware.

    The caller has checked that it has at most overlap.MAX_WORDS words.
    """
    SourceText.objects.update_or_create(source=source, defaults={"text": text, "held_since": at or timezone.now()})


def forget(story: int) -> None:
    """Delete the texts held for a story, by its id."""
    SourceText.objects.filter(source__story=story).delete()


def forget_old(now: datetime) -> int:
    """Delete every text that was held long enough. Returns how many."""
    return SourceText.objects.filter(held_since__lte=now - HELD_FOR).delete()[0]


type Row = tuple[int, datetime]  # where a text is held, and since when: it changes no other way


class Held(NamedTuple):
    """What is compared of a text that is held: none of its words, and numbers that another process reads otherwise."""

    publisher: str
    runs: array[int]  # as overlap.read gives them
    figures: array[int]  # hashes of its numbers, each once
    row: Row | None = None


def held(content: dict[str, Any]) -> dict[int, Held]:
    """What is held of a content's sources, by source id and in their order. One query, and one more for each text that
    this process has not read yet."""
    found = {}
    for source, pk, since, publisher in _HELD(sources=[s["id"] for s in content["sources"]]):
        with suppress(SourceText.DoesNotExist):  # forgotten just now
            found[source] = Held(publisher, *_read_once(pk, since), (pk, since))
    return found


# At most 3.6 MB each, of a text of overlap.MAX_WORDS; 10 KB of an article.
@lru_cache(maxsize=32)
def _read_once(pk: int, _since: datetime) -> tuple[array[int], array[int]]:
    """What is compared of the text in this row, which changes no other way than with the time since which it is held.

    The text is no argument, or it would be remembered as one.
    """
    return read(SourceText.objects.values_list("text", flat=True).get(pk=pk))


def read(text: str) -> tuple[array[int], array[int]]:
    """What is compared of a text: its runs of words, and its numbers."""
    return overlap.read(text), array("q", {hash(number) for number in figures(text)})


def alike(texts: Mapping[int, Held]) -> list[tuple[int, int]]:
    """Pairs of these texts, by the ids of their sources, of which one stands in the other for the most part: more than
    half of its runs of words. Of a text longer than LONG it is not asked."""
    rows = [(source, text.row) for source, text in texts.items() if text.row and len(text.runs) <= LONG]
    return [(one, other) for (one, a), (other, b) in combinations(rows, 2) if _one_text(a, b)]


@lru_cache(maxsize=2048)  # asked at every pause in typing, of texts that stay as they are
def _one_text(one: Row, other: Row) -> bool:
    a, b = _runs(*one), _runs(*other)
    return len(a & b) > min(len(a), len(b)) / 2


@lru_cache(maxsize=32)
def _runs(pk: int, since: datetime) -> frozenset[int]:
    return frozenset(_read_once(pk, since)[0])


def stated(numbers: Collection[str], texts: Iterable[Held]) -> set[str]:
    """Those of some numbers (analysis/numbers.py) that stand in one of the texts that are held."""
    asked = {hash(number) for number in numbers}
    there = {number for text in texts for number in asked.intersection(text.figures)}
    return {number for number in numbers if hash(number) in there}


def stops(
    content: dict[str, Any],
    permits: Mapping[int, Permit],
    public: set[int],
    reason: str = "",
    texts_held: Mapping[int, Held] | None = None,
) -> list[str]:
    """What this content takes from its sources that their terms do not allow, a sentence for each.

    Outside quotation marks: each run that is too long, and too large a share. Between them: the words of one source
    over the whole page, whatever each text by itself may quote. `permits` are those of the sources, by source id;
    `public` are ids of watch items that can no longer be changed; `reason` is what will be said of the change;
    `texts_held` is what held() gave, if it was asked before.

    What is frozen in public counts as quoted as long as the gate shows it, and stops nothing alone: a correction must
    stay possible, and is asked only to quote less in what can be changed.
    """
    texts_held = held(content) if texts_held is None else texts_held
    if not texts_held:
        return []
    changeable = list(_changeable(content, public, reason))
    texts = [*changeable, *_frozen(content, public, strictest(list(permits.values())))]
    outside = overlap.line_up([text.passage for text in changeable], quoted=False)
    # The summary apart as well: a long take must not dilute one that is theirs throughout.
    summary = overlap.line_up([text.passage for text in changeable if text.is_summary], quoted=False)
    inside = overlap.line_up([text.passage for text in texts], quoted=True)
    found: list[str] = []
    quoted: dict[int, set[tuple[int, int]]] = {}
    for source, theirs in texts_held.items():
        found += _copied(outside, summary, theirs, permits[source])
        quoted[source] = overlap.quoted(inside, theirs.runs)
    for source, theirs in texts_held.items():
        words = _quoted_of(source, quoted, texts)
        most = permits[source].quote_words
        if len(words) > most and any(number < len(changeable) for number, _nth in words):
            said = {"n": len(words), "publisher": theirs.publisher, "max": most}
            found.append(_(PAGE_QUOTES) % said)
    return found


def unheld(sources: Iterable[int], texts_held: Container[int], articles: Mapping[int, Article]) -> list[str]:
    """The publishers of those sources of which no text is held, so that nothing taken from them could be found."""
    return list(dict.fromkeys(str(articles[pk].publisher) for pk in sources if pk not in texts_held))


class _Text(NamedTuple):
    passage: Passage
    rests_on: set[int]  # ids of sources
    is_summary: bool = False


def _text(name: str, text: str, rests_on: Iterable[int], is_summary: bool = False) -> _Text:
    read = as_read(text)
    return _Text(Passage(name, read, tuple(quotations(read))), set(rests_on), is_summary)


def _changeable(content: dict[str, Any], public: set[int], reason: str) -> Iterator[_Text]:
    """Everything of ours that can still be changed, with the sources that it rests on."""
    everything = {s["id"] for s in content["sources"]}
    leads = {s["id"] for s in content["sources"] if s["role"] == Role.ORIGINAL or s["in_summary"]}
    yield _text(_("Headline"), content["headline"], leads)
    yield _text(_("Dek"), content["dek"], leads)
    if content["summary"]:
        yield _text(_("Summary"), content["summary"]["text"], leads, is_summary=True)
    for note in content["notes"]:
        for text in (note["title"], note["text"]):
            yield _text(str(Slot(note["slot"]).label), text, everything.intersection(note["rests_on"]) or everything)
    for claim in content["claims"]:
        speaking = {e["source"] for e in claim["evidence"] if e["stance"] != Stance.SILENT}
        for text in (claim["text"], claim["why"]):
            yield _text(_("Claim"), text, speaking or everything)
    for item in content["watch"]:
        if item["id"] not in public:
            yield from (_text(_("Watch item"), text, everything) for text in (item["statement"], item["settled_by"]))
    for source in content["sources"]:
        yield _text(_("Source"), source["why"], [source["id"]])
    for link in content["earlier"]:
        yield _text(_("Earlier coverage"), link["why"], everything)
    yield _text(_("How this was made"), content["disclosure"], everything)
    yield _text(_("Our stake in it"), made.complete(content)["conflicts"], everything)
    yield _text(_("The sentence that readers see"), reason, everything)


def _frozen(content: dict[str, Any], public: set[int], permit: Permit) -> Iterator[_Text]:
    """What is public for good, without what the gate withholds because it quotes too much."""
    everything = {s["id"] for s in content["sources"]}
    for item in content["watch"]:
        texts = (item["statement"], item["settled_by"])
        if item["id"] in public and all(fits(permit, text) for text in texts):
            yield from (_text(_("Watch item"), text, everything) for text in texts)


def _quoted_of(source: int, quoted: Mapping[int, set[tuple[int, int]]], texts: Sequence[_Text]) -> set[tuple[int, int]]:
    """The quoted words that are this source's: not those of a text that rests on another and has them from there, for
    what somebody said to both stands so in both."""

    def from_another(word: tuple[int, int]) -> bool:
        rests_on = texts[word[0]].rests_on
        return source not in rests_on and any(word in quoted.get(other, ()) for other in rests_on)

    return {word for word in quoted[source] if not from_another(word)}


def _copied(page: Lines, summary: Lines, theirs: Held, permit: Permit) -> list[str]:
    limits = {"in_a_row": permit.copied_words, "percent": permit.copied_percent}
    whole = overlap.compare(page, theirs.runs, **limits)
    found = _long_runs(whole, permit.copied_words, theirs.publisher)
    if whole.too_much:
        found.append(_share(whole, permit.copied_percent, theirs.publisher, _(PAGE_SHARE)))
    elif whole.taken and (alone := overlap.compare(summary, theirs.runs, **limits)).too_much:
        found.append(_share(alone, permit.copied_percent, theirs.publisher, _(SUMMARY_SHARE)))
    return found


def _long_runs(found: Overlap, most: int, publisher: str) -> list[str]:
    return [
        _(
            "%(name)s: %(n)d words in a row are those of %(publisher)s; at most %(max)d may be. Say it in our words "
            "or quote it between quotation marks: “…%(before)s[%(run)s]%(after)s…”."
        )
        % {
            "name": run.name,
            "n": run.words,
            "publisher": publisher,
            "max": most,
            "before": run.before,
            "run": run.text,
            "after": run.after,
        }
        for run in found.runs[:RUNS_SHOWN]
    ]


def _share(found: Overlap, most: int, publisher: str, sentence: str) -> str:
    return sentence % {"n": found.taken, "all": found.words, "publisher": publisher, "max": most}
