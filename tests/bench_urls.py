"""Our addresses, and a bare view that returns as many bytes as it is asked for, through the same middleware."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from newsroom.urls import *  # noqa: F403
from newsroom.urls import urlpatterns as ours


def bare(request: HttpRequest, size: int) -> HttpResponse:
    return HttpResponse(b"x" * size)


urlpatterns = [path("bench/<int:size>/", bare), *ours]
