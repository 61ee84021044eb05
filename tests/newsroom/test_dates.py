"""A date on a page, as a person and as a machine reads it."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.utils import translation

from newsroom.templatetags.dates import dated

MOMENT = datetime(2026, 11, 21, 23, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "how", "shown"),
    [
        (MOMENT, "j M Y", '<time datetime="2026-11-21">21 Nov 2026</time>'),
        (MOMENT, "j F Y, H:i e", '<time datetime="2026-11-21T23:05:00+00:00">21 November 2026, 23:05 UTC</time>'),
        (MOMENT, "G:i", '<time datetime="2026-11-21T23:05:00+00:00">23:05</time>'),
        (date(2026, 1, 2), "j M Y", '<time datetime="2026-01-02">2 Jan 2026</time>'),
        (None, "j M Y", ""),
    ],
)
def test_a_machine_reads_what_a_person_reads(at, how, shown):
    assert dated(at, how) == shown


def test_equal_moments_read_the_same_whatever_their_zone():
    there = MOMENT.astimezone(timezone(timedelta(hours=9)))
    assert dated(there, "j M Y, H:i") == dated(MOMENT, "j M Y, H:i") != ""


def test_each_language_has_its_own():
    spoken = {}
    for language in ("en", "fr", "en"):
        with translation.override(language):
            spoken[language] = dated(MOMENT, "j F Y")
    assert "21 November 2026" in spoken["en"] and "21 novembre 2026" in spoken["fr"]
