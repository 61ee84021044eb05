"""The lines of a request: what each names, and what we know of it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from analysis.addresses import MAX_LENGTH, AddressError, canonical, host_of, page_key, path_of, spellings
from analysis.models import Article, Case, CaseURL, Citation, Publisher, Story
from analysis.models.stories import Role
from analysis.owners import owners_of

MAX_URLS = 500


def read_line(typed: str, site: str) -> str:
    """What a line of a request names: a canonical URL; for a page of ours (on the host `site`) its path alone.

    Raises AddressError.
    """
    text = typed.strip()
    if text.startswith("/") and not text.startswith("//"):
        return path_of(urlsplit(text).path)[:MAX_LENGTH]
    try:
        # Before canonical(), which refuses hosts such as localhost: ours may be one.
        parts = urlsplit(text if "://" in text else f"https://{text}")
        ours = parts.scheme in ("http", "https") and parts.hostname == site and parts.username is None
    except ValueError:
        ours = False
    return path_of(parts.path or "/")[:MAX_LENGTH] if ours else canonical(text)


def look_up(case: Case, typed: Sequence[str], site: str) -> list[CaseURL]:
    """The lines of a request: each kept as typed, whatever it turns out to be. Two queries."""
    lines = [
        CaseURL(case=case, position=position, typed=text[:2000], match=CaseURL.Match.UNREADABLE)
        for position, text in enumerate(typed)
    ]
    known_as: dict[int, list[str]] = {}
    slugs: dict[int, str] = {}
    seen: set[str] = set()
    for line, text in zip(lines, typed, strict=True):
        try:
            line.url = read_line(text, site)
        except AddressError:
            continue
        page = page_key(line.url)
        if page in seen:
            line.match = CaseURL.Match.REPEATED
            continue
        seen.add(page)
        line.match = CaseURL.Match.UNMATCHED
        path = line.url.split("/")
        if not line.url.startswith("/"):
            known_as[line.position] = spellings(line.url)
        elif path[1] == "stories" and len(path) > 2:
            slugs[line.position] = path[2]
    articles = {a.url: a for a in Article.objects.filter(url__in={u for us in known_as.values() for u in us})}
    stories = {s.slug: s for s in Story.objects.filter(slug__in=slugs.values(), current__isnull=False)}
    for line in lines:
        known = [articles[url] for url in known_as.get(line.position, []) if url in articles]
        line.article = known[0] if known else None
        line.story = stories.get(slugs.get(line.position, ""))
        if line.article or line.story:
            line.match = CaseURL.Match.MATCHED
    return lines


def matched_articles(case: Case) -> list[Article]:
    """The articles that the case's lines point to: named by their URL, or a story's originals. Two queries."""
    lines = list(case.urls.select_related("article__publisher"))
    found = {line.article.pk: line.article for line in lines if line.article}
    stories = [line.story_id for line in lines if line.story_id]
    originals = Citation.objects.filter(story__in=stories, role=Role.ORIGINAL).select_related("article__publisher")
    return list((found | {c.article_id: c.article for c in originals}).values())


def unmatched_urls(case: Case) -> list[str]:
    """The readable outside pages of a case that we do not cover: what is decided binds if we ever do."""
    lines = case.urls.filter(match=CaseURL.Match.UNMATCHED).exclude(url__startswith="/")
    return list(lines.values_list("url", flat=True))


def named_pages(case: Case, of: int | None = None) -> dict[str, Publisher | None]:
    """The outside pages that a case's lines point to, covered or not, each with the publisher it is known under; with
    `of`, the id of a publisher, theirs alone. Four queries."""
    owners: dict[str, Publisher | None] = {article.url: article.publisher for article in matched_articles(case)}
    others = [url for url in unmatched_urls(case) if url not in owners]
    hosts = owners_of({host_of(url) for url in others})
    owners |= {url: hosts[host_of(url)] for url in others}
    return {url: owner for url, owner in owners.items() if of is None or (owner is not None and owner.pk == of)}


def pages_of(case: Case) -> set[str]:
    """The pages that a case names, each in one spelling; what cannot be read, as it was typed."""
    return {page_key(line.url) if line.url else line.typed.strip() for line in case.urls.all()}
