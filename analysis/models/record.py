"""The record: what happened to every case, one event after the other, and what each says in words.

Events are append-only, and stay when a case is erased.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from analysis.models.cases import Case, CaseKind, CaseLane, CaseWant
from analysis.models.decisions import DecisionAction, DecisionOutcome
from analysis.models.fields import AppendOnly
from analysis.models.proofs import ProofMethod
from analysis.models.publishers import Level

EVENT_WORDS = {
    "received": _("Request received."),
    "confirmed": _("Address confirmed."),
    "completed": _("What was missing was added."),
    "joined": _("Joined to another request about the same pages."),
    "challenged": _("A token to prove control of a site was given out."),
    "notified": _("The site’s role addresses were told."),
    "proved": _("Control of the site proved."),
    "noted": _("Somebody who reads a role mailbox of the site knows of it."),
    "separated": _("Goes on by itself: it is joined to no other request any more."),
    "in_review": _("In review: an editor has taken it up."),
    "assigned": _("Given to an editor."),
    "held": _("Less is shown of the pages while the request is open."),
    "lifted": _("Nothing is held back any more; the request goes on."),
    "ended": _("A later decision about the same pages ended what was decided here."),
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
_TO_ITS_SENDER = {
    "confirmed": _("You confirmed your address."),
    "wrote": _("You wrote to us."),
    "answered": _("We wrote to you."),
    "appealed": _("You contested the decision."),
    "appeal_withdrawn": _("You took the appeal back."),
    "withdrawn": _("You took the request back."),
}
# What says nothing of anybody else: not the reference of another case, nor a hash.
_FOR_ITS_SENDER = ("number", "lane", "want", "kind", "urls", "method", "outcome", "action", "terms", "level", "pages",
                   "checked", "failed", "unasked", "more", "still_missing")  # fmt: skip
_ORDER = {key: place for place, key in enumerate(_FOR_ITS_SENDER)}  # PostgreSQL keeps no order of keys
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
    no personal data in them, nor the name of a host, which may be a person's."""

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
        """What happened, in a sentence for the newsroom."""
        return str(EVENT_WORDS.get(self.kind, self.kind))

    @property
    def details(self) -> list[str]:
        """What was recorded with it, in words, for the newsroom."""
        return self._details(self.data)

    @property
    def words_for_sender(self) -> str:
        """What happened, in a sentence for the case's sender."""
        return str(_TO_ITS_SENDER.get(self.kind, self.words))

    @property
    def details_for_sender(self) -> list[str]:
        """What was recorded with it, in words, without what may be somebody else's."""
        return self._details({key: value for key, value in self.data.items() if key in _FOR_ITS_SENDER})

    def _details(self, data: dict[str, Any]) -> list[str]:
        keys = sorted(data, key=lambda key: _ORDER.get(key, len(_ORDER)))
        return [said for key in keys if (said := _detail(key, data[key]))]


def _detail(key: str, value: Any) -> str:
    """A piece of what was recorded, in words; empty if it says nothing to a person."""
    if key in _EVENT_CHOICES:
        return str(dict(_EVENT_CHOICES[key].choices).get(value, value))
    match key:
        case "proof":  # a hash
            return ""
        case "number":
            return gettext("on the appeal") if value > 1 else ""
        case "to":
            return gettext("to %(reference)s") % {"reference": value}
        case "more":
            return gettext("it touched more than could be asked")
        case "urls":
            said = ngettext("%(n)d page named", "%(n)d pages named", value)
        case "pages":
            said = ngettext("%(n)d page held back", "%(n)d pages held back", value)
        case "still_missing" if value == 0:
            return gettext("nothing is missing any more")
        case "still_missing":
            said = ngettext("%(n)d thing is still missing", "%(n)d things are still missing", value)
        case "failed" | "unasked" if value == 0:
            return ""
        case "failed":
            said = ngettext("%(n)d disobeys", "%(n)d disobey", value)
        case "unasked":
            said = ngettext("%(n)d could not be asked", "%(n)d could not be asked", value)
        case "checked" if value == 0:
            return gettext("none rests on what was decided")
        case "checked":
            said = ngettext("%(n)d address asked", "%(n)d addresses asked", value)
        case "terms":
            value = len(value)
            said = ngettext("%(n)d new statement of terms", "%(n)d new statements of terms", value)
        case _:
            return gettext("%(label)s: %(text)s") % {"label": key, "text": value}
    return said % {"n": value}
