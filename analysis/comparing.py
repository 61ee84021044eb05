"""Our text beside the text it was made from: what an editor pasted is held, compared, and forgotten.

What comes out of here are numbers and our own words. The source's words stay in their row until it is deleted.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analysis import overlap
from analysis.models import Source, SourceText
from analysis.models.desk import HELD_FOR
from analysis.models.stories import Role
from analysis.models.writing import Slot
from analysis.overlap import Overlap, Passage
from analysis.text import as_read, quotations

PAGE_SHARE = gettext_noop(
    "%(n)d of the %(all)d words of this page are as %(publisher)s wrote them; at most %(max)d %% may be. Retell it."
)
SUMMARY_SHARE = gettext_noop(
    "%(n)d of the %(all)d words of the summary are as %(publisher)s wrote them; at most %(max)d %% may be. Retell it."
)
RUNS_SHOWN = 5  # of one source; the longest ones


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


def stops(content: dict[str, Any], public: set[int], reason: str = "") -> list[str]:
    """What this content takes word for word that it may not: a sentence for each run, and for too large a share.

    `public` are ids of watch items that can no longer be changed; `reason` is what will be said of the change.
    """
    held = SourceText.objects.filter(source__in=[s["id"] for s in content["sources"]])
    found = []
    for row in held.select_related("source__article__publisher").order_by("source__position", "source_id"):
        publisher = str(row.source.article.publisher)
        passages = list(_passages(content, public, reason))
        whole = overlap.compare(passages, row.text)
        found += _long_runs(whole, publisher)
        # The summary apart as well: a long take must not dilute one that is theirs throughout.
        summary = overlap.compare([p for p in passages if p.name == _("Summary")], row.text)
        if whole.too_much:
            found.append(_share(whole, publisher, _(PAGE_SHARE)))
        elif summary.too_much:
            found.append(_share(summary, publisher, _(SUMMARY_SHARE)))
    return found


def advice(content: dict[str, Any]) -> list[str]:
    """Says of which articles no text is held, so that nothing taken from them could be found."""
    leads = {s["id"] for s in content["sources"] if s["role"] == Role.ORIGINAL or s["in_summary"]}
    unheld = Source.objects.filter(pk__in=leads, held_text__isnull=True).select_related("article__publisher")
    names = ", ".join(dict.fromkeys(str(source.article.publisher) for source in unheld))
    if not names:
        return []
    return [
        _("Not checked for words taken from: %(names)s. Paste the article’s text at its source to check.")
        % {"names": names}
    ]


def _passages(content: dict[str, Any], public: set[int], reason: str) -> Iterator[Passage]:
    """Everything of ours that can still be changed."""
    texts = [(_("Headline"), content["headline"]), (_("Dek"), content["dek"])]
    if content["summary"]:
        texts.append((_("Summary"), content["summary"]["text"]))
    for note in content["notes"]:
        label = str(Slot(note["slot"]).label)
        texts += [(label, note["title"]), (label, note["text"])]
    for claim in content["claims"]:
        texts += [(_("Claim"), claim["text"]), (_("Claim"), claim["why"])]
    for item in content["watch"]:
        if item["id"] not in public:
            texts += [(_("Watch item"), item["statement"]), (_("Watch item"), item["settled_by"])]
    texts.append((_("The sentence that readers see"), reason))
    for name, text in texts:
        read = as_read(text)
        yield Passage(name, read, tuple(quotations(read)))


def _long_runs(found: Overlap, publisher: str) -> list[str]:
    return [
        _(
            "%(name)s: %(n)d words in a row are those of %(publisher)s; at most %(max)d may be. Say it in our words "
            "or quote it between quotation marks: “…%(before)s[%(run)s]%(after)s…”."
        )
        % {
            "name": run.name,
            "n": run.words,
            "publisher": publisher,
            "max": overlap.MOST_IN_A_ROW,
            "before": run.before,
            "run": run.text,
            "after": run.after,
        }
        for run in found.runs[:RUNS_SHOWN]
    ]


def _share(found: Overlap, publisher: str, sentence: str) -> str:
    most = round(overlap.MOST_SHARE * 100)
    return sentence % {"n": found.taken, "all": found.words, "publisher": publisher, "max": most}
