"""Words for messages that are written again and again, in the language of the case, for an editor to fit."""

from collections.abc import Callable

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis.models import Case
from analysis.rights import matched_articles, statute


def _ask_proof(case: Case) -> str:
    return _(
        "Thank you for your request. What you ask can only be granted to whoever controls the site. Please show that "
        "it is yours: the page of your request says how, under “Proof of control”. A DNS record or a file is enough."
    )


def _ask_law(case: Case) -> str:
    wanted = [f"- {label}" for label in statute.asked_for(case)]
    return "\n".join([
        _("Thank you. To treat your request as a legal demand we still need the following. You can add it on the page "
          "of your request; until then we look at it as a wish."),
        "",
        *wanted,
    ])  # fmt: skip


def _ask_pages(case: Case) -> str:
    return _(
        "Thank you for your request. We cannot tell which pages you mean. Please send us the exact web addresses, one "
        "on each line: of your pages, or of ours."
    )


def _ask_fact(case: Case) -> str:
    return _(
        "Thank you for telling us. Please quote the sentence of ours that is wrong, say what is right, and name a "
        "source that we can check."
    )


def _not_ours(case: Case) -> str:
    return _(
        "Thank you for your request. We do not publish the page that you name, and draw on it nowhere. If you mean "
        "another one, send us its address."
    )


def _corrected(case: Case) -> str:
    return _(
        "Thank you. You were right: we have corrected it. The correction stands on the page, with its date, and in the "
        "list of our corrections."
    )


REPLIES: dict[str, tuple[Promise | str, Callable[[Case], str]]] = {
    "proof": (gettext_lazy("Ask for proof of control"), _ask_proof),
    "law": (gettext_lazy("Ask for what the law wants"), _ask_law),
    "pages": (gettext_lazy("Ask which pages"), _ask_pages),
    "fact": (gettext_lazy("Ask what is wrong"), _ask_fact),
    "not-ours": (gettext_lazy("We do not draw on it"), _not_ours),
    "corrected": (gettext_lazy("We have corrected it"), _corrected),
}


def offered(case: Case) -> dict[str, Promise | str]:
    """The replies that do not contradict what the case says already, by name, each with what it is called."""
    covered = bool(matched_articles(case))
    beside = {
        "proof": any(not proof.weak for proof in case.proofs.all()),
        "law": not statute.missing(case),
        "pages": covered,
        "not-ours": covered,
    }
    return {name: label for name, (label, _words) in REPLIES.items() if not beside.get(name)}


def reply(name: str, case: Case) -> str:
    """The words of a reply in the language of a case; empty for one that is not offered."""
    if name not in offered(case):
        return ""
    with translation.override(case.language):
        return REPLIES[name][1](case)
