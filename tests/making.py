"""Rows for tests, with one word where a test does not care. Everything is made as the desk makes it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from analysis import editing, establishing, judging, sharing, tallying
from analysis.addresses import canonical
from analysis.models import (
    Article,
    Claim,
    ContextNote,
    Desk,
    Domain,
    Entity,
    Evidence,
    Mention,
    PageReading,
    PreviewLink,
    Publisher,
    Source,
    Story,
    StoryLink,
    Summary,
    Terms,
    Topic,
    WatchItem,
)

_numbers = count(1)
REGISTER = "https://register.test/1"  # where an outcome can be seen
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


def publisher(name: str = "", host: str = "") -> Publisher:
    n = next(_numbers)
    made = Publisher.objects.create(
        name=name or f"Wire {n}", slug=f"wire-{n}", homepage=f"https://{host or f'wire-{n}.test'}/"
    )
    Domain.objects.create(publisher=made, host=host or f"wire-{n}.test")
    return made


def article(of: Publisher | None = None, title: str = "Their headline", path: str = "", **fields: Any) -> Article:
    of = of or publisher()
    host = of.domains.first().host
    fields = {"published_at": LONG_AGO, "retrieved_at": LONG_AGO, **fields}
    url = canonical(f"https://{host}/{path or next(_numbers)}")
    return Article.objects.create(url=url, title=title, publisher=of, **fields)


def terms(of: Publisher, **fields: Any) -> Terms:
    fields = {"scope": "publisher", "basis": "publisher", "effective_from": LONG_AGO, **fields}
    made = Terms(publisher=of, **fields)
    made.full_clean()
    made.save()
    return made


def topic() -> Topic:
    return Topic.objects.get_or_create(slug="grids", defaults={"name": "Grids", "description": "Who gets power."})[0]


def desk() -> Desk:
    return Desk.objects.get_or_create(slug="analysis", defaults={"name": "Analysis desk"})[0]


def draft(original: Article | None = None, *, slug: str = "", summary: str = "It said so.", **fields: Any) -> Story:
    """A working copy with an original and a summary: ready to be published."""
    n = next(_numbers)
    story = Story.objects.create(
        slug=slug or f"story-{n}",
        **{"headline": f"Headline {n}", "dek": "A dek.", "topic": topic(), "desk": desk(), "disclosure": "By people."}
        | fields,
    )
    Source.objects.create(story=story, article=original or article(), role="original", in_summary=True)
    if summary:
        Summary.objects.create(story=story, text=summary)
    return story


def published(original: Article | None = None, *, at: datetime | None = None, **fields: Any) -> Story:
    story = draft(original, **fields)
    editing.publish(story, None, at=at)
    story.refresh_from_db()
    return story


def share(story: Story) -> str:
    """Makes a preview link whose token is known by the story’s address, for the crawl; returns the token."""
    by, _created = User.objects.get_or_create(username="sharer")
    link, _token = sharing.make(story, by, 7)
    token = f"preview-of-{story.slug}"
    PreviewLink.objects.filter(pk=link.pk).update(token_sha256=sharing.hash_of(token))
    return token


def promise(story: Story, statement: str = "It opens.", *, public: bool = True, **fields: Any) -> WatchItem:
    """A watch item; public, filed and counted as publishing does it, on a story that need not be published."""
    values = {"likelihood": 60, "settled_by": "A register", "due": date(2099, 1, 1), **fields}
    if public:
        values = {"public_since": timezone.now(), "topic": story.topic, "desk": story.desk, **values}
    made = WatchItem.objects.create(story=story, statement=statement, **values)
    if public:
        tallying.opened([made])
    return made


@dataclass
class Planted:
    """A story with a word of its own in every field, and those words by the field they stand in."""

    story: Story
    original: Article
    words: dict[str, str] = field(default_factory=dict)


NOTE_SLOTS = ("take", "connection", "disagreement", "why", "uncertainty", "synthesis", "framing")


def planted(mark: str, of: Publisher, beside: Article | None = None, **summary: Any) -> Planted:
    """A published story with canaries. `beside`: another article that it rests on; `mark` keeps stories apart."""
    words = {}

    def word(name: str) -> str:
        return words.setdefault(name, f"zq{mark}{name}zq".replace("_", ""))

    original = article(of, title=f"Theirs {word('their_title')}", path=word("their_url"))
    earlier = published(article(), headline="An earlier story")
    story = Story.objects.create(
        slug=f"planted-{mark}",
        headline=word("headline"),
        dek=word("dek"),
        disclosure=word("disclosure"),
        conflicts=word("conflicts"),
        topic=topic(),
        desk=desk(),
        head_made_by="both",
        head_model=word("head_model"),
        head_checked_by=desk(),
        head_checked_at=LONG_AGO,
        claims_made_by="both",
        claims_model=word("claims_model"),
        claims_checked_by=desk(),
        claims_checked_at=LONG_AGO,
        watch_made_by="model",
        watch_model=word("watch_model"),
        watch_checked_by=desk(),
        watch_checked_at=LONG_AGO,
    )
    source = Source.objects.create(
        story=story,
        article=original,
        role="original",
        in_summary=True,
        why=word("source_why"),
        copied_from=word("copied_from"),
    )
    if beside:
        Source.objects.create(story=story, article=beside, role="primary", position=1)
    summary.setdefault("text", f"It said {word('summary')}.")
    if "summary" not in words:
        words["summary"] = f"zq{mark}summaryzq"
    Summary.objects.create(story=story, checked_by=desk(), **summary)
    for slot in NOTE_SLOTS:
        ContextNote.objects.create(
            story=story, slot=slot, title=word(f"title_{slot}"), text=f"A note, {word(f'note_{slot}')}.",
            made_by="both", model=word(f"model_{slot}"), checked_by=desk(), checked_at=LONG_AGO,
        )  # fmt: skip
    claim = Claim.objects.create(story=story, text=word("claim"), standing="reported", why=word("claim_why"))
    Evidence.objects.create(claim=claim, source=source, stance="states")
    if beside:
        Evidence.objects.create(claim=claim, source=story.sources.get(article=beside), stance="attributes")
    item = WatchItem.objects.create(
        story=story,
        statement=word("watch"),
        settled_by=word("watch_settled"),
        due=timezone.now().date() + timedelta(days=3),
        likelihood=40,
    )
    settled = WatchItem.objects.create(
        story=story,
        statement=word("settled"),
        settled_by="it",
        likelihood=40,
        position=1,
        due=timezone.now().date() + timedelta(days=1),
    )
    older = promise(story, word("replaced"), settled_by=word("replaced_settled"), public=False, position=2)
    entity = Entity.objects.create(
        name=word("mention"), slug=f"entity-{mark}", description=word("entity_description"), aliases=[word("alias")]
    )
    Mention.objects.create(story=story, entity=entity)
    StoryLink.objects.create(story=story, earlier=earlier, kind="contradicts", verdict="wrong", why=word("link_why"))
    editing.publish(story, None)
    story.refresh_from_db()
    # A second version: the first one's take and the words of its correction are now history.
    words["old_take"] = words.pop("note_take")
    WatchItem.objects.filter(pk=older.pk).update(superseded_by=item)
    story.notes.filter(slot="take").update(text=f"A newer take, {word('new_take')}.")
    editing.publish(story, None, kind="correction", reason=f"It was {word('correction')}.", thanks=word("thanks"))
    claim.refresh_from_db()
    establishing.move(claim, None, "disputed", word("standing_moved"), original)
    judging.judge(settled, None, "ambiguous", "It is not clear.")
    judging.take_back(settled, None, word("taken_back"))
    judging.judge(settled, None, "yes", word("outcome"), f"https://{of.domains.first().host}/{word('outcome_url')}")
    # What its server answered: of where it leads only the host is told, of a failure not why.
    PageReading.objects.create(
        article=original,
        asked_at=timezone.now(),
        occasion="published",
        outcome="answered",
        status=200,
        final_url=f"https://{word('leads')}.{of.domains.first().host}/zqprivatezq",
        sha256=word("hash"),
        memento=f"https://archive.test/{word('copy')}",
        why="zqprivatezq",
    )
    story.refresh_from_db()
    share(story)
    assert item.pk
    return Planted(story, original, words)
