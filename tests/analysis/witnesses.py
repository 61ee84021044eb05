"""Sources as values, and in how many groups copying leaves their outlets: counted as one would by hand."""

from analysis.rendition.story_values import Ref, SourceView


def source(paper: int, copied: int) -> SourceView:
    """A source of a paper by number that carries the text of another, which may be no source here; or its own."""
    return SourceView(
        id=0, url="", title="", publisher=Ref(name=f"Paper {paper}", slug=""), name="", language="en",
        published_at=None, role="coverage", role_label="", why="", linked_only=False, stated=False, attribution=(),
        copied_from=f"PAPER {copied}" if copied != paper else "",
    )  # fmt: skip


def groups(copies: list[tuple[int, int]]) -> tuple[int, int]:
    """How many papers there are, and how many are left when those that copy are put together."""
    together: list[set[int]] = []
    for pair in copies:
        touched = [group for group in together if group & set(pair)]
        together = [group for group in together if not group & set(pair)] + [set(pair).union(*touched)]
    return len({paper for paper, _copied in copies}), len(together)
