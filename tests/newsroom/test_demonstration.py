"""The demonstration says of its real event what its five publications say, cell by cell; and shows what there is."""

import pytest
from django.db import transaction

from analysis import rendition
from newsroom import demonstration

pytestmark = pytest.mark.django_db

PAPERS = ("Gridline Daily", "The Slow Current", "Docket & Source", "La Lettre du Calcul", "The Ninth Bridge")
# What each of the five publications says of each fact, in the order of PAPERS.
FACTS = {
    "The expanded agreement is for computing capacity of up to 5 gigawatts.": "states states states attributes states",
    "Anthropic is to spend more than $100bn with AWS over ten years.": "silent silent attributes states states",
    "Amazon is to invest up to $25bn more in Anthropic, on top of $8bn.": "silent silent silent silent states",
    "Trainium2, Trainium3 and Trainium4 are committed to Anthropic, with an option on later generations.":
        "silent silent states silent silent",
    "Project Rainier is running.": "silent silent attributes silent silent",
    "Claude can be reached through a native console within AWS.": "silent silent states silent silent",
    "The computing relationship between Anthropic and Amazon is exclusive.": "silent disputes states silent states",
    "The agreement was announced on 20 April 2026.": "silent silent silent silent states",
}  # fmt: skip
SHARED = ("anthropic-amazon-wider-agreement", "anthropic-amazon-what-is-confirmed", "five-gigawatts-on-paper",
          "amazon-anthropic-plancher-et-plafond", "one-announcement-five-readings")  # fmt: skip


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """Written down once for the whole file, and taken back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        demonstration.load()
        yield
        transaction.set_rollback(True)


def page(slug: str) -> rendition.StoryPage:
    found = rendition.story(slug)
    assert isinstance(found, rendition.StoryPage)
    return found


def test_the_grid_says_what_the_five_publications_say(loaded):
    found = page("anthropic-amazon-what-is-confirmed")
    grid = {claim.text: cells for claim, cells in found.ledger.rows}
    for text, stances in FACTS.items():
        said = {cell.source.publisher.name: cell.stance for cell in grid[text] if cell}
        assert [said[paper] for paper in PAPERS] == stances.split(), text
    confirmed = {claim.text for claim in found.claims if claim.standing == "confirmed"}
    assert confirmed == {text for text in FACTS if text.startswith(("The expanded", "Trainium"))}


def test_one_claim_stands_as_one_on_all_five_pages_in_both_languages(loaded):
    claims = [next(c for c in page(slug).claims if "igawatts" in c.text and "2028" not in c.text and
                   "No independent" not in c.text) for slug in SHARED]  # fmt: skip
    assert len({claim.record for claim in claims}) == 1
    record = rendition.claim(claims[0].record)
    assert len(record.uses) == 5 and {one.story.language for one in record.uses} == {"en", "fr"}
    assert [said.standing for said in record.history] == ["reported", "confirmed"]
    assert [claim.written for claim in claims] == ["Reported", "", "", "", ""]  # the first was written before


def test_three_outlets_of_which_one_prints_an_agency_are_two_witnesses(loaded):
    claim = page("inquiry-minimum-spend").claims[0]
    assert (claim.witnesses.outlets, claim.witnesses.independent) == (3, 2)


def test_three_posts_are_flagged_by_368_days_and_telegram_tells_nothing(loaded):
    sources = page("one-announcement-five-readings").sources
    said = [" ".join(check.words for check in source.checks) for source in sources]
    assert sum("368 days before the event" in words for words in said) == 3
    telegram = [words for source, words in zip(sources, said, strict=True) if "t.me" in source.url]
    assert len(telegram) == 2 and all("tells nothing" in words or "holds no" in words for words in telegram)


def test_the_matter_is_one_chain_from_the_first_report_to_the_last_reading(loaded):
    found = [rendition.matter(slug) for slug in SHARED]
    assert {matter.stories for matter in found} == {5}
    kinds = {moment.kind for moment in found[0].moments}
    assert kinds >= {"story", "claim", "correction"}
    assert [moment.at for moment in found[0].moments] == sorted(moment.at for moment in found[0].moments)
