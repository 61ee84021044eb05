"""The record: what happened to every case, one event after the other, and what each says in words.

Events are append-only, and stay when a case is erased.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from analysis.models.cases import Case, CaseKind, CaseLane, CaseWant, ProofMethod
from analysis.models.decisions import DecisionAction, DecisionOutcome
from analysis.models.fields import AppendOnly
from analysis.models.publishers import Level

EVENT_WORDS = {
    "received": _("Request received."),
    "confirmed": _("Address confirmed."),
    "completed": _("What was missing was added."),
    "joined": _("Joined to an earlier request about the same pages."),
    "challenged": _("Proof of control offered."),
    "notified": _("The site’s role addresses were told."),
    "proved": _("Control of the site proved."),
    "noted": _("Somebody who reads a role mailbox of the site knows of it."),
    "separated": _("Goes on by itself: the request that it was joined to was taken back."),
    "in_review": _("Taken up by an editor."),
    "assigned": _("Given to an editor."),
    "held": _("Less is shown of the pages while the request is open."),
    "wrote": _("The sender wrote to us."),
    "answered": _("We wrote to the sender."),
    "decided": _("Decision made."),
    "checked": _("The public pages were asked whether they obey."),
    "reasons": _("Statement of reasons sent."),
    "appealed": _("The decision is contested."),
    "appeal_withdrawn": _("The appeal was taken back."),
    "withdrawn": _("Request taken back."),
    "lapsed": _("The address was never confirmed."),
    "closed": _("Case closed."),
    "erased": _("Personal data erased."),
}
_EVENT_CHOICES: dict[str, type[models.TextChoices]] = {
    "lane": CaseLane, "want": CaseWant, "kind": CaseKind, "level": Level, "outcome": DecisionOutcome,
    "action": DecisionAction, "method": ProofMethod,
}  # fmt: skip


class Chain(models.Model):
    """One row: how long the record of events is, and the hash of its last one. Whoever appends locks it first."""

    length = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("chain of events")

    def __str__(self) -> str:
        return f"{self.length}: {self.head}"


class Event(AppendOnly):
    """One step of a case. All events make one chain of hashes (analysis/rights/record.py), kept when a case is erased:
    no personal data in them but the names of hosts, which whoever offers a proof types."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    position = models.PositiveBigIntegerField(unique=True)  # 1, 2, 3… in the whole record, without a gap
    kind = models.CharField(max_length=30)
    data = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    previous = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["position"]
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return f"{self.position}: {self.kind}"

    @property
    def words(self) -> str:
        """What happened, in a sentence that its sender and the newsroom may both read."""
        return str(EVENT_WORDS.get(self.kind, self.kind))

    @property
    def details(self) -> list[str]:
        """What was recorded with it, in words, for the newsroom."""
        return [self._detail(key, value) for key, value in self.data.items()]

    def _detail(self, key: str, value: Any) -> str:
        if key in _EVENT_CHOICES:
            return str(dict(_EVENT_CHOICES[key].choices).get(value, value))
        if key == "urls":
            return ngettext("%(n)d page named", "%(n)d pages named", value) % {"n": value}
        if key == "pages":
            return ngettext("%(n)d page held back", "%(n)d pages held back", value) % {"n": value}
        if key == "failed":
            return ngettext("%(n)d disobeys", "%(n)d disobey", value) % {"n": value}
        if key == "unasked":
            return ngettext("%(n)d could not be asked", "%(n)d could not be asked", value) % {"n": value}
        if key == "checked":
            return ngettext("%(n)d surface asked", "%(n)d surfaces asked", value) % {"n": value}
        if key == "terms":
            return ngettext("%(n)d new statement of terms", "%(n)d new statements of terms", len(value)) % {
                "n": len(value)
            }
        return gettext("%(label)s: %(text)s") % {"label": key, "text": value}
