"""The story screen as a browser without a script sees it: open, fill in, send."""

import re
from typing import Any

import lxml.html
from django.test import Client

from analysis.models import Story

ADD = "/admin/analysis/story/add/"


def url(story: Story, *rest: object) -> str:
    tail = "/".join(str(part) for part in rest) or "change"
    return f"/admin/analysis/story/{story.pk}/{tail}/"


def opened(client: Client, at: str) -> dict[str, Any]:
    """What the form at an address would send if nothing were typed."""
    response = client.get(at)
    assert response.status_code == 200, response.status_code
    return sent_by(response)


def sent_by(response) -> dict[str, Any]:
    """What the form of a response would send, by the rules of HTML: also of one that came back with errors."""
    page = lxml.html.fromstring(response.content.decode())
    form = page.xpath("//*[@id='content']//form[@method='post']")[0]
    elsewhere = page.xpath("//*[@form and @form=$id]", id=form.get("id", ""))  # beside the form, and yet its own
    data: dict[str, Any] = {}
    for field in [*form.iter("input", "textarea", "select"), *elsewhere]:
        name = field.get("name")
        if (
            field.tag == "button"
            or not name
            or field.get("disabled") is not None
            or field.get("type") in ("submit", "button")
        ):
            continue
        if field.tag == "select":
            chosen = field.xpath("option[@selected]") or field.xpath("option")[:1]
            values = [option.get("value", option.text) for option in chosen]
        elif field.tag == "textarea":
            values = [(field.text or "").removeprefix("\n")]
        elif field.get("type") in ("radio", "checkbox"):
            values = [field.get("value", "on")] if field.get("checked") is not None else []
        else:
            values = [field.get("value", "")]
        if values:
            data.setdefault(name, []).extend(values)
    return {name: values[0] if len(values) == 1 else values for name, values in data.items()}


def since(response) -> str | None:
    """What the story screen calls the text that it came with, if the server has it."""
    found = re.search(r'data-since="([^"]+)"', response.content.decode())
    return found and found[1]


def messages(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def errors(response) -> str:
    """Everything that the screen says is wrong, in one string."""
    page = lxml.html.fromstring(response.content.decode())
    said = page.xpath("//*[@id='what-is-wrong'] | //*[@class='mistakes'] | //*[@class='wrong'] | //*[@class='theirs']")
    return " ".join(part.text_content() for part in said)


def row(story: Story, kind: str, nth: int = 0) -> str:
    """The key of a saved row on the form: `sources`, `claims`, `watch_items`."""
    return f"{kind}-{list(getattr(story, kind).order_by('position', 'id'))[nth].pk}"
