"""Watch items: which state they are in."""

from datetime import date, datetime


def state_of(stored: str, due: date, now: datetime) -> str:
    """The state a reader sees: an open item is `due` from the day after its date (UTC) until someone judges it."""
    return "due" if stored == "open" and now.date() > due else stored
