"""Cases: every step that a sender or the newsroom can take, and nothing else that changes a case.

Each step is a compare-and-set on the case's state, its event in the chain, and the mail that must go out, all in one
transaction. Of two people who act at once, one acts and the other gets StaleCaseError. Whoever calls these enqueues the
mail worker in the same transaction (newsroom/tasks.py); the outbox row is what counts.
"""

from analysis.rights import statute
from analysis.rights.appeals import appeal, appealable, contestable_until, why_not_appealable, why_not_theirs
from analysis.rights.erasing import close_what_is_over, erase, erase_stray_mail
from analysis.rights.filing import (
    Request,
    complete,
    confirm,
    open_case,
    send_access,
    withdraw,
    write,
)
from analysis.rights.joining import goes_with, join, separate
from analysis.rights.lines import MAX_URLS, matched_articles, named_pages, read_line
from analysis.rights.promises import promised
from analysis.rights.proving import ask, challenge, hosts_to_prove, not_proved, notify, prove, strong_proofs, token_of
from analysis.rights.record import (
    DECIDABLE,
    OPEN,
    RightsError,
    StaleCaseError,
    begins_with,
    cases_of,
    first_broken,
    first_broken_of,
    held_by_itself,
    lock,
)
from analysis.rights.review import (
    answer,
    assign,
    close,
    decide,
    drafted_holds,
    give_reasons,
    hold,
    lift,
    note,
    take_up,
)
from analysis.rights.ruling import Ruling, check, concerned, drafted, liftable

__all__ = [
    "DECIDABLE",
    "MAX_URLS",
    "OPEN",
    "Request",
    "RightsError",
    "Ruling",
    "StaleCaseError",
    "answer",
    "appeal",
    "appealable",
    "ask",
    "assign",
    "begins_with",
    "cases_of",
    "challenge",
    "check",
    "close",
    "close_what_is_over",
    "complete",
    "concerned",
    "confirm",
    "contestable_until",
    "decide",
    "drafted",
    "drafted_holds",
    "erase",
    "erase_stray_mail",
    "first_broken",
    "first_broken_of",
    "give_reasons",
    "goes_with",
    "held_by_itself",
    "hold",
    "hosts_to_prove",
    "join",
    "lift",
    "liftable",
    "lock",
    "matched_articles",
    "named_pages",
    "not_proved",
    "note",
    "notify",
    "open_case",
    "promised",
    "prove",
    "read_line",
    "send_access",
    "separate",
    "statute",
    "strong_proofs",
    "take_up",
    "token_of",
    "why_not_appealable",
    "why_not_theirs",
    "withdraw",
    "write",
]
