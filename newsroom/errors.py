"""The pages for when something went wrong; for a program that asks the API, problem details.

They need no database: the database may be what went wrong.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from newsroom import problems
from newsroom.admin import unsent
from newsroom.admin.writing import drafts


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if problems.is_api(request):
        return problems.bad_request("This request cannot be read.")
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if problems.is_api(request):
        return problems.nowhere()
    return render(request, "404.html", status=404)


def too_many(request: HttpRequest) -> HttpResponse:
    """Somebody, or somebody at the same address, asked for the same thing too often. None of these limits is longer."""
    response = render(request, "429.html", status=429)
    response.headers["Retry-After"] = "60"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: most often the page had been open for long, or somebody logged in again.

    What was typed at the desk is kept and shown again; of other forms the words are still in the browser.
    """
    if request.path_info.startswith("/admin/"):
        if answer := drafts.rescued(request):
            return answer
        if unsent.keep(request):
            return redirect(request.get_full_path())
    return render(request, "403.html", {"csrf": True}, status=403)
