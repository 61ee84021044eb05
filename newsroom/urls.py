"""Every address of the site, door by door."""

from django.contrib import admin
from django.urls import include, path

from newsroom.publishers import transparency

handler400 = "newsroom.errors.bad_request"
handler403 = "newsroom.errors.forbidden"
handler404 = "newsroom.errors.not_found"
handler500 = "newsroom.errors.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("takedown/", include("newsroom.publishers.urls")),
    path("transparency/", transparency.page, name="transparency"),
    path("transparency.csv", transparency.as_csv, name="transparency_csv"),
    path("transparency.json", transparency.as_json, name="transparency_json"),
    path("", include("newsroom.reader.urls")),
]
