"""The open watch items as a calendar (RFC 5545), made by a library from renditions."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from analysis import rendition

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@require_safe
def watching(request: HttpRequest) -> HttpResponse:
    """What is open, each on its day, to be subscribed to: what leaves the page leaves the calendar."""
    host = urlsplit(settings.ORIGIN).netloc
    calendar = Calendar()
    calendar.add("prodid", f"-//{host}//{settings.SITE_NAME}//{(get_language() or 'en').upper()}")
    calendar.add("version", "2.0")
    name = _("%(site)s: what we are watching") % {"site": settings.SITE_NAME}
    calendar.add("name", name)  # RFC 7986
    calendar.add("x-wr-calname", name)  # what most programs read instead
    calendar.add("refresh-interval", timedelta(hours=12), parameters={"VALUE": "DURATION"})
    for item in rendition.calendar():
        calendar.add_component(_event(item, host))
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="watching.ics"'
    return response


def _event(item: rendition.WatchView, host: str) -> Event:
    assert item.story  # noqa: S101  what comes in a list has its story
    event = Event()
    event.add("uid", f"watch-{item.id}@{host}")
    event.add("dtstamp", item.story.updated_at)  # not now: the file is the same while nothing changes
    event.add("dtstart", item.due)  # a day, without a time
    event.add("summary", _plain(item.statement), parameters={"LANGUAGE": item.story.language})
    url = f"{settings.ORIGIN}{item.story.url}#watch-{item.id}"
    lines = [
        _("We said %(n)d%% likely.") % {"n": item.likelihood},
        _("%(label)s: %(text)s") % {"label": _("Settled by"), "text": _plain(item.settled_by)},
        _plain(item.story.headline),
        url,
    ]
    event.add("description", "\n".join(lines))
    event.add("url", url)
    event.add("transp", "TRANSPARENT")  # nobody is busy that day
    return event


def _plain(text: str) -> str:
    """On one line, without the control characters that no value may hold (RFC 5545 section 3.3.11)."""
    return _CONTROLS.sub(" ", text)
