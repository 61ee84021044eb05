"""What the law wants a demand to hold.

A demand that lacks something is kept, acted on as far as it goes, and asked for the rest; it is never thrown away.
Sources: 17 U.S.C. 512(c)(3)(A) for copyright; Regulation (EU) 2022/2065 (DSA) Article 16(2) for every other notice.
"""

from typing import Any, cast

from django.db import models

from analysis.models import Case
from analysis.models.cases import CaseKind, CaseLane

_DSA = ("good_faith",)  # explanation, exact addresses, name and e-mail are asked of everyone already
_COPYRIGHT = ("work", "signature", "good_faith", "accurate", "postal_address")
_WANTED: dict[str, tuple[str, ...]] = {
    CaseKind.COPYRIGHT: _COPYRIGHT,
    CaseKind.PRESS_PUBLISHERS_RIGHT: _COPYRIGHT,
    CaseKind.TRADEMARK: ("authority", *_DSA, "accurate"),
    CaseKind.COURT_ORDER: ("authority", "signature"),
}
FIELDS = ("work", "authority", "signature", "postal_address", "phone", "good_faith", "accurate")


def wanted(kind: str) -> tuple[str, ...]:
    """The fields of a case, beside those that everyone fills in, that a demand of this kind must hold."""
    preference = not kind or kind in Case.PREFERENCES
    return () if preference else _WANTED.get(kind, _DSA)


def field_of(name: str) -> "models.Field[Any, Any]":
    """The field of a case with this name: it knows its label and how it is asked for."""
    return cast("models.Field[Any, Any]", Case._meta.get_field(name))


def asked_for(case: Case) -> list[str]:
    """The labels of what is missing."""
    return [str(field_of(name).verbose_name) for name in missing(case)]


def missing(case: Case) -> tuple[str, ...]:
    """The fields that are still empty. For contact, a telephone does as well as a postal address."""
    if case.lane != CaseLane.LEGAL:
        return ()
    return tuple(
        name for name in wanted(case.kind) if not getattr(case, name) and not (name == "postal_address" and case.phone)
    )
