"""Requests as a publisher would file them."""

from itertools import count
from typing import Any
from uuid import UUID, uuid4

from analysis import rights
from analysis.models import Case

SITE = "desk.test"
_numbers = count(1)


def request(*urls: str, submission: UUID | None = None, **fields: Any) -> rights.Request:
    said = {
        "want": "remove",
        "kind": "opt_out",
        "explanation": "Please.",
        "name": "Rights desk",
        "organisation": "Example Wire",
        "relation": "publisher",
        "email": f"rights-{next(_numbers)}@wire.test",  # beyond some, one address gets no mail unasked
        "language": "en",
    }
    return rights.Request(submission=submission or uuid4(), urls=urls, **said | fields)


def opened(*urls: str, **fields: Any) -> Case:
    return rights.open_case(request(*urls, **fields), SITE)


def confirmed(*urls: str, **fields: Any) -> Case:
    case = opened(*urls, **fields)
    rights.confirm(case)
    return case


REMOVE = rights.Ruling("granted", "remove", "You asked us to.")


def link_only(scope: str = "url", value: str = "", **fields: Any) -> rights.Ruling:
    return rights.Ruling("granted", "terms", "As you asked.", scope=scope, value=value, **{"level": "link"} | fields)
