"""Every address of the site, door by door."""

from django.contrib import admin
from django.urls import include, path

handler400 = "newsroom.errors.bad_request"
handler403 = "newsroom.errors.forbidden"
handler404 = "newsroom.errors.not_found"
handler500 = "newsroom.errors.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("takedown/", include("newsroom.publishers.urls")),
    path("", include("newsroom.reader.urls")),
]
