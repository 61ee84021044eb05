"""The story screen as a browser without a script sees it: open, fill in, send."""

from typing import Any

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
    """What the form of a response would send: also of one that came back with errors."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data: dict[str, Any] = {}
    for form in forms:
        for field in form:
            value = field.value()
            if field.field.disabled or value is None or value is False:
                continue
            data[field.html_name] = list(value) if isinstance(value, (list, tuple)) else str(value)
    return data


def messages(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def errors(response) -> str:
    """Everything that the screen says is wrong, in one string."""
    found = [str(response.context["adminform"].form.errors)]
    for inline in response.context["inline_admin_formsets"]:
        found += [str(inline.formset.non_form_errors()), *(str(form.errors) for form in inline.formset.forms)]
    return " ".join(found)
