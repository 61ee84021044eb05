"""Why the terms of a work are what they are: for each field the rule that governs, and why each other does not. Pure.

It asks the same functions that analysis.terms decides with, in the same order, so the two cannot disagree.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from analysis.terms import (
    DECIDED,
    HOLDING,
    SIGNALS,
    Basis,
    Permit,
    Rule,
    Scope,
    Work,
    about,
    applies,
    counting,
    newest,
    not_withdrawn,
    place_of,
    resolve,
    speaks,
)

FIELDS = (*DECIDED, "attribution")


class Reason(Enum):
    """Why a statement governs a field, or does not."""

    GOVERNS = auto()
    TIGHTENED = auto()  # it holds, and one that can only make it stricter does so; gone, it would leave a gap
    LESS_STRICT = auto()  # it could make what holds stricter, and one beside it is as strict or stricter
    LESS_SPECIFIC = auto()
    ELSEWHERE = auto()  # it is about other parts of the site
    PUBLISHER = auto()  # the publisher's decision takes its place
    PRESUMED = auto()  # it could make stricter what is presumed, and that is stricter by itself
    NO_DEFAULT = auto()  # nobody said what the default is, so the strictest value holds
    SUPERSEDED = auto()
    WITHDRAWN = auto()
    WITHDRAWAL = auto()  # it takes back what was said before, and says nothing itself
    NOT_YET = auto()


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement on one field. `by` is the rule that stands in its way, where there is one."""

    rule: Rule
    reason: Reason
    by: Rule | None = None

    @property
    def idle(self) -> bool:
        """Without this statement the field would be the same."""
        if self.reason in (Reason.LESS_STRICT, Reason.PRESUMED) and self.rule.basis in SIGNALS:
            return False  # gone, it would let what the site says by the same signal count
        return self.reason not in (Reason.GOVERNS, Reason.TIGHTENED, Reason.WITHDRAWAL, Reason.ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Explanation:
    permit: Permit
    findings: dict[str, tuple[Finding, ...]]  # by field: what governs first, the rest by precedence


def explain(rules: Iterable[Rule], work: Work, now: datetime) -> Explanation:
    """What the rules come to for a work at an aware moment, and every statement on it with its reason."""
    concerning = [r for r in rules if applies(r, work)]
    permit = resolve(concerning, work, now)
    return Explanation(permit, {name: _findings(name, work, concerning, permit, now) for name in FIELDS})


def overruled(
    made: Sequence[Rule], works: Iterable[Work], rules_for: Callable[[Work], Iterable[Rule]], now: datetime
) -> list[tuple[str, Finding]]:
    """The fields of new statements `made` that decide nothing for any of these works, each with what stands in its way.

    `rules_for` gives all rules that can concern a work, the new ones too; `now` is aware. A statement that concerns
    none of the works is tried at a page of its own place, of which nothing more is known.
    """
    new = {rule.id: rule for rule in made}
    deciding: set[tuple[str, int]] = set()
    first: dict[int, Work] = {}
    for work in works:
        rules = list(rules_for(work))
        deciding.update(resolve(rules, work, now).governing.items())
        for rule in rules:
            if rule.id in new and applies(rule, work):
                first.setdefault(rule.id, work)
    found = []
    for rule in made:
        work = first.get(rule.id) or _page_of(rule)
        idle = [name for name in FIELDS if speaks(rule, name) and (name, rule.id) not in deciding]
        findings = explain(rules_for(work), work, now).findings if idle else {}
        said = [(name, one) for name in idle for one in findings[name] if one.rule.id == rule.id]
        found += [(name, one) for name, one in said if one.reason is not Reason.GOVERNS]
    return found


def _page_of(rule: Rule) -> Work:
    return Work(rule.value if rule.scope is Scope.URL else f"https://{rule.value}", rule.publisher or 0)


def _findings(name: str, work: Work, concerning: list[Rule], permit: Permit, now: datetime) -> tuple[Finding, ...]:
    begun = [r for r in concerning if r.effective_from <= now]
    standing = not_withdrawn(begun)
    latest = newest(name, standing)
    here = about(work, latest)
    # Words of attribution add up: each of the newest is shown.
    count = here if name == "attribution" else counting(name, here)
    governing = {r.id for r in count} if name == "attribution" else {permit.governing.get(name)}

    def finding(rule: Rule) -> Finding:
        if rule.effective_from > now:
            return Finding(rule, Reason.NOT_YET)
        if rule.revoked:
            return Finding(rule, Reason.WITHDRAWAL)
        beside = [r for r in begun if place_of(r) == place_of(rule)]
        if rule not in standing:
            return Finding(rule, Reason.WITHDRAWN, max((r for r in beside if r.revoked), key=_age))
        if rule not in latest:
            return Finding(rule, Reason.SUPERSEDED, max((r for r in beside if r in latest), key=_age))
        if rule not in here:
            return Finding(rule, Reason.ELSEWHERE)
        if rule.id in governing:
            return Finding(rule, Reason.GOVERNS)
        if rule in count:
            decisive = next((r for r in count if r.id in governing), None)
            if not decisive:
                return Finding(rule, Reason.PRESUMED)
            return Finding(rule, Reason.TIGHTENED if rule.basis in HOLDING else Reason.LESS_STRICT, decisive)
        if not count:
            return Finding(rule, Reason.NO_DEFAULT)
        # What is left are our own decisions, the publisher's, and signals; the publisher's takes the place of both.
        ruling = next((r for r in count if r.basis in HOLDING), None)
        if ruling and ruling.basis is Basis.PUBLISHER and rule.basis is not Basis.PUBLISHER:
            return Finding(rule, Reason.PUBLISHER, ruling)
        same = next((r for r in count if r.basis is rule.basis or (r.signal and r.signal == rule.signal)), ruling)
        return Finding(rule, Reason.LESS_SPECIFIC, same)

    found = [finding(rule) for rule in concerning if speaks(rule, name)]
    return tuple(sorted(found, key=lambda f: (f.reason is not Reason.GOVERNS, _precedence(f.rule))))


def _age(rule: Rule) -> tuple[datetime, int]:
    return rule.effective_from, rule.id


def _precedence(rule: Rule) -> tuple[float, ...]:
    """Highest first."""
    return (-rule.basis, -rule.scope, -len(rule.value), -rule.effective_from.timestamp(), -rule.id)
