"""Parts of a site as robots.txt names them: prefixes with `*` and `$`. Pure: no Django, no network.

RFC 9309 sections 2.2.2 and 2.2.3. Matched by hand, piece after piece: turned into a regular expression, a hostile
pattern such as `/*a*a*a*a*b` takes exponential time.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote, urlsplit

# Patterns in the order in which they are asked; the first that matches a URL says whether the statement is about it.
type Places = tuple[tuple[str, bool], ...]

MOST = 500  # patterns in one statement
LONGEST = 500  # characters in one pattern
_SAFE = "/%:@!&'()+,;=~-._?"
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]")


def named(url: str, places: Places) -> bool:
    """Whether a statement about these parts of a site is about this URL. About no part in particular: about all."""
    if not places:
        return True
    target = _one_spelling(_target(url), safe=_SAFE)  # a `*` or `$` of its own is escaped, so no pattern mistakes it
    return next((said for pattern, said in places if _matches(pattern, target)), False)


def longest_first(places: Iterable[tuple[str, bool]], *, ties: bool) -> Places:
    """Patterns of which the longest that matches counts, as a list of which the first does.

    Of two as long as each other, those that say `ties` come first. Raises ValueError, as kept() does.
    """
    return tuple(sorted(kept(places), key=lambda place: (-len(place[0]), place[1] is not ties)))


def kept(places: Iterable[tuple[str, bool]]) -> Places:
    """Patterns in their order and in one spelling, ready for named().

    Raises ValueError for more than MOST of them, or one longer than LONGEST: whoever cannot keep them all must take
    the statement to be about everything.
    """
    given = list(dict.fromkeys(places))
    if len(given) > MOST or any(len(pattern) > LONGEST for pattern, _said in given):
        raise ValueError(f"more than {MOST} patterns, or one longer than {LONGEST} characters")
    return tuple((_one_spelling(pattern, safe=_SAFE + "*$"), said) for pattern, said in given)


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _one_spelling(text: str, *, safe: str) -> str:
    """Percent-encoding as RFC 9309 2.2.2 compares it: what needs no escape has none, every other octet has one."""
    escaped = quote(_STRAY.sub("%25", text), safe=safe, errors="surrogatepass")
    return _ESCAPE.sub(lambda m: c if _UNRESERVED.fullmatch(c := unquote(m[0])) else m[0].upper(), escaped)


def _matches(pattern: str, target: str) -> bool:
    """Greedy: each piece between two stars is looked for behind the piece before it, once."""
    anchored = pattern.endswith("$")
    first, *rest = (pattern[:-1] if anchored else pattern).replace("$", "%24").split("*")
    if not target.startswith(first):
        return False
    at = len(first)
    if not rest:
        return not anchored or at == len(target)
    *between, last = rest
    for piece in between:
        at = target.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    if anchored:
        return len(target) - len(last) >= at and target.endswith(last)
    return target.find(last, at) >= 0
