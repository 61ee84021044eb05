"""What new terms would do, shown before they are saved. No script: what is typed stays typed."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.effects import Effects, dry_run
from analysis.models import Hold, RuleVersion, Terms
from analysis.terms import FOREVER


class Foresight(forms.BaseForm):
    """A form that is valid once its effects were seen: those of these very words, under the rules of now.

    The page sends back as `seen` what it showed; anything that has moved since makes it show the effects again.
    """

    effects: Effects | None = None

    def would_make(self) -> tuple[Sequence[Terms], Sequence[Hold]]:
        """The terms that saving would make, and the holds that it would end."""
        raise NotImplementedError

    def full_clean(self) -> None:
        super().full_clean()
        if not self.is_bound or self.errors:
            return
        if transaction.get_connection().in_atomic_block:
            # Nobody writes a rule between this look and our save: whoever does waits for this row.
            RuleVersion.objects.select_for_update().get(pk=1)
        made, lifted = self.would_make()
        if self.errors or not (made or lifted):
            return
        self.effects = dry_run(made, timezone.now(), lifted)
        if self.data.get("seen") != self.seen:
            self.add_error(None, _("Nothing is saved yet. Look at what this changes, then save."))

    @property
    def seen(self) -> str:
        """What was shown, in one word."""
        assert self.effects  # noqa: S101  asked only after they were worked out
        typed = sorted((name, str(value)) for name, value in self.cleaned_data.items())
        shown = replace(self.effects, at=FOREVER)  # the time of the look is no news
        return hashlib.sha256(repr((typed, shown)).encode()).hexdigest()


class ForesightForm(Foresight, forms.ModelForm):
    """The same for one statement of terms."""

    instance: Terms

    def would_make(self) -> tuple[Sequence[Terms], Sequence[Hold]]:
        return [self.instance], []
