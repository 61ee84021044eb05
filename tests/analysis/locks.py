"""In which order a step takes its locks."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

_WRITES = ("UPDATE", "INSERT", "DELETE")


def said(step: Callable[[], object]) -> list[str]:
    """The SQL that a step comes to."""
    with CaptureQueriesContext(connection) as captured:
        step()
    return [query["sql"] for query in captured]


def locks_record(sql: str) -> bool:
    return sql.startswith("SELECT") and "analysis_chain" in sql


def takes(sql: str) -> bool:
    """Whether a statement takes a lock."""
    return sql.startswith(_WRITES) or "FOR UPDATE" in sql


def record_comes_first(step: Callable[[], object]) -> bool:
    """Whether a step locks the record, and writes and locks nothing before. It must lock or write something."""
    statements = said(step)
    locked = next((i for i, sql in enumerate(statements) if locks_record(sql)), len(statements))
    return locked <= min(i for i, sql in enumerate(statements) if takes(sql) or locks_record(sql))
