"""Which statements on a publisher's work decide or restrict anything, and of which of its fields. Pure.

It asks the functions that analysis.terms decides with, for one page in every part that the statements tell apart: a
part of a site lies in another or beside it, so wherever a page may be, the same rules hold as for one of these.
"""

from collections.abc import Iterable

from analysis.explaining import FIELDS
from analysis.terms import SHORT_WORDS, Basis, Level, Rule, Scope, Work, applies, counting, decide, newest

_NEW = "%7E"  # no statement names a page of this name: analysis.addresses writes it as ~
_ANYWHERE = f"https://elsewhere.invalid/{_NEW}"


def somewhere(rule: Rule) -> str:
    """The address of a page that a statement is about, and none that is about less."""
    match rule.scope:
        case Scope.URL:
            return rule.value
        case Scope.DOMAIN | Scope.PATH:
            return f"https://{rule.value.rstrip('/')}/{_NEW}"
        case _:
            return _ANYWHERE


def bearing(rules: Iterable[Rule], work: Work) -> set[tuple[int, str]]:
    """Statement and field, for each that decides or restricts a field of a work, or would if none beside it were
    stricter; of our own decisions those that do. `rules`: in force, none withdrawn. A field that the level leaves no
    room for is decided by nobody.

    A signal that names parts of a site counts, and takes no other's place: there are pages in them and beside them.
    """
    here = [rule for rule in rules if applies(rule, work)]
    level = Level(decide("level", _whole(newest("level", here)))[0])
    found = set()
    for name in FIELDS:
        latest = newest(name, here)
        for rule in latest:
            beside = [*_whole(latest), rule] if rule.places else _whole(latest)
            if _room(name, rule, level) and _counts(name, rule, beside):
                found.add((rule.id, name))
    return found


def _counts(name: str, rule: Rule, beside: list[Rule]) -> bool:
    if name == "attribution":
        return True  # words add up
    return decide(name, beside)[1] is rule if rule.basis is Basis.HOUSE else rule in counting(name, beside)


def _whole(rules: list[Rule]) -> list[Rule]:
    return [rule for rule in rules if not rule.places]


def _room(name: str, rule: Rule, level: Level) -> bool:
    """Whether a level lets what a statement says of a field show."""
    match name:
        case "level":
            return True
        case "max_words":
            return level is Level.FULL or (level is Level.SHORT and (rule.max_words or 0) < SHORT_WORDS)
        case "quote_words" | "quote_chars":
            return level is Level.FULL
        case _:
            return level > Level.NONE
