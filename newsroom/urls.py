"""Every address of the site, door by door."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from newsroom.publishers import transparency

handler400 = "newsroom.errors.bad_request"
handler403 = "newsroom.errors.forbidden"
handler404 = "newsroom.errors.not_found"
handler429 = "newsroom.errors.too_many"
handler500 = "newsroom.errors.server_error"

urlpatterns = [
    path("admin/account/", include("newsroom.admin.account.urls")),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
    path("takedown/", include("newsroom.publishers.urls")),
    path("transparency/", transparency.page, name="transparency"),
    path("transparency.csv", transparency.as_csv, name="transparency_csv"),
    path("transparency.json", transparency.as_json, name="transparency_json"),
    path("", include("newsroom.reader.urls")),
]
