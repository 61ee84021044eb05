"""What the API answers when something is wrong: problem details (RFC 9457), in English, whoever asks."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks: its mistakes are answered in a form that programs read."""
    return f"{request.path_info}/".startswith("/api/")


def problem(status: int, title: str, detail: str = "") -> HttpResponse:
    """`title`: the words of the status, since the type of all of these is `about:blank`; `detail`: what to do."""
    said = {"title": title, "status": status} | ({"detail": detail} if detail else {})
    return readable(JsonResponse(said, status=status, content_type="application/problem+json"))


def bad_request(detail: str) -> HttpResponse:
    return problem(400, "Bad request", detail)


def not_found(detail: str = "") -> HttpResponse:
    return problem(404, "Not found", detail)


def nowhere() -> HttpResponse:
    """No address of the API."""
    return not_found(f"What there is, is described at {settings.ORIGIN}/api/v1/openapi.json.")


def readable[Answer: HttpResponse](response: Answer) -> Answer:
    """Any site may read it: it is public, and knows nobody."""
    response["Access-Control-Allow-Origin"] = "*"
    response["X-Robots-Tag"] = "noindex"
    return response
