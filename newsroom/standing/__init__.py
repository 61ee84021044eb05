"""The standing pages under /about/: Markdown beside this file, the title in the first line, `.fr` for the French."""

from pathlib import Path

from analysis.models import Page

HERE = Path(__file__).parent
ORDER = ["how-we-write", "corrections", "who-we-are", "rights", "accessibility", "privacy", "security"]


def load(own: Path | None = None) -> int:
    """Write the pages that are missing and touch no other. A file in `own` goes before ours of the same name.

    Returns the number of pages written.
    """
    files = {path.name: path for folder in (HERE, own) if folder for path in folder.glob("*.md")}
    written = 0
    for path in sorted(files.values()):
        slug, _, language = path.stem.partition(".")
        title, _, body = path.read_text(encoding="utf-8").partition("\n")
        _page, new = Page.objects.get_or_create(
            slug=slug,
            language=language or "en",
            defaults={
                "title": title.removeprefix("# ").strip(),
                "body": body.strip(),
                "position": ORDER.index(slug) if slug in ORDER else len(ORDER),
            },
        )
        written += new
    return written
