"""What new terms or holds would do, shown before they are saved. No script: what is typed stays typed."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis.effects import Effects, dry_run
from analysis.explaining import Finding
from analysis.models import Hold, RuleVersion, Terms
from analysis.terms import FOREVER
from newsroom.admin.why import REASONS, names_of
from newsroom.admin.wording import FIELDS, value_in_words


class Foresight(forms.BaseForm):
    """A form that is valid once its effects were seen: those of these very words, under the rules of now.

    The page sends back as `seen` what it showed; anything that has moved since makes it show the effects again.
    """

    effects: Effects | None = None
    look = gettext_lazy("Nothing is saved yet. Look at what this changes, then save.")
    anyway = False  # to be looked at also if no terms and no holds change

    def would_make(self) -> tuple[Sequence[Terms | Hold], Sequence[Hold]]:
        """The terms and holds that saving would make, and the holds that it would end."""
        raise NotImplementedError

    def full_clean(self) -> None:
        super().full_clean()
        if not self.is_bound or self.errors:
            return
        if transaction.get_connection().in_atomic_block:
            # Nobody writes a rule between this look and our save: whoever does waits for this row.
            RuleVersion.objects.select_for_update().get(pk=1)
        made, lifted = self.would_make()
        if self.errors or not (made or lifted or self.anyway):
            return
        self.effects = dry_run(made, timezone.now(), lifted)
        if self.data.get("seen") != self.seen:
            self.add_error(None, self.look)

    @property
    def seen(self) -> str:
        """What was shown, in one word."""
        assert self.effects  # noqa: S101  asked only after they were worked out
        typed = sorted((name, str(value)) for name, value in self.cleaned_data.items())
        # The time of the look is no news, and a ruling's statements are of that very moment.
        shown = replace(self.effects, at=FOREVER, overruled=())
        overruled = [(name, f.rule.id, f.reason, f.by and f.by.id) for name, f in self.effects.overruled]
        return hashlib.sha256(repr((typed, shown, overruled)).encode()).hexdigest()

    @property
    def shown(self) -> dict[str, Any]:
        """For the template; nothing if there is nothing to show."""
        if not self.effects:
            return {}
        return {"effects": self.effects, "seen": self.seen, "overruled": _overruled(self.effects.overruled)}


@dataclass(frozen=True)
class Overruled:
    """What `statements` new statements say of a field and does not count, and what stands in the way."""

    field: str
    value: str
    reason: str
    by: str
    by_link: str
    statements: int


def _overruled(found: Sequence[tuple[str, Finding]]) -> list[Overruled]:
    names = names_of(one.by for _field, one in found if one.by)
    alike = Counter(
        (str(FIELDS[field]), value_in_words(field, one.rule), str(REASONS[one.reason]),
         *(names.get(one.by.id, (_("another of these statements"), "")) if one.by else ("", "")))
        for field, one in found
    )  # fmt: skip
    return [Overruled(*words, statements) for words, statements in alike.items()]


class ForesightForm(Foresight, forms.ModelForm):
    """The same for one statement of terms."""

    instance: Terms

    def would_make(self) -> tuple[Sequence[Terms | Hold], Sequence[Hold]]:
        return [self.instance], []
