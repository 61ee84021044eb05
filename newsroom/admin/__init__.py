"""The desk: the Django admin for editors. Django finds this package by its name; importing it registers every screen.

Nothing here decides what the public may see: it writes working copies and calls analysis/editing.py and
analysis/rights.py.
"""

from newsroom.admin import audit, cases, needs, people, publishers, reports, site, stories, terms

__all__ = ["audit", "cases", "needs", "people", "publishers", "reports", "site", "stories", "terms"]
