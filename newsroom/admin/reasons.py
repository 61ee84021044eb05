"""The draft of a statement of reasons: what Article 17(3) of the Digital Services Act asks for, from the decision.

An editor reads and changes it before it is sent.
"""

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analysis.models import Case, Decision
from analysis.models.decisions import DecisionAction as Action
from analysis.models.decisions import DecisionOutcome as Outcome
from analysis.rights import held_by_itself, matched_articles


def draft(case: Case, decision: Decision) -> str:
    """The statement in the language of the case, point by point (a) to (f). Plain text, a paragraph for each."""
    with translation.override(case.language):
        points = [
            (_("What was decided"), _what(case, decision)),
            (_("Where and for how long"), _where(decision)),
            (_("Facts and circumstances"), _facts(case, decision)),
            (_("Automated means"), _automation(case)),
            (_("Ground"), _ground(case, decision)),
            (_("What you can do"), _redress(decision)),
        ]
        return "\n\n".join(f"{heading}\n{text}" for heading, text in points)


_OUTCOMES = {
    Outcome.GRANTED: gettext_lazy("We have granted your request %(reference)s of %(day)s."),
    Outcome.PARTLY: gettext_lazy("We have granted your request %(reference)s of %(day)s in part."),
    Outcome.DECLINED: gettext_lazy("We have declined your request %(reference)s of %(day)s."),
}
_APPEALS = {
    Outcome.GRANTED: gettext_lazy(
        "You contested our decision on your request %(reference)s of %(day)s. You were right."
    ),
    Outcome.PARTLY: gettext_lazy(
        "You contested our decision on your request %(reference)s of %(day)s. You were right in part."
    ),
    Outcome.DECLINED: gettext_lazy(
        "You contested our decision on your request %(reference)s of %(day)s. We have looked at it anew, and it stands."
    ),
}
_ACTIONS = {
    Action.REMOVE: gettext_lazy(
        "We have taken down what rests on the works named below, and publish nothing about them."
    ),
    Action.TERMS: gettext_lazy("We have changed what we publish of the works named below."),
    Action.RESTORE: gettext_lazy("What an earlier decision had restricted for the works named below holds no longer."),
    Action.CORRECT: gettext_lazy("We have corrected the text."),
    Action.NONE: gettext_lazy("We have changed nothing."),
}


def _what(case: Case, decision: Decision) -> str:
    outcomes = _APPEALS if decision.number == 2 else _OUTCOMES
    said = str(outcomes[Outcome(decision.outcome)]) % {
        "reference": case.reference,
        "day": date_format(case.opened_at, "j F Y"),
    }
    said += f" {_ACTIONS[Action(decision.action)]}"
    levels = list(dict.fromkeys(str(t.get_level_display()) for t in decision.made if t.level and not t.revoked))
    if levels and decision.action != Action.REMOVE:  # which has said it
        shown = {"label": _("What may be shown"), "text": ", ".join(levels)}
        said += " " + _("%(label)s: %(text)s.") % shown
    return said


def _where(decision: Decision) -> str:
    named = list(dict.fromkeys(t.value or str(t.publisher) for t in decision.made if not t.revoked))
    if not named:
        return _("Nothing that we publish is restricted by it.")
    places = "\n".join(f"- {name}" for name in named[:20])
    more = len(named) - 20
    if more > 0:
        places += "\n- " + ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more}
    return _("It holds on every page, feed and list of this site, everywhere, until another decision takes its place, "
             "for:") + "\n" + places  # fmt: skip


def _facts(case: Case, decision: Decision) -> str:
    pages = len(matched_articles(case))
    said = _("The decision was taken on a notice, not on our own initiative.") + " "
    said += ngettext(
        "It names %(n)d work that we draw on.", "It names %(n)d works that we draw on.", pages
    ) % {"n": pages}  # fmt: skip
    proofs = [f"{p.host} ({p.get_method_display()})" for p in case.proofs.all() if not p.weak]
    if proofs:
        said += " " + _("Control was proved of: %(hosts)s.") % {"hosts": ", ".join(proofs)}
    return f"{said}\n{decision.reason}"


def _automation(case: Case) -> str:
    if held_by_itself(case):
        return _("While the case was open, less was shown of the pages named; that happened by itself when control of "
                 "the site was proved. The decision itself was taken by a person.")  # fmt: skip
    return _("No automated means were used to find the pages or to decide.")


def _ground(case: Case, decision: Decision) -> str:
    if decision.legal:
        return _("The law: %(kind)s. %(work)s") % {"kind": case.get_kind_display(), "work": case.work}
    return _("Our own rules on what we publish of other people’s work (%(address)s): %(kind)s.") % {
        "address": f"{settings.ORIGIN}/about/rights/",
        "kind": case.get_kind_display(),
    }


def _redress(decision: Decision) -> str:
    if decision.number == 1:
        return _("You can contest the decision on the page of your request for %(days)d days, free of charge; a person "
                 "who did not take it will decide. You can also go to a court.") % {
            "days": settings.APPEAL_DAYS
        }  # fmt: skip
    return _("This decided on your appeal. You can still go to a court.")
