"""What a version of a story changed, word by word. Two renditions are compared, so only words that may be read today.

What may not be shown of one of them is left out of both: else its absence would look like a change.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analysis import differing
from analysis.models import Revision
from analysis.rendition import making
from analysis.rendition.stories import history
from analysis.rendition.story_values import ChangeView, PieceView, StoryPage, Tombstone, VersionChanges
from analysis.text import count_words

NEAR = 140  # characters that are shown of what stayed, on either side of a change
LONG = 20_000  # characters; two texts that are longer together are compared by whole lines


def changes(slug: str, number: int) -> VersionChanges | Tombstone | None:
    """What the version `number` of a story changed of the one before; None if it has none before it, or is not there.

    As many queries as two pages of its history, and one.
    """
    if number < 2:
        return None
    new = history(slug, number)
    if not isinstance(new, StoryPage):
        return new
    old = history(slug, number - 1)
    if not isinstance(old, StoryPage):
        return old
    contents = Revision.objects.filter(story=new.card.id, number__in=[number - 1, number])
    said = dict(contents.values_list("number", "content"))
    was, now = dict(_texts(old)), dict(_texts(new))
    withheld = (set(_parts(said[number - 1])) - was.keys()) | (set(_parts(said[number])) - now.keys())
    if old.summary and new.summary and _words(was["summary"][1], now["summary"][1]) > new.summary.limit:
        withheld.add("summary")  # side by side they would be more words than one summary may have
    # How a part was made is told where both have the part: of one that came or went, its words are.
    apart = {f"made.{part}" for part in _there(was) ^ _there(now)}
    places = [place for place in (*now, *(p for p in was if p not in now)) if place not in withheld | apart]
    return VersionChanges(
        page=replace(new, ai=old.ai and new.ai, snippet=min(old.snippet, new.snippet)),
        before=number - 1,
        fields=tuple(
            ChangeView(label=(now.get(place) or was[place])[0], pieces=tuple(pieces))
            for place in places
            if (pieces := list(_pieces(was.get(place, ("", ""))[1], now.get(place, ("", ""))[1])))
        ),
        withheld=bool(withheld),
        attribution=tuple(
            dict.fromkeys(words for page in (old, new) for source in page.sources for words in source.attribution)
        ),
    )


def _texts(page: StoryPage) -> Iterator[tuple[str, tuple[str, str]]]:
    """What a page says, by place, each with what a reader calls it; in the order of the page."""
    by = page.desk.name if not page.edited_by else f"{page.desk.name}, {page.edited_by.name}"
    yield "filing", (_("Filed"), f"{page.form_label}. {by}")
    if page.card.ours:
        yield "headline", (_("Headline"), page.headline)
    if page.card.dek:
        yield "dek", (_("Under the headline"), page.card.dek)
    if page.summary:
        yield "summary", (_("The news"), page.summary.text)
    for note in page.notes:
        yield f"notes.{note.slot}", (note.label, f"{note.title}\n{note.text}".strip())
    for claim in page.claims:
        # As it stood when that version was written.
        stood = (claim.written, claim.written_why) if claim.written else (claim.label, claim.why)
        stances = "; ".join(f"{cell.source.title}: {cell.stance_label}" for cell in claim.evidence)
        yield f"claims.{claim.id}", (_("Claim"), "\n".join(filter(None, (claim.text, *stood, stances))))
    for item in page.watch:
        by = _("By %(day)s, %(n)d%% likely.") % {"day": date_format(item.due, "j F Y"), "n": item.likelihood}
        yield f"watch.{item.id}", (_("What to watch"), f"{item.statement}\n{by} {item.settled_by}")
    for source in page.sources:
        line = f"{source.title} ({source.publisher.name}), {source.role_label}"
        yield f"sources.{source.id}", (_("Coverage drawn on"), line)
        if source.copied_from:
            yield f"sources.{source.id}.copied_from", (_("Whose text it carries"), source.copied_from)
        if source.why:
            yield f"sources.{source.id}.why", (_("Why it is there"), source.why)
    if page.mentions:
        yield "mentions", (_("Mentioned"), ", ".join(mention.name for mention in page.mentions))
    if page.disclosure:
        yield "disclosure", (_("How this was made"), page.disclosure)
    if page.conflicts:
        yield "conflicts", (_("Our stake in it"), page.conflicts)
    for place, name, made in making.parts(page.head, page.summary, page.notes, page.claims_made, page.watch_made):
        if made.said:
            yield f"made.{place}", (_("How this was made"), making.sentence(name, made))


def _there(places: Iterable[str]) -> set[str]:
    """The parts of which a page says something: each place, and what it is one row of."""
    return {part for place in places for part in (place, place.partition(".")[0])}


def _parts(content: dict[str, Any]) -> Iterator[str]:
    """The same places, as far as a frozen content holds something there."""
    yield from ("filing", "headline")
    yield from (name for name in ("dek", "summary", "mentions", "disclosure", "conflicts") if content.get(name))
    yield from (f"notes.{note['slot']}" for note in content["notes"])
    for kind in ("claims", "watch", "sources"):
        yield from (f"{kind}.{row['id']}" for row in content[kind])
    yield from (f"sources.{row['id']}.why" for row in content["sources"] if row["why"])
    yield from (f"sources.{row['id']}.copied_from" for row in content["sources"] if row.get("copied_from"))
    frozen = {"headline": content.get("head", {}), "summary": content["summary"] or {}}
    frozen |= {f"notes.{note['slot']}": note for note in content["notes"]}
    yield from (f"made.{place}" for place, raw in frozen.items() if making.view(raw).said)


def _pieces(old: str, new: str) -> Iterator[PieceView]:
    """What is gone and what is new, with a little of what stands around; nothing of two equal texts."""
    if old == new:
        return
    compared = (differing.words if len(old) + len(new) < LONG else differing.lines)(old, new)
    for n, piece in enumerate(compared):
        first, last = n == 0, n == len(compared) - 1
        text = piece.text
        if piece.kind == "same" and len(text) > (NEAR if first or last else 2 * NEAR):
            head, tail = text[:NEAR].rpartition(" ")[0], text[-NEAR:].partition(" ")[2]  # no word is cut
            text = f"{'' if first else head} … {'' if last else tail}"
        yield PieceView(kind=piece.kind, text=text)


def _words(old: str, new: str) -> int:
    """How many words two texts show side by side: all of the new one, and what is gone."""
    return count_words(new) + sum(count_words(p.text) for p in differing.words(old, new) if p.kind == "gone")
