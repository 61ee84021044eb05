"""robots.txt (RFC 9309), with the lines that others have added to it: Content-Usage, Content-Signal, License.

Groups are read here and patterns matched in analysis/patterns.py, not by protego: it drops those lines, keeps no group
that one could show, and makes regular expressions of patterns, which a hostile file can choke. The tests compare.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from analysis.patterns import Places, longest_first, named
from analysis.signals import Said
from newsroom import wire
from newsroom.wire.signals import aipref
from newsroom.wire.signals.decoding import text_of
from newsroom.wire.signals.labels import said

AGENT = wire.AGENT.lower()
MAX_LINE = 4_000
_RULES = {"allow", "disallow", "content-usage", "content-signal"}
_FIELDS = {"content-usage": "Content-Usage", "content-signal": "Content-Signal"}
_LINE_END = re.compile(r"\r\n|\r|\n")
_TOKEN = re.compile(r"[a-z_-]+")
_REFUSED = {"level": "link", "ai": "deny"}


class Line(NamedTuple):
    number: int
    key: str
    value: str
    agents: frozenset[str]  # of a rule: those of its group, in lower case; none before the first group


def read(body: bytes, content_type: str = "") -> tuple[Said, ...]:
    """What a robots.txt says to us, and, so that it can be shown, which other agents it keeps out."""
    lines = list(_lines(text_of(body, content_type)))
    ours = _ours(lines)
    found = [] if (refusal := _refusal(ours)) is None else [refusal]
    for key, name in _FIELDS.items():
        fields = [_field(line) for line in ours if line.key == key]
        found += aipref.read(name, fields)
    found += [said("RSL", "License", line.value, line=line.number) for line in lines if line.key == "license"]
    return (*found, *_others(lines))


def may_fetch(body: bytes, url: str, content_type: str = "") -> bool:
    """Whether a robots.txt lets us fetch a URL of its host."""
    refusal = _refusal(_ours(list(_lines(text_of(body, content_type)))))
    return refusal is None or not refusal.binds or not named(url, refusal.places)


def unreachable() -> tuple[Said, ...]:
    """What a robots.txt that cannot be reached, and never was, counts as (RFC 9309 section 2.3.1.4)."""
    return (said("robots.txt", "Disallow", "", _REFUSED),)


def _lines(text: str) -> Iterator[Line]:
    """The lines that say something. Agents on consecutive lines share a group; lines of no group's stand in between."""
    agents: set[str] = set()
    group: frozenset[str] = frozenset()
    open_ = False  # the group's first rule has not come yet, so another agent joins it
    for number, raw in enumerate(_LINE_END.split(text), start=1):
        key, sign, value = raw[:MAX_LINE].partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not sign or not key:
            continue
        if key == "user-agent":
            if not open_:
                agents, open_ = set(), True
            token = "*" if value.startswith("*") else _TOKEN.match(value.lower())
            agents.add(token if isinstance(token, str) else token[0] if token else "")
            yield Line(number, key, value, frozenset())
            continue
        if key in _RULES:
            if open_:
                group, open_ = frozenset(agents), False
            yield Line(number, key, value, group)
        elif key == "license":
            yield Line(number, key, value, frozenset())


def _ours(lines: list[Line]) -> list[Line]:
    """The rules of all groups that name us; if none does, of all that name everyone.

    Preferences before any group are nobody's by the standards, and taken to be everyone's.
    """
    mine = [line for line in lines if AGENT in line.agents]
    own = mine or any(line.key == "user-agent" and _named_us(line.value) for line in lines)
    return [line for line in lines if not line.agents and line.key in _FIELDS] + (
        mine if own else [line for line in lines if "*" in line.agents]
    )


def _named_us(value: str) -> bool:
    token = _TOKEN.match(value.lower())
    return token is not None and token[0] == AGENT


def _refusal(ours: Iterable[Line]) -> Said | None:
    """What is refused to us, as one statement; None if there is no rule at all."""
    rules = [line for line in ours if line.key in ("allow", "disallow") and line.value]
    if not rules:
        return None
    try:
        places: Places = longest_first(((_rooted(r.value), r.key == "disallow") for r in rules), ties=False)
    except ValueError:
        places = ()
    refusing = [r for r in rules if r.key == "disallow"]
    if not refusing:
        return said("robots.txt", "Allow", ", ".join(r.value for r in rules), line=rules[0].number)
    value = ", ".join(f"{r.key.capitalize()}: {r.value}" for r in rules)
    return said("robots.txt", "Disallow", value, _REFUSED, line=refusing[0].number, places=places)


def _rooted(pattern: str) -> str:
    return pattern if pattern.startswith(("/", "*")) else f"/{pattern}"


def _field(line: Line) -> aipref.Field:
    first, _space, rest = line.value.partition(" ")
    if first.startswith("/"):
        return aipref.Field(rest.strip(), line.number, first)
    return aipref.Field(line.value, line.number)


def _others(lines: Iterable[Line]) -> tuple[Said, ...]:
    """The agents beside us that are kept out of everything."""
    shut = [line for line in lines if line.key == "disallow" and line.value in ("/", "/*")]
    groups = {id(line.agents): line.agents for line in shut}.values()  # the lines of a group share its set
    names = sorted({agent for group in groups for agent in group} - {AGENT, "*", ""})
    if not names:
        return ()
    return (said("robots.txt", "Disallow for others", ", ".join(names), line=shut[0].number),)
