"""Proof that the sender of a case controls a host: what was asked for, and what was shown.

What a proof is worth is in RULES, "Proof of domain control"; how one is asked for, in analysis/rights/proving.py.
"""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from analysis.addresses import host_of, parents
from analysis.models.cases import Case
from analysis.models.fields import AppendOnly, one_of

PROOF_AGE = timedelta(days=365)


class ProofMethod(models.TextChoices):
    DNS = "dns", _("A record in the domain’s DNS")
    FILE = "file", _("A file on the host")
    MAIL = "mail", _("Mail to a role address")


class Challenge(models.Model):
    """Asked of a case's sender: show that you control this host. Seven days; asked again, it gets a new token."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="challenges")
    host = models.CharField(max_length=253)
    # The token is made of this, the case, the host and the installation's secret (analysis/rights/proving.py): the
    # database alone gives nobody a token, and its sender can open the page again.
    nonce = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)  # the sender pressed "check now"
    checked_at = models.DateTimeField(null=True, blank=True)
    found = models.CharField(max_length=500, blank=True)  # why the last check failed, in the language of the case
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        constraints = [models.UniqueConstraint(fields=["case", "host"], name="challenge_once")]

    def __str__(self) -> str:
        return f"{self.case}: {self.host}"


class Proof(AppendOnly):
    """That somebody controlled a host at a moment, shown for one case.

    The record holds a hash of it (analysis/rights/record.py), which tells nobody the host without the nonce. Both are
    emptied when the case is erased, unless the case was about a work of that host that we draw on.
    """

    Method = ProofMethod

    case = models.ForeignKey(Case, models.PROTECT, related_name="proofs")
    host = models.CharField(_("host"), max_length=253)
    method = models.CharField(_("how"), max_length=4, choices=Method)
    wide = models.BooleanField(_("with everything below it"), default=False)
    proved_at = models.DateTimeField(_("proved"))
    nonce = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ["proved_at", "id"]
        verbose_name = _("proof of control")
        verbose_name_plural = _("proofs of control")
        constraints = [
            one_of("method", ProofMethod, "proof_method"),
            models.UniqueConstraint(fields=["case", "host", "method"], condition=~Q(host=""), name="proof_once"),
        ]

    def __str__(self) -> str:
        return f"{self.host}: {self.get_method_display()}"

    @property
    def weak(self) -> bool:
        """Who reads a role address need not control the site (RULES, "Proof of domain control"): it notifies only."""
        return self.method == ProofMethod.MAIL

    def holds(self, at: datetime) -> bool:
        """Whether it is worth something at an aware moment: sites change hands."""
        return bool(self.host) and not self.weak and self.proved_at > at - PROOF_AGE

    def covers(self, host: str) -> bool:
        return host == self.host or (self.wide and self.host in parents(host))

    def covers_url(self, url: str) -> bool:
        return self.covers(host_of(url))
