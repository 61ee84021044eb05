"""Pages of a list: where one begins, and its part that changes for htmx."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from analysis.rendition import Cursor, CursorError, DayCursor


def cursor(request: HttpRequest) -> Cursor | None:
    """Before which moment a page of stories begins; None for the first one. Raises Http404 for what is no cursor."""
    return _parsed(Cursor, request, "before")


def day_cursor(request: HttpRequest, name: str) -> DayCursor | None:
    """The same of a list by day, whose address calls it `name`."""
    return _parsed(DayCursor, request, name)


def _parsed(kind: Any, request: HttpRequest, name: str) -> Any:
    try:
        return kind.parse(request.GET.get(name, ""))
    except CursorError as error:
        raise Http404 from error


def listed(request: HttpRequest, template: str, context: dict[str, Any], part: str = "river") -> HttpResponse:
    """A whole page, or to htmx only the part that changes. A page restored from history is asked for whole."""
    partial = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = render(request, f"{template}#{part}" if partial else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response
