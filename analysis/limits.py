"""Limits on what a stranger can make us do."""

from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from analysis.models import Attempt

KEPT = timedelta(days=1)


def spend(what: str, who: str, most: int, within: timedelta, at: datetime) -> bool:
    """Whether `who` may do `what` once more: at most `most` times `within` a time. Counts it if so.

    `at` is aware. What is refused is not written, so that a flood leaves `most` rows. Two at the same instant may both
    be let in: a limit is no lock.
    """
    mine = Attempt.objects.filter(what=what, key=_key(who), at__gt=at - within)
    if mine.count() >= most:
        return False
    Attempt.objects.create(what=what, key=_key(who), at=at)
    return True


def forget(at: datetime) -> int:
    """Delete what is older than a day. Returns how many rows."""
    return Attempt.objects.filter(at__lt=at - KEPT).delete()[0]


def _key(who: str) -> str:
    """Not the address itself: the database shall not say who came by."""
    return salted_hmac("analysis.limits", who, algorithm="sha256").hexdigest()
