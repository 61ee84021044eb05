"""No published text shows its letters in another order than they were written in; all else is kept byte for byte."""

import pytest

from analysis import editing
from analysis.models import ContextNote, Story
from tests import making

pytestmark = pytest.mark.django_db
KEPT = [
    "سعر الليل \u200fHalmouth\u200f في الميناء",
    "The word \u2067שלום\u2069 within",
    "\u202bשלום\u202c and on",
    "Z\u0351\u036b\u0343a\u0322\u031bl\u0321g\u0314o\u0315\u0300 e\u0301 \u1e69 q\u0307\u0323",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 and می\u200cخواهم",
]
TURNING = ["Rate \u202eetar thgin\u202c", "\u202dRate", "Rate \u2067שלום", "Rate \u202bשלום\nand on\u202c"]


@pytest.mark.parametrize("text", KEPT, ids=ascii)
def test_what_languages_need_is_published_as_it_was_typed(text, client):
    story = making.draft(headline=text, dek=text, summary=text)
    ContextNote.objects.create(story=story, slot="take", title=text, text=text)
    editing.publish(story, None)
    content = Story.objects.get(pk=story.pk).current.content
    assert {content["headline"], content["dek"], content["summary"]["text"], content["notes"][0]["text"]} == {text}
    assert client.get(story.get_absolute_url()).content.decode().count(text) >= 4


@pytest.mark.parametrize("text", TURNING, ids=ascii)
@pytest.mark.parametrize("field", ["headline", "note", "disclosure"])
def test_what_turns_letters_round_is_not_published(text, field):
    story = making.draft(**({} if field == "note" else {field: text}))
    if field == "note":
        ContextNote.objects.create(story=story, slot="take", text=text)
    with pytest.raises(editing.NotReadyError) as error:
        editing.publish(story, None)
    (said,) = error.value.stops
    assert "Rate" in said and not any(c in said for c in "\u202d\u202e\u2067\u202b")


def test_a_correction_cannot_turn_letters_round_either():
    story = making.published()
    Story.objects.filter(pk=story.pk).update(dek="Another dek.")
    story.refresh_from_db()
    with pytest.raises(editing.NotReadyError):
        editing.publish(story, None, kind="correction", reason="It was \u202eetar.")
