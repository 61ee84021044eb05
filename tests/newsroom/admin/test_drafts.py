"""What the desk drafts for an editor to send: replies that fit the case, and reasons in whole sentences."""

import re

import pytest
from django.utils import timezone

from analysis import rights
from analysis.models import Case, Proof
from newsroom.admin.replies import REPLIES
from tests import making
from tests.analysis.cases import confirmed
from tests.newsroom.admin.test_cases import page

pytestmark = pytest.mark.django_db


def test_a_reply_that_contradicts_the_case_is_not_offered(standards):
    def replies(case: Case) -> set[str]:
        return set(re.findall(r'href="\?reply=([\w-]+)"', page(standards, case, "answer")))

    wish = confirmed("https://wire.test/1")
    assert replies(wish) == REPLIES.keys() - {"law"}, "nothing is missing of what is no legal demand"
    assert standards.get(f"/admin/analysis/case/{wish.pk}/answer/?reply=law").context["form"]["text"].value() == ""
    demand = confirmed(making.article().url, kind="copyright")
    assert replies(demand) == REPLIES.keys() - {"pages", "not-ours"}, "we do draw on the page that it names"
    Proof.objects.create(case=wish, host="wire.test", method="dns", proved_at=timezone.now())
    assert "proof" not in replies(wish)


@pytest.mark.parametrize(
    ("outcome", "action"),
    [("granted", "remove"), ("partly", "terms"), ("granted", "correct"), ("declined", "none")],
)
def test_a_statement_of_reasons_begins_with_what_was_done_in_sentences(standards, outcome, action):
    case = confirmed(making.article().url)
    rights.decide(case, standards.user, rights.Ruling(outcome, action, "So.", level="link"))
    text = standards.get(f"/admin/analysis/case/{case.pk}/reasons/").context["form"]["text"].value()
    what = text.split("\n\n")[0].splitlines()[1]
    begins = "We have declined your request" if outcome == "declined" else "We have granted your request"
    assert what.startswith(f"{begins} {case.reference} of ") and (" in part." in what) == (outcome == "partly")
    done = {
        "remove": "We have taken down",
        "terms": "We have changed what we publish",
        "correct": "We have corrected the text.",
        "none": "We have changed nothing.",
    }
    assert done[action] in what and ("Headline and link only." in what) == (action == "terms")
